"""What is counted while a decision log is read: numbers that are missing, requests without a record, times, who watched, what was reported.

Each counter takes the records one by one and holds a bounded amount; a log or a list that needs more is an error, never a guess.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from comity.documents.reading import read_bytes
from comity.errors import InputError, Place
from comity.evidence.decision_record import moment
from comity.evidence.strict_json import MalformedError, decode
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.evidence.decision_record import Record

MOST_HOLES = 100_000
"""Separate stretches of missing numbers of one counter."""
MOST_COUNTERS = MOST_SYSTEMS = 1_000
MOST_REQUESTS = 2_000_000
MOST_INCIDENTS = 100_000
MOST_SHOWN = 20
LONGEST_LINE = 10_000
_CONFIRMING = frozenset({"confirmed", "changed", "overrode", "rejected"})


class Numbers:
    """The numbers of one counter that were seen; stretches that are missing are kept, so order does not matter."""

    def __init__(self, value: int) -> None:
        self.first = self.last = value
        self.seen = 1
        self.repeated = 0
        self._holes: list[tuple[int, int]] = []

    @property
    def missing(self) -> int:
        """How many numbers between the first and the last were never seen."""
        return sum(end - start + 1 for start, end in self._holes)

    @property
    def holes(self) -> list[tuple[int, int]]:
        """The first stretches of missing numbers, each with both its ends."""
        return self._holes[:MOST_SHOWN]

    def add(self, value: int) -> None:
        """Take the next number.

        Raises:
            InputError: there are too many separate holes.
        """
        if value > self.last:
            if value > self.last + 1:
                self._holes.append((self.last + 1, value - 1))
            self.last = value
        elif value < self.first:
            if value < self.first - 1:
                self._holes.insert(0, (value + 1, self.first - 1))
            self.first = value
        elif not self._fill(value):
            self.repeated += 1
            return
        self.seen += 1
        if len(self._holes) > MOST_HOLES:
            raise InputError(Message("a counter has more than {count} separate gaps", count=MOST_HOLES))

    def _fill(self, value: int) -> bool:
        place = bisect_left(self._holes, (value + 1, -1)) - 1
        if place < 0 or not self._holes[place][0] <= value <= self._holes[place][1]:
            return False
        start, end = self._holes[place]
        self._holes[place : place + 1] = [part for part in ((start, value - 1), (value + 1, end)) if part[0] <= part[1]]
        return True


class Requests:
    """A second source: ids of the operations that were carried out, to be found in the log again."""

    def __init__(self, path: Path) -> None:
        """Read the ids, one a line, or the `id` of one JSON object a line.

        Raises:
            InputError: a line is none, or there are too many.
        """
        self.path = path
        self.asked: dict[bytes, bool] = {}
        self.found = self.extra = self.repeated = 0
        for row, name in _ids(path):
            self.asked[_key(name)] = False
            if len(self.asked) > MOST_REQUESTS:
                message = Message("more than {count} ids; compare them in parts", count=MOST_REQUESTS)
                raise InputError(message, place=Place(str(path), row, 1))

    def add(self, record: Record) -> None:
        """Take the next record."""
        key = _key(record.id)
        known = self.asked.get(key)
        if known is None:
            self.extra += record.kind == "decision"
        elif known:
            self.repeated += record.kind == "decision"
        else:
            self.asked[key] = True
            self.found += 1

    def lost(self) -> list[str]:
        """The first ids that have no record."""
        found: dict[str, None] = {}
        for _, name in _ids(self.path):
            if not self.asked.get(_key(name), True):
                found[name] = None
                if len(found) == MOST_SHOWN:
                    break
        return list(found)


def _key(name: str) -> bytes:
    """An id, made short: millions of them are held."""
    return sha256(name.encode()).digest()[:16]


def _ids(path: Path) -> Iterator[tuple[int, str]]:
    """The ids of a file with their lines."""
    place = Place(str(path))
    read_bytes(path, place, 0)
    with path.open("rb") as stream:
        row = 0
        while line := stream.readline(LONGEST_LINE + 1):
            row += 1
            place = Place(str(path), row, 1)
            if len(line) > LONGEST_LINE:
                raise InputError(Message("a line is longer than {count} bytes", count=LONGEST_LINE), place=place)
            if line.strip():
                yield row, _id(line.strip(), place)


def _id(line: bytes, place: Place) -> str:
    try:
        if not line.startswith(b"{"):
            return line.decode()
        value = decode(line, Message("line"))
    except (UnicodeDecodeError, MalformedError):
        raise InputError(Message("a line holds one id, or a JSON object with an id"), place=place) from None
    if not isinstance(value.get("id"), str):
        raise InputError(Message("a line holds one id, or a JSON object with an id"), place=place)
    name: str = value["id"]
    return name


@dataclass(slots=True)
class Times:
    """Times of the records, as the log and the records state them.

    Attributes:
        first: when the first record was taken.
        last: when the last one was.
        clock_back: how often a record was taken at an earlier time than the one before it.
        late: how many happened before one that stands before them.
        ahead: how many happened later than they were taken, beyond the stated uncertainty of the clock.
        longest_gap: the longest time without a record, by when things happened; a record that stands late makes it longer, never shorter.
        gap_after: number of the record before that gap.
    """

    first: datetime | None = None
    last: datetime | None = None
    clock_back: int = 0
    late: int = 0
    ahead: int = 0
    longest_gap: timedelta = timedelta(0)
    gap_after: int | None = None
    _newest: datetime | None = None

    def add(self, record: Record) -> None:
        """Take the next record."""
        recorded, happened = moment(record.recorded), moment(record.time.at)
        self.clock_back += self.last is not None and recorded < self.last
        self.first, self.last = self.first or recorded, recorded
        slack = min(record.time.uncertainty_ms or 0, 86_400_000)
        self.ahead += happened > recorded + timedelta(milliseconds=slack)
        if self._newest is not None:
            self.late += happened < self._newest
            if happened - self._newest > self.longest_gap:
                self.longest_gap, self.gap_after = happened - self._newest, record.number - 1
        self._newest = happened if self._newest is None else max(happened, self._newest)


@dataclass(slots=True)
class Decisions:
    """What the records of decisions say of themselves.

    Attributes:
        kinds: records by kind.
        holding: decisions by what they hold: `input`, `output`, `version` of the system, `policies`, `reason`, `confidence`, `not_checked`.
        executed: decisions that name who carried them out, and when.
        human_before: those of them that a person confirmed, changed, overrode or rejected before.
        fewest_confirmations: the fewest persons that confirmed a decision before it was carried out.
        by_the_decider: those that were carried out by the system that decided.
        reasons: by basis.
        acts: what people did, how often.
        events: names of events, and tool calls among the context.
        systems: ids of what decided.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    holding: Counter[str] = field(default_factory=Counter)
    executed: int = 0
    human_before: int = 0
    fewest_confirmations: int | None = None
    by_the_decider: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    systems: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Take the next record.

        Raises:
            InputError: there are too many systems.
        """
        if record.system is not None:
            self.systems[record.system.id] += 1
            if len(self.systems) > MOST_SYSTEMS:
                raise InputError(Message("more than {count} systems in one log", count=MOST_SYSTEMS))
        self.kinds[record.kind] += 1
        self.acts.update(act.did for act in record.oversight)
        if record.event is not None and (record.event in self.events or len(self.events) < MOST_COUNTERS):
            self.events[record.event] += 1
        self.events["tool_call"] += any(part.kind == "tool_call" for part in record.context)
        if record.kind == "decision":
            self._decision(record)

    def _decision(self, record: Record) -> None:
        held = {
            "input": record.input,
            "output": record.output,
            "version": record.system,
            "policies": record.policies,
            "reason": record.reason,
            "confidence": record.confidence,
            "not_checked": record.not_checked,
        }
        self.holding.update(name for name, value in held.items() if value)
        if record.reason is not None:
            self.reasons[record.reason.basis] += 1
        executor = record.executor
        if executor is None or executor.at is None:
            return
        self.executed += 1
        self.by_the_decider += record.system is not None and executor.id == record.system.id
        done = moment(executor.at)
        before = [act for act in record.oversight if moment(act.at) <= done]
        self.human_before += any(act.did in _CONFIRMING for act in before)
        confirmed = len({act.role for act in before if act.did == "confirmed"})
        fewest = self.fewest_confirmations
        self.fewest_confirmations = confirmed if fewest is None else min(fewest, confirmed)


class IncidentTime(NamedTuple):
    """An incident and how long it took to tell somebody first; None: no report of it stands in the log."""

    id: str
    harm: str
    aware: datetime
    first_report: timedelta | None


@dataclass(slots=True)
class Incidents:
    """Incidents and their first reports."""

    _aware: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _reported: dict[str, datetime] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Take the next record.

        Raises:
            InputError: there are too many.
        """
        if record.incident is not None and record.kind == "incident":
            self._aware.setdefault(record.id, (record.incident.harm, moment(record.incident.aware)))
        elif record.kind == "report" and record.about is not None:
            told = moment(record.time.at)
            self._reported[record.about] = min(told, self._reported.get(record.about, told))
        if len(self._aware) > MOST_INCIDENTS or len(self._reported) > MOST_INCIDENTS:
            raise InputError(Message("more than {count} incidents or reports", count=MOST_INCIDENTS))

    def all(self) -> list[IncidentTime]:
        """Every incident, in the order of the log."""
        return [
            IncidentTime(name, harm, aware, self._reported[name] - aware if name in self._reported else None)
            for name, (harm, aware) in self._aware.items()
        ]
