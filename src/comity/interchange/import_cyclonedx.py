"""Machine-learning bills of materials in CycloneDX 1.5 to 1.7.

Licence, family of architectures and energy of training are fields of the form; what Comity wrote as properties is given
back exactly. Everything else stays an observation: a user whom a supplier has in mind is not the audience of the system
at hand.
Source: ECMA-424 (CycloneDX), `modelCard`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from comity.clauses.values import canonical
from comity.errors import ComityError, InputError
from comity.interchange.export_cyclonedx import BASIS, FACT
from comity.interchange.foreign_files import listed, table, word
from comity.interchange.found import Found, day_of
from comity.interchange.published_facts import is_published, written
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.interchange.foreign_files import ForeignFile
    from comity.library.loader import Library

METHOD = (
    "Model card of a CycloneDX bill of materials read. Licence, family of architectures and energy of training "
    "are what its writer says; facts of a bill that Comity made are those that it states."
)
VERSIONS = ("1.5", "1.6", "1.7")
"""Versions of the form that have model cards and are known here."""
MODEL = "machine-learning-model"
TRAINING = ("training", "fine-tuning")
"""Activities whose energy is that of training."""


def read_cyclonedx(file: ForeignFile, library: Library) -> Found:
    """The content of a bill of materials.

    Raises:
        InputError: it is no CycloneDX in JSON, of another version, or does not hold exactly one model.
    """
    bill = table(file.json())
    if bill.get("bomFormat") != "CycloneDX":
        hint = Message("a bill of materials in XML can be converted to JSON with the tools of its makers")
        raise InputError(Message("this is not a CycloneDX bill of materials in JSON"), place=file.place, hint=hint)
    version = bill.get("specVersion")
    if version not in VERSIONS:
        message = Message("CycloneDX {version} is not read here", version=str(version)[:20])
        hint = Message("known are: {values}", values=", ".join(VERSIONS))
        raise InputError(message, place=file.place, hint=hint)
    metadata = table(bill.get("metadata"))
    models = [
        component
        for component in _components([metadata.get("component"), *listed(bill.get("components"))])
        if component.get("type") == MODEL
    ]
    if len(models) != 1:
        message = Message("one model is wanted in a bill of materials; this one has {count}", count=len(models))
        raise InputError(message, place=file.place)
    found = Found(METHOD, made_on=day_of(metadata.get("timestamp")))
    _model(models[0], found, library)
    found.observe("spec_version", version)
    found.observe("serial_number", bill.get("serialNumber"))
    return found


def _is_digest(content: object) -> bool:
    return isinstance(content, str) and len(content) == 64 and set(content.lower()) <= set("0123456789abcdef")


def _components(roots: list[Any]) -> Iterator[dict[str, Any]]:
    """Components and those nested in them, without recursion."""
    waiting = list(reversed(roots))
    while waiting:
        component = table(waiting.pop())
        yield component
        waiting += reversed(listed(component.get("components")))


def _model(component: dict[str, Any], found: Found, library: Library) -> None:
    _own_facts(component, found, library)
    stated = {fact.fact for fact in found.facts}
    card = table(component.get("modelCard"))
    parameters = table(card.get("modelParameters"))
    considerations = table(card.get("considerations"))
    licences = _licences(component)
    if len(licences) == 1 and "model.licence" not in stated:
        found.report("model.licence", licences[0], "components[].licenses")
    else:
        found.observe("licences", licences)
    family = word(parameters.get("architectureFamily"))
    if family and "model.architecture" not in stated:
        found.report("model.architecture", family, "modelCard.modelParameters.architectureFamily")
    energy = _training_energy(considerations)
    if energy is not None and "environment.training_energy" not in stated:
        where = "modelCard.considerations.environmentalConsiderations.energyConsumptions"
        found.report("environment.training_energy", energy, where)
    found.observe("name", component.get("name"))
    found.observe("version", component.get("version"))
    found.observe("publisher", component.get("publisher"))
    hashes = [table(entry) for entry in listed(component.get("hashes"))]
    digests = [
        entry["content"] for entry in hashes if entry.get("alg") == "SHA-256" and _is_digest(entry.get("content"))
    ]
    found.observe("model_sha256", digests[0].lower() if len(digests) == 1 else None)
    found.observe("model_architecture", parameters.get("modelArchitecture"))
    found.observe("task", parameters.get("task"))
    found.observe("approach", table(parameters.get("approach")).get("type"))
    data = [table(entry) for entry in listed(parameters.get("datasets"))]
    found.observe("datasets", [name for entry in data if (name := word(entry.get("name")) or word(entry.get("ref")))])
    sensitive = [kind for entry in data for kind in listed(entry.get("sensitiveData")) if isinstance(kind, str)]
    found.observe("sensitive_data", sensitive)
    for key in ("users", "useCases", "technicalLimitations", "performanceTradeoffs"):
        found.observe(_snake(key), considerations.get(key))
    harms = [
        name for risk in listed(considerations.get("ethicalConsiderations")) if (name := word(table(risk).get("name")))
    ]
    found.observe("ethical_considerations", harms)
    metrics = map(table, listed(table(card.get("quantitativeAnalysis")).get("performanceMetrics")))
    found.observe("performance_metrics", [f"{metric.get('type')} = {metric.get('value')}" for metric in metrics])
    others = [table(entry) for entry in listed(component.get("properties"))]
    names = [
        f"{name} = {entry.get('value')}"
        for entry in others
        if (name := word(entry.get("name"))) and "comity:" not in name
    ]
    found.observe("properties", names)


def _own_facts(component: dict[str, Any], found: Found, library: Library) -> None:
    """The facts of a bill that Comity made; those of single markets and those that do not fit stay observations."""
    unread: list[str] = []
    properties = [table(entry) for entry in listed(component.get("properties"))]
    bases = {str(entry.get("name")): str(entry.get("value")) for entry in properties}
    for entry in properties:
        name, text = word(entry.get("name")), word(entry.get("value"))
        if name is None or text is None or not name.startswith(FACT):
            continue
        fact = name.removeprefix(FACT)
        if not is_published(fact, library):
            unread.append(f"{fact}: {text}")
            continue
        try:
            held = written(canonical(json.loads(text), library.vocabulary.types[fact]))
        except (ValueError, RecursionError, ComityError):
            unread.append(f"{fact}: {text}")
            continue
        if fact not in {known.fact for known in found.facts}:
            by = bases.get(f"{BASIS}{fact}", "declared")
            found.restate(fact, held, by, name)
    found.observe("facts_left_out", unread)


def _licences(component: dict[str, Any]) -> list[str]:
    found = []
    for choice in map(table, listed(component.get("licenses"))):
        licence = table(choice.get("license"))
        text = word(licence.get("id")) or word(licence.get("name")) or word(choice.get("expression"))
        if text:
            found.append(text)
    return found


def _training_energy(considerations: dict[str, Any]) -> float | None:
    """KWh of all training, where the bill gives that of the training itself."""
    environment = table(considerations.get("environmentalConsiderations"))
    used: dict[str, float] = {}
    for entry in map(table, listed(environment.get("energyConsumptions"))):
        cost = table(entry.get("activityEnergyCost"))
        value, activity = cost.get("value"), entry.get("activity")
        if activity in TRAINING and cost.get("unit") == "kWh" and isinstance(value, int | float) and value >= 0:
            used[activity] = used.get(activity, 0) + value
    return sum(used.values()) if TRAINING[0] in used else None


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
