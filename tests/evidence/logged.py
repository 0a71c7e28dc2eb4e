"""Logs and bundles that stand in them, with keys that everybody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from comity.evidence.bundle import Bundle
from comity.evidence.checkpoint import SignedCheckpoint
from comity.evidence.cosignature import cosign
from comity.evidence.keys import SigningKey
from comity.evidence.log_entries import bundle_entry, prove, with_proof
from comity.evidence.log_proof import LogProof, read_log_proof
from comity.evidence.tile_log import create_log, open_log
from comity.evidence.tiles import published
from tests.evidence.sealed import CREATED, sealed

LOG = SigningKey("log.example.org/evidence", bytes(range(2, 34)))
WITNESSES = tuple(
    SigningKey(f"witness-{number}.example.net", bytes(range(number, number + 32))) for number in (3, 4, 5)
)


def log_with(directory: Path, *entries: bytes, key: SigningKey = LOG) -> Path:
    """A log with these entries, each in a checkpoint of its own."""
    create_log(directory, key)
    with open_log(directory, key) as log:
        for entry in entries:
            log.append([entry])
    return directory


def anchored(directory: Path, bundle: Bundle | None = None, key: SigningKey = LOG) -> Bundle:
    """A bundle that stands in a log between other entries."""
    bundle = bundle or sealed()
    log_with(directory, b"one", b"two", bundle_entry(bundle), b"three", key=key)
    [proof] = prove(directory, published(directory), [(bundle_entry(bundle), 2)])
    return with_proof(bundle, proof)


def proof_of(bundle: Bundle) -> LogProof:
    """The proof that is stapled to a bundle."""
    return read_log_proof(bundle.log or b"")


def witnessed(bundle: Bundle, *witnesses: SigningKey, at: datetime = CREATED) -> Bundle:
    """The bundle with cosignatures in its proof."""
    proof = proof_of(bundle)
    note = proof.signed.note.with_signatures(tuple(cosign(proof.signed.note.text, key, at) for key in witnesses))
    return with_proof(bundle, replace(proof, signed=SignedCheckpoint(proof.signed.checkpoint, note)))
