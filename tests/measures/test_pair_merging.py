"""`merged`: held against merging as the textbook says it, one pair at a time over the whole chain."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from comity.measures.pair_merging import merged

RANKS = st.dictionaries(st.text("abc", min_size=2, max_size=5), st.integers(0, 20), max_size=25)


def by_the_book(text: str, ranks: dict[str, int]) -> list[str]:
    """Of the neighbours that may be joined, the leftmost of those with the lowest rank, until there are none."""
    symbols = list(text)
    while True:
        found = [
            (ranks[symbols[place] + symbols[place + 1]], place)
            for place in range(len(symbols) - 1)
            if symbols[place] + symbols[place + 1] in ranks
        ]
        if not found:
            return symbols
        place = min(found)[1]
        symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]


@given(st.text("abc", max_size=40), RANKS)
def test_pairs_are_joined_as_one_pair_at_a_time_would_be(text: str, ranks: dict[str, int]) -> None:
    assert merged(list(text), lambda left, right: ranks.get(left + right)) == by_the_book(text, ranks)


@given(st.text(max_size=60), RANKS)
def test_nothing_is_lost(text: str, ranks: dict[str, int]) -> None:
    assert "".join(merged(list(text), lambda left, right: ranks.get(left + right))) == text


def test_a_giant_stretch_without_spaces_takes_seconds_and_not_hours() -> None:
    start = time.perf_counter()
    ranks = {"a" * 2**power: power for power in range(1, 6)}
    found = merged(["a"] * 200_000, lambda left, right: ranks.get(left + right))
    assert set(found) == {"a" * 32}
    assert time.perf_counter() - start < 30
