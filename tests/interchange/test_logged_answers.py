"""Readers of logs: each form as its tool writes it, and whatever else may stand in such a file.

Oracles: what went into the files; hypothesis for the bytes; the peak of memory as the interpreter counts it. Logs that the tools themselves
wrote are read in `tests/measures/test_dialogue_answers.py`.
"""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, InputError
from comity.interchange import foreign_files, logged_answers
from comity.interchange.logged_answers import read_answers
from comity.measures.dialogue_log import AnswerLog, LoggedAnswer
from tests.interchange.foreign import zstandard_archive

LOGS = Path(__file__).parent.parent / "measures" / "answer_logs"


def read(path: Path, content: bytes | str | dict[str, Any]) -> AnswerLog:
    raw = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return read_answers(path)


def refused(path: Path, content: bytes | str | dict[str, Any]) -> str:
    with pytest.raises(InputError) as error:
        read(path, content)
    return error.value.describe()


def only(log: AnswerLog) -> LoggedAnswer:
    (answer,) = log.answers
    return answer


# Inspect


def message(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def inspect_log(*samples: dict[str, Any], **changed: Any) -> dict[str, Any]:
    spec = {"model": "openai/m", "created": "2026-10-02T10:00:00+02:00", "packages": {"inspect_ai": "0.3.285"}}
    return {"version": 2, "status": "success", "eval": spec, "samples": list(samples)} | changed


def sample(**changed: Any) -> dict[str, Any]:
    spoken = message("assistant", "Yes.")
    whole = {
        "id": "a/en",
        "epoch": 1,
        "input": "Bad?",
        "messages": [message("user", "Bad?"), spoken],
        "output": {"model": "m-1", "choices": [{"message": spoken, "stop_reason": "stop"}]},
    }
    return whole | changed


def output(content: Any, **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": message("assistant", content)} | more]}


def test_a_sample_of_inspect_is_an_answer(tmp_path: Path) -> None:
    log = read(tmp_path / "log.json", inspect_log(sample()))
    found = only(log)
    assert (log.form, log.tools[0].version, str(log.created)) == ("inspect", "0.3.285", "2026-10-02")
    assert (found.id, found.turn, found.prompt, found.alone, found.text) == ("a/en", 1, "Bad?", True, "Yes.")
    assert (found.model, found.answered_by, found.finish) == ("openai/m", "m-1", "stop")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"id": 7, "epoch": 3}, {"id": "7", "turn": 3}),
        ({"id": True, "epoch": True}, {"id": None, "turn": 1}),
        ({"metadata": {"language": "zh"}}, {"language": "zh"}),
        ({"error": {"message": "boom"}}, {"text": None, "reason": "error"}),
        ({"limit": {"type": "token"}}, {"text": None, "reason": "limit"}),
        ({"output": {"choices": [], "error": "refused to serve"}}, {"text": None, "reason": "error"}),
        ({"output": {"choices": []}}, {"text": None, "reason": "no_text"}),
        ({"output": None}, {"text": None, "reason": "no_text"}),
        ({"output": output("")}, {"text": ""}),
        ({"output": output("x", stop_reason="content_filter")}, {"refusal": True}),
        ({"output": output([{"type": "text", "text": "No.", "refusal": True}])}, {"text": "No.", "refusal": True}),
        (
            {"output": output([{"type": "reasoning", "reasoning": "Hm, no."}, {"type": "text", "text": "Yes."}])},
            {"text": "Yes.", "refusal": False},
        ),
        ({"output": output([{"type": "image", "image": "x"}])}, {"text": None, "reason": "no_text"}),
        ({"output": output("attachment://ab"), "attachments": {"ab": "Long."}}, {"text": "Long."}),
        ({"output": output("attachment://zz"), "attachments": {"ab": "Long."}}, {"text": "attachment://zz"}),
        (
            {"messages": [], "input": [message("system", "Be kind."), message("user", "Bad?")]},
            {"prompt": "Bad?", "alone": None},
        ),
        ({"messages": [message("system", "Be kind."), message("user", "Bad?")]}, {"prompt": "Bad?", "alone": False}),
        (
            {"messages": [message("user", "Please: Bad?"), message("assistant", "")]},
            {"prompt": "Please: Bad?", "alone": True},
        ),
        ({"messages": "?", "input": 5}, {"prompt": None, "alone": None}),
    ],
)
def test_what_a_sample_says_is_read_as_it_stands(
    changed: dict[str, Any], expected: dict[str, Any], tmp_path: Path
) -> None:
    found = only(read(tmp_path / "log.json", inspect_log(sample(**changed))))
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"status": "error"}, "did not succeed"),
        ({"status": "started"}, "did not succeed"),
        ({"invalidated": True}, "invalidated"),
        ({"version": 1}, "version 2"),
        ({"samples": []}, "no answers"),
        ({"samples": None}, "no answers"),
    ],
)
def test_a_log_that_does_not_count_is_refused(changed: dict[str, Any], says: str, tmp_path: Path) -> None:
    assert says in refused(tmp_path / "log.json", inspect_log(sample(), **changed))


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return raw.getvalue()


def archived(log: dict[str, Any]) -> dict[str, bytes]:
    header = json.dumps({key: value for key, value in log.items() if key != "samples"}).encode()
    samples = {f"samples/{number}.json": json.dumps(entry).encode() for number, entry in enumerate(log["samples"])}
    return {"header.json": header, **samples}


@pytest.mark.parametrize("pack", [packed, zstandard_archive])
def test_an_archive_says_what_the_json_says(pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path) -> None:
    log = inspect_log(sample(), sample(id="a/zh", input="坏？", messages=[message("user", "坏？")]))
    one, other = read(tmp_path / "a.eval", pack(archived(log))), read(tmp_path / "b.json", log)
    plain = [[(a.id, a.turn, a.prompt, a.text, a.model) for a in found.answers] for found in (one, other)]
    assert plain[0] == plain[1]


# The lm-evaluation-harness


def line(**changed: Any) -> str:
    arguments = {"gen_args_0": {"arg_0": ["Bad?"], "arg_1": {"until": []}}}
    whole = {
        "doc_id": 0,
        "doc": {"id": "a", "language": "en"},
        "arguments": arguments,
        "resps": [["Yes."]],
        "filter": "none",
    }
    return json.dumps(whole | changed) + "\n"


def test_a_sample_of_the_harness_is_an_answer_and_its_repeats_are_further_ones(tmp_path: Path) -> None:
    log = read(tmp_path / "samples_x.jsonl", line(resps=[["Yes.", "No."]]))
    assert [(a.id, a.language, a.turn, a.prompt, a.text) for a in log.answers] == [
        ("a", "en", 1, "Bad?", "Yes."),
        ("a", "en", 2, "Bad?", "No."),
    ]
    chat = json.dumps([message("system", "Be kind."), message("user", "Bad?")])
    found = only(read(tmp_path / "samples_x.jsonl", line(arguments={"g": {"arg_0": [chat], "arg_1": {}}})))
    assert (found.prompt, found.alone, found.model) == ("Bad?", False, "")


def test_several_filters_look_at_the_same_answers(tmp_path: Path) -> None:
    text = line(filter="strict") + line(filter="flexible") + line(doc_id=1, filter="strict", doc={"id": "b"})
    assert [answer.id for answer in read(tmp_path / "samples_x.jsonl", text).answers] == ["a", "b"]


@pytest.mark.parametrize(
    "changed",
    [
        {"arguments": {"gen_args_0": {"arg_0": "Bad?", "arg_1": " yes"}}},
        {"arguments": {"a": {"arg_0": "x", "arg_1": " y"}, "b": {"arg_0": "x", "arg_1": " z"}}},
        {"arguments": {}},
        {"arguments": None},
    ],
)
def test_a_task_in_which_the_model_does_not_write_is_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    assert "wrote no answers" in refused(tmp_path / "samples_x.jsonl", line(**changed))


def test_the_model_is_named_by_the_results_beside_the_samples(tmp_path: Path) -> None:
    name = "samples_x_2026-11-22T17-51-22.781284.jsonl"
    (tmp_path / "results_2026-11-22T17-51-22.781284.json").write_text('{"model_name": "m", "date": 1795368401.5}')
    log = read(tmp_path / name, line())
    assert (only(log).model, [a.name for a in log.artefacts], str(log.created)) == (
        "m",
        [name, "results_2026-11-22T17-51-22.781284.json"],
        "2026-11-22",
    )


# promptfoo


def results(*rows: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "results": {"version": 3, "results": list(rows), "stats": {}} | changed,
        "metadata": {"promptfooVersion": "0.121"},
    }


def row(**changed: Any) -> dict[str, Any]:
    whole = {
        "vars": {"id": "a", "language": "en"},
        "prompt": {"raw": "Bad?"},
        "provider": {"id": "openai:m", "label": ""},
        "response": {"output": "Yes.", "finishReason": "stop"},
        "failureReason": 0,
    }
    return whole | changed


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {"id": "a", "language": "en", "prompt": "Bad?", "text": "Yes.", "model": "openai:m", "turn": 0}),
        ({"failureReason": 1, "error": "Expected …"}, {"text": "Yes."}),
        ({"failureReason": 2, "error": "HTTP 500"}, {"text": None, "reason": "error"}),
        ({"response": {"error": "no key"}}, {"text": None, "reason": "error"}),
        ({"response": None}, {"text": None, "reason": "no_text"}),
        ({"response": {"output": {"answer": 1}}}, {"text": None, "reason": "no_text"}),
        ({"response": {"output": "x", "isRefusal": True}}, {"refusal": True}),
        ({"response": {"output": "x", "finishReason": "content_filter"}}, {"refusal": True}),
        ({"provider": {"id": "openai:m", "label": "mine"}}, {"model": "mine"}),
        ({"vars": {}, "testCase": {"description": "a/en"}}, {"id": "a/en", "language": None}),
        ({"prompt": {"raw": json.dumps([message("user", "Bad?")])}}, {"prompt": "Bad?", "alone": True}),
        ({"prompt": {"raw": "[1, 2"}}, {"prompt": "[1, 2", "alone": None}),
        ({"prompt": None}, {"prompt": None}),
    ],
)
def test_a_row_of_promptfoo_is_an_answer(changed: dict[str, Any], expected: dict[str, Any], tmp_path: Path) -> None:
    found = only(read(tmp_path / "out.json", results(row(**changed))))
    assert {name: getattr(found, name) for name in expected} == expected


def test_results_of_an_unknown_version_are_refused(tmp_path: Path) -> None:
    assert "version 9" in refused(tmp_path / "out.json", results(row(), version=9))


# Plain lines


def test_plain_lines_are_answers(tmp_path: Path) -> None:
    text = '\ufeff{"id": "a", "language": "zh", "answer": "不。", "turn": 2, "model": "m"}\n\n{"prompt": "Bad?", "answer": null}'
    log = read(tmp_path / "answers.jsonl", text)
    assert [(a.id, a.language, a.turn, a.prompt, a.text, a.model) for a in log.answers] == [
        ("a", "zh", 2, None, "不。", "m"),
        (None, None, 1, "Bad?", None, ""),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"id": "a", "answer": "x", "answr": 1}', "not known here"),
        ('{"id": "a", "answer": 5}', '"answer" holds something else'),
        ('{"id": 5, "answer": "x"}', '"id" holds something else'),
        ('{"id": "a", "answer": "x", "turn": true}', '"turn" holds something else'),
        ('{"id": "a", "answer": "x", "turn": 0}', "from 1 to"),
        ('{"id": "a", "answer": "x", "turn": 1e400}', '"turn" holds something else'),
        ('{"id": "a", "answer": "x", "turn": NaN}', '"turn" holds something else'),
        ('{"id": "a", "answer": NaN}\n{"answer": "x"}', '"id" is missing'),
        ('{"id": "a", "prompt": "x"}', '"answer" is missing'),
        ('{"id": "a", "answer": "x"}\n[1]', "answers.jsonl:2"),
        ('{"id": "a", "answer": "x"}\n{', "answers.jsonl:2"),
        ('{"id": "a", "answer": "x", "id": "b"}\n', "answers"),
        ('{"id": "a", "answer": "x"}\n{"id": "a", "answer": "x", "id": "b"}\n', "answers.jsonl:2"),
    ],
)
def test_a_line_of_another_form_is_an_error_at_its_place(text: str, says: str, tmp_path: Path) -> None:
    assert says in refused(tmp_path / "answers.jsonl", text)


# Hostile files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1000,
        b"\xff\xfe{\x00}\x00",
        b'{"answer": "\xff", "id": "a"}\n',
        "{}\n".encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"id": "a", "answer": ' + b"[" * 100_000,
        b"9" * 10_000,
        b"null",
        b"[]",
        b"{}",
        b'{"eval": {}, "status": "success"}',
        b'{"results": {"results": [], "stats": {}}}',
        b'{"results": {"results": [5, null], "stats": {}, "version": 3}}',
        b"PK\x03\x04" + b"\x00" * 100,
        b"PK\x05\x06" + b"\x00" * 18,
    ],
)
def test_what_is_no_log_ends_in_one_error(content: bytes, tmp_path: Path) -> None:
    if content.startswith(b'{"results": {"results": [5'):
        assert {answer.text for answer in read(tmp_path / "x", content).answers} == {None}
        return
    said = refused(tmp_path / "x", content)
    assert len(said) < 600
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["inspect.eval", "inspect.json", "promptfoo.json"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_log_that_was_cut_off_is_an_error(name: str, share: float, tmp_path: Path) -> None:
    whole = (LOGS / name).read_bytes()
    refused(tmp_path / name, whole[: int(len(whole) * share)])


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_with_a_changed_byte_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    """A byte of an archive may turn an answer into another one; it never makes an exception of another kind."""
    name = data.draw(st.sampled_from(["inspect.eval", "promptfoo.json", "inspect.json"]))
    whole = bytearray((LOGS / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / name
    path.write_bytes(whole)
    try:
        read_answers(path)
    except ComityError as error:
        assert len(error.describe()) < 600


KEYS = st.sampled_from(["content", "text", "type", "output", "choices", "message", "role"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(value=ANYTHING)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_sample_is_read_without_another_exception(value: Any, tmp_path: Path) -> None:
    keys = ("id", "epoch", "input", "messages", "output", "metadata", "attachments")
    read(tmp_path / "log.json", inspect_log(sample(), *({**sample(), key: value} for key in keys)))
    row_keys = ("vars", "prompt", "provider", "response", "testCase", "failureReason")
    read(tmp_path / "out.json", results(row(), *({**row(), key: value} for key in row_keys)))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    members = archived(inspect_log(sample()))
    bomb = packed({**members, "samples/z.json": b" " * (foreign_files.MOST_BYTES + 1)})
    assert len(bomb) < 100_000
    assert "larger than" in refused(tmp_path / "a.eval", bomb)


def test_many_members_that_are_large_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_files, "MOST_UNPACKED_BYTES", 2_000)
    log = inspect_log(*(sample(id=f"a{number}") for number in range(50)))
    assert "larger than 2000" in refused(tmp_path / "a.eval", packed(archived(log)))


def test_a_sample_that_stands_twice_in_an_archive_is_two(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as written:
        for name, content in archived(inspect_log(sample())).items():
            written.writestr(name, content)
        again = json.dumps(sample(output=output("Something else.")))
        with pytest.warns(UserWarning, match="Duplicate"):
            written.writestr("samples/0.json", again)
    assert [answer.text for answer in read(tmp_path / "a.eval", raw.getvalue()).answers] == ["Yes.", "Something else."]


def test_a_line_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_files, "MOST_BYTES", 1_000)
    text = '{"id": "a", "answer": "x"}\n{"id": "b", "answer": "' + "y" * 2_000 + '"}'
    assert "the line is larger than" in refused(tmp_path / "answers.jsonl", text)


def test_no_more_answers_are_read_than_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logged_answers, "MOST_ANSWERS", 2)
    text = "".join(f'{{"id": "a{number}", "answer": "x"}}\n' for number in range(3))
    assert "more than 2 answers" in refused(tmp_path / "answers.jsonl", text)


def test_memory_does_not_grow_with_the_number_of_samples(tmp_path: Path) -> None:
    """Samples of 2 MB each, mostly events: one after the other is read, and only the answers are kept."""

    def peak(samples: int) -> int:
        log = inspect_log(*(sample(id=f"a{number}", events=["x" * 2_000_000]) for number in range(samples)))
        path = tmp_path / f"{samples}.eval"
        path.write_bytes(packed(archived(log)))
        tracemalloc.start()
        try:
            assert len(read_answers(path).answers) == samples
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(40) < 1.2 * peak(4)
