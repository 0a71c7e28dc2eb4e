"""The schemas that ship: up to date, as strict as the readers, and true of everything that commands print.

The oracle for files is the reader: what ships and loads has to validate.
"""

from __future__ import annotations

import copy
import importlib.util
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from comity import schemas
from comity.cli import main
from comity.documents.fields import is_null
from comity.documents.reading import Mapping, Node, Scalar, Sequence, read_file, read_text
from comity.library.loader import builtin_directory, load_library
from comity.schemas.generate import schema_of

ROOT = Path(__file__).parent.parent.parent
SMALL_LIBRARY = Path(__file__).parent.parent / "data" / "small-library"
DATA = builtin_directory()
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def plain(node: Node) -> Any:
    """A YAML tree as an editor sees it: YAML 1.2, core schema."""
    match node:
        case Mapping(entries=entries):
            return {key: plain(value) for key, value in entries.items()}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Scalar() if is_null(node):
            return None
        case Scalar(text=text, plain=True) if text in {"true", "false"}:
            return text == "true"
        case Scalar(text=text, plain=True) if re.fullmatch("[-+]?[0-9]+", text):
            return int(text)
        case Scalar(text=text, plain=True) if NUMBER.fullmatch(text):
            return float(text)
    return node.text


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads(schemas.shipped(name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def complaints(name: str, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(document)]


def schema_for(path: Path) -> str:
    """Which schema a file of a library is to satisfy."""
    folder = path.relative_to(DATA).parts[0]
    if folder in {"facts", "definitions"}:
        return folder
    if folder == "profiles":
        return "profile"
    if folder == "standards":
        whole = path.name == "standard.yaml" or not (path.parent / "standard.yaml").is_file()
        return "standard" if whole else "chapter"
    return path.stem


SHIPPED = sorted(DATA.rglob("*.yaml"))


def test_the_shipped_schemas_are_up_to_date() -> None:
    """If this fails: python scripts/make_schemas.py."""
    place = importlib.util.spec_from_file_location("make_schemas", ROOT / "scripts" / "make_schemas.py")
    assert place is not None
    assert place.loader is not None
    script = importlib.util.module_from_spec(place)
    place.loader.exec_module(script)
    assert [path.name for path in script.outdated()] == []


@pytest.mark.parametrize("name", schemas.NAMES)
def test_a_schema_is_a_schema(name: str) -> None:
    schema = validator(name).schema
    assert isinstance(schema, dict)
    assert schema["$id"] == f"urn:comity:schema:{name}"
    references = re.findall(r'"\$ref": "([^"]*)"', schemas.shipped(name))
    assert all(reference.startswith("#/$defs/") for reference in references), "a schema stands alone"
    assert {reference.removeprefix("#/$defs/") for reference in references} <= set(schema.get("$defs", ()))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(DATA)))
def test_every_shipped_file_validates(path: Path) -> None:
    assert complaints(schema_for(path), plain(read_file(path))) == []


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("comity.yaml")), ids=lambda path: path.parent.name)
def test_every_shipped_dossier_validates(path: Path) -> None:
    assert complaints("dossier", plain(read_file(path))) == []


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("evidence/*.json")), ids=lambda path: path.name)
def test_every_shipped_statement_validates(path: Path) -> None:
    assert complaints("statement", json.loads(path.read_text(encoding="utf-8"))) == []


# Broken files

DOSSIER = """
comity: 1
system: {id: helper, version: 1.0}
markets: [eu, cn]
facts:
  system.generative: true
  system.offered_to_public: null
  model.training_compute_flop: {value: 1.6e21, by: documented, source: model-card.md, note: "see page 3"}
  dialogue.must_refuse.refusal_rate: 0.95
  dialogue.must_refuse.sample_size: 300
  label.explicit.shown: {value: true, per_market: {cn: false}}
  organisation.roles: [provider, deployer]
  system.first_supplied: 2026-01-31
flows:
- {id: payroll-to-eu, from: cn, flow.to: eu, persons_this_year: 120}
- {id: logs, routes: {value: [standard_contract], by: documented, source: contract.pdf}}
costs: {dialogue.must_refuse.refusal_rate: 20, flow.routes: 3, flow.routes@logs: 2}
evidence: evidence/
"""
BROKEN_DOSSIERS = {
    "of another version": ("comity: 1", "comity: 2"),
    "without an id": ("{id: helper, version: 1.0}", "{version: 1.0}"),
    "without markets": ("[eu, cn]", "[]"),
    "with an unknown market": ("[eu, cn]", "[eu, atlantis]"),
    "with an unknown key": ("evidence: evidence/", "evidance: evidence/"),
    "with an unknown fact": ("  system.generative", "  system.generativ"),
    "with a built-in fact": ("  system.generative: true", "  system.markets: [eu]"),
    "with a word for a truth value": ("system.generative: true", "system.generative: yes"),
    "with a percentage for a ratio": ("refusal_rate: 0.95", "refusal_rate: 95"),
    "with a text for a number": ("sample_size: 300", "sample_size: many"),
    "with a fraction for a whole number": ("sample_size: 300", "sample_size: 300.5"),
    "with a value that is not declared": ("[provider, deployer]", "[provider, wizard]"),
    "with one value for a set": ("[provider, deployer]", "provider"),
    "with a date of another form": ("2026-01-31", "31.01.2026"),
    "with a document that is not named": (", source: model-card.md", ""),
    "with an unknown basis": ("by: documented", "by: guessed"),
    "with a key that no value has": ("note: ", "remark: "),
    "with neither value": ("{value: true, per_market: {cn: false}}", "{by: declared}"),
    "that differs where it cannot": ("refusal_rate: 0.95", "refusal_rate: {value: 0.95, per_market: {cn: 0.9}}"),
    "with a market that does not exist": ("per_market: {cn: false}", "per_market: {xx: false}"),
    "with a negative cost": ("refusal_rate: 20", "refusal_rate: -1"),
    "with a cost of nothing": ("{dialogue.must_refuse.refusal_rate: 20", "{dialogue.must_refuse: 20"),
    "with a flow without an id": ("{id: payroll-to-eu, ", "{"),
    "with a flow of another name": ("id: payroll-to-eu", "id: Payroll to EU"),
    "with an unknown fact of a flow": ("persons_this_year", "persons_this_yaer"),
    "with a fact that no flow has": ("persons_this_year: 120", "system.generative: true"),
    "with a value that no flow has": ("[standard_contract]", "[handshake]"),
    "with a flow whose document is not named": (", source: contract.pdf", ""),
    "with a cost of another fact of a flow": ("flow.routes@logs", "flow.rotues@logs"),
}


def test_a_good_dossier_validates() -> None:
    assert complaints("dossier", plain(read_text(DOSSIER, name="comity.yaml"))) == []


@pytest.mark.parametrize("broken", BROKEN_DOSSIERS)
def test_a_broken_dossier_is_refused(broken: str) -> None:
    before, after = BROKEN_DOSSIERS[broken]
    assert before in DOSSIER
    assert complaints("dossier", plain(read_text(DOSSIER.replace(before, after), name="comity.yaml")))


@pytest.mark.parametrize(
    ("written", "good"),
    [
        *((text, True) for text in ("72h", "1h30m", "P6M", "P1Y2M", "PT72H", "P15D", "1.5s", ".5h", "0", "30m", "-2h")),
        *((text, False) for text in ("72", "72 h", "P", "PT", "six months", "h", "P1.5D", "72hours")),
    ],
)
def test_durations_are_read_as_the_reader_does(written: str, good: bool) -> None:
    from comity.clauses.values import parse_duration

    fact = next(fact.id for fact in load_library().vocabulary.facts.values() if fact.type.kind.value == "duration")
    document = plain(read_text(DOSSIER.replace("system.generative: true", f"{fact}: {written}"), name="comity.yaml"))
    assert (parse_duration(written) is not None) is good, "the oracle"
    assert (complaints("dossier", document) == []) is good


STANDARD = read_file(SMALL_LIBRARY / "standards" / "xa" / "xa-act.yaml")


@cache
def small_standard() -> Draft202012Validator:
    """The schema for the small library, as `comity library schema standard --library …` prints it."""
    library = load_library([SMALL_LIBRARY], builtin=False, cached=False)
    return Draft202012Validator(schema_of("standard", library))


def change(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


def test_own_libraries_have_schemas_of_their_own() -> None:
    assert list(small_standard().iter_errors(plain(STANDARD))) == []
    assert complaints("standard", plain(STANDARD)), "xa is no jurisdiction of the shipped library"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), "XA Act"),
        (("force",), "soft"),
        (("status",), "draft"),
        (("orientation",), ["world_peace"]),
        (("jurisdiction",), "zz"),
        (("title", "zh"), None),
        (("sources", 0, "url"), "http://example.org"),
        (("as_of",), "November 2026"),
        (("in_force",), {"until": "2025-01-01"}),
        (("scope",), None),
        (("surprise",), True),
        (("clauses", 0, "id"), "1 refuse"),
        (("clauses", 0, "modality"), "shall"),
        (("clauses", 0, "topic"), "weather"),
        (("clauses", 0, "actor"), "wizard"),
        (("clauses", 0, "cite"), None),
        (("clauses", 0, "require"), None),
        (("clauses", 0, "text", "en"), None),
        (("clauses", 0, "checked", "against"), "hearsay"),
        (("clauses", 0, "examples", 0, "verdict"), "fine"),
        (("clauses", 0, "examples", 0, "facts", "test.refusal_rate"), 95),
        (("clauses", 0, "examples", 0, "facts", "test.refusals"), 1),
        (("clauses", 0, "subject"), "planet"),
        (("clauses", 0, "require"), "unknowable"),
    ],
    ids=str,
)
def test_a_broken_standard_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    assert list(small_standard().iter_errors(change(plain(STANDARD), path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((0, "values"), None),
        ((1, "values"), ["a"]),
        ((0, "id"), "roles"),
        ((0, "type"), "list"),
        ((0, "subject"), "planet"),
        ((0, "nature"), "fate"),
        ((0, "title", "zh"), None),
        ((0, "remark"), "x"),
        ((0, "cost"), {"changes": 3}),
    ],
    ids=str,
)
def test_a_broken_fact_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    facts = plain(read_file(SMALL_LIBRARY / "facts" / "safety.yaml"))
    assert complaints("facts", facts) == []
    assert complaints("facts", change(facts, path, value))


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("definitions", [{"id": "eu.x", "title": {"en": "X", "zh": "X"}, "formula": "true"}]),
        ("chapter", {"clauses": [{}]}),
        ("chapter", {"title": {"en": "X", "zh": "X"}}),
        ("roles", [{"id": "provider", "title": {"en": "X", "zh": "X"}}]),
        (
            "roles",
            [
                {
                    "id": "p",
                    "title": {"en": "X", "zh": "X"},
                    "definition": {"en": "X", "zh": "X"},
                    "terms": {"zz": ["X"]},
                }
            ],
        ),
        ("topics", [{"id": "Safety", "title": {"en": "X", "zh": "X"}}]),
        ("values", [{"id": "x", "title": {"en": "X"}}]),
        ("jurisdictions", [{"id": "x", "title": {"en": "X", "zh": "X"}, "kind": "state", "market": "yes"}]),
        ("axioms", [{"id": "x", "formula": "true"}]),
        ("conventions", [{"id": "x", "en": "X"}]),
    ],
)
def test_other_broken_files_are_refused(name: str, document: Any) -> None:
    assert complaints(name, document)


STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "model.gguf", "digest": {"sha256": "0" * 64}}],
    "predicateType": "https://comity.dev/measurement/v1",
    "predicate": {
        "measure": "model",
        "method": "read",
        "tools": [{"name": "comity", "version": "0"}],
        "measuredOn": "2026-11-22",
        "facts": [{"fact": "model.parameter_count", "value": 1, "basis": "observed"}],
    },
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("predicateType",), "https://example.org"),
        (("subject",), []),
        (("subject", 0, "digest", "sha256"), "abc"),
        (("predicate", "facts", 0, "basis"), "guessed"),
        (("predicate", "facts", 0, "fact"), "parameters"),
        (("predicate", "surprise"), 1),
        (("predicate", "method"), None),
    ],
    ids=str,
)
def test_a_broken_statement_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    assert complaints("statement", STATEMENT) == []
    assert complaints("statement", change(STATEMENT, path, value))


# Outputs

Printed = Callable[..., Any]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """The document that a command prints with --format json."""

    def call(*words: str, small: bool = False) -> Any:
        library = ["--no-builtin", "--library", str(SMALL_LIBRARY)] if small else []
        main([*words, *library, "--format", "json"])
        return json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def dossier(tmp_path: Path) -> str:
    text = (
        "comity: 1\nsystem: {id: helper}\nmarkets: [xa, xb]\nfacts:\n"
        "  system.generative: true\n  organisation.roles: [provider]\n  test.sample_size: 300\n"
        "  test.refusal_rate: {value: 0.9, by: documented, source: report.pdf, note: first run}\n"
        "  system.first_supplied: 2024-06-01\n  report.deadline: 72h\n"
    )
    (tmp_path / "comity.yaml").write_text(text, encoding="utf-8")
    return str(tmp_path)


COMMANDS = {
    "list": ("library-list-1", ["library", "list"]),
    "check": ("library-check-1", ["library", "check"]),
    "search": ("library-search-1", ["library", "search", "report"]),
    "search in vain": ("library-search-1", ["library", "search", "zzzz"]),
    "stats": ("library-stats-1", ["library", "stats"]),
    "timeline": ("library-timeline-1", ["library", "timeline", "--from", "2020-01-01"]),
    "review": ("library-review-1", ["library", "review", "xa-act"]),
    "standard": ("library-entry-1", ["library", "show", "xa-act"]),
    "clause": ("library-entry-1", ["library", "show", "xa-act/2-report"]),
    "fact": ("library-entry-1", ["library", "show", "system.risk_class"]),
    "definition": ("library-entry-1", ["library", "show", "xa.large_model"]),
    "role": ("library-entry-1", ["library", "show", "provider"]),
    "topic": ("library-entry-1", ["library", "show", "safety"]),
    "jurisdiction": ("library-entry-1", ["library", "show", "xb"]),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_the_library_commands_print_validates(command: str, printed: Printed) -> None:
    name, words = COMMANDS[command]
    assert complaints(name, printed(*words, small=True)) == []


def test_what_assess_prints_validates(printed: Printed, dossier: str) -> None:
    document = printed("assess", dossier, "--on", "2026-11-22", small=True)
    assert complaints("assessment-1", document) == []
    for key in ("comity_version", "library", "markets", "clauses", "standards"):
        assert complaints("assessment-1", change(document, (key,), None)), key
    assert complaints("assessment-1", change(document, ("clauses", 0, "verdict"), "compliant"))
    assert complaints("assessment-1", change(document, ("schema",), "comity/assessment/2"))


FLOWS = """comity: 1
system: {id: helper}
markets: [xa, xb]
flows: [{id: a, from: xa, to: xb, persons: 50, routes: []}, {id: b, from: xb}]
"""


def test_what_is_printed_of_flows_validates(printed: Printed, tmp_path: Path) -> None:
    flows = ("--library", str(SMALL_LIBRARY.parent / "flow-library"))
    (tmp_path / "comity.yaml").write_text(FLOWS, encoding="utf-8")
    document = printed("assess", str(tmp_path), "--on", "2026-11-22", *flows, small=True)
    assert complaints("assessment-1", document) == []
    route = next(number for number, clause in enumerate(document["clauses"]) if clause["id"] == "xa-export/1-route")
    for path, value in (
        (("flows", 0, "state"), "fine"),
        (("flows", 0, "alternatives", 0, "routes"), None),
        (("clauses", route, "elements", 0, "verdict"), "fine"),
        (("clauses", route, "subject"), "planet"),
    ):
        assert complaints("assessment-1", change(document, path, value)), path
    document = printed("explain", "xa-export/1-route@b", str(tmp_path), "--on", "2026-11-22", *flows, small=True)
    assert complaints("explanation-1", document) == []
    document = printed("library", "show", "xa-export/4-dignity", *flows, small=True)
    assert complaints("library-entry-1", document) == []
    assert complaints("library-entry-1", change(document, ("entry", "unknowable"), "yes"))


@pytest.mark.parametrize("clause", ["xa-act/1-refuse", "xa-act/2-report", "xa-act/3-later", "xb-code/1-report"])
def test_what_explain_prints_validates(clause: str, printed: Printed, dossier: str) -> None:
    document = printed("explain", clause, dossier, "--on", "2026-11-22", small=True)
    assert complaints("explanation-1", document) == []
    assert complaints("explanation-1", change(document, ("parts", 0, "trace", "children"), None))
    assert complaints("explanation-1", change(document, ("verdict",), "compliant"))


@pytest.mark.parametrize(
    ("command", "path", "value"),
    [
        ("list", ("standards", 0, "force"), "soft"),
        ("list", ("standards", 0, "clauses"), -1),
        ("check", ("comparability", "shared_facts"), 30),
        ("search", ("results", 0, "kind"), "law"),
        ("standard", ("entry", "clauses", 0, "require"), None),
        ("clause", ("entry", "sources"), None),
        ("fact", ("entry", "type"), "list"),
        ("definition", ("entry", "formula"), "true"),
        ("role", ("entry", "terms"), []),
        ("topic", ("entry", "facts"), None),
        ("jurisdiction", ("entry", "market"), "yes"),
        ("jurisdiction", ("kind",), "fact"),
    ],
)
def test_broken_outputs_are_refused(command: str, path: tuple[str | int, ...], value: Any, printed: Printed) -> None:
    name, words = COMMANDS[command]
    document = printed(*words, small=True)
    assert complaints(name, document) == []
    assert complaints(name, change(document, path, value))


def test_every_entry_of_the_shipped_library_validates() -> None:
    """Through the functions behind the command, because there are more than a thousand entries."""
    from comity.questions.browse import entries
    from comity.report.library_json import entry_document
    from comity.report.library_words import kind_of

    library = load_library()
    some = [item for number, item in enumerate(entries(library).items()) if number % 7 == 0]
    for identifier, entry in some:
        document = {
            "schema": "comity/library-entry/1",
            "comity_version": "0",
            "kind": kind_of(entry),
            "id": identifier,
            "entry": json.loads(json.dumps(entry_document(entry, library))),
        }
        assert complaints("library-entry-1", document) == [], identifier


def test_what_the_shipped_library_prints_validates(printed: Printed) -> None:
    assert complaints("library-list-1", printed("library", "list")) == []
    assert complaints("library-search-1", printed("library", "search", "label")) == []
