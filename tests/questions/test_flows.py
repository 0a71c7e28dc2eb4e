"""Clauses about data flows are judged, asked about, reconciled and planned for each flow.

Oracles: the `Formula` of the clause on the facts of one flow; the same library written out by hand with facts of its own for each flow;
and brute force over all small worlds of that (`plan_oracle`, `reconcile_oracle`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.clauses.formula import Formula
from comity.clauses.values import write_value
from comity.dossier.model import Dossier
from comity.library.elements import divided, with_elements
from comity.library.loader import Library
from comity.library.model import WORST_FIRST, FactDefinition, Phase
from comity.questions.ask import begin, inquire, questions
from comity.questions.assess import assess
from comity.questions.explain import explain
from tests.questions import imagined
from tests.questions.imagined import ON, dossier, fact, library

ATOMS = (
    'flow.from == "xa"',
    "flow.large",
    '"paper" in flow.routes',
    'sets.intersects(flow.routes, ["paper", "stamp"])',
    "flow.coded",
    "c.logged",
    "g.public",
)
FACTS = {
    "flow.from": ("enum", ("xa", "xb"), "given"),
    "flow.large": ("bool", (), "given"),
    "flow.routes": ("set", ("paper", "stamp"), "choice"),
    "flow.coded": ("bool", (), "choice"),
    "c.logged": ("bool", (), "choice"),
    "g.public": ("bool", (), "given"),
}


class Author:
    """Invents clauses about flows, and a dossier that lists some."""

    def __init__(self, random: Random) -> None:
        self.random = random
        names = [f"flow-{number}" for number in range(random.randint(0, 3))]
        self.flows = {name: self.facts("flow.", 0.75) for name in names}
        self.own = self.facts(("c.", "g."), 0.8)
        self.clauses = [self.clause(number) for number in range(random.randint(1, 5))]

    def facts(self, prefix: str | tuple[str, ...], known: float) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, (kind, values, _) in FACTS.items():
            if name.startswith(prefix) and self.random.random() < known:
                if kind == "bool":
                    found[name] = self.random.random() < 0.5
                elif kind == "enum":
                    found[name] = self.random.choice(values)
                else:
                    found[name] = [value for value in values if self.random.random() < 0.4]
        return found

    def formula(self, depth: int) -> str:
        if depth == 0 or self.random.random() < 0.35:
            atom = self.random.choice(ATOMS)
            return f"!({atom})" if self.random.random() < 0.3 else atom
        sign = self.random.choice((" && ", " || "))
        return sign.join(f"({self.formula(depth - 1)})" for _ in range(2))

    def clause(self, number: int) -> dict[str, str]:
        found = {"id": f"{self.random.choice(('xa', 'xb'))}/{number}", "require": self.formula(2)}
        for part in ("when", "unless"):
            if self.random.random() < 0.4:
                found[part] = self.formula(1)
        if any("flow." in text for key, text in found.items() if key != "id"):
            found["subject"] = "flow"
        return found

    def rules(self) -> Library:
        return library(
            [_fact(name, name, "flow" if name.startswith("flow.") else "system") for name in FACTS], self.clauses
        )

    def dossier(self, rules: Library) -> Dossier:
        return dossier(rules, ("xa", "xb"), self.own, flows=self.flows)

    def written_out(self) -> tuple[Library, Dossier]:
        """The same without flows: every flow has facts of its own, every clause about flows stands once for each."""
        facts = [_fact(name, name, "system") for name in FACTS if not name.startswith("flow.")]
        facts += [
            _fact(name, _own(name, flow), "system") for flow in self.flows for name in FACTS if name.startswith("flow.")
        ]
        clauses = []
        for clause in self.clauses:
            if "subject" not in clause:
                clauses.append(clause)
            for flow in self.flows if "subject" in clause else ():
                own = {key: text.replace("flow.", f"{flow.replace('-', '_')}.") for key, text in clause.items()}
                own["id"] = f"{clause['id']}-of-{flow}"
                del own["subject"]
                clauses.append(own)
        rules = library(facts, clauses)
        known = self.own | {_own(name, flow): value for flow, own in self.flows.items() for name, value in own.items()}
        return rules, dossier(rules, ("xa", "xb"), known)


def _fact(name: str, called: str, subject: str) -> FactDefinition:
    kind, values, nature = FACTS[name]
    return fact(called, kind, values, nature=nature, subject=subject, change=len(name) % 4, establish=len(name) % 3)


def _own(name: str, flow: str) -> str:
    return name.replace("flow.", f"{flow.replace('-', '_')}.")


def _as_written_out(name: str) -> str:
    """What a fact or clause of one flow is called where it is written out."""
    general, flow = divided(name)
    if flow is None:
        return name
    return f"{general}-of-{flow}" if "/" in name else _own(general, flow)


MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
authors = st.integers(0, 10**9).map(lambda seed: Author(Random(seed)))


@MANY
@given(authors)
def test_a_clause_has_the_worst_verdict_of_its_flows(author: Author) -> None:
    rules = author.rules()
    found = assess(author.dossier(rules), rules, on=ON)
    for clause in author.clauses:
        result = next(result for result in found.results if result.clause.full_id == clause["id"])
        if "subject" not in clause:
            assert result.elements is None
            assert result.verdict == _verdict(clause, author.own, rules)
            continue
        verdicts = {flow: _verdict(clause, author.own | own, rules) for flow, own in author.flows.items()}
        assert result.elements is not None
        assert {part.clause.element: part.verdict for part in result.elements} == verdicts
        assert result.verdict == min(verdicts.values(), key=WORST_FIRST.index, default="not_applicable")
        named = {divided(fact)[1] for fact in (*result.deciding, *result.missing)} - {None}
        assert result.verdict == "met" or named <= {flow for flow in verdicts if verdicts[flow] == result.verdict}
        assert _with_only(result.deciding, author, rules, clause["id"]) == result.verdict


def _with_only(facts: Mapping[str, object], author: Author, rules: Library, clause: str) -> str:
    """The verdict where nothing is known but these facts."""
    flows = {
        flow: {divided(name)[0]: value for name, value in facts.items() if divided(name)[1] == flow}
        for flow in author.flows
    }
    own = {name: value for name, value in facts.items() if divided(name)[1] is None}
    found = assess(dossier(rules, ("xa", "xb"), own, flows=flows), rules, on=ON)
    return next(result.verdict for result in found.results if result.clause.full_id == clause)


def _verdict(clause: dict[str, str], facts: dict[str, object], rules: Library) -> str:
    """The table of verdicts, by hand."""
    applies = Formula(
        f"({clause.get('when', 'true')}) && !({clause.get('unless', 'false')})", rules.general.vocabulary
    ).evaluate(facts)
    require = Formula(clause["require"], rules.general.vocabulary).evaluate(facts)
    if applies is False:
        return "not_applicable"
    if require is True:
        return "met"
    return "not_met" if applies and require is False else "unknown"


@MANY
@given(authors)
def test_questions_are_those_of_the_flows_written_out(author: Author) -> None:
    rules, (other_rules, other_dossier) = author.rules(), author.written_out()
    described = author.dossier(rules)
    here = begin(inquire(with_elements(rules, described.elements), ("xa", "xb"), ON), described.entries)
    there = begin(inquire(other_rules, ("xa", "xb"), ON), other_dossier.entries)
    assert {_as_written_out(question.fact): question.decides for question in questions(here)} == {
        question.fact: question.decides for question in questions(there)
    }


@MANY
@given(authors)
def test_reconciling_is_that_of_the_flows_written_out(author: Author) -> None:
    pytest.importorskip("z3")
    from comity.questions.reconcile import reconcile_scenario
    from comity.solving.scenario import build_scenario
    from tests.questions.reconcile_oracle import Oracle

    rules, (other_rules, other_dossier) = author.rules(), author.written_out()
    here = reconcile_scenario(build_scenario(rules, author.dossier(rules), markets=("xa", "xb"), on=ON))
    scenario = build_scenario(other_rules, other_dossier, markets=("xa", "xb"), on=ON)
    there = reconcile_scenario(scenario)
    assert here.possible is there.possible
    conflicts = {frozenset(map(_as_written_out, conflict.ids)) for conflict in here.conflicts}
    assert conflicts == {frozenset(conflict.ids) for conflict in there.conflicts}
    if len(Oracle(scenario).free) <= 5:
        assert conflicts == Oracle(scenario).minimal_conflicts()


@MANY
@given(authors)
def test_a_plan_is_as_cheap_as_that_of_the_flows_written_out(author: Author) -> None:
    pytest.importorskip("z3")
    from comity.questions.plan import plan
    from tests.questions.plan_oracle import Oracle

    rules, (other_rules, other_dossier) = author.rules(), author.written_out()
    here = plan(author.dossier(rules), rules, on=ON)
    there = plan(other_dossier, other_rules, on=ON)
    assert here.possible is there.possible
    assert here.cost == there.cost
    assert {_as_written_out(step.fact) for step in here.steps} == {step.fact for step in there.steps}
    if here.possible and len(other_rules.data.facts) <= 8:
        best = Oracle(other_rules, other_dossier, tuple(there.promised), per_market=False).best()
        assert best is not None
        assert here.cost == best.cost


RULES = library(
    [_fact(name, name, "flow" if name.startswith("flow.") else "system") for name in FACTS],
    [
        {"id": "xa/1-route", "when": 'flow.from == "xa"', "require": '"paper" in flow.routes', "subject": "flow"},
        {"id": "xa/2-large", "when": "flow.large", "require": '"stamp" in flow.routes', "subject": "flow"},
        {"id": "xa/3-log", "require": "c.logged"},
    ],
)
TWO = {
    "payroll": {"flow.from": "xa", "flow.large": False, "flow.routes": []},
    "logs": {"flow.from": "xb", "flow.large": True, "flow.routes": ["paper"]},
}


def test_planning_a_route_for_one_flow_leaves_the_other_alone() -> None:
    pytest.importorskip("z3")
    from comity.questions.plan import plan

    described = dossier(RULES, ("xa",), {"c.logged": True}, flows=TWO)
    answer = plan(described, RULES, on=ON)
    assert {step.fact: write_value(answer.target.entries[step.fact].value) for step in answer.steps} == {
        "flow.routes@payroll": "[paper]",
        "flow.routes@logs": "[paper, stamp]",
    }
    assert answer.cost == Fraction(2 * (len("flow.routes") % 4))


def test_a_flow_is_assumed_by_its_name() -> None:
    from comity.dossier.assumptions import read_assumptions
    from comity.errors import InputError

    described = dossier(RULES, ("xa",), {}, flows=TWO)
    rules = with_elements(RULES, described.elements)
    (assumed,) = read_assumptions(["flow.routes@payroll=[paper]"], rules)
    assert (assumed.fact, assumed.market) == ("flow.routes@payroll", None)
    with pytest.raises(InputError, match=r'"flow\.routes" is about a single flow') as raised:
        read_assumptions(["flow.routes=[paper]"], rules)
    assert "flow.routes@payroll" in raised.value.describe()
    with pytest.raises(InputError) as raised:
        read_assumptions(["flow.routes@pairoll=[paper]"], rules)
    assert 'did you mean "flow.routes@payroll"?' in raised.value.describe()


def test_without_a_list_there_is_one_flow_without_a_name() -> None:
    described = dossier(RULES, ("xa",), {"flow.from": "xa", "flow.routes": ["paper"]})
    found = {result.clause.id: result for result in assess(described, RULES, on=ON).results}
    assert found["1-route"].verdict == "met"
    assert found["1-route"].elements is None
    assert found["2-large"].missing == ["flow.large"]


def test_an_empty_list_says_that_there_is_no_flow() -> None:
    found = {result.clause.id: result for result in assess(dossier(RULES, ("xa",), {}, flows={}), RULES, on=ON).results}
    assert found["1-route"].verdict == "not_applicable"
    assert found["1-route"].elements == ()
    assert found["3-log"].verdict == "unknown"


def test_an_explanation_is_of_the_worst_flow_or_of_the_one_named() -> None:
    from comity.errors import InputError

    described = dossier(RULES, ("xa",), {}, flows=TWO)
    clause = RULES.clauses["xa/1-route"]
    worst = explain(clause, described, RULES, on=ON)
    assert (worst.result.clause.element, worst.result.verdict) == ("payroll", "not_met")
    assert [part.clause.element for part in worst.elements] == ["payroll", "logs"]
    assert explain(clause, described, RULES, element="logs", on=ON).result.verdict == "not_applicable"
    with pytest.raises(InputError, match="pairoll"):
        explain(clause, described, RULES, element="pairoll", on=ON)
    with pytest.raises(InputError, match="logs"):
        explain(RULES.clauses["xa/3-log"], described, RULES, element="logs", on=ON)


def test_settling_looks_at_each_flow() -> None:
    pytest.importorskip("z3")
    from comity.questions.settle import settle

    rules = imagined.library(
        [_fact(name, name, "flow" if name.startswith("flow.") else "system") for name in FACTS],
        [{"id": "xa/1", "require": "flow.large || (!flow.large && flow.coded)", "subject": "flow"}],
    )
    flows: dict[str, dict[str, object]] = {"a": {"flow.coded": True}, "b": {"flow.coded": True, "flow.large": True}}
    before = assess(dossier(rules, ("xa",), {}, flows=flows), rules, on=ON)
    assert before.results[0].verdict == "unknown"
    after = settle(before).results[0]
    assert (after.verdict, after.settled, after.missing) == ("met", False, [])
    assert [part.settled for part in after.elements or ()] == [True, False]


def test_a_clause_that_begins_later_changes_for_its_worst_flow() -> None:
    (standard,) = RULES.data.standards
    later = (Phase(start=date(2027, 1, 1), until=date(2028, 1, 1), when=None),)
    clauses = tuple(replace(clause, in_force=later) for clause in standard.clauses if clause.id == "2-large")
    rules = Library(replace(RULES.data, standards=(replace(standard, clauses=clauses),)))
    found = assess(dossier(rules, ("xa",), {}, flows=TWO), rules, on=ON)
    assert [(change.on, change.clause.full_id, change.before, change.after) for change in found.changes] == [
        (date(2027, 1, 1), "xa/2-large", "not_applicable", "not_met"),
        (date(2028, 1, 1), "xa/2-large", "not_met", "not_applicable"),
    ]
    assert assess(dossier(rules, ("xa",), {}, flows={}), rules, on=ON).changes == ()
