"""Many systems: the verdict of every clause of the shipped library on 100,000 random systems.

    python benchmarks/bench_columnar.py [SYSTEMS]

Measured as verdicts per second, beside the loop over single systems (which also leaves traces) and beside Google's CEL
(cel-expr-python), both on a sample of the same systems. The sample's verdicts have to be equal.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl

from comity.clauses import tree as t
from comity.clauses.formula import walk
from comity.engines import columnar
from comity.judging.judgement import System, judge
from comity.judging.judgement_columnar import verdict_expression
from comity.library.loader import Library, builtin_directory, read_library

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.differential.printer import PlainCel, plain_name, plain_value
from tests.differential.strategies import Author

from benchmarks.bench_formula import google_environment

if TYPE_CHECKING:
    from datetime import date

    from comity.clauses.tree import Value
    from comity.library.model import Clause

SYSTEMS = 100_000
SAMPLE = 200
POOL = 64
KNOWN = 0.8


def main() -> None:
    """Print the figures."""
    systems = int(sys.argv[1]) if len(sys.argv) > 1 else SYSTEMS
    data, _ = read_library([builtin_directory()])
    library = Library(data)
    clauses = list(library.clauses.values())
    on = max(phase.start for clause in clauses for phase in clause.in_force)
    table = random_table(library, clauses, systems)
    print(f"{systems:,} systems × {len(clauses)} clauses over {table.width} facts, {KNOWN:.0%} known, on {on}")
    verdicts = bench_columns(table, clauses, library, on)
    counts = verdicts.unpivot(value_name="verdict").group_by("verdict").len().sort("len", descending=True)
    print(
        "          "
        + ", ".join(f"{verdict} {count / verdicts.width / systems:.1%}" for verdict, count in counts.iter_rows())
    )
    sample = sample_of(table)
    bench_loop(sample, verdicts, clauses, library, on)
    bench_google(sample, clauses, library)


def random_table(library: Library, clauses: list[Clause], systems: int) -> pl.DataFrame:
    """Random systems over all facts that any clause reads."""
    random = Random(2026)
    author = Author(random)
    columns = {}
    for fact in sorted(set().union(*(clause.facts for clause in clauses))):
        fact_type = library.vocabulary.types[fact]
        values = [author.value(fact_type) for _ in range(POOL)]
        pool = pl.Series(
            [sorted(value) if isinstance(value, frozenset) else value for value in values],
            dtype=columnar.COLUMN_TYPES[fact_type.kind],
        )
        picked = pl.Series(
            random.choices([*range(POOL), None], cum_weights=[*range(1, POOL + 1), POOL / KNOWN], k=systems),
            dtype=pl.UInt32,
        )
        columns[fact] = pool.gather(picked)
    return pl.DataFrame(columns)


def bench_columns(table: pl.DataFrame, clauses: list[Clause], library: Library, on: date) -> pl.DataFrame:
    """All verdicts as columns, definitions written out in every clause and then as columns of their own."""
    definitions = library.vocabulary.definitions
    trees = [part.tree for clause in clauses for part in (*clause.conditions, clause.require)]
    named = {node.name for tree in trees for node in walk(tree) if isinstance(node, t.Named)}

    def inlined() -> pl.LazyFrame:
        return table.lazy().select(
            verdict_expression(clause, definitions, on).alias(clause.full_id) for clause in clauses
        )

    def materialised() -> pl.LazyFrame:
        extended, columns = columnar.with_definitions(table.lazy(), named, definitions)
        return extended.select(
            verdict_expression(clause, definitions, on, columns).alias(clause.full_id) for clause in clauses
        )

    for name, query in (("definitions written out", inlined), ("definitions as columns", materialised)):
        started = time.perf_counter()
        verdicts = query().collect()
        seconds = time.perf_counter() - started
        print(
            f"columns:  {name}: {seconds:.2f} s, {verdicts.height * verdicts.width / seconds / 1e6:.1f} million verdicts/s"
        )
    return verdicts


def sample_of(table: pl.DataFrame) -> list[dict[str, Value]]:
    """The first systems as known facts."""
    return [
        {
            fact: frozenset(value) if isinstance(value, list) else value
            for fact, value in row.items()
            if value is not None
        }
        for row in table.head(SAMPLE).iter_rows(named=True)
    ]


def bench_loop(
    sample: list[dict[str, Value]], verdicts: pl.DataFrame, clauses: list[Clause], library: Library, on: date
) -> None:
    """The loop over single systems."""
    started = time.perf_counter()
    found = []
    for facts in sample:
        system = System(facts, library.vocabulary.definitions)
        found.append(tuple(judge(clause, system, on).verdict for clause in clauses))
    seconds = time.perf_counter() - started
    if found != verdicts.head(len(sample)).rows():
        raise AssertionError("the columns and the loop disagree")
    print(
        f"loop:     {len(sample)} systems: {len(sample) * len(clauses) / seconds:,.0f} verdicts/s, traces included; verdicts equal"
    )


def bench_google(sample: list[dict[str, Value]], clauses: list[Clause], library: Library) -> None:
    """Every formula of every clause with Google's CEL; the table of verdicts itself is not counted."""
    google = google_environment(library)
    if google is None:
        return
    writer = PlainCel(library.vocabulary.definitions)
    programs: dict[str, Any] = {}
    for clause in clauses:
        for part in (*clause.conditions, clause.require):
            programs.setdefault(part.text, google.compile(writer.written(part.tree)))
    work = [[programs[part.text] for part in (*clause.conditions, clause.require)] for clause in clauses]
    given = [{plain_name(fact): plain_value(value) for fact, value in facts.items()} for facts in sample]
    started = time.perf_counter()
    for facts in given:
        activation = google.Activation(facts)
        for formulas in work:
            for program in formulas:
                program.eval(activation)
    seconds = time.perf_counter() - started
    print(
        f"cel-cpp:  {len(sample)} systems: {len(sample) * len(clauses) / seconds:,.0f} verdicts/s (cel-expr-python, no traces)"
    )


if __name__ == "__main__":
    main()
