"""The files of a corpus: found, unpacked as a stream, cut into chunks of records, and hashed on the way.

Nothing here holds more than a chunk and one record, however large a file is. What cannot be read is counted and named, never guessed: a
record that is too long stands as `None` in its place, so that the numbers of the records after it stay what they are in the file.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import zlib
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from comity.errors import InputError, Place, did_you_mean, missing_extra
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Kind = Literal["text", "jsonl", "parquet"]
Record = bytes | str | None
Divide = Literal["file", "line"]

KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
PACKINGS = (".gz", ".zst")
FORMS = ".txt, .text, .jsonl, .ndjson (also .gz, .zst), .parquet"

LONGEST_RECORD = 8_388_608
"""Bytes of a record; a longer one is counted and left out."""

CHUNK_BYTES = 524_288
CHUNK_RECORDS = 2_000
_BLOCK = 262_144
_PACKED_BLOCK = 4_096
"""Few packed bytes are unpacked at a time, since a bomb makes very many of them."""

_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_UTF_8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of a corpus.

    Attributes:
        path: where it is.
        name: how it is called: the path that was given, and the way below it.
        source: the number of the path that it belongs to; each path that is given is a source.
        kind: how its records are told apart.
        packing: how it is packed, or nothing.
        size: in bytes, as it lies on the disk.
    """

    path: Path
    name: str
    source: int
    kind: Kind
    packing: str
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a corpus, and how many files of other kinds lie beside them."""

    sources: tuple[str, ...]
    files: tuple[CorpusFile, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records of one file, in their order.

    Attributes:
        file: number of the file.
        source: number of its source.
        kind: of the records.
        first: number of the first record, from 0.
        records: as they stand in the file; None where one is too long.
    """

    file: int
    source: int
    kind: Kind
    first: int
    records: list[Record]


@dataclass(slots=True)
class Reading:
    """What became of a file, complete when its chunks have been read.

    Attributes:
        digest: SHA-256 of its bytes; None where it was not read.
        problem: why it was not read, or not to its end: `binary`, `utf_16`, `damaged`.
    """

    digest: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """How files are read.

    Attributes:
        column: the field of JSON Lines, or column of Parquet, that holds the text.
        divide: whether a text file is one document, or each of its lines.
    """

    column: str = "text"
    divide: Divide = "file"


def find_corpus(paths: Sequence[Path]) -> Found:
    """The files at and below these paths, in the order of their names. Hidden files and links in directories are left out.

    Raises:
        InputError: a path is missing, is no file of these forms, or is named twice; or there is nothing.
    """
    files: list[CorpusFile] = []
    others = 0
    for source, path in enumerate(paths):
        place = Place(str(path))
        if path.is_dir():
            for below in _walk(path, place):
                form = _form(below)
                others += form is None
                if form is not None:
                    files.append(_file(below, below.as_posix(), source, *form))
        elif not path.exists():
            raise InputError(Message("there is no such file"), place=place)
        else:
            form = _form(path)
            if form is None or not path.is_file():
                raise InputError(Message("a file of one of these forms is wanted: {values}", values=FORMS), place=place)
            files.append(_file(path, path.as_posix(), source, *form))
    twice = _twice(files)
    if twice is not None:
        raise InputError(Message("the file belongs to two of the paths; it would be counted twice"), place=Place(twice))
    if not files:
        hint = Message("looked for: {values}", values=FORMS)
        raise InputError(Message("there are no files of a corpus"), place=Place(str(paths[0])), hint=hint)
    return Found(tuple(str(path) for path in paths), tuple(files), others)


def _walk(path: Path, place: Place) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the directory cannot be read: {reason}", reason=reason), place=place)

    for directory, names, files in os.walk(path, onerror=refuse):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            below = Path(directory, name)
            if not name.startswith(".") and below.is_file() and not below.is_symlink():
                yield below


def _form(path: Path) -> tuple[Kind, str] | None:
    packing = path.suffix if path.suffix in PACKINGS else ""
    kind = KINDS.get(Path(path.name.removesuffix(packing)).suffix)
    return None if kind is None or (packing and kind == "parquet") else (kind, packing)


def _file(path: Path, name: str, source: int, kind: Kind, packing: str) -> CorpusFile:
    return CorpusFile(path, name, source, kind, packing, path.stat().st_size)


def _twice(files: list[CorpusFile]) -> str | None:
    seen: set[Path] = set()
    for file in files:
        real = file.path.resolve()
        if real in seen:
            return file.name
        seen.add(real)
    return None


@dataclass(slots=True)
class _Hashed:
    """The bytes of a file, hashed as they are read."""

    stream: BinaryIO
    told: Callable[[int], None]
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(_BLOCK if size < 0 else size)
        self.digest.update(block)
        self.told(len(block))
        return block

    def drained(self) -> str:
        """The digest of the whole file, of which perhaps not all has been asked for."""
        while self.read(_BLOCK):
            pass
        return self.digest.hexdigest()


def read_chunks(
    number: int, file: CorpusFile, plan: ReadingPlan, reading: Reading, told: Callable[[int], None]
) -> Iterator[Chunk]:
    """The records of a file, in chunks; `reading` is complete when they have all been read.

    Args:
        number: of the file.
        file: which.
        plan: how.
        reading: told what became of it.
        told: told of every number of bytes that was read.

    Raises:
        InputError: the file cannot be opened, or a table has no such column of texts.
    """
    if file.kind == "parquet":
        yield from _parquet_chunks(number, file, plan, reading, told)
        return
    try:
        stream = file.path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=Place(file.name)) from None
    with stream:
        hashed = _Hashed(stream, told)
        blocks = _unpacked(hashed, file.packing, reading)
        start = next(blocks, b"")
        reading.problem = _refused(start) or reading.problem
        if reading.problem in {"binary", "utf_16"}:
            return
        whole = file.kind == "text" and plan.divide == "file"
        records = _whole(start, blocks, reading) if whole else _lines(start, blocks, reading)
        yield from _chunked(number, file, records)
        reading.digest = hashed.drained()


def _refused(start: bytes) -> str | None:
    """Why a file that starts like this holds no UTF-8 text; None where it may."""
    if start.startswith(_MARKS):
        return "utf_16"
    return "binary" if b"\0" in start else None


def _unpacked(hashed: _Hashed, packing: str, reading: Reading) -> Iterator[bytes]:
    try:
        if packing == ".gz":
            with gzip.GzipFile(fileobj=hashed) as packed:  # type: ignore[call-overload]
                while block := packed.read(_BLOCK):
                    yield block
        elif packing == ".zst":
            yield from _zstandard(hashed, reading)
        else:
            while block := hashed.read(_BLOCK):
                yield block
    except (EOFError, gzip.BadGzipFile, zlib.error):
        reading.problem = "damaged"


def _zstandard(hashed: _Hashed, reading: Reading) -> Iterator[bytes]:
    """The frames of a file in turn; one without its end is damage, which a plain stream reader would not tell."""
    new, error = _zstandard_library()
    frame, rest = None, b""
    try:
        while rest or (rest := hashed.read(_PACKED_BLOCK)):
            frame = new() if frame is None else frame
            block = frame.decompress(rest)
            rest = b""
            if frame.eof:
                rest, frame = frame.unused_data, None
            if block:
                yield block
    except error:
        reading.problem = "damaged"
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


def _whole(start: bytes, blocks: Iterator[bytes], reading: Reading) -> Iterator[Record]:
    """The file as one record; None where it is too long. A file that is cut off is no document."""
    parts, size = list[bytes](), 0
    for block in chain([start.removeprefix(_UTF_8_MARK)], blocks):
        size += len(block)
        if size > LONGEST_RECORD:
            yield None
            return
        parts.append(block)
    if reading.problem is None:
        yield b"".join(parts)


def _lines(start: bytes, blocks: Iterator[bytes], reading: Reading) -> Iterator[Record]:
    """The lines of a file without their ends; None for a line that is too long. A last line that is cut off is left out."""
    rest = start.removeprefix(_UTF_8_MARK)
    too_long = False
    while True:
        *lines, rest = rest.split(b"\n")
        for line in lines:
            yield None if too_long or len(line) > LONGEST_RECORD else line
            too_long = False
        if len(rest) > LONGEST_RECORD:
            too_long = True
        if too_long:
            rest = b""
        block = next(blocks, b"")
        if not block:
            break
        rest += block
    if reading.problem is None and (rest or too_long):
        yield None if too_long else rest


def _chunked(number: int, file: CorpusFile, records: Iterator[Record]) -> Iterator[Chunk]:
    first, held, size = 0, list[Record](), 0
    for count, record in enumerate(records, 1):
        held.append(record)
        size += 0 if record is None else len(record)
        if size >= CHUNK_BYTES or len(held) >= CHUNK_RECORDS:
            yield Chunk(number, file.source, file.kind, first, held)
            first, held, size = count, [], 0
    if held:
        yield Chunk(number, file.source, file.kind, first, held)


def _parquet_chunks(
    number: int, file: CorpusFile, plan: ReadingPlan, reading: Reading, told: Callable[[int], None]
) -> Iterator[Chunk]:
    if find_spec("polars") is None:
        raise missing_extra("polars", "corpus")
    import polars as pl

    place = Place(file.name)
    with file.path.open("rb") as stream:
        hashed = _Hashed(stream, lambda _: None)
        digest = hashed.drained()
    try:
        table = pl.scan_parquet(file.path)
        schema = table.collect_schema()
        if plan.column not in schema:
            hint = did_you_mean(plan.column, schema) or Message("it has: {values}", values=", ".join(list(schema)[:20]))
            raise InputError(Message('the table has no column "{name}"', name=plan.column), place=place, hint=hint)
        if schema[plan.column] not in (pl.String, pl.Categorical):
            raise InputError(Message('the column "{name}" holds no texts', name=plan.column), place=place)
        texts = table.select(pl.col(plan.column).cast(pl.String))
        batches = texts.collect_batches(chunk_size=CHUNK_RECORDS, maintain_order=True, lazy=True)
        yield from _chunked(number, file, (text for batch in batches for text in _shortened(batch)))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        reading.problem = "damaged"
    told(file.size)
    reading.digest = digest


def _shortened(batch: object) -> Iterator[Record]:
    """The texts of a batch; what is null becomes an empty text, what is too long None."""
    for text in batch.to_series():  # type: ignore[attr-defined]
        yield "" if text is None else None if len(text) > LONGEST_RECORD else text
