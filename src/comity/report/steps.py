"""A trace in words: what each sub-formula asks, what is the case, and whether that is so.

Imports the words and the nodes of a trace. The one idea: a comparison of one fact becomes a phrase in the reader's
language; what cannot be said in a phrase is shown as the formula that it is. A definition is unfolded once for a whole page: where a
formula names it, its line leads there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.clauses.values import write_value
from comity.judging.judgement import decisive_parts
from comity.language import Message
from comity.library.vocabulary import MARKETS
from comity.report.trace import node_of, trace_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clauses.tree import Value
    from comity.judging.judgement import Condition, Judgement
    from comity.report.trace import TraceNode
    from comity.report.words import Words

_GROUPS = {
    "and": Message("all of these"),
    "or": Message("at least one of these"),
    "choose": Message("if the first, then the second, else the third"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace.

    Attributes:
        holds: `true`, `false`, `unknown`, or `` where the line is not a truth value.
        kind: `fact`, `definition`, `group` or `formula`.
        title: the fact, the definition or the kind of group; empty where only the formula says it.
        asked: what the formula asks of the fact, in words; of a definition that is a group, what kind of group.
        value: what the fact is, in words; empty where it is not known.
        code: the formula as written, where words do not suffice.
        cite: the citation of a definition.
        name: the id of the definition or the fact.
        decisive: whether the line had a part in the value above it.
        children: the lines below.
        anchor: of a definition, where on the page it is unfolded; else empty.
    """

    holds: str
    kind: str
    title: str
    asked: str
    value: str
    code: str
    cite: str
    name: str
    decisive: bool
    children: tuple[Step, ...]
    anchor: str = ""


@dataclass(slots=True)
class Definitions:
    """The definitions that formulas of one jurisdiction have named so far, each unfolded once: they have one value there.

    Attributes:
        words: the reader's language.
        anchors: numbers for places on the page, shared by all jurisdictions.
        steps: by name, in the order in which they were named first; each with its own anchor.
    """

    words: Words
    anchors: Iterator[int]
    steps: dict[str, Step] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a clause (`scope`, `when`, …) with its formula and its trace in words."""

    name: str
    formula: str
    step: Step


def parts_in_words(judgement: Judgement, definitions: Definitions, *, blocking: bool = False) -> tuple[Part, ...]:
    """The parts of a judgement.

    Args:
        judgement: the judgement.
        definitions: where definitions are unfolded.
        blocking: only the first condition that keeps the clause from applying.
    """
    if blocking:
        false = [condition for condition in judgement.conditions if condition.holds is False]
        return tuple(part_in_words(condition, definitions) for condition in false[:1])
    nodes = trace_nodes(judgement, definitions.words.library)
    return tuple(Part(name, node.text, step_of(node, definitions)) for name, node in nodes)


def part_in_words(condition: Condition, definitions: Definitions) -> Part:
    """One condition of a judgement."""
    node = node_of(condition.trace, condition.formula.text, definitions.words.library)
    return Part(condition.part, node.text, step_of(node, definitions))


def step_of(node: TraceNode, definitions: Definitions, *, decisive: bool = True) -> Step:
    """A node and all below it in words."""
    words = definitions.words
    tested = _tested(node)
    if tested is not None:
        return _test(node, tested, words, decisive)
    if node.definition is not None:
        return _definition(node, node.definition, definitions, decisive)
    if node.operator == "not":
        inner = step_of(node.children[0], definitions)
        return replace(inner, holds=_holds(node), title=words.say("not: {what}", what=inner.title), decisive=decisive)
    weighty = decisive_parts(node.source)
    children = tuple(step_of(child, definitions, decisive=child.source in weighty) for child in node.children)
    kind, title = ("group", words.name(_GROUPS[node.operator])) if node.operator in _GROUPS else ("formula", "")
    code = "" if title else node.text
    return Step(_holds(node), kind, title, "", _said(node.value), code, "", "", decisive, children)


def _definition(node: TraceNode, name: str, definitions: Definitions, decisive: bool) -> Step:
    """The line of a definition; what it is made of is noted, where that was not done before."""
    title = definitions.words.text(definitions.words.library.vocabulary.named_formulas[name].title)
    line = Step(_holds(node), "definition", title, "", _said(node.value), "", "", name, decisive, ())
    if name not in definitions.steps:
        line = replace(line, anchor=f"d{next(definitions.anchors)}")
        definitions.steps[name] = line  # it has its place before those that it names itself
        definitions.steps[name] = _unfolded(node.children[0], line, definitions)
    return replace(line, anchor=definitions.steps[name].anchor)


def _unfolded(body: TraceNode, line: Step, definitions: Definitions) -> Step:
    """A definition with what it is made of; where that is a group, the lines of the group."""
    named = definitions.words.library.vocabulary.named_formulas[line.name]
    step = step_of(body, definitions)
    asked, children = (step.title, step.children) if step.kind == "group" else ("", (step,))
    return replace(line, asked=asked, cite=named.cite, children=children)


def _test(node: TraceNode, tested: tuple[TraceNode, TraceNode, bool], words: Words, decisive: bool) -> Step:
    """One fact tested: what is asked of it, and what it is."""
    fact, test, wanted = tested
    name = fact.text
    if name == MARKETS:
        return _markets(node, test, words, decisive)
    value = words.value(name, fact.value) if fact.value is not None else ""
    findings = words.findings(test.source, wanted=wanted)
    asked = findings[0].wanted if findings else ""
    code = "" if asked else node.text
    return Step(_holds(node), "fact", words.fact(name), asked, value, code, "", name, decisive, ())


def _markets(node: TraceNode, test: TraceNode, words: Words, decisive: bool) -> Step:
    """The built-in fact, whose values are jurisdictions."""
    asked = test.source.expression.values if isinstance(test.source.expression, t.Contains | t.Intersects) else ()
    titles = [words.text(words.library.jurisdictions[market].title) for market in asked]
    said = words.say("among them: {values}", values=words.separator.join(titles)) if test is node and titles else ""
    code = "" if said else node.text
    return Step(_holds(node), "fact", words.fact(MARKETS), said, "", code, "", MARKETS, decisive, ())


def _tested(node: TraceNode, wanted: bool = True) -> tuple[TraceNode, TraceNode, bool] | None:
    """The fact, the test of it and the value that one would like, where a node tests a single fact; else None."""
    match node.operator:
        case "not":
            return _tested(node.children[0], not wanted)
        case "fact" if isinstance(node.value, bool | None):
            return node, node, wanted
        case "test" if len(node.children) == 1 and node.children[0].fact:
            return node.children[0], node, wanted
    return None


def _holds(node: TraceNode) -> str:
    match node.value:
        case True:
            return "true"
        case False:
            return "false"
        case None:
            return "unknown"
    return ""


def _said(value: Value | None) -> str:
    return "" if value is None or isinstance(value, bool) else write_value(value)
