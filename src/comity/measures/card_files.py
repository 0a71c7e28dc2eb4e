"""The files that a card of a data set names, found below its directory and nowhere else.

A pattern is matched against the names of files that were found by walking down from the card, without following links. So it can reach
nothing outside, whatever it says; one that tries is an error, and an address of the network is left out and named.
Source of the patterns: fsspec, `glob` (`*`, `?`, `[…]` within a name, `**` for any number of directories).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from comity.errors import InputError, Place
from comity.language import Message, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_FILES = 1_000_000
MOST_PATTERNS = 10_000
LONGEST_PATTERN = 1_000

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|git@")
_MAGIC = re.compile(r"[*?\[]")
_TOKEN = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Listed:
    """Files that count together as a source.

    Attributes:
        name: of the source.
        files: in the order of their names.
    """

    name: str
    files: tuple[Path, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says, as far as files are chosen by it.

    Attributes:
        path: the card.
        form: what it is: `hugging_face` or `croissant`.
        sources: the files, by configuration.
        left_out: what it names and was not taken, each with the reason.
        column: the field of the text, where the card says it.
        languages: codes that it declares, as they stand there.
        licence: that it declares.
        digests: SHA-256 that it gives for files.
    """

    path: Path
    form: str
    sources: tuple[Listed, ...]
    left_out: tuple[str, ...]
    column: str | None
    languages: tuple[str, ...]
    licence: str | None
    digests: Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A name or pattern of a card, and where it stands."""

    text: str
    place: Place


class Below:
    """The files below a directory, by the way to them; links and what is hidden aside.

    Attributes:
        directory: where it begins.
        names: ways from there, with `/` between names.
        links: names that are links.
    """

    def __init__(self, directory: Path) -> None:
        """Walk down.

        Raises:
            InputError: a directory cannot be read, or there are too many files.
        """
        self.directory = directory
        self.names: list[str] = []
        self.links: list[str] = []
        for current, directories, files in os.walk(directory, onerror=_refuse):
            directories[:] = sorted(name for name in directories if not name.startswith("."))
            for name in sorted(files):
                path = Path(current, name)
                if name.startswith("."):
                    continue
                way = path.relative_to(directory).as_posix()
                if path.is_symlink():
                    self.links.append(way)
                elif path.is_file():
                    self.names.append(way)
            if len(self.names) > MOST_FILES:
                message = Message("there are more than {limit} files below the card", limit=MOST_FILES)
                raise InputError(message, place=Place(str(directory)))

    def matching(self, pattern: str) -> list[str]:
        """The names that a pattern fits."""
        return [name for name in self.names if fits(pattern, name)]

    def links_matching(self, pattern: str) -> bool:
        """Whether a pattern fits a link."""
        return any(fits(pattern, name) for name in self.links)


def _refuse(error: OSError) -> None:
    reason = error.strerror or type(error).__name__
    message = Message("the directory cannot be read: {reason}", reason=reason)
    raise InputError(message, place=Place(str(error.filename or "")))


class Chosen:
    """Files that are chosen one pattern after another, each once.

    Attributes:
        left_out: what was named and not taken, with the reason.
    """

    def __init__(self, below: Below) -> None:
        self.below = below
        self.left_out: list[str] = []
        self._taken: set[str] = set()
        self._patterns = 0

    def files(self, patterns: Iterable[Pattern]) -> tuple[Path, ...]:
        """The files of these patterns that none before had.

        Raises:
            InputError: a pattern leads out of the directory, or is none.
        """
        found: set[str] = set()
        for pattern in patterns:
            self._patterns += 1
            if self._patterns > MOST_PATTERNS:
                message = Message("the card has more than {limit} patterns", limit=MOST_PATTERNS)
                raise InputError(message, place=pattern.place)
            found.update(self._of(pattern))
        new = sorted(found - self._taken)
        self._taken |= found
        return tuple(self.below.directory / name for name in new)

    def _of(self, pattern: Pattern) -> list[str]:
        if _ADDRESS.match(pattern.text):
            self.leave_out(pattern.text, "elsewhere")
            return []
        text = normal(pattern)
        names = self.below.matching(text)
        if self.below.links_matching(text):
            self.leave_out(pattern.text, "link")
        elif not names:
            self.leave_out(pattern.text, "missing")
        return names

    def leave_out(self, text: str, reason: str) -> None:
        """Note what is not taken."""
        self.left_out.append(f"{clean(text[:300])}: {reason}")


def normal(pattern: Pattern) -> str:
    """A pattern from the directory of the card, without `./`; one that ends in `/` means all below.

    Raises:
        InputError: it is empty, too long, or leads out of the directory.
    """
    text = pattern.text.strip()
    parts = PurePosixPath(text).parts
    if not text or len(text) > LONGEST_PATTERN or "\0" in text:
        raise InputError(Message("the name or pattern of a file is wanted here"), place=pattern.place)
    if text.startswith(("/", "~")) or ".." in parts or "\\" in text or re.match("[A-Za-z]:", text):
        message = Message('"{pattern}" leads out of the directory of the card', pattern=text[:100])
        raise InputError(message, place=pattern.place, hint=Message("only files below the card are read"))
    return "/".join(parts) + ("/**" if text.endswith("/") else "")


def fits(pattern: str, name: str) -> bool:
    """Whether a pattern fits the way to a file, in time that grows with the product of their lengths at most.

    Two stars stand for any number of directories; at the end of a pattern, for what is below.
    """
    if not _MAGIC.search(pattern):
        return pattern == name
    parts = name.split("/")
    reached = {0}
    segments = pattern.split("/")
    for number, segment in enumerate(segments, 1):
        if segment == "**":
            reached = set(range(min(reached) + (number == len(segments)), len(parts) + 1))
        else:
            reached = {place + 1 for place in reached if place < len(parts) and _segment_fits(segment, parts[place])}
        if not reached:
            return False
    return len(parts) in reached


@cache
def _tokens(segment: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(segment))


def _segment_fits(segment: str, name: str) -> bool:
    """Whether a pattern without `/` fits a name, by two hands that never go back further than the last star."""
    tokens = _tokens(segment)
    here = at = 0
    star, resumed = -1, 0
    while at < len(name):
        if here < len(tokens) and tokens[here].startswith("*"):
            star, resumed = here, at
            here += 1
        elif here < len(tokens) and _letter_fits(tokens[here], name[at]):
            here += 1
            at += 1
        elif star >= 0:
            resumed += 1
            here, at = star + 1, resumed
        else:
            return False
    return all(token.startswith("*") for token in tokens[here:])


def _letter_fits(sign: str, letter: str) -> bool:
    if sign == "?":
        return True
    if len(sign) < 3 or not sign.startswith("["):
        return sign == letter
    inside = sign[1:-1]
    negative = inside.startswith("!")
    inside = inside[1:] if negative else inside
    return _in_set(inside, letter) != negative


def _in_set(letters: str, letter: str) -> bool:
    place = 0
    while place < len(letters):
        if letters[place + 1 : place + 2] == "-" and place + 2 < len(letters):
            if letters[place] <= letter <= letters[place + 2]:
                return True
            place += 3
        else:
            if letters[place] == letter:
                return True
            place += 1
    return False


def wanted(names: Sequence[str], asked: str | None, option: str, place: Place) -> set[str]:
    """Which of these names are asked for: one, or all.

    Raises:
        InputError: there is none of that name.
    """
    if asked is None:
        return set(names)
    if asked not in names:
        known = ", ".join(clean(name[:60]) for name in list(dict.fromkeys(names))[:20])
        message = Message('{option}: the card has no "{name}"', option=option, name=asked[:60])
        raise InputError(message, place=place, hint=Message("known are: {values}", values=known) if known else None)
    return {asked}
