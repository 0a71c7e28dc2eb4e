"""Relations and plans of the planted libraries: what was planted, which is what brute force over all small worlds finds.

Their conflicts, designs and splits are looked at in `test_reconcile`.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

pytest.importorskip("z3")

from comity.clauses.tree import Value
from comity.library.loader import Library
from comity.questions.compare import Comparison
from comity.questions.plan import plan
from comity.solving.relations import pairs_between
from tests.questions import plan_oracle
from tests.questions.imagined import ON
from tests.questions.planted import PLANTED, dossier_of, library_of
from tests.questions.reconcile_oracle import values_of
from tests.questions.test_compare import relation_in


@pytest.fixture(params=PLANTED, ids=lambda case: case["id"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def worlds_of(library: Library) -> list[dict[str, Value]]:
    values = values_of(library)
    return [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]


def test_relations(case: dict[str, Any]) -> None:
    library = library_of(case)
    worlds = worlds_of(library)
    comparison = Comparison(library)
    found = []
    for a, b in pairs_between(library.clauses.values(), library.clauses.values(), library):
        found.append([a.full_id, comparison.relate(a, b).relation, b.full_id])
        assert found[-1][1] == relation_in(worlds, a, b, library)
    assert found == case.get("relations", [])


@pytest.mark.parametrize("per_market", [False, True])
@pytest.mark.parametrize("budget", [None, 0, 1, 2, 5])
def test_plans(case: dict[str, Any], per_market: bool, budget: float | None) -> None:
    library = library_of(case)
    dossier = dossier_of(case, library)
    found = plan(dossier, library, on=ON, per_market=per_market, budget=budget)
    promised = tuple(duty.id for duty in found.scenario.duties)
    oracle = plan_oracle.Oracle(library, dossier, promised, per_market=per_market, values=values_of(library))
    best = oracle.best(None if budget is None else Fraction(budget))
    assert best is not None
    facts = sorted({name for name, _ in best.items})
    if budget is not None:
        assert (found.cost, sorted(step.fact for step in found.steps)) == (best.cost, facts)
        assert len(promised) - len(found.left) == best.clauses
        return
    assert found.possible is (best.clauses == len(promised))
    if found.possible:
        assert (found.cost, sorted(step.fact for step in found.steps)) == (best.cost, facts)
    if not per_market:
        planted = case["plan"]
        assert found.possible is (planted is not None)
        assert planted is None or (float(found.cost), facts) == (planted["cost"], sorted(planted["facts"]))


def test_every_relation_is_planted() -> None:
    planted = {relation for case in PLANTED for _, relation, _ in case.get("relations", ())}
    assert planted == {"equal", "a_stricter", "b_stricter", "overlapping", "incompatible", "never_both_apply"}
    assert sum(case["plan"] is not None for case in PLANTED) >= 15
