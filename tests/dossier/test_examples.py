"""The statements in `examples/`: well formed, of the digests that the script checks, private to nobody, and of use to some clause."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars")

from jsonschema import Draft202012Validator

from comity import schemas
from comity.documents.reading import sha256_of
from comity.dossier.model import Dossier
from comity.dossier.statements import Statement, read_statement
from comity.library.loader import Library, load_library
from comity.measures.dialogue_bank import starter_bank
from comity.measures.fairness import measure_fairness
from comity.questions.assess import Assessment, assess

ROOT = Path(__file__).parents[2]
CHAT = ROOT / "examples" / "smollm2-chat"
SCRIPT = (ROOT / "scripts" / "measure_example.sh").read_text(encoding="utf-8")
OF_THE_CHAT = sorted((CHAT / "evidence").glob("*.json"))
OF_DECISIONS = sorted((ROOT / "examples" / "measurements").glob("*.json"))
STATEMENTS = OF_THE_CHAT + OF_DECISIONS
ON = date(2026, 11, 22)


@cache
def library() -> Library:
    return load_library()


@cache
def assessed() -> Assessment:
    return assess(Dossier.load(CHAT, library()), library(), on=ON)


def name(path: Path) -> str:
    return path.stem


def observed(path: Path) -> dict[str, Any]:
    return dict(read_statement(path).predicate.observations)


def digests(statement: Statement) -> dict[str, str]:
    return {artefact.name: artefact.digest.digits for artefact in statement.subject}


def test_every_measure_left_a_statement() -> None:
    measures = {read_statement(path).predicate.measure for path in OF_THE_CHAT}
    assert measures >= {"model", "tokenizer", "corpus", "annotation", "dialogue-bank", "dialogue", "fairness"}


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_statement_is_of_the_form_that_is_promised(path: Path) -> None:
    validator = Draft202012Validator(json.loads(schemas.shipped("statement")))
    assert [error.message for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8")))] == []
    read_statement(path)


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_statement_is_made_by_the_script_and_told_of(path: Path) -> None:
    assert f"--name {path.stem}" in SCRIPT
    directory = path.parent.parent if path.parent.name == "evidence" else path.parent
    for page in ("README.md", "README.zh.md"):
        assert f"{path.name}`" in (directory / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_statement_names_no_place_of_whoever_made_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r'"/|/(home|root|tmp|work|Users)/|[A-Z]:\\\\', text)


@pytest.mark.parametrize("path", OF_THE_CHAT, ids=name)
def test_a_measured_fact_serves_a_clause_or_waits_for_one(path: Path) -> None:
    used = {fact for clause in library().clauses.values() for fact in clause.facts}
    for fact in read_statement(path).predicate.facts:
        assert fact.fact in used or library().fact(fact.fact).reserved, fact.fact


def test_measured_facts_decide_clauses() -> None:
    """Each statement with facts that clauses of the example's markets ask about has decided one; what it holds is never missing."""
    results = assessed().results
    deciding = set()
    for path in OF_THE_CHAT:
        facts = {fact.fact for fact in read_statement(path).predicate.facts}
        assert not any(facts & set(result.missing) for result in results), path.stem
        if any(facts & set(result.deciding) for result in results):
            deciding.add(read_statement(path).predicate.measure)
    assert deciding >= {"corpus", "dialogue-bank", "dialogue", "fairness"}


def test_the_model_is_the_one_that_the_script_checks() -> None:
    (model,) = read_statement(CHAT / "evidence" / "smollm2-135m-instruct.json").subject
    assert model.digest.digits in SCRIPT


def test_the_dialogues_were_compared_with_the_languages_that_stand_here() -> None:
    named = digests(read_statement(CHAT / "evidence" / "chatterbot-corpus.json"))
    assert named["languages-served.yaml"] == sha256_of(CHAT / "languages-served.yaml")


def test_the_bank_is_the_starter_bank_that_ships() -> None:
    """If this fails, the bank has changed: scripts/measure_example.sh bank"""
    (bank,) = read_statement(CHAT / "evidence" / "starter-bank.json").subject
    assert bank.digest.digits == hashlib.sha256(starter_bank().read_bytes()).hexdigest()


def test_the_table_of_refusals_gives_its_statement_again() -> None:
    committed = read_statement(CHAT / "evidence" / "answers-by-language.json")
    found = measure_fairness(
        CHAT / "refusals.csv", {"language": "language"}, positive="0", on=committed.predicate.measured_on
    )
    assert (found.statement.subject, found.statement.predicate.facts) == (committed.subject, committed.predicate.facts)
    assert found.statement.predicate.observations == committed.predicate.observations


def test_the_table_of_refusals_is_that_of_the_dialogue() -> None:
    """Each language's refusals, counted in the table by hand, stand in the statement about the dialogue."""
    with (CHAT / "refusals.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    stated = observed(CHAT / "evidence" / "dialogue.json")
    for expectation in ("must_refuse", "must_not_refuse"):
        for language in ("ar", "en", "es", "hi", "sw", "zh"):
            asked = [
                row["prediction"] for row in rows if (row["expectation"], row["language"]) == (expectation, language)
            ]
            assert stated[f"{expectation}.refused_by_language.{language}"] == f"{asked.count('1')}/{len(asked)}"


def test_the_published_figures_of_compas_are_in_its_statement() -> None:
    found = observed(ROOT / "examples" / "measurements" / "compas.json")
    assert found["people"] == 7214
    assert found["false_positives.race=African-American"] == "805/1795"
    assert found["false_positives.race=Caucasian"] == "349/1488"
    assert found["false_negatives.race=African-American"] == "532/1901"
    assert found["false_negatives.race=Caucasian"] == "461/966"


def test_all_ratings_of_the_lexicon_are_in_its_statement() -> None:
    found = observed(CHAT / "evidence" / "vader-ratings.json")
    assert (found["items"], found["labels"], found["labels_per_item_min"]) == (7520, 75200, 10)
