"""Languages and scripts of texts: several detectors are asked, and what they do not settle is kept apart.

The script comes first, from the Unicode Character Database: an answer in a script that its language is not written in does not count. A
language is *identified* where every detector that knows it says it, and at least two do or the one that does is sure; *uncertain* where
some detector answers and they do not settle it; *unknown* where no answer counts.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, Protocol

from comity.errors import InputError, did_you_mean, missing_extra
from comity.language import Message
from comity.measures.bayes_batches import classifier_of
from comity.measures.language_codes import NAMES, NO_SCRIPT, OTHER_SCRIPT, WHOLES, as_alpha_3, written_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

State = Literal["identified", "uncertain", "unknown"]

SCRIPT_CODES = (NO_SCRIPT, OTHER_SCRIPT, *sorted(set(NAMES.values())))
"""The scripts by number, as `script_table` counts them."""

FIRST_CHARACTERS = 10_000
"""Characters of a document that the first detector reads."""

SECOND_CHARACTERS = 1_000
"""Characters that the second one reads; it takes longer for each."""

LETTERS_END = 0x40000
"""Behind it Unicode has no letters, only planes that are empty or of private use."""

SURE_PERCENT = 95
SURE_PROBABILITY = 0.99

_NOT_INTERCHANGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe-\U0010ffff]")
_NO_SCRIPT_OF_THEIR_OWN = frozenset(
    (
        "MODIFIER",
        "MATHEMATICAL",
        "DOUBLE",
        "SCRIPT",
        "BLACK",
        "MICRO",
        "FEMININE",
        "MASCULINE",
        "COMBINING",
        "SUPERSCRIPT",
        "SUBSCRIPT",
        "OHM",
        "KELVIN",
        "ANGSTROM",
    )
)
_WIDTHS = frozenset(("FULLWIDTH", "HALFWIDTH"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a detector says: a language in ISO 639-3, and whether it is sure."""

    language: str
    sure: bool


class Detector(Protocol):
    """A program that tells languages. Whoever inherits from this writes `answer` alone.

    Attributes:
        name: of its package.
        version: of its package.
        languages: those that it can answer, macrolanguages for their parts.
    """

    name: str
    version: str
    languages: frozenset[str]

    def answer(self, text: str) -> Answer | None:
        """The language of a text; None where it has no answer."""

    def answers(self, texts: Sequence[str]) -> list[Answer | None]:
        """The same for many texts: one by one, unless the program can do it sooner together."""
        return [self.answer(text) for text in texts]


class CompactDetector(Detector):
    """CLD2 through `pycld2`: naive Bayes over pieces of words, 160 languages."""

    name = "pycld2"

    def __init__(self) -> None:
        import pycld2

        self.version = version("pycld2")
        codes = dict(pycld2.LANGUAGES)
        self.languages = _wholes(codes[name] for name in pycld2.DETECTED_LANGUAGES)
        self._detect = pycld2.detect
        self._error: type[Exception] = pycld2.error

    def answer(self, text: str) -> Answer | None:
        """Its first language; sure where CLD2 calls it reliable and it is nearly the whole text."""
        text = text[:FIRST_CHARACTERS]
        try:
            reliable, _, details = self._detect(text, isPlainText=True)
        except self._error:
            try:
                reliable, _, details = self._detect(_NOT_INTERCHANGED.sub(" ", text), isPlainText=True)
            except self._error:
                return None
        language = as_alpha_3(details[0][1])
        return None if language is None else Answer(language, reliable and details[0][2] >= SURE_PERCENT)


class BayesDetector(Detector):
    """`py3langid`: naive Bayes over pieces of bytes, 139 languages."""

    name = "py3langid"

    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self.version = version("py3langid")
        model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self.languages = _wholes(model.labels)
        self._classify = model.classify
        self._classify_all = classifier_of(model)

    def answer(self, text: str) -> Answer | None:
        """Its best language; sure where nearly all of the probability is on it."""
        return _as_answer(*self._classify(text[:SECOND_CHARACTERS]))

    def answers(self, texts: Sequence[str]) -> list[Answer | None]:
        """The same answers, several times as fast (`bayes_batches`)."""
        return [_as_answer(*found) for found in self._classify_all([text[:SECOND_CHARACTERS] for text in texts])]


def _as_answer(code: str, probability: float) -> Answer | None:
    language = as_alpha_3(code)
    return None if language is None else Answer(language, probability >= SURE_PROBABILITY)


DETECTORS: dict[str, Callable[[], Detector]] = {"pycld2": CompactDetector, "py3langid": BayesDetector}
"""By the name of their package; a further detector is one more class with `Detector`'s form."""


def new_detectors(names: Sequence[str]) -> tuple[Detector, ...]:
    """The detectors of these names.

    Raises:
        InputError: there is none of a name, or its package is not installed.
    """
    return tuple(_detector(name) for name in detector_versions(names))


def detector_versions(names: Sequence[str]) -> dict[str, str]:
    """The versions of detectors by name, without loading them, which takes a while.

    Raises:
        InputError: there is none of a name, or its package is not installed.
    """
    for name in names:
        if name not in DETECTORS:
            hint = did_you_mean(name, DETECTORS) or Message("known are: {values}", values=", ".join(DETECTORS))
            raise InputError(Message('there is no detector "{name}"', name=name[:40]), hint=hint)
        if find_spec(name) is None:
            raise missing_extra(name, "corpus")
    return {name: version(name) for name in names}


@cache
def _detector(name: str) -> Detector:
    """A detector, which takes a while to load."""
    return DETECTORS[name]()


def _wholes(codes: object) -> frozenset[str]:
    known = (as_alpha_3(code) for code in codes)  # type: ignore[attr-defined]
    return frozenset(whole_of(language) for language in known if language is not None)


def whole_of(language: str) -> str:
    """The macrolanguage that detectors know a language by, or the language itself."""
    return WHOLES.get(language, language)


@dataclass(frozen=True, slots=True)
class Told:
    """The language of one document.

    Attributes:
        state: whether it is settled.
        language: the language, where it is.
        compared: whether two detectors answered.
        disagreed: whether they answered differently.
    """

    state: State
    language: str | None
    compared: bool
    disagreed: bool


def tell(texts: Sequence[str], scripts: Sequence[str], detectors: Sequence[Detector]) -> list[Told]:
    """The languages of texts in these scripts."""
    asked = [number for number, script in enumerate(scripts) if script != NO_SCRIPT]
    told = [Told("unknown", None, False, False)] * len(texts)
    if asked and detectors:
        given = [detector.answers([texts[number] for number in asked]) for detector in detectors]
        settled: dict[tuple[str, tuple[Answer | None, ...]], Told] = {}
        for number, answers in zip(asked, zip(*given, strict=True), strict=True):
            case = scripts[number], answers
            if case not in settled:
                settled[case] = _settled(*case, detectors)
            told[number] = settled[case]
    return told


def _settled(script: str, given: Sequence[Answer | None], detectors: Sequence[Detector]) -> Told:
    """What comes of the detectors' answers about one text."""
    answers = [
        Answer(whole_of(answer.language), answer.sure)
        for answer in given
        if answer is not None and written_in(answer.language, script)
    ]
    compared = len(answers) > 1
    disagreed = len({answer.language for answer in answers}) > 1
    for answer in answers:
        saying = sum(answer.language == other.language for other in answers)
        knowing = sum(answer.language in detector.languages for detector in detectors)
        if saying >= knowing and (saying > 1 or answer.sure):
            return Told("identified", answer.language, compared, disagreed)
    return Told("uncertain" if answers else "unknown", None, compared, disagreed)


def script_table() -> np.ndarray:
    """For every code point the number of its script in `SCRIPT_CODES`; 0 for what is no letter or belongs to no script alone."""
    import numpy as np

    numbers = {code: number for number, code in enumerate(SCRIPT_CODES)}
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    for point in range(LETTERS_END):
        character = chr(point)
        category = unicodedata.category(character)
        if category[0] in "LM":
            table[point] = numbers[_script(unicodedata.name(character, ""), category)]
    return table


def _script(name: str, category: str) -> str:
    words = name.replace("-", " ").split()
    first = words[1] if words and words[0] in _WIDTHS else words[0] if words else ""
    if first in NAMES:
        return NAMES[first]
    return NO_SCRIPT if category[0] == "M" or first in _NO_SCRIPT_OF_THEIR_OWN or first in _WIDTHS else OTHER_SCRIPT


def scripts_of(texts: Sequence[str], table: np.ndarray) -> np.ndarray:
    """For every text how many letters of every script it has (texts by scripts)."""
    import numpy as np

    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owners = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) for text in texts])
    cells = owners * len(SCRIPT_CODES) + table[points]
    counts = np.bincount(cells, minlength=len(texts) * len(SCRIPT_CODES)).reshape(len(texts), len(SCRIPT_CODES))
    counts[:, 0] = 0
    found: np.ndarray = counts
    return found
