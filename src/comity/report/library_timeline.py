"""The days on which rules begin or end: text, Markdown, one page, or data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.language import Message
from comity.report.blocks import Branch, Heading, Outline, Paragraph, Span, line
from comity.report.catalogue import as_json
from comity.report.library_words import age_note
from comity.report.pages import in_form
from comity.report.words import FORCE_NAMES, STATUS_NAMES, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.questions.timeline import Day, Event, Timeline
    from comity.report.blocks import Block

FORMATS = ("text", "json", "html", "md")
LISTED = 6
"""So many clauses of an event are named in a report for people; the data names all."""

_TURNS = {
    ("begins", True): Message("all {count} clauses begin"),
    ("begins", False): Message("{count} clauses begin"),
    ("extends", True): Message("all {count} clauses come to bind other systems"),
    ("extends", False): Message("{count} clauses come to bind other systems"),
    ("ends", True): Message("all {count} clauses end"),
    ("ends", False): Message("{count} clauses end"),
}
_ONE = {
    "begins": Message("1 clause begins"),
    "extends": Message("1 clause comes to bind other systems"),
    "ends": Message("1 clause ends"),
}


def library_timeline(found: Timeline, language: str, form: str, *, to_file: bool = False) -> str:
    """The time line in one of `FORMATS`."""
    if form == "json":
        return as_json(
            "comity/library-timeline/1",
            library={"version": __version__, "as_of": found.library.as_of.isoformat()},
            **timeline_document(found),
        )
    words = Words(found.library, language)
    return in_form(form, _blocks(found, words), words, title=words.say("When rules begin and end"), to_file=to_file)


def timeline_document(found: Timeline) -> dict[str, Any]:
    """The time line as plain data."""
    return {
        "markets": None if found.markets is None else list(found.markets),
        "from": found.first.isoformat(),
        "until": found.last.isoformat() if found.last else None,
        "days": [
            {
                "on": day.on.isoformat(),
                "clauses": day.clauses,
                "events": [
                    {
                        "standard": event.standard.id,
                        "jurisdiction": event.standard.jurisdiction,
                        "turn": event.turn,
                        "whole": event.whole,
                        "for": None
                        if event.whom is None
                        else {"text": " ".join(event.whom.text.split()), "facts": sorted(event.whom.facts)},
                        "clauses": [clause.full_id for clause in event.clauses],
                    }
                    for event in day.events
                ],
            }
            for day in found.days
        ],
        "without_days": [{"id": standard.id, "status": standard.status} for standard in found.without_days],
    }


def _blocks(found: Timeline, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(line(Span(say("When rules begin and end"), "strong")), 1)
    first = found.first.isoformat()
    when = (
        say("from {day} to {end}", day=first, end=found.last.isoformat())
        if found.last
        else say("from {day}", day=first)
    )
    places = found.library.jurisdictions
    where = (
        say("all rules of the library")
        if found.markets is None
        else words.separator.join(words.text(places[market].title) for market in found.markets)
    )
    yield Paragraph(line(say("{where}, {when}", where=where, when=when)))
    if not found.days:
        yield Paragraph(line(say("No rule begins or ends in this time.")))
    for day in found.days:
        yield from _day(day, words)
    if found.without_days:
        yield Heading(line(say("Without days: bills, and laws that were repealed")))
        yield Outline(
            tuple(
                Branch(
                    0,
                    line(
                        words.text(standard.title),
                        Span(f"  {standard.id}", "id"),
                        Span(f"  {words.name(STATUS_NAMES[standard.status])}", "dim"),
                    ),
                )
                for standard in found.without_days
            )
        )
    yield age_note(words)


def _day(day: Day, words: Words) -> Iterator[Block]:
    counted = words.say("1 clause") if day.clauses == 1 else words.say("{count} clauses", count=day.clauses)
    yield Heading(line(Span(day.on.isoformat(), "strong"), Span(f"  {counted}", "dim")))
    rows: list[Branch] = []
    for event in day.events:
        rows += _event(event, words)
    yield Outline(tuple(rows))


def _event(event: Event, words: Words) -> Iterator[Branch]:
    standard, count = event.standard, len(event.clauses)
    place = words.text(words.library.jurisdictions[standard.jurisdiction].title)
    title = words.say("{jurisdiction}: {standard}", jurisdiction=place, standard=words.text(standard.title))
    turn = (
        words.name(_ONE[event.turn]) if count == 1 else words.say(_TURNS[event.turn, event.whole].template, count=count)
    )
    remarks = [line(Span(turn, "unknown" if event.turn == "ends" else "met"))]
    if event.whom is not None:
        remarks.append(
            line(words.say("for systems of which this holds: {formula}", formula=words.formula(event.whom.tree)))
        )
    about = f"  {standard.id}  {words.name(FORCE_NAMES[standard.force])}"
    yield Branch(0, line(Span(title, "strong"), Span(about, "dim")), tuple(remarks))
    if event.whole:
        return
    for clause in event.clauses[:LISTED]:
        yield Branch(1, line(Span(clause.cite, ""), "  ", words.text(clause.title), Span(f"  {clause.id}", "id")))
    if count > LISTED:
        yield Branch(1, line(Span(words.say("and {count} more", count=count - LISTED), "dim")))
