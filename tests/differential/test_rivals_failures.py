"""What other tools make of a fact that nobody gave, as cases: where they say yes, no or nothing, Comity says unknown.

Each row names a tool at the version in which the behaviour was seen, what it does, and the same situation here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pytest

from comity.clauses.errors import FormulaError
from comity.clauses.formula import Formula
from comity.clauses.tree import Kind
from comity.clauses.values import FactType, FactValueError
from comity.judging.judgement import Judgement, System, judge, reasons
from comity.library.loader import Library, load_library
from comity.library.model import Checked, Clause, CompiledFormula, Phase, packed
from tests.differential.strategies import World

NAMES = World(
    {
        "model.flop": FactType(Kind.NUMBER),
        "system.sector": FactType(Kind.ENUM, ("hiring", "credit", "games")),
        "system.high_risk": FactType(Kind.BOOL),
        "practice.social_scoring": FactType(Kind.BOOL),
        "oversight.stop": FactType(Kind.BOOL),
        "oversight.limited": FactType(Kind.BOOL),
        "log.months": FactType(Kind.INT),
        "fairness.gap": FactType(Kind.RATIO),
        "fairness.groups": FactType(Kind.SET, ("gender", "ethnicity")),
        "docs.parts": FactType(Kind.SET, ("design", "tests", "risks")),
        "incident.deadline": FactType(Kind.DURATION),
        "release.day": FactType(Kind.DATE),
    }
)
DAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Failure:
    """What a tool does with an absent fact, and a formula in which the fact is absent."""

    tool: str
    does: str
    formula: str
    facts: dict[str, object]


FAILURES = [
    Failure(
        "aicertify 0.8.1",
        "unknown training compute is 0, so there is no systemic risk: allow",
        "!(model.flop > 1e25)",
        {},
    ),
    Failure("aicertify 0.8.1", "unknown log retention is “0 months”, a violation", "log.months >= 6", {}),
    Failure("aicertify 0.8.1", "unknown social scoring is “True”, a violation", "!practice.social_scoring", {}),
    Failure(
        "aicertify 0.8.1",
        "high_risk: false alone turns 14 of 29 policies green",
        'system.high_risk || system.sector in ["hiring", "credit"] ? log.months >= 6 : true',
        {"system.high_risk": False},
    ),
    Failure("openfisca-core 46.0.1", "an absent number is 0", "log.months < 6", {}),
    Failure("openfisca-core 46.0.1", "an absent truth value is false", "practice.social_scoring", {}),
    Failure("openfisca-core 46.0.1", "an absent choice is the first one", 'system.sector == "hiring"', {}),
    Failure(
        "cedar 4.12",
        "the left side is absent: error, though the right side is true",
        "oversight.stop && oversight.limited",
        {},
    ),
    Failure("venturalitica 0.8.2", "no protected column: another is taken, gap 0.000, PASS", "fairness.gap <= 0.1", {}),
    Failure(
        "venturalitica 0.8.2",
        "no protected column: PASS",
        'sets.contains(fairness.groups, ["ethnicity"]) && fairness.gap <= 0.1',
        {"fairness.gap": 0.0},
    ),
    Failure(
        "ai-trace-auditor 0.17.0",
        "a requirement without evidence is satisfied: 98.6 % of the AI Act from one span",
        'sets.contains(docs.parts, ["design", "tests", "risks"])',
        {},
    ),
    Failure("ai-trace-auditor 0.17.0", "an empty demand is satisfied", "sets.contains(docs.parts, [])", {}),
    Failure("cel-java (nessie #863)", "x == 'foo' is false while x is unknown", 'system.sector == "games"', {}),
    Failure("cel-java (nessie #863)", "x != 'foo' is true while x is unknown", 'system.sector != "games"', {}),
    Failure("Polars, DuckDB: CASE", "takes ELSE where the condition is null", "system.high_risk ? false : true", {}),
    Failure("DuckDB", "null in () is false", "log.months in []", {}),
    Failure("spreadsheets", "an empty deadline is shorter than any", 'incident.deadline <= duration("72h")', {}),
    Failure("spreadsheets", "an empty date lies before any", 'release.day < date("2025-08-02")', {}),
    Failure("arithmetic on defaults", "unknown times nothing is nothing", "log.months * 0 == 0", {}),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: f"{failure.tool}: {failure.does}")
def test_an_absent_fact_leaves_a_formula_unknown(failure: Failure) -> None:
    assert Formula(failure.formula, NAMES).evaluate(failure.facts) is None


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: f"{failure.tool}: {failure.does}")
def test_an_absent_fact_leaves_a_duty_open_and_is_named(failure: Failure) -> None:
    judgement = judged("true", failure.formula, failure.facts)
    assert judgement.verdict == "unknown"
    _, missing = reasons(judgement)
    assert missing
    assert not set(missing) & set(failure.facts)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: f"{failure.tool}: {failure.does}")
def test_an_absent_fact_never_takes_a_system_out_of_a_duty(failure: Failure) -> None:
    """Neither as a condition nor as an exception: what is not known to be outside stays inside."""
    assert judged(failure.formula, "false", failure.facts).verdict == "unknown"
    assert judged(f"!({failure.formula})", "false", failure.facts).verdict == "unknown"


def test_the_order_of_the_parts_does_not_matter() -> None:
    """cedar 4.12: `oversight || limited` denies where the left fact is absent and allows where the right one is."""
    for text in ("oversight.stop || oversight.limited", "oversight.limited || oversight.stop"):
        for fact in ("oversight.stop", "oversight.limited"):
            assert Formula(text, NAMES).evaluate({fact: True}) is True
            assert Formula(text, NAMES).evaluate({fact: False}) is None


def test_an_unknown_metric_is_an_error_and_never_skipped() -> None:
    """venturalitica 0.8.2 prints `[Skip]` for a metric that it does not know, and leaves the control out of the results."""
    with pytest.raises(FormulaError, match="there is no fact or definition"):
        Formula("fairness.gapp <= 0.1", NAMES)


def test_nobody_can_ask_whether_a_fact_is_known() -> None:
    """In CEL `has(x)` is false where x is absent, so that `!has(x) || …` passes what nobody looked at."""
    for text in ("has(model.flop)", "!has(fairness.gap) || fairness.gap <= 0.1", "model.flop == null"):
        with pytest.raises(FormulaError) as caught:
            Formula(text, NAMES)
        assert caught.value.outside_subset


def test_not_a_number_is_refused_at_the_door() -> None:
    """Polars: NaN is larger than every number and equal to itself, so that a failed measurement passes a threshold."""
    for value in (math.nan, math.inf, -math.inf):
        with pytest.raises(FactValueError):
            Formula("fairness.gap >= 0.1", NAMES).evaluate({"fairness.gap": value})


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_an_empty_dossier_meets_and_breaks_nothing(library: Library) -> None:
    """aicertify 0.8.1 on an empty input: 0 green and 28 red; ai-trace-auditor 0.17.0 on a wheel without requirements: exit 0."""
    assert library.clauses
    for clause in library.clauses.values():
        for on in {phase.start for phase in clause.in_force}:
            judgement = judge(clause, System({}, library.vocabulary.definitions), on)
            assert judgement.verdict == "unknown", clause.full_id


def test_being_somewhere_settles_no_duty(library: Library) -> None:
    """Knowing only that a system is on every market leaves every clause open."""
    markets = frozenset(library.markets)
    for clause in library.clauses.values():
        judgement = judge(clause, System({"system.markets": markets}, library.vocabulary.definitions), latest(clause))
        assert judgement.verdict == "unknown", clause.full_id


def test_unknown_training_compute_is_not_the_absence_of_systemic_risk(library: Library) -> None:
    """aicertify 0.8.1: `object.get(input, "cumulative_training_compute_flops", 0) > 1e25`."""
    names = [name for name in library.vocabulary.definitions if "systemic" in name]
    assert names
    for name in names:
        assert Formula(name, library.vocabulary).evaluate({}) is None


def judged(when: str, require: str, facts: dict[str, object]) -> Judgement:
    def compiled(text: str) -> CompiledFormula:
        formula = Formula(text, NAMES)
        return CompiledFormula(text=text, tree=formula.tree, facts=formula.facts)

    clause = Clause(
        id="c",
        standard="s",
        jurisdiction="xx",
        cite="",
        topic="",
        title={},
        text={},
        modality="must",
        actors=(),
        scope=compiled("true"),
        actor=None,
        when=compiled(when),
        unless=None,
        require=compiled(require),
        in_force=(Phase(start=DAY, until=None, when=None),),
        checked=Checked(on=DAY, against="primary"),
        note=None,
        packed_examples=packed(()),
        file="",
        line=1,
    )
    return judge(clause, System(facts, {}), DAY)  # type: ignore[arg-type]


def latest(clause: Clause) -> date:
    return max(phase.start for phase in clause.in_force)
