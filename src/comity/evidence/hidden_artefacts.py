"""A statement about artefacts that stay secret: salted commitments in the place of names and digests.

Who holds the opening (name, SHA-256 and salt of each) can show later which artefact was meant; from the statement alone nobody can test a
guess. A commitment is SHA-256 over the 16 bytes of the salt and the 32 bytes of the digest.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from comity.dossier.statements import Artefact, Digest
from comity.evidence.strict_json import encode

if TYPE_CHECKING:
    from comity.dossier.statements import Statement

SALT_BYTES = 16


def commitment_of(digest: str, salt: bytes) -> str:
    """The commitment to an artefact with this SHA-256 (hexadecimal digits), in hexadecimal digits."""
    return sha256(salt + bytes.fromhex(digest)).hexdigest()


def hide_artefacts(statement: Statement) -> tuple[Statement, bytes]:
    """The statement with its artefacts hidden, and the opening, which its holder keeps to itself.

    Artefacts that are hidden already stay as they are and have no place in the opening.
    """
    subjects: list[Artefact] = []
    opening: list[dict[str, str]] = []
    for number, artefact in enumerate(statement.subject, start=1):
        digest = artefact.digest.sha256
        if digest is None:
            subjects.append(artefact)
            continue
        salt = secrets.token_bytes(SALT_BYTES)
        name = f"artefact-{number}"
        subjects.append(Artefact(name, Digest(salted_commitment=commitment_of(digest, salt))))
        opening.append({"subject": name, "name": artefact.name, "sha256": digest, "salt": salt.hex()})
    return msgspec.structs.replace(statement, subject=subjects), encode(opening) + b"\n"
