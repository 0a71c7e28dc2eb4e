"""To what should a fact be changed? The plainest values under which the duties are met, the same whatever the solver's luck.

Facts are fixed in the order of their ids. What is known moves as little as it can: a set gains and loses as few values as
possible, a number goes to the nearest value that makes a difference. What is not known takes the least that is asked: the smallest
set, `false` before `true`, the lowest number where duties ask for at least so much, and the highest where they ask for at most so
much. Jurisdictions that may differ get one value where one does.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import z3

from comity.clauses import tree as t
from comity.clauses.critical import CriticalValues
from comity.clauses.tree import Kind
from comity.language import Message
from comity.solving.worlds import ReplayError, possible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.clauses.tree import Expression, Value
    from comity.solving.changes import Choice, Group, Slot


def plainest_values(group: Group, choice: Choice) -> dict[Slot, Value]:
    """A value for every slot that the items of a choice free.

    Raises:
        NotDecidedError: the solver did not answer in time.
    """
    search = _Search(group, choice)
    freed: defaultdict[str, list[Slot]] = defaultdict(list)
    for slot in group.slots:
        if slot.item in choice.items:
            freed[slot.fact].append(slot)
    found: dict[Slot, Value] = {}
    for fact in sorted(freed, key=lambda fact: (fact in search.critical.entangled, fact)):
        found |= search.values(fact, freed[fact])
    return found


class _Search:
    """Fixes one value after the other, keeping a model of what is fixed, so that most steps need no solver call."""

    def __init__(self, group: Group, choice: Choice) -> None:
        self.group = group
        self.encoding = group.encoding
        trees = [duty.formula for duty in group.duties] + [condition.formula for condition in group.conditions]
        self.definitions = dict(self.encoding.names.definitions)
        self.critical = CriticalValues(trees, self.definitions)
        self.upwards, self.downwards = _directions([duty.require for duty in group.duties], self.critical)
        names = [item for item in group.items if item not in choice.items]
        duties = [duty.id for duty in group.duties if duty.id not in choice.waived]
        self.fixed: list[z3.BoolRef] = [group.switches[item] for item in names]
        self.fixed += [group.switches[duty] for duty in duties]
        if not self.fits():
            raise ReplayError(Message("there is no world to show"))

    def fits(self, *more: z3.BoolRef) -> bool:
        """Whether what is fixed fits together with more; the model is kept if so."""
        if not possible(self.group.solver, *self.fixed, *more):
            return False
        self.model = self.group.solver.model()
        return True

    def holds(self, term: z3.BoolRef) -> bool:
        """Whether a term can be fixed; it is, if so."""
        if z3.is_true(self.model.eval(term, model_completion=True)) or self.fits(term):
            self.fixed.append(term)
            return True
        return False

    def values(self, fact: str, slots: list[Slot]) -> dict[Slot, Value]:
        """Values of one fact: one for all slots where these know the same now and one does, else one for each."""
        places = [place for slot in slots for place in slot.jurisdictions]
        alike = all(slot.now == slots[0].now for slot in slots)
        if len(slots) > 1 and alike and self.holds(self._one(fact, places)):
            return dict.fromkeys(slots, self.value(slots[0], keep=False))
        return {slot: self.value(slot, keep=len(slots) > 1) for slot in slots}

    def _one(self, fact: str, places: list[str]) -> z3.BoolRef:
        """That a fact has one value in all places, and another one than now."""
        return z3.And(
            *(self.encoding.same(fact, places[0], place) for place in places[1:]), self.encoding.literal(True)
        )

    def value(self, slot: Slot, *, keep: bool) -> Value:
        """The plainest value of a slot; `keep` says that staying as it is comes first."""
        place = slot.jurisdictions[0]
        if self.encoding.names.types[slot.fact].kind is Kind.SET:
            return self._set(slot, place)
        for value in self._candidates(slot, keep=keep):
            if self.holds(self.encoding.fact_is(slot.fact, value, place)):
                return value
        value = self.encoding.value(self.model, slot.fact, place)
        self.fixed.append(self.encoding.fact_is(slot.fact, value, place))
        return value

    def _candidates(self, slot: Slot, *, keep: bool) -> list[Value]:
        fact_type = self.encoding.names.types[slot.fact]
        values = self.critical.of(slot.fact, fact_type)
        if slot.now is not None:
            now = slot.now
            values = sorted((value for value in values if value != now), key=lambda value: _distance(value, now))
            return [now, *values] if keep else values
        if slot.fact in self.downwards - self.upwards:
            named = self.critical.literals.get(slot.fact, set())
            literals = [value for value in values if value in named]
            return [*reversed(literals), *(value for value in values if value not in named)]
        return values

    def _set(self, slot: Slot, place: str) -> frozenset[str]:
        """The set with the fewest values gained and lost; among equals, that which moves the values declared first."""
        now = slot.now if isinstance(slot.now, frozenset) else frozenset[str]()
        members = self.encoding.variable(slot.fact, place)
        moved = {value: z3.Not(member) if value in now else member for value, member in members.items()}
        named = self.critical.members.get(slot.fact, set())
        self.fixed += [z3.Not(move) for value, move in moved.items() if value not in named]
        self.fits()
        moved = {value: move for value, move in moved.items() if value in named}
        self._move_few(list(moved.values()))
        held = set(now)
        for value, move in moved.items():
            if self.holds(move):
                held ^= {value}
            else:
                self.fixed.append(z3.Not(move))
        return frozenset(held)

    def _move_few(self, moves: list[z3.BoolRef]) -> None:
        """Fix that as few of these are true as can be."""

        def count() -> int:
            return sum(z3.is_true(self.model.eval(move, model_completion=True)) for move in moves)

        few = count()
        while few and self.fits(_at_most(moves, few - 1)):
            few = count()
        if moves:
            self.fixed.append(_at_most(moves, few))
            self.fits()


def _at_most(terms: list[z3.BoolRef], count: int) -> z3.BoolRef:
    return z3.PbLe([(term, 1) for term in terms], count)


def _distance(value: Value, now: Value) -> float:
    """How far a number, date or duration is from what it is now; other values are all as far."""
    match value, now:
        case (bool(), _) | (_, bool()):
            return 0.0
        case (int() | float(), int() | float()):
            return abs(value - now)
        case (date(), date()):
            return float(abs(value.toordinal() - now.toordinal()))
        case (timedelta(), timedelta()):
            return abs((value - now).total_seconds())
        case _:
            return 0.0


def _directions(requirements: Iterable[Expression], critical: CriticalValues) -> tuple[set[str], set[str]]:
    """The facts of which requirements ask for at least so much, and for at most so much."""
    upwards: set[str] = set()
    downwards: set[str] = set()
    pending = [(tree, True) for tree in requirements]
    while pending:
        node, wanted = pending.pop()
        match node:
            case t.Not(operand=operand):
                pending.append((operand, not wanted))
            case t.And(operands=operands) | t.Or(operands=operands):
                pending += [(operand, wanted) for operand in operands]
            case t.Choose(then=then, otherwise=otherwise):
                pending += [(then, wanted), (otherwise, wanted)]
            case t.Named(name=name):
                pending.append((critical.definitions[name].tree, wanted))
            case t.Compare(operator="<" | "<=" | ">" | ">=" as operator, left=left, right=right):
                for side, grows in ((left, operator[0] == ">"), (right, operator[0] == "<")):
                    if isinstance(side, t.Fact):
                        (upwards if grows is wanted else downwards).add(side.id)
            case _:
                pass
    return upwards, downwards
