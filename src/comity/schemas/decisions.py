"""Schemas of decision logs: the record, its draft, the opening, and what `comity evidence decisions` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from comity.evidence import decision_opening
from comity.evidence.decision_record import KEPT_BY_THE_LOG, NEEDED, Record
from comity.schemas.pieces import (
    COUNT,
    FACT,
    FLAG,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    VALUE,
    by_key,
    many,
    or_null,
    record,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.library.loader import Library

Schema = dict[str, Any]

_END = r"(?![\s\S])"
_DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_BASE64: Schema = {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
_HEAD_STATES = ("holds", "differs", "other_log", "beyond", "forged", "open")


def decision_record(_: Library) -> Schema:
    """A line of a decision log; its form is that of the type that reads it."""
    made = msgspec.json.schema(Record)
    parts: dict[str, Schema] = made["$defs"]
    parts["Record"]["properties"]["salt"] = {"type": "string", "pattern": "^[A-Za-z0-9+/]{21}[AQgw]==$"}
    parts["Record"]["allOf"] = _kinds()
    found: Schema = _plain({"$ref": made["$ref"], "$defs": parts})
    return found


def decision_draft(library: Library) -> Schema:
    """A record as it is handed to `comity evidence decisions append`."""
    made = decision_record(library)
    draft: Schema = made["$defs"]["Record"]
    for key in KEPT_BY_THE_LOG:
        del draft["properties"][key]
    draft["required"] = [key for key in draft["required"] if key not in KEPT_BY_THE_LOG]
    content = made["$defs"]["Content"]
    ways = {"content": TEXT, "content_base64": _BASE64, "digest": _DIGEST, "commitment": _DIGEST}
    about = {key: content["properties"][key] for key in ("type", "language")}
    content["properties"] = ways | {key: _given(schema) for key, schema in about.items()}
    content["required"] = []
    content["oneOf"] = [{"required": [way]} for way in ways]
    return made


def decision_opening_file(_: Library) -> Schema:
    """What `comity evidence decisions open` and `sample` write."""
    salts = {"type": "object", "properties": dict.fromkeys(("input", "output"), _BASE64), "additionalProperties": False}
    row = {
        "type": "object",
        "properties": {"record": TEXT, "path": _BASE64, "salts": salts},
        "required": ["record", "path"],
        "additionalProperties": False,
    }
    properties = {
        "schema": {"const": decision_opening.SCHEMA},
        "head": TEXT,
        "nonce": {"type": "string", "pattern": "^([0-9a-f]{2}){16,64}$"},
        "asked": {"type": "integer", "minimum": 1, "maximum": decision_opening.MOST_RECORDS},
        "records": {"type": "array", "items": row, "minItems": 1, "maxItems": decision_opening.MOST_RECORDS},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["schema", "head", "records"],
        "dependentRequired": {"nonce": ["asked"], "asked": ["nonce"]},
        "additionalProperties": False,
    }


FILES: dict[str, tuple[str, Callable[[Library], Schema]]] = {
    "decision-record": ("a line of a decision log", decision_record),
    "decision-draft": ("a decision as it is handed to a log", decision_draft),
    "decision-opening": ("opened records of a decision log", decision_opening_file),
}
"""Schemas of files, with their titles."""


def check() -> Schema:
    """`comity evidence decisions check`."""
    hole = {"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}
    interval = {"type": "array", "items": SHARE, "minItems": 2, "maxItems": 2}
    return record(
        log=TEXT,
        on=TEXT,
        records=COUNT,
        kinds=by_key(COUNT),
        chain=record(
            whole=FLAG,
            first=COUNT,
            last=TEXT,
            breaks=COUNT,
            broken=many(record(place=TEXT, reason=TEXT)),
            torn_bytes=COUNT,
            torn_pieces=many(TEXT),
        ),
        heads=many(record(name=TEXT, size=COUNT, state=word(_HEAD_STATES), signer=TEXT_OR_NULL)),
        sealed=COUNT,
        coverage=or_null(record(found=COUNT, carried_out=COUNT, interval=interval)),
        requests=or_null(record(asked=COUNT, found=COUNT, lost=many(TEXT), extra=COUNT, repeated=COUNT)),
        counters=many(
            record(name=TEXT, first=COUNT, last=COUNT, seen=COUNT, missing=COUNT, repeated=COUNT, holes=many(hole))
        ),
        incidents=many(record(id=TEXT, harm=TEXT, aware=TEXT, first_report=TEXT_OR_NULL)),
        holding=by_key(COUNT),
        reasons=by_key(COUNT),
        acts=by_key(COUNT),
        observations=by_key(VALUE),
        facts=many(record(fact=FACT, value=VALUE, basis=TEXT)),
        written=TEXT_OR_NULL,
        exit_code=COUNT,
    )


def sample() -> Schema:
    """`comity evidence decisions sample`."""
    return record(
        log=TEXT,
        size=COUNT,
        root=TEXT,
        nonce=TEXT,
        asked=COUNT,
        records=many(COUNT),
        chances=many(record(share=SHARE, records=COUNT, probability=SHARE)),
        confidence=SHARE,
        caught_with_confidence=or_null(COUNT),
        opened=TEXT_OR_NULL,
    )


def verification() -> Schema:
    """`comity evidence decisions verify`."""
    answer = record(outcome=word(("yes", "no", "open")), reason=TEXT)
    answers = record(signature=answer, records=answer) | {"additionalProperties": answer}
    shown = record(number=COUNT, id=TEXT, kind=TEXT)
    return record(log=TEXT, size=COUNT, at=TEXT, answers=answers, records=many(shown), exit_code=COUNT)


def receipt() -> Schema:
    """`comity evidence decisions append` and `import-otel`."""
    torn = or_null(record(file=TEXT, bytes=COUNT))
    return record(first=COUNT, records=COUNT, last=TEXT, skipped=COUNT, torn=torn)


OUTPUTS: dict[str, Callable[[], Schema]] = {
    "decision-check-1": check,
    "decision-sample-1": sample,
    "decision-verification-1": verification,
    "decision-receipt-1": receipt,
}
"""Schemas of what commands print."""


def _kinds() -> list[Schema]:
    """What a record of each kind has to say."""
    return [
        {
            "if": {"properties": {"kind": {"const": kind}}},
            "then": {"required": list(keys), "properties": {key: {"not": {"enum": [None, []]}} for key in keys}},
        }
        for kind, keys in NEEDED.items()
    ]


def _given(schema: Schema) -> Schema:
    """A key without its null."""
    choices: list[Schema] = [choice for choice in schema.get("anyOf", [schema]) if choice != {"type": "null"}]
    return choices[0]


def _plain(value: Any) -> Any:
    """A schema whose patterns end as every reader of regular expressions knows it."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.replace(_END, "$") if isinstance(value, str) else value
