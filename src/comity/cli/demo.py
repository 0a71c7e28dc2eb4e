"""`comity demo`: the main job, end to end, on the real example that ships."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.options import add_market_options, checked_markets, day_of, deliver
from comity.errors import InputError
from comity.exit_codes import FINE
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

EXAMPLE = "smollm2-chat"


def configure(parser: Parser) -> None:
    """Arguments of `comity demo`."""
    parser.epilog = parser.say("example: comity demo --into build/demo")
    add_market_options(parser)
    parser.add_argument(
        "--into",
        metavar="DIR",
        default="comity-demo",
        help=parser.say("where report.html is written (default: comity-demo)"),
    )
    parser.add_argument(
        "--limit",
        type=int,
        default=5,
        metavar="N",
        help=parser.say("how many clauses the text lists of each kind; 0 for all"),
    )
    parser.set_defaults(run=_run)


def example_directory() -> Path:
    """Where the example lies: in the installed package, or in the checkout that the package is run from.

    Raises:
        InputError: the example was not installed.
    """
    package = Path(str(files("comity")))
    for directory in (package / "examples" / EXAMPLE, package.parents[1] / "examples" / EXAMPLE):
        if (directory / "comity.yaml").is_file():
            return directory
    raise InputError(Message("the example is not part of this installation"))


def _run(options: argparse.Namespace) -> int:
    from comity.cli.assess import render
    from comity.dossier.reader import load_dossier
    from comity.library.loader import load_library
    from comity.questions.assess import assess

    on = day_of(options)
    library = load_library()
    dossier = load_dossier(example_directory(), library)
    markets = checked_markets(options.market or dossier.markets, library)
    assessment = assess(dossier, library, markets=markets, on=on)
    sys.stdout.write(render(assessment, "text", options.lang, options.limit))
    page = Path(options.into) / "report.html"
    options.output = str(page)
    deliver(render(assessment, "html", options.lang, 0), options)
    code = assessment.exit_code()
    say = Message(
        "\nThe whole report, every clause with its trace: {page}\n`comity assess` of this dossier ends with exit code {code}.\n",
        page=str(page),
        code=code,
    )
    sys.stdout.write(say.in_language(options.lang))
    return FINE
