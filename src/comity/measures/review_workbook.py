"""A review sheet as a workbook (XLSX) that people can work with: instructions first, then the rows, with a choice of answers in every one.

Every cell is written as text, never as a formula, and nothing in the bytes depends on the moment. Only the cells that people fill in can be
changed by accident; there is no password. Written by XlsxWriter, whose files are compared with those of Excel by its own tests.
"""

from __future__ import annotations

import io
import unicodedata
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from comity.errors import missing_extra
from comity.language import CHINESE, Message
from comity.measures.review_sheet import CHECK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.measures.review_sheet import Column, ReviewSheet

NO_MOMENT = datetime(1980, 1, 1)
"""The day that archives without a date bear."""

YES_NO = {"en": ("yes", "no"), CHINESE: ("是", "否")}

LINE, HIGHEST = 15, 409
"""Points of a line, and of the highest row. Source: Microsoft, "Excel specifications and limits"."""

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_ALLOWED = {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True, "select_locked_cells": True}
_TOP = {"valign": "top", "text_wrap": True}
_RIGHT_TO_LEFT = frozenset(("R", "AL"))


def as_workbook(sheet: ReviewSheet, language: str) -> bytes:
    """The bytes of a workbook with the sheet, in a language.

    Raises:
        InputError: the package that writes workbooks is missing.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise missing_extra("xlsxwriter", "sheets") from None
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    book.set_properties({"created": NO_MOMENT, "title": sheet.form.title.in_language(language), "author": "Comity"})
    _write_instructions(book, sheet, language)
    _write_rows(book, sheet, language)
    book.close()
    return stream.getvalue()


def _write_instructions(book: Any, sheet: ReviewSheet, language: str) -> None:
    page = book.add_worksheet(Message("Read first").in_language(language))
    page.hide_gridlines(2)
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 4)
    page.set_column(1, 1, 90)
    page.write_string(0, 1, sheet.form.title.in_language(language), book.add_format({"bold": True, "font_size": 14}))
    step = book.add_format(_TOP)
    number = book.add_format({"valign": "top", "align": "right"})
    for place, message in enumerate(sheet.form.instructions, 1):
        text = message.in_language(language)
        page.write_string(place + 1, 0, f"{place}.", number)
        page.write_string(place + 1, 1, text, step)
        page.set_row(place + 1, LINE * _lines(text, 100) + 4)


def _write_rows(book: Any, sheet: ReviewSheet, language: str) -> None:
    page = book.add_worksheet(Message("Review").in_language(language))
    columns, rows = sheet.table()
    head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "bottom": 1, **_TOP})
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, column.title.in_language(language), head)
    formats = _Formats(book)
    for number, cells in enumerate(rows, 1):
        page.set_row(number, _height(columns, cells))
        for place, (column, text) in enumerate(zip(columns, cells, strict=True)):
            _write_cell(page, number, place, column, text, formats)
    last = len(sheet.rows)
    for place, column in enumerate(columns):
        if column.use == "verdict":
            _offer_answers(book, page, place, last, language)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, last, len(columns) - 1)
    page.protect("", _ALLOWED)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


class _Formats:
    """The looks of a cell, each made once."""

    def __init__(self, book: Any) -> None:
        plain = {**_TOP, "quote_prefix": True}
        self.left_to_right = book.add_format({**plain, "reading_order": 1})
        self.right_to_left = book.add_format({**plain, "reading_order": 2, "align": "right"})
        self.small = book.add_format({"valign": "top", "font_color": "#808080", "quote_prefix": True})
        self.number = book.add_format({"valign": "top"})
        self.open = book.add_format(
            {**_TOP, "locked": False, "bg_color": "#FFFBE6", "border": 1, "border_color": "#D9D2B0"}
        )


def _write_cell(page: Any, row: int, place: int, column: Column, text: str, formats: _Formats) -> None:
    if column.use in ("verdict", "note"):
        page.write_blank(row, place, None, formats.open)
    elif text.isascii() and text.isdigit() and len(text) <= 15 and column.use == "given":
        page.write_number(row, place, int(text), formats.number)
    elif column.id in (CHECK, "sha256"):
        page.write_string(row, place, text, formats.small)
    elif text:
        page.write_string(
            row, place, text, formats.right_to_left if reads_right_to_left(text) else formats.left_to_right
        )


def _offer_answers(book: Any, page: Any, place: int, last: int, language: str) -> None:
    """A choice of yes and no in every row of a column, and colours that show what was chosen."""
    yes, no = YES_NO.get(language, YES_NO["en"])
    words = f"{yes} / {no}"
    page.data_validation(
        1,
        place,
        last,
        place,
        {
            "validate": "list",
            "source": [yes, no],
            "error_title": words,
            "error_message": Message("Choose {words}.", words=words).in_language(language),
        },
    )
    for word, colour in ((yes, "#DFF2DF"), (no, "#F8DCDC")):
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.add_format({"bg_color": colour})}
        page.conditional_format(1, place, last, place, rule)


def reads_right_to_left(text: str) -> bool:
    """Whether the first letter of a text is of a script that is written from right to left (rule P2 of the bidirectional algorithm)."""
    for character in text[:1_000]:
        kind = unicodedata.bidirectional(character)
        if kind in _RIGHT_TO_LEFT or kind == "L":
            return kind != "L"
    return False


def _height(columns: Sequence[Column], cells: Sequence[str]) -> int:
    """Points that show as much of the longest text as a row can be high."""
    lines = max(
        (
            _lines(text, column.width + column.width // 8)
            for column, text in zip(columns, cells, strict=True)
            if column.use == "text"
        ),
        default=1,
    )
    return min(HIGHEST, LINE * lines + 2)


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column, characters of East Asia counted twice."""
    most = HIGHEST // LINE + 1
    found = 0
    for line in text.split("\n", most)[:most]:
        part = line[: width * most]
        wide = sum(unicodedata.east_asian_width(character) in "WF" for character in part)
        found += max(1, ceil((len(part) + wide) / width))
    return found
