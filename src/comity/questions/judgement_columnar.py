"""One clause on many systems on one day: the verdicts as a column.

The same table of verdicts as in `judgement`, as a Polars expression; a test holds the two together.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import polars as pl

from comity.engines import columnar
from comity.library.model import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import date

    from comity.clauses.formula import Definition
    from comity.library.model import Clause, CompiledFormula

VERDICT = pl.Enum(VERDICTS)
"""The type of a column of verdicts."""


def verdict_expression(
    clause: Clause, definitions: Mapping[str, Definition], on: date, columns: Container[str] = ()
) -> pl.Expr:
    """The verdict of a clause on each system of a table, on a day.

    Args:
        clause: the clause to judge.
        definitions: the definitions of the library.
        on: the day.
        columns: definitions that the table holds as columns already (see `columnar.with_definitions`).
    """
    if not any(phase.covers(on) for phase in clause.in_force):
        return _verdict("not_applicable")

    def formula(compiled: CompiledFormula) -> pl.Expr:
        return columnar.expression(compiled.tree, definitions, columns)

    conditions = [formula(part) for part in (clause.scope, clause.actor, clause.when) if part is not None]
    if clause.unless is not None:
        conditions.append(~formula(clause.unless))
    starts = [phase.when for phase in clause.in_force if phase.covers(on)]
    if None not in starts:
        conditions.append(reduce(or_, [formula(start) for start in starts if start is not None]))
    applies, require = reduce(and_, conditions), formula(clause.require)
    verdict = pl.when(~applies).then(_verdict("not_applicable")).when(require).then(_verdict("met"))
    return verdict.when(applies & ~require).then(_verdict("not_met")).otherwise(_verdict("unknown"))


def _verdict(verdict: str) -> pl.Expr:
    return pl.lit(verdict, dtype=VERDICT)
