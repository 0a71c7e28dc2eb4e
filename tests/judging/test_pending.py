"""What is pending of a formula, against the `kleene` engine: the same truth values, however the facts came in."""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.clauses.formula import define
from comity.engines import kleene
from comity.judging.judgement import System, missing_facts
from comity.judging.openings import deciding
from comity.judging.pending import Pending, narrow, pending, ways
from tests.differential.strategies import Author, authors

if TYPE_CHECKING:
    from comity.clauses.tree import Value

EXAMPLES = int(os.environ.get("COMITY_EXAMPLES", "300"))


def known(found: Pending) -> bool | None:
    return found if isinstance(found, bool) else None


@settings(max_examples=EXAMPLES, deadline=None)
@given(authors, st.booleans())
def test_it_is_a_truth_value_exactly_where_kleene_knows_one(author: Author, wanted: bool) -> None:
    world = author.world()
    tree = define(author.formula(world), world).tree
    facts = author.facts(world)
    system = System(facts, world.definitions)
    value = kleene.trace(tree, facts, world.definitions).value
    assert known(pending(tree, system, {}, wanted=wanted)) is (None if value is None else value is wanted)


@settings(max_examples=EXAMPLES, deadline=None)
@given(authors)
def test_facts_may_come_one_after_another(author: Author) -> None:
    world = author.world()
    tree = define(author.formula(world), world).tree
    facts: dict[str, Value] = {}
    found = pending(tree, System(facts, world.definitions), {})
    for fact, value in author.facts(world, known=0.8).items():
        facts = {**facts, fact: value}
        system = System(facts, world.definitions)
        found = narrow(found, frozenset({fact}), system, {})
        assert known(found) is kleene.trace(tree, facts, world.definitions).value
        assert ways(found, frozenset(), {}).facts == ways(pending(tree, system, {}), frozenset(), {}).facts


@settings(max_examples=EXAMPLES, deadline=None)
@given(authors)
def test_it_waits_for_the_facts_that_kleene_misses(author: Author) -> None:
    world = author.world()
    tree = define(author.formula(world), world).tree
    facts = author.facts(world)
    found = pending(tree, System(facts, world.definitions), {})
    trace = kleene.trace(tree, facts, world.definitions)
    expected = set(missing_facts(trace)) if trace.value is None else set()
    assert set(ways(found, frozenset(), {}).facts) == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(authors, st.randoms(use_true_random=False))
def test_the_single_values_that_decide_it_are_those_that_decide_it_in_kleene(author: Author, random: Random) -> None:
    world = author.world()
    tree = define(author.formula(world), world).tree
    facts = author.facts(world)
    system = System(facts, world.definitions)
    found = pending(tree, system, {})
    open_facts = sorted(ways(found, frozenset(), {}).facts)
    candidates = {fact: tuple(author.value(world.types[fact]) for _ in range(3)) for fact in open_facts}
    decides = deciding(found, candidates, system, {})
    for fact, values in candidates.items():
        for position, value in enumerate(values):
            outcome = kleene.trace(tree, {**facts, fact: value}, world.definitions).value
            assert ((fact, position) in decides.true) is (outcome is True)
            assert ((fact, position) in decides.false) is (outcome is False)


@settings(max_examples=EXAMPLES, deadline=None)
@given(authors, st.randoms(use_true_random=False))
def test_a_fact_that_helps_neither_way_cannot_decide_while_others_stay_unknown(author: Author, random: Random) -> None:
    """The oracle: random values of everything that is said not to help, with what is unanswerable left out."""
    world = author.world()
    tree = define(author.formula(world), world).tree
    facts = author.facts(world, known=0.4)
    found = pending(tree, System(facts, world.definitions), {})
    unanswerable = frozenset(fact for fact in world.types if fact not in facts and random.random() < 0.3)
    helping = ways(found, unanswerable, {}).facts
    assert helping.isdisjoint(unanswerable)
    others = [fact for fact in world.types if fact not in facts and fact not in helping | unanswerable]
    value = kleene.trace(tree, facts, world.definitions).value
    for _ in range(10):
        more = {fact: author.value(world.types[fact]) for fact in others}
        assert kleene.trace(tree, {**facts, **more}, world.definitions).value is value
