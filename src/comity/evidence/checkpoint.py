"""Checkpoints: the size and the root of a log, signed by the log as a note. Source: C2SP tlog-checkpoint v1.0.0.

The first line, the origin, names the log and is the name of its key; then follow the number of entries, the root in base64, and perhaps
lines of extension, which are kept and mean nothing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from comity.evidence import merkle
from comity.evidence.signed_note import Note, read_note, sign_note
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text
from comity.language import Message

if TYPE_CHECKING:
    from comity.evidence.keys import SigningKey, VerifierKey

EMPTY_ROOT = sha256(b"").digest()
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself.

    Attributes:
        origin: the name of the log.
        size: number of entries.
        root: of the Merkle tree over them.
        extensions: further lines.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that the log signs."""
        lines = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the note that carries it."""

    checkpoint: Checkpoint
    note: Note

    def signed_by(self, log: VerifierKey) -> bool:
        """Whether a log of this name signed it.

        Raises:
            MalformedError: a signature says so and does not fit.
        """
        return self.checkpoint.origin == log.name and self.note.signed_by(log)


def sign_checkpoint(size: int, root: bytes, key: SigningKey) -> SignedCheckpoint:
    """A checkpoint of the log that is named as its key."""
    checkpoint = Checkpoint(key.name, size, root)
    return SignedCheckpoint(checkpoint, sign_note(checkpoint.text(), key))


def read_checkpoint(raw: bytes) -> SignedCheckpoint:
    """The checkpoint of a note; its signatures are not checked here.

    Raises:
        MalformedError: it is not one.
    """
    note = read_note(raw)
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines) or not _DECIMAL.fullmatch(lines[1]):
        raise MalformedError(Message("a checkpoint is origin, number of entries and root, a line each"))
    size, root = int(lines[1]), base64_bytes(lines[2], Message("root"), maximum=merkle.HASH_BYTES)
    if size > merkle.MAXIMUM_LEAVES or len(root) != merkle.HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
        raise MalformedError(Message("a checkpoint has no such size or root"))
    return SignedCheckpoint(Checkpoint(lines[0], size, root, tuple(lines[3:])), note)
