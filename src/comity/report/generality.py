"""Whether the clauses of some markets collide for any system at all, as people and programs read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import plain
from comity.report.blocks import Branch, Heading, Outline, Pairs, Paragraph, Span, line
from comity.report.library_words import not_advice
from comity.report.pages import in_form
from comity.report.reconciliation import clause_line, market_names, scenario_rows
from comity.report.reconciliation_json import SCHEMA, scenario_document
from comity.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.report.blocks import Block, Line
    from comity.solving.for_any import Collision, Generality, Given


def generality(found: Generality, language: str, form: str, limit: int, *, to_file: bool = False) -> str:
    """The answer as `text`, `json`, `html` or `md`; `limit` is how many entries are listed of each kind, 0 for all."""
    if form == "json":
        return json.dumps(generality_document(found, language), ensure_ascii=False, indent=1)
    words = Words(found.scenario.library, language)
    return in_form(form, _blocks(found, words, limit), words, title=_title(found, words), to_file=to_file)


def generality_document(found: Generality, language: str) -> dict[str, Any]:
    """The answer as plain data: a reconciliation of no system in particular."""
    scenario = found.scenario
    return {
        "schema": SCHEMA,
        "comity_version": __version__,
        "language": language,
        **scenario_document(scenario, ""),
        "for_any": True,
        "open": [],
        "open_givens": [],
        "clauses": {"bind": found.clauses, "open": 0, "ask_nothing": scenario.dropped},
        "possible": not found.collisions,
        "decided": found.complete,
        "design": {},
        "bounds": [],
        "conflicts": [[clause.full_id for clause in collision.clauses] for collision in found.collisions],
        "conflict_details": [
            {
                "clauses": [clause.full_id for clause in collision.clauses],
                "cites": [clause.cite for clause in collision.clauses],
                "facts": list(collision.facts),
                "dissolves": collision.dissolves,
                "givens": [
                    {"fact": given.fact, "market": given.market or None, "value": plain(given.value)}
                    for given in collision.givens
                ],
            }
            for collision in found.collisions
        ],
        "prohibitions": [clause.full_id for clause in found.prohibitions],
        "complete": found.complete,
        "splits": [],
    }


def _title(found: Generality, words: Words) -> str:
    markets = market_names(found.scenario.markets, words)
    if found.collisions:
        return words.say("For some systems, one product cannot satisfy {markets}", markets=markets)
    if found.complete:
        return words.say("Whatever the system, one product can satisfy {markets}", markets=markets)
    return words.say("No collision was found between {markets}, but not everything was looked at", markets=markets)


def _blocks(found: Generality, words: Words, limit: int) -> Iterator[Block]:
    say = words.say
    role = "not_met" if found.collisions else "met" if found.complete else "unknown"
    yield Heading(line(Span(_title(found, words), role)), 1)
    rows = list(scenario_rows(found.scenario, say("any that no clause forbids outright"), words))
    yield Pairs((*rows, (say("clauses"), line(str(found.clauses)))))
    if found.collisions:
        yield Heading(line(say("What can collide ({count})", count=len(found.collisions))))
        entries: list[Branch] = []
        shown = found.collisions[:limit] if limit else found.collisions
        for number, collision in enumerate(shown, start=1):
            entries += _collision(number, collision, words)
        if len(shown) < len(found.collisions):
            more = say("… and {count} more; --limit 0 lists all", count=len(found.collisions) - len(shown))
            entries.append(Branch(0, line(Span(more, "dim"))))
        yield Outline(tuple(entries))
    if not found.complete:
        yield Paragraph(line(say("There may be more: the search stopped at its limit.")), 1)
    if found.prohibitions:
        yield Heading(line(say("Clauses that forbid some systems outright ({count})", count=len(found.prohibitions))))
        yield Outline(tuple(Branch(0, clause_line(clause, words)) for clause in found.prohibitions))
    day = found.scenario.library.as_of
    yield not_advice(say("The texts of the rules were last checked on {day}.", day=day.isoformat()), words)


def _collision(number: int, collision: Collision, words: Words) -> Iterator[Branch]:
    count = len(collision.clauses)
    if collision.dissolves:
        said = words.say(
            "{number}. {count} clauses; gone where products may differ by market", number=number, count=count
        )
    else:
        said = words.say("{number}. {count} clauses", number=number, count=count)
    fought = words.separator.join(f"{words.fact(fact)} ({fact})" for fact in collision.facts)
    remarks = [line(words.say("they fight over: {facts}", facts=fought))] if fought else []
    yield Branch(0, line(Span(said, "strong")), tuple(remarks))
    for clause in collision.clauses:
        yield Branch(1, clause_line(clause, words), (line(words.text(clause.text)),))
    if collision.givens:
        yield Branch(1, line(words.say("for a system of which this holds:")))
    for given in collision.givens:
        yield Branch(2, _given(given, words))


def _given(given: Given, words: Words) -> Line:
    where = f"@{given.market}" if given.market else ""
    value = words.value(given.fact, given.value)
    return line(
        words.say("{name}: ", name=words.fact(given.fact)), Span(value, "strong"), Span(f"  {given.fact}{where}", "id")
    )
