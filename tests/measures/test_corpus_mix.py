"""Mixes of languages. Oracles: hand calculation, and what the definitions demand of every mix."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numpy")

from comity.errors import InputError
from comity.measures.corpus_mix import distance, effective_number, plan_mix, read_mix, temperature_weights, unimax

ON = date(2026, 11, 22)
AMOUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 1e6), min_size=1)


def test_equal_languages_count_in_full() -> None:
    assert effective_number({"a": 5, "b": 5, "c": 5}) == pytest.approx(3)
    assert effective_number({"a": 1}) == 1
    assert effective_number({}) == 0


@given(AMOUNTS)
def test_the_effective_number_lies_between_one_and_all(amounts: dict[str, float]) -> None:
    assert 1 - 1e-9 <= effective_number(amounts) <= len(amounts) + 1e-9


def test_distances_by_hand() -> None:
    found = distance({"a": 3, "b": 1}, {"a": 1, "c": 1})
    assert found.total_variation == pytest.approx(0.5)
    assert found.gap == pytest.approx(0.5)
    assert found.widest == "c"
    p, q, m = (0.75, 0.25, 0.0), (0.5, 0.0, 0.5), (0.625, 0.125, 0.25)
    divergence = sum(
        (x * math.log2(x / z) if x else 0) / 2 + (y * math.log2(y / z) if y else 0) / 2
        for x, y, z in zip(p, q, m, strict=True)
    )
    assert found.jensen_shannon == pytest.approx(divergence)


@given(AMOUNTS, AMOUNTS)
def test_distances_are_symmetric_and_bounded(one: dict[str, float], other: dict[str, float]) -> None:
    there, back = distance(one, other), distance(other, one)
    assert there.total_variation == pytest.approx(back.total_variation)
    assert there.jensen_shannon == pytest.approx(back.jensen_shannon, abs=1e-9)
    assert 0 <= there.gap <= there.total_variation + 1e-9 <= 1 + 2e-9
    assert distance(one, one).total_variation == 0


def test_temperature_by_hand() -> None:
    weights = temperature_weights({"a": 8, "b": 1}, 3)
    assert weights == {"a": pytest.approx(2 / 3), "b": pytest.approx(1 / 3)}
    assert temperature_weights({"a": 3, "b": 1}, 1) == {"a": 0.75, "b": 0.25}


def test_unimax_by_hand() -> None:
    """Budget 100, at most 4 epochs: 5 gives 20, of 80 left 40 each, but 8 gives only 32, so 48 for the last."""
    assert unimax({"big": 1000, "mid": 8, "low": 5}, 100, 4) == {"low": 20, "mid": 32, "big": 48}


@given(AMOUNTS, st.floats(0.1, 1e7), st.floats(0.1, 20))
def test_unimax_is_the_most_even_use_of_a_budget(amounts: dict[str, float], budget: float, epochs: float) -> None:
    """Nothing over its cap; all used, or all at the cap; whoever gets less than another is at the cap."""
    drawn = unimax(amounts, budget, epochs)
    caps = {name: amount * epochs for name, amount in amounts.items()}
    assert all(drawn[name] <= caps[name] * (1 + 1e-9) for name in drawn)
    assert sum(drawn.values()) == pytest.approx(min(budget, sum(caps.values())))
    for name in drawn:
        if drawn[name] < max(drawn.values()) * (1 - 1e-9):
            assert drawn[name] == pytest.approx(caps[name])


def test_a_plan_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "mix.yaml"
    path.write_text("eng: 8\ncmn: 0.5\nyue: 0.5\n", encoding="utf-8")
    seen = plan_mix(path, temperature=3, on=ON).predicate.observations
    assert seen["mix.weight.eng"] == pytest.approx(2 / 3)
    assert seen["mix.weight.zho"] == pytest.approx(1 / 3)
    seen = plan_mix(path, budget=6, epochs=2, on=ON).predicate.observations
    assert (seen["mix.epochs.eng"], seen["mix.epochs.zho"], seen["mix.drawn"]) == (0.5, 2.0, 6.0)


def test_a_plan_from_a_statement(tmp_path: Path) -> None:
    pytest.importorskip("pycld2")
    pytest.importorskip("py3langid")
    from comity.dossier.statements import write_statement
    from comity.measures.corpus import measure_corpus
    from tests.measures.corpus_texts import TEXTS

    (tmp_path / "a.txt").write_text("\n".join(TEXTS["eng"] + TEXTS["hin"]), encoding="utf-8")
    path = write_statement(measure_corpus([tmp_path / "a.txt"], divide="line", on=ON), tmp_path, "corpus")
    seen = plan_mix(path, temperature=1, on=ON).predicate.observations
    lengths = {code: sum(map(len, TEXTS[code])) for code in ("eng", "hin")}
    assert seen["mix.share.eng"] == pytest.approx(lengths["eng"] / sum(lengths.values()), abs=1e-9)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("- eng", "amounts by language"),
        ("english: 3", "ISO 639-3"),
        ("eng: many", "larger than 0"),
        ("eng: -1", "larger than 0"),
        ("eng: nan", "larger than 0"),
        ("eng: inf", "larger than 0"),
    ],
)
def test_bad_mixes_are_refused(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "mix.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_mix(tmp_path / "mix.yaml")


@pytest.mark.parametrize(
    ("temperature", "budget", "epochs"),
    [(None, None, 4), (2, 5, 4), (0, None, 4), (None, float("nan"), 4), (None, 5, -1)],
)
def test_bad_numbers_are_refused(
    temperature: float | None, budget: float | None, epochs: float, tmp_path: Path
) -> None:
    (tmp_path / "mix.yaml").write_text("eng: 1", encoding="utf-8")
    with pytest.raises(InputError):
        plan_mix(tmp_path / "mix.yaml", temperature=temperature, budget=budget, epochs=epochs, on=ON)
