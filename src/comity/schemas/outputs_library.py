"""Schemas of what the commands about the library print with `--format json`; see `outputs`."""

from __future__ import annotations

from comity.clauses.tree import Kind
from comity.language import LANGUAGES
from comity.library.model import (
    BASES,
    FORCES,
    GRADES,
    MODALITIES,
    NATURES,
    ORIENTATIONS,
    STATUSES,
    SUBJECTS,
)
from comity.schemas.pieces import (
    CLAUSE,
    COUNT,
    DAY,
    DAY_OR_NULL,
    ENTRY_KINDS,
    FACT,
    FLAG,
    FORMULA,
    LIBRARY,
    SHARE,
    SOURCES,
    STANDARD_HEAD,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TITLE,
    USES,
    WHOLE_CLAUSE,
    Schema,
    by_key,
    many,
    or_null,
    part,
    record,
    with_keys,
    word,
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
    return record(library=LIBRARY, standards=many(with_keys(STANDARD_HEAD, clauses=COUNT)))


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
        "standard": with_keys(
            STANDARD_HEAD, scope=or_null(FORMULA), clauses=many(part("clause")), not_encoded=omissions
        ),
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
    clause = with_keys(WHOLE_CLAUSE, words=many(said), tried=many(FLAG), sources=SOURCES)
    definition = record(id=TEXT, title=TITLE, cite=TEXT, note=or_null(TEXTS), formula=TEXT, words=TEXTS)
    return record(
        library=LIBRARY,
        languages=many(word(LANGUAGES)),
        standard=STANDARD_HEAD,
        clauses=many(clause),
        definitions=many(definition),
        not_encoded=many(record(cite=TEXT, reason=TITLE)),
    )
