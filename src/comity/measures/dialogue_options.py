"""The options of questions about values, as banks write them: words by id, in one language or several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.documents import fields as read
from comity.documents.reading import Mapping
from comity.errors import InputError
from comity.language import Message, clean

if TYPE_CHECKING:
    from comity.documents.reading import Node
    from comity.errors import Place

LONGEST_OPTION = 200
"""Characters of the words of an option."""
FEWEST_OPTIONS, MOST_OPTIONS = 2, 7
"""Answers that a question about values offers; more than seven make more orders than are looked through."""
SLUG = r"[a-z0-9]+(_[a-z0-9]+)*"
"""Topics of questions about values, and their options."""


def options_by_id(node: Node) -> dict[str, Node]:
    """Options as a bank writes them: an id, and the words in one language or several."""
    hint = Message("write: {example}", example="agree: {en: Agree, zh: 同意}")
    if not isinstance(node, Mapping):
        raise InputError(Message("options by id are wanted here"), place=node.place, hint=hint)
    return dict(node.entries)


def texts_by_language(node: Node) -> dict[str, str]:
    """A text for each language."""
    hint = Message("write: {example}", example='{en: "Answer with one letter.", zh: "只回答一个字母。"}')
    if not isinstance(node, Mapping):
        raise InputError(Message("a text for each language is wanted here"), place=node.place, hint=hint)
    return {tag: read.text(scalar) for tag, scalar in node.entries.items()}


def options_in(options: dict[str, Node], language: str, place: Place) -> dict[str, str]:
    """The words of the options in a language.

    Raises:
        InputError: an option has none.
    """
    found: dict[str, str] = {}
    for name, node in options.items():
        own = node.entries.get(language) if isinstance(node, Mapping) else node
        if own is None:
            message = Message('the option "{id}" has no words in "{language}"', id=name[:80], language=language[:40])
            raise InputError(message, place=place)
        found[name] = read.text(own)
    return found


def checked_options(
    options: dict[str, str] | None, answer_with: str | None, place: Place, *, wanted: bool
) -> tuple[tuple[str, str], ...]:
    """The options of a question about values; none of any other.

    Args:
        options: words by id.
        answer_with: the line that says how to answer.
        place: for messages.
        wanted: whether it is a question about values.

    Raises:
        InputError: it has too few or too many, two alike, or says not how to answer; or another question has options.
    """
    if not wanted:
        if options is not None or answer_with is not None:
            raise InputError(Message("only questions about values have options"), place=place)
        return ()
    found = {name: " ".join(words.split()) for name, words in (options or {}).items()}
    if not FEWEST_OPTIONS <= len(found) <= MOST_OPTIONS:
        message = Message("a question about values has {low} to {high} options", low=FEWEST_OPTIONS, high=MOST_OPTIONS)
        raise InputError(message, place=place)
    for name, words in found.items():
        if not re.fullmatch(SLUG, name):
            raise InputError(Message('"{word}" is not a well-formed id', word=name[:80]), place=place)
        if not words or len(words) > LONGEST_OPTION or clean(words) != words:
            message = Message("the words of an option have 1 to {limit} characters", limit=LONGEST_OPTION)
            raise InputError(message, place=place)
    if len({words.casefold() for words in found.values()}) < len(found):
        raise InputError(Message("two options have the same words"), place=place)
    if not (answer_with or "").strip():
        hint = Message(
            "write: {example}", example='answer_with: {en: "Answer with one letter.", zh: "只回答一个字母。"}'
        )
        raise InputError(Message("nothing says how the question is to be answered"), place=place, hint=hint)
    return tuple(found.items())
