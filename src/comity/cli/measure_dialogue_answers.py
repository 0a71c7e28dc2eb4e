"""`comity measure dialogue --answers LOG`: answers that another tool has put down, as if they were those of a run of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from comity.cli import Parser
    from comity.measures.dialogue import Dialogue
    from comity.measures.dialogue_bank import Bank
    from comity.measures.dialogue_judge import Judging
    from comity.measures.refusal_rules import RefusalRules

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


def logged(
    options: argparse.Namespace,
    bank: Bank,
    rules: RefusalRules,
    judging: Judging | None,
    progress: Callable[[int, int], None] | None,
) -> Dialogue:
    """Judge the answers of logs.

    Raises:
        InputError: a file is not of its form, or the answers are not those of one model to questions of the bank.
    """
    from comity.interchange.logged_answers import read_answers
    from comity.measures.dialogue_answers import measure_answers

    return measure_answers(
        bank,
        [read_answers(Path(log)) for log in dict.fromkeys(options.answers)],
        rules,
        model=options.model_name,
        sample=options.sample,
        seed=options.seed,
        with_sheet=options.sheet is not None,
        judging=judging,
        progress=progress,
    )


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
