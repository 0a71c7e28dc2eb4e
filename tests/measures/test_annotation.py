"""`measure_annotation`: groups are kept apart, reviews counted by hand, hostile tables end in one sentence."""

from __future__ import annotations

import gzip
import math
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("polars")

from comity.errors import InputError
from comity.measures.agreement import Level
from comity.measures.annotation import Annotation, measure_annotation
from tests.measures.test_agreement import HAYES_2007

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
    return facts_of(measure_annotation(path, on=ON))


def facts_of(found: Annotation) -> dict[str, tuple[object, int | None]]:
    return {fact.fact: (fact.value, fact.count) for fact in found.statement.predicate.facts}


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
        ("", "is empty"),
        ("item,annotator,label\n", "no rows"),
        ("item,annotator,lable\n1,a,x\n", 'no column "label"'),
        ("item,annotator,label\n1,a,x\n1,a,y\n", "twice"),
        ("\x00\x01\x02", "NUL"),
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
    with pytest.raises(InputError, match="not UTF-8"):
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


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.4765), ("ordinal", 0.7598), ("interval", 0.7574)])
def test_a_published_table_with_missing_labels(tmp_path: Path, level: Level, alpha: float) -> None:
    """Hayes and Krippendorff (2007), from the file to the fact."""
    lines = ["item,annotator,label"]
    for item, labels in enumerate(HAYES_2007.split()):
        lines += [f"{item},obs{number},{label}" for number, label in enumerate(labels) if label != "."]
    found = measure_annotation(table(tmp_path, "\n".join(lines) + "\n"), level=level, on=ON).statement.predicate
    (fact,) = found.facts
    assert (fact.fact, fact.count) == ("annotation.agreement", 40)
    assert fact.value == pytest.approx(alpha, abs=0.00005)
    assert fact.interval is not None
    assert isinstance(fact.value, float)
    assert fact.interval[0] < fact.value < fact.interval[1]
    assert (found.observations["labels_per_item_min"], found.observations["labels_per_item_max"]) == (3, 5)


def test_tasks_are_things_of_their_own(tmp_path: Path) -> None:
    """Two annotators agree on each task; that the tasks have different labels is no disagreement."""
    lines = ["item,annotator,label,task"]
    for item in range(6):
        for annotator in "ab":
            lines += [f"{item},{annotator},{'good' if item % 2 else 'bad'},function"]
            lines += [f"{item},{annotator},{'safe' if item % 3 else 'toxic'},safety"]
    found = measure_annotation(table(tmp_path, "\n".join(lines) + "\n"), on=ON)
    assert facts_of(found)["annotation.agreement"] == (1.0, 12)
    assert set(found.soft_labels.columns) >= {"item", "task", "group", "label", "share"}
    observations = found.statement.predicate.observations
    assert (observations["labels_for.function"], observations["labels_for.safety"]) == (12, 12)
    assert observations["annotators_for_both_tasks"] == 2


def test_roles_that_are_not_kept_apart_are_counted(tmp_path: Path) -> None:
    """In the table, `a` reviews what `a` labelled; one review of item 1 refuses the labels of c and d."""
    observations = measure_annotation(table(tmp_path), on=ON).statement.predicate.observations
    assert observations["reviewers"] == 2
    assert observations["reviews"] == 2
    assert observations["annotators_who_label_and_review"] == 1
    assert observations["reviews_of_own_labels"] == 1
    assert observations["labels_looked_at_by_another"] == 4 + 2
    assert observations["labels_refused_by_another"] == 2
    assert observations["annotators_for.safety"] == 4
    assert observations["annotators_for.function"] == 2
    assert observations["annotators_for_both_tasks"] == 2


def test_training_is_reported_by_the_table(tmp_path: Path) -> None:
    """Of five people one says no, one says nothing, one says both."""
    people = {"a": ("yes", "yes"), "b": ("yes", "yes"), "c": ("no", "no"), "d": ("yes", "no"), "e": ("", "")}
    lines = ["item,annotator,label,trained"]
    lines += [f"{item},{name},{item},{said[item]}" for name, said in people.items() for item in (0, 1)]
    found = measure_annotation(table(tmp_path, "\n".join(lines) + "\n"), on=ON).statement.predicate.facts
    trained = next(fact for fact in found if fact.fact == "annotation.staff.trained_share")
    assert (trained.value, trained.count, trained.basis) == (2 / 5, 5, "reported")


def test_who_is_represented(tmp_path: Path) -> None:
    lines = ["item,annotator,label,region"]
    lines += [f"{item},{name},x,north" for item in range(4) for name in ("a", "b", "c")]
    lines += [f"{item},d,y,south" for item in range(4)] + ["1,e,y,", "2,a2,x,north", "3,a2,x,south"]
    found = measure_annotation(table(tmp_path, "\n".join(lines) + "\n"), groups=("region",), on=ON)
    observations = found.statement.predicate.observations
    assert observations["region.groups"] == ["north", "south"]
    assert (observations["region.annotators.north"], observations["region.annotators.south"]) == (4, 2)
    assert (observations["region.labels.north"], observations["region.labels.south"]) == (13, 5)
    assert observations["region.not_stated"] == 1
    assert observations["region.annotators_in_several_groups"] == 1
    entropy = -(4 / 6 * math.log(4 / 6) + 2 / 6 * math.log(2 / 6))
    assert observations["region.effective_groups.annotators"] == pytest.approx(math.exp(entropy), abs=1e-6)
    assert observations["region.items_labelled_by_both.north.south"] == 4
    assert observations["region.alpha_within.north"] is None
    observed, expected = (4 + 4 + 5 + 5 / 2) / 18, 4 / 5
    assert observations["region.alpha_between.north.south"] == pytest.approx(1 - observed / expected, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("item,annotator,label,role\n1,a,x,reviewer\n", '"reviewer" is no value of the column "role"'),
        ("item,annotator,label,task\n1,a,x,Safety\n", '"Safety" is no value of the column "task"'),
        ("item,annotator,label,trained\n1,a,x,maybe\n", '"maybe" is no value of the column "trained"'),
        ("item,annotator,label,task\n1,a,x,safety\n1,a,y,safety\n", "twice"),
        ("item,annotator,label,role\n1,a,x,review\n", "no labels"),
    ],
)
def test_a_word_that_means_nothing_is_not_taken_for_another(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        measure_annotation(table(tmp_path, text))


def test_a_table_that_would_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.measures.annotation.MOST_CELLS", 5)
    with pytest.raises(InputError, match="more than 5"):
        measure_annotation(table(tmp_path, "item,annotator,label\n1,a,x\n2,a,y\n3,a,z\n"))
