"""One meaning, several engines: random formulas over random partial facts have the same value in all of them.

The oracle of the first test is `kleene`, which is the meaning of the language; of the second, Google's own implementation of CEL
(cel-cpp through `cel-expr-python`), where a fact that is absent raises an error that `&&` and `||` absorb: unknown.

`COMITY_EXAMPLES=1000000 pytest tests/differential` compares that many pairs; `COMITY_SEED` chooses others.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from comity.clauses.formula import define
from comity.clauses.tree import Kind, Value
from comity.clauses.values import FactType
from comity.engines import columnar, kleene
from comity.judging.judgement import System, judge
from comity.judging.judgement_columnar import verdict_expression
from comity.library.model import VERDICTS
from tests.differential.printer import PlainCel, plain_name, plain_value, written
from tests.differential.strategies import DAY, Author, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clauses.formula import Definition

PAIRS = int(os.environ.get("COMITY_EXAMPLES", "30000"))
SEED = int(os.environ.get("COMITY_SEED", "2026"))
FORMULAS = 100
SYSTEMS = 20


def batches(author: Author) -> Iterator[tuple[World, list[Definition], list[dict[str, Value]]]]:
    """Worlds with formulas and systems, until there are enough pairs of the two."""
    for _ in range(-(-PAIRS // (FORMULAS * SYSTEMS))):
        world = author.world()
        formulas = [define(author.formula(world), world) for _ in range(FORMULAS)]
        yield world, formulas, [author.facts(world) for _ in range(SYSTEMS)]


def table(world: World, systems: list[dict[str, Value]]) -> pl.DataFrame:
    """One row a system, one column a fact."""
    columns = columnar.schema(world.types)
    rows = [
        [sorted(value) if isinstance(value, frozenset) else value for value in map(facts.get, columns)]
        for facts in systems
    ]
    return pl.DataFrame(rows, schema=columns, orient="row")


def kleene_value(formula: Definition, world: World, facts: dict[str, Value]) -> Value | None:
    return kleene.trace(formula.tree, facts, world.definitions).value


def test_columnar_agrees_with_kleene() -> None:
    pairs = 0
    for world, formulas, systems in batches(Author(Random(SEED))):
        expressions = [
            columnar.expression(formula.tree, world.definitions).alias(str(index))
            for index, formula in enumerate(formulas)
        ]
        answers = table(world, systems).with_columns(expressions)
        for index, formula in enumerate(formulas):
            found = answers[str(index)].to_list()
            for facts, value in zip(systems, found, strict=True):
                assert value == kleene_value(formula, world, facts), (formula.text, facts)
                assert value in {True, False, None}
                pairs += 1
    assert pairs >= PAIRS


def test_every_kind_of_definition_is_the_same_column() -> None:
    author = Author(Random(SEED + 1))
    for _ in range(max(5, PAIRS // 4000)):
        world = author.world()
        systems = [author.facts(world) for _ in range(SYSTEMS)]
        for definition in world.definitions.values():
            found = table(world, systems).with_columns(
                columnar.expression(definition.tree, world.definitions).alias("?")
            )["?"]
            expected = [kleene_value(definition, world, facts) for facts in systems]
            assert found.to_list() == expected, written(definition.tree)


def test_columns_of_definitions_change_no_value() -> None:
    author = Author(Random(SEED + 3))
    for _ in range(max(5, PAIRS // 10_000)):
        world = author.world()
        formulas = [define(author.formula(world), world) for _ in range(FORMULAS)]
        frame = table(world, [author.facts(world) for _ in range(SYSTEMS)])
        extended, columns = columnar.with_definitions(frame.lazy(), list(world.definitions)[1:], world.definitions)
        apart = [
            columnar.expression(formula.tree, world.definitions, columns).alias(str(i))
            for i, formula in enumerate(formulas)
        ]
        inlined = [
            columnar.expression(formula.tree, world.definitions).alias(str(i)) for i, formula in enumerate(formulas)
        ]
        assert set(list(world.definitions)[1:]) <= columns <= set(world.definitions)
        assert extended.with_columns(apart).drop(columns).collect().equals(frame.with_columns(inlined))


def test_columns_of_verdicts_are_the_verdicts_of_the_judge() -> None:
    author = Author(Random(SEED + 4))
    verdicts: Counter[str] = Counter()
    for _ in range(max(10, PAIRS // 2000)):
        world = author.world()
        clauses = [author.clause(world) for _ in range(FORMULAS // 5)]
        systems = [author.facts(world) for _ in range(SYSTEMS)]
        extended, columns = columnar.with_definitions(
            table(world, systems).lazy(), world.definitions, world.definitions
        )
        answers = extended.with_columns(
            verdict_expression(clause, world.definitions, DAY, columns).alias(str(i))
            for i, clause in enumerate(clauses)
        ).collect()
        for index, clause in enumerate(clauses):
            expected = [judge(clause, System(facts, world.definitions), DAY).verdict for facts in systems]
            assert answers[str(index)].to_list() == expected, clause
            verdicts.update(expected)
    assert set(verdicts) == set(VERDICTS)


class Google:
    """Google's CEL over the facts of a world."""

    def __init__(self, world: World) -> None:
        cel = pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python has no wheel for this platform")
        kinds = {
            Kind.BOOL: cel.Type.BOOL,
            Kind.INT: cel.Type.INT,
            Kind.NUMBER: cel.Type.DOUBLE,
            Kind.RATIO: cel.Type.DOUBLE,
            Kind.ENUM: cel.Type.STRING,
            Kind.SET: cel.Type.List(cel.Type.STRING),
            Kind.DATE: cel.Type.TIMESTAMP,
            Kind.DURATION: cel.Type.DURATION,
        }
        variables = {plain_name(fact): kinds[fact_type.kind] for fact, fact_type in world.types.items()}
        self.error = cel.Type.ERROR
        self.world = world
        self.environment = cel.NewEnv(variables=variables)

    def compile(self, formula: Definition) -> Any:
        return self.environment.compile(PlainCel(self.world.definitions).written(formula.tree))

    def values(self, formula: Definition, systems: list[dict[str, Any]]) -> list[object]:
        program = self.compile(formula)
        found: list[object] = []
        for facts in systems:
            answer = program.eval(data=facts)
            if answer.type() == self.error:
                assert "No value with name" in str(answer.value()), answer.value()
                found.append(None)
            else:
                found.append(answer.plain_value())
        return found


def test_google_cel_agrees_with_kleene() -> None:
    pairs = 0
    for world, formulas, systems in batches(Author(Random(SEED + 2))):
        google = Google(world)
        given = [{plain_name(fact): plain_value(value) for fact, value in facts.items()} for facts in systems]
        for formula in formulas:
            for facts, value in zip(systems, google.values(formula, given), strict=True):
                assert value == kleene_value(formula, world, facts), (formula.text, facts)
                pairs += 1
    assert pairs >= PAIRS


KNOWN_TRAPS = [
    ("“?:” takes the else branch on an unknown condition", "bool.f ? true : false", {}, None),
    ("“?:” with equal branches is still unknown", "bool.f ? true : true", {}, None),
    ("an unknown branch that is not taken does not matter", "true ? bool.g : bool.f", {"bool.g": True}, True),
    ("unknown in an empty list", "int.f in []", {}, None),
    ("known in an empty list", "int.f in []", {"int.f": 1}, False),
    ("unknown == a literal", 'enum.f == "de"', {}, None),
    ("unknown != a literal", 'enum.f != "de"', {}, None),
    ("unknown compared with itself", "int.f == int.f", {}, None),
    ("an unknown set contains nothing?", "sets.contains(set.f, [])", {}, None),
    ("an empty set contains nothing", "sets.contains(set.f, [])", {"set.f": frozenset()}, True),
    ("an unknown set and no values", "sets.intersects(set.f, [])", {}, None),
    ("false absorbs unknown on either side", "bool.f && bool.g", {"bool.g": False}, False),
    ("true absorbs unknown on either side", "bool.f || bool.g", {"bool.g": True}, True),
    ("unknown times zero", "int.f * 0 == 0", {}, None),
    ("minus zero is zero", "number.f == 0.0", {"number.f": -0.0}, True),
    ("ints beyond 32 bits", "2000000000 + 2000000000 == 4000000000 && int.f == 1", {"int.f": 1}, True),
    ("the smallest int", "int.f > -9223372036854775808", {"int.f": 1}, True),
]


@pytest.mark.parametrize(
    ("formula", "facts", "value"), [trap[1:] for trap in KNOWN_TRAPS], ids=[trap[0] for trap in KNOWN_TRAPS]
)
def test_known_traps(formula: str, facts: dict[str, Value], value: bool | None) -> None:
    types = {f"{kind.value}.{letter}": FactType(kind, ("de", "fr")) for kind in Kind for letter in "fg"}
    world = World({fact: fact_type for fact, fact_type in types.items() if fact_type.kind is not Kind.TEXT})
    definition = define(formula, world)
    assert kleene_value(definition, world, facts) is value
    answer = table(world, [facts]).with_columns(columnar.expression(definition.tree, {}).alias("?"))["?"]
    assert answer.to_list() == [value]
    given = {plain_name(fact): plain_value(known) for fact, known in facts.items()}
    assert Google(world).values(definition, [given]) == [value]


def test_the_first_and_the_last_day_cross_into_columns_unchanged() -> None:
    """They are not among the days drawn at random: cel-cpp cannot take 0001-01-01 as a fact."""
    world = World({"date.f": FactType(Kind.DATE), "date.g": FactType(Kind.DATE)})
    definition = define('date.f == date("0001-01-01") && date.g == date("9999-12-31") && date.f < date.g', world)
    facts: dict[str, Value] = {"date.f": date.min, "date.g": date.max}
    assert kleene_value(definition, world, facts) is True
    answer = table(world, [facts]).with_columns(columnar.expression(definition.tree, {}).alias("?"))["?"]
    assert answer.to_list() == [True]
