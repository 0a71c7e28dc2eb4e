"""Where one product for all markets is impossible: which fewest facts have to differ by market?

Every choice that may differ by market gets a variable in each place, and an equality that ties them together. The equalities to
give up are found by implicit hitting sets: as long as the equalities that are kept do not fit, a minimal conflict among them is
learnt, and the smallest set that touches every conflict learnt so far is tried next. What fits at last is smallest, and the first
among equals.
Source: P. Saikko, J. Wallner, M. Järvisalo, "Implicit hitting set algorithms for reasoning beyond NP" (KR 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import z3

from comity.solving.conflicts import Demands, all_conflicts, canonical_conflict, smallest_hitting_set
from comity.solving.groups import duty_term, encoding_of, premise_terms, range_terms
from comity.solving.worlds import canonical_worlds

if TYPE_CHECKING:
    from comity.clauses.tree import Value
    from comity.solving.groups import Group
    from comity.solving.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Split:
    """A fact that has to differ by market, and a value for each market that reads it."""

    fact: str
    values: dict[str, Value]


@dataclass(frozen=True)
class Separation:
    """The second answer for one group.

    Attributes:
        splits: the fewest facts that have to differ, sorted; empty where not even all of them would do.
        design: the canonical values of the facts that need not differ.
        persistent: minimal conflicts that remain when every fact that may differ does; empty where the splits do.
        obstacles: facts of which one has to differ, each set minimal; the splits are the fewest that touch all.
    """

    splits: tuple[Split, ...]
    design: dict[str, Value]
    persistent: tuple[tuple[str, ...], ...]
    obstacles: tuple[tuple[str, ...], ...] = ()


def splittable(group: Group, scenario: Scenario) -> tuple[str, ...]:
    """The facts of a group that may differ by market and are read in more than one, sorted."""
    return tuple(
        fact for fact in group.facts if scenario.library.fact(fact).per_market and len(group.places_of(fact)) > 1
    )


class Separations:
    """A group with every fact that may differ by market set free, to be asked which have to.

    Args:
        group: duties that cannot be met by one product.
        scenario: of the group.
    """

    def __init__(self, group: Group, scenario: Scenario) -> None:
        self.group = group
        self.scenario = scenario
        self.facts = splittable(group, scenario)
        self.encoding = encoding_of(scenario, self.facts)
        self.terms = {duty.id: duty_term(duty, self.encoding) for duty in group.duties}
        ties = {_tie(fact): self.tied(fact) for fact in self.facts}
        self.always = [*premise_terms(group, self.encoding), *range_terms(group, self.encoding)]
        self.demands = Demands(self.encoding, self.always, self.terms | ties)

    def tied(self, fact: str) -> z3.BoolRef:
        """That a fact has one value in all the places that read it."""
        first, *others = self.group.places_of(fact)
        return z3.And(*(self.encoding.same(fact, first, other) for other in others))

    def dissolves(self, conflict: tuple[str, ...]) -> bool:
        """Whether a conflict is gone once every fact that may differ does."""
        return self.demands.fits(conflict)

    def fewest(self, limit: int) -> Separation:
        """The fewest facts that have to differ, and values for all facts.

        Raises:
            NotDecidedError: the solver did not answer in time.
        """
        duties = self.group.names
        if not self.demands.fits(duties):
            found = all_conflicts(Demands(self.encoding, self.always, self.terms), limit)
            return Separation((), {}, found.sets)
        ties = tuple(map(_tie, self.facts))
        learnt: list[tuple[str, ...]] = []
        while True:
            given_up = smallest_hitting_set(learnt, ties)
            assert given_up is not None  # a conflict always holds a tie, because the duties alone fit
            kept = [tie for tie in ties if tie not in given_up]
            if self.demands.fits((*duties, *kept)):
                obstacles = tuple(tuple(fact for fact in self.facts if _tie(fact) in names) for names in learnt)
                return self._separated([fact for fact in self.facts if _tie(fact) in given_up], obstacles)
            learnt.append(canonical_conflict(self.demands, kept, *(self.demands.switches[name] for name in duties)))

    def _separated(self, split: list[str], obstacles: tuple[tuple[str, ...], ...]) -> Separation:
        """Canonical values where exactly these facts differ by market."""
        group, encoding = self.group, encoding_of(self.scenario, split)
        duties = {duty.id: duty_term(duty, encoding) for duty in group.duties}
        always = premise_terms(group, encoding)
        demands = Demands(encoding, [*always, *range_terms(group, encoding)], duties)
        markets = {fact: group.places_of(fact) if fact in split else ("",) for fact in group.facts}
        switches = [demands.switches[name] for name in demands.names]
        worlds = canonical_worlds(demands.solver, encoding, markets, group.critical, switches)
        splits = tuple(Split(fact, {place: worlds[fact, place] for place in markets[fact]}) for fact in split)
        design = {fact: worlds[fact, ""] for fact in group.facts if fact not in split}
        return Separation(splits, design, (), obstacles)


def _tie(fact: str) -> str:
    return f"same {fact}"
