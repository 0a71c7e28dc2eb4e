"""What the library covers and what is missing: text, Markdown, one page, or data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from comity import __version__
from comity.language import Message
from comity.report.blocks import Branch, Grid, Heading, Outline, Pairs, Paragraph, Span, line
from comity.report.catalogue import as_json
from comity.report.library_words import KINDS_OF_JURISDICTION, ORIENTATION_NAMES, SHORT_GRADES, age_note
from comity.report.matrix import Column, Matrix
from comity.report.pages import in_form
from comity.report.words import FORCE_NAMES, MODALITY_NAMES, STATUS_NAMES, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.library.model import Region
    from comity.questions.statistics import Cover, Part, Statistics, Thing
    from comity.report.blocks import Block, Line

_Row: TypeAlias = "tuple[str, Cover[Any], tuple[str, ...]]"
"""A title, what is counted of it, and further cells."""

FORMATS = ("text", "json", "html", "md")


def library_statistics(found: Statistics, language: str, form: str, *, to_file: bool = False) -> str:
    """The statistics in one of `FORMATS`."""
    if form == "json":
        return as_json(
            "comity/library-stats/1",
            library={"version": __version__, "as_of": found.library.as_of.isoformat()},
            **statistics_document(found),
        )
    words = Words(found.library, language)
    return in_form(form, _blocks(found, words), words, title=words.say("What the library covers"), to_file=to_file)


def statistics_document(found: Statistics) -> dict[str, Any]:
    """The statistics as plain data; titles are in every language."""
    comparable = found.comparability
    return {
        "standards": len(found.library.standards),
        "clauses": len(found.library.clauses),
        "facts": len(found.library.vocabulary.facts),
        "unknowable": found.unknowable,
        "topics": [{"id": topic.id, "title": topic.title} for topic in found.topics],
        "matrix": {
            entry.id: {
                topic.id: found.cells[topic.id, entry.id]
                for topic in found.topics
                if (topic.id, entry.id) in found.cells
            }
            for entry in found.jurisdictions
        },
        "jurisdictions": [
            {"id": cover.of.id, "title": cover.of.title, "kind": cover.of.kind, "market": cover.of.market}
            | {"regions": list(cover.of.regions), "languages": list(cover.of.languages)}
            | _counts(cover)
            for cover in found.places
        ],
        "regions": [
            {"id": cover.of.id, "title": cover.of.title, "part_of": cover.of.part_of} | _counts(cover)
            for cover in found.regions
        ],
        "worldwide": _counts(found.worldwide),
        "languages": [
            {"id": cover.of.id, "title": cover.of.title, "world": cover.of.world} | _counts(cover)
            for cover in found.languages
        ],
        "orientations": {cover.of: _counts(cover) for cover in found.orientations},
        "forces": {cover.of: _counts(cover) for cover in found.forces},
        "statuses": {cover.of: _counts(cover) for cover in found.statuses},
        "grades": found.grades,
        "modalities": found.modalities,
        "shares": {
            name: {"part": part.part, "whole": part.whole, "share": round(part.share, 4)}
            for name, part in (
                ("regions", found.regions_covered),
                ("regions_bound", found.regions_bound),
                ("languages", found.languages_covered),
                ("orientations", found.orientations_covered),
                ("cells", found.cells_filled),
            )
        },
        "missing": {
            "regions": [region.id for region in found.missing_regions],
            "languages": [language.id for language in found.missing_languages],
            "orientations": list(found.missing_orientations),
            "jurisdictions": [entry.id for entry in found.missing_jurisdictions],
            "topics": [topic.id for topic in found.missing_topics],
        },
        "comparability": {name: round(getattr(comparable, name), 4) for name in comparable.__dataclass_fields__},
    }


def _counts(cover: Cover[Thing]) -> dict[str, int]:
    return {"standards": cover.standards, "clauses": cover.clauses, "binding": cover.binding}


def _blocks(found: Statistics, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(line(Span(say("What the library covers"), "strong")), 1)
    yield Pairs(tuple(_summary(found, words)))
    yield Heading(line(say("Clauses by topic and jurisdiction")))
    yield _matrix(found, words)
    yield Heading(line(say("What is missing")))
    yield Outline(tuple(_missing(found, words)))
    yield Heading(line(say("Jurisdictions")))
    yield _grid(
        [
            (
                f"{words.text(cover.of.title)} ({cover.of.id})",
                cover,
                (words.name(KINDS_OF_JURISDICTION[cover.of.kind]) if cover.of.kind in KINDS_OF_JURISDICTION else "",),
            )
            for cover in found.places
        ],
        (say("jurisdiction"), say("kind")),
        words,
    )
    yield Heading(line(say("Regions of the world")))
    regions = found.library.regions
    places: list[_Row] = [
        (words.text(cover.of.title), cover, (_within(cover.of.part_of, regions, words),)) for cover in found.regions
    ]
    rows = [*places, (say("the whole world"), found.worldwide, ("",))]
    yield _grid(rows, (say("region"), say("part of")), words)
    said = say("A rule for the whole world fills no gap of a region; it is counted on its own.")
    yield Paragraph(line(Span(said, "dim")), 1)
    yield Heading(line(say("Languages of the official texts")))
    official = say("official language of the United Nations")
    ranked = [
        (words.text(cover.of.title), cover, (official if cover.of.world else "",))
        for cover in sorted(found.languages, key=lambda cover: -cover.standards)
    ]
    yield _grid(ranked, (say("language"), say("yardstick")), words)
    for title, covers, names in (
        (say("Orientations"), found.orientations, ORIENTATION_NAMES),
        (say("Legal force"), found.forces, FORCE_NAMES),
        (say("Status"), found.statuses, STATUS_NAMES),
    ):
        yield Heading(line(title))
        yield _grid([(words.name(names[cover.of]), cover, ()) for cover in covers], (title,), words)
    yield age_note(words)


def _summary(found: Statistics, words: Words) -> Iterator[tuple[str, Line]]:
    say, comparable = words.say, found.comparability
    library = found.library
    yield (
        say("library"),
        line(
            say(
                "standards: {standards}, jurisdictions: {countries}, clauses: {clauses}",
                standards=len(library.standards),
                countries=len(found.jurisdictions),
                clauses=len(library.clauses),
            )
        ),
    )
    yield say("modality"), line(_tally(found.modalities, MODALITY_NAMES, words))
    yield say("checked against"), line(_tally(found.grades, SHORT_GRADES, words))
    yield (
        say("kept as text"),
        line(say("{count} clauses that no fact decides; they are never met or not met", count=found.unknowable)),
    )
    own, bound = _share(found.regions_covered, words), _share(found.regions_bound, words)
    yield say("regions"), line(say("with a rule of their own: {share}", share=own))
    yield say("regions"), line(say("with a binding one: {share}", share=bound))
    spoken = _share(found.languages_covered, words)
    yield say("languages"), line(say("official ones of the United Nations with a text: {share}", share=spoken))
    yield say("orientations"), line(say("with a clause: {share}", share=_share(found.orientations_covered, words)))
    yield say("topics"), line(say("that a jurisdiction speaks of: {share}", share=_share(found.cells_filled, words)))
    for message in (
        Message(
            "clauses that share a fact with another jurisdiction: {share}",
            share=_percent(comparable.clauses_sharing_a_fact),
        ),
        Message(
            "clauses that require a choice which another requires too: {share}",
            share=_percent(comparable.clauses_sharing_a_choice),
        ),
        Message("choice facts used by two or more jurisdictions: {share}", share=_percent(comparable.shared_facts)),
        Message("values of choice facts used by two or more: {share}", share=_percent(comparable.shared_values)),
    ):
        yield say("comparable"), line(words.name(message))


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _share(part: Part, words: Words) -> str:
    return words.say("{part} of {whole} ({share})", part=part.part, whole=part.whole, share=f"{part.share:.0%}")


def _tally(counts: Mapping[str, int], names: Mapping[str, Message], words: Words) -> str:
    return words.separator.join(
        words.say("{name}: ", name=words.name(names[name])) + str(count) for name, count in counts.items() if count
    )


def _matrix(found: Statistics, words: Words) -> Matrix:
    columns = tuple(Column(entry.id, words.text(entry.title)) for entry in found.jurisdictions)
    rows = tuple(
        (words.text(topic.title), tuple(found.cells.get((topic.id, entry.id), 0) for entry in found.jurisdictions))
        for topic in found.topics
    )
    return Matrix(words.say("topic"), words.say("all"), columns, rows)


def _missing(found: Statistics, words: Words) -> Iterator[Branch]:
    say = words.say
    for title, names in (
        (say("regions without a rule of their own"), [words.text(region.title) for region in found.missing_regions]),
        (
            say("regions without a binding rule of their own"),
            [words.text(cover.of.title) for cover in found.regions if cover.clauses and not cover.binding],
        ),
        (
            say("official languages of the United Nations without a text"),
            [words.text(language.title) for language in found.missing_languages],
        ),
        (
            say("orientations without a clause"),
            [words.name(ORIENTATION_NAMES[name]) for name in found.missing_orientations],
        ),
        (
            say("jurisdictions known, and without a clause"),
            [words.text(entry.title) for entry in found.missing_jurisdictions],
        ),
        (say("topics without a clause"), [words.text(topic.title) for topic in found.missing_topics]),
    ):
        said = words.separator.join(names) if names else say("none")
        yield Branch(0, line(Span(say("{name}: ", name=title), "strong"), said))
    for cover in found.places:
        filled = {topic for topic, place in found.cells if place == cover.of.id}
        left = [words.text(topic.title) for topic in found.topics if topic.id not in filled]
        if cover.clauses and left and cover.of.market and not cover.of.part_of:
            name = say("{jurisdiction}, topics without a clause", jurisdiction=words.text(cover.of.title))
            yield Branch(1, line(Span(say("{name}: ", name=name), "dim"), say("; ").join(left)))


def _within(larger: str | None, regions: Mapping[str, Region], words: Words) -> str:
    return words.text(regions[larger].title) if larger is not None and larger in regions else ""


def _grid(rows: Iterable[_Row], names: tuple[str, ...], words: Words) -> Grid:
    say = words.say
    columns = (*names, say("standards"), say("clauses"), say("of all"), say("of them binding"))
    every = len(words.library.clauses)
    return Grid(
        columns,
        tuple(
            (
                line(Span(title, "" if cover.clauses else "unknown")),
                *(line(cell) for cell in further),
                line(str(cover.standards)),
                line(str(cover.clauses)),
                line(_percent(cover.clauses / every) if cover.clauses else "–"),
                line(str(cover.binding)),
            )
            for title, cover, further in rows
        ),
        flexible=0,
        colon=say("{name}: ", name=""),
    )
