"""Signed notes: a text with signature lines below it, the form in which transparency logs sign.

A line `— <name> <base64 of key id and signature>` names the key by name and id. Lines of unknown keys are passed over; a line of a known
key that does not fit condemns the note. Source: C2SP signed-note v1.0.0 (https://c2sp.org/signed-note).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text
from comity.language import Message

if TYPE_CHECKING:
    from comity.evidence.keys import SigningKey, VerifierKey

MAXIMUM_BYTES = 60_000
MOST_SIGNATURES = 64
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH = "\N{EM DASH} "
_LONGEST_SIGNATURE = 6_000
"""Bytes; a post-quantum signature, which is passed over here, has nearly 5,000."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A signature line: the name and the id (eight hexadecimal digits) of the key, and what the algorithm made."""

    name: str
    key_id: str
    signature: bytes

    def line(self) -> str:
        """The line, with its end."""
        return f"{_DASH}{self.name} {base64_text(bytes.fromhex(self.key_id) + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a line feed, and its signatures."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encoded(self) -> bytes:
        """The note as a file holds it."""
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}".encode()

    def with_signatures(self, more: tuple[NoteSignature, ...]) -> Note:
        """The note with further signatures; one of the same key takes the place of the old one."""
        keys = {(one.name, one.key_id) for one in more}
        kept = tuple(one for one in self.signatures if (one.name, one.key_id) not in keys)
        return replace(self, signatures=kept + more)

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether a key signed the text.

        Raises:
            MalformedError: a line says so and does not fit.
        """
        found = [one.signature for one in self.signatures if (one.name, one.key_id) == (key.name, key.id)]
        if not all(key.verify(signature, self.text.encode()) for signature in found):
            raise MalformedError(Message("the signature of {signer} does not fit", signer=key.key_id))
        return bool(found)


def sign_note(text: str, key: SigningKey) -> Note:
    """A note with one signature.

    Args:
        text: ends with a line feed and holds no other control characters.
        key: the signer.
    """
    return Note(text, (NoteSignature(key.name, key.verifier.id, key.sign(text.encode())),))


def read_note(raw: bytes) -> Note:
    """The note of a file; its signatures are not checked here.

    Raises:
        MalformedError: it is not one.
    """
    if len(raw) > MAXIMUM_BYTES:
        raise MalformedError(Message("the note is larger than {count} bytes", count=MAXIMUM_BYTES))
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError(Message("a note is written in UTF-8")) from None
    text, _, lines = whole.rpartition("\n\n")
    if not text or not lines.endswith("\n") or _CONTROL.search(whole):
        raise MalformedError(Message("a note is a text, an empty line and signature lines"))
    return Note(f"{text}\n", read_signatures(lines))


def read_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """The signatures of lines that all end with a line feed.

    Raises:
        MalformedError: a line is not one, or there are none or too many.
    """
    rows = lines.removesuffix("\n").split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise MalformedError(Message("the note has more than {count} signatures", count=MOST_SIGNATURES))
    return tuple(_signature(row) for row in rows)


def _signature(row: str) -> NoteSignature:
    name, _, encoded = row.removeprefix(_DASH).partition(" ")
    if not row.startswith(_DASH) or not name or "+" in name or any(letter.isspace() for letter in name):
        raise MalformedError(Message("a signature line is: — name base64"))
    raw = base64_bytes(encoded, Message("signature"), maximum=_LONGEST_SIGNATURE)
    if len(raw) < 5:
        raise MalformedError(Message("a signature line is: — name base64"))
    return NoteSignature(name, raw[:4].hex(), raw[4:])
