"""The shipped library is sound, in both languages, and large enough to matter."""

from __future__ import annotations

import re
from functools import cache

import pytest

from comity.library.loader import Library, load_library
from comity.library.vocabulary import MARKETS
from comity.questions.check import inspect, run_example


@cache
def library() -> Library:
    return load_library(cached=False)


def test_the_linter_finds_nothing() -> None:
    found = inspect(library())
    assert [f"{problem.place}: {problem.message.in_language('en')}" for problem in found.problems] == []


def test_it_holds_what_it_promises() -> None:
    found = inspect(library())
    assert found.clauses >= 300
    assert found.examples >= 600
    assert found.comparability.clauses_sharing_a_fact >= 0.5
    assert found.comparability.clauses_sharing_a_choice >= 0.5
    assert {standard.jurisdiction for standard in library().data.standards} >= {"eu", "cn", "kr", "us-ca"}


@pytest.mark.parametrize("standard", [standard.id for standard in library().data.standards])
def test_every_example_evaluates_as_stated(standard: str) -> None:
    wrong = {
        f"{clause.full_id} line {example.line}": found
        for clause in library().standards[standard].clauses
        for example in clause.examples
        if (found := run_example(clause, example, library())) is not None
    }
    assert wrong == {}


def test_texts_exist_in_both_languages() -> None:
    texts = [fact.title for fact in library().data.facts] + [fact.definition for fact in library().data.facts]
    for standard in library().data.standards:
        texts += [standard.title, standard.publisher]
        texts += [omission.reason for omission in standard.not_encoded]
        for clause in standard.clauses:
            texts += [clause.title, clause.text, *([clause.note] if clause.note else [])]
    texts += [entry.title for entry in library().data.definitions]
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [text for text in texts if not chinese.search(text["zh"])] == []
    mostly_chinese = [text for text in texts if len(chinese.findall(text["en"])) > len(text["en"]) / 4]
    assert mostly_chinese == []  # an English text may quote the Chinese words that a label has to bear


def test_every_declared_value_has_a_name() -> None:
    values = {value for fact in library().data.facts for value in fact.type.values}
    assert sorted(values - set(library().value_titles)) == []
    assert sorted(set(library().value_titles) - values - set(library().markets)) == []


def test_no_text_is_twice_the_same_duty() -> None:
    """Two clauses of one standard with the same text would be one clause."""
    for standard in library().data.standards:
        texts = [clause.text["en"] for clause in standard.clauses]
        assert len(set(texts)) == len(texts), standard.id


def test_ratios_and_dates_are_plausible() -> None:
    for clause in library().clauses.values():
        assert clause.checked.on <= library().standards[clause.standard].as_of or clause.checked.on.year >= 2026
        for phase in clause.in_force:
            assert 2015 <= phase.start.year <= 2035, clause.full_id


def test_the_built_in_fact_lists_the_markets() -> None:
    assert set(library().vocabulary.types[MARKETS].values) == set(library().markets)


def test_unconfirmed_clauses_say_so() -> None:
    """A clause that nobody confirmed carries a note with the doubt, so that every report can show it."""
    unconfirmed = [clause for clause in library().clauses.values() if clause.checked.against == "unconfirmed"]
    assert [clause.full_id for clause in unconfirmed if clause.note is None] == []
