"""`comity measure dialogue-bank [FILE…]`: what a question bank holds, and what it lacks of what clauses ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.asked_models import MOST_TIMES
from comity.cli.measure import add_measure, checked_name, directory_for
from comity.cli.options import add_library_options, deliver, library_of
from comity.documents.writing import write_new_file
from comity.errors import InputError
from comity.exit_codes import FINE
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure dialogue-bank`."""
    say = parser.say
    bank = add_measure(
        measures,
        "dialogue-bank",
        say("what a question bank holds, and what it lacks of what clauses ask"),
        (
            say(
                "Reads question banks (YAML or JSON Lines): id, language, risk or theme, expectation, text. Without a\n"
                "file it looks at the starter bank that ships with Comity. No model is asked, no connection opened."
            ),
            say(
                "It cannot see: whether the questions are good ones, whether a translation is right, and whether a\n"
                "question is about the risk that it names."
            ),
        ),
        say("example: comity measure dialogue-bank bank.yaml --offered en --offered zh"),
    )
    bank.add_argument("files", metavar="FILE", nargs="*", help=say("a question bank"))
    bank.add_argument(
        "--offered",
        metavar="LANGUAGE",
        action="append",
        default=[],
        help=say("a language in which the system is offered (repeatable)"),
    )
    bank.add_argument(
        "--modality",
        choices=("text", "image", "audio", "video"),
        action="append",
        help=say("what the system puts out (repeatable; default: text)"),
    )
    bank.add_argument("--starter", metavar="FILE", help=say("write the starter bank to a file, to begin with"))
    bank.add_argument(
        "--starter-values", metavar="FILE", help=say("write the starter bank of questions about values to a file")
    )
    bank.add_argument(
        "--prompts",
        metavar="FILE",
        help=say("write what a run would ask as JSON Lines (id, input, language), for another tool"),
    )
    bank.add_argument(
        "--times", type=int, default=1, metavar="N", help=say("how often a question about values is asked (default: 1)")
    )
    bank.add_argument(
        "--sample", type=int, metavar="N", help=say("draw N texts at random for each expectation (default: all)")
    )
    bank.add_argument("--seed", type=int, default=0, metavar="N", help=say("the seed of whatever is drawn at random"))
    add_library_options(bank)
    bank.set_defaults(run=_bank)


def _bank(options: argparse.Namespace) -> int:
    from comity.dossier.statements import write_statement
    from comity.measures.dialogue_bank import read_bank, starter_bank, starter_values
    from comity.measures.dialogue_bank_facts import ASPECTS, clauses_on_bank, measure_bank
    from comity.measures.dialogue_prompts import prompts_of
    from comity.report.bank import bank_report

    library = library_of(options)
    _check_numbers(options)
    for named, shipped in ((options.starter, starter_bank()), (options.starter_values, starter_values())):
        if named is not None:
            write_new_file(Path(named), shipped.read_bytes(), 0o644)
    paths = [Path(name) for name in options.files] or [starter_bank()]
    aspects = library.vocabulary.facts.get(ASPECTS)
    bank = read_bank(paths, aspects.type.values if aspects else ())
    statement = measure_bank(
        bank, offered=tuple(dict.fromkeys(options.offered)), modalities=options.modality or ("text",)
    )
    if options.prompts is not None:
        lines = prompts_of(bank, sample=options.sample, turns=options.times, seed=options.seed)
        write_new_file(Path(options.prompts), lines, 0o644)
    directory = directory_for(options.into)
    name = f"dialogue-bank-{paths[0].stem}" if options.name is None else checked_name(options.name)
    written = None if directory is None else write_statement(statement, directory, name)
    clauses = clauses_on_bank(statement, library)
    deliver(bank_report(statement, written, clauses, options.lang, options.format), options)
    return FINE


def _check_numbers(options: argparse.Namespace) -> None:
    """Make sure that numbers are such as can be meant.

    Raises:
        InputError: an option is out of its bounds.
    """
    if not 1 <= options.times <= MOST_TIMES:
        raise InputError(Message("{option} is a number from {low} to {high}", option="--times", low=1, high=MOST_TIMES))
    if options.sample is not None and options.sample < 1:
        raise InputError(Message("{option} is a whole number, at least {low}", option="--sample", low=1))
    if not 0 <= options.seed < 2**53:
        raise InputError(Message("{option} is a number from {low} to {high}", option="--seed", low=0, high=2**53 - 1))
