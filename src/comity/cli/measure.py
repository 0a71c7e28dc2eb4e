"""`comity measure model FILE`: establish facts from a real artefact."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.options import add_report_options, deliver
from comity.cli.progress import progress_bar
from comity.errors import InputError
from comity.exit_codes import FINE
from comity.language import Message

if TYPE_CHECKING:
    from comity.cli import Parser

FORMATS = ("text", "json")
DOSSIER = "comity.yaml"
EVIDENCE = "evidence"

_SLOW_BYTES = 200_000_000
"""A digest over fewer bytes takes less than a second and needs no progress bar."""


def configure(parser: Parser) -> None:
    """Arguments of `comity measure`."""
    parser.epilog = parser.say("example: comity measure model model.gguf --into evidence")
    measures = parser.add_subparsers(title=parser.say("measures"), metavar="MEASURE", required=True)
    summary = parser.say("what the file of a model shows: parameters, context length, licence, digest")
    model = measures.add_parser(
        "model",
        help=summary,
        description="\n\n".join(
            (
                summary,
                parser.say(
                    "Reads the header of a GGUF, safetensors or ONNX file. Weights are not loaded and nothing in\n"
                    "the file is run. The number of parameters and the digest are observed; architecture, licence,\n"
                    "languages and context length are what the file says about itself."
                ),
                parser.say(
                    "It cannot see: what the model was trained on and with how much compute; who made the file and\n"
                    "whether its licence is the true one; how the model behaves; which languages it masters; the\n"
                    "other parts of a model that is split over several files, and files beside it such as\n"
                    "config.json or a model card."
                ),
            )
        ),
        epilog=parser.say("example: comity measure model model.gguf --into evidence"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    model.add_argument("file", metavar="FILE", help=parser.say("a .gguf, .safetensors or .onnx file"))
    model.add_argument(
        "--into",
        metavar="DIR",
        help=parser.say("where the statement is written (default: evidence/, if comity.yaml is in this directory)"),
    )
    model.add_argument("--name", metavar="NAME", help=parser.say("name of the statement (default: that of the file)"))
    add_report_options(model, FORMATS)
    model.set_defaults(run=_model)


def _model(options: argparse.Namespace) -> int:
    from comity.dossier.statements import write_statement
    from comity.measures.model import measure_model, statement_name
    from comity.report.measurement import measurement

    name = statement_name(options.file) if options.name is None else _checked(options.name)
    directory = _directory(options.into)
    statement = measure_model(options.file, progress=progress_bar(_SLOW_BYTES))
    written = None if directory is None else write_statement(statement, directory, name)
    deliver(measurement(statement, written, options.lang, options.format), options)
    return FINE


def _checked(name: str) -> str:
    """A name that is a file name and nothing more.

    Raises:
        InputError: it is not.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        message = Message('--name: "{text}" cannot be the name of a statement', text=name[:40])
        raise InputError(message, hint=Message("use letters, digits, dots, hyphens and underscores"))
    return name.removesuffix(".json")


def _directory(into: str | None) -> Path | None:
    """Where the statement goes; None where it is only printed."""
    if into is not None:
        return Path(into)
    return Path(EVIDENCE) if Path(DOSSIER).is_file() else None
