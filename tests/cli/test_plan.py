"""`comity plan`: exit codes are a contract, every form says the same, and nothing of a stranger's file becomes markup."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from comity.schemas import shipped
from tests.cli.conftest import Ran

pytest.importorskip("z3")

Run = Callable[..., Ran]
Write = Callable[..., str]

ON = ("--on", "2026-11-22")
EXAMPLE = str(Path(__file__).parent.parent.parent / "examples" / "smollm2-chat")


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.output)
    errors = [error.message for error in Draft202012Validator(json.loads(shipped("plan-1"))).iter_errors(found)]
    assert errors == []
    return found


def test_nothing_to_do_is_0(run: Run, dossier: Write) -> None:
    ran = run("plan", dossier(), *ON, "--format", "json")
    assert ran.code == 0
    found = document(ran)
    assert (found["possible"], found["cost"], found["steps"], found["conflicts"]) == (True, 0, [], [])
    assert "Nothing to do" in run("plan", dossier(), *ON).output


def test_changes_are_1_and_are_listed(run: Run, dossier: Write) -> None:
    ran = run("plan", dossier("[xa, xb]", test__refusal_rate="0.9", report__deadline="72h"), *ON, "--format", "json")
    assert ran.code == 1
    found = document(ran)
    steps = {step["fact"]: step for step in found["steps"]}
    assert (steps["test.refusal_rate"]["from"], steps["test.refusal_rate"]["to"]) == (0.9, 0.95)
    assert (steps["report.deadline"]["from"], steps["report.deadline"]["to"]) == ("72h", "48h")
    assert steps["report.deadline"]["closes"] == ["xb-code/1-report"]
    assert found["cost"] == 10
    assert [progress["cost"] for progress in found["progress"]] == [10, 5]


def test_what_is_not_known_of_the_system_is_3(run: Run, dossier: Write) -> None:
    directory = dossier(organisation__roles=None, test__refusal_rate="0.5")
    ran = run("plan", directory, *ON, "--format", "json")
    assert ran.code == 3
    found = document(ran)
    assert [entry["fact"] for entry in found["open_givens"]] == ["organisation.roles"]
    assert (found["steps"], found["waiting"]) == ([], ["xa-act/1-refuse"])
    assert run("plan", directory, *ON, "--assume", "organisation.roles=[provider]").code == 1
    assert run("plan", directory, *ON, "--assume", "organisation.roles=[deployer]").code == 0


def test_a_plan_applied_is_a_plan_done(run: Run, dossier: Write) -> None:
    """The values of the plan, written into the dossier, leave nothing to do."""
    changed: dict[str, str | None] = {"test__refusal_rate": None, "model__compute": "2e25", "report__deadline": "96h"}
    before = document(run("plan", dossier("[xa, xb]", **changed), *ON, "--format", "json"))
    after = {step["fact"].replace(".", "__"): json.dumps(step["to"]) for step in before["steps"]}
    assert after
    assert run("plan", dossier("[xa, xb]", **{**changed, **after}), *ON).code == 0
    assert run("assess", dossier("[xa, xb]", **{**changed, **after}), *ON).code == 0


def test_a_budget_cuts_the_plan_short(run: Run, dossier: Write) -> None:
    directory = dossier("[xa, xb]", test__refusal_rate="0.9", report__deadline="72h")
    ran = run("plan", directory, *ON, "--budget", "5", "--format", "json")
    assert ran.code == 1
    found = document(ran)
    assert (found["cost"], len(found["steps"]), len(found["left"])) == (5, 1, 1)


@pytest.mark.parametrize("budget", ["-1", "much", "nan", "1e99"])
def test_a_budget_is_a_number(run: Run, dossier: Write, budget: str) -> None:
    ran = run("plan", dossier(), f"--budget={budget}")
    assert (ran.code, ran.errors) == (2, f'--budget: "{budget}" is no cost\n  write a number, such as 20\n')


CONFLICT = """
id: xa-decree
title: {en: Decree, zh: 法令}
publisher: {en: Ministry, zh: 部}
jurisdiction: xa
force: law
status: in_force
orientation: [ethics_rules]
version: "1"
as_of: 2026-11-01
in_force: {from: 2025-01-01}
sources: [{url: "https://example.org/decree", title: Decree}]
scope: '"xa" in system.markets'
clauses:
  - id: slow
    cite: "Art. 1"
    topic: safety
    title: {en: "Slow <b>report", zh: "迟报"}
    text: {en: "Report no sooner than after three days.", zh: "三日后方可报告。"}
    modality: must
    require: 'report.deadline > duration("72h")'
    checked: {on: 2026-11-01, against: secondary}
    examples:
      - {facts: {report.deadline: 96h}, verdict: met}
      - {facts: {report.deadline: 24h}, verdict: not_met}
"""


@pytest.fixture
def decree(tmp_path: Path) -> str:
    """A library in which land A asks for what land B forbids."""
    standards = tmp_path / "own" / "standards" / "xa"
    standards.mkdir(parents=True)
    (standards / "xa-decree.yaml").write_text(CONFLICT, encoding="utf-8")
    return str(tmp_path / "own")


def test_no_plan_says_why_and_what_would_help(run: Run, dossier: Write, decree: str) -> None:
    directory = dossier("[xa, xb]")
    ran = run("plan", directory, *ON, "--library", decree, "--format", "json")
    assert ran.code == 1
    found = document(ran)
    assert (found["possible"], found["possible_per_market"], found["steps"]) == (False, True, [])
    assert found["conflicts"] == [["xa-decree/slow", "xb-code/1-report"]] or found["conflicts"] == [
        ["xb-code/1-report", "xa-decree/slow"]
    ]
    text = " ".join(run("plan", directory, *ON, "--library", decree).output.split())
    assert "With --per-market there is a plan" in text
    assert "about: Time to report" in text
    apart = run("plan", directory, *ON, "--library", decree, "--per-market", "--format", "json")
    (step,) = document(apart)["steps"]
    assert (apart.code, step["to"], set(step["to_in"])) == (1, None, {"xa", "xb"})


def test_a_page_is_safe_and_shows_the_chart(run: Run, dossier: Write, decree: str) -> None:
    ran = run("plan", dossier("[xa, xb]"), *ON, "--library", decree, "--format", "html")
    assert "<b>report" not in ran.output
    assert "Slow &lt;b&gt;report" in ran.output
    drawn = run("plan", dossier("[xa, xb]", test__refusal_rate="0.9"), *ON, "--format", "html")
    assert "<svg" in drawn.output
    assert "style=" not in re.sub("<style>.*?</style>", "", drawn.output, flags=re.DOTALL).replace("style-src", "")


@pytest.mark.parametrize("form", ["text", "md", "html"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_names_every_step(run: Run, dossier: Write, tmp_path: Path, form: str, language: str) -> None:
    from comity.cli import main

    target = tmp_path / "plan.txt"
    main(["plan", EXAMPLE, *ON, "--format", form, "--lang", language, "--limit", "0", "-o", str(target)])
    text = target.read_text(encoding="utf-8")
    found = document(run("plan", EXAMPLE, *ON, "--format", "json", small=False))
    assert [step["fact"] for step in found["steps"] if step["fact"] not in text] == []
    assert [entry["fact"] for entry in found["open_givens"] if entry["fact"] not in text] == []


@pytest.mark.parametrize("columns", ["50", "80", "200"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, columns: str, language: str) -> None:
    from rich.cells import cell_len

    from comity.cli import main

    monkeypatch.setenv("COLUMNS", columns)
    target = tmp_path / "plan.txt"
    main(["plan", EXAMPLE, *ON, "--lang", language, "-o", str(target)])
    assert max(cell_len(line) for line in target.read_text(encoding="utf-8").split("\n")) <= int(columns)


def test_the_example_has_a_plan_for_all_its_markets(run: Run) -> None:
    """What the plan promises is what `assess` says of the planned dossier; every promised clause is closed by some step or was before."""
    found = document(run("plan", EXAMPLE, *ON, "--format", "json", small=False))
    assert found["possible"]
    assert found["left"] == []
    assert found["cost"] == sum(step["cost"] for step in found["steps"]) == found["steps"][-1]["total"]
    closed = {name for step in found["steps"] for name in step["closes"]}
    before = json.loads(run("assess", EXAMPLE, *ON, "--format", "json", small=False).output)
    open_before = {one["id"] for one in before["clauses"] if one["verdict"] in {"unknown", "not_met"}}
    assert open_before.intersection(found["promised"]) <= closed


def test_every_claim_of_the_proof_is_confirmed_by_another_solver(
    run: Run, dossier: Write, tmp_path: Path, decree: str
) -> None:
    cvc5 = pytest.importorskip("cvc5")
    for number, extra in enumerate(([], ["--library", decree])):
        directory = dossier("[xa, xb]", test__refusal_rate=None, report__deadline="60h")
        file = tmp_path / f"proof-{number}.zip"
        run("plan", directory, *ON, "--proof", str(file), *extra)
        archive = zipfile.ZipFile(file)
        claims = json.loads(archive.read("manifest.json"))["claims"]
        kinds = {claim["claim"].split(":")[0] for claim in claims}
        assert kinds == ({"cannot", "conflict"} if extra else {"cannot", "least", "can"})
        for claim in claims:
            solver = cvc5.Solver()
            parser = cvc5.InputParser(solver)
            parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, archive.read(claim["file"]).decode(), claim["file"])
            said = ""
            while not (command := parser.nextCommand()).isNull():
                said += str(command.invoke(solver, parser.getSymbolManager()))
            assert said.strip() == claim["expected"], claim["claim"]


def test_without_the_solver_the_command_says_how_to_get_it(
    run: Run, dossier: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("comity.cli.options.find_spec", lambda name: None if name == "z3" else find(name))
    ran = run("plan", dossier(), *ON)
    assert ran.code == 2
    assert "comity[solver]" in ran.errors


def test_help_does_not_need_the_solver(run: Run) -> None:
    loaded = "z3" in sys.modules
    assert run("plan", "--help", small=False).code == 0
    assert ("z3" in sys.modules) == loaded
