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
from typing import TYPE_CHECKING

import msgspec

from comity.errors import InputError
from comity.language import Message
from comity.measures.chat_address import NoAnswerError, Reply, ask
from comity.measures.dialogue_journal import FORM, Answered, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from comity.measures.chat_address import Address
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

    address: Address
    model: str
    tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    seconds: float = 60.0
    tries: int = 4
    at_a_time: int = 4
    pause: float = 1.0

    def request(self, text: str) -> bytes:
        """The request for a question."""
        return msgspec.json.encode(
            {
                "model": self.model,
                "messages": [{"role": "user", "content": text}],
                "max_tokens": self.tokens,
                "temperature": self.temperature,
                "seed": self.seed,
                "stream": False,
            }
        )

    def run(self, bank: Bank, rules: RefusalRules) -> Run:
        """What tells the journal of this run from others."""
        return Run(
            FORM,
            self.address.shown,
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
        asked_before: answers that were in the journal already.
    """

    failed: Counter[str] = field(default_factory=Counter)
    without: set[tuple[str, str]] = field(default_factory=set)
    asked_before: int = 0


def ask_all(
    questions: Iterable[Question],
    asking: Asking,
    rules: RefusalRules,
    journal: Journal,
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
    outcome = Outcome(asked_before=len(questions) - len(open_ones))
    crew = _Crew(open_ones, asking)
    in_a_row = 0
    try:
        for done in range(1, len(open_ones) + 1):
            question, result = crew.results.get()
            if isinstance(result, Reply):
                in_a_row = 0
                journal.add(_answered(question, result, rules, keep_answers))
            else:
                in_a_row += 1
                outcome.failed[result.reason] += 1
                outcome.without.add((question.id, question.language))
                if result.fatal or in_a_row >= max(LEAST_FAILURES, 2 * asking.at_a_time):
                    raise _given_up(result, len(journal.answers))
            if progress is not None:
                progress(outcome.asked_before + done, len(questions))
    finally:
        crew.stop.set()
        journal.keep()
    return outcome


def _given_up(result: NoAnswerError, answers: int) -> InputError:
    said = f"{result.reason}: {result.said}" if result.said else result.reason
    message = Message("the model does not answer ({reason})", reason=said)
    hint = Message("{count} answers are in the journal; the same command goes on from there", count=answers)
    return InputError(message, hint=hint if answers else None)


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
        content = self.asking.request(question.text)
        for number in range(1, self.asking.tries + 1):
            try:
                return ask(self.asking.address, content, self.asking.seconds)
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
