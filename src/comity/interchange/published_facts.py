"""Which facts of a dossier leave in documents about the model: model cards and bills of materials, which are made to be passed on.

Facts about the organisation (revenue, sanctions, requests of authorities) and about single data flows are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from comity.clauses.values import plain
from comity.dossier.statements import read_statement
from comity.errors import ComityError
from comity.interchange.texts import single_line
from comity.library.elements import divided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clauses.tree import Value
    from comity.dossier.model import Dossier
    from comity.dossier.statements import Artefact
    from comity.library.loader import Library
    from comity.questions.assess import Assessment

SUBJECTS = ("model", "dataset", "system")
"""What the documents are about."""

MODEL_MEASURE = "model"
"""The measure whose artefact is the file of the model."""


@dataclass(frozen=True, slots=True)
class PublishedFact:
    """A known fact; `market` is the one that the value is given for, None where it holds everywhere else."""

    fact: str
    value: Value
    by: str
    source: str | None
    market: str | None = None

    @property
    def key(self) -> str:
        """The name of the fact, with the market where the value is that of one market."""
        return self.fact if self.market is None else f"{self.fact}@{self.market}"


def published_facts(assessment: Assessment) -> list[PublishedFact]:
    """The known facts about the model, its data and the system, by name; those of single markets only for the markets asked about."""
    return sorted(_published(assessment), key=lambda found: found.key)


def _published(assessment: Assessment) -> Iterator[PublishedFact]:
    library = assessment.library
    markets = library.with_wholes(assessment.markets)
    for fact, entry in assessment.dossier.entries.items():
        if divided(fact)[1] is not None or not is_published(fact, library):
            continue
        source = None if entry.basis.source is None else single_line(entry.basis.source)
        if entry.value is not None:
            yield PublishedFact(fact, entry.value, entry.basis.by, source)
        for market, value in entry.by_market.items():
            if market in markets:
                yield PublishedFact(fact, value, entry.basis.by, source, market)


def is_published(fact: str, library: Library) -> bool:
    """Whether a fact is one that such documents hold: of this library, about these subjects, and of no single element."""
    return fact in library.vocabulary.facts and library.fact(fact).subject in SUBJECTS


def written(value: Value) -> bool | int | float | str | list[str]:
    """A value as JSON and YAML hold it, its text clean."""
    found = plain(value)
    match found:
        case tuple():
            return list(found)
        case str():
            return single_line(found)
        case float() if found.is_integer() and abs(found) < 1e15:
            return int(found)
        case _:
            return found


def unknown_facts(assessment: Assessment, library: Library) -> list[str]:
    """Facts of the same subjects that clauses of the markets wait for, the most awaited first."""
    return [
        opening.fact
        for opening in assessment.openings
        if divided(opening.fact)[1] is None and library.fact(opening.fact).subject in SUBJECTS
    ]


def model_files(dossier: Dossier) -> list[Artefact]:
    """The files that the measure `model` looked at, by name and digest, each once."""
    found: dict[str, Artefact] = {}
    for path in evidence_files(dossier):
        try:
            statement = read_statement(path)
        except ComityError:
            continue
        if statement.predicate.measure == MODEL_MEASURE:
            found |= {artefact.digest.digits: artefact for artefact in statement.subject}
    return [found[digest] for digest in sorted(found)]


def evidence_files(dossier: Dossier) -> list[Path]:
    """The statements that facts of the dossier rest on, by name."""
    places = {entry.basis.place for entry in dossier.entries.values()}
    names = {place.file for place in places if place.line == 0 and Path(place.file).name in dossier.statements}
    return sorted(Path(name) for name in names)
