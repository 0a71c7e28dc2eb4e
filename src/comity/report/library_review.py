"""A standard as experts review it: every clause with its source, its text, its formulas in words and as written, and room to answer.

The sheet is laid out by `review_pages`; here it is said, in each language that is asked for, so that both stand side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.clauses.values import write_value
from comity.report.catalogue import as_json
from comity.report.formula_words import saying
from comity.report.library_json import clause_document, sources_document, standard_document
from comity.report.library_words import until
from comity.report.words import GRADE_NAMES, MODALITY_NAMES, PART_NAMES, VERDICT_NAMES, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.clauses.formula import Definition
    from comity.language import Message
    from comity.library.model import Clause, CompiledFormula, Example, NamedFormula, Phase, Plain, Text
    from comity.questions.review import Review, Reviewed, Tried
    from comity.report.formula_words import Saying

FORMATS = ("md", "html", "json")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its name, and what stands in the column of each language; a column is a text or a formula."""

    name: str
    columns: tuple[str | Saying, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A formula as it is written, and what it is."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """An example: its verdict as a word and in words, its facts, and what came out instead, if anything."""

    verdict: str
    said: str
    facts: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A clause or a definition as the sheet shows it; `shared_facts` hold in all its examples, which name only the others."""

    id: str
    cite: str
    titles: tuple[tuple[str, str], ...]
    about: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    formulas: tuple[Written, ...]
    shared_facts: str
    examples: tuple[ExampleRow, ...]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything that a page of a review shows."""

    found: Review
    words: Words
    languages: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    head: Sheet
    clauses: tuple[Sheet, ...]
    definitions: tuple[Sheet, ...]
    omissions: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def library_review(found: Review, languages: tuple[str, ...], language: str, form: str) -> str:
    """The review sheet in one of `FORMATS`.

    Args:
        found: the answer.
        languages: the texts and the words of formulas stand in each of these, side by side.
        language: of everything else.
        form: one of `FORMATS`.
    """
    if form == "json":
        return as_json(
            "comity/library-review/1",
            library={"version": __version__, "as_of": found.library.as_of.isoformat()},
            languages=list(languages),
            **review_document(found, languages),
        )
    from comity.report.review_pages import review_as_html, review_as_markdown

    view = view_of(found, languages, Words(found.library, language))
    return review_as_html(view) if form == "html" else review_as_markdown(view)


def review_document(found: Review, languages: tuple[str, ...]) -> dict[str, Any]:
    """The review as plain data: what `library show` gives of each clause, its formulas in words, and its examples tried."""
    speakers = {language: Words(found.library, language) for language in languages}

    def words_of(parts: Iterable[tuple[str, CompiledFormula | Definition]]) -> list[dict[str, Any]]:
        return [
            {"part": part, "words": {language: words.formula(formula.tree) for language, words in speakers.items()}}
            for part, formula in parts
        ]

    return {
        "standard": standard_document(found.standard),
        "clauses": [
            clause_document(entry.clause)
            | {"words": words_of(parts_of(entry.clause))}
            | {"tried": [tried.otherwise is None for tried in entry.examples]}
            | {"sources": sources_document(found.standard)}
            for entry in found.clauses
        ],
        "definitions": [
            {"id": entry.id, "title": entry.title, "cite": entry.cite, "note": entry.note}
            | {"formula": " ".join(entry.definition.text.split())}
            | {"words": {language: said_of(entry.definition, words) for language, words in speakers.items()}}
            for entry in found.definitions
        ],
        "not_encoded": [{"cite": entry.cite, "reason": entry.reason} for entry in found.standard.not_encoded],
    }


def parts_of(clause: Clause) -> Iterator[tuple[str, CompiledFormula]]:
    """The formulas of a clause that are its own, by part."""
    for part, formula in (("when", clause.when), ("unless", clause.unless), ("require", clause.require)):
        if formula is not None:
            yield part, formula


def said_of(definition: Definition, words: Words) -> str:
    """A definition in one line; one that is a number, date or duration as written."""
    return words.formula(definition.tree) if definition.kind == "bool" else " ".join(definition.text.split())


def view_of(found: Review, languages: tuple[str, ...], words: Words) -> ReviewView:
    """The sheet in words."""
    sheets = _Sheets(found, languages, words)
    return ReviewView(
        found=found,
        words=words,
        languages=languages,
        titles=sheets.texts(found.standard.title),
        head=sheets.head(),
        clauses=tuple(sheets.clause(entry) for entry in found.clauses),
        definitions=tuple(sheets.definition(entry) for entry in found.definitions),
        omissions=tuple((entry.cite, sheets.texts(entry.reason)) for entry in found.standard.not_encoded)
        if found.whole
        else (),
    )


class _Sheets:
    """Makes the sheets of one review."""

    def __init__(self, found: Review, languages: tuple[str, ...], words: Words) -> None:
        self.found = found
        self.words = words
        self.languages = languages
        self.speakers = tuple(Words(found.library, language) for language in languages)

    def texts(self, text: Text) -> tuple[tuple[str, str], ...]:
        """A text in every language asked for, with the language."""
        return tuple((words.language, words.text(text)) for words in self.speakers)

    def row(self, name: str, text: Text) -> Row:
        return Row(name, tuple(words.text(text) for words in self.speakers), self.languages)

    def formula(self, part: Message, formula: CompiledFormula) -> Row:
        columns = tuple(saying(formula.tree, words) for words in self.speakers)
        return Row(self.words.name(part), columns, self.languages)

    def head(self) -> Sheet:
        standard, say = self.found.standard, self.words.say
        scope = standard.clauses[0].scope if standard.clauses else None
        rows = [self.row(say("title"), standard.title), self.row(say("publisher"), standard.publisher)]
        if scope is not None:
            rows.append(self.formula(PART_NAMES["scope"], scope))
        written = (Written(self.words.name(PART_NAMES["scope"]), _folded(scope.text)),) if scope is not None else ()
        return Sheet(standard.id, standard.version, self.texts(standard.title), (), tuple(rows), written, "", ())

    def clause(self, entry: Reviewed) -> Sheet:
        clause, words, say = entry.clause, self.words, self.words.say
        grade = words.name(GRADE_NAMES[clause.checked.against])
        about = [
            (say("modality"), words.name(MODALITY_NAMES[clause.modality])),
            (say("topic"), words.text(self.found.library.topics[clause.topic].title)),
            *((say("dates in force"), self.phase(phase)) for phase in clause.in_force),
            (say("checked"), f"{clause.checked.on.isoformat()}{say(', ')}{grade}"),
        ]
        rows = [self.row(say("text"), clause.text)]
        if clause.actors:
            rows.append(
                Row(
                    words.name(PART_NAMES["actor"]),
                    tuple(self.actors(clause, speaker) for speaker in self.speakers),
                    self.languages,
                )
            )
        rows += [self.formula(PART_NAMES[part], formula) for part, formula in parts_of(clause)]
        if clause.note:
            rows.append(self.row(say("note"), clause.note))
        shared = _shared([tried.example for tried in entry.examples])
        return Sheet(
            id=clause.full_id,
            cite=clause.cite,
            titles=self.texts(clause.title),
            about=tuple(about),
            rows=tuple(rows),
            formulas=tuple(
                Written(words.name(PART_NAMES[part]), _folded(formula.text)) for part, formula in parts_of(clause)
            ),
            shared_facts=_facts(shared),
            examples=tuple(self.example(tried, shared) for tried in entry.examples),
        )

    def actors(self, clause: Clause, words: Words) -> str:
        """The roles that are bound, with what the law itself calls them."""
        said = []
        for actor in clause.actors:
            role = words.library.roles[actor]
            terms = role.terms.get(clause.jurisdiction, ())
            title = words.text(role.title)
            own = words.say("{role} (in the rule's own words: {terms})", role=title, terms=words.separator.join(terms))
            said.append(own if terms else title)
        return words.say("; ").join(said)

    def phase(self, phase: Phase) -> str:
        said = until(phase, self.words)
        if phase.when is None:
            return said
        return self.words.say("{phase}, for: {whom}", phase=said, whom=self.words.formula(phase.when.tree))

    def example(self, tried: Tried, shared: Mapping[str, Plain]) -> ExampleRow:
        example, say = tried.example, self.words.say
        facts = {fact: value for fact, value in example.facts.items() if fact not in shared}
        day = say(" (on {day})", day=example.on.isoformat()) if example.on else ""
        verdict = self.words.name(VERDICT_NAMES[example.verdict])
        return ExampleRow(example.verdict, f"{verdict}{day}", _facts(facts), tried.otherwise or "")

    def definition(self, entry: NamedFormula) -> Sheet:
        say = self.words.say
        formula = entry.definition
        written = _folded(formula.text)
        columns: tuple[str | Saying, ...] = tuple(
            saying(formula.tree, speaker) if formula.kind == "bool" else written for speaker in self.speakers
        )
        rows = [Row(say("meaning"), columns, self.languages)]
        if entry.note:
            rows.append(self.row(say("note"), entry.note))
        formulas = (Written(say("formula"), written),)
        return Sheet(entry.id, entry.cite, self.texts(entry.title), (), tuple(rows), formulas, "", ())


def _shared(examples: list[Example]) -> dict[str, Plain]:
    """The facts that all of several examples give the same value."""
    if len(examples) < 2:
        return {}
    first, *others = examples
    return {
        fact: value
        for fact, value in first.facts.items()
        if all(fact in other.facts and other.facts[fact] == value for other in others)
    }


def _facts(facts: Mapping[str, Plain]) -> str:
    """Facts with their values, in one line, as a dossier would hold them."""
    return ", ".join(
        f"{fact}: {write_value(frozenset(value) if isinstance(value, tuple) else value)}"
        for fact, value in facts.items()
    )


def _folded(text: str) -> str:
    """A formula on one line; line ends are those of the file."""
    return " ".join(text.split())
