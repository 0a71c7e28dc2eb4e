"""What a dossier holds, after reading: facts with their values by market, and what each value rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.clauses.values import write_value
from comity.errors import InputError
from comity.language import Message
from comity.library.model import BASES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.clauses.tree import Value
    from comity.errors import Place


@dataclass(frozen=True, slots=True)
class Sample:
    """What is behind a measured value.

    Attributes:
        count: how many observations; None where the statement does not say it.
        interval: the bounds of its confidence interval, in the unit of the fact; None where there is none.
    """

    count: int | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a value rests on.

    Attributes:
        by: `declared` (somebody says so) < `documented` (a document says so) < `measured` (it was measured on the real thing).
        source: the document or the statement, or None.
        note: a remark, or None.
        place: the line that holds the value.
        sample: what is behind it, where a statement says so.
    """

    by: str
    source: str | None
    note: str | None
    place: Place
    sample: Sample = Sample()

    @property
    def strength(self) -> int:
        """Position in the order declared < documented < measured."""
        return BASES.index(self.by)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as a dossier or a statement gives it.

    Attributes:
        value: the value in every market that is not named below; None where it is not known there.
        by_market: values for single markets.
        basis: what they rest on.
    """

    fact: str
    value: Value | None
    by_market: Mapping[str, Value]
    basis: Basis

    def value_in(self, market: str) -> Value | None:
        """The value that holds in a market."""
        return self.by_market.get(market, self.value)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two values of one fact from two sources; the stronger basis counts."""

    fact: str
    counted: Entry
    set_aside: Entry

    @property
    def message(self) -> Message:
        """The contradiction in words."""
        return Message(
            "{fact}: {place} says {value} ({by}), but {other} says {other_value} ({other_by}), which counts",
            fact=self.fact,
            place=str(self.set_aside.basis.place),
            value=write_value(self.set_aside.value),
            by=Message(self.set_aside.basis.by),
            other=str(self.counted.basis.place),
            other_value=write_value(self.counted.value),
            other_by=Message(self.counted.basis.by),
        )


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a statement says beside its facts.

    Attributes:
        file: name of the statement.
        source: the statement as the bases of its facts name it.
        measure: name of the measure.
        observations: its findings that are no facts, as plain data.
    """

    file: str
    source: str
    measure: str
    observations: Mapping[str, bool | int | float | str | list[str] | None]


@dataclass(frozen=True)
class Dossier:
    """One AI system, described.

    Attributes:
        id, name, version: of the system.
        markets: where it is or will be offered.
        entries: facts by id.
        contradictions: facts on which the dossier and a statement disagree.
        costs: relative effort to change a fact, where the dossier sets its own.
        measurements: the statements that were read as evidence, in order.
        elements: the ids of what it lists of each collection (`flow`), in order; a collection of which it says nothing is absent. The
            facts of an element are entries under names of their own (see `library.elements`).
        path: the file.
    """

    id: str
    name: str
    version: str
    markets: tuple[str, ...]
    entries: Mapping[str, Entry]
    path: Path
    contradictions: tuple[Contradiction, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    elements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def statements(self) -> tuple[str, ...]:
        """Names of the evidence files that were read, in order."""
        return tuple(measurement.file for measurement in self.measurements)

    def facts_in(self, market: str) -> dict[str, Value]:
        """The known facts as they hold in a market."""
        found = {fact: entry.value_in(market) for fact, entry in self.entries.items()}
        return {fact: value for fact, value in found.items() if value is not None}

    @classmethod
    def load(cls, path: str | Path, library: object = None) -> Dossier:
        """Read a dossier; see `comity.dossier.reader.load_dossier`."""
        from comity.dossier.reader import load_dossier
        from comity.library.loader import Library, load_library

        if library is not None and not isinstance(library, Library):
            raise InputError(Message("a library is wanted here"))
        return load_dossier(path, library or load_library())
