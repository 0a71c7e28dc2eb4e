"""One product for all markets: planted libraries with known answers, and brute force over all small worlds as the oracle."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

pytest.importorskip("z3")

import comity
from comity.clauses.tree import Kind
from comity.clauses.values import canonical
from comity.dossier.assumptions import Assumption
from comity.errors import InputError
from comity.judging.judgement import System, judge
from comity.library.loader import Library
from comity.questions.reconcile import Reconciliation, reconcile_scenario
from comity.solving.for_any import reconcile_any
from comity.solving.regions import Bound
from comity.solving.scenario import Scenario, build_scenario
from tests.questions import imagined
from tests.questions.imagined import ON
from tests.questions.planted import PLANTED, dossier_of, library_of, scenario_of
from tests.questions.reconcile_oracle import Oracle, collisions


@pytest.fixture(params=PLANTED, ids=lambda case: case["id"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_there_are_at_least_25_planted_libraries() -> None:
    assert len({case["id"] for case in PLANTED}) == len(PLANTED) >= 25


def test_planted_libraries_have_the_answers_that_were_planted(case: dict[str, Any]) -> None:
    scenario = scenario_of(case)
    found = reconcile_scenario(scenario)
    assert {frozenset(conflict.ids) for conflict in found.conflicts} == {
        frozenset(names) for names in case.get("conflicts", ())
    }
    assert found.possible is not bool(case.get("conflicts"))
    assert {entry.clause.full_id: list(entry.givens) for entry in scenario.open} == case.get("open", {})
    splits = case.get("splits", [])
    assert [split.fact for split in found.splits] == (splits or [])
    assert {frozenset(names) for names in found.persistent} == {
        frozenset(names)
        for names in case.get("persistent", case.get("conflicts", ()) if "splits" in case and splits is None else ())
    }
    types = scenario.library.vocabulary.types
    for fact, value in case.get("design", {}).items():
        assert found.design[fact] == canonical(value, types[fact])
    bounds = {bound.fact: bound for bound in found.bounds}
    for fact, names in case.get("bounds", {}).items():
        assert set(bounds[fact].binding) == set(names)


def test_planted_libraries_agree_with_brute_force(case: dict[str, Any]) -> None:
    check_against_brute_force(scenario_of(case))


def test_planted_libraries_collide_for_any_system_as_brute_force_says(case: dict[str, Any]) -> None:
    library = library_of(case)
    scenario = build_scenario(library, imagined.dossier(library, case["markets"]), markets=case["markets"], on=ON)
    check_collisions(scenario)


def check_against_brute_force(scenario: Scenario) -> Reconciliation:
    """Conflicts, regions, binding clauses, designs and splits, against every small world."""
    found, oracle = reconcile_scenario(scenario, limit=0), Oracle(scenario)
    assert found.complete
    conflicts = oracle.minimal_conflicts()
    assert {frozenset(conflict.ids) for conflict in found.conflicts} == conflicts
    worlds = oracle.worlds()
    everyone = set(oracle.names)
    if not conflicts:
        check_regions(
            found, oracle, [world for world, met in worlds if met >= everyone], [world for world, _ in worlds]
        )
        for bound in found.bounds:
            check_binding(bound, worlds)
        assert oracle.met(design_world(found, oracle)) >= everyone
        return found
    for conflict in found.conflicts:
        rest = frozenset(everyone) - set(conflict.ids)
        gone = oracle.possible_with(tuple(fact for fact in oracle.free if splits(fact, scenario)), rest)
        assert conflict.dissolves is gone
    waived = frozenset(name for names in found.persistent for name in names)
    if not waived:
        assert tuple(split.fact for split in found.splits) == oracle.fewest_splits()
        for place in scenario.markets:
            own = {split.fact: split.values[place] for split in found.splits if place in split.values}
            assert oracle.met({**design_world(found, oracle), **own}, place) >= everyone
    else:
        splittable = tuple(fact for fact in oracle.free if splits(fact, scenario))
        for names in map(frozenset, found.persistent):
            rest = frozenset(everyone) - names
            assert not oracle.possible_with(splittable, rest)
            assert all(oracle.possible_with(splittable, rest | {name}) for name in names)
            assert any(conflict <= names for conflict in conflicts)
        assert oracle.fewest_splits() is None
    return found


def splits(fact: str, scenario: Scenario) -> bool:
    return scenario.library.fact(fact).per_market


def design_world(found: Reconciliation, oracle: Oracle) -> dict[str, Any]:
    """The design, with any value for facts that no duty reads."""
    return {fact: oracle.values[fact][0] for fact in oracle.free} | found.design


def check_regions(
    found: Reconciliation, oracle: Oracle, good: list[dict[str, Any]], every: list[dict[str, Any]]
) -> None:
    """The regions hold the values of the good worlds, and no others; without a bound, whatever the axioms allow is possible."""
    bounds = {bound.fact: bound for bound in found.bounds}
    for fact in found.design:
        possible, allowed = {world[fact] for world in good}, {world[fact] for world in every}
        for value in oracle.values[fact]:
            if isinstance(value, frozenset):
                continue
            admitted = admits(bounds[fact], value) if fact in bounds else value in allowed
            assert (value in possible) is admitted, (fact, value)
        if oracle.library.vocabulary.types[fact].kind is Kind.SET:
            region = bounds[fact].region if fact in bounds else None
            named = frozenset().union(*oracle.values[fact])  # type: ignore[arg-type]
            required = frozenset(region.required) if region else frozenset()
            forbidden = frozenset(region.forbidden) if region else frozenset()
            assert required == {name for name in named if all(name in value for value in possible)}
            assert forbidden == {name for name in named if not any(name in value for value in possible)}


def admits(bound: Bound, value: Any) -> bool:
    region = bound.region
    if region.allowed:
        return value in region.allowed
    return any(
        (one.low is None or value > one.low or (one.low_closed and value == one.low))
        and (one.high is None or value < one.high or (one.high_closed and value == one.high))
        for one in region.intervals
    )


def check_binding(bound: Bound, worlds: list[tuple[dict[str, Any], frozenset[str]]]) -> None:
    """What is shut out is shut out by the clauses named, and by no fewer of them."""
    for side in bound.sides:

        def outside(value: Any, side: Any = side) -> bool:
            if side.part == "required":
                return side.limits[0] not in value
            if side.part == "forbidden":
                return side.limits[0] in value
            if side.part == "value":
                return bool(value == side.limits[0])
            below = bound.region.intervals[0].low
            above = bound.region.intervals[-1].high
            low = below is not None and (value < below or (value == below and not bound.region.intervals[0].low_closed))
            high = above is not None and (
                value > above or (value == above and not bound.region.intervals[-1].high_closed)
            )
            between = not low and not high and not admits(bound, value)
            return {"below": low, "above": high, "between": between}[side.part]

        def excluded(names: frozenset[str], outside: Any = outside) -> bool:
            return not any(names <= met and outside(world[bound.fact]) for world, met in worlds)

        assert excluded(frozenset(side.clauses))
        for name in side.clauses:
            assert not excluded(frozenset(side.clauses) - {name}) or side.part == "between"
        for name in side.also:
            assert excluded(frozenset({name}))


def check_collisions(scenario: Scenario) -> None:
    found = reconcile_any(scenario, limit=0)
    assert found.complete
    assert {frozenset(clause.full_id for clause in one.clauses) for one in found.collisions} == collisions(scenario)


FACTS = [
    imagined.fact("a.yes", per_market=True),
    imagined.fact("a.count", "int", per_market=True),
    imagined.fact("b.kind", "enum", ("x", "y", "z"), per_market=True),
    imagined.fact("b.parts", "set", ("p", "q")),
    imagined.fact("g.large", nature="given"),
    imagined.fact("g.use", "set", ("u", "v"), nature="given", per_market=True),
]
TESTS = st.sampled_from(
    [
        "a.yes",
        "a.count >= 2",
        "a.count <= 1",
        "a.count == 1",
        'b.kind == "x"',
        'b.kind in ["y", "z"]',
        '"p" in b.parts',
        'sets.contains(b.parts, ["p", "q"])',
        'sets.intersects(b.parts, ["p", "q"])',
        "g.large",
        '"u" in g.use',
    ]
)
AXIOMS = st.sampled_from(
    [
        (),
        ('!a.yes || b.kind != "z"',),
        ("a.count >= 0 && a.count <= 2", '"p" in b.parts || "q" in b.parts'),
        ("a.count <= 1 && (a.yes || g.large)", '!("u" in g.use) || g.large'),
    ]
)
FORMULAS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        inner.map(lambda text: f"!({text})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
    ),
    max_leaves=3,
)


@st.composite
def small_libraries(draw: st.DrawFn) -> Library:
    clauses = []
    for number in range(draw(st.integers(2, 6))):
        country = draw(st.sampled_from(["xa", "xb", "xb-north"]))
        clause = {"id": f"{country}/{number}", "require": draw(FORMULAS)}
        if draw(st.booleans()):
            clause[draw(st.sampled_from(["when", "unless"]))] = draw(FORMULAS)
        clauses.append(clause)
    return imagined.library(FACTS, clauses, draw(AXIOMS))


@settings(max_examples=60, deadline=None)
@given(small_libraries(), st.booleans(), st.sets(st.sampled_from(["u", "v"])))
def test_random_libraries_agree_with_brute_force(library: Library, large: bool, use: set[str]) -> None:
    assume(large or "u" not in use)
    dossier = imagined.dossier(library, ["xa", "xb-north"], {"g.large": large, "g.use": sorted(use)})
    check_against_brute_force(build_scenario(library, dossier, markets=["xa", "xb-north"], on=ON))


def test_what_outlives_splitting_may_take_one_clause_more() -> None:
    """One product fails on two clauses; where the count may differ by market, it takes a third one to make them fail still."""
    clauses = [
        {"id": "xa/0", "require": 'a.count >= 2 || "p" in b.parts'},
        {"id": "xa/2", "require": "a.count <= 1"},
        {"id": "xb/1", "require": '!(a.count >= 2 || "p" in b.parts)'},
    ]
    library = imagined.library(FACTS, clauses)
    dossier = imagined.dossier(library, ["xa", "xb-north"], {"g.large": True, "g.use": []})
    found = check_against_brute_force(build_scenario(library, dossier, markets=["xa", "xb-north"], on=ON))
    assert [conflict.ids for conflict in found.conflicts] == [("xa/0", "xb/1")]
    assert found.persistent == (("xa/0", "xa/2", "xb/1"),)


@settings(max_examples=25, deadline=None)
@given(small_libraries())
def test_random_libraries_collide_as_brute_force_says(library: Library) -> None:
    dossier = imagined.dossier(library, ["xa"])
    check_collisions(build_scenario(library, dossier, markets=["xa"], on=ON))


def test_a_dossier_can_be_reconciled_without_building_a_scenario() -> None:
    case = next(case for case in PLANTED if case["id"] == "a-kept-choice-collides")
    library = library_of(case)
    dossier = dossier_of(case, library)
    assert comity.reconcile(dossier, library, on=ON).possible
    kept = comity.reconcile(dossier, library, on=ON, keep=["label.shown"])
    assert [conflict.ids for conflict in kept.conflicts] == [("xa/show",)]
    assert comity.reconcile(dossier, library, on=ON, markets=["xb"]).possible


def test_an_answer_is_the_same_every_time() -> None:
    for case in PLANTED[:12]:
        first, second = reconcile_scenario(scenario_of(case)), reconcile_scenario(scenario_of(case))
        assert (first.design, first.bounds, first.splits) == (second.design, second.bounds, second.splits)
        assert [conflict.ids for conflict in first.conflicts] == [conflict.ids for conflict in second.conflicts]


def test_an_assumed_given_closes_an_open_clause() -> None:
    case = next(case for case in PLANTED if case["id"] == "an-unknown-given-leaves-a-clause-open")
    library = library_of(case)
    dossier = imagined.dossier(library, case["markets"])
    assumed = [Assumption("system.generative", value=True)]
    scenario = build_scenario(library, dossier, markets=case["markets"], on=ON, assume=assumed)
    assert not scenario.open
    assert not reconcile_scenario(scenario).possible


def test_the_given_of_a_market_counts_in_that_market_only() -> None:
    library = imagined.library(
        [imagined.fact("g.public", nature="given", per_market=True), imagined.fact("a.yes", per_market=True)],
        [
            {"id": "xa/yes", "when": "g.public", "require": "a.yes"},
            {"id": "xb/no", "when": "g.public", "require": "!a.yes"},
        ],
    )
    both = imagined.dossier(library, ["xa", "xb"], {"g.public": True})
    one = imagined.dossier(library, ["xa", "xb"], {"g.public": True}, {"g.public": {"xb": False}})
    assert not reconcile_scenario(build_scenario(library, both, markets=["xa", "xb"], on=ON)).possible
    assert reconcile_scenario(build_scenario(library, one, markets=["xa", "xb"], on=ON)).possible


def test_givens_that_contradict_an_axiom_are_refused() -> None:
    library = imagined.library(
        [imagined.fact("g.small", nature="given"), imagined.fact("g.large", nature="given"), imagined.fact("a.yes")],
        [{"id": "xa/yes", "require": "a.yes"}],
        ["!(g.small && g.large)"],
    )
    dossier = imagined.dossier(library, ["xa"], {"g.small": True, "g.large": True})
    with pytest.raises(InputError, match="axiom-0"):
        build_scenario(library, dossier, markets=["xa"], on=ON)


def test_kept_choices_that_contradict_an_axiom_together_are_refused() -> None:
    library = imagined.library(
        [imagined.fact(name) for name in ("a.one", "a.two", "a.three")],
        [{"id": "xa/yes", "require": "a.three"}],
        ["!a.one || a.three", "!a.two || !a.three"],
    )
    dossier = imagined.dossier(library, ["xa"], {"a.one": True, "a.two": True})
    scenario = build_scenario(library, dossier, markets=["xa"], on=ON, keep=["a.one", "a.two"])
    with pytest.raises(InputError, match="contradicts what holds of every system"):
        reconcile_scenario(scenario)


def test_what_is_kept_has_to_be_a_choice_with_a_value() -> None:
    case = next(case for case in PLANTED if case["id"] == "a-kept-choice-collides")
    library = library_of(case)
    dossier = imagined.dossier(library, ["xa"], {"label.shown": False})
    for keep in ("label.size", "no.such", "label.shwon"):
        with pytest.raises(InputError):
            build_scenario(library, dossier, markets=["xa"], on=ON, keep=[keep])


def test_a_design_is_judged_met_by_the_ordinary_engine() -> None:
    case = next(case for case in PLANTED if case["id"] == "an-exception-dissolves-the-conflict")
    scenario = scenario_of(case)
    design = reconcile_scenario(scenario).design
    system = System(design, scenario.library.vocabulary.definitions)
    verdicts = {judge(clause, system, ON).verdict for clause in scenario.library.clauses.values()}
    assert verdicts == {"met", "not_applicable"}


def test_the_givens_of_a_collision_are_the_plainest_that_force_it() -> None:
    library = imagined.library(
        [
            imagined.fact("g.public", nature="given"),
            imagined.fact("g.large", nature="given"),
            imagined.fact("g.use", "set", ("u", "v"), nature="given"),
            imagined.fact("a.count", "int"),
        ],
        [
            {"id": "xa/many", "when": 'g.public && "v" in g.use', "require": "a.count >= 3"},
            {"id": "xb/few", "when": "g.large || g.public", "require": "a.count <= 2"},
        ],
    )
    scenario = build_scenario(library, imagined.dossier(library, ["xa", "xb"]), markets=["xa", "xb"], on=ON)
    (collision,) = reconcile_any(scenario, limit=0).collisions
    assert [clause.full_id for clause in collision.clauses] == ["xa/many", "xb/few"]
    assert collision.facts == ("a.count",)
    assert {(given.fact, given.value) for given in collision.givens} == {
        ("g.public", True),
        ("g.use", frozenset({"v"})),
    }


def test_a_prohibition_is_no_collision() -> None:
    library = imagined.library(
        [imagined.fact("g.large", nature="given"), imagined.fact("a.yes")],
        [
            {"id": "xa/no-large", "require": "!g.large", "modality": "must_not"},
            {"id": "xb/yes", "when": "g.large", "require": "a.yes"},
            {"id": "xb/no", "when": "g.large", "require": "!a.yes"},
        ],
    )
    scenario = build_scenario(library, imagined.dossier(library, ["xa", "xb"]), markets=["xa", "xb"], on=ON)
    found = reconcile_any(scenario, limit=0)
    assert [clause.full_id for clause in found.prohibitions] == ["xa/no-large"]
    assert not found.collisions
