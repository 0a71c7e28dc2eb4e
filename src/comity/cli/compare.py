"""`comity compare A B`: how every pair of clauses relates, proven."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from comity.cli.options import add_library_options, add_report_options, day_of, deliver, library_of, require_solver
from comity.cli.progress import progress_bar
from comity.cli.proof import add_proof_option, write_proof
from comity.errors import InputError, did_you_mean
from comity.exit_codes import CANNOT_DECIDE, FINE
from comity.language import Message
from comity.solving.relations import EVERYTHING, RELATIONS

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser
    from comity.library.loader import Library
    from comity.solving.relations import Crosswalk

FORMATS = ("text", "json", "csv", "html", "olir", "oscal")
KEPT = "relations"
"""Name under which answers are kept."""
MOST_PROCESSES = 8


def configure(parser: Parser) -> None:
    """Arguments of `comity compare`."""
    say = parser.say
    parser.epilog = "\n".join(
        (
            say("example: comity compare eu cn --topic content_labels --format html -o crosswalk.html"),
            say("exit code: 0 every pair was decided, 3 the solver did not decide some in time"),
        )
    )
    parser.add_argument(
        "a", nargs="?", metavar="A", help=say("a jurisdiction, a standard, or a clause as <standard>/<clause>")
    )
    parser.add_argument("b", nargs="?", metavar="B", help=say("the other one"))
    parser.add_argument("--all", action="store_true", help=say("every standard of the library with every other"))
    parser.add_argument(
        "--on",
        metavar="DATE",
        help=say("only clauses in force on that day (default: all, bills and future ones included)"),
    )
    parser.add_argument(
        "--relation", choices=RELATIONS, action="append", help=say("show only pairs of this relation (repeatable)")
    )
    parser.add_argument("--topic", metavar="ID", help=say("show only pairs with a clause under this topic"))
    parser.add_argument(
        "--limit",
        type=int,
        default=10,
        metavar="N",
        help=say("how many pairs of each relation the text lists; 0 for all"),
    )
    add_report_options(parser, FORMATS)
    add_proof_option(parser)
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from comity.library.answers import read_answers, write_answers
    from comity.questions.crosswalk import KeptRelation, compare

    require_solver()
    left, right = _sides(options)
    library = library_of(options)
    _check_topic(options.topic, library)
    known = read_answers(KEPT, KeptRelation)
    before = len(known)
    crosswalk = compare(
        left,
        right,
        library,
        on=day_of(options) if options.on else None,
        known=known,
        processes=min(MOST_PROCESSES, _processors()),
        progress=progress_bar(),
    )
    if len(known) > before:
        write_answers(KEPT, known)
    shown = _chosen(crosswalk, options)
    if options.proof is not None:
        from comity.questions.compare_claims import compare_claims

        write_proof("comity compare", compare_claims(shown, progress_bar(at_least=100)), options)
    deliver(
        render(shown, options.format, options.lang, max(0, options.limit), to_file=options.output is not None), options
    )
    return CANNOT_DECIDE if crosswalk.undecided else FINE


def _sides(options: argparse.Namespace) -> tuple[str, str]:
    """The names of the two sides.

    Raises:
        InputError: neither two names nor `--all`.
    """
    if options.all and options.a is None:
        return EVERYTHING, EVERYTHING
    if options.all or options.a is None or options.b is None:
        hint = Message("for example: comity compare eu cn, or comity compare --all")
        raise InputError(Message("name two jurisdictions, standards or clauses, or ask for --all"), hint=hint)
    return options.a, options.b


def _check_topic(topic: str | None, library: Library) -> None:
    """Refuse a topic that the library does not have.

    Raises:
        InputError: there is none of that name.
    """
    if topic is not None and topic not in library.topics:
        raise InputError(
            Message('there is no topic "{name}"', name=topic[:40]), hint=did_you_mean(topic, library.topics)
        )


def _processors() -> int:
    """How many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _chosen(crosswalk: Crosswalk, options: argparse.Namespace) -> Crosswalk:
    """The pairs that the options ask to see."""
    pairs = crosswalk.pairs
    if options.relation:
        pairs = tuple(pair for pair in pairs if pair.relation in options.relation)
    if options.topic:
        pairs = tuple(pair for pair in pairs if options.topic in {pair.a.topic, pair.b.topic})
    return replace(crosswalk, pairs=pairs)


def render(crosswalk: Crosswalk, form: str, language: str, limit: int, *, to_file: bool = False) -> str:
    """The report in one of `FORMATS`; only the module of that form is imported."""
    if form == "json":
        from comity.report.comparison_json import comparison_json

        return comparison_json(crosswalk, language)
    if form == "html":
        from comity.report.comparison_html import comparison_html

        return comparison_html(crosswalk, language)
    if form == "oscal":
        from comity.report.comparison_oscal import comparison_oscal

        return comparison_oscal(crosswalk, language)
    if form in {"csv", "olir"}:
        from comity.report.comparison_tables import comparison_csv, comparison_olir

        return comparison_csv(crosswalk, language) if form == "csv" else comparison_olir(crosswalk, language)
    from comity.report.comparison import comparison_text

    return comparison_text(crosswalk, language, limit, plain=to_file)
