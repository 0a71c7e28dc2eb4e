"""Every possible system: the typed tree as terms of the Z3 theorem prover.

Here facts are two-valued, because every real system has some value. Booleans are booleans, enums finite sorts, sets one boolean for each
declared value, whole numbers integers, numbers and ratios reals, dates days and durations microseconds as integers. Doubles are taken at
their exact rational value. Beside the plain translation stands the one that knows unknowns: it says when Kleene's logic calls a formula
true or false, given which facts are known (`Certainty`).
Source: L. de Moura, N. Bjørner, "Z3: an efficient SMT solver" (TACAS 2008).
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.clauses import tree as t
from comity.clauses.tree import Kind
from comity.clauses.values import INT_MAXIMUM, NUMBER_MAXIMUM
from comity.engines.kleene import COMPARISONS
from comity.errors import missing_extra

try:
    import z3
except ImportError:
    raise missing_extra("z3-solver", "solver") from None

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.formula import Names
    from comity.clauses.tree import Expression, Value

MICROSECOND = timedelta(microseconds=1)
_LONGEST = timedelta(days=365 * 1000) // MICROSECOND
_DAYS = (date(1, 1, 1).toordinal(), date(9999, 12, 31).toordinal())


class Certainty(NamedTuple):
    """When Kleene's logic calls a formula true, and when false; in between it is unknown."""

    true: z3.BoolRef
    false: z3.BoolRef


class Encoding:
    """Variables for the facts of one vocabulary in one Z3 context, and the translation of formulas over them.

    Args:
        names: the vocabulary.
        split: facts that have a variable of their own in each market; all others have one variable.
        context: the Z3 context; a new one by default, so that encodings never disturb each other.
    """

    def __init__(self, names: Names, split: Iterable[str] = (), context: z3.Context | None = None) -> None:
        self.names = names
        self.split = frozenset(split)
        self.context = context or z3.Context()
        self._variables: dict[tuple[str, str], Any] = {}
        self._known: dict[tuple[str, str], z3.BoolRef] = {}
        self._sorts: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._definitions: dict[tuple[str, str], Any] = {}
        self._certain_definitions: dict[tuple[str, str], Any] = {}
        self._ranges: dict[tuple[str, str], z3.BoolRef] = {}

    def market_of(self, fact: str, market: str) -> str:
        """The market whose variable a fact is read from: its own where it is split, else none."""
        return market if fact in self.split else ""

    def variable(self, fact: str, market: str = "") -> Any:
        """The variable of a fact; for a set, a dictionary from declared value to boolean.

        Every solver over this encoding has to assume `ranges` of the facts that it reads.
        """
        key = (fact, self.market_of(fact, market))
        found = self._variables.get(key)
        if found is None:
            found = self._variables[key] = self._new_variable(*key)
        return found

    def _new_variable(self, fact: str, market: str) -> Any:
        name = f"{fact}@{market}" if market else fact
        fact_type = self.names.types[fact]
        match fact_type.kind:
            case Kind.BOOL:
                return z3.Bool(name, self.context)
            case Kind.SET:
                return {value: z3.Bool(f"{name} has {value}", self.context) for value in fact_type.values}
            case Kind.ENUM:
                return z3.Const(name, self._sort(fact)[0])
            case Kind.NUMBER | Kind.RATIO:
                real = z3.Real(name, self.context)
                limits = (0, 1) if fact_type.kind is Kind.RATIO else (-int(NUMBER_MAXIMUM), int(NUMBER_MAXIMUM))
                self._ranges[fact, market] = z3.And(real >= limits[0], real <= limits[1])
                return real
            case Kind.INT | Kind.DATE | Kind.DURATION:
                integer = z3.Int(name, self.context)
                low, high = {
                    Kind.INT: (-INT_MAXIMUM, INT_MAXIMUM),
                    Kind.DATE: _DAYS,
                    Kind.DURATION: (-_LONGEST, _LONGEST),
                }[fact_type.kind]
                self._ranges[fact, market] = z3.And(integer >= low, integer <= high)
                return integer
        raise TypeError(f"{fact}: texts are never part of a formula")

    def ranges(self, facts: Iterable[str] | None = None) -> list[z3.BoolRef]:
        """The ranges of these facts in every market, of all facts met so far by default."""
        wanted = None if facts is None else set(facts)
        return [term for (fact, _), term in self._ranges.items() if wanted is None or fact in wanted]

    def _sort(self, fact: str) -> tuple[Any, dict[str, Any]]:
        found = self._sorts.get(fact)
        if found is None:
            values = self.names.types[fact].values
            sort, constants = z3.EnumSort(f"{fact}!", [f"{fact}={value}" for value in values], self.context)
            found = self._sorts[fact] = (sort, dict(zip(values, constants, strict=True)))
        return found

    def literal(self, value: Value) -> Any:
        """A constant term for a number, truth value, date or duration."""
        match value:
            case bool():
                return z3.BoolVal(value, self.context)
            case int():
                return z3.IntVal(value, self.context)
            case float():
                exact = Fraction(value)
                return z3.Q(exact.numerator, exact.denominator, self.context)
            case date():
                return z3.IntVal(value.toordinal(), self.context)
            case timedelta():
                return z3.IntVal(value // MICROSECOND, self.context)
            case str():
                return z3.StringVal(value, self.context)
        raise TypeError(f"no literal for {value!r}")

    def fact_is(self, fact: str, value: Value, market: str = "") -> z3.BoolRef:
        """That a fact has a value."""
        variable = self.variable(fact, market)
        if isinstance(value, frozenset):
            members = [member if name in value else z3.Not(member) for name, member in variable.items()]
            return z3.And(*members) if members else z3.BoolVal(True, self.context)
        if self.names.types[fact].kind is Kind.ENUM:
            return variable == self._sort(fact)[1][str(value)]
        return variable == self.literal(value)

    def same(self, fact: str, one: str, other: str) -> z3.BoolRef:
        """That a split fact has the same value in two markets."""
        left, right = self.variable(fact, one), self.variable(fact, other)
        if isinstance(left, dict):
            return z3.And(*[left[value] == right[value] for value in left])
        return left == right

    def value(self, model: z3.ModelRef, fact: str, market: str = "") -> Value:
        """The value of a fact in a model; what the model leaves open is completed."""
        variable = self.variable(fact, market)
        fact_type = self.names.types[fact]
        if isinstance(variable, dict):
            return frozenset(
                name for name, member in variable.items() if z3.is_true(model.eval(member, model_completion=True))
            )
        found = model.eval(variable, model_completion=True)
        match fact_type.kind:
            case Kind.BOOL:
                return bool(z3.is_true(found))
            case Kind.ENUM:
                return str(found.decl().name()).split("=", 1)[1]
            case Kind.INT:
                return int(found.as_long())
            case Kind.DATE:
                return date.fromordinal(found.as_long())
            case Kind.DURATION:
                return int(found.as_long()) * MICROSECOND
            case _:
                return float(found.as_fraction())

    def term(self, expression: Expression, market: str = "") -> Any:
        """The plain translation of a sub-formula, as seen in a market."""
        match expression:
            case t.Constant(value=value) | t.DateConstant(value=value) | t.DurationConstant(value=value):
                return self.literal(value)
            case t.Fact(id=fact):
                return self.variable(fact, market)
            case t.Named(name=name):
                key = (name, market if self.split else "")
                if key not in self._definitions:
                    self._definitions[key] = self.term(self.names.definitions[name].tree, market)
                return self._definitions[key]
            case t.Not(operand=operand):
                return z3.Not(self.term(operand, market))
            case t.And(operands=operands):
                return z3.And(*[self.term(operand, market) for operand in operands])
            case t.Or(operands=operands):
                return z3.Or(*[self.term(operand, market) for operand in operands])
            case t.Choose(condition=condition, then=then, otherwise=otherwise):
                return z3.If(self.term(condition, market), self.term(then, market), self.term(otherwise, market))
            case _:
                return self._atom(expression, market)

    def _atom(self, expression: Expression, market: str) -> Any:
        match expression:
            case t.Compare(operator=operator, left=left, right=right):
                enum = self._enum_of(left) or self._enum_of(right)
                sides = [self._side(side, enum, market) for side in (left, right)]
                return COMPARISONS[operator](*sides)
            case t.OneOf(operand=operand, options=options):
                enum = self._enum_of(operand)
                needle = self._side(operand, enum, market)
                return self._any([needle == self._side(option, enum, market) for option in options])
            case t.Contains(operand=operand, values=values):
                held = self.term(operand, market)
                return z3.And(*[held[value] for value in values], self.literal(True))
            case t.Intersects(operand=operand, values=values):
                held = self.term(operand, market)
                return self._any([held[value] for value in values])
            case t.Arithmetic(operator="+", left=left, right=right):
                return self.term(left, market) + self.term(right, market)
            case t.Arithmetic(operator="-", left=left, right=right):
                return self.term(left, market) - self.term(right, market)
            case t.Arithmetic(left=left, right=right):
                return self.term(left, market) * self.term(right, market)
            case t.Negative(operand=operand):
                return -self.term(operand, market)
        raise TypeError(f"this engine does not know {type(expression).__name__}")

    def _any(self, terms: list[Any]) -> z3.BoolRef:
        return z3.Or(*terms) if terms else z3.BoolVal(False, self.context)

    def _enum_of(self, expression: Expression) -> str | None:
        return expression.id if isinstance(expression, t.Fact) and expression.kind is Kind.ENUM else None

    def _side(self, expression: Expression, enum: str | None, market: str) -> Any:
        """One side of a comparison; a string literal beside an enum is a value of the enum's sort."""
        if enum is not None and isinstance(expression, t.Constant):
            return self._sort(enum)[1][str(expression.value)]
        return self.term(expression, market)

    def known(self, fact: str, market: str = "") -> z3.BoolRef:
        """The variable that says whether a fact is known."""
        key = (fact, self.market_of(fact, market))
        if key not in self._known:
            self._known[key] = z3.Bool(f"known {'@'.join(part for part in key if part)}", self.context)
        return self._known[key]

    def certainty(self, expression: Expression, market: str = "") -> Certainty:
        """When Kleene's logic calls a boolean sub-formula true and when false, by which facts are known."""
        match expression:
            case t.Named(name=name) if self.names.definitions[name].kind is Kind.BOOL:
                key = (name, market if self.split else "")
                if key not in self._certain_definitions:
                    self._certain_definitions[key] = self.certainty(self.names.definitions[name].tree, market)
                found: Certainty = self._certain_definitions[key]
                return found
            case t.Not(operand=operand):
                inner = self.certainty(operand, market)
                return Certainty(inner.false, inner.true)
            case t.And(operands=operands):
                inners = [self.certainty(operand, market) for operand in operands]
                return Certainty(z3.And(*[i.true for i in inners]), z3.Or(*[i.false for i in inners]))
            case t.Or(operands=operands):
                inners = [self.certainty(operand, market) for operand in operands]
                return Certainty(z3.Or(*[i.true for i in inners]), z3.And(*[i.false for i in inners]))
            case t.Choose(condition=condition, then=then, otherwise=otherwise) if self._is_boolean(then):
                asked = self.certainty(condition, market)
                yes, no = self.certainty(then, market), self.certainty(otherwise, market)
                return Certainty(
                    z3.Or(z3.And(asked.true, yes.true), z3.And(asked.false, no.true)),
                    z3.Or(z3.And(asked.true, yes.false), z3.And(asked.false, no.false)),
                )
            case _:
                holds = self.term(expression, market)
                certain = self._has_value(expression, market)
                return Certainty(z3.And(certain, holds), z3.And(certain, z3.Not(holds)))

    def _has_value(self, expression: Expression, market: str) -> z3.BoolRef:
        """When Kleene's logic knows the value of a sub-formula of any kind."""
        if self._is_boolean(expression) and isinstance(expression, t.Named | t.Not | t.And | t.Or | t.Choose):
            return z3.Or(*self.certainty(expression, market))
        match expression:
            case t.Fact(id=fact):
                return self.known(fact, market)
            case t.Named(name=name):
                return self._has_value(self.names.definitions[name].tree, market)
            case t.Choose(condition=condition, then=then, otherwise=otherwise):
                asked = self.certainty(condition, market)
                return z3.Or(
                    z3.And(asked.true, self._has_value(then, market)),
                    z3.And(asked.false, self._has_value(otherwise, market)),
                )
        return z3.And(*[self._has_value(part, market) for part in t.parts(expression)], self.literal(True))

    def _is_boolean(self, expression: Expression) -> bool:
        match expression:
            case t.Fact(kind=kind):
                return kind is Kind.BOOL
            case t.Named(name=name):
                return self.names.definitions[name].kind is Kind.BOOL
            case t.Constant(value=value):
                return isinstance(value, bool)
            case t.DateConstant() | t.DurationConstant() | t.Arithmetic() | t.Negative():
                return False
            case t.Choose(then=then):
                return self._is_boolean(then)
        return True


def formula_term(expression: Expression, names: Names, context: z3.Context | None = None) -> z3.BoolRef:
    """One formula as a Z3 term, in Z3's main context by default."""
    encoding = Encoding(names, context=context or z3.main_ctx())
    term: z3.BoolRef = encoding.term(expression)
    return term


def values_of(model: z3.ModelRef, encoding: Encoding, facts: Iterable[str], market: str = "") -> Mapping[str, Value]:
    """The values of facts in a model, by fact."""
    return {fact: encoding.value(model, fact, market) for fact in facts}
