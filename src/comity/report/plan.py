"""A plan for people: what has to be found out, the steps in order, what each closes and opens, and what stands in the way.

Imports the plan and the words. The one idea: the page is a list of blocks that terminal, Markdown and HTML share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.report.blocks import Branch, Drawing, Grid, Heading, Outline, Paragraph, Span, line
from comity.report.pages import in_form
from comity.report.plan_chart import amount, bars, drawing, points
from comity.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Value
    from comity.questions.plan import Plan, Step
    from comity.report.blocks import Block, Line

FORMATS = ("text", "json", "html", "md")
_CLAUSES = 4


def plan_report(answer: Plan, language: str, form: str, *, limit: int = 0, to_file: bool = False) -> str:
    """The plan in one of `FORMATS`.

    Args:
        answer: the plan.
        language: of the reader.
        form: one of `FORMATS`.
        limit: how many clauses are named where there are many; 0 for all.
        to_file: whether the text goes to a file.
    """
    if form == "json":
        from comity.report.plan_json import plan_json

        return plan_json(answer, language)
    words = Words(answer.scenario.library, language)
    return in_form(
        form,
        _Writing(answer, words, limit).blocks(),
        words,
        title=words.say("Plan for {system}", system=answer.dossier.name),
        to_file=to_file,
    )


class _Writing:
    """The plan, top to bottom."""

    def __init__(self, answer: Plan, words: Words, limit: int) -> None:
        self.answer = answer
        self.words = words
        self.limit = limit
        self.clauses = answer.scenario.library.clauses
        self.colon = "：" if words.language == "zh" else ": "

    def blocks(self) -> Iterator[Block]:
        yield from self.head()
        yield from self.conflicts()
        yield from self.open_givens()
        yield from self.steps()
        yield from self.chart()
        yield from self.left()
        yield from self.foot()

    def say(self, sentence: str, **values: object) -> str:
        return self.words.say(sentence, **values)

    def head(self) -> Iterator[Block]:
        answer = self.answer
        name = f"{answer.dossier.name} {answer.dossier.version}".strip()
        day = answer.scenario.on.isoformat()
        markets = self.places(answer.scenario.markets)
        title = self.say("Plan for {system} in {markets}, on {day}", system=name, markets=markets, day=day)
        yield Heading(line(title), level=1)
        for sentence in self.summary():
            yield Paragraph(line(sentence))

    def summary(self) -> Iterator[str]:
        answer = self.answer
        if not answer.possible:
            yield self.say("No plan closes every clause: some cannot be met together, whatever is changed.")
            if answer.possible_per_market:
                yield self.say(
                    "With --per-market there is a plan: what can differ by market then has a value of its own in each."
                )
            elif answer.possible_per_market is False:
                yield self.say("Values that differ by market do not help either.")
            if answer.budget is None:
                yield self.say("With --budget the plan goes as far as it can.")
        if answer.budget is not None and answer.left:
            yield self.say(
                "Within a budget of {budget}, steps that cost {cost} close as many clauses as can be: {count}; still open: {left}.",
                budget=amount(answer.budget),
                count=self.gained(),
                cost=amount(answer.cost),
                left=len(answer.left),
            )
        elif answer.steps:
            yield self.say(
                "The cheapest plan costs {cost} (steps: {steps}; clauses closed: {count}). That no cheaper one does is proven.",
                cost=amount(answer.cost),
                steps=len(answer.steps),
                count=self.gained(),
            )
        elif answer.possible and answer.waiting:
            yield self.say("Nothing to change; but clauses wait for what is not known of the system.")
        elif answer.possible and not answer.left:
            yield self.say("Nothing to do: every clause that binds here is known to be met, or not to apply.")

    def gained(self) -> int:
        """How many clauses the steps close that can be promised and were open before."""
        duties = {duty.id for duty in self.answer.scenario.duties}
        return sum(
            len(duties.intersection(step.closes)) - len(duties.intersection(step.reopens)) for step in self.answer.steps
        )

    def conflicts(self) -> Iterator[Block]:
        answer = self.answer
        if not answer.conflicts:
            return
        count = len(answer.conflicts)
        said = self.say(
            "Cannot be met together ({count})"
            if answer.conflicts_complete
            else "Cannot be met together (the first {count})",
            count=count,
        )
        yield Heading(line(said))
        rows: list[Branch] = []
        for names in answer.conflicts:
            facts = self.words.separator.join(self.words.fact(fact) for fact in self.fought_over(names))
            rows.append(
                Branch(0, line(self.say("about: {facts}", facts=facts)) if facts else line(self.say("by itself")))
            )
            for name in names:
                text = self.words.text(self.clauses[name].text)
                rows.append(Branch(1, self.clause(name), (line(text),) if text else ()))
        yield Outline(tuple(rows))

    def fought_over(self, names: tuple[str, ...]) -> list[str]:
        """The choices that at least two of these clauses read, or those of a single one."""
        read = [duty.facts for duty in self.answer.scenario.duties if duty.id in names]
        least = min(2, len(read))
        return sorted({fact for facts in read for fact in facts if sum(fact in other for other in read) >= least})

    def clause(self, name: str) -> Line:
        clause = self.clauses[name]
        title = Span(self.words.text(clause.title), "strong")
        return line(title, "  ", Span(name, "id"), Span(f"  {clause.cite}", "dim"))

    def open_givens(self) -> Iterator[Block]:
        givens = self.answer.open_givens
        if not givens:
            return
        yield Heading(line(self.say("Find out first ({count})", count=len(givens))))
        said = self.say(
            "What the system is cannot be planned. Clauses that wait for these facts are not promised: {count}.",
            count=len(self.answer.waiting),
        )
        yield Paragraph(line(said))
        rows = tuple(
            (
                line(str(len(entry.clauses))),
                line(self.words.fact(entry.fact), "  ", Span(entry.fact, "id")),
                line(amount(entry.cost)),
            )
            for entry in givens
        )
        yield Grid((self.say("waits for it"), self.say("fact"), self.say("cost")), rows)

    def steps(self) -> Iterator[Block]:
        steps = self.answer.steps
        if not steps:
            return
        yield Heading(line(self.say("Steps ({count})", count=len(steps))))
        yield Outline(tuple(self.step(number, step) for number, step in enumerate(steps, start=1)))

    def step(self, number: int, step: Step) -> Branch:
        doing = self.say("establish") if step.establishes else self.say("change")
        spent = self.say("cost {cost}, together {total}", cost=amount(step.cost), total=amount(step.total))
        head = line(
            f"{number}. ",
            Span(doing, "dim"),
            "  ",
            Span(self.words.fact(step.fact), "strong"),
            "  ",
            Span(step.fact, "id"),
            Span(f"  {spent}", "dim"),
        )
        remarks = [line(said) for said in self.movement(step)]
        if step.closes:
            said = self.say("closes {count}: {clauses}", count=len(step.closes), clauses=self.some(step.closes))
            remarks.append(line(Span(said, "dim")))
        if step.reopens:
            said = self.say("reopens until a later step: {clauses}", clauses=self.some(step.reopens))
            remarks.append(line(Span(said, "unknown")))
        if step.opens:
            remarks.append(line(Span(self.say("opens: {markets}", markets=self.places(step.opens)), "strong")))
        return Branch(0, head, tuple(remarks))

    def movement(self, step: Step) -> Iterator[str]:
        """From what to what, in each group of jurisdictions that go the same way."""
        ways: dict[tuple[Value | None, Value], list[str]] = {}
        for place, value in step.after.items():
            ways.setdefault((step.before[place], value), []).append(place)
        everywhere = len(ways) == 1 and len(step.after) == len(self.answer.scenario.everywhere)
        for (before, after), places in ways.items():
            said = self.way(step.fact, before, after)
            yield said if everywhere else f"{self.places(places)}{self.colon}{said}"

    def way(self, fact: str, before: Value | None, after: Value) -> str:
        if before == after:
            return self.say("stays: {value}", value=self.words.value(fact, after))
        if isinstance(before, frozenset) and isinstance(after, frozenset) and before:
            parts = []
            if after - before:
                parts.append(self.say("add: {values}", values=self.words.members(sorted(after - before))))
            if before - after:
                parts.append(self.say("drop: {values}", values=self.words.members(sorted(before - after))))
            return "; ".join(parts) or self.words.value(fact, after)
        return f"{self.words.value(fact, before)} → {self.words.value(fact, after)}"

    def some(self, names: tuple[str, ...]) -> str:
        """Clause ids, cut after a few."""
        shown = names[: self.limit] if self.limit else names
        joined = self.words.separator.join(shown)
        more = len(names) - len(shown)
        return self.say("{names} and {count} more", names=joined, count=more) if more else joined

    def chart(self) -> Iterator[Block]:
        answer = self.answer
        if not answer.steps or not points(answer, self.words):
            return
        yield Heading(line(self.say("Markets opened against cumulative cost")))
        yield Drawing(bars(answer, self.words), drawing(answer, self.words))
        if any(progress.waiting and progress.cost is not None for progress in answer.markets):
            said = self.say(
                "Pale bars and hollow dots: open but for clauses that wait for what is not known of the system."
            )
            yield Paragraph(line(Span(said, "dim")))

    def left(self) -> Iterator[Block]:
        left = self.answer.left
        if not left or not self.answer.steps:
            return
        yield Heading(line(self.say("Still open ({count})", count=len(left))))
        shown = left[: self.limit] if self.limit else left
        rows = [Branch(0, self.clause(name)) for name in shown]
        if len(shown) < len(left):
            rest = self.say("… and {count} more; --limit 0 lists all", count=len(left) - len(shown))
            rows.append(Branch(0, line(Span(rest, "dim"))))
        yield Outline(tuple(rows))

    def foot(self) -> Iterator[Block]:
        lines = []
        if self.answer.steps:
            lines.append(
                self.say(
                    "Costs are relative efforts. To establish a fact is to find out that it is so; if it is not, changing it comes on top."
                )
            )
        day = self.answer.scenario.library.as_of.isoformat()
        lines.append(self.say("The texts of the rules were last checked on {day}.", day=day))
        lines.append(self.say("Comity gives information, not legal advice."))
        for said in lines:
            yield Paragraph(line(Span(said, "dim")))

    def places(self, places: Iterable[str]) -> str:
        jurisdictions = self.answer.scenario.library.jurisdictions
        return self.words.separator.join(self.words.text(jurisdictions[place].title) for place in places)
