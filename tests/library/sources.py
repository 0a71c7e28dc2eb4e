"""What became of every row of the dossier of sources, as `source_rows.yaml` says, and the numbers that formulas state.

Numbers are compared in one form: a duration in hours (`72 h`), a share as a ratio, a date as it is written, anything else as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from comity.clauses import tree as t
from comity.clauses.formula import walk
from comity.library.model import Clause

FILE = Path(__file__).parent / "source_rows.yaml"
TRIFLES = frozenset({"0", "1", "0 h"})
"""Zero and one say "none", "any" or "all", not a number of a law."""


@dataclass(frozen=True)
class Row:
    """A row of the sources and what became of it."""

    id: str
    instrument: str
    clauses: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    not_encoded: tuple[str, ...] = ()
    numbers: frozenset[str] = field(default=frozenset())
    pending: bool = False


@cache
def manifest() -> Any:
    """The file as it is written; its dates and numbers are texts."""
    return yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)


@cache
def rows() -> tuple[Row, ...]:
    """Every row."""
    found = []
    for instrument, entries in manifest()["rows"].items():
        for identifier, entry in entries.items():
            lists = {key: tuple(value) for key, value in entry.items() if key not in {"pending", "numbers"}}
            numbers = frozenset(entry.get("numbers", ()))
            found.append(Row(identifier, instrument, **lists, numbers=numbers, pending="pending" in entry))
    return tuple(found)


@cache
def read_elsewhere() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """By clause or definition: further numbers, each with the place in the official text where it stands."""
    return {
        clause: tuple((number, place) for number, _, place in (item.partition(": ") for item in items))
        for clause, items in manifest()["numbers_read"].items()
    }


def stated(clause: str) -> frozenset[str]:
    """The numbers that the rows of a clause state, and those read elsewhere."""
    of_rows: frozenset[str] = frozenset().union(*(row.numbers for row in rows() if clause in row.clauses))
    return of_rows | {number for number, _ in read_elsewhere().get(clause, ())}


def numbers_of(clause: Clause) -> set[str]:
    """The numbers in what a clause requires and in its conditions; those of named definitions are interpretation and do not count."""
    formulas = (clause.require, *(part for part in (clause.when, clause.unless) if part is not None))
    return {number for formula in formulas for number in numbers_in(formula.tree)}


def numbers_in(tree: t.Expression) -> Iterator[str]:
    """The numbers of a formula, definitions not unfolded."""
    for node in walk(tree):
        match node:
            case t.Constant(value=bool() | str()):
                continue
            case t.Constant(value=int() | float() as value):
                number = written(value)
            case t.DurationConstant(value=duration):
                number = f"{written(duration.total_seconds() / 3600)} h"
            case t.DateConstant(value=day):
                number = day.isoformat()
            case _:
                continue
        if number not in TRIFLES:
            yield number


def written(value: float) -> str:
    """A number in the form of the file."""
    return f"{float(value):.10g}"
