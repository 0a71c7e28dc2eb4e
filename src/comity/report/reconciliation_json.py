"""A reconciliation as a versioned JSON document (`comity/reconciliation/1`); keys may be added, never removed or renamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.clauses.tree import Value
    from comity.questions.reconcile import Reconciliation
    from comity.solving.regions import Bound, Region
    from comity.solving.scenario import Scenario

SCHEMA = "comity/reconciliation/1"


def reconciliation_json(found: Reconciliation, name: str, language: str) -> str:
    """The whole answer."""
    return json.dumps(reconciliation_document(found, name, language), ensure_ascii=False, indent=1)


def reconciliation_document(found: Reconciliation, name: str, language: str) -> dict[str, Any]:
    """The answer as plain data."""
    scenario = found.scenario
    return {
        "schema": SCHEMA,
        "comity_version": __version__,
        "language": language,
        **scenario_document(scenario, name),
        "possible": found.possible,
        "decided": not found.possible or not scenario.open,
        "design": _values(found.design),
        "bounds": [_bound(bound) for bound in found.bounds],
        "conflicts": [list(conflict.ids) for conflict in found.conflicts],
        "conflict_details": [
            {
                "clauses": list(conflict.ids),
                "cites": [clause.cite for clause in conflict.clauses],
                "facts": list(conflict.facts),
                "kept": list(conflict.kept),
                "dissolves": conflict.dissolves,
            }
            for conflict in found.conflicts
        ],
        "complete": found.complete,
        "possible_with_splits": found.possible_with_splits,
        "splits": [{"fact": split.fact, "values": _values(split.values)} for split in found.splits],
        "persistent": [list(names) for names in found.persistent],
    }


def scenario_document(scenario: Scenario, name: str) -> dict[str, Any]:
    """What a question stood on: the system, the markets, the day, what was assumed and kept, and what is set aside."""
    return {
        "library": {"version": __version__, "as_of": scenario.library.as_of.isoformat()},
        "system": {"name": name},
        "markets": list(scenario.markets),
        "on": scenario.on.isoformat(),
        "assumed": [
            {"fact": entry.fact, "market": entry.market, "value": plain(entry.value)} for entry in scenario.assumptions
        ],
        "kept": {market: _values(values) for market, values in scenario.kept.items() if values},
        "clauses": {"bind": len(scenario.duties), "open": len(scenario.open), "ask_nothing": scenario.dropped},
        "open": [{"clause": entry.clause.full_id, "givens": list(entry.givens)} for entry in scenario.open],
        "open_givens": [{"fact": fact, "clauses": count} for fact, count in scenario.open_givens],
    }


def _values(values: Mapping[str, Value]) -> dict[str, Any]:
    return {key: plain(value) for key, value in values.items()}


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "fact": bound.fact,
        "region": _region(bound.region),
        "binding": list(bound.binding),
        "sides": [
            {
                "part": side.part,
                "limits": [plain(value) for value in side.limits],
                "clauses": list(side.clauses),
                "also": list(side.also),
            }
            for side in bound.sides
        ],
    }


def _region(region: Region) -> dict[str, Any]:
    """Only what is in use."""
    found: dict[str, Any] = {}
    if region.linked:
        found["linked"] = True
    if region.intervals:
        found["intervals"] = [
            {
                "low": None if interval.low is None else plain(interval.low),
                "low_closed": interval.low_closed,
                "high": None if interval.high is None else plain(interval.high),
                "high_closed": interval.high_closed,
            }
            for interval in region.intervals
        ]
    if region.allowed:
        found["allowed"] = [plain(value) for value in region.allowed]
    if region.required or region.forbidden:
        found |= {"required": list(region.required), "forbidden": list(region.forbidden)}
    return found
