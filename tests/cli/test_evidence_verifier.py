"""`comity evidence verifier`: what is handed over beside a bundle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from comity.cli import main
from tests.evidence import drafts


def test_the_verifiers_lie_beside_the_bundle_and_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / "for-the-eu"
    assert main(["evidence", "verifier", "-o", str(directory)]) == 0
    said = capsys.readouterr().out
    assert "python verify_bundle.py BUNDLE --key KEY" in said
    assert sorted(path.name for path in directory.iterdir()) == ["verify_bundle.html", "verify_bundle.py"]
    (directory / "bundle.json").write_bytes(drafts.bundle())
    command = [sys.executable, "-I", "-S", "verify_bundle.py", "bundle.json", "--integrity-only"]
    assert subprocess.run(command, cwd=directory, capture_output=True, check=False).returncode == 0


def test_a_file_is_no_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert main(["evidence", "verifier", "-o", str(tmp_path / "file"), "--lang", "zh"]) == 2
    assert "这不是目录" in capsys.readouterr().err
