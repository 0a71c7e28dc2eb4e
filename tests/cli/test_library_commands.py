"""`comity library list|show|search|schema`: everything that the library holds can be found and read, in either language."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from comity.cli import main
from comity.library.loader import load_library
from tests.cli.conftest import SMALL_LIBRARY, Ran

Run = Callable[..., Ran]
SMALL = ["--no-builtin", "--library", str(SMALL_LIBRARY)]


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.output)
    return found


# list


def test_the_list_names_every_standard(run: Run) -> None:
    ran = run("library", "list")
    assert ran.code == 0
    for word in ("xa-act", "Act of A", "Land A", "xb-code", "voluntary standard", "2025-01-01", "2026-11-01"):
        assert word in ran.output
    assert "standards: 2, jurisdictions: 2, clauses: 4" in ran.output
    assert "not legal advice" in ran.output


@pytest.mark.parametrize(
    ("option", "value", "left"),
    [
        ("--jurisdiction", "xa", ["xa-act"]),
        ("--jurisdiction", "XB", ["xb-code"]),
        ("--jurisdiction", "xb-north", []),
        ("--force", "law", ["xa-act"]),
        ("--status", "bill", []),
        ("--orientation", "development_rights", ["xb-code"]),
        ("--topic", "safety", ["xa-act", "xb-code"]),
    ],
)
def test_the_list_can_be_filtered(run: Run, option: str, value: str, left: list[str]) -> None:
    ran = run("library", "list", option, value, "--format", "json")
    assert [standard["id"] for standard in document(ran)["standards"]] == left
    assert run("library", "list", option, value).code == 0


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("--jurisdiction", "xb-nord", "xb-north"),
        ("--jurisdiction", "q", "known are: xa, xb"),
        ("--topic", "safty", "safety"),
    ],
)
def test_a_filter_that_is_unknown_is_2_with_a_hint(run: Run, option: str, value: str, hint: str) -> None:
    ran = run("library", "list", option, value)
    assert ran.code == 2
    assert hint in ran.errors
    assert ran.output == ""


# show


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        (
            "xa-act",
            [
                "Act of A",
                "甲国法",
                "Parliament of A",
                '"xa" in system.markets',
                "1-refuse",
                "clauses (3)",
                "https://example.org/act",
            ],
        ),
        ("xb-code", ["not encoded (1)", "Point 2", "Penalty."]),
        (
            "xa-act/2-report",
            [
                "Report within three days, with cause and harm.",
                "三日内报告，载明原因与损害。",
                'system.risk_class == "low"',
                "sets.contains(report.contents",
                "from 2025-01-01",
                "checked against the official wording",
                "examples (3)",
                "not met",
                "https://example.org/act",
                "xa-act.yaml:",
                "report.contents  Contents of the report",
            ],
        ),
        ("3-later", ["xa-act/3-later", "not confirmed by anyone", "from 2030-01-01", "(on 2029-12-31)"]),
        (
            "report.deadline",
            [
                "Time to report",
                "报告时限",
                "a duration",
                "Land A (2)",
                "xa-act/2-report",
                "Land B (1)",
                "report.deadline: 72h",
                "may differ by market  yes",
            ],
        ),
        ("system.risk_class", ["low", "middle", "high", "one of the declared values", "(decides whether it applies)"]),
        ("system.remark", ["no clause uses it yet", "clauses that use it (0)"]),
        ("model.compute", ["FLOP", "definitions that use it (1)", "xa.large_model"]),
        ("xa.large_model", ["model.compute > 1e25", "Art. 1", "true or false", "xa-act/2-report"]),
        ("provider", ["Supplies the system.", "提供系统者。", "clauses that bind it (3)"]),
        ("safety", ["安全", "clauses (4)"]),
        ("xb", ["Land B", "xb-code", "North of B", "standards (1)"]),
        ("XA-ACT/1-Refuse", ["Refuse what must be refused."]),
        ("system.markets", ["Markets", "xb-north"]),
    ],
)
def test_an_entry_is_shown_whole(run: Run, identifier: str, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    ran = run("library", "show", identifier)
    assert ran.code == 0
    missing = [words for words in said if words not in ran.output]
    assert missing == []


@pytest.mark.parametrize(
    ("identifier", "hint"),
    [
        ("xa-act/1-refus", "xa-act/1-refuse"),
        ("xa-act/zzzz", "comity library show xa-act"),
        ("report.dedline", "report.deadline"),
        ("xa-akt", "xa-act"),
        ("qqqqqq", "comity library search"),
    ],
)
def test_an_unknown_id_is_2_with_a_hint(run: Run, identifier: str, hint: str) -> None:
    ran = run("library", "show", identifier)
    assert ran.code == 2
    assert hint in ran.errors


def test_an_end_that_fits_several_clauses_is_2_and_names_them(run: Run) -> None:
    ran = run("library", "show", "report")
    assert ran.code == 2
    assert "xa-act/2-report" in ran.errors
    assert "xb-code/1-report" in ran.errors


def test_long_lists_are_cut_in_text_and_whole_in_json(run: Run) -> None:
    cut = run("library", "show", "safety", "--limit", "1").output
    assert "and 2 more" in cut
    assert "xa-act/3-later" not in cut
    assert "xa-act/3-later" in run("library", "show", "safety", "--limit", "0").output
    assert len(document(run("library", "show", "safety", "--format", "json"))["entry"]["clauses"]["xa"]) == 3


def test_the_reader_s_language_comes_first(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["library", "show", "xa-act/1-refuse", *SMALL, "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("拒答\n")
    assert shown.index("应拒则拒。") < shown.index("Refuse what must be refused.")


# search


def found(ran: Ran) -> list[str]:
    return [result["id"] for result in document(ran)["results"]]


@pytest.mark.parametrize(
    ("words", "first", "others"),
    [
        (["refuse"], "xa-act/1-refuse", set()),
        (["REFUSE"], "xa-act/1-refuse", set()),
        (["risk", "class"], "system.risk_class", set()),
        (["risk class"], "system.risk_class", set()),
        (["risk_class"], "system.risk_class", set()),
        (["报告时限"], "report.deadline", set()),
        (["时限报告"], "report.deadline", set()),
        (["三日", "原因"], "xa-act/2-report", set()),
        (["report"], "xa-act/2-report", {"xb-code/1-report", "report.deadline", "report.contents"}),
        (["Art.", "2"], "xa-act/2-report", set()),
        (["middle"], "system.risk_class", set()),
        (["large", "model"], "xa.large_model", set()),
        (["Ｌａｒｇｅ"], "xa.large_model", set()),
        (["supplies"], "provider", set()),
        (["甲国法"], "xa-act", set()),
    ],
)
def test_a_search_finds(run: Run, words: list[str], first: str, others: set[str]) -> None:
    ran = run("library", "search", *words, "--format", "json")
    assert ran.code == 0
    ids = found(ran)
    assert ids[0] == first
    assert others <= set(ids)
    assert run("library", "search", *words).code == 0


def test_all_words_have_to_occur(run: Run) -> None:
    assert found(run("library", "search", "report", "harm", "days", "--format", "json")) == ["xa-act/2-report"]


def test_a_search_in_vain_is_1(run: Run) -> None:
    ran = run("library", "search", "report", "unicorn")
    assert ran.code == 1
    assert "nothing speaks of: report unicorn" in ran.output
    assert found(run("library", "search", "unicorn", "--format", "json")) == []


def test_a_search_for_nothing_is_2(run: Run) -> None:
    assert run("library", "search", "  ").code == 2


def test_the_line_that_speaks_of_it_is_shown(run: Run) -> None:
    assert "三日内报告" in run("library", "search", "三日").output
    assert "Report within three days" in run("library", "search", "three").output


# schema


def test_schemas_are_listed_and_printed(run: Run) -> None:
    names = run("library", "schema", small=False).output.split()
    assert {"dossier", "facts", "standard", "assessment-1", "library-search-1"} <= set(names)
    for name in names:
        assert json.loads(run("library", "schema", name, small=False).output)["$id"].endswith(name)


def test_the_schema_of_an_own_library_knows_its_facts(run: Run) -> None:
    schema = document(run("library", "schema", "dossier"))
    assert "test.refusal_rate" in schema["properties"]["facts"]["properties"]
    assert schema["properties"]["markets"]["items"]["enum"] == ["xa", "xb", "xb-north"]


def test_an_unknown_schema_is_2_with_a_hint(run: Run) -> None:
    ran = run("library", "schema", "dosier", small=False)
    assert ran.code == 2
    assert '"dossier"' in ran.errors


# how it looks

PAGES = (
    ["library", "list"],
    ["library", "list", "--jurisdiction", "cn"],
    ["library", "show", "cn-gb-45438"],
    ["library", "show", "eu-ai-act/50-2-marking"],
    ["library", "show", "organisation.roles"],
    ["library", "show", "deployer"],
    ["library", "show", "us-ca"],
    ["library", "search", "标识"],
)


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 200])
def test_pages_fit_and_are_plain_where_there_is_no_terminal(
    words: list[str], language: str, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    main([*words, "--lang", language])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    for line in shown.splitlines():
        assert line == line.rstrip()
        assert cell_len(line) <= width, line


@pytest.mark.parametrize("width", [80, 200])
def test_columns_of_the_list_are_aligned(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In cells, not characters: in Chinese, every character takes two."""
    monkeypatch.setenv("COLUMNS", str(width))
    main(["library", "list", "--lang", "zh"])
    days = {str(standard.as_of) for standard in load_library().data.standards}
    rows = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith(("cn-", "eu-")) and line[-10:] in days
    ]
    assert bool(rows) is (width == 200)
    assert len({cell_len(row) for row in rows}) <= 1


def test_a_page_can_go_to_a_file(run: Run, tmp_path: Any) -> None:
    path = tmp_path / "list.txt"
    ran = run("library", "list", "-o", str(path))
    assert ran.code == 0
    assert ran.output == ""
    assert "xa-act" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("action", ["list", "show", "search", "check", "schema"])
def test_every_action_has_help_in_either_language(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("en", "zh"):
        with pytest.raises(SystemExit) as end:
            main(["library", action, "--help", "--lang", language])
        assert end.value.code == 0
        assert "usage:" in capsys.readouterr().out.lower().replace("用法：", "usage:")


def test_help_speaks_the_reader_s_language(capsys: pytest.CaptureFixture[str]) -> None:
    from comity.cli import main

    with pytest.raises(SystemExit):
        main(["assess", "--help", "--lang", "zh"])
    found = capsys.readouterr().out
    assert found.startswith("用法：")
    assert "选项:" in found
    assert not any(word in found for word in ("usage:", "options:", "arguments:", "show this help"))
