"""Strips of measured facts: what is drawn says what the verdicts say, in characters and on the page."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.dossier.model import Measurement, Sample
from comity.questions.assess import Assessment
from comity.report.assessment_json import assessment_json
from comity.report.html import assessment_html
from comity.report.markdown import assessment_markdown
from comity.report.measured import FactStrip, measured_view
from comity.report.measured_text import ASCII, UNICODE, fact_lines, glyphs, measured_lines, plain_lines
from comity.report.text import assessment_text
from comity.report.words import Words
from tests.questions.measured_facts import assessed
from tests.report.page import Element, read

DIALOGUE = Measurement(
    "dialogue.json",
    "evidence/dialogue.json",
    "dialogue",
    {
        "content.pass_rate_withheld": "whether content passes is for people to say",
        "content.passed_by_language.en": "9/10",
        "content.passed_by_language.sw": "3/10",
        "languages.documents.eng": 3,
        "languages.documents.swh": 1,
        "documents": 4,
    },
)


@pytest.fixture
def assessment() -> Assessment:
    return assessed(
        {"test.rate": 0.96, "test.size": 250},
        {"test.rate": Sample(400, (0.94, 0.975))},
        (DIALOGUE,),
    )


def strip(assessment: Assessment, fact: str) -> FactStrip:
    view = measured_view(assessment, Words(assessment.library, "en"))
    return next(found for found in view.facts if found.id == fact)


def test_a_lane_is_kept_exactly_where_the_value_lies_in_its_stretch(assessment: Assessment) -> None:
    found = strip(assessment, "test.rate")
    kept = {lane.asked: lane.kept for lane in found.lanes}
    assert kept == {"at least 95 %": True, "at least 90 %": True, "at least 98 %": False}
    assert found.at is not None
    for lane in found.lanes:
        assert lane.stretch is not None
        assert (lane.stretch.start <= found.at <= lane.stretch.end) is lane.kept


def test_the_interval_is_said_and_where_it_reaches_over_a_bound_too(assessment: Assessment) -> None:
    found = strip(assessment, "test.rate")
    assert found.behind == "95 % interval 94 % to 97.5 %, from 400 observations"
    doubts = {lane.asked: lane.doubt for lane in found.lanes}
    assert doubts["at least 95 %"] == "The value is as asked; its interval does not exclude that it is not."
    assert doubts["at least 90 %"] == doubts["at least 98 %"] == ""
    verdicts = {result.clause.full_id: result.verdict for result in assessment.results}
    assert verdicts["xa/rate"] == "met"


def test_a_withheld_value_is_a_gap_with_its_reason(assessment: Assessment) -> None:
    found = strip(assessment, "dialogue.content.pass_rate")
    assert found.at is None
    assert found.value == ""
    lines = plain_lines(fact_lines(found, Words(assessment.library, "en"), 80, UNICODE)).splitlines()
    assert "no value: whether content passes is for people to say" in lines[1]
    gap = next(line for line in lines if UNICODE.gap in line)
    assert set(gap.strip()) == {UNICODE.gap}
    assert all(lane.kept is None for lane in found.lanes)


def test_figures_by_group_stand_with_their_fact_and_others_alone(assessment: Assessment) -> None:
    view = measured_view(assessment, Words(assessment.library, "en"))
    assert [group.title for group in strip(assessment, "dialogue.content.pass_rate").groups] == [
        "Answers that pass, by language"
    ]
    assert [(source, group.title) for source, group in view.groups] == [
        ("evidence/dialogue.json", "Documents, by language")
    ]
    assert (
        "lowest 30 % (sw), median 60 %, highest 90 % (en)"
        in strip(assessment, "dialogue.content.pass_rate").groups[0].ends
    )


def test_the_text_in_characters(assessment: Assessment) -> None:
    lines = plain_lines(fact_lines(strip(assessment, "test.rate"), Words(assessment.library, "en"), 60, UNICODE))
    assert lines.splitlines() == [
        " test.rate  test.rate",
        "   96 %  95 % interval 94 % to 97.5 %, from 400 observations",
        "   evidence/test.json",
        "   80 %       85 %         90 %          95 %       100 %",
        "   ┼────────────┼────────────┼──────────━━━━━●━━━━──────┼",
        "   xa: at least 95 %  met: xa/rate",
        "   ········································██┃███████████",
        "   The value is as asked; its interval does not exclude that",
        "   it is not.",
        "   xa: at least 90 %  met: xa/both",
        "   ··························████████████████┃███████████",
        "   xb: at least 98 %  not met: xb/not",
        "   ··········································┃·····██████",
        "   Has a part in these verdicts: not met: 1, met: 2.",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 80, 139, 140, 200])
def test_no_line_is_wider_than_the_terminal(assessment: Assessment, language: str, width: int) -> None:
    words = Words(assessment.library, language)
    for line in measured_lines(measured_view(assessment, words), words, width, UNICODE):
        assert line.cell_len <= width, line.plain


def test_a_terminal_without_unicode_gets_ascii(assessment: Assessment) -> None:
    assert glyphs("ascii") is ASCII
    assert glyphs("utf-8") is UNICODE
    words = Words(assessment.library, "en")
    plain_lines(measured_lines(measured_view(assessment, words), words, 100, ASCII)).encode("ascii")


@given(st.floats(0, 1), st.sampled_from([40, 60, 100]))
def test_the_value_never_stands_on_the_wrong_side_of_a_bound(rate: float, width: int) -> None:
    assessment = assessed({"test.rate": rate})
    found = strip(assessment, "test.rate")
    rows = plain_lines(fact_lines(found, Words(assessment.library, "en"), width, ASCII)).splitlines()
    drawn = [row for row in rows if ASCII.crossing in row]
    assert len(drawn) == len(found.lanes)
    for lane, row in zip(found.lanes, drawn, strict=True):
        assert lane.kept is not None
        at = row.index(ASCII.crossing)
        beside = row[max(0, at - 1)] + row[at + 1 : at + 2]
        assert (ASCII.inside in beside) or not lane.kept or at == len(row) - 1
        if not lane.kept:
            assert row[: at + 1].count(ASCII.inside) == 0


def measured_section(assessment: Assessment, language: str = "en") -> Element:
    return read(assessment_html(assessment, language)).all("section", id="measured")[0]


def test_the_page_draws_every_lane_and_says_what_it_draws(assessment: Assessment) -> None:
    article = measured_section(assessment).all("article", id="measured-test.rate")[0]
    rows = article.all("table", class_="lanes")[0].all("tbody")[0].all("tr")
    assert [row.all("rect")[0].classes for row in rows] == [{"kept"}, {"kept"}, {"missed"}]
    assert [row.all("span", class_="verdict")[0].text for row in rows] == ["met", "met", "not met"]
    picture = next(svg for svg in article.all("svg") if svg.attributes.get("role") == "img")
    assert picture.all("title")[0].text == "test.rate"
    assert picture.all("desc")[0].text == "96 %; 95 % interval 94 % to 97.5 %, from 400 observations"


def test_every_place_on_the_page_lies_on_its_strip(assessment: Assessment) -> None:
    for element in measured_section(assessment).all():
        for name in ("x", "x1", "x2", "cx"):
            share = element.attributes.get(name, "0").removesuffix("%")
            assert 0 <= float(share) <= 100, element


def test_a_withheld_value_has_no_mark_on_the_page(assessment: Assessment) -> None:
    article = measured_section(assessment).all("article", id="measured-dialogue.content.pass_rate")[0]
    assert article.all("rect", class_="gap")
    assert not article.all("circle", class_="value")
    assert "no value: whether content passes is for people to say" in article.text


def test_names_from_statements_are_never_markup() -> None:
    hostile = {"harmful_in.<script>alert(1)</script>": "1/10", "harmful_in.b": "2/10"}
    assessment = assessed({}, measurements=(Measurement("x.json", "<b>x</b>", "corpus-review", hostile),))
    section = measured_section(assessment)
    assert not section.all("script")
    assert "<script>alert(1)</script>" in section.text
    fenced = assessment_markdown(
        assessed({}, measurements=(Measurement("x", "```", "m", {"harmful_in.```": "1/2", "harmful_in.b": "1/3"}),)),
        "en",
    )
    assert re.search(r"^`{4,}text$", fenced, re.MULTILINE)


def test_without_measurements_there_is_no_such_section() -> None:
    assessment = assessed({"system.public": True})
    assert not measured_view(assessment, Words(assessment.library, "en"))
    assert 'id="measured"' not in assessment_html(assessment, "en")
    assert "What was measured" not in assessment_markdown(assessment, "en") + assessment_text(assessment, "en", 5)


def test_text_and_markdown_show_the_strips_in_both_languages(assessment: Assessment) -> None:
    for language, title in (("en", "What was measured and what it decides"), ("zh", "测得了什么，判定了什么")):
        assert title in assessment_text(assessment, language, 5, plain=True)
        assert title in assessment_markdown(assessment, language)
    assert "●" in assessment_text(assessment, "en", 5, plain=True)


def test_json_has_the_bounds_and_what_they_came_to(assessment: Assessment) -> None:
    measured = {entry["fact"]: entry for entry in json.loads(assessment_json(assessment, "en"))["measured"]}
    rate = measured["test.rate"]
    assert (rate["value"], rate["count"], rate["interval"]) == (0.96, 400, [0.94, 0.975])
    bounds = {use["id"]: use["bounds"] for use in rate["clauses"]}
    assert bounds["xb/not"] == [{"part": "require", "operator": ">=", "value": 0.98, "kept": False, "doubtful": False}]
    assert bounds["xa/rate"][0]["doubtful"] is True
    assert measured["dialogue.content.pass_rate"]["withheld"] == "whether content passes is for people to say"
