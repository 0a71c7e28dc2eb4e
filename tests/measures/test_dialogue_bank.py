"""Question banks: the strict reader, what counts as a question, and what clauses want. Oracle: counting by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.measures.dialogue_bank import EXPECTATIONS, Question, distinct, read_bank, risk_classes, starter_bank
from comity.measures.dialogue_bank_facts import clauses_on_bank, measure_bank
from tests.questions.imagined import fact, library

ON = date(2026, 11, 22)
THEMES = ("history", "religion")
STARTER_THEMES = (
    *("political_system", "belief", "national_image", "culture", "customs", "ethnic_groups", "geography", "history"),
    *("heroes", "sex", "age", "occupation", "health", "disability", "language", "religion"),
)
HEAD = "comity_bank: 1\nquestions:\n"
GOOD = "- {id: a, expectation: must_refuse, risk: by_sex, text: {en: One?, zh: 一？}}\n"


def bank_file(tmp_path: Path, text: str, name: str = "bank.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(tmp_path: Path, entries: list[dict[str, object]]) -> Path:
    return bank_file(tmp_path, "".join(f"{json.dumps(entry)}\n" for entry in entries), "bank.jsonl")


def row(number: int, **changes: object) -> dict[str, object]:
    entry = {
        "id": f"q{number}",
        "language": "en",
        "risk": "by_sex",
        "expectation": "must_pass",
        "text": f"No {number}?",
    }
    return {key: value for key, value in (entry | changes).items() if value is not None}


def found(path: Path, **options: object) -> dict[str, object]:
    statement = measure_bank(read_bank([path], THEMES), on=ON, **options)  # type: ignore[arg-type]
    return {entry.fact: entry.value for entry in statement.predicate.facts}


def test_a_question_can_stand_once_with_several_languages_or_once_a_line(tmp_path: Path) -> None:
    nested = read_bank([bank_file(tmp_path, HEAD + GOOD)], THEMES)
    lines = [
        row(0, id="a", expectation="must_refuse", text=text, language=tag)
        for tag, text in (("en", "One?"), ("zh", "一？"))
    ]
    assert read_bank([rows(tmp_path, lines)], THEMES).questions == nested.questions
    assert nested.questions[1] == Question("a", "zh", "must_refuse", "by_sex", "text", "一？")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("comity_bank: 2\nquestions: []\n", "form 2"),
        ("comity_bank: 1\nquestions: []\n", "no question"),
        (HEAD + GOOD + GOOD, "second text"),
        (HEAD + GOOD.replace("must_refuse", "must_refuze"), "must_refuse"),
        (HEAD + GOOD.replace("by_sex", "by_sexx"), "by_sex"),
        (HEAD + GOOD.replace("risk: by_sex", "theme: history"), '"risk" is missing'),
        (HEAD + GOOD.replace("must_refuse", "must_not_refuse"), '"theme" is missing'),
        (HEAD + GOOD.replace("must_refuse, risk: by_sex", "must_not_refuse, theme: weather"), "history"),
        (HEAD + GOOD.replace("risk: by_sex", "risk: by_sex, theme: history"), "a theme, every other a risk"),
        (HEAD + GOOD.replace("id: a", "id: a, note: b"), "note"),
        (HEAD + GOOD.replace("id: a", "id: a, language: en"), "language of its own"),
        (HEAD + GOOD.replace("{en: One?, zh: 一？}", "One?"), '"language" is missing'),
        (HEAD + GOOD.replace("en: One?", "English: One?"), "code of a language"),
        (HEAD + GOOD.replace("en: One?", 'en: " "'), "empty"),
        (HEAD + GOOD.replace("en: One?", 'en: "a\\0b"'), "no text"),
        (HEAD + GOOD.replace("en: One?", "en: [One?]"), "text is wanted"),
        (
            HEAD + GOOD + GOOD.replace("en: One?, zh: 一？", "es: uno").replace("by_sex", "by_age"),
            "another expectation",
        ),
    ],
)
def test_what_is_not_well_formed_is_an_error_at_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_bank([bank_file(tmp_path, text)], THEMES)
    assert says in caught.value.describe()
    assert "bank.yaml" in caught.value.describe()


@pytest.mark.parametrize(
    "line",
    ["[1]", "{", "\ud800".join(('{"id":"', '"}')), '{"id": "a"}', json.dumps(row(1, note="x")), "[" * 100_000, "\0"],
)
def test_a_line_that_is_no_question_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_bytes(json.dumps(row(0)).encode() + b"\n\n" + line.encode("utf-8", "surrogatepass") + b"\n")
    with pytest.raises(InputError, match=r"bank\.jsonl:3:1"):
        read_bank([path], THEMES)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.jsonl"):
        read_bank([bank_file(tmp_path, HEAD + GOOD, "bank.txt")], THEMES)


def test_translations_and_repeated_texts_do_not_make_a_bank_larger(tmp_path: Path) -> None:
    entries = [row(0), row(0, language="sw", text="Moja?"), row(1, text=" no  0? "), row(2)]
    assert found(rows(tmp_path, entries))["dialogue.bank.size"] == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), unique_by=lambda pair: pair[0]))
def test_as_many_questions_count_as_there_are_texts(pairs: list[tuple[int, int]]) -> None:
    questions = [Question(str(name), "en", "must_pass", "by_sex", "text", f"Q {text}") for name, text in pairs]
    assert len(distinct(questions)) == len({text for _, text in pairs})


def test_the_smallest_number_of_a_class_counts_risks_without_questions(tmp_path: Path) -> None:
    grave = [risk for entry in risk_classes() if entry.id in {"public_order", "discrimination"} for risk in entry.risks]
    other = [risk for entry in risk_classes() for risk in entry.risks if risk not in grave]
    assert (len(grave), len(other)) == (17, 14)
    entries = [row(index, risk=risk) for index, risk in enumerate([*grave, *grave, *other[:-1]])]
    facts = found(rows(tmp_path, entries))
    assert facts["dialogue.bank.questions_per_risk.public_order_and_discrimination"] == 2
    assert facts["dialogue.bank.questions_per_risk.other"] == 0
    assert facts["dialogue.risks_covered"] == 30


def test_a_bank_that_is_not_there_gets_no_facts(tmp_path: Path) -> None:
    facts = found(rows(tmp_path, [row(0)]))
    assert not [name for name in facts if "must_" in name]


def test_the_languages_offered_are_covered_by_tags_that_say_more(tmp_path: Path) -> None:
    entries = [row(0, language="zh-Hant"), row(1, language="swh")]
    path = rows(tmp_path, entries)
    assert found(path, offered=("zh", "sw"))["dialogue.bank.language_modality_coverage"] == 0.5
    assert found(path, offered=("zh",), modalities=("text", "image"))["dialogue.bank.language_modality_coverage"] == 0.5
    assert "dialogue.bank.language_modality_coverage" not in found(path)


@pytest.mark.parametrize(
    ("days", "hours"),
    [
        ("2026-10-01, 2026-11-01", 31),
        ("2026-11-20, 2026-10-25", 26),
        ("2026-11-22", None),
        ("2026-11-01, 2026-11-01", None),
    ],
)
def test_the_time_between_updates_runs_until_today(tmp_path: Path, days: str, hours: int | None) -> None:
    path = bank_file(tmp_path, HEAD.replace("questions", f"updates: [{days}]\nquestions") + GOOD)
    assert found(path).get("dialogue.bank.update_interval") == (None if hours is None else f"{hours * 24}h")


def test_an_update_to_come_is_refused(tmp_path: Path) -> None:
    path = bank_file(tmp_path, HEAD.replace("questions", "updates: [2026-11-23, 2026-11-01]\nquestions") + GOOD)
    with pytest.raises(InputError, match="2026-11-23"):
        found(path)


def test_what_lacks_is_read_from_the_formulas(tmp_path: Path) -> None:
    vocabulary = [
        fact("dialogue.bank.size", "int"),
        fact("dialogue.must_answer.aspects", "set", THEMES),
        fact("other.fact", "bool"),
    ]
    rules = library(
        vocabulary,
        [
            {"id": "xa/large", "require": "dialogue.bank.size >= 7 && other.fact"},
            {"id": "xa/small", "require": "dialogue.bank.size >= 2"},
            {"id": "xb/open", "require": "dialogue.bank.size >= 2 && other.fact"},
            {"id": "xb/themes", "require": 'sets.contains(dialogue.must_answer.aspects, ["history", "religion"])'},
            {"id": "xc/elsewhere", "require": "other.fact"},
        ],
    )
    theme = row(9, expectation="must_not_refuse", risk=None, theme="history")
    statement = measure_bank(read_bank([rows(tmp_path, [row(0), row(1), theme])], THEMES), on=ON)
    judged = {entry.clause.id: entry for entry in clauses_on_bank(statement, rules)}
    assert {name: entry.holds for name, entry in judged.items()} == {
        "large": False,
        "small": True,
        "open": None,
        "themes": False,
    }
    assert [(lack.fact, lack.found, lack.wanted) for lack in judged["large"].lacks] == [
        ("dialogue.bank.size", 2, ">= 7")
    ]
    assert judged["themes"].lacks[0].wanted == "+ religion"
    assert judged["open"].lacks == ()


def test_the_starter_is_parallel_in_six_languages_over_every_risk_and_theme() -> None:
    bank = read_bank([starter_bank()], STARTER_THEMES)
    languages = {"en", "zh", "es", "ar", "hi", "sw"}
    assert set(Counter(question.id for question in bank.questions).values()) == {len(languages)}
    assert {question.language for question in bank.questions} == languages
    risks = {risk for entry in risk_classes() for risk in entry.risks}
    assert {question.about for question in bank.of("must_pass")} == risks
    assert len(risks) == 31
    assert {question.about for question in bank.of("must_refuse")} < risks
    assert {question.about for question in bank.of("must_not_refuse")} == set(STARTER_THEMES)
    for expectation in EXPECTATIONS:
        questions = bank.of(expectation)
        assert len(distinct(questions)) * len(languages) == len(questions)
