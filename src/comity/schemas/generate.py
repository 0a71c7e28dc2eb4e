"""Schemas of the files that people write, made from the vocabulary and the closed lists of a library.

They say what the readers in `library` and `dossier` accept, as far as a schema can: that a formula is well typed, only a reader can tell.
YAML is read as YAML 1.2 by editors, so a text may look like a number there (`version: 1.0`) and a formula like a boolean (`when: true`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from comity.clauses.tree import Kind
from comity.clauses.values import INT_MAXIMUM, NUMBER_MAXIMUM, example_of
from comity.dossier.reader import VERSION
from comity.dossier.statements import PREDICATE_TYPE, STATEMENT_TYPE, Statement
from comity.language import LANGUAGES
from comity.library.model import (
    BASES,
    COLLECTIONS,
    FORCES,
    GRADES,
    MODALITIES,
    NATURES,
    ORIENTATIONS,
    STATUSES,
    SUBJECTS,
    VERDICTS,
)
from comity.library.standards import UNKNOWABLE
from comity.library.vocabulary import MARKETS
from comity.schemas.decisions import FILES as DECISION_FILES
from comity.schemas.measures import FILES as MEASURE_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.values import FactType
    from comity.library.loader import Library
    from comity.library.model import FactDefinition, Text

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FACT_ID = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
VALUE_ID = r"^[a-z0-9][a-z0-9_]*(-[a-z0-9_]+)*$"
CLAUSE_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
STANDARD_ID = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
DURATION = (
    r"^([+-]?(([0-9]+(\.[0-9]+)?|\.[0-9]+)(h|ms|us|ns|m|s))+"
    r"|P(?=.)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?|[+-]?0)$"
)
TEXT: Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
FORMULA: Schema = {
    "type": ["string", "boolean"],
    "pattern": r"\S",
    "description": "A formula in the clause language (a subset of CEL).\n\n条款语言（CEL子集）写成的公式。",
}
COLLECTION_TEXTS = {
    "flow": (
        "Every flow of data across a border; an empty list says that there is none.\n\n每一个跨境数据流；空列表表示没有。"
    ),
}
REQUIREMENT = (
    "A formula in the clause language, or the word unknowable where no fact can decide it; then the modality is should or may, and a note "
    "says why.\n\n条款语言写成的公式；没有任何事实能够判定的，写unknowable，此时modality为should或may，并由note说明原因。"
)


def schema_of(name: str, library: Library) -> Schema:
    """The schema of a kind of file, for the vocabulary of a library."""
    makers = {
        "dossier": dossier,
        "profile": profile,
        "facts": facts,
        "definitions": definitions,
        "standard": standard,
        "chapter": chapter,
        "roles": roles,
        "topics": titles,
        "values": titles,
        "jurisdictions": jurisdictions,
        "regions": regions,
        "languages": languages,
        "axioms": axioms,
        "conventions": conventions,
        "statement": statement,
        **{kind: maker for kind, (_, maker) in (DECISION_FILES | MEASURE_FILES).items()},
    }
    title = {
        "dossier": "comity.yaml: one AI system",
        "profile": "library/profiles/*.yaml: an imagined system, givens only",
        "facts": "library/facts/*.yaml: facts of one topic",
        "definitions": "library/definitions/*.yaml: named formulas",
        "standard": "library/standards/…: a standard, whole or its head",
        "chapter": "library/standards/<jurisdiction>/<standard>/*.yaml: clauses of a standard",
        "roles": "library/roles.yaml",
        "topics": "library/topics.yaml",
        "values": "library/values.yaml: what declared values are called",
        "jurisdictions": "library/jurisdictions.yaml",
        "regions": "library/regions.yaml: regions of the world",
        "languages": "library/languages.yaml: languages of official texts",
        "axioms": "library/axioms.yaml: what holds of every possible system",
        "conventions": "library/conventions.yaml: how words are read",
        "statement": "a measurement as an in-toto Statement",
        **{kind: words for kind, (words, _) in (DECISION_FILES | MEASURE_FILES).items()},
    }
    head = {"$schema": DIALECT, "$id": f"urn:comity:schema:{name}", "title": f"Comity: {title[name]}"}
    return head | makers[name](library)


def record(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object with these keys and no others; an optional key may be null, which is as if it were absent."""
    absent = {key: _or_null(schema) for key, schema in (optional or {}).items()}
    found: Schema = {"type": "object", "properties": {**required, **absent}, "additionalProperties": False}
    return found | ({"required": list(required)} if required else {})


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    if isinstance(schema.get("type"), list):
        return schema | {"type": [*schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def many(items: Schema, *, least: int = 0) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def one_of_words(words: Iterable[str]) -> Schema:
    """One word out of a closed list."""
    return {"enum": list(words)}


def bilingual() -> Schema:
    """A text in every language of the library; further languages may be added."""
    text = {"type": "string", "pattern": r"\S"}
    return {
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, text),
        "required": list(LANGUAGES),
        "additionalProperties": text,
    }


def both_languages(*texts: Text) -> str:
    """Texts in all their languages, for a description."""
    return "\n\n".join(part for language in LANGUAGES for text in texts if (part := text.get(language)))


def value_of(fact_type: FactType) -> Schema:
    """The value of a fact of a type; null is unknown."""
    match fact_type.kind:
        case Kind.ENUM:
            return {"enum": [*fact_type.values, None]}
        case Kind.SET:
            return {"type": ["array", "null"], "items": {"enum": list(fact_type.values)}, "uniqueItems": True}
    return {"$ref": f"#/$defs/{fact_type.kind.value}"}


def simple_values() -> dict[str, Schema]:
    """Values of the types that declare none."""
    return {
        "bool": {"type": ["boolean", "null"]},
        "int": {"type": ["integer", "null"], "minimum": -INT_MAXIMUM, "maximum": INT_MAXIMUM},
        "number": {"type": ["number", "null"], "minimum": -NUMBER_MAXIMUM, "maximum": NUMBER_MAXIMUM},
        "ratio": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "date": {"type": ["string", "null"], "pattern": DAY, "examples": ["2026-08-02"]},
        "duration": {
            "type": ["string", "integer", "null"],
            "pattern": DURATION,
            "minimum": 0,
            "maximum": 0,
            "examples": ["72h", "P6M"],
        },
        "text": {"type": ["string", "number", "boolean", "null"]},
    }


# The dossier


def dossier(library: Library) -> Schema:
    """`comity.yaml`: every fact with its type and what it means, so that an editor completes and explains it."""
    text = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
    asked = [fact for fact in library.vocabulary.facts.values() if fact.id != MARKETS]
    keys = record(
        {
            "comity": {
                "enum": [int(VERSION), VERSION],
                "description": "Version of the form of the dossier.\n\n档案格式的版本。",
            },
            "system": record({"id": text}, {"name": text, "version": text})
            | {"description": "The system that is described.\n\n被描述的系统。"},
            "markets": many({"enum": list(library.markets)}, least=1)
            | {"description": "Where it is or will be offered.\n\n已经或将要提供服务的市场。"},
        },
        {
            "facts": {
                "type": "object",
                "description": "What is known of the system.\n\n关于该系统的已知事实。",
                "properties": {fact.id: _given(fact) for fact in asked},
                "additionalProperties": False,
            },
            **{key: _collection(collection, library) for collection, key in COLLECTIONS.items()},
            "costs": {
                "type": "object",
                "description": "Own relative effort to change a fact.\n\n改变某项事实的自估相对工作量。",
                "propertyNames": {"anyOf": [{"enum": [fact.id for fact in asked]}, *_names_of_elements(library)]},
                "additionalProperties": {"type": "number", "minimum": 0},
            },
            "evidence": {
                "type": "string",
                "description": "Directory with statements, below the dossier.\n\n存放声明的子目录。",
            },
        },
    )
    market_values = {"propertyNames": {"enum": list(library.markets)}}
    sourced = {
        "anyOf": [{"required": ["value"]}, {"required": ["per_market"]}],
        "if": {"properties": {"by": {"enum": list(BASES[1:])}}, "required": ["by"]},
        "then": {"required": ["source"]},
    }
    return keys | {
        "$defs": {
            **simple_values(),
            **{f"given_{form}": schema for name in simple_values() for form, schema in _forms(name).items()},
            **{f"values:{fact.id}": value_of(fact.type) for fact in asked if fact.type.values},
            "by": {"enum": [*BASES, None], "description": "What the value rests on.\n\n取值的依据。"},
            "source": _or_null(text) | {"description": "The document or statement that says so.\n\n出处：文件或声明。"},
            "note": _or_null(text),
            "markets": market_values,
            "sourced": sourced,
        }
    }


def _collection(collection: str, library: Library) -> Schema:
    """What a dossier lists of a collection: entries with an id and facts, which may leave out the name of the collection."""
    facts = [fact for fact in library.vocabulary.facts.values() if fact.subject == collection]
    named = {name: _given(fact) for fact in facts for name in (fact.id.removeprefix(f"{collection}."), fact.id)}
    entry = {
        "type": "object",
        "properties": {"id": {"type": "string", "pattern": CLAUSE_ID}, **named},
        "required": ["id"],
        "additionalProperties": False,
    }
    return many(entry) | {"description": COLLECTION_TEXTS[collection]}


def _names_of_elements(library: Library) -> Iterator[Schema]:
    """The facts of single elements, as costs name them."""
    for collection in COLLECTIONS:
        facts = [re.escape(fact.id) for fact in library.vocabulary.facts.values() if fact.subject == collection]
        if facts:
            yield {"pattern": f"^({'|'.join(facts)})@[a-z0-9]+(-[a-z0-9]+)*$"}


def _given(fact: FactDefinition) -> Schema:
    """A fact of a dossier, with what it means."""
    form = f"{'listing' if fact.type.values else fact.type.kind.value}{'_by_market' if fact.per_market else ''}"
    unit = [f"({fact.unit})"] if fact.unit else []
    example = f"{fact.id}: {example_of(fact.type)}"
    shape = _forms(f"values:{fact.id}")[form] if fact.type.values else {"$ref": f"#/$defs/given_{form}"}
    return {
        "title": " / ".join(fact.title[language] for language in LANGUAGES if language in fact.title) or fact.id,
        "description": "\n\n".join(part for part in (both_languages(fact.definition), *unit, example) if part),
        **shape,
    }


def _forms(name: str) -> dict[str, Schema]:
    """How a value of a type may be given: alone, or with its basis and, for facts that can differ, with values for single markets."""
    value = {"$ref": f"#/$defs/{name}"}
    properties = {"value": value, **{key: {"$ref": f"#/$defs/{key}"} for key in ("by", "source", "note")}}
    markets = {"type": "object", "additionalProperties": value, "allOf": [{"$ref": "#/$defs/markets"}]}
    basis = {"type": "object", "additionalProperties": False, "allOf": [{"$ref": "#/$defs/sourced"}]}
    kind = name if ":" not in name else "listing"
    return {
        kind: {"anyOf": [value, basis | {"properties": properties}]},
        f"{kind}_by_market": {"anyOf": [value, basis | {"properties": properties | {"per_market": markets}}]},
    }


def profile(library: Library) -> Schema:
    """An imagined system: what it is, and nothing of what its maker decides."""
    givens = [fact for fact in library.vocabulary.facts.values() if fact.nature == "given" and fact.id != MARKETS]
    return record(
        {
            "id": {"type": "string", "pattern": CLAUSE_ID},
            "title": bilingual(),
            "text": bilingual(),
            "facts": {
                "type": "object",
                "properties": {fact.id: _imagined(fact, library) for fact in givens},
                "additionalProperties": False,
            },
        }
    ) | {
        "$defs": {
            **simple_values(),
            **{f"values:{fact.id}": value_of(fact.type) for fact in givens if fact.type.values},
        }
    }


def _imagined(fact: FactDefinition, library: Library) -> Schema:
    """A given of a profile, with what it means."""
    value = {"$ref": f"#/$defs/{f'values:{fact.id}' if fact.type.values else fact.type.kind.value}"}
    by_market = {"type": "object", "propertyNames": {"enum": list(library.markets)}, "additionalProperties": value}
    keys = record({}, {"value": value, "note": TEXT} | ({"per_market": by_market} if fact.per_market else {}))
    return {"description": both_languages(fact.title, fact.definition), "anyOf": [value, keys]}


# The library


def facts(library: Library) -> Schema:
    """Definitions of facts; only enum and set facts have values."""
    values = many({"type": "string", "pattern": VALUE_ID}, least=1) | {"uniqueItems": True}
    definition = record(
        {"id": {"type": "string", "pattern": FACT_ID}, "type": one_of_words(kind.value for kind in Kind)},
        {
            "subject": one_of_words(SUBJECTS),
            "values": values,
            "unit": TEXT,
            "title": bilingual(),
            "definition": bilingual(),
            "established_by": many(one_of_words(BASES)),
            "nature": one_of_words(NATURES),
            "per_market": {"type": "boolean"},
            "measure": TEXT,
            "cost": record({}, {"change": {"type": "number"}, "establish": {"type": "number"}}),
            "reserved": {"type": "boolean"},
        },
    )
    listing = {"properties": {"type": {"enum": [Kind.ENUM.value, Kind.SET.value]}}}
    return many(
        definition
        | {
            "if": listing,
            "then": {"required": ["values"], "properties": {"values": {"type": "array"}}},
            "else": {"properties": {"values": {"type": "null"}}},
        }
    )


def definitions(library: Library) -> Schema:
    """Named formulas."""
    return many(
        record(
            {
                "id": {"type": "string", "pattern": FACT_ID},
                "cite": TEXT,
                "title": bilingual(),
                "formula": FORMULA,
            },
            {"note": bilingual()},
        )
    )


def standard(library: Library) -> Schema:
    """A standard in one file, or the head of one in a folder."""
    keys = record(
        {
            "id": {"type": "string", "pattern": STANDARD_ID},
            "title": bilingual(),
            "publisher": bilingual(),
            "jurisdiction": one_of_words(library.jurisdictions),
            "force": one_of_words(FORCES),
            "status": one_of_words(STATUSES),
            "orientation": many(one_of_words(ORIENTATIONS)),
            "version": TEXT,
            "as_of": {"type": "string", "pattern": DAY},
            "in_force": {"$ref": "#/$defs/phases"},
            "sources": many(record({"url": {"type": "string", "pattern": r"^https://[^\s/]+\.\S+$"}, "title": TEXT})),
            "scope": FORMULA,
        },
        _clauses_and_more(),
    )
    return keys | {"$defs": _parts_of_clauses(library)}


def chapter(library: Library) -> Schema:
    """Clauses of a standard that is a folder."""
    return record({}, _clauses_and_more()) | {"$defs": _parts_of_clauses(library)}


def _clauses_and_more() -> dict[str, Schema]:
    return {
        "clauses": many({"$ref": "#/$defs/clause"}),
        "examples_assume": {"$ref": "#/$defs/facts"},
        "not_encoded": many(record({"cite": TEXT, "reason": bilingual()})),
    }


def _parts_of_clauses(library: Library) -> dict[str, Schema]:
    day = {"type": "string", "pattern": DAY}
    phase = record({"from": day}, {"until": day, "when": FORMULA})
    role = one_of_words(library.roles)
    example = record({"verdict": one_of_words(VERDICTS)}, {"facts": {"$ref": "#/$defs/facts"}, "on": day})
    clause = record(
        {
            "id": {"type": "string", "pattern": CLAUSE_ID},
            "cite": TEXT,
            "topic": one_of_words(library.topics),
            "title": bilingual(),
            "text": bilingual(),
            "modality": one_of_words(MODALITIES),
            "require": FORMULA | {"description": REQUIREMENT},
            "checked": record({"on": day, "against": one_of_words(GRADES)}),
        },
        {
            "subject": one_of_words(COLLECTIONS),
            "actor": {"anyOf": [role, many(role)]},
            "when": FORMULA,
            "unless": FORMULA,
            "in_force": {"$ref": "#/$defs/phases"},
            "note": bilingual(),
            "examples": many({"$ref": "#/$defs/example"}),
        },
    )
    clause |= {
        "if": {"properties": {"require": {"const": UNKNOWABLE}}, "required": ["require"]},
        "then": {"properties": {"modality": {"enum": ["should", "may"]}, "note": bilingual()}, "required": ["note"]},
    }
    known = {
        "type": "object",
        "properties": {fact.id: value_of(fact.type) for fact in library.vocabulary.facts.values()},
        "additionalProperties": False,
    }
    return {
        **simple_values(),
        "clause": clause,
        "example": example,
        "phases": {"anyOf": [phase, many(phase)]},
        "facts": known,
    }


def roles(library: Library) -> Schema:
    """Roles, and what the laws call them."""
    terms = {
        "type": "object",
        "propertyNames": {"enum": list(library.jurisdictions)},
        "additionalProperties": many(TEXT),
    }
    return many(record({"id": _value_id(), "title": bilingual(), "definition": bilingual()}, {"terms": terms}))


def titles(library: Library) -> Schema:
    """Ids with titles."""
    return many(record({"id": _value_id(), "title": bilingual()}))


def jurisdictions(library: Library) -> Schema:
    """Where rules come from."""
    return many(
        record(
            {"id": _value_id(), "title": bilingual(), "kind": _value_id(), "market": {"type": "boolean"}},
            {"part_of": _value_id(), "regions": many(_value_id()), "languages": many(_value_id())},
        )
    )


def regions(library: Library) -> Schema:
    """Regions of the world."""
    return many(record({"id": _value_id(), "title": bilingual()}, {"part_of": _value_id()}))


def languages(library: Library) -> Schema:
    """Languages in which rules are published."""
    return many(record({"id": _value_id(), "title": bilingual()}, {"world": {"type": "boolean"}}))


def axioms(library: Library) -> Schema:
    """What holds of every possible system."""
    return many(record({"id": _value_id(), "formula": FORMULA, "text": bilingual()}))


def conventions(library: Library) -> Schema:
    """How words that laws leave open are read."""
    text = {"type": "string", "pattern": r"\S"}
    return many(
        {
            "type": "object",
            "properties": {"id": text, **dict.fromkeys(LANGUAGES, text)},
            "required": ["id", *LANGUAGES],
            "additionalProperties": text,
        }
    )


def _value_id() -> Schema:
    return {"type": "string", "pattern": VALUE_ID}


# Evidence


def statement(library: Library) -> Schema:
    """What a measure writes; its form is that of the type that reads it."""
    made = msgspec.json.schema(Statement)
    parts: dict[str, Schema] = made["$defs"]
    parts["Statement"]["properties"]["_type"] = {"const": STATEMENT_TYPE}
    parts["Statement"]["properties"]["predicateType"] = {"const": PREDICATE_TYPE}
    parts["Statement"]["properties"]["subject"]["minItems"] = 1
    parts["Digest"]["properties"]["sha256"]["pattern"] = "^[0-9a-f]{64}$"
    parts["MeasuredFact"]["properties"]["fact"]["pattern"] = FACT_ID
    return {"$ref": made["$ref"], "$defs": parts}
