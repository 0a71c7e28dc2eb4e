"""`comity export FORM [DIR]`: what Comity knows, in the forms of other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.cli.options import (
    add_body_option,
    add_library_options,
    add_market_options,
    checked_bodies,
    checked_markets,
    day_of,
    deliver,
    library_of,
)
from comity.exit_codes import FINE
from comity.interchange.forms import EXPORTED

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

FAIL_ON = ("not_met", "unknown", "never")
JSON_FORMS = ("oscal", "sarif", "cyclonedx")


def configure(parser: Parser) -> None:
    """Arguments of `comity export`."""
    parser.epilog = parser.say("example: comity export sarif . --market eu -o comity.sarif")
    width = max(map(len, EXPORTED))
    forms = "\n".join(f"  {form:<{width}}  {title.in_language(parser.language)}" for form, title in EXPORTED.items())
    parser.description = f"{parser.description}\n\n{forms}"
    parser.add_argument("form", choices=tuple(EXPORTED), metavar="FORM", help=parser.say("what to write: see above"))
    parser.add_argument(
        "dossier", nargs="?", default=".", metavar="DIR", help=parser.say("the directory that holds comity.yaml")
    )
    add_market_options(parser)
    add_body_option(parser)
    parser.add_argument("--output", "-o", metavar="FILE", help=parser.say("write the report to a file"))
    parser.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        action="append",
        help=parser.say("what makes the exit code non-zero (repeatable; default: never)"),
    )
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from comity.dossier.reader import load_dossier
    from comity.interchange.forms import export
    from comity.questions.assess import assess

    on = day_of(options)
    library = library_of(options)
    dossier = load_dossier(options.dossier, library)
    markets = (
        *checked_markets(options.market or dossier.markets, library),
        *checked_bodies(options.also, library),
    )
    awaited = options.form == "model-card"
    assessment = assess(dossier, library, markets=markets, on=on, openings=awaited)
    options.format = "json" if options.form in JSON_FORMS else options.form
    deliver(export(assessment, options.form, options.lang), options)
    return assessment.exit_code(options.fail_on) if options.fail_on else FINE
