"""The interview: what is never asked cannot matter, what is asked did, and the order is always the same.

The oracle is brute force: all systems that agree with what was answered, judged by `kleene`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.clauses.tree import Kind, Value
from comity.dossier.model import Basis, Entry
from comity.errors import Place
from comity.judging.judgement import System, judge, reasons
from comity.library.loader import Library, load_library
from comity.library.model import Clause
from comity.library.vocabulary import MARKETS
from comity.questions.ask import (
    Interview,
    answer,
    back,
    begin,
    dont_know,
    inquire,
    next_question,
    questions,
)
from tests.questions import imagined
from tests.questions.imagined import ON, fact

COUNTRIES = ("xa", "xb")
EXAMPLES = int(os.environ.get("COMITY_EXAMPLES", "150"))
DOMAINS: dict[str, tuple[Value, ...]] = {
    "a.b": (False, True),
    "a.c": (False, True),
    "a.d": (False, True),
    "a.e": ("x", "y", "z"),
    "a.s": tuple(frozenset(members) for members in ((), ("p",), ("q",), ("p", "q"))),
    "a.n": (0, 3, 4, 5, 9),
    "a.m": (False, True),
}
FACTS = (
    fact("a.b", nature="given"),
    fact("a.c"),
    fact("a.d"),
    fact("a.e", "enum", ("x", "y", "z"), nature="given"),
    fact("a.s", "set", ("p", "q")),
    fact("a.n", "int"),
    fact("a.m", per_market=True),
)
ATOMS = (
    "a.b",
    "a.c",
    "a.d",
    "a.m",
    'a.e == "x"',
    'a.e in ["x", "y"]',
    '"p" in a.s',
    'sets.contains(a.s, ["p", "q"])',
    'sets.intersects(a.s, ["p", "q"])',
    "a.n >= 4",
    "a.n < 4",
    "a.n == 5",
)
BASIS = Basis("declared", None, None, Place("test"))


def formula(random: Random, depth: int = 3) -> str:
    if depth == 0 or random.random() < 0.2:
        return random.choice(ATOMS)
    parts = [f"({formula(random, depth - 1)})" for _ in range(3)]
    match random.randint(0, 6):
        case 0 | 1:
            return " && ".join(parts[: random.randint(2, 3)])
        case 2 | 3:
            return " || ".join(parts[: random.randint(2, 3)])
        case 4 | 5:
            return f"!{parts[0]}"
        case _:
            return f"{parts[0]} ? {parts[1]} : {parts[2]}"


def library_of(random: Random) -> Library:
    clauses = []
    for number in range(random.randint(1, 4)):
        clause = {"id": f"{random.choice(COUNTRIES)}/c{number}", "require": formula(random)}
        for key in ("when", "unless", "phase"):
            if random.random() < 0.4:
                clause[key] = formula(random, 2)
        if random.random() < 0.15:
            clause |= random.choice(({"modality": "should"}, {"against": "unconfirmed"}))
        clauses.append(clause)
    axioms = [formula(random, 1)] if random.random() < 0.4 else []
    return imagined.library(FACTS, clauses, axioms)


def worlds(fixed: Mapping[str, Value], free: Iterable[str]) -> Iterator[dict[str, Value]]:
    free = sorted(free)
    for values in product(*(DOMAINS[name] for name in free)):
        yield {**fixed, **dict(zip(free, values, strict=True))}


def possible(world: Mapping[str, Value], library: Library) -> bool:
    system = System(world, {})
    return all(system.trace(axiom.formula).value is not False for axiom in library.data.axioms)


def completions(facts: Mapping[str, Value], library: Library) -> list[dict[str, Value]]:
    return [world for world in worlds(facts, DOMAINS.keys() - facts.keys()) if possible(world, library)]


def breach(clause: Clause, facts: Mapping[str, Value]) -> bool | None:
    """Whether a clause applies and is not met; None: unknown."""
    known = {**facts, MARKETS: frozenset(COUNTRIES)}
    return {"not_met": True, "unknown": None}.get(judge(clause, System(known, {}), ON).verdict, False)


def answers_of(interview: Interview) -> dict[str, Value]:
    return {name: entry.value for name, entry in interview.entries.items() if entry.value is not None}


def run(library: Library, replies: Mapping[str, Value]) -> Interview:
    """An interview to its end; what has no reply is not known. Every fact asked has to be missing somewhere."""
    interview = begin(inquire(library, COUNTRIES, ON), {})
    while (question := next_question(interview)) is not None:
        name = question.fact
        assert name not in interview.order
        assert name in missing_now(interview)
        known = name in replies
        interview = answer(interview, Entry(name, replies[name], {}, BASIS)) if known else dont_know(interview, name)
    return interview


def missing_now(interview: Interview) -> set[str]:
    """The facts that some binding clause misses, as an assessment would say."""
    known = {**answers_of(interview), MARKETS: frozenset(COUNTRIES)}
    found: set[str] = set()
    for clause in interview.inquiry.clauses:
        judgement = judge(clause, System(known, {}), ON)
        if judgement.verdict == "unknown":
            found.update(reasons(judgement)[1])
    return found


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_was_never_asked_cannot_change_any_verdict(random: Random) -> None:
    library = library_of(random)
    world = {name: random.choice(values) for name, values in DOMAINS.items()}
    if not possible(world, library):
        return
    interview = run(library, world)
    asked = answers_of(interview)
    others = completions(asked, library)
    for clause in interview.inquiry.clauses:
        assert len({breach(clause, other) for other in others}) == 1
        if clause.full_id not in {verdict.clause.full_id for verdict in interview.open}:
            assert breach(clause, asked) is breach(clause, world)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.randoms(use_true_random=False))
def test_nor_while_some_facts_stay_unknown(random: Random) -> None:
    """A verdict that further facts would still decide is one that is decided anyhow, whatever all facts are."""
    library = library_of(random)
    known = {name: random.choice(values) for name, values in DOMAINS.items() if random.random() < 0.6}
    interview = run(library, known)
    asked = answers_of(interview)
    everything = completions(asked, library)
    further = list(worlds(asked, DOMAINS.keys() - set(interview.order)))
    for clause in interview.inquiry.clauses:
        now = breach(clause, asked)
        for world in random.sample(further, min(60, len(further))):
            if breach(clause, world) is now:
                continue
            assert now is None
            anyhow = {breach(clause, other) for other in everything} <= {breach(clause, world)}
            assert anyhow or not completions(world, library)


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_is_the_same_every_time_and_back_goes_back(random: Random) -> None:
    library = library_of(random)
    replies = {name: random.choice(values) for name, values in DOMAINS.items() if random.random() < 0.8}
    interview = run(library, replies)
    assert run(library, replies).order == interview.order
    while interview.order:
        before = back(interview)
        question = next_question(before)
        assert question is not None
        assert question.fact == interview.order[-1]
        assert before.order == interview.order[:-1]
        interview = before
    assert back(interview) is interview


def small(*clauses: Mapping[str, str], axioms: Iterable[str] = ()) -> Interview:
    return begin(inquire(imagined.library(FACTS, clauses, axioms), COUNTRIES, ON), {})


def test_the_most_decisive_fact_comes_first_and_givens_before_choices() -> None:
    interview = small(
        {"id": "xa/1", "when": "a.b", "require": "a.c"},
        {"id": "xa/2", "when": "a.b", "require": "a.d"},
        {"id": "xb/3", "when": 'a.e == "x"', "require": "a.d"},
    )
    found = [(question.fact, question.decides) for question in questions(interview)]
    assert found == [("a.b", 2), ("a.d", 2), ("a.e", 1), ("a.c", 1)]


def test_a_question_names_the_clauses_that_wait_for_it() -> None:
    interview = small(
        {"id": "xb/1", "require": "a.c"}, {"id": "xa/2", "require": "a.c || a.d"}, {"id": "xa/3", "require": "a.d"}
    )
    by_fact = {question.fact: [clause.full_id for clause in question.waiting] for question in questions(interview)}
    assert by_fact == {"a.c": ["xa/2", "xb/1"], "a.d": ["xa/2", "xa/3"]}


def test_what_is_true_either_way_is_not_asked() -> None:
    assert next_question(small({"id": "xa/1", "require": "a.n >= 4 || a.n < 4"})) is None
    assert (
        next_question(small({"id": "xa/1", "require": 'a.c || !("p" in a.s) || sets.intersects(a.s, ["p", "q"])'}))
        is None
    )


def test_what_an_axiom_decides_is_not_asked() -> None:
    assert next_question(small({"id": "xa/1", "require": "!a.c || a.d"}, axioms=["!a.c || a.d"])) is None


def test_facts_that_an_axiom_ties_together_are_not_all_passed_over() -> None:
    interview = small({"id": "xa/1", "require": "a.c"}, axioms=["(a.c && a.d) || (!a.c && !a.d)"])
    assert [question.fact for question in questions(interview)] == ["a.c"]


def test_a_condition_that_an_axiom_decides_is_asked_where_a_fact_hides_behind_it() -> None:
    """Kleene's logic knows nothing of `c ? a : b` before it knows `c`."""
    interview = small({"id": "xa/1", "require": "a.n >= 4 ? a.c : a.n < 4"}, axioms=["a.n >= 4"])
    assert [question.fact for question in questions(interview)] == ["a.n"]
    interview = answer(interview, Entry("a.n", 4, {}, BASIS))
    assert [question.fact for question in questions(interview)] == ["a.c"]


def test_what_only_mattered_together_with_something_unknown_is_not_asked() -> None:
    interview = small({"id": "xa/1", "require": "a.c || (a.d && a.b)"})
    interview = dont_know(interview, "a.c")
    assert {question.fact for question in questions(interview)} == {"a.b", "a.d"}
    interview = answer(interview, Entry("a.d", True, {}, BASIS))
    assert [question.fact for question in questions(interview)] == ["a.b"]
    interview = answer(interview, Entry("a.b", False, {}, BASIS))
    assert next_question(interview) is None
    assert (interview.decided, interview.stuck) == (0, 1)


def test_a_fact_known_in_one_market_is_asked_for_the_others() -> None:
    interview = small({"id": "xa/1", "require": "a.m"}, {"id": "xb/1", "require": "a.m"})
    interview = answer(interview, Entry("a.m", None, {"xa": True}, BASIS))
    question = next_question(interview)
    assert question is not None
    assert [clause.full_id for clause in question.waiting] == ["xb/1"]
    interview = answer(interview, Entry("a.m", False, {"xa": True}, BASIS))
    assert (interview.decided, interview.failing) == (2, 1)


def test_advice_and_unconfirmed_texts_are_never_a_reason_to_ask() -> None:
    interview = small(
        {"id": "xa/1", "modality": "should", "require": "a.c"},
        {"id": "xa/2", "against": "unconfirmed", "require": "a.d"},
    )
    assert next_question(interview) is None


@pytest.fixture(scope="module")
def shipped() -> Library:
    return load_library()


@pytest.mark.parametrize("seed", range(3))
def test_on_the_shipped_library_what_was_never_asked_cannot_change_a_verdict(shipped: Library, seed: int) -> None:
    random = Random(seed)
    inquiry = inquire(shipped, ("eu", "cn", "kr", "us-ca"), date(2026, 11, 22))
    interview = begin(inquiry, {})
    while (question := next_question(interview)) is not None:
        name = question.fact
        assert name in interview.inquiry.mentioned
        interview = answer(interview, Entry(name, some_value(name, shipped, interview, random), {}, BASIS))
    assert len(interview.order) < len(inquiry.mentioned) / 2
    before = verdicts(interview, answers_of(interview))
    for _ in range(3):
        others = {
            name: some_value(name, shipped, interview, random)
            for name in sorted(inquiry.mentioned - set(interview.order))
        }
        after = verdicts(interview, answers_of(interview) | others)
        assert all(after[clause] is value for clause, value in before.items() if value is not None)


def some_value(name: str, library: Library, interview: Interview, random: Random) -> Value:
    fact_type = library.vocabulary.types[name]
    if fact_type.kind is Kind.SET:
        return frozenset(value for value in fact_type.values if random.random() < 0.4)
    return random.choice(interview.inquiry.candidates[name])


def verdicts(interview: Interview, facts: Mapping[str, Value]) -> dict[str, bool | None]:
    inquiry = interview.inquiry
    system = System({**facts, MARKETS: frozenset(inquiry.everywhere)}, inquiry.library.vocabulary.definitions)
    known = {clause.full_id: judge(clause, system, inquiry.on).verdict for clause in inquiry.clauses}
    return {clause: {"not_met": True, "unknown": None}.get(verdict, False) for clause, verdict in known.items()}
