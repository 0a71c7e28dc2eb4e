"""Agreement. Oracle: the worked example of Krippendorff (2011), and a direct count over all pairs."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from comity.measures.agreement import LEVELS, Level, agreement, between, distances_of  # noqa: E402

OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def counts(rows: list[list[int]], size: int) -> Any:
    found = np.zeros((len(rows), size))
    for number, row in enumerate(rows):
        for label in row:
            found[number, label] += 1
    return found


def published() -> list[list[int]]:
    table = [row.split() for row in OBSERVERS]
    return [[int(row[item]) - 1 for row in table if row[item] != "."] for item in range(12)]


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_published_example(level: Level, alpha: float) -> None:
    table = counts(published(), 5)
    marginal = table[table.sum(axis=1) >= 2].sum(axis=0)
    found = agreement(table, distances_of(np.arange(5.0), marginal, level))
    assert found.alpha == pytest.approx(alpha, abs=0.0006)
    assert (found.items, found.labels) == (11, 40)
    assert found.interval is not None
    assert found.alpha is not None
    assert found.interval[0] < found.alpha < found.interval[1]


rows = st.lists(st.lists(st.integers(0, 3), min_size=0, max_size=5), min_size=1, max_size=12)


def direct(table: list[list[int]], distances: Any) -> float | None:
    """Alpha by its definition: every pair of labels counted."""
    paired = [row for row in table if len(row) >= 2]
    labels = [label for row in paired for label in row]
    pairs = list(combinations(range(len(labels)), 2))
    expected = sum(distances[labels[i], labels[j]] for i, j in pairs)
    if not pairs or expected == 0:
        return None
    expected /= len(pairs)
    observed = sum(2 * sum(distances[a, b] for a, b in combinations(row, 2)) / (len(row) - 1) for row in paired) / len(
        labels
    )
    return float(1 - observed / expected)


@settings(max_examples=200, deadline=None)
@given(rows, st.sampled_from(LEVELS))
def test_alpha_is_what_its_definition_says(table: list[list[int]], level: Level) -> None:
    found = counts(table, 4)
    distances = distances_of(np.arange(4.0), found[found.sum(axis=1) >= 2].sum(axis=0), level)
    wanted = direct(table, distances)
    alpha = agreement(found, distances, resamples=0).alpha
    assert (alpha is None) == (wanted is None)
    if wanted is not None:
        assert alpha == pytest.approx(wanted, abs=1e-9)


def test_the_same_seed_gives_the_same_interval() -> None:
    table = counts(published(), 5)
    distances = 1 - np.eye(5)
    assert agreement(table, distances, seed=3) == agreement(table, distances, seed=3)
    assert agreement(table, distances, seed=3).interval != agreement(table, distances, seed=4).interval


def test_between_groups_only_pairs_across_count() -> None:
    first, second = counts([[0, 1], [1, 1], [0]], 2), counts([[0], [0, 1], []], 2)
    distances = 1 - np.eye(2)
    observed = (1 + 2) / (2 * 1 + 2 * 2)
    one, other = [0.25, 0.75], [2 / 3, 1 / 3]
    expected = sum(one[i] * other[j] for i in range(2) for j in range(2) if i != j)
    found = between(first, second, distances)
    assert found.items == 2
    assert found.alpha == pytest.approx(1 - observed / expected)


def test_nothing_to_pair_is_no_number() -> None:
    assert agreement(counts([[0], [1]], 2), 1 - np.eye(2)).alpha is None
    assert agreement(counts([[0, 0], [0, 0]], 2), 1 - np.eye(2)).alpha is None
