"""Commitments to inputs and outputs: what stands in a record, and how a single one is opened later.

The salt of a commitment is derived from the secret of its segment and the salt of its record, so nothing more has to be stored and a crash
can lose none. Whoever holds the secret can open any one of them without opening another; when the secret of a segment is deleted, nobody
can open its commitments any more.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

from comity.evidence.decision_record import SALT_BYTES, Record
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text, keys_of
from comity.language import Message

SECRET_BYTES = 32
PARTS = ("input", "output")
"""Parts of a record that are committed to."""

_WAYS = ("content", "content_base64", "digest", "commitment")
_ABOUT = ("type", "language")


def salt_of(secret: bytes, record_salt: bytes, part: str) -> bytes:
    """The salt under which a part of a record is committed to."""
    return hmac.digest(secret, record_salt + part.encode(), "sha256")[:SALT_BYTES]


def commitment(salt: bytes, digest: bytes) -> str:
    """The commitment to bytes with this SHA-256, in hexadecimal digits."""
    return sha256(salt + digest).hexdigest()


def committed(draft: object, secret: bytes, record_salt: bytes, part: str, *, keep: bool) -> dict[str, Any]:
    """What a record holds of an input or output.

    Args:
        draft: as handed in: `content` (text), `content_base64`, `digest` (SHA-256 of the bytes, in hexadecimal digits) or a ready
            `commitment`, and `type` and `language`.
        secret: of the segment.
        record_salt: of the record.
        part: `input` or `output`.
        keep: whether the text stays in the record.

    Raises:
        MalformedError: it is of another form.
    """
    what = Message("{part} of a record", part=part)
    fields = keys_of(draft, (), (*_WAYS, *_ABOUT), what)
    found = {key: value for key, value in fields.items() if key in _ABOUT}
    if len(fields) != len(found) + 1:
        raise MalformedError(Message("{what} names one of: {keys}", what=what, keys=", ".join(_WAYS)))
    way = next(key for key in fields if key in _WAYS)
    if way == "commitment":
        return {"commitment": fields[way], **found}
    salt = salt_of(secret, record_salt, part)
    kept = {way: fields[way]} if keep and way != "digest" else {}
    return {"commitment": commitment(salt, _digest(fields[way], way, what)), **found, **kept}


def _digest(value: object, way: str, what: Message) -> bytes:
    """The SHA-256 of what was handed in."""
    if way == "content_base64":
        return sha256(base64_bytes(value, what, maximum=1 << 30)).digest()
    if not isinstance(value, str):
        raise MalformedError(Message("{what} is written as text", what=what))
    if way == "content":
        return sha256(value.encode()).digest()
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        raw = b""
    if len(raw) != sha256().digest_size or raw.hex() != value:
        raise MalformedError(Message("a digest is a SHA-256 in 64 lower-case hexadecimal digits"))
    return raw


def opens(record: Record, part: str, salt: bytes, content: bytes) -> bool:
    """Whether a content is what a record committed to."""
    found = record.input if part == "input" else record.output
    return found is not None and hmac.compare_digest(found.commitment, commitment(salt, sha256(content).digest()))


def salt_text(secret: bytes, record: Record, part: str) -> str:
    """The salt of a part in base64, to be handed to whoever may know the content."""
    record_salt = base64_bytes(record.salt, Message("salt"), maximum=SALT_BYTES)
    return base64_text(salt_of(secret, record_salt, part))
