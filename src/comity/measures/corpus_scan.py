"""Reading a corpus through: chunks go to as many processes as there are cores, and what they found comes back in the order of the files.

Every count is a sum of whole numbers over documents, and duplicates are counted in order by one process, so that the result does not depend
on the number of processes.
"""

from __future__ import annotations

import signal
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from comity.errors import InputError, Place, missing_extra
from comity.language import Message
from comity.measures.corpus_content import patterns_in, sorted_counts
from comity.measures.corpus_duplicates import exact_keys, near_keys
from comity.measures.corpus_files import Reading, ReadingPlan, read_chunks
from comity.measures.corpus_languages import SCRIPT_CODES, Told, new_detectors, script_table, scripts_of, tell

try:
    import numpy as np
except ModuleNotFoundError:
    raise missing_extra("numpy", "corpus") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from comity.measures.corpus_content import Keywords
    from comity.measures.corpus_files import Chunk, Found, Record

Decoder: TypeAlias = "msgspec.json.Decoder[msgspec.Struct]"

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
        tally = Tally()
        texts: list[str] = []
        records: list[int] = []
        for number, record in enumerate(chunk.records, chunk.first):
            text = self._text(record, chunk.kind == "jsonl", tally.skipped)
            if text is not None:
                texts.append(text)
                records.append(number)
        told = self._count(texts, chunk.source, tally)
        languages = [found.language or "" for found in told]
        exact, near = self._keys(texts)
        return Examined(chunk.file, tally, exact, near, records, languages)

    def _text(self, record: Record, in_json: bool, skipped: Counter[str]) -> str | None:
        text = text_of(record, self._json if in_json else None)
        if isinstance(text, Skip):
            blank_line = text.reason == "empty" and not in_json and self._plan.reading.divide == "line"
            if text.reason and not blank_line:
                skipped[text.reason] += 1
            return None
        return text

    def _keys(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        if self._plan.languages_only:
            return np.zeros(0, dtype=np.uint64), np.zeros((0, 0), dtype=np.uint64)
        near = near_keys(texts) if self._plan.near else np.zeros((len(texts), 1), dtype=np.uint64)
        return exact_keys([text.encode() for text in texts]), near

    def _count(self, texts: list[str], source: int, tally: Tally) -> list[Told]:
        told = self._languages(texts, tally) if self._detectors else [Told("unknown", None, False, False)] * len(texts)
        tally.documents = len(texts)
        tally.sources[source] = len(texts)
        for text, found in zip(texts, told, strict=True):
            tally.characters += len(text)
            for unit, amount in (("documents", 1), ("characters", len(text))):
                tally.states[unit][found.state] += amount
                if found.language is not None:
                    tally.languages[unit][found.language] += amount
            if found.language is not None:
                tally.in_sources[source, found.language] += 1
            tally.compared += found.compared
            tally.disagreed += found.disagreed
        if not self._plan.languages_only:
            self._count_content(texts, tally)
        return told

    def _count_content(self, texts: list[str], tally: Tally) -> None:
        tally.bytes = sum(len(text.encode()) for text in texts)
        patterns = [patterns_in(text) for text in texts]
        tally.patterns.update(sorted_counts(patterns))
        tally.personal = sum(map(bool, patterns))
        if self._plan.keywords is not None:
            hits = [self._plan.keywords.hits(text) for text in texts]
            tally.categories.update(sorted_counts(hits))
            tally.flagged = sum(map(bool, hits))

    def _languages(self, texts: list[str], tally: Tally) -> list[Told]:
        if not texts:
            return []
        letters = scripts_of(texts, self._scripts)
        main = letters.argmax(axis=1)
        for number, count in enumerate(letters.sum(axis=0)):
            if count:
                tally.scripts_characters[SCRIPT_CODES[number]] = int(count)
        tally.scripts_documents.update(SCRIPT_CODES[number] for number in main)
        return [tell(text, SCRIPT_CODES[number], self._detectors) for text, number in zip(texts, main, strict=True)]


def line_decoder(column: str) -> Decoder:
    """What reads one member of an object and passes over the others."""
    return msgspec.json.Decoder(msgspec.defstruct("Line", [("text", object, None)], rename={"text": column}))


@dataclass(frozen=True, slots=True)
class Skip:
    """A record that is no document; a blank line has no reason and is no record."""

    reason: str


def text_of(record: Record, decoder: Decoder | None) -> str | Skip:
    """The text of a record, or why it has none."""
    if record is None:
        return Skip("too_long")
    if isinstance(record, bytes):
        if decoder is not None:
            if not record.strip():
                return Skip("")
            return _member(record, decoder)
        try:
            record = record.decode()
        except UnicodeDecodeError:
            return Skip("not_utf_8")
    return record if record.strip() else Skip("empty")


def _member(line: bytes, decoder: Decoder) -> str | Skip:
    try:
        text = getattr(decoder.decode(line), "text", None)
    except msgspec.ValidationError:
        return Skip("no_text")
    except (msgspec.DecodeError, RecursionError):
        return Skip("not_json")
    except UnicodeDecodeError:
        return Skip("not_utf_8")
    if not isinstance(text, str):
        return Skip("no_text")
    return text if text.strip() else Skip("empty")


_examiner: Examiner | None = None
"""The examiner of a worker process, which has no other place to keep it."""


def _prepare(plan: Plan) -> None:
    global _examiner
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _examiner = Examiner(plan)


def _work(chunk: Chunk) -> Examined:
    if _examiner is None:
        raise RuntimeError("the process was not prepared")
    return _examiner.examine(chunk)


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
    chunks = _chunks(found, plan.reading, readings, total, progress)
    if cores > 1 and total > ONE_PROCESS_BYTES:
        new_detectors(plan.detectors)
        return _in_processes(chunks, plan, cores), readings
    examiner = Examiner(plan)
    return map(examiner.examine, chunks), readings


def _chunks(
    found: Found, plan: ReadingPlan, readings: list[Reading], total: int, progress: Callable[[int, int], None] | None
) -> Iterator[Chunk]:
    read = 0

    def told(count: int) -> None:
        nonlocal read
        read += count
        if progress is not None and total:
            progress(min(read, total), total)

    for number, (file, reading) in enumerate(zip(found.files, readings, strict=True)):
        yield from read_chunks(number, file, plan, reading, told)


def _in_processes(chunks: Iterator[Chunk], plan: Plan, cores: int) -> Iterator[Examined]:
    pool = ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=_prepare, initargs=(plan,))
    waiting: deque[Future[Examined]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_work, chunk))
            if len(waiting) > 3 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
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
