"""One request to a model: whatever the other side does, there is an answer or a reason, in time."""

from __future__ import annotations

import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.measures.chat_address import LARGEST_REPLY, NoAnswerError, Reply, ask, parse_address
from comity.measures.dialogue_run import Asking
from tests.measures.chat_server import (
    Behaviour,
    completion,
    dripping,
    dripping_head,
    endless,
    hanging,
    raw,
    replying,
    serving,
)

SECONDS = 0.4


def put(behaviour: Behaviour, key: str | None = None) -> Reply:
    with serving(behaviour) as server:
        asking = Asking(parse_address(server.url, key), "m")
        return asking.address.answer(asking.request("Why?"), SECONDS)


def reason(behaviour: Behaviour, key: str | None = None) -> NoAnswerError:
    started = time.monotonic()
    with pytest.raises(NoAnswerError) as caught:
        put(behaviour, key)
    assert time.monotonic() - started < 5
    return caught.value


def test_an_answer_comes_back() -> None:
    assert put(replying(completion(" Because. "))) == Reply("Because.", False, "stop", "imagined-1")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (completion(None, finish_reason="content_filter"), ""),
        (completion(None, message={"content": None, "refusal": "I won't."}), "I won't."),
    ],
)
def test_what_the_server_marks_as_a_refusal_is_one(content: bytes, text: str) -> None:
    found = put(replying(content))
    assert found.refusal
    assert found.text == text


def test_a_question_that_the_server_filters_is_refused() -> None:
    content = b'{"error": {"code": "content_filter", "message": "The prompt was filtered."}}'
    assert put(replying(content, "400 Bad Request")).refusal


@pytest.mark.parametrize(
    ("behaviour", "word", "again"),
    [
        (hanging, "timeout", True),
        (dripping, "timeout", True),
        (dripping_head, "timeout", True),
        (endless, "too_large", False),
        (raw(b""), "closed", True),
        (raw(b"\x00\xff garbage \r\n\r\n"), "closed", True),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "closed", True),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + completion("Half")[:40]), "closed", True),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "closed", True),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000), "closed", True),
        (replying(b"<html>Welcome</html>"), "not_json", False),
        (replying(b""), "not_json", False),
        (replying(b"\xff\xfe"), "not_json", False),
        (replying(b"[" * 100_000), "wrong_form", False),
        (replying(b'{"choices": ' + b"[" * 100_000), "wrong_form", False),
        (replying(b'data: {"choices": []}\n\n'), "not_json", False),
        (replying(b"null"), "wrong_form", False),
        (replying(b"{}"), "wrong_form", False),
        (replying(b'{"choices": []}'), "wrong_form", False),
        (replying(b'{"choices": [{"text": "Because."}]}'), "wrong_form", False),
        (replying(b'{"choices": [{"message": {"content": 7}}]}'), "wrong_form", False),
        (replying(b'{"error": "busy"}', "429 Too Many Requests"), "http_429", True),
        (replying(b"", "503 Service Unavailable"), "http_503", True),
        (replying(b"", "400 Bad Request"), "http_400", False),
        (replying(b'{"choices": []}', "201 Created"), "http_201", False),
    ],
)
def test_whatever_else_happens_has_a_reason(behaviour: Behaviour, word: str, again: bool) -> None:
    found = reason(behaviour)
    assert (found.reason, found.again) == (word, again)


@pytest.mark.parametrize("status", ["401 Unauthorized", "404 Not Found", "301 Moved", "307 Temporary Redirect"])
def test_what_will_go_no_better_ends_the_run(status: str) -> None:
    assert reason(replying(b"", status, "Location: http://127.0.0.1:9/v1\r\n")).fatal


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("999999", 60.0), ("-1", 0.0), ("Fri, 1 Jan", 0.0), ("nan", 0.0)]
)
def test_a_server_can_ask_for_a_bounded_wait(header: str, seconds: float) -> None:
    assert reason(replying(b"{}", "429 Busy", f"Retry-After: {header}\r\n")).wait == seconds


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NoAnswerError) as caught:
            ask(parse_address(f"http://127.0.0.1:{taken.getsockname()[1]}/v1"), b"{}", SECONDS)
    assert caught.value.reason == "unreachable"
    assert caught.value.again


def test_the_key_is_sent_and_never_said() -> None:
    with serving(replying(b'{"error": {"message": "bad key sk-secret"}}', "401 Unauthorized")) as server:
        address = parse_address(server.url, "sk-secret")
        with pytest.raises(NoAnswerError) as caught:
            ask(address, Asking(address, "m").request("Why?"), SECONDS)
        assert b"Authorization: Bearer sk-secret" in server.requests[0]
    assert caught.value.said == "bad key …"
    assert "sk-secret" not in repr(address)


@given(st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_no_bytes_are_taken_for_an_answer(content: bytes) -> None:
    assert reason(replying(content)).reason in {"not_json", "wrong_form"}


def test_the_largest_answer_is_read() -> None:
    text = "a" * (LARGEST_REPLY - 1_000)
    assert put(replying(completion(text))).text == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("http://localhost:8080/v1", "http://localhost:8080/v1/chat/completions"),
        ("http://localhost:8080/v1/", "http://localhost:8080/v1/chat/completions"),
        ("https://models.example/v1/chat/completions", "https://models.example:443/v1/chat/completions"),
        ("http://[::1]:9/v1?version=2", "http://[::1]:9/v1/chat/completions"),
    ],
)
def test_addresses(written: str, shown: str) -> None:
    assert parse_address(written).shown == shown


@pytest.mark.parametrize(
    "written",
    [
        "",
        "localhost:8080",
        "ftp://a/v1",
        "file:///etc/passwd",
        "http://",
        "http://a:99999/v1",
        "http://u:p@a/v1",
        "http://a/v1#b",
        "http://a/v1\r\nX: y",
        "http://a b/v1",
        "http://[::1/v1",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="--model"):
        parse_address(written)


def test_a_key_is_not_sent_in_the_clear_to_another_machine() -> None:
    assert parse_address("https://models.example/v1", "k").key == "k"
    with pytest.raises(InputError, match="https"):
        parse_address("http://models.example/v1", "k")
