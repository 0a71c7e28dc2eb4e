"""Reading a review sheet back that people have filled in: how many items were checked, and how many are acceptable.

A sheet counts only when every row is filled: whoever leaves out the doubtful ones would make the rate better than it is.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from comity.dossier.statements import MeasuredFact, Predicate, new_statement, read_statement
from comity.errors import InputError, IntegrityError, Place
from comity.language import Message
from comity.measures.corpus_sample import MEASURE as SAMPLE
from comity.measures.corpus_sample import items_digest
from comity.measures.intervals import CONFIDENCE, exact_interval
from comity.measures.tables import artefact_of, read_table

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import polars as pl

    from comity.dossier.statements import Plain, Statement

MEASURE = "corpus-review"

YES = frozenset(("yes", "y", "true", "1", "是", "合格"))
NO = frozenset(("no", "n", "false", "0", "否", "不合格"))


def measure_review(path: Path, *, drawn: Path | None = None, on: date | None = None) -> Statement:
    """Establish the size and the pass rate of a check by people.

    Args:
        path: the filled sheet, as CSV: `acceptable` says yes or no in every row; `harmful` too, or in none.
        drawn: the statement of the draw; then no item may be missing or another.
        on: the day; today by default.

    Raises:
        InputError: the sheet is not whole, or holds something else than yes and no.
        IntegrityError: it holds other items than were drawn.
    """
    rows = read_table(path, ("item", "source", "sha256", "acceptable"), ("harmful",))
    place = Place(str(path))
    digests = ["" if digest is None else digest for digest in rows["sha256"]]
    items = items_digest(digests)
    seed = None if drawn is None else _checked_draw(drawn, items, place)
    if len(set(rows["item"])) != rows.height:
        raise InputError(Message("an item stands twice in the sheet"), place=place)
    acceptable = _answers(rows, "acceptable", place)
    size, passed = len(acceptable), sum(acceptable)
    facts = [
        MeasuredFact("data.sample.manual.size", size, "observed"),
        MeasuredFact("data.sample.manual.pass_rate", passed / size, "observed", "", size, exact_interval(passed, size)),
    ]
    observations: dict[str, Plain | None] = {"items": size, "acceptable": passed, "items_sha256": items}
    if "harmful" in rows.columns and rows["harmful"].null_count() < rows.height:
        harmful = _answers(rows, "harmful", place)
        by_source = _by_source(rows, harmful)
        facts.append(_worst(by_source))
        observations["harmful"] = sum(harmful)
        for name, answers in list(by_source.items())[:100]:
            observations[f"harmful_in.{name}"] = f"{sum(answers)}/{len(answers)}"
    method = "A sheet of documents drawn at random, judged by people; exact 95 % interval of Clopper and Pearson."
    method += " The draw was compared with its statement." if drawn is not None else " The draw was not looked at."
    day = on or datetime.now().astimezone().date()
    artefacts = [artefact_of(path)] + ([] if drawn is None else [artefact_of(drawn)])
    return new_statement(artefacts, Predicate(MEASURE, method, [], day, facts, observations, seed=seed))


def _checked_draw(drawn: Path, items: str, place: Place) -> int | None:
    """The seed of the draw whose items these are."""
    predicate = read_statement(drawn).predicate
    if predicate.measure != SAMPLE:
        raise InputError(Message("this is no statement of a draw"), place=Place(str(drawn)))
    if predicate.observations.get("items_sha256") != items:
        hint = Message("an item was removed, added, moved or changed; draw again with the same seed to see which")
        raise IntegrityError(Message("the sheet does not hold what was drawn"), place=place, hint=hint)
    return predicate.seed


def _answers(rows: pl.DataFrame, column: str, place: Place) -> list[bool]:
    found: list[bool] = []
    for row, value in enumerate(rows[column], 2):
        answer = "" if value is None else value.strip().casefold()
        if not answer:
            hint = Message("judge every item; one that cannot be judged is not acceptable")
            raise InputError(
                Message('"{column}" is not filled in', column=column), place=Place(place.file, row, 1), hint=hint
            )
        if answer not in YES | NO:
            message = Message('"{text}" is neither yes nor no', text=answer[:40])
            raise InputError(message, place=Place(place.file, row, 1))
        found.append(answer in YES)
    return found


def _by_source(rows: pl.DataFrame, harmful: list[bool]) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for source, answer in zip(rows["source"], harmful, strict=True):
        found[source or ""].append(answer)
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
