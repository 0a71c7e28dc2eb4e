"""Drafts of records as lines of JSON, taken in batches: as many as are there when the log is ready for more.

A busy system that pipes its decisions in thus gets few, large batches while the disk is working, and a quiet one gets each decision
acknowledged at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from comity.errors import InputError, Place
from comity.evidence.strict_json import MalformedError, decode
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_DRAFT = 8_000_000
"""Bytes of a line; its input and output may stand in it whole."""
READ_AT_ONCE = 1_000_000


class Readable(Protocol):
    """Bytes that come as they are ready."""

    def read1(self, size: int, /) -> bytes:
        """What is there, at most so many bytes; waits for the first one; nothing at the end."""
        ...


class Draft(NamedTuple):
    """A draft and the line that it stands in."""

    row: int
    value: Any


def batches(stream: Readable, name: str) -> Iterator[list[Draft]]:
    """Drafts of a stream, empty lines left out.

    Args:
        stream: lines of strict JSON in UTF-8.
        name: what messages call it.

    Raises:
        InputError: a line is none, or too long; the batches before were handed out.
    """
    rest, row = b"", 0
    pieces: list[bytes] = []
    held = 0
    while piece := stream.read1(READ_AT_ONCE):
        pieces.append(piece)
        held += len(piece)
        if held > LONGEST_DRAFT + READ_AT_ONCE:
            message = Message("a line is longer than {count} bytes", count=LONGEST_DRAFT)
            raise InputError(message, place=Place(name, row + 1, 1))
        if b"\n" not in piece:
            continue
        *lines, rest = b"".join(pieces).split(b"\n")
        pieces, held = [rest], len(rest)
        yield from _drafts(lines, row, name)
        row += len(lines)
    yield from _drafts([b"".join(pieces)], row, name)


def _drafts(lines: list[bytes], before: int, name: str) -> Iterator[list[Draft]]:
    """One batch of lines; those before a bad one are handed out first."""
    found: list[Draft] = []
    for row, line in enumerate(lines, before + 1):
        if not line.strip():
            continue
        try:
            found.append(Draft(row, decode(line, Message("draft"))))
        except MalformedError as error:
            if found:
                yield found
            raise InputError(error.message, place=Place(name, row, 1)) from None
    if found:
        yield found
