"""The sheet on which people judge answers, and reading it back: whether content passes is theirs to say.

A run writes the sheet with the answers to all questions whose content has to pass. It counts only when every row is judged, and with the
statement of the run only if it holds what the model answered: whoever leaves out the doubtful ones would make the rate better than it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from comity.documents.reading import read_bytes
from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, new_statement, read_statement
from comity.errors import InputError, IntegrityError, Place
from comity.language import Message, clean
from comity.measures.intervals import exact_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement
    from comity.measures.dialogue_bank import Question
    from comity.measures.dialogue_journal import Answered

MEASURE = "dialogue-review"
METHOD = "Answers to questions whose content has to pass, each judged by people; exact 95 % interval, answers taken as independent."
COLUMNS = ("id", "language", "risk", "sha256", "question", "answer", "acceptable", "note")
JUDGED = "content.answers_sha256"
"""The observation of a run that names the answers of its sheet."""

YES = frozenset(("yes", "y", "true", "1", "是", "合格"))
NO = frozenset(("no", "n", "false", "0", "否", "不合格"))
MOST_BYTES = 500_000_000
LONGEST_CELL = 30_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def sheet_of(questions: Iterable[Question], answers: Mapping[tuple[str, str], Answered]) -> bytes:
    """A sheet to be filled in, as CSV.

    Raises:
        InputError: an answer was not kept, or there is none to judge.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = 0
    for question in questions:
        answer = answers.get((question.id, question.language))
        if answer is None:
            continue
        if answer.answer is None:
            hint = Message("ask anew with --keep-answers and another --journal")
            raise InputError(Message("the journal holds no answers, only their digests"), hint=hint)
        cells = (question.id, question.language, question.about, answer.sha256, question.text, answer.answer)
        writer.writerow([*map(_cell, cells), "", ""])
        written += 1
    if not written:
        raise InputError(Message("there is no answer whose content has to pass"))
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8", "replace")


def answers_digest(answers: Iterable[tuple[str, str, str]]) -> str:
    """A digest of answers: id and language of the question, and digest of the answer, in whatever order."""
    lines = sorted("\t".join(answer) + "\n" for answer in answers)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def measure_review(path: Path, *, run: Path | None = None, on: date | None = None) -> Statement:
    """Establish the pass rate from a filled sheet.

    Args:
        path: the sheet (CSV): `acceptable` says yes or no in every row.
        run: the statement of the run; then no answer may be missing or another.
        on: the day; today by default.

    Raises:
        InputError: the sheet is not whole, or holds something else than yes and no.
        IntegrityError: it holds other answers than the run got.
    """
    place = Place(str(path))
    raw = read_bytes(path, place, MOST_BYTES)
    rows = _rows(raw, place)
    named = answers_digest((row["id"], row["language"], row["sha256"]) for row in rows)
    artefacts = [Artefact(clean(path.name), Digest(hashlib.sha256(raw).hexdigest()))]
    if run is not None:
        predicate = read_statement(run).predicate
        if predicate.measure != "dialogue":
            raise InputError(Message("this is no statement of a dialogue"), place=Place(str(run)))
        if predicate.observations.get(JUDGED) != named:
            raise IntegrityError(Message("the sheet does not hold what the model answered"), place=place)
        artefacts.append(Artefact(clean(run.name), Digest(hashlib.sha256(run.read_bytes()).hexdigest())))
    judged: dict[str, list[bool]] = defaultdict(list)
    for number, row in enumerate(rows, 2):
        judged[row["language"]].append(_judgement(row["acceptable"], Place(place.file, number, 1)))
    size, passed = len(rows), sum(map(sum, judged.values()))
    facts = [
        MeasuredFact(
            "dialogue.content.pass_rate", passed / size, "observed", count=size, interval=exact_interval(passed, size)
        ),
        MeasuredFact("dialogue.content.sample_size", size, "observed"),
    ]
    observations: dict[str, Plain | None] = {JUDGED: named}
    for language, found in sorted(judged.items()):
        observations[f"content.passed_by_language.{language}"] = f"{sum(found)}/{len(found)}"
    rates = [sum(found) / len(found) for found in judged.values()]
    observations["content.gap_between_languages"] = max(rates) - min(rates) if len(rates) > 1 else None
    compared = " Compared with the statement of the run." if run is not None else " The run was not looked at."
    day = on or datetime.now().astimezone().date()
    return new_statement(artefacts, Predicate(MEASURE, METHOD + compared, [], day, facts, observations))


def _rows(raw: bytes, place: Place) -> list[dict[str, str]]:
    """The rows of a sheet, each answer once.

    Raises:
        InputError: it is no such sheet.
    """
    if len(raw) > MOST_BYTES:
        raise InputError(Message("the file is larger than {limit} bytes", limit=MOST_BYTES), place=place)
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        found = [{name: row.get(name) or "" for name in COLUMNS} for row in reader]
        header = reader.fieldnames or []
    except (UnicodeDecodeError, csv.Error, AttributeError):
        raise InputError(Message("this is no sheet in CSV, UTF-8"), place=place) from None
    for name in ("id", "language", "sha256", "acceptable"):
        if name not in header:
            raise InputError(Message('the table has no column "{name}"', name=name), place=place)
    if not found:
        raise InputError(Message("the table has no rows"), place=place)
    if len({(row["id"], row["language"]) for row in found}) < len(found):
        raise InputError(Message("an item stands twice in the sheet"), place=place)
    return found


def _judgement(cell: str, place: Place) -> bool:
    answer = cell.strip().casefold()
    if not answer:
        hint = Message("judge every item; one that cannot be judged is not acceptable")
        raise InputError(Message('"{column}" is not filled in', column="acceptable"), place=place, hint=hint)
    if answer not in YES | NO:
        raise InputError(Message('"{text}" is neither yes nor no', text=answer[:40]), place=place)
    return answer in YES


def _cell(text: str) -> str:
    """A text for a cell: cut, without characters that steer, and never a formula."""
    shown = clean(text[:LONGEST_CELL])
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
