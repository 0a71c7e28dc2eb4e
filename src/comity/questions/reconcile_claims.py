"""What a reconciliation claims, for anybody to recheck with another solver.

`design`: these values meet the duties. `bound`: beyond a limit of a fact no design meets these clauses; `tight`: with them but one some
design does, and every limit that belongs to the region is reached by a design that meets all. `conflict`: clauses that cannot be met
together; `but one`: without any one of them they can. `split`: with these facts differing by market, all clauses are met; `same`: these
facts cannot all be the same everywhere; `least`: fewer facts do not touch all such sets. `collision`: clauses that cannot be met together
under some givens. Givens and kept choices are worked into the clauses beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import z3

from comity.clauses.values import write_value
from comity.solving.claims import claim
from comity.solving.groups import duty_term, encoding_of, groups_of, premise_terms, range_terms
from comity.solving.regions import outside, within
from comity.solving.splits import Separations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Value
    from comity.engines.smt import Encoding
    from comity.questions.reconcile import Reconciliation
    from comity.solving.claims import Claim
    from comity.solving.for_any import Collision, Generality
    from comity.solving.groups import Group
    from comity.solving.regions import Bound, Side


class _Ground(NamedTuple):
    """Duties as terms, and what holds whatever is chosen."""

    encoding: Encoding
    always: list[z3.BoolRef]
    terms: dict[str, z3.BoolRef]

    def claim(self, name: str, duties: Iterable[str], fits: bool, *more: z3.BoolRef) -> Claim:
        """That these duties can, or cannot, be met together with further terms."""
        assertions = [*self.always, *(self.terms[duty] for duty in duties), *more]
        return claim(name, assertions, "sat" if fits else "unsat", self.encoding.context)

    def minimal(self, kind: str, duties: tuple[str, ...], *more: z3.BoolRef) -> Iterator[Claim]:
        """That duties cannot be met together with further terms, but without any one of them can."""
        yield self.claim(f"{kind}: {', '.join(duties)}", duties, False, *more)
        for left_out in duties:
            rest = [duty for duty in duties if duty != left_out]
            yield self.claim(f"but one: {', '.join(duties)} without {left_out}", rest, True, *more)


def reconcile_claims(answer: Reconciliation) -> Iterator[Claim]:
    """The claims of a reconciliation, group by group, in a fixed order."""
    for group in groups_of(answer.scenario):
        ground = _ground(group, encoding_of(answer.scenario))
        conflicts = [conflict.ids for conflict in answer.conflicts if set(conflict.ids) <= set(group.names)]
        if not conflicts:
            yield _design(group, ground, answer.design)
            for bound in answer.bounds:
                if bound.fact in group.facts:
                    yield from _bound(bound, group, ground)
            continue
        for conflict in conflicts:
            yield from ground.minimal("conflict", conflict)
        yield from _splits(group, answer)


def _ground(group: Group, encoding: Encoding) -> _Ground:
    terms = {duty.id: duty_term(duty, encoding) for duty in group.duties}
    return _Ground(encoding, [*premise_terms(group, encoding), *range_terms(group, encoding)], terms)


def _design(group: Group, ground: _Ground, design: dict[str, Value]) -> Claim:
    values = [ground.encoding.fact_is(fact, design[fact]) for fact in group.facts]
    return ground.claim(f"design: {', '.join(group.names)}", group.names, True, *values)


def _bound(bound: Bound, group: Group, ground: _Ground) -> Iterator[Claim]:
    for side in bound.sides:
        beyond = outside(ground.encoding, bound.fact, bound.region, side.part, side.limits)
        where = f"{bound.fact} {_said(side)}"
        for clauses in (side.clauses, *((other,) for other in side.also)):
            yield from ground.minimal(f"bound ({where})", clauses, beyond)
    for interval in bound.region.intervals if bound.sides else ():
        for term in within(ground.encoding, bound.fact, interval):
            yield ground.claim(f"tight: {bound.fact}", group.names, True, term)
    for value in bound.region.allowed:
        term = ground.encoding.fact_is(bound.fact, value)
        yield ground.claim(f"tight: {bound.fact} may be {write_value(value)}", group.names, True, term)


def _said(side: Side) -> str:
    return f"{side.part} {' and '.join(write_value(limit) for limit in side.limits)}"


def _splits(group: Group, answer: Reconciliation) -> Iterator[Claim]:
    """What has to differ by market, and what no difference helps."""
    separations = Separations(group, answer.scenario)
    apart = _ground(group, separations.encoding)
    persistent = [names for names in answer.persistent if set(names) <= set(group.names)]
    for names in persistent:
        yield from apart.minimal("conflict (however facts differ by market)", names)
    if persistent:
        return
    splits = {split.fact: split for split in answer.splits if split.fact in group.facts}
    ground = _ground(group, encoding_of(answer.scenario, splits))
    values = [
        ground.encoding.fact_is(fact, value, place)
        for fact in group.facts
        for place, value in (splits[fact].values if fact in splits else {"": answer.design[fact]}).items()
    ]
    yield ground.claim(f"split: {', '.join(splits)}", group.names, True, *values)
    obstacles = [facts for facts in answer.obstacles if set(facts) <= set(group.facts)]
    for facts in obstacles:
        tied = [separations.tied(fact) for fact in facts]
        yield apart.claim(f"same: {', '.join(facts)}", group.names, False, *tied)
    yield _fewest(obstacles, len(splits))


def _fewest(obstacles: list[tuple[str, ...]], count: int) -> Claim:
    """Fewer facts than that do not touch every set of which one has to differ."""
    context = z3.Context()
    differs = {fact: z3.Bool(f"{fact} differs", context) for facts in obstacles for fact in facts}
    touched = [z3.Or(*(differs[fact] for fact in facts)) for facts in obstacles]
    number = z3.Sum([z3.IntVal(0, context), *(z3.If(one, 1, 0) for one in differs.values())])
    return claim(f"least: fewer than {count} facts", [*touched, number < count], "unsat", context)


def collision_claims(answer: Generality) -> Iterator[Claim]:
    """That clauses collide under the givens shown, and no fewer of them do; that there are no other collisions is not claimed."""
    scenario = answer.scenario
    encoding = encoding_of(scenario)
    duties = {duty.id: duty for duty in (*scenario.duties, *(entry.duty for entry in scenario.open))}
    terms = {name: duty_term(duty, encoding) for name, duty in duties.items()}
    axioms = list(dict.fromkeys(encoding.term(premise.formula, premise.place) for premise in scenario.premises))
    ground = _Ground(encoding, [*axioms, *encoding.ranges()], terms)
    for collision in answer.collisions:
        yield from ground.minimal("collision", tuple(_ids(collision)), *_givens(collision, encoding))


def _ids(collision: Collision) -> Iterator[str]:
    return (clause.full_id for clause in collision.clauses)


def _givens(collision: Collision, encoding: Encoding) -> list[z3.BoolRef]:
    return [encoding.fact_is(given.fact, given.value, given.market) for given in collision.givens]
