"""`comity explain CLAUSE [DIR]`: how one verdict came about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.cli.options import (
    add_library_options,
    add_report_options,
    checked_markets,
    day_of,
    deliver,
    library_of,
)
from comity.exit_codes import CANNOT_DECIDE, FINDINGS, FINE

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

FORMATS = ("text", "json", "html", "md")
EXIT_CODES = {"met": FINE, "not_applicable": FINE, "not_met": FINDINGS, "unknown": CANNOT_DECIDE}


def configure(parser: Parser) -> None:
    """Arguments of `comity explain`."""
    say = parser.say
    parser.epilog = "\n".join(
        (
            say("example: comity explain cn-gb-t-45654/refuse-test-rate examples/smollm2-chat"),
            say("exit code: 0 met or not applicable, 1 not met, 3 unknown"),
        )
    )
    parser.add_argument(
        "clause", metavar="CLAUSE", help=say("<standard>/<clause>, or an end of it that only one clause has")
    )
    parser.add_argument(
        "dossier", nargs="?", default=".", metavar="DIR", help=say("the directory that holds comity.yaml")
    )
    parser.add_argument(
        "--market", metavar="MARKET", help=say("the market to judge in (default: the clause's jurisdiction)")
    )
    parser.add_argument("--on", metavar="DATE", help=say("the day to judge on (default: today)"))
    parser.add_argument("--full", action="store_true", help=say("unfold definitions also where they decided nothing"))
    add_report_options(parser, FORMATS)
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from comity.dossier.reader import load_dossier
    from comity.library.elements import divided
    from comity.questions.browse import clause_named
    from comity.questions.explain import explain
    from comity.report.explanation import explanation

    on = day_of(options)
    library = library_of(options)
    name, element = divided(options.clause)
    clause = clause_named(library, name)
    market = checked_markets([options.market], library)[0] if options.market is not None else None
    dossier = load_dossier(options.dossier, library)
    found = explain(clause, dossier, library, element=element, market=market, on=on)
    to_file = options.output is not None
    deliver(explanation(found, options.lang, options.format, full=options.full, to_file=to_file), options)
    return EXIT_CODES[found.result.verdict]
