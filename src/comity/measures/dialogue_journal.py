"""The journal of a run: one line for each answer, written before the next question counts as asked.

A run that was killed goes on where it was: what stands in the journal is not asked again. Its first line says of which run it is
(address, model, bank, rules, settings); the journal of another run is refused. A last line that was cut off is dropped.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
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


class Journal:
    """A journal that is open for writing.

    Attributes:
        answers: what stands in it, by question and language.
    """

    def __init__(self, path: Path, run: Run) -> None:
        """Open a journal, or begin one.

        Raises:
            InputError: it is the journal of another run, is damaged, in use, or cannot be written.
        """
        self.path = path
        self.answers: dict[tuple[str, str], Answered] = {}
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

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def add(self, answered: Answered) -> None:
        """Write an answer down, as far as the operating system."""
        self._write(answered)
        self.answers[answered.id, answered.language] = answered

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
        for number, line in self._lines(place):
            here = Place(place.file, number, 1)
            try:
                if number == 1:
                    _check(msgspec.json.decode(line, type=Run), run, place)
                else:
                    answered = msgspec.json.decode(line, type=Answered)
                    self.answers.setdefault((answered.id, answered.language), answered)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                hint = Message("name another journal with --journal, to ask everything anew")
                raise InputError(Message("this is no line of a journal"), place=here, hint=hint) from None
            end += len(line)
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

    def _write(self, entry: Run | Answered) -> None:
        try:
            self.stream.write(msgspec.json.encode(entry) + b"\n")
            self.stream.flush()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = Message("{file} cannot be written: {reason}", file=str(self.path), reason=reason)
            raise InputError(message) from None


def _check(found: Run, run: Run, place: Place) -> None:
    if found.comity_journal != FORM:
        raise InputError(Message("this is a journal of another version of Comity"), place=place)
    if found == run:
        return
    titles = {
        "address": Message("address"),
        "model": Message("model"),
        "bank": Message("question bank"),
        "rules": Message("rules for refusals"),
        "request": Message("settings"),
    }
    differs = next(name for name in titles if getattr(found, name) != getattr(run, name))
    message = Message("this is the journal of another run: {what} differs", what=titles[differs])
    hint = Message("name another journal with --journal, to ask everything anew")
    raise InputError(message, place=place, hint=hint)
