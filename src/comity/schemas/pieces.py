"""What the schemas of several outputs share: forms of values, and the few ways in which a schema is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.language import LANGUAGES
from comity.library.model import (
    COLLECTIONS,
    FORCES,
    GRADES,
    MODALITIES,
    ORIENTATIONS,
    STATUSES,
    VERDICTS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
TRUTH: Schema = {"type": ["boolean", "null"], "description": "true, false, or null: unknown"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
DAY_OR_NULL: Schema = DAY | {"type": ["string", "null"]}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT, "description": "a text by language"}
TITLE: Schema = TEXTS | {"required": list(LANGUAGES)}
VALUE: Schema = {
    "type": ["boolean", "number", "string", "array", "null"],
    "items": TEXT,
    "description": "a set as a list, a date as 2026-08-02, a duration as 72h; null: unknown",
}
FACT: Schema = {
    "type": "string",
    "pattern": r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+(@[a-z0-9-]+)?$",
    "description": "a fact; of a single flow with its id: flow.routes@payroll-to-eu",
}
CLAUSE: Schema = {"type": "string", "pattern": "^[^/]+/[^/]+$", "description": "<standard>/<clause>"}
VERDICT: Schema = {"enum": list(VERDICTS)}
ENTRY_KINDS = ("standard", "clause", "fact", "definition", "role", "topic", "jurisdiction")


def record(**keys: Schema) -> Schema:
    """An object that has at least these keys; a trailing underscore keeps a key apart from Python's own words."""
    properties = {key.rstrip("_"): schema for key, schema in keys.items()}
    return {"type": "object", "properties": properties, "required": list(properties)}


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def by_key(values: Schema) -> Schema:
    """An object with any keys."""
    return {"type": "object", "additionalProperties": values}


def word(words: Iterable[str | None]) -> Schema:
    """One word out of a closed list."""
    return {"enum": list(words)}


def or_null(schema: Schema) -> Schema:
    """A schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def part(name: str) -> Schema:
    """A part that several places share."""
    return {"$ref": f"#/$defs/{name}"}


LIBRARY = record(version=TEXT, as_of=DAY)
SYSTEM = record(id=TEXT, name=TEXT, version=TEXT)
CHECKED = record(on=DAY, against=word(GRADES))
SOURCES = many(record(url=TEXT, title=TEXT))
FORMULA = record(text=TEXT, facts=many(FACT))
COUNTS: Schema = by_key(COUNT) | {"propertyNames": VERDICT}
USES: Schema = by_key(many(record(clause=CLAUSE, required=FLAG))) | {"description": "by jurisdiction"}
PHASES = many(record(from_=DAY, until=DAY_OR_NULL, when=or_null(FORMULA)))

WHOLE_CLAUSE = record(
    id=CLAUSE,
    standard=TEXT,
    jurisdiction=TEXT,
    cite=TEXT,
    topic=TEXT,
    subject=word((*COLLECTIONS, None)),
    unknowable=FLAG,
    title=TITLE,
    text=TITLE,
    modality=word(MODALITIES),
    actors=many(TEXT),
    scope=FORMULA,
    actor=or_null(FORMULA),
    when=or_null(FORMULA),
    unless=or_null(FORMULA),
    require=FORMULA,
    in_force=PHASES,
    checked=CHECKED,
    note=or_null(TEXTS),
    facts=many(FACT),
    examples=many(record(facts=by_key(VALUE), verdict=VERDICT, on=DAY_OR_NULL)),
    file=TEXT,
    line=COUNT,
)
STANDARD_HEAD = record(
    id=TEXT,
    title=TITLE,
    publisher=TITLE,
    jurisdiction=TEXT,
    force=word(FORCES),
    status=word(STATUSES),
    orientation=many(word(ORIENTATIONS)),
    version=TEXT,
    as_of=DAY,
    in_force=PHASES,
    sources=SOURCES,
)


def with_keys(schema: Schema, **keys: Schema) -> Schema:
    """A record with further keys."""
    return record(**(schema["properties"] | keys))
