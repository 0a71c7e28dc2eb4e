"""A dossier as a machine-learning bill of materials in CycloneDX 1.6: the system, its model, and a model card.

Facts for which the form has a field stand there; every fact stands also under Comity's own name as a property, exact
and with what it rests on, because the fields are texts for people. Which fact goes where is `_card`, and nothing else.
Source: ECMA-424, first edition (CycloneDX 1.6), `modelCard`.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from comity import __version__
from comity.interchange.licences import spdx_identifier
from comity.interchange.published_facts import model_files, published_facts, written
from comity.interchange.texts import midnight, single_line
from comity.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.interchange.published_facts import PublishedFact
    from comity.questions.assess import Assessment

NAMESPACE = UUID("8a5dfd0e-93c5-5b39-9a3b-6f0f5d7a2c11")
"""Root of the serial numbers; arbitrary, and never changed."""
FACT, BASIS, SOURCE = "comity:fact:", "comity:basis:", "comity:source:"
"""Prefixes of the properties that hold a fact, what it rests on, and where it was read."""
MOST_OF_A_VERSION = 1_024
"""Characters that the form allows."""
SENSITIVE = ("personal", "sensitive_personal", "minors_personal", "biometric", "important_data", "confidential")
"""Kinds of content that the field `sensitiveData` is for."""
RATES = ("accuracy.", "dialogue.", "fairness.", "robustness.")
"""Beginnings of the names of facts that are figures of performance, where they are ratios or numbers."""


def assessment_cyclonedx(assessment: Assessment, language: str) -> str:
    """The bill of materials as JSON."""
    return json.dumps(bill_of_materials(assessment, language), ensure_ascii=False, indent=1)


def bill_of_materials(assessment: Assessment, language: str) -> dict[str, Any]:
    """The bill of materials as plain data."""
    words = Words(assessment.library, language)
    dossier = assessment.dossier
    facts = published_facts(assessment)
    content = {
        "version": 1,
        "metadata": {
            "timestamp": midnight(assessment.on),
            "tools": {"components": [{"type": "application", "name": "comity", "version": __version__}]},
            "component": _without_nothing(
                {
                    "type": "application",
                    "bom-ref": "system",
                    "name": single_line(dossier.name),
                    "version": single_line(dossier.version, MOST_OF_A_VERSION) if dossier.version else None,
                }
            ),
        },
        "components": [_model(assessment, facts, words)],
        "dependencies": [{"ref": "system", "dependsOn": ["model"]}, {"ref": "model"}],
    }
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()
    serial = f"urn:uuid:{uuid5(NAMESPACE, digest)}"
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
    }
    return {**head, "serialNumber": serial, **content}


def _model(assessment: Assessment, facts: list[PublishedFact], words: Words) -> dict[str, Any]:
    files = model_files(assessment.dossier)
    by_name = {found.fact: found for found in facts if found.market is None}
    component: dict[str, Any] = {"type": "machine-learning-model", "bom-ref": "model"}
    name = files[0].name if len(files) == 1 else assessment.dossier.name
    component["name"] = single_line(name)
    if len(files) == 1 and files[0].digest.sha256 is not None:
        component["hashes"] = [{"alg": "SHA-256", "content": files[0].digest.sha256}]
    licence = by_name.get("model.licence")
    if licence is not None:
        text = single_line(str(licence.value))
        identifier = spdx_identifier(text)
        component["licenses"] = [{"license": {"id": identifier} if identifier else {"name": text}}]
    card = _card(by_name, words)
    if card:
        component["modelCard"] = card
    component["properties"] = list(_properties(facts))
    return _without_nothing(component)


def _properties(facts: Iterable[PublishedFact]) -> Iterable[dict[str, str]]:
    for found in facts:
        yield {"name": f"{FACT}{found.key}", "value": json.dumps(written(found.value), ensure_ascii=False)}
        yield {"name": f"{BASIS}{found.key}", "value": found.by}
        if found.source is not None:
            yield {"name": f"{SOURCE}{found.key}", "value": found.source}


def _card(facts: dict[str, PublishedFact], words: Words) -> dict[str, Any]:
    """The model card: each field with the fact that it is filled from."""

    def members(fact: str, among: Iterable[str] | None = None) -> list[str]:
        found = facts.get(fact)
        values = found.value if found is not None and isinstance(found.value, frozenset) else frozenset()
        return [words.member(value) for value in sorted(values) if among is None or value in set(among)]

    architecture = facts.get("model.architecture")
    sensitive = members("dataset.contents", SENSITIVE)
    sources = words.separator.join(members("dataset.sources"))
    data = _without_nothing(
        {
            "type": "dataset",
            "name": words.say("training data"),
            "description": single_line(sources) if sources else None,
            "sensitiveData": sensitive,
        }
    )
    energy = facts.get("environment.training_energy")
    training = {
        "activity": "training",
        "energyProviders": [],
        "activityEnergyCost": {"value": energy.value if energy else 0, "unit": "kWh"},
    }
    return _without_nothing(
        {
            "modelParameters": _without_nothing(
                {
                    "architectureFamily": single_line(str(architecture.value)) if architecture else None,
                    "datasets": [data] if sources or sensitive else [],
                    "outputs": [{"format": kind} for kind in members("system.output_modalities")],
                }
            ),
            "quantitativeAnalysis": _without_nothing({"performanceMetrics": list(_metrics(facts, words))}),
            "considerations": _without_nothing(
                {
                    "users": members("system.audience"),
                    "useCases": members("system.purposes"),
                    "ethicalConsiderations": [{"name": harm} for harm in members("system.harm_potential")],
                    "environmentalConsiderations": {"energyConsumptions": [training]} if energy else None,
                }
            ),
        }
    )


def _metrics(facts: dict[str, PublishedFact], words: Words) -> Iterable[dict[str, str]]:
    for fact, found in facts.items():
        if fact.startswith(RATES) and isinstance(found.value, float):
            yield {"type": single_line(words.fact(fact)), "value": repr(found.value)}


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that hold something."""
    return {key: value for key, value in fields.items() if value not in (None, [], {})}
