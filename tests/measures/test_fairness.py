"""`measure_fairness`. Oracles: Fairlearn's `MetricFrame` (frozen), published figures, and counting by hand.

Published: New York City's example of an impact ratio; ProPublica's truth tables of the COMPAS score ("How We Analyzed the COMPAS Recidivism
Algorithm", 2016). The people behind COMPAS are named in its data, so only the counts stand here.
"""

from __future__ import annotations

import math
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("polars")

from comity.errors import InputError
from comity.measures.fairness import Group, measure_fairness
from tests.measures import oracle_answers as oracle

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

    def counted(column: int, of: str | None) -> list[float]:
        values = sorted({person[column] for person in people})
        rows = [[p for p in people if p[column] == value and (of is None or p[1] == of)] for value in values]
        wrong = "0" if of == "1" else "1"
        return [sum(p[0] == wrong for p in group) / len(group) for group in rows]

    ratios = [min(counted(column, None)) / max(counted(column, None)) for column in (2, 3)]
    gaps = [max(counted(column, of)) - min(counted(column, of)) for column in (2, 3) for of in ("0", "1")]
    assert found["fairness.impact_ratio_min"].value == pytest.approx(min(ratios))  # type: ignore[attr-defined]
    assert found["fairness.error_gap_max"].value == pytest.approx(max(gaps))  # type: ignore[attr-defined]
    assert found["fairness.groups_tested"].value == ["age", "intersections", "sex"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", oracle.SEEDS)
@pytest.mark.parametrize("columns", [("sex",), ("race",), ("sex", "race")])
def test_fairlearn_finds_the_same(tmp_path: Path, seed: int, columns: tuple[str, ...]) -> None:
    answer = oracle.frozen()["fairlearn"][str(seed)]["+".join(columns)]
    path = table(tmp_path, [",".join(oracle.PEOPLE), *(",".join(row) for row in oracle.people(seed))])
    found = measure_fairness(path, {"sex": "sex", "race": "ethnicity"}, smallest=1, on=ON)
    groups = {
        ",".join(value for _, value in group.traits): rates(group)
        for group in found.groups
        if tuple(name for name, _ in group.traits) == columns
    }
    assert groups.keys() == answer["groups"].keys()
    for name, rate in groups.items():
        assert rate == pytest.approx(answer["groups"][name], abs=1e-12)
    values = {fact.fact: fact.value for fact in found.statement.predicate.facts}
    observations = found.statement.predicate.observations
    if len(columns) == 2:
        assert observations["impact_ratio_min_of_intersections"] == pytest.approx(answer["ratio"], abs=1e-12)
        return
    single = measure_fairness(path, {columns[0]: "sex"}, smallest=1, on=ON).statement.predicate.facts
    values = {fact.fact: fact.value for fact in single}
    assert values["fairness.impact_ratio_min"] == pytest.approx(answer["ratio"], abs=1e-12)
    assert values["fairness.error_gap_max"] == pytest.approx(max(answer["differences"].values()), abs=1e-12)


def rates(group: Group) -> dict[str, float]:
    """As Fairlearn gives them: of nothing, the rate is 0."""
    named = {
        "selected": group.selected,
        "false_positives": group.false_positive,
        "false_negatives": group.false_negative,
    }
    return {name: (rate.value or 0.0) if rate is not None else math.nan for name, rate in named.items()}


def test_the_published_error_rates_of_compas(tmp_path: Path) -> None:
    """At a score of 5 or more: wrongly flagged 44.85 % of black and 23.45 % of white defendants, wrongly cleared 27.99 % and 47.72 %."""
    cells = {"African-American": (990, 805, 532, 1369), "Caucasian": (1139, 349, 461, 505)}
    lines = ["prediction,truth,race"]
    for race, (cleared, flagged_wrongly, cleared_wrongly, flagged) in cells.items():
        lines += [f"0,0,{race}"] * cleared + [f"1,0,{race}"] * flagged_wrongly
        lines += [f"0,1,{race}"] * cleared_wrongly + [f"1,1,{race}"] * flagged
    found = measure_fairness(table(tmp_path, lines), {"race": "ethnicity"}, on=ON)
    shown = {group.name.removeprefix("race="): rates(group) for group in found.groups}
    assert shown["African-American"]["false_positives"] == pytest.approx(0.4485, abs=0.00005)
    assert shown["African-American"]["false_negatives"] == pytest.approx(0.2799, abs=0.00005)
    assert shown["Caucasian"]["false_positives"] == pytest.approx(0.2345, abs=0.00005)
    assert shown["Caucasian"]["false_negatives"] == pytest.approx(0.4772, abs=0.00005)
    gap = next(fact for fact in found.statement.predicate.facts if fact.fact == "fairness.error_gap_max")
    assert gap.value == pytest.approx(805 / 1795 - 349 / 1488)
    assert gap.count == 966
    assert gap.where == "false_positives: race=African-American - false_positives: race=Caucasian"
    low, high = gap.interval or (0, 0)
    assert 0.15 < low < 0.2139 < high < 0.28


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=5))
def test_an_interval_holds_the_value_and_lies_within_bounds(
    tmp_path_factory: pytest.TempPathFactory, groups: list[tuple[int, int]]
) -> None:
    lines = ["prediction,g"]
    for name, (selected, others) in zip("abcde", groups, strict=False):
        lines += [f"1,{name}"] * (selected + 1) + [f"0,{name}"] * (others + 30)
    found: dict[str, Any] = facts(table(tmp_path_factory.mktemp("g"), lines), {"g": "sex"})
    ratio = found["fairness.impact_ratio_min"]
    assert 0 <= ratio.interval[0] <= ratio.value <= ratio.interval[1] <= 1


def test_more_groups_make_a_wider_interval(tmp_path: Path) -> None:
    """The two groups farthest apart of six are not two groups chosen beforehand."""
    two = ["prediction,g", *["1,a"] * 160, *["0,a"] * 240, *["1,b"] * 240, *["0,b"] * 160]
    six = two + [line for name in "cdef" for line in (f"1,{name}", f"0,{name}") for _ in range(200)]
    found: list[dict[str, Any]] = [facts(table(tmp_path, lines), {"g": "sex"}) for lines in (two, six)]
    intervals = [fact["fairness.impact_ratio_min"].interval for fact in found]
    assert intervals[1][0] < intervals[0][0] < 2 / 3 < intervals[0][1] < intervals[1][1]


def test_the_columns_are_bounded(tmp_path: Path) -> None:
    names = list("abcdefg")
    path = table(tmp_path, ["prediction," + ",".join(names), *["1," + ",".join("x" * 7)] * 40])
    with pytest.raises(InputError, match="at most 6 columns"):
        measure_fairness(path, dict.fromkeys(names, "sex"))


def test_small_groups_are_shown_and_not_judged(tmp_path: Path) -> None:
    lines = ["prediction,g", *["1,a"] * 40, *["0,a"] * 40, *["1,b"] * 20, *["0,b"] * 60, *["0,c"] * 5]
    found = measure_fairness(table(tmp_path, lines), {"g": "sex"}, on=ON)
    ratio = next(fact for fact in found.statement.predicate.facts if fact.fact == "fairness.impact_ratio_min")
    assert ratio.value == pytest.approx(0.5)
    assert [group.name for group in found.groups] == ["g=a", "g=b", "g=c"]


def test_people_without_a_truth_count_for_selection_only(tmp_path: Path) -> None:
    """As in a run of questions of which some have no right answer."""
    lines = ["prediction,truth,g", *["1,1,a"] * 40, *["0,,a"] * 10, *["1,,b"] * 20, *["0,1,b"] * 20, *["0,0,b"] * 30]
    groups = {group.name: group for group in measure_fairness(table(tmp_path, lines), {"g": "sex"}, on=ON).groups}
    assert groups["g=a"].selected == (40, 50)
    assert groups["g=a"].false_negative == (0, 40)
    assert groups["g=b"].selected == (20, 70)
    assert groups["g=b"].false_negative == (20, 20)
    assert groups["g=b"].false_positive == (0, 30)


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
