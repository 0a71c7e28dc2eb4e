"""How does this system stand? A verdict for every clause of the chosen markets, on a day.

The answer also says which verdicts will change by themselves (duties that enter into force or end), and which unknown facts would decide
most clauses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.exit_codes import CANNOT_DECIDE, FAIL_ON_BY_DEFAULT, FINDINGS, FINE
from comity.judging.judgement import Judgement, System, judge, reasons
from comity.judging.openings import candidate_values, decided_by, deciding
from comity.judging.pending import breach
from comity.library.elements import parts_of, with_elements
from comity.library.model import FORCES, WORST_FIRST
from comity.library.vocabulary import MARKETS
from comity.questions.routes import flow_routes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from comity.clauses.tree import Value
    from comity.dossier.model import Basis, Dossier
    from comity.judging.pending import Memory
    from comity.library.loader import Library
    from comity.library.model import Clause, Standard, Verdict
    from comity.questions.routes import FlowRoutes


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """One clause and how the system stands with it.

    Attributes:
        judgement: the verdict with its traces.
        deciding: the known facts that gave the verdict, with values.
        missing: the unknown facts that could still change it.
        bases: what each deciding fact rests on.
        binding: whether a failure counts: the clause is a `must` or `must_not` whose text was confirmed.
        settled: whether a solver settled the verdict, because no missing fact can change it.
        elements: of a clause about a collection that the dossier lists, the results for its elements, in order. The clause has the worst
            verdict of them, with the facts that gave it. None for every other clause.
    """

    judgement: Judgement
    deciding: dict[str, Value]
    missing: list[str]
    bases: dict[str, Basis]
    binding: bool
    settled: bool = False
    elements: tuple[ClauseResult, ...] | None = None

    @property
    def parts(self) -> tuple[ClauseResult, ...]:
        """The results for the elements; the result itself where the clause was judged as a whole."""
        return (self,) if self.elements is None else self.elements

    @property
    def clause(self) -> Clause:
        """The clause."""
        return self.judgement.clause

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.judgement.verdict


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that changes by itself on a day, because a duty begins or ends."""

    on: date
    clause: Clause
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Opening:
    """An unknown fact, and how many unknown verdicts knowing it could decide alone; `touched` counts those that wait for it at all."""

    fact: str
    decides: int
    touched: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer.

    Attributes:
        library: the rules; clauses about a collection that the dossier lists are divided among its elements there, and whole in `standards`
            and `results`.
        results: every clause of every standard of the markets, in the order of the markets, law before standards.
        changes: verdicts that change by themselves after the day asked about, by date.
        openings: unknown facts, the most decisive first.
        routes: for each flow that the dossier lists, how it stands with the legal routes that the markets ask for.
    """

    dossier: Dossier
    library: Library
    on: date
    markets: tuple[str, ...]
    standards: tuple[Standard, ...]
    results: tuple[ClauseResult, ...]
    changes: tuple[Change, ...]
    openings: tuple[Opening, ...]
    routes: tuple[FlowRoutes, ...] = ()

    def counts(self, results: Iterable[ClauseResult] | None = None) -> Counter[str]:
        """How many clauses have each verdict; by default over all results."""
        return Counter(result.verdict for result in (self.results if results is None else results))

    def of_standard(self, standard: str) -> list[ClauseResult]:
        """The results of one standard."""
        return [result for result in self.results if result.clause.standard == standard]

    @property
    def failing(self) -> list[ClauseResult]:
        """Binding clauses that are not met."""
        return [result for result in self.results if result.binding and result.verdict == "not_met"]

    @property
    def undecided(self) -> list[ClauseResult]:
        """Binding clauses that cannot be decided yet."""
        return [result for result in self.results if result.binding and result.verdict == "unknown"]

    def exit_code(self, fail_on: Iterable[str] = FAIL_ON_BY_DEFAULT) -> int:
        """What a command ends with: 1 if a binding clause is not met, 3 if one is unknown or nothing was decided at all, else 0.

        Args:
            fail_on: what may make it non-zero, of `not_met`, `unknown` and `never` (which overrides the others).
        """
        fail_on = set(fail_on)
        if "never" in fail_on:
            return FINE
        if "not_met" in fail_on and self.failing:
            return FINDINGS
        if "unknown" in fail_on and (self.undecided or not self.decided_anything):
            return CANNOT_DECIDE
        return FINE

    @property
    def decided_anything(self) -> bool:
        """Whether any binding clause was decided at all; where none was, nothing may be called fine."""
        return any(result.binding and result.verdict != "unknown" for result in self.results)


def assess(
    dossier: Dossier, library: Library, *, markets: Iterable[str] | None = None, on: date, openings: bool = True
) -> Assessment:
    """Judge a system by every clause of the markets.

    Args:
        dossier: the system.
        library: the rules.
        markets: jurisdictions to look at; by default those of the dossier. The rules of a whole apply in its parts.
        on: the day to judge on.
        openings: whether to work out which unknown facts would decide most clauses, and which routes would do for the flows.
    """
    library = with_elements(library, dossier.elements)
    chosen = tuple(dict.fromkeys(dossier.markets if markets is None else markets))
    everywhere = library.with_wholes(chosen)
    standards = tuple(
        sorted(
            (standard for standard in library.general.data.standards if standard.jurisdiction in everywhere),
            key=lambda standard: (everywhere.index(standard.jurisdiction), FORCES.index(standard.force)),
        )
    )
    systems = {
        jurisdiction: System(
            dossier.facts_in(jurisdiction) | {MARKETS: frozenset(everywhere)}, library.vocabulary.definitions
        )
        for jurisdiction in {standard.jurisdiction for standard in standards}
    }
    results: list[ClauseResult] = []
    changes: list[Change] = []
    for standard in standards:
        system = systems[standard.jurisdiction]
        for clause in standard.clauses:
            elements = parts_of(clause, library)
            result = _result(clause, standard, system, dossier, on)
            if elements is not None:
                result = together(result, [_result(part, standard, system, dossier, on) for part in elements])
            results.append(result)
            changes += _changes(clause, elements, standard, system, result.verdict, on)
    changes.sort(key=lambda change: (change.on, change.clause.full_id))
    return Assessment(
        dossier=dossier,
        library=library,
        on=on,
        markets=chosen,
        standards=standards,
        results=tuple(results),
        changes=tuple(changes),
        openings=_openings(results, systems, library, on) if openings else (),
        routes=flow_routes(library, everywhere, systems, on) if openings else (),
    )


def _result(clause: Clause, standard: Standard, system: System, dossier: Dossier, on: date) -> ClauseResult:
    judgement = judge(clause, system, on)
    if standard.status in {"bill", "repealed"}:
        judgement = judgement._replace(verdict="not_applicable", in_force=False, conditions=())
    deciding, missing = reasons(judgement)
    bases = {fact: dossier.entries[fact].basis for fact in deciding if fact in dossier.entries}
    binding = clause.modality in {"must", "must_not"} and clause.checked.against != "unconfirmed"
    return ClauseResult(judgement, deciding, missing, bases, binding)


def together(general: ClauseResult, elements: Iterable[ClauseResult]) -> ClauseResult:
    """The result of a clause about a collection: the worst verdict of its elements, not applicable where there is none.

    Args:
        general: the clause judged without looking at the elements.
        elements: the results for the elements.
    """
    elements = tuple(elements)
    if not elements:
        judgement = general.judgement._replace(verdict="not_applicable", applies=False, conditions=())
        return replace(general, judgement=judgement, deciding={}, missing=[], bases={}, elements=())
    verdict = min((result.verdict for result in elements), key=WORST_FIRST.index)
    worst = [result for result in elements if result.verdict == verdict]
    # One element alone makes the whole unmet or unknown; that it is met takes all of them.
    deciding = elements if verdict == "met" else worst
    return replace(
        general,
        judgement=worst[0].judgement._replace(clause=general.clause),
        deciding={fact: value for result in deciding for fact, value in result.deciding.items()},
        missing=list(dict.fromkeys(fact for result in worst for fact in result.missing)),
        bases={fact: basis for result in deciding for fact, basis in result.bases.items()},
        settled=all(result.settled for result in worst),
        elements=elements,
    )


def _changes(
    clause: Clause, elements: tuple[Clause, ...] | None, standard: Standard, system: System, verdict: Verdict, on: date
) -> list[Change]:
    """The later days on which the verdict of a clause changes without anybody doing anything."""
    judged = (clause,) if elements is None else elements
    if standard.status in {"bill", "repealed"} or not judged:
        return []
    days = {phase.start for phase in clause.in_force} | {phase.until for phase in clause.in_force if phase.until}
    found: list[Change] = []
    before = verdict
    for day in sorted(day for day in days if day > on):
        after = min((judge(part, system, day).verdict for part in judged), key=WORST_FIRST.index)
        if after != before:
            found.append(Change(day, clause, before, after))
            before = after
    return found


def _openings(
    results: list[ClauseResult], systems: dict[str, System], library: Library, on: date
) -> tuple[Opening, ...]:
    """Unknown facts by how many unknown binding verdicts some value of theirs would decide alone."""
    judged = [part for result in results for part in result.parts]
    undecided = [result for result in judged if result.binding and result.verdict == "unknown"]
    touched = Counter(fact for result in undecided for fact in result.missing)
    candidates = candidate_values([result.clause for result in undecided], library.vocabulary)
    memories: dict[str, tuple[Memory, Memory]] = {jurisdiction: ({}, {}) for jurisdiction in systems}
    open_clauses = []
    for result in undecided:
        jurisdiction = result.clause.jurisdiction
        system, (left, decided) = systems[jurisdiction], memories[jurisdiction]
        found = breach(result.clause, system, on, left)
        open_clauses.append((jurisdiction, deciding(found, candidates, system, decided)))
    decides = decided_by(open_clauses, frozenset(fact for fact in touched if library.fact(fact).per_market))
    ranked = sorted(touched, key=lambda fact: (-decides[fact], -touched[fact], fact))
    return tuple(Opening(fact, decides[fact], touched[fact]) for fact in ranked)
