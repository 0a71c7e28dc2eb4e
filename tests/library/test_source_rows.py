"""The shipped library against the dossier of sources that it was written from: nothing is forgotten, no number is invented.

The oracle is `source_rows.yaml`, written by another hand than the clauses: every row by its id, what became of it, and the numbers that it
states.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from comity.clauses import tree as t
from comity.clauses.formula import Formula
from comity.library.loader import Library, load_library
from comity.questions.browse import uses_of_definition
from tests.library.sources import numbers_in, numbers_of, read_elsewhere, rows, stated
from tests.questions import imagined

COVERAGE = Path(__file__).parent.parent.parent / "docs" / "coverage.md"
STILL_TO_COME = 0
"""So many rows may still wait to be encoded."""
NUMBER = re.compile(r"\d+(\.\d+)?(e[+-]\d+)?( h)?|\d{4}-\d{2}-\d{2}")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_every_row_is_there_once() -> None:
    repeated = [row for row, count in Counter(row.id for row in rows()).items() if count > 1]
    assert repeated == []
    assert len([row for row in rows() if not row.id.startswith("table/")]) == 1401


def test_every_row_is_accounted_for_or_waits() -> None:
    silent = [row.id for row in rows() if not (row.pending or row.clauses or row.definitions or row.not_encoded)]
    assert silent == []
    waiting = Counter(row.instrument for row in rows() if row.pending)
    assert waiting.total() <= STILL_TO_COME, waiting


def test_a_row_that_waits_became_nothing_yet() -> None:
    assert [row.id for row in rows() if row.pending and (row.clauses or row.definitions or row.not_encoded)] == []


def test_what_a_row_became_is_in_the_library(library: Library) -> None:
    definitions = library.vocabulary.named_formulas
    omissions = {
        f"{standard.id}: {omission.cite}" for standard in library.data.standards for omission in standard.not_encoded
    }
    lost = [(row.id, clause) for row in rows() for clause in row.clauses if clause not in library.clauses]
    lost += [(row.id, name) for row in rows() for name in row.definitions if name not in definitions]
    lost += [(row.id, cite) for row in rows() for cite in row.not_encoded if cite not in omissions]
    assert lost == []


def test_the_page_on_coverage_shows_what_became_of_every_row() -> None:
    page = COVERAGE.read_text(encoding="utf-8")
    cells = set(re.findall(r"`([^`]+)`", page)) | {cell.strip() for cell in re.split(r"(?<!\\)\|", page)}
    unseen = [clause for row in rows() for clause in row.clauses if clause.partition("/")[2] not in cells]
    unseen += [name for row in rows() for name in row.definitions if name not in cells]
    unseen += [cite for row in rows() for cite in row.not_encoded if cite.partition(": ")[2] not in cells]
    assert unseen == []


def test_every_number_of_a_clause_is_stated_by_its_source(library: Library) -> None:
    """Readings of words such as "at once" live in named definitions, which reports show as interpretation; they do not count."""
    invented = {
        clause.full_id: sorted(numbers_of(clause) - stated(clause.full_id))
        for clause in library.clauses.values()
        if not numbers_of(clause) <= stated(clause.full_id)
    }
    assert invented == {}


def test_every_number_of_a_definition_is_stated_by_a_source_or_is_a_shared_reading(library: Library) -> None:
    """Thresholds live in definitions too. Shared readings (`urgency.…`) belong to no law and are interpretation by name."""
    invented = {}
    for name, entry in library.vocabulary.named_formulas.items():
        users = [use.clause.full_id for use in uses_of_definition(library, name)]
        of_rows = [row.numbers for row in rows() if name in row.definitions]
        known = frozenset[str]().union(*of_rows, *map(stated, users), stated(name))
        if not name.startswith("urgency.") and not set(numbers_in(entry.definition.tree)) <= known:
            invented[name] = sorted(set(numbers_in(entry.definition.tree)) - known)
    assert invented == {}


def test_numbers_that_were_read_elsewhere_are_needed_and_say_where(library: Library) -> None:
    for name, entries in read_elsewhere().items():
        definition = library.vocabulary.named_formulas.get(name)
        used = set(numbers_in(definition.definition.tree)) if definition else numbers_of(library.clauses[name])
        of_rows = frozenset[str]().union(*(row.numbers for row in rows() if name in (*row.clauses, *row.definitions)))
        for number, place in entries:
            assert number in used, f"{name}: {number} is not in its formulas"
            assert number not in of_rows, f"{name}: a row states {number}"
            assert len(place) > 5, f"{name}: {number} has no place"


def test_numbers_are_written_in_the_one_form() -> None:
    odd = [(row.id, number) for row in rows() for number in row.numbers if not NUMBER.fullmatch(number)]
    assert odd == []


@pytest.mark.parametrize(
    ("formula", "numbers"),
    [
        ('a.deadline <= duration("P15D")', {"360 h"}),
        ('a.deadline <= duration("P6M") || a.deadline == duration("72h")', {"4380 h", "72 h"}),
        ("a.rate >= 0.95 && a.count >= 300", {"0.95", "300"}),
        ('a.compute > 1e25 && a.day >= date("2027-08-02")', {"1e+25", "2027-08-02"}),
        ("a.count > 0 || a.count >= 1 || a.rate == 1.0", set()),
    ],
)
def test_numbers_of_formulas_are_found(formula: str, numbers: set[str]) -> None:
    """So that the comparison above cannot pass because it looks at nothing."""
    kinds = {"deadline": "duration", "rate": "ratio", "count": "int", "compute": "number", "day": "date"}
    small = imagined.library([imagined.fact(f"a.{name}", kind) for name, kind in kinds.items()], [])
    assert set(numbers_in(Formula(formula, small.vocabulary).tree)) == numbers


def test_numbers_of_definitions_are_not_those_of_the_clause() -> None:
    assert set(numbers_in(t.Named(span=(0, 1), name="urgency.at_once"))) == set()
