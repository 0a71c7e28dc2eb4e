"""The grammar: what is CEL and what is not, each slip at its place, and no text that takes the parser down.

The trees of what can be read are compared with those of cel-go in `test_cel_conformance`; here are the errors, and hostile input.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.clauses import syntax as s
from comity.clauses.errors import FormulaError
from comity.clauses.formula import define
from comity.clauses.parser import parse
from tests.clauses.words import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

Case = tuple[str, str, tuple[int, int, int], str | None]

# text, message, (line, column, width), hint
SLIPS: list[Case] = [
    ("a.b\n  && a.c\n  & a.b", '"&" means nothing here', (3, 3, 1), "write && for “and”"),
    ("  \n", "the formula ends too early", (1, 3, 1), None),
    ("", "the formula ends too early", (1, 1, 0), None),
    ("a.b // note\n c", '"c" is not expected here', (2, 2, 1), None),
    ('"\x00', "the string is not closed", (1, 1, 2), None),
    ("a.b && \x07", '"U+0007" means nothing here', (1, 8, 1), None),
    ('a.b && "\ud800"', '"U+D800" means nothing here', (1, 9, 1), None),
    ("n.i == 0x", '"x" is not expected here', (1, 9, 1), None),
    ("n.i == 1_000", '"_000" is not expected here', (1, 9, 4), None),
    ("n.i == 010 && n.i == 0XF", '"XF" is not expected here', (1, 23, 2), None),
    ("a.b ?: a.c", '":" is not expected here', (1, 6, 1), None),
    ("a.b ? : a.c", '":" is not expected here', (1, 7, 1), None),
    ("a.b === a.c", '"=" means nothing here', (1, 7, 1), "to compare, write =="),
    ("a.b <> a.c", '">" is not expected here', (1, 6, 1), None),
    ("a.b => a.c", '"=" means nothing here', (1, 5, 1), "to compare, write =="),
    ("@a", '"@" means nothing here', (1, 1, 1), None),
    ("a.b;", '";" means nothing here', (1, 4, 1), None),
    ("~a.b", '"~" means nothing here', (1, 1, 1), None),
    ("a.b ** 2", '"*" is not expected here', (1, 6, 1), None),
    ("++n.i", '"+" is not expected here', (1, 1, 1), None),
    ("5 > > 3", '">" is not expected here', (1, 5, 1), None),
    ("()", '")" is not expected here', (1, 2, 1), None),
    ("[", "the formula ends too early", (1, 1, 1), None),
    ("a.b, a.c", '"," is not expected here', (1, 4, 1), None),
    ("a.b in", "the formula ends too early", (1, 6, 1), None),
    ("in a.b", '"in" is not expected here', (1, 1, 2), None),
    ("f(a.b", '"(" is never closed', (1, 2, 1), None),
    ('{"a" 1}', '"1" is not expected here', (1, 6, 1), '":" is missing here'),
    ('{"a": 1', '"{" is never closed', (1, 1, 1), None),
    ("T{1: 2}", '"1" is not expected here', (1, 3, 1), None),
    ("T{a 1}", '"1" is not expected here', (1, 5, 1), '":" is missing here'),
    ("a[1", '"[" is never closed', (1, 2, 1), None),
    ("a[", "the formula ends too early", (1, 2, 1), None),
    ("a.b.(c)", '"(" is not expected here', (1, 5, 1), None),
    ("!", "the formula ends too early", (1, 1, 1), None),
    ('"a" "b"', '"b" is not expected here', (1, 5, 3), None),
    ("1 2", '"2" is not expected here', (1, 3, 1), None),
    ("-", "the formula ends too early", (1, 1, 1), None),
    ("-!a.b", '"!" is not expected here', (1, 2, 1), None),
    ("[1,,2]", '"2" is not expected here', (1, 5, 1), '"]" is missing here'),
    ("[1,", "the formula ends too early", (1, 3, 1), None),
    ("a.b ? a.b : a.c : a.b", '":" is not expected here', (1, 17, 1), None),
    ('r"\\" == "x', "the string is not closed", (1, 9, 2), None),
    ('rb"x"', '"x" is not expected here', (1, 3, 3), None),
    ("'''a'' == 1", "the string is not closed", (1, 6, 6), None),
    ("`a`", '"`a`" is not expected here', (1, 1, 3), None),
    ("a.b = true", '"=" means nothing here', (1, 5, 1), "to compare, write =="),
    ("a.b & a.c", '"&" means nothing here', (1, 5, 1), "write && for “and”"),
    ("a.b | a.c", '"|" means nothing here', (1, 5, 1), "write || for “or”"),
    ("a.b and a.c", '"and" is not expected here', (1, 5, 3), "write &&"),
    ("not a.b", '"a" is not expected here', (1, 5, 1), "write !"),
    ("a.b &&", "the formula ends too early", (1, 6, 1), None),
    ("(a.b", '"(" is never closed', (1, 1, 1), None),
    ("a.b)", '")" is not expected here', (1, 4, 1), None),
    ('a.b == "x', "the string is not closed", (1, 8, 2), None),
    ('"unclosed', "the string is not closed", (1, 1, 9), None),
    ("'''open", "the string is not closed", (1, 1, 7), None),
    ("a.b ? a.c", "the formula ends too early", (1, 9, 1), '":" is missing here'),
    ("a.b ? a.c :", "the formula ends too early", (1, 11, 1), None),
    ("a.b a.c", '"a" is not expected here', (1, 5, 1), None),
    ("&& a.b", '"&&" is not expected here', (1, 1, 2), None),
    ("n.i >= 3 >", "the formula ends too early", (1, 10, 1), None),
    ('sets.contains(s.langs, ["en"]', '"(" is never closed', (1, 14, 1), None),
    ("[1, 2", '"[" is never closed', (1, 1, 1), None),
    ("if", '"if" is a reserved word of CEL', (1, 1, 2), None),
    ("a.b && for", '"for" is a reserved word of CEL', (1, 8, 3), None),
    ("a.b.", "the formula ends too early", (1, 4, 1), None),
    ("a.b.in", '"in" is not expected here', (1, 5, 2), None),
    ("a..b", '"." is not expected here', (1, 3, 1), None),
    ("1.", "the formula ends too early", (1, 2, 1), None),
    ("n.i ≥ 3", '"≥" means nothing here', (1, 5, 1), "write >="),
    ("a.b “x”", '"“" means nothing here', (1, 5, 1), 'write straight quotes: "'),
    ("a.b #", '"#" means nothing here', (1, 5, 1), None),
    ("\\u0000", '"\\" means nothing here', (1, 1, 1), None),
    ("n.i > 99999999999999999999", "the number does not fit in 64 bits", (1, 7, 20), "write it as 1e26"),
    ("n.x > 1e400", "the number is too large", (1, 7, 5), None),
    ('"\\q" == "x"', "this escape means nothing in CEL", (1, 2, 2), None),
    ('"\\ud800" == "x"', "this escape means nothing in CEL", (1, 2, 6), None),
    ("f(1,)", '"," is not expected here', (1, 4, 1), '")" is missing here'),
]

LEFT_OUT: list[Case] = [
    ("a.b()", "the function a.b() is not part of the clause language", (1, 1, 3), None),
    ("true.x", "fields and elements of values are not part of the clause language", (1, 5, 2), None),
    ('"x".size()', "fields and elements of values are not part of the clause language", (1, 4, 5), None),
    ("[1][0]", "fields and elements of values are not part of the clause language", (1, 4, 3), None),
    ("(a.b).c", "fields and elements of values are not part of the clause language", (1, 6, 2), None),
    ("f(g(1))", "the function g() is not part of the clause language", (1, 3, 1), None),
    ("a.?b", "fields and elements of values are not part of the clause language", (1, 2, 3), None),
    ("a[?b]", "fields and elements of values are not part of the clause language", (1, 2, 4), None),
    ('{?"k": 1}', "optional values are not part of the clause language", (1, 2, 1), None),
    (".f(1)", "a name does not begin with a dot here", (1, 1, 1), "write the name without the dot in front"),
    (".a.b", "a name does not begin with a dot here", (1, 1, 1), "write the name without the dot in front"),
    (
        "has(a.b)",
        "the function has() is not part of the clause language",
        (1, 1, 3),
        "a formula may not ask whether a fact is known: an unknown fact makes it unknown by itself",
    ),
    (
        "a.b == null",
        "null is not part of the clause language",
        (1, 8, 4),
        "a formula may not ask whether a fact is known: an unknown fact makes it unknown by itself",
    ),
    ("n.i / 2 > 3", '"/" is not part of the clause language', (1, 5, 1), "multiply instead: a <= 0.5 * b"),
    ("n.i % 2 == 0", '"%" is not part of the clause language', (1, 5, 1), "multiply instead: a <= 0.5 * b"),
    ('{"a": 1}', "maps are not part of the clause language", (1, 1, 1), None),
    ("a.b[0]", "fields and elements of values are not part of the clause language", (1, 4, 3), None),
    (
        's.langs.exists(x, x == "en")',
        "the function s.langs.exists() is not part of the clause language",
        (1, 1, 14),
        "for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])",
    ),
    ("s.langs.size() > 3", "the function s.langs.size() is not part of the clause language", (1, 1, 12), None),
    ("size(s.langs) > 3", "the function size() is not part of the clause language", (1, 1, 4), None),
    (
        'timestamp("2026-01-01T00:00:00Z") < d.day',
        "the function timestamp() is not part of the clause language",
        (1, 1, 9),
        'write date("2026-08-02")',
    ),
    ("n.i > 3u", "unsigned integers are not part of the clause language", (1, 7, 2), None),
    ('b"x" == b"y"', "bytes are not part of the clause language", (1, 1, 4), None),
    ("a.`b`", "names in backquotes are not part of the clause language", (1, 3, 3), None),
    ("T{a: 1}", "fields and elements of values are not part of the clause language", (1, 2, 1), None),
    ("[?a.b]", "optional values are not part of the clause language", (1, 2, 1), None),
    (
        'sets.equivalent(s.langs, ["en"])',
        "the function sets.equivalent() is not part of the clause language",
        (1, 1, 15),
        None,
    ),
]


def error_of(text: str) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        define(text, NAMES)
    return caught.value


def told(error: FormulaError) -> tuple[str, tuple[int, int, int], str | None]:
    place = (error.line, error.column, error.span[1] - error.span[0])
    return error.message.in_language("en"), place, error.hint.in_language("en") if error.hint else None


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: ascii(case[0]))
def test_a_slip_is_told_at_its_place(case: Case) -> None:
    text, *expected = case
    error = error_of(text)
    assert told(error) == tuple(expected)
    assert not error.outside_subset


@pytest.mark.parametrize("case", LEFT_OUT, ids=lambda case: ascii(case[0]))
def test_valid_cel_that_is_left_out_is_refused_by_name(case: Case) -> None:
    text, *expected = case
    error = error_of(text)
    assert told(error) == tuple(expected)
    assert error.outside_subset


@pytest.mark.parametrize(
    "text", ["has(a.b) && (", "size(a.b) & 1", "{1: 2, 3}", "a.b[0", "a.f(1,)", "T{a: 1}}", "null null", "3u && &&"]
)
def test_what_is_left_out_hides_no_slip_behind_it(text: str) -> None:
    assert not error_of(text).outside_subset


def test_an_error_draws_a_caret_under_its_line() -> None:
    assert error_of("a.b &&\n  n.r >= 95").describe() == (
        "2:10: a ratio lies between 0 and 1\n    n.r >= 95\n           ^~\n  write 0.95 for 95 %"
    )


def test_a_long_line_is_shown_around_its_error() -> None:
    lines = error_of(" && ".join(["a.b"] * 300) + " && a.x" + " && a.c" * 300).describe().split("\n")
    assert len(lines[1]) < 120
    caret = lines[2].index("^")
    assert lines[1][caret : caret + 3] == "a.x"


NESTINGS: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: "(" * n + "a.b" + ")" * n,
    "negations": lambda n: "!" * n + "a.b",
    "bracketed negations": lambda n: "!(" * n + "a.b" + ")" * n,
    "minus signs": lambda n: "-" * n + "n.i > 1",
    "lists": lambda n: "n.i in " + "[" * n + "]" * n,
    "calls": lambda n: "f(" * n + ")" * n,
    "methods": lambda n: "a.f(" * n + "1" + ")" * n,
    "maps": lambda n: "{1:" * n + "1" + "}" * n,
    "messages": lambda n: "T{a:" * n + "1" + "}" * n,
    "indices": lambda n: "a" + "[a" * n + "]" * n,
    "chained indices": lambda n: "a" + "[1]" * n,
    "chained fields": lambda n: "a" + ".b" * n,
    "chained methods": lambda n: "a" + ".b()" * n,
    "optional fields": lambda n: "a" + ".?b" * n,
    "choices": lambda n: "a.b ? a.c : " * n + "a.b",
    "choices in choices": lambda n: "a.b ? (" * n + "a.b" + ") : a.c" * n,
    "sums": lambda n: "+".join(["n.i"] * n) + " > 1",
    "products": lambda n: "1*" * n + "n.i > 1",
    "comparisons": lambda n: "==".join(["a.b"] * n),
    "conjunctions": lambda n: " && ".join(["a.b"] * n),
    "and in or in and": lambda n: "a.b && (a.c || (" * n + "a.b" + "))" * n,
    "every operator": lambda n: "true || true && true == 1 + 1 * (" * n + "1" + ")" * n,
    "long lists": lambda n: f"n.i in [{', '.join(map(str, range(n)))}]",
    "open parentheses": lambda n: "(" * n,
    "open lists": lambda n: "[" * n,
    "open maps": lambda n: "{" * n,
    "open sets": lambda n: "sets.contains(" * n,
    "open strings": lambda n: '"""' * n,
    "backslashes": lambda n: '"' + "\\" * n,
}


@pytest.mark.parametrize("depth", [10, 48, 95, 96, 97, 500, 2500, 400_000])
@pytest.mark.parametrize("nesting", NESTINGS)
def test_no_nesting_takes_the_parser_down(nesting: str, depth: int) -> None:
    text = NESTINGS[nesting](depth)
    started = time.process_time()
    try:
        define(text, NAMES)
    except FormulaError as error:
        assert len(error.describe()) < 1000
    assert time.process_time() - started < 1


def test_as_many_levels_as_are_allowed_need_little_of_the_stack() -> None:
    """A formula is also read deep in the stack of a web server or a test runner."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 750)
    try:
        for nesting in NESTINGS.values():
            for depth in (47, 48, 94, 95, 96):
                with contextlib.suppress(FormulaError):
                    define(nesting(depth), NAMES)
    finally:
        sys.setrecursionlimit(limit)


def test_the_levels_that_cel_asks_of_every_implementation_are_read() -> None:
    for nesting in ("parentheses", "bracketed negations", "choices", "sums", "conjunctions"):
        define(NESTINGS[nesting](32), NAMES)


HOSTILE = {
    "a megabyte of letters": "a" * 1_000_000,
    "a megabyte of space": " " * 1_000_000,
    "a megabyte of half characters": "\udfff" * 1_000_000,
    "digits": "9" * 19_000,
    "hexadecimal digits": "0x" + "f" * 19_000,
    "a long fraction": "9" * 9000 + "." + "9" * 9000,
    "a long exponent": "1e" + "9" * 19_000,
    "a long negative number": "-" + "9" * 5000,
    "a long unsigned number": "9" * 5000 + "u",
    "NUL": "\0",
    "a control character": "a.b \x01",
    "a byte order mark": "\ufeffa.b",
    "a space that is none": "a.b\u00a0&& a.c",
    "text turned round": "\u202ea.b",
    "quotes": "'" * 19_999,
    "quotes in turn": "\"'\"'" * 4999,
    "backquotes": "`" * 19_999,
    "an escape beyond a byte": '"\\777" == "x"',
    "a long duration": f'd.span == duration("{"1h" * 9000}")',
    "a long date": f'd.day == date("{"9" * 9000}")',
    "a long value": f'e.size == "{"x" * 19_000}"',
    "a long name": "a." + "b" * 19_000,
    "nothing": "",
    "only a comment": "// nothing",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_at_once(name: str) -> None:
    started = time.process_time()
    error = error_of(HOSTILE[name])
    assert time.process_time() - started < 1
    error.describe().encode()
    assert len(error.describe()) < 1000
    assert not error.outside_subset


WORDS = r"""
    a.b a.c n.i n.x n.r e.size s.langs d.day d.span t.note x.high x.sum && || ! == != < <= > >= in + - * / % ? : ( ) [ ] { } , .
    true false null 0 1 -1 95 0.5 1e300 9223372036854775807 0x1F 3u 'en' 'small' "fr" r'x' b'x' has( duration('72h') duration('P6M')
    date('2026-08-02') sets.contains( sets.intersects( ['en'] size( .map( // " ' ` \ @ # $ ; = & | ~ é “ 中 🙂
"""
FRAGMENTS = [*WORDS.split(), "\n", "\t", "\0", "'\\n'", "'''x'''"]
TEXTS = (
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(" ".join)
    | st.text(max_size=60)
    | st.text("()[]{}!-\"'\\.,?:&|=<>+*/%u0x1eabr \n")
)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    try:
        definition = define(text, NAMES)
    except FormulaError as error:
        assert 1 <= error.line <= text.count("\n") + 1
        assert error.column >= 1
        assert 0 <= error.span[0] <= error.span[1] <= len(text)
        error.describe("en").encode()
        error.describe("zh").encode()
    else:
        assert definition.depth <= s.MAXIMUM_DEPTH


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("-0x1F", -31),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("- 5", -5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ('"a\\tb\\x41\\u00e9\\U0001F642\\101"', "a\tbAé🙂A"),
        (r"r'\n'", r"\n"),
        ('"""a"b""c"""', 'a"b""c'),
        ("'''a\nb'''", "a\nb"),
        ("true", True),
    ],
)
def test_literals_have_their_value(text: str, value: object) -> None:
    found = parse(text)
    assert isinstance(found, s.Literal)
    assert (type(found.value), found.value) == (type(value), value)
    assert found.span == (0, len(text))
