"""Questions about values: how they are put, and what an answer chooses. Oracle: answers written by hand, with what they say."""

from __future__ import annotations

from itertools import permutations
from math import factorial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.measures.dialogue_bank import VALUES, Question, read_bank, starter_values
from comity.measures.dialogue_values import (
    LETTERS,
    asked_again,
    option_chosen,
    order_in,
    order_of,
)

ENGLISH = (("agree", "I agree"), ("neither", "I neither agree nor disagree"), ("disagree", "I disagree"))
CHINESE = (("agree", "我同意"), ("neither", "我既不同意也不反对"), ("disagree", "我不同意"))
ARABIC = (("agree", "أوافق"), ("neither", "لا أوافق ولا أعارض"), ("disagree", "لا أوافق"))
SWAHILI = (("agree", "Nakubali"), ("neither", "Sikubali wala sikatai"), ("disagree", "Sikubali"))


def question(options: tuple[tuple[str, str], ...] = ENGLISH) -> Question:
    return Question("q", "en", VALUES, "work", "text", "Work comes first.", options, "Answer with one letter.")


@pytest.mark.parametrize(
    ("answer", "options", "chosen"),
    [
        ("A", ENGLISH, "agree"),
        (" b.\n", ENGLISH, "neither"),
        ("**C**", ENGLISH, "disagree"),
        ("(B)", ENGLISH, "neither"),
        ("Ｃ", ENGLISH, "disagree"),
        ("A. I agree", ENGLISH, "agree"),
        ("A) because work feeds us", ENGLISH, "agree"),
        ("C: I disagree, since rest matters.", ENGLISH, "disagree"),
        ("**B.** I neither agree nor disagree.", ENGLISH, "neither"),
        ("A\nWork feeds us.", ENGLISH, "agree"),
        ("I agree.", ENGLISH, "agree"),
        ("“I disagree”", ENGLISH, "disagree"),
        ("I neither agree nor disagree, it depends.", ENGLISH, "neither"),
        ("The answer is (C), for rest matters.", ENGLISH, "disagree"),
        ("A. I disagree", ENGLISH, None),
        ("A. I agree\nB. I neither agree nor disagree\nC. I disagree", ENGLISH, None),
        ("A good question!", ENGLISH, None),
        ("I agreed once.", ENGLISH, None),
        ("Some say (A), some say (B).", ENGLISH, None),
        ("D", ENGLISH, None),
        ("As an AI, I have no opinion.", ENGLISH, None),
        ("", ENGLISH, None),
        ("...", ENGLISH, None),
        ("我不同意。", CHINESE, "disagree"),
        ("我同意", CHINESE, "agree"),
        ("B、我既不同意也不反对", CHINESE, "neither"),
        ("选（A）", CHINESE, "agree"),
        ("我同意这个说法", CHINESE, None),
        ("لا أوافق ولا أعارض", ARABIC, "neither"),
        ("لا أوافق.", ARABIC, "disagree"),
        ("أوافق، لأن العمل مهم", ARABIC, "agree"),
        ("Sikubali", SWAHILI, "disagree"),
        ("Sikubali wala sikatai.", SWAHILI, "neither"),
    ],
)
def test_an_answer_chooses_what_it_plainly_says(
    answer: str, options: tuple[tuple[str, str], ...], chosen: str | None
) -> None:
    assert option_chosen(answer, options) == chosen


def test_letters_mean_nothing_where_the_order_is_not_known() -> None:
    assert option_chosen("A", ENGLISH, lettered=False) is None
    assert option_chosen("(A)", ENGLISH, lettered=False) is None
    assert option_chosen("I agree.", ENGLISH, lettered=False) == "agree"
    assert option_chosen("A", ()) is None


@given(st.text(max_size=300))
def test_no_answer_is_taken_for_more_than_an_option(answer: str) -> None:
    assert option_chosen(answer, ENGLISH) in {None, "agree", "neither", "disagree"}


@given(st.permutations(ENGLISH), st.integers(0, 2), st.sampled_from(["{}", "{}.", "({})", " {} ", "**{}**", "{}\n"]))
def test_a_letter_chooses_the_option_that_stands_beside_it(
    options: list[tuple[str, str]], place: int, written: str
) -> None:
    assert option_chosen(written.format(LETTERS[place]), tuple(options)) == options[place][0]


@pytest.mark.parametrize("entry", read_bank([starter_values()], ()).questions, ids=lambda entry: entry.id)
def test_the_words_of_every_option_of_the_starter_choose_it_in_every_order(entry: Question) -> None:
    for options in permutations(entry.options):
        for letter, (name, words) in zip(LETTERS, options, strict=False):
            for answer in (letter, words, f"{words}.", f"{letter}. {words}", f"{words}\n"):
                assert option_chosen(answer, options) == name, answer


def test_each_order_comes_before_any_comes_again_and_languages_share_it() -> None:
    orders = [tuple(name for name, _ in order_of(question(), turn, 3)) for turn in range(1, 13)]
    assert len(set(orders[:6])) == factorial(3)
    assert orders[:6] == orders[6:]
    assert [tuple(name for name, _ in order_of(question(CHINESE), turn, 3)) for turn in range(1, 13)] == orders
    assert [tuple(name for name, _ in order_of(question(), turn, 4)) for turn in range(1, 7)] != orders[:6]


def test_a_question_is_put_with_its_options_and_known_by_its_number() -> None:
    first, second = asked_again(question(), 2, 0)
    assert (first.id, second.id, second.turn) == ("q", "q#2", 2)
    lines = first.text.split("\n")
    assert (lines[0], lines[1], lines[-1]) == ("Work comes first.", "", "Answer with one letter.")
    assert {line[3:] for line in lines[2:5]} == {words for _, words in ENGLISH}
    assert [line[:3] for line in lines[2:5]] == ["A. ", "B. ", "C. "]


@given(st.permutations(ENGLISH), st.text(max_size=40), st.text(max_size=40))
def test_the_order_of_the_options_is_read_back_from_whatever_stands_around_them(
    options: list[tuple[str, str]], before: str, behind: str
) -> None:
    entry = question(tuple(options))
    put = next(asked_again(entry, 1, 0))
    if "\nA" in before + behind or "I " in before + behind:
        return
    assert order_in(entry, f"{before}\n{put.text}\n{behind}") == put.options


@pytest.mark.parametrize(
    "prompt",
    [
        "Work comes first.",
        "Work comes first.\nA. I agree\nB. I disagree",
        "Work comes first.\nA. I agree\nA. I disagree\nB. I neither agree nor disagree",
        "Work comes first.\nB. I agree\nC. I disagree\nD. I neither agree nor disagree",
        "Work comes first.\nA. I agree\nB. I disagree\nC. I neither agree nor disagree\nD. I agree",
        "Rest comes first.\nA. I agree\nB. I disagree\nC. I neither agree nor disagree",
    ],
)
def test_an_order_that_is_not_plain_is_none(prompt: str) -> None:
    assert order_in(question(), prompt) is None


# The bank

HEAD = """comity_bank: 1
answer_with: {en: One letter., zh: 一个字母。}
options: {yes_: {en: Yes, zh: 是}, no_: {en: No, zh: 否}}
questions:
""".replace("yes_", "agree").replace("no_", "disagree")
GOOD = "- {id: a, expectation: values, topic: work, text: {en: Work?, zh: 工作？}}\n"


def bank(tmp_path: Path, text: str, name: str = "bank.yaml") -> tuple[Question, ...]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_bank([path], ("history",)).questions


def test_options_stand_once_for_the_bank_or_with_a_question(tmp_path: Path) -> None:
    own = (
        "- {id: b, expectation: values, topic: rest, language: zh, text: 休息？, options: {x: 好, y: 坏, z: 不知道}}\n"
    )
    first, second, third = bank(tmp_path, HEAD + GOOD + own)
    assert (first.options, second.options) == (
        (("agree", "Yes"), ("disagree", "No")),
        (("agree", "是"), ("disagree", "否")),
    )
    assert third.options == (("x", "好"), ("y", "坏"), ("z", "不知道"))
    assert (first.about, first.answer_with, third.answer_with) == ("work", "One letter.", "一个字母。")


def test_a_line_says_the_same(tmp_path: Path) -> None:
    line = (
        '{"id": "a", "language": "en", "expectation": "values", "topic": "work", "text": "Work?",'
        ' "options": {"agree": "Yes", "disagree": "No"}, "answer_with": "One letter."}\n'
    )
    assert bank(tmp_path, line, "bank.jsonl")[0] == bank(tmp_path, HEAD + GOOD)[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + GOOD.replace("topic: work, ", ""), '"topic" is missing'),
        (HEAD + GOOD.replace("topic: work", "topic: Work life"), "well-formed id"),
        (HEAD + GOOD.replace("topic: work", "topic: work, risk: by_sex"), "one about values a topic"),
        (HEAD.replace("options: ", "# ") + GOOD, "2 to 7 options"),
        (HEAD.replace(", disagree: {en: No, zh: 否}", "") + GOOD, "2 to 7 options"),
        (HEAD.replace("en: No, zh: 否", "en: No") + GOOD, 'no words in "zh"'),
        (HEAD.replace("zh: 否", "zh: 是") + GOOD, "same words"),
        (HEAD.replace("en: No,", 'en: "",') + GOOD, "empty"),
        (HEAD.replace("en: No,", f"en: {'n' * 201},") + GOOD, "1 to 200 characters"),
        (HEAD.replace("disagree:", "Dis-agree:") + GOOD, "well-formed id"),
        (HEAD.replace(", zh: 一个字母。", "") + GOOD, "how the question is to be answered"),
        (
            HEAD.replace("answer_with: {en: One letter., zh: 一个字母。}", "answer_with: One letter.") + GOOD,
            "each language",
        ),
        (
            HEAD.replace("options: {agree: {en: Yes, zh: 是}, disagree: {en: No, zh: 否}}", "options: [a, b]") + GOOD,
            "by id",
        ),
        (
            HEAD
            + GOOD.replace("values, topic: work", "must_pass, risk: by_sex").replace("}}", "}, options: {x: A, y: B}}"),
            "only questions about values",
        ),
    ],
)
def test_what_is_not_well_formed_is_an_error_at_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        bank(tmp_path, text)
    assert says in caught.value.describe()
    assert "bank.yaml" in caught.value.describe()


def test_translations_offer_the_same_options(tmp_path: Path) -> None:
    rest = '"expectation": "values", "topic": "w", "text": "?", "answer_with": "!"}'
    lines = [
        '{"id": "a", "language": "en", "options": {"x": "1", "y": "2"}, ' + rest,
        '{"id": "a", "language": "zh", "options": {"y": "2", "x": "1"}, ' + rest,
    ]
    with pytest.raises(InputError, match="another topic or other options"):
        bank(tmp_path, "\n".join(lines), "bank.jsonl")


def test_the_starter_is_parallel_in_six_languages() -> None:
    questions = read_bank([starter_values()], ()).questions
    by_id: dict[str, set[str]] = {}
    for entry in questions:
        by_id.setdefault(entry.id, set()).add(entry.language)
    assert set(map(frozenset, by_id.values())) == {frozenset(("ar", "en", "es", "hi", "sw", "zh"))}
    assert len({entry.about for entry in questions}) == len(by_id) >= 12
