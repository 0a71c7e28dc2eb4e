"""What an expert gets to review: every clause, every definition that it rests on, every example tried."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from comity.errors import InputError
from comity.library.loader import Library, load_library
from comity.library.model import packed
from comity.questions.review import review

SMALL_LIBRARY = Path(__file__).parent.parent / "data" / "small-library"


@pytest.fixture(scope="module")
def small() -> Library:
    return load_library([SMALL_LIBRARY], builtin=False, cached=False)


def test_a_standard_is_reviewed_whole(small: Library) -> None:
    found = review(small, "xa-act")
    assert [entry.clause.id for entry in found.clauses] == ["1-refuse", "2-report", "3-later"]
    assert found.whole
    assert [entry.id for entry in found.definitions] == ["xa.large_model"]


@pytest.mark.parametrize("name", ["xa-act/2-report", "act/2-report"])
def test_a_single_clause_can_be_reviewed(small: Library, name: str) -> None:
    found = review(small, name)
    assert [entry.clause.full_id for entry in found.clauses] == ["xa-act/2-report"]
    assert not found.whole


def test_examples_are_tried(small: Library) -> None:
    found = review(small, "xa-act")
    assert all(tried.otherwise is None for entry in found.clauses for tried in entry.examples)
    assert sum(len(entry.examples) for entry in found.clauses) == 9


def test_an_example_that_does_not_hold_is_told(small: Library) -> None:
    standard = small.standards["xa-act"]
    first, *others = standard.clauses
    wrong = msgspec.structs.replace(first.examples[0], verdict="not_met")
    broken = msgspec.structs.replace(
        standard, clauses=(msgspec.structs.replace(first, packed_examples=packed([wrong])), *others)
    )
    library = Library(msgspec.structs.replace(small.data, standards=(broken,)))
    ((tried,), *_) = [entry.examples for entry in review(library, "xa-act").clauses]
    assert tried.otherwise is not None
    assert tried.otherwise.startswith("met")


def test_a_name_that_nobody_has_is_refused_with_a_hint(small: Library) -> None:
    with pytest.raises(InputError) as caught:
        review(small, "xa-akt")
    assert "xa-akt" in caught.value.describe("en")


def test_only_standards_and_clauses_are_reviewed(small: Library) -> None:
    with pytest.raises(InputError, match="neither a standard nor a clause"):
        review(small, "xa.large_model")


def test_definitions_of_definitions_are_reviewed_too() -> None:
    library = load_library()
    found = review(library, "us-ca-sb53")
    names = [entry.id for entry in found.definitions]
    assert len(names) == len(set(names))
    assert {"us_ca.large_frontier_developer", "us_ca.frontier_developer", "us_ca.frontier_model"} <= set(names)
