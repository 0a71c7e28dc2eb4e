"""`assess --on` gives the law of any day from 2023 to 2031: it never fails, and a clause counts on just the days that a phase of it covers.

The oracle for a phase is the plain comparison of dates, written out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from comity.dossier.model import Dossier
from comity.library.loader import Library, load_library
from comity.library.model import Phase
from comity.questions.assess import assess
from tests.questions import imagined

SMALL_LIBRARY = Path(__file__).parent.parent / "data" / "small-library"


def days() -> Iterator[date]:
    """The first of every month, and the days around New Year, when many laws begin."""
    for year in range(2023, 2032):
        yield from (date(year, month, 1) for month in range(1, 13))
        yield date(year, 12, 31)


def covered(phases: tuple[Phase, ...], day: date) -> bool:
    return any(phase.start <= day < (phase.until or date.max) for phase in phases)


@pytest.fixture(scope="module")
def shipped() -> Library:
    return load_library()


@pytest.mark.parametrize("year", range(2023, 2032))
def test_the_shipped_law_of_every_month(shipped: Library, year: int) -> None:
    """Nothing is known of the system, so that nothing but the day (and that a bill is no law) keeps a clause from counting."""
    empty = Dossier("helper", "Helper", "1", tuple(shipped.markets), {}, Path("comity.yaml"))
    for day in (day for day in days() if day.year == year):
        assessment = assess(empty, shipped, markets=list(shipped.markets), on=day, openings=False)
        assert len(assessment.results) == sum(
            len(standard.clauses)
            for standard in shipped.data.standards
            if standard.jurisdiction in shipped.with_wholes(shipped.markets)
        )
        for result in assessment.results:
            law = shipped.standards[result.clause.standard].status in {"in_force", "enacted"}
            assert result.judgement.in_force is (law and covered(result.clause.in_force, day)), result.clause.full_id
            if not result.judgement.in_force:
                assert result.verdict == "not_applicable"


def test_an_imagined_law_is_judged_from_its_first_day_until_its_last() -> None:
    library = imagined.library([imagined.fact("a.done")], [{"id": "xa/one", "require": "a.done"}])
    standard = library.standards["xa"]
    phase = Phase(start=date(2025, 3, 1), until=date(2026, 2, 1), when=None)
    clause = msgspec.structs.replace(standard.clauses[0], in_force=(phase,))
    library = Library(
        msgspec.structs.replace(library.data, standards=(msgspec.structs.replace(standard, clauses=(clause,)),))
    )
    system = imagined.dossier(library, ["xa"], {"a.done": False})
    verdicts = {day: assess(system, library, on=day).results[0].verdict for day in days()}
    failing = [day for day, verdict in verdicts.items() if verdict == "not_met"]
    assert (failing[0], failing[-1]) == (date(2025, 3, 1), date(2026, 1, 1))
    assert set(verdicts.values()) == {"not_met", "not_applicable"}


def test_the_small_library_on_every_month() -> None:
    library = load_library([SMALL_LIBRARY], builtin=False, cached=False)
    empty = Dossier("helper", "Helper", "1", ("xa", "xb"), {}, Path("comity.yaml"))
    for day in days():
        for result in assess(empty, library, on=day).results:
            assert (result.verdict != "not_applicable") is covered(result.clause.in_force, day)
