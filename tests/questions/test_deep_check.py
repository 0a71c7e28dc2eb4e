"""Planted flaws are found, and nothing else: small standards in which it is plain what is wrong."""

from __future__ import annotations

import pytest

from comity.questions.deep_check import Flaw, inspect_deeply
from tests.questions.imagined import fact, library

FACTS = (
    fact("a.given", nature="given"),
    fact("a.kind", "enum", ("none", "some", "all"), nature="given"),
    fact("a.flag"),
    fact("a.count", "int"),
    fact("a.parts", "set", ("x", "y", "z")),
)


def seen(*clauses: dict[str, str], axioms: tuple[str, ...] = ()) -> list[tuple[str, list[str], list[str]]]:
    found = inspect_deeply(
        library(FACTS, [{"id": f"xa/{number}", **clause} for number, clause in enumerate(clauses, 1)], axioms)
    )
    return [told(flaw) for flaw in found.flaws]


def told(flaw: Flaw) -> tuple[str, list[str], list[str]]:
    return flaw.kind, [clause.id for clause in flaw.clauses], [clause.id for clause in flaw.because]


def test_a_sound_standard_has_no_flaw() -> None:
    assert (
        seen(
            {"when": "a.given", "require": "a.flag"},
            {"when": "!a.given", "require": "!a.flag"},
            {"require": "a.count >= 2"},
        )
        == []
    )


def test_a_clause_that_can_never_apply_is_vacuous() -> None:
    assert seen(
        {"when": 'a.given && a.kind == "all"', "require": "a.flag"}, axioms=('!a.given || a.kind == "none"',)
    ) == [("vacuous", ["1"], [])]


def test_a_clause_that_everything_meets_is_empty() -> None:
    assert seen({"require": "a.count >= 0 || a.flag"}, axioms=("a.count >= 0",)) == [("empty", ["1"], [])]


def test_a_clause_that_nothing_meets_is_unmeetable() -> None:
    assert seen({"when": "a.given", "require": 'a.count > 3 && a.count < 2 && "x" in a.parts'}) == [
        ("unmeetable", ["1"], [])
    ]


def test_a_clause_that_another_implies_wherever_it_applies_is_redundant() -> None:
    weaker = {"when": "a.given", "require": "a.count >= 1"}
    assert seen(weaker, {"require": "a.count >= 2"}) == [("redundant", ["1"], ["2"])]
    assert seen(weaker, {"when": 'a.kind == "all"', "require": "a.count >= 2"}) == []


def test_a_clause_that_only_several_others_imply_names_them_all() -> None:
    whole = {"require": 'sets.contains(a.parts, ["x", "y"])'}
    parts = (
        {"require": '"x" in a.parts && a.flag'},
        {"require": '"y" in a.parts && a.count > 0'},
        {"require": "a.count < 9"},
    )
    assert seen(whole, *parts) == [("redundant", ["1"], ["2", "3"])]


@pytest.mark.parametrize(
    ("stronger", "weaker"), [({"modality": "should"}, {}), ({"against": "unconfirmed"}, {}), ({"phase": "a.given"}, {})]
)
def test_nothing_is_redundant_because_of_what_binds_less(stronger: dict[str, str], weaker: dict[str, str]) -> None:
    assert seen({"require": "a.count >= 1", **weaker}, {"require": "a.count >= 2", **stronger}) == []


def test_advice_is_redundant_beside_a_duty() -> None:
    assert seen({"require": "a.count >= 1", "modality": "should"}, {"require": "a.count >= 2"}) == [
        ("redundant", ["1"], ["2"])
    ]


def test_clauses_that_some_system_cannot_meet_together_conflict() -> None:
    found = seen(
        {"when": "a.given", "require": "a.count >= 5"},
        {"when": 'a.kind == "all"', "require": "a.count <= 3"},
        {"require": "a.flag"},
    )
    assert found == [("conflict", ["1", "2"], [])]


def test_a_conflict_of_three_of_which_every_two_agree() -> None:
    found = seen(
        {"require": '"x" in a.parts || a.flag'},
        {"require": '!("x" in a.parts) || a.count > 1'},
        {"require": "a.count <= 1 && !a.flag"},
    )
    assert found == [("conflict", ["1", "2", "3"], [])]
