"""The bytes of a corpus' files: hashed as they are read, and unpacked as a stream.

Nothing here holds more than a block. What is damaged ends the stream and is named in the file's `Reading`.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import zlib
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, BinaryIO

from comity.errors import missing_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 262_144

_PACKED_BLOCK = 4_096

_PACKED_BYTES = 512
"""Few packed bytes are unpacked at a time, since a bomb makes very many of them: of Zstandard up to 128 kB from four."""


@dataclass(slots=True)
class Reading:
    """What became of a file, complete when its chunks have been read.

    Attributes:
        digest: SHA-256 of its bytes; None where it was not read.
        problem: why it was not read, or not to its end: `binary`, `utf_16`, `cr_line_ends`, `damaged`.
    """

    digest: str | None = None
    problem: str | None = None


@dataclass(slots=True)
class Hashed:
    """The bytes of a file, hashed as they are read.

    Attributes:
        stream: the file.
        told: told of every number of bytes that was read.
        digest: SHA-256 so far.
    """

    stream: BinaryIO
    told: Callable[[int], None]
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self.stream.read(BLOCK if size < 0 else size)
        self.digest.update(block)
        self.told(len(block))
        return block

    def drained(self) -> str:
        """The digest of the whole file, of which perhaps not all has been asked for."""
        while self.read(BLOCK):
            pass
        return self.digest.hexdigest()


def unpacked(hashed: Hashed, packing: str, reading: Reading) -> Iterator[bytes]:
    """The blocks of a file, unpacked; damage ends them.

    Raises:
        InputError: a package is missing.
    """
    try:
        if packing == ".gz":
            with gzip.GzipFile(fileobj=hashed) as packed:  # type: ignore[call-overload]
                while block := packed.read(BLOCK):
                    yield block
        elif packing == ".zst":
            yield from _zstandard(hashed, reading)
        else:
            while block := hashed.read(BLOCK):
                yield block
    except (EOFError, gzip.BadGzipFile, zlib.error):
        reading.problem = "damaged"


def _zstandard(hashed: Hashed, reading: Reading) -> Iterator[bytes]:
    """The frames of a file in turn; one without its end is damage, which a plain stream reader would not tell."""
    new, error = _zstandard_library()
    frame, rest = None, b""
    held, size = list[bytes](), 0
    try:
        while rest or (rest := hashed.read(_PACKED_BLOCK)):
            piece, rest = rest[:_PACKED_BYTES], rest[_PACKED_BYTES:]
            frame = new() if frame is None else frame
            held.append(frame.decompress(piece))
            size += len(held[-1])
            if frame.eof:
                rest, frame = frame.unused_data + rest, None
            if size >= BLOCK:
                yield b"".join(held)
                held, size = [], 0
    except error:
        reading.problem = "damaged"
    if size:
        yield b"".join(held)
    if reading.problem:
        return
    if frame is not None:
        reading.problem = "damaged"


def _zstandard_library() -> tuple[Callable[[], _Frame], type[Exception]]:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.ZstdDecompressor, zstd.ZstdError
    if find_spec("zstandard") is None:
        raise missing_extra("zstandard", "corpus")
    import zstandard

    return lambda: zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError


if TYPE_CHECKING:
    from typing import Protocol

    class _Frame(Protocol):
        def decompress(self, data: bytes, /) -> bytes: ...
        @property
        def eof(self) -> bool: ...
        @property
        def unused_data(self) -> bytes: ...
