"""The measure `dialogue-bank`: what a question bank holds, and what it lacks of what clauses ask.

Nothing is asked of a model here. How many questions a clause wants is read from its formula; no number of any law stands in this file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.clauses.values import canonical
from comity.dossier.statements import MeasuredFact, Predicate, new_statement
from comity.engines.kleene import Trace, trace
from comity.errors import InputError
from comity.language import Message
from comity.measures.dialogue_bank import (
    EXPECTATIONS,
    MUST_NOT_REFUSE,
    MUST_PASS,
    MUST_REFUSE,
    TEXT,
    VALUES,
    distinct,
    risk_classes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from comity.clauses.tree import Value
    from comity.dossier.statements import Plain, Statement
    from comity.library.loader import Library
    from comity.library.model import Clause
    from comity.measures.dialogue_bank import Bank, Question

MEASURE = "dialogue-bank"
METHOD = (
    "Questions are counted once, whatever number of languages they stand in; a text that stands there already under another id is not "
    "counted. Questions that must pass make up the bank for generated content. Smallest numbers are taken over all risks of a class in "
    "the content bank, and over the risks or themes that are there in the other two; of questions to refuse, the risks of public order "
    "and discrimination count. A bank that the files do not hold gets no facts. Time between updates: as the files say, and until the "
    "day of the measurement."
)
ASPECTS = "dialogue.must_answer.aspects"
COVERAGE = "dialogue.bank.language_modality_coverage"
INTERVAL = "dialogue.bank.update_interval"
_NO_PASS = Message("no file holds a question whose content has to pass")
_NO_REFUSE = Message("no file holds a question to refuse")
_NO_ANSWER = Message("no file holds a question to answer")
_NOT_OFFERED = Message("say with --offered in which languages the system is offered")
_NO_DAYS = Message("every file names two days at least under updates; JSON Lines name none")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One comparison of a clause that a bank does not satisfy: the fact, what was found and what is wanted, as formulas are written."""

    fact: str
    found: Value
    wanted: str


@dataclass(frozen=True, slots=True)
class ClauseOnBank:
    """A clause that asks about a bank.

    Attributes:
        clause: of the library.
        holds: whether the bank satisfies it; None where the bank alone does not decide.
        lacks: what it falls short of.
        missing: facts that a bank could tell and this one does not, with the reason.
    """

    clause: Clause
    holds: bool | None
    lacks: tuple[Wanted, ...]
    missing: tuple[tuple[str, Message], ...] = ()


def measure_bank(
    bank: Bank, *, offered: Sequence[str] = (), modalities: Sequence[str] = (TEXT,), on: date | None = None
) -> Statement:
    """Establish the facts about a bank.

    Args:
        bank: the bank.
        offered: languages in which the system is offered; without them their share in the bank is not established.
        modalities: of what the system puts out.
        on: the day; today by default.

    Raises:
        InputError: the bank says that it was updated on a day to come.
    """
    day = on or datetime.now().astimezone().date()
    facts = [
        *_content_facts(bank.of(MUST_PASS), offered, modalities),
        *_refusal_facts(bank.of(MUST_REFUSE)),
        *_answer_facts(bank.of(MUST_NOT_REFUSE)),
        *_update_facts(bank, day),
    ]
    predicate = Predicate(MEASURE, METHOD, [], day, facts, _observations(bank, offered))
    return new_statement(list(bank.artefacts), predicate)


def clauses_on_bank(statement: Statement, library: Library) -> tuple[ClauseOnBank, ...]:
    """Every clause of the library that asks about what a bank can tell, in the order of the library.

    Whether a clause applies to a system is not asked: the bank does not know the system. A clause that waits for something that this bank
    does not tell is there as well: leaving it out would look like enough.
    """
    types = library.vocabulary.types
    known = {
        fact.fact: canonical(fact.value, types[fact.fact]) for fact in statement.predicate.facts if fact.fact in types
    }
    return tuple(
        _judged(clause, known, library)
        for clause in library.clauses.values()
        if not clause.unknowable and not told_by_banks().keys().isdisjoint(clause.require.facts)
    )


def told_by_banks() -> dict[str, Message]:
    """Every fact that a bank can tell, and why one does not."""
    content = ("dialogue.bank.size", "dialogue.risks_covered", *(entry.fact for entry in risk_classes()))
    refuse = ("bank_size", "risks_covered", "questions_per_risk")
    answer = ("bank_size", "aspects", "questions_per_aspect")
    return {
        **dict.fromkeys(content, _NO_PASS),
        COVERAGE: _NOT_OFFERED,
        INTERVAL: _NO_DAYS,
        **{f"dialogue.must_refuse.{name}": _NO_REFUSE for name in refuse},
        **{f"dialogue.must_answer.{name}": _NO_ANSWER for name in answer},
    }


def _judged(clause: Clause, known: dict[str, Value], library: Library) -> ClauseOnBank:
    found = trace(clause.require.tree, known, library.vocabulary.definitions)
    holds = found.value if isinstance(found.value, bool) else None
    if holds:
        return ClauseOnBank(clause, holds, ())
    reasons = told_by_banks()
    missing = tuple(
        (fact, reasons[fact]) for fact in sorted(clause.require.facts) if fact in reasons and fact not in known
    )
    return ClauseOnBank(clause, holds, tuple(_wanted(found, known)), missing)


def _wanted(found: Trace, known: dict[str, Value]) -> Iterator[Wanted]:
    """The comparisons of known facts that came out false."""
    match found.expression:
        case t.Compare(operator=operator, left=t.Fact(id=fact)) if found.value is False:
            yield Wanted(fact, known[fact], f"{operator} {_written(found.parts[1].value)}")
        case t.Contains(operand=t.Fact(id=fact), values=values) if found.value is False:
            held = known[fact]
            missing = [value for value in values if isinstance(held, frozenset) and value not in held]
            yield Wanted(fact, held, f"+ {', '.join(missing)}")
        case _:
            for part in found.parts:
                yield from _wanted(part, known)


def _written(value: object) -> str:
    return f"{value / timedelta(hours=1):g}h" if isinstance(value, timedelta) else str(value)


def _content_facts(
    questions: tuple[Question, ...], offered: Sequence[str], modalities: Sequence[str]
) -> Iterator[MeasuredFact]:
    if not questions:
        return
    counted = distinct(questions)
    yield _observed("dialogue.bank.size", len(counted))
    per_risk = Counter(question.about for question in counted.values())
    yield _observed("dialogue.risks_covered", len(per_risk))
    smallest: dict[str, int] = {}
    for entry in risk_classes():
        fewest = min(per_risk[risk] for risk in entry.risks)
        smallest[entry.fact] = min(smallest.get(entry.fact, fewest), fewest)
    for fact, fewest in smallest.items():
        yield _observed(fact, fewest)
    pairs = {(language, modality) for language in offered for modality in modalities}
    if pairs:
        there = {
            (language, modality)
            for language, modality in pairs
            if any(question.modality == modality and covers(question.language, language) for question in questions)
        }
        yield _observed(COVERAGE, len(there) / len(pairs))


def covers(tag: str, offered: str) -> bool:
    """Whether a text in a language is one in an offered language: the same tag, or one that says more (zh-Hant for zh)."""
    return tag == offered or tag.startswith(f"{offered}-")


def _refusal_facts(questions: tuple[Question, ...]) -> Iterator[MeasuredFact]:
    if not questions:
        return
    counted = distinct(questions)
    wanted = _refused_risks()
    per_risk = Counter(question.about for question in counted.values() if question.about in wanted)
    yield _observed("dialogue.must_refuse.bank_size", len(counted))
    yield _observed("dialogue.must_refuse.risks_covered", len(per_risk))
    yield _observed("dialogue.must_refuse.questions_per_risk", min(per_risk.values(), default=0))


def _refused_risks() -> set[str]:
    """The risks that a bank of questions to refuse is about."""
    return {risk for entry in risk_classes() if entry.refused for risk in entry.risks}


def _answer_facts(questions: tuple[Question, ...]) -> Iterator[MeasuredFact]:
    if not questions:
        return
    counted = distinct(questions)
    per_theme = Counter(question.about for question in counted.values())
    yield _observed("dialogue.must_answer.bank_size", len(counted))
    yield _observed(ASPECTS, sorted(per_theme))
    yield _observed("dialogue.must_answer.questions_per_aspect", min(per_theme.values()))


def _update_facts(bank: Bank, on: date) -> Iterator[MeasuredFact]:
    """The longest time between updates, where every file names two at least: one day is no interval, however short ago it was.

    Raises:
        InputError: a day lies in the future.
    """
    if not all(len(set(days)) > 1 for days in bank.updates):
        return
    longest = timedelta(0)
    for days in bank.updates:
        ordered = sorted(set(days))
        if ordered[-1] > on:
            raise InputError(Message("the bank says that it was updated on {day}, which is to come", day=ordered[-1]))
        longest = max(longest, *(later - day for day, later in zip(ordered, [*ordered[1:], on], strict=True)))
    yield MeasuredFact(INTERVAL, f"{longest.days * 24}h", "reported", where="updates")


def _observed(fact: str, value: Plain) -> MeasuredFact:
    return MeasuredFact(fact, value, "observed")


def _observations(bank: Bank, offered: Sequence[str]) -> dict[str, Plain | None]:
    languages = sorted({question.language for question in bank.questions})
    found: dict[str, Plain | None] = {"texts": len(bank.questions), "languages": languages}
    for expectation in EXPECTATIONS:
        questions = bank.of(expectation)
        if expectation == VALUES and not questions:
            continue
        counted = distinct(questions)
        found[f"{expectation}.questions"] = len(counted)
        ids = {question.id for question in questions}
        found[f"{expectation}.repeated_under_another_id"] = len(ids) - len(counted)
        for language in languages:
            found[f"{expectation}.questions_by_language.{language}"] = _in_language(questions, language)
    for expectation in (MUST_PASS, MUST_REFUSE):
        per_risk = Counter(question.about for question in distinct(bank.of(expectation)).values())
        risks = [risk for entry in risk_classes() for risk in entry.risks]
        wanted = _refused_risks() if expectation == MUST_REFUSE else set(risks)
        found |= {f"{expectation}.questions_by_risk.{risk}": per_risk[risk] for risk in risks if per_risk[risk]}
        found[f"{expectation}.risks_without_questions"] = [
            risk for risk in risks if risk in wanted and not per_risk[risk]
        ] or None
    found["languages_offered"] = list(offered) or None
    return found


def _in_language(questions: Iterable[Question], language: str) -> int:
    return len(distinct(question for question in questions if question.language == language))
