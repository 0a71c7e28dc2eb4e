"""Reading a review sheet back that people have filled in: how many items were checked, and how many are acceptable.

A sheet counts only when every row is filled: whoever leaves out the doubtful ones would make the rate better than it is. Rows may stand in
another order than they were written in.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, new_statement, read_statement
from comity.errors import InputError, IntegrityError, Place
from comity.language import Message, clean
from comity.measures.corpus_sample import FORM, items_digest
from comity.measures.corpus_sample import MEASURE as SAMPLE
from comity.measures.intervals import CONFIDENCE, exact_interval
from comity.measures.review_reading import read_review
from comity.measures.tables import artefact_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement
    from comity.measures.review_reading import Filled

MEASURE = "corpus-review"


def measure_review(path: Path, *, drawn: Path | None = None, on: date | None = None) -> Statement:
    """Establish the size and the pass rate of a check by people.

    Args:
        path: the filled sheet, as CSV or XLSX: `acceptable` says yes or no in every row; `harmful` too, or in none.
        drawn: the statement of the draw; then no item may be missing or another.
        on: the day; today by default.

    Raises:
        InputError: the sheet is not whole, or holds something else than yes and no.
        IntegrityError: a row is not as it was written, or the sheet holds other items than were drawn.
    """
    review = read_review(path, FORM)
    place = Place(str(path))
    rows = sorted(review.rows, key=_number)
    items = items_digest(row.cells["sha256"] for row in rows)
    seed = None if drawn is None else _checked_draw(drawn, items, place)
    acceptable = [row.judged("acceptable") for row in rows]
    size, passed = len(acceptable), sum(acceptable)
    facts = [
        MeasuredFact("data.sample.manual.size", size, "observed"),
        MeasuredFact("data.sample.manual.pass_rate", passed / size, "observed", "", size, exact_interval(passed, size)),
    ]
    observations: dict[str, Plain | None] = {"items": size, "acceptable": passed, "items_sha256": items}
    if review.other_pages > 1:
        observations["sheets_not_read"] = review.other_pages - 1
    if any(row.cells.get("harmful", "").strip() for row in rows):
        harmful = [row.judged("harmful") for row in rows]
        by_source = _by_source(rows, harmful)
        facts.append(_worst(by_source))
        observations["harmful"] = sum(harmful)
        for name, answers in list(by_source.items())[:100]:
            observations[f"harmful_in.{name}"] = f"{sum(answers)}/{len(answers)}"
    method = "A sheet of documents drawn at random, judged by people; exact 95 % interval of Clopper and Pearson."
    method += " The draw was compared with its statement." if drawn is not None else " The draw was not looked at."
    day = on or datetime.now().astimezone().date()
    artefacts = [Artefact(clean(path.name), Digest(review.sha256))] + ([] if drawn is None else [artefact_of(drawn)])
    return new_statement(artefacts, Predicate(MEASURE, method, [], day, facts, observations, seed=seed))


def _checked_draw(drawn: Path, items: str, place: Place) -> int | None:
    """The seed of the draw whose items these are."""
    predicate = read_statement(drawn).predicate
    if predicate.measure != SAMPLE:
        raise InputError(Message("this is no statement of a draw"), place=Place(str(drawn)))
    if predicate.observations.get("items_sha256") != items:
        hint = Message("an item was removed, added or changed; draw again with the same seed to see which")
        raise IntegrityError(Message("the sheet does not hold what was drawn"), place=place, hint=hint)
    return predicate.seed


def _number(row: Filled) -> int:
    """The number of an item; its check tells that it is one."""
    return int(row.cells["item"])


def _by_source(rows: Sequence[Filled], harmful: list[bool]) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for row, answer in zip(rows, harmful, strict=True):
        found[row.cells["source"]].append(answer)
    return dict(sorted(found.items()))


def _worst(by_source: dict[str, list[bool]]) -> MeasuredFact:
    """The largest share of any source; its interval holds for all sources at once (Bonferroni)."""
    confidence = 1 - (1 - CONFIDENCE) / len(by_source)
    bounds = [exact_interval(sum(answers), len(answers), confidence) for answers in by_source.values()]
    shares = {name: sum(answers) / len(answers) for name, answers in by_source.items()}
    worst = max(shares, key=lambda name: shares[name])
    interval = (max(low for low, _ in bounds), max(high for _, high in bounds))
    return MeasuredFact(
        "data.source.harmful_share_max", shares[worst], "observed", worst, len(by_source[worst]), interval
    )
