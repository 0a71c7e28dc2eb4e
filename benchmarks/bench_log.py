"""Appending to a transparency log, beside what the disk can do at all: raw writes and fsyncs of the same bytes in the same run.

    python benchmarks/bench_log.py [DIR]

"append" returns when its entries are in a signed checkpoint and forced to the disk. "one file" writes the bytes of the batch to one file
and forces it once: the least that durability costs. "as many files" writes files as many and as large as the log's, each forced to the
disk, as many at once as the log does. DIR: where to measure (default: the directory for temporary files); a disk in memory shows nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from pathlib import Path

from comity.evidence.keys import SigningKey
from comity.evidence.log_audit import check_log
from comity.evidence.log_entries import prove
from comity.evidence.tile_log import create_log, open_log
from comity.evidence.tiles import published

KEY = SigningKey("log.example.org", bytes(range(32)))
ROUNDS = {1: 60, 10: 40, 100: 30, 1_000: 20, 10_000: 8, 65_536: 5}


def entry(number: int) -> bytes:
    return f"comity/bundle/1 {sha256(str(number).encode()).hexdigest()}\n".encode()


def median(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the middle round: forcing to the disk varies, and its best is luck."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return sorted(times)[rounds // 2]


def forced(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    os.write(handle, content)
    os.fsync(handle)
    os.close(handle)


def many(directory: Path, sizes: list[int], names: count[int]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda size: forced(directory / str(next(names)), bytes(size)), sizes))


def main(where: str | None) -> None:
    with tempfile.TemporaryDirectory(dir=where) as name:
        directory, names = Path(name), count()
        log, number = directory / "log", 0
        create_log(log, KEY)
        print(
            f"{'batch':>7} {'append':>14} {'entries/s':>10} {'one file':>9} {'as many files':>14} {'of that limit':>14}"
        )
        with open_log(log, KEY) as writer:
            for batch, rounds in ROUNDS.items():
                batches = [[entry(number + turn * batch + offset) for offset in range(batch)] for turn in range(rounds)]
                number += rounds * batch
                waiting = iter(batches)
                took = median(lambda waiting=waiting: writer.append(next(waiting)), rounds)  # type: ignore[misc]
                content = b"".join(batches[0])
                one = median(lambda content=content: forced(directory / str(next(names)), content), rounds)  # type: ignore[misc]
                files = 2 * max(1, batch // 256)
                sizes = [(len(content) + 32 * batch) // files] * files + [300]
                raw = median(lambda sizes=sizes: many(directory, sizes, names), rounds)  # type: ignore[misc]
                shown = f"{took * 1000:.1f} ms"
                print(
                    f"{batch:>7,} {shown:>14} {batch / took:>10,.0f} {one * 1000:>6.1f} ms {raw * 1000:>11.1f} ms {raw / took:>14.0%}"
                )
        signed = published(log)
        places = [(entry(index), index) for index in range(0, number, number // 1_000)][:1_000]
        took = median(lambda: prove(log, signed, places), 3)
        print(f"prove: {len(places) / took:,.0f} proofs/s out of {number:,} entries")
        took = median(lambda: check_log(log, signed, key=KEY.verifier), 3)
        print(f"check: {number / took:,.0f} entries/s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
