"""A library divided among the elements of its collections says of each what it said of one.

Oracle: formulas evaluated on the facts of one element under their general names.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.clauses import tree as t
from comity.clauses.formula import define, walk
from comity.clauses.tree import parts, with_parts
from comity.engines import kleene
from comity.library.elements import divided, element_name, parts_of, with_elements
from comity.library.loader import Library, load_library
from tests.differential.strategies import Author, authors

DATA = Path(__file__).parent.parent / "data"
LISTED = {"flow": ("payroll", "logs")}


@pytest.fixture(scope="module")
def lands() -> Library:
    return load_library([DATA / "small-library", DATA / "flow-library"], builtin=False, cached=False)


def test_every_clause_about_a_flow_stands_once_for_each(lands: Library) -> None:
    found = with_elements(lands, LISTED)
    assert [name for name in found.clauses if name.startswith("xa-export/1")] == [
        "xa-export/1-route@payroll",
        "xa-export/1-route@logs",
    ]
    route = lands.clauses["xa-export/1-route"]
    assert [part.element for part in parts_of(route, found) or ()] == ["payroll", "logs"]
    assert parts_of(lands.clauses["xa-act/1-refuse"], found) is None
    assert parts_of(route, lands) is None
    assert found.clauses["xa-export/2-assessment@logs"].facts == {
        "flow.from@logs",
        "flow.to@logs",
        "flow.persons@logs",
        "flow.routes@logs",
        "system.markets",
    }
    assert found.clauses["xa-export/1-route@logs"].title["zh"] == "无路径不得出境（logs）"
    assert {axiom.id for axiom in found.data.axioms} == {"persons_not_negative@payroll", "persons_not_negative@logs"}


def test_with_an_empty_list_there_are_no_clauses_about_flows(lands: Library) -> None:
    found = with_elements(lands, {"flow": ()})
    assert [name for name in found.clauses if name.startswith("xa-export")] == ["xa-export/4-dignity"]
    assert found.data.axioms == ()


def test_what_was_divided_is_divided_anew_from_the_whole(lands: Library) -> None:
    found = with_elements(lands, LISTED)
    assert with_elements(found, LISTED) is found
    assert with_elements(found, {}) is lands
    other = with_elements(found, {"flow": ("x",)})
    assert other.general is lands
    assert not any("logs" in name for name in other.clauses)


def test_no_definition_of_one_flow_reads_another(lands: Library) -> None:
    found = with_elements(lands, LISTED)
    for entry in found.data.definitions:
        element = divided(entry.id)[1]
        names = [node.name for node in walk(entry.definition.tree) if isinstance(node, t.Named)]
        assert {divided(name)[1] for name in names} <= {element, None}
        if element is not None:
            assert {divided(name)[1] for name in entry.definition.facts} == {element}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_a_clause_of_one_flow_says_of_it_what_the_whole_says(seed: int) -> None:
    lands = load_library([DATA / "small-library", DATA / "flow-library"], builtin=False)
    random = Random(seed)
    facts: dict[str, dict[str, object]] = {}
    for flow in LISTED["flow"]:
        facts[flow] = {
            "flow.from": random.choice(["xa", "xb", None]),
            "flow.to": random.choice(["xa", "xb", None]),
            "flow.persons": random.choice([5, 50, 5000, None]),
            "flow.routes": random.choice([frozenset(), frozenset({"contract"}), frozenset({"assessment"}), None]),
            "flow.safeguards": random.choice([frozenset(), frozenset({"rights"}), None]),
        }
    known = {
        element_name(fact, flow): value
        for flow, own in facts.items()
        for fact, value in own.items()
        if value is not None
    }
    found = with_elements(lands, LISTED)
    for flow, own in facts.items():
        alone = {fact: value for fact, value in own.items() if value is not None}
        for clause in lands.clauses.values():
            if clause.subject == "flow":
                part = found.clauses[element_name(clause.full_id, flow)]
                for whole, one in zip(
                    (*clause.conditions, clause.require), (*part.conditions, part.require), strict=True
                ):
                    wanted = kleene.trace(whole.tree, alone, lands.vocabulary.definitions)  # type: ignore[arg-type]
                    assert kleene.trace(one.tree, known, found.vocabulary.definitions).value == wanted.value  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(authors)
def test_a_node_over_its_own_parts_is_itself_and_over_others_has_those(author: Author) -> None:
    world = author.world()
    for node in walk(define(author.formula(world), world).tree):
        assert with_parts(node, parts(node)) == node
        others = [t.Constant((0, 0), number) for number in range(len(parts(node)))]
        assert list(parts(with_parts(node, others))) == others
