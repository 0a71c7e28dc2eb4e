"""DSSE envelopes: a payload signed over its bytes as they were emitted, so that nothing is ever canonicalised again.

Source: secure-systems-lab/dsse, protocol and envelope v1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text, keys_of
from comity.language import Message

if TYPE_CHECKING:
    from comity.evidence.keys import SigningKey

IN_TOTO = "application/vnd.in-toto+json"
MAXIMUM_PAYLOAD = 1_000_000
MOST_SIGNATURES = 8


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature; `key_id` is a hint by which key it was made, nothing more."""

    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with its type and signatures."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """What the signatures are over."""
        return pre_authentication_encoding(self.payload_type, self.payload)

    def document(self) -> dict[str, Any]:
        """The envelope as plain data."""
        return {
            "payloadType": self.payload_type,
            "payload": base64_text(self.payload),
            "signatures": [
                {"keyid": signature.key_id, "sig": base64_text(signature.signature)} for signature in self.signatures
            ],
        }


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """PAE of the DSSE protocol: type and payload, each behind its length, so that neither can pass for the other."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def signed(payload: bytes, key: SigningKey, payload_type: str = IN_TOTO) -> Envelope:
    """An envelope with one signature."""
    signature = key.sign(pre_authentication_encoding(payload_type, payload))
    return Envelope(payload_type, payload, (Signature(key.verifier.id, signature),))


def read_envelope(value: object, payload_type: str = IN_TOTO) -> Envelope:
    """An envelope from plain data; its signatures are not checked here.

    Raises:
        MalformedError: it is not one, or holds a payload of another type.
    """
    what = Message("envelope")
    fields = keys_of(value, ("payloadType", "payload", "signatures"), (), what)
    found = fields["signatures"]
    if fields["payloadType"] != payload_type or not isinstance(found, list) or not 0 < len(found) <= MOST_SIGNATURES:
        raise MalformedError(Message("the envelope is of another type, or has no signature or too many"))
    payload = base64_bytes(fields["payload"], Message("payload"), maximum=MAXIMUM_PAYLOAD)
    return Envelope(payload_type, payload, tuple(_signature(entry) for entry in found))


def _signature(value: object) -> Signature:
    fields = keys_of(value, ("keyid", "sig"), (), Message("signature"))
    key_id = fields["keyid"]
    if not isinstance(key_id, str) or not key_id.isascii() or not key_id.isprintable() or len(key_id) > 200:
        raise MalformedError(Message("the key id of a signature is printable ASCII"))
    return Signature(key_id, base64_bytes(fields["sig"], Message("signature"), maximum=64))
