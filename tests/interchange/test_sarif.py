"""Findings in SARIF stand at the lines of the dossier, keep their identity when lines move, and fit into an upload.

Oracles: the text of the dossier; the limits that GitHub publishes.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.interchange import export_sarif
from comity.interchange.export_sarif import assessment_sarif
from tests.cli.conftest import Ran
from tests.interchange.systems import assessment

Run = Callable[..., Ran]

DOSSIER = """comity: 1
system: {id: helper, name: Helper}
markets: [xa]
facts:
  system.generative: true
  organisation.roles: [provider]
  test.refusal_rate: 0.5
  test.sample_size: null
  system.first_supplied: 2024-06-01
"""
RULE = "xa-act/1-refuse"


def results(run: Run, directory: Path, dossier: str) -> Iterator[dict[str, Any]]:
    (directory / "comity.yaml").write_text(dossier, encoding="utf-8")
    ran = run("export", "sarif", str(directory), "--on", "2026-11-22")
    assert ran.code == 0, ran.errors
    yield from json.loads(ran.output)["runs"][0]["results"]


def lines(result: dict[str, Any]) -> set[int]:
    every = result["locations"] + result.get("relatedLocations", [])
    return {location["physicalLocation"]["region"]["startLine"] for location in every}


def one(found: Iterator[dict[str, Any]], rule: str) -> dict[str, Any]:
    (result,) = [result for result in found if result["ruleId"] == rule]
    return result


def test_a_finding_stands_at_the_line_that_holds_the_fact(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = one(results(run, tmp_path, DOSSIER.replace("null", "300")), RULE)
    assert result["level"] == "error"
    first = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert DOSSIER.splitlines()[first - 1].strip() == "test.refusal_rate: 0.5"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "comity.yaml"


def test_a_fact_that_is_written_as_unknown_has_its_line(run: Run, tmp_path: Path) -> None:
    result = one(results(run, tmp_path, DOSSIER.replace("0.5", "0.97")), RULE)
    assert result["level"] == "warning"
    assert result["properties"]["missingFacts"] == ["test.sample_size"]
    assert [DOSSIER.splitlines()[line - 1].strip() for line in lines(result)] == ["test.sample_size: null"]


def test_a_fact_that_is_missing_is_looked_for_under_facts(run: Run, tmp_path: Path) -> None:
    shorter = DOSSIER.replace("  test.sample_size: null\n", "").replace("0.5", "0.97")
    result = one(results(run, tmp_path, shorter), RULE)
    assert [shorter.splitlines()[line - 1] for line in lines(result)] == ["facts:"]


def test_a_finding_keeps_its_fingerprints_when_lines_move(run: Run, tmp_path: Path) -> None:
    before = one(results(run, tmp_path, DOSSIER), RULE)
    after = one(results(run, tmp_path, DOSSIER.replace("facts:", "# a remark\n\nfacts:")), RULE)
    assert lines(before) != lines(after)
    assert before["partialFingerprints"] == after["partialFingerprints"]


def test_no_two_findings_share_a_fingerprint() -> None:
    found = json.loads(assessment_sarif(assessment({"system.open": True}), "en"))["runs"][0]["results"]
    prints = [json.dumps(result["partialFingerprints"]) for result in found]
    assert len(prints) > 2
    assert len(set(prints)) == len(prints)


def test_findings_that_bind_nobody_are_notes() -> None:
    found = assessment({"system.open": True, "system.audience": []})
    levels = {
        result["ruleId"]: result["level"] for result in json.loads(assessment_sarif(found, "en"))["runs"][0]["results"]
    }
    assert levels["xa/advice"] == levels["xa/doubtful"] == "note"
    assert levels["xa/rate"] == "warning"


def test_too_many_findings_are_cut_at_the_least_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_sarif, "MOST_RESULTS", 2)
    run = json.loads(assessment_sarif(assessment({"system.open": False}), "en"))["runs"][0]
    assert run["results"][0]["level"] == "error"
    assert len(run["results"]) == 2
    assert len(run["tool"]["driver"]["rules"]) == 2
    assert "left out" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_file_is_never_larger_than_an_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = assessment({"system.open": False})
    monkeypatch.setattr(export_sarif, "MOST_BYTES", 1_300)
    text = assessment_sarif(everything, "en")
    assert len(gzip.compress(text.encode())) < 1_300
    assert json.loads(text)["runs"][0]["results"]


def test_limits_of_an_upload_hold_for_very_many_clauses() -> None:
    found = assessment({"system.open": False})
    (result,) = [result for result in found.results if result.verdict == "not_met" and result.binding]
    many = replace(
        found,
        results=tuple(
            replace(result, judgement=result.judgement._replace(clause=_named(result.clause, number)))
            for number in range(6_000)
        ),
    )
    text = assessment_sarif(many, "en")
    run = json.loads(text)["runs"][0]
    assert len(run["results"]) == len(run["tool"]["driver"]["rules"]) == 5_000
    assert all(len(rule["properties"]["tags"]) <= 10 for rule in run["tool"]["driver"]["rules"])
    assert len(gzip.compress(text.encode())) < 10_000_000


def _named(clause: Any, number: int) -> Any:
    return msgspec.structs.replace(clause, id=f"clause-{number}")
