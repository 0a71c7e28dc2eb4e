"""The days on which rules begin and end. The oracle goes through every single day and looks which phases cover it."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.clauses.formula import Formula
from comity.library.loader import Library, load_library
from comity.library.model import Clause, CompiledFormula, LibraryData, Phase, Standard
from comity.questions.timeline import events_of, timeline, turns_of
from tests.questions import imagined

START = date(2026, 1, 1)
SMALL = imagined.library(
    [imagined.fact("a.old"), imagined.fact("a.big")],
    [{"id": "xa/one", "require": "a.big"}, {"id": "xa/two", "require": "a.old"}, {"id": "xb/one", "require": "a.big"}],
)


def whom(text: str | None) -> CompiledFormula | None:
    if text is None:
        return None
    formula = Formula(text, SMALL.vocabulary)
    return CompiledFormula(text=text, tree=formula.tree, facts=formula.facts)


def with_phases(clause: Clause, *phases: Phase) -> Clause:
    return msgspec.structs.replace(clause, in_force=phases)


def changed(library: Library, **standards: Standard) -> Library:
    kept = tuple(standards.get(standard.id, standard) for standard in library.data.standards)
    data: LibraryData = msgspec.structs.replace(library.data, standards=kept)
    return Library(data)


phases = st.builds(
    lambda start, length, text: Phase(
        start=START + timedelta(days=start),
        until=None if length is None else START + timedelta(days=start + length),
        when=whom(text),
    ),
    st.integers(0, 20),
    st.none() | st.integers(1, 20),
    st.sampled_from([None, "a.old", "a.big"]),
)


@given(st.lists(phases, min_size=1, max_size=4))
def test_a_clause_turns_on_just_the_days_on_which_other_phases_cover_it(several: list[Phase]) -> None:
    clause = with_phases(next(iter(SMALL.clauses.values())), *several)

    def covering(day: date) -> set[str]:
        return {phase.when.text if phase.when else "" for phase in several if phase.covers(day)}

    turns = list(turns_of(clause))
    for offset in range(-1, 50):
        day = START + timedelta(days=offset)
        before, after = covering(day - timedelta(days=1)), covering(day)
        began = {formula.text if formula else "" for on, turn, formula in turns if on == day and turn != "ends"}
        ended = {formula.text if formula else "" for on, turn, formula in turns if on == day and turn == "ends"}
        assert (began, ended) == (after - before, before - after)
        assert all((turn == "extends") is bool(before) for on, turn, _ in turns if on == day and turn != "ends")


def test_clauses_that_turn_together_stand_together() -> None:
    one, two = SMALL.standards["xa"].clauses
    later = Phase(start=date(2027, 1, 1), until=None, when=None)
    standard = msgspec.structs.replace(
        SMALL.standards["xa"], clauses=(with_phases(one, later), with_phases(two, later))
    )
    ((day, event),) = events_of(standard)
    assert (day, event.turn, event.whole, len(event.clauses)) == (date(2027, 1, 1), "begins", True, 2)


def test_days_before_the_first_and_after_the_last_are_left_out() -> None:
    one, _ = SMALL.standards["xa"].clauses
    phase = Phase(start=date(2027, 1, 1), until=date(2028, 1, 1), when=None)
    library = changed(SMALL, xa=msgspec.structs.replace(SMALL.standards["xa"], clauses=(with_phases(one, phase),)))
    days = [day.on for day in timeline(library, first=date(2026, 1, 1)).days]
    assert days == [date(2027, 1, 1), date(2028, 1, 1)]
    assert [day.on for day in timeline(library, first=date(2027, 1, 2)).days] == [date(2028, 1, 1)]
    assert [day.on for day in timeline(library, first=date(2027, 1, 1), last=date(2027, 12, 31)).days] == days[:1]


def test_the_rules_of_a_whole_count_in_its_parts() -> None:
    everything = timeline(SMALL, first=date(2019, 1, 1))
    assert [event.standard.id for day in everything.days for event in day.events] == ["xa", "xb"]
    north = timeline(SMALL, markets=["xb-north"], first=date(2019, 1, 1))
    assert [event.standard.id for day in north.days for event in day.events] == ["xb"]


@pytest.mark.parametrize("status", ["bill", "repealed"])
def test_what_never_was_law_has_no_days(status: str) -> None:
    library = changed(SMALL, xa=msgspec.structs.replace(SMALL.standards["xa"], status=status))
    found = timeline(library, first=date(2019, 1, 1))
    assert [event.standard.id for day in found.days for event in day.events] == ["xb"]
    assert [standard.id for standard in found.without_days] == ["xa"]


def test_the_shipped_library_has_days_to_come() -> None:
    library = load_library()
    found = timeline(library, first=library.as_of)
    assert [day.on for day in found.days] == sorted({day.on for day in found.days})
    assert all(day.on >= library.as_of and day.clauses for day in found.days)
