"""Spans of OpenTelemetry in OTLP/JSON, as files and as JSON lines.

Ids of traces and spans are read as hexadecimal digits, as OTLP/JSON writes them. The general JSON form of protocol buffers has base64
there, and a reader of that form makes 24 wrong bytes of 32 digits without complaint; what is not 32 or 16 digits is refused here.
Source: OpenTelemetry Protocol specification, section "JSON Protobuf Encoding".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.documents.reading import read_bytes
from comity.errors import InputError, Place
from comity.evidence.strict_json import MalformedError, decode
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_DOCUMENT = 64_000_000
"""Bytes of a line, or of a file that is one document."""
MAXIMUM_DEPTH = 48
UNSTATED = "unstated"
FAILED = 2
"""The status code of a span that ended in an error."""

_SIGNALS = frozenset({"resourceSpans", "resourceLogs", "resourceMetrics"})
"""What a document of OTLP can hold; an exporter may write all into one file."""
_SCALARS = ("stringValue", "boolValue", "doubleValue", "bytesValue")


@dataclass(frozen=True, slots=True)
class Span:
    """One span.

    Attributes:
        trace: id of the trace, 32 lower-case hexadecimal digits.
        span: id of the span, 16 digits.
        parent: of the span above, or None.
        ended: in nanoseconds since 1970, UTC.
        attributes: by name, as plain data.
        events: name and attributes of each.
        resource: attributes of what produced it.
        convention: the address of the conventions that the producer names, or `unstated`.
        failed: whether it ended in an error.
    """

    trace: str
    span: str
    parent: str | None
    ended: int
    attributes: dict[str, Any]
    events: tuple[tuple[str, dict[str, Any]], ...]
    resource: dict[str, Any] = field(default_factory=dict)
    convention: str = UNSTATED
    failed: bool = False


def read_spans(path: Path) -> Iterator[Span]:
    """The spans of a file: one document, or one a line.

    Raises:
        InputError: the file cannot be read, or is not OTLP/JSON.
    """
    place = Place(str(path))
    read_bytes(path, place, 0)
    with path.open("rb") as stream:
        row = 0
        while line := stream.readline(LONGEST_DOCUMENT + 1):
            row += 1
            place = Place(str(path), row, 1)
            if row == 1 and not _is_whole(line):
                line += stream.read(LONGEST_DOCUMENT)
            if len(line) > LONGEST_DOCUMENT:
                message = Message("a document is larger than {count} bytes", count=LONGEST_DOCUMENT)
                raise InputError(message, place=place)
            if line.strip():
                yield from _spans(line, place)


def _is_whole(line: bytes) -> bool:
    """Whether the first line of a file is a document of its own; a line that is none begins one that is spread over lines."""
    return line.rstrip().endswith(b"}") or not line.strip()


def _spans(raw: bytes, place: Place) -> Iterator[Span]:
    try:
        document = decode(raw, Message("OTLP/JSON"), depth=MAXIMUM_DEPTH)
        if isinstance(document, dict) and not document.keys() & _SIGNALS:
            raise MalformedError(Message("this is not OTLP/JSON: it has no resourceSpans"))
        for resource in _objects(document, "resourceSpans"):
            about = _attributes(_object(resource, "resource"))
            for scope in _objects(resource, "scopeSpans"):
                convention = scope.get("schemaUrl") or resource.get("schemaUrl") or UNSTATED
                for span in _objects(scope, "spans"):
                    yield _span(span, about, str(convention)[:200])
    except MalformedError as error:
        raise InputError(error.message, place=place, hint=error.hint) from None


def _span(value: dict[str, Any], resource: dict[str, Any], convention: str) -> Span:
    events = tuple((str(event.get("name", ""))[:200], _attributes(event)) for event in _objects(value, "events"))
    return Span(
        _id(value.get("traceId"), 32, "traceId"),
        _id(value.get("spanId"), 16, "spanId"),
        _id(value["parentSpanId"], 16, "parentSpanId") if value.get("parentSpanId") else None,
        _nanoseconds(value.get("endTimeUnixNano") or value.get("startTimeUnixNano")),
        _attributes(value),
        events,
        resource,
        convention,
        _object(value, "status").get("code") == FAILED,
    )


def _id(value: object, digits: int, key: str) -> str:
    """An id in lower-case digits; one of zeros only stands for none and is refused as well."""
    if isinstance(value, str) and re.fullmatch(rf"[0-9A-Fa-f]{{{digits}}}", value) and value.strip("0"):
        return value.lower()
    hint = Message("a converter that writes base64 there has made other ids; export OTLP/JSON directly")
    message = Message("{key} is {digits} hexadecimal digits, not all zero", key=key, digits=digits)
    raise MalformedError(message, hint=hint)


def _nanoseconds(value: object) -> int:
    """A time; 64-bit numbers come as text."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value, re.ASCII):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise MalformedError(Message("a span has no time at which it ended"))
    return value


def _objects(value: object, key: str) -> list[dict[str, Any]]:
    """The objects of a list that may be absent."""
    found = value.get(key, []) if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise MalformedError(Message('"{key}" is not a list of objects', key=key))
    return found


def _object(value: dict[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key, {})
    if not isinstance(found, dict):
        raise MalformedError(Message('"{key}" is not an object', key=key))
    return found


def _attributes(value: dict[str, Any]) -> dict[str, Any]:
    return {str(part.get("key", "")): _any(part.get("value", {})) for part in _objects(value, "attributes")}


def _any(value: object) -> Any:
    """The plain data of an `AnyValue`."""
    if not isinstance(value, dict):
        raise MalformedError(Message("an attribute has a value of another form"))
    if "intValue" in value:
        return _whole(value["intValue"])
    if "arrayValue" in value:
        return [_any(part) for part in _objects(value["arrayValue"], "values")]
    if "kvlistValue" in value:
        return {
            str(part.get("key", "")): _any(part.get("value", {})) for part in _objects(value["kvlistValue"], "values")
        }
    return next((value[kind] for kind in _SCALARS if kind in value), None)


def _whole(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value, re.ASCII):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedError(Message("an attribute has a value of another form"))
    return value
