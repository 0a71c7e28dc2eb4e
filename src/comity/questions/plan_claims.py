"""What a plan claims, for anybody to recheck with another solver.

Four kinds of claims. `cannot`: facts left as they are stand against duties (a core). `least`: whatever hits all these cores costs
at least as much as the plan (where no budget cuts it short). `can`: the values of the plan meet the duties. `conflict`: clauses
that no change meets together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from comity.questions.plan import duty_groups
from comity.questions.plan_world import World
from comity.solving.changes import Item
from comity.solving.claims import claim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from comity.questions.plan import Plan
    from comity.solving.changes import Core, Group
    from comity.solving.claims import Claim


def plan_claims(answer: Plan) -> Iterator[Claim]:
    """The claims of a plan, in a fixed order."""
    world = World(answer.dossier, answer.scenario)
    groups = duty_groups(answer.scenario, world, per_market=answer.per_market)
    for group in groups:
        for core in answer.cores:
            if core <= set(group.switches):
                yield _cannot(group, core)
    if answer.possible and not answer.left:
        yield _least(answer, world)
    if answer.promised:
        yield from (_can(group, answer) for group in groups)
    for group in groups:
        yield from (_conflict(group, names) for names in answer.conflicts if set(names) <= set(group.switches))


def sorted_core(core: Core) -> tuple[list[Item], list[str]]:
    """The items and the duties of a core, each in order."""
    items = sorted(name for name in core if isinstance(name, Item))
    return items, sorted(name for name in core if isinstance(name, str))


def _cannot(group: Group, core: Core) -> Claim:
    items, duties = sorted_core(core)
    met = [group.met(duty) for duty in group.duties if duty.id in core]
    frozen = [group.frozen(item) for item in items]
    facts = ", ".join(f"{item.fact} ({item.kind})" for item in items)
    name = f"cannot: {', '.join(duties)} without any of: {facts or 'nothing'}"
    return claim(name, [*group.background(), *frozen, *met], "unsat", group.encoding.context)


def _least(answer: Plan, world: World) -> Claim:
    """No choice of items that hits every core costs less than the plan."""
    context = z3.Context()
    hits = [sorted_core(core)[0] for core in answer.cores]
    taken = {item: z3.Bool(f"take {item.fact} {item.kind}", context) for items in hits for item in items}
    free = z3.Q(0, 1, context)
    prices = [z3.If(taken[item], _exact(world.price(item), context), free) for item in sorted(taken)]
    cheaper = z3.Sum([free, *prices]) < _exact(answer.cost, context)
    name = f"least: no set that hits every core costs less than {float(answer.cost):g}"
    return claim(name, [*(z3.Or(*(taken[item] for item in items)) for items in hits), cheaper], "unsat", context)


def _exact(cost: Fraction, context: z3.Context) -> z3.RatNumRef:
    return z3.Q(cost.numerator, cost.denominator, context)


def _can(group: Group, answer: Plan) -> Claim:
    """The values of the plan meet the promised duties of a group."""
    steps = {step.fact: step for step in answer.steps}
    terms = group.background()
    for slot in group.slots:
        step = steps.get(slot.fact)
        for place in slot.jurisdictions:
            if step is not None and place in step.after:
                terms += [
                    group.encoding.known(slot.fact, place),
                    group.encoding.fact_is(slot.fact, step.after[place], place),
                ]
            elif slot.now is None:
                terms.append(z3.Not(group.encoding.known(slot.fact, place)))
            else:
                terms.append(group.encoding.fact_is(slot.fact, slot.now, place))
    promised = [duty for duty in group.duties if duty.id in answer.promised]
    name = f"can: {', '.join(duty.id for duty in promised) or 'nothing'}"
    return claim(name, [*terms, *(group.met(duty) for duty in promised)], "sat", group.encoding.context)


def _conflict(group: Group, names: tuple[str, ...]) -> Claim:
    met = [group.met(duty) for duty in group.duties if duty.id in names]
    return claim(f"conflict: {', '.join(names)}", [*group.background(), *met], "unsat", group.encoding.context)
