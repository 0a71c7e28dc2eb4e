"""Duplicates. Oracles: a set of texts for exact ones, the Jaccard similarity of sets of 8-grams for near ones."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numpy")

import numpy as np

from comity.measures.corpus_duplicates import BANDS, ROWS, SHORTEST, Duplicates, Seen, exact_keys, near_keys

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("", "n", "r", "sta", "lo")]


def text(generator: random.Random, words: int = 120) -> str:
    return " ".join(generator.choice(WORDS) for _ in range(words))


def jaccard(one: str, other: str) -> float:
    a, b = ({text[i : i + 8] for i in range(len(text) - 7)} for text in (one, other))
    return len(a & b) / len(a | b)


def counted(texts: list[str], batch: int = 7, **slots: int) -> Duplicates:
    duplicates = Duplicates(**slots)
    for start in range(0, len(texts), batch):
        part = texts[start : start + batch]
        duplicates.add(exact_keys([text.encode() for text in part]), near_keys(part))
    return duplicates


@given(st.lists(st.sampled_from([f"text {n}" for n in range(20)]), max_size=60), st.integers(1, 11))
def test_exact_duplicates_are_texts_less_different_texts(texts: list[str], batch: int) -> None:
    assert counted(texts, batch).exact == len(texts) - len(set(texts))


def test_the_cut_into_batches_changes_nothing() -> None:
    generator = random.Random(5)
    texts = [text(generator) for _ in range(40)]
    texts += [one.replace("a", "á", 3) for one in texts[:20]] + texts[10:15]
    figures = {(d.exact, d.near, d.compared) for d in (counted(texts, batch) for batch in (1, 2, 13, 65))}
    assert len(figures) == 1
    assert figures.pop()[0] == 5


def test_unlike_texts_are_no_near_duplicates() -> None:
    generator = random.Random(1)
    assert counted([text(generator) for _ in range(400)]).near == 0


def test_case_and_width_of_spaces_make_no_difference() -> None:
    generator = random.Random(2)
    one = text(generator)
    duplicates = counted([one, one.upper(), one.replace(" ", "\n  ")])
    assert (duplicates.exact, duplicates.near) == (0, 2)


def test_short_texts_are_compared_exactly_only() -> None:
    short = "x" * (SHORTEST - 1)
    assert (near_keys([short]) == 0).all()
    assert counted([short, short.upper(), short]).compared == 0


@pytest.mark.parametrize("changed", [2, 8, 25])
def test_found_as_often_as_the_theory_says(changed: int) -> None:
    """Of pairs with similarity J, 1 - (1 - J^8)^14 share a band; 400 pairs, five standard deviations."""
    generator = random.Random(changed)
    hits, expected, pairs = 0, 0.0, 400
    for _ in range(pairs):
        words = text(generator).split()
        for _ in range(changed):
            words[generator.randrange(len(words))] = generator.choice(WORDS)
        one, other = text(random.Random(generator.random())), " ".join(words)
        words_before = other.split()
        for _ in range(changed):
            words_before[generator.randrange(len(words_before))] = generator.choice(WORDS)
        one = " ".join(words_before)
        probability = 1 - (1 - jaccard(one, other) ** ROWS) ** BANDS
        expected += probability
        keys = near_keys([one, other])
        hits += bool((keys[0] == keys[1]).any())
    spread = max((expected * (1 - expected / pairs)) ** 0.5, 1.0)
    assert abs(hits - expected) < 5 * spread + 0.02 * pairs


@given(st.lists(st.lists(st.integers(1, 300), unique=True, max_size=30), max_size=20))
def test_the_table_of_keys_is_a_set(batches: list[list[int]]) -> None:
    seen, oracle = Seen(1 << 10), set[int]()
    for batch in batches:
        keys = np.array(batch, dtype=np.uint64)
        assert seen.known(keys).tolist() == [key in oracle for key in batch]
        oracle |= set(batch)
    assert seen.held == len(oracle)
    assert not seen.full


def test_the_table_grows_and_then_says_that_it_is_full() -> None:
    seen = Seen(1 << 18)
    keys = np.arange(1, 300_001, dtype=np.uint64)
    for part in np.array_split(keys, 30):
        assert not seen.known(part).any()
    assert seen.full
    assert seen.held == int((1 << 18) * 0.75)
    assert seen.known(keys).sum() == seen.held, "what is in it is still known"


def test_a_full_table_makes_lower_bounds_and_says_so() -> None:
    texts = [f"text {n}" for n in range(200)] * 2
    assert counted(texts).complete
    small = counted(texts, exact_slots=64)
    assert not small.complete
    assert 0 < small.exact < 200
