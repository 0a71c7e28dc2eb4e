"""What a log holds for a file: one line that names its kind and its SHA-256. Proving it means finding the line and the path from there."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from comity.documents.reading import read_bytes, sha256_of
from comity.errors import InputError, IntegrityError, Place
from comity.evidence import bundle as bundles
from comity.evidence.log_proof import LogProof
from comity.evidence.tiles import tiles_of
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from comity.evidence.bundle import Bundle
    from comity.evidence.checkpoint import SignedCheckpoint
    from comity.evidence.tiles import Tiles

FILE = "comity/file/1"
PROOF_ENDING = ".tlog-proof"


def bundle_entry(bundle: Bundle) -> bytes:
    """The entry for a bundle: over the signed envelope, so that it is the same however much is opened."""
    return _line(bundles.SCHEMA, sha256(bundle.envelope_bytes).hexdigest())


def file_entry(path: Path) -> bytes:
    """The entry for any other file, over its bytes.

    Raises:
        InputError: it cannot be read.
    """
    read_bytes(path, Place(str(path)), 0)
    return _line(FILE, sha256_of(path))


def _line(kind: str, digest: str) -> bytes:
    return f"{kind} {digest}\n".encode()


def read_if_bundle(path: Path) -> Bundle | None:
    """The bundle in a file, or None where it is something else.

    Raises:
        InputError: the file cannot be read, or begins like a bundle and is none.
    """
    place = Place(str(path))
    start = f'{{"schema":"{bundles.SCHEMA}"'.encode()
    if not read_bytes(path, place, len(start)).startswith(start):
        return None
    try:
        return bundles.read_bundle(read_bytes(path, place, bundles.MAXIMUM_BYTES))
    except InputError as error:
        raise InputError(error.message, place=place) from None


def find_entries(tiles: Tiles, entries: Iterable[bytes]) -> dict[bytes, int]:
    """The first index of each of these entries; those that a log does not hold are left out.

    The whole log is read until all are found, so this is for people; a program keeps the index.
    """
    wanted, found = set(entries), {}
    for index, entry in enumerate(tiles.all_entries()):
        if entry in wanted:
            wanted.remove(entry)
            found[entry] = index
            if not wanted:
                break
    return found


def prove(directory: Path, signed: SignedCheckpoint, places: Iterable[tuple[bytes, int]]) -> list[LogProof]:
    """Proofs that entries stand in a log.

    Args:
        directory: of the log.
        signed: the checkpoint to prove against; the log may have grown since.
        places: entries and their indices.

    Raises:
        IntegrityError: the files of the log do not lead to its checkpoint.
    """
    tiles = tiles_of(directory, signed)
    proofs = [(entry, LogProof(index, tuple(tiles.inclusion_path(index)), signed)) for entry, index in places]
    if not all(proof.holds(entry) for entry, proof in proofs):
        raise IntegrityError(
            Message("the files of the log do not lead to the root of its checkpoint"), place=Place(str(directory))
        )
    return [proof for _, proof in proofs]


def with_proof(bundle: Bundle, proof: LogProof) -> Bundle:
    """The bundle with a proof stapled to it, in the place of an older one."""
    return replace(bundle, log=proof.encoded())
