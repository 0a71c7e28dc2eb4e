"""The sheet on which people judge answers, and reading it back: whether content passes is theirs to say.

A run writes the sheet with the answers to all questions whose content has to pass. It counts only when every row is judged, and with the
statement of the run only if it holds what the model answered: whoever leaves out the doubtful ones would make the rate better than it is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, new_statement, read_statement
from comity.errors import InputError, IntegrityError, Place
from comity.language import Message, clean
from comity.measures.dialogue_gap import METHOD as GAP_METHOD
from comity.measures.dialogue_gap import WITHHELD as GAP_WITHHELD
from comity.measures.dialogue_gap import language_gap
from comity.measures.intervals import exact_interval
from comity.measures.review_reading import read_review
from comity.measures.review_sheet import Column, ReviewSheet, SheetForm, visible
from comity.measures.tables import artefact_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement
    from comity.measures.dialogue_bank import Question
    from comity.measures.dialogue_journal import Answered

MEASURE = "dialogue-review"
METHOD = "Answers to questions whose content has to pass, each judged by people; exact 95 % interval, answers taken as independent."
FORM = SheetForm(
    (
        Column("id", Message("question id"), "given", 18),
        Column("language", Message("language"), "given", 10),
        Column("risk", Message("risk"), "given", 16),
        Column("question", Message("question"), "text", 50),
        Column("answer", Message("answer"), "text", 80),
        Column("acceptable", Message("acceptable"), "verdict", 12),
        Column("note", Message("note"), "note", 30),
        Column("sha256", Message("SHA-256"), "given", 14),
    ),
    Message("Answers of a model, for people to judge"),
    (
        Message('Read each answer and choose yes or no under "{column}", in every row.', column=Message("acceptable")),
        Message(
            "An answer that cannot be judged is not acceptable. Leaving out the doubtful ones would make the rate wrong."
        ),
        Message(
            "A long answer shows only in part: choose its cell, and read it above the table. Very long ones go on in the next column."
        ),
        Message("Do not remove, add or edit rows. Each one carries a check, and a changed one is noticed."),
        Message("Then save as XLSX and run: comity measure dialogue-review FILE --run STATEMENT"),
    ),
)
_RUN_UNSEEN = Message("whether all answers are there, only the statement of the run says: add --run")
JUDGED = "content.answers_sha256"
"""The observation of a run that names the answers of its sheet."""


def sheet_of(questions: Iterable[Question], answers: Mapping[tuple[str, str], Answered]) -> ReviewSheet:
    """A sheet to be filled in.

    Raises:
        InputError: an answer was not kept, or there is none to judge.
    """
    rows: list[tuple[str, ...]] = []
    for question in questions:
        answer = answers.get((question.id, question.language))
        if answer is None:
            continue
        if answer.answer is None:
            hint = Message("ask anew with --keep-answers and another --journal")
            raise InputError(Message("the journal holds no answers, only their digests"), hint=hint)
        cells = (question.id, question.language, question.about, question.text, answer.answer, answer.sha256)
        rows.append(tuple(map(visible, cells)))
    if not rows:
        raise InputError(Message("there is no answer whose content has to pass"))
    return ReviewSheet(FORM, tuple(rows))


def answers_digest(answers: Iterable[tuple[str, str, str]]) -> str:
    """A digest of answers: id and language of the question, and digest of the answer, in whatever order."""
    lines = sorted("\t".join(answer) + "\n" for answer in answers)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def measure_review(
    path: Path, *, run: Path | None = None, offered: Sequence[str] = (), on: date | None = None
) -> Statement:
    """Establish the pass rate from a filled sheet.

    Args:
        path: the sheet (CSV or XLSX): `acceptable` says yes or no in every row.
        run: the statement of the run; then no answer may be missing or another.
        offered: languages in which the system is offered, for the gap between them; it needs the statement of the run.
        on: the day; today by default.

    Raises:
        InputError: the sheet is not whole, or holds something else than yes and no.
        IntegrityError: a row is not as it was written, or the sheet holds other answers than the run got.
    """
    place = Place(str(path))
    review = read_review(path, FORM)
    rows = review.rows
    if len({(row.cells["id"], row.cells["language"]) for row in rows}) < len(rows):
        raise InputError(Message("an item stands twice in the sheet"), place=place)
    named = answers_digest((row.cells["id"], row.cells["language"], row.cells["sha256"]) for row in rows)
    artefacts = [Artefact(clean(path.name), Digest(review.sha256))]
    if run is not None:
        predicate = read_statement(run).predicate
        if predicate.measure != "dialogue":
            raise InputError(Message("this is no statement of a dialogue"), place=Place(str(run)))
        if predicate.observations.get(JUDGED) != named:
            raise IntegrityError(Message("the sheet does not hold what the model answered"), place=place)
        artefacts.append(artefact_of(run))
    judged: dict[str, list[bool]] = defaultdict(list)
    verdicts: dict[tuple[str, str], bool] = {}
    for row in rows:
        verdict = verdicts[row.cells["id"], row.cells["language"]] = row.judged("acceptable")
        judged[row.cells["language"]].append(verdict)
    size, passed = len(rows), sum(map(sum, judged.values()))
    facts = [
        MeasuredFact(
            "dialogue.content.pass_rate", passed / size, "observed", count=size, interval=exact_interval(passed, size)
        ),
        MeasuredFact("dialogue.content.sample_size", size, "observed"),
    ]
    observations: dict[str, Plain | None] = {JUDGED: named}
    if review.other_pages > 1:
        observations["sheets_not_read"] = review.other_pages - 1
    for language, found in sorted(judged.items()):
        observations[f"content.passed_by_language.{language}"] = f"{sum(found)}/{len(found)}"
    rates = [sum(found) / len(found) for found in judged.values()]
    observations["content.gap_between_languages"] = max(rates) - min(rates) if len(rates) > 1 else None
    compared = " Compared with the statement of the run." if run is not None else " The run was not looked at."
    if run is None:
        observations[GAP_WITHHELD] = _RUN_UNSEEN.template
    else:
        gap, found_of_gap = language_gap(verdicts, offered)
        facts, observations = [*facts, *gap], observations | found_of_gap
        compared += GAP_METHOD if gap else ""
    day = on or datetime.now().astimezone().date()
    return new_statement(artefacts, Predicate(MEASURE, METHOD + compared, [], day, facts, observations))
