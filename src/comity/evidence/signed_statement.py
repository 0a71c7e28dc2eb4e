"""A statement of a measure, signed: a DSSE envelope in the place of the statement.

A dossier reads an envelope as it reads a bare statement; whose signature it carries is asked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.documents.reading import read_bytes
from comity.dossier.statements import MAXIMUM_BYTES, Statement, decode_statement
from comity.errors import InputError, IntegrityError, Place
from comity.evidence import dsse
from comity.evidence.answer import Answer
from comity.evidence.strict_json import MalformedError, decode, encode
from comity.exit_codes import CANNOT_DECIDE, FINE
from comity.language import Message

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from comity.evidence.keys import SigningKey
    from comity.evidence.policy import Trust


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


def is_envelope(raw: bytes) -> bool:
    """Whether a file looks like an envelope rather than a bundle."""
    return raw.lstrip()[:100].startswith((b'{"payloadType"', b'{"payload"', b'{"signatures"'))


def sign_statement(path: Path, key: SigningKey) -> bytes:
    """The envelope around the statement in a file, over its bytes as they are.

    Raises:
        InputError: the file is no statement, or is signed already.
    """
    place = Place(str(path))
    raw = read_bytes(path, place, MAXIMUM_BYTES)
    if is_envelope(raw):
        raise InputError(Message("the statement is signed already"), place=place)
    decode_statement(raw, place)
    return encode(dsse.signed(raw, key).document()) + b"\n"


def verify_statement(raw: bytes, trust: Trust | None, now: datetime | None = None) -> StatementVerification:
    """Who signed a statement, as far as the verifier knows their keys.

    Raises:
        MalformedError: it is not an envelope around a statement.
        IntegrityError: a signature by a known key does not fit.
    """
    envelope = dsse.read_envelope(decode(raw, Message("envelope")))
    keys = {} if trust is None else {issuer.key.id: issuer for issuer in trust.issuers}
    known = [(keys[one.key_id], one) for one in envelope.signatures if one.key_id in keys]
    for issuer, signature in known:
        if not issuer.key.verify(signature.signature, envelope.signed_bytes):
            raise IntegrityError(Message("the signature of {signer} does not fit", signer=issuer.key.key_id))
    try:
        statement = decode_statement(envelope.payload, Place(""))
    except InputError as error:
        raise MalformedError(error.message) from None
    if not known:
        reason = Message("not decided: you named no key that signed it")
        return StatementVerification(statement, Answer("open", reason), Answer("open", reason))
    names = ", ".join(issuer.key.key_id for issuer, _ in known)
    speaking = [issuer for issuer, _ in known if now is None or issuer.in_time(now)]
    trusted = (
        Answer("yes", Message("trusted by your file as {signer}", signer=speaking[0].key.key_id))
        if speaking
        else Answer("no", Message("your file does not trust {signer} at this time", signer=names))
    )
    return StatementVerification(statement, Answer("yes", Message("signed by {signers}", signers=names)), trusted)
