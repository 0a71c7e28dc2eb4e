"""What may be typed at a question, and what is said about what may not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from comity.clauses.tree import Value
from comity.dossier.answer import joined, read_answer
from comity.dossier.model import Basis, Entry
from comity.errors import InputError, Place
from comity.library.loader import Library, load_library

SMALL = Path(__file__).parent.parent / "data" / "small-library"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([SMALL], builtin=False, cached=False)


@pytest.mark.parametrize(
    ("fact", "typed", "value"),
    [
        ("system.generative", "true", True),
        ("system.generative", "Yes", True),
        ("system.generative", "1", True),
        ("system.generative", "是", True),
        ("system.generative", " n ", False),
        ("system.generative", "2", False),
        ("system.risk_class", "2", "middle"),
        ("system.risk_class", "high", "high"),
        ("organisation.roles", "1 2", frozenset({"provider", "deployer"})),
        ("organisation.roles", "1，2", frozenset({"provider", "deployer"})),
        ("organisation.roles", "deployer, 1", frozenset({"provider", "deployer"})),
        ("organisation.roles", "[deployer]", frozenset({"deployer"})),
        ("organisation.roles", "[]", frozenset()),
        ("organisation.roles", "0", frozenset()),
        ("organisation.roles", "null", None),
        ("test.sample_size", "1", 1),
        ("test.sample_size", "-3", -3),
        ("test.refusal_rate", "1", 1.0),
        ("model.compute", "1e25", 1e25),
        ("system.first_supplied", "2027-01-15", date(2027, 1, 15)),
        ("report.deadline", "P3D", timedelta(days=3)),
    ],
)
def test_what_may_be_typed(library: Library, fact: str, typed: str, value: Value) -> None:
    entry = read_answer(typed, fact, library, "an interview")
    assert (entry.value, entry.by_market) == (value, {})
    assert (entry.basis.by, entry.basis.source) == ("declared", "an interview")


@pytest.mark.parametrize(
    ("typed", "value", "by_market"),
    [
        ("xb: 24h", None, {"xb": 24}),
        ("72h, xb: 24h", 72, {"xb": 24}),
        ("xa=48h xb = 24h", None, {"xa": 48, "xb": 24}),
        ("{value: 72h, per_market: {xb: 24h}}", 72, {"xb": 24}),
    ],
)
def test_values_by_market(library: Library, typed: str, value: int | None, by_market: dict[str, int]) -> None:
    entry = read_answer(typed, "report.deadline", library, "an interview")
    assert entry.value == (None if value is None else timedelta(hours=value))
    assert entry.by_market == {market: timedelta(hours=hours) for market, hours in by_market.items()}


def test_an_answer_with_its_own_source_keeps_it(library: Library) -> None:
    typed = "{value: 0.97, by: documented, source: card.md, note: second run}"
    entry = read_answer(typed, "test.refusal_rate", library, "an interview")
    assert (entry.basis.by, entry.basis.source, entry.basis.note) == ("documented", "card.md", "second run")


@pytest.mark.parametrize(
    ("fact", "typed", "message"),
    [
        ("system.generative", "perhaps", "this has to be true or false\n  for example: true"),
        ("system.risk_class", "hgih", '"hgih" is not a declared value\n  did you mean "high"?'),
        ("system.risk_class", "4", "there is no value with the number 4\n  the values are numbered from 1 to 3"),
        ("organisation.roles", "1 7", "there is no value with the number 7\n  the values are numbered from 1 to 2"),
        ("organisation.roles", "provder", '"provder" is not a declared value\n  did you mean "provider"?'),
        ("organisation.roles", "it's", '"it\'s" is not a declared value\n  declared are: provider, deployer'),
        ("organisation.roles", "[provider", "this is not YAML: did not find expected ',' or ']'"),
        ("test.sample_size", "many", "this has to be a whole number\n  for example: 300"),
        ("test.sample_size", "9" * 30, "a whole number is at most 1,000,000,000,000"),
        ("test.refusal_rate", "97", "a ratio lies between 0 and 1\n  write 0.97 for 97 %"),
        ("test.refusal_rate", "97 %", "a ratio lies between 0 and 1\n  write 0.95 for 95 %"),
        ("system.first_supplied", "soon", "this has to be a date\n  for example: 2026-08-02"),
        ("report.deadline", "xb: soon", "this has to be a duration\n  for example: 72h"),
        ("system.generative", "xb: yes", "this has to be true or false\n  for example: true"),
        ("report.deadline", "{valu: 72h}", 'unknown key "valu"\n  did you mean "value"?'),
        ("report.deadline", "{value: 72h, by: documented}", "a documented value names its source"),
    ],
)
def test_what_may_not_gets_the_message_of_a_dossier(library: Library, fact: str, typed: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_answer(typed, fact, library, "an interview")
    assert caught.value.describe().startswith(message)


def test_an_answer_joins_what_was_known_in_some_markets() -> None:
    former = Entry("report.deadline", None, {"xa": True}, Basis("documented", "card.md", "checked", Place("a")))
    later = Entry("report.deadline", False, {}, Basis("declared", "an interview", None, Place("b")))
    both = joined(former, later)
    assert (both.value, both.by_market) == (False, {"xa": True})
    assert (both.basis.by, both.basis.source, both.basis.note) == ("declared", "card.md; an interview", "checked")
    assert joined(None, later) is later
