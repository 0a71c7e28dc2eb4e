"""The questions worth asking next, for a terminal and as a versioned JSON document (`comity/questions/1`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import example_of
from comity.report.blocks import Grid, Heading, Paragraph, Span, line, written
from comity.report.interview import ending

if TYPE_CHECKING:
    from comity.dossier.model import Dossier
    from comity.questions.ask import Interview, Question
    from comity.report.blocks import Block
    from comity.report.words import Words

SCHEMA = "comity/questions/1"


def questions_text(
    questions: tuple[Question, ...], interview: Interview, words: Words, limit: int, *, to_file: bool = False
) -> str:
    """The first questions as a table; `limit` 0 lists all."""
    say = words.say
    shown = questions[:limit] if limit else questions
    where = words.separator.join(
        words.text(words.library.jurisdictions[market].title) for market in interview.inquiry.markets
    )
    head = say(
        "Questions that can still change a verdict in {markets} on {day}: {count}",
        count=len(questions),
        markets=where,
        day=interview.inquiry.on.isoformat(),
    )
    standing = say(
        "{decided} of {all} verdicts are decided, {failing} of them not met.",
        decided=interview.decided,
        all=len(interview.inquiry.clauses),
        failing=interview.failing,
    )
    rows = tuple(
        (
            line(str(question.decides)),
            line(str(len(question.waiting))),
            line(words.fact(question.fact), "  ", Span(question.fact, "id")),
        )
        for question in shown
    )
    columns = (say("decides alone"), say("waits for it"), say("fact"))
    blocks: list[Block] = [Heading(line(head), 1), Paragraph(line(standing))]
    if rows:
        blocks.append(Grid(columns, rows, flexible=2, colon="：" if words.language == "zh" else ": "))
        blocks += _rest(questions, shown, words)
    return written(blocks, to_file=to_file)


def _rest(questions: tuple[Question, ...], shown: tuple[Question, ...], words: Words) -> list[Paragraph]:
    count = len(questions) - len(shown)
    if not count:
        return []
    return [Paragraph(line(Span(words.say("… and {count} more; --limit 0 lists all", count=count), "dim")))]


def rehearsal_text(interview: Interview, answered: int, words: Words, *, to_file: bool = False) -> str:
    """How an interview answered from a file went."""
    own = words.say("Answers that were taken from the file: {answered}.", answered=answered)
    return written([*ending(interview, words, finished=True), Paragraph(line(own))], to_file=to_file)


def questions_json(
    questions: tuple[Question, ...],
    interview: Interview,
    dossier: Dossier | None,
    words: Words,
    limit: int,
) -> str:
    """The questions and where the interview stands; `limit` 0 lists all."""
    inquiry = interview.inquiry
    document = {
        "schema": SCHEMA,
        "comity_version": __version__,
        "language": words.language,
        "library": {"version": __version__, "as_of": words.library.as_of.isoformat()},
        "on": inquiry.on.isoformat(),
        "system": None if dossier is None else {"id": dossier.id, "name": dossier.name, "version": dossier.version},
        "markets": list(inquiry.markets),
        "verdicts": {
            "all": len(inquiry.clauses),
            "decided": interview.decided,
            "not_met": interview.failing,
            "open": len(interview.open),
        },
        "facts": {
            "mentioned": len(inquiry.mentioned),
            "asked": list(dict.fromkeys(interview.order)),
            "not_known": sorted(interview.unanswerable),
            "to_ask": len(questions),
        },
        "questions": [_question(question, words) for question in (questions[:limit] if limit else questions)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _question(question: Question, words: Words) -> dict[str, Any]:
    fact = words.library.fact(question.fact)
    titles = words.library.value_titles
    return {
        "fact": fact.id,
        "title": fact.title,
        "definition": fact.definition,
        "type": fact.type.kind.value,
        "unit": fact.unit,
        "values": [{"id": value, "title": dict(titles.get(value, {}))} for value in fact.type.values],
        "example": example_of(fact.type),
        "nature": fact.nature,
        "per_market": fact.per_market,
        "decides": question.decides,
        "waiting": [clause.full_id for clause in question.waiting],
    }
