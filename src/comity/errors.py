"""What goes wrong, said once: a message, the place, and what to do.

Every error that a person can meet is a `ComityError`. It carries its text as a `Message`, so that the edge of the program
(the command line, a page) can say it in the reader's language; nothing here imports anything but the language.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from comity.language import ENGLISH, Message, clean, translate

if TYPE_CHECKING:
    from collections.abc import Iterable


MOST_ERRORS = 100
"""So many errors of one reading are said."""

_LONGEST = 2_000
"""Characters of a message that are said; no message of our own is as long, but what it quotes may be."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; line and column count from 1. Line 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class ComityError(Exception):
    """Base of all errors of this package.

    Attributes:
        message: what is wrong.
        place: where, if there is a file.
        hint: what to do about it, or None.
        exit_code: what a command that ends with it returns (2 bad input, 4 integrity failure).
    """

    exit_code = 2

    def __init__(self, message: Message, *, place: Place | None = None, hint: Message | None = None) -> None:
        super().__init__(message.template)
        self.message = message
        self.place = place
        self.hint = hint

    def describe(self, language: str = ENGLISH) -> str:
        """The whole error as a person reads it: place, message, hint."""
        text = _shortened(self.message.in_language(language))
        if self.place is not None:
            text = f"{self.place}: {text}"
        if self.hint is not None:
            text = f"{text}\n  {_shortened(self.hint.in_language(language))}"
        return clean(text)

    def __str__(self) -> str:
        return self.describe()


class InputError(ComityError):
    """A file or an argument is not of the form that is asked for."""


class IntegrityError(ComityError):
    """Something was altered: a digest or a signature does not fit."""

    exit_code = 4


def _shortened(text: str) -> str:
    """A message whose beginning and end are told; what it quotes stands in the middle."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


def missing_extra(package: str, extra: str) -> InputError:
    """The error for an optional package that is not installed."""
    hint = Message('install it with: pip install "comity[{extra}]"', extra=extra)
    return InputError(Message("this needs the package {package}", package=package), hint=hint)


class ErrorList(ComityError):  # noqa: N818  (it holds errors, it is not one more)
    """Several errors of one reading, so that a person can mend them all at once."""

    def __init__(self, errors: list[ComityError]) -> None:
        super().__init__(errors[0].message, place=errors[0].place, hint=errors[0].hint)
        self.errors = errors

    def describe(self, language: str = ENGLISH) -> str:
        """The errors, in the order in which they were met; of very many the first ones and how many more there are."""
        described = [error.describe(language) for error in self.errors[:MOST_ERRORS]]
        if len(self.errors) > MOST_ERRORS:
            more = translate("… and {count} more errors", language)
            described.append(more.format(count=len(self.errors) - MOST_ERRORS))
        return "\n".join(described)


def did_you_mean(word: str, known: Iterable[str]) -> Message | None:
    """A hint that names the known word closest to a misspelt one, or None where nothing is close."""
    close = get_close_matches(word[:100], list(known), n=1, cutoff=0.6)
    return Message('did you mean "{word}"?', word=close[0]) if close else None
