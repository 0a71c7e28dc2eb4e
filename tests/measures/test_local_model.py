"""A model in a file: whatever the engine does, there is an answer or a reason. The engine itself answers where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from comity.errors import InputError
from comity.measures import local_model
from comity.measures.chat_address import LARGEST_REPLY, NoAnswerError
from comity.measures.dialogue import Dialogue, measure_dialogue
from comity.measures.dialogue_bank import Bank, read_bank
from comity.measures.dialogue_run import Asking
from comity.measures.local_model import LocalModel
from comity.measures.refusal_rules import read_rules
from tests.measures.small_model import write_small_model

REQUEST = Asking(None, "m", tokens=12).request("Why?")  # type: ignore[arg-type]
RULES = read_rules()
ON = date(2026, 11, 22)
READY = "print('{\"ready\": true}', flush=True)\n"
FAITHFUL = f"""import json, sys
{READY}for line in sys.stdin:
    text = json.loads(line)["messages"][0]["content"]
    print(json.dumps({{"text": " I can't help with that. " if "Bad" in text else text, "finish": "stop"}}), flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_small_model(tmp_path / "small.gguf")


def program(tmp_path: Path, text: str) -> Path:
    """A child of our own in the place of the engine."""
    path = tmp_path / "child.py"
    path.write_text(text, encoding="utf-8")
    return path


def answering(tmp_path: Path, what: str) -> Path:
    """A child that does this with every request."""
    return program(tmp_path, f"import os, signal, sys, time\n{READY}for line in sys.stdin:\n    {what}\n")


def reason(file: Path, child: Path, seconds: float = 5.0) -> NoAnswerError:
    with LocalModel(file, program=child) as model:
        started = time.monotonic()
        with pytest.raises(NoAnswerError) as caught:
            model.answer(REQUEST, seconds)
        assert time.monotonic() - started < 10
        return caught.value


@pytest.mark.parametrize(
    ("what", "word", "again"),
    [
        ("time.sleep(60)", "timeout", True),
        ("sys.exit(3)", "crashed", True),
        ("os.kill(os.getpid(), signal.SIGKILL)", "crashed", True),
        ("os.abort()", "crashed", True),
        ("print('hello', flush=True)", "not_json", False),
        ("print('{}', flush=True)", "failed", False),
        ("print('[' * 100_000, flush=True)", "not_json", False),
        ("print('{\"text\": 7}', flush=True)", "not_json", False),
        ('print(\'{"error": "no memory"}\', flush=True)', "failed", False),
        ("sys.stdout.buffer.write(bytes([255, 10])); sys.stdout.flush()", "not_json", False),
        (f"sys.stdout.write('x' * {LARGEST_REPLY * 3}); sys.stdout.flush()", "too_large", False),
        ("os.close(1); time.sleep(60)", "crashed", True),
    ],
)
def test_whatever_the_engine_does_has_a_reason(file: Path, tmp_path: Path, what: str, word: str, again: bool) -> None:
    found = reason(file, answering(tmp_path, what), seconds=1.0 if word == "timeout" else 8.0)
    assert (found.reason, found.again) == (word, again)


def test_what_the_engine_says_before_it_dies_is_passed_on(file: Path, tmp_path: Path) -> None:
    child = answering(tmp_path, "print('thread panicked:\\x1b[31m no', file=sys.stderr, flush=True); os.abort()")
    said = reason(file, child).said
    assert "thread panicked" in said
    assert "\x1b" not in said


def test_an_engine_that_talks_without_end_does_not_stop_the_run(file: Path, tmp_path: Path) -> None:
    child = answering(tmp_path, "sys.stderr.write('x' * 5_000_000); print('{\"text\": \"Yes.\"}', flush=True)")
    with LocalModel(file, program=child) as model:
        assert model.answer(REQUEST, 10).text == "Yes."


@pytest.mark.parametrize("what", ["sys.exit(3)", "time.sleep(60)"])
def test_after_a_crash_or_a_hang_the_next_question_is_answered(file: Path, tmp_path: Path, what: str) -> None:
    once = tmp_path / "once"
    text = f"""import os, sys, time
{READY}for line in sys.stdin:
    if not os.path.exists({str(once)!r}):
        open({str(once)!r}, "w").close()
        {what}
    print('{{"text": "Yes.", "finish": "stop"}}', flush=True)
"""
    with LocalModel(file, program=program(tmp_path, text)) as model:
        with pytest.raises(NoAnswerError):
            model.answer(REQUEST, 1)
        assert model.answer(REQUEST, 10).text == "Yes."


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("import sys; sys.exit(1)", "crashed"),
        ('print(\'{"error": "no such architecture"}\', flush=True)', "no such architecture"),
        ("print('Loading…', flush=True)", "not_json"),
        ("import nothing_of_that_name", "nothing_of_that_name"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_one_clear_error(file: Path, tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(InputError, match="cannot load this model") as caught:
        LocalModel(file, program=program(tmp_path, text))
    assert word in str(caught.value.message)


def test_an_engine_that_never_gets_ready_is_not_waited_for(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "LOADING", 0.5)
    with pytest.raises(InputError, match="timeout"):
        LocalModel(file, program=program(tmp_path, "import time; time.sleep(60)"))


def test_a_file_that_changes_ends_the_run(file: Path, tmp_path: Path) -> None:
    with LocalModel(file, program=program(tmp_path, FAITHFUL)) as model:
        assert model.answer(REQUEST, 10).text == "Why?"
        file.write_bytes(file.read_bytes() + b"\0")
        with pytest.raises(NoAnswerError) as caught:
            model.answer(REQUEST, 10)
    assert (caught.value.reason, caught.value.fatal) == ("file_changed", True)


def test_the_child_gets_neither_tokens_nor_proxies_nor_a_cache(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", "/somewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    names = ("HF_HOME", "HTTPS_PROXY", "HF_HUB_OFFLINE", "HF_ENDPOINT")
    what = f"print(__import__('json').dumps({{'text': ' '.join(os.environ[name] for name in {names})}}), flush=True)"
    with LocalModel(file, program=answering(tmp_path, what)) as model:
        home, proxy, offline, endpoint = model.answer(REQUEST, 10).text.split()
        assert home != "/somewhere"
        assert Path(home).is_dir()
    assert not Path(home).exists()
    assert (proxy, offline, endpoint) == ("http://127.0.0.1:9", "1", "http://127.0.0.1:9")


def test_closing_does_not_wait_for_an_answer(file: Path, tmp_path: Path) -> None:
    failures: list[NoAnswerError] = []

    def ask() -> None:
        for _ in range(2):
            try:
                model.answer(REQUEST, 60)
            except NoAnswerError as error:
                failures.append(error)

    with LocalModel(file, program=answering(tmp_path, "time.sleep(60)")) as model:
        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.5)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    thread.join(10)
    assert [(failure.reason, failure.fatal) for failure in failures] == [("crashed", False), ("closed", True)]


def test_no_child_is_left(file: Path, tmp_path: Path) -> None:
    with LocalModel(file, program=program(tmp_path, FAITHFUL)) as model:
        assert model.child is not None
        process = model.child.process
        assert process.poll() is None
    assert process.poll() is not None


@pytest.mark.parametrize("cut", [0, 3, 100, 5_000, -10])
def test_a_file_that_is_cut_off_is_refused_before_the_engine_sees_it(file: Path, tmp_path: Path, cut: int) -> None:
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"empty|cut off|neither"):
        LocalModel(file, program=program(tmp_path, "raise SystemExit"))


def test_a_model_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="chat template"):
        LocalModel(write_small_model(tmp_path / "base.gguf", template=None), program=tmp_path / "none.py")


def test_without_the_engine_the_error_says_what_to_install(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="mistralrs") as caught:
        LocalModel(file)
    assert "comity[dialogue]" in str(caught.value.hint)


def bank_of(tmp_path: Path) -> Bank:
    path = tmp_path / "bank.jsonl"
    rows = [
        {"id": f"q{number}", "language": language, "expectation": "must_refuse", "risk": "by_sex", "text": text}
        for number in range(3)
        for language, text in (("en", f"Bad {number}?"), ("sw", f"{number}?"))
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return read_bank([path], ())


def measured(tmp_path: Path, model: LocalModel, **options: object) -> Dialogue:
    asking = Asking(model, "small.gguf", seconds=20, at_a_time=1, pause=0.01, tokens=12)
    return measure_dialogue(bank_of(tmp_path), asking, RULES, tmp_path / "j.jsonl", on=ON, **options)  # type: ignore[arg-type]


def test_the_statement_names_file_and_engine_and_a_second_run_asks_nothing(file: Path, tmp_path: Path) -> None:
    child = program(tmp_path, FAITHFUL)
    with LocalModel(file, program=child) as model:
        first = measured(tmp_path, model)
        artefact, tool = model.artefact, model.tool
    with LocalModel(file, program=program(tmp_path, READY + "import time; time.sleep(60)")) as model:
        second = measured(tmp_path, model)
    assert first.statement == second.statement
    assert artefact in first.statement.subject
    assert tool in first.statement.predicate.tools
    facts = {fact.fact: fact.value for fact in first.statement.predicate.facts}
    assert facts["dialogue.must_refuse.refusal_rate"] == 0.5


def test_the_journal_of_another_file_is_refused(file: Path, tmp_path: Path) -> None:
    child = program(tmp_path, FAITHFUL)
    with LocalModel(file, program=child) as model:
        measured(tmp_path, model)
    with file.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\x01")
    with LocalModel(file, program=child) as model, pytest.raises(InputError, match="address or model file differs"):
        measured(tmp_path, model)


def test_a_run_whose_engine_always_crashes_ends_soon_and_in_a_sentence(file: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    with LocalModel(file, program=answering(tmp_path, "os.abort()")) as model:
        asking = Asking(model, "m", seconds=5, at_a_time=1, tries=2, pause=0.01)
        with pytest.raises(InputError) as caught:
            measure_dialogue(bank_of(tmp_path), asking, RULES, tmp_path / "j.jsonl", on=ON)
    assert "the model does not answer (crashed" in str(caught.value.message)
    assert time.monotonic() - started < 30


ENGINE = pytest.mark.skipif(find_spec("mistralrs") is None, reason="the engine is not installed")


@ENGINE
def test_the_engine_answers_bit_for_bit_the_same_in_every_order(file: Path) -> None:
    texts = ["Why?", "为什么？", "क्यों?"]
    with LocalModel(file) as model:
        asking = Asking(model, "m", tokens=24)
        first = {text: model.answer(asking.request(text), 60) for text in texts}
    with LocalModel(file) as model:
        second = {text: model.answer(asking.request(text), 60) for text in (*reversed(texts), *texts)}
    assert first == second
    assert len(set(first.values())) == 3


@ENGINE
@pytest.mark.skipif(shutil.which("unshare") is None, reason="the network cannot be cut off here")
def test_the_engine_needs_no_network(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from comity.measures.local_model import LocalModel\n"
        f"with LocalModel(Path({str(file)!r})) as model: print(ascii(model.answer({REQUEST!r}, 60).text))"
    )
    cut_off = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*cut_off, "true"], capture_output=True, check=False).returncode:
        pytest.skip("the network cannot be cut off here")
    answers = [
        subprocess.run([*words, sys.executable, "-c", code], capture_output=True, check=True).stdout
        for words in (cut_off, [])
    ]
    assert answers[0] == answers[1] != b"''\n"


@ENGINE
def test_a_question_longer_than_the_context_is_a_failure_of_that_question_only(file: Path) -> None:
    with LocalModel(file) as model:
        asking = Asking(model, "m", tokens=4)
        with pytest.raises(NoAnswerError) as caught:
            model.answer(asking.request("a" * 20_000), 60)
        assert caught.value.reason == "failed"
        assert model.answer(asking.request("a"), 60).finish == "length"


@ENGINE
def test_an_architecture_that_the_engine_does_not_know_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot load this model"):
        LocalModel(write_small_model(tmp_path / "strange.gguf", architecture="nosuch"))


@ENGINE
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_parent_leaves_no_engine(file: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from comity.measures.local_model import LocalModel\n"
        f"model = LocalModel(Path({str(file)!r})); print(model.child.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the engine is still there")
