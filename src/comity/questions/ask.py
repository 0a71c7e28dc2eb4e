"""Which fact to ask next? Only one that can still change a verdict, and of these the one that decides most.

An interview is a frozen value. It holds what is known, what its user does not know, and, for every binding clause in force in the chosen
markets, what is left of "applies and is not met" (`pending`); an answer narrows only the clauses that waited for it. A clause that is met
whether or not it applies is decided; nothing more is asked for it. What can still change a verdict is decided by Kleene's missing facts and
refined exactly where that is cheap (`relevance`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from comity.judging.judgement import System
from comity.judging.openings import candidate_values, decided_by, deciding
from comity.judging.pending import breach, narrow, pending, ways
from comity.judging.relevance import relevant_facts
from comity.library.vocabulary import MARKETS
from comity.solving.scenario import binding_clauses

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from comity.clauses.tree import Value
    from comity.dossier.model import Entry
    from comity.judging.openings import Deciding
    from comity.judging.pending import Pending
    from comity.library.loader import Library
    from comity.library.model import Clause


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What an interview is about, worked out once.

    Attributes:
        markets: the markets asked about.
        everywhere: the same with the wholes that they are parts of.
        on: the day.
        clauses: the clauses that bind there on the day.
        mentioned: the facts that these clauses mention, apart from the markets themselves.
        split: those of them that may differ by market.
        candidates: for each mentioned fact the values that the clauses can tell apart.
    """

    library: Library
    markets: tuple[str, ...]
    everywhere: tuple[str, ...]
    on: date
    clauses: tuple[Clause, ...]
    mentioned: frozenset[str]
    split: frozenset[str]
    candidates: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class OpenVerdict:
    """A clause that is not decided yet, with what is left of "it applies and is not met", and what decides that."""

    clause: Clause
    breach: Pending
    deciding: Deciding


@dataclass(frozen=True, slots=True)
class Interview:
    """Where an interview stands.

    Attributes:
        entries: the facts that are known, as a dossier holds them.
        unanswerable: facts of which the user said "I don't know".
        order: the facts asked so far, in order.
        open: what is not decided yet.
        failing: how many clauses are not met.
        before: where the interview stood before the last answer.
    """

    inquiry: Inquiry
    entries: Mapping[str, Entry]
    unanswerable: frozenset[str]
    order: tuple[str, ...]
    open: tuple[OpenVerdict, ...] = field(compare=False, repr=False)
    failing: int = field(compare=False, repr=False)
    before: Interview | None = field(default=None, compare=False, repr=False)

    @property
    def decided(self) -> int:
        """How many clauses are decided."""
        return len(self.inquiry.clauses) - len(self.open)

    @property
    def stuck(self) -> int:
        """How many clauses are open and wait, among others, for a fact that the user does not know."""
        return sum(not self.unanswerable.isdisjoint(_facts(verdict)) for verdict in self.open)


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask.

    Attributes:
        decides: how many verdicts its best value decides alone.
        waiting: the clauses that wait for it, in the sense of Kleene's logic; at least one of them depends on it for certain, unless that
            was too much to find out.
    """

    fact: str
    decides: int
    waiting: tuple[Clause, ...]


def _facts(verdict: OpenVerdict) -> frozenset[str]:
    return frozenset() if isinstance(verdict.breach, bool) else verdict.breach.facts


def inquire(library: Library, markets: Iterable[str], on: date) -> Inquiry:
    """Choose the clauses that bind in these markets on a day: confirmed `must` and `must_not` in force."""
    chosen = tuple(dict.fromkeys(markets))
    everywhere = library.with_wholes(chosen)
    found = binding_clauses(library, everywhere, on)
    clauses = tuple(sorted(found, key=lambda clause: everywhere.index(clause.jurisdiction)))
    mentioned = frozenset[str]().union(*[clause.facts for clause in clauses]) - {MARKETS}
    return Inquiry(
        library=library,
        markets=chosen,
        everywhere=everywhere,
        on=on,
        clauses=clauses,
        mentioned=mentioned,
        split=frozenset(fact for fact in mentioned if library.fact(fact).per_market),
        candidates=candidate_values(clauses, library.vocabulary),
    )


def begin(inquiry: Inquiry, entries: Mapping[str, Entry], unanswerable: Iterable[str] = ()) -> Interview:
    """Start from what a dossier holds already.

    Args:
        inquiry: what it is about.
        entries: known facts.
        unanswerable: facts that nobody is to be asked.
    """
    systems = _systems(inquiry, entries)
    memories: dict[str, dict[object, object]] = {name: {} for name in systems}
    left = [
        (clause, breach(clause, systems[clause.jurisdiction], inquiry.on, memories[clause.jurisdiction]))
        for clause in inquiry.clauses
    ]
    return Interview(
        inquiry=inquiry,
        entries=dict(entries),
        unanswerable=frozenset(unanswerable),
        order=(),
        open=_verdicts(inquiry, left, systems, {}),
        failing=sum(found is True for _, found in left),
    )


def answer(interview: Interview, entry: Entry) -> Interview:
    """Take an answer in; the fact may be known in part (in some markets) before."""
    inquiry = interview.inquiry
    entries = {**interview.entries, entry.fact: entry}
    systems = _systems(inquiry, entries)
    memories: dict[str, dict[object, object]] = {name: {} for name in systems}
    learned = frozenset({entry.fact})
    left: list[tuple[Clause, Pending]] = []
    kept: dict[str, OpenVerdict] = {}
    for verdict in interview.open:
        jurisdiction = verdict.clause.jurisdiction
        narrowed = narrow(verdict.breach, learned, systems[jurisdiction], memories[jurisdiction])
        left.append((verdict.clause, narrowed))
        if narrowed is verdict.breach:
            kept[verdict.clause.full_id] = verdict
    return replace(
        interview,
        entries=entries,
        unanswerable=interview.unanswerable - learned,
        order=(*interview.order, entry.fact),
        open=_verdicts(inquiry, left, systems, kept),
        failing=interview.failing + sum(found is True for _, found in left),
        before=interview,
    )


def dont_know(interview: Interview, fact: str) -> Interview:
    """Take "I don't know" in: the fact is not asked again, nor what only matters together with it."""
    return replace(
        interview,
        unanswerable=interview.unanswerable | {fact},
        order=(*interview.order, fact),
        before=interview,
    )


def back(interview: Interview) -> Interview:
    """Where the interview stood before its last answer; the interview itself at its beginning."""
    return interview.before or interview


def next_question(interview: Interview) -> Question | None:
    """The best question, or None where no answer can change a verdict any more."""
    return next(questions(interview), None)


def questions(interview: Interview) -> Iterator[Question]:
    """The questions worth asking, the most decisive first; what is between equals is decided by nature, reach and name.

    They are those of this moment: an answer may spare some of the others.
    """
    inquiry = interview.inquiry
    memory: dict[object, object] = {}
    waiting: dict[str, list[OpenVerdict]] = {}
    useful: list[OpenVerdict] = []
    for verdict in interview.open:
        facts = ways(verdict.breach, interview.unanswerable, memory).facts
        if facts:
            useful.append(verdict)
        for fact in facts:
            waiting.setdefault(fact, []).append(verdict)
    decides = decided_by(((verdict.clause.jurisdiction, verdict.deciding) for verdict in useful), inquiry.split)
    exact = _Exact(interview, memory)
    for fact in sorted(waiting, key=lambda fact: _rank(fact, decides, len(waiting[fact]), inquiry.library)):
        if any(fact in exact.facts(verdict) for verdict in waiting[fact]):
            yield Question(fact, decides[fact], tuple(verdict.clause for verdict in waiting[fact]))


def _rank(fact: str, decides: Counter[str], touched: int, library: Library) -> tuple[int, bool, int, str]:
    return (-decides[fact], library.fact(fact).nature != "given", -touched, fact)


class _Exact:
    """The facts that can change a verdict; each is looked at when it is asked for, once."""

    def __init__(self, interview: Interview, memory: dict[object, object]) -> None:
        self.interview = interview
        self.memory = memory
        self.systems = _systems(interview.inquiry, interview.entries)
        self.axioms: dict[str, list[Pending]] = {}
        self.found: dict[str, frozenset[str]] = {}

    def facts(self, verdict: OpenVerdict) -> frozenset[str]:
        clause = verdict.clause
        if clause.full_id not in self.found:
            unanswerable = self.interview.unanswerable
            self.found[clause.full_id] = relevant_facts(
                verdict.breach,
                ways(verdict.breach, unanswerable, self.memory).facts,
                unanswerable,
                self.axioms_in(clause.jurisdiction),
                self.systems[clause.jurisdiction],
                self.interview.inquiry.library.vocabulary,
            )
        return self.found[clause.full_id]

    def axioms_in(self, jurisdiction: str) -> list[Pending]:
        if jurisdiction not in self.axioms:
            system, memory = self.systems[jurisdiction], dict[object, object]()
            axioms = self.interview.inquiry.library.data.axioms
            self.axioms[jurisdiction] = [pending(axiom.formula.tree, system, memory) for axiom in axioms]
        return self.axioms[jurisdiction]


def _systems(inquiry: Inquiry, entries: Mapping[str, Entry]) -> dict[str, System]:
    """The system as each jurisdiction sees it."""
    found: dict[str, System] = {}
    for jurisdiction in dict.fromkeys(clause.jurisdiction for clause in inquiry.clauses):
        values = {fact: entry.value_in(jurisdiction) for fact, entry in entries.items()}
        facts: dict[str, Value] = {fact: value for fact, value in values.items() if value is not None}
        found[jurisdiction] = System(
            facts | {MARKETS: frozenset(inquiry.everywhere)}, inquiry.library.vocabulary.definitions
        )
    return found


def _verdicts(
    inquiry: Inquiry,
    left: Iterable[tuple[Clause, Pending]],
    systems: Mapping[str, System],
    kept: Mapping[str, OpenVerdict],
) -> tuple[OpenVerdict, ...]:
    memories: dict[str, dict[object, object]] = {name: {} for name in systems}
    return tuple(
        kept.get(clause.full_id)
        or OpenVerdict(
            clause,
            found,
            deciding(found, inquiry.candidates, systems[clause.jurisdiction], memories[clause.jurisdiction]),
        )
        for clause, found in left
        if not isinstance(found, bool)
    )
