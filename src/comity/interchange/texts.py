"""Texts as other forms can hold them: clean, on one line, never empty, never endless; and a day as the time that they ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.language import clean

if TYPE_CHECKING:
    from datetime import date

LONGEST = 2_000
"""Characters of a text that are handed on."""

_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What is neither control character nor text; XML 1.0, section 2.2, refuses it, and so does UTF-8."""


def single_line(text: str, limit: int = LONGEST) -> str:
    """A text without control characters, on one line, cut after `limit` characters; `-` where nothing is left."""
    line = " ".join(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", clean(text.replace("\t", " "))).split())
    if len(line) > limit:
        line = f"{line[: limit - 2].rstrip()} …"
    return line or "-"


def midnight(day: date) -> str:
    """The beginning of a day (UTC); forms that want a time get no other, so that an export can be repeated byte for byte."""
    return f"{day.isoformat()}T00:00:00Z"
