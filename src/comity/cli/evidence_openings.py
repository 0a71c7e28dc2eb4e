"""`comity evidence decisions open | sample | verify`: single records of a decision log, for whoever may see them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.options import add_action, add_report_options, deliver
from comity.documents.reading import read_bytes
from comity.documents.writing import write_file
from comity.errors import ComityError, InputError, Place
from comity.exit_codes import FINE
from comity.language import Message

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from comity.cli import Parser
    from comity.evidence.decision_head import SignedHead
    from comity.evidence.policy import Trust

FORMATS = ("text", "json")
PARTS = ("input", "output")
_LARGEST_CONTENT = 1 << 30


def sub_action(
    actions: argparse._SubParsersAction[Parser], name: str, summary: str, example: str, directory: str
) -> Parser:
    """An action of `comity evidence decisions`; `directory` says which log it is about, or is empty."""
    action = add_action(actions, name, summary, example)
    if directory:
        action.add_argument("directory", metavar="DIR", help=directory)
    return action


def add_open(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    """The action `open`."""
    say = parser.say
    action = sub_action(
        actions,
        "open",
        say("open single records under a signed head; all others stay hidden"),
        say("example: comity evidence decisions open decisions-log --record 42 -o opened.json"),
        say("the directory of the log"),
    )
    action.add_argument(
        "--record", metavar="N", type=int, action="append", required=True, help=say("number of a record (repeatable)")
    )
    _add_under(action)
    action.add_argument("--output", "-o", metavar="FILE", required=True, help=say("where it is written"))
    action.set_defaults(run=_open)
    return action


def add_sample(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    """The action `sample`."""
    say = parser.say
    action = sub_action(
        actions,
        "sample",
        say("which records an auditor's number picks, and what so many can miss"),
        say("example: comity evidence decisions sample decisions-log --nonce 00112233445566778899aabbccddeeff -n 300"),
        say("the directory of the log"),
    )
    action.add_argument(
        "--nonce",
        metavar="HEX",
        required=True,
        help=say("the auditor's random number, 16 to 64 bytes, named after the head"),
    )
    action.add_argument(
        "--count", "-n", metavar="N", type=int, default=300, help=say("how many records (default: 300)")
    )
    _add_under(action)
    action.add_argument("--opening", metavar="FILE", help=say("open the picked records into this file"))
    add_report_options(action, FORMATS)
    action.set_defaults(run=_sample)
    return action


def add_verify(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    """The action `verify`."""
    say = parser.say
    action = sub_action(
        actions,
        "verify",
        say("whether opened records are under a head that somebody you trust signed"),
        "\n".join(
            (
                say("example: comity evidence decisions verify opened.json --trust trust.yaml"),
                say("exit code: 0 all holds, 2 malformed, 3 nobody you trust signed it, 4 altered"),
            )
        ),
        "",
    )
    action.add_argument("opening", metavar="FILE", help=say("what open or sample wrote"))
    add_trust(action)
    action.add_argument(
        "--content",
        metavar="PART=FILE",
        action="append",
        default=[],
        help=say("an input or output that you hold, for example output=answer.txt (repeatable)"),
    )
    add_report_options(action, FORMATS)
    action.set_defaults(run=_verify)
    return action


def _add_under(action: Parser) -> None:
    action.add_argument("--head", metavar="FILE", help=action.say("the signed head (default: the newest in the log)"))
    action.add_argument(
        "--reveal",
        metavar="PART",
        choices=PARTS,
        action="append",
        default=[],
        help=action.say("hand out the salt of input or output, so that the reader can check the content (repeatable)"),
    )


def add_trust(action: Parser) -> None:
    """`--trust`."""
    action.add_argument("--trust", metavar="FILE", help=action.say("whom you trust: a file of your own"))


def _open(options: argparse.Namespace) -> int:
    from comity.evidence.decision_opening import open_records
    from comity.report.decisions import opening_made

    opening = open_records(Path(options.directory), _signed_head(options), set(options.record), options.reveal)
    path = Path(options.output)
    write_file(path, opening.encoded())
    print(opening_made(opening, path, options.lang))
    return FINE


def _sample(options: argparse.Namespace) -> int:
    from comity.evidence.decision_opening import MOST_RECORDS, open_records, parse_nonce
    from comity.evidence.spot_check import picks
    from comity.report.decisions import sample_report

    signed, nonce, count = _signed_head(options), parse_nonce(options.nonce), options.count
    if not 0 < count <= MOST_RECORDS or not signed.head.size:
        raise InputError(Message("an audit asks for 1 to {count} records of a log that has some", count=MOST_RECORDS))
    numbers = picks(nonce, signed.head.text(), signed.head.size, count)
    path = None
    if options.opening is not None:
        path = Path(options.opening)
        opening = open_records(Path(options.directory), signed, set(numbers), options.reveal, nonce=nonce, asked=count)
        write_file(path, opening.encoded())
    deliver(sample_report(numbers, count, signed.head, nonce, path, options.lang, options.format), options)
    return FINE


def _verify(options: argparse.Namespace) -> int:
    from comity.evidence.decision_opening import MAXIMUM_BYTES, read_opening
    from comity.evidence.decision_verification import answers_on, exit_code_of
    from comity.report.decisions import opening_report

    place = Place(options.opening)
    try:
        opening = read_opening(read_bytes(Path(options.opening), place, MAXIMUM_BYTES))
    except ComityError as error:
        raise type(error)(error.message, place=error.place or place, hint=error.hint) from None
    answers = answers_on(opening, trust_of(options), dict(_contents(options.content)))
    code = exit_code_of(answers)
    deliver(opening_report(opening, answers, code, options.lang, options.format), options)
    return code


def _contents(given: list[str]) -> Iterator[tuple[str, bytes]]:
    """The contents that the reader holds.

    Raises:
        InputError: an option is of another form, or a file cannot be read.
    """
    for text in given:
        part, _, name = text.partition("=")
        if part not in PARTS or not name:
            hint = Message("for example: --content output=answer.txt")
            raise InputError(Message('--content: "{text}" names no part and file', text=text[:40]), hint=hint)
        yield part, read_bytes(Path(name), Place(name), _LARGEST_CONTENT)


def _signed_head(options: argparse.Namespace) -> SignedHead:
    """The head that was named, or the newest one that is kept with the log.

    Raises:
        InputError: there is none.
    """
    from comity.evidence.decision_head import head_files, read_head_file

    if options.head is not None:
        return read_head_file(Path(options.head))
    files = head_files(Path(options.directory))
    if not files:
        hint = Message("sign one with: comity evidence decisions head DIR --key FILE")
        raise InputError(Message("there is no signed head yet"), place=Place(options.directory), hint=hint)
    return read_head_file(files[-1])


def trust_of(options: argparse.Namespace) -> Trust | None:
    """Whom the reader trusts; None without `--trust`."""
    from comity.evidence.policy import read_trust

    return None if options.trust is None else read_trust(Path(options.trust))
