"""A comparison for a terminal: how many pairs of each relation, then the pairs themselves, what says most first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.report.blocks import Branch, Grid, Heading, Outline, Paragraph, Span, line, written
from comity.report.comparison_words import (
    MEANINGS,
    RELATION_NAMES,
    SIDES,
    TELLING,
    UNDECIDED,
    clause_name,
    shared_facts,
    title_of,
    told,
)
from comity.report.words import GRADE_NAMES, Words

if TYPE_CHECKING:
    from comity.library.model import Clause
    from comity.report.blocks import Block
    from comity.solving.relations import Crosswalk, Pair, Relation

ROLES: dict[Relation, str] = {
    "equal": "met",
    "incompatible": "not_met",
    "a_stricter": "unknown",
    "b_stricter": "unknown",
    "overlapping": "",
    "never_both_apply": "not_applicable",
}


def comparison_text(crosswalk: Crosswalk, language: str, limit: int, *, plain: bool = False) -> str:
    """The report as text; with colour only where it goes to a terminal that wants it.

    Args:
        crosswalk: the answer.
        language: of the reader.
        limit: how many pairs to list of each relation; 0 for all.
        plain: whether the text goes to a file.
    """
    return written(comparison_blocks(crosswalk, Words(crosswalk.library, language), limit), to_file=plain)


def comparison_blocks(crosswalk: Crosswalk, words: Words, limit: int) -> list[Block]:
    """The parts of the report, top to bottom."""
    blocks: list[Block] = [Heading(line(title_of(crosswalk, words)), level=1)]
    if not crosswalk.pairs:
        blocks.append(Paragraph(line(words.say("No pair of clauses requires something of the same fact."))))
        return [*blocks, *_left_out(crosswalk, words), *_alone(crosswalk, words)]
    blocks.append(Paragraph(line(scope_sentence(crosswalk, words))))
    blocks += _left_out(crosswalk, words)
    blocks.append(_counts(crosswalk, words))
    for relation in TELLING:
        found = [pair for pair in crosswalk.pairs if pair.relation == relation]
        if found:
            name = words.name(RELATION_NAMES[relation])
            blocks.append(Heading(line(Span(name, ROLES[relation]), f" ({len(found)})")))
            blocks.append(_pairs(found, words, limit))
    if crosswalk.undecided:
        blocks.append(Heading(line(Span(words.name(UNDECIDED), "unknown"), f" ({len(crosswalk.undecided)})")))
        blocks.append(_pairs(crosswalk.undecided, words, limit))
    return [*blocks, *_alone(crosswalk, words)]


def scope_sentence(crosswalk: Crosswalk, words: Words) -> str:
    """What was compared, and how many pairs there are."""
    count = len(crosswalk.pairs)
    if crosswalk.on is None:
        return words.say("Pairs of clauses that require something of the same fact: {count}.", count=count)
    return words.say(
        "Pairs of clauses in force on {day} that require something of the same fact: {count}.",
        day=crosswalk.on.isoformat(),
        count=count,
    )


def independent_sentence(crosswalk: Crosswalk, words: Words) -> str:
    """How many pairs were left out because neither clause bears on the other; nothing where there are none."""
    if not crosswalk.independent:
        return ""
    return words.say(
        "Left out: {count} pairs that ask for different items of one list, so that neither bears on the other.",
        count=crosswalk.independent,
    )


def _left_out(crosswalk: Crosswalk, words: Words) -> list[Block]:
    said = independent_sentence(crosswalk, words)
    return [Paragraph(line(Span(said, "dim")))] if said else []


def _counts(crosswalk: Crosswalk, words: Words) -> Grid:
    rows = []
    for relation in TELLING:
        count = sum(pair.relation == relation for pair in crosswalk.pairs)
        if count:
            name = Span(words.name(RELATION_NAMES[relation]), ROLES[relation])
            rows.append((line(name), line(str(count)), line(words.name(MEANINGS[relation]))))
    columns = (words.say("Relation"), words.say("Pairs"), words.say("where A and B both apply"))
    return Grid(columns, tuple(rows), flexible=2, colon=words.say("{name}: ", name=""))


def _pairs(pairs: list[Pair], words: Words, limit: int) -> Outline:
    shown = pairs[:limit] if limit else pairs
    rows = [row for pair in shown for row in _rows(pair, words)]
    if len(shown) < len(pairs):
        more = words.say("… and {count} more; --limit 0 lists all", count=len(pairs) - len(shown))
        rows.append(Branch(0, line(Span(more, "dim"))))
    return Outline(tuple(rows))


def _rows(pair: Pair, words: Words) -> list[Branch]:
    on = words.say("on: {facts}", facts=shared_facts(pair, words))
    remarks = [line(Span(on, "dim"))] if pair.shared_facts else []
    remarks += [line(told(pair, witness, words)) for witness in pair.witnesses]
    return [Branch(0, _clause("a", pair.a, words)), Branch(0, _clause("b", pair.b, words), tuple(remarks))]


def _clause(name: str, clause: Clause, words: Words) -> tuple[Span, ...]:
    doubt = clause.checked.against == "unconfirmed"
    mark = f"  ({words.name(GRADE_NAMES['unconfirmed'])})" if doubt else ""
    return line(
        Span(f"{words.name(SIDES[name])}  ", "dim"),
        Span(clause_name(clause, words), "strong"),
        "  ",
        Span(clause.full_id, "id"),
        mark,
    )


def _alone(crosswalk: Crosswalk, words: Words) -> list[Block]:
    count_a, count_b = len(crosswalk.alone_a), len(crosswalk.alone_b)
    if not count_a and not count_b:
        return []
    if crosswalk.a == crosswalk.b:
        return [Paragraph(line(Span(words.say("Clauses without any counterpart: {count}.", count=count_a), "dim")))]
    said = words.say("Clauses without any counterpart: {a} of A, {b} of B.", a=count_a, b=count_b)
    return [Paragraph(line(Span(said, "dim")))]
