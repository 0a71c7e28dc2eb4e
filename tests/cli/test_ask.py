"""`comity ask`: the questions worth asking next, without an interview."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from comity.schemas import shipped
from tests.cli.conftest import Ran

ON = ("--on", "2026-11-22")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences on one line each."""
    monkeypatch.setenv("COLUMNS", "200")


def test_the_questions_to_a_system_of_which_nothing_is_known(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run("ask", str(tmp_path), "--market", "xa", *ON)
    assert ran.code == 0
    assert "Questions that can still change a verdict in Land A on 2026-11-22: 8\n" in ran.output
    assert "organisation.roles" in ran.output


def test_the_document_fits_its_schema(run: Callable[..., Ran], dossier: Callable[..., str]) -> None:
    directory = dossier(test__refusal_rate=None, markets="[xa, xb]")
    found = json.loads(run("ask", directory, "--format", "json", *ON).output)
    Draft202012Validator(json.loads(shipped("questions-1"))).validate(found)
    assert found["schema"] == "comity/questions/1"
    assert [question["fact"] for question in found["questions"]] == ["test.refusal_rate"]
    assert found["questions"][0]["waiting"] == ["xa-act/1-refuse"]
    assert found["verdicts"] == {"all": 3, "decided": 2, "not_met": 0, "open": 1}
    assert found["facts"]["to_ask"] == 1


def test_the_limit(run: Callable[..., Ran], tmp_path: Path) -> None:
    one = json.loads(run("ask", str(tmp_path), "--market", "xa", "--limit", "1", "--format", "json", *ON).output)
    every = json.loads(run("ask", str(tmp_path), "--market", "xa", "--limit", "0", "--format", "json", *ON).output)
    assert len(one["questions"]) == 1
    assert len(every["questions"]) == every["facts"]["to_ask"] == one["facts"]["to_ask"] > 1
    assert "… and" in run("ask", str(tmp_path), "--market", "xa", "--limit", "1", *ON).output


def test_a_rehearsal_writes_nothing(run: Callable[..., Ran], tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("organisation.roles: [deployer]\n", encoding="utf-8")
    ran = run("ask", str(tmp_path), "--market", "xa", "--answers", str(answers), *ON)
    assert "Asked: 1 of the 8 facts that the clauses of these markets mention." in ran.output
    assert "Answers that were taken from the file: 1." in ran.output
    assert [path.name for path in tmp_path.iterdir()] == ["answers.yaml"]
    found = json.loads(
        run("ask", str(tmp_path), "--market", "xa", "--answers", str(answers), "--format", "json", *ON).output
    )
    assert found["facts"]["asked"] == ["organisation.roles"]
    assert found["questions"] == []


def test_without_a_dossier_or_markets_it_says_so(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run("ask", str(tmp_path))
    assert ran.code == 2
    assert "there is no comity.yaml in this directory" in ran.errors


def test_what_a_dossier_says_is_not_known_is_no_question(run: Callable[..., Ran], dossier: Callable[..., str]) -> None:
    directory = dossier(test__refusal_rate="null")
    found = json.loads(run("ask", directory, "--format", "json", *ON).output)
    assert found["questions"] == []
    assert found["facts"]["not_known"] == ["test.refusal_rate"]
