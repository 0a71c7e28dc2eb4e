"""Which legal route for which flow: the smallest sets of routes that would do. Oracle: every set, judged by the ordinary engine."""

from __future__ import annotations

from itertools import chain, combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.dossier.model import Dossier
from comity.judging.judgement import System, judge
from comity.library.elements import with_elements
from comity.library.loader import Library, load_library
from comity.library.vocabulary import MARKETS
from comity.questions.assess import assess
from comity.questions.routes import FlowRoutes
from tests.questions.imagined import ON, dossier, fact, library

DATA = Path(__file__).parent.parent / "data"
ROUTES = ("assessment", "certificate", "contract", "treaty")
FACTS = [
    fact("flow.from", "enum", ("xa", "xb"), nature="given", subject="flow"),
    fact("flow.to", "enum", ("xa", "xb"), nature="given", subject="flow"),
    fact("flow.persons", "int", nature="given", subject="flow"),
    fact("flow.routes", "set", ROUTES, subject="flow"),
    fact("flow.rights", "bool", subject="flow"),
]
ATOMS = (
    'flow.from == "xa"',
    "flow.persons >= 1000",
    "flow.rights",
    *(f'"{route}" in flow.routes' for route in ROUTES[:3]),
    'sets.intersects(flow.routes, ["contract", "certificate"])',
    'sets.contains(flow.routes, ["contract", "assessment"])',
)


class Author:
    """Invents clauses on flows, and one flow."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.rules = library(FACTS, [self.clause(number) for number in range(random.randint(1, 5))])
        known: dict[str, object] = {}
        options: dict[str, list[object]] = {
            "flow.from": ["xa", "xb"],
            "flow.to": ["xa"],
            "flow.persons": [3, 2000],
            "flow.rights": [True, False],
            "flow.routes": [[], ["contract"], ["contract", "assessment"], ["treaty"]],
        }
        for name, values in options.items():
            if random.random() < 0.7:
                known[name] = random.choice(values)
        self.dossier = dossier(self.rules, ("xa", "xb"), {}, flows={"payroll": known})

    def formula(self, depth: int) -> str:
        if depth == 0 or self.random.random() < 0.4:
            atom = self.random.choice(ATOMS)
            return f"!({atom})" if self.random.random() < 0.2 else atom
        sign = self.random.choice((" && ", " || "))
        return sign.join(f"({self.formula(depth - 1)})" for _ in range(2))

    def clause(self, number: int) -> dict[str, str]:
        found = {"id": f"{self.random.choice(('xa', 'xb'))}/{number}", "require": self.formula(2), "subject": "flow"}
        found["modality"] = self.random.choice(("must", "must", "must", "should"))
        if self.random.random() < 0.6:
            found["when"] = self.formula(1)
        return found


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9).map(lambda seed: Author(Random(seed))))
def test_the_alternatives_are_the_smallest_sets_that_do(author: Author) -> None:
    found = assess(author.dossier, author.rules, on=ON).routes
    wanted = {
        clause.jurisdiction for clause in author.rules.clauses.values() if _asks(clause.require.facts, clause.modality)
    }
    assert {answer.jurisdiction for answer in found} == wanted
    for answer in found:
        outcomes = {
            frozenset(routes): _outcome(author, answer.jurisdiction, frozenset(routes)) for routes in subsets(ROUTES)
        }
        certain = minimal({routes for routes, outcome in outcomes.items() if outcome is True and len(routes) <= 3})
        assert {alternative.routes for alternative in answer.alternatives if alternative.certain} == certain
        perhaps = {
            routes
            for routes, outcome in outcomes.items()
            if outcome is None and len(routes) <= 3 and not any(smaller <= routes for smaller in certain)
        }
        assert {alternative.routes for alternative in answer.alternatives if not alternative.certain} == minimal(
            perhaps
        )
        now = author.dossier.facts_in(answer.jurisdiction).get("flow.routes@payroll")
        assert answer.in_place == now
        state = "not_needed" if outcomes[frozenset()] else "unknown"
        if state == "unknown" and now is not None:
            state = {True: "in_place", False: "missing", None: "unknown"}[outcomes[now]]  # type: ignore[index]
        assert answer.state == state


def _asks(facts: frozenset[str], modality: str) -> bool:
    return "flow.routes" in facts and modality == "must"


def _outcome(author: Author, jurisdiction: str, routes: frozenset[str]) -> bool | None:
    """Whether every binding clause of a place that requires something of routes is met, or does not apply, with these."""
    rules = with_elements(author.rules, author.dossier.elements)
    facts = author.dossier.facts_in(jurisdiction) | {"flow.routes@payroll": routes, MARKETS: frozenset({"xa", "xb"})}
    system = System(facts, rules.vocabulary.definitions)
    verdicts = {
        judge(clause, system, ON).verdict
        for clause in rules.clauses.values()
        if clause.jurisdiction == jurisdiction
        and clause.modality == "must"
        and "flow.routes@payroll" in clause.require.facts
    }
    return False if "not_met" in verdicts else None if "unknown" in verdicts else True


def subsets(routes: tuple[str, ...]) -> chain[tuple[str, ...]]:
    """Every set of routes that could matter."""
    return chain.from_iterable(combinations(routes, size) for size in range(len(routes) + 1))


def minimal(sets: set[frozenset[str]]) -> set[frozenset[str]]:
    """Those that hold no other."""
    return {one for one in sets if not any(other < one for other in sets)}


@pytest.fixture(scope="module")
def lands() -> Library:
    return load_library([DATA / "small-library", DATA / "flow-library"], builtin=False, cached=False)


def answers(tmp_path: Path, lands: Library, flow: str, markets: str = "[xa, xb]") -> dict[str, FlowRoutes]:
    text = f"comity: 1\nsystem: {{id: x}}\nmarkets: {markets}\nflows: [{{id: payroll, {flow}}}]\n"
    (tmp_path / "comity.yaml").write_text(text, encoding="utf-8")
    found = assess(Dossier.load(tmp_path, lands), lands, on=ON).routes
    return {answer.jurisdiction: answer for answer in found}


def test_where_few_persons_are_concerned_no_route_is_needed(tmp_path: Path, lands: Library) -> None:
    found = answers(tmp_path, lands, "from: xa, to: xb, persons: 3")
    assert {name: answer.state for name, answer in found.items()} == {"xa": "not_needed", "xb": "not_needed"}
    assert [alternative.routes for alternative in found["xa"].alternatives] == [frozenset()]


def test_a_route_can_be_missing(tmp_path: Path, lands: Library) -> None:
    answer = answers(tmp_path, lands, "from: xa, to: xb, persons: 300, routes: [], safeguards: []")["xa"]
    assert (answer.state, answer.missing) == ("missing", ())
    assert [(sorted(found.routes), [clause.id for clause in found.not_met]) for found in answer.alternatives] == [
        (["contract"], ["3-rights@payroll"]),
        (["certificate"], []),
        (["assessment"], []),
    ]


def test_a_route_in_place_may_leave_other_clauses_unmet(tmp_path: Path, lands: Library) -> None:
    answer = answers(tmp_path, lands, "from: xa, to: xb, persons: 300, routes: [contract], safeguards: []")["xa"]
    assert (answer.state, [clause.id for clause in answer.not_met]) == ("in_place", ["3-rights@payroll"])


def test_what_is_not_known_is_named(tmp_path: Path, lands: Library) -> None:
    answer = answers(tmp_path, lands, "from: xa, to: xb, routes: [contract], safeguards: [rights]")["xa"]
    assert (answer.state, answer.missing) == ("unknown", ("flow.persons@payroll",))
    assert [(sorted(found.routes), found.certain) for found in answer.alternatives] == [
        (["assessment"], True),
        ([], False),
    ]


def test_routes_that_are_not_known_are_no_routes_in_place(tmp_path: Path, lands: Library) -> None:
    answer = answers(tmp_path, lands, "from: xa, to: xb, persons: 300")["xa"]
    assert (answer.state, answer.in_place, answer.missing) == ("unknown", None, ("flow.routes@payroll",))


def test_without_listed_flows_nothing_is_said_of_routes(tmp_path: Path, lands: Library) -> None:
    text = "comity: 1\nsystem: {id: x}\nmarkets: [xa]\nfacts: {flow.from: xa, flow.to: xb}\n"
    (tmp_path / "comity.yaml").write_text(text, encoding="utf-8")
    assert assess(Dossier.load(tmp_path, lands), lands, on=ON).routes == ()
