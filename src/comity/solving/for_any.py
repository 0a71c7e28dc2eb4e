"""Is there any system for which the duties collide? The givens are free here, as long as no clause forbids the system outright.

Clauses collide if there are givens under which no choices meet them all, though each clause alone can be met: *exists* givens, *for all*
choices. It is decided by counterexamples: givens are proposed, choices that meet the duties under them are learnt, and the next givens
have to defeat every choice learnt so far, until none are left or no choices meet the duties. Which sets of clauses are minimal is asked
of this decision alone, so that the answer does not depend on which counterexamples a solver happens to find.
Source: A. Solar-Lezama et al., "Combinatorial sketching for finite programs" (ASPLOS 2006), on exists-forall by counterexamples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import z3

from comity.clauses.critical import CriticalValues
from comity.clauses.tree import Kind
from comity.language import Message
from comity.solving.conflicts import all_minimal_sets
from comity.solving.connected import connected
from comity.solving.dominance import replaced, variables, without_dominated
from comity.solving.groups import duty_term, encoding_of, preference
from comity.solving.worlds import NotDecidedError, ReplayError, new_solver, possible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Value
    from comity.engines.smt import Encoding
    from comity.library.model import Clause
    from comity.solving.conflicts import Conflicts
    from comity.solving.scenario import Duty, Premise, Scenario

MOST_COUNTEREXAMPLES = 2000
"""How many choices are learnt for one question before it is left undecided."""


class Given(NamedTuple):
    """A given of the system for which clauses collide; `market` is empty where it holds everywhere."""

    fact: str
    market: str
    value: Value


@dataclass(frozen=True, slots=True)
class Collision:
    """Clauses that can collide, minimal, with the plainest givens under which they do.

    Attributes:
        clauses: the clauses, in the order of preference.
        facts: the choices that they fight over.
        givens: the givens that force the collision; whatever the others are, it stays.
        dissolves: whether it is gone once the choices that may differ by market do.
    """

    clauses: tuple[Clause, ...]
    facts: tuple[str, ...]
    givens: tuple[Given, ...]
    dissolves: bool


@dataclass(frozen=True)
class Generality:
    """The answer.

    Attributes:
        scenario: the markets and the day, and what was assumed or kept.
        collisions: every minimal set of clauses that can collide.
        prohibitions: the clauses that forbid some systems outright, whatever is chosen.
        complete: whether these are all.
        clauses: how many clauses were looked at.
    """

    scenario: Scenario
    collisions: tuple[Collision, ...]
    prohibitions: tuple[Clause, ...]
    complete: bool
    clauses: int


def reconcile_any(scenario: Scenario, *, limit: int) -> Generality:
    """Every way in which the duties of a scenario can collide, whatever the givens that it leaves unknown.

    Args:
        scenario: usually one of which nothing is known but the markets.
        limit: how many collisions to look for in each group of duties that hang together; 0 for all.

    Raises:
        NotDecidedError: the solver did not answer in time, or too many counterexamples were needed.
    """
    duties = [*scenario.duties, *(entry.duty for entry in scenario.open)]
    positions = {clause: position for position, clause in enumerate(scenario.library.clauses)}
    duties.sort(key=lambda duty: preference(duty, positions[duty.id], scenario))
    ground = _Ground(duties, scenario)
    forbidding = {name for name, term in ground.settled.items() if ground.can_be(z3.Not(term))}
    collisions: list[Collision] = []
    complete = True
    for names, axioms in ground.contested():
        arena = _Arena(names, axioms, ground)
        forbidding |= {name for name in names if arena.forbids(name)}
        found = arena.collisions(limit)
        complete = complete and found.complete
        collisions += [arena.collision(conflict) for conflict in found.sets]
    prohibitions = tuple(duty.clause for duty in duties if duty.id in forbidding)
    return Generality(scenario, tuple(collisions), prohibitions, complete, len(duties))


class _Ground:
    """All duties as terms, with the choices out of the way that help some and hinder none."""

    def __init__(self, duties: list[Duty], scenario: Scenario) -> None:
        self.duties = {duty.id: duty for duty in duties}
        self.scenario = scenario
        self.encoding: Encoding = encoding_of(scenario)
        parts: list[Duty | Premise] = [*duties, *scenario.premises]
        trees = [part.formula for part in parts]
        self.critical = CriticalValues(trees, scenario.library.vocabulary.definitions)
        facts = {fact for part in parts for fact in part.facts}
        self.choices = sorted(fact for fact in facts if scenario.library.fact(fact).nature == "choice")
        terms = {duty.id: duty_term(duty, self.encoding) for duty in duties}
        self.axioms = list(
            dict.fromkeys(self.encoding.term(premise.formula, premise.place) for premise in scenario.premises)
        )
        self.variables = {
            variable.decl().name(): (fact, variable)
            for fact in self.choices
            for variable in _variables(self.encoding, fact)
        }
        self.terms = without_dominated(terms, self.axioms, self.choices, self.encoding, self.critical)
        self.reads = {name: variables(term) & self.variables.keys() for name, term in self.terms.items()}
        self.settled = {name: term for name, term in self.terms.items() if not self.reads[name]}
        self.solver = new_solver(self.encoding)
        self.solver.add(*self.axioms, *self.encoding.ranges())

    def can_be(self, term: z3.BoolRef) -> bool:
        """Whether a term holds of some system."""
        return possible(self.solver, term)

    @cached_property
    def _groups(self) -> list[tuple[tuple[str, ...], tuple[z3.BoolRef, ...]]]:
        """Duties that share choices, with the axioms that bear on these choices; and axioms that touch no duty."""
        names = [name for name in self.terms if self.reads[name]]
        linked = [(axiom, read) for axiom in self.axioms if (read := variables(axiom) & self.variables.keys())]
        groups = connected([*(self.reads[name] for name in names), *(read for _, read in linked)])
        return [
            (
                tuple(names[index] for index in group if index < len(names)),
                tuple(linked[index - len(names)][0] for index in group if index >= len(names)),
            )
            for group in groups
        ]

    def contested(self) -> list[tuple[tuple[str, ...], tuple[z3.BoolRef, ...]]]:
        """The duties that can pull in different directions, by groups that share choices, with the axioms that bear on them."""
        return [(names, axioms) for names, axioms in self._groups if names]

    @cached_property
    def proposing(self) -> z3.Solver:
        """A solver that proposes givens: consistent ones, and if `allowed` is assumed such that each duty alone can be met."""
        solver = new_solver(self.encoding)
        solver.add(*self.encoding.ranges())
        solver.add(*(axiom for axiom in self.axioms if variables(axiom).isdisjoint(self.variables)))
        alone = list(self.settled.values())
        for names, axioms in self._groups:
            solver.add(*self._copied(list(axioms), "any"))
            for name in names:
                alone += self._copied([*axioms, self.terms[name]], name)
        solver.add(z3.Implies(self.allowed, z3.And(*alone, self.encoding.literal(True))))
        return solver

    @cached_property
    def allowed(self) -> z3.BoolRef:
        """That no clause forbids the system outright."""
        return z3.Bool("nothing forbids it", self.encoding.context)

    def _copied(self, terms: list[z3.BoolRef], name: str) -> list[z3.BoolRef]:
        """Terms about other choices under the same givens, with the ranges of these choices."""
        read = sorted(frozenset[str]().union(*map(variables, terms)) & self.variables.keys())
        ranges = self.encoding.ranges({self.variables[own][0] for own in read})
        old = [self.variables[own][1] for own in read]
        new = [z3.Const(f"{own} # {name}", one.sort()) for own, one in zip(read, old, strict=True)]
        return replaced([*terms, *ranges], list(zip(old, new, strict=True)))


class _Arena:
    """Two solvers over one group of duties: one proposes givens, the other answers with choices."""

    def __init__(self, names: tuple[str, ...], axioms: tuple[z3.BoolRef, ...], ground: _Ground) -> None:
        self.ground = ground
        self.encoding = ground.encoding
        self.axioms = axioms
        self.terms = {name: ground.terms[name] for name in names}
        read = frozenset[str]().union(*map(variables, (*self.terms.values(), *axioms)))
        self.choices = [ground.variables[name][1] for name in sorted(read & ground.variables.keys())]
        self.givens = list(self._givens(read))
        self.given_variables = [
            one
            for fact, place in self.givens
            for one in _variables(self.encoding, fact, place)
            if one.decl().name() in read
        ]
        self.switches = {name: z3.Bool(f"demand {name}", self.encoding.context) for name in names}
        self.here = z3.Bool(f"among those with {names[0]}", self.encoding.context)
        self.answering = new_solver(self.encoding)
        self.answering.add(*axioms, *self.encoding.ranges())
        self.answering.add(*(z3.Implies(self.switches[name], term) for name, term in self.terms.items()))

    def _givens(self, read: frozenset[str]) -> Iterator[tuple[str, str]]:
        """The givens that the terms read, each with its market, sorted."""
        parts: list[tuple[frozenset[str], tuple[str, ...]]] = [
            (duty.facts, duty.places) for duty in (self.ground.duties[name] for name in self.terms)
        ]
        parts += [(premise.facts, (premise.place,)) for premise in self.ground.scenario.premises]
        seen = {
            (fact, self.encoding.market_of(fact, place))
            for facts, places in parts
            for fact in facts.difference(self.ground.choices)
            for place in places
        }
        for fact, place in sorted(seen):
            if any(one.decl().name() in read for one in _variables(self.encoding, fact, place)):
                yield fact, place

    def forbids(self, name: str) -> bool:
        """Whether some givens make a duty impossible, whatever is chosen."""
        return self.defeated((name,), allowed=False) is not None

    def collisions(self, limit: int) -> Conflicts:
        """The minimal sets of duties that can collide."""
        return all_minimal_sets(tuple(self.terms), lambda names: self.defeated(names) is None, limit)

    def defeated(self, names: Iterable[str], *fixed: z3.BoolRef, allowed: bool = True) -> z3.ModelRef | None:
        """Givens under which no choices meet these duties, or None if there are none."""
        wanted = set(names)
        chosen = [self.switches[name] for name in self.terms if name in wanted]
        off = [z3.Not(self.switches[name]) for name in self.terms if name not in wanted]
        ground = [self.here, *chosen, *off, *fixed, *([self.ground.allowed] if allowed else [])]
        for _ in range(MOST_COUNTEREXAMPLES):
            if not possible(self.ground.proposing, *ground):
                return None
            proposal = self.ground.proposing.model()
            world = [variable == proposal.eval(variable, model_completion=True) for variable in self.given_variables]
            answer = self._answer(world, chosen, wanted)
            if answer is None:
                return proposal
            self._learn(answer)
        raise NotDecidedError(Message("too many counterexamples were needed; nothing is concluded"))

    def _answer(self, world: list[z3.BoolRef], chosen: list[z3.BoolRef], wanted: set[str]) -> z3.ModelRef | None:
        """Choices that meet these duties under given givens, and as many of the other duties as can be had."""
        if not possible(self.answering, *world, *chosen):
            return None
        model = self.answering.model()
        taken = list(chosen)
        for name, switch in self.switches.items():
            if name in wanted:
                continue
            if z3.is_true(model.eval(self.terms[name], model_completion=True)):
                taken.append(switch)
            elif possible(self.answering, *world, *taken, switch):
                model = self.answering.model()
                taken.append(switch)
        return model

    def _learn(self, model: z3.ModelRef) -> None:
        """From now on, proposals have to defeat these choices."""
        pairs = [(variable, model.eval(variable, model_completion=True)) for variable in self.choices]
        defeats = [
            z3.And(self.switches[name], z3.Not(z3.substitute(term, *pairs))) for name, term in self.terms.items()
        ]
        defeats += [z3.Not(z3.substitute(axiom, *pairs)) for axiom in self.axioms]
        self.ground.proposing.add(z3.Implies(self.here, z3.simplify(z3.Or(*defeats))))

    def collision(self, names: tuple[str, ...]) -> Collision:
        """A set of duties that can collide, with the plainest givens that force it.

        Raises:
            ReplayError: the givens found do not force it.
        """
        duties = [self.ground.duties[name] for name in names]
        plainest = _Plainest(self, names)
        read = frozenset[str]().union(*(variables(self.terms[name]) for name in names))
        witness = [
            Given(fact, place, plainest.value(fact, place))
            for fact, place in self.givens
            if any(one.decl().name() in read for one in _variables(self.encoding, fact, place))
        ]
        needed = self._needed(names, witness)
        read_by = [name for duty in duties for name in self.ground.reads[duty.id]]
        facts = sorted({self.ground.variables[name][0] for name in read_by if read_by.count(name) > 1})
        apart = self._dissolves(duties, needed)
        return Collision(tuple(duty.clause for duty in duties), tuple(facts), needed, apart)

    def _dissolves(self, duties: list[Duty], needed: tuple[Given, ...]) -> bool:
        """Whether the duties can be met for these givens once every choice that may differ by market does."""
        library = self.ground.scenario.library
        encoding = encoding_of(self.ground.scenario, {fact.id for fact in library.data.facts if fact.per_market})
        solver = new_solver(encoding)
        solver.add(*(duty_term(duty, encoding) for duty in duties))
        solver.add(*(encoding.term(one.formula, one.place) for one in self.ground.scenario.premises))
        solver.add(*(encoding.fact_is(given.fact, given.value, given.market) for given in needed), *encoding.ranges())
        return possible(solver)

    def _needed(self, names: tuple[str, ...], witness: list[Given]) -> tuple[Given, ...]:
        """The givens that suffice to force the collision; those that can be dropped are, the last first."""
        chosen = [self.switches[name] for name in names]
        terms = {given: self.encoding.fact_is(given.fact, given.value, given.market) for given in witness}
        if possible(self.answering, *terms.values(), *chosen):
            raise ReplayError(Message("a world that the solver found was not confirmed; nothing is concluded from it"))
        for given in reversed(witness):
            rest = [term for other, term in terms.items() if other != given]
            if not possible(self.answering, *rest, *chosen):
                del terms[given]
        return tuple(terms)


def _variables(encoding: Encoding, fact: str, place: str = "") -> list[Any]:
    """The variable of a fact, or those of a set's members."""
    variable = encoding.variable(fact, place)
    return list(variable.values()) if isinstance(variable, dict) else [variable]


class _Plainest:
    """Fixes the givens of a collision one by one, keeping an example of what is fixed so far."""

    def __init__(self, arena: _Arena, names: tuple[str, ...]) -> None:
        self.arena = arena
        self.names = names
        self.fixed: list[z3.BoolRef] = []
        if not self._collides():
            raise ReplayError(Message("there is no world to show"))

    def _collides(self, *more: z3.BoolRef) -> bool:
        found = self.arena.defeated(self.names, *self.fixed, *more)
        if found is not None:
            self.example = found
        return found is not None

    def _holds(self, term: z3.BoolRef) -> bool:
        """Whether a term can be fixed: it holds of the example at hand, or of another one."""
        if z3.is_true(self.example.eval(term, model_completion=True)) or self._collides(term):
            self.fixed.append(term)
            return True
        return False

    def value(self, fact: str, place: str) -> Value:
        """The first value of a given under which the duties still collide, together with what is fixed."""
        encoding, critical = self.arena.encoding, self.arena.ground.critical
        fact_type = encoding.names.types[fact]
        if fact_type.kind is not Kind.SET:
            values = critical.of(fact, fact_type)
            found = next((value for value in values if self._holds(encoding.fact_is(fact, value, place))), None)
            if found is None:
                raise ReplayError(Message("there is no world to show"))
            return found
        held: set[str] = set()
        named = critical.members.get(fact, set())
        for value, member in encoding.variable(fact, place).items():
            if value in named and not self._holds(z3.Not(member)):
                self.fixed.append(member)
                held.add(value)
        return frozenset(held)
