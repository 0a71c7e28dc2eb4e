"""The CEL specification's own tests, on the subset that Comity reads.

The oracle is the specification: its simple tests with their values, and the trees that cel-go made of every expression (see
`scripts/extract_cel_tests.py` and `tests/data/cel-spec/NOTICE`). Every case falls into exactly one row of `EXPECTED`, by what cel-go
says of it and never by what our parser does; a row says what we owe.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from comity.clauses import syntax as s
from comity.clauses.errors import FormulaError
from comity.clauses.formula import Names, define
from comity.clauses.parser import parse
from comity.clauses.tree import Kind
from comity.clauses.values import FactType, parse_duration
from comity.engines import kleene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data/cel-spec/cases.json").read_text())

EXPECTED = {
    "value: the specification's value": 238,
    "type: no value given, but a type": 29,
    "tree: names that no fact can have; the tree is cel-go's": 123,
    "ill-typed: refused": 22,
    "left out, by construct": 2094,
    "left out, by type": 89,
    "left out, inexact numbers": 10,
    "duration of more than a thousand years: refused": 6,
    "not CEL: refused as a slip": 53,
    "deeper than cel-go's limit": 9,
}

KINDS = {"bool": Kind.BOOL, "int": Kind.INT, "double": Kind.NUMBER, "string": Kind.TEXT, "duration": Kind.DURATION}
VARIABLES = {"BOOL": Kind.BOOL, "INT64": Kind.INT, "DOUBLE": Kind.NUMBER, "STRING": Kind.ENUM}
ORDERED = {"int", "double", "duration"}
COMPARISONS = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"}


def row_of(case: dict[str, Any]) -> str:
    """Which row a case belongs to, from the specification's side alone."""
    match case["class"]:
        case "invalid":
            return "not CEL: refused as a slip"
        case "outside":
            return "left out, by construct"
        case "limit":
            return "deeper than cel-go's limit"
    if not all(declarable(case, node[2]) for node in names(case["tree"])):
        return "tree: names that no fact can have; the tree is cel-go's"
    if "untyped" in case:
        return "ill-typed: refused"
    if any(node[0] == "duration" and node[2][0] == "constant" and millennium(node[2]) for node in nodes(case["tree"])):
        return "duration of more than a thousand years: refused"
    if not within_types(case["tree"]):
        return "left out, by type"
    if not exact(case["tree"]):
        return "left out, inexact numbers"
    return "value: the specification's value" if "value" in case else "type: no value given, but a type"


def nodes(tree: list[Any]) -> Iterator[list[Any]]:
    yield tree
    if tree[0] not in {"name", "constant"}:
        for part in tree[2:]:
            yield from nodes(part)


def names(tree: list[Any]) -> Iterator[list[Any]]:
    return (node for node in nodes(tree) if node[0] == "name")


def declarable(case: dict[str, Any], name: str) -> bool:
    variables = case.get("variables", {})
    elsewhere = f"{case.get('container', '')}.{name}" in variables
    return variables.get(name) in VARIABLES and not elsewhere and name not in {"true", "false"}


def millennium(argument: list[Any]) -> bool:
    seconds = re.fullmatch(r"-?(\d+)(?:\.\d+)?s", argument[2])
    return seconds is not None and int(seconds[1]) > 1000 * 365 * 86_400


def constant(tree: list[Any]) -> bool:
    return not any(names(tree)) and all(node[0] != "_?_:_" for node in nodes(tree))


def within_types(tree: list[Any]) -> bool:
    """Whether the clause language has the operators of this tree for the types that cel-go found."""
    form: str = tree[0]
    kind: str = tree[1]
    if form in {"name", "constant"}:
        return True
    parts = tree[2:]
    types: list[str] = [part[1] for part in parts]
    if form == "@in":
        options = parts[1]
        alike = len({option[1] for option in options[2:]}) <= 1
        return (
            options[0] == "list" and alike and all(constant(option) and within_types(option) for option in options[2:])
        )
    if not all(within_types(part) for part in parts):
        return False
    if form == "list":
        return False
    if form in {"_+_", "_-_", "_*_", "-_"}:
        literal = form != "_*_" or any(constant(part) for part in parts)
        return kind in {"int", "double"} and literal
    if form in {"_==_", "_!=_"}:
        return set(types) <= set(KINDS) and (types[0] != "string" or any(constant(part) for part in parts))
    if form in COMPARISONS:
        return set(types) <= ORDERED
    if form == "_?_:_":
        return kind != "string"
    return form != "duration" or bool(parts[0][0] == "constant")


def exact(tree: list[Any]) -> bool:
    """Whether every number of the tree stays within what a double holds exactly, or a 64-bit integer where it is only written down."""
    try:
        bound(tree)
    except OverflowError:
        return False
    return True


def bound(tree: list[Any]) -> float:
    form, kind = tree[0], tree[1]
    if form == "constant":
        number = abs(float(tree[2])) if kind == "double" else abs(int(tree[2])) if kind == "int" else 0
        return limited(number, 1e300 if kind == "double" else 2**63)
    if form == "name":
        return 10**12 if kind == "int" else 1e100 if kind == "double" else 0
    below = [bound(part) for part in tree[2:]]
    if form in {"_+_", "_-_"}:
        return limited(sum(below), 1e300 if kind == "double" else 2**53)
    if form == "_*_":
        return limited(math.prod(below), 1e300 if kind == "double" else 2**53)
    if form == "-_":
        return limited(below[0], 1e300 if kind == "double" else 2**53)
    return max(below, default=0)


def limited(number: float, limit: float) -> float:
    if number > limit:
        raise OverflowError
    return number


def vocabulary(case: dict[str, Any]) -> Names:
    """The variables of a case as facts; strings become enums of every string that the case mentions."""
    tree = case.get("tree", ["list", None])
    strings = [node[2] for node in nodes(tree) if node[0] == "constant" and node[1] == "string"]
    strings += [value[1] for value in case.get("bindings", {}).values() if value[0] == "string"]
    types = {}
    for name, variable in case.get("variables", {}).items():
        if variable in VARIABLES:
            kind = VARIABLES[variable]
            types[name] = FactType(kind, tuple(dict.fromkeys(strings)) if kind is Kind.ENUM else ())
    return cast("Names", SimpleNamespace(types=types, definitions={}))


def shape(node: s.Syntax, text: str) -> list[Any]:
    """Our syntax tree in the form of cel-go's, as `reference` normalises that."""
    match node:
        case s.Literal(value=value):
            return ["constant", value]
        case s.Name(name=name):
            return ["name", name]
        case s.Operation(operator=operator, operands=operands):
            form = "@in" if operator == "in" else f"_{operator}_"
            return joined(form, [shape(operand, text) for operand in operands])
        case s.Prefix(operator=operator, operand=operand):
            written = text[node.span[0] + 1 : operand.span[0]]
            if "(" not in written and text[operand.span[0]] == operator:  # cel-go drops pairs of signs
                if isinstance(operand, s.Prefix):
                    return shape(operand.operand, text)
                if isinstance(operand, s.Literal):
                    return ["constant", -operand.value]  # type: ignore[operator]
            return [f"{operator}_", shape(operand, text)]
        case s.Choice(condition=condition, then=then, otherwise=otherwise):
            return ["_?_:_", *(shape(part, text) for part in (condition, then, otherwise))]
        case s.Call(function=function, arguments=arguments):
            return [function, *(shape(argument, text) for argument in arguments)]
        case s.ListLiteral(items=items):
            return ["list", *(shape(item, text) for item in items)]


def reference(tree: list[Any]) -> list[Any]:
    """cel-go's tree without types; chains of && and || are flat, since grouping means nothing there."""
    form, kind = tree[0], tree[1]
    if form == "name":
        return ["name", tree[2]]
    if form == "constant":
        readers: dict[str, Callable[[str], object]] = {"int": int, "double": float, "bool": "true".__eq__}
        return ["constant", readers.get(kind, str)(tree[2])]
    return joined(form, [reference(part) for part in tree[2:]])


def joined(form: str, parts: list[list[Any]]) -> list[Any]:
    if form in {"_&&_", "_||_"}:
        parts = [inner for part in parts for inner in (part[1:] if part[0] == form else [part])]
    return [form, *parts]


def with_types(tree: list[Any]) -> list[Any]:
    """The tree with the types of its constants kept (equal numbers of two types are told apart)."""
    return [*map(with_types_or_self, tree)] if tree[0] != "constant" else [*tree, type(tree[1]).__name__]


def with_types_or_self(part: Any) -> Any:
    return with_types(part) if isinstance(part, list) else part


def known_value(case: dict[str, Any]) -> object:
    definition = define(case["expr"], vocabulary(case))
    facts = {name: value[1] for name, value in case.get("bindings", {}).items() if len(value) > 1}
    return kleene.trace(definition.tree, facts, {}).value


def refusal(case: dict[str, Any]) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        define(case["expr"], vocabulary(case))
    return caught.value


ROWS = [(row_of(case), case) for case in CASES]


def cases_in(row: str) -> list[Any]:
    found = [case for case_row, case in ROWS if case_row.split(":")[0] == row]
    return [pytest.param(case, id=f"{case['suite']}/{case.get('name', index)}") for index, case in enumerate(found)]


def test_every_case_falls_into_a_row() -> None:
    counted = Counter(row for row, _ in ROWS)
    table = "\n".join(f"{counted[row]:6}  {row}" for row in EXPECTED)
    print(f"\nCEL specification tests, {len(CASES)} cases\n{table}")
    assert dict(counted) == EXPECTED
    assert sum(counted.values()) == len(CASES) == 2673


def test_every_tree_of_the_subset_is_the_one_of_cel_go() -> None:
    checked = 0
    for case in CASES:
        if case["class"] == "subset":
            ours = with_types(shape(parse(case["expr"]), case["expr"]))
            assert ours == with_types(reference(case["tree"])), case["expr"]
            checked += 1
    assert checked == 517


@pytest.mark.parametrize("case", cases_in("value"))
def test_the_value_is_the_one_of_the_specification(case: dict[str, Any]) -> None:
    kind, value = case["value"]
    found = known_value(case)
    if kind == "duration":
        assert found == parse_duration(value)
    else:
        assert (type(found), found) == (float if kind == "double" else type(value), value)


@pytest.mark.parametrize("case", cases_in("type"))
def test_the_type_is_the_one_of_cel_go(case: dict[str, Any]) -> None:
    assert define(case["expr"], vocabulary(case)).kind is KINDS[case["tree"][1]]


@pytest.mark.parametrize("case", cases_in("ill-typed"))
def test_what_cel_go_cannot_type_is_refused_unless_it_mixes_numbers(case: dict[str, Any]) -> None:
    """We type what the checker of cel-go does not: an int beside a double. Where CEL evaluates that, the value is CEL's."""
    types = {node[1] for node in nodes(case["tree"]) if node[0] == "constant"}
    has_list = any(node[0] == "list" for node in nodes(case["tree"]))
    if types == {"int", "double"} and not has_list:
        assert known_value(case) == case["value"][1] if "value" in case else known_value(case) is not None
    else:
        assert refusal(case).outside_subset is has_list


@pytest.mark.parametrize("case", cases_in("duration of more than a thousand years"))
def test_a_duration_beyond_a_thousand_years_is_refused(case: dict[str, Any]) -> None:
    refusal(case)


def test_what_is_left_out_is_refused_by_name_and_not_as_a_slip() -> None:
    for row, case in ROWS:
        if row.startswith("left out"):
            assert refusal(case).outside_subset, case["expr"]


def test_what_is_not_cel_is_refused_as_a_slip() -> None:
    for row, case in ROWS:
        if row.startswith("not CEL"):
            assert not refusal(case).outside_subset, case["expr"]


@pytest.mark.parametrize("case", cases_in("deeper than cel-go's limit"))
def test_what_is_too_deep_for_cel_go_is_read_or_refused(case: dict[str, Any]) -> None:
    if "value" in case:
        assert known_value(case) == case["value"][1]
    else:
        try:
            parse(case["expr"])
        except FormulaError as error:
            assert "deep" in error.describe() or error.outside_subset or "closed" in error.describe()
