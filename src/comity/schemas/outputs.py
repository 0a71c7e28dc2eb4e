"""Schemas of the documents that commands print with `--format json`.

Keys may be added to a document, never removed or renamed; so further keys are allowed everywhere, and the keys named here are promised.
"""

from __future__ import annotations

from comity.clauses.tree import Kind
from comity.library.model import (
    BASES,
    COLLECTIONS,
    FORCES,
    MODALITIES,
    NATURES,
    ORIENTATIONS,
    STATUSES,
)
from comity.schemas.outputs_library import (
    library_check,
    library_deep_check,
    library_entry,
    library_list,
    library_review,
    library_search,
    library_stats,
    library_timeline,
)
from comity.schemas.pieces import (
    CHECKED,
    CLAUSE,
    COUNT,
    COUNTS,
    DAY,
    DAY_OR_NULL,
    FACT,
    FLAG,
    LIBRARY,
    SOURCES,
    SYSTEM,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TITLE,
    TRUTH,
    VALUE,
    VERDICT,
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
from comity.solving.relations import RELATIONS


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
        measured=many(_measured()),
    )


def _measured() -> Schema:
    """A measured fact, and the clauses that look at it; `value` is null where the measure withheld it, and `withheld` says why."""
    bound = record(
        part=word(("require", "scope", "actor", "when", "unless", "in_force")),
        operator=word(("==", "!=", "<", "<=", ">", ">=")),
        value=VALUE,
        kept=TRUTH,
        doubtful=FLAG | {"description": "the interval of the value reaches over the bound"},
    )
    use = record(id=CLAUSE, verdict=VERDICT, effect=word(("decided", "open", "other")), bounds=many(bound))
    return record(
        fact=FACT,
        value=or_null(VALUE),
        places=many(TEXT) | {"description": "where it has this value, if it differs by market"},
        count=or_null(COUNT),
        interval=or_null(many({"type": "number"})),
        source=TEXT,
        withheld=TEXT_OR_NULL,
        clauses=many(use),
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
        clause=with_keys(WHOLE_CLAUSE, sources=SOURCES),
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


def verification() -> Schema:
    """`comity evidence verify` of a bundle."""
    answer = record(outcome=word(("yes", "no", "open")), reason=TEXT)
    stated = record(market=TEXT, on=DAY, verdicts=by_key(VERDICT), elements=by_key(many(TEXT)))
    # What the bundle states is told as it stands, whether or not the library knows such a fact or clause.
    difference = record(market=TEXT, clause=TEXT, stated=or_null(VERDICT), found=or_null(VERDICT))
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
        facts=many(record(fact=TEXT, value=VALUE, basis=TEXT)),
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
