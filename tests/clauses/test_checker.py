"""The types: every nonsense is refused at its place with a hint, every sense gets its type and its tree."""

from __future__ import annotations

import msgspec
import pytest

from comity.clauses import tree as t
from comity.clauses.errors import FormulaError
from comity.clauses.formula import Formula, define
from comity.clauses.tree import Kind
from tests.clauses.test_parser import Case, error_of, told
from tests.clauses.words import NAMES, Words

# text, message, (line, column, width), hint
SLIPS: list[Case] = [
    ("a.b &&\n\tn.r >= 95 || a.c", "a ratio lies between 0 and 1", (2, 9, 2), "write 0.95 for 95 %"),
    ("- true", '"-" wants numbers, and this is true or false', (1, 3, 4), None),
    ("!-1", '"!" wants true or false, and this is a whole number', (1, 2, 2), "compare it: -1 >= …"),
    ("n.r >= 95", "a ratio lies between 0 and 1", (1, 8, 2), "write 0.95 for 95 %"),
    ("n.r == 1.5", "a ratio lies between 0 and 1", (1, 8, 3), "write 0.015 for 1.5 %"),
    ("n.r >= -1", "a ratio lies between 0 and 1", (1, 8, 2), None),
    ('e.size == "smal"', '"smal" is not a declared value', (1, 11, 6), 'did you mean "small"?'),
    ('e.size == "x"', '"x" is not a declared value', (1, 11, 3), "declared are: small, medium, large"),
    (
        "e.size == 3",
        "one of the declared values and a whole number cannot be compared",
        (1, 1, 11),
        "declared are: small, medium, large",
    ),
    ('e.size in ["small", "larg"]', '"larg" is not a declared value', (1, 21, 6), 'did you mean "large"?'),
    (
        "e.size && a.b",
        '"&&" wants true or false, and this is one of the declared values',
        (1, 1, 6),
        'write e.size == "small"',
    ),
    (
        "s.langs && a.b",
        '"&&" wants true or false, and this is a list of declared values',
        (1, 1, 7),
        'write "value" in s.langs',
    ),
    ("n.i && a.b", '"&&" wants true or false, and this is a whole number', (1, 1, 3), "compare it: n.i >= …"),
    ('"x" && a.b', '"&&" wants true or false, and this is a string', (1, 1, 3), None),
    (
        "s.langs == s.langs",
        "sets are not compared with ==",
        (1, 1, 18),
        "for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])",
    ),
    ('"de" in s.langs', '"de" is not a declared value', (1, 1, 4), "declared are: en, fr, zh"),
    (
        '"small" in e.size',
        "“in” wants a list or a set, and this is one of the declared values",
        (1, 12, 6),
        'write e.size == "small"',
    ),
    ("d.span > 72", "a duration and a whole number cannot be compared", (1, 1, 11), 'write duration("72h")'),
    ('d.day > "2026-01-01"', "a date and a string cannot be compared", (1, 1, 20), 'write date("2026-08-02")'),
    ('d.day > date("2026-02-30")', "this is not a date", (1, 14, 12), 'write date("2026-08-02")'),
    ('d.span > duration("3 days")', "this is not a duration", (1, 19, 8), 'write duration("72h") or duration("P6M")'),
    ('date("2026-01-01", "x") < d.day', "date() takes 1 arguments", (1, 1, 23), None),
    ('t.note == "x"', '"t.note" is a text, and texts are never compared', (1, 1, 6), None),
    ("a.d", 'there is no fact or definition "a.d"', (1, 1, 3), 'did you mean "a.c"?'),
    ("n.j > 3", 'there is no fact or definition "n.j"', (1, 1, 3), 'did you mean "n.x"?'),
    ("x.hig", 'there is no fact or definition "x.hig"', (1, 1, 5), 'did you mean "x.high"?'),
    ("a.b == n.i", "true or false and a whole number cannot be compared", (1, 1, 10), None),
    ("-a.b", '"-" wants numbers, and this is true or false', (1, 2, 3), None),
    ("!n.i", '"!" wants true or false, and this is a whole number', (1, 2, 3), "compare it: n.i >= …"),
    (
        "a.b ? n.i : d.day",
        "both branches of “?:” have to be of one type; these are a whole number and a date",
        (1, 1, 17),
        None,
    ),
    ('n.i in ["x"]', "a whole number and a string cannot be compared", (1, 9, 3), None),
    (
        'sets.contains(e.size, ["small"])',
        "sets.contains() wants a set fact first, and this is one of the declared values",
        (1, 15, 6),
        None,
    ),
    ('sets.contains(s.langs, ["de"])', '"de" is not a declared value', (1, 25, 4), "declared are: en, fr, zh"),
    ("sets.contains(s.langs, [e.size])", "a list of values holds only strings", (1, 25, 6), None),
    ("sets.contains(s.langs)", "sets.contains() takes 2 arguments", (1, 1, 22), None),
]

LEFT_OUT: list[Case] = [
    (
        "[,]",
        "a list stands only after “in” and inside sets.contains and sets.intersects",
        (1, 1, 3),
        "for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])",
    ),
    ('e.size > "small"', "one of the declared values has no order", (1, 1, 16), "use == or !=, or “in” with a list"),
    (
        's.langs == ["en"]',
        "a list stands only after “in” and inside sets.contains and sets.intersects",
        (1, 12, 6),
        "for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])",
    ),
    ("e.size in s.langs", "on the left of “in” a set wants a string literal", (1, 1, 6), None),
    (
        's.langs in ["en"]',
        "a set is not in a list of values",
        (1, 1, 7),
        "for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])",
    ),
    ("d.span > duration(d.span)", "duration() wants a string literal", (1, 19, 6), None),
    ("a.b > a.c", "true or false has no order", (1, 1, 9), "use == or !=, or “in” with a list"),
    ("n.i * n.i > 3", "one side of “*” has to be a literal number", (1, 1, 9), None),
    ("n.i + d.span > 3", '"+" wants numbers, and this is a duration', (1, 7, 6), None),
    ('n.i + "x" == "y"', '"+" wants numbers, and this is a string', (1, 7, 3), None),
    ("a.b ? e.size : e.size", "“?:” chooses between truth values, numbers, dates or durations", (1, 1, 21), None),
    ('a.b ? "x" : "y"', "“?:” chooses between truth values, numbers, dates or durations", (1, 1, 15), None),
    ("n.i * 9007199254740993 > 1", "this could grow beyond what is computed exactly", (1, 1, 22), None),
    ("n.x * 1e250 > 1.0", "this could grow beyond what is computed exactly", (1, 1, 11), None),
    ("n.x == 9007199254740993", "this could grow beyond what is computed exactly", (1, 8, 16), None),
    (
        "[1, 2] == [1, 2]",
        "a list stands only after “in” and inside sets.contains and sets.intersects",
        (1, 1, 6),
        "for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])",
    ),
    ("n.i in [1, n.i]", "a list holds only literals", (1, 12, 3), None),
    ('n.i in [1, "x"]', "a whole number and a string cannot be compared", (1, 12, 3), None),
    ('sets.contains(s.langs, "en")', "sets.contains() wants a list of values second", (1, 24, 4), None),
    ("1e301 > n.x", "the number is too large", (1, 1, 5), None),
]


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: case[0])
def test_a_slip_is_told_at_its_place(case: Case) -> None:
    text, *expected = case
    error = error_of(text)
    assert told(error) == tuple(expected)
    assert not error.outside_subset


@pytest.mark.parametrize("case", LEFT_OUT, ids=lambda case: case[0])
def test_valid_cel_that_is_left_out_is_refused_by_name(case: Case) -> None:
    text, *expected = case
    error = error_of(text)
    assert told(error) == tuple(expected)
    assert error.outside_subset


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a.b", Kind.BOOL),
        ("x.high && !a.b", Kind.BOOL),
        ("n.i", Kind.INT),
        ("n.i + 2 * n.i - 3", Kind.INT),
        ("-n.i", Kind.INT),
        ("n.i + n.x", Kind.NUMBER),
        ("n.r", Kind.RATIO),
        ("n.r * 100", Kind.NUMBER),
        ("-n.r", Kind.NUMBER),
        ("a.b ? n.i : 0", Kind.INT),
        ("a.b ? n.i : 0.5", Kind.NUMBER),
        ("a.b ? n.r : n.r", Kind.RATIO),
        ("a.b ? d.day : date('2026-08-02')", Kind.DATE),
        ("a.b ? d.span : duration('P6M')", Kind.DURATION),
        ("x.sum * 2", Kind.INT),
        ("x.sum > 3 ? x.high : a.b", Kind.BOOL),
        ("n.i in []", Kind.BOOL),
        ("n.i in [1, 2.5]", Kind.BOOL),
        ("d.span in [duration('1h')]", Kind.BOOL),
        ("d.day in [date('2026-08-02')]", Kind.BOOL),
        ("a.b in [true]", Kind.BOOL),
        ("'en' in s.langs", Kind.BOOL),
        ("'small' == e.size", Kind.BOOL),
        ("e.size in []", Kind.BOOL),
        ("sets.contains(s.langs, [])", Kind.BOOL),
        ("n.i == 1.0", Kind.BOOL),
        ("n.x > 1000000000000000000", Kind.BOOL),
        ("a.b == (n.i > 3)", Kind.BOOL),
    ],
)
def test_what_makes_sense_has_its_type(text: str, kind: Kind) -> None:
    assert define(text, NAMES).kind is kind


def test_a_whole_number_beside_a_number_becomes_one() -> None:
    """CEL's own checkers refuse `accuracy > 1`; authors of law write it."""
    comparison = define("n.x > 1", NAMES).tree
    assert isinstance(comparison, t.Compare)
    assert isinstance(comparison.right, t.Constant)
    assert type(comparison.right.value) is float


def test_sets_hold_each_wanted_value_once() -> None:
    tree = define("sets.contains(s.langs, ['fr', 'en', 'fr'])", NAMES).tree
    assert isinstance(tree, t.Contains)
    assert tree.values == ("fr", "en")


def test_numbers_are_bounded_so_that_every_engine_is_exact() -> None:
    assert define("n.i * 9000 > 1", NAMES).kind is Kind.BOOL
    for text in (
        "n.i * 9008 > 1",
        "n.i * 9000 + n.i * 9000 > 1",
        "x.sum * 9008 > 1",
        "-(-9223372036854775808) > 1",
        "n.x * 1e201 > 1",
    ):
        assert error_of(text).outside_subset


def test_a_definition_passes_on_its_facts_its_bound_and_its_depth() -> None:
    names = Words(NAMES.types, dict(NAMES.definitions))
    for level in range(6):
        names.definitions[f"deep.d{level}"] = define(f"deep.d{level - 1} + 1" if level else "x.sum + 1", names)
    definition = names.definitions["deep.d5"]
    assert definition.facts == {"n.i"}
    assert definition.bound == 10**12 + 7
    assert define("deep.d5 > 3 && a.b", names).depth == definition.depth + 3


def test_definitions_that_unfold_too_deeply_are_refused() -> None:
    names = Words(NAMES.types, dict(NAMES.definitions))
    names.definitions["deep.d"] = msgspec.structs.replace(NAMES.definitions["x.high"], depth=95)
    assert define("deep.d", names).depth == 96
    with pytest.raises(FormulaError, match="nested more than 96 levels"):
        define("!deep.d", names)


def test_a_formula_is_true_or_false() -> None:
    with pytest.raises(FormulaError, match="a formula has to be true or false"):
        Formula("n.i + 1", NAMES)
    assert Formula("x.sum == 3", NAMES).facts == {"n.i"}


def test_a_formula_answers_for_one_system_from_python_values() -> None:
    formula = Formula("n.i >= 3 && !a.b && 'en' in s.langs && d.span <= duration('P1M')", NAMES)
    facts = {"n.i": 4, "a.b": False, "s.langs": ["en"], "d.span": "72h"}
    assert formula.evaluate(facts) is True
    assert formula.evaluate(facts | {"a.b": None}) is None
    assert formula.evaluate({"a.b": True}) is False
    assert formula.evaluate({}) is None
    assert repr(formula).startswith("Formula(")
