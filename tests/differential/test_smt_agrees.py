"""The solver engine against the meaning of the language, and against another solver.

The oracle of the first tests is `kleene`: a world that it calls true has to be a model of the translation, and the values of a model have
to make the formula true again; which facts are known has to lead to the same three values. The oracle of the last is cvc5, which has to
say `sat` and `unsat` as Z3 does. Sums and products of doubles are left out: the solver takes them exactly, `kleene` rounds them as IEEE
754 does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from comity.clauses import tree as t
from comity.clauses.critical import unfolded
from comity.clauses.formula import Definition, define
from comity.clauses.tree import Kind, Value
from comity.engines import kleene
from comity.library.vocabulary import Vocabulary
from tests.differential.strategies import Author, World

z3 = pytest.importorskip("z3")

from comity.engines.smt import Encoding, formula_term, values_of  # noqa: E402

FORMULAS = max(200, int(os.environ.get("COMITY_EXAMPLES", "30000")) // 60)
SEED = int(os.environ.get("COMITY_SEED", "2026"))
PER_WORLD = 20
SYSTEMS = 3
CVC5_FORMULAS = max(100, FORMULAS // 10)


def cases(seed: int, count: int = FORMULAS) -> Iterator[tuple[Author, World, Definition]]:
    """Random formulas without rounding, many over the same world."""
    author = Author(Random(seed))
    found = 0
    while found < count:
        world = author.world()
        for _ in range(PER_WORLD):
            formula = define(author.formula(world), world)
            if not rounds(formula, world):
                found += 1
                yield author, world, formula


def rounds(formula: Definition, world: World) -> bool:
    """Whether a formula adds or multiplies numbers that are not whole."""
    for node in unfolded([formula.tree], world.definitions):
        if isinstance(node, t.Arithmetic | t.Negative):
            below = list(unfolded([node], world.definitions))
            kinds = {part.kind for part in below if isinstance(part, t.Fact)}
            if kinds & {Kind.NUMBER, Kind.RATIO} or any(
                isinstance(part, t.Constant) and isinstance(part.value, float) for part in below
            ):
                return True
    return False


def value_of(formula: Definition, world: World, facts: dict[str, Value]) -> Value | None:
    return kleene.trace(formula.tree, facts, world.definitions).value


def fixed(encoding: Encoding, facts: dict[str, Value]) -> list[Any]:
    return [encoding.fact_is(fact, value) for fact, value in facts.items()]


def test_a_world_is_a_model_exactly_if_kleene_calls_it_true() -> None:
    for author, world, formula in cases(SEED):
        encoding = Encoding(world)
        term = encoding.term(formula.tree)
        solver = z3.Solver(ctx=encoding.context)
        for _ in range(SYSTEMS):
            facts = {fact: value for fact, value in author.facts(world, known=1.0).items() if fact in formula.facts}
            expected = value_of(formula, world, facts)
            assert expected in {True, False}
            solver.push()
            solver.add(*fixed(encoding, facts), *encoding.ranges())
            assert solver.check() == z3.sat, "every value lies in the range of its fact"
            assert (solver.check(term) == z3.sat) is expected, (formula.text, facts)
            assert (solver.check(z3.Not(term)) == z3.sat) is not expected, (formula.text, facts)
            solver.pop()


def test_the_values_of_a_model_make_the_formula_true_again() -> None:
    models = 0
    for _, world, formula in cases(SEED + 1):
        for wanted in (True, False):
            encoding = Encoding(world)
            term = encoding.term(formula.tree)
            solver = z3.Solver(ctx=encoding.context)
            solver.add(term if wanted else z3.Not(term), *encoding.ranges())
            if solver.check() != z3.sat or not representable(solver.model(), encoding, formula, world):
                continue
            facts = dict(values_of(solver.model(), encoding, sorted(formula.facts)))
            assert value_of(formula, world, facts) is wanted, (formula.text, facts)
            models += 1
    assert models > FORMULAS, "most formulas can be true and can be false"


def representable(model: Any, encoding: Encoding, formula: Definition, world: World) -> bool:
    """Whether every number of a model is a double: between two neighbouring doubles lie reals that no fact can have."""
    for fact in formula.facts:
        if world.types[fact].kind in {Kind.NUMBER, Kind.RATIO}:
            exact = model.eval(encoding.variable(fact), model_completion=True).as_fraction()
            if Fraction(float(exact)) != exact:
                return False
    return True


def test_what_is_certain_is_what_kleene_knows() -> None:
    seen = {True: 0, False: 0, None: 0}
    for author, world, formula in cases(SEED + 2):
        encoding = Encoding(world)
        certain = encoding.certainty(formula.tree)
        solver = z3.Solver(ctx=encoding.context)
        for _ in range(SYSTEMS):
            facts = {fact: value for fact, value in author.facts(world).items() if fact in formula.facts}
            expected = value_of(formula, world, facts)
            known = [
                encoding.known(fact) if fact in facts else z3.Not(encoding.known(fact))
                for fact in sorted(formula.facts)
            ]
            solver.push()
            solver.add(*fixed(encoding, facts), *known, *encoding.ranges())
            for term, value in ((certain.true, True), (certain.false, False)):
                assert (solver.check(term) == z3.sat) is (expected is value), (formula.text, facts)
                assert (solver.check(z3.Not(term)) == z3.sat) is (expected is not value), (formula.text, facts)
            solver.pop()
            seen[expected if isinstance(expected, bool) else None] += 1
    assert min(seen.values()) > FORMULAS // 20, "all three values occur"


def test_a_fact_that_differs_by_market_is_read_from_its_market() -> None:
    for author, world, formula in cases(SEED + 3, FORMULAS // 4):
        split = [fact for fact in formula.facts if author.random.random() < 0.5]
        encoding = Encoding(world, split)
        solver = z3.Solver(ctx=encoding.context)
        shared = {fact: value for fact, value in author.facts(world, known=1.0).items() if fact in formula.facts}
        for market in ("xa", "xb"):
            own = {fact: value for fact, value in author.facts(world, known=1.0).items() if fact in split}
            term = encoding.term(formula.tree, market)
            solver.push()
            solver.add(*(encoding.fact_is(fact, value, market) for fact, value in {**shared, **own}.items()))
            assert (solver.check(term) == z3.sat) is value_of(formula, world, {**shared, **own}), formula.text
            solver.pop()


def test_cvc5_says_sat_and_unsat_as_z3_does() -> None:
    cvc5 = pytest.importorskip("cvc5")
    outcomes = {"sat": 0, "unsat": 0}
    for author, world, formula in cases(SEED + 4, CVC5_FORMULAS):
        other = define(author.formula(world), world)
        if rounds(other, world):
            continue
        encoding = Encoding(world)
        terms = [encoding.term(formula.tree), z3.Not(encoding.term(other.tree))]
        solver = z3.Solver(ctx=encoding.context)
        solver.add(*terms, *encoding.ranges())
        script = solver.sexpr()
        outcome = str(solver.check())
        assert outcome in outcomes
        assert answer_of(cvc5, script) == outcome, (formula.text, other.text)
        outcomes[outcome] += 1
    assert min(outcomes.values()) > 3, "both outcomes occur"


def answer_of(cvc5: Any, assertions: str) -> str:
    """What cvc5 says of assertions in SMT-LIB 2."""
    solver = cvc5.Solver()
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, f"(set-logic ALL)\n{assertions}(check-sat)\n", "random")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    return said.strip()


def test_a_formula_can_be_asked_for_its_term() -> None:
    vocabulary = Vocabulary.from_yaml("- {id: a.b, type: int}\n- {id: c.d, type: bool}\n")
    tree = define("a.b >= 3 && !c.d", vocabulary).tree
    solver = z3.Solver()
    solver.add(formula_term(tree, vocabulary))
    assert solver.check() == z3.sat
    assert solver.model()[z3.Int("a.b")].as_long() >= 3
