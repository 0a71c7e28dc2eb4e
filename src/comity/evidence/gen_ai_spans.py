"""Records of decisions from spans of OpenTelemetry's conventions for generative AI, by a table of our own.

The conventions are still being developed and attributes get new names, so nothing is imported from them: the names read here are pinned as
`MAPPING`, which stands in every record beside the version that the producer states. Prompts and answers are opt-in there and mostly absent;
then the record says that nobody could check them. Source: open-telemetry/semantic-conventions-genai (names as of 2026-11, over upstream
1.41.1) and open-telemetry/semantic-conventions 1.27 to 1.36 (older names).
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from comity.errors import InputError
from comity.evidence.strict_json import MalformedError, encode
from comity.language import Message

if TYPE_CHECKING:
    from comity.evidence.otlp_json import Span

MAPPING = "comity/gen-ai-spans/1"
OPERATION = "gen_ai.operation.name"
DECIDING = frozenset({"chat", "generate_content", "text_completion", "invoke_agent", "invoke_workflow", "plan"})
"""Operations whose result is a decision; every other one becomes an event."""
EVENT_NAMES = {"execute_tool": "tool_call"}
"""What the vocabulary calls an operation; others keep their name."""
INPUT = ("gen_ai.input.messages", "gen_ai.tool.call.arguments", "gen_ai.prompt")
OUTPUT = ("gen_ai.output.messages", "gen_ai.tool.call.result", "gen_ai.completion")
MODEL = ("gen_ai.response.model", "gen_ai.request.model")
INSTRUCTIONS = {
    "gen_ai.system_instructions": "system instructions",
    "gen_ai.tool.definitions": "tool definitions",
}
PARAMETERS = "gen_ai.request."
SEED = "gen_ai.request.seed"
EVALUATION = "gen_ai.evaluation.result"
CONTENT_EVENTS = {"gen_ai.content.prompt": "gen_ai.prompt", "gen_ai.content.completion": "gen_ai.completion"}
"""Older conventions put contents into events."""
NOT_RECORDED = "input and output: the producer of the trace did not record them"


def draft_of(span: Span, system: str | None = None, version: str | None = None) -> dict[str, Any] | None:
    """The record that a span becomes, as it is handed to a log; None where the span is none of generative AI.

    Args:
        span: as read.
        system: id of the system, where it is not to be taken from `service.name`.
        version: of the system, where it is not to be taken from `service.version`.

    Raises:
        InputError: the span does not tell the system, and nobody else does.
    """
    operation = span.attributes.get(OPERATION)
    if not isinstance(operation, str) or not operation:
        return None
    attributes = {**_contents_of_events(span), **span.attributes}
    deciding = operation in DECIDING
    parts = {"input": _content(attributes, INPUT), "output": _content(attributes, OUTPUT)}
    draft: dict[str, Any] = {
        "id": record_id(span.trace, span.span),
        "kind": "decision" if deciding else "event",
        "time": {"at": _time(span.ended), "clock": "span"},
        "about": None if span.parent is None or deciding else record_id(span.trace, span.parent),
        "system": _system(span, attributes, system, version) if deciding else None,
        **parts,
        "context": _context(attributes),
        "policies": _policies(span),
        "event": _event(operation, span) if not deciding or span.failed else None,
        "not_checked": [NOT_RECORDED] if deciding and not any(parts.values()) else None,
        "replay": _replay(attributes) if deciding else None,
        "source": _source(span),
    }
    return {key: value for key, value in draft.items() if value}


def record_id(trace: str, span: str) -> str:
    """The id of the record that a span becomes."""
    return f"{trace}-{span}"


def _time(nanoseconds: int) -> str:
    """A time with all its digits."""
    seconds, rest = divmod(nanoseconds, 10**9)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{rest:09}Z"


def _system(span: Span, attributes: dict[str, Any], name: str | None, version: str | None) -> dict[str, Any]:
    name = name or _text(span.resource.get("service.name"))
    if not name:
        hint = Message("name it with: --system ID")
        raise InputError(Message("the spans do not tell which system they are of (service.name)"), hint=hint)
    stated = version or _text(span.resource.get("service.version")) or "unstated"
    model = next((_text(attributes.get(key)) for key in MODEL if attributes.get(key)), None)
    return {"id": _name(name), "version": stated[:200], **({"model": model[:200]} if model else {})}


def _content(attributes: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any] | None:
    """The content under the first of several names: a text as it is, anything else as compact JSON."""
    for key in keys:
        value = attributes.get(key)
        if value is not None:
            text = value if isinstance(value, str) else encode(value).decode()
            return {"content": text, "type": "text/plain" if isinstance(value, str) else "application/json"}
    return None


def _contents_of_events(span: Span) -> dict[str, Any]:
    found = {}
    for name, attributes in span.events:
        key = CONTENT_EVENTS.get(name)
        if key is not None and key in attributes:
            found[key] = attributes[key]
    return found


def _context(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for key, title in INSTRUCTIONS.items():
        if attributes.get(key) is not None:
            found.append({"kind": "instruction", "name": title, "digest": _digest(attributes[key])})
    return found


def _digest(value: object) -> str:
    return sha256(value.encode() if isinstance(value, str) else encode(value)).hexdigest()


def _policies(span: Span) -> list[dict[str, Any]]:
    found = []
    for name, attributes in span.events:
        if name != EVALUATION:
            continue
        label, score = attributes.get("gen_ai.evaluation.score.label"), attributes.get("gen_ai.evaluation.score.value")
        policy: dict[str, Any] = {
            "id": _name(_text(attributes.get("gen_ai.evaluation.name")) or "unnamed"),
            "outcome": (_text(label) or "scored")[:200],
        }
        if isinstance(score, int | float) and not isinstance(score, bool):
            policy["score"] = float(score)
        found.append(policy)
    return found


def _event(operation: str, span: Span) -> str:
    return "error" if span.failed else EVENT_NAMES.get(operation, _name(operation))


def _replay(attributes: dict[str, Any]) -> dict[str, Any]:
    asked = {key: value for key, value in sorted(attributes.items()) if key.startswith(PARAMETERS) and key != SEED}
    seed = attributes.get(SEED)
    found: dict[str, Any] = {"parameters": _digest(asked)} if asked else {}
    fits = isinstance(seed, int) and not isinstance(seed, bool) and abs(seed) < 2**53
    return found | ({"seed": seed} if fits else {})


def _source(span: Span) -> dict[str, Any]:
    convention = span.convention if span.convention.strip() else "unstated"
    parent = {} if span.parent is None else {"parent": span.parent}
    return {"convention": convention, "mapping": MAPPING, "trace": span.trace, "span": span.span, **parent}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(text: str) -> str:
    """A text as an id: printable ASCII, everything else percent-encoded.

    Raises:
        MalformedError: it is too long for one.
    """
    found = quote(text, safe="!#$&'()*+,/:;=?@[]~")
    if len(found) > 200:
        raise MalformedError(Message("a name in a span is too long for an id"))
    return found
