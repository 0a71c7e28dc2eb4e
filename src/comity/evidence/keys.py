"""Keys of signers: named, in the text forms of C2SP signed notes, so that other tools of that family read them.

A verifier key (public) is `<name>+<id>+<base64 of 0x01 and the public key>`; a signing key (secret) is
`PRIVATE+KEY+<name>+<id>+<base64 of 0x01 and the seed>`. The id is the first four bytes of SHA-256 over name, line feed, 0x01 and public
key, in hexadecimal digits. Source: C2SP signed-note v1.0; the secret form is that of golang.org/x/mod/sumdb/note.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from comity.documents.reading import read_bytes
from comity.documents.writing import write_new_file
from comity.errors import InputError, Place
from comity.evidence import ed25519
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text
from comity.language import Message

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(r"[!-*,-~]{1,100}")
"""Printable ASCII without space and plus, so that no name can look like another one."""

_ALGORITHM = b"\x01"
_SECRET = "PRIVATE+KEY+"  # noqa: S105  (the word that marks a key file, no key)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public key of a named signer."""

    name: str
    public_key: bytes

    @property
    def id(self) -> str:
        """Eight hexadecimal digits that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + _ALGORITHM + self.public_key).hexdigest()[:8]

    @property
    def key_id(self) -> str:
        """Name and id, as envelopes and reports name the key."""
        return f"{self.name}+{self.id}"

    def __str__(self) -> str:
        return f"{self.key_id}+{base64_text(_ALGORITHM + self.public_key)}"

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether a signature of this signer fits a message."""
        return ed25519.verify(self.public_key, signature, message)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret key; it never appears in a report or an error."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, ed25519.public_key_of(self.seed))

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes."""
        return ed25519.sign(self.seed, message)

    def encoded(self) -> str:
        """The text form, to be kept secret."""
        return f"{_SECRET}{self.verifier.key_id}+{base64_text(_ALGORITHM + self.seed)}"


def new_key(name: str) -> SigningKey:
    """A fresh key from the system's random numbers.

    Raises:
        InputError: the name cannot be one.
    """
    if not NAME.fullmatch(name):
        message = Message("a name of a signer is printable ASCII without spaces and plus signs")
        raise InputError(message, hint=Message("for example: example.org/evidence"))
    return SigningKey(name, secrets.token_bytes(ed25519.KEY_BYTES))


def write_new_key(key: SigningKey, path: Path) -> Path:
    """Write a secret key to a new file that only its owner reads, and the public one beside it with the ending `.pub`.

    Both or none: of a pair that cannot be written whole nothing stays behind.

    Raises:
        InputError: one of the files is there already, or cannot be written.
    """
    public = path.with_name(f"{path.name}.pub")
    made: list[Path] = []
    try:
        for target, content, mode in ((path, key.encoded(), 0o600), (public, str(key.verifier), 0o644)):
            write_new_file(target, f"{content}\n".encode("ascii"), mode)
            made.append(target)
    except BaseException:
        for target in made:
            target.unlink(missing_ok=True)
        raise
    return public


def read_signing_key(path: Path) -> SigningKey:
    """Read a secret key.

    Raises:
        InputError: the file is not one.
    """
    place = Place(str(path))
    text = read_bytes(path, place, 1000).decode("ascii", "replace").strip()
    key = parse_signing_key(text)
    if key is None:
        hint = Message("make one with: comity evidence keygen NAME -o FILE")
        raise InputError(Message("this is not a signing key"), place=place, hint=hint)
    return key


def parse_signing_key(text: str) -> SigningKey | None:
    """The secret key of a text, or None where it is not one."""
    if not text.startswith(_SECRET):
        return None
    parts = _parts(text.removeprefix(_SECRET))
    key = SigningKey(parts[0], parts[2]) if parts else None
    return key if key and parts and key.verifier.id == parts[1] else None


def parse_verifier_key(text: str) -> VerifierKey | None:
    """The public key of a text, or None where it is not one, or one that no honest signer has (`ed25519.is_acceptable_point`)."""
    parts = _parts(text)
    key = VerifierKey(parts[0], parts[2]) if parts else None
    return key if key and parts and key.id == parts[1] and ed25519.is_acceptable_point(key.public_key) else None


def _parts(text: str) -> tuple[str, str, bytes] | None:
    """Name, id and key of a text form."""
    name, _, rest = text.partition("+")
    identity, _, encoded = rest.partition("+")
    try:
        raw = base64_bytes(encoded, Message("key"), maximum=1 + ed25519.KEY_BYTES)
    except MalformedError:
        return None
    if not NAME.fullmatch(name) or len(raw) != 1 + ed25519.KEY_BYTES or raw[:1] != _ALGORITHM:
        return None
    return name, identity, raw[1:]
