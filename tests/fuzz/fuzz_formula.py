"""Coverage-guided fuzzing of the clause language: any bytes as a formula, and as the facts that it is asked about.

    python tests/fuzz/fuzz_formula.py -max_total_time=60        (needs `pip install atheris`; all options of libFuzzer work)

What must hold: a text is a formula or a `FormulaError` that can be shown; a formula has the same value through its trace, after it was
printed and read again, and never another known value once more facts are known.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["comity.clauses", "comity.engines.kleene"]):
    from comity.clauses.errors import FormulaError
    from comity.clauses.formula import define
    from comity.clauses.tree import Kind, Value
    from comity.engines import kleene
from tests.clauses.words import NAMES
from tests.differential.printer import bare, written
from tests.differential.strategies import DATES, DURATIONS, INTS, NUMBERS, RATIOS

POOLS: dict[Kind, tuple[Value, ...]] = {
    Kind.BOOL: (True, False),
    Kind.INT: INTS,
    Kind.NUMBER: NUMBERS,
    Kind.RATIO: RATIOS,
    Kind.DATE: DATES,
    Kind.DURATION: DURATIONS,
    Kind.ENUM: ("small", "medium", "large"),
    Kind.SET: (frozenset(), frozenset({"en"}), frozenset({"en", "fr", "zh"})),
}


def one_input(data: bytes) -> None:
    """What libFuzzer calls."""
    source = atheris.FuzzedDataProvider(data)
    facts: dict[str, Value] = {}
    for fact, fact_type in NAMES.types.items():
        if fact_type.kind in POOLS and source.ConsumeBool():
            facts[fact] = source.PickValueInList(list(POOLS[fact_type.kind]))
    known = {fact: value for fact, value in facts.items() if source.ConsumeBool()}
    text = source.ConsumeBytes(400).decode("utf-8", "surrogateescape")
    try:
        definition = define(text, NAMES)
    except FormulaError as error:
        error.describe("en").encode()
        error.describe("zh").encode()
        return
    value = kleene.trace(definition.tree, facts, NAMES.definitions).value
    less = kleene.trace(definition.tree, known, NAMES.definitions).value
    if less is not None and less != value:
        raise AssertionError((text, known, less, facts, value))
    again = define(written(definition.tree), NAMES)
    if bare(again.tree) != bare(definition.tree):
        raise AssertionError((text, written(definition.tree)))


if __name__ == "__main__":
    words = Path(__file__).with_name("formula.dict")
    atheris.Setup([*sys.argv, f"-dict={words}"], one_input)
    atheris.Fuzz()
