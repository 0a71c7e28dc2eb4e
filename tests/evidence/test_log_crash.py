"""A few kills in the ordinary suite; `make crash-test` runs hundreds."""

from __future__ import annotations

from pathlib import Path

from tests.evidence.log_crash import series


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    figures = series(tmp_path, 8)
    assert figures.kills == 8
    assert figures.acknowledged > 0
    assert figures.readings > 0
