"""Model cards: the metadata in front of a `README.md`, as the Hugging Face Hub reads them.

Licence and languages are what the maker of the model says they are. Everything else that the metadata hold (base model,
data sets, results, emissions) says less than any fact asks, and stays an observation; a card of Comity's own holds its
facts exactly and gives them back.
Source: the metadata of Hugging Face model cards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.documents.front_matter import front_matter
from comity.documents.reading import Mapping, Scalar, Sequence
from comity.dossier.reader import read_entry
from comity.errors import ComityError, InputError
from comity.interchange.export_model_card import FORM
from comity.interchange.found import Found, day_of, observation
from comity.interchange.published_facts import is_published, written
from comity.language import Message

if TYPE_CHECKING:
    from comity.documents.reading import Node
    from comity.dossier.model import Entry
    from comity.interchange.foreign_files import ForeignFile
    from comity.library.loader import Library

METHOD = (
    "Metadata of a model card read. Licence and languages are what its writer says; facts of a card that Comity "
    "made are those that it states."
)
DATASET_KEYS = ("task_categories", "size_categories", "annotations_creators", "dataset_info", "source_datasets")
"""Keys that only the card of a data set has."""
OBSERVED = (
    "model_name",
    "base_model",
    "base_model_relation",
    "pipeline_tag",
    "library_name",
    "datasets",
    "metrics",
    "tags",
    "license_link",
    "new_version",
    "extra_gated_prompt",
)


def read_model_card(file: ForeignFile, library: Library) -> Found:
    """The content of a model card.

    Raises:
        InputError: it has no metadata, they are not YAML as data, or it is the card of a data set.
    """
    root = front_matter(file.text(), file.place)
    for key in DATASET_KEYS:
        if key in root.entries:
            message = Message("this is the card of a data set: it says {key}", key=key)
            raise InputError(message, place=root.key_places[key])
    found = Found(METHOD)
    own = root.entries.get("comity")
    if isinstance(own, Mapping):
        _own_facts(own, found, library)
    _metadata(root, found)
    return found


def _metadata(root: Mapping, found: Found) -> None:
    stated = {fact.fact for fact in found.facts}
    values = {key: _plain(node) for key, node in root.entries.items()}
    licence = values.get("license")
    if licence == "other":
        licence = values.get("license_name")
    if isinstance(licence, str) and licence != "unknown" and "model.licence" not in stated:
        found.report("model.licence", licence, "license")
    elif isinstance(licence, list):
        found.observe("licences", licence)
    languages = values.get("language")
    if languages not in (None, "", []) and "model.languages" not in stated:
        listed = languages if isinstance(languages, list) else [languages]
        found.report("model.languages", ", ".join(str(one) for one in listed), "language")
    for key in OBSERVED:
        found.observe(key, values.get(key))
    emissions = root.entries.get("co2_eq_emissions")
    if isinstance(emissions, Mapping):
        found.observe("co2_eq_emissions", [f"{key}: {_plain(node)}" for key, node in emissions.entries.items()])
    elif emissions is not None:
        found.observe("co2_eq_emissions", _plain(emissions))
    found.observe("results", _results(root.entries.get("model-index")))


def _own_facts(own: Mapping, found: Found, library: Library) -> None:
    """The facts of a card that Comity made; those of single markets and those that do not fit stay observations."""
    values = {key: _plain(node) for key, node in own.entries.items()}
    if values.get("form") != FORM:
        found.observe("comity_form", values.get("form"))
        return
    found.made_on = day_of(values.get("on"))
    facts = own.entries.get("facts")
    unread: list[str] = []
    for name, node in facts.entries.items() if isinstance(facts, Mapping) else ():
        value = node.entries.get("value") if isinstance(node, Mapping) else None
        entry = None if value is None or not is_published(name, library) else _entry(name, value, library)
        if entry is None or entry.value is None:
            unread.append(f"{name}: {_plain(value) or '?'}")
            continue
        basis = _plain(node.entries.get("by")) if isinstance(node, Mapping) else None
        found.restate(name, written(entry.value), str(basis), "comity.facts")
    found.observe("facts_left_out", unread)


def _entry(name: str, value: Node, library: Library) -> Entry | None:
    """A fact of the vocabulary with this value; None where the value does not fit."""
    try:
        return read_entry(name, value, library)
    except ComityError:
        return None


def _plain(node: Node | None) -> Any:
    """A node as plain data, scalars as they are written; of deeper ones nothing."""
    match node:
        case Scalar(text=text):
            return text.strip() or None
        case Sequence(items=items):
            return [item.text.strip() for item in items if isinstance(item, Scalar)]
        case _:
            return None


def _results(node: Node | None) -> list[str]:
    """The results of a model index, one line a metric."""
    lines: list[str] = []
    for model in node.items if isinstance(node, Sequence) else ():
        results = model.entries.get("results") if isinstance(model, Mapping) else None
        for result in results.items if isinstance(results, Sequence) else ():
            if not isinstance(result, Mapping):
                continue
            data = result.entries.get("dataset")
            name = _plain(data.entries.get("name")) if isinstance(data, Mapping) else None
            metrics = result.entries.get("metrics")
            for metric in metrics.items if isinstance(metrics, Sequence) else ():
                if isinstance(metric, Mapping):
                    kind, value = (_plain(metric.entries.get(key)) for key in ("type", "value"))
                    lines.append(f"{observation(name) or '?'}: {kind} = {value}")
    return lines
