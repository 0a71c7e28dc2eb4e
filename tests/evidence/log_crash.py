"""A writer that is killed at random instants while readers read: nothing acknowledged is lost, and no reader meets a broken tree.

    python -m tests.evidence.log_crash KILLS

A child process appends batches of random size as fast as it can and names each that `append` returned for; it is killed with SIGKILL
between its start and a third of a second later. All the while another process reads the log as a stranger would. After each kill the log
is opened and what was acknowledged is looked for; at the end the whole log is checked, also against every checkpoint that was seen.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from comity.evidence.checkpoint import Checkpoint, SignedCheckpoint
from comity.evidence.keys import SigningKey
from comity.evidence.log_audit import check_log
from comity.evidence.log_entries import prove
from comity.evidence.tile_log import create_log, open_log
from comity.evidence.tiles import Tiles, published

KEY = SigningKey("log.example.org", bytes(range(32)))
LONGEST = 0.33
"""Seconds that a writer lives, after its first batch or, one time in four, after its start."""


@dataclass
class Figures:
    """What a series of kills found."""

    kills: int = 0
    in_mid_batch: int = 0
    acknowledged: int = 0
    readings: int = 0
    entries: int = 0
    checkpoints: set[Checkpoint] = field(default_factory=set)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.in_mid_batch} of them while a batch was written; {self.acknowledged} entries "
            f"acknowledged, 0 lost, {self.entries} in the log; {self.readings} readings meanwhile, all consistent; "
            f"{len(self.checkpoints)} checkpoints seen, the log grew out of all of them"
        )


def label(name: str, number: int) -> bytes:
    return f"{name} {number}\n".encode()


def write(directory: Path, name: str) -> None:
    """Append until killed, and say so: index of the first entry, how many."""
    chance, number = random.Random(name), 0
    with open_log(directory, KEY) as log:
        while True:
            count = chance.choice((1, 1, 2, 7, 60, 400))
            print(f"begin {count}", flush=True)
            first = log.append([label(name, number + offset) for offset in range(count)])
            print(f"done {first} {number} {count}", flush=True)
            number += count


def read(directory: Path) -> None:
    """Read the log over and over, as a stranger would: checkpoint, tiles, a few entries with their paths."""
    chance, older = random.Random(1), published(directory).checkpoint
    while True:
        signed = published(directory)
        if not signed.signed_by(KEY.verifier):
            raise AssertionError("a checkpoint without the signature of the log")
        size = signed.checkpoint.size
        tiles = Tiles(directory, size)
        if tiles.root_of(0, older.size) != older.root or size < older.size:
            raise AssertionError("the log did not grow out of what was read before")
        for index in {chance.randrange(size) for _ in range(3)} if size else ():
            prove(directory, signed, [(tiles.entries(index // 256)[index % 256], index)])
        older = signed.checkpoint
        print("read", flush=True)


def child(*words: str, into: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.evidence.log_crash", *words]
    return subprocess.Popen(command, stdout=into, text=True, cwd=Path(__file__).parent.parent.parent)


def series(directory: Path, kills: int, seed: int = 1) -> Figures:
    """Kill writers so many times; raises AssertionError or IntegrityError if anything is lost or broken."""
    log, chance, figures = directory / "log", random.Random(seed), Figures()
    create_log(log, KEY)
    promised: dict[int, bytes] = {}
    with (directory / "readings").open("w+", encoding="ascii") as readings:
        reader = child("read", str(log), into=readings)
        try:
            for number in range(kills):
                for index, entry in killed(log, f"writer {number}", chance, figures):
                    assert promised.setdefault(index, entry) == entry, "an index was given twice"
                look(log, promised, figures)
                assert reader.poll() is None, "the reader met a broken log"
        finally:
            reader.kill()
            reader.wait()
        readings.seek(0)
        figures.readings = sum(1 for _ in readings)
    finish(log, promised, figures)
    return figures


def killed(log: Path, name: str, chance: random.Random, figures: Figures) -> Iterator[tuple[int, bytes]]:
    """Let a writer live for a while; the entries that it said were written."""
    writer = child("write", str(log), name)
    lines: list[str] = []
    if chance.random() < 0.75 and writer.stdout is not None:
        lines.append(writer.stdout.readline())
    time.sleep(chance.uniform(0, LONGEST))
    writer.send_signal(signal.SIGKILL)
    lines += writer.communicate()[0].splitlines()
    whole = [line.split() for line in lines if line.strip()]
    figures.kills += 1
    figures.in_mid_batch += bool(whole) and whole[-1][0] == "begin"
    for first, number, count in (map(int, line[1:]) for line in whole if line[0] == "done" and len(line) == 4):
        figures.acknowledged += count
        yield from ((first + offset, label(name, number + offset)) for offset in range(count))


def look(log: Path, promised: dict[int, bytes], figures: Figures) -> None:
    """Open the log as the next writer does, and look for the entries that were promised last."""
    with open_log(log, KEY) as writer:
        signed: SignedCheckpoint = writer.signed
    figures.checkpoints.add(signed.checkpoint)
    tiles = Tiles(log, signed.checkpoint.size)
    last = sorted(promised)[-600:]
    for index in last:
        assert index < signed.checkpoint.size, "an acknowledged entry is lost"
    for place in {index // 256 for index in last}:
        held = tiles.entries(place)
        for index in (index for index in last if index // 256 == place):
            assert held[index % 256] == promised[index], "an acknowledged entry is another one"


def finish(log: Path, promised: dict[int, bytes], figures: Figures) -> None:
    """Check the whole log, every promise and every checkpoint that was seen."""
    signed = published(log)
    check_log(log, signed, key=KEY.verifier)
    figures.entries = signed.checkpoint.size
    tiles = Tiles(log, signed.checkpoint.size)
    for index, entry in enumerate(tiles.all_entries()):
        assert promised.get(index, entry) == entry
    assert max(promised, default=-1) < signed.checkpoint.size
    for seen in figures.checkpoints:
        assert tiles.root_of(0, seen.size) == seen.root


def main(words: list[str]) -> None:
    if words[0] == "write":
        write(Path(words[1]), words[2])
    elif words[0] == "read":
        read(Path(words[1]))
    else:
        with tempfile.TemporaryDirectory() as directory:
            began = time.monotonic()
            figures = series(Path(directory), int(words[0]), seed=int(time.time()))
            print(f"{figures}; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
