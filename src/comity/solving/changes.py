"""Which changes of facts make which duties known to be met: one group of duties that share facts, asked of a solver.

A change is an *item*: to alter what is known of a choice, or to establish what is not. An item that is not taken freezes its
fact: what is known stays, and what is unknown stays unknown, in the sense of Kleene's logic (`Encoding.certainty`), so that a
duty counts as met only where the facts then known decide it. The solver tells which frozen facts stand against which duties (a
core); `plan_hitting` finds the cheapest way out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import z3

from comity.solving.conflicts import Demands, all_conflicts
from comity.solving.frontier import lightest_hits
from comity.solving.hitting_sets import cheapest_hit
from comity.solving.worlds import new_solver, possible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.clauses.tree import Expression, Value
    from comity.engines.smt import Encoding
    from comity.solving.conflicts import Conflicts
    from comity.solving.hitting_sets import Hit, Scale
    from comity.solving.scenario import Duty

CONFLICT_LIMIT = 20

Kind: TypeAlias = Literal["change", "establish"]


class Item(NamedTuple):
    """A change of one fact: alter what is known of it, or establish what is not."""

    fact: str
    kind: Kind


Core: TypeAlias = frozenset[Item | str]
"""Items that are not taken and duties (by id) that cannot all be met without one of them."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A fact in jurisdictions that share one value of it; `now` is what is known of it, or None."""

    fact: str
    jurisdictions: tuple[str, ...]
    now: Value | None

    @property
    def item(self) -> Item:
        """The change that frees the slot."""
        return Item(self.fact, "establish" if self.now is None else "change")


@dataclass(frozen=True, slots=True)
class Condition:
    """What remains of an axiom in one jurisdiction."""

    formula: Expression
    jurisdiction: str
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """The cheapest items of a group under which all but `waived` of its duties are met."""

    items: frozenset[Item]
    waived: frozenset[str]
    weight: int


@dataclass
class Group:
    """Duties that share facts, even through others, with the axioms on these.

    Attributes:
        duties: in the order of the library.
        conditions: what the axioms say.
        slots: of every choice that the duties read, and of known ones that only the conditions read; sorted.
        encoding: in which facts are split that differ by jurisdiction.
        scale: what items weigh, those of other groups too.
        cores: what the solver has told so far.
        sufficient: choices that the solver has confirmed.
    """

    duties: tuple[Duty, ...]
    conditions: tuple[Condition, ...]
    slots: tuple[Slot, ...]
    encoding: Encoding
    scale: Scale[Item]
    cores: list[Core] = field(default_factory=list)
    sufficient: set[Choice] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.solver = new_solver(self.encoding)
        self.solver.add(*self.background())
        self.items = tuple(sorted({slot.item for slot in self.slots}))
        self.switches: dict[Item | str, z3.BoolRef] = {}
        for item in self.items:
            self.switches[item] = z3.Bool(f"frozen {item.fact} {item.kind}", self.encoding.context)
            self.solver.add(z3.Implies(self.switches[item], self.frozen(item)))
        for duty in self.duties:
            self.switches[duty.id] = z3.Bool(f"duty {duty.id}", self.encoding.context)
            self.solver.add(z3.Implies(self.switches[duty.id], self.met(duty)))
        self.weight: dict[Item | str, int] = {item: self.scale.weights[item] for item in self.items}
        self._names = {switch.decl().name(): name for name, switch in self.switches.items()}

    def met(self, duty: Duty) -> z3.BoolRef:
        """That a duty is known to be met, or known not to apply."""
        return self.encoding.certainty(duty.formula, duty.clause.jurisdiction).true

    def background(self) -> list[z3.BoolRef]:
        """What holds whatever is changed: ranges, axioms, one value in jurisdictions that share it, and that what is known is known."""
        terms: list[z3.BoolRef] = []
        facts = {slot.fact for slot in self.slots}
        for condition in self.conditions:
            terms.append(self.encoding.term(condition.formula, condition.jurisdiction))
            facts |= condition.facts
        for slot in self.slots:
            first, *others = slot.jurisdictions
            if slot.fact in self.encoding.split:
                terms += [self.encoding.same(slot.fact, first, other) for other in others]
            if slot.now is not None:
                terms += [self.encoding.known(slot.fact, place) for place in slot.jurisdictions]
            self.encoding.variable(slot.fact, first)
        return terms + self.encoding.ranges(facts)

    def frozen(self, item: Item) -> z3.BoolRef:
        """That an item is not taken."""
        terms: list[z3.BoolRef] = []
        for slot in self.slots:
            if slot.item != item:
                continue
            if slot.now is None:
                terms += [z3.Not(self.encoding.known(slot.fact, place)) for place in slot.jurisdictions]
            else:
                terms += [self.encoding.fact_is(slot.fact, slot.now, place) for place in slot.jurisdictions]
        return z3.And(*terms)

    def core(self, items: Iterable[Item], duties: Iterable[str]) -> Core | None:
        """Why these items do not suffice for these duties; None where they do.

        Raises:
            NotDecidedError: the solver did not answer in time.
        """
        taken = set(items)
        asked: list[Item | str] = [item for item in self.items if item not in taken]
        asked += sorted(duties)
        if self._fits(asked):
            return None
        names = self._unsatisfied()
        for name in [name for name in asked if name in names]:
            smaller = [other for other in asked if other in names and other != name]
            if not self._fits(smaller):
                names = self._unsatisfied()
        return frozenset(names)

    def _fits(self, names: Iterable[Item | str]) -> bool:
        return possible(self.solver, *(self.switches[name] for name in names))

    def _unsatisfied(self) -> set[Item | str]:
        return {self._names[switch.decl().name()] for switch in self.solver.unsat_core()}

    def cheapest(self) -> Choice | None:
        """The cheapest items under which all duties are met; None where there are none.

        The answer is the only optimum: a set of items is accepted when it hits every core found so far and suffices, and no cheaper set
        hits these cores.

        Raises:
            NotDecidedError: the solver did not answer in time, or the search is too large.
        """
        every = frozenset(duty.id for duty in self.duties)
        while True:
            hit: Hit[Item | str] | None = cheapest_hit(self.cores, self.weight)
            if hit is None:
                return None
            items = frozenset(name for name in hit.names if isinstance(name, Item))
            found = self._disjoint_cores(items, every)
            if not found:
                return Choice(items, frozenset(), hit.weight)
            self.cores += found

    def frontier(self, required: frozenset[str], heaviest: int | None) -> list[Choice]:
        """The cheapest choice for each number of duties that are given up, fewest first, as far as giving up more makes it cheaper.

        Args:
            required: duties that may not be given up.
            heaviest: what a choice may weigh at most.

        Raises:
            NotDecidedError: the solver did not answer in time, or the search is too large.
        """
        every = frozenset(duty.id for duty in self.duties)
        waivers: list[Item | str] = [duty.id for duty in self.duties if duty.id not in required]
        while True:
            choices: list[Choice] = []
            found: list[Core] = []
            for point in lightest_hits(self.cores, self.weight, waivers, heaviest):
                items = frozenset(name for name in point.items if isinstance(name, Item))
                choice = Choice(items, frozenset(name for name in point.waived if isinstance(name, str)), point.weight)
                choices.append(choice)
                if choice not in self.sufficient:
                    cores = self._disjoint_cores(items, every - choice.waived)
                    found += cores
                    if not cores:
                        self.sufficient.add(choice)
            if not found:
                return choices
            self.cores += found

    def _disjoint_cores(self, items: frozenset[Item], duties: frozenset[str]) -> list[Core]:
        """Cores that share no item, as many as can be found one after the other; none where the items suffice."""
        found: list[Core] = []
        while (core := self.core(items, duties)) is not None:
            found.append(core)
            items |= {name for name in core if isinstance(name, Item)}
            if items.issuperset(self.items) or not any(isinstance(name, Item) for name in core):
                break
        return found

    def conflicts(self) -> Conflicts:
        """Every minimal set of duties that no change of the choices can meet together.

        Raises:
            NotDecidedError: the solver did not answer in time.
        """
        terms = {duty.id: self.met(duty) for duty in self.duties}
        return all_conflicts(Demands(self.encoding, self.background(), terms), CONFLICT_LIMIT)
