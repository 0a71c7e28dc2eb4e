"""Parallel texts: the same text in several languages, one file a language, one paragraph a line.

What is compared later is only as good as the texts are parallel, so a file with another number of paragraphs is an error and not a guess.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError, Place
from comity.language import Message, clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SUFFIX = ".txt"
NAMES = "names.tsv"

MOST_FILES = 2_000
MOST_BYTES = 20_000_000
"""Of one file; the Universal Declaration of Human Rights takes some 10 to 40 kB."""

MOST_BYTES_IN_ALL = 500_000_000
LONGEST_NAME = 80

SHORTEST = 0.5
"""Share of the usual bytes below which a text may be a summary; whole declarations have 0.6 (Chinese) to 3.5 (Burmese)."""

MOST_OUT = 4.0
"""Times that a paragraph's share of its text may be larger or smaller than usual; shares hardly depend on language and script."""

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
"""An ISO 639-3 code or the well-formed beginning of a BCP 47 tag."""

_ENGLISH = ("eng", "en")


@dataclass(frozen=True, slots=True)
class ParallelText:
    """The text in one language.

    Attributes:
        code: the language, as the file is named.
        name: what people call it, or the code.
        paragraphs: in their order, none of them blank.
        artefact: the file.
    """

    code: str
    name: str
    paragraphs: tuple[str, ...]
    artefact: Artefact


@dataclass(frozen=True, slots=True)
class ParallelTexts:
    """All of them, in the order of their codes.

    Attributes:
        texts: at least two, with the same number of paragraphs.
        other_files: how many files of the directory are no texts.
    """

    texts: tuple[ParallelText, ...]
    other_files: int

    @property
    def paragraphs(self) -> int:
        """How many each has."""
        return len(self.texts[0].paragraphs)

    @property
    def doubtful(self) -> list[str]:
        """Codes of texts that may be no whole translation; with fewer than five texts nothing is usual."""
        if len(self.texts) < 5:
            return []
        return doubtful({text.code: [len(part.encode()) for part in text.paragraphs] for text in self.texts})

    @property
    def english(self) -> str | None:
        """The code of the English text; None where there is none."""
        codes = [text.code for text in self.texts]
        return next((code for code in _ENGLISH if code in codes), None) or next(
            (code for code in codes if code.split("-")[0].lower() in _ENGLISH), None
        )


def doubtful(sizes: Mapping[str, Sequence[int]]) -> list[str]:
    """Codes of texts that may be no whole translation: far shorter than the others, or with a paragraph that is out of all proportion.

    Args:
        sizes: for each code the bytes of every paragraph; the same number for all.
    """
    wholes = {code: sum(row) for code, row in sizes.items()}
    shares = {code: [size / (wholes[code] or 1) for size in row] for code, row in sizes.items()}
    usual = [median(column) for column in zip(*shares.values(), strict=True)]
    shortest = SHORTEST * median(wholes.values())

    def odd(code: str) -> bool:
        return wholes[code] < shortest or any(
            not middle / MOST_OUT <= share <= middle * MOST_OUT
            for share, middle in zip(shares[code], usual, strict=True)
        )

    return [code for code in sizes if odd(code)]


def read_parallel(directory: Path) -> ParallelTexts:
    """Every `*.txt` of a directory.

    Raises:
        InputError: there are fewer than two, one is not UTF-8 text, or they differ in the number of paragraphs.
    """
    place = Place(str(directory))
    try:
        entries = sorted(directory.iterdir())
        files = [path for path in entries if path.is_file()]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the directory cannot be read: {reason}", reason=reason), place=place) from None
    strange = next((path for path in entries if path.suffix == SUFFIX and path not in files), None)
    if strange is not None:
        raise InputError(Message("this is not a regular file"), place=Place(str(strange)))
    paths = [path for path in files if path.suffix == SUFFIX]
    if len(paths) < 2:
        message = Message("there are {count} parallel texts, and at least 2 are needed", count=len(paths))
        hint = Message("one file a language, named by its code: eng.txt, swa.txt, zh-Hans.txt")
        raise InputError(message, place=place, hint=hint)
    if len(paths) > MOST_FILES:
        raise InputError(Message("there are more than {limit} texts", limit=MOST_FILES), place=place)
    names = _names(directory / NAMES)
    found: list[ParallelText] = []
    room = MOST_BYTES_IN_ALL
    for path in paths:
        text, size = _text(path, names)
        room -= size
        if room < 0:
            raise InputError(Message("the texts are larger than {limit} bytes", limit=MOST_BYTES_IN_ALL), place=place)
        found.append(text)
    _check_equal(found, directory)
    found.sort(key=lambda text: text.code)
    listed = (directory / NAMES) in files
    return ParallelTexts(tuple(found), len(files) - len(paths) - listed)


def _text(path: Path, names: dict[str, str]) -> tuple[ParallelText, int]:
    place = Place(str(path))
    code = path.stem
    if not _TAG.fullmatch(code) or len(code) > LONGEST_NAME:
        message = Message('"{name}" is not the code of a language', name=code[:40])
        raise InputError(
            message, place=place, hint=Message("name the file by ISO 639-3 or BCP 47: swa.txt, sr-Latn.txt")
        )
    raw = _bytes(path, place)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = Message("the text is not UTF-8: byte {position} does not fit", position=error.start)
        raise InputError(message, place=place, hint=Message("save it as UTF-8")) from None
    if "\0" in text:
        message = Message("the text holds a NUL character")
        raise InputError(message, place=place, hint=Message("save it as UTF-8"))
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    paragraphs = tuple(line for line in lines if line.strip())
    if not paragraphs:
        raise InputError(Message("the text is empty"), place=place)
    artefact = Artefact(clean(path.name), Digest(hashlib.sha256(raw).hexdigest()))
    return ParallelText(code, names.get(code, code), paragraphs, artefact), len(raw)


def _bytes(path: Path, place: Place) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    if len(raw) > MOST_BYTES:
        raise InputError(Message("the text is larger than {limit} bytes", limit=MOST_BYTES), place=place)
    return raw


def _check_equal(texts: list[ParallelText], directory: Path) -> None:
    """Every text has as many paragraphs as most have.

    Raises:
        InputError: at the first that has not.
    """
    usual = Counter(len(text.paragraphs) for text in texts).most_common(1)[0][0]
    odd = [text for text in texts if len(text.paragraphs) != usual]
    if not odd:
        return
    message = Message(
        "the text has {count} paragraphs, where most of the texts have {usual}",
        count=len(odd[0].paragraphs),
        usual=usual,
    )
    hint = Message(
        "a paragraph is a line; so it is with {count} texts: {names}",
        count=len(odd),
        names=", ".join(text.code for text in odd[:10]),
    )
    raise InputError(message, place=Place(str(directory / f"{odd[0].code}{SUFFIX}")), hint=hint)


def _names(path: Path) -> dict[str, str]:
    """What people call the languages: code, tab, name; no file, no names.

    Raises:
        InputError: it is no such file.
    """
    if not path.is_file():
        return {}
    place = Place(str(path))
    try:
        lines = _bytes(path, place).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        message = Message("the text is not UTF-8: byte {position} does not fit", position=error.start)
        raise InputError(message, place=place, hint=Message("save it as UTF-8")) from None
    rows = [line.split("\t") for line in lines if line.strip()]
    return {row[0]: clean(row[1])[:LONGEST_NAME] for row in rows if len(row) >= 2 and row[1].strip()}
