"""Every broken file gets one exact message, the contracted exit code, and no traceback.

The messages are kept in bad_input.json; `python tests/cli/test_bad_input.py` writes them anew, for review.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
from pathlib import Path

import pytest

from comity.cli import main
from tests.cli.bad_input_cases import DOSSIERS, FLOW_STANDARDS, FLOWS, FORMULAS, STANDARDS, formula

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "data" / "small-library"
FLOW_LIBRARY = HERE.parent / "data" / "flow-library"
EXPECTED = HERE / "bad_input.json"
OF_DOSSIERS = ("dossier", "flows")

CASES = (
    [("dossier", name, text) for name, text in DOSSIERS.items()]
    + [("standard", name, text) for name, text in STANDARDS.items()]
    + [("flows", name, text) for name, text in FLOWS.items()]
    + [("flow standard", name, text) for name, text in FLOW_STANDARDS.items()]
    + [("formula", name, formula(text)) for name, text in FORMULAS.items()]
)


def message_for(kind: str, text: str, directory: Path) -> tuple[int, str]:
    """What a person sees, with the directory written as `…`."""
    arguments = ["--no-builtin", "--library", str(LIBRARY)]
    if kind.startswith("flow"):
        arguments += ["--library", str(FLOW_LIBRARY)]
    if kind in OF_DOSSIERS:
        (directory / "comity.yaml").write_text(text, encoding="utf-8")
        command = ["assess", str(directory), "--on", "2026-11-22", *arguments]
    else:
        folder = directory / "standards" / "xa"
        folder.mkdir(parents=True)
        (folder / "new.yaml").write_text(text, encoding="utf-8")
        command = ["library", "check", *arguments, "--library", str(directory)]
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        code = main([*command, "--lang", "en"])
    said = errors.getvalue() if kind in OF_DOSSIERS else re.split(r"\n\d+ standards", output.getvalue())[0]
    return code, said.replace(str(directory), "…").rstrip("\n")


def expected() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("kind", "name", "text"), CASES, ids=[f"{kind}: {name}" for kind, name, _ in CASES])
def test_message_is_exact(kind: str, name: str, text: str, tmp_path: Path) -> None:
    code, said = message_for(kind, text, tmp_path)
    wanted = expected()[f"{kind}: {name}"]
    assert said.split("\n") == wanted["says"]
    assert code == wanted["code"]
    assert code == (2 if kind in OF_DOSSIERS else 1)
    assert "Traceback" not in said


def test_there_are_enough_and_all_are_recorded() -> None:
    assert len(CASES) >= 60
    assert sorted(expected()) == sorted(f"{kind}: {name}" for kind, name, _ in CASES)


def write_anew() -> None:
    found = {}
    for kind, name, text in CASES:
        with tempfile.TemporaryDirectory() as directory:
            code, said = message_for(kind, text, Path(directory))
        found[f"{kind}: {name}"] = {"code": code, "says": said.split("\n")}
    EXPECTED.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_anew()
