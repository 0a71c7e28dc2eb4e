"""What files of other tools say becomes facts only where they say it plainly; everything else stays an observation.

Oracles: the numbers that went into the files; Comity's own exports, read back.
"""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.clauses.values import canonical
from comity.dossier.statements import decode_statement, write_statement
from comity.errors import InputError, Place
from comity.interchange.forms import IMPORTED, export, import_file, statement_name
from tests.interchange.foreign import (
    BANK,
    archive,
    bill,
    croissant,
    facts,
    imported,
    inspect_log,
    lm_eval_results,
    promptfoo_results,
)
from tests.interchange.systems import LIBRARY, assessment, known_facts
from tests.questions.imagined import ON

RATE, SIZE = "dialogue.must_refuse.refusal_rate", "dialogue.must_refuse.sample_size"
WITHHELD = "refusal_rate_withheld"
CARD = """---
language:
  - en
  - no
license: apache-2.0
base_model: some/base
datasets: [some/data]
model-index:
  - name: some-model
    results:
      - dataset: {name: MMLU}
        metrics: [{type: accuracy, value: 0.5}]
co2_eq_emissions: {emissions: 12.5, source: code carbon}
---
# Some model
"""
GOOD: dict[str, Any] = {
    "model-card": CARD,
    "cyclonedx": bill(),
    "croissant": croissant(),
    "inspect": inspect_log([True, False]),
    "lm-eval": lm_eval_results(),
    "promptfoo": promptfoo_results([True, False]),
}


@pytest.mark.parametrize("form", IMPORTED)
def test_a_statement_is_about_the_bytes_that_were_read(form: str, tmp_path: Path) -> None:
    path = tmp_path / "input"
    statement = imported(form, path, GOOD[form])
    (subject,) = statement.subject
    assert subject.digest.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert statement.predicate.measure == form
    assert statement.predicate.measured_on <= ON
    written = write_statement(statement, tmp_path, statement_name(form, path))
    assert decode_statement(written.read_bytes(), Place(str(written))) == statement


@pytest.mark.parametrize("form", IMPORTED)
@pytest.mark.parametrize("other", IMPORTED)
def test_a_file_of_another_form_is_refused(form: str, other: str, tmp_path: Path) -> None:
    if form != other:
        with pytest.raises(InputError):
            imported(form, tmp_path / "input", GOOD[other])


# Model cards


def test_licence_and_languages_of_a_card_are_what_it_reports(tmp_path: Path) -> None:
    statement = imported("model-card", tmp_path / "README.md", CARD)
    assert facts(statement) == {"model.licence": "apache-2.0", "model.languages": "en, no"}
    observed = statement.predicate.observations
    assert observed["base_model"] == "some/base"
    assert observed["results"] == ["MMLU: accuracy = 0.5"]
    assert observed["co2_eq_emissions"] == ["emissions: 12.5", "source: code carbon"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("license: unknown", {}),
        ("license: other\nlicense_name: our-licence", {"model.licence": "our-licence"}),
        ("license: [mit, gpl-3.0]", {}),
        ("language: en", {"model.languages": "en"}),
        ("language: no", {"model.languages": "no"}),
        ("tags: [a]", {}),
    ],
)
def test_a_card_says_no_more_than_it_says(line: str, wanted: dict[str, str], tmp_path: Path) -> None:
    assert facts(imported("model-card", tmp_path / "README.md", f"---\n{line}\n---\n")) == wanted


def test_the_card_of_a_data_set_is_no_model_card(tmp_path: Path) -> None:
    """Its licence is that of the data."""
    with pytest.raises(InputError, match="data set"):
        imported("model-card", tmp_path / "README.md", "---\nlicense: mit\ntask_categories: [x]\n---\n")


@pytest.mark.parametrize(("text", "line"), [("---\na: 1\nb: &x 2\n---\n", 3), ("\n\n---\na: 1\na: 2\n---\n", 5)])
def test_an_error_in_a_card_names_its_line(text: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        imported("model-card", tmp_path / "README.md", text)
    assert error.value.place is not None
    assert error.value.place.line == line


# There and back


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(known=known_facts(), form=st.sampled_from(["model-card", "cyclonedx"]))
def test_what_is_exported_comes_back(known: dict[str, Any], form: str, tmp_path: Path) -> None:
    """Facts about the model, its data and the system; texts come back clean, and what was declared is declared still."""
    statement = imported(form, tmp_path / "there", export(assessment(known), form, "en"))
    back = {fact.fact: canonical(fact.value, LIBRARY.vocabulary.types[fact.fact]) for fact in statement.predicate.facts}
    there = {
        name: canonical(value, LIBRARY.vocabulary.types[name])
        for name, value in known.items()
        if name != "organisation.revenue"
    }
    texts = {name for name, value in there.items() if isinstance(value, str)}
    assert back.keys() == there.keys()
    assert {name: value for name, value in back.items() if name not in texts} == {
        name: value for name, value in there.items() if name not in texts
    }
    assert {fact.basis for fact in statement.predicate.facts} <= {"declared"}
    if "model.licence" in known:
        assert back["model.licence"] == known["model.licence"]


@pytest.mark.parametrize("form", ["model-card", "cyclonedx"])
def test_the_value_of_one_market_does_not_become_that_of_all(form: str, tmp_path: Path) -> None:
    text = export(assessment({}, by_market={"report.deadline": {"xa": "24h"}}), form, "en")
    statement = imported(form, tmp_path / "there", text)
    assert facts(statement) == {}
    assert "report.deadline@xa" in str(statement.predicate.observations["facts_left_out"])


@pytest.mark.parametrize("form", ["model-card", "cyclonedx"])
def test_the_card_of_a_model_says_nothing_about_who_uses_it(form: str, tmp_path: Path) -> None:
    """Whoever wrote it does not know the reader's organisation, whatever stands in Comity's own part."""
    text = (
        export(assessment({"system.open": True}), form, "en")
        .replace("system.open", "organisation.revenue")
        .replace("true", "5")
    )
    statement = imported(form, tmp_path / "there", text)
    assert facts(statement) == {}
    assert "organisation.revenue" in str(statement.predicate.observations["facts_left_out"])


# Bills of materials


def test_a_bill_tells_what_it_has_fields_for(tmp_path: Path) -> None:
    energy = [
        {"activity": activity, "energyProviders": [], "activityEnergyCost": {"value": value, "unit": "kWh"}}
        for activity, value in (("training", 1000), ("fine-tuning", 50), ("inference", 7))
    ]
    statement = imported(
        "cyclonedx",
        tmp_path / "bom.json",
        bill(
            {
                "licenses": [{"license": {"id": "MIT"}}],
                "hashes": [{"alg": "SHA-256", "content": "AB" * 32}],
                "modelCard": {
                    "modelParameters": {"architectureFamily": "llama", "modelArchitecture": "Llama-2-7b"},
                    "considerations": {
                        "users": ["somebody"],
                        "environmentalConsiderations": {"energyConsumptions": energy},
                    },
                },
            }
        ),
    )
    assert facts(statement) == {
        "model.licence": "MIT",
        "model.architecture": "llama",
        "environment.training_energy": 1050,
    }
    assert statement.predicate.measured_on == date(2026, 5, 1)
    assert statement.predicate.observations["model_sha256"] == "ab" * 32
    assert statement.predicate.observations["users"] == ["somebody"]


def test_energy_of_fine_tuning_alone_is_not_that_of_training(tmp_path: Path) -> None:
    cost = {"activity": "fine-tuning", "energyProviders": [], "activityEnergyCost": {"value": 50, "unit": "kWh"}}
    considerations = {"environmentalConsiderations": {"energyConsumptions": [cost]}}
    model = {"modelCard": {"considerations": considerations}}
    assert facts(imported("cyclonedx", tmp_path / "bom.json", bill(model))) == {}


@pytest.mark.parametrize(
    "components",
    [[], [{"type": "machine-learning-model", "name": "a"}, {"type": "machine-learning-model", "name": "b"}]],
)
def test_a_bill_holds_one_model(components: list[dict[str, Any]], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one model"):
        imported("cyclonedx", tmp_path / "bom.json", bill(components=components))


def test_a_model_may_lie_within_a_component(tmp_path: Path) -> None:
    model = {"type": "machine-learning-model", "name": "deep", "licenses": [{"expression": "MIT OR Apache-2.0"}]}
    nested = [{"type": "application", "name": "app", "components": [model]}]
    statement = imported("cyclonedx", tmp_path / "bom.json", bill(components=nested))
    assert facts(statement) == {"model.licence": "MIT OR Apache-2.0"}


def test_facts_that_do_not_fit_stay_observations(tmp_path: Path) -> None:
    properties = [
        {"name": "comity:fact:system.open", "value": '"maybe"'},
        {"name": "comity:fact:zebra.stripes", "value": "3"},
    ]
    statement = imported("cyclonedx", tmp_path / "bom.json", bill({"properties": properties}))
    assert facts(statement) == {}
    assert len(str(statement.predicate.observations["facts_left_out"]).split(",")) == 2


# Descriptions of data


def test_one_data_set_is_not_all_data(tmp_path: Path) -> None:
    statement = imported("croissant", tmp_path / "metadata.json", croissant())
    assert facts(statement) == {}
    observed = statement.predicate.observations
    assert observed["rai_dataCollectionType"] == ["Web Scraping"]
    assert (observed["licences"], observed["files"], observed["files_with_digest"]) == ("CC-BY-4.0", 1, 1)


# Refusals

ANSWERS = st.lists(st.booleans(), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS, method=st.sampled_from([None, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, 93]))
def test_inspect_counts_what_was_refused(answers: list[bool], method: int | None, tmp_path: Path) -> None:
    log = inspect_log(answers)
    statement = imported("inspect", tmp_path / "log.eval", log if method is None else archive(log, method))
    assert facts(statement) == {RATE: sum(answers) / len(answers), SIZE: len(answers)}
    (rate,) = [fact for fact in statement.predicate.facts if fact.fact == RATE]
    assert rate.count == len(answers)
    assert statement.predicate.measured_on == date(2026, 10, 2)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS, kind=st.sampled_from(["is-refusal", "not-is-refusal"]))
def test_promptfoo_counts_what_was_refused(answers: list[bool], kind: str, tmp_path: Path) -> None:
    statement = imported("promptfoo", tmp_path / "results.json", promptfoo_results(answers, kind))
    assert facts(statement) == {RATE: sum(answers) / len(answers), SIZE: len(answers)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS)
def test_the_harness_counts_what_was_refused(answers: list[bool], tmp_path: Path) -> None:
    results = lm_eval_results(sum(answers) / len(answers), len(answers))
    found = facts(imported("lm-eval", tmp_path / "results.json", results))
    assert found == {"model.parameter_count": 134515008, RATE: sum(answers) / len(answers), SIZE: len(answers)}


@pytest.mark.parametrize("bank", ["must_refuse", "must_answer"])
def test_the_bank_decides_which_fact_it_is(bank: str, tmp_path: Path) -> None:
    log = inspect_log([1, 0, 1, 0], metadata=BANK | {"comity_bank": bank})
    found = facts(imported("inspect", tmp_path / "log.json", log))
    assert found == {f"dialogue.{bank}.refusal_rate": 0.5, f"dialogue.{bank}.sample_size": 4}


DOUBTFUL: dict[str, dict[str, Any]] = {
    "no bank is named": inspect_log([1, 0], metadata={}),
    "another bank is named": inspect_log([1, 0], metadata=BANK | {"comity_bank": "trivia"}),
    "the drawing is not told": inspect_log([1, 0], metadata={"comity_bank": "must_refuse"}),
    "the first were asked": inspect_log([1, 0], dataset={"samples": 2000, "shuffled": False}),
    "a part is called the whole": inspect_log([1, 0], metadata=BANK | {"comity_sample": "whole"}),
    "a score may mean rightly refused": inspect_log(["C", "I"]),
    "a score is missing": inspect_log([1, None]),
    "a score is half": inspect_log([1, 0.5]),
    "a sample failed": inspect_log([1, 0]) | {"results": {"total_samples": 3, "completed_samples": 2}},
    "a question was asked twice": inspect_log([1, 0])
    | {"samples": [{"id": 1, "epoch": epoch, "scores": {"refusal": {"value": 1}}} for epoch in (1, 2)]},
    "a score was changed": inspect_log([1, 0])
    | {"samples": [{"id": n, "scores": {"refusal": {"value": 1, "history": [{"value": 0}]}}} for n in (1, 2)]},
    "a sample hit a limit": inspect_log([1, 0])
    | {"samples": [{"id": n, "limit": "time", "scores": {"refusal": {"value": 1}}} for n in (1, 2)]},
    "two scorers": inspect_log([1, 0])
    | {"samples": [{"id": n, "scores": {"refusal": {"value": 1}, "refused": {"value": 0}}} for n in (1, 2)]},
}


@pytest.mark.parametrize("doubt", DOUBTFUL)
def test_a_doubtful_rate_is_withheld_with_the_reason(doubt: str, tmp_path: Path) -> None:
    statement = imported("inspect", tmp_path / "log.json", DOUBTFUL[doubt])
    assert facts(statement) == {}
    assert statement.predicate.observations[WITHHELD]


def test_a_log_without_refusals_tells_none(tmp_path: Path) -> None:
    log = inspect_log([1, 0], metadata={})
    for sample in log["samples"]:
        sample["scores"] = {"match": {"value": "C"}}
    statement = imported("inspect", tmp_path / "log.json", log)
    assert facts(statement) == {}
    assert WITHHELD not in statement.predicate.observations


@pytest.mark.parametrize(
    "changed", [{"invalidated": True}, {"status": "error"}, {"status": "cancelled"}, {"version": 3}, {"eval": None}]
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_log_that_does_not_stand_is_refused(changed: dict[str, Any], packed: bool, tmp_path: Path) -> None:
    log = inspect_log([1, 0]) | changed
    with pytest.raises(InputError):
        imported("inspect", tmp_path / "log.eval", archive(log) if packed else log)


def row_of(answer: bool, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = promptfoo_results([answer])["results"]["results"][0]
    return found | changed


PROMPTFOO_DOUBTS: dict[str, list[dict[str, Any]]] = {
    "one answer was not checked": [row_of(True), row_of(True, testIdx=1, gradingResult={"componentResults": []})],
    "one question twice": [row_of(True), row_of(False)],
    "two models": [row_of(True), row_of(True, testIdx=1, provider={"id": "other"})],
    "an error": [row_of(True, error="timeout")],
}


@pytest.mark.parametrize("doubt", PROMPTFOO_DOUBTS)
def test_a_doubtful_rate_of_promptfoo_is_withheld(doubt: str, tmp_path: Path) -> None:
    results = promptfoo_results([True])
    results["results"]["results"] = PROMPTFOO_DOUBTS[doubt]
    statement = imported("promptfoo", tmp_path / "results.json", results)
    assert facts(statement) == {}
    assert statement.predicate.observations[WITHHELD]


@pytest.mark.parametrize(
    "changed",
    [
        {"n-samples": {"bank": {"original": 2000, "effective": 100}}},
        {"n-samples": {}},
        {"results": {"bank": {"refusal,none": 0.955}}},
        {"configs": {"bank": {"metadata": {"comity_bank": "must_refuse"}}}},
        {"configs": {}},
    ],
)
def test_a_doubtful_rate_of_the_harness_is_withheld(changed: dict[str, Any], tmp_path: Path) -> None:
    statement = imported("lm-eval", tmp_path / "results.json", lm_eval_results() | changed)
    assert facts(statement).keys() == {"model.parameter_count"}
    assert statement.predicate.observations[WITHHELD]


@pytest.mark.parametrize(
    "changed",
    [
        {"model_args": "pretrained=some/model,load_in_4bit=True"},
        {"model_args": {"pretrained": "some/model", "peft": "some/adapter"}},
        {"model_args": "pretrained=some/model,gptqmodel=True"},
        {"model_dtype": "torch.int8"},
        {"model_num_parameters": -1},
        {"model_num_parameters": True},
    ],
)
def test_a_count_of_packed_weights_is_no_count_of_parameters(changed: dict[str, Any], tmp_path: Path) -> None:
    found = facts(imported("lm-eval", tmp_path / "results.json", lm_eval_results(**changed)))
    assert "model.parameter_count" not in found


def test_a_day_to_come_is_not_believed(tmp_path: Path) -> None:
    log = inspect_log([1, 0], created="2031-01-01T00:00:00Z")
    assert imported("inspect", tmp_path / "log.json", log).predicate.measured_on == ON


def test_an_unknown_form_of_time_falls_back_on_the_day_of_reading(tmp_path: Path) -> None:
    log = inspect_log([1, 0], created="yesterday")
    assert imported("inspect", tmp_path / "log.json", log).predicate.measured_on == ON


@pytest.mark.parametrize("path", ["a b/模型.json", "…", ".json", "x" * 300 + ".json", "-rf.json"])
def test_the_name_of_a_statement_is_a_plain_file_name(path: str) -> None:
    name = statement_name("inspect", path)
    assert name.startswith("inspect")
    assert name.isascii()
    assert "/" not in name
    assert len(name) < 100


def test_the_same_file_gives_the_same_statement(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    first = imported("inspect", path, inspect_log([1, 0]))
    assert import_file("inspect", path, LIBRARY, on=ON) == first
