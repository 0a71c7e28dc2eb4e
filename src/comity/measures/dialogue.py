"""The measure `dialogue`: what a model refuses of what it must refuse, and of what it must not, in each language.

Refusals are found by rule (`refusal_rules`). Whether content that must pass does pass is for people or a named judge to say, so no rule
here establishes it. What the answers amount to is for `dialogue_rates`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import factorial
from typing import TYPE_CHECKING

from comity.dossier.statements import Artefact, Digest, Predicate, new_statement
from comity.errors import InputError
from comity.language import Message, clean
from comity.measures.dialogue_bank import MUST_PASS, VALUES
from comity.measures.dialogue_journal import Answered, Journal
from comity.measures.dialogue_judge import NO_VERDICTS, WITHHELD, check_judge, judge_answers
from comity.measures.dialogue_predictions import predictions_of
from comity.measures.dialogue_rates import BANKS, JUDGED_BY_RULE, digest_of, refusal_facts, refusal_findings
from comity.measures.dialogue_review import sheet_of
from comity.measures.dialogue_run import ask_all, judged_again
from comity.measures.dialogue_values import asked_again
from comity.measures.dialogue_values_findings import METHOD as VALUES_METHOD
from comity.measures.dialogue_values_findings import values_findings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement, Tool
    from comity.measures.dialogue_bank import Bank, Question
    from comity.measures.dialogue_judge import Judging
    from comity.measures.dialogue_run import Asking, Outcome
    from comity.measures.refusal_rules import RefusalRules
    from comity.measures.review_sheet import ReviewSheet

MEASURE = "dialogue"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What was found.

    Attributes:
        statement: the facts, for the dossier.
        without_answer: how many questions got no answer.
        sheet: the answers that people judge; None where none was asked for.
        predictions: the run as a table, CSV.
        not_judged: how many answers wait for a judge that did not reply.
    """

    statement: Statement
    without_answer: int
    sheet: ReviewSheet | None = None
    predictions: bytes = b""
    not_judged: int = 0


def measure_dialogue(
    bank: Bank,
    asking: Asking,
    rules: RefusalRules,
    journal_file: Path,
    *,
    sample: int | None = None,
    turns: int = 1,
    keep_answers: bool = False,
    with_sheet: bool = False,
    judging: Judging | None = None,
    on: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Dialogue:
    """Put a bank to a model and establish its refusal rates.

    Args:
        bank: the questions.
        asking: the model, and how it is asked.
        rules: for refusals.
        journal_file: where every answer is noted; a run that was cut short goes on from it.
        sample: texts drawn at random for each expectation, by the seed of `asking`; all of them by default.
        turns: how often each question about values is asked.
        keep_answers: whether the journal holds the answers themselves, and not only their digests.
        with_sheet: whether a sheet is made on which people judge answers; it needs the answers.
        judging: a model that judges answers; it needs them as well.
        on: the day; today by default.
        progress: told how many of how many are done.

    Raises:
        InputError: a language has no rules, the journal is another run's, or the model does not answer at all.
    """
    check_languages(bank, rules)
    if with_sheet and not keep_answers:
        raise InputError(Message("a sheet for people needs the answers: add --keep-answers"))
    if judging is not None:
        if not keep_answers:
            raise InputError(Message("a judge needs the answers: add --keep-answers"))
        check_judge(asking, judging)
    judged, values = (
        judged_questions(bank, sample, asking.seed),
        values_questions(bank, turns, asking.seed, drawn_answers=asking.temperature > 0),
    )
    questions = [*judged, *values]
    again = partial(judged_again, rules=rules) if keep_answers else None
    with Journal(journal_file, asking.run(bank, rules), Answered, again) as journal:
        outcome = ask_all(questions, asking, rules, journal, keep_answers=keep_answers, progress=progress)
        answers = journal.answers
    if len(outcome.without) == len(questions):
        reasons = ", ".join(sorted(outcome.failed))
        raise InputError(Message("the model does not answer ({reason})", reason=reasons))
    seen = {key: answers[key] for entry in questions if (key := (entry.id, entry.language)) in answers}
    verdicts = judge_answers(judged, seen, judging, progress=progress) if judging is not None else NO_VERDICTS
    findings = refusal_findings(questions, seen, clean(asking.model)) | _failures(outcome) | verdicts.findings
    if verdicts.facts:
        del findings[WITHHELD]
    predicate = Predicate(
        MEASURE,
        _method(asking, rules, sample)
        + asking.address.manner
        + (VALUES_METHOD if values else "")
        + (judging.manner if judging is not None else ""),
        _tools(asking, judging),
        on or datetime.now().astimezone().date(),
        [*refusal_facts(questions, seen), *verdicts.facts],
        findings | values_findings(values, seen, asking.seed),
        seed=asking.seed,
    )
    named = clean(f"answers of {asking.model} at {asking.address.shown}")[:300]
    artefacts = [Artefact(named, Digest(digest_of(seen.values()))), *asking.address.artefacts, *bank.artefacts]
    if judging is not None:
        artefacts += [*judging.asking.address.artefacts, judging.prompts.artefact]
    sheet = sheet_of((entry for entry in judged if entry.expectation == MUST_PASS), seen) if with_sheet else None
    statement = new_statement(artefacts, predicate)
    return Dialogue(statement, len(outcome.without), sheet, predictions_of(judged, seen), verdicts.incomplete)


def judged_questions(bank: Bank, sample: int | None, seed: int) -> list[Question]:
    """What is asked of a bank, all but questions about values."""
    return [entry for expectation in JUDGED_BY_RULE for entry in drawn(bank.of(expectation), sample, seed)]


def values_questions(bank: Bank, turns: int, seed: int, *, drawn_answers: bool = True) -> list[Question]:
    """The questions about values of a bank as they are put, each so many times.

    Args:
        bank: the questions.
        turns: how often each is asked.
        seed: of the order of the options.
        drawn_answers: whether answers are drawn; if not, the same text has the same answer, and is not asked twice.

    Raises:
        InputError: a text would be asked twice.
    """
    fewest = min((factorial(len(entry.options)) for entry in bank.of(VALUES)), default=turns)
    if not drawn_answers and turns > fewest:
        message = Message(
            "--times: at temperature 0 an answer repeats itself; the options have {count} orders", count=fewest
        )
        raise InputError(message, hint=Message("ask at most so often, or add --temperature"))
    return [again for entry in bank.of(VALUES) for again in asked_again(entry, turns, seed)]


def drawn(questions: tuple[Question, ...], sample: int | None, seed: int) -> list[Question]:
    """A random sample of texts, the same for the same seed whatever the order of the bank; all of them where none is asked for."""
    ordered = sorted(questions, key=lambda entry: (entry.id, entry.language))
    if sample is None or sample >= len(ordered):
        return ordered
    chosen = random.Random(f"{seed}/{ordered[0].expectation}").sample(range(len(ordered)), sample)  # noqa: S311
    return [ordered[index] for index in sorted(chosen)]


def check_languages(bank: Bank, rules: RefusalRules) -> None:
    """Make sure that refusals can be found wherever a rate rests on them.

    Raises:
        InputError: a language has no rules.
    """
    judged = {entry.language for entry in bank.questions if entry.expectation in BANKS}
    strange = sorted(language for language in judged if not rules.knows(language))
    if strange:
        message = Message("there are no rules for refusals in: {languages}", languages=", ".join(strange[:20]))
        raise InputError(message, hint=Message("add them with --rules FILE, or leave these texts out"))


def _method(asking: Asking, rules: RefusalRules, sample: int | None) -> str:
    how = "every text of the bank" if sample is None else f"{sample} texts drawn at random for each expectation"
    return (
        f"Asked: {how}, each alone and once, without a system prompt; temperature {asking.temperature:g}, at most "
        f"{asking.tokens} tokens. Refusals: by rule (SHA-256 {rules.digest[:16]}…) in the first {rules.opening} characters, "
        "or marked by the server. A rate is over texts; the sample size counts a question once, whatever number of languages "
        "it was asked in. An empty answer is no refusal of what must be refused, and one of what must be answered. Exact "
        "95 % interval, texts taken as independent."
    )


def _tools(asking: Asking, judging: Judging | None) -> list[Tool]:
    """The programs that ran the model and the judge, each once."""
    found = list(asking.address.tools)
    judges = () if judging is None else judging.asking.address.tools
    return found + [tool for tool in judges if tool not in found]


def _failures(outcome: Outcome) -> dict[str, Plain | None]:
    return {f"no_answer.{reason}": count for reason, count in sorted(outcome.failed.items())}
