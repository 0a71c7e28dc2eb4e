"""`comity explain`: an auditor can follow a verdict by hand, from the words of the rule to the line of the dossier."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from comity.cli import main
from tests.cli.conftest import SMALL_LIBRARY, Ran

Run = Callable[..., Ran]
Write = Callable[..., str]

ON = ("--on", "2026-11-22")
LARGE = {"model__compute": "2e25", "system__risk_class": "high"}


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.output)
    return found


# verdicts and exit codes


@pytest.mark.parametrize(
    ("clause", "changed", "verdict", "code"),
    [
        ("xa-act/1-refuse", {}, "met", 0),
        ("xa-act/1-refuse", {"test__refusal_rate": "0.9"}, "not_met", 1),
        ("xa-act/1-refuse", {"test__refusal_rate": None}, "unknown", 3),
        ("xa-act/1-refuse", {"system__generative": "false"}, "not_applicable", 0),
        ("xa-act/1-refuse", {"system__generative": None}, "met", 0),
        ("xa-act/2-report", {}, "not_applicable", 0),
        ("xa-act/2-report", LARGE | {"report__contents": "[cause]"}, "not_met", 1),
        ("xa-act/2-report", LARGE | {"system__risk_class": "low"}, "not_applicable", 0),
        ("xa-act/3-later", {}, "not_applicable", 0),
        ("xb-code/1-report", {}, "met", 0),
    ],
)
def test_the_exit_code_follows_the_verdict(
    run: Run, dossier: Write, clause: str, changed: dict[str, str | None], verdict: str, code: int
) -> None:
    ran = run("explain", clause, dossier(**changed), *ON, "--format", "json")
    assert document(ran)["verdict"] == verdict
    assert ran.code == code
    for form in ("text", "md", "html"):
        assert run("explain", clause, dossier(**changed), *ON, "--format", form).code == code


@pytest.mark.parametrize("changed", [{}, {"test__refusal_rate": "0.9"}, {"system__generative": None}, LARGE])
def test_the_verdict_is_that_of_assess(run: Run, dossier: Write, changed: dict[str, str | None]) -> None:
    """The oracle is `comity assess`."""
    directory = dossier(**changed)
    assessed = document(run("assess", directory, *ON, "--format", "json"))
    for clause in assessed["clauses"]:
        explained = document(run("explain", clause["id"], directory, *ON, "--format", "json"))
        for key in ("verdict", "reason", "applies", "binding"):
            assert explained[key] == clause[key], (clause["id"], key)
        assert [missing["fact"] for missing in explained["missing_facts"]] == clause["missing_facts"]


# what it says


def test_a_clause_that_is_not_met_says_what_is_and_what_is_asked(
    run: Run, dossier: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    directory = dossier(test__refusal_rate="{value: 0.9, by: documented, source: report.pdf, note: first run}")
    shown = " ".join(run("explain", "1-refuse", directory, *ON).output.split())
    for words in (
        "Refuse: not met",
        "Refuse what must be refused.",
        "Art. 1",
        "https://example.org/act",
        "checked against the official wording",
        "scope of the standard: true",
        "who is bound: true",
        "when: true",
        "what is required: false",
        "test.sample_size >= 300 && test.refusal_rate >= 0.95",
        "Refused: 90 %",
        "(documented, report.pdf, ",
        "first run",
        "comity.yaml:8:3",
        "It applies, and what is required is false.",
        "What would have to change",
        "is: 90 %; asked: at least 95 %",
    ):
        assert words in shown


def test_what_is_missing_comes_with_a_line_to_write(run: Run, dossier: Write) -> None:
    shown = run("explain", "1-refuse", dossier(test__refusal_rate=None), *ON).output
    assert "What is not known (1)" in shown
    assert "Refused questions divided by questions asked." in shown
    assert "a ratio between 0 and 1" in shown
    assert "test.refusal_rate: 0.95" in shown


def test_the_line_to_write_can_be_written(run: Run, dossier: Write, tmp_path: Path) -> None:
    """Every example of a right form is one: the dossier with it is read."""
    clause = "xa-act/2-report"
    first = document(
        run("explain", clause, dossier(model__compute="2e25", report__deadline=None), *ON, "--format", "json")
    )
    lines = [missing["example"] for missing in first["missing_facts"]]
    assert len(lines) == 3
    path = tmp_path / "comity.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "".join(f"  {line}\n" for line in lines), encoding="utf-8")
    assert run("explain", clause, str(tmp_path), *ON).code != 2


def test_definitions_are_unfolded_with_title_and_citation(run: Run, dossier: Write) -> None:
    shown = run("explain", "2-report", dossier(**LARGE, report__contents="[cause]"), *ON).output
    assert re.search(
        r"true  xa\.large_model  Large model  Art\. 1\n +true  Training compute: more than 10²⁵ FLOP\n"
        r" +model\.compute > 1e25\n +Training compute: ",
        shown,
    )


def test_an_exception_is_a_way_out(run: Run, dossier: Write) -> None:
    directory = dossier(**LARGE, report__deadline="80h", report__contents="[cause]")
    shown = run("explain", "2-report", directory, *ON).output
    assert "Or the exception would have to hold" in shown
    changes = document(run("explain", "2-report", directory, *ON, "--format", "json"))["changes"]
    assert [change["fact"] for change in changes["all"]] == ["report.deadline", "report.contents"]
    assert changes["all"][0]["asked"] == "at most 3 days"


def test_a_clause_that_is_not_in_force_says_when_it_will_be(run: Run, dossier: Write) -> None:
    shown = run("explain", "3-later", dossier(), *ON).output
    assert "not yet in force; first day: 2030-01-01" in shown
    assert "never fails an assessment" in shown
    assert document(run("explain", "3-later", dossier(), "--on", "2030-01-01", "--format", "json"))["verdict"] == "met"


def test_the_trace_holds_every_sub_formula(run: Run, dossier: Write) -> None:
    found = document(run("explain", "1-refuse", dossier(), *ON, "--format", "json"))
    require = next(part["trace"] for part in found["parts"] if part["part"] == "require")
    assert require["operator"] == "and"
    assert [(child["text"], child["value"]) for child in require["children"]] == [
        ("test.sample_size >= 300", True),
        ("test.refusal_rate >= 0.95", True),
    ]
    assert require["children"][0]["children"][0]["fact"] == "test.sample_size"
    assert found["facts"]["test.sample_size"]["by"] == "declared"
    assert found["facts"]["test.sample_size"]["at"].endswith("comity.yaml:7:3")


# markets


def test_a_market_may_be_named(run: Run, dossier: Write) -> None:
    directory = dossier(report__deadline="{value: 72h, per_market: {xb: 24h}}")
    assert run("explain", "xb-code/1-report", directory, *ON).code == 0
    found = document(run("explain", "xb-code/1-report", directory, *ON, "--market", "xb-north", "--format", "json"))
    assert found["markets"] == ["xb-north"]
    assert found["facts"]["system.markets"]["value"] == ["xb", "xb-north"]
    assert found["facts"]["report.deadline"]["value"] == "24h"


def test_a_clause_does_not_count_in_another_market(run: Run, dossier: Write) -> None:
    ran = run("explain", "1-refuse", dossier(), *ON, "--market", "xb")
    assert ran.code == 2
    assert 'is a rule of "xa" and does not count in "xb"' in ran.errors


# bad input


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["xa-act/1-refus"], "xa-act/1-refuse"),
        (["zzzzzz"], "comity library search"),
        (["report"], "xa-act/2-report"),
        (["1-refuse", "--market", "xc"], "xa"),
        (["1-refuse", "--on", "tomorrow"], "2026-08-02"),
    ],
)
def test_bad_input_is_2_with_a_hint(run: Run, dossier: Write, words: list[str], hint: str) -> None:
    ran = run("explain", words[0], dossier(), *words[1:])
    assert ran.code == 2
    assert hint in ran.errors
    assert ran.output == ""


def test_no_dossier_is_2(run: Run, tmp_path: Path) -> None:
    assert run("explain", "1-refuse", str(tmp_path)).code == 2


# hostile dossiers

HOSTILE = (
    '{value: 0.9, by: documented, source: "\\e[2Jx<script>alert(1)</script>|`*_\\u202e", note: "</pre><img src=x>"}'
)


def test_nothing_in_a_dossier_steers_a_terminal(run: Run, dossier: Write) -> None:
    ran = run("explain", "1-refuse", dossier(test__refusal_rate=HOSTILE), *ON)
    assert "\x1b" not in ran.output
    assert "\u202e" not in ran.output


class Tags(HTMLParser):
    """The tags and addresses of a page; counts those left open."""

    void = frozenset({"meta", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attributes if name in {"href", "src"}]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_self_contained_and_nothing_of_a_dossier_is_markup(run: Run, dossier: Write) -> None:
    ran = run("explain", "1-refuse", dossier(test__refusal_rate=HOSTILE), *ON, "--format", "html")
    page = Tags()
    page.feed(ran.output)
    assert page.open == []
    assert not page.tags & {"script", "img", "iframe", "form", "object"}
    assert set(page.addresses) == {"data:,", "https://example.org/act"}
    assert "default-src &#x27;none&#x27;" in ran.output
    assert len(ran.output) < 20_000


def test_markdown_cannot_be_broken_out_of(run: Run, dossier: Write) -> None:
    ran = run("explain", "1-refuse", dossier(test__refusal_rate=HOSTILE), *ON, "--format", "md")
    assert "<script" not in ran.output.replace("\\<", "")
    assert ran.output.startswith("# Refuse: not met\n")
    assert "```" in ran.output


# how it looks


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_explanation_fits(
    width: int, language: str, dossier: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    directory = dossier(**LARGE, report__contents="[cause]")
    words = ["--no-builtin", "--library", str(SMALL_LIBRARY), "--lang", language]
    assert main(["explain", "2-report", directory, *ON, *words]) == 1
    for line in capsys.readouterr().out.splitlines():
        assert line == line.rstrip()
        assert cell_len(line) <= width, line


def test_every_shipped_clause_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """On the shipped example, where there is one: every form of every seventh clause."""
    from datetime import date

    from comity.dossier.reader import load_dossier
    from comity.library.loader import load_library
    from comity.questions.explain import explain
    from comity.report.explanation import FORMATS, explanation

    example = Path(__file__).parent.parent.parent / "examples" / "smollm2-chat"
    library = load_library()
    found = load_dossier(example, library)
    for number, clause in enumerate(library.clauses.values()):
        if number % 7 == 0:
            explained = explain(clause, found, library, on=date(2027, 12, 31))
            for form in FORMATS:
                assert explanation(explained, "zh", form, full=True)
