"""Schemas of the documents that commands print with `--format json`.

Keys may be added to a document, never removed or renamed; so further keys are allowed everywhere, and the keys named here are promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.clauses.tree import Kind
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
from comity.solving.relations import RELATIONS

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


def _with(schema: Schema, **keys: Schema) -> Schema:
    return record(**(schema["properties"] | keys))


def assessment() -> Schema:
    """`comity assess`."""
    standard = record(
        id=TEXT,
        title=TITLE,
        jurisdiction=TEXT,
        force=word(FORCES),
        status=word(STATUSES),
        orientation=many(word(ORIENTATIONS)),
        as_of=DAY,
        age_days={"type": "integer"},
        counts=COUNTS,
    )
    element = record(
        id=TEXT,
        verdict=VERDICT,
        settled=FLAG,
        reason=TEXT,
        applies=TRUTH,
        deciding_facts=by_key(VALUE),
        missing_facts=many(FACT),
    )
    clause = record(
        id=CLAUSE,
        verdict=VERDICT,
        binding=FLAG,
        modality=word(MODALITIES),
        jurisdiction=TEXT,
        topic=TEXT,
        cite=TEXT,
        title=TITLE,
        reason=TEXT,
        applies=TRUTH,
        deciding_facts=by_key(VALUE),
        missing_facts=many(FACT),
        subject=word((*COLLECTIONS, None)),
        unknowable=FLAG,
        elements=or_null(many(element))
        | {"description": "of a clause about a collection; null where it was judged as a whole"},
        evidence=many(record(fact=FACT, by=word(BASES), source=TEXT_OR_NULL, at=TEXT)),
        checked=CHECKED,
        in_force=many(record(from_=DAY, until=DAY_OR_NULL)),
    )
    return record(
        language=TEXT,
        library=LIBRARY,
        on=DAY,
        system=SYSTEM,
        markets=many(TEXT),
        counts=COUNTS,
        standards=many(standard),
        clauses=many(clause),
        changes=many(record(on=DAY, clause=CLAUSE, before=VERDICT, after=VERDICT)),
        openings=many(record(fact=FACT, decides=COUNT, touched=COUNT)),
        contradictions=many(TEXT),
        flows=many(_routes()),
    )


def _routes() -> Schema:
    """How a flow stands with the routes that one place asks for."""
    alternative = record(routes=many(TEXT), certain=FLAG, not_met=many(CLAUSE), missing_facts=many(FACT))
    return record(
        flow=TEXT,
        jurisdiction=TEXT,
        state=word(("not_needed", "in_place", "missing", "unknown")),
        in_place=or_null(many(TEXT)),
        clauses=many(CLAUSE),
        not_met=many(CLAUSE),
        missing_facts=many(FACT),
        alternatives=many(alternative),
    )


def explanation() -> Schema:
    """`comity explain`."""
    fact = record(
        title=TEXTS,
        definition=TEXTS,
        type=word(kind.value for kind in Kind),
        unit=TEXT_OR_NULL,
        value=VALUE,
        by={"enum": [*BASES, None]},
        source=TEXT_OR_NULL,
        note=TEXT_OR_NULL,
        at=TEXT_OR_NULL,
    )
    obstacle = {
        "oneOf": [
            record(all=many(part("obstacle"))),
            record(one=many(part("obstacle"))),
            record(fact=FACT, value=VALUE, asked=TEXT),
        ]
    }
    node = record(
        text=TEXT,
        words=TEXT_OR_NULL,
        operator=word(("and", "or", "not", "choose", "sum", "test", "fact", "definition", "literal")),
        value=VALUE,
        fact=TEXT_OR_NULL,
        definition=TEXT_OR_NULL,
        children=many(part("node")),
    )
    parts = word(("scope", "actor", "when", "unless", "in_force", "require"))
    return record(
        language=TEXT,
        library=LIBRARY,
        on=DAY,
        markets=many(TEXT),
        system=SYSTEM,
        clause=_with(WHOLE_CLAUSE, sources=SOURCES),
        elements=many(record(id=TEXT, verdict=VERDICT, reason=TEXT)),
        verdict=VERDICT,
        binding=FLAG,
        in_force=FLAG,
        applies=TRUTH,
        reason=TEXT,
        parts=many(record(part=parts, value=TRUTH, trace=part("node"))),
        facts=by_key(fact),
        definitions=by_key(record(title=TEXTS, cite=TEXT, note=or_null(TEXTS), formula=TEXT)),
        missing_facts=many(record(fact=FACT, example=TEXT)),
        changes=or_null(part("obstacle")),
        exception=or_null(part("obstacle")),
    ) | {"$defs": {"node": node, "obstacle": obstacle}}


def plan() -> Schema:
    """`comity plan`."""
    cost: Schema = {"type": "number", "minimum": 0}
    clauses = many(CLAUSE)
    values: Schema = by_key(VALUE) | {"description": "by jurisdiction"}
    step = record(
        fact=FACT,
        kind=word(("establish", "change")),
        from_=VALUE | {"description": "null: not known, or not the same in every jurisdiction"},
        to=VALUE | {"description": "null: not the same in every jurisdiction"},
        from_in=values,
        to_in=values,
        cost=cost,
        total=cost,
        closes=clauses,
        reopens=clauses,
        opens=many(TEXT),
    )
    return record(
        language=TEXT,
        library=LIBRARY,
        on=DAY,
        system=SYSTEM,
        markets=many(TEXT),
        assumptions=many(record(fact=FACT, market=TEXT_OR_NULL, value=VALUE)),
        per_market=FLAG,
        budget=or_null(cost),
        possible=FLAG,
        possible_per_market=TRUTH,
        cost=cost,
        steps=many(step),
        promised=clauses,
        left=clauses,
        waiting=clauses,
        open_givens=many(record(fact=FACT, cost=cost, clauses=clauses)),
        conflicts=many(clauses),
        conflicts_complete=FLAG,
        progress=many(record(market=TEXT, cost=or_null(cost), opened=FLAG, left=clauses, waiting=clauses)),
    )


def reconciliation() -> Schema:
    """`comity reconcile`."""
    clauses = many(CLAUSE)
    values = by_key(VALUE)
    interval = record(low=VALUE, low_closed=FLAG, high=VALUE, high_closed=FLAG)
    region: Schema = {
        "type": "object",
        "description": "intervals of an ordered fact, values of an enum or boolean, or members that a set has to hold and must not hold",
        "properties": {
            "intervals": many(interval),
            "allowed": many(VALUE),
            "required": many(TEXT),
            "forbidden": many(TEXT),
            "linked": FLAG,
        },
    }
    side = record(
        part=word(("below", "above", "between", "value", "required", "forbidden")),
        limits=many(VALUE),
        clauses=clauses,
        also=clauses,
    )
    conflict = record(clauses=clauses, cites=many(TEXT), facts=many(FACT))
    given = record(fact=FACT, market=TEXT_OR_NULL, value=VALUE)
    conflict["properties"] |= {"kept": many(FACT), "dissolves": FLAG, "givens": many(given)}
    found = record(
        language=TEXT,
        library=LIBRARY,
        system=record(name=TEXT),
        markets=many(TEXT),
        on=DAY,
        assumed=many(given),
        kept=by_key(values),
        clauses=record(bind=COUNT, open=COUNT, ask_nothing=COUNT),
        open=many(record(clause=CLAUSE, givens=many(FACT))),
        open_givens=many(record(fact=FACT, clauses=COUNT)),
        possible=FLAG | {"description": "whether one product satisfies every clause that is not open"},
        decided=FLAG,
        design=values,
        bounds=many(record(fact=FACT, region=region, binding=clauses, sides=many(side))),
        conflicts=many(clauses),
        conflict_details=many(conflict),
        complete=FLAG,
        splits=many(record(fact=FACT, values=values)),
    )
    found["properties"] |= {
        "for_any": FLAG,
        "possible_with_splits": FLAG,
        "persistent": many(clauses),
        "prohibitions": clauses,
    }
    return found


def comparison() -> Schema:
    """`comity compare`."""
    witness = record(words=TEXT, facts=by_key(VALUE), context=by_key(VALUE))
    sides = record(a=TEXT, b=TEXT)
    pair = record(
        a=CLAUSE,
        b=CLAUSE,
        relation=word(RELATIONS),
        shared_facts=many(FACT),
        witness={
            "type": "object",
            "description": "under a a system that satisfies a and not b, under b one that satisfies b and not a",
            "properties": {"a": witness, "b": witness},
            "additionalProperties": False,
        },
        cite=sides,
        title=record(a=TITLE, b=TITLE),
        modality=record(a=word(MODALITIES), b=word(MODALITIES)),
        confirmed=record(a=FLAG, b=FLAG),
    )
    return record(
        language=TEXT,
        library=LIBRARY,
        on=DAY_OR_NULL,
        a=TEXT,
        b=TEXT,
        counts=record(**dict.fromkeys(RELATIONS, COUNT)),
        pairs=many(pair),
        independent=COUNT,
        undecided=many(record(a=CLAUSE, b=CLAUSE)),
        alone=record(a=many(CLAUSE), b=many(CLAUSE)),
    )


def questions() -> Schema:
    """`comity ask`."""
    question = record(
        fact=FACT,
        title=TEXTS,
        definition=TEXTS,
        type=word(kind.value for kind in Kind),
        unit=TEXT_OR_NULL,
        values=many(record(id=TEXT, title=TEXTS)),
        example=TEXT,
        nature=word(NATURES),
        per_market=FLAG,
        decides=COUNT,
        waiting=many(CLAUSE),
    )
    return record(
        language=TEXT,
        library=LIBRARY,
        on=DAY,
        system=or_null(SYSTEM),
        markets=many(TEXT),
        verdicts=record(all=COUNT, decided=COUNT, not_met=COUNT, open=COUNT),
        facts=record(mentioned=COUNT, asked=many(FACT), not_known=many(FACT), to_ask=COUNT),
        questions=many(question),
    )


def library_check() -> Schema:
    """`comity library check`."""
    shares = ("shared_facts", "shared_values", "clauses_sharing_a_fact", "clauses_sharing_a_choice")
    return record(
        errors=many(TEXT),
        problems=many(record(place=TEXT, message=TEXT)),
        standards=COUNT,
        clauses=COUNT,
        examples=COUNT,
        facts=COUNT,
        checked=by_key(COUNT) | {"propertyNames": word(GRADES)},
        unknowable=COUNT,
        comparability=record(**dict.fromkeys(shares, SHARE)),
    )


def library_deep_check() -> Schema:
    """`comity library check --deep`."""
    kinds = ("vacuous", "empty", "unmeetable", "conflict", "redundant", "undecided")
    flaw = record(kind=word(kinds), clauses=many(CLAUSE), because=many(CLAUSE), facts=many(FACT))
    return record(standards=COUNT, clauses=COUNT, flaws=many(flaw))


def library_list() -> Schema:
    """`comity library list`."""
    return record(library=LIBRARY, standards=many(_with(STANDARD_HEAD, clauses=COUNT)))


def library_entry() -> Schema:
    """`comity library show`: the form of `entry` follows from `kind`."""
    omissions = many(record(cite=TEXT, reason=TITLE))
    fact = record(
        title=TEXTS,
        definition=TEXTS,
        topic=TEXT,
        subject=word(SUBJECTS),
        type=word(kind.value for kind in Kind),
        values=many(record(id=TEXT, title=TEXTS)),
        unit=TEXT_OR_NULL,
        established_by=many(word(BASES)),
        nature=word(NATURES),
        per_market=FLAG,
        measure=TEXT_OR_NULL,
        cost=record(change={"type": "number"}, establish={"type": "number"}),
        reserved=FLAG,
        clauses=USES,
        definitions=many(TEXT),
    )
    definition = record(
        title=TITLE,
        cite=TEXT,
        note=or_null(TEXTS),
        type=word(kind.value for kind in Kind),
        formula=FORMULA,
        names=many(TEXT),
        clauses=USES,
        definitions=many(TEXT),
    )
    jurisdiction = record(
        title=TITLE,
        kind=TEXT,
        market=FLAG,
        part_of=TEXT_OR_NULL,
        regions=many(TEXT),
        languages=many(TEXT),
        parts=many(TEXT),
        standards=many(TEXT),
        roles=by_key(many(TEXT)),
    )
    forms = {
        "standard": _with(STANDARD_HEAD, scope=or_null(FORMULA), clauses=many(part("clause")), not_encoded=omissions),
        "clause": {"allOf": [part("clause"), record(sources=SOURCES)]},
        "fact": fact,
        "definition": definition,
        "role": record(title=TITLE, definition=TITLE, terms=by_key(many(TEXT)), clauses=USES),
        "topic": record(title=TITLE, facts=many(FACT), clauses=USES),
        "jurisdiction": jurisdiction,
    }
    cases = [
        {"if": {"properties": {"kind": {"const": kind}}}, "then": {"properties": {"entry": part(kind)}}}
        for kind in forms
    ]
    shared = forms | {"clause": WHOLE_CLAUSE, "clause_with_sources": forms["clause"]}
    cases[list(forms).index("clause")]["then"] = {"properties": {"entry": part("clause_with_sources")}}
    head = record(kind=word(ENTRY_KINDS), id=TEXT, entry={"type": "object"})
    return head | {"allOf": cases, "$defs": shared}


def library_search() -> Schema:
    """`comity library search`, the best first."""
    result = record(kind=word(ENTRY_KINDS), id=TEXT, title=TEXTS, text=TEXT_OR_NULL, score=COUNT)
    return record(words=many(TEXT), results=many(result))


def library_stats() -> Schema:
    """`comity library stats`."""
    counts = {"standards": COUNT, "clauses": COUNT, "binding": COUNT}
    titled = {"id": TEXT, "title": TITLE}
    part_of_whole = record(part=COUNT, whole=COUNT, share=SHARE)
    shares = ("regions", "regions_bound", "languages", "orientations", "cells")
    figures = ("shared_facts", "shared_values", "clauses_sharing_a_fact", "clauses_sharing_a_choice")
    place = record(**titled, kind=TEXT, market=FLAG, regions=many(TEXT), languages=many(TEXT), **counts)
    return record(
        library=LIBRARY,
        standards=COUNT,
        clauses=COUNT,
        facts=COUNT,
        unknowable=COUNT,
        topics=many(record(**titled)),
        matrix=by_key(by_key(COUNT)) | {"description": "clauses by jurisdiction and topic; what is absent has none"},
        jurisdictions=many(place),
        regions=many(record(**titled, part_of=TEXT_OR_NULL, **counts)),
        worldwide=record(**counts),
        languages=many(record(**titled, world=FLAG, **counts)),
        orientations=by_key(record(**counts)) | {"propertyNames": word(ORIENTATIONS)},
        forces=by_key(record(**counts)) | {"propertyNames": word(FORCES)},
        statuses=by_key(record(**counts)) | {"propertyNames": word(STATUSES)},
        grades=by_key(COUNT) | {"propertyNames": word(GRADES)},
        modalities=by_key(COUNT) | {"propertyNames": word(MODALITIES)},
        shares=record(**dict.fromkeys(shares, part_of_whole)),
        missing=record(
            regions=many(TEXT),
            languages=many(TEXT),
            orientations=many(word(ORIENTATIONS)),
            jurisdictions=many(TEXT),
            topics=many(TEXT),
        ),
        comparability=record(**dict.fromkeys(figures, SHARE)),
    )


def library_timeline() -> Schema:
    """`comity library timeline`."""
    event = record(
        standard=TEXT,
        jurisdiction=TEXT,
        turn=word(("begins", "extends", "ends")),
        whole=FLAG,
        for_=or_null(FORMULA),
        clauses=many(CLAUSE),
    )
    return record(
        library=LIBRARY,
        markets=or_null(many(TEXT)),
        from_=DAY,
        until=DAY_OR_NULL,
        days=many(record(on=DAY, clauses=COUNT, events=many(event))),
        without_days=many(record(id=TEXT, status=word(STATUSES))),
    )


def library_review() -> Schema:
    """`comity library review`."""
    said = record(part=word(("when", "unless", "require")), words=TEXTS)
    clause = _with(WHOLE_CLAUSE, words=many(said), tried=many(FLAG), sources=SOURCES)
    definition = record(id=TEXT, title=TITLE, cite=TEXT, note=or_null(TEXTS), formula=TEXT, words=TEXTS)
    return record(
        library=LIBRARY,
        languages=many(word(LANGUAGES)),
        standard=STANDARD_HEAD,
        clauses=many(clause),
        definitions=many(definition),
        not_encoded=many(record(cite=TEXT, reason=TITLE)),
    )


def verification() -> Schema:
    """`comity evidence verify` of a bundle."""
    answer = record(outcome=word(("yes", "no", "open")), reason=TEXT)
    stated = record(market=TEXT, on=DAY, verdicts=by_key(VERDICT), elements=by_key(many(TEXT)))
    difference = record(market=TEXT, clause=CLAUSE, stated=or_null(VERDICT), found=or_null(VERDICT))
    answers = record(**dict.fromkeys(("signature", "issuer", "verdicts", "measurement"), answer))
    return record(
        system=record(id=TEXT, version=TEXT),
        created=TEXT,
        expires=TEXT_OR_NULL,
        evaluator=TEXT,
        library=TEXT,
        signers=many(TEXT),
        opened=COUNT,
        size=COUNT,
        answers=answers | {"additionalProperties": answer},
        assessments=many(stated),
        facts=many(record(fact=FACT, value=VALUE, basis=TEXT)),
        differences=many(difference),
        exit_code=COUNT,
    )


def statement_verification() -> Schema:
    """`comity evidence verify` of a signed statement."""
    answer = record(outcome=word(("yes", "no", "open")), reason=TEXT)
    return record(measure=TEXT, artefacts=many(TEXT), answers=record(signature=answer, issuer=answer), exit_code=COUNT)


def imported() -> Schema:
    """`comity import`."""
    statement: Schema = {
        "type": "object",
        "required": ["_type", "subject", "predicateType", "predicate"],
        "description": "as the schema `statement` has it",
    }
    return record(statements=many(record(statement=statement, written=TEXT_OR_NULL)))


MAKERS = {
    "assessment-1": assessment,
    "explanation-1": explanation,
    "questions-1": questions,
    "plan-1": plan,
    "reconciliation-1": reconciliation,
    "comparison-1": comparison,
    "library-check-1": library_check,
    "library-deep-check-1": library_deep_check,
    "library-list-1": library_list,
    "library-entry-1": library_entry,
    "library-search-1": library_search,
    "verification-1": verification,
    "statement-verification-1": statement_verification,
    "import-1": imported,
    "library-stats-1": library_stats,
    "library-timeline-1": library_timeline,
    "library-review-1": library_review,
}


def schema_of_output(name: str) -> Schema:
    """The schema of a kind of document: its own keys, and the two that every document has."""
    from comity.schemas.decisions import OUTPUTS as DECISIONS

    maker = (MAKERS | DECISIONS)[name]
    made = maker()
    kind, _, version = name.rpartition("-")
    both = {"schema": {"const": f"comity/{kind}/{version}"}, "comity_version": TEXT}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:comity:schema:{name}",
        "title": f"Comity: {(maker.__doc__ or '').splitlines()[0].rstrip('.')} --format json",
    }
    return head | made | {"properties": both | made["properties"], "required": [*both, *made["required"]]}
