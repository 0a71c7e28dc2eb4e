"""The HTML report: whole, safe, the same every time, and readable by everyone."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from comity.library.model import WORST_FIRST
from comity.questions.assess import Assessment
from comity.report.html import assessment_html
from comity.report.view import shares
from comity.report.words import Words
from tests.report.conftest import HOSTILE, MIXED, SMALL_LIBRARY
from tests.report.page import Element, read

Assessed = Callable[..., Assessment]
TEMPLATES = Path(__file__).parents[2] / "src" / "comity" / "report" / "templates"


@pytest.fixture(scope="module")
def shipped(real: Assessment) -> str:
    return assessment_html(real, "en")


@pytest.fixture(scope="module")
def page(shipped: str) -> Element:
    return read(shipped)


def numbers(elements: list[Element]) -> Counter[str]:
    """The numbers of the cells of a matrix, by verdict."""
    found: Counter[str] = Counter()
    for link in elements:
        found[link.attributes["data-verdict"]] += int(link.all("span", class_="n")[0].text)
    return found


def shown_clauses(page: Element) -> list[tuple[str, str]]:
    """Every clause on a page with its verdict: those that do not apply are lines below the reason for that."""
    found = [
        (each.attributes["id"], verdict)
        for each in page.all("details", class_="clause")
        for verdict in each.classes & set(WORST_FIRST)
    ]
    rows = [row for group in page.all("div", class_="because") for row in group.children[-1].all("li")]
    return found + [(row.attributes["id"], "not_applicable") for row in rows]


def test_every_clause_stands_on_the_page_once_with_its_verdict(real: Assessment, page: Element) -> None:
    assert sorted(shown_clauses(page)) == sorted((result.clause.full_id, result.verdict) for result in real.results)


def test_clauses_that_do_not_apply_stand_below_their_reason(assessed: Assessed) -> None:
    assessment = assessed(MIXED.replace("system.generative: true", "system.generative: false"))
    words = Words(assessment.library, "en")
    page = read(assessment_html(assessment, "en"))
    reasons = {
        row.attributes["id"]: group.all("p", class_="why")[0].text
        for group in page.all("div", class_="because")
        for row in group.children[-1].all("li")
    }
    expected = {
        result.clause.full_id: words.reason(result)
        for result in assessment.results
        if result.verdict == "not_applicable"
    }
    assert len(expected) > 1
    assert reasons == expected


def test_a_definition_is_unfolded_once_and_links_lead_to_it(page: Element, shipped: str) -> None:
    definitions = page.all("details", class_="definition")
    names = [each.all("summary")[0].all("code")[-1].text for each in definitions]
    anchors = [each.attributes["id"] for each in definitions]
    assert len(names) > 20
    assert all(f'href="#{anchor}"' in shipped for anchor in anchors)
    by_place = Counter(
        (heading, name)
        for section in page.all("section", id="definitions")
        for heading, name in definitions_by_place(section)
    )
    assert set(by_place.values()) == {1}


def definitions_by_place(section: Element) -> list[tuple[str, str]]:
    """The names of definitions with the heading above them."""
    found: list[tuple[str, str]] = []
    heading = ""
    for child in section.children:
        if child.tag == "h3":
            heading = child.text
        elif child.tag == "details":
            found.append((heading, child.all("summary")[0].all("code")[-1].text))
    return found


def test_the_matrix_adds_up_to_the_totals(real: Assessment, page: Element) -> None:
    table = page.all("table", class_="matrix")[0]
    body, foot = table.all("tbody")[0], table.all("tfoot")[0]
    assert numbers(body.all("a")) == numbers(foot.all("a")) == real.counts()


def test_every_standard_has_a_row_that_adds_up(real: Assessment, page: Element) -> None:
    table = page.all("table", class_="standards")[0]
    rows = table.all("tbody")[0].all("tr")
    assert len(rows) == len(real.standards)
    cells = [[cell.text for cell in row.all("td", class_="num")] for row in rows]
    figures = [[int(re.sub(r"\D", "", text) or 0) for text in row] for row in cells]
    totals = [sum(column) for column in zip(*figures, strict=True)]
    assert totals == [real.counts()[verdict] for verdict in WORST_FIRST]


def test_nothing_is_loaded_from_anywhere(shipped: str, page: Element) -> None:
    for element in page.all():
        if element.tag == "a":
            continue
        for name in ("src", "href", "srcset", "data", "action", "poster", "background", "xlink:href"):
            value = element.attributes.get(name, "")
            assert not value or value.startswith("#") or value == "data:,", (element.tag, value)
    assert not re.search(r"url\((?!#)|@import", (TEMPLATES / "assessment.css").read_text(encoding="utf-8"))
    assert not re.search(r"fetch|XMLHttp|import\(|eval", (TEMPLATES / "assessment.js").read_text(encoding="utf-8"))
    assert "<script src" not in shipped


def test_the_policy_names_the_style_and_the_script_by_their_digests(shipped: str, page: Element) -> None:
    policy = next(meta for meta in page.all("meta") if meta.attributes.get("http-equiv") == "Content-Security-Policy")
    content = policy.attributes["content"]
    assert content.startswith("default-src 'none'")
    assert "unsafe" not in content
    for tag in ("style", "script"):
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", shipped, re.DOTALL)
        assert len(bodies) == 1
        digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in content
    assert not any(name == "style" or name.startswith("on") for element in page.all() for name in element.attributes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_dossier_says_is_never_markup(assessed: Assessed, language: str) -> None:
    page = read(assessment_html(assessed(HOSTILE), language))
    assert len(page.all("script")) == 1
    assert not page.all("img")
    assert page.all("h1")[0].text.startswith("<script>alert('1')</script> & \"quoted\"")
    assert any("</details><script>alert(3)</script>" in each.text for each in page.all("span", class_="remark"))


def test_the_same_assessment_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "comity.yaml").write_text(MIXED, encoding="utf-8")
    program = (
        "import sys, datetime\n"
        "from comity.dossier.reader import load_dossier\n"
        "from comity.library.loader import load_library\n"
        "from comity.questions.assess import assess\n"
        "from comity.report.html import assessment_html\n"
        "library = load_library([sys.argv[1]], builtin=False, cached=False)\n"
        "answer = assess(load_dossier(sys.argv[2], library), library, on=datetime.date(2026, 11, 22))\n"
        "sys.stdout.buffer.write(assessment_html(answer, 'en').encode())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(SMALL_LIBRARY), str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-Hans")])
def test_the_page_says_its_language_and_that_of_texts_in_another(assessed: Assessed, language: str, tag: str) -> None:
    page = read(assessment_html(assessed(), language))
    assert page.all("html")[0].attributes["lang"] == tag
    others = {element.attributes["lang"] for element in page.all("details") if "lang" in element.attributes}
    assert others == {"en", "zh-Hans"} - {tag}
    title = {"en": "Refuse", "zh": "拒答"}[language]
    assert title in [heading.text for heading in page.all("h4")]


def test_headings_are_in_order(page: Element) -> None:
    levels = [int(element.tag[1]) for element in page.all() if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_and_the_way_past_the_menu_are_there(page: Element) -> None:
    assert {"header", "nav", "main", "footer"} <= {element.tag for element in page.all()}
    first_link = page.all("a")[0]
    assert first_link.attributes["href"] == "#main"
    labelled = [element for element in page.all("section") if element.attributes.get("aria-labelledby")]
    assert len(labelled) == len(page.all("section"))


def test_ids_are_unique_and_every_link_within_the_page_arrives(page: Element) -> None:
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    targets = {link.attributes["href"][1:] for link in page.all() if link.attributes.get("href", "").startswith("#")}
    assert targets <= set(ids)
    labels = {
        element.attributes["aria-labelledby"] for element in page.all() if "aria-labelledby" in element.attributes
    }
    assert labels <= set(ids)


def test_every_header_cell_says_what_it_heads(page: Element) -> None:
    assert all(cell.attributes.get("scope") in {"col", "row"} for cell in page.all("th"))


def test_a_verdict_is_a_word_and_a_shape_never_colour_alone(page: Element) -> None:
    for verdict in page.all("span", class_="verdict"):
        assert verdict.text
        assert verdict.all("use")
    assert all(bar.attributes.get("aria-label") for bar in page.all("svg", class_="bar"))
    pictures = [svg for svg in page.all("svg") if "bar" not in svg.classes and svg.attributes.get("role") != "img"]
    assert all(svg.attributes.get("aria-hidden") == "true" for svg in pictures)


def test_a_clause_carries_its_whole_story(assessed: Assessed) -> None:
    page = read(assessment_html(assessed(), "en"))
    clause = page.all("details", id="xa-act/1-refuse")[0]
    for part in (
        "not met",
        "Refuse what must be refused.",
        "应拒则拒。",
        "Refused test.refusal_rate 50 % documented, report.pdf, comity.yaml:",
        "Table 2.",
        "who is bound holds",
        "test.sample_size >= 300 && test.refusal_rate >= 0.95",
    ):
        assert part in clause.text, part
    required = clause.all("div", class_="require")[0]
    marks = [mark.classes for mark in required.all("b") if mark.classes & {"yes", "no", "open"}]
    assert marks == [{"no"}, {"yes"}, {"no"}]


def test_what_most_clauses_say_of_themselves_stands_once_at_their_standard(assessed: Assessed) -> None:
    page = read(assessment_html(assessed(), "en"))
    standard = page.all("section", id="standard-xa-act")[0]
    common = standard.all("dl", class_="common")[0].text
    assert "checked against the official wording; 2026-11-22" in common
    assert "In force from 2025-01-01" in common
    assert standard.text.count("from 2025-01-01") == 1


def test_what_is_missing_is_named_and_defined(assessed: Assessed) -> None:
    page = read(assessment_html(assessed(), "en"))
    clause = page.all("details", id="xa-act/2-report")[0]
    link = next(link for link in clause.all("a") if link.text == "Own risk class")
    assert "Own risk class system.risk_class" in clause.text
    section = page.all("section", id="unknown")[0]
    assert section.all("dt", id=link.attributes["href"][1:])[0].text == "Own risk class system.risk_class"
    assert "Class that the maker assigned." in section.text
    assert "xa.large_model" in page.all("section", id="definitions")[0].text


def test_what_nobody_confirmed_is_marked(assessed: Assessed) -> None:
    page = read(assessment_html(assessed(), "en"))
    clause = page.all("li", id="xa-act/3-later")[0]
    assert clause.all("span", class_="warn")[0].text == "unconfirmed"
    assert "One clause rests on a text that nobody confirmed" in page.all("section", id="basis")[0].text


def test_the_time_line_reads_as_a_list(assessed: Assessed) -> None:
    page = read(assessment_html(assessed(), "en"))
    days = page.all("ol", class_="days")[0].all("time")
    assert [day.attributes["datetime"] for day in days] == ["2030-01-01"]
    assert "Later Art. 3 not applicable → met" in page.all("ol", class_="days")[0].text


def test_it_never_says_compliant_and_says_once_that_it_is_no_advice(page: Element) -> None:
    own = page.all("section", id="summary")[0].text + page.all("section", id="basis")[0].text
    assert "complian" not in own.lower()
    assert page.text.count("not legal advice") == 1


def test_nothing_decided_is_never_called_fine(assessed: Assessed) -> None:
    empty = "comity: 1\nsystem: {id: helper, name: Helper}\nmarkets: [xb]\nfacts: {}\n"
    summary = read(assessment_html(assessed(empty), "en")).all("section", id="summary")[0]
    assert "Nothing that binds could be decided, so nothing may be called fine." in summary.text
    assert "exit code 3" in summary.text


def test_the_page_stays_small_however_many_clauses_there_are(shipped: str) -> None:
    clauses = shown_clauses(read(shipped))
    open_clauses = sum(verdict != "not_applicable" for _, verdict in clauses)
    assert len(clauses) > 500
    assert len(shipped.encode()) < 200_000 + 3_200 * open_clauses + 600 * (len(clauses) - open_clauses)


def test_a_bar_is_full_and_shows_what_occurs() -> None:
    parts = shares(Counter(not_met=1, unknown=0, met=2, not_applicable=997))
    assert [part.verdict for part in parts] == ["not_met", "met", "not_applicable"]
    assert sum(part.width for part in parts) == pytest.approx(100, abs=0.05)
    assert all(part.width >= 1 for part in parts)
    assert shares(Counter()) == ()


TEXT_ON_GROUND = [
    *[(ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "surface", "sunk")],
    *[(verdict, ground) for verdict in WORST_FIRST for ground in ("paper", "surface", "sunk", f"{verdict}-tint")],
    *[(ink, f"{verdict}-tint") for ink in ("ink", "soft") for verdict in WORST_FIRST],
    ("paper", "ink"),
]


def palette(scheme: str) -> dict[str, str]:
    """The colours of a scheme, as the style sheet gives them."""
    style = (TEMPLATES / "assessment.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    assert style.index("@media (prefers-color-scheme: dark)") < style.index(dark)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return colours | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON_GROUND)
def test_text_stands_out(scheme: str, ink: str, ground: str) -> None:
    colours = palette(scheme)
    brighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (brighter + 0.05) / (darker + 0.05) >= 4.5


def test_it_prints() -> None:
    style = (TEMPLATES / "assessment.css").read_text(encoding="utf-8")
    assert "@media print" in style
    assert "details::details-content" in style
