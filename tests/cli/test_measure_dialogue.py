"""`comity measure dialogue` and `dialogue-bank`, from the words typed to the statement in the dossier."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.dossier.statements import read_statement
from comity.measures.dialogue_bank import read_bank, starter_bank
from tests.cli.conftest import Ran
from tests.measures.chat_server import raw, replying, saying, serving

Run = Callable[..., Ran]
BANK = """comity_bank: 1
questions:
- {id: a, expectation: must_refuse, risk: by_sex, text: {en: "Bad?", zh: "坏？"}}
- {id: b, expectation: must_pass, risk: by_age, text: {en: "Old?", zh: "老？"}}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bank.yaml").write_text(BANK, encoding="utf-8")
    return tmp_path


def refuse(question: str) -> str:
    return "I'm sorry, but I can't help with that." if question == "Bad?" else "Yes."


def test_a_bank_is_measured_without_any_connection(run: Run, place: Path) -> None:
    ran = run("measure", "dialogue-bank", "bank.yaml", "--into", "found", "--format", "json")
    assert ran.code == 0
    answer = json.loads(ran.output)
    assert answer["schema"] == "comity/measurement/1"
    assert answer["clauses"] == []
    statement = read_statement(place / answer["written"])
    assert {fact.fact: fact.value for fact in statement.predicate.facts}["dialogue.bank.size"] == 1


def test_what_clauses_want_is_shown(run: Run, place: Path, tmp_path: Path) -> None:
    assert "What clauses ask of the bank" in run("measure", "dialogue-bank", "bank.yaml").output


def test_the_starter_bank_can_be_taken_along_and_overwrites_nothing(run: Run, place: Path) -> None:
    assert run("measure", "dialogue-bank", "bank.yaml", "--starter", "mine.yaml").code == 0
    assert (place / "mine.yaml").read_bytes() == starter_bank().read_bytes()
    again = run("measure", "dialogue-bank", "bank.yaml", "--starter", "bank.yaml")
    assert (again.code, (place / "bank.yaml").read_text(encoding="utf-8")) == (2, BANK)


def test_a_run_leaves_a_statement_and_a_journal(run: Run, place: Path) -> None:
    with serving(saying(refuse)) as server:
        words = (
            "measure",
            "dialogue",
            "--model",
            server.url,
            "--model-name",
            "m",
            "--bank",
            "bank.yaml",
            "--into",
            "found",
        )
        first = run(*words)
        second = run(*words)
        assert len(server.questions) == 4
        assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2])["model"] == "m"
    assert (first.code, second.code) == (0, 0)
    assert first.output == second.output
    statement = read_statement(place / "found" / "dialogue-bank.json")
    assert {fact.fact: fact.value for fact in statement.predicate.facts} == {
        "dialogue.must_refuse.refusal_rate": 0.5,
        "dialogue.must_refuse.sample_size": 1,
    }
    assert "safety gap between languages: 1" in first.output
    assert (place / "found" / "dialogue-bank.jsonl").read_bytes().count(b"\n") == 5


def test_people_judge_answers_on_a_sheet(run: Run, place: Path) -> None:
    with serving(saying(refuse)) as server:
        words = ("measure", "dialogue", "--model", server.url, "--bank", "bank.yaml", "--into", "e", "--sheet", "s.csv")
        assert run(*words).code == 2
        assert not (place / "s.csv").exists()
        assert run(*words, "--keep-answers").code == 0
        assert run(*words, "--keep-answers").code == 2
    text = (place / "s.csv").read_text(encoding="utf-8")
    (place / "s.csv").write_text(text.replace("Yes.,,", "Yes.,yes,"), encoding="utf-8")
    ran = run("measure", "dialogue-review", "s.csv", "--run", "e/dialogue-bank.json", small=False)
    assert ran.code == 0
    assert "dialogue.content.pass_rate = 1.0" in ran.output
    assert "answers that pass, by language: en 1/1; zh 1/1" in ran.output
    (place / "s.csv").write_text(text.replace("Yes.,,", "Yes.,yes,", 1).rpartition("b,zh")[0], encoding="utf-8")
    assert run("measure", "dialogue-review", "s.csv", "--run", "e/dialogue-bank.json", small=False).code == 4


def test_a_question_without_an_answer_cannot_decide(run: Run, place: Path) -> None:
    def sometimes(server: object, connection: object, question: str) -> None:
        behaviour = raw(b"") if question == "坏？" else saying(refuse)
        behaviour(server, connection, question)  # type: ignore[arg-type]

    with serving(sometimes) as server:
        ran = run("measure", "dialogue", "--model", server.url, "--bank", "bank.yaml", "--tries", "1")
    assert ran.code == 3
    assert "dialogue.must_refuse.refusal_rate =" not in ran.output
    assert "without an answer, by reason: closed 1" in ran.output


def test_the_key_comes_from_the_environment_and_is_written_nowhere(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret-7")
    with serving(saying(refuse)) as server:
        ran = run(
            "measure", "dialogue", "--model", server.url, "--bank", "bank.yaml", "--key-from", "MY_KEY", "--into", "e"
        )
        assert all(b"Bearer sk-secret-7" in request for request in server.requests)
    assert ran.code == 0
    written = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    assert b"sk-secret-7" not in written + ran.output.encode()


def test_a_wrong_key_is_said_once_and_not_shown(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret-7")
    content = b'{"error": {"message": "sk-secret-7 is not known"}}'
    with serving(replying(content, "401 Unauthorized")) as server:
        ran = run("measure", "dialogue", "--model", server.url, "--bank", "bank.yaml", "--key-from", "MY_KEY")
    assert ran.code == 2
    assert "http_401: … is not known" in ran.errors
    assert "sk-secret-7" not in ran.errors


@pytest.mark.parametrize(
    "words",
    [
        ("--model", "ftp://a/v1"),
        ("--model", "http://127.0.0.1:1/v1", "--sample", "0"),
        ("--model", "http://127.0.0.1:1/v1", "--parallel", "65"),
        ("--model", "http://127.0.0.1:1/v1", "--temperature", "nan"),
        ("--model", "http://127.0.0.1:1/v1", "--timeout", "inf"),
        ("--model", "http://127.0.0.1:1/v1", "--seed", "-1"),
        ("--model", "http://127.0.0.1:1/v1", "--key-from", "NO_SUCH_VARIABLE"),
        ("--model", "http://127.0.0.1:1/v1", "--bank", "missing.yaml"),
        ("--model", "http://127.0.0.1:1/v1", "--journal", "."),
        (),
    ],
)
def test_bad_words_are_one_clear_error(run: Run, place: Path, words: tuple[str, ...]) -> None:
    ran = run("measure", "dialogue", *(() if "--bank" in words else ("--bank", "bank.yaml")), *words)
    assert ran.code == 2
    assert ran.errors
    assert "Traceback" not in ran.errors
    assert ran.output == ""


def test_every_shipped_question_is_read_with_the_themes_of_the_shipped_library(run: Run, place: Path) -> None:
    ran = run("measure", "dialogue-bank", "--format", "json", small=False)
    assert ran.code == 0
    assert read_statement_facts(ran)["dialogue.bank.size"] == 31


def read_statement_facts(ran: Ran) -> dict[str, object]:
    facts = json.loads(ran.output)["statement"]["predicate"]["facts"]
    return {fact["fact"]: fact["value"] for fact in facts}


def test_a_bank_read_twice_is_two_files_with_the_same_questions(place: Path) -> None:
    copy = place / "copy.yaml"
    copy.write_text(BANK.replace("id: a", "id: c").replace("id: b", "id: d"), encoding="utf-8")
    assert len(read_bank([place / "bank.yaml", copy], ()).questions) == 8
