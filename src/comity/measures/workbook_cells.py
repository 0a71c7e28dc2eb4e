"""The cells of a sheet and the texts that they share, gathered from the events of an XML parser, within bounds.

Numbers and dates stay as they are written. Source: ECMA-376, Office Open XML, part 1 (SpreadsheetML).
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from comity.errors import InputError
from comity.language import Message, clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.errors import Place

MOST_STRINGS = 5_000_000
MOST_COLUMNS = 500
LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767
"""UTF-16 code units of a cell. Source: Microsoft, "Excel specifications and limits"."""

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class Cell(NamedTuple):
    """A cell with something in it.

    Attributes:
        text: what it holds, numbers as they are written.
        formula: whether that was worked out by a formula.
    """

    text: str
    formula: bool


class Row(NamedTuple):
    """A row with something in it.

    Attributes:
        number: from 1.
        cells: by column, from 0.
    """

    number: int
    cells: dict[int, Cell]


@dataclass(slots=True)
class Part:
    """What is done at each event of one part of the package."""

    start: Callable[[str, dict[str, str]], None]
    end: Callable[[str], None] = lambda _: None
    text: Callable[[str], None] = lambda _: None


@dataclass(slots=True)
class _Text:
    """A text that comes in parts, bounded."""

    place: Place
    parts: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, part: str) -> None:
        self.size += len(part)
        if self.size > LONGEST_TEXT * 7:  # a character may stand there escaped, as _x001B_
            message = Message("a cell holds more than {limit} characters", limit=LONGEST_TEXT)
            raise InputError(message, place=self.place)
        self.parts.append(part)

    def taken(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        self.size = 0
        return text


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold stand as _x001B_, a plain underscore before such signs as _x005F_. Source: ECMA-376, ST_Xstring."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class Strings:
    """The shared texts; readings above East Asian characters (rPh) do not belong to them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.found: list[bytes] = []
        self._text = _Text(place)
        self._within = self._reading = False

    def part(self) -> Part:
        """What is done at the events of the part."""
        return Part(self._start, self._end, self._add)

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._within = name == "t" and not self._reading
        self._reading = self._reading or name == "rPh"

    def _end(self, name: str) -> None:
        if name == "t":
            self._within = False
        elif name == "rPh":
            self._reading = False
        elif name == "si":
            if len(self.found) >= MOST_STRINGS:
                raise InputError(Message("more than {limit} values", limit=MOST_STRINGS), place=self.place)
            self.found.append(_unescaped(self._text.taken()).encode("utf-8", "surrogatepass"))

    def _add(self, text: str) -> None:
        if self._within:
            self._text.add(text)


class Rows:
    """The rows of a sheet, ready as soon as they are whole."""

    def __init__(self, strings: list[bytes], place: Place, page: str) -> None:
        self.ready: deque[Row] = deque()
        self.merged = ""
        self._strings = strings
        self._place = place
        self._page = page
        self._text = _Text(place)
        self._row = self._column = 0
        self._cells: dict[int, Cell] = {}
        self._kind = ""
        self._formula = self._within = self._reading = False

    def part(self) -> Part:
        """What is done at the events of the part."""
        return Part(self._start, self._end, self._add)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                self._row = _number(attributes.get("r", ""), self._row + 1)
                self._column = -1
                self._cells = {}
            case "c":
                reference = _REFERENCE.fullmatch(attributes.get("r", ""))
                self._column = _column(reference[1]) if reference else self._column + 1
                self._kind = attributes.get("t", "n")
                self._formula = False
                self._text.taken()
            case "f":
                self._formula = True
            case "rPh":
                self._reading = True
            case "v" | "t":
                self._within = not self._reading
            case "mergeCell":
                self.merged = self.merged or clean(attributes.get("ref", ""))[:40]

    def _end(self, name: str) -> None:
        match name:
            case "v" | "t":
                self._within = False
            case "rPh":
                self._reading = False
            case "c" if self._column < MOST_COLUMNS:
                text = self._held()
                if text or self._formula:
                    self._cells[self._column] = Cell(text, self._formula)
            case "row":
                if self._row > LAST_ROW:
                    raise self._damaged()
                if self._cells:
                    self.ready.append(Row(self._row, self._cells))

    def _add(self, text: str) -> None:
        if self._within:
            self._text.add(text)

    def _held(self) -> str:
        text = self._text.taken()
        if self._kind == "s":
            number = _number(text.strip(), -1)
            if not 0 <= number < len(self._strings):
                raise self._damaged()
            return self._strings[number].decode("utf-8", "surrogatepass")
        if self._kind == "b":
            return {"1": "true", "0": "false"}.get(text.strip(), text)
        return _unescaped(text)

    def _damaged(self) -> InputError:
        problem = f"{self._page}, {self._row}"
        return InputError(Message("the workbook is damaged: {problem}", problem=problem), place=self._place)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else otherwise


def _column(letters: str) -> int:
    """A column from 0 by its letters: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
