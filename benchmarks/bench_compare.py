"""How long the whole-library crosswalk takes: cold, from kept answers, and on libraries 4 and 16 times as large.

    python benchmarks/bench_compare.py

"cold": every pair of clauses of different standards that require something of the same choice (of a list: of the same item), in two
processes, nothing known. "kept": the same command from the answers that the first run left, start of the program included. The larger
libraries hold the shipped one and rewritten copies of its standards with facts of their own (`scaled`), so the pairs grow with the
clauses.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from comity.library.loader import load_library
from comity.questions.crosswalk import KeptRelation, compare
from comity.solving.relations import EVERYTHING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.scaled import scaled  # noqa: E402

PROCESSES = 2
TIMES = 3


def main() -> None:
    """Print the figures."""
    library = load_library()
    print(f"{'clauses':>8} {'pairs':>8} {'cold':>9} {'kept':>9}  relations")
    for factor in (1, 4, 16):
        larger = scaled(library, factor)
        known: dict[str, KeptRelation] = {}
        start = time.perf_counter()
        found = compare(EVERYTHING, EVERYTHING, larger, known=known, processes=PROCESSES)
        cold = time.perf_counter() - start
        start = time.perf_counter()
        assert compare(EVERYTHING, EVERYTHING, larger, known=known) == found
        kept = time.perf_counter() - start
        counts = Counter(pair.relation for pair in found.pairs)
        relations = ", ".join(f"{relation} {count}" for relation, count in counts.most_common())
        print(f"{len(larger.clauses):>8} {len(found.pairs):>8} {cold:>7.1f} s {kept:>7.2f} s  {relations}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ | {"COMITY_CACHE": directory}
        first, *others = [_command(environment) for _ in range(TIMES + 1)]
    print(f"\ncomity compare --all: {first:.1f} s cold, {min(others):.2f} s from kept answers (best of {TIMES})")


def _command(environment: dict[str, str]) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "comity", "compare", "--all"]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
