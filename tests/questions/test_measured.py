"""What was measured and what it decides; the oracle for bounds is the engine itself, asked on both sides of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.dossier.model import Measurement, Sample
from comity.questions.measured import Bound, MeasuredFact, measured_facts
from tests.questions.measured_facts import assessed


def of(fact: str, found: tuple[MeasuredFact, ...]) -> MeasuredFact:
    return next(entry for entry in found if entry.fact == fact)


def bounds_of(found: MeasuredFact, clause: str) -> list[tuple[str, object, str]]:
    return [
        (bound.operator, bound.value, bound.part)
        for use in found.uses
        if use.result.clause.full_id == clause
        for bound in use.bounds
    ]


def test_bounds_are_read_through_negations_choices_and_conditions() -> None:
    found = measured_facts(assessed({"test.rate": 0.96, "test.size": 250, "system.large": False}))
    rate, size = of("test.rate", found), of("test.size", found)
    assert bounds_of(rate, "xa/rate") == [(">=", 0.95, "require")]
    assert bounds_of(rate, "xb/not") == [(">=", 0.98, "require")]
    assert bounds_of(size, "xb/choice") == [(">=", 200, "require")]
    assert bounds_of(size, "xa/small") == [("<", 1000, "when")]


def test_a_choice_that_is_open_sets_no_bound_and_nor_does_a_sum_with_the_fact_in_it() -> None:
    found = of("test.size", measured_facts(assessed({"test.size": 250})))
    assert bounds_of(found, "xb/choice") == []
    assert bounds_of(found, "xb/sum") == []
    assert {use.result.clause.full_id for use in found.uses} >= {"xb/choice", "xb/sum"}


def test_what_a_fact_did_to_each_verdict() -> None:
    found = of("test.rate", measured_facts(assessed({"test.rate": 0.96, "test.size": 250})))
    effects = {use.result.clause.full_id: (use.result.verdict, use.effect) for use in found.uses}
    assert effects == {
        "xa/rate": ("met", "decided"),
        "xb/not": ("not_met", "decided"),
        "xa/both": ("met", "decided"),
    }
    found = of("test.rate", measured_facts(assessed({"test.rate": 0.5, "test.size": 250})))
    assert {use.result.clause.full_id: use.effect for use in found.uses}["xa/both"] == "open"


def test_only_what_was_measured_is_told_and_a_rate_stands_beside_its_sample() -> None:
    found = measured_facts(assessed({"test.rate": 0.96, "test.deadline": timedelta(hours=60), "test.size": 250}))
    names = [entry.fact for entry in found]
    assert "system.large" not in names
    assert abs(names.index("test.rate") - names.index("test.size")) == 1


def test_a_value_that_was_withheld_has_its_reason_and_no_value() -> None:
    reason = "whether content passes is for people to say"
    statement = Measurement("d.json", "evidence/d.json", "dialogue", {"content.pass_rate_withheld": reason})
    found = of("dialogue.content.pass_rate", measured_facts(assessed({}, measurements=(statement,))))
    assert found.value is None
    assert found.withheld is not None
    assert found.withheld.in_language("en") == reason
    assert [use.effect for use in found.uses] == ["open"]
    known = measured_facts(assessed({"dialogue.content.pass_rate": 0.95}, measurements=(statement,)))
    assert all(entry.withheld is None for entry in known)


def test_a_reason_with_braces_is_no_template() -> None:
    statement = Measurement("d.json", "evidence/d.json", "dialogue", {"content.pass_rate_withheld": "no {value} }{"})
    found = of("dialogue.content.pass_rate", measured_facts(assessed({}, measurements=(statement,))))
    assert found.withheld is not None
    assert found.withheld.in_language("zh") == "no {value} }{"


def test_a_value_that_differs_by_market_is_held_against_the_bounds_of_that_market_only() -> None:
    found = [
        entry
        for entry in measured_facts(assessed({"test.share": 0.1}, by_market={"test.share": {"xb": 0.4}}))
        if entry.fact == "test.share"
    ]
    assert {(entry.value, entry.places) for entry in found} == {(0.1, ("xa",)), (0.4, ("xb",))}
    assert {use.result.clause.full_id for entry in found if entry.value == 0.4 for use in entry.uses} == {"xb/share"}


@pytest.mark.parametrize(
    ("interval", "doubtful"), [((0.94, 0.98), True), ((0.951, 0.98), False), (None, False), ((0.98, 0.94), False)]
)
def test_an_interval_that_reaches_over_a_bound_is_noticed(interval: tuple[float, float] | None, doubtful: bool) -> None:
    sample = {"test.rate": Sample(400, interval)}
    found = of("test.rate", measured_facts(assessed({"test.rate": 0.96}, sample)))
    assert found.doubtful(Bound(">=", 0.95, "require")) is doubtful


@given(st.integers(0, 1000), st.booleans())
def test_a_bound_that_is_kept_alone_makes_its_clause_met(size: int, large: bool) -> None:
    found = of("test.size", measured_facts(assessed({"test.size": size, "system.large": large})))
    for use in found.uses:
        required = [bound for bound in use.bounds if bound.part == "require"]
        if use.result.clause.full_id in {"xa/size", "xb/choice"}:
            (bound,) = required
            assert (use.result.verdict == "met") is bound.admits(size)
