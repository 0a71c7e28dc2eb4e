"""Options that several commands share."""

from __future__ import annotations

import argparse
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from comity.clauses.values import parse_date
from comity.documents.writing import write_file
from comity.errors import InputError, did_you_mean, missing_extra
from comity.language import Message, clean
from comity.library.loader import Library, load_library

JSON_CONTROL = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What JSON may hold as it is, though it steers a terminal; it stands in texts only, so it can be escaped anywhere."""

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from comity.cli import Parser


def add_action(actions: argparse._SubParsersAction[Parser], name: str, summary: str, example: str) -> Parser:
    """The parser of an action of a command: its name, what it does in a line, and how it is called."""
    return actions.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_library_options(parser: Parser) -> None:
    """`--library DIR` and `--no-builtin`."""
    parser.add_argument(
        "--library",
        metavar="DIR",
        action="append",
        default=[],
        help=parser.say("a directory of own facts and standards, added to the shipped library (repeatable)"),
    )
    parser.add_argument("--no-builtin", action="store_true", help=parser.say("leave the shipped library out"))


def library_of(options: argparse.Namespace) -> Library:
    """The library that the options ask for."""
    return load_library(options.library, builtin=not options.no_builtin)


def add_report_options(parser: Parser, formats: Iterable[str]) -> None:
    """`--format` and `--output`."""
    formats = list(formats)
    parser.add_argument("--format", choices=formats, default=formats[0], help=parser.say("form of the report"))
    parser.add_argument("--output", "-o", metavar="FILE", help=parser.say("write the report to a file"))


def add_market_options(parser: Parser) -> None:
    """`--market` and `--on`."""
    parser.add_argument(
        "--market",
        metavar="MARKET",
        action="append",
        help=parser.say("a market to look at (repeatable; default: those of the dossier)"),
    )
    parser.add_argument("--on", metavar="DATE", help=parser.say("the day to judge on (default: today)"))


def add_assumption_options(parser: Parser) -> None:
    """`--keep` and `--assume`."""
    parser.add_argument(
        "--keep",
        nargs="+",
        action="extend",
        default=[],
        metavar="FACT",
        help=parser.say("choices that stay as the dossier has them (repeatable)"),
    )
    parser.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="FACT=VALUE",
        help=parser.say("take a value for true, for one market as FACT@MARKET=VALUE (repeatable)"),
    )


def add_body_option(parser: Parser) -> None:
    """`--also`."""
    parser.add_argument(
        "--also",
        metavar="BODY",
        action="append",
        default=[],
        help=parser.say("judge the standards and principles of a body as well, for example iso-iec or un (repeatable)"),
    )


def day_of(options: argparse.Namespace) -> date:
    """The day that the options ask about; today by default.

    Raises:
        InputError: `--on` is not a date.
    """
    return named_day("--on", options.on) or today()


def today() -> date:
    """The day that it is here."""
    from datetime import datetime

    return datetime.now().astimezone().date()


def named_day(option: str, text: str | None) -> date | None:
    """The date that stands behind an option; None where the option was left out.

    Raises:
        InputError: it is not a date.
    """
    day = parse_date(text) if text is not None else None
    if text is not None and day is None:
        message = Message('{option}: "{text}" is not a date', option=option, text=text[:40])
        raise InputError(message, hint=Message("write a date as 2026-08-02"))
    return day


def checked_markets(markets: Iterable[str], library: Library) -> tuple[str, ...]:
    """Markets, each known and with at least one standard.

    Raises:
        InputError: a market is unknown, or the library has no standard for it.
    """
    found = tuple(dict.fromkeys(markets))
    covered = {standard.jurisdiction for standard in library.data.standards}
    for market in found:
        if market not in library.markets:
            hint = did_you_mean(market, library.markets) or Message(
                "known are: {values}", values=", ".join(library.markets)
            )
            raise InputError(Message('"{market}" is not a market of this library', market=market[:40]), hint=hint)
        if not covered & set(library.with_wholes([market])):
            hint = Message("standards are there for: {values}", values=", ".join(sorted(covered)))
            raise InputError(
                Message('the library has no standard for the market "{market}" yet', market=market), hint=hint
            )
    return found


def checked_bodies(bodies: Iterable[str], library: Library) -> tuple[str, ...]:
    """Bodies whose rules count in no market of their own (a standards body, the United Nations), each known and with a standard.

    Raises:
        InputError: one is unknown, is a market, or has no standard in the library.
    """
    found = tuple(dict.fromkeys(bodies))
    known = sorted({standard.jurisdiction for standard in library.data.standards} - set(library.markets))
    for body in found:
        if body in library.markets:
            message = Message('"{market}" is a market', market=body)
            raise InputError(message, hint=Message("name it with --market"))
        if body not in known:
            hint = did_you_mean(body, known) or Message("known are: {values}", values=", ".join(known))
            raise InputError(Message('the library has no standard of a body "{name}"', name=body[:40]), hint=hint)
    return found


def require_solver() -> None:
    """Refuse a command that needs the solver where it is not installed.

    Raises:
        InputError: with how to install it.
    """
    if find_spec("z3") is None:
        raise missing_extra("z3-solver", "solver")


def deliver(text: str, options: argparse.Namespace) -> None:
    """Print a report, or write it to the file that `--output` names.

    Raises:
        InputError: the file cannot be written.
    """
    text = _harmless(text if text.endswith("\n") else f"{text}\n", options)
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_file(Path(options.output), text.encode("utf-8", "replace"))


def _harmless(text: str, options: argparse.Namespace) -> str:
    """A report without characters that steer a terminal; text for a terminal has its colours, and was made without others."""
    form = getattr(options, "format", "text")
    if form == "json":
        return JSON_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    terminal = form == "text" and options.output is None and sys.stdout.isatty()
    return text if terminal else clean(text)
