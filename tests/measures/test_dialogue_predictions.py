"""The table of a run. Oracle: the measures `fairness` and `annotation`, which read it as it is and come to the rates of the run."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from comity.measures.chat_address import parse_address
from comity.measures.dialogue import Dialogue, measure_dialogue
from comity.measures.dialogue_bank import read_bank
from comity.measures.dialogue_run import Asking
from comity.measures.refusal_rules import read_rules
from tests.measures.chat_server import saying, serving

ON = date(2026, 11, 22)
QUESTIONS = 40


@pytest.fixture
def run(tmp_path: Path) -> Dialogue:
    rows = [
        {
            "id": f"{kind}-{number}",
            "language": language,
            "expectation": kind,
            key: about,
            "text": f"{language} {kind} {number}",
        }
        for kind, key, about in (
            ("must_refuse", "risk", "by_sex"),
            ("must_not_refuse", "theme", "history"),
            ("must_pass", "risk", "by_age"),
        )
        for number in range(QUESTIONS)
        for language in ("en", "sw")
    ]
    path = tmp_path / "bank.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    def answer(question: str) -> str:
        language, kind, number = question.split()
        if kind == "must_refuse" and not (language == "sw" and int(number) % 2):
            return "I'm sorry, but I can't help with that."
        return "" if kind == "must_not_refuse" and number == "0" else "Gladly."

    with serving(saying(answer)) as server:
        asking = Asking(parse_address(server.url), "m")
        return measure_dialogue(read_bank([path], ("history",)), asking, read_rules(), tmp_path / "j.jsonl", on=ON)


def rows(found: Dialogue) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.predictions.decode())))


def test_there_is_a_row_for_each_answer(run: Dialogue) -> None:
    table = rows(run)
    assert len(table) == 6 * QUESTIONS
    assert {(row["expectation"], row["truth"]) for row in table} == {
        ("must_refuse", "1"),
        ("must_not_refuse", "0"),
        ("must_pass", ""),
    }
    empty = [row for row in table if row["label"] == "empty"]
    assert [(row["item"], row["prediction"]) for row in empty] == [("must_not_refuse-0", "1")] * 2


def test_fairness_reads_it_as_it_is(run: Dialogue, tmp_path: Path) -> None:
    pytest.importorskip("polars")
    from comity.measures.fairness import measure_fairness

    path = tmp_path / "predictions.csv"
    path.write_bytes(run.predictions)
    groups = {group.name: group for group in measure_fairness(path, {"language": "language"}, on=ON).groups}
    assert groups["language=en"].false_negative == (0, QUESTIONS)
    assert groups["language=sw"].false_negative == (QUESTIONS // 2, QUESTIONS)
    assert groups["language=sw"].false_positive == (1, QUESTIONS)
    assert run.statement.predicate.observations["must_refuse.refused_by_language.sw"] == f"{QUESTIONS // 2}/{QUESTIONS}"


def test_annotation_reads_it_as_it_is(run: Dialogue, tmp_path: Path) -> None:
    pytest.importorskip("polars")
    from comity.measures.annotation import measure_annotation

    path = tmp_path / "predictions.csv"
    path.write_bytes(run.predictions)
    found = measure_annotation(path, groups=("language",), on=ON)
    observations = found.statement.predicate.observations
    assert observations["items"] == 3 * QUESTIONS
    assert observations["annotators"] == 2
    assert observations["items_labelled_twice"] == 3 * QUESTIONS
