"""Answers of other people's programs to tables made here, frozen in `oracle_answers.json`; the tests compare ours with them.

Fairlearn pulls in scikit-learn, SciPy and pandas (half a gigabyte), and `krippendorff` is under the GPL, so neither is installed for the
tests. Whoever wants to ask them again, in an environment of its own:

    pip install fairlearn krippendorff
    python -m tests.measures.oracle_answers            (compares)
    python -m tests.measures.oracle_answers --write    (writes anew)
"""

from __future__ import annotations

import json
import math
import random
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("oracle_answers.json")

PEOPLE = ("prediction", "truth", "sex", "race")
SEEDS = (1, 2, 3)
LEVELS = ("nominal", "ordinal", "interval")


def people(seed: int) -> list[tuple[str, str, str, str]]:
    """A prediction, a truth, and two traits that sway both; some groups are tiny."""
    generator = random.Random(seed)
    rows = []
    for _ in range(3_000):
        sex = generator.choices(("f", "m", "x"), (50, 48, 2))[0]
        race = generator.choices(("a", "b", "c", "d", "e"), (40, 30, 20, 9, 1))[0]
        truth = generator.random() < 0.3 + 0.1 * (sex == "m") + 0.05 * seed * (race in "bd")
        right = generator.random() < (0.8 if race in "ab" else 0.65)
        rows.append((str(int(truth == right)), str(int(truth)), sex, race))
    return rows


def labels(seed: int) -> list[list[int | None]]:
    """For each of 60 items the labels of six annotators, 0 to 4; about a third are missing, and some items have one label or none."""
    generator = random.Random(seed)
    rows: list[list[int | None]] = []
    for _ in range(60):
        centre, present = generator.randint(0, 4), generator.choice((0.1, 0.6, 0.9))
        rows.append(
            [
                min(4, max(0, centre + generator.choice((-2, -1, 0, 0, 0, 0, 1, seed - 1))))
                if generator.random() < present
                else None
                for _ in range(6)
            ]
        )
    return rows


def frozen() -> dict[str, Any]:
    """What the file holds."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def asked_fairlearn(seed: int) -> dict[str, Any]:
    """Rates by group, for each trait and for both together, with the ratio and the differences between groups."""
    import pandas
    from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate

    frame = pandas.DataFrame(people(seed), columns=list(PEOPLE))
    metrics = {
        "selected": selection_rate,
        "false_positives": false_positive_rate,
        "false_negatives": false_negative_rate,
    }
    found: dict[str, Any] = {}
    for columns in (["sex"], ["race"], ["sex", "race"]):
        asked = MetricFrame(
            metrics=metrics,
            y_true=frame["truth"].astype(int),
            y_pred=frame["prediction"].astype(int),
            sensitive_features=frame[columns],
        )
        groups = {
            ",".join(key if isinstance(key, tuple) else (key,)): {name: float(row[name]) for name in metrics}
            for key, row in asked.by_group.iterrows()
            if not math.isnan(row["selected"])
        }
        found["+".join(columns)] = {
            "groups": groups,
            "ratio": float(asked.ratio(method="between_groups")["selected"]),
            "differences": {
                name: float(value)
                for name, value in asked.difference(method="between_groups").items()
                if name != "selected"
            },
        }
    return found


def asked_krippendorff(seed: int) -> dict[str, float]:
    """Alpha on each level."""
    import krippendorff
    import numpy

    table = numpy.array([[math.nan if label is None else label for label in row] for row in labels(seed)]).T
    return {level: float(krippendorff.alpha(table, level_of_measurement=level)) for level in LEVELS}


def main() -> int:
    """Ask, and compare or write."""
    found = {
        "fairlearn": {str(seed): asked_fairlearn(seed) for seed in SEEDS},
        "krippendorff": {str(seed): asked_krippendorff(seed) for seed in SEEDS},
    }
    text = json.dumps(found, indent=1) + "\n"
    if "--write" in sys.argv:
        FILE.write_text(text, encoding="utf-8")
        return 0
    same = FILE.read_text(encoding="utf-8") == text
    print("the same answers" if same else "other answers than the file holds")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
