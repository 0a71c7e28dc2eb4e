"""Appending decisions that last, beside the disk itself: the same bytes written and forced by bare `write` and `fsync` in the same run.

    python benchmarks/bench_decisions.py [DIRECTORY]

For batches of several sizes: records a second through the log (validated, committed to, chained, forced), and the same lines written to a
plain file with one `fsync` a batch. "lines" is the command's way in, strict JSON included. Then reading a log back and checking everything.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from comity.evidence.decision_check import check_log
from comity.evidence.decision_input import batches
from comity.evidence.decision_writer import open_decisions

RECORDS = {1: 300, 10: 3_000, 100: 20_000, 1_000: 40_000, 10_000: 40_000}


def draft(number: int) -> dict[str, object]:
    at = f"2026-11-22T14:{number // 60 % 60:02}:{number % 60:02}.000001Z"
    return {
        "id": f"request-{number}",
        "kind": "decision",
        "time": {"at": at, "clock": "ntp", "uncertainty_ms": 5},
        "system": {"id": "helper", "version": "1.2", "model": "small"},
        "input": {"content": f"the question of customer {number} " * 5, "type": "text/plain", "language": "en"},
        "output": {"content": f"the answer to customer {number} " * 5, "type": "text/plain"},
        "policies": [{"id": "refusals", "version": "3", "outcome": "allowed"}],
        "reason": {"text": "score above the bar", "basis": "computed"},
        "executor": {"id": "mailer", "at": at},
        "counter": {"name": "worker", "value": number},
    }


def raw(directory: Path, lines: list[bytes], batch: int) -> float:
    """Seconds to write these lines to a plain file, forced to the disk after each batch."""
    handle = os.open(directory / "raw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    began = time.perf_counter()
    for start in range(0, len(lines), batch):
        os.write(handle, b"".join(lines[start : start + batch]))
        os.fsync(handle)
    took = time.perf_counter() - began
    os.close(handle)
    return took


def main(where: str | None) -> None:
    with tempfile.TemporaryDirectory(dir=where) as name:
        directory = Path(name)
        print("batch   records/s through the log   bare write and fsync of the same bytes   of the bare rate")
        for batch, count in RECORDS.items():
            drafts = [draft(number) for number in range(count)]
            log = directory / f"log-{batch}"
            with open_decisions(log) as writer:
                began = time.perf_counter()
                for start in range(0, count, batch):
                    writer.append(drafts[start : start + batch])
                took = time.perf_counter() - began
            lines = next((log / "records").iterdir()).read_bytes().splitlines(keepends=True)
            bare = raw(directory, lines, batch)
            print(f"{batch:>6,} {count / took:>20,.0f} {count / bare:>38,.0f} {bare / took:>20.0%}")
        stream = io.BytesIO("".join(f"{json.dumps(one)}\n" for one in drafts).encode())
        with open_decisions(directory / "lines") as writer:
            began = time.perf_counter()
            for found in batches(stream, "stream"):
                writer.append([one.value for one in found])
            took = time.perf_counter() - began
        print(f"lines: {len(drafts) / took:,.0f} records/s from JSON lines, {len(lines[0]):,} bytes a record")
        began = time.perf_counter()
        check = check_log(directory / "lines")
        took = time.perf_counter() - began
        print(f"check: {check.records / took:,.0f} records/s read, chained, hashed into the tree and counted")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
