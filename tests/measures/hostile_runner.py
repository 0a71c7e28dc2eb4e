"""Runs a command on an input in a child of its own and tells how it ended, and what it wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.measures.hostile_inputs import Make
from tests.measures.hostile_subjects import Subject

ROOT = Path(__file__).parents[2]
MOST_MEMORY = 4 * 2**30
"""Bytes that a command may ask for; more than it may have, since much is asked for and never touched."""


@dataclass(frozen=True)
class Ending:
    """How a command ended.

    Attributes:
        code: of its exit; negative where a signal ended it.
        seconds: that it took.
        bytes: of memory that it had at most.
        errors: what it said on standard error.
        statement: the statement that it wrote, or nothing.
        left: other new files, by name.
    """

    code: int
    seconds: float
    bytes: int
    errors: str
    statement: dict[str, Any]
    left: tuple[str, ...]

    @property
    def facts(self) -> list[Any]:
        """What was established."""
        return list(self.statement.get("predicate", {}).get("facts", []))

    @property
    def observations(self) -> dict[str, Any]:
        """What else was found."""
        return dict(self.statement.get("predicate", {}).get("observations", {}))


class Runner:
    """A process that forks a child for each command."""

    def __enter__(self) -> Runner:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.measures.hostile_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        if self._said() != "ready":
            raise RuntimeError("the process for hostile inputs does not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(20)

    def run(self, subject: Subject, make: Make, directory: Path, seconds: float = 60) -> Ending:
        """A command on an input that is made in an empty directory."""
        return self.ask(subject.prepare(directory, make), directory, seconds)

    def ask(self, arguments: list[str], directory: Path, seconds: float = 60, language: str = "en") -> Ending:
        """A command in a directory."""
        before = set(directory.rglob("*"))
        case = {
            "arguments": arguments,
            "directory": str(directory),
            "seconds": seconds,
            "memory": MOST_MEMORY,
            "rights": "none",
            "language": language,
        }
        if self.process.stdin is None:
            raise RuntimeError("the process has no input")
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        found = json.loads(self._said())
        new = {path for path in set(directory.rglob("*")) - before if path.is_file()}
        statements = sorted(path for path in new if path.parent.name == "out" and path.suffix == ".json")
        left = sorted(path.name for path in new - set(statements) if path.name not in ("out.txt", "err.txt"))
        return Ending(
            found["code"],
            found["seconds"],
            found["bytes"],
            (directory / "err.txt").read_text(encoding="utf-8", errors="replace"),
            json.loads(statements[0].read_text(encoding="utf-8")) if statements else {},
            tuple(left),
        )

    def _said(self) -> str:
        if self.process.stdout is None:
            raise RuntimeError("the process has no output")
        return self.process.stdout.readline().strip()
