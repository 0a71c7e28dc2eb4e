"""An assessment as GitHub-flavoured Markdown, for a pull request or a summary of a pipeline: compact, no scripts, no pictures.

The views count, the words speak. The one idea: what comes from a dossier or the library is text, never markup, so everything
passes `plain`.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from comity.library.model import WORST_FIRST
from comity.report import sentences, view
from comity.report.measured import TITLE as TITLE_OF_MEASURED
from comity.report.measured import measured_view
from comity.report.measured_text import UNICODE, measured_lines, plain_lines
from comity.report.routes import TITLE, flow_views
from comity.report.words import FORCE_NAMES, GRADE_NAMES, MODALITY_NAMES, VERDICT_NAMES, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.questions.assess import Assessment, ClauseResult

SIGNS = {"not_met": "❌", "unknown": "❔", "met": "✅", "not_applicable": "➖"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")
_LEADING = re.compile(r"^(\d+)?([-+=.)])")
_LINKS = re.compile(r"(https?:|www\.|@)(?=\S)", re.IGNORECASE)
_OPENINGS = 10
_MISSING = 6
_STRIPS = 100
"""Characters of a line with strips."""


def assessment_markdown(assessment: Assessment, language: str) -> str:
    """The report; the same assessment always gives the same text."""
    words = Words(assessment.library, language)
    blocks = [
        *_head(assessment, words),
        *_clauses(assessment, words, "not_met"),
        *_flows(assessment, words),
        *_measured(assessment, words),
        *_openings(assessment, words),
        *_clauses(assessment, words, "unknown"),
        *_timeline(assessment, words),
        *_foot(assessment, words),
    ]
    return "\n\n".join(blocks) + "\n"


def plain(text: str) -> str:
    """A text on one line in which nothing is markup: no formatting, no cells, no HTML, no mentions and no links."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()).replace("&", "&amp;"))
    escaped = _LEADING.sub(lambda found: f"{found[1] or ''}\\{found[2]}", escaped)
    return _LINKS.sub(lambda found: f"{found[1]}\N{ZERO WIDTH NON-JOINER}", escaped)


def _head(assessment: Assessment, words: Words) -> Iterator[str]:
    say = words.say
    name = f"{assessment.dossier.name} {assessment.dossier.version}".strip()
    markets = words.separator.join(words.text(entry.title) for entry in view.markets(assessment))
    line = say("{system} in {markets}, on {day}", system=name, markets=markets, day=assessment.on.isoformat())
    yield f"# {plain(line)}"
    counts = assessment.counts()
    yield " · ".join(f"{SIGNS[verdict]} **{counts[verdict]}** {_verdict(verdict, words)}" for verdict in WORST_FIRST)
    yield f"{sentences.meaning(assessment, words)} {sentences.consequence(assessment, words)}"
    heads = [say("standard"), *(f"{SIGNS[verdict]} {_verdict(verdict, words)}" for verdict in WORST_FIRST)]
    lines = [_row([*heads, say("text checked")]), _row(["---", "--:", "--:", "--:", "--:", "---"])]
    for row in view.standard_rows(assessment):
        force = words.name(FORCE_NAMES[row.standard.force])
        cells = [str(row.counts[verdict] or "–") for verdict in WORST_FIRST]
        lines.append(
            _row([f"{plain(words.text(row.standard.title))} ({force})", *cells, row.standard.as_of.isoformat()])
        )
    totals = [f"**{counts[verdict]}**" for verdict in WORST_FIRST]
    lines.append(_row([f"**{say('together')}**", *totals, ""]))
    yield "\n".join(lines)


def _clauses(assessment: Assessment, words: Words, verdict: str) -> Iterator[str]:
    """The clauses of one verdict, by standard, worst first."""
    count = assessment.counts()[verdict]
    if not count:
        return
    yield f"## {SIGNS[verdict]} {words.name(VERDICT_NAMES[verdict]).capitalize()} ({count})"
    for row in view.standard_rows(assessment):
        results = [result for result in row.open_results if result.verdict == verdict]
        if not results:
            continue
        title = words.text(row.standard.title)
        lines = "\n".join(_clause(result, words) for result in results)
        if verdict == "unknown":
            yield f"<details><summary>{html.escape(title)} ({len(results)})</summary>\n\n{lines}\n\n</details>"
        else:
            yield f"**{plain(title)}**\n\n{lines}"


def _clause(result: ClauseResult, words: Words) -> str:
    clause = result.clause
    marks = [] if clause.modality == "must" else [words.name(MODALITY_NAMES[clause.modality])]
    if clause.checked.against == "unconfirmed":
        marks.append(words.name(GRADE_NAMES["unconfirmed"]))
    marked = f" ({'; '.join(marks)})" if marks else ""
    head = f"- **{plain(words.text(clause.title))}** {plain(clause.cite)}{marked} `{clause.full_id}`"
    line = f"{head}\n  {plain(words.reason(result))}"
    if result.verdict != "unknown":
        return line
    missing = " ".join(f"`{fact}`" for fact in result.missing[:_MISSING])
    return f"{line}\n  {missing}{' …' if len(result.missing) > _MISSING else ''}"


def _flows(assessment: Assessment, words: Words) -> Iterator[str]:
    views = flow_views(assessment, words)
    if views:
        yield f"## {words.name(TITLE)}"
    for flow in views:
        lines = [f"**{flow.id}** {plain(flow.way)}", ""]
        for place in flow.places:
            lines.append(f"- {SIGNS[place.verdict]} {plain(words.say('{name}: ', name=place.title) + place.said)}")
            lines += [f"  - {plain(remark)}" for remark in place.remarks]
        yield "\n".join(lines)


def _measured(assessment: Assessment, words: Words) -> Iterator[str]:
    """The strips as they stand in a terminal; a fence longer than any in them keeps them text."""
    found = measured_view(assessment, words)
    if not found:
        return
    yield f"## {words.name(TITLE_OF_MEASURED)}"
    drawn = plain_lines(measured_lines(found, words, _STRIPS, UNICODE)).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", drawn)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text\n{drawn}\n{fence}"


def _openings(assessment: Assessment, words: Words) -> Iterator[str]:
    openings = assessment.openings[:_OPENINGS]
    if not openings:
        return
    yield f"## {words.say('The ten facts that would decide most clauses')}"
    lines = [
        _row([words.say("decides alone"), words.say("waits for it"), words.say("fact")]),
        _row(["--:", "--:", "---"]),
    ]
    for opening in openings:
        fact = f"{plain(words.fact(opening.fact))} `{opening.fact}`"
        lines.append(_row([str(opening.decides), str(opening.touched), fact]))
    yield "\n".join(lines)


def _timeline(assessment: Assessment, words: Words) -> Iterator[str]:
    days = view.days(assessment)
    if not days:
        return
    yield f"## {words.say('What will change by itself')}"
    lines: list[str] = []
    for day in days:
        standards = words.separator.join(plain(words.text(standard.title)) for standard, _ in day.changes)
        if day.count == 1:
            said = words.say("1 clause of {standards}", standards=standards)
        else:
            said = words.say("{count} clauses of {standards}", count=day.count, standards=standards)
        after = words.separator.join(f"{_verdict(tally.verdict, words)} {tally.count}" for tally in day.after)
        lines.append(f"- **{day.on.isoformat()}** {said} → {after}")
    yield "\n".join(lines)


def _foot(assessment: Assessment, words: Words) -> Iterator[str]:
    say = words.say
    contradictions = assessment.dossier.contradictions
    if contradictions:
        yield f"## {say('Sources that contradict each other')}"
        yield "\n".join(f"- {plain(words.name(contradiction.message))}" for contradiction in contradictions)
    lines = [
        sentences.unconfirmed(len(view.unconfirmed(assessment)), words),
        sentences.undecidable(view.undecidable(assessment), words),
        sentences.age_of_texts(assessment, words),
        say("Comity gives information, not legal advice."),
    ]
    yield "---"
    yield "\n".join(f"{line}  " for line in lines if line).rstrip()


def _verdict(verdict: str, words: Words) -> str:
    return words.name(VERDICT_NAMES[verdict])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
