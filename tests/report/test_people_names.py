"""What `annotation` and `fairness` print: every figure under a name, rows of groups on one line, in both languages."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("polars")

from comity.measures.annotation import measure_annotation
from comity.measures.fairness import measure_fairness
from comity.report.measurement import measurement

ON = date(2026, 11, 22)
LABELS = """item,annotator,label,role,task,trained,language
1,a,x,label,safety,yes,en
1,b,y,label,safety,no,sw
2,a,x,label,function,yes,en
2,b,x,label,function,no,sw
1,c,x,review,safety,yes,en
"""


def printed(tmp_path: Path, language: str) -> str:
    labels, people = tmp_path / "labels.csv", tmp_path / "people.csv"
    labels.write_text(LABELS, encoding="utf-8")
    lines = [
        f"{selected},{truth},{sex},{age}" for selected in (0, 1) for truth in (0, 1) for sex in "fm" for age in "oy"
    ]
    people.write_text("prediction,truth,sex,age\n" + "\n".join(lines * 12), encoding="utf-8")
    annotation = measure_annotation(labels, groups=("language",), on=ON).statement
    fairness = measure_fairness(people, {"sex": "sex", "age": "age"}, on=ON).statement
    return "\n".join(measurement(statement, None, language, "text") for statement in (annotation, fairness))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_has_a_name(tmp_path: Path, language: str) -> None:
    findings = [line for line in printed(tmp_path, language).splitlines() if re.match(r"  \S+.*[:：]", line)]
    titles = [re.split("[:：]", line.strip())[0] for line in findings]
    assert len(titles) > 20
    assert [
        title for title in titles if re.search(r"[a-z]_[a-z]|\w\.\w", title) and "=" not in line_of(title, findings)
    ] == []
    if language == "zh":
        assert [title for title in titles if not re.search("[\u4e00-\u9fff]", title) and title != "language"] == []


def line_of(title: str, findings: list[str]) -> str:
    return next(line for line in findings if line.strip().startswith(title))


def test_groups_of_a_figure_stand_on_one_line(tmp_path: Path) -> None:
    text = printed(tmp_path, "en")
    assert "  language: annotators by group: en 1; sw 1\n" in text
    assert "  language: agreement between groups: en / sw " in text
    assert "  annotators by task: function 2; safety 2\n" in text
    assert "  labels that somebody else reviewed: 2\n" in text
    assert (
        "annotation.staff.trained_share = 0.6666666666666666\n      reported by the file about itself: column trained\n"
        in text
    )
