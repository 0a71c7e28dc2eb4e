"""A formula in plain words, in the reader's language, made from its tree.

Every report says a formula with these words: the review sheet and the pages of the library unfold it whole, an explanation says each
comparison beside its value, a reason says what was asked. The one idea: a negation moves inward until it meets a comparison, which is
then said the other way round, so that no reader has to turn a sentence over in the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from comity.clauses import tree as t
from comity.clauses.tree import Kind
from comity.language import Message
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Expression, Value
    from comity.report.words import Words

Form: TypeAlias = Literal["test", "all", "any", "definition"]

GROUPS: dict[str, Message] = {
    "all": Message("all of these:"),
    "any": Message("at least one of these:"),
}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_BOUNDS = {
    "==": Message("exactly {value}"),
    "!=": Message("anything but {value}"),
    "<": Message("less than {value}"),
    "<=": Message("at most {value}"),
    ">": Message("more than {value}"),
    ">=": Message("at least {value}"),
}
_DAYS = {
    "==": Message("exactly {value}"),
    "!=": Message("anything but {value}"),
    "<": Message("before {value}"),
    "<=": Message("on {value} or before"),
    ">": Message("after {value}"),
    ">=": Message("on {value} or after"),
}
_ONE = {True: Message("includes {values}"), False: Message("does not include {values}")}
_ALL = {True: Message("includes all of {values}"), False: Message("does not include all of {values}")}
_ANY = {True: Message("includes at least one of {values}"), False: Message("includes none of {values}")}
_CHOICE = {True: Message("one of {values}"), False: Message("none of {values}")}
_SUMS = {
    "+": Message("{one} plus {other}"),
    "-": Message("{one} minus {other}"),
    "*": Message("{one} times {other}"),
}


@dataclass(frozen=True, slots=True)
class Saying:
    """A formula in words.

    Attributes:
        form: `test` (a sentence about one thing), `definition` (its title), `all` or `any` (of the parts).
        text: the sentence or the title; of a group, how it is introduced.
        name: the id of the fact or definition that it speaks of; empty where there is not one.
        parts: the members of a group.
    """

    form: Form
    text: str
    name: str = ""
    parts: tuple[Saying, ...] = ()


def saying(formula: Expression, words: Words, *, holds: bool = True) -> Saying:
    """What a formula that is true or false says; `holds=False`: what its contrary says."""
    match formula:
        case t.Not(operand=operand):
            return saying(operand, words, holds=not holds)
        case t.And(operands=operands) | t.Or(operands=operands):
            form: Form = "all" if isinstance(formula, t.And) is holds else "any"
            return _group(form, [saying(operand, words, holds=holds) for operand in operands], words)
        case t.Named(name=name):
            title = words.text(words.library.vocabulary.named_formulas[name].title)
            said = words.say("“{title}”", title=title) if holds else words.say("not “{title}”", title=title)
            return Saying("definition", said, name)
        case t.Choose(condition=condition, then=then, otherwise=otherwise):
            branches = [
                _group("all", [saying(condition, words), saying(then, words, holds=holds)], words),
                _group("all", [saying(condition, words, holds=False), saying(otherwise, words, holds=holds)], words),
            ]
            return _group("any", branches, words)
        case t.Constant(value=value):
            return Saying("test", words.say("always") if value is holds else words.say("never"))
        case t.Unknowable():
            return Saying("test", words.say("no fact can decide this"))
    return _test(formula, words, holds=holds)


def is_test(formula: Expression) -> bool:
    """Whether a formula asks one thing that is true or false, and is no group or definition."""
    match formula:
        case t.Fact(kind=kind):
            return kind is Kind.BOOL
        case t.Compare() | t.OneOf() | t.Contains() | t.Intersects() | t.Unknowable() | t.Constant(value=bool()):
            return True
    return False


def in_one_line(formula: Saying, words: Words) -> str:
    """A formula in words, in one line; a group within a group stands in brackets."""
    if not formula.parts:
        return formula.text
    parts = [in_one_line(part, words) for part in formula.parts]
    parts = [
        words.say("({group})", group=said) if part.parts else said
        for part, said in zip(formula.parts, parts, strict=True)
    ]
    joint = words.say("; and ") if formula.form == "all" else words.say("; or ")
    return joint.join(parts)


def definitions_of(formula: Saying) -> Iterator[str]:
    """The definitions that a formula names, in its order."""
    if formula.form == "definition":
        yield formula.name
    for part in formula.parts:
        yield from definitions_of(part)


def asked(
    test: Expression, words: Words, *, holds: bool = True, against: Value | None = None
) -> tuple[str, str] | None:
    """The fact that a comparison is about, and what it asks of it; None where it is about no single fact.

    Args:
        test: a comparison, a membership, or a fact that is true or false.
        words: the reader's language.
        holds: False for the contrary.
        against: the value of the other side, where it was worked out for one system.
    """
    match test:
        case t.Fact(id=fact):
            return fact, words.say("yes") if holds else words.say("no")
        case t.Contains(operand=t.Fact(id=fact), values=values) | t.Intersects(operand=t.Fact(id=fact), values=values):
            return fact, _of_set(fact, values, words, every=isinstance(test, t.Contains), holds=holds)
        case t.OneOf(operand=t.Fact(id=fact), options=options):
            named = [str(option.value) for option in options if isinstance(option, t.Constant)]
            return fact, words.say(_phrase(every=False, several=True, holds=holds), values=_members(fact, named, words))
        case t.Compare(left=t.Fact(id=fact), right=other, operator=operator):
            return fact, _bound(fact, operator, other, words, holds=holds, against=against)
        case t.Compare(left=other, right=t.Fact(id=fact), operator=operator):
            return fact, _bound(fact, TURNED[operator], other, words, holds=holds, against=against)
    return None


def bound_in_words(fact: str, operator: str, value: Value, words: Words) -> str:
    """What a bound asks of a fact: "at least 95 %"."""
    kind = words.library.fact(fact).type.kind
    return words.say(_phrase_of(operator, kind).template, value=words.value(fact, value))


def _group(form: Form, parts: Iterable[Saying], words: Words) -> Saying:
    """A group, with groups of the same kind within it taken in."""
    flat: list[Saying] = []
    for part in parts:
        flat += part.parts if part.form == form else [part]
    return flat[0] if len(flat) == 1 else Saying(form, words.name(GROUPS[form]), "", tuple(flat))


def _test(test: Expression, words: Words, *, holds: bool) -> Saying:
    listed = _listed(test)
    if listed is not None:
        fact, values, phrases = listed
        said = words.say(phrases[holds].template, values=_members(fact, values, words))
        return Saying("test", f"{words.say('{name}: ', name=words.fact(fact))}{said}", fact)
    found = asked(test, words, holds=holds)
    if found is not None:
        fact, what = found
        return Saying("test", f"{words.say('{name}: ', name=words.fact(fact))}{what}", fact)
    if isinstance(test, t.Compare):
        kind = Kind.NUMBER
        operator = test.operator if holds else NEGATED[test.operator]
        bound = words.say(_phrase_of(operator, kind).template, value=_term(test.right, None, words))
        return Saying("test", f"{words.say('{name}: ', name=_term(test.left, None, words))}{bound}")
    raise AssertionError(test)


def _listed(test: Expression) -> tuple[str, tuple[str, ...], dict[bool, Message]] | None:
    """The fact and the values of a test for declared values, and how it is said where it holds and where it does not."""
    match test:
        case t.Contains(operand=t.Fact(id=fact), values=values) | t.Intersects(operand=t.Fact(id=fact), values=values):
            several = _ALL if isinstance(test, t.Contains) else _ANY
            return fact, values, several if len(values) > 1 else _ONE
        case t.OneOf(operand=t.Fact(id=fact), options=options):
            return fact, tuple(str(option.value) for option in options if isinstance(option, t.Constant)), _CHOICE
    return None


def _of_set(fact: str, values: tuple[str, ...], words: Words, *, every: bool, holds: bool) -> str:
    phrase = _phrase(every=every, several=len(values) > 1, holds=holds)
    return words.say(phrase, values=_members(fact, values, words))


def _phrase(*, every: bool, several: bool, holds: bool) -> str:
    """What is asked of a set or a choice; a list of one value needs no "all of"."""
    if not several:
        found = Message("among them: {values}") if holds else Message("not among them: {values}")
    elif every:
        found = Message("all of: {values}") if holds else Message("not all of: {values}")
    else:
        found = Message("one of: {values}") if holds else Message("none of: {values}")
    return found.template


def _members(fact: str, values: Iterable[str], words: Words) -> str:
    """Declared values by title; markets are jurisdictions."""
    if fact != MARKETS:
        return words.members(values)
    places = words.library.jurisdictions
    return words.separator.join(words.text(places[value].title) if value in places else value for value in values)


def _bound(fact: str, operator: str, other: Expression, words: Words, *, holds: bool, against: Value | None) -> str:
    sign = operator if holds else NEGATED[operator]
    kind = words.library.fact(fact).type.kind
    value = words.value(fact, against) if against is not None else _term(other, fact, words)
    if kind in {Kind.ENUM, Kind.BOOL} and sign == "==":
        return value
    return words.say(_phrase_of(sign, kind).template, value=value)


def _phrase_of(operator: str, kind: Kind) -> Message:
    return _DAYS[operator] if kind is Kind.DATE else _BOUNDS[operator]


def _term(term: Expression, fact: str | None, words: Words) -> str:
    """A side of a comparison: a value as people say it, a fact or definition by its title, a sum in words."""
    match term:
        case t.Constant(value=value) | t.DateConstant(value=value) | t.DurationConstant(value=value):
            return words.value(fact, value) if fact is not None else words.plain_value(value)
        case t.Fact(id=other):
            return words.say("“{title}”", title=words.fact(other))
        case t.Named(name=name):
            return _named(name, fact, words)
        case t.Choose(condition=condition, then=then, otherwise=otherwise):
            return words.say(
                "{then} (if {condition}) or else {otherwise}",
                then=_term(then, fact, words),
                condition=in_one_line(saying(condition, words), words),
                otherwise=_term(otherwise, fact, words),
            )
        case t.Arithmetic(operator=operator, left=left, right=right):
            one, other_side = _term(left, None, words), _term(right, None, words)
            return words.say(_SUMS[operator].template, one=one, other=other_side)
        case t.Negative(operand=operand):
            return words.say("minus {number}", number=_term(operand, fact, words))
    raise AssertionError(term)


def _named(name: str, fact: str | None, words: Words) -> str:
    """A number, date or duration that has a name: its title, and its value where it is a fixed one."""
    entry = words.library.vocabulary.named_formulas[name]
    title = words.text(entry.title)
    tree = entry.definition.tree
    if isinstance(tree, t.Constant | t.DateConstant | t.DurationConstant):
        return words.say("{value} (how Comity reads “{title}”)", value=_term(tree, fact, words), title=title)
    return words.say("“{title}”", title=title)
