"""Whose number is the strictest. Oracle: the formula itself; a bound that is set outright is just where it turns false."""

from __future__ import annotations

from datetime import timedelta

import pytest

from comity.clauses.formula import Formula
from comity.library.loader import Library, load_library
from comity.questions.bounds import Bound, Side, bounds_of, rankings
from tests.questions import imagined

FACTS = [
    imagined.fact("a.done"),
    imagined.fact("a.count", "int"),
    imagined.fact("a.deadline", "duration"),
    imagined.fact("a.share", "ratio"),
]


def library(**clauses: str) -> Library:
    """Clauses of one country each, by name."""
    written = [{"id": f"xa/{name}", "require": text} for name, text in clauses.items()]
    return imagined.library(FACTS, written)


def found(require: str) -> set[tuple[str, str, object, bool]]:
    rules = library(one=require)
    (clause,) = rules.clauses.values()
    return {(bound.fact, bound.operator, bound.value, bound.outright) for bound in bounds_of(clause, rules)}


@pytest.mark.parametrize(
    ("require", "bounds"),
    [
        ("a.count >= 300", {("a.count", ">=", 300, True)}),
        ("300 <= a.count", {("a.count", ">=", 300, True)}),
        ("!(a.count < 300)", {("a.count", ">=", 300, True)}),
        ("a.count >= 300 && a.share <= 0.05", {("a.count", ">=", 300, True), ("a.share", "<=", 0.05, True)}),
        ("a.count >= 300 || a.done", {("a.count", ">=", 300, False)}),
        ("!(a.count < 300 || a.share > 0.05)", {("a.count", ">=", 300, True), ("a.share", "<=", 0.05, True)}),
        ("a.done ? a.count >= 300 : a.count >= 200", {("a.count", ">=", 300, False), ("a.count", ">=", 200, False)}),
        ("a.count >= (a.done ? 300 : 200)", {("a.count", ">=", 300, False), ("a.count", ">=", 200, False)}),
        ("a.count == 3", set()),
        ("a.count >= a.count + 1", set()),
        ("a.done", set()),
    ],
)
def test_bounds_are_read_off_comparisons(require: str, bounds: set[tuple[str, str, object, bool]]) -> None:
    assert found(require) == bounds


def test_less_is_stricter_under_at_most_and_more_under_at_least() -> None:
    rules = library(
        slow='a.deadline <= duration("P15D")',
        fast='a.deadline <= duration("72h")',
        few="a.count >= 100",
        many="a.count >= 300",
        more="a.count > 300",
    )
    by_fact = {(ranking.fact, ranking.side): ranking for ranking in rankings(rules, ["a.count", "a.deadline"])}
    assert [bound.clause.id for bound in by_fact["a.deadline", "most"].bounds] == ["fast", "slow"]
    assert [bound.clause.id for bound in by_fact["a.count", "least"].bounds] == ["more", "many", "few"]
    assert [bound.clause.id for bound in by_fact["a.count", "least"].strictest] == ["more"]


@pytest.mark.parametrize("change", [{"modality": "should"}, {"against": "unconfirmed"}])
def test_advice_and_unconfirmed_texts_do_not_count(change: dict[str, str]) -> None:
    rules = imagined.library(FACTS, [{"id": "xa/one", "require": "a.count >= 300", **change}])
    assert rankings(rules, ["a.count"]) == []


def test_a_strictest_bound_is_set_by_a_clause_that_turns_there() -> None:
    """On the shipped library: what the ranking calls an outright bound makes the requirement false just beyond it."""
    rules = load_library()
    checked = 0
    for ranking in rankings(rules, [fact.id for fact in rules.data.facts]):
        assert ranking.strictest
        values = [bound.value for bound in ranking.bounds]
        assert values == sorted(values, reverse=ranking.side == "least")
        for bound in ranking.bounds:
            beyond = _beyond(bound, ranking.side)
            if bound.outright and beyond is not None:
                formula = Formula(bound.clause.require.text, rules.vocabulary)
                assert formula.evaluate({bound.fact: beyond}) is False, bound.clause.full_id
                checked += 1
    assert checked > 50


def _beyond(bound: Bound, side: Side) -> object:
    """A value that the bound refuses; None where the type has no such step."""
    sign = 1 if side == "most" else -1
    match bound.value:
        case timedelta():
            return bound.value + sign * timedelta(minutes=1)
        case int() if bound.value > 1:
            return bound.value + sign
        case float() if 0.01 < bound.value < 0.99:
            return bound.value + sign * 0.01
    return None
