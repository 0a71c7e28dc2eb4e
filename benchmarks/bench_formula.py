"""How fast formulas are read and judged, beside Google's CEL (cel-cpp through cel-expr-python) on the same formulas and facts.

    python benchmarks/bench_formula.py

Reading: every formula of the shipped library, definitions included. Judging: every clause on the facts of each of its examples, with the
full trace; once with everything about the system new for each clause, once as an assessment does it, all clauses on one system.
Google's CEL evaluates without a trace, and definitions are written out in its formulas.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.clauses.formula import define
from comity.clauses.tree import Kind
from comity.clauses.values import canonical
from comity.judging.judgement import System, judge
from comity.library.loader import Library, builtin_directory, read_library
from comity.library.vocabulary import MARKETS

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.differential.printer import PlainCel, plain_name, plain_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from comity.clauses.tree import Value
    from comity.library.model import Clause

ROUNDS = 7


class Task(NamedTuple):
    """A clause, the facts of one of its examples, and the day."""

    clause: Clause
    facts: dict[str, Value]
    on: date


def main() -> None:
    """Print the figures."""
    data, errors = read_library([builtin_directory()])
    library = Library(data)
    print(f"library: {len(library.clauses)} clauses, {len(data.definitions)} definitions, {len(errors)} errors")
    bench_reading(library)
    bench_judging(library)


def bench_reading(library: Library) -> None:
    """Parse and type-check every formula of the library."""
    names = library.vocabulary
    texts = [entry.definition.text for entry in library.data.definitions]
    for clause in library.clauses.values():
        texts += [part.text for part in (*clause.conditions, clause.require)]
    distinct = sorted(set(texts))
    ours = best(lambda: [define(text, names) for text in texts]) / len(texts)
    print(
        f"read:  all {len(texts)} formulas as they stand in the files: {ours * 1e6:.1f} µs each, {1 / ours:,.0f} formulas/s"
    )
    ours = best(lambda: [define(text, names) for text in distinct]) / len(distinct)
    print(f"read:  {len(distinct)} distinct formulas: {ours * 1e6:.1f} µs each, {1 / ours:,.0f} formulas/s")
    google = google_environment(library)
    if google is not None:
        writer = PlainCel(names.definitions)
        plain = [writer.written(define(text, names).tree) for text in distinct]
        theirs = best(lambda: [google.compile(text) for text in plain], rounds=3) / len(plain)
        print(
            f"       cel-expr-python, the same, definitions written out: {theirs * 1e6:.1f} µs each, {1 / theirs:,.0f} formulas/s"
        )
        short = [text for text in distinct if not any(name in text for name in names.definitions)]
        ours = best(lambda: [define(text, names) for text in short]) / len(short)
        plain = [writer.written(define(text, names).tree) for text in short]
        theirs = best(lambda: [google.compile(text) for text in plain], rounds=3) / len(plain)
        print(
            f"       {len(short)} of them that use no definition: ours {ours * 1e6:.1f} µs, cel-expr-python {theirs * 1e6:.1f} µs"
        )


def bench_judging(library: Library) -> None:
    """Judge every clause on its examples."""
    definitions = library.vocabulary.definitions
    tasks = [task for clause in library.clauses.values() for task in tasks_of(clause, library)]

    def judge_each() -> None:
        for clause, facts, on in tasks:
            judge(clause, System(facts, definitions), on)

    fresh = best(judge_each) / len(tasks)
    print(f"judge: {len(tasks)} examples, each clause on a new system, traced: {fresh * 1e6:.1f} µs per clause")
    merged: dict[str, Value] = {}
    for task in tasks:
        merged |= task.facts
    day = max(task.on for task in tasks)
    clauses = list(library.clauses.values())

    def assess() -> None:
        system = System(merged, definitions)
        for clause in clauses:
            judge(clause, system, day)

    whole = best(assess)
    print(
        f"       all {len(clauses)} clauses on one new system, traced: {whole / len(clauses) * 1e6:.1f} µs per clause, {whole * 1e3:.1f} ms"
    )
    google = google_environment(library)
    if google is not None:
        bench_google(google, tasks, library)


def bench_google(google: Any, tasks: list[Task], library: Library) -> None:
    """The same formulas on the same facts with cel-expr-python: first the facts as a dictionary, then as a ready activation."""
    writer = PlainCel(library.vocabulary.definitions)
    programs: dict[str, list[Any]] = {}
    work = []
    for clause, facts, _ in tasks:
        if clause.full_id not in programs:
            trees = [part.tree for part in (*clause.conditions, clause.require)]
            programs[clause.full_id] = [google.compile(writer.written(tree)) for tree in trees]
        work.append((programs[clause.full_id], {plain_name(fact): plain_value(value) for fact, value in facts.items()}))
    evaluations = sum(len(each) for each, _ in work)
    ready = [(each, google.Activation(facts)) for each, facts in work]

    def from_dictionaries() -> None:
        for each, facts in work:
            for program in each:
                program.eval(data=facts)

    def from_activations() -> None:
        for each, activation in ready:
            for program in each:
                program.eval(activation)

    slow, fast = best(from_dictionaries, rounds=3) / len(work), best(from_activations, rounds=3) / len(work)
    print(
        f"       cel-expr-python, the same {evaluations} formulas, no trace: {slow * 1e6:.1f} µs per clause from a dictionary,"
    )
    print(f"       {fast * 1e6:.1f} µs per clause from a ready activation")


def tasks_of(clause: Clause, library: Library) -> list[Task]:
    """A clause with each of its examples, as `comity library check` runs them."""
    found = []
    types = library.vocabulary.types
    for example in clause.examples:
        facts = {fact: canonical(value, types[fact]) for fact, value in example.facts.items()}
        facts.setdefault(MARKETS, frozenset(library.with_wholes([clause.jurisdiction])))
        found.append(Task(clause, facts, example.on or max(phase.start for phase in clause.in_force)))
    return found


def google_environment(library: Library) -> Any:
    """Google's CEL over the facts of the library, or None where it is not installed."""
    try:
        from cel_expr_python import cel
    except ImportError:
        print("       cel-expr-python is not installed")
        return None
    kinds = {
        Kind.BOOL: cel.Type.BOOL,
        Kind.INT: cel.Type.INT,
        Kind.NUMBER: cel.Type.DOUBLE,
        Kind.RATIO: cel.Type.DOUBLE,
        Kind.ENUM: cel.Type.STRING,
        Kind.SET: cel.Type.List(cel.Type.STRING),
        Kind.DATE: cel.Type.TIMESTAMP,
        Kind.DURATION: cel.Type.DURATION,
        Kind.TEXT: cel.Type.STRING,
    }
    return cel.NewEnv(
        variables={plain_name(fact): kinds[entry.kind] for fact, entry in library.vocabulary.types.items()}
    )


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of the fastest of several rounds."""
    found = float("inf")
    for _ in range(rounds):
        gc.collect()
        started = time.perf_counter()
        work()
        found = min(found, time.perf_counter() - started)
    return found


if __name__ == "__main__":
    main()
