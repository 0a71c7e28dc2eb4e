"""The files of a corpus: found, unpacked as a stream, cut into chunks of records, and hashed on the way.

Nothing here holds more than a chunk and one record, however large a file is. What cannot be read is counted and named, never guessed: a
record that is too long stands as `None` in its place, so that the numbers of the records after it stay what they are in the file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from comity.errors import InputError, Place, did_you_mean, missing_extra
from comity.language import Message
from comity.measures.card_files import Listed
from comity.measures.corpus_packing import Hashed, Reading, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import polars as pl

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
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
UTF_8_MARK = b"\xef\xbb\xbf"


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


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of one file as they stand in it, to be cut apart by whoever examines them.

    Attributes:
        file: number of the file.
        source: number of its source.
        kind: of the records.
        first: number of the first line, from 0.
        data: the lines, without the end of the last one.
    """

    file: int
    source: int
    kind: Kind
    first: int
    data: bytes

    def chunks(self) -> Iterator[Chunk]:
        """The lines as records."""
        records: list[Record] = [None if len(line) > LONGEST_RECORD else line for line in self.data.split(b"\n")]
        for start in range(0, len(records), CHUNK_RECORDS):
            part = records[start : start + CHUNK_RECORDS]
            yield Chunk(self.file, self.source, self.kind, self.first + start, part)


Part = Chunk | Lines
"""What one process reads and another examines."""


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """How files are read.

    Attributes:
        column: the field of JSON Lines, or column of Parquet, that holds the text.
        divide: whether a text file is one document, or each of its lines.
    """

    column: str = "text"
    divide: Divide = "file"


def find_corpus(paths: Sequence[Path | Listed]) -> Found:
    """The files at and below these paths. Hidden files and links in directories are left out.

    Files that a card lists are taken as they are listed. Their order is that of the paths; below a directory that of names, its files
    before its subdirectories. What is no regular file there counts with the files of other kinds.

    Raises:
        InputError: a path is missing, is no file of these forms, or is named twice; or there is nothing.
    """
    files: list[CorpusFile] = []
    others = 0
    for source, path in enumerate(paths):
        place = Place(str(path))
        if isinstance(path, Listed):
            for below in path.files:
                form = _form(below)
                others += form is None
                if form is not None:
                    files.append(_file(below, below.as_posix(), source, *form))
        elif path.is_dir():
            for below in _walk(path, place):
                form = _form(below) if below.is_file() and not below.is_symlink() else None
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
            if not name.startswith("."):
                yield Path(directory, name)


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


def read_chunks(
    number: int, file: CorpusFile, plan: ReadingPlan, reading: Reading, told: Callable[[int], None]
) -> Iterator[Chunk]:
    """The same as `read_parts`, with all lines cut apart."""
    for part in read_parts(number, file, plan, reading, told):
        yield from chunks_of(part)


def chunks_of(part: Part) -> Iterator[Chunk]:
    """The chunks of a part."""
    if isinstance(part, Lines):
        yield from part.chunks()
    else:
        yield part


def read_parts(
    number: int, file: CorpusFile, plan: ReadingPlan, reading: Reading, told: Callable[[int], None]
) -> Iterator[Part]:
    """The records of a file, in parts; `reading` is complete when they have all been read.

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
    with opened(file) as stream:
        hashed = Hashed(stream, told)
        blocks = unpacked(hashed, file.packing, reading)
        start = next(blocks, b"")
        whole = file.kind == "text" and plan.divide == "file"
        problem = refused(start, in_lines=not whole)
        reading.problem = problem or reading.problem
        if problem is not None:
            return
        if whole:
            yield from chunked(number, file, _whole(start, blocks, reading))
        else:
            yield from _lines(number, file, chain([start.removeprefix(UTF_8_MARK)], blocks), reading)
        reading.digest = hashed.drained()


def opened(file: CorpusFile) -> BinaryIO:
    """The bytes of a file.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        return file.path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=Place(file.name)) from None


def digest_of(file: CorpusFile) -> str:
    """SHA-256 of the bytes of a file."""
    with opened(file) as stream:
        return Hashed(stream, lambda _: None).drained()


def refused(start: bytes, *, in_lines: bool) -> str | None:
    """Why a file that starts like this holds no UTF-8 text, or no lines where they are wanted; None where it may."""
    if start.startswith(_MARKS):
        return "utf_16"
    if b"\0" in start:
        return "binary"
    return "cr_line_ends" if in_lines and b"\r" in start and b"\n" not in start else None


def _whole(start: bytes, blocks: Iterator[bytes], reading: Reading) -> Iterator[Record]:
    """The file as one record; None where it is too long. A file that is cut off is no document."""
    parts, size = list[bytes](), 0
    for block in chain([start.removeprefix(UTF_8_MARK)], blocks):
        size += len(block)
        if size > LONGEST_RECORD:
            yield None
            return
        parts.append(block)
    if reading.problem is None:
        yield b"".join(parts)


def _lines(number: int, file: CorpusFile, blocks: Iterator[bytes], reading: Reading) -> Iterator[Part]:
    """The lines of a file; None for a line that is too long. A last line that is cut off is left out.

    This is all that one process does for many that examine lines, so it only looks for where the last of them ends.
    """
    first, held, too_long = 0, b"", False
    for block in _gathered(blocks):
        if too_long:
            _, end, block = block.partition(b"\n")
            if not end:
                continue
            yield Chunk(number, file.source, file.kind, first, [None])
            first, too_long = first + 1, False
        data, end, held = (held + block).rpartition(b"\n")
        if end:
            yield Lines(number, file.source, file.kind, first, data)
            first += data.count(b"\n") + 1
        if len(held) > LONGEST_RECORD:
            held, too_long = b"", True
    if reading.problem is None and (held or too_long):
        yield Chunk(number, file.source, file.kind, first, [None if too_long else held])


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks joined to about the size of a chunk."""
    held, size = list[bytes](), 0
    for block in blocks:
        held.append(block)
        size += len(block)
        if size >= CHUNK_BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def chunked(number: int, file: CorpusFile, records: Iterator[Record]) -> Iterator[Chunk]:
    """Records of a file, in chunks."""
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
    digest = digest_of(file)
    before = file.path.stat()
    texts = parquet_texts(file, plan, reading)
    if texts is not None:
        yield from chunked(number, file, parquet_records(texts, reading))
    after = file.path.stat()
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        hint = Message("measure a corpus that nobody writes to")
        message = Message("the file has changed while the corpus was read")
        raise InputError(message, place=Place(file.name), hint=hint)
    told(file.size)
    reading.digest = digest


def parquet_texts(file: CorpusFile, plan: ReadingPlan, reading: Reading) -> pl.LazyFrame | None:
    """The column of texts of a table, not read yet; None where the table is damaged, which `reading` is told.

    Raises:
        InputError: a package is missing, or the table has no such column of texts.
    """
    if find_spec("polars") is None:
        raise missing_extra("polars", "corpus")
    import polars as pl

    place = Place(file.name)
    try:
        table = pl.scan_parquet(file.path, glob=False)
        schema = table.collect_schema()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        reading.problem = "damaged"
        return None
    if plan.column not in schema:
        hint = did_you_mean(plan.column, schema) or Message("it has: {values}", values=", ".join(list(schema)[:20]))
        raise InputError(Message('the table has no column "{name}"', name=plan.column), place=place, hint=hint)
    if schema[plan.column] not in (pl.String, pl.Categorical):
        raise InputError(Message('the column "{name}" holds no texts', name=plan.column), place=place)
    return table.select(pl.col(plan.column).cast(pl.String))


def parquet_records(texts: pl.LazyFrame, reading: Reading) -> Iterator[Record]:
    """The texts of a table; of a damaged one those of all row groups before the first that cannot be read.

    Row groups smaller than a batch are joined, and those before the damage would be lost with it; they are asked for again one by one.
    """
    import polars as pl

    read = 0
    for size in (CHUNK_RECORDS, 1):
        try:
            for batch in texts.slice(read).collect_batches(chunk_size=size, maintain_order=True, lazy=True):
                yield from _shortened(batch)
                read += batch.height
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            reading.problem = "damaged"
        else:
            return


def _shortened(batch: object) -> Iterator[Record]:
    """The texts of a batch; what is null becomes an empty text, what is too long None."""
    for text in batch.to_series():  # type: ignore[attr-defined]
        yield "" if text is None else None if len(text) > LONGEST_RECORD else text
