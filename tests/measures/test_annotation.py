"""`measure_annotation`: groups are kept apart, reviews counted by hand, hostile tables end in one sentence."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("polars")

from comity.errors import InputError
from comity.measures.annotation import measure_annotation

ON = date(2026, 11, 22)
TABLE = """item,annotator,label,role,task,language
1,a,toxic,label,safety,en
1,b,toxic,label,safety,en
1,c,fine,label,safety,sw
1,d,fine,label,safety,sw
1,r,toxic,review,safety,en
2,a,fine,label,safety,en
2,b,fine,label,safety,en
2,c,fine,label,safety,sw
2,a,fine,review,safety,en
3,a,fine,label,function,en
3,c,toxic,label,function,sw
"""


def table(tmp_path: Path, text: str = TABLE, name: str = "labels.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def facts(path: Path) -> dict[str, tuple[object, int | None]]:
    found = measure_annotation(path, on=ON).statement.predicate.facts
    return {fact.fact: (fact.value, fact.count) for fact in found}


def test_reviews_by_another_person_with_the_same_label_approve(tmp_path: Path) -> None:
    """Of seven safety labels: two `toxic` of item 1 by r; of item 2 those of b and c by a, but not a's own."""
    assert facts(table(tmp_path))["annotation.review_share"] == (4 / 7, 7)


def test_agreement_is_counted_over_items_labelled_twice(tmp_path: Path) -> None:
    value, count = facts(table(tmp_path))["annotation.agreement"]
    assert count == 3
    labels = [("t", "t", "f", "f"), ("f", "f", "f"), ("f", "t")]
    every = [label for item in labels for label in item]
    observed = sum(
        sum(a != b for i, a in enumerate(item) for j, b in enumerate(item) if i != j) / (len(item) - 1)
        for item in labels
    ) / len(every)
    toxic = every.count("t")
    expected = 2 * toxic * (len(every) - toxic) / (len(every) * (len(every) - 1))
    assert value == pytest.approx(1 - observed / expected, abs=1e-6)


def test_groups_that_disagree_stay_visible(tmp_path: Path) -> None:
    found = measure_annotation(table(tmp_path), groups=("language",), on=ON)
    assert found.disputed.select("item", "group", "label", "group_other", "label_other").rows() == [
        ("1", "en", "toxic", "sw", "fine")
    ]
    shares = {
        (row["item"], row["group"], row["label"]): row["share"] for row in found.soft_labels.iter_rows(named=True)
    }
    assert shares["1", "en", "toxic"] == 1.0
    assert shares["1", "sw", "fine"] == 1.0
    observations = found.statement.predicate.observations
    assert observations["language.groups"] == ["en", "sw"]
    assert observations["language.alpha_between.en.sw"] is not None


def test_without_reviews_nothing_is_said_of_them(tmp_path: Path) -> None:
    path = table(tmp_path, "item,annotator,label\n1,a,x\n1,b,y\n2,a,x\n2,b,x\n")
    assert set(facts(path)) == {"annotation.agreement"}


def test_all_alike_gives_no_coefficient(tmp_path: Path) -> None:
    assert facts(table(tmp_path, "item,annotator,label\n1,a,x\n1,b,x\n")) == {}


def test_the_same_file_gives_the_same_statement(tmp_path: Path) -> None:
    path = table(tmp_path)
    assert measure_annotation(path, seed=5, on=ON).statement == measure_annotation(path, seed=5, on=ON).statement


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "cannot be read"),
        ("item,annotator,label\n", "no rows"),
        ("item,annotator,lable\n1,a,x\n", 'no column "label"'),
        ("item,annotator,label\n1,a,x\n1,a,y\n", "twice"),
        ("\x00\x01\x02", "no column"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as error:
        measure_annotation(table(tmp_path, text))
    assert "labels.csv" in str(error.value)


def test_words_have_no_order(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="labels that are numbers"):
        measure_annotation(table(tmp_path), level="ordinal")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    path.write_bytes(gzip.compress(b"item"))
    with pytest.raises(InputError, match="cannot be read"):
        measure_annotation(path)
    with pytest.raises(InputError, match="one of these forms"):
        measure_annotation(tmp_path / "labels.xlsx")
    with pytest.raises(InputError, match="no such file"):
        measure_annotation(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(b'{"item": "1", "annotator": \xff')
    with pytest.raises(InputError, match="cannot be read"):
        measure_annotation(broken)


def test_other_forms_are_read_alike(tmp_path: Path) -> None:
    import polars as pl

    csv = table(tmp_path)
    frame = pl.read_csv(csv, infer_schema=False)
    frame.write_parquet(tmp_path / "labels.parquet")
    frame.write_ndjson(tmp_path / "labels.jsonl")
    frame.write_csv(tmp_path / "labels.tsv", separator="\t")
    for name in ("labels.parquet", "labels.jsonl", "labels.tsv"):
        assert facts(tmp_path / name) == facts(csv)
