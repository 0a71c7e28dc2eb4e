"""Every export is valid by the schema of its form, the same every time, and never better than the verdicts.

Oracles: the schemas of NIST, OASIS and CycloneDX; junitparser; PyYAML; the assessment itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import Any

import junitparser
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.interchange.export_junit import assessment_junit
from comity.interchange.export_oscal import assessment_results
from comity.interchange.forms import EXPORTED, export
from comity.questions.assess import Assessment
from tests.interchange.systems import (
    HOSTILE_TEXTS,
    assessment,
    cyclonedx_judge,
    known_facts,
    oscal_judge,
    sarif_judge,
    with_text,
)

JUDGES = {"oscal": oscal_judge(), "sarif": sarif_judge(), "cyclonedx": cyclonedx_judge()}
NOTHING: dict[str, Any] = {}
SOME = {"system.open": True, "report.deadline": "24h", "dialogue.must_refuse.refusal_rate": 0.5, "model.licence": "MIT"}


def complaints(form: str, text: str) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in JUDGES[form].iter_errors(json.loads(text))]


@settings(max_examples=40, deadline=None)
@given(known_facts(), st.sampled_from(["en", "zh"]))
def test_what_is_written_is_valid_by_the_schema_of_its_form(facts: dict[str, Any], language: str) -> None:
    found = assessment(facts)
    for form in JUDGES:
        assert complaints(form, export(found, form, language)) == []


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_texts_stay_texts(text: str) -> None:
    found = with_text(text)
    for form in JUDGES:
        assert complaints(form, export(found, form, "en")) == []
    ET.fromstring(export(found, "junit", "en"))
    card = export(found, "model-card", "en")
    assert "<script>" not in card.partition("\n---\n")[2]
    for form in EXPORTED:
        assert not set(export(found, form, "en")) & set("\x00\x1b\u202e\ufffe")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_export_can_be_repeated_byte_for_byte(language: str) -> None:
    """Also by another process, whose sets are in another order."""
    script = (
        "from tests.interchange.systems import assessment; from comity.interchange.forms import export; import sys;"
        "facts = {'system.audience': {'workers', 'students'}, 'dataset.contents': {'personal', 'copyrighted'}, 'system.open': False};"
        f"[sys.stdout.buffer.write(export(assessment(facts), form, {language!r}).encode()) for form in {tuple(EXPORTED)!r}]"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]


def oscal_states(found: Assessment) -> dict[str, str]:
    (result,) = assessment_results(found, "en")["assessment-results"]["results"]
    return {entry["target"]["target-id"]: entry["target"]["status"]["state"] for entry in result.get("findings", [])}


@settings(max_examples=60, deadline=None)
@given(known_facts())
def test_only_what_is_met_is_satisfied(facts: dict[str, Any]) -> None:
    found = assessment(facts)
    for result in found.results:
        state = oscal_states(found).get(f"{result.clause.standard}_{result.clause.id}_smt")
        wanted = {"met": "satisfied", "not_applicable": None}.get(result.verdict, "not-satisfied")
        assert state == wanted


def test_what_is_not_decided_says_so() -> None:
    document = assessment_results(assessment(NOTHING), "en")["assessment-results"]
    findings = document["results"][0]["findings"]
    assert findings
    for finding in findings:
        properties = {entry["name"]: entry["value"] for entry in finding["props"]}
        status = finding["target"]["status"]
        assert (properties["verdict"], properties["decided"], status["reason"]) == ("unknown", "no", "other")
        assert status["remarks"].startswith("Not decided: ")


def test_the_plan_that_is_imported_says_that_there_is_none() -> None:
    document = assessment_results(assessment(SOME), "en")["assessment-results"]
    named = document["import-ap"]["href"].removeprefix("#")
    (resource,) = [entry for entry in document["back-matter"]["resources"] if entry["uuid"] == named]
    assert resource["title"] == "No separate assessment plan"


def test_another_answer_is_another_document() -> None:
    uuids = {assessment_results(assessment(facts), "en")["assessment-results"]["uuid"] for facts in (NOTHING, SOME)}
    assert len(uuids) == 2


def test_every_observation_that_a_finding_names_is_there() -> None:
    document = assessment_results(assessment(SOME), "en")["assessment-results"]["results"][0]
    there = {entry["uuid"] for entry in document["observations"]}
    named = {
        entry["observation-uuid"]
        for finding in document["findings"]
        for entry in finding.get("related-observations", [])
    }
    assert named
    assert named <= there


@settings(max_examples=40, deadline=None)
@given(known_facts())
def test_a_pipeline_counts_as_the_assessment_does(facts: dict[str, Any]) -> None:
    found = assessment(facts)
    read = junitparser.JUnitXml.fromstring(assessment_junit(found, "en").encode())
    cases = [case for suite in read for case in suite]
    outcomes = [type(case.result[0]).__name__ if case.result else "passed" for case in cases]
    assert outcomes.count("Failure") == len(found.failing) == read.failures
    assert outcomes.count("Error") == len(found.undecided) == read.errors
    assert len(cases) == len(found.results) == read.tests
    assert outcomes.count("passed") == found.counts()["met"]
    assert read.skipped == outcomes.count("Skipped")


def card_metadata(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n"))
    return found


@settings(max_examples=40, deadline=None)
@given(known_facts())
def test_the_metadata_of_a_card_are_plain_yaml(facts: dict[str, Any]) -> None:
    metadata = card_metadata(export(assessment(facts), "model-card", "en"))
    written = {name: entry["value"] for name, entry in metadata["comity"]["facts"].items()}
    assert written.keys() == {name for name in facts if not name.startswith("organisation.")}
    for name in ("system.open", "model.parameter_count", "dialogue.must_refuse.refusal_rate"):
        if name in facts:
            assert written[name] == facts[name]


def test_norwegian_is_a_language_and_never_no() -> None:
    """A YAML reader of version 1.1 takes a bare `no` for false."""
    assert card_metadata(export(assessment({"model.languages": "no"}), "model-card", "en"))["language"] == ["no"]


@pytest.mark.parametrize(
    ("licence", "wanted"),
    [
        ("Apache-2.0", {"license": "apache-2.0"}),
        ("mit", {"license": "mit"}),
        ("Our own", {"license": "other", "license_name": "Our own"}),
    ],
)
def test_a_licence_has_the_name_of_the_hub(licence: str, wanted: dict[str, str]) -> None:
    metadata = card_metadata(export(assessment({"model.licence": licence}), "model-card", "en"))
    assert {key: value for key, value in metadata.items() if key.startswith("license")} == wanted


@pytest.mark.parametrize(
    ("licence", "wanted"),
    [("apache-2.0", {"id": "Apache-2.0"}), ("MIT", {"id": "MIT"}), ("Our own", {"name": "Our own"})],
)
def test_a_licence_has_its_spdx_name_in_a_bill(licence: str, wanted: dict[str, str]) -> None:
    bill = json.loads(export(assessment({"model.licence": licence}), "cyclonedx", "en"))
    assert bill["components"][0]["licenses"] == [{"license": wanted}]


@pytest.mark.parametrize("form", ["model-card", "cyclonedx"])
def test_documents_about_the_model_tell_nothing_about_the_organisation(form: str) -> None:
    text = export(assessment({"organisation.revenue": 123456789.0, "system.open": True}), form, "en")
    assert "123456789" not in text.replace(",", "")
    assert "system.open" in text


def test_a_value_of_one_market_is_that_of_one_market() -> None:
    found = assessment({"system.open": True}, by_market={"report.deadline": {"xa": "24h", "xc": "1h"}})
    facts = card_metadata(export(found, "model-card", "en"))["comity"]["facts"]
    assert facts["report.deadline@xa"]["value"] == "24h"
    assert not {"report.deadline", "report.deadline@xc"} & facts.keys()
