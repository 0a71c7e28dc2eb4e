"""Minimal conflicts: which smallest sets of demands cannot be met together, all of them, in an order that no solver's luck can change.

A demand is a term behind a switch; a set of demands fits if some world satisfies the terms of its switches. A conflict is a set
that does not fit, minimal if each of its subsets fits. `canonical_conflict` finds one by QuickXplain, `all_conflicts` finds all by
MARCO with a map of the explored subsets, and `smallest_hitting_set` chooses the fewest demands whose removal touches every
conflict. The solver is only ever asked *whether* something fits, never for a core or a model, so that the answers depend on the
question alone.
Sources: U. Junker, "QuickXplain: preferred explanations and relaxations for over-constrained problems" (AAAI 2004); M. Liffiton, A.
Previti, A. Malik, J. Marques-Silva, "Fast, flexible MUS enumeration" (Constraints 21, 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import z3

from comity.errors import ComityError
from comity.language import Message
from comity.solving.worlds import ReplayError, new_solver, possible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from comity.engines.smt import Encoding

    Fits: TypeAlias = Callable[[Sequence[str]], bool]

MOST_SEEDS = 4000
"""How many subsets an enumeration looks at before it says that there may be more."""


class NoConflictError(ComityError):
    """A conflict was asked for among demands that fit together: an error in Comity."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Minimal conflicts, small ones first, then in the order of the demands; `complete` is false where there may be more."""

    sets: tuple[tuple[str, ...], ...]
    complete: bool


class Demands:
    """Named demands in one solver, each behind a switch.

    Args:
        encoding: of the terms.
        always: terms that hold in any case.
        terms: the demands by name; their order is the order of preference.
    """

    def __init__(self, encoding: Encoding, always: Iterable[z3.BoolRef], terms: Mapping[str, z3.BoolRef]) -> None:
        self.names = tuple(terms)
        self.terms = dict(terms)
        self.always = tuple(always)
        self.solver = new_solver(encoding)
        self.solver.add(*self.always)
        self.switches = {name: z3.Bool(f"demand {name}", encoding.context) for name in terms}
        for name, term in terms.items():
            self.solver.add(z3.Implies(self.switches[name], term))
        self._answers: dict[tuple[tuple[str, ...], tuple[z3.BoolRef, ...]], bool] = {}

    def fits(self, names: Iterable[str], *more: z3.BoolRef) -> bool:
        """Whether these demands fit together, and with further terms.

        Raises:
            NotDecidedError: the solver did not answer in time.
        """
        chosen = set(names)
        key = (tuple(name for name in self.names if name in chosen), more)
        if key not in self._answers:
            self._answers[key] = possible(self.solver, *(self.switches[name] for name in key[0]), *more)
        return self._answers[key]


def canonical_conflict(demands: Demands, names: Sequence[str], *more: z3.BoolRef) -> tuple[str, ...]:
    """The preferred minimal conflict among these demands (and further terms): the one that keeps early names.

    It is empty where the further terms alone do not fit.

    Raises:
        NoConflictError: they fit together.
        NotDecidedError: the solver did not answer in time.
    """
    return preferred_minimal_set(names, lambda chosen: demands.fits(chosen, *more))


def preferred_minimal_set(names: Sequence[str], fits: Fits) -> tuple[str, ...]:
    """The minimal part of these names that does not fit and keeps early names (QuickXplain); no name is in it twice.

    Args:
        names: which together do not fit, in the order of preference.
        fits: whether names fit together; whatever holds a set that does not fit, does not fit either.

    Raises:
        NoConflictError: they fit together.
    """
    if fits(names):
        raise NoConflictError(Message("there is no conflict to show"))
    if not fits(()):
        return ()
    found = set(_explained((), (), list(names), fits))
    return tuple(name for name in names if name in found)


def _explained(base: tuple[str, ...], added: tuple[str, ...], names: list[str], fits: Fits) -> tuple[str, ...]:
    """A minimal part of `names` that does not fit with `base`; `added` is what came last to it."""
    if added and not fits(base):
        return ()
    if len(names) == 1:
        return tuple(names)
    half = (len(names) + 1) // 2
    early, late = names[:half], names[half:]
    from_late = _explained((*base, *early), tuple(early), late, fits)
    from_early = _explained((*base, *from_late), from_late, early, fits)
    return (*from_early, *from_late)


def is_minimal(names: Sequence[str], fits: Fits) -> bool:
    """Whether names do not fit together, but do without any one of them."""
    return not fits(names) and all(fits([other for other in names if other != name]) for name in names)


def all_conflicts(demands: Demands, limit: int, most_seeds: int = MOST_SEEDS) -> Conflicts:
    """Every minimal conflict among demands; see `all_minimal_sets`.

    Raises:
        NotDecidedError: the solver did not answer in time.
    """
    return all_minimal_sets(demands.names, demands.fits, limit, most_seeds)


def all_minimal_sets(names: tuple[str, ...], fits: Fits, limit: int, most_seeds: int = MOST_SEEDS) -> Conflicts:
    """Every minimal set of names that does not fit (MARCO), up to a limit, each verified to be one.

    Args:
        names: in the order of preference.
        fits: whether names fit together; whatever holds a set that does not fit, does not fit either.
        limit: how many sets to look for; 0 for all.
        most_seeds: how many subsets to look at.

    Raises:
        ReplayError: a set is not minimal after all.
    """
    unexplored = _Map(names)
    found: list[tuple[str, ...]] = []
    complete = False
    for _ in range(most_seeds):
        seed = unexplored.largest_first()
        if seed is None:
            complete = True
            break
        if fits(seed):
            unexplored.leave_below(seed)
            continue
        if limit and len(found) == limit:
            break
        conflict = preferred_minimal_set(seed, fits)
        if not is_minimal(conflict, fits):
            message = Message("a conflict that the solver found was not confirmed; nothing is concluded from it")
            raise ReplayError(message)
        unexplored.leave_above(conflict)
        found.append(conflict)
    order = {name: position for position, name in enumerate(names)}
    found.sort(key=lambda conflict: (len(conflict), [order[name] for name in conflict]))
    return Conflicts(tuple(found), complete)


class _Map:
    """Which subsets have not been looked at: a propositional formula over the names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        context = z3.Context()
        self.solver = z3.Solver(ctx=context)
        self.members = {name: z3.Bool(str(position), context) for position, name in enumerate(names)}

    def largest_first(self) -> tuple[str, ...] | None:
        """The unexplored subset that takes each name it can, in order; no unexplored subset holds it. None if all are explored."""
        if not possible(self.solver):
            return None
        model = self.solver.model()
        fixed: list[z3.BoolRef] = []
        for member in self.members.values():
            if not z3.is_true(model.eval(member, model_completion=True)):
                if not possible(self.solver, *fixed, member):
                    fixed.append(z3.Not(member))
                    continue
                model = self.solver.model()
            fixed.append(member)
        return tuple(name for name, term in zip(self.names, fixed, strict=True) if not z3.is_not(term))

    def leave_below(self, names: Iterable[str]) -> None:
        """These fit: no subset of them needs a look."""
        chosen = set(names)
        self.solver.add(z3.Or(*(member for name, member in self.members.items() if name not in chosen), self._never()))

    def leave_above(self, names: Iterable[str]) -> None:
        """These do not fit: no superset of them needs a look."""
        self.solver.add(z3.Or(*(z3.Not(self.members[name]) for name in names), self._never()))

    def _never(self) -> z3.BoolRef:
        return z3.BoolVal(False, self.solver.ctx)


def smallest_hitting_set(sets: Iterable[Iterable[str]], order: Sequence[str]) -> tuple[str, ...] | None:
    """The fewest names such that each set holds one of them; among equals the first in the order. None if a set is empty."""
    rank = {name: position for position, name in enumerate(order)}
    pending = [frozenset(rank[name] for name in names) for names in sets]
    if not all(pending):
        return None
    size = 0
    while not _hits_within(pending, size):
        size += 1
    chosen: list[int] = []
    for position in range(len(order)):
        left = [names for names in pending if position not in names and not names & set(chosen)]
        touched = any(position in names and not names & set(chosen) for names in pending)
        later = [frozenset(other for other in names if other > position) for names in left]
        if touched and len(chosen) < size and _hits_within(later, size - len(chosen) - 1):
            chosen.append(position)
    return tuple(order[position] for position in chosen)


def _hits_within(sets: list[frozenset[int]], size: int) -> bool:
    """Whether some set of at most that many positions holds one of each of the sets."""
    if not sets:
        return True
    if size <= 0:
        return False
    smallest = min(sets, key=lambda names: (len(names), sorted(names)))
    return any(
        _hits_within([names for names in sets if position not in names], size - 1) for position in sorted(smallest)
    )
