"""Measuring again: the verifier has the artefact, so what was measured on it can be checked and not only believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses.values import canonical
from comity.documents.reading import sha256_of
from comity.errors import ComityError
from comity.evidence.answer import Answer
from comity.evidence.leaves import FactLeaf, MeasurementLeaf
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from comity.clauses.tree import Value
    from comity.clauses.values import FactType
    from comity.dossier.statements import Statement
    from comity.evidence.verification import Opened
    from comity.library.loader import Library


def reproduce(opened: Opened, artefacts: Iterable[Path], library: Library) -> Answer:
    """Run the measures of the opened facts on these files again and compare the values, each read as its fact's type.

    Raises:
        InputError: a file cannot be read or measured.
    """
    system = opened.system
    if system is None:
        return Answer("open", Message("not attempted: the bundle does not open its artefacts"))
    if opened.names_another_system:
        return Answer("no", Message("the opened leaf on the system names another one than the statement"))
    names = {digest: name for name, digest in system.artefacts}
    measured: list[Statement] = []
    for path in artefacts:
        digest = sha256_of(path)
        if digest not in names:
            return Answer("no", Message("{file} is not an artefact of the bundle", file=path.name))
        statement = _measure(path)
        if statement is not None:
            measured.append(statement)
    types = library.vocabulary.types
    facts = {
        fact.fact: canonical(fact.value, types[fact.fact])
        for statement in measured
        for fact in statement.predicate.facts
        if fact.fact in types
    }
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
    wrong = [leaf.fact for leaf in compared if not _is_same(leaf.value, facts[leaf.fact], types[leaf.fact])]
    if wrong:
        return Answer("no", Message("measured again, these differ: {facts}", facts=", ".join(sorted(wrong))))
    return Answer("yes", Message("{count} facts measured again, all as stated", count=len(compared)))


def _is_same(stated: object, found: Value, fact_type: FactType) -> bool:
    try:
        return canonical(stated, fact_type) == found
    except ComityError:
        return False


def _measure_of(leaf: FactLeaf, opened: Opened) -> str | None:
    found = opened.leaves.get(-1 if leaf.measurement is None else leaf.measurement)
    return found.measure if isinstance(found, MeasurementLeaf) else None


def _measure(path: Path) -> Statement | None:
    """What the measure for this kind of file finds; None where there is none."""
    if path.suffix not in {".gguf", ".safetensors", ".onnx"}:
        return None
    from comity.measures.model import measure_model

    return measure_model(path)
