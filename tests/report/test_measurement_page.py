"""One page for every measure: nothing in it runs, nothing is markup that came from a statement, and what is drawn is also said."""

from __future__ import annotations

from datetime import date

import pytest

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, Statement, new_statement
from comity.report.measurement import measurement
from tests.report.page import read


def statement(name: str = "answers.csv", **observations: object) -> Statement:
    facts = [
        MeasuredFact("dialogue.must_refuse.refusal_rate", 0.75, "observed", count=360, interval=(0.7, 0.8)),
        MeasuredFact("dialogue.must_refuse.sample_size", 360, "observed"),
    ]
    predicate = Predicate("dialogue", "by asking", [], date(2026, 11, 22), facts, observations, seed=7)  # type: ignore[arg-type]
    return new_statement([Artefact(name, Digest("a" * 64))], predicate)


ROW = {"must_refuse.refused_by_language.en": "58/60", "must_refuse.refused_by_language.sw": "21/60"}


@pytest.mark.parametrize(("language", "title"), [("en", "By group"), ("zh", "按群体")])
def test_a_page_has_facts_and_groups_in_the_readers_language(language: str, title: str) -> None:
    page = read(measurement(statement(**ROW), None, language, "html"))
    assert title in [heading.text for heading in page.all("h2")]
    article = page.all("article")[0]
    assert "0.75" in article.text
    assert article.all("circle", class_="value")[0].attributes["cx"] == "50%"
    rows = page.all("div", class_="groups")[0].all("tbody")[0].all("tr")
    assert [row.all("th")[0].text for row in rows] == ["sw", "en"]
    assert rows[0].all("td")[-1].text == "35 % (n = 60)"


def test_nothing_runs_and_nothing_is_markup() -> None:
    hostile = statement("<script>alert(1)</script>", **{"harmful_in.<b>": "1/2", "harmful_in.c": "0/2", "model": "<i>"})
    written = measurement(hostile, None, "en", "html")
    page = read(written)
    assert not page.all("script")
    assert "script-src" in written
    assert page.all("h1")[0].text == "<script>alert(1)</script>"
    assert "<i>" in page.text


def test_the_text_ends_with_the_same_strips() -> None:
    text = measurement(statement(**ROW), None, "en", "text")
    assert "Refused of what must be refused, by language" in text
    assert "2 groups: lowest 35 % (sw), median 65.8 %, highest 96.7 % (en)" in text


def test_a_statement_without_groups_has_no_strips() -> None:
    assert "groups:" not in measurement(statement(model="m"), None, "en", "text")
    assert not read(measurement(statement(model="m"), None, "en", "html")).all("div", class_="groups")
