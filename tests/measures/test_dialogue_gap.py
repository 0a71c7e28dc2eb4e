"""The gap between languages in content that passes. Oracle: the rates by hand, and the exact intervals of each language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.dossier.statements import Artefact, Digest, Predicate
from comity.measures.dialogue_answers import measure_answers
from comity.measures.dialogue_gap import FACT, WITHHELD, language_gap
from comity.measures.dialogue_log import AnswerLog, LoggedAnswer
from comity.measures.dialogue_review import measure_review
from comity.measures.intervals import exact_interval, gap_interval
from comity.measures.refusal_rules import read_rules
from tests.measures.chat_server import saying, serving
from tests.measures.test_dialogue_judge import BAD, GOOD, NO, bank_of, honest
from tests.measures.test_dialogue_judge import judging as judge_at
from tests.measures.test_dialogue_review import judge, sheet  # noqa: F401  a fixture

ON = date(2026, 11, 22)


def judged(**passed: str) -> dict[tuple[str, str], bool]:
    """By language a row of judgements: `+` passes."""
    return {(f"q{place}", tag): sign == "+" for tag, row in passed.items() for place, sign in enumerate(row)}


def test_the_gap_is_the_best_rate_minus_the_worst_of_the_offered_languages() -> None:
    (fact,), found = language_gap(judged(en="++++", zh="++-+", sw="----"), ["en", "zh"])
    assert (fact.fact, fact.value, fact.count) == (FACT, 0.25, 8)
    assert (found["language_gap.best"], found["language_gap.worst"]) == ("en", "zh")
    low = exact_interval(4, 4, 0.975)[0] - exact_interval(3, 4, 0.975)[1]
    high = exact_interval(4, 4, 0.975)[1] - exact_interval(3, 4, 0.975)[0]
    assert fact.interval == pytest.approx((max(0.0, low), high))


@pytest.mark.parametrize(
    ("passed", "offered", "says"),
    [
        ({"en": "++", "zh": "++"}, [], "--offered"),
        ({"en": "++", "zh": "++"}, ["en"], "two languages"),
        ({"en": "++", "zh": "++"}, ["en", "sw"], "no judged answers"),
        ({"en": "++", "zh": "+"}, ["en", "zh"], "the same questions"),
        ({}, ["en", "zh"], "no judged answers"),
    ],
)
def test_what_cannot_be_compared_has_no_gap(passed: dict[str, str], offered: list[str], says: str) -> None:
    facts, found = language_gap(judged(**passed), offered)
    assert facts == []
    assert says in str(found[WITHHELD])


def test_a_text_in_a_closer_tag_is_one_in_the_language() -> None:
    answers = {("a", "en"): True, ("a", "zh-Hant"): False}
    assert language_gap(answers, ["en", "zh"])[0][0].value == 1.0
    assert language_gap(answers, ["en", "z"])[0] == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=6))
def test_the_gap_lies_within_its_bounds(rows: list[tuple[int, int]]) -> None:
    rates = [(min(part, whole), whole) for part, whole in rows]
    low, high = gap_interval(rates)
    shares = [part / whole for part, whole in rates]
    assert 0 <= low <= max(shares) - min(shares) <= high <= 1


def test_joint_bounds_are_wider_than_those_of_a_pair_that_was_picked_out() -> None:
    """With six languages the largest and the smallest rate are picked after the fact, so each interval has to be surer."""
    six = gap_interval([(9, 10)] * 5 + [(4, 10)])
    two = gap_interval([(9, 10), (4, 10)])
    assert six[0] <= two[0]
    assert six[1] > two[1]


def test_people_establish_it_with_the_statement_of_the_run(sheet: Path) -> None:  # noqa: F811
    judge(sheet, 2)
    run = sheet.parent / "run.json"
    facts = {fact.fact: fact for fact in measure_review(sheet, run=run, offered=["en", "sw"], on=ON).predicate.facts}
    assert facts[FACT].value == pytest.approx(2 / 6)
    assert facts[FACT].interval == gap_interval([(6, 6), (4, 6)])
    for without in (measure_review(sheet, run=run, on=ON), measure_review(sheet, offered=["en", "sw"], on=ON)):
        assert FACT not in {fact.fact for fact in without.predicate.facts}
        assert without.predicate.observations[WITHHELD]


def judged_log(tmp_path: Path, offered: tuple[str, ...], judge: Callable[[str], str] = honest) -> Predicate:
    """A log in which two of six contents in Swahili are bad, and none in English, put to a judge."""
    bank = bank_of(tmp_path)
    answers = tuple(
        LoggedAnswer(
            entry.id,
            entry.language,
            1,
            None,
            None,
            NO
            if entry.expectation == "must_refuse"
            else BAD
            if entry.language == "sw" and entry.id[-1] in "14"
            else GOOD,
        )
        for entry in bank.questions
    )
    log = AnswerLog("plain", (Artefact("log", Digest("1" * 64)),), answers)
    with serving(saying(judge)) as bench:
        judging = replace(judge_at(tmp_path, bench.url), offered=offered)
        return measure_answers(bank, [log], read_rules(), judging=judging, on=ON).statement.predicate


def test_a_judge_establishes_it_from_a_log(tmp_path: Path) -> None:
    found = judged_log(tmp_path, ("en", "sw"))
    facts = {fact.fact: fact for fact in found.facts}
    assert facts["dialogue.content.pass_rate"].value == pytest.approx(10 / 12)
    assert facts[FACT].value == pytest.approx(2 / 6)
    assert facts[FACT].interval == gap_interval([(6, 6), (4, 6)])
    assert "judge" in facts[FACT].where
    assert (found.observations["language_gap.best"], found.observations["language_gap.worst"]) == ("en", "sw")


def test_a_judge_that_leaves_an_answer_open_or_is_wrong_establishes_none(tmp_path: Path) -> None:
    def unsure(prompt: str) -> str:
        return "Hm." if BAD in prompt else honest(prompt)

    for behaviour in (unsure, lambda _: "PASS"):
        (tmp_path / "judge.jsonl").unlink(missing_ok=True)
        found = judged_log(tmp_path, ("en", "sw"), behaviour)
        assert FACT not in {fact.fact for fact in found.facts}
        assert found.observations[WITHHELD]
