"""A scenario as independent groups of duties, and each group as terms of the solver.

Duties that share no fact, not even through others or through an axiom, never help or hinder each other. So every question about a
scenario is asked of each group alone, which keeps the solver's problems small, and a minimal conflict always lies within one group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import z3

from comity.clauses.critical import CriticalValues
from comity.engines.smt import Encoding
from comity.library.model import FORCES
from comity.solving.connected import connected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.solving.scenario import Duty, Premise, Scenario


@dataclass(frozen=True)
class Group:
    """Duties that hang together.

    Attributes:
        duties: in the order of preference: law before standards, then the markets as asked, then the library.
        premises: the axioms that touch them.
        facts: the free choices that duties and axioms read, sorted.
        critical: the values of these that the duties and premises tell apart.
    """

    duties: tuple[Duty, ...]
    premises: tuple[Premise, ...]
    facts: tuple[str, ...]
    critical: CriticalValues

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the duties."""
        return tuple(duty.id for duty in self.duties)

    def places_of(self, fact: str) -> tuple[str, ...]:
        """The markets in which a duty or an axiom reads a fact, in the order of the duties' places."""
        of_duties = (place for duty in self.duties if fact in duty.facts for place in duty.places)
        of_premises = (premise.place for premise in self.premises if fact in premise.facts)
        return tuple(dict.fromkeys((*of_duties, *of_premises)))


def groups_of(scenario: Scenario) -> tuple[Group, ...]:
    """The groups of a scenario, in the order of their first duties."""
    ranked = sorted(enumerate(scenario.duties), key=lambda item: preference(item[1], item[0], scenario))
    duties = [duty for _, duty in ranked]
    parts: list[Duty | Premise] = [*duties, *scenario.premises]
    found: list[Group] = []
    for indices in connected([part.facts for part in parts]):
        members = [duties[index] for index in indices if index < len(duties)]
        premises = [scenario.premises[index - len(duties)] for index in indices if index >= len(duties)]
        if members:
            found.append(_group(members, premises, scenario))
    return tuple(found)


def preference(duty: Duty, position: int, scenario: Scenario) -> tuple[int, int, int]:
    """Sort key: law first, then the order of the markets, then that of the library."""
    force = FORCES.index(scenario.library.standards[duty.clause.standard].force)
    return force, scenario.everywhere.index(duty.clause.jurisdiction), position


def _group(duties: list[Duty], premises: list[Premise], scenario: Scenario) -> Group:
    parts: list[Duty | Premise] = [*duties, *premises]
    trees = [part.formula for part in parts]
    read = {fact for part in parts for fact in part.facts}
    facts = sorted(fact for fact in read if scenario.library.fact(fact).nature == "choice")
    return Group(
        tuple(duties), tuple(premises), tuple(facts), CriticalValues(trees, scenario.library.vocabulary.definitions)
    )


def encoding_of(scenario: Scenario, split: Iterable[str] = ()) -> Encoding:
    """Variables for the facts of a scenario.

    Args:
        scenario: whose unknown givens that differ by market always have a variable in each.
        split: the choices that may differ by market.
    """
    facts = scenario.library.data.facts
    givens = {fact.id for fact in facts if fact.nature == "given" and fact.per_market}
    return Encoding(scenario.library.vocabulary, givens.union(split))


def duty_term(duty: Duty, encoding: Encoding) -> z3.BoolRef:
    """That a duty is met in each of its places."""
    places = duty.places if duty.facts & encoding.split else duty.places[:1]
    terms = [encoding.term(duty.formula, place) for place in places]
    return terms[0] if len(terms) == 1 else z3.And(*terms)


def premise_terms(group: Group, encoding: Encoding) -> list[z3.BoolRef]:
    """The axioms that touch a group."""
    return list(dict.fromkeys(encoding.term(premise.formula, premise.place) for premise in group.premises))


def range_terms(group: Group, encoding: Encoding) -> list[z3.BoolRef]:
    """The ranges of all facts of a group; to be asked for once the duties have been translated."""
    facts = set(group.facts).union(*(premise.facts for premise in group.premises))
    return encoding.ranges(facts)
