"""A clause that no fact can decide is kept as text: never met, never unmet, never compared, never asked about, and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.clauses import tree as t
from comity.engines import kleene
from comity.engines.residual import residual
from comity.library.loader import Library, load_library
from comity.questions.ask import begin, inquire, questions
from comity.questions.assess import assess
from comity.questions.check import inspect
from comity.report.words import Words
from tests.questions.imagined import ON, dossier

DATA = Path(__file__).parent.parent / "data"
DIGNITY = "xa-export/4-dignity"
ITSELF = t.Unknowable((0, 10))


@pytest.fixture(scope="module")
def lands() -> Library:
    return load_library([DATA / "small-library", DATA / "flow-library"], builtin=False, cached=False)


@pytest.mark.parametrize(
    ("generative", "verdict", "missing", "reason"),
    [
        (True, "unknown", [], "nothing decides this: Dignity cannot be observed."),
        (False, "not_applicable", [], "Generative: no (asked: yes)"),
        (
            None,
            "unknown",
            ["system.generative"],
            "whether it applies is open, and nothing decides this: Dignity cannot be observed.",
        ),
    ],
)
def test_it_is_unknown_wherever_it_may_apply(
    lands: Library, generative: bool | None, verdict: str, missing: list[str], reason: str
) -> None:
    facts = {} if generative is None else {"system.generative": generative}
    found = assess(dossier(lands, ("xa",), facts), lands, on=ON)
    result = next(result for result in found.results if result.clause.full_id == DIGNITY)
    assert (result.verdict, result.missing, result.binding) == (verdict, missing, False)
    assert Words(lands, "en").reason(result) == reason


def test_the_linter_counts_it(lands: Library) -> None:
    found = inspect(lands)
    assert (found.unknowable, found.problems) == (1, ())


def test_it_counts_among_all_clauses_but_not_among_those_that_share_a_fact(lands: Library) -> None:
    """Its condition reads a fact that no other country reads here; so what it would add is worked out without it."""
    from msgspec.structs import replace

    before = inspect(lands).comparability
    shared = replace(lands.clauses["xa-export/1-route"], id="9-more", require=lands.clauses[DIGNITY].require)
    standards = [
        replace(standard, clauses=(*standard.clauses, shared)) if standard.id == "xa-export" else standard
        for standard in lands.data.standards
    ]
    after = inspect(Library(replace(lands.data, standards=tuple(standards)))).comparability
    count = len(lands.clauses)
    assert after.clauses_sharing_a_fact * (count + 1) == pytest.approx(before.clauses_sharing_a_fact * count)
    assert after.clauses_sharing_a_choice * (count + 1) == pytest.approx(before.clauses_sharing_a_choice * count)


def test_it_survives_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path))
    layers = [DATA / "small-library", DATA / "flow-library"]
    written, read = (load_library(layers, builtin=False) for _ in range(2))
    assert written.clauses == read.clauses
    assert read.clauses[DIGNITY].unknowable
    assert read.clauses["xa-export/1-route"].subject == "flow"


def test_no_question_is_asked_about_it(lands: Library) -> None:
    inquiry = inquire(lands, ["xa"], ON)
    assert DIGNITY not in {clause.full_id for clause in inquiry.clauses}
    assert all(DIGNITY not in {clause.full_id for clause in asked.waiting} for asked in questions(begin(inquiry, {})))


def test_the_engines_never_know_it() -> None:
    assert kleene.trace(ITSELF, {}, {}).value is None
    assert residual(ITSELF, {}, {}) == ITSELF
    both = t.And((0, 10), (ITSELF, t.Constant((0, 4), False)))
    assert kleene.trace(both, {}, {}).value is False


def test_in_a_table_it_is_null_in_every_row(lands: Library) -> None:
    pl = pytest.importorskip("polars")
    from comity.judging.judgement_columnar import verdict_expression

    clause = lands.clauses[DIGNITY]
    table = pl.DataFrame({"system.markets": [["xa"]] * 3, "system.generative": [True, False, None]})
    expression = verdict_expression(clause, lands.vocabulary.definitions, ON)
    assert table.select(expression.alias("v"))["v"].to_list() == ["unknown", "not_applicable", "unknown"]


def test_a_solver_refuses_it() -> None:
    pytest.importorskip("z3")
    from comity.clauses.tree import Kind
    from comity.clauses.values import FactType
    from comity.engines.smt import Encoding

    class Names:
        types = {"a.b": FactType(Kind.BOOL, ())}
        definitions: dict[str, object] = {}

    with pytest.raises(TypeError, match="Unknowable"):
        Encoding(Names()).term(ITSELF)  # type: ignore[arg-type]


def test_settling_and_comparing_and_the_deep_check_leave_it_out(lands: Library) -> None:
    pytest.importorskip("z3")
    from comity.questions.crosswalk import compare
    from comity.questions.deep_check import inspect_deeply
    from comity.questions.settle import settle

    settled = settle(assess(dossier(lands, ("xa",), {"system.generative": True}), lands, on=ON))
    result = next(result for result in settled.results if result.clause.full_id == DIGNITY)
    assert (result.verdict, result.settled) == ("unknown", False)
    crossing = compare("xa-export", "xb", lands)
    touched = {clause.full_id for pair in crossing.pairs for clause in (pair.a, pair.b)}
    assert DIGNITY not in touched | {clause.full_id for clause in (*crossing.alone_a, *crossing.alone_b)}
    flaws = inspect_deeply(lands).flaws
    assert all(DIGNITY not in {clause.full_id for clause in flaw.clauses} for flaw in flaws)
