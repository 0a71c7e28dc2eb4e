"""Drawing documents from a corpus for people to look at: at random, reproducibly, and if asked in proportion to languages or sources.

Every document has a number that follows from the seed, the name of its file and its place in it alone; those with the smallest numbers are
drawn. So the same seed draws the same documents, whatever the number of processes. The corpus is read twice: once to
count and to choose, once to fetch the texts that were chosen.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import blake2b, sha256
from heapq import nsmallest
from math import ceil, floor
from typing import TYPE_CHECKING, Literal

from comity.dossier.statements import Predicate, Tool, new_statement
from comity.errors import InputError, Place
from comity.language import Message, clean
from comity.measures.corpus import subjects
from comity.measures.corpus_files import ReadingPlan, find_corpus, read_chunks
from comity.measures.corpus_languages import new_detectors
from comity.measures.corpus_scan import Plan, Tally, line_decoder, nothing_found, scan, skipped_files, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement
    from comity.measures.corpus_files import CorpusFile, Divide, Found, Reading

MEASURE = "corpus-sample"

Stratum = Literal["none", "language", "source"]

COLUMNS = ("item", "source", "file", "record", "language", "sha256", "text", "acceptable", "harmful", "note")

SHOWN_CHARACTERS = 5_000
"""Characters of a text that the sheet shows."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_KEPT = 1_000
_WIDEST = 2


@dataclass(frozen=True, slots=True, order=True)
class Drawn:
    """A document, ordered by its number.

    Attributes:
        number: that decides whether it is drawn.
        file: number of its file.
        record: its number in the file, from 0.
        language: where identified, else "".
    """

    number: int
    file: int
    record: int
    language: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn.

    Attributes:
        sheet: a table for reviewers, CSV.
        statement: how it was drawn, and from what.
    """

    sheet: bytes
    statement: Statement


class _Stratum:
    """The candidates of one stratum: as many of the smallest numbers as can still be needed.

    Of a share, those are about that part of all documents: numbers are spread evenly, and twice the share is kept.
    """

    def __init__(self, size: int | None, share: Fraction) -> None:
        self._size = size
        self._below = 2**64 * min(share * _WIDEST, Fraction(1))
        self._candidates: list[Drawn] = []
        self._below_it = 0
        self.documents = 0

    def add(self, drawn: Drawn) -> None:
        self.documents += 1
        self._candidates.append(drawn)
        self._below_it += drawn.number < self._below
        limit = self._size if self._size is not None else _KEPT + self._below_it
        if len(self._candidates) > 2 * limit:
            self._candidates = nsmallest(limit, self._candidates)

    def smallest(self, count: int) -> list[Drawn]:
        return nsmallest(count, self._candidates)


def draw_sample(
    paths: Sequence[Path],
    *,
    size: int | None = None,
    share: str | None = None,
    by: Stratum = "none",
    seed: int = 0,
    column: str = "text",
    divide: Divide = "file",
    cores: int = 1,
    progress: Callable[[int, int], None] | None = None,
    on: date | None = None,
) -> Sample:
    """Draw documents at random for a review by people.

    Args:
        paths: files and directories; each is a source.
        size: how many; or
        share: which part of all, above 0 and up to 1; rounded up to whole documents.
        by: what the sample is divided by in proportion (largest remainders).
        seed: of the draw.
        column: the field of JSON Lines, or column of Parquet, that holds the text.
        divide: whether a text file is one document, or each of its lines.
        cores: processes that work at once.
        progress: told how many bytes of how many have been read.
        on: the day; today by default.

    Raises:
        InputError: a file or a number is not as described, or there are fewer documents than asked for.
    """
    part = _checked(size, share)
    found = find_corpus(paths)
    plan = Plan(ReadingPlan(column, divide), ("pycld2", "py3langid") if by == "language" else (), None, False, True)
    tally = Tally()
    strata: dict[str, _Stratum] = defaultdict(lambda: _Stratum(size, part))
    examined, readings = scan(found, plan, cores, progress)
    for one in examined:
        tally.add(one.tally)
        file = found.files[one.file]
        for record, language in zip(one.records, one.languages, strict=True):
            name = {"none": "", "language": language or "und", "source": str(file.source)}[by]
            strata[name].add(Drawn(_number(seed, file.name, record), one.file, record, language))
    if not tally.documents:
        raise nothing_found(found, tally, readings)
    wanted = size if size is not None else ceil(part * tally.documents)
    if wanted > tally.documents:
        message = Message("the corpus has {count} documents, fewer than asked for", count=tally.documents)
        raise InputError(message, place=Place(str(paths[0])))
    counts = proportional({name: stratum.documents for name, stratum in strata.items()}, wanted)
    drawn = [one for name, count in counts.items() for one in strata[name].smallest(count)]
    if len(drawn) != wanted:
        raise RuntimeError(f"{len(drawn)} of {wanted}")
    sheet, items = _sheet(found, sorted(drawn), plan.reading)
    return Sample(sheet, _statement(found, readings, tally, Counter(counts), items, by, seed, on))


def _checked(size: int | None, share: str | None) -> Fraction:
    if (size is None) == (share is None):
        raise InputError(Message("either -n or --share is wanted"))
    if size is not None:
        if size < 1:
            raise InputError(Message("{option}: a number larger than 0 is wanted", option="-n"))
        return Fraction(0)
    try:
        part = Fraction(share or "") if len(share or "") <= 20 and "e" not in (share or "").lower() else Fraction(0)
    except (ValueError, ZeroDivisionError):
        part = Fraction(0)
    if not 0 < part <= 1:
        raise InputError(Message("--share: a number above 0 and up to 1 is wanted"))
    return part


def _number(seed: int, name: str, record: int) -> int:
    """A number of 64 bits that looks random."""
    return int.from_bytes(blake2b(f"{seed}\0{name}\0{record}".encode(), digest_size=8).digest(), "big")


def proportional(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """Whole numbers in proportion to these sizes that sum to `wanted` (largest remainders), never more than a size."""
    total = sum(sizes.values())
    exact = {name: Fraction(size * wanted, total) for name, size in sorted(sizes.items())}
    found = {name: floor(part) for name, part in exact.items()}
    left = wanted - sum(found.values())
    for name in sorted(exact, key=lambda name: (found[name] - exact[name], name))[:left]:
        found[name] += 1
    return found


def _sheet(found: Found, drawn: list[Drawn], reading: ReadingPlan) -> tuple[bytes, str]:
    """The sheet, and a digest over what it holds: the digests of its texts in their order, a line each."""
    by_file: dict[int, dict[int, int]] = defaultdict(dict)
    for place, one in enumerate(drawn):
        by_file[one.file][one.record] = place
    digests, shown = [""] * len(drawn), [""] * len(drawn)
    for number, records in sorted(by_file.items()):
        for record, text in _fetched(number, found.files[number], reading, records):
            digests[records[record]], shown[records[record]] = sha256(text.encode()).hexdigest(), _cell(text)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, one in enumerate(drawn):
        file = found.files[one.file]
        source = found.sources[file.source]
        cells = (place + 1, _cell(source), _cell(file.name), one.record + 1, one.language, digests[place])
        writer.writerow((*cells, shown[place], "", "", ""))
    return b"\xef\xbb\xbf" + stream.getvalue().encode(), items_digest(digests)


def items_digest(digests: Iterable[str]) -> str:
    """SHA-256 over digests, a line each."""
    return sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def _cell(text: str) -> str:
    """A text for a cell: cut, without characters that steer, and never a formula."""
    shown = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} …"
    shown = f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
    return clean(shown.replace("\r\n", "\n").replace("\t", " "))


def _fetched(number: int, file: CorpusFile, plan: ReadingPlan, records: dict[int, int]) -> Iterable[tuple[int, str]]:
    from comity.measures.corpus_files import Reading

    decoder = line_decoder(plan.column) if file.kind == "jsonl" else None
    for chunk in read_chunks(number, file, plan, Reading(), lambda _: None):
        for record, content in enumerate(chunk.records, chunk.first):
            if record in records:
                text = text_of(content, decoder)
                if not isinstance(text, str):
                    raise InputError(Message("the file has changed while it was read"), place=Place(file.name))
                yield record, text


def _statement(
    found: Found,
    readings: list[Reading],
    tally: Tally,
    counts: Counter[str],
    items: str,
    by: Stratum,
    seed: int,
    on: date | None,
) -> Statement:
    observations: dict[str, Plain | None] = {
        "documents": tally.documents,
        "records_skipped": sum(tally.skipped.values()),
        "files_not_read_to_the_end": len(skipped_files(found, readings)),
        "drawn": sum(counts.values()),
        "items_sha256": items,
    }
    if by != "none":
        names = {name: clean(found.sources[int(name)]) if by == "source" else name for name in counts}
        observations |= {f"drawn_by.{by}.{names[name]}": count for name, count in counts.most_common() if count}
    method = "Documents with the smallest BLAKE2b of seed, name of file and place in it, without replacement" + (
        f"; in proportion by {by}, by largest remainders." if by != "none" else "."
    )
    tools = [Tool(one.name, one.version) for one in new_detectors(("pycld2", "py3langid") if by == "language" else ())]
    day = on or datetime.now().astimezone().date()
    return new_statement(subjects(found, readings), Predicate(MEASURE, method, tools, day, [], observations, seed=seed))
