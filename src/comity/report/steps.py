"""A trace in words: what each sub-formula asks, what is the case, and whether that is so.

Imports the words and the nodes of a trace. The one idea: a comparison of one fact becomes a phrase in the reader's
language; what cannot be said in a phrase is shown as the formula that it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.clauses.values import write_value
from comity.language import Message
from comity.questions.judgement import decisive_parts
from comity.report.trace import trace_nodes

if TYPE_CHECKING:
    from comity.clauses.tree import Value
    from comity.questions.judgement import Judgement
    from comity.report.trace import TraceNode
    from comity.report.words import Words

_GROUPS = {
    "and": Message("all of these"),
    "or": Message("at least one of these"),
    "not": Message("not the case"),
    "choose": Message("if the first, then the second, else the third"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace.

    Attributes:
        holds: `true`, `false`, `unknown`, or `` where the line is not a truth value.
        kind: `fact`, `definition`, `group` or `formula`.
        title: the fact, the definition or the kind of group; empty where only the formula says it.
        asked: what the formula asks of the fact, in words.
        value: what the fact is, in words; empty where it is not known.
        code: the formula as written, where words do not suffice.
        cite: the citation of a definition.
        name: the id of the definition or the fact.
        decisive: whether the line had a part in the value above it.
        children: the lines below.
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


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a clause (`scope`, `when`, …) with its formula and its trace in words."""

    name: str
    formula: str
    step: Step


def parts_in_words(judgement: Judgement, words: Words, *, blocking: bool = False) -> tuple[Part, ...]:
    """The parts of a judgement.

    Args:
        judgement: the judgement.
        words: the reader's language.
        blocking: only the first condition that keeps the clause from applying.
    """
    nodes = trace_nodes(judgement, words.library)
    if blocking:
        false = [number for number, condition in enumerate(judgement.conditions) if condition.holds is False]
        nodes = [nodes[number] for number in false[:1]]
    return tuple(Part(name, node.text, step_of(node, words)) for name, node in nodes)


def step_of(node: TraceNode, words: Words, *, decisive: bool = True) -> Step:
    """A node and all below it in words."""
    if node.definition is not None:
        return _definition(node, node.definition, words, decisive)
    tested = _tested(node)
    if tested is not None:
        return _test(node, tested, words, decisive)
    weighty = decisive_parts(node.source)
    children = tuple(step_of(child, words, decisive=child.source in weighty) for child in node.children)
    kind, title = ("group", words.name(_GROUPS[node.operator])) if node.operator in _GROUPS else ("formula", "")
    code = "" if title else node.text
    return Step(_holds(node), kind, title, "", _said(node.value), code, "", "", decisive, children)


def _definition(node: TraceNode, name: str, words: Words, decisive: bool) -> Step:
    named = words.library.vocabulary.named_formulas[name]
    children = tuple(step_of(child, words) for child in node.children)
    title = words.text(named.title)
    return Step(_holds(node), "definition", title, "", _said(node.value), "", named.cite, name, decisive, children)


def _test(node: TraceNode, tested: tuple[TraceNode, TraceNode, bool], words: Words, decisive: bool) -> Step:
    """One fact tested: what is asked of it, and what it is."""
    fact, test, wanted = tested
    name = fact.text
    value = words.value(name, fact.value) if fact.value is not None else ""
    findings = words.findings(test.source, wanted=wanted)
    asked = findings[0].wanted if findings else ""
    code = "" if asked else node.text
    return Step(_holds(node), "fact", words.fact(name), asked, value, code, "", name, decisive, ())


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
