"""Is a standard well made? What a solver sees in one standard that its authors may not have meant.

The words are those of the field (N-Check, LEGOS-SLEEC): a clause is *vacuous* if it can never apply, *empty* if whatever it applies to
meets it, *unmeetable* if nothing can, *redundant* if the other clauses of its standard already demand it wherever it applies; clauses
*conflict* if there are systems to which they apply and which cannot meet them all, though each of them alone. None of this need be an
error of the encoding: laws repeat themselves.
Source: N. Feng et al., "Analyzing and debugging normative requirements via satisfiability checking" (ICSE 2024), arXiv:2401.05673.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
import z3

from comity.engines.smt import Encoding
from comity.library.loader import Library
from comity.solving.for_any import reconcile_any
from comity.solving.scenario import AnySystem, build_scenario
from comity.solving.worlds import NotDecidedError, applies_terms, new_solver, possible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from comity.library.model import Clause, Standard

FlawKind: TypeAlias = Literal["vacuous", "empty", "unmeetable", "redundant", "conflict", "undecided"]
FLAWS: tuple[FlawKind, ...] = ("vacuous", "empty", "unmeetable", "conflict", "redundant", "undecided")

_STRENGTH = {"must": 2, "must_not": 2, "should": 1, "may": 0}
_MOST_CONFLICTS = 20


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that may not have been meant.

    Attributes:
        kind: what it is; `undecided` where the solver did not say in time.
        clauses: the clause that it is about; of a conflict all of them, minimal.
        because: of a redundant clause the fewest others that imply it, found greedily.
        facts: of a conflict what is fought over.
    """

    kind: FlawKind
    clauses: tuple[Clause, ...]
    because: tuple[Clause, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeepInspection:
    """The answer: flaws in the order of the standards, and how much was looked at."""

    library: Library
    flaws: tuple[Flaw, ...]
    standards: int
    clauses: int


def inspect_deeply(library: Library, *, progress: Callable[[int, int], None] | None = None) -> DeepInspection:
    """Look at each standard by itself.

    Args:
        library: the rules.
        progress: told how many clauses are done, and how many there are.
    """
    total, done = sum(not clause.unknowable for clause in library.clauses.values()), 0
    flaws: list[Flaw] = []
    encoding = Encoding(library.vocabulary)
    for standard in library.data.standards:
        workshop = _Workshop(standard, library, encoding)
        for clause in workshop.clauses:
            flaws += workshop.flaws(clause)
            done += 1
            if progress is not None:
                progress(done, total)
        flaws += _conflicts(standard, library)
    return DeepInspection(library, tuple(flaws), len(library.standards), total)


class _Workshop:
    """One solver over a standard, in which every clause can be switched on."""

    def __init__(self, standard: Standard, library: Library, encoding: Encoding) -> None:
        self.encoding = encoding
        self.clauses = tuple(clause for clause in standard.clauses if not clause.unknowable)
        self.switches = {
            clause.full_id: z3.Bool(f"demand {clause.full_id}", encoding.context) for clause in self.clauses
        }
        self.applies = {clause.full_id: z3.And(*applies_terms(clause, encoding)) for clause in self.clauses}
        self.requires = {clause.full_id: encoding.term(clause.require.tree) for clause in self.clauses}
        self.solver = new_solver(encoding)
        self.solver.add(*(encoding.term(axiom.formula.tree) for axiom in library.data.axioms), *encoding.ranges())
        for name, switch in self.switches.items():
            self.solver.add(z3.Implies(z3.And(switch, self.applies[name]), self.requires[name]))

    def flaws(self, clause: Clause) -> Iterator[Flaw]:
        """What is odd about one clause; at most one thing, the gravest."""
        try:
            found = self._flaw(clause)
        except NotDecidedError:
            found = Flaw("undecided", (clause,))
        if found is not None:
            yield found

    def _flaw(self, clause: Clause) -> Flaw | None:
        applies, requires = self.applies[clause.full_id], self.requires[clause.full_id]
        if not possible(self.solver, applies):
            return Flaw("vacuous", (clause,))
        if not possible(self.solver, applies, z3.Not(requires)):
            return Flaw("empty", (clause,))
        if not possible(self.solver, applies, requires):
            return Flaw("unmeetable", (clause,))
        because = self._implied_by(clause)
        return Flaw("redundant", (clause,), because) if because else None

    def _implied_by(self, clause: Clause) -> tuple[Clause, ...]:
        """Other clauses that together demand what a clause demands, wherever it applies; none of them can be left out."""
        name = clause.full_id
        breach = (self.applies[name], z3.Not(self.requires[name]))
        kept = [other for other in self.clauses if other.full_id != name and _as_binding(other, clause)]
        if possible(self.solver, *breach, *(self.switches[other.full_id] for other in kept)):
            return ()
        for other in kept:
            if not possible(self.solver, *breach, self.switches[other.full_id]):
                return (other,)
        for other in reversed(kept):
            rest = [one for one in kept if one is not other]
            if not possible(self.solver, *breach, *(self.switches[one.full_id] for one in rest)):
                kept = rest
        return tuple(kept)


def _as_binding(other: Clause, clause: Clause) -> bool:
    """Whether a clause binds at least as much as another: as strong a word, as well confirmed, and in force whenever that one is."""
    confirmed = other.checked.against != "unconfirmed" or clause.checked.against == "unconfirmed"
    return confirmed and _STRENGTH[other.modality] >= _STRENGTH[clause.modality] and _covers(other, clause)


def _covers(other: Clause, clause: Clause) -> bool:
    return all(
        any(
            wide.start <= phase.start
            and (wide.until is None or (phase.until is not None and phase.until <= wide.until))
            and (wide.when is None or (phase.when is not None and wide.when.text == phase.when.text))
            for wide in other.in_force
        )
        for phase in clause.in_force
    )


def _conflicts(standard: Standard, library: Library) -> Iterator[Flaw]:
    """Sets of clauses of one standard that some system cannot meet together, on the last day on which a clause of it begins."""
    if not standard.clauses:
        return
    alone = Library(msgspec.structs.replace(library.data, standards=(standard,)))
    on: date = max(phase.start for clause in standard.clauses for phase in clause.in_force)
    scenario = build_scenario(alone, AnySystem(), markets=[standard.jurisdiction], on=on)
    try:
        found = reconcile_any(scenario, limit=_MOST_CONFLICTS)
    except NotDecidedError:
        yield Flaw("undecided", standard.clauses[:1])
        return
    for collision in found.collisions:
        yield Flaw("conflict", collision.clauses, facts=collision.facts)
