"""Cosignatures: a witness saw this checkpoint at a time, and it grew out of every one it saw before (C2SP tlog-cosignature 1.0, Ed25519).

Witnesses are against a log that shows different trees to different people. A witness counts once, whatever names its key goes by, and the
log is never a witness of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from comity.evidence import ed25519
from comity.evidence.keys import NAME, VerifierKey
from comity.evidence.signed_note import Note, NoteSignature
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.evidence.keys import SigningKey

_ALGORITHM = b"\x04"
_TIME_BYTES = 8
_LATEST = 253402300799
"""9999-12-31, in seconds since 1970; no later time is a date."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness and the time at which it says that it saw the checkpoint."""

    witness: VerifierKey
    at: datetime


def cosigner_id(key: VerifierKey) -> str:
    """The id under which a key cosigns; another one than that under which it signs notes."""
    return sha256(key.name.encode() + b"\n" + _ALGORITHM + key.public_key).hexdigest()[:8]


def cosigner_text(key: VerifierKey) -> str:
    """The key of a witness as text: of the form of a verifier key, with the algorithm of cosignatures."""
    return f"{key.name}+{cosigner_id(key)}+{base64_text(_ALGORITHM + key.public_key)}"


def parse_cosigner(text: str) -> VerifierKey | None:
    """The key of a witness, in the form of cosigners or in that of signers; None where it is neither, or no honest signer has it."""
    name, _, rest = text.partition("+")
    try:
        raw = base64_bytes(rest.partition("+")[2], Message("key"), maximum=1 + ed25519.KEY_BYTES)
    except MalformedError:
        return None
    key = VerifierKey(name, raw[1:])
    honest = NAME.fullmatch(name) and ed25519.is_acceptable_point(key.public_key)
    return key if honest and text in {str(key), cosigner_text(key)} else None


def cosign(text: str, key: SigningKey, at: datetime) -> NoteSignature:
    """The cosignature of a checkpoint; whether it grew out of the last one is for the caller to know."""
    seconds = int(at.timestamp())
    signature = key.sign(_message(text, seconds))
    return NoteSignature(key.name, cosigner_id(key.verifier), seconds.to_bytes(_TIME_BYTES, "big") + signature)


def cosigned_by(note: Note, witnesses: Iterable[VerifierKey], log: VerifierKey) -> list[Cosigned]:
    """Who of these witnesses cosigned a checkpoint, each key once.

    Args:
        note: of the checkpoint.
        witnesses: keys that the verifier knows.
        log: the key of the log; a witness with that key or name is none.

    Raises:
        MalformedError: a line names a known witness and does not fit.
    """
    found: dict[bytes, Cosigned] = {}
    for witness in witnesses:
        if witness.public_key == log.public_key or witness.name == log.name:
            continue
        for signature in note.signatures:
            if (signature.name, signature.key_id) == (witness.name, cosigner_id(witness)):
                found.setdefault(witness.public_key, Cosigned(witness, _time_of(note, signature, witness)))
    return list(found.values())


def _time_of(note: Note, signature: NoteSignature, witness: VerifierKey) -> datetime:
    seconds = int.from_bytes(signature.signature[:_TIME_BYTES], "big")
    fits = witness.verify(signature.signature[_TIME_BYTES:], _message(note.text, seconds))
    if not fits or seconds > _LATEST:
        name = f"{witness.name}+{signature.key_id}"
        raise MalformedError(Message("the signature of {signer} does not fit", signer=name))
    return datetime.fromtimestamp(seconds, UTC)


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
