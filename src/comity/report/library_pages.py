"""One entry of the library as blocks, whole: what it says in every language, its formulas, dates, sources, and who uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses.values import KIND_NAMES, example_of, write_value
from comity.library.model import Clause, FactDefinition, NamedFormula, Role, Standard, Topic
from comity.library.vocabulary import MARKETS
from comity.questions.browse import (
    Use,
    by_jurisdiction,
    definitions_in,
    definitions_using,
    uses_of_definition,
    uses_of_fact,
)
from comity.report.blocks import Branch, Grid, Heading, Outline, Pairs, Paragraph, Span, line
from comity.report.formula_blocks import formula_blocks
from comity.report.library_words import (
    KIND_OF_ENTRY,
    KINDS_OF_JURISDICTION,
    NATURE_NAMES,
    ORIENTATION_NAMES,
    SHORT_GRADES,
    SUBJECT_NAMES,
    kind_of,
    standards_table,
    until,
)
from comity.report.words import (
    BASIS_NAMES,
    FORCE_NAMES,
    GRADE_NAMES,
    MODALITY_NAMES,
    PART_NAMES,
    STATUS_NAMES,
    VERDICT_NAMES,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.formula import Definition
    from comity.library.model import CompiledFormula, Example, Jurisdiction, Omission, Phase, Plain, Text
    from comity.questions.browse import Entry
    from comity.report.blocks import Block, Line
    from comity.report.words import Words


def page_of(entry: Entry, words: Words, limit: int) -> list[Block]:
    """An entry, whole; long lists of clauses are cut after `limit` for each jurisdiction (0: never)."""
    pages = _Pages(words, limit)
    match entry:
        case Standard():
            content = pages.standard(entry)
        case Clause():
            content = pages.clause(entry)
        case FactDefinition():
            content = pages.fact(entry)
        case NamedFormula():
            content = pages.definition(entry)
        case Role():
            content = pages.role(entry)
        case Topic():
            content = pages.topic(entry)
        case _:
            content = pages.jurisdiction(entry)
    identifier = entry.full_id if isinstance(entry, Clause) else entry.id
    head = Heading(line(Span(words.text(entry.title) or identifier, "strong")), 1)
    below = Paragraph(line(f"{words.name(KIND_OF_ENTRY[kind_of(entry)])}  ", Span(identifier, "id")))
    return [head, below, *content]


class _Pages:
    """A page for each kind of entry."""

    def __init__(self, words: Words, limit: int) -> None:
        self.words = words
        self.library = words.library
        self.limit = limit

    def standard(self, entry: Standard) -> list[Block]:
        words, say = self.words, self.words.say
        rows = [
            *self.in_all_languages(say("title"), entry.title),
            *self.in_all_languages(say("publisher"), entry.publisher),
            (
                say("jurisdiction"),
                self.titled(self.library.jurisdictions[entry.jurisdiction].title, entry.jurisdiction),
            ),
            (say("force"), line(words.name(FORCE_NAMES[entry.force]))),
            (say("status"), line(words.name(STATUS_NAMES[entry.status]))),
            (
                say("orientation"),
                line(
                    words.separator.join(
                        words.name(ORIENTATION_NAMES[orientation]) for orientation in entry.orientation
                    )
                ),
            ),
            (say("version"), line(entry.version)),
            *self.phases(entry.in_force),
            (say("as of"), line(entry.as_of.isoformat())),
            *(
                (say("source"), line(source.title, "  ", Span(source.url, "link", source.url)))
                for source in entry.sources
            ),
        ]
        blocks: list[Block] = [Pairs(tuple(rows))]
        if entry.clauses:
            blocks += [Heading(line(words.name(PART_NAMES["scope"]))), *self.formula(entry.clauses[0].scope)]
            blocks += [Heading(line(say("clauses ({count})", count=len(entry.clauses)))), self.clause_table(entry)]
        return blocks + self.omissions(entry.not_encoded)

    def clause_table(self, entry: Standard) -> Grid:
        words, say = self.words, self.words.say
        rows = tuple(
            (
                line(Span(clause.id, "id")),
                line(words.text(clause.title)),
                line(words.name(MODALITY_NAMES[clause.modality])),
                line(min(phase.start for phase in clause.in_force).isoformat()),
                line(words.name(SHORT_GRADES[clause.checked.against])),
            )
            for clause in entry.clauses
        )
        columns = (say("clause"), say("title"), say("modality"), say("in force from"), say("checked against"))
        return Grid(columns, rows, colon=say("{name}: ", name=""))

    def omissions(self, omissions: Iterable[Omission]) -> list[Block]:
        rows = tuple(
            Branch(0, line(Span(omission.cite, "strong")), (line(self.words.text(omission.reason)),))
            for omission in omissions
        )
        if not rows:
            return []
        return [Heading(line(self.words.say("not encoded ({count})", count=len(rows)))), Outline(rows)]

    def clause(self, entry: Clause) -> list[Block]:
        words, say = self.words, self.words.say
        standard = self.library.standards[entry.standard]
        rows = [
            (say("standard"), self.titled(standard.title, standard.id)),
            (
                say("jurisdiction"),
                self.titled(self.library.jurisdictions[entry.jurisdiction].title, entry.jurisdiction),
            ),
            (say("cite"), line(entry.cite)),
            *self.in_all_languages(say("title"), entry.title),
            *self.in_all_languages(say("text"), entry.text),
            (say("modality"), line(words.name(MODALITY_NAMES[entry.modality]))),
            *(
                (words.name(PART_NAMES["actor"]), self.titled(self.library.roles[actor].title, actor))
                for actor in entry.actors
            ),
            (say("topic"), self.titled(self.library.topics[entry.topic].title, entry.topic)),
            *([(say("judged for each"), line(words.name(SUBJECT_NAMES[entry.subject])))] if entry.subject else []),
            (say("force"), line(words.name(FORCE_NAMES[standard.force]))),
            (say("status"), line(words.name(STATUS_NAMES[standard.status]))),
            *self.phases(entry.in_force),
            (
                say("checked"),
                line(entry.checked.on.isoformat(), words.say(", "), words.name(GRADE_NAMES[entry.checked.against])),
            ),
            *self.in_all_languages(say("note"), entry.note or {}),
            *(
                (say("source"), line(source.title, "  ", Span(source.url, "link", source.url)))
                for source in standard.sources
            ),
            (say("file"), line(Span(f"{entry.file}:{entry.line}", "dim"))),
        ]
        return [
            Pairs(tuple(rows)),
            *self.clause_formulas(entry),
            *self.examples(entry),
            *self.facts_table(sorted(entry.facts)),
        ]

    def clause_formulas(self, entry: Clause) -> Iterator[Block]:
        parts = [("scope", entry.scope), ("actor", entry.actor), ("when", entry.when), ("unless", entry.unless)]
        parts += [("in_force", phase.when) for phase in entry.in_force] + [("require", entry.require)]
        yield Heading(line(self.words.say("formulas")))
        for part, formula in parts:
            if formula is not None:
                yield Paragraph(line(Span(self.words.name(PART_NAMES[part]), "dim")), 1)
                if formula is entry.require and entry.unknowable:
                    yield Paragraph(line(self.words.say("No fact can decide this; the note says why.")), 2)
                    continue
                yield from self.formula(formula, 2)

    def examples(self, entry: Clause) -> list[Block]:
        if not entry.examples:
            return []
        words = self.words
        rows = tuple(Branch(0, self.example(example)) for example in entry.examples)
        return [Heading(line(words.say("examples ({count})", count=len(rows)))), Outline(rows)]

    def example(self, example: Example) -> Line:
        words = self.words
        facts = ", ".join(f"{fact}: {self.plain(value)}" for fact, value in example.facts.items())
        day = words.say(" (on {day})", day=example.on.isoformat()) if example.on else ""
        return line(Span(words.name(VERDICT_NAMES[example.verdict]), example.verdict), day, f"  {{{facts}}}")

    def plain(self, value: Plain) -> str:
        return write_value(frozenset(value) if isinstance(value, tuple) else value)

    def facts_table(self, facts: Iterable[str]) -> list[Block]:
        words = self.words
        rows = tuple(
            Branch(
                0,
                line(
                    Span(fact, "id"),
                    "  ",
                    words.fact(fact),
                    "  ",
                    Span(self.kind_of_value(self.library.fact(fact)), "dim"),
                ),
            )
            for fact in facts
        )
        return [Heading(line(words.say("facts ({count})", count=len(rows)))), Outline(rows)] if rows else []

    def kind_of_value(self, fact: FactDefinition) -> str:
        """What a value of a fact is, with its unit."""
        kind = self.words.name(KIND_NAMES[fact.type.kind])
        return f"{kind} ({fact.unit})" if fact.unit else kind

    def fact(self, entry: FactDefinition) -> list[Block]:
        words, say = self.words, self.words.say
        yes_no = {True: say("yes"), False: say("no")}
        key = "markets" if entry.id == MARKETS else entry.id
        rows = [
            *self.in_all_languages(say("title"), entry.title),
            *self.in_all_languages(say("definition"), entry.definition),
            (say("type"), line(f"{entry.type.kind.value}: {self.kind_of_value(entry)}")),
            *self.values(entry),
            (say("subject"), line(words.name(SUBJECT_NAMES[entry.subject]))),
            *self.topic_row(entry.topic),
            (say("nature"), line(words.name(NATURE_NAMES[entry.nature]))),
            (
                say("established by"),
                line(words.separator.join(words.name(BASIS_NAMES[basis]) for basis in entry.established_by)),
            ),
            *([(say("measure"), line(f"comity measure {entry.measure}"))] if entry.measure else []),
            (say("may differ by market"), line(yes_no[entry.per_market])),
            (
                say("effort"),
                line(
                    say(
                        "to change {change:g}, to find out {establish:g}",
                        change=entry.cost.change,
                        establish=entry.cost.establish,
                    )
                ),
            ),
            *([(say("reserved"), line(say("no clause uses it yet")))] if entry.reserved else []),
            (say("in comity.yaml"), line(Span(f"{key}: {example_of(entry.type)}", "id"))),
        ]
        return [
            Pairs(tuple(rows)),
            *self.users(uses_of_fact(self.library, entry.id), definitions_using(self.library, entry.id)),
        ]

    def values(self, entry: FactDefinition) -> list[tuple[str, Line]]:
        titled = self.library.value_titles
        return [
            (
                self.words.say("values"),
                line(Span(value, "id"), f"  {self.words.member(value)}" if value in titled else ""),
            )
            for value in entry.type.values
        ]

    def topic_row(self, topic: str) -> list[tuple[str, Line]]:
        found = self.library.topics.get(topic)
        return [(self.words.say("topic"), self.titled(found.title, topic))] if found else []

    def definition(self, entry: NamedFormula) -> list[Block]:
        say, formula = self.words.say, entry.definition
        rows = [
            *self.in_all_languages(say("title"), entry.title),
            (say("cite"), line(entry.cite)),
            *self.in_all_languages(say("note"), entry.note or {}),
            (say("type"), line(self.words.name(KIND_NAMES[formula.kind]))),
        ]
        blocks: list[Block] = [Pairs(tuple(rows)), Heading(line(say("formula"))), *self.formula(formula)]
        named = [self.library.vocabulary.named_formulas[name] for name in definitions_in(formula.tree)]
        if named:
            lines = tuple(Branch(0, self.titled(other.title, other.id)) for other in named)
            blocks += [Heading(line(say("definitions that it names ({count})", count=len(named)))), Outline(lines)]
        blocks += self.facts_table(sorted(formula.facts))
        uses = uses_of_definition(self.library, entry.id)
        return blocks + self.users(uses, definitions_using(self.library, entry.id))

    def role(self, entry: Role) -> list[Block]:
        say = self.words.say
        rows = [
            *self.in_all_languages(say("title"), entry.title),
            *self.in_all_languages(say("definition"), entry.definition),
        ]
        bound = [Use(clause, required=True) for clause in self.library.clauses.values() if entry.id in clause.actors]
        known = self.library.jurisdictions
        terms = tuple(
            (
                self.words.text(known[jurisdiction].title) if jurisdiction in known else jurisdiction,
                line("; ".join(own)),
            )
            for jurisdiction, own in entry.terms.items()
        )
        called: list[Block] = [Heading(line(say("what the rules call it"))), Pairs(terms)] if terms else []
        bound_by = self.clauses_by_country(say("clauses that bind it ({count})", count=len(bound)), bound)
        return [Pairs(tuple(rows)), *called, *bound_by]

    def topic(self, entry: Topic) -> list[Block]:
        say = self.words.say
        facts = [fact.id for fact in self.library.vocabulary.facts.values() if fact.topic == entry.id]
        clauses = [Use(clause, required=True) for clause in self.library.clauses.values() if clause.topic == entry.id]
        blocks: list[Block] = [Pairs(tuple(self.in_all_languages(say("title"), entry.title))), *self.facts_table(facts)]
        return blocks + self.clauses_by_country(say("clauses ({count})", count=len(clauses)), clauses)

    def jurisdiction(self, entry: Jurisdiction) -> list[Block]:
        words, say, library = self.words, self.words.say, self.library
        kind = KINDS_OF_JURISDICTION.get(entry.kind)
        rows = [
            *self.in_all_languages(say("title"), entry.title),
            (say("kind"), line(words.name(kind) if kind else entry.kind)),
            (say("market"), line(say("yes") if entry.market else say("no"))),
        ]
        regions = [words.text(library.regions[region].title) for region in entry.regions]
        languages = [words.text(item.title) for item in library.data.languages if item.id in entry.languages]
        for name, titles in ((say("regions"), regions), (say("languages"), languages)):
            if titles:
                rows.append((name, line(words.separator.join(titles))))
        if entry.part_of:
            rows.append((say("part of"), self.titled(library.jurisdictions[entry.part_of].title, entry.part_of)))
        rows += [
            (say("parts"), self.titled(other.title, other.id))
            for other in library.jurisdictions.values()
            if other.part_of == entry.id
        ]
        standards = [standard for standard in library.data.standards if standard.jurisdiction == entry.id]
        blocks: list[Block] = [Pairs(tuple(rows))]
        if standards:
            blocks += [
                Heading(line(say("standards ({count})", count=len(standards)))),
                standards_table(standards, words),
            ]
        terms = [
            (words.text(role.title), line("; ".join(role.terms[entry.id])))
            for role in library.roles.values()
            if entry.id in role.terms
        ]
        if terms:
            blocks += [Heading(line(say("its own words for the roles"))), Pairs(tuple(terms))]
        return blocks

    def users(self, uses: list[Use], definitions: list[str]) -> list[Block]:
        say = self.words.say
        blocks = self.clauses_by_country(say("clauses that use it ({count})", count=len(uses)), uses)
        if definitions:
            named = [self.library.vocabulary.named_formulas[name] for name in definitions]
            rows = tuple(Branch(0, self.titled(entry.title, entry.id)) for entry in named)
            blocks += [Heading(line(say("definitions that use it ({count})", count=len(rows)))), Outline(rows)]
        return blocks

    def clauses_by_country(self, title: str, uses: list[Use]) -> list[Block]:
        words = self.words
        rows: list[Branch] = []
        for jurisdiction, of_country in by_jurisdiction(self.library, uses).items():
            country = words.text(self.library.jurisdictions[jurisdiction].title)
            rows.append(Branch(0, line(Span(f"{country} ({len(of_country)})", "strong"))))
            ordered = sorted(of_country, key=lambda use: not use.required)
            shown = ordered[: self.limit] if self.limit else ordered
            for use in shown:
                mark = "" if use.required else f"  {words.say('(decides whether it applies)')}"
                content = (Span(use.clause.full_id, "id"), "  ", words.text(use.clause.title), Span(mark, "dim"))
                rows.append(Branch(1, line(*content)))
            if len(shown) < len(ordered):
                more = words.say("… and {count} more; --limit 0 lists all", count=len(ordered) - len(shown))
                rows.append(Branch(1, line(Span(more, "dim"))))
        return [Heading(line(title)), Outline(tuple(rows))]

    def phases(self, phases: Iterable[Phase]) -> list[tuple[str, Line]]:
        """When it is in force; a phase that holds for some systems only says so."""
        words = self.words
        return [
            (
                words.say("dates in force"),
                line(
                    until(phase, words),
                    words.say(", for: {formula}", formula=words.formula(phase.when.tree)) if phase.when else "",
                ),
            )
            for phase in phases
        ]

    def formula(self, formula: CompiledFormula | Definition, indent: int = 1) -> Iterator[Block]:
        """A formula in words, and as it is written."""
        yield from formula_blocks(formula.text, formula.tree, self.words, indent)

    def titled(self, title: Text, identifier: str) -> Line:
        """A title with its id."""
        return line(self.words.text(title), "  ", Span(identifier, "id"))

    def in_all_languages(self, name: str, text: Text) -> list[tuple[str, Line]]:
        """A text in the reader's language first, then in the others."""
        own = self.words.language
        ordered = sorted(text, key=lambda language: language != own)
        return [(name, line(Span(text[language], "" if language == own else "dim"))) for language in ordered]
