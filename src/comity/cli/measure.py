"""`comity measure NAME FILE`: establish facts from a real artefact. What every measure's command shares stands here."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.options import add_report_options, deliver
from comity.documents.writing import write_file, write_new_file
from comity.errors import InputError
from comity.exit_codes import FINE
from comity.language import Message

if TYPE_CHECKING:
    from comity.cli import Parser
    from comity.dossier.statements import Statement

FORMATS = ("text", "json")
DOSSIER = "comity.yaml"
EVIDENCE = "evidence"

MEASURES = (
    "model",
    "annotation",
    "fairness",
    "dialogue",
    "dialogue-bank",
    "dialogue-review",
    "tokenizer",
    "corpus",
    "corpus-review",
)
"""One module `measure_<name>` each; it may add several commands of that kind."""


def configure(parser: Parser) -> None:
    """Arguments of `comity measure`."""
    parser.epilog = parser.say("example: comity measure model model.gguf --into evidence")
    measures = parser.add_subparsers(title=parser.say("measures"), metavar="MEASURE", required=True)
    for name in MEASURES:
        import_module(f"comity.cli.measure_{name.replace('-', '_')}").configure(measures, parser)


def add_measure(
    measures: argparse._SubParsersAction[Parser], name: str, summary: str, details: tuple[str, ...], example: str
) -> Parser:
    """The parser of a measure, with the options that all have.

    Args:
        measures: where it is added.
        name: of the measure.
        summary: what it shows, in a line.
        details: paragraphs of its help: what it does, and what it cannot see.
        example: how it is called.
    """
    parser = measures.add_parser(
        name,
        help=summary,
        description="\n\n".join((summary, *details)),
        epilog=example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--into",
        metavar="DIR",
        help=parser.say("where the statement is written (default: evidence/, if comity.yaml is in this directory)"),
    )
    parser.add_argument("--name", metavar="NAME", help=parser.say("name of the statement (default: that of the file)"))
    parser.add_argument(
        "--key", metavar="FILE", help=parser.say("sign the statement with this key; see comity evidence")
    )
    parser.add_argument(
        "--hide-artefacts",
        action="store_true",
        help=parser.say(
            "commit to the artefacts under salts instead of naming them; the opening is written beside, for you alone"
        ),
    )
    add_report_options(parser, (*FORMATS, "html"))
    return parser


def conclude(statement: Statement, options: argparse.Namespace, default_name: str, chart: str = "") -> int:
    """Write the statement, print the report; a chart stands in it as text, in the place of the figures that it shows."""
    from comity.dossier.statements import write_statement
    from comity.report.measurement import measurement

    name = default_name if options.name is None else checked_name(options.name)
    directory = directory_for(options.into)
    if options.hide_artefacts:
        statement = _hidden(statement, directory, name)
    written = None if directory is None else write_statement(statement, directory, name)
    if written is not None and options.key is not None:
        _sign(written, Path(options.key))
    deliver(measurement(statement, written, options.lang, options.format, chart), options)
    return FINE


def _hidden(statement: Statement, directory: Path | None, name: str) -> Statement:
    """The statement with its artefacts hidden; the opening goes to a file that only its owner reads.

    Raises:
        InputError: nothing is written, or the file is there already.
    """
    from comity.evidence.hidden_artefacts import hide_artefacts

    if directory is None:
        message = Message("--hide-artefacts needs a directory to write to")
        raise InputError(message, hint=Message("name one with --into"))
    hidden, opening = hide_artefacts(statement)
    write_new_file(directory / f"{name}.opening", opening, 0o600)
    return hidden


def _sign(written: Path, key: Path) -> None:
    from comity.evidence.keys import read_signing_key
    from comity.evidence.signed_statement import sign_statement

    write_file(written, sign_statement(written, read_signing_key(key)))


def checked_name(name: str) -> str:
    """A name that is a file name and nothing more.

    Raises:
        InputError: it is not.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        message = Message('--name: "{text}" cannot be the name of a statement', text=name[:40])
        raise InputError(message, hint=Message("use letters, digits, dots, hyphens and underscores"))
    return name.removesuffix(".json")


def directory_for(into: str | None) -> Path | None:
    """Where the statement goes; None where it is only printed."""
    if into is not None:
        return Path(into)
    return Path(EVIDENCE) if Path(DOSSIER).is_file() else None
