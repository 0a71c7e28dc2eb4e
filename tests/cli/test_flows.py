"""Data flows on the command line: judged one by one, with the legal routes that would do, and asked for where they exist."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.cli import main
from tests.cli.conftest import SMALL_LIBRARY, Ran

FLOW_LIBRARY = Path(__file__).parent.parent / "data" / "flow-library"
ON = ("--on", "2026-11-22")
LISTED = """comity: 1
system: {id: helper, name: Helper}
markets: [xa, xb]
flows:
- {id: payroll, from: xa, to: xb, persons: 120, routes: {value: [contract], by: documented, source: x.pdf}, safeguards: []}
- {id: logs, from: xa, to: other, routes: []}
- {id: home, from: xa, to: xa}
- {id: sales, from: xa, to: xb, persons: 50, routes: [], safeguards: []}
facts: {system.generative: true}
"""

Call = Callable[..., Ran]


@pytest.fixture
def ask(run: Call) -> Call:
    """Run `comity` on the small library with flows."""
    return lambda *words: run(*words, "--library", str(FLOW_LIBRARY))


@pytest.fixture
def listed(tmp_path: Path) -> str:
    """A dossier that lists three flows."""
    (tmp_path / "comity.yaml").write_text(LISTED, encoding="utf-8")
    return str(tmp_path)


def test_the_text_tells_which_route_each_flow_needs(ask: Call, listed: str) -> None:
    shown = ask("assess", listed, *ON).output
    told = shown[shown.index("Which legal route") : shown.index("The ten facts")]
    assert told.split("\n") == [
        "Which legal route for which flow",
        " payroll  Land A → Land B",
        "   ▓ Land A: a route is in place, but what goes with it is not met",
        "       in place: contract",
        "       not met on this flow: A contract gives rights (Art. 3)",
        "   █ Land B: no route needed",
        " logs  Land A → other",
        "   ░ Land A: open",
        "       in place: none",
        "       not known: Persons",
        "       would do: assessment",
        "       may do, depending on what is not known: no route at all",
        "   █ Land B: no route needed",
        " home  Land A → Land A",
        "   █ Land A, Land B: no route needed",
        " sales  Land A → Land B",
        "   ▓ Land A: no route that would do is in place",
        "       in place: none",
        "       would do: contract; certificate; assessment",
        "       with contract still not met: A contract gives rights (Art. 3)",
        "   █ Land B: no route needed",
        "",
        "",
    ]


def test_a_verdict_names_its_flow(ask: Call, listed: str) -> None:
    shown = ask("assess", listed, *ON, "--limit", "0").output
    assert "     Safeguards (payroll): none (asked: among them: rights)" in shown
    assert "nothing decides this: Dignity cannot be observed." in shown
    assert "One clause is unknown because no fact can decide it; it is advice." in shown
    for form in ("html", "md"):
        told = ask("assess", listed, *ON, "--format", form).output
        assert "One clause is unknown because no fact can decide it; it is advice." in told


def test_the_document_has_every_flow_of_every_clause(ask: Call, listed: str) -> None:
    ran = ask("assess", listed, *ON, "--format", "json")
    found = json.loads(ran.output)
    assert ran.code == 1
    clauses = {clause["id"]: clause for clause in found["clauses"]}
    route = clauses["xa-export/1-route"]
    assert (route["verdict"], route["subject"]) == ("not_met", "flow")
    assert route["deciding_facts"]["flow.routes@sales"] == []
    assert {element["id"]: element["verdict"] for element in route["elements"]} == {
        "payroll": "met",
        "logs": "unknown",
        "home": "not_applicable",
        "sales": "not_met",
    }
    rights = clauses["xa-export/3-rights"]
    evidence = {entry["fact"]: (entry["by"], entry["source"]) for entry in rights["evidence"]}
    assert evidence["flow.routes@payroll"] == ("documented", "x.pdf")
    assert evidence["flow.from@payroll"] == ("declared", None)
    assert clauses["xa-act/1-refuse"]["elements"] is None
    assert clauses["xa-export/4-dignity"]["unknowable"] is True
    assert [(flow["flow"], flow["jurisdiction"], flow["state"]) for flow in found["flows"]] == [
        ("payroll", "xa", "in_place"),
        ("payroll", "xb", "not_needed"),
        ("logs", "xa", "unknown"),
        ("logs", "xb", "not_needed"),
        ("home", "xa", "not_needed"),
        ("home", "xb", "not_needed"),
        ("sales", "xa", "missing"),
        ("sales", "xb", "not_needed"),
    ]
    contract = next(way for way in found["flows"][0]["alternatives"] if way["routes"] == ["contract"])
    assert contract == {
        "routes": ["contract"],
        "certain": True,
        "not_met": ["xa-export/3-rights@payroll"],
        "missing_facts": [],
    }


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize(
    ("language", "title"), [("en", "Which legal route for which flow"), ("zh", "各数据流适用何种合法路径")]
)
def test_the_pages_tell_the_same(
    listed: str, capsys: pytest.CaptureFixture[str], form: str, language: str, title: str
) -> None:
    library = ["--no-builtin", "--library", str(SMALL_LIBRARY), "--library", str(FLOW_LIBRARY)]
    main(["assess", listed, *ON, *library, "--format", form, "--lang", language])
    shown = capsys.readouterr().out
    for said in (title, "payroll", "logs", "Art. 3"):
        assert said in shown


def test_without_flows_nothing_is_said_of_routes(ask: Call, tmp_path: Path) -> None:
    (tmp_path / "comity.yaml").write_text("comity: 1\nsystem: {id: x}\nmarkets: [xa]\nflows: []\n", encoding="utf-8")
    shown = ask("assess", str(tmp_path), *ON, "--format", "json").output
    found = json.loads(shown)
    assert found["flows"] == []
    route = next(clause for clause in found["clauses"] if clause["id"] == "xa-export/1-route")
    assert (route["verdict"], route["reason"], route["elements"]) == ("not_applicable", "there is no such flow", [])
    assert "Which legal route" not in ask("assess", str(tmp_path), *ON).output


def test_an_explanation_is_of_one_flow_and_lists_the_others(ask: Call, listed: str) -> None:
    ran = ask("explain", "xa-export/1-route", listed, *ON)
    assert ran.code == 1
    assert "No export without a route (sales): not met" in ran.output
    for element, verdict in (("payroll", "met"), ("logs", "unknown"), ("home", "not applicable"), ("sales", "not met")):
        assert f"xa-export/1-route@{element}: {verdict}" in ran.output
    ran = ask("explain", "xa-export/1-route@logs", listed, *ON)
    assert ran.code == 3
    assert "   persons: 300  # flows: logs" in ran.output
    assert ask("explain", "1-route@payroll", listed, *ON, "--market", "xa").code == 2
    ran = ask("explain", "xa-export/1-route@payroll", listed, *ON, "--format", "json")
    assert (ran.code, json.loads(ran.output)["verdict"]) == (0, "met")
    assert [element["id"] for element in json.loads(ran.output)["elements"]] == ["payroll", "logs", "home", "sales"]
    ran = ask("explain", "xa-export/1-route@pairoll", listed, *ON)
    assert (ran.code, "did you mean" in ran.errors) == (2, True)


def test_an_explanation_of_what_nothing_decides_says_so(ask: Call, listed: str) -> None:
    shown = ask("explain", "xa-export/4-dignity", listed, *ON).output
    assert "It applies, and no fact can decide what it requires." in shown
    assert "No fact can decide this; the note says why." in shown
    assert "not known (" not in shown


def test_the_library_shows_subjects_and_what_nothing_decides(ask: Call) -> None:
    assert "cross-border data flow" in ask("library", "show", "xa-export/1-route").output
    assert "No fact can decide this; the note says why." in ask("library", "show", "xa-export/4-dignity").output
    found = json.loads(ask("library", "show", "xa-export/4-dignity", "--format", "json").output)
    assert (found["entry"]["unknowable"], found["entry"]["subject"]) == (True, None)
    assert "clauses that nothing can decide: 1" in ask("library", "check").output
    assert json.loads(ask("library", "check", "--format", "json").output)["unknowable"] == 1


def test_a_plan_names_the_flow_of_each_step(ask: Call, listed: str) -> None:
    pytest.importorskip("z3")
    found = json.loads(ask("plan", listed, *ON, "--format", "json", "--assume", "flow.persons@logs=5000").output)
    steps = {step["fact"]: step["to"] for step in found["steps"] if step["fact"].startswith("flow.")}
    assert steps["flow.routes@logs"] == ["assessment"]
    assert set(steps) & {"flow.safeguards@payroll", "flow.routes@payroll"}
    ran = ask("plan", listed, *ON, "--assume", "flow.persons=5000")
    assert (ran.code, "name the flow: flow.persons@payroll" in ran.errors) == (2, True)


def test_reconciling_looks_at_each_flow(ask: Call, listed: str) -> None:
    pytest.importorskip("z3")
    assume = ("--assume", "flow.persons@logs=5000", "--assume", "flow.from@logs=xb")
    found = json.loads(ask("reconcile", listed, *ON, *assume, "--format", "json").output)
    assert found["design"]["flow.routes@logs"] == ["certificate"]
    assert found["design"]["flow.routes@payroll"] == ["assessment"]


def test_questions_are_asked_for_each_flow(ask: Call, listed: str) -> None:
    found = json.loads(ask("ask", listed, *ON, "--limit", "0", "--format", "json").output)
    asked = {question["fact"] for question in found["questions"]}
    assert "flow.persons@logs" in asked
    assert not asked & {"flow.persons", "flow.persons@home", "flow.persons@payroll"}


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Type these lines, one a question."""
    left = iter(lines)

    def answer(_prompt: str = "") -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", answer)


@pytest.mark.parametrize(
    ("lines", "flows"),
    [
        ([""], None),
        (["no"], "flows: []"),
        (["payroll: xa > xb", "logs：xb→other", ""], "flows:\n  - id: payroll\n"),
        (
            ["rubbish", "Pay Roll: xa > xb", "payroll: xa > mars", "payroll: xa->xb", "payroll: xb > xa", ""],
            "flows:\n  - id: payroll\n",
        ),
    ],
)
def test_an_interview_asks_first_which_flows_there_are(
    ask: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], flows: str | None
) -> None:
    typed(monkeypatch, *lines)
    ran = ask("init", str(tmp_path / "new"), "--name", "New", "--market", "xa", *ON)
    assert ran.code == 0
    text = (tmp_path / "new" / "comity.yaml").read_text()
    assert ("flows:" in text) is (flows is not None)
    assert (flows or "") in text
    if "payroll" in text:
        assert "    from: {value: xa, by: declared}\n    to: {value: xb, by: declared}\n" in text
    assert text.count("payroll") == int("payroll" in text)


def test_an_answer_about_a_flow_is_written_with_it_and_can_be_taken_back(
    ask: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "comity.yaml"
    head = "comity: 1\nsystem: {id: x}\nmarkets: [xb]\nflows:\n- {id: logs, from: xb}\n- {id: home, from: xa}\nfacts:\n"
    file.write_text(f"{head}  system.first_supplied: 2019-01-01\n", encoding="utf-8")
    typed(monkeypatch, "xa", "<", "other", "certificate")
    ran = ask("init", str(tmp_path), *ON)
    assert "To (logs)" in ran.output
    assert "Taken back: To (logs): Land A" in ran.output
    assert "Routes in place (logs)" in ran.output
    told = file.read_text()
    assert "- {id: home, from: xa}\n" in told
    assert "- id: logs\n  from: xb\n  to: {value: other, by: declared, source: " in told
    assert "\n  routes: {value: [certificate], by: declared, source: " in told
    assert told.count("to:") == 1


def test_answers_of_a_dossier_bring_its_flows(ask: Call, listed: str, tmp_path: Path) -> None:
    new = tmp_path / "new"
    ran = ask("init", str(new), "--market", "xa", "--answers", str(Path(listed) / "comity.yaml"), *ON)
    assert ran.code == 0
    text = (new / "comity.yaml").read_text()
    assert "- id: payroll" in text
    assert "persons: {value: 120" in text


def test_messages_are_in_the_language_of_the_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "comity.yaml").write_text("comity: 1\nsystem: {id: x}\nmarkets: [eu]\nflows: [{id: a}, {id: a}]\n")
    assert main(["assess", str(tmp_path), "--lang", "zh"]) == 2
    assert "数据流“a”出现两次" in capsys.readouterr().err
