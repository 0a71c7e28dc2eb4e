"""One verdict as an auditor follows it by hand: the clause, every part of it with every sub-formula and fact, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses.tree import Kind
from comity.clauses.values import KIND_NAMES, example_of, write_value
from comity.language import Message
from comity.library.elements import divided
from comity.library.model import COLLECTIONS
from comity.library.vocabulary import MARKETS
from comity.questions.explain import Group
from comity.report.blocks import Branch, Code, Heading, Outline, Pairs, Paragraph, Span, line
from comity.report.formula_words import is_test
from comity.report.library_words import not_advice, until
from comity.report.pages import in_form
from comity.report.trace import trace_nodes
from comity.report.words import BASIS_NAMES, GRADE_NAMES, MODALITY_NAMES, PART_NAMES, VERDICT_NAMES, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clauses.tree import Value
    from comity.questions.explain import Explanation, Obstacle
    from comity.report.blocks import Block, Line
    from comity.report.trace import TraceNode

FORMATS = ("text", "json", "html", "md")

OPERATORS = {
    "and": Message("all of these:"),
    "or": Message("at least one of these:"),
    "not": Message("not:"),
    "choose": Message("if the first, then the second, else the third:"),
    "sum": Message("{text} = {value}"),
}
RULES = {
    (False, True): Message("It does not apply, so nothing is asked."),
    (False, False): Message("It does not apply, so nothing is asked."),
    (False, None): Message("It does not apply, so nothing is asked."),
    (True, True): Message("It applies, and what is required is true."),
    (True, False): Message("It applies, and what is required is false."),
    (True, None): Message("It applies, and whether what is required is true is not known."),
    (None, True): Message("Whether it applies is not known, but what is required is true in any case."),
    (None, False): Message("What is required is false, and whether it applies is not known."),
    (None, None): Message("Neither whether it applies nor whether what is required is true is known."),
}
UNDECIDABLE_RULES = {
    True: Message("It applies, and no fact can decide what it requires."),
    False: Message("It does not apply, so nothing is asked."),
    None: Message("Whether it applies is not known, and no fact can decide what it requires."),
}
_TRUTH = {True: Message("true"), False: Message("false"), None: Message("unknown")}
_ROLES = {True: "true", False: "false", None: "unknown"}


def explanation(found: Explanation, language: str, form: str, *, full: bool = False, to_file: bool = False) -> str:
    """The explanation in one of `FORMATS`.

    Args:
        found: the answer.
        language: of the reader.
        form: one of `FORMATS`.
        full: whether definitions are unfolded where they decided nothing, too.
        to_file: whether the text goes to a file.
    """
    if form == "json":
        from comity.report.explanation_json import explanation_json

        return explanation_json(found, language)
    words = Words(found.library, language)
    return in_form(
        form,
        _Writing(found, words, full=full).blocks(),
        words,
        title=words.say("Explanation of {clause}", clause=found.result.clause.full_id),
        to_file=to_file,
    )


class _Writing:
    """The explanation, top to bottom."""

    def __init__(self, found: Explanation, words: Words, *, full: bool) -> None:
        self.found = found
        self.words = words
        self.library = found.library
        self.clause = found.result.clause
        self.full = full
        self.unfolded: set[str] = set()

    def blocks(self) -> Iterator[Block]:
        yield from self.head()
        yield from self.parts()
        yield from self.conclusion()
        yield from self.missing()
        yield from self.changes()
        yield from self.foot()

    def head(self) -> Iterator[Block]:
        words, say, clause, found = self.words, self.words.say, self.clause, self.found
        verdict = found.result.verdict
        standard = self.library.standards[clause.standard]
        name = Span(words.name(VERDICT_NAMES[verdict]), verdict)
        yield Heading(line(Span(self.before(words.text(clause.title)), "strong"), name), 1)
        yield Paragraph(line(Span(clause.full_id, "id")))
        markets = words.separator.join(words.text(self.library.jurisdictions[market].title) for market in found.markets)
        system = f"{found.dossier.name} {found.dossier.version}".strip()
        rows = [
            (
                say("system"),
                line(say("{system} in {markets}, on {day}", system=system, markets=markets, day=found.on.isoformat())),
            ),
            (say("why"), line(words.reason(found.result, limit=3))),
            *self.elements(),
            (say("asks"), line(self.before(words.name(MODALITY_NAMES[clause.modality])), words.text(clause.text))),
            *([(say("note"), line(words.text(clause.note)))] if clause.note else []),
            (say("cite"), line(words.text(standard.title), words.say(", "), clause.cite)),
            *(
                (say("source"), line(source.title, "  ", Span(source.url, "link", source.url)))
                for source in standard.sources
            ),
            *((say("dates in force"), line(until(phase, words))) for phase in clause.in_force),
            (
                say("checked"),
                line(
                    f"{clause.checked.on.isoformat()}{words.say(', ')}{words.name(GRADE_NAMES[clause.checked.against])}"
                ),
            ),
        ]
        yield Pairs(tuple(rows))

    def elements(self) -> Iterator[tuple[str, Line]]:
        """Of a clause about a collection: how each element stands, where there are several."""
        words = self.words
        for result in self.found.elements if len(self.found.elements) > 1 else ():
            name = Span(self.before(result.clause.full_id), "id")
            yield (
                words.say("judged for each"),
                line(name, Span(words.name(VERDICT_NAMES[result.verdict]), result.verdict)),
            )

    def parts(self) -> Iterator[Block]:
        words = self.words
        judgement = self.found.result.judgement
        number = 0
        for number, (part, node) in enumerate(trace_nodes(judgement, self.library), start=1):
            title = words.name(PART_NAMES[part])
            yield Heading(line(Span(self.before(f"{number}. {title}"), "strong"), self.truth(node.value)))
            if part == "unless":
                said = words.say("an exception: where it is true, the clause does not apply")
                yield Paragraph(line(Span(said, "dim")), 1)
            if part == "require" and self.clause.unknowable:
                yield Paragraph(line(words.say("No fact can decide this; the note says why.")), 1)
                continue
            if node.children and node.operator in OPERATORS:
                yield Code(node.text)
            yield Outline(tuple(self.rows(node, 0, decided=True)))

    def rows(self, node: TraceNode, depth: int, *, decided: bool) -> Iterator[Branch]:
        """A node and what is below it; what decided nothing is one line, unless everything is asked for."""
        value = (
            self.truth(node.value)
            if isinstance(node.value, bool) or node.value is None
            else Span(write_value(node.value))
        )
        if node.definition is not None:
            yield from self.definition(node, depth, value, decided=decided)
            return
        if node.operator in {"test", "fact", "literal"}:
            facts = dict(_facts_below(node))
            remarks = [remark for fact, known in facts.items() for remark in self.fact(fact, known)]
            if is_test(node.source.expression):
                said = self.words.formula(node.source.expression)
                code = () if node.operator == "fact" else (line(Span(node.text, "code")),)
                yield Branch(depth, line(value, "  ", said), (*code, *remarks))
            else:
                yield Branch(depth, line(value, "  ", Span(node.text, "code")), tuple(remarks))
            below = [child for child in _skipping_sums(node) if child.operator not in {"fact", "literal"}]
        else:
            said = self.words.say(OPERATORS[node.operator].template, text=node.text, value=write_value(node.value))
            yield Branch(depth, line(value, "  ", Span(said, "dim")))
            below = list(node.children)
        for child in below:
            yield from self.rows(child, depth + 1, decided=decided and _decides(child, node))

    def definition(self, node: TraceNode, depth: int, value: Span, *, decided: bool) -> Iterator[Branch]:
        """A definition by its title and citation, unfolded once."""
        name = node.definition or ""
        entry = self.library.vocabulary.named_formulas[name]
        head = line(value, "  ", Span(name, "id"), f"  {self.words.text(entry.title)}", Span(f"  {entry.cite}", "dim"))
        if name in self.unfolded:
            yield Branch(depth, head, (line(Span(self.words.say("unfolded above"), "dim")),))
        elif not decided and not self.full:
            yield Branch(depth, head, (line(Span(self.words.say("decided nothing here; --full unfolds it"), "dim")),))
        else:
            self.unfolded.add(name)
            note = (line(self.words.text(entry.note)),) if entry.note else ()
            yield Branch(depth, head, note)
            for child in node.children:
                yield from self.rows(child, depth + 1, decided=decided)

    def fact(self, fact: str, value: Value | None) -> Iterator[Line]:
        """A fact with its value, and what the value rests on."""
        words = self.words
        name = self.before(words.fact(fact))
        if fact == MARKETS and isinstance(value, frozenset):
            titles = [words.text(entry.title) for entry in self.library.data.jurisdictions if entry.id in value]
            yield line(name, Span(words.separator.join(titles), "strong"))
            return
        said = Span(words.value(fact, value), "unknown" if value is None else "strong")
        entry = self.found.dossier.entries.get(fact)
        if entry is None or value is None:
            yield line(name, said, "  ", Span(fact, "id"))
            return
        basis = entry.basis
        rest = [words.name(BASIS_NAMES[basis.by]), basis.source or "", str(basis.place)]
        joined = words.say(", ").join(part for part in rest if part)
        yield line(name, said, "  ", Span(fact, "id"), Span(f"  ({joined})", "dim"))
        if basis.note:
            yield line(Span(basis.note, "dim"))

    def conclusion(self) -> Iterator[Block]:
        words, result = self.words, self.found.result
        judgement = result.judgement
        yield Heading(line(words.say("How the verdict follows")))
        if not judgement.in_force:
            yield Paragraph(line(words.reason(result)), 1)
        else:
            value = judgement.require.value
            rule = RULES[judgement.applies, value if isinstance(value, bool) else None]
            if self.clause.unknowable:
                rule = UNDECIDABLE_RULES[judgement.applies]
            applies = words.name(_TRUTH[judgement.applies])
            required = words.name(_TRUTH[value if isinstance(value, bool) else None])
            yield Pairs(((words.say("applies"), line(applies)), (words.say("required"), line(required))))
            yield Paragraph(line(words.name(rule)), 1)
        verdict = Span(words.name(VERDICT_NAMES[result.verdict]), result.verdict)
        yield Paragraph(line(self.before(words.say("verdict")), verdict), 1)
        if not result.binding:
            why = (
                words.say("Nobody confirmed the text of this clause; it never fails an assessment.")
                if self.clause.checked.against == "unconfirmed"
                else words.say("This clause is advice; it never fails an assessment.")
            )
            yield Paragraph(line(why), 1)

    def missing(self) -> Iterator[Block]:
        words, missing = self.words, self.found.result.missing
        if not missing:
            return
        yield Heading(line(words.say("What is not known ({count})", count=len(missing))))
        for fact in missing:
            definition = self.library.fact(fact)
            kind = words.name(KIND_NAMES[definition.type.kind])
            told = line(
                words.text(definition.definition),
                Span(f"  ({kind}{f', {definition.unit}' if definition.unit else ''})", "dim"),
            )
            remarks = [told]
            if definition.type.kind in {Kind.ENUM, Kind.SET}:
                remarks.append(
                    line(Span(words.say("declared are: {values}", values=", ".join(definition.type.values)), "dim"))
                )
            if definition.measure:
                remarks.append(line(words.say("or measure it: comity measure {measure}", measure=definition.measure)))
            yield Outline((Branch(0, line(Span(words.fact(fact), "strong")), tuple(remarks)),))
            yield Code(entry_to_write(self.found, fact), 3)

    def changes(self) -> Iterator[Block]:
        words, found = self.words, self.found
        if found.obstacles is not None:
            yield Heading(line(words.say("What would have to change")))
            yield Outline(tuple(self.obstacle(found.obstacles, 0)))
        if found.exception is not None:
            yield Heading(line(words.say("Or the exception would have to hold")))
            yield Outline(tuple(self.obstacle(found.exception, 0)))

    def obstacle(self, obstacle: Obstacle, depth: int) -> Iterator[Branch]:
        words = self.words
        if isinstance(obstacle, Group):
            yield Branch(
                depth, line(Span(words.say("all of these:") if obstacle.every else words.say("one of these:"), "dim"))
            )
            for part in obstacle.parts:
                yield from self.obstacle(part, depth + 1)
            return
        findings = words.findings(obstacle.trace, wanted=obstacle.wanted)
        for finding in findings:
            said = line(Span(words.fact(finding.fact), "strong"), Span(f"  {finding.fact}", "id"))
            value = words.value(finding.fact, finding.value)
            asked = words.say("is: {value}; asked: {wanted}", value=value, wanted=finding.wanted)
            yield Branch(depth, said, (line(asked),))

    def foot(self) -> Iterator[Block]:
        words, day = self.words, self.library.standards[self.clause.standard].as_of
        age = (self.found.on - day).days
        if age > 0:
            said = words.say(
                "The text of this standard was last checked on {day}; days until the day asked about: {age}.",
                day=day.isoformat(),
                age=age,
            )
        else:
            said = words.say("The text of this standard was last checked on {day}.", day=day.isoformat())
        yield not_advice(said, words)

    def before(self, name: str) -> str:
        """A name before what is said of it."""
        return self.words.say("{name}: ", name=name)

    def truth(self, value: object) -> Span:
        known = value if isinstance(value, bool) else None
        return Span(self.words.name(_TRUTH[known]), _ROLES[known])


def entry_to_write(found: Explanation, fact: str) -> str:
    """The line that gives a fact a value in `comity.yaml`, with an example of the right form; of an element, in the entry of that."""
    definition = found.library.fact(fact)
    general, element = divided(fact)
    key, where = general, ""
    if element is not None:
        key, where = general.removeprefix(f"{definition.subject}."), f"  # {COLLECTIONS[definition.subject]}: {element}"
    example = example_of(definition.type)
    if "declared" in definition.established_by:
        return f"{key}: {example}{where}"
    by = "documented" if "documented" in definition.established_by else "measured"
    source = "model-card.md" if by == "documented" else "evidence/report.json"
    return f"{key}: {{value: {example}, by: {by}, source: {source}}}{where}"


def _facts_below(node: TraceNode) -> Iterator[tuple[str, Value | None]]:
    """The facts of a comparison; those of a definition in it are shown with the definition."""
    if node.fact is not None:
        yield node.fact, node.value
    for child in node.children:
        if child.definition is None:
            yield from _facts_below(child)


def _skipping_sums(node: TraceNode) -> Iterator[TraceNode]:
    for child in node.children:
        if child.operator == "sum":
            yield from _skipping_sums(child)
        else:
            yield child


def _decides(child: TraceNode, parent: TraceNode) -> bool:
    """Whether a part gave the whole its value: the false parts of a false conjunction, the true ones of a true disjunction."""
    if parent.operator == "and":
        return child.value == parent.value if parent.value is not True else True
    if parent.operator == "or":
        return child.value == parent.value if parent.value is not False else True
    return True
