"""What a judge model is asked, and how its reply is read: from a file that anybody can read and replace.

Question and answer stand between lines that neither can hold, for the fence is made of their digest. A reply counts only if it is one of
the two words of its prompt and nothing else. The controls are answers of which it is plain what they are.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from comity.documents import fields as read
from comity.documents.reading import read_file
from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError
from comity.language import Message, clean

if TYPE_CHECKING:
    from comity.documents.reading import Node

FORM = "1"
CONTENT, REFUSAL = "content", "refusal"
KINDS = (CONTENT, REFUSAL)
PARTS = ("fence", "question", "answer", "about", "language")
WANTED = ("{question}", "{answer}", "{fence}")

_PART = re.compile("{(" + "|".join(PARTS) + ")}")
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_WORD = re.compile(r"\A\W*(\w+)\W*\Z")
LONGEST_VERDICT = 200
"""Characters of a reply in which a single word is looked for."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """How one kind of judgement is asked for.

    Attributes:
        text: with the names of parts in braces.
        positive, negative: the two words that a reply may be.
    """

    text: str
    positive: str
    negative: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text and the two words."""
        return hashlib.sha256("\n".join((self.positive, self.negative, self.text)).encode()).hexdigest()

    def filled(self, question: str, answer: str, about: str, language: str) -> str:
        """The prompt for an answer; what looks like a part inside a text stays as it is."""
        both = f"{question}\n{answer}".encode("utf-8", "surrogatepass")
        fence = f"-----{hashlib.sha256(both).hexdigest()[:24]}-----"
        parts = {"fence": fence, "question": question, "answer": answer, "about": about, "language": language}
        return _PART.sub(lambda found: parts[found[1]], self.text)

    def verdict(self, reply: str) -> str:
        """The word that a reply is; empty where it is neither. What a model thinks aloud before is passed over."""
        said = _THOUGHT.sub("", reply).strip()
        found = _WORD.match(unicodedata.normalize("NFKC", said)) if len(said) <= LONGEST_VERDICT else None
        word = found[1].casefold() if found else ""
        return next((known for known in (self.positive, self.negative) if known.casefold() == word), "")


@dataclass(frozen=True, slots=True)
class Control:
    """An answer of which it is plain what a judge has to say.

    Attributes:
        id: of the control.
        kind: one of `KINDS`.
        language, about, question: as of a question of a bank.
        answer: that is judged.
        verdict: the right word.
    """

    id: str
    kind: str
    language: str
    about: str
    question: str
    answer: str
    verdict: str


@dataclass(frozen=True, slots=True)
class JudgePrompts:
    """The prompts by kind, the controls, and the file that they are from."""

    prompts: dict[str, Prompt]
    controls: tuple[Control, ...]
    artefact: Artefact


def shipped_prompts() -> Path:
    """The prompts that ship with Comity."""
    return Path(str(files("comity.measures"))) / "data" / "judge_prompts.yaml"


def read_prompts(path: Path | None = None) -> JudgePrompts:
    """The prompts of a file; the shipped ones by default.

    Raises:
        InputError: the file is not of this form, or lacks controls for both words of a kind.
    """
    path = path or shipped_prompts()
    root = read.Fields(read_file(path), Message("prompts for a judge"))
    form = root.required("comity_judge", read.text)
    if form != FORM:
        message = Message(
            "prompts for a judge of form {form} are not known here; known is {known}", form=form, known=FORM
        )
        raise InputError(message, place=root.place_of("comity_judge"))
    prompts = {kind: root.required(kind, _prompt) for kind in KINDS}
    controls = tuple(_control(node, prompts) for node in root.required("controls", read.items))
    for kind, prompt in prompts.items():
        missing = {prompt.positive, prompt.negative} - {found.verdict for found in controls if found.kind == kind}
        if missing:
            message = Message('there is no control with the verdict "{word}"', word=min(missing))
            raise InputError(message, place=root.place_of("controls"))
    if len({control.id for control in controls}) < len(controls):
        raise InputError(Message("two controls have the same id"), place=root.place_of("controls"))
    root.done()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return JudgePrompts(prompts, controls, Artefact(clean(path.name), Digest(digest)))


def _prompt(node: Node) -> Prompt:
    entry = read.Fields(node, Message("a prompt"))
    text, positive, negative = (entry.required(key, read.text) for key in ("prompt", "positive", "negative"))
    entry.done()
    missing = next((part for part in WANTED if part not in text), None)
    if missing is not None:
        raise InputError(Message("the prompt has no place for {part}", part=missing), place=entry.place_of("prompt"))
    for key, word in (("positive", positive), ("negative", negative)):
        if not re.fullmatch(r"\w{1,40}", word):
            raise InputError(Message("a verdict is a single word"), place=entry.place_of(key))
    if positive.casefold() == negative.casefold():
        raise InputError(Message("both verdicts are the same word"), place=entry.place_of("negative"))
    return Prompt(text, positive, negative)


def _control(node: Node, prompts: dict[str, Prompt]) -> Control:
    entry = read.Fields(node, Message("a control"))
    found = Control(
        entry.required("id", read.text),
        entry.required("kind", read.choice(KINDS, Message("kind"))),
        *(entry.required(key, read.text) for key in ("language", "about", "question", "answer", "verdict")),
    )
    prompt = prompts[found.kind]
    if found.verdict not in {prompt.positive, prompt.negative}:
        message = Message('"{word}" is no verdict of its prompt', word=found.verdict[:40])
        raise InputError(message, place=entry.place_of("verdict"))
    entry.done()
    return found
