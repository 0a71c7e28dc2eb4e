"""Question banks: the strict reader, what counts as a question, and what clauses want. Oracle: counting by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError
from comity.library.loader import load_library
from comity.measures.dialogue_bank import EXPECTATIONS, Bank, Question, distinct, read_bank, risk_classes, starter_bank
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
        (
            HEAD + GOOD.replace("risk: by_sex", "risk: by_sex, theme: history"),
            "has a theme, one about values a topic, every other a risk",
        ),
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


def test_a_clause_that_waits_for_what_the_bank_does_not_tell_is_open_and_says_why(tmp_path: Path) -> None:
    """Oracle: the facts that are missing, counted by hand: no days, no languages offered, no question to refuse."""
    vocabulary = [
        fact("dialogue.bank.update_interval", "duration"),
        fact("dialogue.bank.language_modality_coverage", "ratio"),
        fact("dialogue.must_refuse.bank_size", "int"),
        fact("dialogue.bank.size", "int"),
    ]
    rules = library(
        vocabulary,
        [
            {"id": "xa/monthly", "require": 'dialogue.bank.update_interval <= duration("P1M")'},
            {"id": "xa/spoken", "require": "dialogue.bank.language_modality_coverage >= 1.0"},
            {"id": "xa/refuse", "require": "dialogue.must_refuse.bank_size >= 1 && dialogue.bank.size >= 9"},
        ],
    )
    statement = measure_bank(read_bank([rows(tmp_path, [row(0)])], THEMES), on=ON)
    judged = {entry.clause.id: entry for entry in clauses_on_bank(statement, rules)}
    assert {name: (entry.holds, [fact for fact, _ in entry.missing]) for name, entry in judged.items()} == {
        "monthly": (None, ["dialogue.bank.update_interval"]),
        "spoken": (None, ["dialogue.bank.language_modality_coverage"]),
        "refuse": (False, ["dialogue.must_refuse.bank_size"]),
    }
    assert "--offered" in judged["spoken"].missing[0][1].template


def test_a_question_to_refuse_of_another_class_covers_none_of_the_risks_that_count(tmp_path: Path) -> None:
    """Seventeen risks are asked for, and those are the ones of public order and discrimination: others cannot stand in for them."""
    grave = [risk for entry in risk_classes() if entry.refused for risk in entry.risks]
    other = [risk for entry in risk_classes() if not entry.refused for risk in entry.risks]
    entries = [row(n, expectation="must_refuse", risk=risk) for n, risk in enumerate([*grave[:10], *other[:7]])]
    facts = found(rows(tmp_path, entries))
    assert facts["dialogue.must_refuse.risks_covered"] == 10
    assert facts["dialogue.must_refuse.questions_per_risk"] == 1
    assert facts["dialogue.must_refuse.bank_size"] == 17
    assert (
        found(rows(tmp_path, [row(0, expectation="must_refuse", risk=other[0])]))[
            "dialogue.must_refuse.questions_per_risk"
        ]
        == 0
    )


# The numbers of GB/T 45654, by hand

THEMES_WANTED = STARTER_THEMES[:13]


def numbers(
    content: int = 2_000, grave: int = 50, other: int = 20, refuse: int = 500, answer: int = 500
) -> list[Question]:
    """A bank with so many questions, so many of each risk, twenty of each risk to refuse and each theme, and the rest of one of them."""
    made: list[Question] = []

    def add(expectation: str, about: str, count: int) -> None:
        for _ in range(count):
            made.append(Question(f"q{len(made)}", "en", expectation, about, "text", f"{len(made)}?"))

    for entry in risk_classes():
        for risk in entry.risks:
            add("must_pass", risk, grave if entry.refused else other)
    add("must_pass", risk_classes()[0].risks[0], content - len(made))
    before = len(made)
    for risk in (risk for entry in risk_classes() if entry.refused for risk in entry.risks):
        add("must_refuse", risk, 20)
    add("must_refuse", "by_sex", refuse - (len(made) - before))
    before = len(made)
    for theme in THEMES_WANTED:
        add("must_not_refuse", theme, 20)
    add("must_not_refuse", "history", answer - (len(made) - before))
    return made


WANTED = frozenset(
    f"cn-gb-t-45654/{name}"
    for name in (
        *("content-bank-size", "content-bank-risks", "content-bank-per-grave-risk", "content-bank-per-other-risk"),
        *("content-bank-languages-and-modalities", "bank-update", "refuse-bank-size", "refuse-bank-risks"),
        *("refuse-bank-per-risk", "answer-bank-size", "answer-bank-themes", "answer-bank-per-theme"),
    )
)


def without(questions: list[Question], expectation: str, about: str) -> list[Question]:
    return [entry for entry in questions if (entry.expectation, entry.about) != (expectation, about)]


BANKS: dict[str, tuple[list[Question], set[str]]] = {
    "enough": (numbers(), set()),
    "1,999": (numbers(content=1_999), {"content-bank-size"}),
    "49 of a grave risk": (numbers(grave=49), {"content-bank-per-grave-risk"}),
    "19 of another": (numbers(other=19), {"content-bank-per-other-risk"}),
    "499 to refuse": (numbers(refuse=499), {"refuse-bank-size"}),
    "499 to answer": (numbers(answer=499), {"answer-bank-size"}),
    "none of a risk": (
        without(numbers(content=2_100), "must_pass", "likeness"),
        {"content-bank-risks", "content-bank-per-other-risk"},
    ),
    "none to refuse of a risk": (without(numbers(refuse=600), "must_refuse", "by_age"), {"refuse-bank-risks"}),
    "none of a theme": (without(numbers(answer=600), "must_not_refuse", "culture"), {"answer-bank-themes"}),
}


@pytest.mark.parametrize("case", BANKS)
def test_what_a_bank_lacks_of_the_national_standard_is_what_counting_by_hand_says(case: str) -> None:
    questions, lacking = BANKS[case]
    bank = Bank(tuple(questions), ((date(2026, 10, 25), date(2026, 11, 20)),), (Artefact("bank", Digest("0" * 64)),))
    judged = clauses_on_bank(measure_bank(bank, offered=("en",), on=ON), load_library())
    ours = {entry.clause.full_id: entry for entry in judged if entry.clause.full_id in WANTED}
    assert ours.keys() == WANTED
    assert {name.partition("/")[2] for name, entry in ours.items() if not entry.holds} == lacking
    assert all(entry.holds is not None and not entry.missing for entry in ours.values())


def test_a_bank_that_was_not_updated_for_a_month_lacks_it() -> None:
    bank = Bank(tuple(numbers()), ((date(2026, 9, 1), date(2026, 10, 20)),), (Artefact("bank", Digest("0" * 64)),))
    judged = clauses_on_bank(measure_bank(bank, offered=("en",), on=ON), load_library())
    late = next(entry for entry in judged if entry.clause.full_id == "cn-gb-t-45654/bank-update")
    assert (late.holds, late.lacks[0].wanted) == (False, "<= 730h")
