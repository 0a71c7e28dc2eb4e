"""`comity library list|show|search|stats|timeline|review|check|schema`: browse, find, review and lint standards."""

from __future__ import annotations

from argparse import SUPPRESS
from typing import TYPE_CHECKING

from comity.cli.options import (
    add_library_options,
    checked_markets,
    deliver,
    library_of,
    named_day,
    require_solver,
    today,
)
from comity.errors import InputError
from comity.exit_codes import CANNOT_DECIDE, FINDINGS, FINE
from comity.language import LANGUAGES, Message
from comity.library.model import FORCES, ORIENTATIONS, STATUSES

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser
    from comity.library.loader import Library


def configure(parser: Parser) -> None:
    """Arguments of `comity library`."""
    parser.epilog = parser.say("example: comity library search label video")
    actions = parser.add_subparsers(title=parser.say("actions"), metavar="ACTION", required=True)
    listing = actions.add_parser("list", help=parser.say("the standards of the library"))
    _add_filters(listing)
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help=parser.say("a standard, a clause, a fact or a definition, whole"))
    show.epilog = parser.say("example: comity library show eu-ai-act/50-2-marking")
    show.add_argument("id", metavar="ID", help=parser.say("for example eu-ai-act, or a clause as <standard>/<clause>"))
    _add_limit(show, 12, parser.say("how many clauses of each jurisdiction the text lists; 0 for all"))
    show.set_defaults(run=_show)
    search = actions.add_parser("search", help=parser.say("clauses and facts that speak of something"))
    search.epilog = "\n".join(
        (
            parser.say("example: comity library search label video"),
            parser.say("exit code: 0 if something was found, else 1"),
        )
    )
    search.add_argument(
        "words", nargs="+", metavar="WORD", help=parser.say("words that all have to occur, in any language")
    )
    _add_limit(search, 10, parser.say("how many results of each kind the text lists; 0 for all"))
    search.set_defaults(run=_search)
    stats = actions.add_parser("stats", help=parser.say("what the library covers, and what is missing"))
    stats.epilog = parser.say("example: comity library stats --format html -o stats.html")
    stats.set_defaults(run=_stats)
    timeline = actions.add_parser("timeline", help=parser.say("the days on which rules begin or end"))
    _add_days(timeline)
    timeline.set_defaults(run=_timeline)
    review = actions.add_parser(
        "review", help=parser.say("a sheet on which experts review a standard, clause by clause")
    )
    _add_review(review)
    review.set_defaults(run=_review)
    check = actions.add_parser("check", help=parser.say("lint the whole library"))
    check.add_argument(
        "--deep",
        action="store_true",
        help=parser.say(
            "look at each standard with a solver too: what is redundant, vacuous, unmeetable or in conflict"
        ),
    )
    check.epilog = parser.say("example: comity library check --library my-rules")
    check.set_defaults(run=_check)
    schema = actions.add_parser(
        "schema", help=parser.say("the JSON Schema of a file that people write or a command prints")
    )
    schema.epilog = parser.say("example: comity library schema dossier -o dossier.schema.json")
    schema.add_argument("name", nargs="?", metavar="NAME", help=parser.say("which one; left out: the names of all"))
    schema.set_defaults(run=_schema)
    for action in (listing, show, search, check):
        action.add_argument("--format", choices=["text", "json"], default="text", help=parser.say("form of the report"))
    for action, forms in ((stats, ["text", "json", "html", "md"]), (timeline, ["text", "json", "html", "md"])):
        action.add_argument("--format", choices=forms, default="text", help=parser.say("form of the report"))
    review.add_argument("--format", choices=["md", "html", "json"], default="md", help=parser.say("form of the report"))
    for action in (listing, show, search, stats, timeline, review, check, schema):
        add_library_options(action)
        action.add_argument("--output", "-o", metavar="FILE", help=parser.say("write the report to a file"))
        action.add_argument("--lang", choices=LANGUAGES, default=SUPPRESS, help=SUPPRESS)


def _add_filters(listing: Parser) -> None:
    say = listing.say
    listing.epilog = say("example: comity library list --jurisdiction eu --force law")
    listing.add_argument("--jurisdiction", metavar="ID", help=say("only the standards of a jurisdiction"))
    listing.add_argument("--topic", metavar="ID", help=say("only the standards with a clause under a topic"))
    listing.add_argument("--region", metavar="ID", help=say("only the standards of a region of the world"))
    listing.add_argument("--force", choices=FORCES, help=say("only the standards of a legal force"))
    listing.add_argument("--status", choices=STATUSES, help=say("only the standards of a status"))
    listing.add_argument("--orientation", choices=ORIENTATIONS, help=say("only the standards of an orientation"))


def _add_days(timeline: Parser) -> None:
    say = timeline.say
    timeline.epilog = say("example: comity library timeline --market eu --until 2027-12-31")
    timeline.add_argument(
        "--market", metavar="MARKET", action="append", help=say("a market to look at (repeatable; default: all rules)")
    )
    timeline.add_argument("--from", metavar="DATE", dest="since", help=say("the first day (default: today)"))
    timeline.add_argument("--until", metavar="DATE", help=say("the last day (default: none)"))


def _add_review(review: Parser) -> None:
    say = review.say
    review.epilog = say("example: comity library review us-ca-sb53 --format html -o review.html")
    review.add_argument("standard", metavar="STANDARD", help=say("the id of a standard, or of one clause"))
    review.add_argument(
        "--one-language",
        action="store_true",
        help=say("only in the language of the output; default: English and Chinese side by side"),
    )


def _add_limit(parser: Parser, default: int, text: str) -> None:
    parser.add_argument("--limit", type=int, default=default, metavar="N", help=text)


def _list(options: argparse.Namespace) -> int:
    from comity.report.catalogue import Filter, standards_list

    library = library_of(options)
    only = Filter(
        options.jurisdiction, options.topic, options.force, options.status, options.orientation, options.region
    )
    to_file = options.output is not None
    text = standards_list(library, options.jurisdiction, options.lang, options.format, only=only, to_file=to_file)
    deliver(text, options)
    return FINE


def _show(options: argparse.Namespace) -> int:
    from comity.report.catalogue import show

    library, to_file = library_of(options), options.output is not None
    limit = max(0, options.limit)
    deliver(show(library, options.id, options.lang, options.format, limit=limit, to_file=to_file), options)
    return FINE


def _search(options: argparse.Namespace) -> int:
    from comity.report.catalogue import search

    library, to_file = library_of(options), options.output is not None
    limit = max(0, options.limit)
    text, found = search(library, options.words, options.lang, options.format, limit=limit, to_file=to_file)
    deliver(text, options)
    return FINE if found else FINDINGS


def _stats(options: argparse.Namespace) -> int:
    from comity.questions.statistics import statistics
    from comity.report.library_statistics import library_statistics

    found, to_file = statistics(library_of(options)), options.output is not None
    deliver(library_statistics(found, options.lang, options.format, to_file=to_file), options)
    return FINE


def _timeline(options: argparse.Namespace) -> int:
    from comity.questions.timeline import timeline
    from comity.report.library_timeline import library_timeline

    library, to_file = library_of(options), options.output is not None
    markets = checked_markets(options.market, library) if options.market else None
    first = named_day("--from", options.since) or today()
    last = named_day("--until", options.until)
    if last is not None and last < first:
        message = Message("the last day, {last}, is before the first, {first}", last=last, first=first)
        raise InputError(message, hint=Message("name an earlier day with --from"))
    found = timeline(library, markets=markets, first=first, last=last)
    deliver(library_timeline(found, options.lang, options.format, to_file=to_file), options)
    return FINE


def _review(options: argparse.Namespace) -> int:
    from comity.questions.review import review
    from comity.report.library_review import library_review

    library = library_of(options)
    languages = (options.lang,) if options.one_language else LANGUAGES
    deliver(library_review(review(library, options.standard), languages, options.lang, options.format), options)
    return FINE


def _schema(options: argparse.Namespace) -> int:
    from comity import schemas

    if options.name is None:
        deliver("\n".join(schemas.NAMES), options)
    elif (options.library or options.no_builtin) and options.name in schemas.FROM_VOCABULARY:
        from comity.schemas.generate import schema_of

        deliver(schemas.text_of(schema_of(options.name, library_of(options))), options)
    else:
        deliver(schemas.shipped(options.name), options)
    return FINE


def _check(options: argparse.Namespace) -> int:
    from comity.library.loader import Library, layers_of, read_library
    from comity.questions.check import inspect
    from comity.report.catalogue import inspection

    if options.deep:
        require_solver()
    data, errors = read_library(layers_of(options.library, builtin=not options.no_builtin))
    library = Library(data)
    found = inspect(library, errors)
    text, code = inspection(found, options.lang, options.format), FINDINGS if found.errors or found.problems else FINE
    if options.deep and code == FINE:
        deeper, code = _check_deeply(library, options)
        text = deeper if options.format == "json" else f"{text}\n\n{deeper}"
    deliver(text, options)
    return code


def _check_deeply(library: Library, options: argparse.Namespace) -> tuple[str, int]:
    """What a solver sees in a sound library: a report, and the exit code. Laws repeat themselves, so redundancy is no finding."""
    from comity.cli.progress import progress_bar
    from comity.questions.deep_check import inspect_deeply
    from comity.report.deep_check import deep_inspection

    found = inspect_deeply(library, progress=progress_bar())
    kinds = {flaw.kind for flaw in found.flaws} - {"redundant"}
    code = FINE if not kinds else CANNOT_DECIDE if kinds == {"undecided"} else FINDINGS
    return deep_inspection(found, options.lang, options.format, to_file=options.output is not None), code
