"""Running the command line in the process, on a small library of two imagined countries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.cli import main

SMALL_LIBRARY = Path(__file__).parent.parent / "data" / "small-library"
GOOD = {
    "system.generative": "true",
    "organisation.roles": "[provider]",
    "test.sample_size": "300",
    "test.refusal_rate": "0.97",
    "model.compute": "1e21",
    "report.deadline": "24h",
    "system.first_supplied": "2024-06-01",
}


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    output: str
    errors: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `comity` with words, in English, on the small library."""

    def call(*words: str, small: bool = True) -> Ran:
        library = ["--no-builtin", "--library", str(SMALL_LIBRARY)] if small else []
        try:
            code = main([*words, *library, "--lang", "en"])
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def dossier(tmp_path: Path) -> Callable[..., str]:
    """Write a dossier with the good facts, some of them changed (None: left out), and return its directory."""

    def write(markets: str = "[xa]", **changed: str | None) -> str:
        facts = GOOD | {key.replace("__", "."): value for key, value in changed.items()}
        lines = [f"  {fact}: {value}" for fact, value in facts.items() if value is not None]
        text = (
            f"comity: 1\nsystem: {{id: helper, name: Helper}}\nmarkets: {markets}\nfacts:\n" + "\n".join(lines) + "\n"
        )
        (tmp_path / "comity.yaml").write_text(text, encoding="utf-8")
        return str(tmp_path)

    return write
