"""`measure_fairness`. Oracles: New York City's published example of an impact ratio, and counting by hand."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("polars")

from comity.errors import InputError
from comity.measures.fairness import measure_fairness

ON = date(2026, 11, 22)


def table(tmp_path: Path, lines: list[str]) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def facts(path: Path, traits: dict[str, str], **options: object) -> dict[str, object]:
    found = measure_fairness(path, traits, on=ON, **options)  # type: ignore[arg-type]
    return {fact.fact: fact for fact in found.statement.predicate.facts}


def test_the_example_of_the_rule_of_new_york(tmp_path: Path) -> None:
    """6 RCNY 5-301, example: 667 of 1,390 men and 555 of 1,181 women selected; impact ratio 0.979."""
    lines = ["prediction,gender"]
    lines += ["1,m"] * 667 + ["0,m"] * (1390 - 667) + ["1,f"] * 555 + ["0,f"] * (1181 - 555)
    fact = facts(table(tmp_path, lines), {"gender": "sex"})["fairness.impact_ratio_min"]
    assert fact.value == pytest.approx(0.979, abs=0.0005)  # type: ignore[attr-defined]
    assert fact.count == 1181  # type: ignore[attr-defined]
    low, high = fact.interval  # type: ignore[attr-defined]
    assert low < 0.979 < high <= 1


def test_rates_are_what_one_counts(tmp_path: Path) -> None:
    generator = random.Random(7)
    people = [
        (generator.choice("01"), generator.choice("01"), generator.choice("abc"), generator.choice("xy"))
        for _ in range(900)
    ]
    path = table(tmp_path, ["prediction,truth,g,h", *(",".join(person) for person in people)])
    found = facts(path, {"g": "sex", "h": "age"})

    def rates(column: int, of: str | None) -> list[float]:
        values = sorted({person[column] for person in people})
        rows = [[p for p in people if p[column] == value and (of is None or p[1] == of)] for value in values]
        wrong = "0" if of == "1" else "1"
        return [sum(p[0] == wrong for p in group) / len(group) for group in rows]

    ratios = [min(rates(column, None)) / max(rates(column, None)) for column in (2, 3)]
    gaps = [max(rates(column, of)) - min(rates(column, of)) for column in (2, 3) for of in ("0", "1")]
    assert found["fairness.impact_ratio_min"].value == pytest.approx(min(ratios))  # type: ignore[attr-defined]
    assert found["fairness.error_gap_max"].value == pytest.approx(max(gaps))  # type: ignore[attr-defined]
    assert found["fairness.groups_tested"].value == ["age", "intersections", "sex"]  # type: ignore[attr-defined]


def test_small_groups_are_shown_and_not_judged(tmp_path: Path) -> None:
    lines = ["prediction,g", *["1,a"] * 40, *["0,a"] * 40, *["1,b"] * 20, *["0,b"] * 60, *["0,c"] * 5]
    found = measure_fairness(table(tmp_path, lines), {"g": "sex"}, on=ON)
    ratio = next(fact for fact in found.statement.predicate.facts if fact.fact == "fairness.impact_ratio_min")
    assert ratio.value == pytest.approx(0.5)
    assert [group.name for group in found.groups] == ["g=a", "g=b", "g=c"]


def test_without_the_truth_there_are_no_error_rates(tmp_path: Path) -> None:
    lines = ["prediction,g", *["1,a"] * 40, *["1,b"] * 40]
    assert "fairness.error_gap_max" not in facts(table(tmp_path, lines), {"g": "sex"})


@pytest.mark.parametrize(
    ("lines", "traits", "problem"),
    [
        (["prediction,g", *["1,a"] * 40], {}, "at least one column"),
        (["prediction,g", *["1,a"] * 40], {"g": "sex"}, "nothing is compared"),
        (["prediction,g", *["1,a"] * 40, "1,b"], {"g": "sex"}, "nothing is compared"),
        (["prediction,g", *["0,a"] * 40, *["0,b"] * 40], {"g": "sex"}, "no prediction"),
        (["prediction,g", "1,a"], {"h": "sex"}, 'no column "h"'),
    ],
)
def test_a_table_that_shows_nothing_is_refused(
    tmp_path: Path, lines: list[str], traits: dict[str, str], problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        measure_fairness(table(tmp_path, lines), traits)
