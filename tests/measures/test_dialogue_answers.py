"""Answers read back from logs are judged as those of a run.

Oracles: a run of our own against the server that the logged tools asked; `read_eval_log` of inspect-ai 0.3.285, whose reading stands beside
the logs; the answers, which the server gave by the question alone (`answer_logs.answers`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError
from comity.interchange.logged_answers import read_answers
from comity.measures.chat_address import parse_address
from comity.measures.dialogue import Dialogue, measure_dialogue
from comity.measures.dialogue_answers import measure_answers
from comity.measures.dialogue_bank import Bank, Question, read_bank
from comity.measures.dialogue_log import AnswerLog, LoggedAnswer
from comity.measures.dialogue_prompts import prompts_of
from comity.measures.dialogue_run import Asking
from comity.measures.refusal_rules import read_rules
from tests.measures.answer_logs.answers import answer_to
from tests.measures.chat_server import saying, serving

LOGS = Path(__file__).parent / "answer_logs"
SAMPLES = "samples_comity_bank_2026-11-22T17-51-22.781284.jsonl"
RESULTS = "results_2026-11-22T17-51-22.781284.json"
WHOLE = ("promptfoo.json", SAMPLES)
BANK = read_bank([LOGS / "bank.yaml"], ("political_system",))
RULES = read_rules()
ON = date(2026, 11, 22)
NO, YES = "I cannot help with that.", "Gladly."


def measured(*names: str, bank: Bank = BANK, **options: Any) -> Dialogue:
    return measure_answers(bank, [read_answers(LOGS / name) for name in names], RULES, on=ON, **options)


def facts(found: Dialogue) -> dict[str, Any]:
    return {fact.fact: (fact.value, fact.count, fact.interval) for fact in found.statement.predicate.facts}


def run_of_our_own(tmp_path: Path, bank: Bank = BANK, turns: int = 2) -> Dialogue:
    with serving(saying(answer_to)) as server:
        asking = Asking(parse_address(server.url), "chat", seconds=5.0, at_a_time=4)
        return measure_dialogue(bank, asking, RULES, tmp_path / "journal.jsonl", turns=turns, on=ON)


# Logs that tools wrote


@pytest.mark.parametrize("name", WHOLE)
def test_a_log_gives_the_facts_and_findings_of_a_run(name: str, tmp_path: Path) -> None:
    ours, theirs = run_of_our_own(tmp_path), measured(name)
    assert facts(theirs) == facts(ours)
    assert len(facts(theirs)) == 4
    own, other = ours.statement.predicate.observations, theirs.statement.predicate.observations
    assert {key: other[key] for key in own if key not in {"model", "answered_by"}} == {
        key: value for key, value in own.items() if key not in {"model", "answered_by"}
    }
    assert other["answers_sha256"] == ours.statement.subject[0].digest.sha256
    assert other["log.answers"] == other["log.answers_that_count"] == 12
    assert theirs.without_answer == 0


def test_of_several_epochs_the_first_counts_and_all_of_questions_about_values(tmp_path: Path) -> None:
    found = measured("inspect.eval")
    assert facts(found) == facts(run_of_our_own(tmp_path))
    seen = found.statement.predicate.observations
    assert (seen["log.answers"], seen["log.answers_that_count"], seen["log.further_answers"]) == (24, 16, 8)
    assert (seen["values.times_asked"], seen["values.chosen_by_language.zh"]) == (4, "4/4")
    assert (seen["model"], seen["answered_by"]) == ("openai-api/fake/chat", ["imagined-1"])


def test_what_a_log_does_not_answer_leaves_its_bank_without_a_rate() -> None:
    found = measured("inspect.json")
    assert set(facts(found)) == {"dialogue.must_refuse.refusal_rate", "dialogue.must_refuse.sample_size"}
    seen = found.statement.predicate.observations
    assert found.without_answer == seen["no_answer.not_in_the_log"] == 5
    assert "the log holds no answer" in str(seen["must_not_refuse.refusal_rate_withheld"])
    assert "the log holds no answer" in str(seen["values.distance_withheld"])


def test_a_log_in_parts_is_whole() -> None:
    parts = [read_answers(LOGS / "promptfoo.json")]
    first, second = parts[0].answers[:5], parts[0].answers[5:]
    split = [AnswerLog("promptfoo", parts[0].artefacts, answers) for answers in (first, second)]
    assert facts(measure_answers(BANK, split, RULES, on=ON)) == facts(measured("promptfoo.json"))


@pytest.mark.parametrize("name", ["inspect.eval", "inspect.json"])
def test_inspects_own_reading_is_ours(name: str) -> None:
    theirs = json.loads((LOGS / "read_eval_log.json").read_text(encoding="utf-8"))[name.partition(".")[2]]
    ours = [[answer.id, answer.turn, answer.prompt, answer.text] for answer in read_answers(LOGS / name).answers]
    assert sorted(ours) == sorted(theirs)
    assert all(text == answer_to(str(prompt)) for _, _, prompt, text in ours)


def test_inspects_own_reading_is_ours_still() -> None:
    """Where inspect-ai is installed, the version that is there is asked as well."""
    inspect_log = pytest.importorskip("inspect_ai.log")
    theirs = inspect_log.read_eval_log(str(LOGS / "inspect.eval")).samples
    ours = [(answer.id, answer.turn, answer.text) for answer in read_answers(LOGS / "inspect.eval").answers]
    assert sorted(ours) == sorted((sample.id, sample.epoch, sample.output.completion) for sample in theirs)


def test_the_subject_is_the_log_and_what_says_whose_answers_they_are() -> None:
    statement = measured(SAMPLES).statement
    assert [artefact.name for artefact in statement.subject] == [
        SAMPLES,
        RESULTS,
        "bank.yaml",
    ]
    assert statement.predicate.observations["model"] == "chat"
    assert ("lm_eval", "0.4.13") in {(tool.name, tool.version) for tool in statement.predicate.tools}
    assert statement.subject[0].digest.sha256 == hashlib.sha256((LOGS / SAMPLES).read_bytes()).hexdigest()


def test_prompts_for_another_tool_are_what_a_run_asks(tmp_path: Path) -> None:
    lines = [msgspec.json.decode(line) for line in prompts_of(BANK, turns=2).splitlines()]
    with serving(saying(answer_to)) as server:
        asking = Asking(parse_address(server.url), "chat", seconds=5.0)
        measure_dialogue(BANK, asking, RULES, tmp_path / "j.jsonl", turns=2, on=ON)
        assert sorted(server.questions) == sorted(line["input"] for line in lines)
    assert {line["id"] for line in lines} == {answer.id for answer in read_answers(LOGS / "inspect.eval").answers}


# Which question an answer belongs to

SMALL = ("a", "en", "must_refuse", "by_sex", "text", "Bad?"), ("a", "zh", "must_refuse", "by_sex", "text", "坏？")


def bank_with(*questions: Question) -> Bank:
    return Bank(questions or tuple(Question(*entry) for entry in SMALL), (), (Artefact("bank", Digest("0" * 64)),))


def log_of(*answers: LoggedAnswer) -> AnswerLog:
    return AnswerLog("plain", (Artefact("log", Digest("1" * 64)),), answers)


def said(
    name: str | None, language: str | None, prompt: str | None = None, text: str | None = NO, **more: Any
) -> LoggedAnswer:
    return LoggedAnswer(name, language, more.pop("turn", 0), prompt, None, text, **more)


def judged(answers: Iterable[LoggedAnswer], bank: Bank | None = None, **options: Any) -> dict[str, Any]:
    found = measure_answers(bank or bank_with(), [log_of(*answers)], RULES, on=ON, **options)
    return found.statement.predicate.observations | {"facts": facts(found)}


@pytest.mark.parametrize(
    "answer",
    [
        said("a", "zh"),
        said("a/zh", None),
        said("a/zh/1", None),
        said("a/zh", "zh"),
        said(None, None, "坏？"),
        said(None, None, " 坏？\n"),
        said("17", None, "坏？"),
        said("a", None, "坏？"),
        said("a", "zh", "Answer honestly. 坏？ Thank you."),
    ],
)
def test_an_answer_belongs_to_a_question_by_its_id_or_its_text(answer: LoggedAnswer) -> None:
    found = judged([answer])
    assert (found["must_refuse.refused_by_language.zh"], found["must_refuse.refused_by_language.en"]) == ("1/1", "0/0")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said("b", "zh"), "no_question"),
        (said("a", "fr"), "language_not_said"),
        (said("a", None), "language_not_said"),
        (said("a", "zh", "坏吗？"), "another_text"),
        (said("a/zh/x", None), "no_question"),
        (said("a/en", "zh"), "language_not_said"),
        (said(None, None, "Answer honestly. 坏？"), "no_question"),
        (said(None, None), "no_question"),
    ],
)
def test_what_is_not_plain_is_counted_and_never_guessed(answer: LoggedAnswer, reason: str) -> None:
    found = judged([said("a", "en"), answer])
    assert found[f"log.left_out.{reason}"] == 1
    assert found["must_refuse.refused_by_language.zh"] == "0/0"
    assert found["no_answer.not_in_the_log"] == 1
    assert found["facts"] == {}


def test_a_text_of_two_questions_belongs_to_neither_without_an_id() -> None:
    twice = (Question(*SMALL[0]), Question("b", *SMALL[0][1:]))
    found = judged([said("a", "en"), said("x", None, "Bad?"), said("b", None, "Bad?")], bank_with(*twice))
    assert found["log.left_out.several_questions"] == 1
    assert found["must_refuse.refused_by_language.en"] == "2/2"


def test_a_log_without_any_answer_to_the_bank_is_an_error() -> None:
    with pytest.raises(InputError, match="none of the 1 answers"):
        judged([said("b", "en")])
    with pytest.raises(InputError, match="none of the 1 answers"):
        judged([said("a", "en", text=None)])


# Several answers, none, and several models


def test_the_first_answer_counts_whatever_the_order_of_the_log() -> None:
    answers = [said("a", "en", text=YES, turn=2), said("a", "en", text=NO, turn=1), said("a", "zh", text=NO, turn=5)]
    found = judged(answers)
    assert found["facts"]["dialogue.must_refuse.refusal_rate"][:2] == (1.0, 2)
    assert (found["log.further_answers"], found["log.answers"]) == (1, 3)
    assert judged(reversed(answers))["facts"] == found["facts"]


def test_two_answers_at_the_same_time_are_an_error() -> None:
    for pair in ((said("a", "en", turn=1), said("a", "en", turn=1)), (said("a/en/2", None), said("a/en/2", None))):
        with pytest.raises(InputError, match="the same time"):
            judged(pair)


def test_an_entry_without_an_answer_is_counted_by_its_reason_and_bars_the_rate() -> None:
    found = judged([said("a", "en"), said("a", "zh", text=None, reason="error")])
    assert (found["no_answer.error"], found["facts"]) == (1, {})


def test_an_empty_answer_counts_against_the_model() -> None:
    found = judged([said("a", "en", text=""), said("a", "zh", text=" \n")])
    assert found["facts"]["dialogue.must_refuse.refusal_rate"][0] == 0.0
    assert found["answers_empty"] == 2


def test_what_the_log_marks_as_a_refusal_is_one() -> None:
    found = judged([said("a", "en", text="…", refusal=True), said("a", "zh", text="", refusal=True)])
    assert found["facts"]["dialogue.must_refuse.refusal_rate"][0] == 1.0


def test_several_models_are_not_mixed() -> None:
    answers = [said("a", tag, text=text, model=name) for tag in ("en", "zh") for name, text in (("x", NO), ("y", YES))]
    with pytest.raises(InputError, match="several models: x, y"):
        judged(answers)
    assert judged(answers, model="x")["facts"]["dialogue.must_refuse.refusal_rate"][0] == 1.0
    assert judged(answers, model="y")["facts"]["dialogue.must_refuse.refusal_rate"][0] == 0.0
    with pytest.raises(InputError, match="no answers of z"):
        judged(answers, model="z")


def test_a_sample_is_that_of_a_run_and_has_to_be_answered_whole(tmp_path: Path) -> None:
    for seed in range(4):
        with serving(saying(answer_to)) as server:
            asking = Asking(parse_address(server.url), "chat", seconds=5.0, seed=seed)
            ours = measure_dialogue(BANK, asking, RULES, tmp_path / f"{seed}.jsonl", sample=1, on=ON)
        assert facts(measured("promptfoo.json", sample=1, seed=seed)) == facts(ours)


def test_a_sheet_for_people_holds_the_answers_of_the_log() -> None:
    sheet = measured("promptfoo.json", with_sheet=True).sheet
    assert sheet is not None
    assert sorted(row[4] for row in sheet.rows) == sorted(answer_to(question.text) for question in BANK.of("must_pass"))


# Questions about values in logs

VALUES = Question("v", "en", "values", "work", "text", "Work first.", (("yes", "Yes"), ("no", "No")), "One letter.")


@pytest.mark.parametrize(
    ("prompt", "answer", "chosen"),
    [
        ("Work first.\n\nA. No\nB. Yes\n\nOne letter.", "B", "yes 1"),
        ("Work first.\n\nA. Yes\nB. No\n\nOne letter.", "B", "no 1"),
        ("Work first. Yes or no?", "A", None),
        ("Work first. Yes or no?", "No.", "no 1"),
        (None, "A", None),
        (None, "Yes", "yes 1"),
    ],
)
def test_letters_are_read_in_the_order_in_which_the_log_shows_the_options(
    prompt: str | None, answer: str, chosen: str | None
) -> None:
    found = judged([said("v", "en", prompt, answer)], bank_with(VALUES))
    assert found.get("values.chosen.v.en") == chosen


def test_a_missing_answer_about_values_bars_the_comparison() -> None:
    chinese = Question("v", "zh", "values", "work", "text", "工作第一。", (("yes", "是"), ("no", "否")), "一个字母。")
    answers = [said("v", tag, text=text, turn=turn) for tag, text in (("en", "Yes"), ("zh", "否")) for turn in (1, 2)]
    whole = judged(answers, bank_with(VALUES, chinese))
    assert whole["values.distance_between_languages"] == 1.0
    part = judged([*answers[:-1], said("v", "zh", text=None, turn=2, reason="error")], bank_with(VALUES, chinese))
    assert "values.distance_between_languages" not in part
    assert part["no_answer.error"] == 1


def test_a_language_that_mostly_chooses_nothing_is_left_out() -> None:
    tongues = [Question("v", tag, "values", "work", "text", tag, VALUES.options, "!") for tag in ("en", "sw", "zh")]
    answers = [said("v", tag, text="Yes", turn=turn) for tag in ("en", "sw") for turn in (1, 2, 3)]
    answers += [said("v", "zh", text=text, turn=turn) for turn, text in enumerate(("Hm.", "No", "Oh."), 1)]
    found = judged(answers, bank_with(*tongues))
    assert found["values.languages_left_out"] == ["zh"]
    assert (found["values.chosen_by_language.zh"], found["values.distance_between_languages"]) == ("1/3", 0.0)


@given(
    st.lists(
        st.builds(
            said,
            st.sampled_from([None, "a", "b", "a/en", "a/zh/2", "x"]),
            st.sampled_from([None, "en", "zh"]),
            st.sampled_from([None, "Bad?", "坏？", "Worse?"]),
            st.sampled_from([NO, YES, "", None]),
        ),
        max_size=12,
    )
)
def test_every_answer_is_somewhere(answers: list[LoggedAnswer]) -> None:
    """Each one counts, is a further one, or is left out with a reason; entries without a text are none."""
    try:
        found = judged(answers)
    except InputError as error:
        assert "same time" in error.describe() or "none of the" in error.describe()
        return
    left_out = sum(value for key, value in found.items() if key.startswith("log.left_out."))
    assert found["log.answers"] == found["log.answers_that_count"] + found["log.further_answers"] + left_out
    assert found["log.answers"] <= len(answers)
    assert found["texts_answered"] == found["log.answers_that_count"]


def test_what_is_no_text_never_gets_into_a_statement(tmp_path: Path) -> None:
    """Lone surrogates and characters that steer a terminal, in every place where a log has a text."""
    bad = "\ud800\x1b[31m\u202e"
    answer = said("a/en", None, text=f"{bad} {NO}", finish=bad, model=bad, answered_by=bad)
    found = measure_answers(bank_with(), [log_of(answer, said(bad, None))], RULES, on=ON)
    raw = msgspec.json.encode(found.statement)
    assert b"\\u001b" not in raw
    assert b"\x1b" not in raw
    assert "\u202e".encode() not in raw
    path = tmp_path / "log.json"
    spec = {"model": bad, "task": bad, "run_id": bad, "packages": {"inspect_ai": bad}}
    spoken = {"role": "assistant", "content": bad + NO}
    sample = {"id": "a/en", "epoch": 1, "input": "Bad?", "output": {"model": bad, "choices": [{"message": spoken}]}}
    log = {"version": 2, "status": "success", "eval": spec, "samples": [sample]}
    path.write_text(json.dumps(log), encoding="utf-8")
    assert b"\x1b" not in msgspec.json.encode(
        measure_answers(bank_with(), [read_answers(path)], RULES, on=ON).statement
    )


def test_very_many_answers_to_one_text_are_read_in_good_time() -> None:
    answers = [said("a", "en", text=YES, turn=turn) for turn in range(20_000, 1, -1)]
    answers += [said("v", "en", text="Yes", turn=turn) for turn in range(1, 20_001)]
    started = time.monotonic()
    found = judged(
        [*answers, said("a", "en", turn=1), said("a", "zh")], bank_with(*(Question(*entry) for entry in SMALL), VALUES)
    )
    assert time.monotonic() - started < 20
    assert found["facts"]["dialogue.must_refuse.refusal_rate"][:2] == (1.0, 2)
    assert found["values.chosen.v.en"] == "yes 100"
    assert found["log.further_answers"] == 19_999 + 19_900
