"""kill -9 at random instants while records stream in, and power that fails at any step: what was acknowledged is there, the chain holds.

A handful of kills by default; COMITY_KILLS sets another number.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from comity.errors import ComityError
from comity.evidence import decision_writer
from comity.evidence.decision_chain import Chain
from comity.evidence.decision_check import check_log
from comity.evidence.decision_writer import open_decisions
from tests.evidence.decisions import decision
from tests.evidence.power import FailingDisk, QuickDisk

KILLS = int(os.environ.get("COMITY_KILLS", "6"))
KILLS_OF_ONE_LOG = 10
LINES = 400
ONE_LINE = json.dumps(decision(0)).encode() + b"\n"


def feed(pipe: object, stop: threading.Event) -> None:
    """Records without end, in pieces that do not care for lines."""
    block = ONE_LINE * LINES
    place = 0
    try:
        while not stop.is_set():
            pipe.write((block + block)[place : place + 30_011])  # type: ignore[attr-defined]
            place = (place + 30_011) % len(block)
    except (BrokenPipeError, ValueError):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
@pytest.mark.parametrize("life", range(-(-KILLS // KILLS_OF_ONE_LOG)))
def test_no_acknowledged_record_is_lost(tmp_path: Path, life: int) -> None:
    log, chance = tmp_path / "log", random.Random(f"20261122 {life}")
    promised: dict[int, str] = {}
    command = [sys.executable, "-m", "comity", "evidence", "decisions", "append", str(log), "--acknowledge"]
    for _ in range(min(KILLS, KILLS_OF_ONE_LOG)):
        promised |= promises_until_killed(command, chance)
        chain = Chain(log)
        lasting = {link.number: link.digest for link in chain}
        assert chain.breaks == 0
        assert {number: lasting.get(number) for number in promised} == promised
    assert len(promised) >= min(KILLS, KILLS_OF_ONE_LOG)
    done = subprocess.run(command, input=ONE_LINE, capture_output=True, check=False)
    assert done.returncode == 0
    check = check_log(log)
    assert (check.chain.breaks, check.chain.torn) == (0, None)
    assert check.records == max(lasting) + 2


def promises_until_killed(command: list[str], chance: random.Random) -> dict[int, str]:
    """What a writer acknowledges until it is killed: number and hash of the last record of each batch."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert process.stdin is not None
    assert process.stdout is not None
    stop = threading.Event()
    feeder = threading.Thread(target=feed, args=(process.stdin, stop), daemon=True)
    feeder.start()
    process.stdout.read(1)
    time.sleep(chance.uniform(0, 0.15))
    process.kill()
    said = b"{" + process.stdout.read()
    stop.set()
    feeder.join(10)
    process.wait(10)
    receipts = [json.loads(line) for line in said.split(b"\n")[:-1]]
    return {receipt["first"] + receipt["records"] - 1: receipt["last"] for receipt in receipts}


class Run:
    """A writer that appends batches over several segments; before each of its steps the power fails, and what is left is checked."""

    def __init__(self, tmp_path: Path, seeds: int, *, forgets: bool = False) -> None:
        self.tmp_path = tmp_path
        self.seeds = seeds
        self.acknowledged: list[str] = []
        self.lost = 0
        self.log = fresh(tmp_path, "run") / "log"
        disk = FailingDisk(self.log.parent, self.power_fails, forgets=forgets)
        for batch in (2, 1, 30, 1):
            with open_decisions(self.log, disk) as writer:
                for _ in range(2):
                    receipt = writer.append([decision(writer.size + number) for number in range(batch)])
                    assert receipt.last == writer.last
                    self.acknowledged = [f"request-{number}" for number in range(writer.size)]
        self.steps = disk.steps

    def power_fails(self, disk: FailingDisk) -> None:
        for seed in range(self.seeds):
            left = fresh(self.tmp_path, f"left-{disk.steps}-{seed}")
            try:
                self.check(disk.left(left, random.Random(f"{disk.steps} {seed}")) / "log")
            except (AssertionError, ComityError):
                self.lost += 1
                if not disk.forgets:
                    raise

    def check(self, log: Path) -> None:
        """Open what is left, look for what was acknowledged, and go on."""
        with open_decisions(log, QuickDisk()) as writer:
            writer.append([decision(0, id="after")])
        chain = Chain(log)
        found = [link.record.id for link in chain]
        assert (chain.breaks, chain.torn) == (0, None)
        assert found[: len(self.acknowledged)] == self.acknowledged
        assert found[-1] == "after"


def fresh(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.mkdir()
    return path


def test_no_acknowledged_record_is_lost_whenever_the_power_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_writer, "SEGMENT_BYTES", 5_000)
    run = Run(tmp_path, 3)
    assert run.steps > 40
    assert len(list((run.log / "records").iterdir())) > 2


def test_this_test_notices_a_disk_that_forgets(tmp_path: Path) -> None:
    assert Run(tmp_path, 1, forgets=True).lost > 10
