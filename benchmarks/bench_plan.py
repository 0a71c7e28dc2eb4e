"""How long it takes to find the cheapest way of the example into all its markets, proven to be the cheapest.

    python benchmarks/bench_plan.py

On the shipped library and on libraries 4 and 16 times as large (`scaled`); for everything, and within half the cost. The figures
are medians of whole answers: from the dossier in memory to the plan, its steps in order, judged again by `assess`.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from comity.dossier.reader import load_dossier
from comity.library.loader import load_library
from comity.questions.plan import plan

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.scaled import scaled  # noqa: E402

if TYPE_CHECKING:
    from comity.dossier.model import Dossier
    from comity.library.loader import Library
    from comity.questions.plan import Plan

ON = date(2026, 11, 22)
ROUNDS = 5


def main() -> None:
    """Print the figures."""
    library = load_library()
    dossier = load_dossier(ROOT / "examples" / "smollm2-chat", library)
    print(
        f"{'clauses':>8} {'duties':>7} {'steps':>6} {'cost':>6} {'whole':>9} {'half the cost':>14} {'closed by half':>15}"
    )
    for factor in (1, 4, 16):
        larger = scaled(library, factor)
        rounds = ROUNDS if factor == 1 else 1
        whole, seconds = _timed(dossier, larger, None, rounds)
        half, budgeted = _timed(dossier, larger, float(whole.cost) / 2, rounds)
        duties = len(whole.scenario.duties)
        print(
            f"{len(larger.clauses):>8} {duties:>7} {len(whole.steps):>6} {float(whole.cost):>6g} {seconds:>7.2f} s "
            f"{budgeted:>12.2f} s {duties - len(half.left):>15}"
        )


def _timed(dossier: Dossier, library: Library, budget: float | None, rounds: int) -> tuple[Plan, float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        found = plan(dossier, library, on=ON, budget=budget)
        times.append(time.perf_counter() - start)
    return found, statistics.median(times)


if __name__ == "__main__":
    main()
