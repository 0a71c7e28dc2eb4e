"""A measurement for a terminal or as JSON: what was established, on what it rests, what else the file says."""

from __future__ import annotations

import json
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import msgspec

from comity.language import Message, translate
from comity.report.catalogue import as_json
from comity.report.corpus_names import CORPUS_NAMES, in_rows
from comity.report.dialogue_names import DIALOGUE_NAMES, dialogue_rows
from comity.report.group_rows import group_rows
from comity.report.group_strips import group_strip
from comity.report.imported_names import IMPORTED_NAMES
from comity.report.measured_text import glyphs, group_lines, plain_lines
from comity.report.people_names import people_rows
from comity.report.token_cost_names import TOKEN_COST_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.dossier.statements import MeasuredFact, Plain, Predicate, Statement

FORMATS = ("text", "json", "html")

JUDGE = "judge "
"""What the place of a fact begins with that a language model has judged."""

_BY_JUDGE = Message("judged by a language model")

BASES = {
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

_WIDEST = 120
"""Cells of a line with strips."""

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
    if form == "html":
        from comity.report.measurement_page import page

        return page(statement, language)
    if form == "json":
        content = json.loads(msgspec.json.encode(statement))
        return as_json("comity/measurement/1", statement=content, written=None if written is None else str(written))
    return _text(statement, written, language, chart)


def basis_in_words(fact: MeasuredFact, language: str) -> str:
    """On what a fact rests, and where that is to be found."""
    judged = fact.basis == "observed" and fact.where.startswith(JUDGE)
    basis = (_BY_JUDGE if judged else BASES[fact.basis]).in_language(language)
    return f"{basis}: {fact.where}" if fact.where else basis


def _text(statement: Statement, written: Path | None, language: str, chart: str) -> str:
    artefact, predicate = statement.subject[0], statement.predicate
    kind = "sha256" if artefact.digest.sha256 is not None else "saltedCommitment"
    lines = [artefact.name.translate(dict.fromkeys(range(32), "?")), f"{kind} {artefact.digest.digits}"]
    if len(statement.subject) > 1:
        lines.append(Message("and {count} more files", count=f"{len(statement.subject) - 1:,}").in_language(language))
    lines.append("")
    lines.append(translate("Facts", language))
    for fact in predicate.facts:
        lines.append(f"  {fact.fact} = {in_words(fact.value, language)}")
        lines.append(f"      {basis_in_words(fact, language)}")
        if fact.count is not None:
            lines.append(f"      {sample_in_words(fact).in_language(language)}")
    if not predicate.facts:
        lines.append(f"  {translate('none', language)}")
    lines += ["", translate("Further findings", language)]
    said, silent = findings(predicate, language, charted=bool(chart))
    lines += [f"  {title}: {value}" for title, value in said]
    if silent:
        lines += ["", Message("It says nothing about: {names}", names=", ".join(silent)).in_language(language)]
    drawn = chart or group_charts(predicate.observations, language)
    if drawn:
        lines += ["", drawn]
    if written is not None:
        lines += ["", Message("The statement is in {file}.", file=str(written)).in_language(language)]
        directory = written.parent.name or "."
        hint = Message("A dossier counts it where comity.yaml says: evidence: {directory}/", directory=directory)
        lines.append(hint.in_language(language))
    return "\n".join(lines)


def findings(predicate: Predicate, language: str, *, charted: bool = False) -> tuple[list[tuple[str, str]], list[str]]:
    """The observations in words, and what the artefact says nothing about; `charted`: without what a chart shows, and what is not there."""
    observed = people_rows(predicate.measure, predicate.observations, language)
    said: list[tuple[str, str]] = []
    silent: list[str] = []
    for name, value in in_rows(dialogue_rows(observed, language), language).items():
        title = _FINDINGS[name].in_language(language) if name in _FINDINGS else name
        if value is None and not charted:
            silent.append(title)
        elif value is not None and not (charted and name.startswith(CHARTED)):
            reason = name.endswith("_withheld")
            said.append((title, translate(str(value), language) if reason else in_words(value, language)))
    return said, silent


def group_charts(observations: Mapping[str, Plain | None], language: str) -> str:
    """The figures of groups as strips, for the terminal that there is; empty where there are none."""
    width, signs = min(get_terminal_size().columns, _WIDEST), glyphs()
    strips = [group_strip(row, language) for row in group_rows(observations)]
    return "\n\n".join(plain_lines(group_lines(strip, width, signs, 0)) for strip in strips)


def sample_in_words(fact: MeasuredFact) -> Message:
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


def in_words(value: Plain, language: str) -> str:
    """A value of a statement as people read it."""
    match value:
        case bool():
            return translate("yes", language) if value else translate("no", language)
        case list():
            return "; ".join(value)
        case int():
            return f"{value:,}"
        case _:
            return str(value)
