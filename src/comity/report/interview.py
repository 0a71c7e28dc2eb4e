"""An interview on a plain terminal, as blocks: where it stands, a question, what lies behind it, and how it ended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len

from comity.clauses.tree import Kind
from comity.clauses.values import KIND_NAMES, example_of, write_value
from comity.language import Message
from comity.report.blocks import Branch, Code, Heading, Outline, Paragraph, Span, line
from comity.report.library_words import NATURE_NAMES
from comity.report.words import BASIS_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.dossier.model import Entry
    from comity.library.model import Clause, FactDefinition
    from comity.questions.ask import Interview, Question
    from comity.report.blocks import Block
    from comity.report.words import Words

CITES = 3
"""How many clauses of a jurisdiction the question itself names; all of them are a question mark away."""

MANY = 12
"""Of more clauses than this the question only says how many they are."""

LISTED = 5
"""How many clauses of a jurisdiction the help names with their titles."""

_FEW = 6
"""So many values are listed one a line; more of them in columns."""


def opening(interview: Interview, name: str, words: Words) -> list[Block]:
    """What the interview is about, and how to answer."""
    inquiry, say = interview.inquiry, words.say
    about = say(
        "{clauses} clauses bind in {markets} on {day}; they mention {facts} facts. Only those are asked that can still change a verdict.",
        clauses=len(inquiry.clauses),
        markets=words.separator.join(_jurisdictions(inquiry.markets, words)),
        day=inquiry.on.isoformat(),
        facts=len(inquiry.mentioned),
    )
    return [Heading(line(name), 1), Paragraph(line(about)), Paragraph(line(_keys(words)))]


def _keys(words: Words) -> str:
    keys = (
        ("?", Message("help and clauses")),
        ("-", Message("don't know")),
        ("<", Message("back")),
        ("q", Message("stop")),
    )
    return " · ".join(f"{key}\N{NO-BREAK SPACE}{words.name(message)}" for key, message in keys)


def question_page(question: Question, interview: Interview, words: Words, width: int) -> list[Block]:
    """One question: what is asked, how it is answered, and why."""
    fact = words.library.fact(question.fact)
    content: list[Block] = [
        Heading(line(Span(words.fact(fact.id), "strong"), "  ", Span(fact.id, "id")), 3),
        Paragraph(line(Span(_progress(interview, words), "dim"))),
    ]
    if words.text(fact.definition):
        content.append(Paragraph(line(words.text(fact.definition)), indent=1))
    content += _forms(fact, words, width)
    former = interview.entries.get(fact.id)
    if former is not None and former.by_market:
        known = words.say("known already: {values}", values=entry_in_words(former, words))
        content.append(Paragraph(line(known), indent=1))
    content += _why(question, words)
    return content


def _progress(interview: Interview, words: Words) -> str:
    return words.say(
        "question {number} · {decided} of {all} verdicts decided, {open} open",
        number=len(interview.order) + 1,
        decided=interview.decided,
        all=len(interview.inquiry.clauses),
        open=len(interview.open),
    )


def _forms(fact: FactDefinition, words: Words, width: int) -> Iterator[Block]:
    """What may be answered."""
    say = words.say
    match fact.type.kind:
        case Kind.BOOL:
            yield Paragraph(line(f"1 {say('yes')}   2 {say('no')}"), indent=1)
        case Kind.ENUM:
            yield Paragraph(line(Span(say("one of these:"), "dim")), indent=1)
            yield from _numbered(fact, words, width)
        case Kind.SET:
            yield Paragraph(line(Span(say("those that hold, for example 1 3; 0 for none of them:"), "dim")), indent=1)
            yield from _numbered(fact, words, width)
        case kind:
            wanted = words.name(KIND_NAMES[kind])
            unit = f" ({fact.unit})" if fact.unit else ""
            example = say("for example: {example}", example=example_of(fact.type))
            yield Paragraph(line(Span(f"{wanted}{unit}; {example}", "dim")), indent=1)


def _numbered(fact: FactDefinition, words: Words, width: int) -> Iterator[Block]:
    """The declared values with their numbers, one a line or in columns."""
    digits = len(str(len(fact.type.values)))
    items = [f"{number:>{digits}} {words.member(value)}" for number, value in enumerate(fact.type.values, 1)]
    widest = max(map(cell_len, items)) + 2
    columns = 1 if len(items) <= _FEW else max(1, width // widest)
    rows = -(-len(items) // columns)
    for row in range(rows):
        cells = items[row::rows]
        text = "".join(f"{cell}{' ' * (widest - cell_len(cell))}" for cell in cells[:-1]) + cells[-1]
        yield Paragraph(line(text), indent=1)


def _why(question: Question, words: Words) -> Iterator[Block]:
    """The clauses that wait: a few by their citations, many by their number in each jurisdiction."""
    count = len(question.waiting)
    places = [
        (words.text(words.library.jurisdictions[jurisdiction].title), clauses)
        for jurisdiction, clauses in _by_jurisdiction(question.waiting).items()
    ]
    if count > MANY:
        listed = words.separator.join(f"{title}\N{NO-BREAK SPACE}{len(clauses)}" for title, clauses in places)
        said = words.say("{count} clauses wait for this: {list}", count=count, list=listed)
        yield Paragraph(line(Span(said, "dim")), indent=1)
        return
    said = (
        words.say("{count} clauses wait for this:", count=count)
        if count > 1
        else words.say("one clause waits for this:")
    )
    yield Paragraph(line(Span(said, "dim")), indent=1)
    rows = []
    for title, clauses in places:
        cites = words.separator.join(clause.cite for clause in clauses[:CITES])
        if len(clauses) > CITES:
            cites = words.say("{names} and {count} more", names=cites, count=len(clauses) - CITES)
        rows.append(Branch(1, line(Span(f"{title}{'：' if words.language == 'zh' else ': '}{cites}", "dim"))))
    yield Outline(tuple(rows))


def help_page(question: Question, words: Words) -> list[Block]:
    """What lies behind a question: the clauses that wait, how the fact is established, and every way to answer."""
    say = words.say
    fact = words.library.fact(question.fact)
    content: list[Block] = []
    for jurisdiction, clauses in _by_jurisdiction(question.waiting).items():
        title = words.text(words.library.jurisdictions[jurisdiction].title)
        content.append(Paragraph(line(Span(f"{title} ({len(clauses)})", "strong"))))
        content += [_clause(clause, words) for clause in clauses[:LISTED]]
        if len(clauses) > LISTED:
            more = say("… and {count} more; comity ask --format json lists all", count=len(clauses) - LISTED)
            content.append(Paragraph(line(Span(more, "dim")), indent=1))
    established = words.separator.join(words.name(BASIS_NAMES[basis]) for basis in fact.established_by)
    content.append(Paragraph(line(Span(words.fact(fact.id), "strong"), "  ", Span(fact.id, "id"))))
    notes = [
        words.text(fact.definition),
        words.name(NATURE_NAMES[fact.nature]),
        say("can be established: {ways}", ways=established),
    ]
    if fact.type.values:
        shown = words.separator.join(
            f"{number}\N{NO-BREAK SPACE}{value}" for number, value in enumerate(fact.type.values, 1)
        )
        notes.append(say("numbers or names: {values}", values=shown))
    content += [Paragraph(line(note), indent=1) for note in notes if note]
    content.append(Paragraph(line(say("With what it rests on, as in a dossier:")), indent=1))
    content.append(Code(f"{{value: {example_of(fact.type)}, by: documented, source: model-card.md}}", indent=2))
    if fact.per_market:
        content.append(
            Paragraph(line(say("It may differ by market; the value for all others stands first:")), indent=1)
        )
        content.append(Code(_market_example(fact, words), indent=2))
    return [*content, Paragraph(line(_keys(words)))]


def _market_example(fact: FactDefinition, words: Words) -> str:
    example = example_of(fact.type)
    other = "false" if fact.type.kind is Kind.BOOL else example
    return f"{example}, {words.library.markets[0]}: {other}"


def _clause(clause: Clause, words: Words) -> Block:
    head = line(words.text(clause.title), "  ", Span(f"{clause.full_id}  {clause.cite}", "dim"))
    return Outline((Branch(0, head),))


def _by_jurisdiction(clauses: Iterable[Clause]) -> dict[str, list[Clause]]:
    found: dict[str, list[Clause]] = {}
    for clause in clauses:
        found.setdefault(clause.jurisdiction, []).append(clause)
    return found


def _jurisdictions(markets: Iterable[str], words: Words) -> Iterator[str]:
    return (words.text(words.library.jurisdictions[market].title) for market in markets)


def entry_in_words(entry: Entry, words: Words) -> str:
    """The values of an entry, those of single markets behind the one that holds elsewhere."""
    said = [] if entry.value is None else [words.value(entry.fact, entry.value)]
    for market, value in entry.by_market.items():
        said.append(f"{market}: {words.value(entry.fact, value) if value != frozenset() else write_value(value)}")
    return words.separator.join(said) or words.say("not known")


def ending(interview: Interview, words: Words, *, finished: bool) -> list[Block]:
    """Where the interview stands at its end, and how many facts had to be asked."""
    gap = "" if words.language == "zh" else " "
    return [Paragraph(line(gap.join(_ending(interview, words, finished=finished))))]


def _ending(interview: Interview, words: Words, *, finished: bool) -> Iterator[str]:
    say, inquiry = words.say, interview.inquiry
    if finished:
        yield say("Nothing more to ask: no further answer can change a verdict.")
    asked = Counter(interview.order)
    yield say(
        "Asked: {asked} of the {mentioned} facts that the clauses of these markets mention.",
        asked=len(asked),
        mentioned=len(inquiry.mentioned),
    )
    yield say(
        "{decided} of {all} verdicts are decided, {failing} of them not met.",
        decided=interview.decided,
        all=len(inquiry.clauses),
        failing=interview.failing,
    )
    if interview.stuck:
        yield say("Waiting for facts that you do not know: {count}.", count=interview.stuck)
    settled = len(interview.open) - interview.stuck
    if finished and settled:
        yield say("The same whatever is answered (comity assess --settle shows which): {count}.", count=settled)
