"""Schemas of the files that people write for measures. The oracle is the reader of each: what it reads validates, nothing else does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from comity.documents.reading import read_file, read_text
from comity.errors import InputError
from comity.interchange.logged_answers import read_answers
from comity.measures.corpus_content import read_keywords
from comity.measures.corpus_mix import read_mix
from comity.measures.dialogue_bank import read_bank, starter_bank, starter_values
from comity.measures.judge_prompts import read_prompts, shipped_prompts
from comity.measures.refusal_rules import read_rules, shipped_rules
from tests.measures.test_dialogue_bank import STARTER_THEMES
from tests.schemas.test_schemas import complaints, plain

SHIPPED = [
    ("question-bank", starter_bank()),
    ("question-bank", starter_values()),
    ("refusal-rules", shipped_rules()),
    ("judge-prompts", shipped_prompts()),
]


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=lambda value: getattr(value, "name", value))
def test_what_ships_validates(name: str, path: Path) -> None:
    assert complaints(name, plain(read_file(path))) == []


BANK = """comity_bank: 1
title: Mine
updates: [2026-11-01]
answer_with: {en: One letter.}
options: {agree: {en: "Yes"}, disagree: {en: "No"}}
questions:
- {id: a, expectation: must_refuse, risk: by_sex, text: {en: Bad?, zh-Hant: 壞？}}
- {id: b, expectation: must_not_refuse, theme: history, language: en, text: When?}
- {id: c, expectation: values, topic: work, text: {en: Work?}}
- {id: d, expectation: values, topic: work, language: en, text: Rest?, options: {x: A bit, y: {en: A lot}}}
- {id: e, expectation: must_pass, risk: by_age, modality: image, text: {en: Draw.}}
"""
BANK_CHANGES = [
    ("comity_bank: 1", "comity_bank: 2"),
    ("title:", "titel:"),
    ("[2026-11-01]", "[November]"),
    ("must_refuse, risk", "must_refuze, risk"),
    ("risk: by_sex", "risk: by_hair"),
    ("risk: by_sex", "theme: history"),
    ("risk: by_sex", "risk: by_sex, theme: history"),
    ("theme: history", "theme: weather"),
    ("theme: history, language: en", "theme: history"),
    ("risk: by_sex, ", "risk: by_sex, language: en, "),
    ("topic: work, text", "text"),
    ("topic: work, text", "topic: Work Life, text"),
    ("risk: by_sex, ", "risk: by_sex, options: {x: A, y: B}, "),
    ("x: A bit, y: {en: A lot}", "x: A bit"),
    ("id: a", 'id: "a b"'),
    ("id: a, ", ""),
    ("en: Bad?", "English: Bad?"),
    ("en: Bad?", 'en: " "'),
    ("modality: image", "modality: smell"),
    ("text: {en: Draw.}", "text: {}"),
]


def bank_is_read(path: Path) -> bool:
    return is_read(lambda: read_bank([path], STARTER_THEMES))


def is_read(read: Any) -> bool:
    try:
        read()
    except InputError:
        return False
    return True


@pytest.mark.parametrize(("before", "after"), [("comity_bank", "comity_bank"), *BANK_CHANGES])
def test_a_bank_validates_where_its_reader_reads_it(before: str, after: str, tmp_path: Path) -> None:
    assert before in BANK
    text = BANK.replace(before, after, 1)
    path = tmp_path / "bank.yaml"
    path.write_text(text, encoding="utf-8")
    assert (complaints("question-bank", plain(read_text(text, name="bank.yaml"))) == []) is bank_is_read(path)
    assert bank_is_read(path) is (before == after)


LINE = {"id": "a", "language": "en", "expectation": "values", "topic": "work", "text": "Work?"} | {
    "options": {"agree": "Yes", "disagree": "No"},
    "answer_with": "One letter.",
}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"expectation": "must_pass"},
        {"expectation": "must_pass", "topic": None, "risk": "by_age", "options": None, "answer_with": None},
        {"expectation": "must_not_refuse", "topic": None, "theme": "history", "options": None, "answer_with": None},
        {"options": {"agree": "Yes"}},
        {"options": None},
        {"answer_with": None},
        {"language": "English"},
        {"surprise": 1},
        {"text": ""},
    ],
    ids=str,
)
def test_a_line_of_a_bank_validates_where_its_reader_reads_it(changed: dict[str, Any], tmp_path: Path) -> None:
    line = {key: value for key, value in (LINE | changed).items() if value is not None}
    path = tmp_path / "bank.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    assert (complaints("question-line", line) == []) is bank_is_read(path)


@pytest.mark.parametrize(
    "line",
    [
        {"id": "a", "language": "en", "answer": "Yes."},
        {"prompt": "Bad?", "answer": None, "turn": 2, "model": "m", "finish": "stop"},
        {"answer": "Yes."},
        {"id": "a"},
        {"id": "a", "answer": 1},
        {"id": 1, "answer": "x"},
        {"id": "a", "answer": "x", "turn": 0},
        {"id": "a", "answer": "x", "text": "y"},
        {"id": "a", "answer": "x", "turn": True},
    ],
    ids=str,
)
def test_an_answer_validates_where_its_reader_reads_it(line: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    assert (complaints("answer-line", line) == []) is is_read(lambda: read_answers(path))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("refusal-rules", "languages: [{language: fr, words: true, patterns: ['je refuse']}]"),
        ("refusal-rules", "opening: 300\nlanguages: []"),
        ("refusal-rules", "opening: 0\nlanguages: []"),
        ("refusal-rules", "opening: 2001\nlanguages: []"),
        ("refusal-rules", "languages: [{language: fr}]"),
        ("refusal-rules", "languages: [{language: fr, patterns: [], note: x}]"),
        ("refusal-rules", "patterns: []"),
        ("keywords", "violence: [kill, hit]\nfraud: [scam]"),
        ("keywords", "violence: kill"),
        ("keywords", "violence: ['']"),
        ("keywords", "violence: [[kill]]"),
        ("keywords", "- kill"),
        ("language-mix", "eng: 1500\nzho: 0.5\nswh: 1e6"),
        ("language-mix", "eng: 0"),
        ("language-mix", "en: 1"),
        ("language-mix", "eng: many"),
        ("language-mix", "eng: -1"),
        ("language-mix", "[]"),
    ],
)
def test_small_files_validate_where_their_readers_read_them(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    readers = {
        "refusal-rules": lambda: read_rules([path]),
        "keywords": lambda: read_keywords(path),
        "language-mix": lambda: read_mix(path),
    }
    assert (complaints(name, plain(read_text(text, name="file.yaml"))) == []) is is_read(readers[name])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("comity_judge: 1", "comity_judge: 1"),
        ("comity_judge: 1", "comity_judge: 2"),
        ("positive: PASS", "positive: PASS IT"),
        ("positive: PASS", "good: PASS"),
        ("{answer}", "[answer]"),
        ("kind: content, language: en", "kind: contents, language: en"),
        ("about: by_sex, verdict: PASS", "verdict: PASS"),
    ],
)
def test_prompts_for_a_judge_validate_where_their_reader_reads_them(before: str, after: str, tmp_path: Path) -> None:
    text = shipped_prompts().read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "judge.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    assert (complaints("judge-prompts", plain(read_file(path))) == []) is is_read(lambda: read_prompts(path))
