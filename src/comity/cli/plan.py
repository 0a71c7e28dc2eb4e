"""`comity plan [DIR]`: the cheapest changes that open these markets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.cli.options import (
    add_assumption_options,
    add_library_options,
    add_market_options,
    add_report_options,
    checked_markets,
    day_of,
    deliver,
    library_of,
    require_solver,
)
from comity.cli.proof import add_proof_option, write_proof
from comity.errors import InputError
from comity.exit_codes import CANNOT_DECIDE, FINDINGS, FINE
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser
    from comity.questions.plan import Plan

FORMATS = ("text", "json", "html", "md")
LARGEST_BUDGET = 1e12


def configure(parser: Parser) -> None:
    """Arguments of `comity plan`."""
    say = parser.say
    parser.epilog = "\n".join(
        (
            say("example: comity plan examples/smollm2-chat --market eu --market kr --budget 20"),
            say(
                "exit code: 0 nothing to do, 1 changes are needed or no plan exists, 3 clauses wait for what is not known"
            ),
        )
    )
    parser.add_argument(
        "dossier", nargs="?", default=".", metavar="DIR", help=say("the directory that holds comity.yaml")
    )
    add_market_options(parser)
    parser.add_argument(
        "--budget",
        metavar="N",
        help=say("spend no more than this; close as many clauses and open as many markets as it can buy"),
    )
    parser.add_argument(
        "--per-market",
        action="store_true",
        help=say("let facts that can differ by market have a value of their own in each"),
    )
    add_assumption_options(parser)
    add_report_options(parser, FORMATS)
    parser.add_argument(
        "--limit",
        type=int,
        default=6,
        metavar="N",
        help=say("how many clauses are named where there are many; 0 for all"),
    )
    add_proof_option(parser)
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    require_solver()
    from comity.dossier.assumptions import read_assumptions
    from comity.dossier.reader import load_dossier
    from comity.library.elements import with_elements
    from comity.questions.plan import plan
    from comity.report.plan import plan_report

    on, budget = day_of(options), _budget(options.budget)
    library = library_of(options)
    dossier = load_dossier(options.dossier, library)
    answer = plan(
        dossier,
        library,
        markets=checked_markets(options.market or dossier.markets, library),
        on=on,
        budget=budget,
        per_market=options.per_market,
        assume=read_assumptions(options.assume, with_elements(library, dossier.elements)),
        keep=options.keep,
    )
    if options.proof is not None:
        from comity.questions.plan_claims import plan_claims

        write_proof("comity plan", plan_claims(answer), options)
    to_file = options.output is not None
    deliver(plan_report(answer, options.lang, options.format, limit=max(0, options.limit), to_file=to_file), options)
    return exit_code(answer)


def _budget(text: str | None) -> float | None:
    """The budget.

    Raises:
        InputError: it is no number that can be spent.
    """
    if text is None:
        return None
    try:
        budget = float(text)
    except ValueError:
        budget = -1.0
    if not 0 <= budget <= LARGEST_BUDGET:
        raise InputError(
            Message('--budget: "{text}" is no cost', text=text[:40]), hint=Message("write a number, such as 20")
        )
    return budget


def exit_code(answer: Plan) -> int:
    """0 nothing to do; 1 changes are needed, or no plan exists; 3 clauses wait for what is not known of the system."""
    if answer.steps or answer.left or not answer.possible:
        return FINDINGS
    return CANNOT_DECIDE if answer.waiting else FINE
