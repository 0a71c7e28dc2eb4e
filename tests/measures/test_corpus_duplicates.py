"""Duplicates. Oracles: a set of texts for exact ones, the Jaccard similarity of sets of 8-grams for near ones."""

from __future__ import annotations

import random
from itertools import pairwise

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
        known, remembered = seen.known(keys)
        assert known.tolist() == [key in oracle for key in batch]
        assert remembered.all()
        oracle |= set(batch)
    assert seen.held == len(oracle)
    assert not seen.full


def test_the_table_grows_and_then_says_that_it_is_full() -> None:
    seen = Seen(1 << 18)
    keys = np.arange(1, 300_001, dtype=np.uint64)
    for part in np.array_split(keys, 30):
        known, remembered = seen.known(part)
        assert not known.any()
        assert remembered.tolist() == [key <= (1 << 18) * 0.75 for key in part]
    assert seen.full
    assert seen.held == int((1 << 18) * 0.75)
    assert seen.known(keys)[0].sum() == seen.held, "what is in it is still known"


def test_a_full_table_makes_lower_bounds_and_says_so() -> None:
    texts = [f"text {n}" for n in range(200)] * 2
    assert counted(texts).complete
    small = counted(texts, exact_slots=64)
    assert not small.complete
    assert 0 < small.exact < 200


Document = tuple[int, tuple[int, ...]]
"""The key of a text and those of its bands, small numbers, so that many are shared."""


def arrays(documents: list[Document]) -> tuple[np.ndarray, np.ndarray]:
    exact = np.array([text for text, _ in documents], dtype=np.uint64)
    near = np.array([bands for _, bands in documents], dtype=np.uint64).reshape(len(documents), 3)
    return exact, near


def figures(documents: list[Document], cuts: list[int], **slots: int) -> tuple[int, int, int, bool]:
    duplicates = Duplicates(**slots)
    bounds = sorted({0, len(documents), *(min(cut, len(documents)) for cut in cuts)})
    for first, end in pairwise(bounds):
        duplicates.add(*arrays(documents[first:end]))
    return duplicates.exact, duplicates.near, duplicates.compared, duplicates.complete


def bands_of(text: int) -> st.SearchStrategy[Document]:
    """The same text has the same bands; one text in four is too short for any."""
    bands = (
        (0, 0, 0)
        if text % 4 == 0
        else tuple(1 + 60 * band + (text * (band + 3)) % (7 + 11 * band) for band in range(3))
    )
    return st.just((text, bands))


DOCUMENTS = st.lists(st.integers(1, 60).flatmap(bands_of), max_size=60)


@given(DOCUMENTS, st.lists(st.integers(0, 60), max_size=8))
def test_earlier_means_the_order_of_documents_and_nothing_else(documents: list[Document], cuts: list[int]) -> None:
    """Oracle: the definition, document by document."""
    exact = near = compared = 0
    texts, bands = set[int](), set[int]()
    for text, own in documents:
        if text in texts:
            exact += 1
        elif own[0]:
            compared += 1
            near += bool(bands & set(own))
            bands |= set(own)
        texts.add(text)
    assert figures(documents, cuts) == (exact, near, compared, True)


@given(DOCUMENTS, st.lists(st.integers(0, 60), max_size=8))
def test_full_tables_give_the_same_lower_bounds_however_documents_are_cut(
    documents: list[Document], cuts: list[int]
) -> None:
    full, small = figures(documents, cuts), figures(documents, cuts, exact_slots=16, near_slots=16)
    assert small == figures(documents, [], exact_slots=16, near_slots=16)
    assert small == figures(documents, list(range(60)), exact_slots=16, near_slots=16)
    assert all(bound <= true for bound, true in zip(small[:3], full[:3], strict=True))
    assert (
        small[3] or len({text for text, _ in documents}) > 12 or len({key for _, own in documents for key in own}) > 12
    )


def test_long_texts_are_hashed_as_short_ones_are() -> None:
    """Texts are hashed some at a time; where one batch ends and the next begins makes no difference."""
    generator = random.Random(4)
    texts = [text(generator, generator.choice([3, 100, 9_000])) for _ in range(60)]
    assert (near_keys(texts) == np.concatenate([near_keys([one]) for one in texts])).all()
