"""No line of a solver's report is wider than the terminal, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

pytest.importorskip("z3")

from comity.cli import main

COLLIDING = Path(__file__).parent.parent / "data" / "colliding-library"
LIBRARY = ("--no-builtin", "--library", str(COLLIDING), "--on", "2026-11-22")
COMMANDS = {
    "compare": ("compare", "--all", *LIBRARY),
    "reconcile": ("reconcile", "--profile", "public-system", *LIBRARY),
    "splits": ("reconcile", "--profile", "public-system", "--market", "xa", "--market", "xb", *LIBRARY),
    "for any": ("reconcile", "--for-any", *LIBRARY),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("columns", ["50", "80", "200"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_fits_the_terminal(
    command: tuple[str, ...],
    columns: str,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path))
    assert main([*command, "--lang", language]) in {0, 1, 3}
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [line for line in lines if cell_len(line) > int(columns)] == []
