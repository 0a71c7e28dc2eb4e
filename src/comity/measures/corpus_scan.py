"""Reading a corpus through: parts of it go to as many processes as there are cores, and what they found comes back in order.

One process reads, hashes and unpacks, hands on whole lines as they stand, and counts duplicates in order; all else is done by those that
examine. Every count is a sum of whole numbers over documents, so that the result does not depend on the number of processes.
"""

from __future__ import annotations

import signal
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

from comity.errors import InputError, Place, missing_extra
from comity.language import Message
from comity.measures.corpus_content import patterns_in_all, sorted_counts
from comity.measures.corpus_duplicates import exact_keys, near_keys
from comity.measures.corpus_files import (
    CHUNK_BYTES,
    CHUNK_RECORDS,
    Chunk,
    Lines,
    Part,
    ReadingPlan,
    chunks_of,
    read_parts,
)
from comity.measures.corpus_languages import (
    SCRIPT_CODES,
    Told,
    detector_versions,
    new_detectors,
    script_table,
    scripts_of,
    tell,
)
from comity.measures.corpus_packing import Reading
from comity.measures.corpus_records import line_decoder, text_of

try:
    import numpy as np
except ModuleNotFoundError:
    raise missing_extra("numpy", "corpus") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from comity.measures.corpus_content import Keywords
    from comity.measures.corpus_files import CorpusFile, Found

_Part = TypeVar("_Part", bound=Part)

ONE_PROCESS_BYTES = 4_000_000
"""A smaller corpus is read sooner than a second process has started."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked for.

    Attributes:
        reading: how files are read.
        detectors: names of detectors, the first one first.
        keywords: words that are looked for.
        near: whether near duplicates are looked for.
        languages_only: whether only the language of each document is wanted, and no count of anything else.
    """

    reading: ReadingPlan = field(default_factory=ReadingPlan)
    detectors: tuple[str, ...] = ("pycld2", "py3langid")
    keywords: Keywords | None = None
    near: bool = True
    languages_only: bool = False


@dataclass(slots=True)
class Tally:
    """What was found in a chunk, or in all of them. Pairs count documents and characters.

    Attributes:
        documents: how many.
        characters: Unicode code points in them.
        bytes: in UTF-8.
        skipped: records that are no documents, by reason.
        languages: identified, by language.
        states: by state of identification.
        compared: documents that two detectors gave a language.
        disagreed: of these, those that they gave different ones.
        scripts_documents: by the script of most of their letters.
        scripts_characters: letters by script.
        categories: documents with words of a category.
        flagged: documents with words of any.
        patterns: documents with a pattern of personal data.
        personal: documents with any of them.
        sources: documents by number of source.
        in_sources: documents by source and identified language.
    """

    documents: int = 0
    characters: int = 0
    bytes: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    languages: dict[str, Counter[str]] = field(
        default_factory=lambda: {"documents": Counter(), "characters": Counter()}
    )
    states: dict[str, Counter[str]] = field(default_factory=lambda: {"documents": Counter(), "characters": Counter()})
    compared: int = 0
    disagreed: int = 0
    scripts_documents: Counter[str] = field(default_factory=Counter)
    scripts_characters: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    patterns: Counter[str] = field(default_factory=Counter)
    personal: int = 0
    sources: Counter[int] = field(default_factory=Counter)
    in_sources: Counter[tuple[int, str]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what another one counted as well."""
        for name in ("documents", "characters", "bytes", "compared", "disagreed", "flagged", "personal"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in (
            "skipped",
            "scripts_documents",
            "scripts_characters",
            "categories",
            "patterns",
            "sources",
            "in_sources",
        ):
            getattr(self, name).update(getattr(other, name))
        for unit in ("documents", "characters"):
            self.languages[unit].update(other.languages[unit])
            self.states[unit].update(other.states[unit])


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of a chunk.

    Attributes:
        file: number of the file.
        tally: its counts.
        exact: keys of the texts.
        near: keys of their bands.
        records: numbers of the records that are documents.
        languages: their languages; "" where it is not identified.
    """

    file: int
    tally: Tally
    exact: np.ndarray
    near: np.ndarray
    records: list[int]
    languages: list[str]


class Examiner:
    """Examines chunks; loads its detectors once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._detectors = new_detectors(plan.detectors)
        self._scripts = script_table() if self._detectors else np.zeros(0, dtype=np.uint8)
        self._json = line_decoder(plan.reading.column)

    def examine(self, chunk: Chunk) -> Examined:
        """The counts of a chunk."""
        return self.examine_all([chunk])[0]

    def examine_all(self, chunks: Sequence[Chunk]) -> list[Examined]:
        """The counts of every chunk, with the detectors asked about all of their texts at once: many small files cost less."""
        read = [self._read(chunk) for chunk in chunks]
        texts = [text for one in read for text in one.texts]
        letters = scripts_of(texts, self._scripts) if self._detectors else np.zeros((len(texts), 0), dtype=np.int64)
        told = self._told(texts, letters)
        encoded = [] if self._plan.languages_only else [text.encode() for text in texts]
        exact, near = self._keys(texts, encoded)
        found = []
        end = 0
        for chunk, one in zip(chunks, read, strict=True):
            part = slice(end, end := end + len(one.texts))
            tally = Tally(documents=len(one.texts), skipped=one.skipped)
            tally.sources[chunk.source] = len(one.texts)
            _count_scripts(letters[part], tally)
            _count_languages(one.texts, told[part], chunk.source, tally)
            if not self._plan.languages_only:
                self._count_content(one.texts, encoded[part], tally)
            languages = [settled.language or "" for settled in told[part]]
            found.append(Examined(chunk.file, tally, exact[part], near[part], one.records, languages))
        return found

    def _read(self, chunk: Chunk) -> _Read:
        read = _Read()
        decoder = self._json if chunk.kind == "jsonl" else None
        for number, record in enumerate(chunk.records, chunk.first):
            text = text_of(record, decoder)
            if isinstance(text, str):
                read.texts.append(text)
                read.records.append(number)
            else:
                blank_line = text.reason == "empty" and decoder is None and self._plan.reading.divide == "line"
                if text.reason and not blank_line:
                    read.skipped[text.reason] += 1
        return read

    def _told(self, texts: list[str], letters: np.ndarray) -> list[Told]:
        if not (texts and self._detectors):
            return [Told("unknown", None, False, False)] * len(texts)
        return tell(texts, [SCRIPT_CODES[number] for number in letters.argmax(axis=1)], self._detectors)

    def _keys(self, texts: list[str], encoded: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
        if self._plan.languages_only:
            return np.zeros(0, dtype=np.uint64), np.zeros((0, 0), dtype=np.uint64)
        near = near_keys(texts) if self._plan.near else np.zeros((len(texts), 1), dtype=np.uint64)
        return exact_keys(encoded), near

    def _count_content(self, texts: list[str], encoded: list[bytes], tally: Tally) -> None:
        tally.bytes = sum(map(len, encoded))
        patterns = patterns_in_all(texts, encoded)
        tally.patterns.update(sorted_counts(patterns))
        tally.personal = sum(map(bool, patterns))
        if self._plan.keywords is not None:
            hits = [self._plan.keywords.hits(text) for text in texts]
            tally.categories.update(sorted_counts(hits))
            tally.flagged = sum(map(bool, hits))


@dataclass(slots=True)
class _Read:
    """The documents of a chunk, the numbers of their records, and the records that are none, by reason."""

    texts: list[str] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def _count_scripts(letters: np.ndarray, tally: Tally) -> None:
    if letters.size:
        for number in np.flatnonzero(letters.any(axis=0)):
            tally.scripts_characters[SCRIPT_CODES[number]] = int(letters[:, number].sum())
        tally.scripts_documents.update(SCRIPT_CODES[number] for number in letters.argmax(axis=1))


def _count_languages(texts: list[str], told: list[Told], source: int, tally: Tally) -> None:
    amounts = {found: [0, 0] for found in told}
    for text, found in zip(texts, told, strict=True):
        amount = amounts[found]
        amount[0] += 1
        amount[1] += len(text)
    for found, (documents, characters) in amounts.items():
        tally.characters += characters
        tally.compared += found.compared * documents
        tally.disagreed += found.disagreed * documents
        for unit, count in (("documents", documents), ("characters", characters)):
            tally.states[unit][found.state] += count
            if found.language is not None:
                tally.languages[unit][found.language] += count
        if found.language is not None:
            tally.in_sources[source, found.language] += documents


_examiner: Examiner | None = None
"""The examiner of a worker process, which has no other place to keep it."""


def _prepare(plan: Plan) -> None:
    global _examiner
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _examiner = Examiner(plan)


def _work(parts: list[Part]) -> list[Examined]:
    if _examiner is None:
        raise RuntimeError("the process was not prepared")
    return list(examined(parts, _examiner))


def scan(
    found: Found, plan: Plan, cores: int, progress: Callable[[int, int], None] | None = None
) -> tuple[Iterator[Examined], list[Reading]]:
    """What came of every chunk, in the order of the files, and what became of every file, complete when all chunks have come.

    Args:
        found: the files.
        plan: what is looked for.
        cores: processes that work at once; a small corpus is read by one.
        progress: told how many bytes of how many have been read.

    Raises:
        InputError: a file cannot be opened, or a package is missing.
    """
    readings = [Reading() for _ in found.files]
    total = sum(file.size for file in found.files)
    parts = _parts(found, plan.reading, readings, total, progress)
    if cores > 1 and sum(map(_unpacked_bytes, found.files)) > ONE_PROCESS_BYTES:
        detector_versions(plan.detectors)
        return _in_processes(parts, plan, cores), readings
    return examined(parts, Examiner(plan)), readings


def _unpacked_bytes(file: CorpusFile) -> int:
    """About how much a file holds; texts are packed to a third or less."""
    return file.size * (3 if file.packing or file.kind == "parquet" else 1)


def _parts(
    found: Found, plan: ReadingPlan, readings: list[Reading], total: int, progress: Callable[[int, int], None] | None
) -> Iterator[Part]:
    read = 0

    def told(count: int) -> None:
        nonlocal read
        read += count
        if progress is not None and total:
            progress(min(read, total), total)

    for number, (file, reading) in enumerate(zip(found.files, readings, strict=True)):
        yield from read_parts(number, file, plan, reading, told)


def examined(parts: Iterable[Part], examiner: Examiner) -> Iterator[Examined]:
    """What comes of parts, in their order; small ones are examined together."""
    chunks = (chunk for part in parts for chunk in chunks_of(part))
    for together in _gathered(chunks):
        yield from examiner.examine_all(together)


def _gathered(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Parts put together to about the size of a chunk: that of a small file is soon examined, and to hand it on takes as long."""
    held, bytes_held, records = list[_Part](), 0, 0
    for part in parts:
        held.append(part)
        bytes_held += _size(part)
        records += 1 if isinstance(part, Lines) else len(part.records)
        if bytes_held >= CHUNK_BYTES or records >= CHUNK_RECORDS:
            yield held
            held, bytes_held, records = [], 0, 0
    if held:
        yield held


def _size(part: Part) -> int:
    return len(part.data) if isinstance(part, Lines) else sum(len(record or b"") for record in part.records)


def _in_processes(parts: Iterator[Part], plan: Plan, cores: int) -> Iterator[Examined]:
    pool = ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=_prepare, initargs=(plan,))
    waiting: deque[Future[list[Examined]]] = deque()
    try:
        for together in _gathered(parts):
            waiting.append(pool.submit(_work, together))
            if len(waiting) > 3 * cores:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool:
        hint = Message("ask for one process with --cores 1")
        raise InputError(Message("a process that was reading the corpus has ended"), hint=hint) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def skipped_files(found: Found, readings: list[Reading]) -> list[str]:
    """The files that were not read to their end, with the reason."""
    return [
        f"{file.name}: {reading.problem}"
        for file, reading in zip(found.files, readings, strict=True)
        if reading.problem
    ]


def nothing_found(found: Found, tally: Tally, readings: list[Reading]) -> InputError:
    """The error for a corpus without a document, which says what was met instead."""
    met = [f"{reason} {count}" for reason, count in sorted(tally.skipped.items())]
    met += skipped_files(found, readings)[:5]
    hint = Message("left out: {values}", values="; ".join(met)) if met else None
    return InputError(Message("there is no document in the corpus"), place=Place(found.files[0].name), hint=hint)
