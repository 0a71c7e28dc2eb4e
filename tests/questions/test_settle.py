"""Verdicts that no missing fact can change: settled by the solver, never against any completion.

The oracle is brute force: every completion of the missing facts by values that the formulas can tell apart, judged by `kleene`.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import pytest

from comity.clauses.critical import CriticalValues
from comity.clauses.tree import Kind, Value
from comity.dossier.reader import load_dossier
from comity.judging.judgement import System, judge
from comity.library.loader import Library, load_library
from comity.library.model import Clause
from comity.library.vocabulary import MARKETS
from comity.questions.assess import assess
from comity.questions.settle import settle

SMALL = Path(__file__).parent.parent / "data" / "small-library"
ON = date(2026, 11, 22)

CLAUSES = {
    "tautology": "system.generative || !system.generative",
    "split-by-cases": "system.generative ? true : !system.generative",
    "bounds": 'report.deadline <= duration("72h") || report.deadline > duration("48h")',
    "open": 'report.deadline <= duration("72h")',
    "contradiction": "test.sample_size > 3 && test.sample_size < 2",
    "members": '"cause" in report.contents || !sets.contains(report.contents, ["cause", "harm"])',
    "enum": 'system.risk_class in ["low", "middle", "high"]',
    "ratio": "test.refusal_rate <= 1.0",
}


def library_with(tmp_path: Path, when: str = "true") -> Library:
    head = (
        (SMALL / "standards" / "xa" / "xa-act.yaml")
        .read_text(encoding="utf-8")
        .split("clauses:")[0]
        .replace("xa-act", "xa-new")
    )
    clauses = "".join(
        f"""  - id: {name}
    cite: "1"
    topic: safety
    title: {{en: T, zh: 题}}
    text: {{en: T, zh: 文}}
    modality: must
    when: '{when}'
    require: '{text}'
    checked: {{on: 2026-11-22, against: primary}}
"""
        for name, text in CLAUSES.items()
    )
    folder = tmp_path / "library" / "standards" / "xa"
    folder.mkdir(parents=True)
    (folder / "new.yaml").write_text(head + "clauses:\n" + clauses, encoding="utf-8")
    return load_library([SMALL, tmp_path / "library"], builtin=False, cached=False)


def completions(clause: Clause, known: dict[str, Value], library: Library) -> list[dict[str, Value]]:
    trees = [formula.tree for formula in (clause.require, *clause.conditions)]
    critical = CriticalValues(trees, library.vocabulary.definitions)
    choices: list[list[tuple[str, Value]]] = []
    for fact in sorted(clause.facts - set(known)):
        fact_type = library.vocabulary.types[fact]
        values: list[Value] = critical.of(fact, fact_type)
        if fact_type.kind is Kind.SET:
            named = sorted(critical.members.get(fact, set()))
            values = [
                frozenset(value for value, held in zip(named, bits, strict=True) if held)
                for bits in product([False, True], repeat=len(named))
            ]
        choices.append([(fact, value) for value in values])
    return [known | dict(choice) for choice in product(*choices)]


@pytest.mark.parametrize("when", ["true", "system.generative", "model.compute > 1.0 && model.compute < 0.5"])
def test_settled_exactly_where_all_completions_agree(tmp_path: Path, when: str) -> None:
    library = library_with(tmp_path, when)
    (tmp_path / "comity.yaml").write_text("comity: 1\nsystem: {id: x}\nmarkets: [xa]\nfacts: {test.sample_size: 3}\n")
    plain = assess(load_dossier(tmp_path, library), library, on=ON)
    settled = settle(plain)
    for before, after in zip(plain.results, settled.results, strict=True):
        if before.clause.standard != "xa-new":
            continue
        known: dict[str, Value] = {"test.sample_size": 3, MARKETS: frozenset({"xa"})}
        verdicts = {
            judge(before.clause, System(world, library.vocabulary.definitions), ON).verdict
            for world in completions(before.clause, known, library)
        }
        if before.verdict != "unknown":
            assert after.verdict == before.verdict
            assert not after.settled
        elif verdicts <= {"met", "not_applicable"}:
            assert after.verdict == ("met" if "met" in verdicts else "not_applicable")
            assert after.settled
        elif verdicts == {"not_met"}:
            assert after.verdict == "not_met"
        else:
            assert after.verdict == "unknown"
            assert after.missing == before.missing


def test_it_settles_something(tmp_path: Path) -> None:
    library = library_with(tmp_path)
    (tmp_path / "comity.yaml").write_text("comity: 1\nsystem: {id: x}\nmarkets: [xa]\n")
    results = settle(assess(load_dossier(tmp_path, library), library, on=ON)).results
    settled = {result.clause.id: result.verdict for result in results if result.settled}
    assert settled == {
        "tautology": "met",
        "split-by-cases": "met",
        "bounds": "met",
        "contradiction": "not_met",
        "members": "met",
        "enum": "met",
        "ratio": "met",
    }
