"""Relations of clauses against brute force: the oracle is the `kleene` engine on every small world of the facts.

The imagined facts have few values that formulas can tell apart, so all worlds can be listed, and what a relation says of all systems can be
looked up.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, combinations, product
from multiprocessing import active_children

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.clauses.tree import Value
from comity.engines import kleene
from comity.errors import InputError
from comity.library.answers import read_answers, write_answers
from comity.library.loader import Library
from comity.library.model import Clause
from comity.questions import crosswalk
from comity.questions.compare import Comparison
from comity.questions.crosswalk import KeptRelation, compare
from comity.solving.relation_keys import Keys
from comity.solving.relations import EVERYTHING, Pair, Relation, pairs_across, pairs_between, turned
from tests.questions.imagined import fact, library

FACTS = (
    fact("a.given", nature="given"),
    fact("a.flag"),
    fact("a.count", "int"),
    fact("a.other", "int"),
    fact("a.parts", "set", ("x", "y", "z")),
    fact("a.mode", "enum", ("none", "some", "all")),
)
ATOMS = (
    "a.given",
    "a.flag",
    "a.count >= 1",
    "a.count >= 2",
    "a.count < 3",
    "a.count == 2",
    "a.other <= 2",
    "a.other > 1",
    "a.count <= a.other",
    '"x" in a.parts',
    'sets.contains(a.parts, ["x", "y"])',
    'sets.contains(a.parts, ["y", "z"])',
    'sets.intersects(a.parts, ["y", "z"])',
    'a.mode == "all"',
    'a.mode != "none"',
    'a.mode in ["none", "some"]',
)
AXIOMS = ("a.count >= 0", "a.flag || a.count >= 1", 'a.mode != "all" || "z" in a.parts', "a.other >= a.count")
EXAMPLES = int(os.environ.get("COMITY_EXAMPLES", "30000")) // 300

atoms = st.sampled_from(ATOMS)
formulas = st.recursive(
    st.one_of(atoms, atoms.map(lambda text: f"!({text})")),
    lambda inner: st.tuples(st.sampled_from((" && ", " || ")), st.lists(inner, min_size=2, max_size=3)).map(
        lambda found: found[0].join(f"({part})" for part in found[1])
    ),
    max_leaves=4,
)


@st.composite
def clauses(draw: st.DrawFn, name: str) -> dict[str, str]:
    """A clause that requires something, perhaps under a condition or with an exception."""
    found = {"id": name, "require": draw(formulas)}
    for key in ("when", "unless", "phase"):
        if draw(st.integers(0, 3)) == 0:
            found[key] = draw(formulas)
    return found


@st.composite
def libraries(draw: st.DrawFn, count: int = 2) -> Library:
    """A library of a few clauses, one a country, and perhaps axioms."""
    names = ("xa/1", "xb/1", "xc/1")[:count]
    return library(
        FACTS, [draw(clauses(name)) for name in names], draw(st.lists(st.sampled_from(AXIOMS), max_size=2, unique=True))
    )


@cache
def worlds() -> tuple[dict[str, Value], ...]:
    """Every world of the imagined facts, as far as the atoms can tell them apart.

    No literal is above 3; where the two counts are compared with each other, one above and one below all that the other can be is enough.
    """
    members = ("x", "y", "z")
    sets = [frozenset(some) for some in chain.from_iterable(combinations(members, size) for size in range(4))]
    names = ("a.given", "a.flag", "a.count", "a.other", "a.parts", "a.mode")
    values = ((False, True), (False, True), range(5), range(-1, 5), sets, ("none", "some", "all"))
    return tuple(dict(zip(names, one, strict=True)) for one in product(*values))


def holds(world: dict[str, Value], formula: object) -> bool:
    return kleene.trace(formula.tree, world, {}).value is True  # type: ignore[attr-defined]


def applies(clause: Clause, world: dict[str, Value]) -> bool:
    return (
        (clause.when is None or holds(world, clause.when))
        and not (clause.unless is not None and holds(world, clause.unless))
        and any(phase.when is None or holds(world, phase.when) for phase in clause.in_force)
    )


def oracle(a: Clause, b: Clause, rules: Library) -> Relation:
    """The relation, by looking at every world."""
    return relation_in(worlds(), a, b, rules)


def relation_in(every: Iterable[dict[str, Value]], a: Clause, b: Clause, rules: Library) -> Relation:
    """The relation that some worlds show, if these are all there are."""
    seen: set[tuple[bool, bool]] = set()
    for world in every:
        if all(holds(world, axiom.formula) for axiom in rules.data.axioms) and applies(a, world) and applies(b, world):
            seen.add((holds(world, a.require), holds(world, b.require)))
    if not seen:
        return "never_both_apply"
    if (True, True) not in seen:
        return "incompatible"
    names: dict[tuple[bool, bool], Relation] = {
        (False, False): "equal",
        (True, False): "b_stricter",
        (False, True): "a_stricter",
        (True, True): "overlapping",
    }
    return names[(True, False) in seen, (False, True) in seen]


def related(rules: Library) -> Iterator[Pair]:
    comparison = Comparison(rules)
    for a, b in combinations(rules.clauses.values(), 2):
        yield comparison.relate(a, b)


@settings(max_examples=EXAMPLES, deadline=None)
@given(libraries())
def test_the_relation_is_the_one_that_every_world_shows(rules: Library) -> None:
    for pair in related(rules):
        assert pair.relation == oracle(pair.a, pair.b, rules)


@settings(max_examples=EXAMPLES, deadline=None)
@given(libraries())
def test_a_witness_is_bound_by_both_and_satisfies_only_one(rules: Library) -> None:
    for pair in related(rules):
        expected = {"equal": [], "a_stricter": ["b"], "b_stricter": ["a"], "overlapping": ["a", "b"]}
        assert [witness.satisfies for witness in pair.witnesses] == expected.get(pair.relation or "", [])
        for witness in pair.witnesses:
            met, failed = (pair.a, pair.b) if witness.satisfies == "a" else (pair.b, pair.a)
            assert applies(pair.a, witness.world)
            assert applies(pair.b, witness.world)
            assert holds(witness.world, met.require)
            assert not holds(witness.world, failed.require)
            for axiom in rules.data.axioms:
                assert kleene.trace(axiom.formula.tree, witness.world, {}).value is not False


@settings(max_examples=EXAMPLES, deadline=None)
@given(libraries())
def test_whatever_is_left_out_of_a_crosswalk_has_nothing_to_do_with_each_other(rules: Library) -> None:
    """Any requirement that can be met and failed there can be met and failed whatever becomes of the other."""
    a, b = rules.clauses.values()
    found = compare("xa", "xb", rules)
    assert len(found.pairs) + found.independent == len(pairs_between([a], [b], rules))
    if found.pairs or not found.independent:
        return
    seen = {
        (holds(world, a.require), holds(world, b.require))
        for world in worlds()
        if all(holds(world, axiom.formula) for axiom in rules.data.axioms) and applies(a, world) and applies(b, world)
    }
    assert seen == set(product({met for met, _ in seen}, {met for _, met in seen}))


def test_parts_of_one_set_that_nothing_ties_together_are_no_pair() -> None:
    clauses = [
        {"id": "xa/x", "require": 'sets.contains(a.parts, ["x"])'},
        {"id": "xb/y", "require": 'sets.contains(a.parts, ["y"])'},
        {"id": "xb/x-too", "require": 'sets.contains(a.parts, ["x", "z"])'},
    ]
    found = compare("xa", "xb", library(FACTS, clauses))
    assert [(pair.b.full_id, pair.relation) for pair in found.pairs] == [("xb/x-too", "b_stricter")]
    assert found.independent == 1
    assert [clause.full_id for clause in found.alone_b] == ["xb/y"]
    tied = compare("xa", "xb", library(FACTS, clauses, ['!("x" in a.parts) || "y" in a.parts']))
    assert {pair.b.full_id: pair.relation for pair in tied.pairs} == {"xb/y": "a_stricter", "xb/x-too": "b_stricter"}
    alone = compare("xa/x", "xb/y", library(FACTS, clauses))
    assert [pair.relation for pair in alone.pairs] == ["overlapping"]


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(libraries())
def test_the_other_way_round_the_relation_is_turned(rules: Library) -> None:
    a, b = rules.clauses.values()
    there, back = Comparison(rules).relate(a, b), Comparison(rules).relate(b, a)
    assert back.relation == turned(there.relation)
    assert {witness.satisfies for witness in back.witnesses} == {
        "b" if witness.satisfies == "a" else "a" for witness in there.witnesses
    }


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(st.lists(formulas, min_size=3, max_size=3), st.lists(st.sampled_from(AXIOMS), max_size=2, unique=True))
def test_whoever_is_stricter_than_a_stricter_one_is_stricter(requirements: list[str], axioms: list[str]) -> None:
    """Among clauses that always apply; where conditions differ, "both apply" means something else for each pair."""
    names = ("xa/1", "xb/1", "xc/1")
    rules = library(
        FACTS, [{"id": name, "require": text} for name, text in zip(names, requirements, strict=True)], axioms
    )
    comparison = Comparison(rules)
    a, b, c = rules.clauses.values()
    first, second, whole = (comparison.relate(*pair).relation for pair in ((a, b), (b, c), (a, c)))
    at_least = {"equal", "a_stricter"}
    if first in at_least and second in at_least:
        assert whole == ("equal" if first == second == "equal" else "a_stricter")


@settings(max_examples=30, deadline=None)
@given(libraries(3))
def test_an_answer_does_not_depend_on_what_was_asked_before(rules: Library) -> None:
    first, second, third = combinations(rules.clauses.values(), 2)
    comparison = Comparison(rules)
    forward = [comparison.relate(*pair) for pair in (first, second, third)]
    comparison = Comparison(rules)
    backward = [comparison.relate(*pair) for pair in (third, second, first)]
    assert forward == backward[::-1]


DEADLINES = [
    {"id": "xa/72", "require": "a.count <= 72"},
    {"id": "xa/24", "require": "a.count <= 24"},
    {"id": "xb/48", "require": 'a.count <= 48 && "x" in a.parts'},
    {"id": "xb/x", "require": '"x" in a.parts'},
    {"id": "xb/late", "require": "a.count > 100"},
    {"id": "xb/nobody", "when": "a.given", "require": "a.count <= 24"},
    {"id": "xc/never", "when": "a.given && !a.given", "require": "a.count <= 1"},
    {"id": "xc/flag", "require": "a.flag"},
]


def test_relations_of_deadlines() -> None:
    rules = library(FACTS, DEADLINES, ["a.count >= 0"])
    found = {(pair.a.full_id, pair.b.full_id): pair for pair in compare("xa", "xb", rules).pairs}
    assert {names: pair.relation for names, pair in found.items()} == {
        ("xa/72", "xb/48"): "b_stricter",
        ("xa/72", "xb/late"): "incompatible",
        ("xa/72", "xb/nobody"): "b_stricter",
        ("xa/24", "xb/48"): "overlapping",
        ("xa/24", "xb/late"): "incompatible",
        ("xa/24", "xb/nobody"): "equal",
    }
    (witness,) = found["xa/72", "xb/nobody"].witnesses
    assert witness.facts == {"a.count": 72}
    assert witness.context == {"a.given": True}


def test_clauses_without_a_shared_choice_are_no_pair_but_are_named() -> None:
    rules = library(FACTS, DEADLINES)
    found = compare("xa", "xc", rules)
    assert [(pair.a.full_id, pair.b.full_id, pair.relation) for pair in found.pairs] == [
        ("xa/72", "xc/never", "never_both_apply"),
        ("xa/24", "xc/never", "never_both_apply"),
    ]
    assert [clause.full_id for clause in found.alone_b] == ["xc/flag"]
    assert found.alone_a == ()


def test_the_whole_library_is_every_pair_of_two_standards_once() -> None:
    rules = library(FACTS, DEADLINES)
    every = list(rules.clauses.values())
    across = pairs_across(every, rules)
    between = [
        pair
        for left, right in combinations(rules.standards.values(), 2)
        for pair in pairs_between(left.clauses, right.clauses, rules)
    ]
    assert sorted(across, key=str) == sorted(between, key=str)
    found = compare(EVERYTHING, EVERYTHING, rules)
    assert [(pair.a, pair.b) for pair in found.pairs] == across


def test_several_processes_and_kept_answers_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crosswalk, "WORTH_A_PROCESS", 2)
    monkeypatch.setattr(crosswalk, "PORTION", 3)
    rules = library(FACTS, DEADLINES)
    told: list[tuple[int, int]] = []
    known: dict[str, KeptRelation] = {}
    alone = compare(EVERYTHING, EVERYTHING, rules)
    shared = compare(EVERYTHING, EVERYTHING, rules, known=known, processes=2, progress=lambda *done: told.append(done))
    assert shared == alone
    assert told == [(number + 1, len(alone.pairs)) for number in range(len(alone.pairs))]
    monkeypatch.setattr(crosswalk, "_one_by_one", lambda couples, *_: iter([1 / 0 for _ in couples]))
    assert compare(EVERYTHING, EVERYTHING, rules, known=known) == alone
    assert compare("xb", "xa", rules, known=known).pairs == tuple(
        Pair(pair.a, pair.b, pair.relation, pair.shared_facts, pair.witnesses)
        for pair in compare("xb", "xa", rules, known=dict(known)).pairs
    )


def test_whoever_interrupts_does_not_wait_for_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crosswalk, "WORTH_A_PROCESS", 2)
    monkeypatch.setattr(crosswalk, "PORTION", 1)
    before = set(active_children())

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(EVERYTHING, EVERYTHING, library(FACTS, DEADLINES), processes=2, progress=interrupt)
    gc.collect()
    for process in set(active_children()) - before:
        process.join(10)
        assert process.exitcode is not None


def test_a_key_changes_with_what_the_relation_depends_on_and_with_nothing_else() -> None:
    def key(changed: int, text: str, axioms: tuple[str, ...] = ()) -> tuple[str, bool]:
        written = [dict(clause) for clause in DEADLINES]
        written[changed]["require"] = text
        rules = library(FACTS, written, axioms)
        return Keys(rules, None).of(rules.clauses["xa/72"], rules.clauses["xb/48"])

    plain = key(3, "a.flag")
    assert key(4, "a.flag") == plain
    assert key(0, "a.count <= 71")[0] != plain[0]
    assert key(2, 'a.count <= 48 && "y" in a.parts')[0] != plain[0]
    assert key(3, "a.flag", ("a.count >= 0",))[0] != plain[0]
    rules = library(FACTS, DEADLINES)
    one, other = rules.clauses["xa/72"], rules.clauses["xb/48"]
    assert Keys(rules, None).of(one, other)[0] == Keys(rules, None).of(other, one)[0]
    assert Keys(rules, None).of(one, other)[1] != Keys(rules, None).of(other, one)[1]


def test_a_damaged_file_of_answers_counts_as_empty(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    directory = Path(str(tmp_path))
    monkeypatch.setenv("COMITY_CACHE", str(directory))
    known: dict[str, KeptRelation] = {}
    compare(EVERYTHING, EVERYTHING, library(FACTS, DEADLINES), known=known)
    write_answers("relations", known)
    assert read_answers("relations", KeptRelation) == known
    path = directory / "relations.msgpack"
    whole = path.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert read_answers("relations", KeptRelation) == {}
    path.write_bytes(whole[:-1])
    assert read_answers("relations", KeptRelation) == {}


def test_an_unknown_name_is_refused_with_a_hint() -> None:
    with pytest.raises(InputError, match="is no jurisdiction") as error:
        compare("xa", "xb/84", library(FACTS, DEADLINES))
    assert error.value.hint is not None
    assert "xb/48" in str(error.value.hint)
