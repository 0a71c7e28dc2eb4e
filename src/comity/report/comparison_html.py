"""A comparison as one HTML file: a matrix, every pair with what shows its relation, and a filter; no request leaves it.

It carries its own style and script, named by their digests in a strict Content-Security-Policy, and can be read without the script. Where
the clauses are few the matrix is of clauses, else of standards; and of very many pairs only what tells them apart is written out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.language import CHINESE, ENGLISH
from comity.report.comparison import independent_sentence, scope_sentence
from comity.report.comparison_words import (
    MEANINGS,
    RELATION_NAMES,
    SIGNS,
    TELLING,
    UNDECIDED,
    clause_name,
    facts_told,
    shared_facts,
    title_of,
    told,
)
from comity.report.templating import asset, environment, policy
from comity.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.library.model import Clause, Topic
    from comity.solving.relations import Crosswalk, Pair

LANGUAGE_TAGS = {ENGLISH: "en", CHINESE: "zh-Hans"}
LARGEST_MATRIX = 6000
"""How many cells a matrix of clauses may have, so that it can still be read."""
WHOLE = 400
"""Up to how many pairs the page holds the texts of the clauses and the whole witnesses."""
_UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Group:
    """The pairs of one relation."""

    relation: str
    pairs: list[Pair]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at a row or column."""

    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a cell: a relation, how many pairs have it (0: it is one pair), and where it leads."""

    relation: str
    count: int
    target: str
    search: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the matrix."""

    head: Head
    cells: list[list[Entry]]


@dataclass(frozen=True, slots=True)
class Crossing:
    """The matrix: of clauses, or of standards with counts."""

    of_clauses: bool
    columns: list[Head]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class TopicRow:
    """How many pairs with a clause under a topic have each relation."""

    topic: Topic
    counts: Counter[str]


def comparison_html(crosswalk: Crosswalk, language: str) -> str:
    """The whole report; the same comparison always gives the same bytes."""
    words = Words(crosswalk.library, language)
    library = crosswalk.library
    style = asset("assessment.css") + asset("comparison.css")
    script = asset("filter.js") + asset("comparison.js")
    compared = {clause.standard for pair in crosswalk.pairs for clause in (pair.a, pair.b)}
    page: dict[str, Any] = {
        "words": words,
        "say": words.say,
        "name": words.name,
        "text": words.text,
        "language_tag": LANGUAGE_TAGS.get(language, language),
        "version": __version__,
        "style": style,
        "script": script,
        "policy": policy(style, script),
        "title": title_of(crosswalk, words),
        "scope": scope_sentence(crosswalk, words),
        "left_out": independent_sentence(crosswalk, words),
        "signs": {**SIGNS, _UNDECIDED: "?"},
        "relation_names": {**RELATION_NAMES, _UNDECIDED: UNDECIDED},
        "meanings": MEANINGS,
        "groups": _groups(crosswalk),
        "crossing": _crossing(crosswalk, words),
        "topics": _topics(crosswalk),
        "standards": library.standards,
        "compared": [library.standards[name] for name in library.standards if name in compared],
        "alone": [*crosswalk.alone_a, *crosswalk.alone_b],
        "whole": len(crosswalk.pairs) <= WHOLE,
        "anchor": _anchor,
        "shared": lambda pair: shared_facts(pair, words),
        "told": lambda pair, witness: told(pair, witness, words),
        "facts": lambda witness: facts_told(witness.world, words),
    }
    return environment().get_template("comparison.html.j2").render(page)


def _relation(pair: Pair) -> str:
    return pair.relation or _UNDECIDED


def _groups(crosswalk: Crosswalk) -> list[Group]:
    by_relation: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in crosswalk.pairs:
        by_relation[_relation(pair)].append(pair)
    return [Group(relation, by_relation[relation]) for relation in (*TELLING, _UNDECIDED) if by_relation[relation]]


def _anchor(pair: Pair) -> str:
    return f"{pair.a.full_id}--{pair.b.full_id}"


def _crossing(crosswalk: Crosswalk, words: Words) -> Crossing:
    """The matrix of clauses where it can be read, else that of standards."""
    left = _unique(pair.a for pair in crosswalk.pairs)
    right = _unique(pair.b for pair in crosswalk.pairs)
    if len(left) * len(right) > LARGEST_MATRIX:
        return _of_standards(crosswalk, words)
    found = {(pair.a.full_id, pair.b.full_id): pair for pair in crosswalk.pairs}
    rows = []
    for a in left:
        here = [found.get((a.full_id, b.full_id)) for b in right]
        cells = [[Entry(_relation(pair), 0, _anchor(pair))] if pair else [] for pair in here]
        rows.append(Row(Head(clause_name(a, words), a.full_id), cells))
    return Crossing(True, [Head(clause_name(b, words), b.full_id) for b in right], rows)


def _unique(clauses: Iterable[Clause]) -> list[Clause]:
    return list({clause.full_id: clause for clause in clauses}.values())


def _of_standards(crosswalk: Crosswalk, words: Words) -> Crossing:
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for pair in crosswalk.pairs:
        counts[pair.a.standard, pair.b.standard][_relation(pair)] += 1
    standards = crosswalk.library.standards
    left = [name for name in standards if any(name == a for a, _ in counts)]
    right = [name for name in standards if any(name == b for _, b in counts)]

    def entries(a: str, b: str) -> list[Entry]:
        cell = counts.get((a, b), Counter())
        return [
            Entry(relation, cell[relation], "pairs", f"{a}/ {b}/")
            for relation in (*TELLING, _UNDECIDED)
            if cell[relation]
        ]

    rows = [Row(Head(words.text(standards[a].title), a), [entries(a, b) for b in right]) for a in left]
    return Crossing(False, [Head(words.text(standards[b].title), b) for b in right], rows)


def _topics(crosswalk: Crosswalk) -> list[TopicRow]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pair in crosswalk.pairs:
        for topic in {pair.a.topic, pair.b.topic}:
            counts[topic][_relation(pair)] += 1
    return [TopicRow(topic, counts[topic.id]) for topic in crosswalk.library.data.topics if topic.id in counts]
