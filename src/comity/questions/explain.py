"""How did one verdict come about, and what would have to change for another?

The verdict is the one that `assess` gives, never a second opinion; this module picks it out and works out the smallest tree of conditions
that stand in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from comity.clauses import tree as t
from comity.errors import InputError, did_you_mean
from comity.language import Message
from comity.library.vocabulary import MARKETS
from comity.questions.assess import assess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from comity.clauses.tree import Value
    from comity.dossier.model import Dossier
    from comity.engines.kleene import Trace
    from comity.library.loader import Library
    from comity.library.model import Clause
    from comity.questions.assess import ClauseResult


@dataclass(frozen=True, slots=True)
class Leaf:
    """A comparison (or a yes/no fact) that does not have the value that is wanted of it."""

    trace: Trace
    wanted: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Several obstacles, of which all have to go (`every`) or one."""

    every: bool
    parts: tuple[Obstacle, ...]


Obstacle: TypeAlias = Leaf | Group


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer.

    Attributes:
        result: the verdict with its traces.
        elements: of a clause about a collection, the results for all elements; `result` is one of them.
        markets: the jurisdictions that the system was judged in.
        facts: the known facts as they hold in the clause's jurisdiction.
        obstacles: what stands in the way of `met`, where the verdict is `not_met`.
        exception: what stands in the way of the clause's exception, where it has one and the verdict is `not_met`.
    """

    result: ClauseResult
    elements: tuple[ClauseResult, ...]
    dossier: Dossier
    library: Library
    on: date
    markets: tuple[str, ...]
    facts: Mapping[str, Value]
    obstacles: Obstacle | None
    exception: Obstacle | None


def explain(
    clause: Clause,
    dossier: Dossier,
    library: Library,
    *,
    element: str | None = None,
    market: str | None = None,
    on: date,
) -> Explanation:
    """Judge a system by one clause, and keep everything that led to the verdict.

    Args:
        clause: of the library.
        dossier: the system.
        library: the rules.
        element: of a clause about a collection, the one to judge; by default the first with the worst verdict.
        market: to judge in; by default the clause's jurisdiction (and the dossier's markets, where that is no market).
        on: the day to judge on.

    Raises:
        InputError: the clause is not a rule of the market, or there is no such element.
    """
    jurisdiction = clause.jurisdiction
    if market is not None:
        markets: tuple[str, ...] = (market,)
    elif library.jurisdictions[jurisdiction].market:
        markets = (jurisdiction,)
    else:
        markets = (*dossier.markets, jurisdiction)
    if jurisdiction not in library.with_wholes(markets):
        message = Message(
            'the clause "{clause}" is a rule of "{jurisdiction}" and does not count in "{market}"',
            clause=clause.full_id,
            jurisdiction=jurisdiction,
            market=market,
        )
        raise InputError(message, hint=Message("leave --market out"))
    assessment = assess(dossier, library, markets=markets, on=on, openings=False)
    whole = next(result for result in assessment.results if result.clause.full_id == clause.full_id)
    result = _of_element(whole, element)
    judgement = result.judgement
    exception = next((condition.trace for condition in judgement.conditions if condition.part == "unless"), None)
    failed = result.verdict == "not_met"
    return Explanation(
        result=result,
        elements=whole.elements or (),
        dossier=dossier,
        library=assessment.library,
        on=on,
        markets=markets,
        facts={**dossier.facts_in(jurisdiction), MARKETS: frozenset(library.with_wholes(markets))},
        obstacles=obstacles(judgement.require, wanted=True) if failed else None,
        exception=obstacles(exception, wanted=True) if failed and exception is not None else None,
    )


def _of_element(whole: ClauseResult, element: str | None) -> ClauseResult:
    """The result for one element; by default for the first with the verdict of the whole."""
    elements = whole.elements or ()
    if element is None:
        return next((result for result in elements if result.verdict == whole.verdict), whole)
    for result in elements:
        if result.clause.element == element:
            return result
    names = [result.clause.element or "" for result in elements]
    message = Message(
        'the clause "{clause}" is not judged for any "{element}" here',
        clause=whole.clause.full_id,
        element=element[:80],
    )
    raise InputError(
        message, hint=did_you_mean(element, names) or Message("known are: {values}", values=", ".join(names) or "–")
    )


def obstacles(trace: Trace, *, wanted: bool) -> Obstacle | None:
    """What keeps a formula from having a truth value; None where it has it.

    A conjunction is true when every part is, and false when one is; a disjunction the other way round.
    """
    if trace.value is wanted:
        return None
    match trace.expression:
        case t.Named():
            return obstacles(trace.parts[0], wanted=wanted)
        case t.Not():
            return obstacles(trace.parts[0], wanted=not wanted)
        case t.And() | t.Or():
            every = isinstance(trace.expression, t.And) is wanted
            found = [obstacles(part, wanted=wanted) for part in trace.parts]
            parts = [part for part in found if part is not None]
            return parts[0] if len(parts) == 1 and every else _group(every=every, parts=parts)
        case t.Choose():
            condition, then, otherwise = trace.parts
            if condition.value is not None:
                return obstacles(then if condition.value else otherwise, wanted=wanted)
    return Leaf(trace, wanted)


def _group(*, every: bool, parts: list[Obstacle]) -> Obstacle:
    """A group, with groups of the same kind within it taken in."""
    flat: list[Obstacle] = []
    for part in parts:
        flat += part.parts if isinstance(part, Group) and part.every is every else [part]
    return flat[0] if len(flat) == 1 else Group(every, tuple(flat))
