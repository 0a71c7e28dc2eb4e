"""Checking a log: every entry, every tile, the root, the signature, and that it grew out of an older checkpoint.

The log is read once from end to end; besides one tile a level nothing is kept, so its size does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.errors import IntegrityError, Place
from comity.evidence import merkle
from comity.evidence.checkpoint import EMPTY_ROOT
from comity.evidence.tiles import HEIGHT, WIDTH, Tiles
from comity.language import Message

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.checkpoint import Checkpoint, SignedCheckpoint
    from comity.evidence.keys import VerifierKey


def check_log(
    directory: Path,
    signed: SignedCheckpoint,
    *,
    key: VerifierKey | None = None,
    older: SignedCheckpoint | None = None,
) -> None:
    """Check a log against its checkpoint.

    Args:
        directory: of the log.
        signed: its checkpoint.
        key: of the log; None: the signature is not checked.
        older: a checkpoint that somebody kept.

    Raises:
        MalformedError: a signature does not fit.
        IntegrityError: anything else does not.
    """
    for one in (signed, older):
        if key is not None and one is not None and not one.signed_by(key):
            raise IntegrityError(Message("the checkpoint is not signed by {signer}", signer=key.key_id))
    tiles = Tiles(directory, signed.checkpoint.size)
    if _root_of_entries(tiles) != signed.checkpoint.root:
        raise IntegrityError(
            Message("the entries do not lead to the root of the checkpoint"), place=Place(str(directory))
        )
    if older is not None:
        check_growth(tiles, signed.checkpoint, older.checkpoint)


def check_growth(tiles: Tiles, new: Checkpoint, older: Checkpoint) -> None:
    """Check that a log grew out of an older checkpoint, by a proof that needs no trust in the tiles it is made from.

    Raises:
        IntegrityError: it is another log, is smaller, or begins with other entries.
    """
    if older.origin != new.origin:
        raise IntegrityError(
            Message("the checkpoints are of two logs: {old} and {new}", old=older.origin, new=new.origin)
        )
    if older.size > new.size:
        raise IntegrityError(
            Message("the log has {new} entries, but had {old} at an older checkpoint", new=new.size, old=older.size)
        )
    if older.size == 0:
        return
    proof = tiles.consistency_path(older.size)
    if not merkle.consistent(older.size, new.size, older.root, new.root, proof):
        raise IntegrityError(Message("the log does not begin with the {count} entries it had", count=older.size))


def _root_of_entries(tiles: Tiles) -> bytes:
    """The root that follows from the entries alone; each tile is compared with what follows for it.

    Raises:
        IntegrityError: a tile differs.
    """
    rows: list[list[bytes]] = [[]]
    for index in range(-(-tiles.size // WIDTH)):
        rows[0] = [merkle.leaf_hash(entry) for entry in tiles.entries(index)]
        _compare(tiles, 0, index, rows[0])
        level, place = 0, index
        while len(rows[level]) == WIDTH:
            root = merkle.Tree(rows[level]).root
            rows[level] = []
            if level + 1 == len(rows):
                rows.append([])
            rows[level + 1].append(root)
            level, place = level + 1, place >> HEIGHT
            if len(rows[level]) == WIDTH:
                _compare(tiles, level, place, rows[level])
    for level, row in enumerate(rows):
        if row and level:
            _compare(tiles, level, tiles.size >> HEIGHT * (level + 1), row)
    rest: list[bytes] = []
    for row in rows:
        if row or rest:
            rest = [merkle.Tree([*row, *rest]).root]
    return rest[0] if rest else EMPTY_ROOT


def _compare(tiles: Tiles, level: int, index: int, row: list[bytes]) -> None:
    if tiles.tile(level, index) != row:
        message = Message("tile {index} of level {level} does not follow from the entries", index=index, level=level)
        raise IntegrityError(message, place=Place(str(tiles.directory)))
