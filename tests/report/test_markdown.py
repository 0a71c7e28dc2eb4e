"""The Markdown report: compact, and nothing in a dossier becomes markup."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from comity.questions.assess import Assessment
from comity.report.markdown import assessment_markdown, plain
from tests.report.conftest import HOSTILE

Assessed = Callable[..., Assessment]


def table(text: str) -> list[list[str]]:
    """The cells of the first table, heads and rule left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    first = lines[: next((i for i, line in enumerate(lines[2:], 2) if "---" in line), len(lines) + 1) - 1]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in first[2:]]


def test_the_summary_adds_up(real: Assessment) -> None:
    *rows, total = table(assessment_markdown(real, "en"))
    assert len(rows) == len(real.standards)
    for column, verdict in enumerate(("not_met", "unknown", "met", "not_applicable"), 1):
        figures = [int(row[column].replace("–", "0")) for row in rows]
        assert sum(figures) == int(total[column].strip("*")) == real.counts()[verdict]


def test_every_clause_that_wants_attention_is_there(real: Assessment) -> None:
    text = assessment_markdown(real, "en")
    for result in real.results:
        if result.verdict in {"not_met", "unknown"}:
            assert text.count(f"`{result.clause.full_id}`") == 1


def test_not_met_comes_with_its_reason_and_the_time_line_with_its_day(assessed: Assessed) -> None:
    text = assessment_markdown(assessed(), "en")
    assert "## ❌ Not met (2)" in text
    assert "Refused: 50 % (asked: at least 95 %)" in text
    assert "- **2030-01-01** 1 clause of Act of A → met 1" in text
    assert text.count("not legal advice") == 1


def test_both_languages(assessed: Assessed) -> None:
    assessment = assessed()
    assert "Act of A" in assessment_markdown(assessment, "en")
    assert "甲国法" in assessment_markdown(assessment, "zh")


def test_what_a_dossier_says_is_never_markup(assessed: Assessed) -> None:
    text = assessment_markdown(assessed(HOSTILE), "en")
    heading = text.splitlines()[0]
    assert not re.search(r"(?<!\\)[<>|*\[\]]", heading)
    assert "http://" not in text


@pytest.mark.parametrize(
    "text", ["- x", "+ x", "1. x", "12) x", "= x", "# x", "> x", "`x`", "a | b", "<b>", "&lt;", "a\n\n# b"]
)
def test_plain_text_starts_and_holds_no_markup(text: str) -> None:
    written = plain(text)
    assert "\n" not in written
    assert not re.match(r"([-+=#>]|\d+[.)])", written)
    assert not re.search(r"(?<!\\)[`<>|#]", written)
    assert "&lt;" not in written.replace("&amp;lt;", "")


def test_it_is_the_same_every_time(assessed: Assessed) -> None:
    assessment = assessed()
    assert assessment_markdown(assessment, "zh") == assessment_markdown(assessment, "zh")
