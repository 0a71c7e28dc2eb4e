"""A reconciliation as people read it: the joint design with what binds it, or what collides and which facts have to differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses.tree import Kind
from comity.clauses.values import example_of, write_value
from comity.language import Message
from comity.report.blocks import Branch, Grid, Heading, Outline, Pairs, Paragraph, Span, line
from comity.report.library_words import not_advice
from comity.report.pages import in_form
from comity.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from comity.library.model import Clause
    from comity.questions.reconcile import Conflict, Reconciliation
    from comity.report.blocks import Block, Line
    from comity.solving.regions import Bound, Interval, Side
    from comity.solving.scenario import Scenario

FORMATS = ("text", "json", "html", "md")

LIMITS = {
    ("below", True): Message("at least {value}"),
    ("below", False): Message("more than {value}"),
    ("above", True): Message("at most {value}"),
    ("above", False): Message("less than {value}"),
}


def reconciliation(
    found: Reconciliation, name: str, language: str, form: str, limit: int, *, to_file: bool = False
) -> str:
    """The answer in one of `FORMATS`.

    Args:
        found: the answer.
        name: what the system or profile is called.
        language: of the reader.
        form: one of `FORMATS`.
        limit: how many entries are listed of each kind; 0 for all.
        to_file: whether the text goes to a file.
    """
    if form == "json":
        from comity.report.reconciliation_json import reconciliation_json

        return reconciliation_json(found, name, language)
    words = Words(found.scenario.library, language)
    return in_form(
        form, _Writing(found, name, words, limit).blocks(), words, title=plain_title(found, words), to_file=to_file
    )


def plain_title(found: Reconciliation, words: Words) -> str:
    """The answer in one sentence."""
    markets = market_names(found.scenario.markets, words)
    if found.conflicts:
        return words.say("One product cannot satisfy {markets}", markets=markets)
    if found.scenario.open:
        return words.say("One product can satisfy {markets}, as far as it is known", markets=markets)
    return words.say("One product can satisfy {markets}", markets=markets)


def market_names(markets: Iterable[str], words: Words) -> str:
    """Titles of markets, joined."""
    return words.separator.join(words.text(words.library.jurisdictions[market].title) for market in markets)


def clause_line(clause: Clause, words: Words) -> Line:
    """A clause by country, title, id and citation."""
    country = words.text(words.library.jurisdictions[clause.jurisdiction].title)
    return line(
        Span(words.say("{name}: ", name=country), "dim"),
        Span(words.text(clause.title), "strong"),
        Span(f"  {clause.full_id}", "id"),
        Span(f"  {clause.cite}", "dim"),
    )


def scenario_rows(scenario: Scenario, name: str, words: Words) -> Iterator[tuple[str, Line]]:
    """What the question stood on."""
    say = words.say
    yield say("system"), line(name)
    yield say("markets"), line(market_names(scenario.markets, words))
    yield say("on"), line(scenario.on.isoformat())
    for entry in scenario.assumptions:
        where = f"@{entry.market}" if entry.market else ""
        yield say("assumed"), line(Span(f"{entry.fact}{where} = {write_value(entry.value)}", "id"))
    assumed = {entry.fact for entry in scenario.assumptions}
    for fact in sorted({fact for values in scenario.kept.values() for fact in values} - assumed):
        values = dict.fromkeys(write_value(kept[fact]) for kept in scenario.kept.values() if fact in kept)
        yield say("kept"), line(Span(f"{fact} = {'; '.join(values)}", "id"))


class _Writing:
    """The report, top to bottom."""

    def __init__(self, found: Reconciliation, name: str, words: Words, limit: int) -> None:
        self.found = found
        self.scenario = found.scenario
        self.library = found.scenario.library
        self.name = name
        self.words = words
        self.limit = limit

    def blocks(self) -> Iterator[Block]:
        yield from self.head()
        yield from self.conflicts()
        yield from self.splits()
        yield from self.design()
        yield from self.open()
        yield from self.foot()

    def head(self) -> Iterator[Block]:
        say, scenario = self.words.say, self.scenario
        role = "not_met" if self.found.conflicts else "unknown" if scenario.open else "met"
        yield Heading(line(Span(plain_title(self.found, self.words), role)), 1)
        counts = say(
            "{binding} clauses bind or may bind, {open} are set aside, {other} ask nothing of this system",
            binding=len(scenario.duties),
            open=len(scenario.open),
            other=scenario.dropped,
        )
        yield Pairs((*scenario_rows(scenario, self.name, self.words), (say("clauses"), line(counts))))

    def shown(self, entries: Sequence[Branch]) -> Outline:
        """As many entries as are asked for, and how many more there are."""
        heads = [index for index, row in enumerate(entries) if row.depth == 0]
        if not self.limit or len(heads) <= self.limit:
            return Outline(tuple(entries))
        more = self.words.say("… and {count} more; --limit 0 lists all", count=len(heads) - self.limit)
        return Outline((*entries[: heads[self.limit]], Branch(0, line(Span(more, "dim")))))

    def conflicts(self) -> Iterator[Block]:
        found, say = self.found, self.words.say
        if not found.conflicts:
            return
        count = len(found.conflicts)
        yield Heading(
            line(say("What cannot be met together ({count})", count=count if found.complete else f"{count}+"))
        )
        told = say("Each of these sets is minimal: without any one of its clauses, the others can be met.")
        yield Paragraph(line(Span(told, "dim")), 1)
        rows: list[Branch] = []
        for number, conflict in enumerate(found.conflicts, start=1):
            rows += self.conflict(number, conflict)
        yield self.shown(rows)
        if not found.complete:
            yield Paragraph(line(say("There may be more: the search stopped at its limit.")), 1)

    def conflict(self, number: int, conflict: Conflict) -> Iterator[Branch]:
        words = self.words
        if conflict.dissolves:
            said = words.say(
                "{number}. {count} clauses; gone where products may differ by market",
                number=number,
                count=len(conflict.clauses),
            )
        elif len(conflict.clauses) == 1:
            said = words.say("{number}. A clause that no choice can meet here", number=number)
        else:
            said = words.say("{number}. {count} clauses", number=number, count=len(conflict.clauses))
        fought = [self.fact(fact) for fact in conflict.facts]
        remarks = [line(words.say("they fight over: {facts}", facts=words.separator.join(fought)))] if fought else []
        if conflict.kept:
            remarks.append(
                line(words.say("kept as it is: {facts}", facts=words.separator.join(map(self.fact, conflict.kept))))
            )
        yield Branch(0, line(Span(said, "strong")), tuple(remarks))
        for clause in conflict.clauses:
            yield Branch(1, clause_line(clause, words), (line(words.text(clause.text)),))

    def fact(self, fact: str) -> str:
        return f"{self.words.fact(fact)} ({fact})"

    def splits(self) -> Iterator[Block]:
        found, words = self.found, self.words
        if not found.conflicts:
            return
        yield Heading(
            line(words.say("The fewest facts that have to differ by market ({count})", count=len(found.splits)))
        )
        if found.persistent:
            told = words.say("Not even products that differ by market resolve this; the clauses that remain:")
            yield Paragraph(line(told), 1)
            rows = []
            for names in found.persistent:
                rows += [Branch(0, clause_line(self.library.clauses[name], words)) for name in names]
            yield Outline(tuple(dict.fromkeys(rows)))
        rows_of_values: list[tuple[Line, ...]] = []
        for split in found.splits:
            for place, value in split.values.items():
                title = words.text(self.library.jurisdictions[place].title)
                rows_of_values.append((line(self.fact(split.fact)), line(title), line(words.value(split.fact, value))))
        if rows_of_values:
            yield Grid((words.say("fact"), words.say("market"), words.say("value")), tuple(rows_of_values), flexible=0)

    def design(self) -> Iterator[Block]:
        found, words = self.found, self.words
        if not found.design:
            return
        title = (
            Message("The rest of the design ({count})") if found.conflicts else Message("The joint design ({count})")
        )
        yield Heading(line(words.say(title.template, count=len(found.design))))
        bounds = {bound.fact: bound for bound in found.bounds}
        rows: list[Branch] = []
        for fact in sorted(bounds, key=self.order):
            rows.append(Branch(0, self.fact_line(fact)))
            rows += self.bound(bounds[fact])
        free = [fact for fact in sorted(found.design, key=self.order) if fact not in bounds]
        yield self.shown(rows)
        if free:
            told = words.say("Open alone, but chosen so that they fit with the others:")
            yield Paragraph(line(Span(told, "dim")), 1)
            yield self.shown([Branch(0, self.fact_line(fact)) for fact in free])

    def order(self, fact: str) -> tuple[int, str]:
        """Facts that several countries bind first."""
        bound = next((bound for bound in self.found.bounds if bound.fact == fact), None)
        names = bound.binding if bound else ()
        return -len({self.library.clauses[name].jurisdiction for name in names}), fact

    def fact_line(self, fact: str) -> Line:
        words = self.words
        value = words.value(fact, self.found.design[fact])
        return line(Span(words.fact(fact), "strong"), Span(f"  {fact}", "id"), "  = ", Span(value, "met"))

    def bound(self, bound: Bound) -> Iterator[Branch]:
        """The limits of a fact, those with the same clauses together, each with the clauses that set it."""
        words = self.words
        if bound.region.linked:
            yield Branch(1, line(words.say("reckoned together with other facts; no region of its own")))
        alike: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Side]] = {}
        for side in bound.sides:
            alike.setdefault((side.part, side.clauses, side.also), []).append(side)
        for (part, names, also), together in alike.items():
            said = self.limits(bound, part, together)
            countries = words.separator.join(dict.fromkeys(self.country(name) for name in (*names, *also)))
            ids = words.separator.join(names)
            if also:
                ids = words.say("{clauses}; the same alone: {others}", clauses=ids, others=words.separator.join(also))
            yield Branch(1, line(said, Span(f"  ← {countries}", "strong")), (line(Span(ids, "id")),))

    def country(self, clause: str) -> str:
        return self.words.text(self.library.jurisdictions[self.library.clauses[clause].jurisdiction].title)

    def limits(self, bound: Bound, part: str, sides: list[Side]) -> str:
        words, fact = self.words, bound.fact
        values = [value for side in sides for value in side.limits]
        if part in {"required", "forbidden"}:
            template = "among them: {values}" if part == "required" else "not among them: {values}"
            return words.say(template, values=words.members(str(value) for value in values))
        if part == "value":
            return words.say("not: {values}", values=words.separator.join(words.value(fact, value) for value in values))
        if part == "between":
            said = [words.value(fact, value) for value in dict.fromkeys(values)]
            return words.say("nothing between: {values}", values=words.separator.join(said))
        interval = bound.region.intervals[0 if part == "below" else -1]
        return words.say(LIMITS[part, closed(interval, part)].template, value=words.value(fact, values[0]))

    def open(self) -> Iterator[Block]:
        scenario, words = self.scenario, self.words
        if not scenario.open:
            return
        yield Heading(line(words.say("Set aside until more is known ({count})", count=len(scenario.open))))
        told = words.say("These clauses wait for givens that nobody stated. State them in the dossier, or assume them:")
        yield Paragraph(line(told), 1)
        rows: list[Branch] = []
        for fact, count in scenario.open_givens:
            waiting = words.say("clauses that wait: {count}", count=count)
            head = line(Span(words.fact(fact), "strong"), Span(f"  {fact}", "id"), Span(f"  ({waiting})", "dim"))
            rows.append(Branch(0, head, (line(Span(self.example(fact), "code")),)))
        yield self.shown(rows)

    def example(self, fact: str) -> str:
        fact_type = self.library.vocabulary.types[fact]
        value = "[…]" if fact_type.kind is Kind.SET else example_of(fact_type)
        values = (
            f"  # {', '.join(fact_type.values[:8])}{', …' if len(fact_type.values) > 8 else ''}"
            if fact_type.values
            else ""
        )
        return f"--assume '{fact}={value}'{values}"

    def foot(self) -> Iterator[Block]:
        words, day = self.words, self.library.as_of
        said = words.say("The texts of the rules were last checked on {day}.", day=day.isoformat())
        yield not_advice(said, words)


def closed(interval: Interval, part: str) -> bool:
    """Whether the limit below or above belongs to the interval."""
    return interval.low_closed if part == "below" else interval.high_closed
