"""`comity library list|show|search|check`: browse, find and lint standards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.cli import FINDINGS, FINE
from comity.cli.options import add_library_options, deliver, library_of

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser


def configure(parser: Parser) -> None:
    """Arguments of `comity library`."""
    actions = parser.add_subparsers(title=parser.say("actions"), metavar="ACTION", required=True)
    listing = actions.add_parser("list", help=parser.say("the standards of the library"))
    listing.add_argument("--jurisdiction", metavar="ID", help=parser.say("only the standards of a jurisdiction"))
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help=parser.say("a standard, a clause, a fact or a definition, whole"))
    show.add_argument("id", help=parser.say("for example eu-ai-act, or a clause as <standard>/<clause>"))
    show.set_defaults(run=_show)
    search = actions.add_parser("search", help=parser.say("clauses and facts that speak of something"))
    search.add_argument("words", nargs="+", help=parser.say("words that all have to occur, in any language"))
    search.set_defaults(run=_search)
    check = actions.add_parser("check", help=parser.say("lint the whole library"))
    check.set_defaults(run=_check)
    for action in (listing, show, search, check):
        add_library_options(action)
        action.add_argument("--format", choices=["text", "json"], default="text", help=parser.say("form of the report"))
        action.add_argument("--output", "-o", metavar="FILE", help=parser.say("write the report to a file"))


def _list(options: argparse.Namespace) -> int:
    from comity.report.catalogue import standards_list

    library = library_of(options)
    deliver(standards_list(library, options.jurisdiction, options.lang, options.format), options)
    return FINE


def _show(options: argparse.Namespace) -> int:
    from comity.report.catalogue import show

    deliver(show(library_of(options), options.id, options.lang, options.format), options)
    return FINE


def _search(options: argparse.Namespace) -> int:
    from comity.report.catalogue import search

    library = library_of(options)
    text, found = search(library, options.words, options.lang, options.format)
    deliver(text, options)
    return FINE if found else FINDINGS


def _check(options: argparse.Namespace) -> int:
    from comity.library.loader import Library, layers_of, read_library
    from comity.questions.check import inspect
    from comity.report.catalogue import inspection

    data, errors = read_library(layers_of(options.library, builtin=not options.no_builtin))
    found = inspect(Library(data), errors)
    deliver(inspection(found, options.lang, options.format), options)
    return FINDINGS if found.errors or found.problems else FINE
