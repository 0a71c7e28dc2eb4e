"""Many pairs at once: two standards or countries beside each other, or the whole library, in several processes and with kept answers.

An answer that is known under its key (`relation_keys`) is not asked for again. The solver is imported only where something is left to ask.
"""

from __future__ import annotations

import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import msgspec

from comity.clauses.values import canonical, plain
from comity.library.loader import Library
from comity.library.model import LibraryData, Plain
from comity.solving.relation_keys import Keys
from comity.solving.relations import (
    EVERYTHING,
    Crosswalk,
    Pair,
    Relation,
    Witness,
    application,
    in_force,
    pairs_across,
    pairs_between,
    select,
    turned,
)
from comity.solving.subjects import Subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from comity.clauses.tree import Value
    from comity.library.model import Clause
    from comity.questions.compare import Comparison

WORTH_A_PROCESS = 100
"""How many pairs a process has to have to do, so that starting it pays."""
PORTION = 40
"""How many pairs a process is given at a time, at most."""

Couple = tuple["Clause", "Clause"]


class KeptWitness(msgspec.Struct, frozen=True, array_like=True):
    """A witness as plain data."""

    satisfies: Literal["a", "b"]
    facts: dict[str, Plain]
    context: dict[str, Plain]


class KeptRelation(msgspec.Struct, frozen=True, array_like=True):
    """A relation with its witnesses as plain data; None where the solver did not decide it in time."""

    relation: Relation | None
    witnesses: tuple[KeptWitness, ...]

    def turned(self) -> KeptRelation:
        """The same for the clauses the other way round."""
        others: dict[str, Literal["a", "b"]] = {"a": "b", "b": "a"}
        witnesses = (KeptWitness(others[kept.satisfies], kept.facts, kept.context) for kept in reversed(self.witnesses))
        return KeptRelation(turned(self.relation), tuple(witnesses))


def compare(
    left: str,
    right: str,
    library: Library,
    *,
    on: date | None = None,
    known: dict[str, KeptRelation] | None = None,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Crosswalk:
    """Relate the clauses of two standards, jurisdictions or single clauses; of the whole library where both are `*`.

    Clauses are a pair where both require something of one choice, and if it is a set, of one value in it; two single clauses always are.

    Args:
        left: the one.
        right: the other.
        library: the rules.
        on: only clauses in force on that day, in the phases that cover it; by default every clause in every phase.
        known: answers by key; those that are used or found come to stand at its end.
        processes: how many may work at a time.
        progress: told how many pairs are done, and how many there are.

    Raises:
        InputError: a name stands for nothing.
    """
    if left == right == EVERYTHING:
        side_a = side_b = in_force(library.clauses.values(), library, on)
        couples = pairs_across(side_a, library)
    else:
        side_a, side_b = (in_force(select(name, library), library, on) for name in (left, right))
        couples = pairs_between(side_a, side_b, library)
    subjects = Subjects(library)
    sharing = len(couples)
    if not library.clauses.keys() >= {left, right}:
        couples = [couple for couple in couples if subjects.meet(*couple)]
    crossing = _Crossing(library, on, {} if known is None else known, subjects)
    pairs = crossing.pairs(couples, processes, progress)
    paired = {clause.full_id for couple in couples for clause in couple}
    alone_a, alone_b = (tuple(clause for clause in side if clause.full_id not in paired) for side in (side_a, side_b))
    alone_b = () if left == right else alone_b
    return Crosswalk(library, left, right, on, pairs, alone_a, alone_b, independent=sharing - len(couples))


class _Crossing:
    """Answers the pairs of one library on one day."""

    def __init__(self, library: Library, on: date | None, known: dict[str, KeptRelation], subjects: Subjects) -> None:
        self.library = library
        self.subjects = subjects
        self.on = on
        self.known = known
        self.keys = Keys(library, on)
        self._values: dict[tuple[str, Plain], Value] = {}

    def pairs(
        self, couples: list[Couple], processes: int, progress: Callable[[int, int], None] | None
    ) -> tuple[Pair, ...]:
        """Every couple with its relation, in order."""
        missing = [couple for couple in couples if self.keys.of(*couple)[0] not in self.known]
        # Pairs that share the conditions under which they apply stand together, so that one process works these out once.
        missing.sort(key=lambda couple: [_condition(clause, self.on) for clause in couple])
        asked = (
            _in_processes(missing, self.library, self.on, processes)
            if processes > 1
            else _one_by_one(missing, self.library, self.on)
        )
        undecided: dict[str, KeptRelation] = {}
        for done, (couple, kept) in enumerate(zip(missing, asked, strict=True), len(couples) - len(missing) + 1):
            key, is_turned = self.keys.of(*couple)
            (undecided if kept.relation is None else self.known)[key] = kept.turned() if is_turned else kept
            if progress is not None:
                progress(done, len(couples))
        return tuple(self._pair(couple, undecided) for couple in couples)

    def _pair(self, couple: Couple, undecided: Mapping[str, KeptRelation]) -> Pair:
        key, is_turned = self.keys.of(*couple)
        kept = undecided.get(key)
        if kept is None:
            kept = self.known[key] = self.known.pop(key)
        if is_turned:
            kept = kept.turned()
        witnesses = (
            Witness(found.satisfies, self._restored(found.facts), self._restored(found.context))
            for found in kept.witnesses
        )
        return Pair(*couple, kept.relation, self.subjects.shared(*couple), tuple(witnesses))

    def _restored(self, facts: Mapping[str, Plain]) -> dict[str, Value]:
        """Facts with canonical values; the same few values come again and again."""
        values = self._values
        for key in facts.items():
            if key not in values:
                values[key] = canonical(key[1], self.library.vocabulary.types[key[0]])
        return {key[0]: values[key] for key in facts.items()}


def _condition(clause: Clause, on: date | None) -> str:
    return "\n".join(part.text if part else "" for part in application(clause, on))


def _one_by_one(couples: list[Couple], library: Library, on: date | None) -> Iterator[KeptRelation]:
    if couples:
        from comity.questions.compare import Comparison

        comparison = Comparison(library, on)
        yield from (_relate(comparison, *couple) for couple in couples)


def _in_processes(couples: list[Couple], library: Library, on: date | None, processes: int) -> Iterator[KeptRelation]:
    """The same, shared out among processes; one by one where that does not pay or processes cannot be started."""
    processes = min(processes, len(couples) // WORTH_A_PROCESS)
    done = 0
    if processes > 1:
        size = min(PORTION, len(couples) // processes)
        names = [(a.full_id, b.full_id) for a, b in couples]
        portions = [names[start : start + size] for start in range(0, len(names), size)]
        setting = (msgspec.msgpack.encode(library.data), on)
        try:
            for portion in _shared_out(portions, processes, setting):
                yield from portion
                done += len(portion)
        except (OSError, ImportError, BrokenProcessPool):
            pass
    yield from _one_by_one(couples[done:], library, on)


def _shared_out(
    portions: list[list[tuple[str, str]]], processes: int, setting: tuple[bytes, date | None]
) -> Iterator[list[KeptRelation]]:
    """Every portion answered, in order; where nobody listens any more, the processes are ended rather than waited for."""
    others = set(active_children())
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _start, setting)
    try:
        with _on_their_own():
            asked = pool.map(_relate_all, portions)
        yield from asked
        pool.shutdown()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(active_children()) - others:
            process.terminate()
        raise


@contextmanager
def _on_their_own() -> Iterator[None]:
    """Start processes that do not run the program of this one again, and that leave an interruption to this one from the first moment.

    They need nothing of the program, and it need not be prepared for that.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    mask = getattr(signal, "pthread_sigmask", None)  # not on Windows
    before = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else ()
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if mask:
            mask(signal.SIG_SETMASK, before)


class _Worker:
    """What a process of its own works with; set once, when it starts."""

    comparison: Comparison


def _start(data: bytes, on: date | None) -> None:
    from comity.questions.compare import Comparison

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.comparison = Comparison(Library(msgspec.msgpack.decode(data, type=LibraryData)), on)


def _relate_all(names: list[tuple[str, str]]) -> list[KeptRelation]:
    clauses = _Worker.comparison.library.clauses
    return [_relate(_Worker.comparison, clauses[a], clauses[b]) for a, b in names]


def _relate(comparison: Comparison, a: Clause, b: Clause) -> KeptRelation:
    pair = comparison.relate(a, b)
    return KeptRelation(
        pair.relation, tuple(KeptWitness(w.satisfies, _plain(w.facts), _plain(w.context)) for w in pair.witnesses)
    )


def _plain(facts: Mapping[str, Value]) -> dict[str, Plain]:
    return {fact: plain(value) for fact, value in facts.items()}
