"""Signed heads of a decision log: how many records it has, the Merkle root over them and the hash of the last one, as a signed note.

The chain alone cannot tell that its end was cut off or written anew; whoever holds an older head can. Its first line is none that a
transparency log signs, so a head can never pass for the checkpoint of one, though the same key may sign both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from comity.documents.reading import read_bytes
from comity.errors import InputError, IntegrityError, Place
from comity.evidence import merkle
from comity.evidence.decision_chain import HEADS, Chain
from comity.evidence.decision_record import TIME, moment
from comity.evidence.merkle_stream import MerkleStream
from comity.evidence.signed_note import MAXIMUM_BYTES, Note, read_note, sign_note
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text
from comity.language import Message

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.keys import SigningKey

KIND = "comity/decision-head/1"
ENDING = ".note"
_LOG = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_TIME = re.compile(TIME)


class Head(NamedTuple):
    """What a head says.

    Attributes:
        log: random id of the log, from its header.
        size: number of records.
        root: of the Merkle tree (RFC 9162) over their lines.
        last: SHA-256 of the last line, in hexadecimal digits; of an empty log, that of its header.
        at: when it was made, by the clock of the machine.
    """

    log: str
    size: int
    root: bytes
    last: str
    at: str

    def text(self) -> str:
        """What is signed."""
        lines = (KIND, self.log, str(self.size), base64_text(self.root), self.last, self.at)
        return "".join(f"{line}\n" for line in lines)


class SignedHead(NamedTuple):
    """A head with the note that carries it."""

    head: Head
    note: Note


def head_of(directory: Path, at: str) -> Head:
    """The head of a log as it is now.

    Args:
        directory: of the log.
        at: the time to write into it.

    Raises:
        InputError: there is no log, or its beginning was taken away.
        IntegrityError: its chain is broken; nobody should sign that.
    """
    chain, tree = Chain(directory), MerkleStream()
    for link in chain:
        tree.add(merkle.leaf_hash(link.line))
    require_whole(chain)
    return Head(chain.header.log, tree.size, tree.root(), chain.last, at)


def require_whole(chain: Chain) -> None:
    """Refuse a log that was read and did not hold.

    Raises:
        InputError: its beginning was taken away.
        IntegrityError: its chain is broken.
    """
    if chain.broken:
        raise IntegrityError(chain.broken[0].reason, place=chain.broken[0].place)
    if chain.first:
        message = Message("the log begins with record {number}; those before it are not here", number=chain.first)
        raise InputError(message, place=Place(str(chain.directory)))


def sign_head(head: Head, key: SigningKey) -> SignedHead:
    """A head with one signature."""
    return SignedHead(head, sign_note(head.text(), key))


def read_head(raw: bytes) -> SignedHead:
    """The head of a note; its signatures are not checked here.

    Raises:
        MalformedError: it is none.
    """
    note = read_note(raw)
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) != 6 or lines[0] != KIND:
        raise MalformedError(Message("this is not the head of a decision log"))
    _, log, size, encoded, last, at = lines
    root = base64_bytes(encoded, Message("root"), maximum=merkle.HASH_BYTES)
    well = _LOG.fullmatch(log) and _SIZE.fullmatch(size) and _HASH.fullmatch(last) and _TIME.fullmatch(at)
    if not well or len(root) != merkle.HASH_BYTES or int(size) > merkle.MAXIMUM_LEAVES:
        raise MalformedError(Message("this is not the head of a decision log"))
    try:
        moment(at)
    except ValueError:
        raise MalformedError(Message("this is not the head of a decision log")) from None
    return SignedHead(Head(log, int(size), root, last, at), note)


def read_head_file(path: Path) -> SignedHead:
    """The head in a file.

    Raises:
        InputError: it cannot be read, or is none.
    """
    place = Place(str(path))
    try:
        return read_head(read_bytes(path, place, MAXIMUM_BYTES))
    except MalformedError as error:
        raise InputError(error.message, place=place) from None


def head_files(directory: Path) -> list[Path]:
    """The heads that are kept with a log."""
    heads = directory / HEADS
    return sorted(path for path in heads.iterdir() if path.suffix == ENDING) if heads.is_dir() else []


def head_path(directory: Path, head: Head) -> Path:
    """Where a head is kept with its log."""
    return directory / HEADS / f"{head.size:012}{ENDING}"
