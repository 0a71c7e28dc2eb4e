"""Checking a decision log: does the chain hold, is anything missing, how old is it, and which of its heads does it still begin with?

What the log shows by itself is told apart from what needs a second source: that a record was altered shows in the chain; that the last
ones were cut off shows only against a head that somebody kept; that one was never written shows only against a counter or a list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from comity.errors import InputError, Place
from comity.evidence import merkle
from comity.evidence.decision_chain import TORN, Chain
from comity.evidence.decision_counts import MOST_COUNTERS, Decisions, Incidents, Numbers, Requests, Times
from comity.evidence.decision_head import SignedHead, head_files, read_head_file
from comity.evidence.decision_record import moment
from comity.evidence.merkle_stream import MerkleStream
from comity.evidence.strict_json import MalformedError
from comity.exit_codes import CANNOT_DECIDE, FINDINGS, FINE, INTEGRITY_FAILURE
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from comity.evidence.policy import Trust

HeadState = Literal["holds", "differs", "other_log", "beyond", "forged", "open"]
_ALTERED = frozenset({"differs", "other_log", "beyond", "forged"})


class HeadCheck(NamedTuple):
    """A head held against the log.

    Attributes:
        name: of its file.
        size: records that it is over.
        state: the log begins with these records (`holds`), does not (`differs`), has fewer (`beyond`); the head is of another log, or a
            signature does not fit (`forged`); or the beginning of the log is not here, so nothing can be said (`open`).
        signer: the trusted key that signed it, or None.
    """

    name: str
    size: int
    state: HeadState
    signer: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """What was found.

    Attributes:
        chain: the log as it was read.
        times: of the records.
        decisions: what they say.
        incidents: and their reports.
        counters: by name.
        requests: the second source, or None.
        heads: held against the log.
        torn: pieces that crashes left and that were put aside.
    """

    chain: Chain
    times: Times = field(default_factory=Times)
    decisions: Decisions = field(default_factory=Decisions)
    incidents: Incidents = field(default_factory=Incidents)
    counters: dict[str, Numbers] = field(default_factory=dict)
    requests: Requests | None = None
    heads: list[HeadCheck] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records were read."""
        return self.decisions.kinds.total()

    @property
    def sealed(self) -> int:
        """So many records from the beginning stand under a head that a trusted key signed."""
        return max((head.size for head in self.heads if head.state == "holds" and head.signer), default=0)

    @property
    def missing(self) -> int:
        """Operations that have no record, by the second source and the counters."""
        lost = 0 if self.requests is None else len(self.requests.asked) - self.requests.found
        return lost + sum(numbers.missing for numbers in self.counters.values())

    @property
    def exit_code(self) -> int:
        """4 where something was altered, 1 where something is missing or odd, 3 where there is nothing to check, else 0."""
        if self.chain.breaks or any(head.state in _ALTERED for head in self.heads):
            return INTEGRITY_FAILURE
        if not self.records and not self.missing:
            return CANNOT_DECIDE
        odd = (
            self.missing,
            self.chain.first,
            self.chain.torn,
            self.times.clock_back,
            self.times.ahead,
            any(numbers.repeated for numbers in self.counters.values()),
            self.requests is not None and (self.requests.repeated or self.requests.extra),
            any(incident.first_report is None for incident in self.incidents.all()),
        )
        return FINDINGS if any(odd) else FINE


def check_log(
    directory: Path,
    *,
    requests: Path | None = None,
    heads: Sequence[Path] = (),
    trust: Trust | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Check:
    """Read a log once and check everything.

    Args:
        directory: of the log.
        requests: a file with the ids of the operations that were carried out.
        heads: files with heads that the checker kept; those in the log's own directory are taken as well.
        trust: whose signatures count.
        progress: told now and then how many bytes are read, of how many.

    Raises:
        InputError: there is no log, or a file is none.
    """
    wanted = [(path.name, read_head_file(path)) for path in (*heads, *head_files(directory))]
    asked = None if requests is None else Requests(requests)
    check = Check(Chain(directory, progress), requests=asked, torn=_torn_pieces(directory))
    sizes = {signed.head.size for _, signed in wanted}
    tree = MerkleStream()
    states = {0: (tree.root(), check.chain.last)} if 0 in sizes else {}
    for link in check.chain:
        tree.add(merkle.leaf_hash(link.line))
        if tree.size in sizes:
            states[tree.size] = (tree.root(), link.digest)
        check.times.add(link.record)
        check.decisions.add(link.record)
        check.incidents.add(link.record)
        if asked is not None:
            asked.add(link.record)
        if link.record.counter is not None:
            _count(check.counters, link.record.counter.name, link.record.counter.value, directory)
    check.heads.extend(_held(wanted, check, states, trust))
    return check


def _count(counters: dict[str, Numbers], name: str, value: int, directory: Path) -> None:
    if name in counters:
        counters[name].add(value)
    elif len(counters) < MOST_COUNTERS:
        counters[name] = Numbers(value)
    else:
        message = Message("more than {count} counters", count=MOST_COUNTERS)
        raise InputError(message, place=Place(str(directory)))


def _torn_pieces(directory: Path) -> list[str]:
    pieces = directory / TORN
    return sorted(path.name for path in pieces.iterdir()) if pieces.is_dir() else []


def _held(
    wanted: Iterable[tuple[str, SignedHead]], check: Check, states: dict[int, tuple[bytes, str]], trust: Trust | None
) -> list[HeadCheck]:
    found, chain = [], check.chain
    for name, signed in wanted:
        head = signed.head
        state: HeadState = "holds"
        try:
            signer = trusted_signer(signed, trust, check.decisions.systems)
        except MalformedError:
            state, signer = "forged", None
        if state == "holds" and head.log != chain.header.log:
            state = "other_log"
        elif state == "holds" and chain.first:
            state = "open"
        elif state == "holds" and head.size not in states:
            state = "beyond"
        elif state == "holds" and (head.root, head.last) != states[head.size]:
            state = "differs"
        found.append(HeadCheck(name, head.size, state, signer))
    return found


def trusted_signer(signed: SignedHead, trust: Trust | None, systems: Collection[str]) -> str | None:
    """The name and id of a key that signed a head and that the reader trusts, at its time and for these systems; None where there is none.

    Raises:
        MalformedError: a signature says so and does not fit.
    """
    for issuer in () if trust is None else trust.issuers:
        if not signed.note.signed_by(issuer.key):
            continue
        if all(issuer.may_speak(system, moment(signed.head.at)) for system in systems or ("",)):
            return issuer.key.key_id
    return None
