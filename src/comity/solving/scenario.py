"""A scenario: what is fixed, what is free, and the duties that remain between the two.

The *givens* of a system are what it is, and are fixed where they are known; its *choices* are free, but for those that are kept. Every
binding clause that can still bind is reduced to what it asks of the choices (a `Duty`); a clause that waits for an unknown given is set
aside as *open*, because no solver may choose what a system is. Nothing here needs a solver; `reconcile` and `plan` start from this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol

from comity.clauses.formula import facts_of
from comity.clauses.tree import And
from comity.engines import kleene
from comity.engines.residual import conjunction, disjunction, is_false, is_true, negation, residual
from comity.errors import InputError, did_you_mean
from comity.judging.judgement import System, phases_on
from comity.language import Message
from comity.library.elements import with_elements
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from comity.clauses.tree import Expression, Value
    from comity.dossier.assumptions import Assumption
    from comity.library.loader import Library
    from comity.library.model import Axiom, Clause, CompiledFormula

BINDING_MODALITIES = ("must", "must_not")
NOT_LAW = ("bill", "repealed")


class Description(Protocol):
    """What is known of a system: a dossier or a profile."""

    @property
    def elements(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of what it lists of each collection; a collection of which it says nothing is absent."""

    def facts_in(self, market: str) -> dict[str, Value]:
        """The known facts as they hold in a market."""


class AnySystem:
    """A system of which nothing is known."""

    elements: ClassVar[dict[str, tuple[str, ...]]] = {}

    def facts_in(self, _market: str) -> dict[str, Value]:
        """No facts."""
        return {}


@dataclass(frozen=True, slots=True)
class Duty:
    """What a clause still asks, once the givens and the kept choices are worked in.

    Attributes:
        clause: the clause.
        places: the chosen markets in which it binds; where a fact differs by market, the duty holds of the values in each of them.
        applies: when it applies; the constant true where that is certain.
        require: what it requires; the constant false where no choice can meet it.
        formula: `!applies || require`, what a system has to make true.
        facts: the free choices that `formula` reads.
    """

    clause: Clause
    places: tuple[str, ...]
    applies: Expression
    require: Expression
    formula: Expression
    facts: frozenset[str]

    @property
    def id(self) -> str:
        """The full id of the clause."""
        return self.clause.full_id


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """A clause that is set aside, and the unknown givens that it waits for, sorted."""

    duty: Duty
    givens: tuple[str, ...]

    @property
    def clause(self) -> Clause:
        """The clause."""
        return self.duty.clause


@dataclass(frozen=True, slots=True)
class Premise:
    """What remains of an axiom, or of one part of a conjunction, in one place; `facts` are the choices and unknown givens that it reads."""

    axiom: Axiom
    place: str
    formula: Expression
    facts: frozenset[str]

    @property
    def id(self) -> str:
        """The id of the axiom and the place."""
        return f"{self.axiom.id}@{self.place}"


@dataclass(frozen=True)
class Scenario:
    """A question's ground.

    Attributes:
        library: the rules.
        markets: the markets asked about, in the order given.
        everywhere: these and the wholes that they are parts of; the value of `system.markets`.
        on: the day.
        givens: the known givens in each place and jurisdiction of the scenario.
        kept: the choices that are fixed, likewise.
        assumptions: what was assumed, in the order given.
        duties: what binds or may bind, in the order of the library.
        open: what is set aside.
        premises: the axioms.
        dropped: how many binding clauses in force ask nothing here: they do not apply, or hold already.
    """

    library: Library
    markets: tuple[str, ...]
    everywhere: tuple[str, ...]
    on: date
    givens: Mapping[str, Mapping[str, Value]]
    kept: Mapping[str, Mapping[str, Value]]
    assumptions: tuple[Assumption, ...]
    duties: tuple[Duty, ...]
    open: tuple[OpenDuty, ...]
    premises: tuple[Premise, ...]
    dropped: int

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The free choices that the duties read, sorted."""
        return tuple(sorted({fact for duty in self.duties for fact in duty.facts}))

    @cached_property
    def open_givens(self) -> tuple[tuple[str, int], ...]:
        """The unknown givens that open clauses wait for, with how many wait; the most wanted first."""
        counts: dict[str, int] = {}
        for entry in self.open:
            for fact in entry.givens:
                counts[fact] = counts.get(fact, 0) + 1
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def fixed_in(self, market: str) -> dict[str, Value]:
        """Every fixed fact as it holds in a market or jurisdiction: known givens and kept choices."""
        return {**self.givens.get(market, {}), **self.kept.get(market, {})}


def build_scenario(
    library: Library,
    description: Description,
    *,
    markets: Iterable[str],
    on: date,
    assume: Iterable[Assumption] = (),
    keep: Iterable[str] = (),
) -> Scenario:
    """The scenario of a system in markets on a day.

    Args:
        library: the rules; in the scenario, clauses about a collection that the description lists are divided among its elements.
        description: a dossier or a profile.
        markets: jurisdictions of the library that the system is offered in.
        on: the day; only clauses in force on it bind.
        assume: values that are taken for true instead of what the description says; an assumed choice is kept.
        keep: choices that stay as the description has them.

    Raises:
        InputError: a fact to keep is no choice or has no value, or the givens contradict an axiom.
    """
    library = with_elements(library, description.elements)
    chosen = tuple(dict.fromkeys(markets))
    everywhere = library.with_wholes(chosen)
    assumptions = tuple(assume)
    kept_facts = _kept(keep, assumptions, library)
    givens: dict[str, dict[str, Value]] = {}
    kept: dict[str, dict[str, Value]] = {}
    for market in everywhere:
        facts = description.facts_in(market) | _assumed(assumptions, market)
        facts[MARKETS] = frozenset(everywhere)
        givens[market] = {fact: value for fact, value in facts.items() if library.fact(fact).nature == "given"}
        kept[market] = {fact: value for fact, value in facts.items() if fact in kept_facts}
    for fact in sorted(kept_facts):
        if not any(fact in values for values in kept.values()):
            message = Message('"{fact}" has no value that could be kept', fact=fact)
            raise InputError(message, hint=Message("give it one with --assume {fact}=…", fact=fact))
    systems = {market: System(givens[market] | kept[market], library.vocabulary.definitions) for market in everywhere}
    duties, open_duties, dropped = _duties(library, chosen, everywhere, systems, on)
    return Scenario(
        library=library,
        markets=chosen,
        everywhere=everywhere,
        on=on,
        givens=givens,
        kept=kept,
        assumptions=assumptions,
        duties=duties,
        open=open_duties,
        premises=_premises(library, chosen, systems),
        dropped=dropped,
    )


def _kept(keep: Iterable[str], assumptions: tuple[Assumption, ...], library: Library) -> frozenset[str]:
    found = {assumption.fact for assumption in assumptions if library.fact(assumption.fact).nature == "choice"}
    for fact in keep:
        if fact not in library.vocabulary:
            message = Message('there is no fact "{name}"', name=fact[:80])
            raise InputError(message, hint=did_you_mean(fact, library.vocabulary.facts))
        if library.fact(fact).nature != "choice":
            raise InputError(Message('"{fact}" is a given: it is fixed anyway', fact=fact))
        found.add(fact)
    return frozenset(found)


def _assumed(assumptions: tuple[Assumption, ...], market: str) -> dict[str, Value]:
    """Assumed values in a market; one for the market itself counts before one for everywhere."""
    general = {entry.fact: entry.value for entry in assumptions if entry.market is None}
    return general | {entry.fact: entry.value for entry in assumptions if entry.market == market}


def _duties(
    library: Library, chosen: tuple[str, ...], everywhere: tuple[str, ...], systems: Mapping[str, System], on: date
) -> tuple[tuple[Duty, ...], tuple[OpenDuty, ...], int]:
    duties: list[Duty] = []
    waiting: list[OpenDuty] = []
    dropped = 0
    for clause in binding_clauses(library, everywhere, on):
        places = tuple(market for market in chosen if clause.jurisdiction in library.with_wholes([market]))
        duty = duty_of(clause, places, systems[clause.jurisdiction], on)
        unknown = tuple(sorted(fact for fact in duty.facts if library.fact(fact).nature == "given"))
        if is_true(duty.formula):
            dropped += 1
        elif unknown:
            waiting.append(OpenDuty(duty, unknown))
        else:
            duties.append(duty)
    return tuple(duties), tuple(waiting), dropped


def binding_clauses(library: Library, everywhere: Iterable[str], on: date) -> list[Clause]:
    """The clauses of these jurisdictions that bind somebody on a day: confirmed duties in force."""
    jurisdictions = set(everywhere)
    return [
        clause
        for standard in library.data.standards
        if standard.jurisdiction in jurisdictions and standard.status not in NOT_LAW
        for clause in standard.clauses
        if clause.modality in BINDING_MODALITIES
        and clause.checked.against != "unconfirmed"
        and any(phase.covers(on) for phase in clause.in_force)
    ]


def duty_of(clause: Clause, places: tuple[str, ...], system: System, on: date) -> Duty:
    """A clause reduced to what it asks of the facts that a system leaves open."""

    def left(formula: CompiledFormula) -> Expression:
        return residual(formula.tree, system.facts, system.definitions, system.traced_definitions)

    parts = [left(part) for part in (clause.scope, clause.actor, clause.when) if part is not None]
    if clause.unless is not None:
        parts.append(negation(left(clause.unless)))
    phases = phases_on(clause, on)
    if all(phase.when is not None for phase in phases):
        parts.append(disjunction(left(phase.when) for phase in phases if phase.when is not None))
    applies = conjunction(parts)
    require = left(clause.require)
    formula = disjunction((negation(applies), require))
    return Duty(clause, places, applies, require, formula, facts_of(formula, system.definitions))


def _premises(library: Library, chosen: tuple[str, ...], systems: Mapping[str, System]) -> tuple[Premise, ...]:
    """What the axioms still say in each place, part by part; what cannot differ by market is said once.

    Raises:
        InputError: the fixed facts contradict an axiom.
    """
    found: list[Premise] = []
    for place in chosen:
        system = systems[place]
        for axiom in library.data.axioms:
            formula = residual(axiom.formula.tree, system.facts, system.definitions, system.traced_definitions)
            if is_false(formula):
                message = Message("the givens contradict what holds of every system: {axiom}", axiom=axiom.id)
                raise InputError(
                    message, hint=Message("it holds of every system that: {formula}", formula=axiom.formula.text)
                )
            for part in formula.operands if isinstance(formula, And) else (formula,):
                facts = facts_of(part, system.definitions)
                differs = any(library.fact(fact).per_market for fact in facts)
                if not is_true(part) and (differs or place == chosen[0]):
                    found.append(Premise(axiom, place, part, facts))
    return tuple(found)


def satisfied(duty: Duty, values: Mapping[str, Value], library: Library) -> bool | None:
    """Whether a duty is met by values for its facts in one place; None where they do not decide it."""
    found = kleene.trace(duty.formula, values, library.vocabulary.definitions).value
    return found if isinstance(found, bool) else None
