"""Decisions to fill a log with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from comity.evidence.decision_chain import RECORDS
from comity.evidence.decision_head import SignedHead, head_of, sign_head
from comity.evidence.decision_writer import open_decisions
from tests.evidence.sealed import KEY

BEGAN = datetime(2026, 11, 22, 14, tzinfo=UTC)
HEAD_AT = "2026-11-22T15:00:00Z"


def at(second: float) -> str:
    """A time so many seconds after the first decision."""
    return (BEGAN + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def clock() -> Any:
    """A clock that goes on by a second whenever it is looked at."""
    ticks: Iterator[datetime] = (BEGAN + timedelta(seconds=tick) for tick in range(10_000))
    return ticks.__next__


def decision(number: int, **more: Any) -> dict[str, Any]:
    """A decision as it is handed to a log."""
    return {
        "id": f"request-{number}",
        "kind": "decision",
        "time": {"at": at(number), "clock": "ntp", "uncertainty_ms": 2_000_000},
        "system": {"id": "helper", "version": "1"},
        "input": {"content": f"question {number}", "type": "text/plain", "language": "en"},
        "output": {"content": f"answer {number}"},
        **more,
    }


def filled(directory: Path, count: int = 8, **more: Any) -> Path:
    """A log with so many decisions."""
    with open_decisions(directory, now=clock()) as writer:
        writer.append([decision(number, **more) for number in range(count)])
    return directory


def sealed(directory: Path) -> SignedHead:
    """A signed head of a log."""
    return sign_head(head_of(directory, HEAD_AT), KEY)


def segment(directory: Path) -> Path:
    """The first segment of a log."""
    return sorted((directory / RECORDS).iterdir())[0]
