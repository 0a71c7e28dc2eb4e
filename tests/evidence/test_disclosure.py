"""What is opened for a market suffices for its verdicts, and is little."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence.bundle import Bundle
from comity.evidence.commitment import Rules, commit
from comity.evidence.disclosure import disclose
from comity.evidence.leaves import AssessmentLeaf, FactLeaf, read_leaf
from comity.evidence.sufficient import sufficient_facts
from comity.evidence.verification import open_bundle, verify
from comity.library.loader import Library
from comity.questions.assess import ClauseResult, assess
from tests.evidence.sealed import CREATED, DIGEST, KEY, NOW, imagined, sealed, trusting
from tests.questions.imagined import ON, dossier, fact, library

FACTS = (
    *(fact(f"a.{name}") for name in "vwxyz"),
    fact("a.n", "int"),
    fact("a.here", per_market=True),
    fact("flow.safe", subject="flow"),
    fact("flow.far", subject="flow"),
)
GENERAL = ("a.v", "a.w", "a.x", "a.y", "a.z", "a.n > 3", "a.n <= 5", "a.here", '"xb" in system.markets', "true")
OF_FLOWS = ("flow.safe", "flow.far")
MARKETS = ("xa", "xb", "xb-north", "xc")


def formulas(atoms: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Formulas of the clause language."""
    return st.recursive(
        st.sampled_from(atoms),
        lambda below: st.one_of(
            st.lists(below, min_size=2, max_size=3).map(lambda parts: f"({' && '.join(parts)})"),
            st.lists(below, min_size=2, max_size=3).map(lambda parts: f"({' || '.join(parts)})"),
            below.map(lambda part: f"!{part}" if part.startswith("(") else f"!({part})"),
            st.tuples(below, below, below).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
        ),
        max_leaves=6,
    )


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    """A few clauses in a few countries, some about flows."""
    clauses: list[dict[str, str]] = []
    for number, country in enumerate(draw(st.lists(st.sampled_from(MARKETS), min_size=1, max_size=5))):
        about_flows = draw(st.booleans())
        atoms = (*GENERAL, *OF_FLOWS) if about_flows else GENERAL
        clause = {"id": f"{country}/{number}", "require": draw(formulas(atoms))}
        if about_flows:
            clause |= {"subject": "flow", "require": f"flow.safe || {clause['require']}"}
        for part in ("when", "unless", "phase"):
            if draw(st.booleans()):
                clause[part] = draw(formulas(atoms))
        clauses.append(clause)
    return library(FACTS, clauses)


known = st.dictionaries(st.sampled_from(["a.v", "a.w", "a.x", "a.y", "a.z"]), st.booleans())
flows = st.none() | st.dictionaries(
    st.sampled_from(["one", "two", "three"]), st.dictionaries(st.sampled_from(OF_FLOWS), st.booleans()), max_size=3
)


@settings(max_examples=300, deadline=None)
@given(
    libraries(),
    known,
    st.none() | st.integers(0, 9),
    st.dictionaries(st.sampled_from(MARKETS), st.booleans()),
    flows,
    st.lists(st.sampled_from(MARKETS), min_size=1, max_size=3, unique=True),
    st.data(),
)
def test_a_stranger_comes_to_the_same_verdicts(
    rules: Library,
    facts: dict[str, object],
    number: int | None,
    here: dict[str, bool],
    listed: dict[str, dict[str, object]] | None,
    markets: list[str],
    data: st.DataObject,
) -> None:
    """The oracle is the assessment of the whole dossier."""
    every = facts | {} if number is None else facts | {"a.n": number}
    about = dossier(rules, markets, every, {"a.here": here} if here else None, flows=listed)
    try:
        everything = commit(about, Rules(rules, DIGEST), KEY, markets=markets, on=ON, created=CREATED)
    except InputError:
        assert not about.entries or all(entry.value is None for entry in about.entries.values())
        return
    wanted = data.draw(st.lists(st.sampled_from(markets), min_size=1, unique=True))
    part = disclose(everything, rules, markets=wanted)
    found = verify(part.encoded(), rules, DIGEST, trust=trusting(), now=NOW)
    assert found.verdicts.outcome in {"yes", "open"}
    assert {leaf.market for leaf in found.opened.assessments} == set(wanted)
    for market in wanted:
        stated = next(leaf for leaf in found.opened.assessments if leaf.market == market)
        results = assess(about, rules, markets=[market], on=ON, openings=False).results
        assert stated.verdicts == {result.clause.full_id: result.verdict for result in results}
        reported = {name for result in results for name in result.deciding if result.verdict != "unknown"}
        opened = {leaf.fact for leaf in disclosed(disclose(everything, rules, markets=[market]))}
        assert opened <= reported


def disclosed(bundle: Bundle) -> list[FactLeaf]:
    leaves = (read_leaf(entry.leaf) for entry in bundle.disclosures)
    return [leaf for leaf in leaves if isinstance(leaf, FactLeaf)]


@st.composite
def read_once(draw: st.DrawFn) -> dict[str, str]:
    """A clause that reads each fact once."""
    atoms = draw(st.permutations(["a.v", "a.w", "a.x", "a.y", "a.z"]))
    joined = draw(st.lists(st.sampled_from([" && ", " || "]), min_size=2, max_size=2))
    parts = [atom if draw(st.booleans()) else f"!{atom}" for atom in atoms]
    require = f"({parts[0]}{joined[0]}{parts[1]}){joined[1]}{parts[2]}"
    return {"id": "xa/1", "require": require, "when": parts[3], "phase": parts[4]}


def judged(rules: Library, facts: dict[str, Any]) -> ClauseResult:
    return assess(dossier(rules, ("xa",), facts), rules, markets=["xa"], on=ON, openings=False).results[0]


@settings(max_examples=200, deadline=None)
@given(read_once(), known)
def test_of_a_formula_that_reads_each_fact_once_as_few_as_possible_are_opened(
    clause: dict[str, str], facts: dict[str, object]
) -> None:
    """The oracle tries all sets of facts."""
    rules = library(FACTS, [clause])
    result = judged(rules, facts)
    chosen = sufficient_facts(result, frozenset(), on=ON)
    assert judged(rules, {name: facts[name] for name in chosen}).verdict == result.verdict
    enough = (
        len(names)
        for size in range(len(facts) + 1)
        for names in combinations(facts, size)
        if judged(rules, {name: facts[name] for name in names}).verdict == result.verdict
    )
    assert len(chosen) == next(enough)


def test_an_unknown_verdict_opens_nothing() -> None:
    rules = library(FACTS, [{"id": "xa/1", "when": "a.v", "require": "(a.w ? a.x : a.y) && a.n > 3"}])
    about = dossier(rules, ("xa",), {"a.v": True, "a.w": True, "a.n": 9})
    everything = commit(about, Rules(rules, DIGEST), KEY, markets=["xa"], on=ON, created=CREATED)
    assert disclosed(disclose(everything, rules, markets=["xa"])) == []


def test_one_failing_flow_is_enough() -> None:
    rules = library(FACTS, [{"id": "xa/1", "subject": "flow", "require": "flow.safe"}])
    listed = {"one": {"flow.safe": False}, "two": {"flow.safe": False}, "three": {"flow.safe": True}}
    about = dossier(rules, ("xa",), flows=listed)
    everything = commit(about, Rules(rules, DIGEST), KEY, markets=["xa"], on=ON, created=CREATED)
    assert len(disclosed(disclose(everything, rules, markets=["xa"]))) == 1


def test_too_small_a_bundle_is_not_reduced_to_a_wrong_one() -> None:
    """What verifies with 1 must not be made by a command that says nothing."""
    everything = sealed()
    kept = tuple(entry for entry in everything.disclosures if isinstance(read_leaf(entry.leaf), AssessmentLeaf))
    with pytest.raises(InputError, match="does not open enough"):
        disclose(replace(everything, disclosures=kept), imagined(), markets=["xa"])


def test_reducing_twice_is_reducing_once() -> None:
    once = disclose(sealed(), imagined(), markets=["xa"])
    assert {entry.index for entry in disclose(once, imagined(), markets=["xa"]).disclosures} <= {
        entry.index for entry in once.disclosures
    }
    assert open_bundle(disclose(once, imagined(), markets=["xa"]).encoded())
