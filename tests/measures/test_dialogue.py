"""The measure `dialogue` against a server on this machine. Oracle: the server's own count of what it refused."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.measures.chat_address import parse_address
from comity.measures.dialogue import Dialogue, drawn, measure_dialogue
from comity.measures.dialogue_bank import Bank, Question, read_bank
from comity.measures.dialogue_journal import Answered
from comity.measures.dialogue_run import Asking
from comity.measures.intervals import exact_interval
from comity.measures.refusal_rules import read_rules
from tests.measures.chat_server import (
    Behaviour,
    Server,
    completion,
    dripping,
    endless,
    hanging,
    raw,
    replying,
    saying,
    send,
    serving,
)

ON = date(2026, 11, 22)
RULES = read_rules()
NO, YES = "I'm sorry, but I can't help with that.", "Gladly. Here is what you asked for."
LANGUAGES = ("en", "sw")
REFUSED, HARMLESS = "must_refuse", "must_not_refuse"


def bank_of(tmp_path: Path, questions: int = 6, languages: tuple[str, ...] = LANGUAGES) -> Bank:
    rows = []
    for number in range(questions):
        for language in languages:
            for expectation, key in ((REFUSED, "risk"), (HARMLESS, "theme"), ("must_pass", "risk")):
                about = ("by_sex", "by_age")[number % 2] if key == "risk" else "history"
                name = f"{expectation}-{number}"
                text = f"{language}:{name}"
                entry = {"id": name, "language": language, "expectation": expectation, key: about, "text": text}
                rows.append(json.dumps(entry))
    path = tmp_path / "bank.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    return read_bank([path], ("history",))


def asking(server: Server, **changes: object) -> Asking:
    settings: dict[str, object] = {"seconds": 5.0, "tries": 3, "at_a_time": 4, "pause": 0.01} | changes
    return Asking(parse_address(server.url), "imagined", **settings)  # type: ignore[arg-type]


def measured(
    server: Server, bank: Bank, journal: Path, changes: dict[str, object] | None = None, **options: object
) -> Dialogue:
    return measure_dialogue(bank, asking(server, **(changes or {})), RULES, journal, on=ON, **options)  # type: ignore[arg-type]


def values(found: Dialogue) -> dict[str, object]:
    return {fact.fact: fact.value for fact in found.statement.predicate.facts}


def refuses_some(question: str) -> str:
    """Refuses what must be refused, in Swahili only half of it, and the first harmless question."""
    language, _, name = question.partition(":")
    number = int(name.rpartition("-")[2])
    if name.startswith(REFUSED):
        return YES if language == "sw" and number % 2 else NO
    return NO if number == 0 and name.startswith(HARMLESS) else YES


def test_rates_are_what_the_server_refused(tmp_path: Path) -> None:
    with serving(saying(refuses_some)) as server:
        found = measured(server, bank_of(tmp_path), tmp_path / "j.jsonl")
    assert values(found) == {
        "dialogue.must_refuse.refusal_rate": 9 / 12,
        "dialogue.must_refuse.sample_size": 6,
        "dialogue.must_answer.refusal_rate": 2 / 12,
        "dialogue.must_answer.sample_size": 6,
    }
    rate = found.statement.predicate.facts[0]
    assert (rate.count, rate.interval) == (12, exact_interval(9, 12))
    seen = found.statement.predicate.observations
    assert (seen["must_refuse.refused_by_language.en"], seen["must_refuse.refused_by_language.sw"]) == ("6/6", "3/6")
    assert (seen["must_refuse.refused_about.by_sex.sw"], seen["must_refuse.refused_about.by_age.sw"]) == ("3/3", "0/3")
    assert seen["must_refuse.gap_between_languages"] == 0.5
    assert (seen["must_refuse.gap_between_languages.fewest_refusals"], seen["answered_by"]) == ("sw", ["imagined-1"])
    assert "content.pass_rate_withheld" in seen
    assert sorted(server.questions) == sorted(question.text for question in bank_of(tmp_path).questions)


def test_the_same_answers_give_the_same_statement_in_whatever_order_they_come(tmp_path: Path) -> None:
    shaken = random.Random(1)

    def late(_: Server, connection: object, question: str) -> None:
        time.sleep(shaken.random() / 50)
        send(connection, completion(refuses_some(question)))  # type: ignore[arg-type]

    statements = set()
    with serving(late) as server:
        for number, at_a_time in enumerate((1, 7, 16)):
            found = measured(server, bank_of(tmp_path), tmp_path / f"{number}.jsonl", {"at_a_time": at_a_time})
            statements.add(msgspec.json.encode(found.statement))
    assert len(statements) == 1


def test_no_more_questions_are_open_at_once_than_allowed(tmp_path: Path) -> None:
    waiting: list[int] = [0]

    def slow(server: Server, connection: object, _: str) -> None:
        """Counted until the answer begins: who has it may ask on before this thread knows."""
        with server.lock:
            waiting.append(waiting[-1] + 1)
        time.sleep(0.01)
        with server.lock:
            waiting.append(waiting[-1] - 1)
        send(connection, completion(YES))  # type: ignore[arg-type]

    with serving(slow) as server:
        measured(server, bank_of(tmp_path), tmp_path / "j.jsonl", {"at_a_time": 3})
    assert 1 < max(waiting) <= 3


def test_a_finished_run_asks_nothing_twice(tmp_path: Path) -> None:
    bank, journal = bank_of(tmp_path), tmp_path / "j.jsonl"
    with serving(saying(refuses_some)) as server:
        first = measured(server, bank, journal)
        asked = len(server.questions)
        second = measured(server, bank, journal)
        assert len(server.questions) == asked == len(bank.questions)
    assert first.statement == second.statement


@given(cut=st.integers(0, 4_000))
@settings(max_examples=40, deadline=None)
def test_a_journal_cut_anywhere_is_gone_on_from(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Only the last line may be lost; its question is asked again, no other is, and the statement is the same."""
    tmp_path = tmp_path_factory.mktemp("cut")
    bank, journal = bank_of(tmp_path, 2), tmp_path / "j.jsonl"
    with serving(saying(refuses_some)) as server:
        whole = measured(server, bank, journal)
        content = journal.read_bytes()
        kept = content[: min(cut, len(content))]
        journal.write_bytes(kept)
        server.questions.clear()
        again = measured(server, bank, journal)
    assert again.statement == whole.statement
    assert len(server.questions) == len(bank.questions) - max(0, kept.count(b"\n") - 1)


def test_a_killed_run_is_gone_on_from(tmp_path: Path) -> None:
    bank, journal = bank_of(tmp_path), tmp_path / "j.jsonl"

    def slow(_: Server, connection: object, question: str) -> None:
        time.sleep(0.05)
        send(connection, completion(refuses_some(question)))  # type: ignore[arg-type]

    with serving(slow) as server:
        code = (
            "from pathlib import Path; from datetime import date; from comity.measures.dialogue import measure_dialogue\n"
            "from comity.measures.dialogue_bank import read_bank; from comity.measures.dialogue_run import Asking\n"
            "from comity.measures.refusal_rules import read_rules; from comity.measures.chat_address import parse_address\n"
            f"asking = Asking(parse_address({server.url!r}), 'imagined', seconds=5.0, tries=3, at_a_time=2, pause=0.01)\n"
            f"bank = read_bank([Path({str(tmp_path / 'bank.jsonl')!r})], ('history',))\n"
            f"measure_dialogue(bank, asking, read_rules(), Path({str(journal)!r}))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code])
        deadline = time.monotonic() + 20
        while (not journal.exists() or journal.read_bytes().count(b"\n") < 5) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        noted = journal.read_bytes().count(b"\n") - 1
        assert 4 <= noted < len(bank.questions)
        time.sleep(0.2)
        server.questions.clear()
        found = measured(server, bank, journal)
    assert len(server.questions) == len(bank.questions) - noted
    assert values(found)["dialogue.must_refuse.refusal_rate"] == 9 / 12


def test_answers_are_kept_only_where_asked_for(tmp_path: Path) -> None:
    bank = bank_of(tmp_path)
    with serving(saying(refuses_some)) as server:
        without = measured(server, bank, tmp_path / "a.jsonl")
        kept = measured(server, bank, tmp_path / "b.jsonl", keep_answers=True)
    assert "Gladly" not in (tmp_path / "a.jsonl").read_text()
    assert "Gladly" in (tmp_path / "b.jsonl").read_text()
    assert without.statement == kept.statement
    assert "Gladly" not in str(msgspec.json.encode(kept.statement))


HOSTILE: dict[str, Behaviour] = {
    "hangs": hanging,
    "drips": dripping,
    "closes the connection": raw(b""),
    "speaks something else": raw(b"220 smtp ready\r\n"),
    "sends a page": replying(b"<html></html>"),
    "sends another form": replying(b'{"answer": "I cannot help with that."}'),
    "never ends": endless,
    "is always busy": replying(b"{}", "429 Too Many Requests"),
    "is broken": replying(b"oops", "500 Internal Server Error"),
    "wants a key": replying(b'{"error": {"message": "no key"}}', "401 Unauthorized"),
    "sends elsewhere": replying(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_model_that_never_answers_is_one_clear_error_and_no_rate(name: str, tmp_path: Path) -> None:
    started = time.monotonic()
    with serving(HOSTILE[name]) as server:
        with pytest.raises(InputError, match="does not answer"):
            measured(server, bank_of(tmp_path), tmp_path / "j.jsonl", {"seconds": 0.2, "tries": 2})
        assert len(server.questions) < 2 * len(bank_of(tmp_path).questions)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in {"wants a key", "sends elsewhere"}])
def test_one_question_without_an_answer_leaves_its_bank_without_a_rate(name: str, tmp_path: Path) -> None:
    """And the next run asks that question again, and no other."""
    bank, journal = bank_of(tmp_path), tmp_path / "j.jsonl"
    bad = f"en:{REFUSED}-3"

    def sometimes(server: Server, connection: object, question: str) -> None:
        if question == bad:
            HOSTILE[name](server, connection, question)  # type: ignore[arg-type]
        else:
            send(connection, completion(refuses_some(question)))  # type: ignore[arg-type]

    with serving(sometimes) as server:
        found = measured(server, bank, journal, {"seconds": 0.3, "tries": 1})
    assert found.without_answer == 1
    assert set(values(found)) == {"dialogue.must_answer.refusal_rate", "dialogue.must_answer.sample_size"}
    seen = found.statement.predicate.observations
    assert seen["must_refuse.refused_by_language.en"] == "5/5"
    assert "must_refuse.refusal_rate_withheld" in seen
    assert sum(count for key, count in seen.items() if key.startswith("no_answer.")) == 1  # type: ignore[misc]
    lines = journal.read_bytes().splitlines()
    assert bad.partition(":")[2] not in {
        answer.id for line in lines[1:] if (answer := msgspec.json.decode(line, type=Answered)).language == "en"
    }


def test_a_busy_server_is_asked_again_after_the_wait_that_it_names(tmp_path: Path) -> None:
    refused: set[str] = set()

    def busy(_: Server, connection: object, question: str) -> None:
        if question not in refused:
            refused.add(question)
            send(connection, b"{}", "429 Too Many Requests", "Retry-After: 0.05\r\n")  # type: ignore[arg-type]
        else:
            send(connection, completion(refuses_some(question)))  # type: ignore[arg-type]

    bank = bank_of(tmp_path)
    with serving(busy) as server:
        found = measured(server, bank, tmp_path / "j.jsonl")
        assert len(server.questions) == 2 * len(bank.questions)
    assert values(found)["dialogue.must_refuse.refusal_rate"] == 9 / 12


def test_a_question_that_times_out_is_tried_twice_at_most(tmp_path: Path) -> None:
    def sometimes(server: Server, connection: object, question: str) -> None:
        behaviour = hanging if question == f"en:{REFUSED}-0" else saying(refuses_some)
        behaviour(server, connection, question)  # type: ignore[arg-type]

    with serving(sometimes) as server:
        found = measured(server, bank_of(tmp_path), tmp_path / "j.jsonl", {"seconds": 0.3, "tries": 9})
        assert server.questions.count(f"en:{REFUSED}-0") == 2
    assert found.without_answer == 1


def test_an_empty_answer_counts_against_the_model(tmp_path: Path) -> None:
    with serving(saying(lambda _: " ")) as server:
        found = measured(server, bank_of(tmp_path), tmp_path / "j.jsonl")
    assert values(found)["dialogue.must_refuse.refusal_rate"] == 0
    assert values(found)["dialogue.must_answer.refusal_rate"] == 1
    assert found.statement.predicate.observations["answers_empty"] == 36


def other_model(settings: Asking) -> Asking:
    return Asking(settings.address, "another")


def other_tokens(settings: Asking) -> Asking:
    return Asking(settings.address, settings.model, tokens=7)


@pytest.mark.parametrize(("change", "says"), [(other_model, "model"), (other_tokens, "settings")])
def test_the_journal_of_another_run_is_refused(change: Callable[[Asking], Asking], says: str, tmp_path: Path) -> None:
    bank, journal = bank_of(tmp_path), tmp_path / "j.jsonl"
    with serving(saying(refuses_some)) as server:
        measured(server, bank, journal)
        before = journal.read_bytes()
        with pytest.raises(InputError, match=f"another run: {says} differs"):
            measure_dialogue(bank, change(asking(server)), RULES, journal)
    assert journal.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"my notes", b"my notes\n", b'{"a": 1}\n', b"\x00" * 50, b'{"comity_journal": 2}\n']
)
def test_a_file_that_is_no_journal_is_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(content)
    with serving(saying(refuses_some)) as server, pytest.raises(InputError):
        measured(server, bank_of(tmp_path), path)
    assert path.read_bytes() == content


def test_a_damaged_line_in_a_journal_is_an_error(tmp_path: Path) -> None:
    bank, path = bank_of(tmp_path), tmp_path / "j.jsonl"
    with serving(saying(refuses_some)) as server:
        measured(server, bank, path)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([*lines[:3], b"{}\n", *lines[4:]]))
        with pytest.raises(InputError, match=r"j\.jsonl:4:1"):
            measured(server, bank, path)


def test_a_language_without_rules_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with serving(saying(refuses_some)) as server:
        with pytest.raises(InputError, match="fr"):
            measured(server, bank_of(tmp_path, 1, ("en", "fr")), tmp_path / "j.jsonl")
        assert server.questions == []


def test_a_sample_is_drawn_by_the_seed_and_not_by_the_order(tmp_path: Path) -> None:
    questions = [Question(f"q{n}", "en", REFUSED, "by_sex", "text", f"{n}?") for n in range(50)]
    one = drawn(tuple(questions), 10, 4)
    assert one == drawn(tuple(reversed(questions)), 10, 4)
    assert one != drawn(tuple(questions), 10, 5)
    assert len(set(one)) == 10
    assert drawn(tuple(questions), 60, 4) == sorted(questions, key=lambda entry: entry.id)


def test_every_question_has_the_same_chance_of_being_drawn() -> None:
    questions = tuple(Question(f"q{n}", "en", REFUSED, "by_sex", "text", f"{n}?") for n in range(5))
    counts = [sum(entry in drawn(questions, 2, seed) for seed in range(2_000)) for entry in questions]
    assert all(720 < count < 880 for count in counts)
