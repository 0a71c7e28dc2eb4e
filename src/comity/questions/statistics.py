"""What does the library cover, and what is missing? Counts by topic and place, and the share of the world that they stand for.

The yardsticks are data: the regions of the United Nations' list, its official languages, the three orientations. What has no rule at
all is listed as well as what has many, because a library that hides its gaps passes for the world.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from comity.library.model import FORCES, GRADES, MODALITIES, ORIENTATIONS, STATUSES
from comity.questions.browse import within
from comity.questions.check import comparability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from comity.library.loader import Library
    from comity.library.model import Clause, Jurisdiction, Language, Region, Standard, Topic
    from comity.questions.check import Comparability

Thing = TypeVar("Thing")

WORLD = "world"
"""The region that holds all others; rules that name it are addressed to everybody and fill no gap of a single region."""

BINDING = frozenset({"law", "mandatory_standard"})


@dataclass(frozen=True, slots=True)
class Cover(Generic[Thing]):
    """How many standards and clauses there are of something; `binding` clauses stand in laws and mandatory standards in force."""

    of: Thing
    standards: int
    clauses: int
    binding: int


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Statistics:
    """The answer.

    Attributes:
        topics: the topics that clauses can stand under, in the order of the library.
        jurisdictions: those with a standard, in the order of the library.
        cells: clauses by topic and jurisdiction, where there are any.
        places: every jurisdiction with what it contributes.
        regions: the smallest regions, with what reaches into them; rules for the whole world are not counted there.
        worldwide: what is addressed to the whole world.
        languages: languages with what is officially published in them.
        orientations: the orientations with what follows them.
        forces, statuses: legal forces and statuses with what has them.
        grades, modalities: clauses by what they were checked against, and by modality.
        unknowable: clauses that are kept as text, because no fact decides them.
        comparability: how far the jurisdictions speak of the same things.
    """

    library: Library
    topics: tuple[Topic, ...]
    jurisdictions: tuple[Jurisdiction, ...]
    cells: dict[tuple[str, str], int]
    places: tuple[Cover[Jurisdiction], ...]
    regions: tuple[Cover[Region], ...]
    worldwide: Cover[str]
    languages: tuple[Cover[Language], ...]
    orientations: tuple[Cover[str], ...]
    forces: tuple[Cover[str], ...]
    statuses: tuple[Cover[str], ...]
    grades: dict[str, int]
    modalities: dict[str, int]
    unknowable: int
    comparability: Comparability

    @property
    def regions_covered(self) -> Part:
        """Regions with a rule of their own, of all."""
        return _covered(self.regions)

    @property
    def regions_bound(self) -> Part:
        """Regions with a binding clause of their own, of all."""
        return Part(sum(cover.binding > 0 for cover in self.regions), len(self.regions))

    @property
    def languages_covered(self) -> Part:
        """Official languages of the United Nations in which a rule is published, of all of them."""
        return _covered(cover for cover in self.languages if cover.of.world)

    @property
    def orientations_covered(self) -> Part:
        """Orientations with a clause, of all."""
        return _covered(self.orientations)

    @property
    def cells_filled(self) -> Part:
        """Pairs of a topic and a jurisdiction with a clause, of all pairs."""
        return Part(len(self.cells), len(self.topics) * len(self.jurisdictions))

    @property
    def missing_regions(self) -> tuple[Region, ...]:
        """Regions that no rule of their own reaches into."""
        return tuple(cover.of for cover in self.regions if not cover.clauses)

    @property
    def missing_languages(self) -> tuple[Language, ...]:
        """Official languages of the United Nations in which no rule is published."""
        return tuple(cover.of for cover in self.languages if cover.of.world and not cover.clauses)

    @property
    def missing_orientations(self) -> tuple[str, ...]:
        """Orientations without a clause."""
        return tuple(cover.of for cover in self.orientations if not cover.clauses)

    @property
    def missing_jurisdictions(self) -> tuple[Jurisdiction, ...]:
        """Jurisdictions that the library knows and has no clause of; their instruments may be listed as not encoded."""
        return tuple(cover.of for cover in self.places if not cover.clauses)

    @property
    def missing_topics(self) -> tuple[Topic, ...]:
        """Topics without a clause."""
        filled = {topic for topic, _ in self.cells}
        return tuple(topic for topic in self.topics if topic.id not in filled)


def statistics(library: Library) -> Statistics:
    """Count what a library holds."""
    standards, clauses = library.data.standards, list(library.clauses.values())
    jurisdictions = library.data.jurisdictions
    with_standards = {standard.jurisdiction for standard in standards}
    return Statistics(
        library=library,
        topics=_topics(library),
        jurisdictions=tuple(entry for entry in jurisdictions if entry.id in with_standards),
        cells=dict(Counter((clause.topic, clause.jurisdiction) for clause in clauses)),
        places=tuple(
            _cover(entry, [standard for standard in standards if standard.jurisdiction == entry.id])
            for entry in jurisdictions
        ),
        regions=_regions(library),
        worldwide=_cover(
            WORLD, [standard for standard in standards if WORLD in library.jurisdictions[standard.jurisdiction].regions]
        ),
        languages=tuple(
            _cover(
                language,
                [
                    standard
                    for standard in standards
                    if language.id in library.jurisdictions[standard.jurisdiction].languages
                ],
            )
            for language in library.data.languages
        ),
        orientations=tuple(
            _cover(name, [standard for standard in standards if name in standard.orientation]) for name in ORIENTATIONS
        ),
        forces=tuple(_cover(name, [standard for standard in standards if standard.force == name]) for name in FORCES),
        statuses=tuple(
            _cover(name, [standard for standard in standards if standard.status == name]) for name in STATUSES
        ),
        grades=_counted(clauses, GRADES, lambda clause: clause.checked.against),
        modalities=_counted(clauses, MODALITIES, lambda clause: clause.modality),
        unknowable=sum(clause.unknowable for clause in clauses),
        comparability=comparability(library),
    )


def _topics(library: Library) -> tuple[Topic, ...]:
    """Topics with a clause, and those that only wait for one: some fact of theirs is a choice."""
    wanted = {clause.topic for clause in library.clauses.values()}
    wanted |= {fact.topic for fact in library.data.facts if fact.nature == "choice"}
    return tuple(topic for topic in library.data.topics if topic.id in wanted)


def _regions(library: Library) -> tuple[Cover[Region], ...]:
    larger = {region.part_of for region in library.data.regions}
    reach = {
        entry.id: frozenset().union(*(within(library, region) for region in entry.regions if region != WORLD))
        for entry in library.data.jurisdictions
    }
    return tuple(
        _cover(region, [standard for standard in library.data.standards if region.id in reach[standard.jurisdiction]])
        for region in library.data.regions
        if region.id not in larger
    )


def _cover(of: Thing, standards: list[Standard]) -> Cover[Thing]:
    binding = sum(
        clause.modality in {"must", "must_not"}
        for standard in standards
        if standard.force in BINDING and standard.status in {"in_force", "enacted"}
        for clause in standard.clauses
    )
    return Cover(of, len(standards), sum(len(standard.clauses) for standard in standards), binding)


def _covered(covers: Iterable[Cover[Thing]]) -> Part:
    counted = [cover.clauses > 0 for cover in covers]
    return Part(sum(counted), len(counted))


def _counted(clauses: Iterable[Clause], names: Iterable[str], key: Callable[[Clause], str]) -> dict[str, int]:
    found = Counter(key(clause) for clause in clauses)
    return {name: found[name] for name in names}
