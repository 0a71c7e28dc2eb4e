"""Parts of a corpus that workers read apart from each other: whole files, lines or row groups between two bytes of a file.

The spans of a file, one after another, give the same records as the file read through (`corpus_files`): a line belongs to the span that its
first byte lies in, and a row group likewise. Packed files and files that are one document are not divided.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, BinaryIO

from comity.errors import InputError, Place, missing_extra
from comity.language import Message
from comity.measures import corpus_files
from comity.measures.corpus_files import (
    UTF_8_MARK,
    chunked,
    digest_of,
    opened,
    parquet_records,
    parquet_texts,
    read_parts,
    refused,
)
from comity.measures.corpus_packing import BLOCK, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.measures.corpus_files import CorpusFile, Found, Part, ReadingPlan, Record

_READ_BYTES = BLOCK


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file.

    Attributes:
        file: number of the file.
        start: its first byte.
        end: the first byte behind it; None for what follows to the end of the file.
    """

    file: int
    start: int = 0
    end: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it is the file as a whole."""
        return self.start == 0 and self.end is None


def spans_of(found: Found, plan: ReadingPlan, most_bytes: int) -> tuple[Span, ...]:
    """The files of a corpus, in their order, in spans of at most so many bytes where that is possible."""
    spans: list[Span] = []
    for number, file in enumerate(found.files):
        parts = max(1, -(-file.size // most_bytes)) if _divisible(file, plan) else 1
        bounds = [part * file.size // parts for part in range(parts)]
        spans += [Span(number, start, end) for start, end in zip(bounds, [*bounds[1:], None], strict=True)]
    return tuple(spans)


def _divisible(file: CorpusFile, plan: ReadingPlan) -> bool:
    return not file.packing and (file.kind != "text" or plan.divide == "line")


def read_span(span: Span, file: CorpusFile, plan: ReadingPlan, reading: Reading) -> Iterator[Part]:
    """The records of a span, in parts, numbered from its beginning.

    `reading` is complete when they have all been read; its digest only where the span is the whole file.

    Raises:
        InputError: the file is not there or not of the size that it was found with, or as `read_parts` does.
    """
    _check(file)
    if span.whole:
        return read_parts(span.file, file, plan, reading, lambda _: None)
    if file.kind == "parquet":
        return chunked(span.file, file, _row_groups(span, file, plan, reading))
    return chunked(span.file, file, _lines(span, file, reading))


def read_digest(file: CorpusFile) -> Reading:
    """What reading a divided file through would tell of it: its digest, or why its spans hold nothing.

    Raises:
        InputError: the file is not there or not of the size that it was found with, or cannot be opened.
    """
    _check(file)
    with opened(file) as stream:
        problem = None if file.kind == "parquet" else refused(stream.read(BLOCK), in_lines=True)
    return Reading(None if problem else digest_of(file), problem)


def _check(file: CorpusFile) -> None:
    place = Place(file.name)
    try:
        size = file.path.stat().st_size
    except FileNotFoundError:
        hint = Message(
            "every machine that reads must see the files under the same path, on a file system that they share"
        )
        raise InputError(
            Message("a machine that reads the corpus does not see the file"), place=place, hint=hint
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    if size != file.size:
        hint = Message("measure a corpus that nobody writes to")
        raise InputError(Message("the file has changed while the corpus was read"), place=place, hint=hint)


def _lines(span: Span, file: CorpusFile, reading: Reading) -> Iterator[Record]:
    with opened(file) as stream:
        start = stream.read(BLOCK)
        reading.problem = refused(start, in_lines=True)
        if reading.problem is None:
            yield from _lines_between(stream, span, start.startswith(UTF_8_MARK))


def _lines_between(stream: BinaryIO, span: Span, marked: bool) -> Iterator[Record]:
    """The lines that begin in a span; None for one that is too long, of which no more is read than tells that it is."""
    place = span.start - 1 if span.start else len(UTF_8_MARK) * marked
    passing, rest = span.start > 0, b""
    stream.seek(place)
    while block := stream.read(_READ_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if not passing:
                yield None if len(line) > corpus_files.LONGEST_RECORD else line
            passing = False
            place += len(line) + 1
            if _behind(span, place):
                return
        if not passing and len(rest) > corpus_files.LONGEST_RECORD:
            yield None
            passing = True
        if passing:
            place, rest = place + len(rest), b""
            if _behind(span, place):
                return
    if rest:
        yield rest


def _behind(span: Span, place: int) -> bool:
    return span.end is not None and place >= span.end


def _row_groups(span: Span, file: CorpusFile, plan: ReadingPlan, reading: Reading) -> Iterator[Record]:
    texts = parquet_texts(file, plan, reading)
    rows = None if texts is None else _rows(span, file)
    if texts is not None and rows is not None:
        yield from parquet_records(texts.slice(*rows), reading)


def _rows(span: Span, file: CorpusFile) -> tuple[int, int | None] | None:
    """The first row of the row groups that begin in a span, and how many rows they have; None where none does.

    A file whose list of groups cannot be read is left to its first span as a whole.
    """
    if find_spec("pyarrow") is None:
        raise missing_extra("pyarrow", "spark")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_metadata(file.path)
        groups = [table.row_group(number) for number in range(table.num_row_groups)]
    except (pa.ArrowException, OSError):
        return None if span.start else (0, None)
    first, count, place = 0, 0, 0
    for group in groups:
        place = max(place, group.column(0).data_page_offset)
        if place < span.start:
            first += group.num_rows
        elif not _behind(span, place):
            count += group.num_rows
    return (first, count) if count else None
