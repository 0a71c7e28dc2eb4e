"""`comity library stats|timeline|review` and the filter by region: what people and programs get, in every form and in either language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from comity.cli import main
from tests.cli.conftest import SMALL_LIBRARY, Ran

Run = Callable[..., Ran]
SMALL = ["--no-builtin", "--library", str(SMALL_LIBRARY)]
VIEWS = {
    "stats": ["stats"],
    "timeline": ["timeline", "--from", "2020-01-01"],
}


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.output)
    return found


def spoken(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["library", *words, *SMALL]) == 0
    return capsys.readouterr().out


# In every form


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", ["80", "200"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_texts_fit_the_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, view: str, width: str, language: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    told = spoken(capsys, *VIEWS[view], "--lang", language)
    assert all(cell_len(line) <= int(width) for line in told.splitlines())
    assert ("不构成法律意见" in told or "法律" in told) if language == "zh" else "not legal advice" in told


@pytest.mark.parametrize("words", [*VIEWS.values(), ["review", "xa-act"]])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_stand_alone(capsys: pytest.CaptureFixture[str], words: list[str], language: str) -> None:
    page = spoken(capsys, *words, "--format", "html", "--lang", language)
    assert page.startswith("<!doctype html>")
    assert "default-src 'none'" in page.replace("&#39;", "'").replace("&#x27;", "'")
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="http:', page)
    assert 'lang="zh-Hans"' in page if language == "zh" else 'lang="en"' in page


@pytest.mark.parametrize("words", [*VIEWS.values(), ["review", "xa-act"]])
def test_the_same_question_gives_the_same_bytes(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    first = spoken(capsys, *words, "--format", "html", "--lang", "en")
    assert spoken(capsys, *words, "--format", "html", "--lang", "en") == first


def test_chinese_views_hold_no_english_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """What is left in Latin letters are ids, file formats and what the law itself calls its roles."""
    for words in (*VIEWS.values(), ["review", "xa-act", "--one-language"]):
        told = spoken(capsys, *words, "--lang", "zh")
        assert not re.findall(r"\b(?:the|and|of|with|which|is|includes|at least|clauses)\b", told), words


# stats


def test_stats_count_and_name_what_is_missing(run: Run) -> None:
    found = document(run("library", "stats", "--format", "json"))
    assert found["schema"] == "comity/library-stats/1"
    assert found["matrix"] == {"xa": {"safety": 3}, "xb": {"safety": 1}}
    assert found["missing"]["regions"] == ["near_north", "south"]
    assert found["missing"]["languages"] == ["bb"]
    assert found["missing"]["jurisdictions"] == ["xb-north"]
    assert found["shares"]["regions"] == {"part": 1, "whole": 3, "share": 0.3333}


def test_stats_show_the_matrix_and_the_gaps(run: Run) -> None:
    told = run("library", "stats").output
    assert re.search(r"topic +xa +xb +all\n", told)
    assert re.search(r"all +3 +1 +4\n", told)
    assert "regions without a rule of their own: Near North, The South" in told
    assert "1 of 3 (33%)" in told


def test_stats_can_be_markdown(run: Run) -> None:
    told = run("library", "stats", "--format", "md").output
    assert "| topic | xa | xb | all |" in told


# timeline


def test_the_timeline_lists_days_in_order(run: Run) -> None:
    found = document(run("library", "timeline", "--from", "2020-01-01", "--format", "json"))
    assert [day["on"] for day in found["days"]] == ["2025-01-01", "2030-01-01"]
    assert [event["standard"] for event in found["days"][0]["events"]] == ["xa-act", "xb-code"]
    assert found["days"][1]["events"][0]["clauses"] == ["xa-act/3-later"]
    assert found["days"][0]["events"][1]["whole"] is True


def test_the_timeline_starts_today_unless_told_otherwise(run: Run) -> None:
    found = document(run("library", "timeline", "--format", "json"))
    assert [day["on"] for day in found["days"]] == ["2030-01-01"]
    assert found["until"] is None


def test_the_timeline_of_a_market(run: Run) -> None:
    found = document(run("library", "timeline", "--market", "xb-north", "--from", "2020-01-01", "--format", "json"))
    assert [event["standard"] for day in found["days"] for event in day["events"]] == ["xb-code"]
    empty = run("library", "timeline", "--market", "xb", "--from", "2026-01-01")
    assert "No rule begins or ends in this time." in empty.output
    assert empty.code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["timeline", "--from", "tomorrow"], '--from: "tomorrow" is not a date'),
        (["timeline", "--until", "2026-02-30"], '--until: "2026-02-30" is not a date'),
        (["timeline", "--from", "2026-02-01", "--until", "2026-01-01"], "is before the first"),
        (["timeline", "--market", "xd"], '"xd" is not a market'),
        (["review", "nothing-of-that-kind"], "nothing-of-that-kind"),
        (["list", "--region", "nord"], '"nord" is not a region of this library'),
    ],
)
def test_what_cannot_be_answered_is_2_with_one_sentence(run: Run, words: list[str], said: str) -> None:
    ran = run("library", *words)
    assert ran.code == 2
    assert said in ran.errors
    assert ran.output == ""


# review


def test_a_review_sheet_holds_what_an_expert_needs(run: Run) -> None:
    told = run("library", "review", "xa-act").output
    for wanted in (
        "# Review sheet: Act of A / 甲国法",
        "https://example.org/act",
        "## 2. Art. 2: Report / 报告",
        "`xa-act/2-report`",
        "Report within three days, with cause and harm.",
        "三日内报告，载明原因与损害。",
        'report.deadline <= duration("72h") && sets.contains(report.contents, ["cause", "harm"])',
        "at most 3 days",
        "不超过 3 天",
        "[ ] agree",
        "comment: ____",
        "## Definitions that the formulas name",
        "`xa.large_model`",
        "reviewer",
    ):
        assert wanted in told, wanted
    assert told.count("[ ] agree   ") == 3 + 1


def test_a_review_sheet_in_one_language(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    told = run("library", "review", "xa-act", "--one-language").output
    assert not re.search(r"[\u4e00-\u9fff]", told)
    assert "| 中文 |" in spoken(capsys, "review", "xa-act", "--one-language", "--lang", "zh")


def test_a_page_for_review_has_boxes_for_every_clause(run: Run) -> None:
    page = run("library", "review", "xa-act", "--format", "html").output
    assert page.count('<fieldset class="answer">') == 3 + 1
    assert page.count("<textarea") == 3 + 1
    assert 'href="https://example.org/act"' in page
    assert 'lang="zh-Hans"' in page


def test_what_is_not_encoded_is_reviewed_with_a_whole_standard_alone(run: Run) -> None:
    assert "| Point 2 | Penalty. | 罚则。 | [ ] |" in run("library", "review", "xb-code").output
    assert "Point 2" not in run("library", "review", "xb-code/1-report").output


def test_a_review_is_data_too(run: Run) -> None:
    found = document(run("library", "review", "xa-act", "--format", "json"))
    (when, unless, require) = found["clauses"][1]["words"]
    assert [when["part"], unless["part"], require["part"]] == ["when", "unless", "require"]
    assert set(require["words"]) == {"en", "zh"}
    assert found["clauses"][1]["tried"] == [True, True, True]
    assert [entry["id"] for entry in found["definitions"]] == ["xa.large_model"]


def test_a_sheet_can_be_written_to_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.md"
    assert run("library", "review", "xa-act", "-o", str(path)).output == ""
    assert path.read_text(encoding="utf-8").startswith("# Review sheet")


# Nothing at all, and strangers


@pytest.mark.parametrize("words", [["list"], ["stats"], ["timeline"]])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_library_without_standards_has_views(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], form: str
) -> None:
    assert main(["library", *words, "--format", form, "--no-builtin", "--library", str(tmp_path)]) == 0
    assert capsys.readouterr().out


HOSTILE = """\
id: xa-act
title: {en: "<script>alert(1)</script> | *b* [x](http://e.example)", zh: "</h1><img src=x onerror=alert(2)>"}
publisher: {en: "P", zh: "P"}
jurisdiction: xa
force: law
status: in_force
orientation: [ethics_rules]
version: "1"
as_of: 2026-11-22
in_force: {from: 2025-01-01}
sources: [{url: "https://example.org/act", title: "](javascript:alert(3)) <b>"}]
scope: 'true'
clauses:
  - id: one
    cite: "</cite><script>alert(4)</script>"
    topic: t
    title: {en: "`a` | b", zh: "<u>"}
    text: {en: "<script>alert(5)</script>", zh: "甲 | 乙"}
    modality: must
    require: 'a.done'
    checked: {on: 2026-11-22, against: primary}
"""


@pytest.mark.parametrize("view", [["review", "xa-act"], ["timeline", "--from", "2020-01-01"], ["stats"]])
def test_texts_of_strangers_stay_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str], view: list[str]) -> None:
    (tmp_path / "standards" / "xa").mkdir(parents=True)
    (tmp_path / "facts").mkdir()
    (tmp_path / "standards" / "xa" / "act.yaml").write_text(HOSTILE, encoding="utf-8")
    (tmp_path / "topics.yaml").write_text('- {id: t, title: {en: "<i>", zh: "<i>"}}\n', encoding="utf-8")
    (tmp_path / "facts" / "t.yaml").write_text("- {id: a.done, type: bool}\n", encoding="utf-8")
    land = '- {id: xa, title: {en: "<b>A</b>", zh: "<b>"}, kind: state, market: true}\n'
    (tmp_path / "jurisdictions.yaml").write_text(land, encoding="utf-8")
    own = ["--no-builtin", "--library", str(tmp_path)]
    assert main(["library", *view, "--format", "html", *own]) == 0
    page = capsys.readouterr().out
    body = page.split("</head>")[1]
    assert not re.search(r"<(?:script|img|b>A|u>)", body)
    assert 'href="javascript' not in page
    assert main(["library", *view, "--format", "md", *own]) == 0
    markdown = capsys.readouterr().out
    assert not re.search(r"(?<!\\)<(?:script|img|i|b|u)>", markdown)
    assert "<script>" not in markdown.replace("\\<", "")
    rows = [line for line in markdown.splitlines() if line.startswith("| **")]
    assert view[0] != "review" or all(re.sub(r"\\\|", "", row).count("|") == 4 for row in rows)


# list --region


@pytest.mark.parametrize(
    ("region", "left"),
    [("far_north", ["xa-act"]), ("north", ["xa-act"]), ("far-north", ["xa-act"]), ("south", []), ("near_north", [])],
)
def test_standards_of_a_region_and_its_parts(run: Run, region: str, left: list[str]) -> None:
    found = document(run("library", "list", "--region", region, "--format", "json"))
    assert [standard["id"] for standard in found["standards"]] == left


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("regions: [far_nord]", '"far_nord" is not a known region'),
        ("languages: [zz]", '"zz" is not a known language'),
        ("regions: north", "a list is wanted here"),
    ],
)
def test_a_jurisdiction_names_regions_and_languages_that_exist(run: Run, tmp_path: Path, keys: str, said: str) -> None:
    land = f'- {{id: xd, title: {{en: "D", zh: "丁"}}, kind: state, market: true, {keys}}}\n'
    (tmp_path / "jurisdictions.yaml").write_text(land, encoding="utf-8")
    ran = run("library", "list", "--library", str(tmp_path))
    assert ran.code == 2
    assert said in ran.errors
    assert "jurisdictions.yaml:1:" in ran.errors
