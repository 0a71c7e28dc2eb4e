"""Reading a review sheet back, in CSV as any spreadsheet program writes it, or as a workbook: every row is compared with its check.

Nothing is guessed that the checks could not confirm: an encoding, the sign between cells and the order of rows may be another, but a text
that was changed, a row that is missing or was added, and a cell that is worked out by a formula end in an error at its place.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from codecs import getincrementaldecoder
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from comity.documents.reading import read_bytes
from comity.errors import InputError, IntegrityError, Place
from comity.language import LANGUAGES, Message, clean
from comity.measures.review_sheet import CHECK, CHECK_COLUMN, check_of, judgement, unguarded
from comity.measures.tables import check_unchanged, stamp
from comity.measures.workbook import Workbook, is_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from comity.measures.review_sheet import SheetForm
    from comity.measures.workbook import Page

MOST_BYTES = 300_000_000
LONGEST_LINE = 4_000_000
"""Bytes of a line of CSV."""


_BLOCK = 1_000_000
_SEPARATORS = (",", ";", "\t")
_CONTINUED = re.compile(r"(.+) ([2-9]|[1-9][0-9]{1,2})")
_CHECK = re.compile(r"([0-9]{1,7})-rows-[0-9a-f]{24}")
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}
_ENCODINGS = ("utf-8", "gb18030", "cp1252")
"""Those that spreadsheet programs save CSV in without saying so; the checks confirm the one that fits."""


class Filled(NamedTuple):
    """A row as it came back.

    Attributes:
        file, number: where it stands.
        cells: by the name of the column; long texts left out.
        places: of the columns, from 1.
    """

    file: str
    number: int
    cells: dict[str, str]
    places: Mapping[str, int]

    def judged(self, column: str) -> bool:
        """Whether the row says yes.

        Raises:
            InputError: it says nothing, or neither yes nor no.
        """
        place = Place(self.file, self.number, self.places.get(column, 1))
        return judgement(self.cells.get(column, ""), column, place)


@dataclass(frozen=True, slots=True)
class Review:
    """A sheet as it came back, every row as it was written.

    Attributes:
        rows: in the order of the sheet.
        sha256: of the file.
        other_pages: how many further sheets the workbook has that were not read.
    """

    rows: tuple[Filled, ...]
    sha256: str
    other_pages: int = 0


class _Line(NamedTuple):
    number: int
    cells: Sequence[str]
    formulas: frozenset[int] = frozenset()


def read_review(path: Path, form: SheetForm) -> Review:
    """A filled sheet.

    Raises:
        InputError: it is no such sheet, or holds what was never in it.
        IntegrityError: a row was changed, removed or added.
    """
    place = Place(str(path))
    before = stamp(path)
    if before.size > MOST_BYTES:
        raise InputError(Message("the file is larger than {limit} bytes", limit=MOST_BYTES), place=place)
    raw = read_bytes(path, place, MOST_BYTES)
    check_unchanged(path, before)
    if not raw[:_BLOCK].strip():
        raise InputError(Message("the file is empty"), place=place)
    others = 0
    if is_workbook(raw[:8], place):
        lines, others = _workbook_lines(raw, form, place)
    else:
        lines = _csv_lines(raw, form, place)
    rows = tuple(_checked(lines, form, place))
    return Review(rows, hashlib.sha256(raw).hexdigest(), others)


def _names(header: Sequence[str], form: SheetForm) -> dict[int, tuple[str, int]]:
    """For each place in a header the column that it names and which piece of it; empty where it is no header of this form."""
    titles = {
        name.casefold(): column.id
        for column in (*form.columns, CHECK_COLUMN)
        for name in (column.id, *(column.title.in_language(language) for language in LANGUAGES))
    }
    found: dict[int, tuple[str, int]] = {}
    for place, text in enumerate(header):
        name = " ".join(text.split()).casefold()
        continued = _CONTINUED.fullmatch(name)
        if name in titles:
            found[place] = titles[name], 1
        elif continued and continued[1] in titles:
            found[place] = titles[continued[1]], int(continued[2])
    return found if CHECK in {name for name, _ in found.values()} else {}


def _checked(lines: Iterator[_Line], form: SheetForm, place: Place) -> Iterator[Filled]:
    """The rows of a sheet whose first line is its header, each compared with its check."""
    header = next(lines)
    names = _names(header.cells, form)
    _check_header(names, form, Place(place.file, header.number, 1))
    places = {name: number + 1 for number, (name, piece) in names.items() if piece == 1}
    texts = {column.id for column in form.columns if column.use == "text"}
    seen: set[str] = set()
    totals: Counter[int] = Counter()
    for line in lines:
        at = Place(place.file, line.number, 1)
        cells = _joined(line, names, at)
        check = cells.pop(CHECK, "").strip()
        if not check and not any(text.strip() for text in cells.values()):
            continue
        total = _CHECK.fullmatch(check)
        if total is None:
            hint = Message("remove what was added below or between the rows")
            raise InputError(Message("this row is none of the sheet: it has no check"), place=at, hint=hint)
        if check in seen:
            raise InputError(Message("an item stands twice in the sheet"), place=at)
        seen.add(check)
        totals[int(total[1])] += 1
        if check_of((cells[column.id] for column in form.shown), int(total[1])) != check:
            raise _changed(at)
        yield Filled(
            place.file,
            line.number,
            {name: unguarded(text) for name, text in cells.items() if name not in texts},
            places,
        )
    if not totals:
        raise InputError(Message("the table has no rows"), place=place)
    if len(totals) > 1:
        raise IntegrityError(Message("rows of several sheets are mixed"), place=place)
    (total_rows, found) = totals.most_common(1)[0]
    if found != total_rows:
        message = Message("the sheet has {count} of its {all} rows", count=found, all=total_rows)
        hint = Message("put back what was removed; an item that cannot be judged is not acceptable")
        raise IntegrityError(message, place=place, hint=hint)


def _check_header(names: dict[int, tuple[str, int]], form: SheetForm, place: Place) -> None:
    present = Counter(names.values())
    for column in (*form.columns, CHECK_COLUMN):
        if (column.id, 1) not in present and column.use != "note" and column.id not in form.optional:
            raise InputError(Message('the table has no column "{name}"', name=column.id), place=place)
    twice = next((name for name, count in present.items() if count > 1), None)
    if twice is not None:
        raise InputError(Message('the column "{name}" stands there twice', name=twice[0]), place=place)


def _joined(line: _Line, names: dict[int, tuple[str, int]], at: Place) -> dict[str, str]:
    """The texts of a row by column, long ones put together again.

    Raises:
        InputError: a cell is worked out by a formula.
    """
    formula = next((place for place in sorted(line.formulas) if place in names), None)
    if formula is not None:
        message = Message("a cell holds a formula; a sheet holds words only")
        raise InputError(message, place=Place(at.file, at.line, formula + 1))
    pieces: dict[str, dict[int, str]] = {name: {} for name, _ in names.values()}
    for place, (name, piece) in names.items():
        pieces[name][piece] = line.cells[place] if place < len(line.cells) else ""
    return {name: "".join(parts[number] for number in sorted(parts)) for name, parts in pieces.items()}


def _changed(at: Place) -> IntegrityError:
    hint = Message(
        "a text was changed, a column was sorted alone, or a program changed numbers, dates or letters while it saved CSV; "
        "a sheet in .xlsx keeps texts as they are"
    )
    return IntegrityError(Message("this row is not as it was written"), place=at, hint=hint)


def _csv_lines(raw: bytes, form: SheetForm, place: Place) -> Iterator[_Line]:
    """The records of a sheet in CSV, from its header on.

    Raises:
        InputError: it is none.
    """
    mark = next((mark for mark in _MARKS if raw.startswith(mark)), b"")
    for encoding in (_MARKS[mark],) if mark else _ENCODINGS:
        if not _readable(raw, len(mark), encoding, place):
            continue
        found = _separated(_Text(raw, len(mark), encoding), form, place)
        if found is not None:
            return found
        break
    raise InputError(Message("this is no sheet in CSV or XLSX"), place=place)


def _readable(raw: bytes, start: int, encoding: str, place: Place) -> bool:
    """Whether bytes are text in an encoding, looked at block by block.

    Raises:
        InputError: a line is too long for a sheet.
    """
    decoder = getincrementaldecoder(encoding)()
    length = 0
    for at in range(start, len(raw), _BLOCK):
        block = raw[at : at + _BLOCK]
        try:
            if "\0" in decoder.decode(block, final=at + _BLOCK >= len(raw)):
                return False
        except UnicodeDecodeError:
            return False
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        length = len(block) - last - 1 if last >= 0 else length + len(block)
        if length > LONGEST_LINE:
            message = Message("a line of the table is longer than {limit} bytes", limit=LONGEST_LINE)
            raise InputError(message, place=place)
    return True


class _Text(NamedTuple):
    """A text that is decoded as it is read."""

    raw: bytes
    start: int
    encoding: str

    def lines(self) -> io.TextIOWrapper:
        """Its lines, with their ends as they are."""
        stream = io.BytesIO(self.raw)
        stream.seek(self.start)
        return io.TextIOWrapper(stream, self.encoding, newline="")


def _separated(text: _Text, form: SheetForm, place: Place) -> Iterator[_Line] | None:
    """The records of a text whose first one is a header of this form; None where it is not."""
    for separator in _SEPARATORS:
        lines = _records(text, separator, place)
        try:
            header = next(lines, None)
        except InputError:
            continue
        if header is not None and CHECK in {name for name, _ in _names(header.cells, form).values()}:
            return _records(text, separator, place)
    return None


def _records(text: _Text, separator: str, place: Place) -> Iterator[_Line]:
    """Records; a first line `sep=;`, which some programs write, is none."""
    lines = text.lines()
    first = lines.readline(100)
    if first.strip().lower() not in {f"sep={known}" for known in _SEPARATORS}:
        lines = text.lines()
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if any(cells):
                yield _Line(number, cells)
    except csv.Error as error:
        message = Message("the table cannot be read: {problem}", problem=clean(str(error)[:100]))
        raise InputError(message, place=Place(place.file, reader.line_num, 1)) from None


def _workbook_lines(raw: bytes, form: SheetForm, place: Place) -> tuple[Iterator[_Line], int]:
    """The rows of the one sheet of a workbook that has a header of this form, and how many other sheets there are.

    Raises:
        InputError: there is none, or more than one, or people do not see it.
    """
    book = Workbook(io.BytesIO(raw), place)
    fitting = [page for page in book.pages if _header_fits(book, page, form)]
    if not fitting:
        hint = Message("wanted is the workbook that was written, with its first row of names")
        raise InputError(Message("no sheet of the workbook is a review sheet"), place=place, hint=hint)
    if len(fitting) > 1:
        names = ", ".join(page.name for page in fitting)
        hint = Message("remove the copies")
        raise InputError(
            Message("several sheets of the workbook are review sheets: {names}", names=names), place=place, hint=hint
        )
    if fitting[0].hidden:
        message = Message('the sheet "{name}" is hidden', name=fitting[0].name)
        raise InputError(message, place=place, hint=Message("show it, and look at it"))
    return _lines_of(book, fitting[0]), len(book.pages) - 1


def _header_fits(book: Workbook, page: Page, form: SheetForm) -> bool:
    first = next(_lines_of(book, page), None)
    return first is not None and bool(_names(first.cells, form))


def _lines_of(book: Workbook, page: Page) -> Iterator[_Line]:
    for row in book.rows(page):
        width = max(row.cells) + 1
        cells = [""] * width
        for place, cell in row.cells.items():
            cells[place] = cell.text
        yield _Line(row.number, cells, frozenset(place for place, cell in row.cells.items() if cell.formula))
