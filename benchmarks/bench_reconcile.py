"""One product for all markets: how long `reconcile` takes on the shipped library, and on synthetic ones of 4 and 16 times its clauses.

    python benchmarks/bench_reconcile.py [--library DIR]

Every shipped profile is asked about in every market that the library covers; figures are seconds in a process that has loaded the
library, at 1× the median of three runs. A synthetic library repeats every standard, so that the copies share all facts and every group of
duties that hang together grows with the factor. The last line is the question about any system at all.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from comity.library.loader import Library, layers_of, load_library
from comity.library.profiles import load_profiles
from comity.questions.reconcile import reconcile_scenario
from comity.solving.for_any import reconcile_any
from comity.solving.scenario import AnySystem, build_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.library.model import Standard

ON = date(2028, 9, 1)
FACTORS = (1, 4, 16)
RUNS = 3


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", action="append", default=[])
    parser.add_argument("--no-builtin", action="store_true")
    options = parser.parse_args()
    layers = layers_of(options.library, builtin=not options.no_builtin)
    library = load_library(options.library, builtin=not options.no_builtin)
    markets = [m for m in library.markets if m in {s.jurisdiction for s in library.data.standards}]
    profiles = load_profiles(layers, library)
    print(f"{len(library.clauses)} clauses, {len(library.vocabulary)} facts, markets {', '.join(markets)}, on {ON}")
    print("profile                            clauses    bind  facts   s at 1×    s at 4×   s at 16×")
    grown = {factor: repeated(library, factor) for factor in FACTORS}
    for profile in profiles:
        seconds = []
        for factor in FACTORS:
            scenario = build_scenario(grown[factor], profile, markets=markets, on=ON)
            seconds.append(timed(lambda s=scenario: reconcile_scenario(s), RUNS if factor == 1 else 1))  # type: ignore[misc]
            if factor == 1:
                counts = f"{len(library.clauses):8} {len(scenario.duties):7} {len(scenario.facts):6}"
                possible = "possible" if reconcile_scenario(scenario).possible else "not possible"
        print(f"{profile.id:34} {counts} {seconds[0]:9.2f} {seconds[1]:10.2f} {seconds[2]:10.2f}  {possible}")
    nobody = build_scenario(library, AnySystem(), markets=markets, on=ON)
    start = time.perf_counter()
    found = reconcile_any(nobody, limit=100)
    print(
        f"for any system: {time.perf_counter() - start:.2f} s, {found.clauses} clauses, {len(found.collisions)} collisions"
    )


def timed(work: Callable[[], object], runs: int) -> float:
    """The median of some runs, in seconds."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def repeated(library: Library, factor: int) -> Library:
    """The library with every standard so many times, under other ids."""

    def copy(standard: Standard, number: int) -> Standard:
        name = f"{standard.id}-copy-{number}"
        clauses = tuple(msgspec.structs.replace(clause, standard=name) for clause in standard.clauses)
        return msgspec.structs.replace(standard, id=name, clauses=clauses)

    copies = [copy(standard, number) for number in range(1, factor) for standard in library.data.standards]
    return Library(msgspec.structs.replace(library.data, standards=(*library.data.standards, *copies)))


if __name__ == "__main__":
    main()
