"""Every sentence that people read, in every language that Comity speaks.

The English sentence in the code is the key; `<language>.json` beside this file maps it to its translation. A test collects
the sentences from the code and demands that each has a translation with the same placeholders. A further language is one more file.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH = "en"
CHINESE = "zh"
LANGUAGES = (ENGLISH, CHINESE)

_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """A text without characters that steer a terminal or turn the direction of writing."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class Message:
    """A sentence with its values, not yet in any language.

    Values that are themselves messages are translated with it.
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values

    def in_language(self, language: str) -> str:
        """The sentence in a language; English where a translation is missing."""
        values = {
            name: value.in_language(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.template, language).format(**values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.template, self.values) == (other.template, other.values)

    def __hash__(self) -> int:
        return hash(self.template)

    def __repr__(self) -> str:
        return f"Message({self.in_language(ENGLISH)!r})"


def translate(sentence: str, language: str) -> str:
    """The translation of an English sentence (with its placeholders), or the sentence itself."""
    return sentence if language == ENGLISH else _catalogue(language).get(sentence, sentence)


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    text = files(__name__).joinpath(f"{language}.json").read_text(encoding="utf-8")
    catalogue: dict[str, str] = json.loads(text)
    return catalogue


def preferred_language() -> str:
    """The language that the environment asks for (LC_ALL, LC_MESSAGES, LANG), else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return CHINESE if value.lower().startswith(CHINESE) else ENGLISH
    return ENGLISH
