"""What hangs together by what it shares: the parts of a question that can be asked one by one. Nothing here needs a solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from collections.abc import Set as AbstractSet


def connected(parts: Sequence[AbstractSet[Hashable]]) -> list[list[int]]:
    """Which parts hang together by what they share, directly or through others: their indices, in the order of the first ones."""
    leader = list(range(len(parts)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first_with: dict[Hashable, int] = {}
    for index, part in enumerate(parts):
        for shared in part:
            other = find(first_with.setdefault(shared, index))
            mine = find(index)
            leader[max(other, mine)] = min(other, mine)
    found: dict[int, list[int]] = {}
    for index in range(len(parts)):
        found.setdefault(find(index), []).append(index)
    return list(found.values())
