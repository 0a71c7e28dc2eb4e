"""What a plan says, on planted libraries: one small library for each idea, with the plan worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.dossier.assumptions import Assumption
from comity.errors import InputError
from comity.library.loader import Library
from comity.questions.plan import Plan, Step, plan
from tests.questions.imagined import ON, dossier, fact, library

pytest.importorskip("z3")

HOURS = 'duration("{}h")'


def planned(rules: Library, markets: list[str], known: dict[str, object] | None = None, **options: object) -> Plan:
    by_market = options.pop("by_market", None)
    costs = options.pop("costs", None)
    system = dossier(rules, markets, known, by_market, costs)  # type: ignore[arg-type]
    return plan(system, rules, on=ON, **options)  # type: ignore[arg-type]


def moves(answer: Plan) -> list[tuple[str, object, object]]:
    """Fact, from, to of each step whose value is the same everywhere."""
    return [(step.fact, _only(step.before), _only(step.after)) for step in answer.steps]


def _only(values: object) -> object:
    found = set(values.values())  # type: ignore[attr-defined]
    assert len(found) == 1
    return found.pop()


def step(answer: Plan, name: str) -> Step:
    return next(one for one in answer.steps if one.fact == name)


# Costs


def test_an_unknown_fact_costs_what_it_takes_to_establish_and_a_known_one_what_it_takes_to_change() -> None:
    rules = library(
        [fact("a.known", change=7, establish=2), fact("a.unknown", change=7, establish=2)],
        [{"id": "xa/1", "require": "a.known"}, {"id": "xa/2", "require": "a.unknown"}],
    )
    answer = planned(rules, ["xa"], {"a.known": False})
    assert {one.fact: one.cost for one in answer.steps} == {"a.known": 7, "a.unknown": 2}
    assert answer.cost == 9
    assert [one.establishes for one in answer.steps] == [True, False]


def test_the_dossier_sets_its_own_price_for_a_change() -> None:
    rules = library([fact("a.one"), fact("a.two")], [{"id": "xa/1", "require": "a.one || a.two"}])
    assert moves(planned(rules, ["xa"], {"a.one": False, "a.two": False})) == [("a.one", False, True)]
    dearer = planned(rules, ["xa"], {"a.one": False, "a.two": False}, costs={"a.one": 20.0})
    assert moves(dearer) == [("a.two", False, True)]


def test_two_cheap_changes_beat_a_dear_one() -> None:
    rules = library(
        [fact("a.dear", establish=5), fact("a.one", establish=2), fact("a.two", establish=2)],
        [{"id": "xa/1", "require": "a.dear || (a.one && a.two)"}],
    )
    assert {one.fact for one in planned(rules, ["xa"]).steps} == {"a.one", "a.two"}


def test_among_equals_fewer_steps_then_the_first_names() -> None:
    rules = library(
        [fact("a.both", establish=2), fact("a.one"), fact("a.two"), fact("a.zero", establish=2)],
        [{"id": "xa/1", "require": "a.zero || a.both || (a.one && a.two)"}],
    )
    assert [one.fact for one in planned(rules, ["xa"]).steps] == ["a.both"]


def test_nothing_to_do_where_everything_is_known_to_be_met() -> None:
    rules = library(
        [fact("a.one")], [{"id": "xa/1", "require": "a.one"}, {"id": "xa/2", "require": "!a.one", "modality": "should"}]
    )
    answer = planned(rules, ["xa"], {"a.one": True})
    assert (answer.possible, answer.steps, answer.left, answer.waiting) == (True, (), (), ())
    assert answer.markets[0].opened


def test_unconfirmed_clauses_ask_for_nothing() -> None:
    rules = library([fact("a.one")], [{"id": "xa/1", "require": "a.one", "against": "unconfirmed"}])
    assert planned(rules, ["xa"]).steps == ()


# Known to be met


def test_a_clause_is_met_only_where_the_facts_then_known_decide_it() -> None:
    """`a || !a` holds of every system, but nobody knows it until `a` is established: Kleene, not classical."""
    rules = library([fact("a.one")], [{"id": "xa/1", "require": "a.one || !a.one"}])
    assert moves(planned(rules, ["xa"])) == [("a.one", None, False)]


def test_a_condition_that_is_a_choice_may_be_made_false() -> None:
    rules = library(
        [fact("a.logs", establish=1), fact("a.kept", establish=3)],
        [{"id": "xa/1", "when": "a.logs", "require": "a.kept"}],
    )
    assert moves(planned(rules, ["xa"])) == [("a.logs", None, False)]


def test_an_exception_closes_a_clause() -> None:
    rules = library(
        [fact("a.small", establish=1), fact("a.report", establish=3)],
        [{"id": "xa/1", "unless": "a.small", "require": "a.report"}],
    )
    assert moves(planned(rules, ["xa"])) == [("a.small", None, True)]


def test_a_given_is_never_changed_to_escape_a_duty() -> None:
    rules = library(
        [fact("g.large", nature="given"), fact("a.report", change=99)],
        [{"id": "xa/1", "when": "g.large", "require": "a.report"}],
    )
    answer = planned(rules, ["xa"], {"g.large": True, "a.report": False})
    assert moves(answer) == [("a.report", False, True)]


def test_a_clause_that_waits_for_an_unknown_given_is_set_aside() -> None:
    rules = library(
        [fact("g.large", nature="given", establish=2), fact("a.report"), fact("a.log")],
        [{"id": "xa/1", "when": "g.large", "require": "a.report"}, {"id": "xa/2", "require": "a.log"}],
    )
    answer = planned(rules, ["xa"])
    assert [one.fact for one in answer.steps] == ["a.log"]
    assert answer.waiting == ("xa/1",)
    assert [(entry.fact, entry.cost, entry.clauses) for entry in answer.open_givens] == [
        ("g.large", Fraction(2), ("xa/1",))
    ]
    assert answer.promised == ("xa/2",)
    assert not answer.markets[0].opened
    assert answer.markets[0].cost == 1
    assumed = planned(rules, ["xa"], assume=[Assumption("g.large", True)])
    assert {one.fact for one in assumed.steps} == {"a.log", "a.report"}
    assert assumed.waiting == ()


def test_a_choice_that_is_kept_stays() -> None:
    rules = library([fact("a.one"), fact("a.two", change=50)], [{"id": "xa/1", "require": "a.one || a.two"}])
    known: dict[str, object] = {"a.one": False, "a.two": False}
    assert moves(planned(rules, ["xa"], known, keep=["a.one"])) == [("a.two", False, True)]
    with pytest.raises(InputError, match="no value that could be kept"):
        planned(rules, ["xa"], {}, keep=["a.one"])


def test_an_axiom_is_heeded() -> None:
    rules = library(
        [fact("a.label"), fact("a.generated", change=1)],
        [{"id": "xa/1", "require": "a.label"}],
        ["!a.label || a.generated"],
    )
    assert {one.fact for one in planned(rules, ["xa"], {"a.label": False, "a.generated": False}).steps} == {
        "a.label",
        "a.generated",
    }


# Values


def test_a_known_set_gains_what_is_missing_and_loses_what_must_not_be() -> None:
    rules = library(
        [fact("a.parts", "set", ("p", "q", "r", "s"))],
        [{"id": "xa/1", "require": 'sets.contains(a.parts, ["p", "q"]) && !("r" in a.parts)'}],
    )
    answer = planned(rules, ["xa"], {"a.parts": ["q", "r", "s"]})
    assert moves(answer) == [("a.parts", frozenset("qrs"), frozenset("pqs"))]


def test_an_unknown_set_takes_as_few_values_as_are_asked() -> None:
    rules = library(
        [fact("a.parts", "set", ("p", "q", "r"))],
        [{"id": "xa/1", "require": '"p" in a.parts && ("q" in a.parts || "r" in a.parts)'}],
    )
    assert moves(planned(rules, ["xa"])) == [("a.parts", None, frozenset("pq"))]
    fewer = library(
        [fact("a.parts", "set", ("p", "q", "r"))],
        [{"id": "xa/1", "require": '"r" in a.parts || sets.contains(a.parts, ["p", "q"])'}],
    )
    assert moves(planned(fewer, ["xa"])) == [("a.parts", None, frozenset("r"))]


def test_numbers_move_to_the_nearest_bound_and_unknown_ones_take_the_weakest() -> None:
    rules = library(
        [fact("a.rate", "ratio"), fact("a.deadline", "duration"), fact("a.sample", "int")],
        [
            {"id": "xa/1", "require": "a.rate >= 0.9"},
            {"id": "xb/1", "require": "a.rate >= 0.95"},
            {"id": "xa/2", "require": f"a.deadline <= {HOURS.format(72)}"},
            {"id": "xb/2", "require": f"a.deadline <= {HOURS.format(24)} || a.sample >= 300"},
        ],
    )
    unknown = {name: str(value) for name, _, value in moves(planned(rules, ["xa"]))}
    assert unknown == {"a.rate": "0.9", "a.deadline": "3 days, 0:00:00"}
    both = {name: str(value) for name, _, value in moves(planned(rules, ["xa", "xb"]))}
    assert both == {"a.rate": "0.95", "a.deadline": "1 day, 0:00:00"}
    known = planned(rules, ["xa"], {"a.rate": 0.5, "a.deadline": "96h"})
    assert {name: str(value) for name, _, value in moves(known)} == unknown


# Markets that differ

SPLIT = [fact("a.deadline", "int", per_market=True, change=4)]
QUARREL = [{"id": "xa/1", "require": "a.deadline <= 1"}, {"id": "xb/1", "require": "a.deadline >= 2"}]


def test_one_value_for_all_markets_where_the_dossier_gives_none_of_its_own() -> None:
    answer = planned(library(SPLIT, [QUARREL[0], {"id": "xb/1", "require": "a.deadline >= 1"}]), ["xa", "xb"])
    assert moves(answer) == [("a.deadline", None, 1)]
    assert answer.cost == 1
    assert answer.target.entries["a.deadline"].by_market == {}


def test_markets_that_quarrel_over_one_value_are_told_apart_on_request() -> None:
    rules = library(SPLIT, QUARREL)
    answer = planned(rules, ["xa", "xb"], {"a.deadline": 1})
    assert not answer.possible
    assert answer.conflicts == (("xa/1", "xb/1"),)
    assert answer.possible_per_market is True
    assert answer.steps == ()
    apart = planned(rules, ["xa", "xb"], {"a.deadline": 1}, per_market=True)
    assert apart.possible
    (only,) = apart.steps
    assert only.before == {"xa": 1, "xb": 1}
    assert only.after == {"xa": 1, "xb": 2}
    assert only.cost == 4
    assert apart.target.facts_in("xa")["a.deadline"] == 1
    assert apart.target.facts_in("xb")["a.deadline"] == 2


def test_values_of_single_markets_that_the_dossier_gives_are_its_own() -> None:
    rules = library(SPLIT, QUARREL)
    answer = planned(rules, ["xa", "xb"], {"a.deadline": 3}, by_market={"a.deadline": {"xb": 2}})
    (only,) = answer.steps
    assert dict(only.after) == {"xa": 1, "xb": 2}
    assert [progress.cost for progress in answer.markets] == [4, 0]


def test_a_conflict_that_no_split_solves_says_so() -> None:
    rules = library([fact("a.flag")], [{"id": "xa/1", "require": "a.flag"}, {"id": "xb/1", "require": "!a.flag"}])
    answer = planned(rules, ["xa", "xb"])
    assert (answer.possible, answer.possible_per_market, answer.conflicts) == (False, False, (("xa/1", "xb/1"),))


def test_three_clauses_of_which_every_two_agree() -> None:
    rules = library(
        [fact("a.one"), fact("a.two")],
        [
            {"id": "xa/1", "require": "a.one"},
            {"id": "xa/2", "require": "!a.one || a.two"},
            {"id": "xb/1", "require": "!a.two"},
            {"id": "xb/2", "require": "a.one || a.two"},
        ],
    )
    assert planned(rules, ["xa", "xb"]).conflicts == (("xa/1", "xa/2", "xb/1"), ("xa/2", "xb/1", "xb/2"))


def test_a_clause_that_the_givens_make_hopeless_is_a_conflict_by_itself() -> None:
    rules = library(
        [fact("g.weapon", nature="given"), fact("a.one")],
        [{"id": "xa/1", "require": "!g.weapon"}, {"id": "xa/2", "require": "a.one"}],
    )
    answer = planned(rules, ["xa"], {"g.weapon": True})
    assert (answer.possible, answer.conflicts) == (False, (("xa/1",),))
    some = planned(rules, ["xa"], {"g.weapon": True}, budget=10)
    assert [one.fact for one in some.steps] == ["a.one"]
    assert some.left == ("xa/1",)


def test_the_rules_of_the_whole_open_the_part() -> None:
    rules = library(
        [fact("a.one"), fact("a.two")], [{"id": "xb/1", "require": "a.one"}, {"id": "xb-north/1", "require": "a.two"}]
    )
    answer = planned(rules, ["xb-north"])
    assert answer.steps[-1].opens == ("xb-north",)
    assert answer.markets[0].cost == 2


# Order


def test_the_step_that_closes_most_for_its_cost_comes_first() -> None:
    rules = library(
        [fact("a.many", establish=2), fact("a.one", establish=1), fact("a.two", establish=3)],
        [
            {"id": "xa/1", "require": "a.many"},
            {"id": "xa/2", "require": "a.many"},
            {"id": "xa/3", "require": "a.many"},
            {"id": "xb/1", "require": "a.one"},
            {"id": "xb/2", "require": "a.two"},
        ],
    )
    answer = planned(rules, ["xa", "xb"])
    assert [one.fact for one in answer.steps] == ["a.many", "a.one", "a.two"]
    assert [one.total for one in answer.steps] == [2, 3, 6]
    assert [one.opens for one in answer.steps] == [("xa",), (), ("xb",)]
    assert answer.steps[0].closes == ("xa/1", "xa/2", "xa/3")
    assert {progress.market: progress.cost for progress in answer.markets} == {"xa": 2, "xb": 6}


def test_steps_that_only_help_together_stand_together() -> None:
    rules = library(
        [fact("a.one"), fact("a.three"), fact("a.two")],
        [{"id": "xa/1", "require": "a.one && a.three"}, {"id": "xa/2", "require": "a.two"}],
    )
    assert [one.fact for one in planned(rules, ["xa"]).steps] == ["a.two", "a.one", "a.three"]


def test_a_step_that_breaks_what_was_met_says_so() -> None:
    rules = library(
        [fact("a.one"), fact("a.two")],
        [
            {"id": "xa/1", "require": "a.one"},
            {"id": "xa/2", "require": "!a.one || a.two"},
            {"id": "xa/3", "require": "a.one || !a.two"},
        ],
    )
    answer = planned(rules, ["xa"], {"a.one": False, "a.two": False})
    first, second = answer.steps
    assert (first.fact, first.closes, first.reopens) == ("a.one", ("xa/1",), ("xa/2",))
    assert (second.fact, second.closes, second.reopens) == ("a.two", ("xa/2",), ())


# Budget

MANY = library(
    [fact("a.big", establish=3), fact("a.one"), fact("a.two"), fact("a.three")],
    [
        *({"id": f"xa/{number}", "require": "a.big"} for number in range(4)),
        {"id": "xb/1", "require": "a.one && a.two"},
        {"id": "xb/2", "require": "a.two || a.three"},
    ],
)


@pytest.mark.parametrize(
    ("budget", "facts", "left"),
    [
        (0, set(), 6),
        (1, {"a.three"}, 5),
        (2, {"a.one", "a.two"}, 4),
        (3, {"a.big"}, 2),
        (4, {"a.big", "a.three"}, 1),
        (5, {"a.big", "a.one", "a.two"}, 0),
        (100, {"a.big", "a.one", "a.two"}, 0),
    ],
)
def test_a_budget_buys_as_many_clauses_as_it_can(budget: float, facts: set[str], left: int) -> None:
    answer = planned(MANY, ["xa", "xb"], budget=budget)
    assert {one.fact for one in answer.steps} == facts
    assert len(answer.left) == left
    assert answer.cost <= budget
    assert answer.possible


def test_among_as_many_clauses_a_budget_opens_markets() -> None:
    rules = library(
        [fact("a.aa"), fact("a.bb"), fact("a.cc")],
        [{"id": "xa/1", "require": "a.aa"}, {"id": "xa/2", "require": "a.bb"}, {"id": "xb/1", "require": "a.cc"}],
    )
    answer = planned(rules, ["xa", "xb"], budget=1)
    assert [one.fact for one in answer.steps] == ["a.cc"]
    assert [progress.cost for progress in answer.markets] == [None, Fraction(1)]


def test_a_budget_gives_up_as_little_of_a_conflict_as_it_can() -> None:
    rules = library(
        [fact("a.one")],
        [{"id": "xa/1", "require": "a.one"}, {"id": "xb/1", "require": "!a.one"}, {"id": "xb/2", "require": "!a.one"}],
    )
    answer = planned(rules, ["xa", "xb"], budget=9)
    assert (answer.possible, answer.left, moves(answer)) == (False, ("xa/1",), [("a.one", None, False)])
