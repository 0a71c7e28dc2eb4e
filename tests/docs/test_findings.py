"""The findings hold of the library that ships: every row of a table that names two clauses and a relation is computed anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comity.library.loader import Library, load_library

DOCS = Path(__file__).parent.parent.parent / "docs"
ROW = re.compile(r"^\| `([^` ]+/[^` ]+)` \| `([^` ]+/[^` ]+)` \| ([^|`]+?) \|$", re.MULTILINE)
NAMES = {
    "equal": "equal",
    "A is stricter": "a_stricter",
    "B is stricter": "b_stricter",
    "overlapping": "overlapping",
    "incompatible": "incompatible",
    "相等": "equal",
    "甲更严": "a_stricter",
    "乙更严": "b_stricter",
    "交叠": "overlapping",
    "不相容": "incompatible",
}


def rows(page: str) -> list[tuple[str, str, str]]:
    found = ROW.findall((DOCS / page).read_text(encoding="utf-8"))
    return [(a, b, NAMES[relation]) for a, b, relation in found]


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_every_relation_that_the_findings_name_is_computed(library: Library) -> None:
    pytest.importorskip("z3")
    from comity.questions.compare import Comparison

    comparison = Comparison(library)
    found = rows("findings.md")
    assert len(found) > 20
    for a, b, relation in found:
        assert comparison.relate(library.clauses[a], library.clauses[b]).relation == relation, (a, b)


def test_both_languages_name_the_same_findings() -> None:
    assert rows("findings.md") == rows("findings.zh.md")


@pytest.mark.parametrize("page", ["findings.md", "findings.zh.md"])
def test_the_commands_name_what_the_library_has(page: str, library: Library) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    topics = re.findall(r"--topic (\S+)", text)
    assert topics
    assert set(topics) <= set(library.topics)
    shown = re.findall(r"comity library show (\S+)", text)
    assert set(shown) <= set(library.vocabulary.definitions) | set(library.clauses)
    jurisdictions = {clause.jurisdiction for clause in library.clauses.values()}
    for a, b in re.findall(r"comity compare ([a-z][a-z0-9/-]*) ([a-z][a-z0-9/-]*)", text):
        for name in (a, b):
            assert name in library.clauses or name in library.standards or name in jurisdictions
