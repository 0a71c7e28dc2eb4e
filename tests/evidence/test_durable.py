"""What was acknowledged is there after the power failed, at whatever step, in the meanest way that a file system may fail."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from comity.errors import ComityError, InputError
from comity.evidence import merkle
from comity.evidence.checkpoint import Checkpoint
from comity.evidence.durable import Disk, LineFile, sole_writer
from comity.evidence.log_audit import check_log
from comity.evidence.tile_log import create_log, open_log
from comity.evidence.tiles import CHECKPOINT, Tiles, published
from tests.evidence.power import FailingDisk, QuickDisk
from tests.evidence.sealed import KEY


def entry(index: int) -> bytes:
    return b"entry %d\n" % index


class Run:
    """A writer that appends batches; before each of its steps the power fails, and what is left is checked."""

    def __init__(self, tmp_path: Path, seeds: int, *, forgets: bool = False) -> None:
        self.tmp_path = tmp_path
        self.log = fresh(tmp_path, "run") / "log"
        self.seeds = seeds
        self.acknowledged = 0
        self.seen: set[Checkpoint] = set()
        self.lost = 0
        disk = FailingDisk(self.log.parent, self.power_fails, forgets=forgets)
        create_log(self.log, KEY, disk)
        for batch in (3, 253, 1, 260):
            with open_log(self.log, KEY, disk) as writer:
                writer.append([entry(writer.size + number) for number in range(batch)])
                self.acknowledged += batch
        self.steps = disk.steps

    def power_fails(self, disk: FailingDisk) -> None:
        if (self.log / CHECKPOINT).is_file():
            self.seen.add(published(self.log).checkpoint)
        for seed in range(self.seeds):
            left = fresh(self.tmp_path, f"left-{disk.steps}-{seed}")
            try:
                self.check(disk.left(left, random.Random(f"{disk.steps} {seed}")))
            except (AssertionError, ComityError):
                self.lost += 1
                if not disk.forgets:
                    raise

    def check(self, left: Path) -> None:
        """Open what is left, look for what was acknowledged and seen, and go on."""
        log = left / "log"
        if not self.acknowledged and not self.seen and not (log / CHECKPOINT).is_file():
            create_log(log, KEY, QuickDisk())
        with open_log(log, KEY, QuickDisk()) as writer:
            size = writer.size
            assert size >= self.acknowledged
            assert list(Tiles(log, size).all_entries()) == [entry(index) for index in range(size)]
            writer.append([b"after %d" % number for number in range(260)])
        signed = published(log)
        check_log(log, signed, key=KEY.verifier)
        for seen in self.seen:
            assert seen.size <= size
            assert Tiles(log, signed.checkpoint.size).root_of(0, seen.size) == seen.root


def test_no_acknowledged_entry_is_lost_whenever_the_power_fails(tmp_path: Path) -> None:
    """Every step of a writer's life, in several ways each; nor is a checkpoint ever taken back that a reader could see."""
    assert Run(tmp_path, 2).steps > 60


def test_this_test_notices_a_disk_that_forgets(tmp_path: Path) -> None:
    """If nothing is forced to the disk, entries are lost and the test above would say so."""
    assert Run(tmp_path, 1, forgets=True).lost > 20


def fresh(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.mkdir()
    return path


def test_a_file_of_lines_keeps_what_it_acknowledged_and_no_half_line(tmp_path: Path) -> None:
    acknowledged: list[bytes] = []
    everything = [b"batch %d line %d" % (batch, number) for batch in range(5) for number in range(batch * 3)]

    def power_fails(disk: FailingDisk) -> None:
        for seed in range(4):
            left = disk.left(fresh(tmp_path, f"left-{disk.steps}-{seed}"), random.Random(f"{disk.steps} {seed}"))
            LineFile(left / "lines", QuickDisk()).append([b"after"])
            found = (left / "lines").read_bytes().split(b"\n")
            assert found[: len(acknowledged)] == acknowledged
            assert found[-2:] == [b"after", b""]
            assert found[:-2] == everything[: len(found) - 2]

    disk = FailingDisk(fresh(tmp_path, "run"), power_fails)
    for batch in range(5):
        lines = [line for line in everything if line.startswith(b"batch %d " % batch)]
        LineFile(tmp_path / "run" / "lines", disk).append(lines)
        acknowledged += lines
    assert disk.steps > 10


def test_a_line_holds_no_line_feed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line feed"):
        LineFile(tmp_path / "lines").append([b"one\ntwo"])
    assert (tmp_path / "lines").read_bytes() == b""


def test_a_long_torn_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"whole\n" + b"x" * 200_000)
    LineFile(path)
    assert path.read_bytes() == b"whole\n"


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with (
        sole_writer(tmp_path / "lock"),
        pytest.raises(InputError, match="another process"),
        sole_writer(tmp_path / "lock"),
    ):
        pass
    with sole_writer(tmp_path / "lock"):
        pass


def test_a_disk_that_is_full_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    class FullDisk(Disk):
        def write(self, path: Path, content: bytes) -> None:
            raise OSError(28, "No space left on device")

    create_log(tmp_path / "log", KEY)
    with open_log(tmp_path / "log", KEY) as writer:
        writer.append([entry(0)])
    with open_log(tmp_path / "log", KEY, FullDisk()) as writer:
        with pytest.raises(OSError, match="space"):
            writer.append([entry(1)])
        with pytest.raises(InputError, match="open it again"):
            writer.append([entry(1)])
    signed = published(tmp_path / "log")
    assert signed.checkpoint == Checkpoint(KEY.name, 1, merkle.leaf_hash(entry(0)))
    check_log(tmp_path / "log", signed, key=KEY.verifier)
