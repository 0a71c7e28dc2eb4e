"""Distances between languages. Oracles: SciPy 1.17.1 (`jensenshannon(p, q, base=2) ** 2`), the definitions by hand, and planted models."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.measures.dialogue_consistency import Choice, consistency

LANGUAGES = ("ar", "en", "es", "hi", "sw", "zh")
OPTIONS = ("agree", "neither", "disagree")


def choices(counts: dict[str, dict[str, int]], question: str = "q", stratum: str = "s") -> list[Choice]:
    """Answers by language and option, so many each."""
    return [
        Choice(question, language, stratum, option)
        for language, chosen in counts.items()
        for option, times in chosen.items()
        for _ in range(times)
    ]


def numbered(numbers: list[int]) -> dict[str, int]:
    return {f"o{place}": number for place, number in enumerate(numbers)}


@pytest.mark.parametrize(
    ("one", "other", "scipy", "variation"),
    [
        ([3, 1, 0], [1, 1, 2], 0.34436093777043364, 0.5),
        ([10, 0], [0, 10], 1.0, 1.0),
        ([5, 5, 5], [1, 2, 12], 0.17334478906594578, 7 / 15),
        ([7, 3], [6, 4], 0.007947308532810496, 0.1),
        ([1, 0, 0, 0], [1, 1, 1, 1], 0.5487949406953986, 0.75),
    ],
)
def test_the_distance_is_that_of_scipy(one: list[int], other: list[int], scipy: float, variation: float) -> None:
    found = consistency(choices({"en": numbered(one), "zh": numbered(other)}), 0)
    assert found is not None
    assert found.pairs["en", "zh"].divergence == pytest.approx(scipy, abs=1e-14)
    assert found.overall.variation == pytest.approx(variation, abs=1e-14)


def planted(behaviour: dict[str, str], questions: int = 6, times: int = 4) -> list[Choice]:
    """A model that gives one answer in each language, whatever it is asked."""
    return [
        Choice(f"q{number}", language, f"order {turn}", option)
        for number, turn, (language, option) in product(range(questions), range(times), behaviour.items())
    ]


def test_a_model_that_answers_alike_in_all_languages_is_at_no_distance() -> None:
    found = consistency(planted(dict.fromkeys(LANGUAGES, "agree")), 0)
    assert found is not None
    assert (found.overall.divergence, found.overall.variation, found.by_chance) == (0.0, 0.0, 0.0)
    assert (found.p_value, found.widest_p_value, found.overall.interval) == (1.0, 1.0, (0.0, 0.0))


def test_a_model_with_one_language_apart_is_at_the_distance_that_was_planted() -> None:
    """Five of the fifteen pairs hold Chinese, and those are 1 bit apart."""
    found = consistency(planted(dict.fromkeys(LANGUAGES, "agree") | {"zh": "disagree"}), 0)
    assert found is not None
    assert found.overall.divergence == pytest.approx(5 / 15)
    assert {pair for pair, distance in found.pairs.items() if distance.divergence == 1} == {
        tuple(sorted((language, "zh"))) for language in LANGUAGES if language != "zh"
    }
    assert sum(distance.divergence for distance in found.pairs.values()) == 5
    assert "zh" in found.widest
    assert found.p_value == found.widest_p_value == 1 / (found.permutations + 1)
    assert found.by_chance is not None
    assert found.by_chance < found.overall.divergence / 2


def test_chance_alone_makes_a_distance_and_is_told_from_a_real_one() -> None:
    """p-values of models that draw alike in all languages are spread evenly, as they have to be."""
    p_values = []
    for seed in range(24):
        drawn = random.Random(seed)
        answers = [
            Choice(f"q{number}", language, "s", drawn.choices(OPTIONS, (5, 2, 3))[0])
            for number, language, _ in product(range(3), ("en", "sw", "zh"), range(4))
        ]
        found = consistency(answers, seed)
        assert found is not None
        assert found.p_value is not None
        assert found.overall.divergence > 0
        p_values.append(found.p_value)
    assert sum(p <= 0.1 for p in p_values) <= 7
    assert 5 <= sum(p <= 0.5 for p in p_values) <= 19


def test_answers_that_repeat_themselves_are_no_further_evidence() -> None:
    """A deterministic model asked ten times over says as much as one that is asked once; only its different texts count."""

    def repeated(times: int) -> float | None:
        drawn = random.Random(5)
        answers = [
            Choice(f"q{number}", language, f"order {order}", option)
            for number, order, language in product(range(4), range(2), ("en", "zh"))
            for option in [drawn.choice(OPTIONS)]
            for _ in range(times)
        ]
        found = consistency(answers, 0)
        assert found is not None
        return found.p_value

    assert repeated(10) == repeated(1)


def test_one_answer_each_has_a_distance_and_no_chance() -> None:
    found = consistency(planted({"en": "agree", "zh": "disagree"}, times=1), 0)
    assert found is not None
    assert found.overall.divergence == 1
    assert (found.by_chance, found.p_value, found.widest_p_value, found.permutations) == (None, None, None, 0)


def test_few_questions_have_no_interval() -> None:
    for questions, known in ((4, False), (5, True)):
        found = consistency(planted({"en": "agree", "zh": "disagree"}, questions), 0)
        assert found is not None
        assert (found.overall.interval is not None) is known
        assert found.overall.questions == questions


def test_the_interval_is_where_resampled_means_lie() -> None:
    """Of ten questions five are 1 bit apart; the mean of ten draws is binomial with 0.5, whose 2.5 % and 97.5 % points are 0.2 and 0.8."""
    answers = [
        Choice(f"q{number}", language, "s", "agree" if language == "en" or number >= 5 else "disagree")
        for number, language in product(range(10), ("en", "zh"))
    ]
    found = consistency(answers, 0)
    assert found is not None
    assert found.overall.divergence == pytest.approx(0.5)
    assert found.overall.interval == pytest.approx((0.2, 0.8))


def test_a_question_counts_only_where_both_languages_chose_something() -> None:
    answers = [
        *choices({"en": {"agree": 2}, "zh": {"disagree": 2}}, "both"),
        *choices({"en": {"agree": 2}, "sw": {"agree": 2}}, "other"),
        Choice("none", "zh", "s", None),
        Choice("none", "en", "s", "agree"),
    ]
    found = consistency(answers, 0)
    assert found is not None
    assert {pair: distance.questions for pair, distance in found.pairs.items()} == {("en", "sw"): 1, ("en", "zh"): 1}
    assert found.by_question == {"both": 1.0, "other": 0.0}


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [Choice("q", "en", "s", "agree")],
        [Choice("q", "en", "s", None), Choice("q", "zh", "s", "agree")],
        [Choice("p", "en", "s", "agree"), Choice("q", "zh", "s", "agree")],
    ],
)
def test_without_two_languages_there_is_nothing_to_compare(answers: list[Choice]) -> None:
    assert consistency(answers, 0) is None


ANSWERS = st.lists(
    st.builds(
        Choice,
        st.sampled_from(["p", "q"]),
        st.sampled_from(["en", "sw", "zh"]),
        st.sampled_from(["s", "t"]),
        st.sampled_from([*OPTIONS, None]),
    ),
    max_size=24,
)


@given(ANSWERS, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_answers_makes_no_difference(answers: list[Choice], drawn: random.Random) -> None:
    shaken = list(answers)
    drawn.shuffle(shaken)
    assert consistency(shaken, 7) == consistency(answers, 7)


@given(ANSWERS)
@settings(max_examples=30, deadline=None)
def test_every_distance_lies_within_its_bounds(answers: list[Choice]) -> None:
    found = consistency(answers, 1)
    if found is None:
        return
    for distance in (found.overall, *found.pairs.values()):
        assert 0 <= distance.divergence <= distance.variation + 1e-12 <= 1 + 1e-12
    assert found.p_value is None or 0 < found.p_value <= 1
    assert max(found.pairs, key=lambda pair: found.pairs[pair].divergence) == found.widest


def test_the_seed_alone_decides_what_is_drawn() -> None:
    answers = planted({"en": "agree", "zh": "disagree", "sw": "neither"}) + planted({"en": "neither"}, 6, 1)
    assert consistency(answers, 3) == consistency(answers, 3)
    drawn: Iterable[float | None] = [found.by_chance for seed in range(4) if (found := consistency(answers, seed))]
    assert len(Counter(drawn)) > 1
