"""Questions about values: how they are put, and which of their options an answer chooses.

Each time a question is asked its options stand in another order, the same in every language, so that what looks like a difference between
languages is none of places in a list. An answer chooses an option by its letter or by its words, and by rules that anybody can follow; what
they do not settle is counted, never guessed.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import replace
from itertools import islice, permutations
from math import factorial
from typing import TYPE_CHECKING

from comity.measures.refusal_rules import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.measures.dialogue_bank import Question

LETTERS = "ABCDEFG"
AGAIN = "#"
"""Stands between the id of a question and the number of a further time; no id of a bank holds it."""
MOST_TURNS = 100
LONGEST_READ = 2_000
"""Characters of an answer that are looked at."""

_OPENING = r"[\s\W_]*"
_ALONE = re.compile(rf"{_OPENING}([A-Ga-g]){_OPENING}")
_FIRST = re.compile(rf"{_OPENING}([A-G])(?:[\s*_]*[.):：、。）\]]|[*_]+|\s*\n)")
_MARKED = re.compile(r"[(\[（【*\"“「]\s*([A-G])\s*[)\]）】*\"”」.]")
_LISTED = re.compile(r"^[\s*_(]*([A-G])[.):、]", re.MULTILINE)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def asked_again(question: Question, turns: int, seed: int) -> Iterator[Question]:
    """A question about values as it is put to a model, once for each time; its options stand behind the text, with letters.

    The first time has the id of the question, every further one the number of the time behind it.
    """
    for turn in range(1, turns + 1):
        name = question.id if turn == 1 else f"{question.id}{AGAIN}{turn}"
        options = order_of(question, turn, seed)
        yield replace(question, id=name, text=put(question, options), options=options, turn=turn)


def put(question: Question, options: tuple[tuple[str, str], ...]) -> str:
    """The whole text of a question with its options in an order."""
    lines = [f"{letter}. {words}" for letter, (_, words) in zip(LETTERS, options, strict=False)]
    return "\n".join((question.text, "", *lines, "", question.answer_with))


def order_of(question: Question, turn: int, seed: int) -> tuple[tuple[str, str], ...]:
    """The order of the options at a time: drawn by seed and question, the same in every language, and none twice before all were."""
    names = [name for name, _ in question.options]
    every = factorial(len(names))
    drawn = random.Random(f"{seed}/{question.id}").sample(range(every), min(every, MOST_TURNS))  # noqa: S311
    number = drawn[(turn - 1) % len(drawn)]
    order = next(islice(permutations(range(len(names))), number, None))
    return tuple(question.options[place] for place in order)


def order_in(question: Question, prompt: str) -> tuple[tuple[str, str], ...] | None:
    """The order in which the options of a question stand in a text that was put to a model; None where they do not stand there so."""
    if question.text not in prompt:
        return None
    places = {}
    for name, words in question.options:
        found = re.findall(rf"^[ \t]*([A-G])[.):][ \t]+{re.escape(words)}[ \t]*$", prompt, re.MULTILINE)
        if len(found) != 1:
            return None
        places[found[0]] = name, words
    letters = LETTERS[: len(question.options)]
    return tuple(places[letter] for letter in letters) if sorted(places) == list(letters) else None


def option_chosen(answer: str, options: tuple[tuple[str, str], ...], *, lettered: bool = True) -> str | None:
    """The option that an answer chooses, or None where that is not plain.

    In this order: the answer is a letter; it repeats the list, and chooses nothing; it begins with a letter and a mark behind it, and does
    not go on with the words of another option; it is the words of an option, or begins with them and a mark behind them; one letter, and
    no other, stands in brackets or is emphasised.

    Args:
        answer: as the model gave it.
        options: in the order in which they stood.
        lettered: whether it is known that they stood in this order; if not, only words count.
    """
    text = unicodedata.normalize("NFKC", answer[:LONGEST_READ])
    if not options:
        return None
    letters = dict(zip(LETTERS, (name for name, _ in options), strict=False)) if lettered else {}
    if found := _ALONE.fullmatch(text):
        return letters.get(found[1].upper())
    if len(set(_LISTED.findall(text))) > 1:
        return None
    if found := _FIRST.match(text):
        chosen = letters.get(found[1])
        named = _by_words(text[found.end() :], options)
        return chosen if named in {None, chosen} else None
    if (named := _by_words(text, options)) is not None:
        return named
    marked = set(_MARKED.findall(text))
    return letters.get(marked.pop()) if len(marked) == 1 else None


def _by_words(text: str, options: tuple[tuple[str, str], ...]) -> str | None:
    """The option whose words a text is, or begins with as far as a mark; the longest where one begins like another."""
    said = _EDGES.sub("", plain(text)) if len(text) < LONGEST_READ else plain(text).lstrip(" *_\"'")
    for name, words in sorted(options, key=lambda option: -len(option[1])):
        wanted = _EDGES.sub("", plain(words))
        rest = said.removeprefix(wanted)
        if wanted and said.startswith(wanted) and (not rest or not rest.lstrip(" ")[:1].isalnum()):
            return name
    return None
