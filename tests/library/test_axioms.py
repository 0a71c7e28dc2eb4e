"""Axioms: what holds of every possible system. They are consistent, say what the definitions of the facts say, and are kept to."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.clauses.tree import Kind
from comity.dossier.reader import load_dossier
from comity.errors import ComityError, ErrorList
from comity.library.axioms import Axioms, contradicted, contradiction
from comity.library.loader import Library, load_library
from comity.questions.check import inspect
from tests.questions.imagined import fact, library

SIGNED = {"robot.margin.collision", "annotation.agreement", "inclusion.token_premium_max"}
"""Numbers that may be negative, or that have a bound of their own."""


@pytest.fixture(scope="module")
def shipped() -> Library:
    return load_library()


def test_they_can_all_hold_together(shipped: Library) -> None:
    z3 = pytest.importorskip("z3")
    from comity.engines.smt import Encoding

    encoding = Encoding(shipped.vocabulary)
    solver = z3.Solver(ctx=encoding.context)
    solver.add(*(encoding.term(axiom.formula.tree) for axiom in shipped.data.axioms), *encoding.ranges())
    assert solver.check() == z3.sat


def test_no_count_amount_or_time_is_left_to_be_negative(shipped: Library) -> None:
    covered = {
        next(iter(axiom.formula.facts))
        for axiom in shipped.data.axioms
        if axiom.id.split("/")[0] in {"counts_not_negative", "amounts_not_negative", "times_not_negative"}
    }
    kinds = {Kind.INT, Kind.NUMBER, Kind.DURATION}
    wanted = {fact.id for fact in shipped.data.facts if fact.type.kind in kinds} - SIGNED
    assert covered == wanted, "put a new count, amount or time into library/data/axioms.yaml"


def test_every_reason_is_there_in_both_languages(shipped: Library) -> None:
    for axiom in shipped.data.axioms:
        assert axiom.text.keys() >= {"en", "zh"}, axiom.id


def test_a_conjunction_is_several_axioms(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "own.yaml").write_text("- {id: a.b, type: int}\n- {id: a.c, type: bool}\n", encoding="utf-8")
    text = '- {id: both, formula: "a.b >= 0 && (a.c || a.b < 3)", text: {en: "Both.", zh: "两者。"}}\n'
    (tmp_path / "axioms.yaml").write_text(text, encoding="utf-8")
    found = load_library([tmp_path], builtin=False, cached=False).data.axioms
    assert [(axiom.id, axiom.formula.text, sorted(axiom.formula.facts)) for axiom in found] == [
        ("both/1", "a.b >= 0", ["a.b"]),
        ("both/2", "a.c || a.b < 3", ["a.b", "a.c"]),
    ]


FACTS = (fact("a.flag"), fact("a.count", "int"), fact("a.parts", "set", ("x", "y")), fact("b.alone"))


def test_what_hangs_together_is_found_through_any_number_of_axioms() -> None:
    rules = library(
        FACTS, [{"id": "xa/1", "require": "a.flag"}], ["a.flag || a.count >= 1", 'a.count < 2 || "x" in a.parts']
    )
    found, reached = Axioms(rules.data.axioms).related(["a.flag"])
    assert [axiom.id for axiom in found] == ["axiom-0", "axiom-1"]
    assert reached == {"a.flag", "a.count", "a.parts"}
    assert Axioms(rules.data.axioms).related(["b.alone"]) == ([], frozenset({"b.alone"}))


def test_only_known_facts_contradict() -> None:
    rules = library(FACTS, [{"id": "xa/1", "require": "a.flag"}], ["a.flag || a.count >= 1"])
    definitions = rules.vocabulary.definitions
    assert contradicted(rules.data.axioms, {"a.flag": False}, definitions) == []
    (axiom,) = contradicted(rules.data.axioms, {"a.flag": False, "a.count": 0}, definitions)
    said = contradiction(axiom, {"a.flag": False, "a.count": 0}).in_language("en")
    assert said == "no system can be so: a.count = 0, a.flag = false. a.flag || a.count >= 1"


def test_no_example_of_the_library_breaks_one(shipped: Library) -> None:
    assert not [problem for problem in inspect(shipped).problems if "no system can be so" in problem.message.template]


def dossier(directory: Path, *facts: str) -> Path:
    text = "comity: 1\nsystem: {id: helper}\nmarkets: [eu, cn]\nfacts:\n" + "".join(f"  {line}\n" for line in facts)
    (directory / "comity.yaml").write_text(text, encoding="utf-8")
    return directory


def test_a_dossier_that_breaks_one_is_refused_with_the_facts_and_the_reason(shipped: Library, tmp_path: Path) -> None:
    path = dossier(tmp_path, "system.generative: true", "system.output_modalities: [prediction]")
    with pytest.raises(ComityError) as error:
        load_dossier(path, shipped)
    assert error.value.exit_code == 2
    said = error.value.describe("en")
    assert f"{path / 'comity.yaml'}:5:3: no system can be so: system.generative = true" in said
    assert "system.output_modalities = [prediction]" in said
    assert f"see also {path / 'comity.yaml'}:6:3" in said
    assert "生成内容的系统输出文本" in error.value.describe("zh")


def test_a_value_for_one_market_is_told_with_the_market(shipped: Library, tmp_path: Path) -> None:
    path = dossier(tmp_path, "label.machine_readable.layers: {value: 1, per_market: {cn: -1}}")
    with pytest.raises(ComityError, match="in the market cn"):
        load_dossier(path, shipped)


def test_every_contradiction_is_told_once(shipped: Library, tmp_path: Path) -> None:
    path = dossier(tmp_path, "dialogue.bank.size: -1", "retention.logs: -1h")
    with pytest.raises(ErrorList) as error:
        load_dossier(path, shipped)
    assert len(error.value.errors) == 2


def test_what_is_not_known_contradicts_nothing(shipped: Library, tmp_path: Path) -> None:
    path = dossier(tmp_path, "system.generative: true", "system.output_modalities:")
    assert load_dossier(path, shipped).facts_in("eu") == {"system.generative": True}
