"""Where a text may be broken into lines of a terminal, in scripts with and without spaces.

A line may end after a space, and before or after a character of a script that is written without spaces; but no line begins with a closing
mark or ends with an opening one. Widths are those of terminal cells: a Chinese character takes two.
Source: Unicode Standard Annex 14 (line breaking), of which this is the part that matters here.
"""

from __future__ import annotations

from functools import cache

from rich.cells import cell_len

CLOSING = frozenset("，。、；：！？）》」』】〉”’…％·—,.;:!?)]}%")
OPENING = frozenset("（《「『【〈“‘([{")


def breaks(text: str, width: int) -> list[int]:
    """The positions at which a text of one line is divided, so that no piece is wider than `width` cells (at least 4)."""
    width = max(4, width)
    found: list[int] = []
    start, used, candidate = 0, 0, 0
    for position, character in enumerate(text):
        if position > start and _may_break(text[position - 1], character):
            candidate = position
        size = _cells(character)
        while used + size > width and character != " ":
            if candidate <= start:
                candidate = position
            found.append(candidate)
            start, used = candidate, cell_len(text[candidate:position])
        used += size
    return found


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if after == " " or after in CLOSING or before in OPENING:
        return False
    return _unspaced(before) or _unspaced(after)


def _unspaced(character: str) -> bool:
    """Whether a character belongs to a script that is written without spaces (wide characters and their punctuation)."""
    return _cells(character) == 2


@cache
def _cells(character: str) -> int:
    return cell_len(character)
