"""Spans of OpenTelemetry as records. Oracle for ids: the OTLP specification (hexadecimal digits) and Python's own `bytes.fromhex`."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence.decision_chain import Chain
from comity.evidence.decision_import import import_spans
from comity.evidence.decision_record import Record
from comity.evidence.decision_writer import open_decisions
from comity.evidence.gen_ai_spans import NOT_RECORDED, draft_of
from comity.evidence.otlp_json import Span, read_spans

TRACE, SPAN, PARENT = "5B8EFFF798038103D269B633813FC60C", "EEE19B7EC3C1B174", "eee19b7ec3c1b173"
"""The ids of the example in the OTLP specification."""
DATA = Path(__file__).parent.parent / "data"
SCHEMA = "https://opentelemetry.io/schemas/1.37.0"


def attribute(key: str, value: Any) -> dict[str, Any]:
    kinds = {bool: "boolValue", str: "stringValue", float: "doubleValue"}
    if isinstance(value, int) and not isinstance(value, bool):
        return {"key": key, "value": {"intValue": str(value)}}
    if isinstance(value, list):
        return {"key": key, "value": {"arrayValue": {"values": [attribute("", part)["value"] for part in value]}}}
    if isinstance(value, dict):
        return {"key": key, "value": {"kvlistValue": {"values": [attribute(*part) for part in value.items()]}}}
    return {"key": key, "value": {kinds[type(value)]: value}}


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [attribute(key, value) for key, value in values.items()]


def span(**changed: Any) -> dict[str, Any]:
    said = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-x", "gen_ai.request.temperature": 0.5}
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "parentSpanId": "",
        "name": "chat gpt-x",
        "kind": 3,
        "startTimeUnixNano": "1763820000000000000",
        "endTimeUnixNano": "1763820001123456789",
        "attributes": attributes(said | changed.pop("said", {})),
        "unknown key of a later version": 1,
        **changed,
    }


def document(*spans: dict[str, Any], service: str = "helper") -> dict[str, Any]:
    resource = {"attributes": attributes({"service.name": service, "service.version": "2.1"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"schemaUrl": SCHEMA, "spans": list(spans)}]}]}


def written(tmp_path: Path, *documents: dict[str, Any], indent: int | None = None) -> Path:
    path = tmp_path / "traces.json"
    path.write_text("\n".join(json.dumps(one, indent=indent) for one in documents), encoding="utf-8")
    return path


def imported(tmp_path: Path, *spans: dict[str, Any], **options: Any) -> list[Record]:
    with open_decisions(tmp_path / "log") as writer:
        import_spans(writer, [written(tmp_path, document(*spans))], **options)
    return [link.record for link in Chain(tmp_path / "log")]


def test_a_span_becomes_a_decision(tmp_path: Path) -> None:
    said = {
        "gen_ai.response.model": "gpt-x-2026",
        "gen_ai.request.seed": 7,
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "weather?"}]}],
        "gen_ai.output.messages": "rain",
        "gen_ai.system_instructions": "be brief",
    }
    evaluation = {
        "gen_ai.evaluation.name": "tone check",
        "gen_ai.evaluation.score.value": 0.9,
        "gen_ai.evaluation.score.label": "ok",
    }
    events = [{"name": "gen_ai.evaluation.result", "attributes": attributes(evaluation)}]
    (record,) = imported(tmp_path, span(said=said, events=events), keep_content=True)
    assert record.source is not None
    assert (record.source.trace, record.source.span) == (TRACE.lower(), SPAN.lower())
    assert (record.source.convention, record.source.mapping) == (SCHEMA, "comity/gen-ai-spans/1")
    assert (record.id, record.kind, record.time.at) == (
        f"{TRACE}-{SPAN}".lower(),
        "decision",
        "2025-11-22T14:00:01.123456789Z",
    )
    assert record.system is not None
    assert (record.system.id, record.system.version, record.system.model) == ("helper", "2.1", "gpt-x-2026")
    assert record.input is not None
    assert record.output is not None
    assert record.input.content == '[{"role":"user","parts":[{"type":"text","content":"weather?"}]}]'
    assert (record.output.content, record.output.type) == ("rain", "text/plain")
    assert [(part.kind, part.digest) for part in record.context] == [("instruction", sha256(b"be brief").hexdigest())]
    assert [(one.id, one.outcome, one.score) for one in record.policies] == [("tone%20check", "ok", 0.9)]
    assert record.replay is not None
    assert record.replay.seed == 7
    assert record.not_checked == []


def test_what_the_official_exporter_writes_is_read() -> None:
    """Oracle: opentelemetry-exporter-otlp-json-file 0.66b1 wrote the file; these are the ids that its SDK told."""
    found = [(span.trace, span.span, span.parent) for span in read_spans(DATA / "otlp-file-exporter.jsonl")]
    assert found == [
        ("5eb2a71f873fd6f09598a2aa499f16c0", "35c40206f4433294", "f7b453f229966bb8"),
        ("5eb2a71f873fd6f09598a2aa499f16c0", "f7b453f229966bb8", None),
        ("36fe1e6ec60f7e6e61ba6624c04b0c8d", "8e4cb382c1a32f39", "d28d758e0fbf7747"),
        ("36fe1e6ec60f7e6e61ba6624c04b0c8d", "d28d758e0fbf7747", None),
    ]


def test_a_producer_that_leaves_contents_out_leaves_that_on_record(tmp_path: Path) -> None:
    (record,) = imported(tmp_path, span())
    assert (record.input, record.output, record.not_checked) == (None, None, [NOT_RECORDED])


def test_a_tool_call_is_an_event_about_the_span_above(tmp_path: Path) -> None:
    said = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": {"city": "Paris"}}
    (record,) = imported(tmp_path, span(said=said, parentSpanId=PARENT), keep_content=True)
    assert (record.kind, record.event, record.about) == ("event", "tool_call", f"{TRACE.lower()}-{PARENT}")
    assert record.input is not None
    assert record.input.content == '{"city":"Paris"}'


def test_a_failed_call_is_an_error(tmp_path: Path) -> None:
    (record,) = imported(tmp_path, span(status={"code": 2}))
    assert (record.kind, record.event) == ("decision", "error")


def test_older_names_are_read(tmp_path: Path) -> None:
    events = [{"name": "gen_ai.content.prompt", "attributes": attributes({"gen_ai.prompt": "hello"})}]
    (record,) = imported(tmp_path, span(said={"gen_ai.completion": "hi"}, events=events), keep_content=True)
    assert record.input is not None
    assert record.output is not None
    assert (record.input.content, record.output.content) == ("hello", "hi")


def test_other_spans_are_passed_over(tmp_path: Path) -> None:
    assert imported(tmp_path, span(attributes=attributes({"http.method": "GET"}))) == []


def test_an_import_can_be_run_again(tmp_path: Path) -> None:
    path = written(tmp_path, document(span(), span(spanId="00000000000000aa")))
    for wanted in (0, 2):
        with open_decisions(tmp_path / "log") as writer:
            assert import_spans(writer, [path]) == wanted
    assert len(list(Chain(tmp_path / "log"))) == 2


def test_one_document_or_one_a_line_is_the_same(tmp_path: Path) -> None:
    one, other = document(span()), document(span(spanId="00000000000000aa"))
    both = document(span(), span(spanId="00000000000000aa"))
    lines = list(read_spans(written(tmp_path, one, other)))
    assert lines == list(read_spans(written(tmp_path, both, indent=2)))
    assert lines == list(read_spans(written(tmp_path, both)))
    assert len(lines) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    trace=st.binary(min_size=16, max_size=16).filter(any),
    number=st.binary(min_size=8, max_size=8).filter(any),
    upper=st.booleans(),
)
def test_ids_are_the_bytes_that_the_producer_had(tmp_path: Path, trace: bytes, number: bytes, upper: bool) -> None:
    """A reader of protobuf's general JSON would have made 24 and 12 other bytes of the same digits, without a word."""
    digits = (trace.hex(), number.hex())
    stated = tuple(text.upper() if upper else text for text in digits)
    (found,) = read_spans(written(tmp_path, document(span(traceId=stated[0], spanId=stated[1]))))
    assert (bytes.fromhex(found.trace), bytes.fromhex(found.span)) == (trace, number)
    assert len(b64decode(digits[0])) == 24


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(trace=st.binary(min_size=16, max_size=16))
def test_ids_that_went_through_base64_are_refused(tmp_path: Path, trace: bytes) -> None:
    for corrupted in (b64encode(trace).decode(), b64decode(trace.hex()).hex()):
        with pytest.raises(InputError, match="32 hexadecimal digits"):
            list(read_spans(written(tmp_path, document(span(traceId=corrupted)))))


BAD: list[tuple[str, Any, str]] = [
    ("no object", [], "not a list of objects"),
    ("another document", {"id": "a"}, "no resourceSpans"),
    ("no list", {"resourceSpans": {}}, "not a list of objects"),
    ("a list of numbers", {"resourceSpans": [1]}, "not a list of objects"),
    ("a resource that is none", {"resourceSpans": [{"resource": []}]}, "not an object"),
    ("an id of zeros", document(span(traceId="0" * 32)), "not all zero"),
    ("a short id", document(span(spanId="aa")), "16 hexadecimal digits"),
    ("an id in digits of another script", document(span(spanId="１" * 16)), "16 hexadecimal digits"),
    ("a number as id", document(span(traceId=7)), "32 hexadecimal digits"),
    ("a parent in base64", document(span(parentSpanId="7uGbfsPBsXM=")), "parentSpanId"),
    ("no time", document(span(endTimeUnixNano=None, startTimeUnixNano=None)), "no time"),
    ("a negative time", document(span(endTimeUnixNano="-5")), "no time"),
    ("a huge time", document(span(endTimeUnixNano="9" * 19)), "no time"),
    ("a broken time", document(span(endTimeUnixNano=1.5)), "no time"),
    ("an attribute without form", document(span(attributes=[{"key": "a", "value": 7}])), "another form"),
    (
        "a whole number that is none",
        document(span(attributes=[{"key": "a", "value": {"intValue": "x"}}])),
        "another form",
    ),
    ("a status that is none", document(span(status=[])), "not an object"),
    ("no system", document(span(), service=""), "which system"),
    ("a system with an endless name", document(span(), service="ж" * 100), "too long"),
]


@pytest.mark.parametrize(("value", "complaint"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_document_is_refused_and_the_records_before_it_last(tmp_path: Path, value: Any, complaint: str) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(document(span(spanId="00000000000000aa"))), encoding="utf-8")
    bad.write_text(json.dumps(value), encoding="utf-8")
    with open_decisions(tmp_path / "log") as writer, pytest.raises(InputError, match=complaint):
        import_spans(writer, [good, bad])
    assert len(list(Chain(tmp_path / "log"))) == 1


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe", b"{", b"[" * 10_000, b'{"resourceSpans":[],"resourceSpans":[]}', b"null x"]
)
def test_what_is_no_json_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(raw)
    with pytest.raises(InputError, match="strict JSON"):
        list(read_spans(path))


def test_a_seed_that_no_record_can_hold_does_not_stop_an_import() -> None:
    said = {"gen_ai.operation.name": "chat", "gen_ai.request.seed": 2**60}
    draft = draft_of(Span("a" * 32, "b" * 16, None, 10**18, said, ()), "helper", "1")
    assert draft is not None
    assert "seed" not in draft.get("replay", {})
