"""Random vocabularies, formulas over every construct, and facts; from one source of chance.

An `Author` takes any `random.Random`: a seeded one for large batches, Hypothesis' own (`st.randoms`) where a failure should shrink.
Facts and literals are drawn from the same small pools of values, neighbours included, so that boundaries are hit all the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from comity.clauses.errors import FormulaError
from comity.clauses.formula import Definition, define
from comity.clauses.tree import Kind, Value
from comity.clauses.values import INT_MAXIMUM, NUMBER_MAXIMUM, FactType, write_duration
from comity.library.model import Checked, Clause, CompiledFormula, Phase, packed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

INTS = (-INT_MAXIMUM, -300, -1, 0, 1, 2, 3, 299, 300, 301, INT_MAXIMUM)
LITERAL_INTS = (*INTS, -(2**63), 2**63 - 1, 2**53)
NUMBERS = (
    -NUMBER_MAXIMUM,
    -2.5,
    -0.0,
    0.0,
    0.1,
    0.30000000000000004,
    0.5,
    1.0,
    3.0,
    300.0,
    1e25,
    1.0000000001e25,
    NUMBER_MAXIMUM,
)
RATIOS = (0.0, 5e-324, 0.1, 0.5, 0.9499999999999999, 0.95, 0.9500000000000001, 1.0)
DATES = (date(1, 1, 2), date(2024, 2, 29), date(2025, 8, 1), date(2025, 8, 2), date(2025, 8, 3), date.max)
DURATIONS = tuple(
    timedelta(microseconds=us)
    for us in (-3_600_000_000, -1, 0, 1, 3_600_000_000 * 72 - 1, 3_600_000_000 * 72, 3_600_000_000 * 730)
)
DAY = date(2026, 11, 22)
WORDS = ("de", "en", "fr", "zh", "audio", "image", "text", "x_1")
DEFINABLE = (Kind.BOOL, Kind.INT, Kind.NUMBER, Kind.DATE, Kind.DURATION)
NUMERIC = (Kind.INT, Kind.NUMBER, Kind.RATIO)


@dataclass(frozen=True)
class World:
    """A vocabulary: facts by type, and definitions over them."""

    types: Mapping[str, FactType]
    definitions: dict[str, Definition] = field(default_factory=dict)

    def named(self, *kinds: Kind) -> list[str]:
        """Facts and definitions of these kinds."""
        facts = [name for name, fact_type in self.types.items() if fact_type.kind in kinds]
        return facts + [name for name, definition in self.definitions.items() if definition.kind in kinds]


class Author:
    """Invents worlds, formulas and facts."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def world(self) -> World:
        """A vocabulary with a few facts of every kind and up to five definitions, each of which may use those before it."""
        types: dict[str, FactType] = {}
        for kind in Kind:
            if kind is not Kind.TEXT:
                for number in range(self.random.randint(1, 3)):
                    size = self.random.randint(1, 5)
                    values = tuple(self.random.sample(WORDS, size)) if kind in {Kind.ENUM, Kind.SET} else ()
                    types[f"{kind.value}.f_{number}"] = FactType(kind, values)
        world = World(types)
        for number in range(self.random.randint(0, 5)):
            kind = self.random.choice(DEFINABLE)
            world.definitions[f"def.d_{number}"] = self.definition(world, kind)
        return world

    def definition(self, world: World, kind: Kind) -> Definition:
        """A definition of a kind (a number may turn out to be another numeric kind)."""
        while True:
            try:
                return define(self.expression(world, kind, 3), world)
            except FormulaError as error:
                refused_as_too_large_or_no_ratio(error)

    def formula(self, world: World, depth: int = 4) -> str:
        """The text of a boolean formula."""
        while True:
            text = self.boolean(world, self.random.randint(0, depth))
            try:
                define(text, world)
            except FormulaError as error:
                refused_as_too_large_or_no_ratio(error)
            else:
                return text

    def facts(self, world: World, known: float | None = None) -> dict[str, Value]:
        """Canonical values of some of the facts; of each with the probability `known`."""
        share = self.random.choice((0.0, 0.3, 0.7, 0.9, 1.0)) if known is None else known
        return {fact: self.value(world.types[fact]) for fact in world.types if self.random.random() < share}

    def clause(self, world: World) -> Clause:
        """A clause with conditions of every sort, in force in one or two phases around `DAY`."""
        phases = [
            Phase(
                start=DAY + timedelta(days=self.random.choice((-400, -1, 0, 1))),
                until=self.random.choice((None, None, DAY, DAY + timedelta(days=1))),
                when=self.perhaps(world, 2),
            )
            for _ in range(self.random.randint(1, 2))
        ]
        return Clause(
            id="clause",
            standard="standard",
            jurisdiction="xx",
            cite="",
            topic="",
            title={},
            text={},
            modality="must",
            actors=(),
            scope=self.compiled(world, 2),
            actor=self.perhaps(world, 0),
            when=self.perhaps(world, 3),
            unless=self.perhaps(world, 3),
            require=self.compiled(world, 3),
            in_force=tuple(phases),
            checked=Checked(on=DAY, against="primary"),
            note=None,
            packed_examples=packed(()),
            file="",
            line=1,
        )

    def compiled(self, world: World, depth: int) -> CompiledFormula:
        definition = define(self.formula(world, depth), world)
        return CompiledFormula(text=definition.text, tree=definition.tree, facts=definition.facts)

    def perhaps(self, world: World, depth: int) -> CompiledFormula | None:
        return self.compiled(world, depth) if self.random.random() < 0.6 else None

    def value(self, fact_type: FactType) -> Value:
        """A value of a type."""
        match fact_type.kind:
            case Kind.BOOL:
                return self.random.random() < 0.5
            case Kind.ENUM:
                return self.random.choice(fact_type.values)
            case Kind.SET:
                return frozenset(self.some(fact_type.values))
            case kind:
                pools: dict[Kind, tuple[Value, ...]] = {
                    Kind.INT: INTS,
                    Kind.NUMBER: NUMBERS,
                    Kind.RATIO: RATIOS,
                    Kind.DATE: DATES,
                    Kind.DURATION: DURATIONS,
                }
                return self.random.choice(pools[kind])

    def some(self, values: tuple[str, ...]) -> list[str]:
        """Some of the values, perhaps none."""
        return self.random.sample(values, self.random.randint(0, len(values)))

    def expression(self, world: World, kind: Kind, depth: int) -> str:
        """A formula of a kind."""
        match kind:
            case Kind.BOOL:
                return self.boolean(world, depth)
            case Kind.DATE | Kind.DURATION:
                return self.moment(world, kind, depth)
            case _:
                return self.number(world, kind, depth)

    def boolean(self, world: World, depth: int) -> str:
        """A truth value: connectives above, comparisons at the leaves."""
        if depth <= 0:
            return self.leaf(world)
        below = depth - 1
        match self.random.randint(0, 9):
            case 0 | 1 | 2 | 3:
                sign = self.random.choice((" && ", " || ", "&&", "\n  || "))
                operands = [self.operand(world, below) for _ in range(self.random.randint(2, 4))]
                return sign.join(operands)
            case 4 | 5:
                return self.random.choice(("!", "!!")) + f"({self.boolean(world, below)})"
            case 6:
                parts = [self.operand(world, below) for _ in range(3)]
                return f"{parts[0]} ? {parts[1]} : {parts[2]}"
            case 7:
                return f"{self.operand(world, below)} {self.random.choice(('==', '!='))} {self.operand(world, below)}"
            case _:
                return self.leaf(world, below)

    def operand(self, world: World, depth: int) -> str:
        text = self.boolean(world, depth)
        bare = text in world.types or text in world.definitions
        return text if bare else f"({text})"

    def leaf(self, world: World, depth: int = 0) -> str:
        """A truth value that looks at one or two facts."""
        form = self.random.randint(0, 11)
        if form <= 2:
            return self.random.choice(
                [*world.named(Kind.BOOL), "true", "false", self.random.choice(world.named(Kind.BOOL))]
            )
        if form <= 4:
            return self.comparison(world, depth)
        if form == 5:
            return self.one_of_numbers(world, depth)
        if form <= 7:
            return self.about_enum(world)
        if form <= 9:
            return self.about_set(world)
        kind = Kind.DATE if form == 10 else Kind.DURATION
        left, right = self.moment(world, kind, depth), self.moment(world, kind, depth)
        if self.random.random() < 0.2:
            return f"({left}) in [{', '.join(self.literal_moment(kind) for _ in range(self.random.randint(0, 3)))}]"
        return f"({left}) {self.relation()} ({right})"

    def relation(self) -> str:
        return self.random.choice(("==", "!=", "<", "<=", ">", ">="))

    def about_enum(self, world: World) -> str:
        fact = self.random.choice(world.named(Kind.ENUM))
        values = world.types[fact].values
        match self.random.randint(0, 2):
            case 0:
                return f'{fact} {self.random.choice(("==", "!="))} "{self.random.choice(values)}"'
            case 1:
                return f"'{self.random.choice(values)}' == {fact}"
            case _:
                return f"{fact} in {self.listed(values)}"

    def about_set(self, world: World) -> str:
        fact = self.random.choice(world.named(Kind.SET))
        values = world.types[fact].values
        match self.random.randint(0, 2):
            case 0:
                return f'"{self.random.choice(values)}" in {fact}'
            case 1:
                return f"sets.contains({fact}, {self.listed(values)})"
            case _:
                return f"sets.intersects({fact}, {self.listed(values)})"

    def listed(self, values: tuple[str, ...]) -> str:
        return "[" + ", ".join(f'"{value}"' for value in self.some(values)) + "]"

    def comparison(self, world: World, depth: int) -> str:
        """Two numbers compared; a bare ratio only with a ratio or with a literal between 0 and 1."""
        kind = self.random.choice(NUMERIC)
        other = self.random.choice((kind, Kind.NUMBER))
        left, right = self.number(world, kind, depth), self.number(world, other, depth)
        if self.random.random() < 0.5:
            left, right = right, left
        ratios = world.named(Kind.RATIO)
        if left in ratios or right in ratios:
            left, right = self.random.choice(ratios), repr(self.random.choice(RATIOS))
        return f"({left}) {self.relation()} ({right})"

    def one_of_numbers(self, world: World, depth: int) -> str:
        kind = self.random.choice((Kind.INT, Kind.NUMBER))
        needle = self.number(world, kind, depth)
        if needle in world.named(Kind.RATIO):
            needle = f"{needle} + 0.0"
        options = [self.literal_number(kind) for _ in range(self.random.randint(0, 3))]
        return f"({needle}) in [{', '.join(options)}]"

    def number(self, world: World, kind: Kind, depth: int) -> str:
        """A number; `kind` says of which facts it may be made (an INT stays whole)."""
        kinds = (Kind.INT,) if kind is Kind.INT else (kind,) if kind is Kind.RATIO else NUMERIC
        names = world.named(*kinds)
        if depth <= 0 or self.random.random() < 0.4:
            return self.literal_number(kind) if self.random.random() < 0.3 else self.random.choice(names)
        below = depth - 1
        if kind is Kind.RATIO:
            kind = Kind.NUMBER
        match self.random.randint(0, 4):
            case 0 | 1:
                sign = self.random.choice("+-")
                return f"({self.number(world, kind, below)}) {sign} ({self.number(world, kind, below)})"
            case 2:
                factor = self.literal_number(kind)
                parts = [f"({self.number(world, kind, below)})", factor]
                self.random.shuffle(parts)
                return " * ".join(parts)
            case 3:
                return f"-({self.number(world, kind, below)})"
            case _:
                condition = self.operand(world, below)
                return f"{condition} ? ({self.number(world, kind, below)}) : ({self.number(world, kind, below)})"

    def literal_number(self, kind: Kind) -> str:
        if kind is Kind.INT:
            number = self.random.choice(LITERAL_INTS if self.random.random() < 0.1 else INTS)
            return hex(number) if self.random.random() < 0.2 else str(number)
        if kind is Kind.RATIO:
            return repr(self.random.choice(RATIOS))
        return repr(self.random.choice(NUMBERS)) if self.random.random() < 0.7 else str(self.random.choice(INTS))

    def moment(self, world: World, kind: Kind, depth: int) -> str:
        """A date or a duration."""
        if depth > 0 and self.random.random() < 0.2:
            condition = self.operand(world, depth - 1)
            return f"{condition} ? ({self.moment(world, kind, depth - 1)}) : ({self.moment(world, kind, depth - 1)})"
        return self.literal_moment(kind) if self.random.random() < 0.4 else self.random.choice(world.named(kind))

    def literal_moment(self, kind: Kind) -> str:
        if kind is Kind.DATE:
            return f'date("{self.random.choice(DATES).isoformat()}")'
        return f'duration("{write_duration(self.random.choice(DURATIONS))}")'


def refused_as_too_large_or_no_ratio(error: FormulaError) -> None:
    """An author may stray beyond exact numbers, or compare a chosen ratio with 300; any other refusal is a mistake of ours."""
    if not error.outside_subset and error.message.template != "a ratio lies between 0 and 1":
        raise AssertionError(error.text) from error


authors: st.SearchStrategy[Author] = st.randoms(use_true_random=False).map(Author)
"""Authors whose choices Hypothesis makes, and shrinks."""
