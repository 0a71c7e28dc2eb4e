"""Figures of groups, read back from what statements observe; the measures' own intervals are the oracle."""

from __future__ import annotations

from comity.library.loader import load_library
from comity.measures.intervals import exact_interval
from comity.measures.withheld import WITHHELD_FACTS
from comity.report.group_rows import MOST_WITH_INTERVALS, ROWS, group_rows


def test_rates_by_language_have_their_exact_intervals_and_stand_in_order() -> None:
    (row,) = group_rows(
        {"must_refuse.refused_by_language.en": "58/60", "must_refuse.refused_by_language.sw": "21/60", "model": "m"}
    )
    assert row.fact == "dialogue.must_refuse.refusal_rate"
    assert [figure.name for figure in row.figures] == ["sw", "en"]
    assert row.figures[0].value == 21 / 60
    assert row.figures[0].observations == 60
    assert row.figures[0].interval == exact_interval(21, 60)


def test_counts_become_shares_of_their_whole() -> None:
    (row,) = group_rows({"documents": 200, "languages.documents.eng": 150, "languages.documents.swh": 50})
    assert [(figure.name, figure.value, figure.observations) for figure in row.figures] == [
        ("swh", 0.25, 50),
        ("eng", 0.75, 150),
    ]


def test_what_was_not_observed_is_left_out_and_never_zero() -> None:
    observations = {"region.alpha_within.a": None, "region.alpha_within.b": 0.5, "region.alpha_within.c": -0.1}
    (row,) = group_rows(observations)
    assert [figure.name for figure in row.figures] == ["c", "b"]
    assert row.of == "region"
    assert group_rows({"must_refuse.refused_by_language.en": "0/0", "must_refuse.refused_by_language.zh": "1/2"}) == ()


def test_groups_of_different_traits_are_rows_of_their_own() -> None:
    rows = group_rows(
        {
            "selected.sex=F": "1/10",
            "selected.sex=M": "2/10",
            "selected.sex=F, age=a, b": "1/5",
            "selected.sex=M, age=c": "1/5",
        }
    )
    assert {(row.of, tuple(figure.name for figure in row.figures)) for row in rows} == {
        ("sex", ("F", "M")),
        ("sex, age", ("F, a, b", "M, c")),
    }


def test_hostile_names_and_figures_are_harmless() -> None:
    rows = group_rows(
        {
            "harmful_in.\x1b[31mred": "1/2",
            "harmful_in.b": "3/2",
            "harmful_in.c": "x",
            "harmful_in.d": True,
            "harmful_in.e": "1/4",
            "premium.x": float("inf"),
            "premium.y": float("nan"),
        }
    )
    (row,) = rows
    assert [figure.name for figure in row.figures] == ["e", "\N{REPLACEMENT CHARACTER}[31mred"]


def test_many_groups_have_no_intervals() -> None:
    many = {f"harmful_in.source-{number}": f"{number}/100" for number in range(MOST_WITH_INTERVALS + 1)}
    (row,) = group_rows(many)
    assert all(figure.interval is None for figure in row.figures)


def test_numbers_beyond_all_measure_are_left_out() -> None:
    assert group_rows({"premium.a": 10**400, "premium.b": 1e300, "premium.c": 1.0}) == ()


def test_what_has_no_fact_has_a_row_all_the_same() -> None:
    (row,) = group_rows({"values.distance.en~zh": 0.12, "values.distance.en~sw": 0.4, "values.distance_withheld": "x"})
    assert row.fact is None
    assert [figure.name for figure in row.figures] == ["en~zh", "en~sw"]


def test_every_fact_that_is_named_here_is_in_the_vocabulary() -> None:
    named = {*WITHHELD_FACTS.values(), *(row.fact for row in ROWS if row.fact)}
    assert named <= load_library().vocabulary.types.keys()
