"""Is a library sound? The whole-library lint behind `comity library check`.

Formulas, ids and words were already checked when the library was loaded; here it is asked whether the examples evaluate as stated, whether
every clause has the examples it needs, whether every fact is used, whether dates are sane, and how comparable the countries are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from comity.clauses.values import canonical, write_value
from comity.errors import Place
from comity.judging.judgement import System, judge, reasons
from comity.language import Message
from comity.library.axioms import contradicted, contradiction
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.clauses.tree import Expression, Value
    from comity.errors import ComityError
    from comity.library.loader import Library
    from comity.library.model import Clause, Example

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Problem:
    """Something that is wrong in a library, and where."""

    message: Message
    place: Place


@dataclass(frozen=True)
class Comparability:
    """How much the clauses of different jurisdictions talk about the same things. All shares lie between 0 and 1.

    A clause that nothing can decide counts among all clauses, and never among those that share something.

    Attributes:
        shared_facts: share of choice facts that formulas of two or more jurisdictions use.
        shared_values: share of the values of choice sets and enums that formulas of two or more jurisdictions use.
        clauses_sharing_a_fact: share of clauses that share any fact but the markets and roles with a clause of another jurisdiction.
        clauses_sharing_a_choice: share of clauses whose `require` shares a choice fact with one of another jurisdiction.
    """

    shared_facts: float
    shared_values: float
    clauses_sharing_a_fact: float
    clauses_sharing_a_choice: float


@dataclass(frozen=True)
class Inspection:
    """The answer: what could not be read, what is wrong with what could (both empty if the library is sound), counts."""

    errors: tuple[ComityError, ...]
    problems: tuple[Problem, ...]
    standards: int
    clauses: int
    examples: int
    facts: int
    grades: dict[str, int]
    unknowable: int
    comparability: Comparability


def inspect(library: Library, errors: Iterable[ComityError] = ()) -> Inspection:
    """Look at the whole library; `errors` are those that were met when it was read."""
    clauses = list(library.clauses.values())
    problems: list[Problem] = []
    for clause in clauses:
        problems += _axiom_problems(clause, library)
        problems += _example_problems(clause, library)
        problems += _date_problems(clause)
        problems += _mark_problems(clause, library)
    problems += _unused_facts(library)
    problems += _fact_problems(library)
    return Inspection(
        errors=tuple(errors),
        problems=tuple(problems),
        standards=len(library.standards),
        clauses=len(clauses),
        examples=sum(len(clause.examples) for clause in clauses),
        facts=len(library.vocabulary.facts),
        grades=dict(Counter(clause.checked.against for clause in clauses)),
        unknowable=sum(clause.unknowable for clause in clauses),
        comparability=comparability(library),
    )


def run_example(clause: Clause, example: Example, library: Library) -> str | None:
    """Judge a clause on an example; None if it gives the stated verdict, else a description of what it gives."""
    facts: dict[str, Value] = {
        fact: canonical(value, library.vocabulary.types[fact]) for fact, value in example.facts.items()
    }
    facts.setdefault(MARKETS, frozenset(library.with_wholes([clause.jurisdiction])))
    on = example.on or max(phase.start for phase in clause.in_force)
    judgement = judge(clause, System(facts, library.vocabulary.definitions), on)
    if judgement.verdict == example.verdict:
        return None
    deciding, missing = reasons(judgement)
    why = [f"{fact} = {write_value(value)}" for fact, value in deciding.items()]
    why += [f"{fact} = ?" for fact in missing]
    return f"{judgement.verdict} ({'; '.join(why[:12])})" if why else judgement.verdict


def _example_problems(clause: Clause, library: Library) -> Iterator[Problem]:
    place = Place(clause.file, clause.line, 1)
    verdicts = [example.verdict for example in clause.examples]
    wanted = ["unknown"] if clause.unknowable else ["met", "not_met"]
    wanted += ["not_applicable"] if clause.when or clause.unless else []
    for verdict in wanted:
        if verdict not in verdicts:
            yield Problem(
                Message("{clause}: an example is missing with verdict {verdict}", clause=clause.id, verdict=verdict),
                place,
            )
    for example in clause.examples:
        found = run_example(clause, example, library)
        if found is not None:
            message = Message(
                "{clause}: the example says {stated}, the formula says {found}",
                clause=clause.id,
                stated=example.verdict,
                found=found,
            )
            yield Problem(message, Place(clause.file, example.line, example.column))


def _axiom_problems(clause: Clause, library: Library) -> Iterator[Problem]:
    """Examples of systems that cannot be."""
    for example in clause.examples:
        facts = {fact: canonical(value, library.vocabulary.types[fact]) for fact, value in example.facts.items()}
        for axiom in contradicted(library.data.axioms, facts, library.vocabulary.definitions):
            message = Message("{clause}: {what}", clause=clause.id, what=contradiction(axiom, facts))
            yield Problem(message, Place(clause.file, example.line, example.column))


def _date_problems(clause: Clause) -> Iterator[Problem]:
    place = Place(clause.file, clause.line, 1)
    days = [clause.checked.on, *[phase.start for phase in clause.in_force]]
    days += [phase.until for phase in clause.in_force if phase.until]
    for day in days:
        if not EARLIEST <= day <= LATEST:
            yield Problem(
                Message("{clause}: the date {day} cannot be right", clause=clause.id, day=day.isoformat()), place
            )


def _mark_problems(clause: Clause, library: Library) -> Iterator[Problem]:
    """A clause in force without a source, or of a standard checked later than its clauses."""
    place = Place(clause.file, clause.line, 1)
    standard = library.standards[clause.standard]
    if not standard.sources:
        yield Problem(Message("{clause}: the standard names no source", clause=clause.id), place)
    if not clause.require.facts and not clause.unknowable:
        yield Problem(Message("{clause}: “require” reads no fact", clause=clause.id), place)


def _unused_facts(library: Library) -> Iterator[Problem]:
    used = {MARKETS}.union(*(clause.facts for clause in library.clauses.values()))
    used = used.union(*(definition.facts for definition in library.vocabulary.definitions.values()))
    for fact in library.vocabulary.facts.values():
        if fact.id not in used and not fact.reserved and fact.topic:
            message = Message('no formula uses the fact "{fact}"; mark it reserved: true or delete it', fact=fact.id)
            yield Problem(message, Place(f"facts/{fact.topic}.yaml"))
        elif fact.id in used and fact.reserved:
            message = Message('the fact "{fact}" is used and need not be reserved', fact=fact.id)
            yield Problem(message, Place(f"facts/{fact.topic}.yaml"))


def _fact_problems(library: Library) -> Iterator[Problem]:
    for fact in library.data.facts:
        place = Place(f"facts/{fact.topic}.yaml")
        if fact.topic and fact.topic not in library.topics:
            yield Problem(Message('the file name "{topic}" is not a topic', topic=fact.topic), place)
        if not fact.title or not fact.definition:
            yield Problem(Message('the fact "{fact}" needs a title and a definition', fact=fact.id), place)


def comparability(library: Library) -> Comparability:
    """How comparable the countries of a library are."""
    facts = library.vocabulary.facts
    users: defaultdict[str, set[str]] = defaultdict(set)
    value_users: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    required: defaultdict[str, set[str]] = defaultdict(set)
    for clause in library.clauses.values():
        for fact in clause.facts:
            users[fact].add(clause.jurisdiction)
        for fact in clause.require.facts:
            required[fact].add(clause.jurisdiction)
        for formula in (clause.require, *clause.conditions):
            for fact, value in _named_values(formula.tree, library):
                value_users[fact, value].add(clause.jurisdiction)
    choices = [fact for fact in users if facts[fact].nature == "choice"]
    values = [key for key in value_users if facts[key[0]].nature == "choice"]
    clauses = list(library.clauses.values())

    def shares(clause: Clause, read: frozenset[str], by: dict[str, set[str]], *, choices_only: bool) -> bool:
        return not clause.unknowable and any(
            by[fact] - {clause.jurisdiction}
            for fact in read
            if fact not in {MARKETS, "organisation.roles"} and (not choices_only or facts[fact].nature == "choice")
        )

    return Comparability(
        shared_facts=_share(sum(len(users[fact]) > 1 for fact in choices), len(choices)),
        shared_values=_share(sum(len(value_users[key]) > 1 for key in values), len(values)),
        clauses_sharing_a_fact=_share(
            sum(shares(clause, clause.facts, users, choices_only=False) for clause in clauses), len(clauses)
        ),
        clauses_sharing_a_choice=_share(
            sum(shares(clause, clause.require.facts, required, choices_only=True) for clause in clauses), len(clauses)
        ),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _named_values(tree: Expression, library: Library) -> Iterator[tuple[str, str]]:
    """Fact and value of every declared value that a formula names, definitions unfolded."""
    from comity.clauses import tree as t
    from comity.clauses.formula import walk

    for node in walk(tree):
        match node:
            case (
                t.Contains(operand=t.Fact(id=fact), values=values)
                | t.Intersects(operand=t.Fact(id=fact), values=values)
            ):
                yield from ((fact, value) for value in values)
            case t.Compare(left=t.Fact(id=fact), right=t.Constant(value=str() as value)):
                yield fact, value
            case t.Compare(left=t.Constant(value=str() as value), right=t.Fact(id=fact)):
                yield fact, value
            case t.OneOf(operand=t.Fact(id=fact), options=options):
                yield from (
                    (fact, option.value)
                    for option in options
                    if isinstance(option, t.Constant) and isinstance(option.value, str)
                )
            case t.Named(name=name):
                yield from _named_values(library.vocabulary.definitions[name].tree, library)
