"""What a bundle is anchored in: a transparency log with its witnesses, a timestamp.

Each is an answer of its own and has a say on the issuer. An anchor that is wrong is never passed over; one whose log or authority the
verifier did not name is told and does not count.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from comity.evidence.answer import Answer
from comity.evidence.bundle import TIME
from comity.evidence.cosignature import cosigned_by
from comity.evidence.log_entries import bundle_entry
from comity.evidence.log_proof import read_log_proof
from comity.evidence.strict_json import MalformedError
from comity.evidence.timestamp import check_token
from comity.language import Message

if TYPE_CHECKING:
    from datetime import datetime

    from comity.evidence.bundle import Bundle
    from comity.evidence.keys import VerifierKey
    from comity.evidence.log_proof import LogProof
    from comity.evidence.policy import Trust

CLOCK_TOLERANCE = timedelta(minutes=10)
"""So far a time may lie in the future of the verifier's clock, and two clocks apart."""


class Anchor(NamedTuple):
    """The answer on an anchor, and by when the envelope was there according to it; None where it states no time or does not count."""

    answer: Answer
    at: datetime | None = None


def check_anchors(bundle: Bundle, trust: Trust | None, now: datetime) -> dict[str, Anchor]:
    """The answers on the anchors that a bundle has, by the name of the anchor.

    Raises:
        InputError: there is a timestamp and the extra for it is missing, or a file of roots cannot be read.
    """
    found: dict[str, Anchor] = {}
    for name, raw, check in (("log", bundle.log, _log), ("timestamp", bundle.timestamp, _timestamp)):
        if raw is not None:
            try:
                found[name] = check(bundle, raw, trust, now)
            except MalformedError as error:
                found[name] = _no(error.message)
    return found


def _log(bundle: Bundle, raw: bytes, trust: Trust | None, now: datetime) -> Anchor:
    proof = read_log_proof(raw)
    origin = proof.signed.checkpoint.origin
    if not proof.holds(bundle_entry(bundle)):
        return _no(Message("the log proof does not lead from this bundle to its checkpoint"))
    named = [log for log in trust.logs if log.name == origin] if trust else []
    if trust is None or not named:
        return _open(Message("in the log {log}, which you did not name; it does not count", log=origin))
    log = next((log for log in named if proof.signed.signed_by(log)), None)
    if log is None:
        return _no(Message("its checkpoint is not signed by the key that you named for the log {log}", log=origin))
    times = _witnessed(proof, trust, log, now)
    if len(times) < trust.quorum:
        return _no(
            Message(
                "{count} of {quorum} witnesses that you ask for signed the checkpoint of the log {log}",
                count=len(times),
                quorum=trust.quorum,
                log=origin,
            )
        )
    if not times:
        return Anchor(
            Answer("yes", Message("entry {index} of the log {log}, no witness", index=proof.index, log=origin))
        )
    at = times[max(trust.quorum, 1) - 1]
    reason = Message(
        "entry {index} of the log {log}, witnesses: {count}, {time}",
        index=proof.index,
        log=origin,
        count=len(times),
        time=at.strftime(TIME),
    )
    return Anchor(Answer("yes", reason), at)


def _witnessed(proof: LogProof, trust: Trust, log: VerifierKey, now: datetime) -> list[datetime]:
    """When the witnesses saw the checkpoint, the first one first; a time that has not come yet does not count."""
    cosigned = cosigned_by(proof.signed.note, trust.witnesses, log)
    return sorted(one.at for one in cosigned if one.at - now <= CLOCK_TOLERANCE)


def _timestamp(bundle: Bundle, token: bytes, trust: Trust | None, now: datetime) -> Anchor:
    if trust is None or not trust.timestamp_roots:
        return _open(Message("there is a timestamp, but you named no authority; it does not count"))
    at = check_token(token, bundle.envelope_bytes, trust.timestamp_roots)
    if at - now > CLOCK_TOLERANCE:
        return _no(Message("the timestamp comes from the future: {time}", time=at.strftime(TIME)))
    return Anchor(Answer("yes", Message("by an authority that you named, {time}", time=at.strftime(TIME))), at)


def _no(reason: Message) -> Anchor:
    return Anchor(Answer("no", reason))


def _open(reason: Message) -> Anchor:
    return Anchor(Answer("open", reason))
