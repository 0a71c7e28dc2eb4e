"""What a Spark executor does for the measure `corpus`: bundles of work come in, and rows for Spark to add up go out, both as Arrow.

A row is one of three: a document (its position and the keys of its text), a count of a bundle (its name and a whole number), or what became
of a file. Positions grow in the order of the corpus, so that the first of equal texts is the one with the smallest.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from comity.errors import InputError, missing_extra
from comity.language import Message
from comity.measures.corpus_files import CorpusFile
from comity.measures.corpus_packing import Reading
from comity.measures.corpus_scan import Examiner, Plan, Tally, examined
from comity.measures.corpus_spans import Span, read_digest, read_span, spans_of
from comity.measures.spark_session import refusal_of

try:
    import numpy as np
    import pyarrow as pa
except ModuleNotFoundError as error:
    raise missing_extra(str(error.name), "spark") from None

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from comity.measures.corpus_files import Found, Part, ReadingPlan

ROWS = "position bigint, exact bigint, bands array<bigint>, name string, amount bigint, reading string"
"""The columns of a row, as Spark writes them. Keys are the 64 bits of `exact_keys` and `near_keys`, read as numbers with a sign."""

SCHEMA = pa.schema(
    [
        ("position", pa.int64()),
        ("exact", pa.int64()),
        ("bands", pa.list_(pa.int64())),
        ("name", pa.string()),
        ("amount", pa.int64()),
        ("reading", pa.string()),
    ]
)

RECORD_BITS = 40
"""Bits of a position that count the documents of a bundle; those above are the number of the bundle."""

MOST_BUNDLES = 1 << 22

BATCH_DOCUMENTS = 2_000


class Work(msgspec.Struct, frozen=True):
    """A span of a file to be read; None for the digest of a file that is read in spans."""

    file: CorpusFile
    number: int
    span: Span | None


class FileRow(msgspec.Struct, frozen=True):
    """What one bundle found out about a file."""

    file: int
    bundle: int
    digest: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What all executors are told.

    Attributes:
        run: a name of this measurement, by which an executor knows it again.
        plan: what is looked for.
        versions: of everything that a figure depends on.
    """

    run: str
    plan: Plan
    versions: dict[str, str]


def bundles_of(found: Found, plan: ReadingPlan, most_bytes: int) -> list[list[Work]]:
    """The work on a corpus, in its order: digests of large files first, small files together, a span of a large one alone."""
    files = [replace(file, path=file.path.absolute()) for file in found.files]
    most_bytes = max(most_bytes, sum(file.size for file in files) // MOST_BUNDLES)
    bundles: list[list[Work]] = []
    digests: list[list[Work]] = []
    size, open_bundle = 0, False
    for span in spans_of(found, plan, most_bytes):
        file = files[span.file]
        work = Work(file, span.file, span)
        if not span.whole:
            if span.start == 0:
                digests.append([Work(file, span.file, None)])
            bundles.append([work])
            open_bundle = False
            continue
        if not open_bundle or size + file.size > most_bytes:
            bundles.append([])
            size, open_bundle = 0, True
        bundles[-1].append(work)
        size += file.size
    digests.sort(key=lambda bundle: -bundle[0].file.size)
    return digests + bundles


def versions_of(detectors: Sequence[str]) -> dict[str, str]:
    """The versions of what the figures depend on, where this process runs."""
    found = {"unicode": unicodedata.unidata_version}
    for package in ("comity", "numpy", "polars", *detectors):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "-"
    return found


def pack(bundle: Sequence[Work]) -> bytes:
    """A bundle as bytes."""
    return msgspec.msgpack.encode(bundle, enc_hook=str)


def _unpacked(packed: bytes) -> list[Work]:
    return msgspec.msgpack.decode(packed, type=list[Work], dec_hook=lambda _, value: Path(value))


def examine_bundles(asked: Asked, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of bundles, for `mapInArrow`.

    Args:
        asked: what is asked.
        batches: numbers of bundles, and the bundles.

    Raises:
        RuntimeError: what would be an `InputError` in one process, in a form that Spark hands on.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    try:
        _check_versions(asked)
        examiner = _examiner_of(asked)
        for batch in batches:
            for number, bundle in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield from _Rows(number, examiner, asked.plan).of(_unpacked(bundle))
    except InputError as error:
        raise RuntimeError(refusal_of(error)) from None


def _check_versions(asked: Asked) -> None:
    own = versions_of(asked.plan.detectors)
    other = [f"{name} {own[name]}, not {wanted}" for name, wanted in asked.versions.items() if own[name] != wanted]
    if other:
        hint = Message("install the same versions on every machine")
        raise InputError(Message("an executor has other versions: {values}", values="; ".join(other)), hint=hint)


_held: tuple[str, Examiner] | None = None
"""The examiner of a worker process of Spark, which works on one bundle after the other and has no other place to keep it."""


def _examiner_of(asked: Asked) -> Examiner:
    global _held
    if _held is None or _held[0] != asked.run:
        _held = asked.run, Examiner(asked.plan)
    return _held[1]


class _Rows:
    """The rows of one bundle."""

    def __init__(self, bundle: int, examiner: Examiner, plan: Plan) -> None:
        self._examiner = examiner
        self._plan = plan
        self._bundle = bundle
        self._position = bundle << RECORD_BITS
        self._held: list[tuple[np.ndarray, np.ndarray]] = []

    def of(self, bundle: Sequence[Work]) -> Iterator[pa.RecordBatch]:
        """All rows: documents as they come, then counts and files."""
        tally, files = Tally(), list[FileRow]()
        for found in examined(self._parts(bundle, files), self._examiner):
            tally.add(found.tally)
            self._held.append((found.exact, found.near))
            if sum(len(keys) for keys, _ in self._held) >= BATCH_DOCUMENTS:
                yield self._documents()
        if self._held:
            yield self._documents()
        counts = list(counts_of(tally))
        places = [self._bundle << RECORD_BITS] * len(counts)
        names, amounts = [name for name, _ in counts], [amount for _, amount in counts]
        yield _batch(len(counts), position=places, name=names, amount=amounts)
        yield _batch(len(files), reading=[msgspec.json.encode(row).decode() for row in files])

    def _parts(self, bundle: Sequence[Work], files: list[FileRow]) -> Iterator[Part]:
        for work in bundle:
            reading = read_digest(work.file) if work.span is None else Reading()
            if work.span is not None:
                yield from read_span(work.span, work.file, self._plan.reading, reading)
            if work.span is None or work.span.whole or reading.problem is not None:
                files.append(FileRow(work.number, self._bundle, reading.digest, reading.problem))

    def _documents(self) -> pa.RecordBatch:
        exact, near = (np.concatenate(keys) for keys in zip(*self._held, strict=True))
        self._held = []
        compared = near[:, 0] != 0
        ends = np.concatenate([[0], np.cumsum(np.where(compared, near.shape[1], 0))])
        bands = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(near[compared].ravel().view(np.int64)))
        positions = np.arange(self._position, self._position + len(exact))
        self._position += len(exact)
        return _batch(len(exact), position=positions, exact=exact.view(np.int64), bands=bands)


def _batch(rows: int, **columns: object) -> pa.RecordBatch:
    """Rows with these columns, and nothing in the others."""
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
        for field in SCHEMA
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def counts_of(tally: Tally) -> Iterator[tuple[str, int]]:
    """The numbers of a tally by their names: the way to each as a list in JSON."""
    for field in fields(tally):
        yield from _numbers([field.name], getattr(tally, field.name))


def _numbers(way: list[object], value: object) -> Iterator[tuple[str, int]]:
    if isinstance(value, int):
        yield msgspec.json.encode(way).decode(), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers([*way, key], inner)


def tally_of(counts: Iterable[tuple[str, int]]) -> Tally:
    """The tally with these numbers."""
    tally = Tally()
    for name, amount in counts:
        way = msgspec.json.decode(name)
        keys = [tuple(key) if isinstance(key, list) else key for key in way[1:]]
        if keys:
            target = getattr(tally, way[0])
            for key in keys[:-1]:
                target = target[key]
            target[keys[-1]] += amount
        else:
            setattr(tally, way[0], getattr(tally, way[0]) + amount)
    return tally
