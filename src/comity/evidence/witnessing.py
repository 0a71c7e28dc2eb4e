"""Being a witness: sign a log's checkpoint only if it grew out of the last one that was signed here.

What was signed last is kept in a file of the witness's own and lasts before the new cosignature leaves, so that a witness that is killed
never signs two trees that do not fit together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.documents.reading import read_bytes
from comity.errors import InputError, IntegrityError, Place
from comity.evidence.checkpoint import SignedCheckpoint, read_checkpoint
from comity.evidence.cosignature import cosign
from comity.evidence.durable import Disk, replace, sole_writer
from comity.evidence.log_audit import check_growth
from comity.evidence.signed_note import MAXIMUM_BYTES
from comity.evidence.tiles import published, tiles_of
from comity.language import Message

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from comity.evidence.keys import SigningKey, VerifierKey


def witness(directory: Path, log: VerifierKey, key: SigningKey, seen: Path, at: datetime) -> SignedCheckpoint:
    """Cosign the checkpoint of a log.

    Args:
        directory: the log, or a copy of its files.
        log: its public key, from somewhere else than the directory.
        key: of the witness.
        seen: where the witness keeps the last checkpoint it signed; missing at the first time, never to be lost after that.
        at: the time that the cosignature carries, in UTC.

    Returns:
        The checkpoint with the signature of the log and the cosignature.

    Raises:
        InputError: the witness is the log itself, or a file cannot be read.
        IntegrityError: the checkpoint is not signed by the log, or did not grow out of the last one.
    """
    if key.name == log.name or key.verifier.public_key == log.public_key:
        raise InputError(Message("a log cannot be its own witness"))
    signed = published(directory)
    if not signed.signed_by(log):
        raise IntegrityError(Message("the checkpoint is not signed by {signer}", signer=log.key_id))
    tiles = tiles_of(directory, signed)
    with sole_writer(seen.with_name(f"{seen.name}.lock")):
        if seen.exists():
            check_growth(tiles, signed.checkpoint, read_checkpoint_file(seen).checkpoint)
        replace(Disk(), seen, signed.note.encoded(), beside=seen.with_name(f"{seen.name}.next"))
    return SignedCheckpoint(signed.checkpoint, signed.note.with_signatures((cosign(signed.note.text, key, at),)))


def read_checkpoint_file(path: Path) -> SignedCheckpoint:
    """The checkpoint in a file.

    Raises:
        InputError: it holds none.
    """
    place = Place(str(path))
    raw = read_bytes(path, place, MAXIMUM_BYTES)
    try:
        return read_checkpoint(raw)
    except InputError as error:
        raise InputError(error.message, place=place) from None
