"""`comity measure dialogue --answers LOG`: answers that another tool has put down, as if they were those of a run of one's own."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.asked_models import judge_asked
from comity.cli.measure import checked_name, conclude, directory_for
from comity.cli.options import library_of
from comity.cli.progress import progress_bar
from comity.documents.writing import write_file
from comity.errors import InputError
from comity.exit_codes import CANNOT_DECIDE
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

LIVE_ONLY = ("key_from", "journal", "keep_answers")
"""Options that say how a model is asked, and mean nothing to answers that are there."""


def add_answers_options(parser: Parser) -> None:
    """The options for reading answers back, and for questions about values."""
    say = parser.say
    parser.add_argument(
        "--answers",
        metavar="FILE",
        action="append",
        default=[],
        help=say(
            "instead of --model: read answers back from a log of Inspect, lm-evaluation-harness or promptfoo, or from"
            " JSON Lines (repeatable)"
        ),
    )
    parser.add_argument(
        "--offered",
        metavar="LANGUAGE",
        action="append",
        default=[],
        help=say("a language in which the system is offered (repeatable)"),
    )
    parser.add_argument(
        "--times", type=int, default=1, metavar="N", help=say("how often a question about values is asked (default: 1)")
    )


def measure_logged(options: argparse.Namespace) -> int:
    """Judge the answers of logs.

    Raises:
        InputError: an option belongs to a model that is asked, or a file is not of its form.
    """
    from comity.interchange.logged_answers import read_answers
    from comity.measures.dialogue_answers import measure_answers
    from comity.measures.dialogue_bank import read_bank, starter_bank
    from comity.measures.dialogue_bank_facts import ASPECTS
    from comity.measures.refusal_rules import read_rules
    from comity.measures.review_sheet import rendered, sheet_ending

    check_logged_options(options)
    ending = None if options.sheet is None else sheet_ending(Path(options.sheet))
    paths = [Path(name) for name in options.bank] or [starter_bank()]
    aspects = library_of(options).vocabulary.facts.get(ASPECTS)
    bank = read_bank(paths, aspects.type.values if aspects else ())
    rules = read_rules([Path(name) for name in options.rules])
    name = f"dialogue-{paths[0].stem}" if options.name is None else checked_name(options.name)
    logs = [read_answers(Path(log)) for log in dict.fromkeys(options.answers)]
    journal = (directory_for(options.into) or Path()) / f"{name}.jsonl"
    with ExitStack() as opened:
        found = measure_answers(
            bank,
            logs,
            rules,
            model=options.model_name,
            sample=options.sample,
            seed=options.seed,
            with_sheet=options.sheet is not None,
            judging=judge_asked(options, journal, opened),
            progress=progress_bar(),
        )
    if ending is not None and found.sheet is not None:
        write_file(Path(options.sheet), rendered(found.sheet, ending, options.lang))
    if options.predictions is not None:
        write_file(Path(options.predictions), found.predictions)
    code = conclude(found.statement, options, name)
    return CANNOT_DECIDE if found.without_answer or found.not_judged else code


def check_logged_options(options: argparse.Namespace) -> None:
    """Make sure that what is asked for can be had of a log.

    Raises:
        InputError: it cannot.
    """
    if options.model is not None:
        raise InputError(Message("either --model or --answers is wanted"))
    for option in LIVE_ONLY:
        if getattr(options, option):
            shown = f"--{option.replace('_', '-')}"
            raise InputError(Message("{option} is for a model that is asked, not for --answers", option=shown))
