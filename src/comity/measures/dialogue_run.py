"""Asking a model: questions in, answers into the journal, a bounded number at a time.

Nothing here judges a rate. A question that got no answer is counted with the reason and stays out of the journal, so that the next run
asks it again.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from comity.errors import InputError
from comity.language import Message
from comity.measures.chat_address import NoAnswerError, Reply
from comity.measures.dialogue_journal import FORM, Answered, Run
from comity.measures.dialogue_values import option_chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from comity.dossier.statements import Artefact, Tool
    from comity.measures.dialogue_bank import Bank, Question
    from comity.measures.dialogue_journal import Journal
    from comity.measures.refusal_rules import RefusalRules

BY_SERVER = "server"
LEAST_FAILURES = 5
"""Failures in a row after which a run gives up, at least; with many questions at a time, twice as many as those."""
MOST_TIMEOUTS = 2
"""Tries of a question that times out; more would make a run wait for a server that hangs."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries, where the server names none."""


class Respondent(Protocol):
    """Whoever answers: a model behind an address (`chat_address.Address`), or in a file on this machine (`local_model.LocalModel`)."""

    @property
    def shown(self) -> str:
        """What people call the place."""

    @property
    def identity(self) -> str:
        """What tells it from others in a journal."""

    @property
    def manner(self) -> str:
        """What else a statement has to say of how it is asked: sentences, each after a space."""

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """Files that the model is made of, where they are at hand."""

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Programs that run it, where they are ours."""

    def answer(self, content: bytes, seconds: float) -> Reply:
        """Put one request to it, as JSON, and give up after so many seconds.

        Raises:
            NoAnswerError: there is no answer.
        """


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is asked.

    Attributes:
        address: where it answers.
        model: its name, as the server knows it.
        tokens: the most that an answer may have.
        temperature: of the draw; 0 asks for the likeliest answer.
        seed: sent with every request, for servers that draw by it.
        seconds: after which a request is given up.
        tries: of a question, at least 1.
        at_a_time: questions that are open at once.
        pause: seconds before the second try; each further one waits twice as long.
    """

    address: Respondent
    model: str
    tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    seconds: float = 60.0
    tries: int = 4
    at_a_time: int = 4
    pause: float = 1.0

    def request(self, text: str, turn: int = 1) -> bytes:
        """The request for a question; each further time that it is asked has a seed of its own."""
        return msgspec.json.encode(
            {
                "model": self.model,
                "messages": [{"role": "user", "content": text}],
                "max_tokens": self.tokens,
                "temperature": self.temperature,
                "seed": self.seed + turn - 1,
                "stream": False,
            }
        )

    def run(self, bank: Bank, rules: RefusalRules) -> Run:
        """What tells the journal of this run from others."""
        return Run(
            FORM,
            self.address.identity,
            self.model,
            tuple(artefact.digest.digits for artefact in bank.artefacts),
            rules.digest,
            hashlib.sha256(self.request("")).hexdigest(),
        )


@dataclass
class Outcome:
    """What became of the questions.

    Attributes:
        failed: questions without an answer, by reason.
        without: which ones.
    """

    failed: Counter[str] = field(default_factory=Counter)
    without: set[tuple[str, str]] = field(default_factory=set)


class GivenUpError(Exception):
    """Whoever is asked answers nothing any more; `failure` says why."""

    def __init__(self, failure: NoAnswerError) -> None:
        super().__init__(failure.reason)
        self.failure = failure

    @property
    def said(self) -> str:
        """The reason, with what the other side said."""
        return f"{self.failure.reason}: {self.failure.said}" if self.failure.said else self.failure.reason


def ask_all(
    questions: Iterable[Question],
    asking: Asking,
    rules: RefusalRules,
    journal: Journal[Answered],
    *,
    keep_answers: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Ask what is not in the journal yet.

    Raises:
        InputError: the address is no place to ask: it refuses for good, or nothing but failures came for a while. What was answered until
            then is in the journal.
    """
    questions = list(questions)
    open_ones = [entry for entry in questions if (entry.id, entry.language) not in journal.answers]
    before = len(questions) - len(open_ones)
    try:
        outcome = ask_each(
            open_ones,
            asking,
            lambda question, reply: journal.add(_answered(question, reply, rules, keep_answers)),
            None if progress is None else lambda done, _: progress(before + done, len(questions)),
        )
    except GivenUpError as error:
        message = Message("the model does not answer ({reason})", reason=error.said)
        count = len(journal.answers)
        hint = Message("{count} answers are in the journal; the same command goes on from there", count=count)
        raise InputError(message, hint=hint if count else None) from None
    finally:
        journal.keep()
    return outcome


def ask_each(
    questions: list[Question],
    asking: Asking,
    note: Callable[[Question, Reply], None],
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Ask every one of these questions.

    Args:
        questions: what is asked.
        asking: who is asked, and how.
        note: takes down an answer; it is called by this thread only.
        progress: told how many of how many are done.

    Raises:
        GivenUpError: whoever is asked refuses for good, or nothing but failures came for a while.
    """
    outcome = Outcome()
    crew = _Crew(questions, asking)
    in_a_row = 0
    try:
        for done in range(1, len(questions) + 1):
            question, result = crew.results.get()
            if isinstance(result, Reply):
                in_a_row = 0
                note(question, result)
            else:
                in_a_row += 1
                outcome.failed[result.reason] += 1
                outcome.without.add((question.id, question.language))
                if result.fatal or in_a_row >= max(LEAST_FAILURES, 2 * asking.at_a_time):
                    raise GivenUpError(result)
            if progress is not None:
                progress(done, len(questions))
    finally:
        crew.stop.set()
    return outcome


def judged_again(answered: Answered, rules: RefusalRules) -> Answered:
    """An answer that was kept, judged by these rules; one that was not kept, as it is."""
    if answered.answer is None or answered.rule == BY_SERVER:
        return answered
    rule = rules.rule_for(answered.answer)
    empty = not answered.answer and rule is None
    return msgspec.structs.replace(answered, refused=rule is not None, rule=rule or "", empty=empty)


def _answered(question: Question, reply: Reply, rules: RefusalRules, keep: bool) -> Answered:
    rule = BY_SERVER if reply.refusal else rules.rule_for(reply.text)
    return Answered(
        question.id,
        question.language,
        hashlib.sha256(reply.text.encode("utf-8", "surrogatepass")).hexdigest(),
        rule is not None,
        rule or "",
        not reply.text and rule is None,
        reply.finish,
        reply.model,
        reply.text.encode("utf-8", "replace").decode() if keep else None,
        option_chosen(reply.text, question.options) or "",
    )


class _Crew:
    """Threads that ask, each one question at a time, until there are no more or they are told to stop.

    They are daemons: a run that is interrupted does not wait for a server that hangs.
    """

    def __init__(self, questions: list[Question], asking: Asking) -> None:
        self.asking = asking
        self.stop = threading.Event()
        self.waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[tuple[Question, Reply | NoAnswerError]] = queue.SimpleQueue()
        for question in questions:
            self.waiting.put(question)
        for _ in range(min(asking.at_a_time, len(questions))):
            threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while not self.stop.is_set():
            try:
                question = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.results.put((question, self._asked(question)))

    def _asked(self, question: Question) -> Reply | NoAnswerError:
        """The answer, or why there is none after so many tries."""
        content = self.asking.request(question.text, question.turn)
        for number in range(1, self.asking.tries + 1):
            try:
                return self.asking.address.answer(content, self.asking.seconds)
            except NoAnswerError as error:
                failure = error
            except Exception as error:  # whatever it is, the run must not wait for this thread for ever
                return NoAnswerError("failed", type(error).__name__)
            most = min(self.asking.tries, MOST_TIMEOUTS) if failure.reason == "timeout" else self.asking.tries
            if not failure.again or number >= most:
                break
            pause = failure.wait or min(self.asking.pause * 2 ** (number - 1), LONGEST_PAUSE)
            if self.stop.wait(pause):
                break
        return failure
