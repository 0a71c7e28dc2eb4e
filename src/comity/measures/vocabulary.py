"""What a tokenizer is to the measure: something that says into how many tokens a paragraph falls. One module a file format makes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.dossier.statements import Tool

EXTRA = "tokenizer"

MOST_TOKENS = 3_000_000
"""Of a vocabulary; the largest in use have some 260,000."""

MOST_BYTES = 300_000_000
"""Of a file that is read whole."""


class Count(NamedTuple):
    """What a paragraph becomes.

    Attributes:
        tokens: how many, without any that mark beginning and end.
        unknown: how many of its characters the vocabulary cannot write.
    """

    tokens: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A tokenizer that was read from a file.

    Attributes:
        form: name of the file format.
        algorithm: what it does, in a few words.
        size: entries of the vocabulary.
        tools: packages that count.
        count: the counts of paragraphs, each for itself.
    """

    form: str
    algorithm: str
    size: int
    tools: tuple[Tool, ...]
    count: Callable[[Sequence[str]], list[Count]]


def unsound(path: Path, form: str, problem: Message | str) -> InputError:
    """The error for a file that is not what it seems to be."""
    return InputError(
        Message("this is not a sound {format} file: {problem}", format=form, problem=problem), place=Place(str(path))
    )


def check_size(size: int, path: Path, form: str) -> None:
    """Refuse an empty or a giant vocabulary.

    Raises:
        InputError: with what is wrong.
    """
    if size < 1:
        raise unsound(path, form, Message("its vocabulary is empty"))
    if size > MOST_TOKENS:
        raise unsound(path, form, Message("its vocabulary has more than {limit} entries", limit=MOST_TOKENS))
