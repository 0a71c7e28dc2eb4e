"""Opening single records of a decision log to somebody who holds its head, or trusts who signed it; all others stay hidden.

An opening is one JSON file: the signed head, and for each record its line with the path to the root. Salts are added for those inputs and
outputs that the reader may check against their content. With an auditor's number it also shows that these records follow from it.
"""

from __future__ import annotations

from base64 import b64decode
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.errors import InputError, IntegrityError, Place
from comity.evidence import merkle
from comity.evidence.decision_chain import Chain, segments_of
from comity.evidence.decision_content import PARTS, opens, salt_text
from comity.evidence.decision_head import SignedHead, read_head
from comity.evidence.decision_record import SALT_BYTES, Record, read_record
from comity.evidence.decision_writer import read_secret
from comity.evidence.merkle_stream import MerkleStream
from comity.evidence.spot_check import LONGEST_NONCE, SHORTEST_NONCE, picks
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text, decode, encode, keys_of
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

SCHEMA = "comity/decision-opening/1"
MAXIMUM_BYTES = 64_000_000
MOST_RECORDS = 10_000
LONGEST_PATH = 40


class OpenedRecord(NamedTuple):
    """A record with its path to the root, and the salts of those of its parts that the reader may check."""

    line: bytes
    record: Record
    path: tuple[bytes, ...]
    salts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Opening:
    """Opened records under a head.

    Attributes:
        signed: the head.
        records: by rising number.
        nonce: the auditor's number that picked them, or None.
        asked: how many the auditor asked for.
    """

    signed: SignedHead
    records: tuple[OpenedRecord, ...]
    nonce: bytes | None = None
    asked: int = 0

    def encoded(self) -> bytes:
        """The opening as a file holds it."""
        head = self.signed.note.encoded().decode()
        audit = {} if self.nonce is None else {"nonce": self.nonce.hex(), "asked": self.asked}
        records = [_document(one) for one in self.records]
        return encode({"schema": SCHEMA, "head": head, **audit, "records": records}) + b"\n"


def _document(opened: OpenedRecord) -> dict[str, Any]:
    salts = {part: base64_text(salt) for part, salt in opened.salts.items()}
    path = base64_text(b"".join(opened.path))
    return {"record": opened.line.decode(), "path": path, **({"salts": salts} if salts else {})}


def open_records(
    directory: Path,
    signed: SignedHead,
    numbers: Collection[int],
    reveal: Sequence[str] = (),
    *,
    nonce: bytes | None = None,
    asked: int = 0,
) -> Opening:
    """Open records of a log under a head of it.

    Args:
        directory: of the log.
        signed: the head; the log may have grown since.
        numbers: of the records.
        reveal: of `input` and `output`, those whose salts are handed out.
        nonce: the auditor's number that picked the records, if one did.
        asked: how many the auditor asked for.

    Raises:
        InputError: there is no such record, too many are asked for, or a salt is gone.
        IntegrityError: the log is not the one that the head is of, or was altered.
    """
    head, place = signed.head, Place(str(directory))
    if len(numbers) > MOST_RECORDS:
        raise InputError(Message("at most {count} records are opened at once", count=MOST_RECORDS))
    for number in numbers:
        if not 0 <= number < head.size:
            message = Message(
                "there is no record {number} under this head; it is over {size}", number=number, size=head.size
            )
            raise InputError(message, place=place)
    chain, tree, found = Chain(directory), MerkleStream(frozenset(numbers)), {}
    last = chain.header.digest
    if chain.header.log != head.log:
        raise IntegrityError(Message("the head is that of another log"), place=place)
    for link in chain:
        if tree.size == head.size:
            break
        tree.add(merkle.leaf_hash(link.line))
        last = link.digest
        if link.number in numbers:
            found[link.number] = link
    if tree.size != head.size or tree.root() != head.root or last != head.last:
        raise IntegrityError(Message("the log does not begin with the records that the head is over"), place=place)
    paths = tree.paths()
    firsts = [int(path.stem) for path in segments_of(directory)]
    opened = []
    for number in sorted(found):
        link = found[number]
        salts = _salts(directory, firsts, link.record, reveal)
        opened.append(OpenedRecord(link.line, link.record, tuple(paths[number]), salts))
    return Opening(signed, tuple(opened), nonce, asked)


def _salts(directory: Path, firsts: list[int], record: Record, reveal: Sequence[str]) -> dict[str, bytes]:
    held = [part for part in reveal if getattr(record, part) is not None]
    if not held:
        return {}
    first = firsts[bisect_right(firsts, record.number) - 1]
    secret = read_secret(directory, f"{first:012}.jsonl")
    return {part: b64decode(salt_text(secret, record, part)) for part in held}


def read_opening(raw: bytes) -> Opening:
    """The opening in a file; every record is under the root of the head, and in an audit the records are the picked ones.

    Whether its signatures can be trusted is not asked here.

    Raises:
        MalformedError: it is none.
        IntegrityError: a record is not under the root, or another one was picked.
    """
    what = Message("opening")
    if len(raw) > MAXIMUM_BYTES:
        raise MalformedError(Message("{what} is larger than {count} bytes", what=what, count=MAXIMUM_BYTES))
    fields = keys_of(decode(raw, what), ("schema", "head", "records"), ("nonce", "asked"), what)
    rows, text = fields["records"], fields["head"]
    if fields["schema"] != SCHEMA or not isinstance(text, str) or not isinstance(rows, list):
        raise MalformedError(Message("this is not an opening of a decision log"))
    if not 0 < len(rows) <= MOST_RECORDS:
        raise MalformedError(Message("an opening opens 1 to {count} records", count=MOST_RECORDS))
    signed = read_head(text.encode())
    nonce, asked = _audit(fields)
    records = tuple(_opened(row, signed) for row in rows)
    numbers = [one.record.number for one in records]
    if numbers != sorted(set(numbers)):
        raise MalformedError(Message("the records of an opening stand by rising number"))
    if nonce is not None and numbers != picks(nonce, signed.head.text(), signed.head.size, asked):
        raise IntegrityError(Message("these are not the records that follow from the auditor's number"))
    return Opening(signed, records, nonce, asked)


def _audit(fields: dict[str, Any]) -> tuple[bytes | None, int]:
    if "nonce" not in fields and "asked" not in fields:
        return None, 0
    asked = fields.get("asked")
    if not isinstance(asked, int) or isinstance(asked, bool) or not 0 < asked <= MOST_RECORDS:
        raise MalformedError(Message("an audit asks for 1 to {count} records", count=MOST_RECORDS))
    return parse_nonce(fields.get("nonce")), asked


def parse_nonce(text: object) -> bytes:
    """An auditor's number.

    Raises:
        MalformedError: it is none.
    """
    try:
        nonce = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        nonce = b""
    if not SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE or nonce.hex() != text:
        message = Message(
            "the auditor's number has {least} to {most} bytes, as lower-case hexadecimal digits",
            least=SHORTEST_NONCE,
            most=LONGEST_NONCE,
        )
        raise MalformedError(message)
    return nonce


def _opened(row: object, signed: SignedHead) -> OpenedRecord:
    fields = keys_of(row, ("record", "path"), ("salts",), Message("opened record"))
    if not isinstance(fields["record"], str):
        raise MalformedError(Message("this is not an opening of a decision log"))
    line = fields["record"].encode()
    record = read_record(line)
    joined = base64_bytes(fields["path"], Message("path"), maximum=LONGEST_PATH * merkle.HASH_BYTES)
    if len(joined) % merkle.HASH_BYTES:
        raise MalformedError(Message("a path is a row of hashes"))
    path = tuple(joined[start : start + merkle.HASH_BYTES] for start in range(0, len(joined), merkle.HASH_BYTES))
    root = merkle.root_from_inclusion(merkle.leaf_hash(line), record.number, signed.head.size, path)
    if root != signed.head.root:
        raise IntegrityError(Message("record {number} is not under the root of the head", number=record.number))
    return OpenedRecord(line, record, path, _read_salts(fields.get("salts", {}), record))


def _read_salts(value: object, record: Record) -> dict[str, bytes]:
    salts = keys_of(value, (), PARTS, Message("salts"))
    found = {part: base64_bytes(salt, Message("salt"), maximum=SALT_BYTES) for part, salt in salts.items()}
    for part, salt in found.items():
        if getattr(record, part) is None:
            raise MalformedError(Message("the record has no {part} that could be checked", part=part))
        kept = kept_content(record, part)
        if kept is not None and not opens(record, part, salt, kept):
            raise IntegrityError(Message("the {part} is not what the record committed to", part=part))
    return found


def kept_content(record: Record, part: str) -> bytes | None:
    """The content of an input or output, where it stands in the record."""
    found = record.input if part == "input" else record.output
    if found is None:
        return None
    if found.content is not None:
        return found.content.encode()
    return None if found.content_base64 is None else b64decode(found.content_base64)


def check_content(opening: Opening, part: str, content: bytes) -> None:
    """Hold a content against the one opened record.

    Raises:
        InputError: more than one record is opened, or the salt was not handed out.
        IntegrityError: it is not what the record committed to.
    """
    if len(opening.records) != 1 or part not in opening.records[0].salts:
        message = Message("the opening does not hold one record with the salt of its {part}", part=part)
        raise InputError(message, hint=Message("ask for it to be opened with: --reveal {part}", part=part))
    opened = opening.records[0]
    if not opens(opened.record, part, opened.salts[part], content):
        raise IntegrityError(Message("the {part} is not what the record committed to", part=part))
