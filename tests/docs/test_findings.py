"""The findings hold of the library that ships: every relation, limit and common design on the page is computed anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from comity.clauses.values import plain
from comity.library.loader import Library, builtin_directory, load_library
from comity.library.profiles import load_profile, load_profiles

DOCS = Path(__file__).parent.parent.parent / "docs"
PAIR = re.compile(r"^\| `([^` ]+/[^` ]+)` \| `([^` ]+/[^` ]+)` \| ([^|`]+?) \|$")
LIMIT = re.compile(r"^\| `([a-z_0-9]+\.[a-z_.0-9]+)` \| ([^|`]+?) ?`([^`]+)` \| (`[^|]+`) \|$")
RECONCILED = re.compile(r"^comity reconcile --profile (\S+) --on (\S+)")
RELATIONS = {
    "equal": "equal",
    "A is stricter": "a_stricter",
    "B is stricter": "b_stricter",
    "overlapping": "overlapping",
    "incompatible": "incompatible",
    "相等": "equal",
    "甲更严": "a_stricter",
    "乙更严": "b_stricter",
    "交叠": "overlapping",
    "不相容": "incompatible",
}
LIMITS = {
    "at most": "most",
    "at least": "least",
    "only": "only",
    "among them": "among",
    "至多": "most",
    "至少": "least",
    "只能": "only",
    "其中有": "among",
}


class Limit(NamedTuple):
    """A row that says which clauses bind a fact of the system that the command before it asks about."""

    profile: str
    on: str
    fact: str
    kind: str
    value: str
    clauses: tuple[str, ...]


def lines(page: str) -> list[str]:
    return (DOCS / page).read_text(encoding="utf-8").splitlines()


def pairs(page: str) -> list[tuple[str, str, str]]:
    found = (PAIR.match(line) for line in lines(page))
    return [(row[1], row[2], RELATIONS[row[3]]) for row in found if row]


def limits(page: str) -> Iterator[Limit]:
    profile = on = ""
    for line in lines(page):
        if command := RECONCILED.match(line):
            profile, on = command[1], command[2]
        elif row := LIMIT.match(line):
            yield Limit(profile, on, row[1], LIMITS[row[2]], row[3], tuple(re.findall("`([^`]+)`", row[4])))


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def markets(library: Library) -> tuple[str, ...]:
    covered = {standard.jurisdiction for standard in library.data.standards}
    return tuple(market for market in library.markets if market in covered)


@pytest.fixture(scope="module")
def designs(library: Library) -> Any:
    """The joint design of a profile in all markets on a day; each is made once."""
    pytest.importorskip("z3")
    from comity.questions.reconcile import Reconciliation, reconcile_scenario
    from comity.solving.scenario import build_scenario

    made: dict[tuple[str, str], Reconciliation] = {}

    def design(profile: str, on: str) -> Reconciliation:
        if (profile, on) not in made:
            described = load_profile(profile, [builtin_directory()], library)
            made[profile, on] = reconcile_scenario(
                build_scenario(library, described, markets=markets(library), on=date.fromisoformat(on))
            )
        return made[profile, on]

    return design


def test_every_relation_that_the_findings_name_is_computed(library: Library) -> None:
    pytest.importorskip("z3")
    from comity.questions.compare import Comparison

    comparison = Comparison(library)
    found = pairs("findings.md")
    assert len(found) > 40
    for a, b, relation in found:
        assert comparison.relate(library.clauses[a], library.clauses[b]).relation == relation, (a, b)


def test_every_limit_is_the_one_of_the_joint_design_and_bound_by_these_clauses(designs: Any) -> None:
    found = list(limits("findings.md"))
    assert len(found) > 20
    for limit in found:
        bound = next(one for one in designs(limit.profile, limit.on).bounds if one.fact == limit.fact)
        assert set(limit.clauses) <= set(bound.binding), limit
        region = bound.region
        match limit.kind:
            case "most":
                assert str(plain(region.intervals[-1].high)) == limit.value, limit
            case "least":
                assert str(plain(region.intervals[0].low)) == limit.value, limit
            case "only":
                assert [str(plain(value)).lower() for value in region.allowed] == [limit.value], limit
            case _:
                assert limit.value in region.required, limit


def test_every_profile_can_be_offered_everywhere_as_one_product(library: Library, designs: Any) -> None:
    for profile in load_profiles([builtin_directory()], library):
        answer = designs(profile.id, "2028-12-01")
        assert answer.possible, profile.id
        assert not answer.scenario.open, profile.id


def test_no_system_at_all_makes_the_rules_collide(library: Library) -> None:
    pytest.importorskip("z3")
    from comity.solving.for_any import reconcile_any
    from comity.solving.scenario import AnySystem, build_scenario

    scenario = build_scenario(library, AnySystem(), markets=markets(library), on=date(2028, 12, 1))
    found = reconcile_any(scenario, limit=1)
    assert found.complete
    assert not found.collisions


def test_no_other_country_reads_the_refusal_rate(library: Library) -> None:
    readers = {
        clause.jurisdiction
        for clause in library.clauses.values()
        if "dialogue.must_refuse.refusal_rate" in clause.require.facts
    }
    assert readers == {"cn"}


def test_both_languages_name_the_same_findings() -> None:
    assert pairs("findings.md") == pairs("findings.zh.md")
    assert list(limits("findings.md")) == list(limits("findings.zh.md"))


@pytest.mark.parametrize("page", ["findings.md", "findings.zh.md"])
def test_the_commands_name_what_the_library_has(page: str, library: Library) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    topics = re.findall(r"--topic (\S+)", text)
    assert topics
    assert set(topics) <= set(library.topics)
    shown = re.findall(r"comity library show (\S+)", text)
    assert set(shown) <= set(library.vocabulary.definitions) | set(library.clauses)
    jurisdictions = {clause.jurisdiction for clause in library.clauses.values()}
    for a, b in re.findall(r"comity compare ([a-z][a-z0-9/-]*) ([a-z][a-z0-9/-]*)", text):
        for name in (a, b):
            assert name in library.clauses or name in library.standards or name in jurisdictions
