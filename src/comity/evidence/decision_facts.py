"""What a checked decision log establishes, as a statement that a dossier reads.

Only what the log can show is stated: what Comity counted itself is `observed`, what the records say of people is `reported`. That logs are
kept for a time is stated where somebody names the time that was promised and the log is old enough to bear it out; a young log shows
nothing about that. How long reports of incidents took is told beside the facts, because the facts ask what the procedure allows.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import file_digest
from typing import TYPE_CHECKING

from comity.clauses.values import write_duration
from comity.dossier.statements import Artefact, Digest, MeasuredFact, Plain, Predicate, Statement, new_statement
from comity.errors import IntegrityError, Place
from comity.evidence.decision_chain import HEADER, RECORDS
from comity.language import Message
from comity.measures.intervals import exact_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from comity.clauses.values import FactType
    from comity.evidence.decision_check import Check

NAME = "decisions"
METHOD = (
    "Every record read and its place in the hash chain checked; heads, counters and lists of requests held against it where "
    "they were given. Times are those that the log and its records state."
)
EVERY_DECISION = {"input": "input", "output": "output", "version": "model_version"}
"""What every decision has to hold before the log counts as recording it, and what the vocabulary calls that."""
_OVERRIDES = frozenset({"overrode", "changed", "rejected", "reversed"})
EVENTS = "log.events"


def established(
    check: Check, types: Mapping[str, FactType], on: datetime, kept: timedelta | None = None
) -> list[MeasuredFact]:
    """The facts that a log shows.

    Args:
        check: of the log; a broken chain establishes nothing.
        types: facts of the vocabulary; others are left out.
        on: the time at which the age of the records is taken.
        kept: how long records are promised to be kept, or None.
    """
    if check.chain.breaks or not check.records:
        return []
    return [
        fact
        for fact in (*_of_the_log(check, types), *_retention(check, on, kept), *_of_people(check))
        if fact.fact in types
    ]


def _of_the_log(check: Check, types: Mapping[str, FactType]) -> Iterator[MeasuredFact]:
    coverage = coverage_of(check)
    if coverage is not None:
        found, asked, where = coverage
        yield MeasuredFact("log.coverage", found / asked, "observed", where, asked, exact_interval(found, asked))
    gap = check.times.longest_gap
    if check.records > 1:
        where = f"between records {check.times.gap_after} and the next, by their own times; idle time counts as a gap"
        yield MeasuredFact("log.longest_gap", write_duration(gap), "observed", where, check.records - 1)
    if check.sealed == check.records and check.chain.whole:
        where = "hash chain intact, and all records under a head signed by a trusted key"
        yield MeasuredFact("log.tamper_evident", True, "observed", where, check.records)
    if EVENTS in types:
        known = types[EVENTS].values
        where = "kinds of event in the records; input, output and version where every decision holds them"
        yield MeasuredFact(EVENTS, sorted(events_of(check) & set(known)), "observed", where, check.records)


def coverage_of(check: Check) -> tuple[int, int, str] | None:
    """Operations found in the log, operations carried out, and how that is known; None where nothing tells."""
    if check.requests is not None and check.requests.asked:
        return check.requests.found, len(check.requests.asked), f"ids of {check.requests.path.name}"
    if check.counters:
        seen = sum(numbers.seen for numbers in check.counters.values())
        lost = sum(numbers.missing for numbers in check.counters.values())
        return seen, seen + lost, "counters of the system, from the first to the last number seen"
    return None


def events_of(check: Check) -> set[str]:
    """Kinds of event that the log holds."""
    decisions = check.decisions
    made = decisions.kinds["decision"]
    found = {name for name, count in decisions.events.items() if count}
    found |= {event for held, event in EVERY_DECISION.items() if made and decisions.holding[held] == made}
    return found | ({"override"} if any(decisions.acts[act] for act in _OVERRIDES) else set())


def age_of(check: Check, on: datetime) -> timedelta | None:
    """The age of the oldest record in whole seconds, of an old one in whole hours; None where the beginning is missing."""
    first = check.times.first
    if first is None or not check.chain.whole or on < first:
        return None
    unit = timedelta(hours=1) if on - first >= timedelta(days=2) else timedelta(seconds=1)
    return (on - first) // unit * unit


def is_kept(check: Check, on: datetime, kept: timedelta) -> bool:
    """Whether the log bears out that records are kept for a time: the oldest is that old, and none is missing since the beginning."""
    age = age_of(check, on)
    return age is not None and age >= kept and not check.chain.torn


def _retention(check: Check, on: datetime, kept: timedelta | None) -> Iterator[MeasuredFact]:
    if kept is not None and is_kept(check, on, kept):
        where = "the promised time; the oldest record is at least as old, and the chain is whole since the first"
        for fact in ("retention.decision_records", "retention.logs"):
            yield MeasuredFact(fact, write_duration(kept), "observed", where, check.records)


def _of_people(check: Check) -> Iterator[MeasuredFact]:
    decisions = check.decisions
    if not decisions.executed or decisions.executed != decisions.kinds["decision"]:
        return
    if decisions.human_before == decisions.executed:
        where = "every record names a person's act before the decision was carried out"
        yield MeasuredFact("oversight.mode", "in_the_loop", "reported", where, decisions.executed)
    if decisions.fewest_confirmations:
        where = "fewest persons who confirmed a decision before it was carried out"
        fewest = decisions.fewest_confirmations
        yield MeasuredFact("oversight.confirmations", fewest, "reported", where, decisions.executed)


def observations_of(check: Check, on: datetime) -> dict[str, Plain | None]:
    """What was found beside the facts."""
    decisions, times = check.decisions, check.times
    age, incidents = age_of(check, on), check.incidents.all()
    told = [incident.first_report for incident in incidents if incident.first_report is not None]
    return {
        "records": check.records,
        "decisions": decisions.kinds["decision"],
        "recorded_from": None if times.first is None else times.first.isoformat(),
        "recorded_until": None if times.last is None else times.last.isoformat(),
        "kept_at_least": None if age is None else write_duration(age),
        "sealed_records": check.sealed,
        "missing": check.missing,
        "clock_went_back": times.clock_back,
        "out_of_order": times.late,
        "ahead_of_the_clock": times.ahead,
        "torn_pieces": len(check.torn) + (check.chain.torn is not None),
        "incidents": len(incidents),
        "incidents_reported": len(told),
        "longest_time_to_first_report": write_duration(max(told)) if told else None,
        "decisions_carried_out": decisions.executed,
        "human_act_before": decisions.human_before,
        "reviews_afterwards": decisions.kinds["review"],
    }


def statement_of(check: Check, facts: list[MeasuredFact], on: datetime) -> Statement:
    """The statement on a checked log; its artefacts are the header and the segments as they were read.

    Raises:
        IntegrityError: the header changed meanwhile.
    """
    directory = check.chain.directory
    with (directory / HEADER).open("rb") as stream:
        header = file_digest(stream, "sha256").hexdigest()
    if header != check.chain.header.digest:
        raise IntegrityError(Message("the log was changed while it was read"), place=Place(str(directory / HEADER)))
    segments = [Artefact(f"{RECORDS}/{name}", Digest(digest)) for name, digest in check.chain.digests.items()]
    predicate = Predicate(NAME, METHOD, [], on.date(), facts, observations_of(check, on))
    return new_statement([Artefact(HEADER, Digest(header)), *segments], predicate)
