"""What answers claim is confirmed by another solver, cvc5, and what they would claim if they were wrong is not."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("z3")
pytest.importorskip("cvc5")

from comity.questions.compare_claims import compare_claims
from comity.questions.crosswalk import compare
from comity.questions.reconcile import reconcile_scenario
from comity.questions.reconcile_claims import collision_claims, reconcile_claims
from comity.solving.claims import Claim, proof_archive
from comity.solving.for_any import reconcile_any
from comity.solving.relations import EVERYTHING, RELATIONS
from comity.solving.scenario import build_scenario
from tests.questions import imagined
from tests.questions.planted import PLANTED, library_of, scenario_of

ROOT = Path(__file__).parent.parent.parent
BY_NAME = {case["id"]: case for case in PLANTED}


def script() -> ModuleType:
    """`scripts/recheck.py`."""
    spec = importlib.util.spec_from_file_location("recheck", ROOT / "scripts" / "recheck.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RECHECK = script()


def unconfirmed(claims: Iterable[Claim]) -> list[str]:
    return [claim.name for claim in claims if RECHECK.answer(claim.script) != claim.status]


@pytest.fixture(params=PLANTED, ids=lambda case: case["id"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_relations_are_confirmed(case: dict[str, Any]) -> None:
    answer = compare(EVERYTHING, EVERYTHING, library_of(case))
    claims = list(compare_claims(answer))
    assert len(claims) >= len(answer.pairs)
    assert unconfirmed(claims) == []


def test_any_other_relation_is_not_confirmed(case: dict[str, Any]) -> None:
    answer = compare(EVERYTHING, EVERYTHING, library_of(case))
    for pair in answer.pairs[:4]:
        for relation in RELATIONS:
            told_apart = relation in {"never_both_apply", "incompatible"} or pair.relation in {
                "never_both_apply",
                "incompatible",
            }
            if relation != pair.relation and told_apart:
                wrong = replace(answer, pairs=(replace(pair, relation=relation, witnesses=()),))
                assert unconfirmed(compare_claims(wrong))
        for witness in pair.witnesses:
            fewer = tuple(other for other in pair.witnesses if other is not witness)
            assert unconfirmed(compare_claims(replace(answer, pairs=(replace(pair, witnesses=fewer),))))
            turned = replace(witness, satisfies="b" if witness.satisfies == "a" else "a")
            assert unconfirmed(compare_claims(replace(answer, pairs=(replace(pair, witnesses=(turned,)),))))


def test_reconciliations_are_confirmed(case: dict[str, Any]) -> None:
    claims = list(reconcile_claims(reconcile_scenario(scenario_of(case))))
    assert claims
    assert unconfirmed(claims) == []


def test_collisions_for_any_system_are_confirmed(case: dict[str, Any]) -> None:
    library = library_of(case)
    nothing = imagined.dossier(library, case["markets"])
    scenario = build_scenario(library, nothing, markets=case["markets"], on=imagined.ON)
    assert unconfirmed(collision_claims(reconcile_any(scenario, limit=0))) == []


def test_a_larger_conflict_is_not_minimal_and_a_smaller_one_is_none() -> None:
    answer = reconcile_scenario(scenario_of(BY_NAME["overlapping-conflicts"]))
    (first, *_), clauses = answer.conflicts, answer.scenario.library.clauses
    for names in (first.ids[:1], (*first.ids, "xb/at-most-6")):
        wrong = replace(first, clauses=tuple(clauses[name] for name in names))
        assert unconfirmed(reconcile_claims(replace(answer, conflicts=(wrong,))))


@pytest.mark.parametrize("fact", ["label.shown", "label.hidden"])
def test_another_design_is_none(fact: str) -> None:
    answer = reconcile_scenario(scenario_of(BY_NAME["disjunctive-escape"]))
    wrong = {**answer.design, fact: not answer.design[fact]}
    assert any(name.startswith("design") for name in unconfirmed(reconcile_claims(replace(answer, design=wrong))))


def test_a_looser_or_tighter_bound_is_not_confirmed() -> None:
    answer = reconcile_scenario(scenario_of(BY_NAME["nearest-deadline-wins"]))
    (bound,) = answer.bounds
    (interval,) = bound.region.intervals
    assert interval.high is not None
    for high in (interval.high * 2, interval.high / 2):  # type: ignore[operator]
        region = replace(bound.region, intervals=(replace(interval, high=high),))
        assert unconfirmed(reconcile_claims(replace(answer, bounds=(replace(bound, region=region),))))


def test_more_splits_than_needed_are_not_the_fewest() -> None:
    answer = reconcile_scenario(scenario_of(BY_NAME["either-of-two-facts-would-do"]))
    (split,) = answer.splits
    more = (split, replace(split, fact="b.one", values=dict.fromkeys(split.values, True)))
    design = {fact: value for fact, value in answer.design.items() if fact != "b.one"}
    assert "least: fewer than 2 facts" in unconfirmed(reconcile_claims(replace(answer, splits=more, design=design)))


def test_an_altered_script_and_a_wrong_claim_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = list(reconcile_claims(reconcile_scenario(scenario_of(BY_NAME["chain-of-three"]))))
    right, wrong, altered = (tmp_path / f"{name}.zip" for name in ("right", "wrong", "altered"))
    right.write_bytes(proof_archive("question", claims))
    assert proof_archive("question", claims) == right.read_bytes()
    wrong.write_bytes(proof_archive("question", [replace(claims[0], status="sat"), *claims[1:]]))
    altered.write_bytes(_with(right, "claims/00001.smt2", lambda text: text + "; more\n"))
    assert RECHECK.main([str(right)]) == 0
    assert RECHECK.main([str(right), str(wrong)]) == 4
    assert "expected sat, got unsat" in capsys.readouterr().out
    assert RECHECK.main([str(altered)]) == 4
    assert "got altered" in capsys.readouterr().out
    assert RECHECK.main([]) == 4


def _with(path: Path, name: str, change: Callable[[str], str]) -> bytes:
    """The archive with one of its files changed."""
    copy = path.with_suffix(".copy")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for one in old.namelist():
            text = old.read(one).decode()
            new.writestr(one, change(text) if one == name else text)
    return copy.read_bytes()


def test_the_commands_write_what_can_be_rechecked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.cli import main

    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "cache"))
    library = ["--no-builtin", "--library", str(ROOT / "tests" / "data" / "colliding-library"), "--on", "2026-11-22"]
    expected = {
        "compare": (["--all"], {"both", "bound", "only"}),
        "reconcile": (["--profile", "public-system"], {"conflict", "but one", "design", "bound", "tight"}),
        "split": (["--profile", "public-system", "--market", "xa", "--market", "xb"], {"split", "same", "least"}),
        "any": (["--for-any"], {"collision", "but one"}),
    }
    for name, (words, kinds) in expected.items():
        file = tmp_path / f"{name}.zip"
        command = "compare" if name == "compare" else "reconcile"
        code = main([command, *words, *library, "--proof", str(file), "--output", str(tmp_path / "report")])
        assert code in {0, 1}
        manifest = json.loads(zipfile.ZipFile(file).read("manifest.json"))
        said = {claim["claim"].split(":")[0].split(" (")[0] for claim in manifest["claims"]}
        assert kinds <= said
        assert RECHECK.main([str(file)]) == 0
