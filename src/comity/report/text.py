"""An assessment for a terminal: a summary of every standard, then what is not met, what would decide most, and what is unknown."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from comity.language import Message
from comity.report import measured, sentences
from comity.report.measured import measured_view
from comity.report.measured_text import glyphs, measured_lines
from comity.report.routes import TITLE, flow_views
from comity.report.view import undecidable, worst_first
from comity.report.words import FORCE_NAMES, GRADE_NAMES, MODALITY_NAMES, VERDICT_NAMES, Words

if TYPE_CHECKING:
    from collections import Counter

    from rich.console import RenderableType

    from comity.library.model import Standard
    from comity.questions.assess import Assessment, ClauseResult

STYLES = {"met": "green", "not_met": "bold red", "unknown": "yellow", "not_applicable": "bright_black"}
MARKS = {"met": "█", "not_met": "▓", "unknown": "░", "not_applicable": "·"}
WIDE = 100


def assessment_text(assessment: Assessment, language: str, limit: int, *, plain: bool = False) -> str:
    """The report as text; with colour only where it goes to a terminal that wants it.

    Args:
        assessment: the answer.
        language: of the reader.
        limit: how many clauses to list of each kind; 0 for all.
        plain: whether the text goes to a file.
    """
    terminal = sys.stdout.isatty() and not plain
    console = Console(
        file=io.StringIO(),
        force_terminal=terminal,
        no_color=None if terminal else True,
        width=max(40, Console().width) if terminal else _width(),
        highlight=False,
        emoji=False,
    )
    report = _Report(assessment, Words(assessment.library, language), console.width, to_file=plain)
    for part in report.parts(limit):
        console.print(part)
    output = console.file
    text = output.getvalue() if isinstance(output, io.StringIO) else ""
    return text if terminal else "\n".join(line.rstrip() for line in text.split("\n"))


def _width() -> int:
    """The width that the environment asks for (COLUMNS), else 100; never so narrow that words break."""
    columns = os.environ.get("COLUMNS", "")
    return max(40, int(columns)) if columns.isdecimal() and len(columns) < 6 else WIDE


class _Report:
    """The parts of the report, top to bottom."""

    def __init__(self, assessment: Assessment, words: Words, width: int, *, to_file: bool) -> None:
        self.assessment = assessment
        self.words = words
        self.width = width
        self.to_file = to_file

    def parts(self, limit: int) -> list[RenderableType]:
        assessment = self.assessment
        not_met = [result for result in assessment.results if result.verdict == "not_met"]
        unknown = [result for result in assessment.results if result.verdict == "unknown"]
        found = [self.head(), self.summary()]
        found += self.clauses(Message("Not met"), worst_first(assessment, not_met), limit)
        found += self.flows()
        found += self.measured()
        found += self.openings()
        found += self.clauses(Message("Unknown"), worst_first(assessment, unknown), limit)
        found += self.timeline()
        found.append(self.foot())
        return found

    def title(self, message: Message, count: int | None = None) -> Text:
        name = self.words.name(message)
        return Text(f"\n{name} ({count})" if count is not None else f"\n{name}", style="bold")

    def head(self) -> RenderableType:
        assessment = self.assessment
        markets = self.words.separator.join(
            self.words.text(assessment.library.jurisdictions[market].title) for market in assessment.markets
        )
        name = f"{assessment.dossier.name} {assessment.dossier.version}".strip()
        line = self.words.say(
            "{system} in {markets}, on {day}", system=name, markets=markets, day=assessment.on.isoformat()
        )
        return Text(line, style="bold")

    def summary(self) -> RenderableType:
        say = self.words.say
        table = Table(box=None, padding=(0, 1), pad_edge=False, show_edge=False, header_style="dim")
        table.add_column(say("standard"), overflow="fold", max_width=44 if self.width < WIDE else 70)
        verdicts = list(MARKS)
        for verdict in verdicts:
            table.add_column(f"{self.short(verdict)}", justify="right", style=STYLES[verdict], no_wrap=True)
        bar_width = max(10, min(40, self.width - 86)) if self.width >= WIDE else 0
        if bar_width:
            table.add_column("", no_wrap=True)
        for standard in self.assessment.standards:
            counts = self.assessment.counts(self.assessment.of_standard(standard.id))
            cells = [str(counts[verdict]) if counts[verdict] else "–" for verdict in verdicts]
            row: list[RenderableType] = [Text(self.standard_name(standard)), *cells]
            table.add_row(*row, *([_bar(counts, bar_width)] if bar_width else []))
        total = self.assessment.counts()
        cells = [str(total[verdict]) for verdict in verdicts]
        table.add_row(Text(say("together"), style="bold"), *cells, *([_bar(total, bar_width)] if bar_width else []))
        return Padding(table, (1, 0, 0, 0))

    def short(self, verdict: str) -> str:
        return f"{MARKS[verdict]} {self.words.name(VERDICT_NAMES[verdict])}"

    def standard_name(self, standard: Standard) -> str:
        return self.words.text(standard.title)

    def clauses(self, title: Message, results: list[ClauseResult], limit: int) -> list[RenderableType]:
        if not results:
            return []
        shown = results[:limit] if limit > 0 else results
        found: list[RenderableType] = [self.title(title, len(results))]
        found += [self.clause(result) for result in shown]
        if len(shown) < len(results):
            rest = self.words.say("… and {count} more; --limit 0 lists all", count=len(results) - len(shown))
            found.append(Text(f"  {rest}", style="dim"))
        return found

    def clause(self, result: ClauseResult) -> RenderableType:
        clause, words = result.clause, self.words
        standard = words.library.standards[clause.standard]
        head = Text.assemble(
            (f"{MARKS[result.verdict]} ", STYLES[result.verdict]),
            (words.text(clause.title), "bold"),
            (f"  {standard.id}  {clause.cite}", "dim"),
        )
        marks = [] if clause.modality == "must" else [words.name(MODALITY_NAMES[clause.modality])]
        if standard.force != "law":
            marks.append(words.name(FORCE_NAMES[standard.force]))
        if clause.checked.against == "unconfirmed":
            marks.append(words.name(GRADE_NAMES["unconfirmed"]))
        if marks:
            head.append(f"  [{'; '.join(marks)}]", style="dim")
        lines: list[RenderableType] = [head, Padding(Text(words.reason(result)), (0, 0, 0, 4))]
        if result.missing:
            lines.append(Padding(Text(words.separator.join(result.missing[:6]), style="cyan"), (0, 0, 0, 4)))
        return Padding(Group(*lines), (0, 0, 0, 1))

    def flows(self) -> list[RenderableType]:
        words = self.words
        views = flow_views(self.assessment, words)
        found: list[RenderableType] = [self.title(TITLE)] if views else []
        for flow in views:
            found.append(Padding(Text.assemble((flow.id, "bold"), f"  {flow.way}"), (0, 0, 0, 1)))
            for place in flow.places:
                mark = (f"{MARKS[place.verdict]} ", STYLES[place.verdict])
                head = Text.assemble(mark, words.say("{name}: ", name=place.title) + place.said)
                remarks = [Padding(Text(remark), (0, 0, 0, 4)) for remark in place.remarks]
                found.append(Padding(Group(head, *remarks), (0, 0, 0, 3)))
        return found

    def measured(self) -> list[RenderableType]:
        view = measured_view(self.assessment, self.words)
        if not view:
            return []
        drawn = glyphs("utf-8" if self.to_file else None)
        return [self.title(measured.TITLE), *measured_lines(view, self.words, self.width, drawn)]

    def openings(self) -> list[RenderableType]:
        openings = self.assessment.openings[:10]
        if not openings:
            return []
        words = self.words
        table = Table(box=None, padding=(0, 1), pad_edge=False, show_edge=False, header_style="dim")
        table.add_column(words.say("decides alone"), justify="right", no_wrap=True)
        table.add_column(words.say("waits for it"), justify="right", no_wrap=True)
        table.add_column(words.say("fact"), overflow="fold")
        for opening in openings:
            fact = Text.assemble(words.fact(opening.fact), ("  ", ""), (opening.fact, "cyan"))
            table.add_row(str(opening.decides), str(opening.touched), fact)
        return [self.title(Message("The ten facts that would decide most clauses")), Padding(table, (0, 0, 0, 1))]

    def timeline(self) -> list[RenderableType]:
        changes = self.assessment.changes
        if not changes:
            return []
        words = self.words
        found: list[RenderableType] = [self.title(Message("What will change by itself"))]
        for day in dict.fromkeys(change.on for change in changes):
            of_day = [change for change in changes if change.on == day]
            standards = dict.fromkeys(change.clause.standard for change in of_day)
            said = words.say(
                "{count} clauses of {standards}", count=len(of_day), standards=words.separator.join(standards)
            )
            verdicts = [change.after for change in of_day]
            after = words.separator.join(
                f"{words.name(VERDICT_NAMES[verdict])} {verdicts.count(verdict)}"
                for verdict in MARKS
                if verdict in verdicts
            )
            found.append(Padding(Text.assemble((day.isoformat(), "bold"), f"  {said} → {after}"), (0, 0, 0, 1)))
        return found

    def foot(self) -> RenderableType:
        words, assessment = self.words, self.assessment
        lines = [words.name(contradiction.message) for contradiction in assessment.dossier.contradictions]
        unconfirmed = sum(result.clause.checked.against == "unconfirmed" for result in assessment.results)
        if unconfirmed:
            lines.append(
                words.say(
                    "{count} clauses rest on texts that nobody confirmed; they never fail an assessment.",
                    count=unconfirmed,
                )
            )
        if undecidable(assessment):
            lines.append(sentences.undecidable(undecidable(assessment), words))
        lines.append(
            words.say(
                "The texts of the rules were last checked on {day}, {age} days before the day asked about.",
                day=assessment.library.as_of.isoformat(),
                age=(assessment.on - assessment.library.as_of).days,
            )
        )
        lines.append(words.say("Comity gives information, not legal advice."))
        return Padding(Text("\n".join(lines), style="dim"), (1, 0, 0, 0))


def _bar(counts: Counter[str], width: int) -> Text:
    """A bar of fixed width, divided in proportion; every verdict that occurs has at least one mark."""
    total = sum(counts.values()) or 1
    widths = {verdict: max(1, round(counts[verdict] / total * width)) if counts[verdict] else 0 for verdict in MARKS}
    while sum(widths.values()) > width:
        widths[max(widths, key=lambda verdict: widths[verdict])] -= 1
    while sum(widths.values()) < width and any(widths.values()):
        widths[max(widths, key=lambda verdict: widths[verdict])] += 1
    return Text.assemble(*((MARKS[verdict] * widths[verdict], STYLES[verdict]) for verdict in MARKS))
