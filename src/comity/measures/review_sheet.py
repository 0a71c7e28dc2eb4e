"""Sheets on which people judge: what stands in them, in which form they are written, and how a row is known again.

A row carries a check, a digest of what it shows and of how many rows there are. So a text that was changed, a column that was sorted
alone, or a row that is missing is noticed when the sheet comes back (`review_reading`), whatever program saved it. A check hinders
accidents, not forgery: what was drawn is held by the statement of the draw.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from comity.errors import InputError, Place, missing_extra
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

Use = Literal["given", "text", "verdict", "note"]
"""What a column is for: it is given, a long text that is given, a judgement, or words of the person who judges."""

YES = frozenset(("yes", "y", "true", "1", "是", "合格"))
NO = frozenset(("no", "n", "false", "0", "否", "不合格"))

CHECK = "check"
CSV, XLSX = ".csv", ".xlsx"

MOST_ROWS = 1_000_000
"""A workbook holds 1,048,576 rows. Source: Microsoft, "Excel specifications and limits"."""

LONGEST_CELL = 30_000
"""UTF-16 code units of a text in one cell; what is longer goes on in the next column. A cell holds 32,767 (same source)."""

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_GUARD = re.compile(r"'+(?=\s*[=+\-@＝＋－＠])")
"""What is put before a text that would begin like a formula, and may be lost or kept by other programs."""

_STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)"
)
"""What steers a terminal, turns the direction of writing against the text, cannot stand in XML, or looks like an escape of workbooks
(_x001B_), of which programs make different things."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes:
        id: its name in CSV, and for programs.
        title: its name for people.
        use: what it is for.
        width: in characters.
    """

    id: str
    title: Message
    use: Use = "given"
    width: int = 12


@dataclass(frozen=True, slots=True)
class SheetForm:
    """What kind of sheet it is.

    Attributes:
        columns: in their order; the check stands behind them.
        title: of the sheet.
        instructions: what people are asked to do, a step each.
        optional: judgements that may be left out, then in every row.
    """

    columns: tuple[Column, ...]
    title: Message
    instructions: tuple[Message, ...]
    optional: frozenset[str] = frozenset()

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that the check covers."""
        return tuple(column for column in self.columns if column.use in ("given", "text"))


CHECK_COLUMN = Column(CHECK, Message("check"), "given", 14)


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """A sheet to be filled in.

    Attributes:
        form: its columns and instructions.
        rows: for each item the texts of the columns that are shown, in their order.
    """

    form: SheetForm
    rows: tuple[tuple[str, ...], ...]

    def table(self) -> tuple[tuple[Column, ...], Iterator[tuple[str, ...]]]:
        """The columns as they are written, long texts continued in further ones, and the cells of each row."""
        shown = self.form.shown
        pieces = {column.id: 1 for column in shown}
        for row in self.rows:
            for column, text in zip(shown, row, strict=True):
                if len(text) > LONGEST_CELL // 2:
                    pieces[column.id] = max(pieces[column.id], len(cut(text)))
        columns: list[Column] = []
        for column in self.form.columns:
            columns.append(column)
            for number in range(2, pieces.get(column.id, 1) + 1):
                title = Message("{column} {number}", column=column.title, number=number)
                columns.append(Column(f"{column.id} {number}", title, column.use, column.width))
        return (*columns, CHECK_COLUMN), (self._cells(row, pieces) for row in self.rows)

    def _cells(self, row: tuple[str, ...], pieces: dict[str, int]) -> tuple[str, ...]:
        given = dict(zip((column.id for column in self.form.shown), row, strict=True))
        cells: list[str] = []
        for column in self.form.columns:
            parts = cut(given[column.id]) if column.id in given else [""]
            cells += parts + [""] * (pieces.get(column.id, 1) - len(parts))
        return (*cells, check_of(row, len(self.rows)))


def check_of(shown: Iterable[str], rows: int) -> str:
    """The check of a row: how many rows the sheet has, and a digest of that and of the texts.

    White space and guards against formulas make no difference. It is neither number nor formula for any program.
    """
    plain = [str(rows), *map(_plain, shown)]
    digest = hashlib.sha256("".join(f"{len(text)}:{text}" for text in plain).encode("utf-8", "surrogatepass"))
    return f"{rows}-rows-{digest.hexdigest()[:24]}"


def _plain(text: str) -> str:
    return " ".join(_GUARD.sub("", text).split()).lstrip("'")


def unguarded(text: str) -> str:
    """A text without the guard against formulas before it."""
    return text[1:] if _GUARD.match(text) else text


def visible(text: str) -> str:
    """A text as a cell can hold it and a person can see it: what steers is named, as ⟨U+001B⟩; ends of lines are those of Unix."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _STEERING.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", lines)


def cut(text: str) -> list[str]:
    """A text in pieces that a cell can hold, never within a character."""
    if len(text) * 2 <= LONGEST_CELL:
        return [text]
    pieces: list[str] = []
    start = size = 0
    for place, character in enumerate(text):
        units = 1 + (character > "\uffff")
        if size + units > LONGEST_CELL:
            pieces.append(text[start:place])
            start, size = place, 0
        size += units
    return [*pieces, text[start:]]


def sheet_ending(path: Path) -> str:
    """The form in which a sheet is written, by the ending of its name; asked before any work is done.

    Raises:
        InputError: it is another one, or the package that writes workbooks is missing.
    """
    ending = path.suffix.lower()
    if ending not in (CSV, XLSX):
        message = Message("a sheet is a file of one of these forms: {values}", values=f"{CSV}, {XLSX}")
        raise InputError(message, place=Place(str(path)))
    if ending == XLSX and find_spec("xlsxwriter") is None:
        raise missing_extra("xlsxwriter", "sheets")
    return ending


def rendered(sheet: ReviewSheet, ending: str, language: str) -> bytes:
    """The bytes of a sheet; the same ones for the same sheet and language.

    Raises:
        InputError: a workbook cannot hold so many rows.
    """
    if ending == CSV:
        return as_csv(sheet)
    from comity.measures.review_workbook import as_workbook

    if len(sheet.rows) > MOST_ROWS:
        message = Message("a workbook holds at most {limit} rows", limit=MOST_ROWS)
        raise InputError(message, hint=Message("name a sheet that ends in .csv"))
    return as_workbook(sheet, language)


def as_csv(sheet: ReviewSheet) -> bytes:
    """The sheet in CSV, UTF-8 with the mark that spreadsheet programs want; no cell begins like a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns, rows = sheet.table()
    writer.writerow([column.id for column in columns])
    writer.writerows(map(_harmless, rows))
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8", "replace")


def _harmless(cells: Sequence[str]) -> list[str]:
    return [f"'{cell}" if cell.lstrip().startswith(_FORMULA_STARTS) else cell for cell in cells]


def judgement(cell: str, column: str, place: Place) -> bool:
    """Whether a cell says yes.

    Raises:
        InputError: it is empty, or says neither yes nor no.
    """
    answer = cell.strip().casefold()
    if not answer:
        hint = Message("judge every item; one that cannot be judged is not acceptable")
        raise InputError(Message('"{column}" is not filled in', column=column), place=place, hint=hint)
    if answer not in YES | NO:
        raise InputError(Message('"{text}" is neither yes nor no', text=cell.strip()[:40]), place=place)
    return answer in YES
