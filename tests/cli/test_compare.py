"""`comity compare` and `comity library check --deep`: every form of the report, on the small library.

Oracles: the JSON Schemas that ship, the model of OSCAL in compliance-trestle where it is installed, the columns that NIST IR 8278A names.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from comity import schemas
from comity.cli.progress import progress_bar
from tests.cli.conftest import Ran

pytest.importorskip("z3")

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def document(ran: Ran, schema: str) -> Any:
    found = json.loads(ran.output)
    jsonschema.validate(found, json.loads(schemas.shipped(schema)))
    return found


def test_two_countries_in_words(run: Run) -> None:
    ran = run("compare", "xa", "xb")
    assert ran.code == 0
    text = " ".join(ran.output.split())
    assert "Pairs of clauses that require something of the same fact: 2." in text
    assert "A is stricter 1 whoever satisfies A satisfies B, but not the other way round" in text
    assert "satisfies B, not A: Time to report: 2 days (asked: at most 1 day)" in text
    assert "Contents of the report: without cause, harm" in text


def test_the_document_follows_its_schema(run: Run) -> None:
    found = document(run("compare", "xa", "xb", "--format", "json"), "comparison-1")
    assert found["counts"] == {
        "equal": 0,
        "a_stricter": 1,
        "b_stricter": 0,
        "overlapping": 1,
        "incompatible": 0,
        "never_both_apply": 0,
    }
    stricter = next(pair for pair in found["pairs"] if pair["relation"] == "a_stricter")
    assert (stricter["a"], stricter["b"]) == ("xa-act/3-later", "xb-code/1-report")
    assert stricter["witness"]["b"]["facts"] == {"report.deadline": "48h"}
    assert stricter["witness"]["b"]["context"]["system.markets"] == ["xa", "xb"]
    assert stricter["confirmed"] == {"a": False, "b": True}
    assert found["alone"] == {"a": ["xa-act/1-refuse"], "b": []}


def test_the_whole_library_is_the_same_from_kept_answers(run: Run, own_cache: Path) -> None:
    first = run("compare", "--all", "--format", "json")
    assert (own_cache / "relations.msgpack").is_file()
    assert run("compare", "--all", "--format", "json").output == first.output
    (own_cache / "relations.msgpack").write_bytes(b"\x00" * 99)
    assert run("compare", "--all", "--format", "json").output == first.output


def test_a_day_leaves_out_what_is_not_in_force_then(run: Run) -> None:
    found = document(run("compare", "xa", "xb", "--on", "2026-11-22", "--format", "json"), "comparison-1")
    assert [pair["a"] for pair in found["pairs"]] == ["xa-act/2-report"]


def test_only_some_relations_and_topics(run: Run) -> None:
    found = document(run("compare", "xa", "xb", "--relation", "equal", "--format", "json"), "comparison-1")
    assert found["pairs"] == []
    found = document(run("compare", "xa", "xb", "--topic", "safety", "--format", "json"), "comparison-1")
    assert len(found["pairs"]) == 2
    refused = run("compare", "xa", "xb", "--topic", "safty")
    assert refused.code == 2
    assert 'did you mean "safety"?' in refused.errors


@pytest.mark.parametrize("words", [[], ["xa"], ["xa", "--all"], ["xa", "xb", "--all"]])
def test_two_sides_or_all(run: Run, words: list[str]) -> None:
    ran = run("compare", *words)
    assert ran.code == 2
    assert "--all" in ran.errors


def test_a_clause_with_another(run: Run) -> None:
    ran = run("compare", "xa-act/1-refuse", "xb-code/1-report")
    assert ran.code == 0
    assert "No pair of clauses requires something of the same fact." in ran.output


def test_csv(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("compare", "xa", "xb", "--format", "csv").output)))
    assert [row["relation"] for row in rows] == ["overlapping", "a_stricter"]
    assert rows[1]["only_a"] == ""
    assert rows[1]["only_b"].startswith("a system")
    assert rows[0]["shared_facts"] == "report.deadline"


def test_the_template_of_nist(run: Run) -> None:
    """Source of the columns: NIST IR 8278A Rev. 1, table 2; of the names: NIST IR 8477, section 4.3."""
    rows = list(csv.DictReader(io.StringIO(run("compare", "xa", "xb", "--format", "olir").output)))
    assert list(rows[0]) == [
        "Focal Document Element",
        "Focal Document Element Description",
        "Rationale",
        "Relationship",
        "Reference Document Element",
        "Reference Document Element Description",
        "Comments",
        "Strength of Relationship",
    ]
    assert [(row["Focal Document Element"], row["Relationship"]) for row in rows] == [
        ("xa-act/2-report", "intersects with"),
        ("xa-act/3-later", "superset of"),
        ("xa-act/1-refuse", ""),
    ]
    assert rows[2]["Reference Document Element"] == ""
    assert {row["Rationale"] for row in rows[:2]} == {"functional"}


def test_oscal(run: Run) -> None:
    first, second = (run("compare", "xa", "xb", "--format", "oscal").output for _ in range(2))
    assert first == second
    found = json.loads(first)["mapping-collection"]
    (mapping,) = found["mappings"]
    assert [entry["relationship"] for entry in mapping["maps"]] == ["intersects-with", "superset-of"]
    resources = {resource["uuid"] for resource in found["back-matter"]["resources"]}
    assert {mapping["source-resource"]["href"][1:], mapping["target-resource"]["href"][1:]} == resources
    assert mapping["source-gap-summary"]["unmapped-controls"] == [{"with-ids": ["xa-act_1-refuse"]}]
    identifiers = re.findall(r'"uuid": "([^"]+)"', first)
    assert len(identifiers) == len(set(identifiers))
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in identifiers
    )


def test_oscal_is_read_by_a_tool_of_the_field(run: Run) -> None:
    mapping = pytest.importorskip("trestle.oscal.mapping")
    mapping.Model.model_validate(json.loads(run("compare", "--all", "--format", "oscal").output))


def test_the_page_stands_alone(run: Run) -> None:
    page = run("compare", "xa", "xb", "--format", "html").output
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"sha256-{digest}" in policy[1].replace("&#43;", "+").replace("&#39;", "'")
    assert "http://" not in page
    assert "src=" not in page
    assert 'id="xa-act/3-later--xb-code/1-report"' in page
    assert 'href="#xa-act/3-later--xb-code/1-report"' in page
    assert page == run("compare", "xa", "xb", "--format", "html").output


def test_a_deep_check(run: Run) -> None:
    ran = run("library", "check", "--deep")
    assert ran.code == 0
    assert "nothing to remark" in ran.output
    found = document(run("library", "check", "--deep", "--format", "json"), "library-deep-check-1")
    assert found["flaws"] == []
    assert (found["standards"], found["clauses"]) == (2, 4)


class Terminal(io.StringIO):
    """Standard error as a person sees it."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress_bar() is None
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    show = progress_bar()
    assert show is not None
    for done in range(1, 1001):
        show(done, 1000)
    shown = terminal.getvalue()
    assert shown.count("\r") == 102
    assert " 50 %" in shown
    assert shown.endswith("100 %\r\x1b[K")
