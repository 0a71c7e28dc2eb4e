"""Question banks: what is put to a model, and what it ought to do with it.

A bank is YAML, where a question can stand once with its texts in several languages, or JSON Lines with one text a line. Both are read
strictly: an unknown key, a second text for the same question and language, or a risk that nobody knows is an error at its place. A
translation is no further question; neither is the same text under another id.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from comity.documents import fields as read
from comity.documents.reading import MAXIMUM_BYTES, Mapping, Node, Scalar, read_bytes, read_text
from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError, Place, did_you_mean
from comity.language import Message, clean
from comity.measures.dialogue_options import SLUG, checked_options, options_by_id, options_in, texts_by_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

MUST_REFUSE, MUST_NOT_REFUSE, MUST_PASS, VALUES = "must_refuse", "must_not_refuse", "must_pass", "values"
EXPECTATIONS = (MUST_REFUSE, MUST_NOT_REFUSE, MUST_PASS, VALUES)

FORM = "1"
TEXT = "text"
MODALITIES = ("text", "image", "audio", "video")
MOST_BYTES_OF_LINES = 200_000_000
MOST_TEXTS = 500_000
LONGEST_TEXT = 20_000
"""Characters of a question."""


LANGUAGE_TAG = r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*"
QUESTION_ID = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}"


class RiskClass(NamedTuple):
    """A class of content risks.

    Attributes:
        id: of the class.
        fact: for which the smallest number of questions of its risks counts.
        risks: its members.
        refused: whether a bank of questions to refuse is about them.
    """

    id: str
    fact: str
    risks: tuple[str, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One text that is put to a model.

    Attributes:
        id: of the question; its translations have the same.
        language: BCP 47 tag.
        expectation: one of `EXPECTATIONS`.
        about: the content risk that it tests, the theme of a question that has to be answered, or the topic of one about values.
        modality: of the answer that it asks for.
        text: what is asked.
        options: of a question about values: the answers that it offers, by id, in the order of the bank.
        answer_with: of a question about values: the line that says how to answer.
        turn: which time it is asked, from 1.
    """

    id: str
    language: str
    expectation: str
    about: str
    modality: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    answer_with: str = ""
    turn: int = 1


@dataclass(frozen=True, slots=True)
class Bank:
    """What the files of a bank hold.

    Attributes:
        questions: in the order of the files.
        updates: for each file the days on which it was updated, as it says itself; empty where it says nothing.
        artefacts: the files by name and digest.
    """

    questions: tuple[Question, ...]
    updates: tuple[tuple[date, ...], ...]
    artefacts: tuple[Artefact, ...]

    def of(self, expectation: str) -> tuple[Question, ...]:
        """The questions with an expectation."""
        return tuple(question for question in self.questions if question.expectation == expectation)


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a bank in JSON Lines."""

    id: str
    language: str
    expectation: str
    text: str
    risk: str | None = None
    theme: str | None = None
    modality: str = TEXT
    topic: str | None = None
    options: dict[str, str] | None = None
    answer_with: str | None = None


@cache
def risk_classes() -> tuple[RiskClass, ...]:
    """The content risks in their classes."""
    text = files("comity.measures").joinpath("data/content_risks.yaml").read_text(encoding="utf-8")
    root = read.Fields(read_text(text, name="content_risks.yaml"))
    risks = [read.Fields(node) for node in root.required("risks", read.items)]
    members = [(risk.required("class", read.text), risk.required("id", read.text)) for risk in risks]
    classes = [read.Fields(node) for node in root.required("classes", read.items)]
    return tuple(
        RiskClass(
            name,
            entry.required("fact", read.text),
            tuple(risk for owner, risk in members if owner == name),
            entry.optional("refused", read.boolean, False),
        )
        for entry in classes
        for name in (entry.required("id", read.text),)
    )


def starter_bank() -> Path:
    """The bank that ships with Comity."""
    return Path(str(files("comity.measures"))) / "data" / "starter_bank.yaml"


def starter_values() -> Path:
    """The bank of questions about values that ships with Comity."""
    return Path(str(files("comity.measures"))) / "data" / "starter_values.yaml"


def read_bank(paths: Sequence[Path], themes: Iterable[str]) -> Bank:
    """Read a bank.

    Args:
        paths: files, YAML (`.yaml`, `.yml`) or JSON Lines (`.jsonl`).
        themes: what questions that have to be answered may be about.

    Raises:
        InputError: a file is not a bank, or two entries contradict each other.
    """
    reader = _Reader(themes)
    updates: list[tuple[date, ...]] = []
    artefacts: list[Artefact] = []
    for path in paths:
        place = Place(str(path))
        lines = path.suffix == ".jsonl"
        if not lines and path.suffix not in {".yaml", ".yml"}:
            message = Message("a bank is a file of one of these forms: {values}", values=".yaml, .yml, .jsonl")
            raise InputError(message, place=place)
        limit = MOST_BYTES_OF_LINES if lines else MAXIMUM_BYTES
        raw = read_bytes(path, place, limit)
        if len(raw) > limit:
            raise InputError(Message("the file is larger than {limit} bytes", limit=limit), place=place)
        before = len(reader.questions)
        updates.append(reader.read_lines(raw, place) if lines else reader.read_yaml(_decoded(raw, place), place))
        if len(reader.questions) == before:
            raise InputError(Message("the bank holds no question"), place=place)
        artefacts.append(Artefact(clean(path.name), Digest(hashlib.sha256(raw).hexdigest())))
    return Bank(tuple(reader.questions.values()), tuple(updates), tuple(artefacts))


def distinct(questions: Iterable[Question]) -> dict[str, Question]:
    """The questions that count, by id: a translation is none of its own, nor is a text that stands there already."""
    seen: set[tuple[str, str]] = set()
    found: dict[str, Question] = {}
    for question in questions:
        text = question.language, " ".join(question.text.casefold().split())
        if text not in seen:
            seen.add(text)
            found.setdefault(question.id, question)
    return found


def _decoded(raw: bytes, place: Place) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(Message("the file is not UTF-8 text"), place=Place(place.file, line, 1)) from None


class _Reader:
    """Gathers the questions of several files."""

    def __init__(self, themes: Iterable[str]) -> None:
        self.themes = tuple(themes)
        self.risks = tuple(risk for entry in risk_classes() for risk in entry.risks)
        self.questions: dict[tuple[str, str], Question] = {}
        self.kinds: dict[str, tuple[str, ...]] = {}
        self.options: dict[str, Node] | None = None
        self.answer_with: dict[str, str] | None = None

    def read_yaml(self, text: str, place: Place) -> tuple[date, ...]:
        """Read a file in YAML; the days of its updates come back."""
        root = read.Fields(read_text(text, name=place.file), Message("a question bank"))
        form = root.required("comity_bank", read.text)
        if form != FORM:
            message = Message(
                "a question bank of form {form} is not known here; known is {known}", form=form, known=FORM
            )
            raise InputError(message, place=root.place_of("comity_bank"))
        root.optional("title", read.text, None)
        days = root.optional("updates", read.many(read.day), ())
        self.options = root.optional("options", options_by_id, None)
        self.answer_with = root.optional("answer_with", texts_by_language, None)
        for node in root.required("questions", read.items):
            self._entry(node)
        root.done()
        return days

    def _entry(self, node: Node) -> None:
        entry = read.Fields(node, Message("a question"))
        name = entry.required("id", read.identifier(QUESTION_ID, "scam-letter-1"))
        expectation = entry.required("expectation", read.text)
        risk, theme = entry.optional("risk", read.text, None), entry.optional("theme", read.text, None)
        modality = entry.optional("modality", read.text, TEXT)
        language = entry.optional("language", read.text, None)
        topic, options = entry.optional("topic", read.text, None), entry.optional("options", options_by_id, None)
        texts = entry.required("text", lambda found: found)
        entry.done()
        if isinstance(texts, Mapping):
            if language is not None:
                message = Message("a question with texts in several languages has no language of its own")
                raise InputError(message, place=entry.place_of("language"))
            if not texts.entries:
                raise InputError(Message("this text is empty"), place=texts.place)
            pairs = [(tag, scalar, texts.key_places[tag]) for tag, scalar in texts.entries.items()]
        else:
            pairs = [(entry.required("language", read.text), texts, texts.place)]
        if expectation == VALUES and options is None:
            options = self.options
        asked = self.answer_with if expectation == VALUES else None
        for tag, scalar, place in pairs:
            if not isinstance(scalar, Scalar):
                raise InputError(Message("a text is wanted here"), place=scalar.place)
            own = None if options is None else options_in(options, tag, place)
            how = (asked or {}).get(tag)
            self._add(_Row(name, tag, expectation, scalar.text, risk, theme, modality, topic, own, how), place)

    def read_lines(self, raw: bytes, place: Place) -> tuple[date, ...]:
        """Read a file in JSON Lines. It has no place for the days of updates."""
        decoder = msgspec.json.Decoder(_Row)
        for number, line in _lines(raw):
            here = Place(place.file, number, 1)
            try:
                row = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                message = Message("this line is no question: {problem}", problem=clean(str(error)[:200]))
                raise InputError(message, place=here) from None
            if not re.fullmatch(QUESTION_ID, row.id):
                raise InputError(Message('"{word}" is not a well-formed id', word=row.id[:80]), place=here)
            self._add(row, here)
        return ()

    def _add(self, row: _Row, place: Place) -> None:
        """Take in one text.

        Raises:
            InputError: it is not well formed, or contradicts what stands there already.
        """
        self._check_words(row, place)
        text = row.text.strip()
        if not text:
            raise InputError(Message("this text is empty"), place=place)
        if len(text) > LONGEST_TEXT:
            raise InputError(Message("the text is longer than {limit} characters", limit=LONGEST_TEXT), place=place)
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(Message("the text holds a character that is no text"), place=place)
        options = checked_options(row.options, row.answer_with, place, wanted=row.expectation == VALUES)
        about = row.theme or row.risk or row.topic or ""
        kind = row.expectation, about, row.modality, *(name for name, _ in options)
        if self.kinds.setdefault(row.id, kind) != kind:
            message = Message('the question "{id}" stands there with another expectation, risk or modality', id=row.id)
            if options:
                message = Message('the question "{id}" stands there with another topic or other options', id=row.id)
            raise InputError(message, place=place)
        if (row.id, row.language) in self.questions:
            message = Message('the question "{id}" has a second text in "{language}"', id=row.id, language=row.language)
            raise InputError(message, place=place)
        if len(self.questions) >= MOST_TEXTS:
            raise InputError(Message("the bank holds more than {limit} texts", limit=MOST_TEXTS), place=place)
        how = (row.answer_with or "").strip()
        question = Question(row.id, row.language, row.expectation, about, row.modality, text, options, how)
        self.questions[row.id, row.language] = question

    def _check_words(self, row: _Row, place: Place) -> None:
        _one_of(row.expectation, EXPECTATIONS, Message("expectation"), place)
        _one_of(row.modality, MODALITIES, Message("modality"), place)
        if not re.fullmatch(LANGUAGE_TAG, row.language):
            message = Message('"{word}" is not the code of a language', word=row.language[:40])
            raise InputError(message, place=place, hint=Message("for example: {example}", example="en, zh-Hant, swh"))
        wanted = {MUST_NOT_REFUSE: "theme", VALUES: "topic"}.get(row.expectation, "risk")
        word = getattr(row, wanted)
        if word is None:
            raise InputError(Message('the key "{key}" is missing here', key=wanted), place=place)
        if sum(name is not None for name in (row.risk, row.theme, row.topic)) > 1:
            message = Message(
                "a question that has to be answered has a theme, one about values a topic, every other a risk"
            )
            raise InputError(message, place=place)
        if wanted == "topic":
            if not re.fullmatch(SLUG, word):
                raise InputError(Message('"{word}" is not a well-formed id', word=word[:80]), place=place)
        elif wanted == "theme":
            _one_of(word, self.themes, Message("theme"), place)
        else:
            _one_of(word, self.risks, Message("risk"), place)


def _one_of(word: str, known: tuple[str, ...], what: Message, place: Place) -> None:
    if word not in known:
        hint = did_you_mean(word, known) or Message("known are: {values}", values=", ".join(known))
        raise InputError(Message('"{word}" is not a known {what}', word=word[:80], what=what), place=place, hint=hint)


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            yield number, line
