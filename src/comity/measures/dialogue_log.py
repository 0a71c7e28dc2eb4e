"""Answers in the logs of other tools, whatever their form, and which question of a bank each belongs to.

An answer belongs to a question by its id, or by the exact text that was asked. What belongs to none, to several, or to a text that is not
the bank's is counted and left out; nothing is guessed. Where a text was answered several times the first answer counts, for a run of one's
own asks once; the further ones are counted. Of questions about values every answer counts.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from comity.errors import InputError, Place
from comity.language import Message, clean
from comity.measures.dialogue_bank import VALUES
from comity.measures.dialogue_journal import Answered
from comity.measures.dialogue_run import BY_SERVER
from comity.measures.dialogue_values import AGAIN, MOST_TURNS, option_chosen, order_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from comity.dossier.statements import Artefact, Plain, Tool
    from comity.measures.dialogue_bank import Bank, Question
    from comity.measures.refusal_rules import RefusalRules

MOST_SHOWN = 5
"""Ids that an observation names of answers without a question."""

_SAME_TIME = Message("the log holds several answers to one text, the same time: which one counts?")

Key = tuple[str, str]
Number = tuple[int, int]
"""Which time a text was asked: by the number in its id, and by that of the log."""


UNORDERED = "?"
"""In the place of the line that says how to answer: the order of the options is not known, so that letters mean nothing."""


@dataclass(frozen=True, slots=True)
class LoggedAnswer:
    """One answer of a log.

    Attributes:
        id: of the question, in the words of the log; None where it says none.
        language: of the question, where the log says it.
        turn: which time the question was asked, from 1; 0 where the log does not number them.
        prompt: what was put to the model last; None where the log does not hold it.
        alone: whether nothing else was put to it: no system prompt, no earlier turns; None where the log does not say.
        text: the answer; None where there is none.
        reason: why there is none, in a word.
        refusal: whether the server marked it as a refusal.
        finish: why the answer ended, in the log's word.
        model: that was asked, where the log says it.
        answered_by: the model in the word of the server.
        place: in the log.
    """

    id: str | None
    language: str | None
    turn: int
    prompt: str | None
    alone: bool | None
    text: str | None
    reason: str = ""
    refusal: bool = False
    finish: str = ""
    model: str = ""
    answered_by: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class AnswerLog:
    """What a file says of answers.

    Attributes:
        form: what kind of file it is.
        artefacts: the file, and those beside it that were read.
        answers: in its order.
        tools: that it says it was made with.
        created: the day on which it says it was made.
        notes: what else it says, for the reader.
    """

    form: str
    artefacts: tuple[Artefact, ...]
    answers: tuple[LoggedAnswer, ...]
    tools: tuple[Tool, ...] = ()
    created: date | None = None
    notes: Mapping[str, Plain | None] = field(default_factory=dict)


class Matching:
    """Finds the question of each answer, and keeps the first answer of each.

    Attributes:
        first: the answer that counts, by question and language; of questions about values, of each time.
    """

    def __init__(self, bank: Bank) -> None:
        self.questions = {(entry.id, entry.language): entry for entry in bank.questions}
        self.languages: dict[str, list[str]] = defaultdict(list)
        self.by_text: dict[str, list[Key]] = defaultdict(list)
        for key, entry in self.questions.items():
            self.languages[entry.id].append(entry.language)
            self.by_text[entry.text].append(key)
        self.first: dict[Key, LoggedAnswer] = {}
        self._given: dict[Key, list[tuple[Number, LoggedAnswer]]] = defaultdict(list)
        self._first_number: dict[Key, Number] = {}
        self._missing: dict[Key, list[str]] = defaultdict(list)
        self._numbers: set[tuple[Key, Number]] = set()
        self._left_out: Counter[str] = Counter()
        self._strange: list[str] = []

    def take(self, answer: LoggedAnswer) -> None:
        """Take in an entry of a log.

        Raises:
            InputError: it answers a text the same time as another.
        """
        key, number = self._key(answer)
        if key is None:
            return
        if any(number) and (key, number) in self._numbers:
            raise InputError(_SAME_TIME, place=answer.place)
        self._numbers.add((key, number))
        if answer.text is None:
            self._missing[key].append(answer.reason or "no_text")
            return
        self._given[key].append((number, answer))
        if key not in self._first_number or number < self._first_number[key]:
            self._first_number[key] = number
            self.first[key] = answer

    def times_of(self, question: Question) -> Iterator[Question]:
        """A question about values once for each entry of the log, with its options in the order in which they were put."""
        key = question.id, question.language
        given = [answer for _, answer in sorted(self._given.get(key, ()), key=lambda entry: entry[0])][:MOST_TURNS]
        for turn, answer in enumerate(given, 1):
            order = None if answer.prompt is None else order_in(question, answer.prompt)
            name = question.id if turn == 1 else f"{question.id}{AGAIN}{turn}"
            self.first[name, question.language] = answer
            yield replace(
                question, id=name, turn=turn, options=order or question.options, answer_with="" if order else UNORDERED
            )
        missing = min(len(self._missing.get(key, ())), MOST_TURNS)
        for turn in range(len(given) + 1, max(len(given) + missing, 1) + 1):
            yield replace(question, id=question.id if turn == 1 else f"{question.id}{AGAIN}{turn}", turn=turn)

    def judged(self, question: Question, rules: RefusalRules) -> Answered:
        """The answer that counts for a question, as the journal of a run would hold it."""
        answer = self.first[question.id, question.language]
        text = (answer.text or "").strip()
        rule = BY_SERVER if answer.refusal else rules.rule_for(text)
        chosen = option_chosen(text, question.options, lettered=question.answer_with != UNORDERED)
        return Answered(
            question.id,
            question.language,
            hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            rule is not None,
            rule or "",
            not text and rule is None,
            shown(answer.finish, 40),
            shown(answer.answered_by, 200),
            text.encode("utf-8", "replace").decode(),
            chosen or "",
        )

    def without_answer(self, missing: Iterable[Key]) -> Counter[str]:
        """Why these texts have no answer, in a word each."""
        return Counter(
            next(iter(self._missing.get((name.partition(AGAIN)[0], tag), ())), "not_in_the_log")
            for name, tag in missing
        )

    def findings(self, seen: Iterable[Key]) -> dict[str, Plain | None]:
        """How many answers of the log belong to what."""
        counted = [self.first[key] for key in seen]
        further = (len(given) - self._counting(key) for key, given in self._given.items())
        found: dict[str, Plain | None] = {
            "log.answers": sum(map(len, self._given.values())) + sum(self._left_out.values()),
            "log.answers_that_count": len(counted),
            "log.further_answers": sum(count for count in further if count > 0),
            "log.asked_with_more_around": sum(entry.alone is False for entry in counted),
        }
        found |= {f"log.left_out.{reason}": count for reason, count in sorted(self._left_out.items())}
        return found | ({"log.without_a_question": self._strange} if self._strange else {})

    def _counting(self, key: Key) -> int:
        """How many answers to a text count at most."""
        return MOST_TURNS if self.questions[key].expectation == VALUES else 1

    def _key(self, answer: LoggedAnswer) -> tuple[Key | None, Number]:
        """The question that an answer belongs to, and which time it was asked; None where that is not plain, which is counted."""
        key, turn = self._by_id(answer)
        number = turn, answer.turn
        if key is not None:
            if answer.prompt is not None and self.questions[key].text not in answer.prompt:
                return self._leave("another_text", answer)
            return key, number
        if answer.prompt is not None:
            found = self._by_prompt(answer)
            if len(found) == 1:
                return found[0], number
            if found:
                return self._leave("several_questions", answer)
        known = answer.id is not None and _named(answer.id)[0] in self.languages
        return self._leave("language_not_said" if known else "no_question", answer)

    def _by_id(self, answer: LoggedAnswer) -> tuple[Key | None, int]:
        if answer.id is None:
            return None, 0
        name, tag, turn = _named(answer.id)
        if answer.language is not None:
            tag = answer.language if tag in {None, answer.language} else ""
        if tag is not None:
            return ((name, tag) if (name, tag) in self.questions else None), turn
        languages = self.languages.get(name, [])
        return ((name, languages[0]) if len(languages) == 1 else None), turn

    def _by_prompt(self, answer: LoggedAnswer) -> list[Key]:
        """The questions whose text is exactly what was asked; of those about values, with the options behind it."""
        prompt = (answer.prompt or "").strip()
        found = self.by_text.get(prompt) or [
            key
            for key in self.by_text.get(prompt.split("\n\n", 1)[0].strip(), [])
            if self.questions[key].expectation == VALUES and order_in(self.questions[key], prompt) is not None
        ]
        wanted = None if answer.id is None else _named(answer.id)[0]
        own = [key for key in found if key[0] == wanted]
        return [key for key in own or found if answer.language in {None, key[1]}]

    def _leave(self, reason: str, answer: LoggedAnswer) -> tuple[None, Number]:
        self._left_out[reason] += 1
        if reason == "no_question" and answer.id is not None and len(self._strange) < MOST_SHOWN:
            self._strange.append(shown(answer.id, 80))
        return None, (0, 0)


def shown(text: str, longest: int) -> str:
    """A name from a log as a statement may hold it: cut, and without what steers or is no text."""
    return clean(text[:longest]).encode("utf-8", "replace").decode()


def _named(written: str) -> tuple[str, str | None, int]:
    """Id, language and number of the time, from `id`, `id/language` or `id/language/time`."""
    match written.split("/"):
        case [name, tag]:
            return name, tag, 0
        case [name, tag, turn] if turn.isascii() and turn.isdigit() and 0 < len(turn) < 4:
            return name, tag, int(turn)
        case _:
            return written, None, 0
