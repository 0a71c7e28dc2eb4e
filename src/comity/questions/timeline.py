"""When do rules begin and end? The days of the library, in order, for some markets or for all.

A day is read off the phases of the clauses alone, so it is the same day on which `assess --on` changes. Bills and repealed laws have no
days: their dates were never law.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from comity.library.loader import Library
    from comity.library.model import Clause, CompiledFormula, Standard

Turn: TypeAlias = Literal["begins", "extends", "ends"]
"""What happens to a clause on a day: it begins, it comes to bind other systems, or it ends."""

NEVER_LAW = frozenset({"bill", "repealed"})


class Event(NamedTuple):
    """Clauses of one standard that begin or end on one day, for the same systems.

    Attributes:
        standard: the standard.
        turn: what happens to them.
        whom: the systems for which it does; None for all.
        clauses: the clauses, in the order of the standard.
        whole: whether these are all clauses of the standard.
    """

    standard: Standard
    turn: Turn
    whom: CompiledFormula | None
    clauses: tuple[Clause, ...]
    whole: bool


class Day(NamedTuple):
    """A day and what happens on it."""

    on: date
    events: tuple[Event, ...]

    @property
    def clauses(self) -> int:
        """How many clauses change."""
        return len({clause.full_id for event in self.events for clause in event.clauses})


@dataclass(frozen=True, slots=True)
class Timeline:
    """The answer.

    Attributes:
        library: the rules.
        markets: the markets asked about; None: every rule of the library.
        first, last: the days asked about; no last one: none.
        days: the days on which something begins or ends.
        without_days: standards that have no days, because they are bills or repealed.
    """

    library: Library
    markets: tuple[str, ...] | None
    first: date
    last: date | None
    days: tuple[Day, ...]
    without_days: tuple[Standard, ...]


def timeline(
    library: Library, *, markets: Iterable[str] | None = None, first: date, last: date | None = None
) -> Timeline:
    """The days on which clauses begin or end.

    Args:
        library: the rules.
        markets: whose rules; those of the wholes that they are parts of are among them. None: all.
        first: the first day.
        last: the last day; None: no limit.
    """
    chosen = None if markets is None else tuple(dict.fromkeys(markets))
    places = None if chosen is None else library.with_wholes(chosen)
    standards = [standard for standard in library.data.standards if places is None or standard.jurisdiction in places]
    by_day: defaultdict[date, list[Event]] = defaultdict(list)
    for standard in standards:
        if standard.status not in NEVER_LAW:
            for day, event in events_of(standard):
                if first <= day and (last is None or day <= last):
                    by_day[day].append(event)
    return Timeline(
        library=library,
        markets=chosen,
        first=first,
        last=last,
        days=tuple(Day(day, tuple(by_day[day])) for day in sorted(by_day)),
        without_days=tuple(standard for standard in standards if standard.status in NEVER_LAW and standard.clauses),
    )


def events_of(standard: Standard) -> Iterator[tuple[date, Event]]:
    """What begins and ends in one standard, by day: what begins first, and of that what begins for all."""
    found: dict[tuple[date, Turn, str], tuple[CompiledFormula | None, list[Clause]]] = {}
    for clause in standard.clauses:
        for day, turn, whom in turns_of(clause):
            key = (day, turn, _same(whom))
            found.setdefault(key, (whom, []))[1].append(clause)
    for (day, turn, _), (whom, clauses) in sorted(found.items(), key=lambda item: item[0]):
        yield day, Event(standard, turn, whom, tuple(clauses), len(clauses) == len(standard.clauses))


def turns_of(clause: Clause) -> Iterator[tuple[date, Turn, CompiledFormula | None]]:
    """The days on which a clause begins or ends, and for whom: those on which other phases cover it than on the day before."""
    whom = {_same(phase.when): phase.when for phase in clause.in_force}
    days = {phase.start for phase in clause.in_force} | {phase.until for phase in clause.in_force if phase.until}
    for day in sorted(days):
        before = [_same(phase.when) for phase in clause.in_force if phase.covers(day - timedelta(days=1))]
        after = [_same(phase.when) for phase in clause.in_force if phase.covers(day)]
        for text in dict.fromkeys(after):
            if text not in before:
                yield day, "extends" if before else "begins", whom[text]
        for text in dict.fromkeys(before):
            if text not in after:
                yield day, "ends", whom[text]


def _same(whom: CompiledFormula | None) -> str:
    """What tells whether two phases are for the same systems: the text of the formula."""
    return " ".join(whom.text.split()) if whom else ""
