"""Measuring again: the verifier has the artefact, so what was measured on it can be checked and not only believed."""

from __future__ import annotations

from hashlib import file_digest
from typing import TYPE_CHECKING

from comity.errors import InputError, Place
from comity.evidence.answer import Answer
from comity.evidence.leaves import FactLeaf, MeasurementLeaf
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from comity.dossier.statements import Statement
    from comity.evidence.verification import Opened


def reproduce(opened: Opened, artefacts: Iterable[Path]) -> Answer:
    """Run the measures of the opened facts on these files again and compare the values.

    Raises:
        InputError: a file cannot be read or measured.
    """
    system = opened.system
    if system is None:
        return Answer("open", Message("not attempted: the bundle does not open its artefacts"))
    names = {digest: name for name, digest in system.artefacts}
    measured: list[Statement] = []
    for path in artefacts:
        digest = _digest(path)
        if digest not in names:
            return Answer("no", Message("{file} is not an artefact of the bundle", file=path.name))
        statement = _measure(path)
        if statement is not None:
            measured.append(statement)
    facts = {fact.fact: fact.value for statement in measured for fact in statement.predicate.facts}
    known = {statement.predicate.measure for statement in measured}
    compared = [
        leaf
        for leaf in opened.facts
        if leaf.measurement is not None and leaf.fact in facts and _measure_of(leaf, opened) in known
    ]
    if not compared:
        return Answer(
            "open", Message("not attempted: no opened fact was measured on these files by a measure that runs here")
        )
    wrong = [leaf.fact for leaf in compared if facts[leaf.fact] != leaf.value]
    if wrong:
        return Answer("no", Message("measured again, these differ: {facts}", facts=", ".join(sorted(wrong))))
    return Answer("yes", Message("{count} facts measured again, all as stated", count=len(compared)))


def _measure_of(leaf: FactLeaf, opened: Opened) -> str | None:
    found = opened.leaves.get(-1 if leaf.measurement is None else leaf.measurement)
    return found.measure if isinstance(found, MeasurementLeaf) else None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=Place(str(path))) from None


def _measure(path: Path) -> Statement | None:
    """What the measure for this kind of file finds; None where there is none."""
    if path.suffix not in {".gguf", ".safetensors", ".onnx"}:
        return None
    from comity.measures.model import measure_model

    return measure_model(path)
