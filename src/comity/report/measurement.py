"""A measurement for a terminal or as JSON: what was established, on what it rests, what else the file says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from comity.language import Message, translate
from comity.report.catalogue import as_json
from comity.report.corpus_names import CORPUS_NAMES, in_rows
from comity.report.dialogue_names import DIALOGUE_NAMES, dialogue_rows
from comity.report.imported_names import IMPORTED_NAMES
from comity.report.token_cost_names import TOKEN_COST_NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from comity.dossier.statements import MeasuredFact, Plain, Statement

FORMATS = ("text", "json")

_BASES = {
    "observed": Message("observed in the file"),
    "reported": Message("reported by the file about itself"),
    "declared": Message("declared by a person"),
    "inferred": Message("concluded from other facts"),
}

_FINDINGS = {
    "file_format": Message("file format"),
    "file_bytes": Message("size in bytes"),
    "tensors": Message("tensors"),
    "tensor_types": Message("number formats"),
    "name": Message("name"),
    "publisher": Message("publisher"),
    "finetune": Message("fine-tuning"),
    "base_model": Message("base model"),
    "size_label": Message("size label"),
    "tokenizer": Message("tokenizer"),
    "content": Message("kind of content"),
    "layers": Message("layers"),
    "embedding_length": Message("embedding length"),
    "vocabulary_size": Message("vocabulary size"),
    "quantisation": Message("quantisation"),
    "chat_template": Message("chat template"),
    "framework": Message("framework"),
    "producer": Message("produced by"),
    "operator_sets": Message("operator sets"),
    "operators": Message("operators"),
    "parameter_count_withheld": Message("parameter count not stated"),
    **DIALOGUE_NAMES,
    **IMPORTED_NAMES,
    **CORPUS_NAMES,
    **TOKEN_COST_NAMES,
}

CHARTED = "premium."
"""What the names of figures begin with that a chart shows."""


def measurement(statement: Statement, written: Path | None, language: str, form: str, chart: str = "") -> str:
    """The report.

    Args:
        statement: what the measure found.
        written: the file that it was written to, or None.
        language: of the reader.
        form: one of `FORMATS`.
        chart: what the text shows of the figures that are `CHARTED`, instead of them.
    """
    if form == "json":
        content = json.loads(msgspec.json.encode(statement))
        return as_json("comity/measurement/1", statement=content, written=None if written is None else str(written))
    return _text(statement, written, language, chart)


def _text(statement: Statement, written: Path | None, language: str, chart: str) -> str:
    artefact, predicate = statement.subject[0], statement.predicate
    kind = "sha256" if artefact.digest.sha256 is not None else "saltedCommitment"
    lines = [artefact.name.translate(dict.fromkeys(range(32), "?")), f"{kind} {artefact.digest.digits}"]
    if len(statement.subject) > 1:
        lines.append(Message("and {count} more files", count=f"{len(statement.subject) - 1:,}").in_language(language))
    lines.append("")
    lines.append(translate("Facts", language))
    for fact in predicate.facts:
        basis = _BASES[fact.basis].in_language(language)
        lines.append(f"  {fact.fact} = {_plain(fact.value, language)}")
        lines.append(f"      {basis}: {fact.where}" if fact.where else f"      {basis}")
        if fact.count is not None:
            lines.append(f"      {_sample(fact).in_language(language)}")
    if not predicate.facts:
        lines.append(f"  {translate('none', language)}")
    lines += ["", translate("Further findings", language)]
    observations = {
        name: value
        for name, value in in_rows(dialogue_rows(predicate.observations), language).items()
        if not (chart and name.startswith(CHARTED)) and not (chart and value is None)
    }
    for name, value in observations.items():
        title = _FINDINGS[name].in_language(language) if name in _FINDINGS else name
        if name.endswith("_withheld"):
            value = translate(str(value), language)
        if value is not None:
            lines.append(f"  {title}: {_plain(value, language)}")
    silent = [
        _FINDINGS[name].in_language(language) if name in _FINDINGS else name
        for name, value in observations.items()
        if value is None
    ]
    if silent:
        lines += ["", Message("It says nothing about: {names}", names=", ".join(silent)).in_language(language)]
    if chart:
        lines += ["", chart]
    if written is not None:
        lines += ["", Message("The statement is in {file}.", file=str(written)).in_language(language)]
        directory = written.parent.name or "."
        hint = Message("A dossier counts it where comity.yaml says: evidence: {directory}/", directory=directory)
        lines.append(hint.in_language(language))
    return "\n".join(lines)


def _sample(fact: MeasuredFact) -> Message:
    """What is behind a measured value."""
    if fact.interval is None:
        return Message("from {count} observations", count=f"{fact.count:,}")
    low, high = fact.interval
    return Message(
        "from {count} observations; 95 % interval {low} to {high}",
        count=f"{fact.count:,}",
        low=f"{low:.4g}",
        high=f"{high:.4g}",
    )


def _plain(value: Plain, language: str) -> str:
    match value:
        case bool():
            return translate("yes", language) if value else translate("no", language)
        case list():
            return "; ".join(value)
        case int():
            return f"{value:,}"
        case _:
            return str(value)
