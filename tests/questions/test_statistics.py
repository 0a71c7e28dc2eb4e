"""What the library covers and what is missing, on two imagined countries, and sums that have to agree on the shipped library."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.library.loader import Library, load_library
from comity.questions.browse import within
from comity.questions.statistics import Statistics, statistics

SMALL_LIBRARY = Path(__file__).parent.parent / "data" / "small-library"


@pytest.fixture(scope="module")
def small() -> Library:
    return load_library([SMALL_LIBRARY], builtin=False, cached=False)


@pytest.fixture(scope="module")
def found(small: Library) -> Statistics:
    return statistics(small)


@pytest.fixture(scope="module")
def shipped() -> Statistics:
    return statistics(load_library())


def test_clauses_are_counted_by_topic_and_jurisdiction(found: Statistics) -> None:
    assert found.cells == {("safety", "xa"): 3, ("safety", "xb"): 1}
    assert [entry.id for entry in found.jurisdictions] == ["xa", "xb"]
    assert [entry.id for entry in found.missing_jurisdictions] == ["xb-north"]


def test_a_region_is_covered_by_rules_of_its_own_alone(found: Statistics) -> None:
    """Land A reaches into the far north; the code of Land B is addressed to the whole world and fills no gap."""
    covers = {cover.of.id: (cover.standards, cover.clauses, cover.binding) for cover in found.regions}
    assert covers == {"far_north": (1, 3, 3), "near_north": (0, 0, 0), "south": (0, 0, 0)}
    assert (found.worldwide.standards, found.worldwide.binding) == (1, 0)
    assert (found.regions_covered.part, found.regions_covered.whole) == (1, 3)
    assert [region.id for region in found.missing_regions] == ["near_north", "south"]


def test_languages_are_measured_by_those_of_the_world(found: Statistics) -> None:
    assert {cover.of.id: cover.standards for cover in found.languages} == {"aa": 1, "bb": 0, "cc": 2}
    assert (found.languages_covered.part, found.languages_covered.whole) == (1, 2)
    assert [language.id for language in found.missing_languages] == ["bb"]


def test_orientations_without_a_standard_are_missing(found: Statistics) -> None:
    assert found.missing_orientations == ("technology_leadership",)
    assert found.orientations_covered.share == pytest.approx(2 / 3)


def test_what_is_in_a_region(small: Library) -> None:
    assert within(small, "north") == {"north", "far_north", "near_north"}
    assert within(small, "south") == {"south"}


def test_the_counts_of_the_shipped_library_agree_with_each_other(shipped: Statistics) -> None:
    library = shipped.library
    clauses = len(library.clauses)
    assert sum(shipped.cells.values()) == clauses
    assert sum(cover.clauses for cover in shipped.places) == clauses
    assert sum(cover.clauses for cover in shipped.forces) == clauses
    assert sum(cover.clauses for cover in shipped.statuses) == clauses
    assert sum(shipped.grades.values()) == sum(shipped.modalities.values()) == clauses
    assert sum(cover.standards for cover in shipped.places) == len(library.standards)


def test_every_shipped_jurisdiction_says_where_it_is_and_what_it_writes_in(shipped: Statistics) -> None:
    silent = [entry.id for entry in shipped.library.data.jurisdictions if not entry.regions or not entry.languages]
    assert silent == []


def test_the_regions_are_those_of_the_united_nations(shipped: Statistics) -> None:
    """Source: UN M49: 22 sub-regions, Latin America and Sub-Saharan Africa by their intermediate ones."""
    assert len(shipped.regions) == 22
    larger = {cover.of.part_of for cover in shipped.regions}
    assert larger == {"africa", "americas", "asia", "europe", "oceania"}
    assert {cover.of.id for cover in shipped.languages if cover.of.world} == {"ar", "en", "es", "fr", "ru", "zh"}


def test_a_part_of_a_state_lies_in_the_regions_of_the_state(shipped: Statistics) -> None:
    jurisdictions = shipped.library.jurisdictions
    for entry in jurisdictions.values():
        if entry.part_of:
            assert set(entry.regions) <= set(jurisdictions[entry.part_of].regions)
