"""The library as people browse it: lists of standards, one entry whole, search results, the lint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity import __version__
from comity.errors import InputError, did_you_mean
from comity.language import Message, translate

if TYPE_CHECKING:
    from comity.library.loader import Library
    from comity.library.model import Standard
    from comity.questions.check import Inspection


def as_json(schema: str, **content: object) -> str:
    """A versioned JSON document."""
    return json.dumps({"schema": schema, "comity_version": __version__, **content}, ensure_ascii=False, indent=2)


def inspection(found: Inspection, language: str, form: str) -> str:
    """The lint of a library."""
    comparability = found.comparability
    if form == "json":
        return as_json(
            "comity/library-check/1",
            errors=[error.describe(language) for error in found.errors],
            problems=[
                {"place": str(problem.place), "message": problem.message.in_language(language)}
                for problem in found.problems
            ],
            standards=found.standards,
            clauses=found.clauses,
            examples=found.examples,
            facts=found.facts,
            checked=found.grades,
            unknowable=found.unknowable,
            comparability={name: round(getattr(comparability, name), 4) for name in comparability.__dataclass_fields__},
        )

    def say(sentence: str, **values: object) -> str:
        return Message(sentence, **values).in_language(language)

    lines = [error.describe(language) for error in found.errors]
    lines += [f"{problem.place}: {problem.message.in_language(language)}" for problem in found.problems]
    grades = ", ".join(f"{translate(grade, language)} {count}" for grade, count in sorted(found.grades.items()))
    lines += [
        say(
            "{standards} standards, {clauses} clauses, {examples} examples executed, {facts} facts",
            standards=found.standards,
            clauses=found.clauses,
            examples=found.examples,
            facts=found.facts,
        ),
        say("clauses by what they were checked against: {grades}", grades=grades),
        say("clauses that nothing can decide: {count}", count=found.unknowable),
        say(
            "share of clauses that share a fact with a clause of another jurisdiction: {share}",
            share=_percent(comparability.clauses_sharing_a_fact),
        ),
        say(
            "  counting only facts that a maker can choose, and only what is required: {share}",
            share=_percent(comparability.clauses_sharing_a_choice),
        ),
        say(
            "share of choice facts used by two or more jurisdictions: {share}",
            share=_percent(comparability.shared_facts),
        ),
        say(
            "share of values of choice facts used by two or more jurisdictions: {share}",
            share=_percent(comparability.shared_values),
        ),
        say("{count} problems", count=len(found.errors) + len(found.problems))
        if found.errors or found.problems
        else say("no problems"),
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which standards a list shows; None: all.

    `topic` keeps those with a clause under it, `region` those of jurisdictions that reach into the region or a part of it.
    """

    jurisdiction: str | None = None
    topic: str | None = None
    force: str | None = None
    status: str | None = None
    orientation: str | None = None
    region: str | None = None

    def chosen(self, library: Library) -> list[Standard]:
        """The standards that fit, in the order of the library.

        Raises:
            InputError: the jurisdiction, the region or the topic is unknown.
        """
        from comity.questions.browse import known_jurisdiction, known_region, within

        country = known_jurisdiction(library, self.jurisdiction).id if self.jurisdiction is not None else None
        if self.topic is not None and self.topic not in library.topics:
            hint = did_you_mean(self.topic, library.topics) or Message(
                "known are: {values}", values=", ".join(library.topics)
            )
            raise InputError(Message('"{id}" is not a topic of this library', id=self.topic[:40]), hint=hint)
        places = within(library, known_region(library, self.region).id) if self.region is not None else None
        return [
            standard
            for standard in library.data.standards
            if (places is None or not places.isdisjoint(library.jurisdictions[standard.jurisdiction].regions))
            and country in {None, standard.jurisdiction}
            and self.force in {None, standard.force}
            and self.status in {None, standard.status}
            and (self.orientation is None or self.orientation in standard.orientation)
            and (self.topic is None or any(clause.topic == self.topic for clause in standard.clauses))
        ]


def standards_list(
    library: Library,
    jurisdiction: str | None,
    language: str,
    form: str,
    *,
    only: Filter | None = None,
    to_file: bool = False,
) -> str:
    """The standards of the library, or of one jurisdiction.

    Raises:
        InputError: the jurisdiction or the topic is unknown.
    """
    standards = (only or Filter(jurisdiction)).chosen(library)
    if form == "json":
        from comity.report.library_json import standard_document

        return as_json(
            "comity/library-list/1",
            library={"version": __version__, "as_of": library.as_of.isoformat()},
            standards=[standard_document(standard) | {"clauses": len(standard.clauses)} for standard in standards],
        )
    from comity.report.blocks import Paragraph, line, written
    from comity.report.library_words import age_note, standards_table
    from comity.report.words import Words

    words = Words(library, language)
    clauses = sum(len(standard.clauses) for standard in standards)
    countries = len({standard.jurisdiction for standard in standards})
    total = words.say(
        "standards: {standards}, jurisdictions: {countries}, clauses: {clauses}",
        standards=len(standards),
        countries=countries,
        clauses=clauses,
    )
    table = [standards_table(standards, words)] if standards else []
    return written([*table, Paragraph(line(total)), age_note(words)], to_file=to_file)


def show(library: Library, identifier: str, language: str, form: str, *, limit: int = 12, to_file: bool = False) -> str:
    """One entry of the library, whole; long lists of clauses are cut after `limit` for each jurisdiction (0: never).

    Raises:
        InputError: there is no such entry.
    """
    from comity.library.model import Clause
    from comity.questions.browse import entry_named

    entry = entry_named(library, identifier)
    if form == "json":
        from comity.report.library_json import entry_document
        from comity.report.library_words import kind_of

        found = entry.full_id if isinstance(entry, Clause) else entry.id
        return as_json("comity/library-entry/1", kind=kind_of(entry), id=found, entry=entry_document(entry, library))
    from comity.report.blocks import written
    from comity.report.library_pages import page_of
    from comity.report.library_words import age_note
    from comity.report.words import Words

    words = Words(library, language)
    return written([*page_of(entry, words, limit), age_note(words)], to_file=to_file)


def search(
    library: Library, words: list[str], language: str, form: str, *, limit: int = 10, to_file: bool = False
) -> tuple[str, bool]:
    """What speaks of all the words, and whether anything does; the text shows `limit` of each kind (0: all).

    Raises:
        InputError: no word is given.
    """
    from comity.questions.search import search as find
    from comity.report.search_results import results_document, results_page
    from comity.report.words import Words

    hits = find(library, words)
    if form == "json":
        return as_json("comity/library-search/1", words=words, results=results_document(hits, language)), bool(hits)
    from comity.report.blocks import written

    return written(results_page(hits, words, Words(library, language), limit), to_file=to_file), bool(hits)


def _percent(share: float) -> str:
    return f"{share:.1%}"
