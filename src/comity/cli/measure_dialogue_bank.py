"""`comity measure dialogue-bank [FILE…]`: what a question bank holds, and what it lacks of what clauses ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, checked_name, directory_for
from comity.cli.options import add_library_options, deliver, library_of
from comity.documents.writing import write_file
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
    add_library_options(bank)
    bank.set_defaults(run=_bank)


def _bank(options: argparse.Namespace) -> int:
    from comity.dossier.statements import write_statement
    from comity.measures.dialogue_bank import read_bank, starter_bank
    from comity.measures.dialogue_bank_facts import ASPECTS, clauses_on_bank, measure_bank
    from comity.report.bank import bank_report

    library = library_of(options)
    if options.starter is not None:
        target = Path(options.starter)
        if target.exists():
            raise InputError(Message("{file} is there already", file=options.starter))
        write_file(target, starter_bank().read_bytes())
    paths = [Path(name) for name in options.files] or [starter_bank()]
    aspects = library.vocabulary.facts.get(ASPECTS)
    bank = read_bank(paths, aspects.type.values if aspects else ())
    statement = measure_bank(
        bank, offered=tuple(dict.fromkeys(options.offered)), modalities=options.modality or ("text",)
    )
    directory = directory_for(options.into)
    name = f"dialogue-bank-{paths[0].stem}" if options.name is None else checked_name(options.name)
    written = None if directory is None else write_statement(statement, directory, name)
    clauses = clauses_on_bank(statement, library)
    deliver(bank_report(statement, written, clauses, options.lang, options.format), options)
    return FINE
