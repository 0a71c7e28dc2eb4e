"""Laws that every formula obeys on every system, whatever is known of it.

The oracle is Kleene's logic itself. `COMITY_EXAMPLES` sets how many cases are drawn; Hypothesis shrinks what fails.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from comity.clauses.formula import Formula, define
from comity.engines import kleene
from comity.judging.judgement import Judgement, System, deciding_facts, judge, missing_facts, reasons
from tests.clauses.words import NAMES
from tests.differential.printer import bare, written
from tests.differential.strategies import DAY, Author, World, authors

if TYPE_CHECKING:
    from comity.clauses.tree import Value

law = settings(
    max_examples=max(80, int(os.environ.get("COMITY_EXAMPLES", "0")) // 400),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
Facts = dict[str, "Value"]


def value(text: str, world: World, facts: Facts) -> Value | None:
    return kleene.trace(define(text, world).tree, facts, world.definitions).value


def less(author: Author, facts: Facts) -> Facts:
    """Some of the facts."""
    return {fact: known for fact, known in facts.items() if author.random.random() < 0.5}


@law
@given(authors)
def test_what_is_printed_is_read_back_as_the_same_tree(author: Author) -> None:
    world = author.world()
    for tree in [define(author.formula(world), world).tree, *(entry.tree for entry in world.definitions.values())]:
        assert bare(define(written(tree), world).tree) == bare(tree)


@law
@given(authors)
def test_learning_more_never_turns_a_known_value_into_another(author: Author) -> None:
    world = author.world()
    for _ in range(5):
        text, facts = author.formula(world), author.facts(world)
        before, after = value(text, world, less(author, facts)), value(text, world, facts)
        assert before is None or before == after


@law
@given(authors)
def test_learning_more_never_turns_met_into_not_met(author: Author) -> None:
    """The one change allowed: met, while it was open whether the clause applies, becomes not applicable."""
    world = author.world()
    for _ in range(5):
        clause, facts = author.clause(world), author.facts(world)
        before = judge(clause, System(less(author, facts), world.definitions), DAY)
        after = judge(clause, System(facts, world.definitions), DAY)
        allowed = {before.verdict, after.verdict} if before.verdict == "unknown" else {before.verdict}
        if before.verdict == "met" and before.applies is None:
            allowed.add("not_applicable")
        assert after.verdict in allowed


@law
@given(authors)
def test_and_or_not_are_those_of_logic(author: Author) -> None:
    world = author.world()
    facts = author.facts(world)
    a, b, c = (f"({author.formula(world, 2)})" for _ in range(3))
    for one, other in [
        (f"!({a} && {b})", f"!{a} || !{b}"),
        (f"!({a} || {b})", f"!{a} && !{b}"),
        (f"{a} && {b} && {c}", f"{c} && ({b} && {a})"),
        (f"{a} || {b} || {c}", f"({c} || {b}) || {a}"),
        (f"{a} && ({b} || {c})", f"{a} && {b} || {a} && {c}"),
        (f"{a} || {b} && {c}", f"({a} || {b}) && ({a} || {c})"),
        (f"!!{a}", a),
        (f"!{a}", f"!({a})"),
        (f"{a} && true", a),
        (f"{a} || false", a),
        (f"{a} && {a}", a),
        (f"{a} == {b}", f"!({a} != {b})"),
        (f"{a} ? {b} : {c}", f"!{a} ? {c} : {b}"),
    ]:
        assert value(one, world, facts) == value(other, world, facts), (one, other)
    assert value(f"{a} && false", world, facts) is False
    assert value(f"{a} || true", world, facts) is True
    assert value(f"{a} || !{a}", world, facts) is not False


@law
@given(authors)
def test_comparisons_turn_round_and_split(author: Author) -> None:
    world = author.world()
    facts = author.facts(world)
    a = author.random.choice(list(world.types))
    kind = world.types[a].kind
    if kind.value in {"int", "number", "date", "duration"}:
        b = f"({author.expression(world, kind, 0)})"
        for one, other in [
            (f"{a} < {b}", f"{b} > {a}"),
            (f"{a} <= {b}", f"!({a} > {b})"),
            (f"{a} <= {b}", f"{a} < {b} || {a} == {b}"),
            (f"{a} != {b}", f"!({a} == {b})"),
        ]:
            assert value(one, world, facts) == value(other, world, facts)
    if kind.value == "enum":
        first, *_ = values = world.types[a].values
        listed = ", ".join(f'"{word}"' for word in values)
        assert value(f'{a} in ["{first}"]', world, facts) == value(f'{a} == "{first}"', world, facts)
        assert value(f"{a} in [{listed}]", world, facts) in {True, None}
        assert value(f"{a} in []", world, facts) in {False, None}
    if kind.value == "set":
        first, *_ = values = world.types[a].values
        listed = ", ".join(f'"{word}"' for word in values)
        every, some = (
            " && ".join(f'"{word}" in {a}' for word in values),
            " || ".join(f'"{word}" in {a}' for word in values),
        )
        assert value(f"sets.contains({a}, [{listed}])", world, facts) == value(every, world, facts)
        assert value(f"sets.intersects({a}, [{listed}])", world, facts) == value(some, world, facts)


@law
@given(authors)
def test_a_trace_tells_the_value_of_every_part(author: Author) -> None:
    world = author.world()
    formula, facts = Formula(author.formula(world), world), author.facts(world)
    trace = formula.trace(facts)
    assert trace.value == formula.evaluate(facts)
    pending = [trace]
    while pending:
        part = pending.pop()
        assert part.value == kleene.trace(part.expression, facts, world.definitions).value
        pending += part.parts


@law
@given(authors)
def test_the_deciding_facts_alone_decide(author: Author) -> None:
    world = author.world()
    for _ in range(5):
        tree, facts = define(author.formula(world), world).tree, author.facts(world)
        trace = kleene.trace(tree, facts, world.definitions)
        if trace.value is not None:
            assert kleene.trace(tree, deciding_facts(trace), world.definitions).value == trace.value


@law
@given(authors)
def test_the_missing_facts_are_those_that_matter(author: Author) -> None:
    """Filling in any other fact leaves the value unknown; filling in the missing ones, again while there are any, decides it."""
    world = author.world()
    for _ in range(5):
        tree, facts = define(author.formula(world), world).tree, author.facts(world)
        trace = kleene.trace(tree, facts, world.definitions)
        complete = author.facts(world, known=1.0) | facts
        while trace.value is None:
            missing = missing_facts(trace)
            assert missing
            assert not set(missing) & set(facts)
            others = {fact: known for fact, known in complete.items() if fact not in missing}
            assert kleene.trace(tree, others, world.definitions).value is None
            facts = facts | {fact: complete[fact] for fact in missing}
            trace = kleene.trace(tree, facts, world.definitions)
        assert missing_facts(trace) == []


@pytest.mark.parametrize(
    ("text", "facts", "missing"),
    [
        ("a.b ? n.i > 1 : n.x > 1.0", {}, ["a.b"]),
        ("a.b ? n.i > 1 : n.x > 1.0", {"a.b": False}, ["n.x"]),
        ("a.b && a.c && n.i > 1", {"a.c": True}, ["a.b", "n.i"]),
        ("a.b && (a.c || n.i > 1)", {"a.b": True, "a.c": False}, ["n.i"]),
        ("a.b && (a.c || n.i > 1)", {"a.c": True}, ["a.b"]),
        ("!(a.b || n.i > 1)", {"a.b": False}, ["n.i"]),
        ("n.i + n.x > n.r", {"n.x": 1.0}, ["n.i", "n.r"]),
        ("x.high && a.b", {"a.b": True}, ["n.x"]),
        ("a.b && a.c", {"a.b": False}, []),
    ],
)
def test_no_fact_is_called_missing_that_could_not_change_the_value(text: str, facts: Facts, missing: list[str]) -> None:
    trace = kleene.trace(define(text, NAMES).tree, facts, NAMES.definitions)
    assert missing_facts(trace) == missing


@law
@given(authors)
def test_the_reasons_of_a_verdict_suffice(author: Author) -> None:
    world = author.world()
    for _ in range(5):
        clause, facts = author.clause(world), author.facts(world)
        judgement = judge(clause, System(facts, world.definitions), DAY)
        deciding, missing = reasons(judgement)
        if judgement.verdict == "unknown":
            assert missing
            assert not set(missing) & set(facts)
            assert (
                verdict_without(missing, clause_facts(judgement, author, world, facts), judgement, world) == "unknown"
            )
        else:
            assert missing == []
            assert judge(clause, System(deciding, world.definitions), DAY).verdict == judgement.verdict


def clause_facts(judgement: Judgement, author: Author, world: World, facts: Facts) -> Facts:
    return {
        fact: known
        for fact, known in (author.facts(world, known=1.0) | facts).items()
        if fact in judgement.clause.facts
    }


def verdict_without(missing: list[str], facts: Facts, judgement: Judgement, world: World) -> str:
    rest = {fact: known for fact, known in facts.items() if fact not in missing}
    return judge(judgement.clause, System(rest, world.definitions), DAY).verdict
