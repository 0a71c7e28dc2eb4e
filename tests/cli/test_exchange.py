"""`comity export` and `comity import`: what is written, where, and with which exit code."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.interchange.forms import EXPORTED, IMPORTED
from tests.cli.conftest import Ran
from tests.schemas.test_schemas import complaints

Run = Callable[..., Ran]
Write = Callable[..., str]
ON = ("--on", "2026-11-22")
CARD = '---\nlicense: apache-2.0\ncomity:\n  form: comity/model-card/1\n  facts:\n    "test.sample_size": {value: 400, by: measured}\n---\n'


@pytest.fixture
def card(tmp_path: Path) -> str:
    path = tmp_path / "README.md"
    path.write_text(CARD, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("form", EXPORTED)
def test_an_export_goes_to_standard_output_or_a_file(form: str, run: Run, dossier: Write, tmp_path: Path) -> None:
    directory = dossier()
    printed = run("export", form, directory, *ON)
    assert (printed.code, printed.errors) == (0, "")
    path = tmp_path / "out"
    assert run("export", form, directory, *ON, "-o", str(path)) == Ran(0, "", "")
    assert path.read_text(encoding="utf-8") == printed.output
    assert "Helper" in printed.output or "helper" in printed.output


def test_an_export_judges_only_when_it_is_asked_to(run: Run, dossier: Write) -> None:
    failing, open_ = dossier(test__refusal_rate="0.5"), ("--fail-on", "unknown")
    assert run("export", "junit", failing, *ON).code == 0
    assert run("export", "junit", failing, *ON, "--fail-on", "not_met").code == 1
    assert run("export", "junit", dossier(test__sample_size=None), *ON, *open_).code == 3


def test_an_export_without_a_dossier_still_says_unknown(run: Run, dossier: Write) -> None:
    nothing = dossier(**dict.fromkeys(("test__refusal_rate", "test__sample_size", "report__deadline"), None))
    root = ET.fromstring(run("export", "junit", nothing, *ON).output)
    assert int(root.get("errors", "0")) > 0


def test_what_is_imported_decides_what_is_assessed(run: Run, dossier: Write, card: str, tmp_path: Path) -> None:
    directory = Path(dossier(test__sample_size=None))
    assert run("assess", str(directory), *ON).code == 3
    made = run("import", "model-card", card, "--into", str(directory / "evidence"))
    assert made.code == 0
    assert "test.sample_size = 400" in made.output
    with (directory / "comity.yaml").open("a", encoding="utf-8") as written:
        written.write("evidence: evidence/\n")
    ran = run("assess", str(directory), *ON, "--format", "json")
    assert ran.code == 0
    (basis,) = [
        entry
        for clause in json.loads(ran.output)["clauses"]
        for entry in clause["evidence"]
        if entry["fact"] == "test.sample_size"
    ][:1]
    assert (basis["by"], basis["source"]) == ("documented", "evidence/model-card-README.json")


def test_several_files_are_imported_or_none(run: Run, card: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text("no metadata", encoding="utf-8")
    into = tmp_path / "evidence"
    assert run("import", "model-card", card, str(bad), "--into", str(into)).code == 2
    assert not into.exists()


def test_the_json_of_an_import_validates(run: Run, card: str) -> None:
    ran = run("import", "model-card", card, "--format", "json")
    found = json.loads(ran.output)
    assert complaints("import-1", found) == []
    assert complaints("import-1", found | {"statements": [{}]})
    assert found["statements"][0]["written"] is None


def test_two_files_of_one_name_are_not_written_over_each_other(run: Run, card: str, tmp_path: Path) -> None:
    other = tmp_path / "other" / "README.md"
    other.parent.mkdir()
    other.write_text(CARD, encoding="utf-8")
    into = ("--into", str(tmp_path / "evidence"))
    ran = run("import", "model-card", card, str(other), *into)
    assert ran.code == 2
    assert "one at a time" in ran.errors
    assert run("import", "model-card", str(other), *into, "--name", "other").code == 0
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == ["other.json"]
    assert run("import", "model-card", card, str(other), *into, "--name", "both").code == 2
    assert run("import", "model-card", card, *into, "--name", "../up").code == 2


@pytest.mark.parametrize("words", [("export", "pdf"), ("import", "pdf", "x"), ("import", "inspect"), ("export",)])
def test_a_form_that_is_not_known_is_bad_usage(words: tuple[str, ...], run: Run) -> None:
    assert run(*words).code == 2


def test_help_names_every_form(run: Run) -> None:
    for command, forms in (("export", EXPORTED), ("import", IMPORTED)):
        said = run(command, "--help", small=False).output
        assert all(form in said for form in forms)
