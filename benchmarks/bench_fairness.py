"""The measure `fairness` beside Fairlearn's `MetricFrame`: the same rates, and how long each takes.

    python benchmarks/bench_fairness.py [ROWS …]

Ours reads the file (CSV, then Parquet), takes its SHA-256, and finds selection and error rates of every group of one trait, or of two
traits and their intersections, with exact intervals. Fairlearn gets the table in memory, as numbers, and finds the same rates for the
same groups, their ratio and their differences, without intervals. All rates have to be equal. Without Fairlearn (`pip install fairlearn`,
half a gigabyte) only our own times are printed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from comity.measures.fairness import measure_fairness

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.measures.fairness import Fairness

ROWS = (50_000, 250_000, 1_000_000)
TRAITS = ("sex", "race")
KINDS = ("selected", "false_positives", "false_negatives")
ROUNDS = 3
"""Of the rounds the best time counts: other work on the machine only slows."""


def main() -> None:
    """Print the figures."""
    sizes = [int(text) for text in sys.argv[1:]] or list(ROWS)
    fairlearn = find_spec("fairlearn") is not None
    if not fairlearn:
        print("Fairlearn is not installed: our own times only")
    with tempfile.TemporaryDirectory() as directory:
        for size in sizes:
            table = people(size)
            csv, parquet = Path(directory) / "people.csv", Path(directory) / "people.parquet"
            table.write_csv(csv)
            table.write_parquet(parquet)
            for columns in (TRAITS[:1], TRAITS):
                compare(size, columns, csv, parquet, table if fairlearn else None)


def people(size: int) -> pl.DataFrame:
    """Predictions that err more about some groups: 2 sexes, 8 races."""
    generator = np.random.default_rng(size)
    sex, race = generator.integers(0, 2, size), generator.integers(0, 8, size)
    truth = generator.random(size) < 0.3 + 0.1 * sex
    right = generator.random(size) < 0.85 - 0.02 * race
    return pl.DataFrame(
        {
            "prediction": (truth == right).astype(int),
            "truth": truth.astype(int),
            "sex": np.where(sex == 1, "m", "f"),
            "race": np.char.add("r", race.astype(str)),
        }
    )


def compare(size: int, columns: tuple[str, ...], csv: Path, parquet: Path, table: pl.DataFrame | None) -> None:
    """One line: our time from both forms of file, Fairlearn's, and how much longer that is."""
    traits = dict(zip(columns, ("sex", "ethnicity"), strict=False))
    from_csv, ours = best(lambda: measure_fairness(csv, traits))
    from_parquet, _ = best(lambda: measure_fairness(parquet, traits))
    named = f"{size:>9,} rows, {len(columns)} trait{'s' * (len(columns) > 1)}"
    line = f"{named}: comity {from_csv:.3f} s from CSV, {from_parquet:.3f} s from Parquet"
    if table is not None:
        theirs = to_pandas(table)
        others, found = best(lambda: asked_fairlearn(theirs, columns))
        difference = farthest(ours, found)
        if difference > 1e-12:
            sys.exit(f"{named}: rates differ by {difference}")
        line += f"; Fairlearn {others:.3f} s, {others / from_csv:.0f} times that; {len(found)} groups, rates equal"
    print(line)


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest time of a few rounds, and the result."""
    times: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - began)
    return min(times), found


def to_pandas(table: pl.DataFrame) -> Any:
    import pandas

    return pandas.DataFrame({name: table[name].to_numpy() for name in table.columns})


def asked_fairlearn(table: Any, columns: tuple[str, ...]) -> dict[tuple[str, ...], tuple[float, ...]]:
    """The rates of every group: of each trait, and of all together."""
    from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate

    metrics = dict(zip(KINDS, (selection_rate, false_positive_rate, false_negative_rate), strict=True))
    found: dict[tuple[str, ...], tuple[float, ...]] = {}
    for chosen in [[column] for column in columns] + ([list(columns)] if len(columns) > 1 else []):
        frame = MetricFrame(
            metrics=metrics, y_true=table["truth"], y_pred=table["prediction"], sensitive_features=table[chosen]
        )
        frame.ratio(method="between_groups")
        frame.difference(method="between_groups")
        for key, row in frame.by_group.iterrows():
            found[key if isinstance(key, tuple) else (key,)] = tuple(float(row[kind]) for kind in KINDS)
    return found


def farthest(ours: Fairness, theirs: dict[tuple[str, ...], tuple[float, ...]]) -> float:
    """The largest difference between two rates of one group."""
    found = {
        tuple(value for _, value in group.traits): (group.selected, group.false_positive, group.false_negative)
        for group in ours.groups
    }
    if found.keys() != theirs.keys():
        return float("inf")
    return max(
        abs((rate.value if rate and rate.value is not None else 0.0) - other)
        for key, rates in found.items()
        for rate, other in zip(rates, theirs[key], strict=True)
    )


if __name__ == "__main__":
    main()
