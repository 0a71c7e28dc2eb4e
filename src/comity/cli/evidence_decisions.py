"""`comity evidence decisions ACTION`: a log of decisions that shows what was altered, and that opens single ones."""

from __future__ import annotations

import argparse
import json
import sys
from argparse import SUPPRESS
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, cast

from comity.cli.evidence_openings import add_open, add_sample, add_trust, add_verify, sub_action, trust_of
from comity.cli.options import add_action, add_library_options, add_report_options, deliver, library_of, named_day
from comity.cli.progress import progress_bar
from comity.documents.writing import write_file
from comity.errors import InputError, Place
from comity.exit_codes import FINE
from comity.language import LANGUAGES, Message

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from io import BufferedReader

    from comity.cli import Parser
    from comity.evidence.decision_input import Draft
    from comity.evidence.decision_writer import DecisionWriter

FORMATS = ("text", "json")
STANDARD_INPUT = "-"

_SLOW_BYTES = 30_000_000
"""A smaller log is read in a second or two and needs no progress bar."""


def add_decisions(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    """The action `decisions` of `comity evidence`, with its own actions."""
    say = parser.say
    summary = say("a log of decisions: append, check, open single ones, draw samples")
    example = say("example: comity evidence decisions append decisions-log < today.jsonl")
    group = add_action(actions, "decisions", summary, example)
    inner = group.add_subparsers(title=say("actions"), metavar="ACTION", required=True)
    for add in (_add_append, _add_import, _add_check, _add_head, add_open, add_sample, add_verify):
        action = add(inner, parser)
        action.add_argument("--lang", choices=LANGUAGES, default=SUPPRESS, help=SUPPRESS)
    return group


def _add_append(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = sub_action(
        actions,
        "append",
        say("append records, one JSON object a line; what is acknowledged is on the disk"),
        say("example: comity evidence decisions append decisions-log today.jsonl"),
        say("the directory of the log, made if it is missing"),
    )
    action.add_argument(
        "file", nargs="?", default=STANDARD_INPUT, metavar="FILE", help=say("the records (default: standard input)")
    )
    _add_keep(action)
    action.add_argument(
        "--acknowledge",
        action="store_true",
        help=say("print a line of JSON for each batch as soon as it is on the disk"),
    )
    action.add_argument("--format", choices=FORMATS, default=FORMATS[0], help=say("form of the report"))
    action.set_defaults(run=_append)
    return action


def _add_import(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = sub_action(
        actions,
        "import-otel",
        say("append the spans of OpenTelemetry's conventions for generative AI as records"),
        say("example: comity evidence decisions import-otel decisions-log traces.jsonl --system helper"),
        say("the directory of the log, made if it is missing"),
    )
    action.add_argument("files", nargs="+", metavar="FILE", help=say("OTLP/JSON: one document, or one a line"))
    action.add_argument("--system", metavar="ID", help=say("the system (default: service.name of the spans)"))
    action.add_argument("--version", metavar="VERSION", help=say("its version (default: service.version of the spans)"))
    _add_keep(action)
    action.add_argument("--format", choices=FORMATS, default=FORMATS[0], help=say("form of the report"))
    action.set_defaults(run=_import)
    return action


def _add_keep(action: Parser) -> None:
    action.add_argument(
        "--keep-content", action="store_true", help=action.say("keep the texts of inputs and outputs in the records")
    )


def _add_check(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = sub_action(
        actions,
        "check",
        say("does the chain hold, is anything missing, how long are records kept; writes a statement"),
        "\n".join(
            (
                say("example: comity evidence decisions check decisions-log --requests ids.txt --into evidence"),
                say("exit code: 0 nothing to say against it, 1 something is missing or odd, 3 empty, 4 altered"),
            )
        ),
        say("the directory of the log"),
    )
    action.add_argument(
        "--on", metavar="DATE", help=say("the day at whose end the age of records is taken (default: now)")
    )
    action.add_argument(
        "--requests",
        metavar="FILE",
        help=say("ids of the operations that were carried out, one a line, to be found again"),
    )
    action.add_argument(
        "--head", metavar="FILE", action="append", default=[], help=say("a head that you kept (repeatable)")
    )
    add_trust(action)
    action.add_argument(
        "--kept", metavar="DURATION", help=say("how long records are promised to be kept, for example P6M")
    )
    action.add_argument("--into", metavar="DIR", help=say("where the statement is written, for example evidence"))
    add_report_options(action, FORMATS)
    add_library_options(action)
    action.set_defaults(run=_check)
    return action


def _add_head(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = sub_action(
        actions,
        "head",
        say("sign how many records there are and the root over them, so that nobody can cut them off unseen"),
        say("example: comity evidence decisions head decisions-log --key issuer.key"),
        say("the directory of the log"),
    )
    action.add_argument("--key", metavar="FILE", required=True, help=say("your signing key; see keygen"))
    action.add_argument(
        "--output", "-o", metavar="FILE", help=say("where the head is written (default: in the log, under heads/)")
    )
    action.set_defaults(run=_head)
    return action


def _append(options: argparse.Namespace) -> int:
    from comity.evidence.decision_input import batches
    from comity.evidence.decision_writer import open_decisions

    name = "stdin" if options.file == STANDARD_INPUT else options.file
    with open_decisions(Path(options.directory)) as writer:
        first = writer.size
        try:
            with _stream(options.file) as stream:
                for batch in batches(stream, name):
                    _append_drafts(writer, batch, name, options)
        except InputError as error:
            raise _after(error, writer.size - first) from None
        _tell(writer, first, 0, options)
    return FINE


def _append_drafts(writer: DecisionWriter, batch: list[Draft], name: str, options: argparse.Namespace) -> None:
    """Append a batch; of one with a bad record, those before it.

    Raises:
        InputError: with the line of the bad record.
    """
    from comity.evidence.decision_writer import RefusedError

    drafts = [draft.value for draft in batch]
    try:
        made, refused = writer.append(drafts, keep_content=options.keep_content), None
    except RefusedError as error:
        made, refused = writer.append(drafts[: error.index], keep_content=options.keep_content), error
    if options.acknowledge and made.records:
        print(json.dumps({"schema": "comity/decision-acknowledgement/1", **made._asdict()}), flush=True)
    if refused is not None:
        raise InputError(refused.message, place=Place(name, batch[refused.index].row, 1), hint=refused.hint)


def _after(error: InputError, count: int) -> InputError:
    """An error that also says how much lasts of what came before it."""
    if not count:
        return error
    message = Message("{problem}; the {count} records before it are appended", problem=error.message, count=count)
    return InputError(message, place=error.place, hint=error.hint)


def _tell(writer: DecisionWriter, first: int, skipped: int, options: argparse.Namespace) -> None:
    from comity.evidence.decision_writer import Receipt
    from comity.report.decisions import receipt

    made = Receipt(first, writer.size - first, writer.last)
    print(receipt(made, skipped, writer.torn, options.lang, options.format))


def _stream(name: str) -> AbstractContextManager[BufferedReader]:
    """The records to append.

    Raises:
        InputError: the file cannot be read.
    """
    if name == STANDARD_INPUT:
        return nullcontext(cast("BufferedReader", sys.stdin.buffer))
    try:
        return Path(name).open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=Place(name)) from None


def _import(options: argparse.Namespace) -> int:
    from comity.evidence.decision_import import import_spans
    from comity.evidence.decision_writer import open_decisions

    with open_decisions(Path(options.directory)) as writer:
        first = writer.size
        try:
            skipped = import_spans(
                writer,
                [Path(name) for name in options.files],
                system=options.system,
                version=options.version,
                keep_content=options.keep_content,
            )
        except InputError as error:
            raise _after(error, writer.size - first) from None
        _tell(writer, first, skipped, options)
    return FINE


def _check(options: argparse.Namespace) -> int:
    from comity.dossier.statements import write_statement
    from comity.evidence import decision_facts
    from comity.evidence.decision_check import check_log
    from comity.report.decision_check import check_report

    on, kept, types = _end_of(options.on), _duration(options.kept), library_of(options).vocabulary.types
    check = check_log(
        Path(options.directory),
        requests=None if options.requests is None else Path(options.requests),
        heads=[Path(name) for name in options.head],
        trust=trust_of(options),
        progress=progress_bar(_SLOW_BYTES),
    )
    facts = decision_facts.established(check, types, on, kept)
    written = None
    if options.into is not None and facts:
        statement = decision_facts.statement_of(check, facts, on)
        written = write_statement(statement, Path(options.into), decision_facts.NAME)
    deliver(check_report(check, facts, on, kept, written, options.lang, options.format), options)
    if options.into is not None and not facts and check.exit_code == FINE:
        raise InputError(Message("the log establishes no fact, so no statement is written"))
    return check.exit_code


def _head(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from comity.evidence.decision_head import head_of, head_path, sign_head
    from comity.evidence.decision_record import moment_text
    from comity.evidence.keys import read_signing_key
    from comity.report.decisions import head_made

    key, directory = read_signing_key(Path(options.key)), Path(options.directory)
    signed = sign_head(head_of(directory, moment_text(datetime.now(UTC))), key)
    path = head_path(directory, signed.head) if options.output is None else Path(options.output)
    write_file(path, signed.note.encoded())
    print(head_made(signed.head, path, options.lang))
    return FINE


def _end_of(text: str | None) -> datetime:
    """The end of a day, or now."""
    from datetime import UTC, datetime, time, timedelta

    day = named_day("--on", text)
    if day is None:
        return datetime.now(UTC)
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def _duration(text: str | None) -> timedelta | None:
    """The time that was promised.

    Raises:
        InputError: it is no duration.
    """
    from comity.clauses.values import parse_duration

    found = None if text is None else parse_duration(text)
    if text is not None and (found is None or not found):
        message = Message('--kept: "{text}" is not a duration', text=text[:40])
        raise InputError(message, hint=Message("for example: P180D"))
    return found
