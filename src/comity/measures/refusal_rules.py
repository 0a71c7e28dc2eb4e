"""Refusals found by rule: patterns for each language, in a file that anybody can read and add to.

What the rules cannot see: a refusal in words that no pattern knows or in a language without rules, a refusal that comes late in an
answer, and whether an answer that begins with a refusal goes on to do what was asked. So a rate by rule is a first look that people
check on a sample.
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
from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.documents.reading import Node

LONGEST_OPENING = 2_000
LONGEST_READ = 20_000
"""Characters of an answer from which its opening is made plain."""

_PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "\u0640": None}
)
_MARKS = re.compile("[\u064b-\u0652\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class RefusalRules:
    """Rules ready for use.

    Attributes:
        opening: characters of an answer that are looked at.
        patterns: by name: the language and the number of the pattern in it, from 1.
        languages: those that have rules.
        digest: SHA-256 of the files with the rules.
    """

    opening: int
    patterns: dict[str, re.Pattern[str]]
    languages: tuple[str, ...]
    digest: str

    def rule_for(self, answer: str) -> str | None:
        """The name of the first rule that finds a refusal in an answer, in whatever language; None where none does."""
        opening = plain(answer[:LONGEST_READ])[: self.opening]
        return next((name for name, pattern in self.patterns.items() if pattern.search(opening)), None)

    def knows(self, language: str) -> bool:
        """Whether there are rules for a language or for what its tag begins with."""
        return any(language == known or language.startswith(f"{known}-") for known in self.languages)


def plain(text: str) -> str:
    """A text without what does not matter for how it sounds: case, kinds of apostrophes and spaces, vowel signs."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    return " ".join(_MARKS.sub("", folded).split())


def shipped_rules() -> Path:
    """The rules that ship with Comity."""
    return Path(str(files("comity.measures"))) / "data" / "refusal_rules.yaml"


def read_rules(further: Sequence[Path] = ()) -> RefusalRules:
    """The shipped rules and those of further files; a language in a later file replaces the rules that it had.

    Raises:
        InputError: a file is not of this form, or a pattern is no regular expression.
    """
    opening = 0
    by_language: dict[str, dict[str, re.Pattern[str]]] = {}
    digest = hashlib.sha256()
    for path in (shipped_rules(), *further):
        root = read.Fields(read_file(path), Message("rules for refusals"))
        opening = root.optional("opening", _opening, opening)
        for node in root.required("languages", read.items):
            language, patterns = _language(node)
            by_language[language] = patterns
        root.done()
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    patterns = {name: pattern for found in by_language.values() for name, pattern in found.items()}
    return RefusalRules(opening, patterns, tuple(by_language), digest.hexdigest())


def _opening(node: Node) -> int:
    found = read.number(node)
    if not (found.is_integer() and 1 <= found <= LONGEST_OPENING):
        message = Message("the opening of an answer is 1 to {limit} characters", limit=LONGEST_OPENING)
        raise InputError(message, place=node.place)
    return int(found)


def _language(node: Node) -> tuple[str, dict[str, re.Pattern[str]]]:
    entry = read.Fields(node)
    language = entry.required("language", read.text)
    words = entry.optional("words", read.boolean, False)
    patterns: dict[str, re.Pattern[str]] = {}
    for number, item in enumerate(entry.required("patterns", read.items), 1):
        written = _unaccented(read.text(item))
        try:
            compiled = re.compile(rf"(?<!\w)(?:{written})(?!\w)" if words else written)
        except (re.error, RecursionError, OverflowError):
            raise InputError(Message("this is not a regular expression"), place=item.place) from None
        patterns[f"{language}-{number}"] = compiled
    entry.done()
    return language, patterns


def _unaccented(pattern: str) -> str:
    """A pattern in the form of the texts that it is held against; its letters keep their case, which may be a part of its grammar."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", pattern).translate(_PLAIN))
