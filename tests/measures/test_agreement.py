"""Agreement. Oracles: published examples, the package `krippendorff` (frozen), and a direct count over all pairs.

Published: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), examples A to D; Hayes and Krippendorff, "Answering the
Call for a Standard Reliability Measure for Coding Data" (2007), table 1; Fleiss' kappa of the fourteen raters of the standard example,
from which alpha follows; and the example that the authors of cross-replication reliability test their own program with.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measures import oracle_answers as oracle

np = pytest.importorskip("numpy")

from comity.measures.agreement import LEVELS, Level, agreement, between, distances_of  # noqa: E402

HAYES_2007 = """
112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111.
.100. 0000. 1222. 33223 111.1 111.1 212.2 1233. 1101. 000.0
0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2
110.0 2121. 22.22 3222. 222.2 223.2 222.2 22.12 2222. 111.1
"""
"""Forty newspaper articles, the tone of each judged by five observers from 0 (a sure loser) to 3 (a likely winner)."""

FOURTEEN_RATERS = """
0 0 0 0 14 / 0 2 6 4 2 / 0 0 3 5 6 / 0 3 9 2 0 / 2 2 8 1 1 / 7 7 0 0 0 / 3 2 6 3 0 / 2 5 3 2 2 / 6 5 2 1 0 / 0 2 2 3 7
"""
"""Ten items by five categories: how many of fourteen raters chose it. Fleiss' kappa is 0.210."""

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


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.4765), ("ordinal", 0.7598), ("interval", 0.7574)])
def test_the_news_articles_of_hayes_and_krippendorff(level: Level, alpha: float) -> None:
    rows = [[int(label) for label in item if label != "."] for item in HAYES_2007.split()]
    table = counts(rows, 4)
    found = agreement(table, distances_of(np.arange(4.0), table.sum(axis=0), level))
    assert found.alpha == pytest.approx(alpha, abs=0.00005)
    assert (found.items, found.labels) == (40, 159)
    assert found.interval is not None
    if level == "ordinal":  # theirs, over single pairs as if these were independent: 0.7078 to 0.8078
        assert found.interval[0] < 0.7078
        assert found.interval[1] > 0.8078


def test_two_observers_and_two_values() -> None:
    """Krippendorff (2011), A: alpha = 0.095."""
    jon, han = (1, 1, 0, 0, 0, 0, 0, 0, 0, 0), (0, 1, 1, 0, 0, 1, 0, 1, 0, 0)
    found = agreement(counts([list(pair) for pair in zip(jon, han, strict=True)], 2), 1 - np.eye(2))
    assert found.alpha == pytest.approx(0.095, abs=0.0005)


def test_two_observers_and_many_values() -> None:
    """Krippendorff (2011), B: alpha = 0.692."""
    pairs = [["abcde".index(label) for label in pair] for pair in re.findall("..", "abaabbbbdbcccccceeddddad")]
    assert agreement(counts(pairs, 5), 1 - np.eye(5)).alpha == pytest.approx(0.692, abs=0.0005)


def test_alpha_follows_from_fleiss_kappa() -> None:
    """Where all items have as many labels: 1 - alpha = (1 - kappa) (n - 1) / n, with n labels in all."""
    table = np.array([[float(number) for number in row.split()] for row in FOURTEEN_RATERS.split("/")])
    alpha = agreement(table, 1 - np.eye(5)).alpha
    assert alpha is not None
    labels = table.sum()
    assert 1 - (1 - alpha) * labels / (labels - 1) == pytest.approx(0.210, abs=0.0005)


@pytest.mark.parametrize("seed", oracle.SEEDS)
@pytest.mark.parametrize("level", LEVELS)
def test_another_program_finds_the_same(seed: int, level: Level) -> None:
    rows = [[label for label in row if label is not None] for row in oracle.labels(seed)]
    table = counts(rows, 5)
    marginal = table[table.sum(axis=1) >= 2].sum(axis=0)
    found = agreement(table, distances_of(np.arange(5.0), marginal, level), resamples=0)
    assert found.alpha == pytest.approx(oracle.frozen()["krippendorff"][str(seed)][level], abs=1e-12)


def test_the_interval_is_that_of_resampled_items() -> None:
    """Oracle: alpha by its definition, over items drawn with the same numbers."""
    rows = [[label for label in row if label is not None] for row in oracle.labels(1)]
    paired = [row for row in rows if len(row) >= 2]
    distances = 1 - np.eye(5)
    kinds = sorted({tuple(float(row.count(label)) for label in range(5)) for row in paired})
    having = {kind: [row for row in paired if tuple(map(float, map(row.count, range(5)))) == kind] for kind in kinds}
    share = [len(having[kind]) / len(paired) for kind in kinds]
    generator = np.random.default_rng(9)
    drawn = [
        direct(
            [
                having[kind][0]
                for kind, times in zip(kinds, generator.multinomial(len(paired), share), strict=True)
                for _ in range(times)
            ],
            distances,
        )
        for _ in range(60)
    ]
    found = agreement(counts(rows, 5), distances, seed=9, resamples=60).interval
    assert found == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-6)


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
    observed = (3 * 1 / 2 + 4 * 2 / 4) / (3 + 4)
    one, other = [0.25, 0.75], [2 / 3, 1 / 3]
    expected = sum(one[i] * other[j] for i in range(2) for j in range(2) if i != j)
    found = between(first, second, distances)
    assert found.items == 2
    assert found.alpha == pytest.approx(1 - observed / expected)


def test_between_groups_is_cross_replication_reliability() -> None:
    """Wong, Paritosh and Aroyo (2021): their program is tested with these counts and 0.1818182; items of one group only do not count."""
    first = np.array([[0, 2], [0, 3], [2, 0], [3, 0], [1, 1], [3, 0], [2, 1]], dtype=float)
    second = np.array([[0, 2], [1, 1], [1, 1], [1, 1], [2, 0], [0, 0], [0, 0]], dtype=float)
    assert between(first, second, 1 - np.eye(2)).alpha == pytest.approx(0.1818182, abs=1e-6)


def test_a_group_and_itself_agree_as_two_groups_of_one_do() -> None:
    """Two annotators as two groups: alpha between them is Cohen's kappa. Here 0.4, from 20 + 15 of 50 alike (Cohen 1960 by hand)."""
    pairs = [(0, 0)] * 20 + [(0, 1)] * 5 + [(1, 0)] * 10 + [(1, 1)] * 15
    first, second = counts([[a] for a, _ in pairs], 2), counts([[b] for _, b in pairs], 2)
    assert between(first, second, 1 - np.eye(2)).alpha == pytest.approx(0.4)


def test_nothing_to_pair_is_no_number() -> None:
    assert agreement(counts([[0], [1]], 2), 1 - np.eye(2)).alpha is None
    assert agreement(counts([[0, 0], [0, 0]], 2), 1 - np.eye(2)).alpha is None
