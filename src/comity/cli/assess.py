"""`comity assess [DIR]`: a verdict for every clause of the chosen markets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.cli.options import (
    add_body_option,
    add_library_options,
    add_market_options,
    add_report_options,
    checked_bodies,
    checked_markets,
    day_of,
    deliver,
    library_of,
    require_solver,
)
from comity.exit_codes import FAIL_ON_BY_DEFAULT

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser
    from comity.questions.assess import Assessment

FORMATS = ("text", "json", "html", "md")
FAIL_ON = ("not_met", "unknown", "never")


def configure(parser: Parser) -> None:
    """Arguments of `comity assess`."""
    parser.epilog = parser.say(
        "example: comity assess examples/smollm2-chat --market eu --market cn --format html -o report.html"
    )
    parser.add_argument(
        "dossier", nargs="?", default=".", metavar="DIR", help=parser.say("the directory that holds comity.yaml")
    )
    add_market_options(parser)
    add_body_option(parser)
    add_report_options(parser, FORMATS)
    parser.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        action="append",
        help=parser.say("what makes the exit code non-zero (repeatable; default: not_met and unknown)"),
    )
    parser.add_argument(
        "--limit",
        type=int,
        default=15,
        metavar="N",
        help=parser.say("how many clauses the text lists of each kind; 0 for all"),
    )
    parser.add_argument(
        "--settle",
        action="store_true",
        help=parser.say("let a solver settle verdicts that no missing fact can change (needs comity[solver])"),
    )
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from comity.dossier.reader import load_dossier
    from comity.questions.assess import assess

    on = day_of(options)
    library = library_of(options)
    dossier = load_dossier(options.dossier, library)
    markets = checked_markets(options.market or dossier.markets, library)
    assessment = assess(dossier, library, markets=(*markets, *checked_bodies(options.also, library)), on=on)
    if options.settle:
        require_solver()
        from comity.questions.settle import settle

        assessment = settle(assessment)
    deliver(
        render(assessment, options.format, options.lang, options.limit, to_file=options.output is not None), options
    )
    return assessment.exit_code(options.fail_on or FAIL_ON_BY_DEFAULT)


def render(assessment: Assessment, form: str, language: str, limit: int, *, to_file: bool = False) -> str:
    """The report in one of `FORMATS`; only the module of that form is imported."""
    if form == "json":
        from comity.report.assessment_json import assessment_json

        return assessment_json(assessment, language)
    if form == "html":
        from comity.report.html import assessment_html

        return assessment_html(assessment, language)
    if form == "md":
        from comity.report.markdown import assessment_markdown

        return assessment_markdown(assessment, language)
    from comity.report.text import assessment_text

    return assessment_text(assessment, language, limit, plain=to_file)
