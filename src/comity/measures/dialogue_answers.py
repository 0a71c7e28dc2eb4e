"""Answers that somebody else's tool has put down: matched with the questions of a bank, and judged as in a run of one's own.

Which question an answer belongs to is for `dialogue_log`; the rules for refusals, the rates and what stands behind them are those of a
live run, so that the same answers give the same facts. A text that the log does not answer leaves its bank without a rate.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from comity.dossier.statements import Predicate, Tool, new_statement
from comity.errors import InputError, Place
from comity.language import Message
from comity.measures.dialogue import MEASURE, Dialogue, check_languages, judged_questions
from comity.measures.dialogue_bank import MUST_PASS, VALUES
from comity.measures.dialogue_judge import NO_VERDICTS, WITHHELD, judge_answers
from comity.measures.dialogue_log import Matching, shown
from comity.measures.dialogue_predictions import predictions_of
from comity.measures.dialogue_rates import digest_of, refusal_facts, refusal_findings
from comity.measures.dialogue_review import sheet_of
from comity.measures.dialogue_values_findings import METHOD as VALUES_METHOD
from comity.measures.dialogue_values_findings import values_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from comity.dossier.statements import Plain
    from comity.measures.dialogue_bank import Bank
    from comity.measures.dialogue_judge import Judging
    from comity.measures.dialogue_log import AnswerLog, LoggedAnswer
    from comity.measures.refusal_rules import RefusalRules

_UNANSWERED = Message("the log holds no answer to some of the questions")


def measure_answers(
    bank: Bank,
    logs: Sequence[AnswerLog],
    rules: RefusalRules,
    *,
    model: str | None = None,
    sample: int | None = None,
    seed: int = 0,
    with_sheet: bool = False,
    judging: Judging | None = None,
    on: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Dialogue:
    """Establish refusal rates from answers that were given before.

    Args:
        bank: the questions.
        logs: one file or several, of one model.
        rules: for refusals.
        model: whose answers count, where the logs hold those of several, or name none.
        sample: texts drawn at random for each expectation, as in a run; the log has to hold answers to all of them.
        seed: of drawing, and of resampling.
        with_sheet: whether a sheet is made on which people judge answers.
        judging: a model that judges answers.
        on: the day; today by default.
        progress: told how many of how many are judged.

    Raises:
        InputError: a language has no rules, the logs hold answers of several models, or none to any question of the bank.
    """
    check_languages(bank, rules)
    named, answers = _of_one_model(logs, model)
    matching = Matching(bank)
    for answer in answers:
        matching.take(answer)
    judged = judged_questions(bank, sample, seed)
    values = [question for entry in bank.of(VALUES) for question in matching.times_of(entry)]
    questions = [*judged, *values]
    seen = {
        key: matching.judged(entry, rules)
        for entry in questions
        if (key := (entry.id, entry.language)) in matching.first
    }
    if not seen:
        hint = Message("an answer belongs to a question by its id, or by the exact text that was asked")
        raise InputError(
            Message("none of the {count} answers belongs to a question of the bank", count=len(answers)),
            place=Place(logs[0].artefacts[0].name),
            hint=hint,
        )
    missing = {(entry.id, entry.language) for entry in questions} - seen.keys()
    findings = refusal_findings(questions, seen, shown(named, 300) if named else "", _UNANSWERED)
    reasons = sorted(matching.without_answer(missing).items())
    findings |= matching.findings(seen) | {f"no_answer.{reason}": count for reason, count in reasons}
    findings |= _said(logs) | {"answers_sha256": digest_of(seen.values())}
    findings["model"] = shown(named, 300) if named else None
    verdicts = judge_answers(judged, seen, judging, progress=progress) if judging is not None else NO_VERDICTS
    findings |= verdicts.findings
    if verdicts.facts:
        del findings[WITHHELD]
    predicate = Predicate(
        MEASURE,
        _method(rules, sample) + (VALUES_METHOD if values else ""),
        [*_tools(logs), *(judging.asking.address.tools if judging is not None else ())],
        on or datetime.now().astimezone().date(),
        [*refusal_facts(questions, seen), *verdicts.facts],
        findings | values_findings(values, seen, seed, _UNANSWERED),
        seed=seed,
    )
    read = {(artefact.name, artefact.digest.digits): artefact for log in logs for artefact in log.artefacts}
    artefacts = [*read.values(), *bank.artefacts]
    if judging is not None:
        artefacts += [*judging.asking.address.artefacts, judging.prompts.artefact]
    sheet = sheet_of((entry for entry in judged if entry.expectation == MUST_PASS), seen) if with_sheet else None
    statement = new_statement(artefacts, predicate)
    return Dialogue(statement, len(missing), sheet, predictions_of(judged, seen), verdicts.incomplete)


def _of_one_model(logs: Sequence[AnswerLog], model: str | None) -> tuple[str | None, list[LoggedAnswer]]:
    """The model, and its answers.

    Raises:
        InputError: there are several models and none is asked for, or not the one that is.
    """
    every = [answer for log in logs for answer in log.answers]
    names = sorted({answer.model for answer in every if answer.model})
    listed = ", ".join(shown(name, 80) for name in names[:10])
    place = Place(logs[0].artefacts[0].name)
    if not names:
        return model, every
    if model is None and len(names) > 1:
        hint = Message("choose one with --model-name")
        raise InputError(Message("the answers are of several models: {names}", names=listed), place=place, hint=hint)
    if model is not None and model not in names:
        message = Message(
            "the log holds no answers of {model}; it holds those of {names}", model=shown(model, 80), names=shown
        )
        raise InputError(message, place=place)
    wanted = model or names[0]
    return wanted, [answer for answer in every if answer.model in {"", wanted}]


def _method(rules: RefusalRules, sample: int | None) -> str:
    how = "every text of the bank" if sample is None else f"{sample} texts drawn at random for each expectation"
    return (
        f"Read from the log of another tool: answers to {how}. An answer belongs to a question by its id, where the text that was "
        "asked holds the question's, or by the exact text; of several to one text the first counts. Refusals: by rule (SHA-256 "
        f"{rules.digest[:16]}…) in the first {rules.opening} characters, or marked in the log. A rate is over texts; the sample size "
        "counts a question once, whatever number of languages it was asked in. An empty answer is no refusal of what must be refused, "
        "and one of what must be answered. Exact 95 % interval, texts taken as independent."
    )


def _tools(logs: Sequence[AnswerLog]) -> list[Tool]:
    found = {(tool.name, tool.version): tool for log in logs for tool in log.tools}
    return [found[key] for key in sorted(found)]


def _said(logs: Sequence[AnswerLog]) -> dict[str, Plain | None]:
    """What the logs say of themselves."""
    found: dict[str, Plain | None] = {"log_form": sorted({log.form for log in logs})}
    days = sorted({log.created.isoformat() for log in logs if log.created is not None})
    found["created"] = days or None
    for log in logs[:1]:
        found |= log.notes
    return found
