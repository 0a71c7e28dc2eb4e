"""Facts that circulate wrong and numbers that collide between countries: what the shipped library says of each.

The oracle is `known_traps.yaml`, lines that people wrote from the sources. A case starts from an example of the clause itself, so that it
tests the one thing that it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.clauses.values import canonical
from comity.judging.judgement import System, judge
from comity.library.loader import Library, load_library
from comity.library.model import Clause, Standard
from comity.library.vocabulary import MARKETS
from comity.questions.bounds import bounds_of
from tests.library.sources import numbers_in

FILE = Path(__file__).parent / "known_traps.yaml"
TABLES = ("collisions", "traps", "gates")
Case = dict[str, Any]


def cases() -> Iterator[Any]:
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for table in TABLES:
        for entry in document[table]:
            for number, case in enumerate(entry["cases"], start=1):
                yield pytest.param(case, id=f"{entry['line']}-{number}")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.mark.parametrize("case", list(cases()))
def test_a_known_trap_is_not_fallen_into(case: Case, library: Library) -> None:
    match case:
        case {"with": changed, "verdict": verdict}:
            assert verdict_of(library.clauses[case["clause"]], changed, case.get("day"), library) == verdict
        case {"asks": asked}:
            assert asks(library.clauses[case["clause"]], asked, library)
        case {"binds": binds, "day": day}:
            standard = library.standards[case["standard"] if "standard" in case else case["clause"].split("/")[0]]
            clauses = standard.clauses if "standard" in case else (library.clauses[case["clause"]],)
            assert any(is_law(clause, standard, day) for clause in clauses) is binds
        case {"reads_no": prefixes, "standard": standard}:
            read = {fact for clause in library.standards[standard].clauses for fact in clause.require.facts}
            assert read
            assert sorted(fact for fact in read if fact.startswith(tuple(prefixes))) == []
        case {"actors": {"without": roles}}:
            actors = library.clauses[case["clause"]].actors
            assert actors
            assert set(actors).isdisjoint(roles)
        case {"definition": name, "without_numbers": True}:
            assert set(numbers_in(library.vocabulary.definitions[name].tree)) == set()
        case _:
            raise AssertionError(case)


def verdict_of(clause: Clause, changed: dict[str, Any], on: date | None, library: Library) -> str:
    """The verdict on the clause's first example that is met, with some facts changed."""
    example = next(example for example in clause.examples if example.verdict == "met")
    types = library.vocabulary.types
    facts = {fact: canonical(value, types[fact]) for fact, value in {**example.facts, **changed}.items()}
    facts.setdefault(MARKETS, frozenset(library.with_wholes([clause.jurisdiction])))
    day = on or example.on or max(phase.start for phase in clause.in_force)
    if not is_law(clause, library.standards[clause.standard], day):
        return "not_applicable"
    return judge(clause, System(facts, library.vocabulary.definitions), day).verdict


def is_law(clause: Clause, standard: Standard, day: date) -> bool:
    return standard.status in {"in_force", "enacted"} and any(phase.covers(day) for phase in clause.in_force)


def asks(clause: Clause, asked: dict[str, Any], library: Library) -> bool:
    """Whether the clause sets just this bound to the fact, and no other on that side."""
    fact = asked["fact"]
    operator, value = ("<=", asked["at_most"]) if "at_most" in asked else (">=", asked["at_least"])
    wanted = canonical(value, library.vocabulary.types[fact])
    found = {(bound.operator, bound.value) for bound in bounds_of(clause, library) if bound.fact == fact}
    return found == {(operator, wanted)}


def test_every_line_of_the_tables_is_a_line_here_or_says_why_not() -> None:
    """17 lines on collisions (one of them two lines here), 8 on traps, 20 gates."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert sum(len(document[table]) for table in TABLES) + len(document["not_tested"]) == 17 + 1 + 8 + 20
    assert all(entry["cases"] for table in TABLES for entry in document[table])
    assert all(len(entry["why"]) > 10 for entry in document["not_tested"])
