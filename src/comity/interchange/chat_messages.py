"""What logs of several tools share: conversations as lists of messages, and texts in parts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.dossier.statements import Artefact, Digest
from comity.interchange.foreign_files import listed, table
from comity.interchange.texts import single_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.interchange.foreign_files import ForeignFile

LARGEST_LOG = 128_000_000
"""Bytes of a log in one piece of JSON; larger ones come as archives or line by line."""


class Put(NamedTuple):
    """What was put to a model.

    Attributes:
        text: the last thing that was said to it; None where there is none.
        alone: whether nothing else was said.
    """

    text: str | None
    alone: bool


class Said(NamedTuple):
    """What a message says, and whether it is marked as a refusal."""

    text: str | None
    refusal: bool


def put_in(messages: Any, resolved: Callable[[str], str] = str) -> Put:
    """What a conversation puts to a model before its last answer.

    Args:
        messages: objects with `role` and `content`, in order.
        resolved: makes a text of what stands for it.
    """
    said = [(table(message).get("role"), message_text(message, resolved).text) for message in listed(messages)]
    while said and said[-1][0] == "assistant":
        said.pop()
    text = said[-1][1] if said and said[-1][0] == "user" else None
    return Put(text, len(said) == 1)


def message_text(message: Any, resolved: Callable[[str], str] = str) -> Said:
    """The text of a message: its content, or the parts of it that are text; what a model thought is none."""
    content = table(message).get("content")
    if isinstance(content, str):
        return Said(resolved(content), refusal=False)
    if not isinstance(content, list):
        return Said(None, refusal=False)
    parts = [part for part in map(table, content) if part.get("type") in {"text", "input_text", "output_text"}]
    texts = [resolved(part["text"]) for part in parts if isinstance(part.get("text"), str)]
    return Said("".join(texts) if texts else None, refusal=any(part.get("refusal") is True for part in parts))


def messages_in(text: str) -> list[Any] | None:
    """The messages that a text holds as JSON; None where it is a plain text."""
    if not text.lstrip().startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(found, list) and found and all("role" in table(message) for message in found)
    return found if whole else None


def name_in(value: Any) -> str | None:
    """An id or a name as tools write them: a word, or a whole number."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return str(value)
    return value.strip()[:300] if isinstance(value, str) and value.strip() else None


def artefact_of(file: ForeignFile) -> Artefact:
    """A file by name and digest."""
    return Artefact(single_line(file.path.name, 500), Digest(file.sha256))
