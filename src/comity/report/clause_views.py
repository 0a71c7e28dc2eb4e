"""Clauses as the page shows them, with everything that led to their verdicts, each thing once.

The one idea: what many clauses share is told in one place and linked from the others: the scope of a standard, a condition that an earlier
clause of the standard has as well, a definition, and the reason for which a whole row of clauses does not apply.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from comity.clauses import tree as t
from comity.report.steps import Definitions, part_in_words, parts_in_words
from comity.report.words import GRADE_NAMES, MODALITY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.dossier.model import Basis
    from comity.library.model import Clause, CompiledFormula, Jurisdiction, Phase
    from comity.questions.assess import Assessment, ClauseResult
    from comity.report.steps import Part, Step
    from comity.report.view import StandardRow
    from comity.report.words import Words


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact in words.

    One that decided something has a value and a basis, whose line in a file is its place; the place of one that is missing is where
    the page says what it is.
    """

    id: str
    title: str
    definition: str
    value: str = ""
    basis: Basis | None = None
    place: str = ""


class PartView(NamedTuple):
    """A part of a clause, and the name of its place on the page; what has its place elsewhere is only named here."""

    part: Part
    anchor: str


class Datum(NamedTuple):
    """Something that a clause says of itself, such as from when it is in force; `doubtful` where nobody confirmed it."""

    label: str
    text: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause that applies, or may apply.

    Attributes:
        data: what it says of itself that is not said for the whole standard.
        parts: the parts that are told here, with their places.
        told: the parts that were told before, with the places that lead there.
    """

    result: ClauseResult
    clause: Clause
    title: str
    reason: str
    data: tuple[Datum, ...]
    missing: tuple[FactView, ...]
    deciding: tuple[FactView, ...]
    parts: tuple[PartView, ...]
    told: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """Clauses of a standard that do not apply for one reason: the condition that keeps them from it, and what that rests on."""

    reason: str
    part: PartView | None
    deciding: tuple[FactView, ...]
    clauses: tuple[ClauseResult, ...]


class ClauseViews:
    """The clauses of an assessment, to be asked for in the order of the page."""

    def __init__(self, assessment: Assessment, words: Words) -> None:
        self.assessment = assessment
        self.words = words
        anchors = count(1)
        self.definitions = {standard.jurisdiction: Definitions(words, anchors) for standard in assessment.standards}
        self.missing: dict[str, str] = {}
        """The facts that clauses lack so far, and where the page says what they are."""
        self._told: dict[Part, PartView] = {}
        self._places = count(1)
        self._common: dict[str, frozenset[Datum]] = {}

    def scope(self, row: StandardRow) -> PartView | None:
        """The scope of a standard, told once for all clauses that have it; None where no clause was judged by it."""
        scope = row.standard.clauses[0].scope if row.standard.clauses else None
        for result in (*row.open_results, *row.not_applicable):
            for condition in result.judgement.conditions:
                if condition.part == "scope" and condition.formula == scope:
                    part = part_in_words(condition, self.definitions[row.standard.jurisdiction])
                    self._told[part] = self._placed(part)
                    return self._told[part]
        return None

    def common(self, row: StandardRow) -> tuple[Datum, ...]:
        """What most clauses of a standard say of themselves; a clause repeats none of it."""
        counted: dict[str, Counter[Datum]] = {}
        for result in row.open_results:
            for datum in self._data(result):
                counted.setdefault(datum.label, Counter())[datum] += 1
        found = tuple(data.most_common(1)[0][0] for data in counted.values())
        self._common[row.standard.id] = frozenset(found)
        return found

    def of(self, result: ClauseResult) -> ClauseView:
        """A clause in words."""
        words, clause = self.words, result.clause
        common = self._common.get(clause.standard, frozenset[Datum]())
        views = [self._part(part) for part in parts_in_words(result.judgement, self.definitions[clause.jurisdiction])]
        return ClauseView(
            result=result,
            clause=clause,
            title=words.text(clause.title),
            reason=words.reason(result),
            data=tuple(datum for datum in self._data(result) if datum not in common),
            missing=tuple(self._missing(fact) for fact in result.missing),
            deciding=tuple(self._decided(fact, result) for fact in sorted(result.deciding)),
            parts=tuple(view for view, new in views if new),
            told=tuple(view for view, new in views if not new),
        )

    def not_applicable(self, row: StandardRow) -> tuple[NotApplicable, ...]:
        """The clauses of a standard that do not apply, by reason; reasons in the order of their first clauses."""
        found: dict[tuple[str, Part | None, tuple[str, ...]], list[ClauseResult]] = {}
        for result in row.not_applicable:
            blocking: tuple[Part, ...] = ()
            if not result.settled:
                definitions = self.definitions[result.clause.jurisdiction]
                blocking = parts_in_words(result.judgement, definitions, blocking=True)
            part = blocking[0] if blocking else None
            found.setdefault((self.words.reason(result), part, tuple(sorted(result.deciding))), []).append(result)
        return tuple(
            NotApplicable(
                reason,
                None if part is None else PartView(part, self._told[part].anchor if part in self._told else ""),
                tuple(self._decided(fact, results[0]) for fact in deciding),
                tuple(results),
            )
            for (reason, part, deciding), results in found.items()
        )

    def unfolded(self) -> Iterator[tuple[Jurisdiction, tuple[Step, ...]]]:
        """The definitions that were named so far, by jurisdiction."""
        for jurisdiction, definitions in self.definitions.items():
            if definitions.steps:
                yield self.words.library.jurisdictions[jurisdiction], tuple(definitions.steps.values())

    def unknown(self) -> Iterator[tuple[FactView, int]]:
        """The facts that clauses lack, by title, with how many binding clauses wait for them."""
        touched = {opening.fact: opening.touched for opening in self.assessment.openings}
        for fact in sorted(self.missing, key=self.words.fact):
            yield self._missing(fact), touched.get(fact, 0)

    def _part(self, part: Part) -> tuple[PartView, bool]:
        """A part with its place, and whether it is told here for the first time."""
        told = self._told.get(part)
        if told is not None:
            return told, False
        self._told[part] = self._placed(part)
        return self._told[part], True

    def _placed(self, part: Part) -> PartView:
        return PartView(part, f"p{next(self._places)}")

    def _data(self, result: ClauseResult) -> Iterator[Datum]:
        say, name, clause = self.words.say, self.words.name, result.clause
        binds = say("binds") if result.binding else say("does not bind: it never fails an assessment")
        yield Datum(say("Weight"), f"{name(MODALITY_NAMES[clause.modality])}; {binds}")
        actors = "; ".join(self._actor(role, clause) for role in clause.actors)
        yield Datum(say("Who is bound"), actors or say("everyone whom the scope reaches"))
        yield Datum(say("In force"), "; ".join(map(self._phase, clause.in_force)))
        checked = clause.checked
        wording = f"{name(GRADE_NAMES[checked.against])}; {checked.on.isoformat()}"
        yield Datum(say("Wording"), wording, checked.against == "unconfirmed")

    def _missing(self, fact: str) -> FactView:
        words = self.words
        place = self.missing.setdefault(fact, f"f{len(self.missing) + 1}")
        return FactView(fact, words.fact(fact), words.text(words.library.fact(fact).definition), place=place)

    def _decided(self, fact: str, result: ClauseResult) -> FactView:
        """A fact with its value, and what it rests on; files are named from the directory of the dossier."""
        words = self.words
        basis = result.bases.get(fact)
        value = words.value(fact, result.deciding[fact])
        home = f"{self.assessment.dossier.path.parent.as_posix()}/"
        return FactView(fact, words.fact(fact), "", value, basis, str(basis.place).removeprefix(home) if basis else "")

    def _actor(self, role: str, clause: Clause) -> str:
        """A role by its title in the one vocabulary, with what the law itself calls it."""
        words = self.words
        entry = words.library.roles[role]
        terms = entry.terms.get(clause.jurisdiction, ())
        title = words.text(entry.title)
        if not terms:
            return title
        return words.say("{role} (in the rule's own words: {terms})", role=title, terms=words.separator.join(terms))

    def _phase(self, phase: Phase) -> str:
        """An interval in force, and for whom."""
        say, start = self.words.say, phase.start.isoformat()
        if phase.until is None:
            said = say("from {day}", day=start)
        else:
            said = say("from {day} until before {end}", day=start, end=phase.until.isoformat())
        return said if phase.when is None else say("{phase}, for: {whom}", phase=said, whom=self._whom(phase.when))

    def _whom(self, formula: CompiledFormula) -> str:
        """For whom an interval holds: the title of the definition, or the formula."""
        named = self.words.library.vocabulary.named_formulas
        match formula.tree:
            case t.Named(name=name):
                return self.words.text(named[name].title)
            case t.Not(operand=t.Named(name=name)):
                return self.words.say("not: {what}", what=self.words.text(named[name].title))
        return self.words.formula(formula.tree)
