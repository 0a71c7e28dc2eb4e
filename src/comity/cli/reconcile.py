"""`comity reconcile [DIR | --profile P]`: one design for all markets, or what cannot be met together."""

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
    from comity.library.loader import Library
    from comity.solving.scenario import Description, Scenario

FORMATS = ("text", "json", "html", "md")
MOST_CONFLICTS = 100


def configure(parser: Parser) -> None:
    """Arguments of `comity reconcile`."""
    say = parser.say
    parser.epilog = "\n".join(
        (
            say("example: comity reconcile examples/smollm2-chat --market eu --market cn"),
            say("example: comity reconcile --profile chatbot-provider --assume organisation.size_class=large"),
            say("exit code: 0 one product satisfies all, 1 none does, 3 something is still open"),
        )
    )
    parser.add_argument("dossier", nargs="?", metavar="DIR", help=say("the directory that holds comity.yaml"))
    parser.add_argument(
        "--profile", metavar="P", help=say("an imagined system instead of a dossier; `list` lists them")
    )
    add_market_options(parser)
    add_assumption_options(parser)
    parser.add_argument(
        "--for-any",
        action="store_true",
        help=say("look for any system, whatever its givens, for which the clauses collide"),
    )
    add_report_options(parser, FORMATS)
    parser.add_argument(
        "--limit", type=int, default=60, metavar="N", help=say("how many entries are listed of each kind; 0 for all")
    )
    add_proof_option(parser)
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    require_solver()
    library = library_of(options)
    if options.profile == "list":
        return _list(options, library)
    name, scenario = _scenario(options, library)
    limit = max(options.limit, MOST_CONFLICTS) if options.limit > 0 else 0
    to_file = options.output is not None
    if options.for_any:
        from comity.report.generality import generality
        from comity.solving.for_any import reconcile_any

        found = reconcile_any(scenario, limit=limit)
        if options.proof is not None:
            from comity.questions.reconcile_claims import collision_claims

            write_proof("comity reconcile --for-any", collision_claims(found), options)
        deliver(generality(found, options.lang, options.format, options.limit, to_file=to_file), options)
        return FINDINGS if found.collisions else FINE if found.complete else CANNOT_DECIDE
    from comity.questions.reconcile import reconcile_scenario
    from comity.report.reconciliation import reconciliation

    answer = reconcile_scenario(scenario, limit=limit)
    if options.proof is not None:
        from comity.questions.reconcile_claims import reconcile_claims

        write_proof("comity reconcile", reconcile_claims(answer), options)
    deliver(reconciliation(answer, name, options.lang, options.format, options.limit, to_file=to_file), options)
    return FINDINGS if answer.conflicts else CANNOT_DECIDE if scenario.open else FINE


def _scenario(options: argparse.Namespace, library: Library) -> tuple[str, Scenario]:
    """What the system is called, and the scenario that the options describe."""
    from comity.dossier.assumptions import read_assumptions
    from comity.library.elements import with_elements
    from comity.solving.scenario import build_scenario

    name, description, own_markets = _description(options, library)
    markets = checked_markets(options.market or own_markets, library)
    assume = read_assumptions(options.assume, with_elements(library, description.elements))
    scenario = build_scenario(
        library, description, markets=markets, on=day_of(options), assume=assume, keep=options.keep
    )
    return name, scenario


def _description(options: argparse.Namespace, library: Library) -> tuple[str, Description, tuple[str, ...]]:
    """The name, the known facts and the markets of a dossier or profile; of nobody where any system is meant.

    Raises:
        InputError: a dossier and a profile are both named, or with `--for-any` one of them.
    """
    covered = [standard.jurisdiction for standard in library.data.standards]
    every = tuple(market for market in library.markets if market in covered)
    if options.for_any:
        if options.profile or options.dossier:
            message = Message("--for-any looks at every system; it takes neither a directory nor a profile")
            raise InputError(message, hint=Message("fix single givens with --assume FACT=VALUE"))
        from comity.solving.scenario import AnySystem

        return "", AnySystem(), every
    if options.profile:
        if options.dossier:
            raise InputError(Message("name a directory or a profile, not both"))
        from comity.library.loader import layers_of
        from comity.library.profiles import load_profile

        profile = load_profile(options.profile, layers_of(options.library, builtin=not options.no_builtin), library)
        return profile.title.get(options.lang) or profile.title["en"], profile, every
    from comity.dossier.reader import load_dossier

    dossier = load_dossier(options.dossier or ".", library)
    return f"{dossier.name} {dossier.version}".strip(), dossier, dossier.markets


def _list(options: argparse.Namespace, library: Library) -> int:
    """The profiles of the library."""
    from comity.library.loader import layers_of
    from comity.library.profiles import load_profiles
    from comity.report.blocks import Branch, Outline, Span, line, written

    profiles = load_profiles(layers_of(options.library, builtin=not options.no_builtin), library)
    rows = [
        Branch(
            0,
            line(Span(profile.id, "id"), "  ", Span(profile.title.get(options.lang) or profile.title["en"], "strong")),
            (line(profile.text.get(options.lang) or profile.text["en"]),),
        )
        for profile in profiles
    ]
    deliver(written([Outline(tuple(rows))], to_file=options.output is not None), options)
    return FINE
