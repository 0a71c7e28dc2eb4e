"""The one error of the clause language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.errors import ComityError, Place
from comity.language import ENGLISH, Message

if TYPE_CHECKING:
    from comity.clauses.syntax import Span

LONGEST_SHOWN_LINE = 110


class FormulaError(ComityError):
    """A formula that cannot be read, or that means nothing.

    Attributes:
        line, column: where in the formula, counted from 1.
        hint: what to write instead, or None.
        outside_subset: True where the text is valid CEL that Comity leaves out on purpose.
    """

    def __init__(
        self, message: Message, *, text: str, span: Span, hint: Message | None = None, outside_subset: bool = False
    ) -> None:
        start = min(span[0], len(text))
        self.text = text
        self.span = span
        self.line = text.count("\n", 0, start) + 1
        self.column = start - (text.rfind("\n", 0, start) + 1) + 1
        self.outside_subset = outside_subset
        super().__init__(message, hint=hint)

    def placed_in(self, place: Place) -> FormulaError:
        """The same error, saying also in which file the formula stands."""
        error = FormulaError(
            self.message, text=self.text, span=self.span, hint=self.hint, outside_subset=self.outside_subset
        )
        error.place = place
        return error

    def describe(self, language: str = ENGLISH) -> str:
        """Message, the line of the formula with a caret under the place, and the hint."""
        where = str(self.place) if self.place else f"{self.line}:{self.column}"
        parts = [f"{where}: {self.message.in_language(language)}", *self._caret()]
        if self.hint is not None:
            parts.append(f"  {self.hint.in_language(language)}")
        return "\n".join(parts)

    def _caret(self) -> list[str]:
        lines = self.text.split("\n")
        if self.line > len(lines):
            return []
        line = lines[self.line - 1]
        begin = self.column - 1
        width = max(1, min(self.span[1] - self.span[0], len(line) - begin))
        shift = max(0, begin - LONGEST_SHOWN_LINE // 2)
        shown = "".join(c if c.isprintable() else " " for c in line[shift : shift + LONGEST_SHOWN_LINE])
        width = max(1, min(width, len(shown) - (begin - shift)))
        return [f"  {shown}", f"  {' ' * (begin - shift)}^{'~' * (width - 1)}"]
