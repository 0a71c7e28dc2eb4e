"""One clause on many systems on one day: the verdicts as a column.

The same table of verdicts as in `judgement`, as a Polars expression; a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.clauses import tree as t
from comity.engines import columnar, kleene
from comity.errors import missing_extra
from comity.library.model import VERDICTS

try:
    import polars as pl
except ImportError:
    raise missing_extra("polars", "impact") from None

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import date

    from comity.clauses.formula import Definition
    from comity.clauses.tree import Expression, Value
    from comity.library.model import Clause, CompiledFormula, Verdict

VERDICT = pl.Enum(VERDICTS)
"""The type of a column of verdicts."""

_NOWHERE = (0, 0)


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
    starts = [phase.when for phase in clause.in_force if phase.covers(on)]
    if not starts:
        return _verdict("not_applicable")
    applies, require = _applies(clause, starts), clause.require.tree
    applying, holding = _decided(applies, definitions), _decided(require, definitions)
    if applying is False:
        return _verdict("not_applicable")
    if holding is not None and applying is not None:
        return _verdict("met" if holding else "not_met")
    binding = columnar.expression(applies, definitions, columns)
    holds = columnar.expression(require, definitions, columns)
    verdict = pl.when(~binding).then(_verdict("not_applicable")).when(holds).then(_verdict("met"))
    return verdict.when(binding & ~holds).then(_verdict("not_met")).otherwise(_verdict("unknown"))


def _applies(clause: Clause, starts: list[CompiledFormula | None]) -> Expression:
    """The condition of a clause as one formula."""
    conditions = [part.tree for part in (clause.scope, clause.actor, clause.when) if part is not None]
    if clause.unless is not None:
        conditions.append(t.Not(_NOWHERE, clause.unless.tree))
    if None not in starts:
        conditions.append(t.Or(_NOWHERE, tuple(start.tree for start in starts if start is not None)))
    return t.And(_NOWHERE, tuple(conditions))


def _decided(tree: Expression, definitions: Mapping[str, Definition]) -> Value | None:
    """The value that a formula has on every system, or None."""
    return kleene.trace(tree, {}, definitions).value


def _verdict(verdict: Verdict) -> pl.Expr:
    return pl.lit(verdict, dtype=VERDICT)
