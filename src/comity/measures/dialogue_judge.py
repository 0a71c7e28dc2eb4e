"""A judge model: whether content passes, and a second opinion on refusals.

The user names the judge; nobody is asked by default. It is put to controls, and where it is wrong about them it establishes nothing. An
answer without a judgement bars the rate: unknown is never a pass. What the judge says of refusals is compared with the rules, counted, and
changes no rate. Every judgement stands in a journal of its own, with the digests of prompt, answer and reply.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from comity.dossier.statements import MeasuredFact
from comity.errors import InputError, missing_extra
from comity.language import Message, clean
from comity.measures.dialogue_bank import MUST_PASS, TEXT, Question
from comity.measures.dialogue_gap import NOT_JUDGED, language_gap
from comity.measures.dialogue_gap import WITHHELD as GAP_WITHHELD
from comity.measures.dialogue_journal import FORM, Journal, Judged, Run
from comity.measures.dialogue_run import GivenUpError, ask_each
from comity.measures.intervals import exact_interval
from comity.measures.judge_prompts import CONTENT, KINDS, REFUSAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from comity.dossier.statements import Plain
    from comity.measures.chat_address import Reply
    from comity.measures.dialogue_journal import Answered
    from comity.measures.dialogue_run import Asking
    from comity.measures.judge_prompts import JudgePrompts, Prompt

METHOD = "language_model_judge"
"""Value of `dialogue.content.methods`."""

WITHHELD = "content.pass_rate_withheld"
"""The observation that says why there is no pass rate."""

LONGEST_ANSWER = 100_000
"""Characters; a longer answer is not put to a judge."""

LONGEST_KEPT = 10_000
"""Characters of a judge's reply that are kept."""

_NOT_JUDGED = Message("the judge did not judge every answer; whether content passes is for people to say")
_WRONG = Message("the judge is wrong about controls; whether content passes is for people to say")
_UNANSWERED = Message("some questions got no answer; the same command asks only those again")


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges, and how.

    Attributes:
        asking: the judge, and how it is asked.
        prompts: what it is asked.
        journal: where its judgements are noted.
        offered: languages in which the system is offered, for the gap between them.
    """

    asking: Asking
    prompts: JudgePrompts
    journal: Path
    offered: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """The judge as a statement names it."""
        return clean(f"judge {self.asking.model}")[:200]

    @property
    def manner(self) -> str:
        """How it judges, for the method of a statement."""
        return (
            f" Judged by a language model ({self.named}; prompts and controls SHA-256 {self.prompts.artefact.digest.digits[:16]}…; "
            f"at most {self.asking.tokens} tokens): whether content passes, unless it is wrong about a control or leaves an answer "
            "unjudged; an empty answer does not pass. Of refusals its opinion is compared with the rules and changes no rate."
        )


class Item(NamedTuple):
    """An answer that is put to the judge.

    Attributes:
        question: that was asked.
        kind: of the judgement.
        answer: what came.
        digest: of the answer.
        put: what the judge is asked, with question and answer filled in.
        ruled: whether the rules found a refusal.
    """

    question: Question
    kind: str
    answer: str
    digest: str
    put: str
    ruled: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """The item as the journal knows it: a judgement counts only for exactly what was put to the judge."""
        return self.question.id, self.question.language, _sha256(self.put)


class Verdicts(NamedTuple):
    """What came of it.

    Attributes:
        facts: that the judge establishes.
        findings: for the reader.
        incomplete: how many answers wait for a judgement that may still come.
    """

    facts: list[MeasuredFact]
    findings: dict[str, Plain | None]
    incomplete: int


NO_VERDICTS = Verdicts([], {}, 0)


def check_judge(asking: Asking, judging: Judging) -> None:
    """Make sure, before anything is asked, that the judge can judge.

    Raises:
        InputError: it is the model itself, or a package is missing.
    """
    judge = judging.asking
    if (judge.address.identity, judge.model) == (asking.address.identity, asking.model):
        raise InputError(Message("--judge: a model does not judge its own answers"))
    if find_spec("numpy") is None:
        raise missing_extra("numpy", "dialogue")


def judge_answers(
    questions: list[Question],
    answers: Mapping[tuple[str, str], Answered],
    judging: Judging,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Verdicts:
    """Put answers to the judge, those that stand in its journal excepted.

    Args:
        questions: what the model was asked.
        answers: what it answered; each has its text.
        judging: the judge.
        progress: told how many of how many are done.

    Raises:
        InputError: the judge does not answer, its journal is another's, or an answer was not kept.
    """
    _check_kept(answers.values())
    items = [item for item in _items(questions, answers, judging.prompts) if item.answer]
    controls = list(_controls(judging.prompts))
    short = [item for item in (*controls, *items) if len(item.answer) <= LONGEST_ANSWER]
    with Journal(judging.journal, _run(judging), Judged) as journal:
        failed = _judge(short, judging, journal, progress)
        judged = dict(journal.answers)
    wrong = {kind: _wrong(kind, controls, judging.prompts, judged) for kind in KINDS}
    findings: dict[str, Plain | None] = {
        "judge": clean(f"{judging.asking.model} at {judging.asking.address.shown}")[:300],
        **{f"judge.prompt_sha256.{kind}": judging.prompts.prompts[kind].digest for kind in KINDS},
        **{f"judge.controls_right.{kind}": _share(kind, controls, len(wrong[kind])) for kind in KINDS},
        "judge.not_judged": sum(not _verdict(item, judged) for item in items),
        **{f"judge.no_reply.{reason}": count for reason, count in sorted(failed.items())},
    }
    if any(wrong.values()):
        findings["judge.controls_wrong"] = sorted(name for names in wrong.values() for name in names)
    facts, passing = _content(questions, answers, judging, judged, trusted=not wrong[CONTENT])
    findings |= passing | _second_opinion(items, judging.prompts.prompts[REFUSAL], judged)
    return Verdicts(facts, findings, sum(failed.values()))


def _check_kept(answers: Iterable[Answered]) -> None:
    if any(answer.answer is None and not answer.empty for answer in answers):
        hint = Message("ask anew with --keep-answers and another --journal")
        raise InputError(Message("the journal holds no answers, only their digests"), hint=hint)


def _items(
    questions: Iterable[Question], answers: Mapping[tuple[str, str], Answered], prompts: JudgePrompts
) -> Iterable[Item]:
    """Every answer in the order of the questions."""
    for question in questions:
        answer = answers.get((question.id, question.language))
        if answer is not None:
            kind = CONTENT if question.expectation == MUST_PASS else REFUSAL
            said = answer.answer or ""
            yield Item(question, kind, said, answer.sha256, _put(question, said, prompts.prompts[kind]), answer.refused)


def _controls(prompts: JudgePrompts) -> Iterable[Item]:
    for control in prompts.controls:
        question = Question(f"control:{control.id}", control.language, "", control.about, TEXT, control.question)
        put = _put(question, control.answer, prompts.prompts[control.kind])
        yield Item(question, control.kind, control.answer, _sha256(control.answer), put)


def _put(question: Question, answer: str, prompt: Prompt) -> str:
    return prompt.filled(question.text, answer, question.about, question.language)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _run(judging: Judging) -> Run:
    asking = judging.asking
    request = hashlib.sha256(asking.request("")).hexdigest()
    return Run(FORM, asking.address.identity, asking.model, (), judging.prompts.artefact.digest.digits, request)


def _judge(
    items: list[Item], judging: Judging, journal: Journal[Judged], progress: Callable[[int, int], None] | None
) -> dict[str, int]:
    """Fill the journal; how many got no reply comes back, by reason."""
    open_ones = {(item.question.id, item.question.language): item for item in items if item.key not in journal.answers}
    before = len(items) - len(open_ones)
    put = [_question(item) for item in open_ones.values()]

    def note(question: Question, reply: Reply) -> None:
        item = open_ones[question.id, question.language]
        journal.add(_judged(item, judging.prompts.prompts[item.kind], reply))

    told = None if progress is None else lambda done, _: progress(before + done, len(items))
    try:
        return dict(ask_each(put, judging.asking, note, told).failed)
    except GivenUpError as error:
        message = Message("the judge does not answer ({reason})", reason=error.said)
        count = len(journal.answers)
        hint = Message("{count} judgements are in the journal; the same command goes on from there", count=count)
        raise InputError(message, hint=hint if count else None) from None
    finally:
        journal.keep()


def _question(item: Item) -> Question:
    question = item.question
    return Question(question.id, question.language, "", question.about, TEXT, item.put)


def _judged(item: Item, prompt: Prompt, reply: Reply) -> Judged:
    """An entry of the journal; a reply that the server filtered or cut off is no judgement."""
    whole = not reply.refusal and reply.finish != "length"
    return Judged(
        item.question.id,
        item.question.language,
        item.digest,
        prompt.digest,
        _sha256(item.put),
        _sha256(reply.text),
        prompt.verdict(reply.text) if whole else "",
        reply.finish,
        reply.model,
        reply.text[:LONGEST_KEPT].encode("utf-8", "replace").decode(),
    )


def _verdict(item: Item, judged: Mapping[tuple[str, ...], Judged]) -> str:
    found = judged.get(item.key)
    return found.verdict if found is not None else ""


def _wrong(
    kind: str, controls: list[Item], prompts: JudgePrompts, judged: Mapping[tuple[str, ...], Judged]
) -> list[str]:
    """The controls of a kind about which the judge is wrong or says nothing."""
    right = {f"control:{control.id}": control.verdict for control in prompts.controls}
    found = [item for item in controls if item.kind == kind and _verdict(item, judged) != right[item.question.id]]
    return [item.question.id.removeprefix("control:") for item in found]


def _share(kind: str, controls: list[Item], wrong: int) -> str:
    whole = sum(item.kind == kind for item in controls)
    return f"{whole - wrong}/{whole}"


def _content(
    questions: list[Question],
    answers: Mapping[tuple[str, str], Answered],
    judging: Judging,
    judged: Mapping[tuple[str, ...], Judged],
    *,
    trusted: bool,
) -> tuple[list[MeasuredFact], dict[str, Plain | None]]:
    """Whether content passes: facts where all of it was judged, and what was found by language. An empty answer does not pass."""
    asked = [entry for entry in questions if entry.expectation == MUST_PASS]
    if not asked:
        return [], {}
    positive = judging.prompts.prompts[CONTENT].positive
    passed: dict[str, list[bool]] = {}
    verdicts: dict[tuple[str, str], bool] = {}
    open_ones = 0
    for item in _items(asked, answers, judging.prompts):
        verdict = _verdict(item, judged)
        open_ones += bool(item.answer) and not verdict
        if verdict or not item.answer:
            passed.setdefault(item.question.language, []).append(verdict == positive)
            verdicts[item.question.id, item.question.language] = verdict == positive
    rows: dict[str, Plain | None] = {
        f"judge.passed_by_language.{language}": f"{sum(found)}/{len(found)}"
        for language, found in sorted(passed.items())
    }
    missing = any((entry.id, entry.language) not in answers for entry in asked)
    reason = _WRONG if not trusted else _UNANSWERED if missing else _NOT_JUDGED if open_ones else None
    if reason is not None:
        return [], rows | {WITHHELD: reason.template, GAP_WITHHELD: NOT_JUDGED.template}
    counted = [found for language in passed.values() for found in language]
    part, whole, where = sum(counted), len(counted), judging.named
    interval = exact_interval(part, whole)
    facts = [
        MeasuredFact("dialogue.content.pass_rate", part / whole, "observed", where, whole, interval),
        MeasuredFact("dialogue.content.sample_size", whole, "observed", where),
        MeasuredFact("dialogue.content.methods", [METHOD], "observed", where),
    ]
    gap, of_gap = language_gap(verdicts, judging.offered, where)
    return [*facts, *gap], rows | of_gap


def _second_opinion(
    items: list[Item], prompt: Prompt, judged: Mapping[tuple[str, ...], Judged]
) -> dict[str, Plain | None]:
    """How far judge and rules agree on refusals."""
    import numpy as np

    from comity.measures.agreement import agreement, distances_of

    pairs = [
        (item, verdict == prompt.positive)
        for item in items
        if item.kind == REFUSAL and (verdict := _verdict(item, judged))
    ]
    if not pairs:
        return {}
    counts = np.array([[2 - item.ruled - said, int(item.ruled) + said] for item, said in pairs], dtype=np.float64)
    distances = distances_of(np.arange(2.0), counts.sum(axis=0), "nominal")
    alpha = agreement(counts, distances, resamples=0).alpha
    apart = [(item, said) for item, said in pairs if item.ruled != said]
    languages = sorted({item.question.language for item, _ in pairs})
    found: dict[str, Plain | None] = {
        "judge.refusals_judged": len(pairs),
        "judge.refusal_for_rules_only": sum(item.ruled for item, _ in apart),
        "judge.refusal_for_judge_only": sum(said for _, said in apart),
        "judge.agreement_alpha": None if alpha is None else round(alpha, 6),
    }
    for language in languages:
        whole = sum(item.question.language == language for item, _ in pairs)
        part = sum(item.question.language == language for item, _ in apart)
        found[f"judge.disagrees_by_language.{language}"] = f"{part}/{whole}"
    return found
