"""Can one product satisfy the duties of all these markets?

First: one product everywhere. If it is possible, the joint design, and for every constrained fact the admissible region and the
clauses that bind it; if not, every minimal set of clauses that cannot be met together. Second, where it is not possible: the fewest
facts that have to differ by market, and their values. Every design is judged again, clause by clause, by the `kleene` engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.errors import InputError
from comity.judging.judgement import System, judge
from comity.language import Message
from comity.solving.conflicts import Conflicts, Demands, all_conflicts
from comity.solving.groups import duty_term, encoding_of, groups_of, premise_terms, range_terms
from comity.solving.regions import Bound, Regions
from comity.solving.scenario import build_scenario
from comity.solving.splits import Separations, Split
from comity.solving.worlds import ReplayError, canonical_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from comity.clauses.tree import Value
    from comity.dossier.assumptions import Assumption
    from comity.dossier.model import Dossier
    from comity.library.loader import Library
    from comity.library.model import Clause
    from comity.solving.groups import Group
    from comity.solving.scenario import Scenario

MOST_CONFLICTS = 100
"""How many conflicts are looked for in each group of duties, unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Clauses that cannot be met together, though any fewer of them can.

    Attributes:
        clauses: the clauses, in the order of preference.
        facts: what they fight over: the free choices that at least two of them read, or those of a single clause.
        kept: the kept choices that its clauses read; letting one go may end the conflict.
        dissolves: whether it is gone once the facts that may differ by market do.
    """

    clauses: tuple[Clause, ...]
    facts: tuple[str, ...]
    kept: tuple[str, ...]
    dissolves: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """The full ids of the clauses."""
        return tuple(clause.full_id for clause in self.clauses)


@dataclass(frozen=True)
class Reconciliation:
    """The answer.

    Attributes:
        scenario: what was asked.
        possible: whether one product can satisfy all duties that are not open.
        design: canonical values of the free choices that duties read; where products have to differ, of those that need not. Facts
            of duties that cannot be met at all are left out.
        bounds: the facts that cannot have every value, of all groups of duties that one product can satisfy.
        conflicts: the minimal conflicts.
        complete: whether these are all.
        splits: the fewest facts that have to differ by market; empty where one product does, or where no splits do.
        possible_with_splits: whether all duties can be met once these facts differ by market.
        persistent: the minimal conflicts that no splits end.
        obstacles: facts of which one has to differ; the splits are the fewest that touch every such set.
    """

    scenario: Scenario
    possible: bool
    design: dict[str, Value]
    bounds: tuple[Bound, ...]
    conflicts: tuple[Conflict, ...]
    complete: bool
    splits: tuple[Split, ...]
    possible_with_splits: bool
    persistent: tuple[tuple[str, ...], ...]
    obstacles: tuple[tuple[str, ...], ...] = ()


def reconcile(
    dossier: Dossier,
    library: Library,
    *,
    markets: Iterable[str] | None = None,
    on: date,
    assume: Iterable[Assumption] = (),
    keep: Iterable[str] = (),
    limit: int = MOST_CONFLICTS,
) -> Reconciliation:
    """Look for a design of a system that satisfies every binding clause of these markets.

    Args:
        dossier: the system; its givens are fixed.
        library: the rules.
        markets: jurisdictions that it is offered in; by default those of the dossier.
        on: the day; clauses in force on it bind.
        assume: values taken for true, such as givens that are not known; an assumed choice is kept.
        keep: choices that stay as the dossier has them.
        limit: how many minimal conflicts to look for in each group of duties that hang together; 0 for all.

    Raises:
        InputError: an assumption or a fact to keep does not fit, or what is fixed contradicts the axioms.
        NotDecidedError: the solver did not answer in time.
    """
    chosen = dossier.markets if markets is None else markets
    scenario = build_scenario(library, dossier, markets=chosen, on=on, assume=assume, keep=keep)
    return reconcile_scenario(scenario, limit=limit)


def reconcile_scenario(scenario: Scenario, *, limit: int = MOST_CONFLICTS) -> Reconciliation:
    """Look for a design that satisfies every duty of a scenario.

    Args:
        scenario: the givens, the duties and what is kept.
        limit: how many minimal conflicts to look for in each group of duties that hang together; 0 for all.

    Raises:
        InputError: what is fixed contradicts the axioms.
        NotDecidedError: the solver did not answer in time.
    """
    encoding = encoding_of(scenario)
    design: dict[str, Value] = {}
    bounds: list[Bound] = []
    conflicts: list[Conflict] = []
    splits: list[Split] = []
    persistent: list[tuple[str, ...]] = []
    obstacles: list[tuple[str, ...]] = []
    complete = True
    for group in groups_of(scenario):
        terms = {duty.id: duty_term(duty, encoding) for duty in group.duties}
        demands = Demands(encoding, [*premise_terms(group, encoding), *range_terms(group, encoding)], terms)
        if not demands.fits(()):
            raise InputError(Message("what is fixed contradicts what holds of every system"))
        if demands.fits(demands.names):
            switches = [demands.switches[name] for name in demands.names]
            design |= canonical_world(demands.solver, encoding, group.facts, group.critical, switches)
            bounds += Regions(group, demands, encoding).bounds()
            continue
        found = all_conflicts(demands, limit)
        complete = complete and found.complete
        separations = Separations(group, scenario)
        conflicts += _conflicts(found, group, scenario, separations)
        separation = separations.fewest(limit)
        splits += separation.splits
        design |= separation.design
        persistent += separation.persistent
        obstacles += separation.obstacles
    confirm(scenario, design, splits, persistent)
    possible = not conflicts
    return Reconciliation(
        scenario=scenario,
        possible=possible,
        design=dict(sorted(design.items())),
        bounds=tuple(sorted(bounds, key=lambda bound: bound.fact)),
        conflicts=tuple(conflicts),
        complete=complete,
        splits=tuple(sorted(splits, key=lambda split: split.fact)),
        possible_with_splits=not persistent,
        persistent=tuple(persistent),
        obstacles=tuple(obstacles),
    )


def _conflicts(found: Conflicts, group: Group, scenario: Scenario, separations: Separations) -> Iterator[Conflict]:
    duties = {duty.id: duty for duty in group.duties}
    kept_facts = {fact for values in scenario.kept.values() for fact in values}
    for names in found.sets:
        chosen = [duties[name] for name in names]
        readers = [fact for duty in chosen for fact in duty.facts]
        facts = sorted({fact for fact in readers if len(chosen) == 1 or readers.count(fact) > 1})
        kept = sorted(kept_facts & {fact for duty in chosen for fact in duty.clause.facts})
        clauses = tuple(duty.clause for duty in chosen)
        yield Conflict(clauses, tuple(facts), tuple(kept), separations.dissolves(names))


def confirm(
    scenario: Scenario, design: Mapping[str, Value], splits: Iterable[Split], waived: Iterable[tuple[str, ...]] = ()
) -> None:
    """Judge every duty on the design with the `kleene` engine, as `assess` would.

    Args:
        scenario: the duties, with all that is fixed.
        design: values of the choices.
        splits: values that differ by market.
        waived: conflicts that no design resolves; duties that share a group with them are not judged.

    Raises:
        ReplayError: a duty is not met.
    """
    unmet = {name for names in waived for name in names}
    definitions = scenario.library.vocabulary.definitions
    for duty in scenario.duties:
        for place in duty.places:
            own = {split.fact: split.values[place] for split in splits if place in split.values}
            facts = {**design, **own, **scenario.fixed_in(duty.clause.jurisdiction)}
            without_design = bool(unmet) and not duty.facts <= facts.keys()
            if without_design or duty.id in unmet:
                continue
            if judge(duty.clause, System(facts, definitions), scenario.on).verdict not in {"met", "not_applicable"}:
                message = Message("a world that the solver found was not confirmed; nothing is concluded from it")
                raise ReplayError(message)
