"""Plans are the cheapest there are, and the same whatever the solver's luck. Oracle: brute force over all small worlds (`plan_oracle`)."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.dossier.model import Dossier
from comity.library.loader import Library
from comity.library.model import FactDefinition
from comity.questions.plan import Plan, plan
from tests.questions.imagined import ON, dossier, fact, library
from tests.questions.plan_oracle import Best, Oracle, domain

pytest.importorskip("z3")

ATOMS = (
    "c.flag",
    "c.other",
    "c.count >= 1",
    "c.count <= 1",
    "c.count != 1",
    '"p" in c.parts',
    'sets.contains(c.parts, ["p", "q"])',
    'sets.intersects(c.parts, ["p", "q"])',
    'c.class == "low"',
    'c.class in ["low", "high"]',
    "g.known",
)


class Author:
    """Invents a library, a dossier and a budget."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def facts(self) -> list[FactDefinition]:
        some = self.random.choice
        prices = (1, 1, 2, 3, 0.5, 0)
        apart = self.random.sample(("c.flag", "c.other", "c.count", "c.parts"), self.random.randint(0, 2))
        kinds: dict[str, tuple[str, tuple[str, ...]]] = {
            "c.flag": ("bool", ()),
            "c.other": ("bool", ()),
            "c.count": ("int", ()),
            "c.parts": ("set", ("p", "q")),
            "c.class": ("enum", ("low", "middle", "high")),
        }
        found = [
            fact(name, kind, values, per_market=name in apart, change=some(prices), establish=some(prices))
            for name, (kind, values) in kinds.items()
        ]
        return [*found, fact("g.known", nature="given"), fact("g.unknown", nature="given")]

    def formula(self, depth: int = 2) -> str:
        if depth == 0 or self.random.random() < 0.35:
            atom = self.random.choice(ATOMS) if self.random.random() > 0.04 else "g.unknown"
            return f"!({atom})" if self.random.random() < 0.3 else atom
        if self.random.random() < 0.1:
            return f"(({self.formula(0)}) ? ({self.formula(depth - 1)}) : ({self.formula(depth - 1)}))"
        sign = self.random.choice((" && ", " || "))
        return sign.join(f"({self.formula(depth - 1)})" for _ in range(self.random.randint(2, 3)))

    def library(self) -> Library:
        clauses = []
        for number in range(self.random.randint(1, 7)):
            clause = {"id": f"{self.random.choice(('xa', 'xa', 'xb', 'xb-north'))}/{number}", "require": self.formula()}
            for part in ("when", "unless", "phase"):
                if self.random.random() < 0.25:
                    clause[part] = self.formula(1)
            clauses.append(clause)
        axioms = [f"({self.formula(0)}) || ({self.formula(0)})"] if self.random.random() < 0.25 else []
        return library(self.facts(), clauses, [axiom for axiom in axioms if "g." not in axiom])

    def dossier(self, rules: Library) -> Dossier:
        known: dict[str, object] = {"g.known": self.random.random() < 0.7}
        own: dict[str, dict[str, object]] = {}
        share = self.random.choice((0.0, 0.5, 1.0))
        for definition in rules.data.facts:
            if definition.nature == "choice" and self.random.random() < share:
                known[definition.id] = self.random.choice(domain(definition))
                if definition.per_market and self.random.random() < 0.4:
                    own[definition.id] = {self.random.choice(("xa", "xb")): self.random.choice(domain(definition))}
                    if self.random.random() < 0.4:
                        del known[definition.id]
        markets = self.random.choice((["xa"], ["xa", "xb"], ["xb-north"], ["xa", "xb-north"]))
        costs = {"c.flag": 4.0} if self.random.random() < 0.2 else {}
        return dossier(rules, markets, known, own, costs)


def check(answer: Plan, best: Best | None, oracle: Oracle, *, per_market: bool) -> None:
    """The answer is what brute force finds, step by step."""
    every = len(oracle.promised)
    if best is None or (answer.budget is None and best.clauses < every):
        assert not answer.possible
        assert answer.budget is not None or not answer.steps
        return
    assert answer.possible or best.clauses < every
    assert answer.cost == best.cost
    assert {step.fact for step in answer.steps} == {name for name, _ in best.items}
    assert sum((step.cost for step in answer.steps), Fraction(0)) == answer.cost
    assert len(set(answer.promised) - set(answer.left)) >= best.clauses
    assert sum(progress.cost is not None for progress in answer.markets) >= best.markets
    target = {slot: Oracle(oracle.library, answer.target, (), per_market=per_market).now(slot) for slot in oracle.slots}
    assert oracle.items(target) == best.items
    assert oracle.fits_axioms(target)
    assert len(oracle.closed(target)) == best.clauses


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.booleans(), st.sampled_from([None, None, 0, 1, 2, 3, 5, 100]))
def test_the_plan_is_the_best_of_all_worlds(seed: int, per_market: bool, budget: float | None) -> None:
    author = Author(Random(seed))
    rules = author.library()
    system = author.dossier(rules)
    if not set(rules.with_wholes(system.markets)) & {standard.id for standard in rules.data.standards}:
        return
    answer = plan(system, rules, on=ON, per_market=per_market, budget=budget)
    promised = tuple(duty.id for duty in answer.scenario.duties)
    oracle = Oracle(rules, system, promised, per_market=per_market)
    if not oracle.fits_axioms({slot: oracle.now(slot) for slot in oracle.slots}):
        return
    check(answer, oracle.best(None if budget is None else Fraction(budget)), oracle, per_market=per_market)
    again = plan(system, rules, on=ON, per_market=per_market, budget=budget)
    assert (again.steps, again.conflicts) == (answer.steps, answer.conflicts)
