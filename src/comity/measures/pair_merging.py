"""Merging neighbours by rank: the step that byte-pair encodings and their relatives share.

A text starts as a chain of symbols; the neighbours whose pair ranks lowest are joined, the leftmost first, until no pair has a rank.
Each pair waits in a queue, so that a long stretch without spaces costs n log n and not n².
Source: Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016).
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Symbol = TypeVar("Symbol", bytes, str)


def merged(start: Sequence[Symbol], rank: Callable[[Symbol, Symbol], float | None]) -> list[Symbol]:
    """The symbols that are left when nothing can be joined any more; together they are what they were.

    Args:
        start: the first symbols: bytes or characters.
        rank: of a pair of neighbours; the lowest is joined first, None never.
    """
    symbols: list[Symbol | None] = list(start)
    size = len(symbols)
    following = list(range(1, size + 1))
    before = list(range(-1, size - 1))
    waiting: list[tuple[float, int, Symbol, Symbol]] = []
    for place in range(size - 1):
        left, right = start[place], start[place + 1]
        found = rank(left, right)
        if found is not None:
            waiting.append((found, place, left, right))
    heapify(waiting)
    while waiting:
        _, place, left, right = heappop(waiting)
        other = following[place]
        if other >= size or symbols[place] != left or symbols[other] != right:
            continue
        joined = left + right
        symbols[place], symbols[other] = joined, None
        after = following[place] = following[other]
        if after < size:
            before[after] = place
            neighbour = symbols[after]
            if neighbour is not None and (found := rank(joined, neighbour)) is not None:
                heappush(waiting, (found, place, joined, neighbour))
        previous = before[place]
        if previous >= 0:
            neighbour = symbols[previous]
            if neighbour is not None and (found := rank(neighbour, joined)) is not None:
                heappush(waiting, (found, previous, neighbour, joined))
    return [symbol for symbol in symbols if symbol is not None]
