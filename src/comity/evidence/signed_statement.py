"""A statement of a measure, signed: a DSSE envelope in the place of the statement.

A dossier reads an envelope as it reads a bare statement and believes both alike; whose signature it carries is asked here only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from comity.documents.reading import read_bytes
from comity.dossier.statements import Statement, decode_statement
from comity.errors import InputError, IntegrityError, Place
from comity.evidence import dsse
from comity.evidence.answer import Answer
from comity.evidence.strict_json import MalformedError, decode, encode
from comity.exit_codes import CANNOT_DECIDE, FINE
from comity.language import Message

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.keys import SigningKey
    from comity.evidence.policy import Issuer, Trust

ONE_DAY = timedelta(days=1)
"""So far a day may lie from a time in UTC: it is another day elsewhere on the earth."""


@dataclass(frozen=True, slots=True)
class StatementVerification:
    """What is known of a signed statement: two answers, for it holds no verdicts."""

    statement: Statement
    signature: Answer
    issuer: Answer

    @property
    def exit_code(self) -> int:
        """0 if a trusted key signed it, else 3; an altered one never gets here."""
        return FINE if self.signature.outcome == self.issuer.outcome == "yes" else CANNOT_DECIDE


_BEGINNING = re.compile(rb'\s*\{\s*"(payloadType|payload|signatures)"\s*:')
MAXIMUM_ENVELOPE = 2 * dsse.MAXIMUM_PAYLOAD
"""Bytes of an envelope: its payload in base64, the signatures, and spaces."""


def is_envelope(raw: bytes) -> bool:
    """Whether a file looks like an envelope rather than a bundle."""
    return _BEGINNING.match(raw) is not None


def sign_statement(path: Path, key: SigningKey) -> bytes:
    """The envelope around the statement in a file, over its bytes as they are.

    Raises:
        InputError: the file is no statement, or is signed already.
    """
    place = Place(str(path))
    raw = read_bytes(path, place, dsse.MAXIMUM_PAYLOAD)
    if is_envelope(raw):
        raise InputError(Message("the statement is signed already"), place=place)
    if len(raw) > dsse.MAXIMUM_PAYLOAD:
        message = Message("a statement of more than {count} bytes is not signed", count=dsse.MAXIMUM_PAYLOAD)
        raise InputError(message, place=place)
    _read(raw, place)
    return encode(dsse.signed(raw, key).document()) + b"\n"


def verify_statement(raw: bytes, trust: Trust | None, now: datetime | None = None) -> StatementVerification:
    """Who signed a statement, as far as the verifier knows their keys.

    A statement names files, not a system, and no time but the day of the measurement. So a key that is trusted for certain systems only
    leaves the issuer open, and so does a trust file that asks for an anchor, which a statement cannot have; `from` and `until` are held
    against the time of the verification, for nobody vouches for that day.

    Args:
        raw: the file.
        trust: whom the verifier trusts; None: nobody is named.
        now: the verifier's clock, in UTC.

    Raises:
        MalformedError: it is not an envelope around a statement.
        IntegrityError: a signature by a known key does not fit.
    """
    if len(raw) > MAXIMUM_ENVELOPE:
        raise MalformedError(Message("the envelope is larger than {count} bytes", count=MAXIMUM_ENVELOPE))
    envelope = dsse.read_envelope(decode(raw, Message("envelope")))
    signers = [] if trust is None else _signers(envelope, trust)
    try:
        statement = _read(envelope.payload, Place(""))
    except InputError as error:
        raise MalformedError(error.message) from None
    if trust is None or not signers:
        reason = Message("not decided: you named no key that signed it")
        return StatementVerification(statement, Answer("open", reason), Answer("open", reason))
    names = ", ".join(dict.fromkeys(issuer.key.key_id for issuer in signers))
    signature = Answer("yes", Message("signed by {signers}", signers=names))
    return StatementVerification(statement, signature, _issuer(statement, signers, trust, now or datetime.now(UTC)))


def _signers(envelope: dsse.Envelope, trust: Trust) -> list[Issuer]:
    """The entries of the trust file whose key signed. An id has 32 bits only, so several keys may have the same.

    Raises:
        IntegrityError: a signature names the id of a trusted key and fits none that has it.
    """
    found: list[Issuer] = []
    for one in envelope.signatures:
        named = [issuer for issuer in trust.issuers if issuer.key.id == one.key_id]
        fitting = [issuer for issuer in named if issuer.key.verify(one.signature, envelope.signed_bytes)]
        if named and not fitting:
            raise IntegrityError(Message("the signature of {signer} does not fit", signer=named[0].key.key_id))
        found += fitting
    return found


def _issuer(statement: Statement, signers: list[Issuer], trust: Trust, now: datetime) -> Answer:
    measured = datetime.combine(statement.predicate.measured_on, time(), UTC)
    if measured - now > ONE_DAY:
        return Answer("no", Message("it was measured in the future: {day}", day=measured.date().isoformat()))
    if trust.maximum_age is not None and now - measured > trust.maximum_age + ONE_DAY:
        return Answer("no", Message("the statement is older than trusted: {time}", time=measured.date().isoformat()))
    speaking = [issuer for issuer in signers if issuer.in_time(now)]
    if not speaking:
        message = Message("your file does not trust {signer} at this time", signer=signers[0].key.key_id)
        return Answer("no", message)
    if trust.required:
        return Answer("open", Message("not decided: your trust file asks for an anchor, which a statement cannot have"))
    anywhere = next((issuer for issuer in speaking if issuer.systems is None), None)
    if anywhere is None:
        message = Message(
            "not decided: {signer} is trusted for certain systems, and a statement names none",
            signer=speaking[0].key.key_id,
        )
        return Answer("open", message)
    return Answer("yes", Message("trusted by your file as {signer}", signer=anywhere.key.key_id))


def _read(raw: bytes, place: Place) -> Statement:
    """The statement of a text that means one thing to every reader.

    Raises:
        InputError: it is not one.
    """
    try:
        decode(raw, Message("statement"))
    except MalformedError as error:
        raise InputError(error.message, place=place) from None
    return decode_statement(raw, place)
