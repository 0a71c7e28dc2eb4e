"""Formulas in plain words: they mean what the formula means, leave nothing out, and speak both languages.

The oracle for meaning reads the words back: of yes/no facts, a saying is worked out from its own text and compared with the engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.clauses import tree as t
from comity.clauses.formula import Formula, walk
from comity.language import LANGUAGES
from comity.library.loader import Library, load_library
from comity.report.formula_words import Saying, definitions_of, in_one_line, saying
from comity.report.words import Words
from tests.questions import imagined

FACTS = ("a.one", "a.two", "a.three")
SMALL = imagined.library(
    [
        *(imagined.fact(name) for name in FACTS),
        imagined.fact("b.deadline", "duration"),
        imagined.fact("b.share", "ratio"),
        imagined.fact("b.count", "int"),
        imagined.fact("b.day", "date"),
        imagined.fact("b.kind", "enum", ("big", "small")),
        imagined.fact("b.parts", "set", ("cause", "harm", "place")),
    ],
    [],
)
ENGLISH, CHINESE = Words(SMALL, "en"), Words(SMALL, "zh")


def said(text: str, words: Words = ENGLISH) -> str:
    return words.formula(Formula(text, SMALL.vocabulary).tree)


def true_of(formula: Saying, world: Mapping[str, bool]) -> bool:
    """Whether what is said holds, by its words alone."""
    if formula.parts:
        values = [true_of(part, world) for part in formula.parts]
        return all(values) if formula.text == "all of these:" else any(values)
    if formula.text in {"always", "never"}:
        return formula.text == "always"
    fact, _, asked = formula.text.partition(": ")
    return world[fact] is (asked == "yes")


formulas = st.recursive(
    st.sampled_from([*FACTS, "true", "false"]),
    lambda inner: st.one_of(
        st.builds("!({})".format, inner),
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
    ),
    max_leaves=8,
)


@given(formulas)
def test_what_is_said_is_what_the_formula_means(text: str) -> None:
    formula = Formula(text, SMALL.vocabulary)
    for values in product([False, True], repeat=len(FACTS)):
        world = dict(zip(FACTS, values, strict=True))
        assert true_of(saying(formula.tree, ENGLISH), world) is formula.evaluate(world)
        assert true_of(saying(formula.tree, ENGLISH, holds=False), world) is not formula.evaluate(world)


@given(formulas)
def test_groups_hold_several_parts_and_no_group_of_their_own_kind(text: str) -> None:
    pending = [saying(Formula(text, SMALL.vocabulary).tree, ENGLISH)]
    while pending:
        found = pending.pop()
        assert (found.form in {"all", "any"}) is (len(found.parts) > 1)
        assert all(part.form != found.form for part in found.parts)
        pending += found.parts


@pytest.mark.parametrize(
    ("formula", "english", "chinese"),
    [
        ("a.one && !a.two", "a.one: yes; and a.two: no", "a.one：是；并且a.two：否"),
        ("!(a.one && a.two)", "a.one: no; or a.two: no", "a.one：否；或者a.two：否"),
        ('b.deadline <= duration("P15D")', "b.deadline: at most 15 days", "b.deadline：不超过 15 天"),
        ('b.deadline <= duration("2s")', "b.deadline: at most 2 seconds", "b.deadline：不超过 2 秒"),
        ('!(b.deadline <= duration("72h"))', "b.deadline: more than 3 days", "b.deadline：大于 3 天"),
        ("0.95 <= b.share", "b.share: at least 95 %", "b.share：不少于 95 %"),
        ('b.day >= date("2027-01-01")', "b.day: on 2027-01-01 or after", "b.day：不早于 2027-01-01"),
        ('!(b.day >= date("2027-01-01"))', "b.day: before 2027-01-01", "b.day：早于 2027-01-01"),
        ('b.kind == "big"', "b.kind: big", "b.kind：big"),
        ('b.kind != "big"', "b.kind: anything but big", "b.kind：不为 big"),
        ('b.kind in ["big", "small"]', "b.kind: one of big, small", "b.kind：为其一：big、small"),
        ('"cause" in b.parts', "b.parts: includes cause", "b.parts：包括cause"),
        ('!("cause" in b.parts)', "b.parts: does not include cause", "b.parts：不包括cause"),
        (
            'sets.contains(b.parts, ["cause", "harm"])',
            "b.parts: includes all of cause, harm",
            "b.parts：全部包括cause、harm",
        ),
        (
            'sets.intersects(b.parts, ["cause", "harm"])',
            "b.parts: includes at least one of cause, harm",
            "b.parts：至少包括其一：cause、harm",
        ),
        (
            '!sets.intersects(b.parts, ["cause", "harm"])',
            "b.parts: includes none of cause, harm",
            "b.parts：均不包括cause、harm",
        ),
        ('"xa" in system.markets', "Markets: includes xa", "市场：包括xa"),
        (
            'b.deadline <= (a.one ? duration("P5Y") : duration("P4Y"))',
            "b.deadline: at most 5 years (if a.one: yes) or else 4 years",
            "b.deadline：不超过 5 年（如a.one：是），否则 4 年",
        ),
        (
            "b.count + 2 * b.count >= 3",
            "b.count plus 2 times b.count: at least 3",
            "b.count 加 2 乘以 b.count：不少于 3",
        ),
        (
            "a.one || (a.two && a.three)",
            "a.one: yes; or (a.two: yes; and a.three: yes)",
            "a.one：是；或者（a.two：是；并且a.three：是）",
        ),
    ],
)
def test_formulas_are_said_in_both_languages(formula: str, english: str, chinese: str) -> None:
    assert said(formula).replace("“", "").replace("”", "") == english
    assert said(formula, CHINESE).replace("“", "").replace("”", "") == chinese


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_a_shipped_formula_is_left_out(library: Library, language: str) -> None:
    """Every fact, definition and declared value that a formula names is named in its words."""
    words = Words(library, language)
    for clause in library.clauses.values():
        for formula in (clause.require, *clause.conditions):
            told = words.formula(formula.tree)
            for node in walk(formula.tree):
                match node:
                    case t.Fact(id=fact):
                        assert words.fact(fact) in told
                    case t.Named(name=name):
                        assert words.text(library.vocabulary.named_formulas[name].title) in told
                    case t.Contains(operand=t.Fact(id=fact), values=values) if fact != "system.markets":
                        assert all(words.member(value) in told for value in values)


def test_the_definitions_that_are_named_are_known(library: Library) -> None:
    clause = library.clauses["eu-ai-act/50-2-marking"]
    assert "eu.excluded" in set(definitions_of(saying(clause.scope.tree, Words(library, "en"))))


def test_what_nothing_can_decide_says_so() -> None:
    unknowable = t.Unknowable(span=(0, 10))
    assert ENGLISH.formula(unknowable) == "no fact can decide this"
    assert re.search(r"[\u4e00-\u9fff]", CHINESE.formula(unknowable))


def test_one_line_of_a_single_thing_is_that_thing() -> None:
    assert in_one_line(Saying("test", "a.one: yes", "a.one"), ENGLISH) == "a.one: yes"
