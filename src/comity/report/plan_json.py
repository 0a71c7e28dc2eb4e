"""A plan as a versioned JSON document (`comity/plan/1`); keys may be added, never removed or renamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from comity.clauses.tree import Value
    from comity.questions.plan import Plan, Step

SCHEMA = "comity/plan/1"


def plan_json(answer: Plan, language: str) -> str:
    """The whole plan."""
    return json.dumps(plan_document(answer, language), ensure_ascii=False, indent=1)


def plan_document(answer: Plan, language: str) -> dict[str, Any]:
    """The plan as plain data."""
    scenario, dossier = answer.scenario, answer.dossier
    return {
        "schema": SCHEMA,
        "comity_version": __version__,
        "language": language,
        "library": {"version": __version__, "as_of": scenario.library.as_of.isoformat()},
        "on": scenario.on.isoformat(),
        "system": {"id": dossier.id, "name": dossier.name, "version": dossier.version},
        "markets": list(scenario.markets),
        "assumptions": [
            {"fact": entry.fact, "market": entry.market, "value": plain(entry.value)} for entry in scenario.assumptions
        ],
        "per_market": answer.per_market,
        "budget": None if answer.budget is None else _number(answer.budget),
        "possible": answer.possible,
        "possible_per_market": answer.possible_per_market,
        "cost": _number(answer.cost),
        "steps": [_step(step) for step in answer.steps],
        "promised": list(answer.promised),
        "left": list(answer.left),
        "waiting": list(answer.waiting),
        "open_givens": [
            {"fact": entry.fact, "cost": _number(entry.cost), "clauses": list(entry.clauses)}
            for entry in answer.open_givens
        ],
        "conflicts": [list(names) for names in answer.conflicts],
        "conflicts_complete": answer.conflicts_complete,
        "progress": [
            {
                "market": progress.market,
                "cost": None if progress.cost is None else _number(progress.cost),
                "opened": progress.opened,
                "left": list(progress.left),
                "waiting": list(progress.waiting),
            }
            for progress in answer.markets
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "fact": step.fact,
        "kind": "establish" if step.establishes else "change",
        "from": _one(step.before),
        "to": _one(step.after),
        "from_in": _each(step.before),
        "to_in": _each(step.after),
        "cost": _number(step.cost),
        "total": _number(step.total),
        "closes": list(step.closes),
        "reopens": list(step.reopens),
        "opens": list(step.opens),
    }


def _one(values: Mapping[str, Value | None]) -> object:
    """The value that is the same in every jurisdiction; null where it is not known, or not the same."""
    found = set(values.values())
    value = found.pop() if len(found) == 1 else None
    return None if value is None else plain(value)


def _each(values: Mapping[str, Value | None]) -> dict[str, object]:
    return {place: None if value is None else plain(value) for place, value in values.items()}


def _number(cost: Fraction) -> float:
    return int(cost) if cost.denominator == 1 else float(cost)
