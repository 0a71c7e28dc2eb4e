"""What is the cheapest way into these markets? The fewest efforts that make every binding clause known to be met, and in which order.

From where the dossier is, every choice may be changed, and every unknown choice may be established; givens stay as they are,
and clauses that wait for unknown givens are set aside and listed. The cost is proven to be the least (`plan_changes`), the plan
is the first among those that cost the same, and every promise is judged again by `assess` on the dossier with the steps
applied before anyone sees it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from comity.clauses.formula import facts_of
from comity.engines.residual import is_true, residual
from comity.engines.smt import Encoding
from comity.language import Message
from comity.questions.plan_order import ordered
from comity.questions.plan_world import market_duties, world_of
from comity.solving.budget import best_within
from comity.solving.changes import Condition, Group
from comity.solving.hitting_sets import weights
from comity.solving.scenario import build_scenario
from comity.solving.target_values import plainest_values
from comity.solving.worlds import ReplayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from comity.clauses.tree import Value
    from comity.dossier.assumptions import Assumption
    from comity.dossier.model import Dossier
    from comity.library.loader import Library
    from comity.questions.plan_world import World
    from comity.solving.changes import Choice, Core, Slot
    from comity.solving.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Step:
    """One fact to change or to establish.

    Attributes:
        fact: the fact.
        before, after: its values by jurisdiction; None where it is not known.
        cost: what the step costs.
        total: what the plan costs up to and with it.
        closes: clauses that the step brings to `met` or `not_applicable`.
        reopens: clauses that it takes out of these, until a later step brings them back.
        opens: markets in which nothing binding is left open after it, but what waits for unknown givens.
    """

    fact: str
    before: Mapping[str, Value | None]
    after: Mapping[str, Value]
    cost: Fraction
    total: Fraction
    closes: tuple[str, ...]
    reopens: tuple[str, ...]
    opens: tuple[str, ...]

    @property
    def establishes(self) -> bool:
        """Whether nothing was known of the fact where the step gives it a value."""
        return all(value is None for value in self.before.values())


@dataclass(frozen=True, slots=True)
class OpenGiven:
    """An unknown given that has to be found out: its price, and the clauses that wait for it."""

    fact: str
    cost: Fraction
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarketProgress:
    """How far the plan opens a market.

    Attributes:
        market: the market.
        cost: what has been spent when nothing binding is left open but `waiting`; None where the plan does not get there.
        left: clauses that stay open.
        waiting: clauses that wait for unknown givens.
    """

    market: str
    cost: Fraction | None
    left: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def opened(self) -> bool:
        """Whether nothing at all is left open."""
        return self.cost is not None and not self.waiting


@dataclass(frozen=True)
class Plan:
    """The answer.

    Attributes:
        scenario: its ground.
        dossier: where the system is, with what was assumed.
        target: the dossier with all steps applied.
        possible: whether all promised clauses can be met together.
        per_market: whether facts that can differ by market were allowed to.
        budget: what may be spent, or None for no limit.
        cost: what the steps cost together.
        steps: in the order that unlocks most clauses per cost.
        promised: the clauses that `target` meets, or that do not apply to it, of those that a choice can still decide.
        left: clauses that stay open for want of budget, or because they conflict.
        waiting: clauses that wait for unknown givens.
        open_givens: the unknown givens that they wait for, the most wanted first.
        conflicts: minimal sets of clauses that no change can meet together; empty where `possible`.
        conflicts_complete: whether these are all.
        possible_per_market: where it is not `possible`: whether it is if facts that can differ by market may.
        markets: how far each market gets.
        cores: why nothing cheaper does: changes of which at least one is needed, or else a duty has to be left open.
    """

    scenario: Scenario
    dossier: Dossier
    target: Dossier
    possible: bool
    per_market: bool
    budget: Fraction | None
    cost: Fraction
    steps: tuple[Step, ...]
    promised: tuple[str, ...]
    left: tuple[str, ...]
    waiting: tuple[str, ...]
    open_givens: tuple[OpenGiven, ...]
    conflicts: tuple[tuple[str, ...], ...]
    conflicts_complete: bool
    possible_per_market: bool | None
    markets: tuple[MarketProgress, ...]
    cores: tuple[Core, ...]


def plan(
    dossier: Dossier,
    library: Library,
    *,
    markets: Iterable[str] | None = None,
    on: date,
    budget: float | None = None,
    per_market: bool = False,
    assume: Iterable[Assumption] = (),
    keep: Iterable[str] = (),
) -> Plan:
    """The cheapest changes that open these markets.

    Args:
        dossier: where the system is.
        library: the rules.
        markets: jurisdictions to get into; by default those of the dossier.
        on: the day; clauses in force on it count.
        budget: what may be spent; then as many clauses as possible are met, and among equals as many markets opened.
        per_market: whether facts that can differ by market may; otherwise they have one value wherever the dossier gives none of its own.
        assume: values taken for true, such as givens that are not known; an assumed choice is kept.
        keep: choices that stay as the dossier has them.

    Raises:
        InputError: an assumption or a fact to keep does not fit.
        NotDecidedError: the solver did not answer in time.
    """
    scenario = build_scenario(
        library, dossier, markets=dossier.markets if markets is None else markets, on=on, assume=assume, keep=keep
    )
    world = world_of(dossier, scenario)
    groups = duty_groups(scenario, world, per_market=per_market)
    limit = None if budget is None else Fraction(budget)
    whole = [group.cheapest() for group in groups]
    choices = _affordable(groups, whole, world, limit)
    values: dict[Slot, Value] = {}
    for group, choice in zip(groups, choices, strict=False):
        values |= plainest_values(group, choice)
    target = world.changed(values)
    closed = target.closed()
    promised = _promised(scenario, world, choices, closed) if choices else ()
    steps = _steps(world, values, choices, promised)
    waiting = tuple(entry.clause.full_id for entry in scenario.open if entry.clause.full_id not in closed)
    conflicts = [group.conflicts() for group, choice in zip(groups, whole, strict=True) if choice is None]
    possible = None not in whole
    return Plan(
        scenario=scenario,
        dossier=world.dossier,
        target=target.dossier,
        possible=possible,
        per_market=per_market,
        budget=limit,
        cost=sum((step.cost for step in steps), Fraction(0)),
        steps=steps,
        promised=promised,
        left=tuple(duty.id for duty in scenario.duties if duty.id not in closed),
        waiting=waiting,
        open_givens=_open_givens(scenario, waiting),
        conflicts=tuple(
            sorted((names for found in conflicts for names in found.sets), key=lambda names: (len(names), names))
        ),
        conflicts_complete=all(found.complete for found in conflicts),
        possible_per_market=None if possible or per_market else _fits_per_market(scenario, world),
        markets=_markets(scenario, steps, closed, waiting),
        cores=tuple(core for group in groups for core in group.cores),
    )


def duty_groups(scenario: Scenario, world: World, *, per_market: bool) -> list[Group]:
    """The duties in groups that share no fact, each with the axioms that speak of its facts."""
    slots = {fact: world.slots(fact, per_market=per_market) for fact in _choices(scenario, world)}
    encoding = Encoding(scenario.library.vocabulary, split=[fact for fact, found in slots.items() if len(found) > 1])
    conditions = _conditions(scenario)
    read = {(fact, duty.clause.jurisdiction) for duty in scenario.duties for fact in duty.facts}
    used = {
        fact: [
            slot for slot in found if slot.now is not None or any((fact, place) in read for place in slot.jurisdictions)
        ]
        for fact, found in slots.items()
    }
    items = sorted({slot.item for found in used.values() for slot in found})
    scale = weights(items, {item: world.price(item) for item in items})
    groups: list[Group] = []
    for facts in _linked([*(duty.facts for duty in scenario.duties), *(condition.facts for condition in conditions)]):
        duties = tuple(duty for duty in scenario.duties if duty.facts & facts)
        own = tuple(condition for condition in conditions if condition.facts & facts)
        if duties:
            free = tuple(slot for fact in sorted(facts) for slot in used.get(fact, ()))
            groups.append(Group(duties, own, free, encoding, scale))
    hopeless = [duty for duty in scenario.duties if not duty.facts]
    return [Group((duty,), (), (), encoding, scale) for duty in hopeless] + groups


def _choices(scenario: Scenario, world: World) -> list[str]:
    """The choices that duties read, and those that axioms on them read."""
    facts = {fact for duty in scenario.duties for fact in duty.facts}
    facts |= {fact for condition in _conditions(scenario) for fact in condition.facts}
    return sorted(fact for fact in facts if scenario.library.fact(fact).nature == "choice")


def _conditions(scenario: Scenario) -> list[Condition]:
    """What the axioms still say in each jurisdiction."""
    definitions = scenario.library.vocabulary.definitions
    found: list[Condition] = []
    for place in scenario.everywhere:
        for axiom in scenario.library.data.axioms:
            formula = residual(axiom.formula.tree, scenario.fixed_in(place), definitions)
            if not is_true(formula):
                found.append(Condition(formula, place, facts_of(formula, definitions)))
    return found


def _linked(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The facts in classes such that facts of one set are in one class; classes by their first fact."""
    leader: dict[str, str] = {}

    def first(fact: str) -> str:
        while leader.setdefault(fact, fact) != fact:
            leader[fact] = leader[leader[fact]]
            fact = leader[fact]
        return fact

    for facts in sets:
        one, *others = sorted(facts) or [""]
        for other in others:
            low, high = sorted((first(one), first(other)))
            leader[high] = low
        first(one)
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for fact in leader.keys() - {""}:
        classes[first(fact)].add(fact)
    return [frozenset(classes[fact]) for fact in sorted(classes)]


def _affordable(groups: list[Group], whole: list[Choice | None], world: World, budget: Fraction | None) -> list[Choice]:
    """What is done for each group; nothing at all where the whole is impossible and no budget asks for a part of it."""
    choices = [choice for choice in whole if choice is not None]
    complete = len(choices) == len(whole)
    if budget is None:
        return choices if complete else []
    if complete and sum((world.price(item) for choice in choices for item in choice.items), Fraction(0)) <= budget:
        return choices
    return best_within(groups, market_duties(world.scenario), budget)


def _promised(scenario: Scenario, world: World, choices: list[Choice], closed: frozenset[str]) -> tuple[str, ...]:
    """The clauses that the choices close.

    Raises:
        ReplayError: `assess` does not confirm one of them.
    """
    waived = {name for choice in choices for name in choice.waived}
    promised = tuple(duty.id for duty in scenario.duties if duty.id not in waived)
    if not closed.issuperset(promised):
        raise ReplayError(Message("a plan that the solver found was not confirmed; nothing is concluded from it"))
    return promised


def _steps(
    world: World, values: Mapping[Slot, Value], choices: list[Choice], promised: tuple[str, ...]
) -> tuple[Step, ...]:
    """The steps in order, with what they cost and what they open."""
    prices: defaultdict[str, Fraction] = defaultdict(Fraction)
    for choice in choices:
        for item in choice.items:
            prices[item.fact] += world.price(item)
    before: defaultdict[str, dict[str, Value | None]] = defaultdict(dict)
    after: defaultdict[str, dict[str, Value]] = defaultdict(dict)
    for slot, value in values.items():
        before[slot.fact] |= dict.fromkeys(slot.jurisdictions, slot.now)
        after[slot.fact] |= dict.fromkeys(slot.jurisdictions, value)
    needed = market_duties(world.scenario)
    steps: list[Step] = []
    total = Fraction(0)
    closed = world.closed()
    opened = {market for market, duties in needed.items() if closed >= duties}
    for move in ordered(world, after, prices, promised):
        total += prices[move.fact]
        now = {market for market, duties in needed.items() if move.closed >= duties}
        steps.append(
            Step(
                fact=move.fact,
                before=before[move.fact],
                after=after[move.fact],
                cost=prices[move.fact],
                total=total,
                closes=move.closes,
                reopens=move.reopens,
                opens=tuple(market for market in world.scenario.markets if market in now - opened),
            )
        )
        opened = now
    return tuple(steps)


def _open_givens(scenario: Scenario, waiting: tuple[str, ...]) -> tuple[OpenGiven, ...]:
    """The unknown givens that clauses wait for."""
    clauses: defaultdict[str, list[str]] = defaultdict(list)
    for entry in scenario.open:
        if entry.clause.full_id in waiting:
            for fact in entry.givens:
                clauses[fact].append(entry.clause.full_id)
    ranked = sorted(clauses, key=lambda fact: (-len(clauses[fact]), fact))
    return tuple(
        OpenGiven(fact, Fraction(scenario.library.fact(fact).cost.establish), tuple(clauses[fact])) for fact in ranked
    )


def _fits_per_market(scenario: Scenario, world: World) -> bool:
    """Whether all duties can be met together if the facts that can differ by market do."""
    groups = duty_groups(scenario, world, per_market=True)
    return all(group.core(group.items, (duty.id for duty in group.duties)) is None for group in groups)


def _markets(
    scenario: Scenario, steps: tuple[Step, ...], closed: frozenset[str], waiting: tuple[str, ...]
) -> tuple[MarketProgress, ...]:
    """How far each market gets."""
    found: list[MarketProgress] = []
    for market in scenario.markets:
        left = tuple(duty.id for duty in scenario.duties if market in duty.places and duty.id not in closed)
        opening = [step.total for step in steps if market in step.opens]
        cost = None if left else opening[-1] if opening else Fraction(0)
        own = {entry.clause.full_id for entry in scenario.open if market in entry.duty.places}
        found.append(MarketProgress(market, cost, left, tuple(name for name in waiting if name in own)))
    return tuple(found)
