"""The journal of a run: one line for each answer, written before the next question counts as asked.

A run that was killed goes on where it was: what stands in the journal is not asked again. Its first line says of which run it is
(address, model, bank, rules, settings); the journal of another run is refused. A last line that was cut off is dropped. Only the rules may
be others if the answers were kept: then they are judged again.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, BinaryIO, Generic, Protocol, TypeVar

import msgspec

from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONGEST_LINE = 16_000_000
FORM = 1
_BEGINNING = b'{"comity_journal":'

if sys.platform != "win32":
    import fcntl


class Run(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which run it is; answers of different runs are never mixed.

    Attributes:
        comity_journal: form of the journal.
        address, model: who was asked.
        bank: digests of the files with the questions.
        rules: digest of the rules for refusals.
        request: digest of everything else that a request holds.
    """

    comity_journal: int
    address: str
    model: str
    bank: tuple[str, ...]
    rules: str
    request: str


class Answered(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One answer.

    Attributes:
        id, language: the question.
        sha256: digest of the answer.
        refused: whether it is a refusal.
        rule: that found it: of the rules, or `server`.
        empty: whether it holds nothing.
        finish, model: in the server's words.
        answer: the text, where answers are kept.
        chosen: the option that it chooses, of a question about values.
    """

    id: str
    language: str
    sha256: str
    refused: bool
    rule: str = ""
    empty: bool = False
    finish: str = ""
    model: str = ""
    answer: str | None = None
    chosen: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What it is the answer to."""
        return self.id, self.language

    @property
    def whole(self) -> bool:
        """Whether it can be judged again."""
        return self.answer is not None


class Judged(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """What a judge said of one answer.

    Attributes:
        id, language: the question.
        answer: digest of the answer that was judged.
        prompt: digest of the prompt, before question and answer were put in.
        put: digest of all that was put to the judge.
        reply: digest of the judge's reply.
        verdict: the word of the prompt that the reply is; empty where it is none of them.
        finish, model: in the words of whoever runs the judge.
        said: the reply, cut short, where answers are kept.
    """

    id: str
    language: str
    answer: str
    prompt: str
    put: str
    reply: str
    verdict: str = ""
    finish: str = ""
    model: str = ""
    said: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What it is the judgement of."""
        return self.id, self.language, self.put

    @property
    def whole(self) -> bool:
        """A judgement cannot be read in another way later."""
        return False


class Noted(Protocol):
    """What can stand in a journal."""

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from the other entries."""

    @property
    def whole(self) -> bool:
        """Whether it holds what it is about, and not only a digest."""


Entry = TypeVar("Entry", bound=Noted)


class Journal(Generic[Entry]):
    """A journal that is open for writing.

    Attributes:
        answers: what stands in it, by what it is about.
    """

    def __init__(
        self, path: Path, run: Run, entries: type[Entry], again: Callable[[Entry], Entry] | None = None
    ) -> None:
        """Open a journal, or begin one.

        Args:
            path: the file.
            run: which run it is.
            entries: what stands in it.
            again: judges an entry by the rules of this run; without it the rules have to be those of the journal.

        Raises:
            InputError: it is the journal of another run, is damaged, in use, or cannot be written.
        """
        self.path = path
        self.entries = entries
        self.again = again
        self.answers: dict[tuple[str, ...], Entry] = {}
        place = Place(str(path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.stream: BinaryIO = path.open("a+b")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError(Message("{file} cannot be written: {reason}", file=str(path), reason=reason)) from None
        try:
            self._take(place)
            self._read(run, place)
        except BaseException:
            self.stream.close()
            raise

    def __enter__(self) -> Journal[Entry]:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def add(self, entry: Entry) -> None:
        """Write an entry down, as far as the operating system."""
        self._write(entry)
        self.answers[entry.key] = entry

    def keep(self) -> None:
        """Force what was written to the disk."""
        os.fsync(self.stream.fileno())

    def _take(self, place: Place) -> None:
        if sys.platform == "win32":  # has no such lock
            return
        try:
            fcntl.flock(self.stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(Message("another run is writing this journal"), place=place) from None

    def _read(self, run: Run, place: Place) -> None:
        end = 0
        found = run
        for number, line in self._lines(place):
            here = Place(place.file, number, 1)
            try:
                if number == 1:
                    found = msgspec.json.decode(line, type=Run)
                    _check(found, run if self.again is None else _with_rules(run, found), place)
                else:
                    entry = msgspec.json.decode(line, type=self.entries)
                    self.answers.setdefault(entry.key, entry)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                hint = Message("name another journal with --journal, to ask everything anew")
                raise InputError(Message("this is no line of a journal"), place=here, hint=hint) from None
            end += len(line)
        if not all(entry.whole for entry in self.answers.values()):
            _check(found, run, place)
        if self.again is not None:
            self.answers = {key: self.again(entry) for key, entry in self.answers.items()}
        self.stream.truncate(end)
        self.stream.seek(0, os.SEEK_END)
        if end == 0:
            self._write(run)

    def _lines(self, place: Place) -> Iterator[tuple[int, bytes]]:
        """The whole lines; a last one without an end was cut off while it was written."""
        self.stream.seek(0)
        number = 0
        while line := self.stream.readline(LONGEST_LINE + 1):
            number += 1
            if not line.endswith(b"\n"):
                ours = number > 1 or line.startswith(_BEGINNING) or _BEGINNING.startswith(line)
                if len(line) > LONGEST_LINE or not ours:
                    raise InputError(Message("this is no line of a journal"), place=Place(place.file, number, 1))
                return
            yield number, line

    def _write(self, entry: Run | Entry) -> None:
        try:
            self.stream.write(msgspec.json.encode(entry) + b"\n")
            self.stream.flush()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = Message("{file} cannot be written: {reason}", file=str(self.path), reason=reason)
            raise InputError(message) from None


def _with_rules(run: Run, other: Run) -> Run:
    return msgspec.structs.replace(run, rules=other.rules)


def _check(found: Run, run: Run, place: Place) -> None:
    if found.comity_journal != FORM:
        raise InputError(Message("this is a journal of another version of Comity"), place=place)
    if found == run:
        return
    titles = {
        "address": Message("address or model file"),
        "model": Message("model"),
        "bank": Message("question bank"),
        "rules": Message("rules for refusals or prompt of the judge"),
        "request": Message("settings"),
    }
    differs = next(name for name in titles if getattr(found, name) != getattr(run, name))
    message = Message("this is the journal of another run: {what} differs", what=titles[differs])
    hint = Message("name another journal with --journal, to ask everything anew")
    raise InputError(message, place=place, hint=hint)
