"""Drawing documents from a corpus for people to look at: at random, reproducibly, and if asked in proportion to languages or sources.

Every document has a number that follows from the seed, the name of its file and its place in it alone; those with the smallest numbers are
drawn. So the same seed draws the same documents, whatever the number of processes. The corpus is read twice: once to
count and to choose, once to fetch the texts that were chosen.
"""

from __future__ import annotations

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
from comity.measures.corpus import MOST_NAMED, TEXT, subjects
from comity.measures.corpus_files import ReadingPlan, find_corpus, read_chunks
from comity.measures.corpus_languages import new_detectors
from comity.measures.corpus_records import line_decoder, text_of
from comity.measures.corpus_scan import Plan, Tally, nothing_found, scan, skipped_files
from comity.measures.dataset_card import opened
from comity.measures.review_sheet import Column, ReviewSheet, SheetForm, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement
    from comity.measures.corpus_files import CorpusFile, Divide, Found
    from comity.measures.corpus_packing import Reading

MEASURE = "corpus-sample"

Stratum = Literal["none", "language", "source"]

FORM = SheetForm(
    (
        Column("item", Message("item"), "given", 7),
        Column("language", Message("language"), "given", 10),
        Column("text", Message("text"), "text", 90),
        Column("acceptable", Message("acceptable"), "verdict", 12),
        Column("harmful", Message("harmful"), "verdict", 12),
        Column("note", Message("note"), "note", 30),
        Column("source", Message("source"), "given", 24),
        Column("file", Message("file"), "given", 24),
        Column("record", Message("record"), "given", 9),
        Column("sha256", Message("SHA-256"), "given", 14),
    ),
    Message("Texts of a corpus, drawn at random, for people to judge"),
    (
        Message('Read each text and choose yes or no under "{column}", in every row.', column=Message("acceptable")),
        Message(
            "A text that cannot be judged is not acceptable. Leaving out the doubtful ones would make the rate wrong."
        ),
        Message(
            'If harm is judged too, choose yes or no under "{column}" in every row; otherwise leave that column empty.',
            column=Message("harmful"),
        ),
        Message("A long text shows only in part: choose its cell, and read it above the table or with the arrow keys."),
        Message("A text that ends in … and a number was cut; so many characters of it are left in the file."),
        Message("Do not remove, add or edit rows. Each one carries a check, and a changed one is noticed."),
        Message("Then save as XLSX and run: comity measure corpus-review FILE --drawn STATEMENT"),
    ),
    frozenset(("harmful",)),
)

SHOWN_CHARACTERS = 5_000
"""Characters of a text that the sheet shows."""

MOST_SHOWN_BYTES = 250_000_000
"""UTF-8 bytes of all texts of a sheet, so that it can be read back."""

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
        sheet: a table for reviewers.
        statement: how it was drawn, and from what.
    """

    sheet: ReviewSheet
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
    column: str | None = None,
    divide: Divide = "file",
    config: str | None = None,
    split: str | None = None,
    cores: int = 1,
    progress: Callable[[int, int], None] | None = None,
    on: date | None = None,
) -> Sample:
    """Draw documents at random for a review by people.

    Args:
        paths: files and directories, each a source; or the card of a data set, whose configurations are sources.
        size: how many; or
        share: which part of all, above 0 and up to 1; rounded up to whole documents.
        by: what the sample is divided by in proportion (largest remainders).
        seed: of the draw.
        column: the field of JSON Lines, or column of Parquet, that holds the text; what the card says, or `text`, by default.
        divide: whether a text file is one document, or each of its lines.
        config: the configuration, or record set, of the card; all by default.
        split: the split of the card; all by default.
        cores: processes that work at once.
        progress: told how many bytes of how many have been read.
        on: the day; today by default.

    Raises:
        InputError: a file or a number is not as described, or there are fewer documents than asked for.
    """
    part = _checked(size, share)
    sources, card = opened(paths, config, split)
    found = find_corpus(sources)
    detectors = ("pycld2", "py3langid") if by == "language" else ()
    reading = ReadingPlan(column or (card and card.column) or TEXT, divide)
    plan = Plan(reading, detectors, None, False, True)
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
    sheet, items = _sheet(found, sorted(drawn), plan.reading, readings)
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


def _sheet(found: Found, drawn: list[Drawn], reading: ReadingPlan, readings: list[Reading]) -> tuple[ReviewSheet, str]:
    """The sheet, and a digest over what it holds: the digests of its texts in their order, a line each."""
    by_file: dict[int, dict[int, int]] = defaultdict(dict)
    for place, one in enumerate(drawn):
        by_file[one.file][one.record] = place
    digests, shown = [""] * len(drawn), [""] * len(drawn)
    room = MOST_SHOWN_BYTES
    for number, records in sorted(by_file.items()):
        for record, text in _fetched(number, found.files[number], reading, records, readings[number]):
            digests[records[record]], shown[records[record]] = sha256(text.encode()).hexdigest(), _shown(text)
            room -= len(shown[records[record]].encode())
            if room < 0:
                message = Message("the texts of the sheet are larger than {limit} bytes", limit=MOST_SHOWN_BYTES)
                raise InputError(message, hint=Message("draw fewer documents"))
    rows: list[tuple[str, ...]] = []
    for place, one in enumerate(drawn):
        file = found.files[one.file]
        where = (visible(found.sources[file.source]), visible(file.name), str(one.record + 1))
        rows.append((str(place + 1), one.language, shown[place], *where, digests[place]))
    return ReviewSheet(FORM, tuple(rows)), items_digest(digests)


def items_digest(digests: Iterable[str]) -> str:
    """SHA-256 over digests, a line each."""
    return sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def _shown(text: str) -> str:
    """A text as the sheet shows it: cut, with the number of characters that are left out."""
    cut = len(text) - SHOWN_CHARACTERS
    return visible(text if cut <= 0 else f"{text[:SHOWN_CHARACTERS]} … (+{cut:,})")


def _fetched(
    number: int, file: CorpusFile, plan: ReadingPlan, records: dict[int, int], before: Reading
) -> Iterable[tuple[int, str]]:
    """The texts of records, read a second time; the file has to be the one of the first.

    Raises:
        InputError: it is not.
    """
    from comity.measures.corpus_packing import Reading

    decoder = line_decoder(plan.column) if file.kind == "jsonl" else None
    changed = InputError(Message("the file changed while it was read"), place=Place(file.name))
    reading = Reading()
    for chunk in read_chunks(number, file, plan, reading, lambda _: None):
        for record, content in enumerate(chunk.records, chunk.first):
            if record in records:
                text = text_of(content, decoder)
                if not isinstance(text, str):
                    raise changed
                yield record, text
    if reading.digest != before.digest:
        raise changed


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
    unread = [clean(line) for line in skipped_files(found, readings)]
    observations: dict[str, Plain | None] = {
        "documents": tally.documents,
        "records_skipped": sum(tally.skipped.values()),
        "files_of_other_kinds": found.others,
        "files_not_read_to_the_end": len(unread),
        **({"files_not_read": unread[:MOST_NAMED]} if unread else {}),
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
