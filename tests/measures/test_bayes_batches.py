"""Many texts classified at once. Oracle: py3langid's own `classify`, text by text; languages and probabilities are the same bit for bit."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("py3langid")

import numpy as np
from py3langid import langid

from comity.measures import bayes_batches
from comity.measures.bayes_batches import Batches, classifier_of
from comity.measures.corpus_languages import BayesDetector
from tests.measures.corpus_texts import TEXTS

MODEL = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
BATCHES = Batches(MODEL)


def one_by_one(texts: Sequence[str]) -> list[tuple[str, float]]:
    return [MODEL.classify(text) for text in texts]


def real_texts() -> list[str]:
    paragraphs = [text for texts in TEXTS.values() for text in texts]
    for path in sorted(Path(__file__).with_name("parallel").glob("*.txt")):
        paragraphs += path.read_text(encoding="utf-8").splitlines()
    generator = random.Random(2)
    mixed = [" ".join(generator.choices(paragraphs, k=generator.randrange(1, 9))) for _ in range(400)]
    return [
        *paragraphs,
        *mixed,
        *(text.upper() for text in paragraphs),
        *(text[:7] for text in paragraphs),
        "",
        " ",
        "12",
    ]


def test_the_shipped_model_is_asked_about_many_texts_at_once() -> None:
    """If this fails, a new version of py3langid has other tables: answers stay right, but come five times slower."""
    assert classifier_of(MODEL).__qualname__ == "Batches.classify"


def test_real_texts_in_many_scripts_get_the_same_answers() -> None:
    texts = real_texts()
    assert BATCHES.classify(texts) == one_by_one(texts)
    assert len({language for language, _ in BATCHES.classify(texts)}) >= 12


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec=None, categories=None), max_size=60), min_size=1, max_size=12))
def test_any_texts_get_the_same_answers(texts: list[str]) -> None:
    """Half surrogates and characters that are not assigned are among them."""
    assert BATCHES.at_once(texts) == one_by_one(texts)


@pytest.mark.parametrize("size", [1, 500, 5_000])
def test_the_cut_into_groups_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = real_texts()[:200]
    whole = BATCHES.classify(texts)
    monkeypatch.setattr(bayes_batches, "GROUP_BYTES", size)
    monkeypatch.setattr(bayes_batches, "FEWEST_BYTES", 0)
    assert BATCHES.classify(texts) == whole


def test_no_texts_get_no_answers() -> None:
    assert BATCHES.classify([]) == []


def test_more_features_than_sixteen_bits_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bayes_batches, "_LAST_NARROW", 10)
    texts = real_texts()[:50]
    assert BATCHES.at_once(texts) == one_by_one(texts)


def small_model(moves: list[list[int]], norm_probs: bool = True) -> Any:
    """A model of two languages, whose automaton's state 1 completes one feature and whose others complete another."""
    return langid.LanguageIdentifier(
        np.array([[3.0, 1.0], [1.0, 2.0]], dtype=np.float16),
        np.array([0.0, 0.25], dtype=np.float32),
        ["aa", "bb"],
        array("H", [state for row in moves for state in row]),
        [1, *(0 for _ in moves[1:])],
        norm_probs=norm_probs,
        tk_row=array("H", range(len(moves))),
    )


def flipping(back: int) -> list[list[int]]:
    """An automaton that flips its state at every "a", however long ago; the separator leads to state `back`."""
    rows = [[state] * 256 for state in (0, 1)]
    for state, row in enumerate(rows):
        row[ord("a")] = 1 - state
        row[bayes_batches.SEPARATOR] = back
    return rows


@pytest.mark.parametrize(("text", "joined"), [("a", True), ("x" * 1_000, True), ("a" + "x" * 300, False)])
def test_an_automaton_that_looks_back_further_is_asked_one_by_one(text: str, joined: bool) -> None:
    model = small_model(flipping(back=0))
    texts = [text, "x" * 130, text]
    assert Batches(model).at_once(texts) == [model.classify(text) for text in texts]
    assert (Batches(model)._visited([text.encode() for text in texts]) is not None) == joined


@pytest.mark.parametrize(
    "model", [small_model(flipping(back=1)), small_model(flipping(back=0), norm_probs=False), object()]
)
def test_other_tables_are_not_walked(model: Any) -> None:
    """A separator that does not lead back, scores that are no probabilities, and something else altogether."""
    assert classifier_of(model).__qualname__.endswith("one_by_one")


def test_other_answers_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batches, "_scores", lambda _, visited, lengths: np.zeros((len(lengths), 142)))
    classify = classifier_of(MODEL)
    assert classify.__qualname__.endswith("one_by_one")
    assert classify(["Guten Morgen, liebe Nachbarn"]) == one_by_one(["Guten Morgen, liebe Nachbarn"])


def test_the_detector_answers_the_same_one_by_one_and_together() -> None:
    detector = BayesDetector()
    texts = [*real_texts(), "long " * 5_000]
    assert detector.answers(texts) == [detector.answer(text) for text in texts]
