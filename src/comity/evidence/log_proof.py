"""The proof that an entry stands in a log, as one text: place, path and the checkpoint that it leads to.

Source: C2SP tlog-proof (https://c2sp.org/tlog-proof), format `c2sp.org/tlog-proof@v1`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.evidence import merkle
from comity.evidence.checkpoint import read_checkpoint
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text
from comity.language import Message

if TYPE_CHECKING:
    from comity.evidence.checkpoint import SignedCheckpoint

MAXIMUM_BYTES = 100_000
_MAGIC = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,14})", re.ASCII)
_MOST_HASHES = merkle.MAXIMUM_LEAVES.bit_length() - 1


@dataclass(frozen=True, slots=True)
class LogProof:
    """An index, the path from there to the root, and the checkpoint that states the root."""

    index: int
    path: tuple[bytes, ...]
    signed: SignedCheckpoint

    def encoded(self) -> bytes:
        """The proof as a file holds it."""
        lines = (_MAGIC, f"index {self.index}", *map(base64_text, self.path), "", "")
        return "\n".join(lines).encode() + self.signed.note.encoded()

    def holds(self, entry: bytes) -> bool:
        """Whether the path leads from this entry to the root of the checkpoint; whose checkpoint it is is another question."""
        checkpoint = self.signed.checkpoint
        found = merkle.root_from_inclusion(merkle.leaf_hash(entry), self.index, checkpoint.size, self.path)
        return found == checkpoint.root


def read_log_proof(raw: bytes) -> LogProof:
    """The proof of a file; nothing in it is checked here but its form.

    A line `extra` is passed over: what is needed to know the entry stands in the bundle.

    Raises:
        MalformedError: it is not one.
    """
    head, separator, note = raw.partition(b"\n\n")
    if len(raw) > MAXIMUM_BYTES or not separator or not head.isascii():
        raise MalformedError(Message("a log proof is index, path, an empty line and a checkpoint"))
    magic, *lines = head.decode("ascii").split("\n")
    if lines and lines[0].startswith("extra "):
        base64_bytes(lines.pop(0).removeprefix("extra "), Message("log proof"), maximum=MAXIMUM_BYTES)
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if magic != _MAGIC or index is None or len(lines) > 1 + _MOST_HASHES:
        raise MalformedError(Message("a log proof is index, path, an empty line and a checkpoint"))
    path = tuple(base64_bytes(line, Message("path"), maximum=merkle.HASH_BYTES) for line in lines[1:])
    if any(len(part) != merkle.HASH_BYTES for part in path):
        raise MalformedError(Message("a path is a row of whole hashes"))
    return LogProof(int(index[1]), path, read_checkpoint(note))
