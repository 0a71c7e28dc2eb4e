"""Verdicts, facts and conditions in words, in the reader's language.

The trace of a formula is turned into short findings, one for each comparison that decided it: what is asked, and what is the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from comity.clauses import tree as t
from comity.clauses.tree import Kind
from comity.clauses.values import write_value
from comity.judging.judgement import decisive_parts
from comity.language import Message, translate
from comity.library.vocabulary import MARKETS
from comity.report.formula_words import TURNED, asked, in_one_line, saying

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Value
    from comity.engines.kleene import Trace
    from comity.library.loader import Library
    from comity.library.model import Text
    from comity.questions.assess import ClauseResult

VERDICT_NAMES = {
    "met": Message("met"),
    "not_met": Message("not met"),
    "unknown": Message("unknown"),
    "not_applicable": Message("not applicable"),
}
FORCE_NAMES = {
    "law": Message("law"),
    "mandatory_standard": Message("mandatory standard"),
    "voluntary_standard": Message("voluntary standard"),
    "principles": Message("principles"),
}
MODALITY_NAMES = {
    "must": Message("must"),
    "must_not": Message("must not"),
    "should": Message("should"),
    "may": Message("may"),
}
BASIS_NAMES = {
    "declared": Message("declared"),
    "documented": Message("documented"),
    "measured": Message("measured"),
}
STATUS_NAMES = {
    "in_force": Message("in force"),
    "enacted": Message("enacted"),
    "bill": Message("bill, not law"),
    "repealed": Message("repealed"),
}
GRADE_NAMES = {
    "primary": Message("checked against the official wording"),
    "secondary": Message("checked against a reliable description"),
    "unconfirmed": Message("not confirmed by anyone yet: it never fails an assessment"),
}
PART_NAMES = {
    "scope": Message("scope of the standard"),
    "actor": Message("who is bound"),
    "when": Message("when"),
    "unless": Message("unless"),
    "in_force": Message("in force for"),
    "require": Message("what is required"),
}
NO_ELEMENTS = {"flow": Message("there is no such flow")}
"""Why a clause about a collection does not apply where the dossier lists nothing of it."""


_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison that decided a formula: the fact, what the formula wants of it, and what it is (None: not known)."""

    fact: str
    wanted: str
    value: Value | None


class Words:
    """Wording for one library in one language."""

    def __init__(self, library: Library, language: str) -> None:
        self.library = library
        self.language = language
        self.separator = "、" if language == "zh" else ", "

    def say(self, sentence: str, **values: object) -> str:
        """A sentence with its values."""
        return Message(sentence, **values).in_language(self.language)

    def name(self, message: Message) -> str:
        """A message in the language."""
        return message.in_language(self.language)

    def text(self, text: Text) -> str:
        """A text of the library, in English where it does not exist in the language."""
        return text.get(self.language) or text.get("en", "")

    def fact(self, fact: str) -> str:
        """The title of a fact, or its id where it has none."""
        return self.text(self.library.fact(fact).title) or fact

    def member(self, value: str) -> str:
        """The title of a declared value."""
        title = self.library.value_titles.get(value)
        return self.text(dict(title)) if title else value.replace("_", " ")

    def members(self, values: Iterable[str]) -> str:
        """Titles of declared values, joined."""
        return self.separator.join(self.member(value) for value in values)

    def value(self, fact: str, value: Value | None) -> str:
        """A value of a fact as people say it."""
        if value is None:
            return self.say("not known")
        definition = self.library.fact(fact)
        match definition.type.kind, value:
            case Kind.BOOL, _:
                return self.say("yes") if value else self.say("no")
            case Kind.ENUM, str():
                return self.member(value)
            case Kind.SET, frozenset():
                return self.members(sorted(value)) if value else self.say("none")
        return self.quantity(value, definition.type.kind, definition.unit)

    def plain_value(self, value: Value) -> str:
        """A value that belongs to no fact."""
        return self.duration(value) if isinstance(value, timedelta) else write_value(value)

    def formula(self, tree: t.Expression) -> str:
        """A formula in plain words, in one line."""
        return in_one_line(saying(tree, self), self)

    def quantity(self, value: Value, kind: Kind, unit: str | None) -> str:
        """A number, ratio, date or duration as people say it."""
        if kind is Kind.DURATION:
            return self.duration(value)  # type: ignore[arg-type]
        if kind is Kind.RATIO and isinstance(value, int | float):
            return f"{value * 100:.6g} %"
        if isinstance(value, int | float) and not isinstance(value, bool):
            written = f"{value:,.0f}" if abs(value) < 1e15 and value == int(value) else _power(f"{value:g}")
            return f"{written} {unit}" if unit and self.language == "en" else written
        return write_value(value)

    def duration(self, value: timedelta) -> str:
        """A duration in the largest calendar unit that is exact (a year is 8,760 h, a month 730 h)."""
        seconds = value.total_seconds()
        for size, one, many in (
            (8760 * 3600, Message("1 year"), Message("{count} years")),
            (730 * 3600, Message("1 month"), Message("{count} months")),
            (24 * 3600, Message("1 day"), Message("{count} days")),
            (3600, Message("1 hour"), Message("{count} hours")),
            (60, Message("1 minute"), Message("{count} minutes")),
            (1, Message("1 second"), Message("{count} seconds")),
        ):
            count = seconds / size
            if count >= 1 and count == int(count):
                return self.name(one) if count == 1 else self.say(many.template, count=int(count))
        return write_value(value)

    def findings(self, trace: Trace, *, wanted: bool = True) -> list[Finding]:
        """The comparisons that gave a trace its value, each once; `wanted` is the value that one would like it to have."""
        found = dict.fromkeys(self._findings(trace, wanted))
        return [finding for finding in found if finding.fact != MARKETS]

    def _findings(self, trace: Trace, wanted: bool) -> Iterator[Finding]:
        node = trace.expression
        match node:
            case t.Not():
                yield from self._findings(trace.parts[0], not wanted)
            case t.And() | t.Or() | t.Named():
                for part in decisive_parts(trace):
                    yield from self._findings(part, wanted)
            case t.Choose():
                condition, *branches = decisive_parts(trace)
                if condition.value is None:
                    yield from self._findings(condition, True)
                for branch in branches:
                    yield from self._findings(branch, wanted)
            case t.Fact():
                yield from self._asked(node, trace.value, wanted, None)
            case t.Compare(left=left, right=right):
                sides = ((left, trace.parts[0], trace.parts[1]), (right, trace.parts[1], trace.parts[0]))
                for side, own, other in sides:
                    if isinstance(side, t.Fact):
                        turned = node if side is left else _turned(node)
                        yield from self._asked(turned, own.value, wanted, other.value)
            case t.Contains() | t.Intersects() | t.OneOf():
                yield from self._asked(node, trace.parts[0].value, wanted, None)
            case _:
                return

    def _asked(self, test: t.Expression, value: Value | None, wanted: bool, against: Value | None) -> Iterator[Finding]:
        found = asked(test, self, holds=wanted, against=against)
        if found is not None:
            yield Finding(found[0], found[1], value)

    def reason(self, result: ClauseResult, limit: int = 4) -> str:
        """Why a clause has its verdict, in a sentence or two."""
        judgement = result.judgement
        clause = result.clause
        if result.elements:
            return self._of_elements(result.elements, result.verdict, limit)
        if result.settled:
            return self.say("settled: no missing fact can change this")
        if result.verdict == "not_applicable":
            return self._why_not_applicable(result, limit)
        if clause.unknowable and result.verdict == "unknown":
            said = self.say("nothing decides this: {note}", note=self.text(clause.note or {}))
            if judgement.applies is None:
                return self.say("whether it applies is open, and {what}", what=said)
            return said
        if result.verdict == "unknown":
            names = self.separator.join(self.fact(fact) for fact in result.missing[:limit])
            more = len(result.missing) - limit
            if more > 0:
                names = self.say("{names} and {count} more", names=names, count=more)
            if judgement.applies is None:
                return self.say("whether it applies is open; not known: {names}", names=names)
            return self.say("not known: {names}", names=names)
        findings = self.findings(judgement.require)
        said = self._joined(findings, limit)
        if result.verdict == "not_met":
            return said
        if judgement.applies is None:
            return self.say("holds whether or not it applies: {findings}", findings=said)
        return said or self.say("holds: {formula}", formula=self.formula(clause.require.tree))

    def _of_elements(self, elements: Iterable[ClauseResult], verdict: str, limit: int) -> str:
        """The reason of the first element with the verdict, and the names of the others that have it."""
        first, *others = [result for result in elements if result.verdict == verdict]
        said = self.reason(first, limit)
        name = first.clause.element or ""
        if name not in said:
            said = self.say("{name}: ", name=name) + said
        if others:
            names = self.separator.join(result.clause.element or "" for result in others)
            return self.say("{what} (the same verdict for: {names})", what=said, names=names)
        return said

    def _why_not_applicable(self, result: ClauseResult, limit: int) -> str:
        clause, judgement = result.clause, result.judgement
        status = self.library.standards[clause.standard].status
        if status in {"bill", "repealed"}:
            return self.name(STATUS_NAMES[status])
        if not judgement.in_force:
            first = min(phase.start for phase in clause.in_force)
            ends = [phase.until for phase in clause.in_force if phase.until]
            if (ends and max(ends) <= max(phase.start for phase in clause.in_force)) or len(ends) == len(
                clause.in_force
            ):
                return self.say("no longer in force or not yet; first day: {day}", day=first.isoformat())
            return self.say("not yet in force; first day: {day}", day=first.isoformat())
        if result.elements is not None:
            return self.name(NO_ELEMENTS[clause.subject or "flow"])
        false = [condition for condition in judgement.conditions if condition.holds is False]
        if not false:
            return self.say("not in force for this system")
        condition = false[0]
        findings = self.findings(condition.trace, wanted=condition.part != "unless")
        said = self._joined(findings, limit)
        if condition.part == "unless":
            facts = self.separator.join(dict.fromkeys(self.fact(finding.fact) for finding in findings))
            return self.say("an exception holds: {facts}", facts=facts)
        return said or self.say("does not apply: {formula}", formula=self.formula(condition.formula.tree))

    def _joined(self, findings: list[Finding], limit: int) -> str:
        said = "; ".join(self.finding(finding) for finding in findings[:limit])
        more = len(findings) - limit
        return self.say("{findings}; and {count} more", findings=said, count=more) if more > 0 else said

    def finding(self, finding: Finding) -> str:
        """A finding in words: the fact, its value, and what is asked."""
        return self.say(
            "{fact}: {value} (asked: {wanted})",
            fact=self.fact(finding.fact),
            value=self.value(finding.fact, finding.value),
            wanted=finding.wanted,
        )


def _power(written: str) -> str:
    """A number with an exponent as people write it: 1e+26 as 10²⁶, 1.6e+21 as 1.6 × 10²¹."""
    mantissa, exponential, exponent = written.partition("e")
    if not exponential:
        return written
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa} × {power}"


def _turned(comparison: t.Compare) -> t.Compare:
    """A comparison with its sides changed over."""
    operator: Any = TURNED[comparison.operator]
    return t.Compare(comparison.span, operator, comparison.right, comparison.left)


def sentence(text: str, language: str, **values: object) -> str:
    """A sentence of the reports in a language."""
    return translate(text, language).format(**values)
