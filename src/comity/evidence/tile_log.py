"""Writing a transparency log: entries and tiles first, forced to the disk, then the checkpoint in one step.

There is one writer at a time. `append` returns when its entries are in a checkpoint that lasts; a process killed before that leaves files
that nobody points at, which the next writer takes away. A checkpoint lasts before a reader can see it, so a log never signs two different
trees of one size, whatever fails when.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from comity.documents.reading import read_bytes
from comity.errors import InputError, IntegrityError, Place
from comity.evidence import merkle
from comity.evidence.checkpoint import EMPTY_ROOT, read_checkpoint, sign_checkpoint
from comity.evidence.durable import Disk, make_directories, sole_writer, write_all
from comity.evidence.signed_note import MAXIMUM_BYTES
from comity.evidence.strict_json import MalformedError
from comity.evidence.tiles import (
    CHECKPOINT,
    HEIGHT,
    LONGEST_ENTRY,
    WIDTH,
    encoded_entry,
    published,
    tile_path,
    tiles_of,
)
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from comity.evidence.checkpoint import SignedCheckpoint
    from comity.evidence.keys import SigningKey

LARGEST_BATCH = 1 << 16
"""Entries of one checkpoint; so far behind the end a crash can leave files."""
_MOST_OUTDATED = LARGEST_BATCH // WIDTH
"""Directories of narrow tiles; not more wait to be removed, so that a crash leaves them not farther before the end than that."""

_NEXT = f".{CHECKPOINT}.next"
_LOCK = ".lock"
_LEVELS = range(-(-(merkle.MAXIMUM_LEAVES.bit_length() - 1) // HEIGHT))


class _Edge(NamedTuple):
    """The right edge of the tree: what the tiles that are not whole yet hold.

    Attributes:
        entries: entries behind the last whole file of them, encoded.
        rows: for each level of tiles, the hashes behind the last whole tile.
    """

    entries: list[bytes]
    rows: list[list[bytes]]

    def copy(self) -> _Edge:
        return _Edge(list(self.entries), [list(row) for row in self.rows])

    def root(self) -> bytes:
        """The root of the tree: the highest tile over what the lower ones add behind it."""
        rest: list[bytes] = []
        for row in self.rows:
            if row or rest:
                rest = [merkle.Tree([*row, *rest]).root]
        return rest[0] if rest else EMPTY_ROOT


class LogWriter:
    """The one who appends to a log; made by `open_log`."""

    def __init__(self, directory: Path, key: SigningKey, disk: Disk) -> None:
        self._directory = directory
        self._key = key
        self._disk = disk
        self._usable = True
        self._outdated: list[Path] = []
        _finish_publishing(directory, key, disk)
        self.signed = published(directory)
        if not self.signed.signed_by(key.verifier):
            raise InputError(Message("the log is not that of the key {signer}", signer=key.verifier.key_id))
        self._edge = _edge_of(directory, self.signed)
        _remove_unpublished(directory, self.size, disk)

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return self.signed.checkpoint.size

    def append(self, entries: Sequence[bytes]) -> int:
        """Append entries; when this returns, they are in a checkpoint and on the disk.

        Returns:
            The index of the first one; the others follow it.

        Raises:
            InputError: an entry is too long, or the log is full.
            OSError: the disk refuses; what lasts of the entries is known when the log is opened again.
        """
        if any(len(entry) > LONGEST_ENTRY for entry in entries):
            raise InputError(Message("an entry of a log has at most {count} bytes", count=LONGEST_ENTRY))
        if self.size + len(entries) > merkle.MAXIMUM_LEAVES:
            raise InputError(Message("the log is full"))
        if not self._usable:
            raise InputError(Message("writing to the log failed before; open it again"))
        first = self.size
        for start in range(0, len(entries), LARGEST_BATCH):
            self._usable = False
            self._append_batch(entries[start : start + LARGEST_BATCH])
            self._usable = True
        return first

    def _append_batch(self, entries: Sequence[bytes]) -> None:
        edge, size = self._edge.copy(), self.size + len(entries)
        files = list(_tiles_of_batch(edge, self.size, entries))
        below = ((self._directory / name, content) for name, content in files)
        write_all(self._disk, below, renamed_in=(self._directory,))
        signed = sign_checkpoint(size, edge.root(), self._key)
        _publish(self._directory, signed, self._disk)
        self._edge, self.signed = edge, signed
        self._outdated += [self._directory / f"{name}.p" for name, _ in files if ".p/" not in name]
        if len(self._outdated) > _MOST_OUTDATED:
            self.remove_outdated()

    def remove_outdated(self) -> None:
        """Remove narrow tiles of which the whole one is there. It is slow on some file systems, so it waits until others need not."""
        while self._outdated:
            _remove_narrow(self._outdated.pop(), self._disk)


@contextlib.contextmanager
def open_log(directory: Path, key: SigningKey, disk: Disk | None = None) -> Iterator[LogWriter]:
    """Open a log for appending, after a crash as well.

    Args:
        directory: of the log.
        key: of the log.
        disk: where it lies.

    Raises:
        InputError: there is no log, it is another key's, or another process is writing to it.
        IntegrityError: its files were altered.
    """
    if not directory.is_dir():
        published(directory)
    with sole_writer(directory / _LOCK):
        log = LogWriter(directory, key, disk or Disk())
        yield log
        log.remove_outdated()


def create_log(directory: Path, key: SigningKey, disk: Disk | None = None) -> SignedCheckpoint:
    """Make an empty log.

    Raises:
        InputError: there is one already, or the directory cannot be made.
    """
    disk = disk or Disk()
    try:
        make_directories(disk, directory)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Message("{file} cannot be written: {reason}", file=str(directory), reason=reason)
        raise InputError(message) from None
    with sole_writer(directory / _LOCK):
        if (directory / CHECKPOINT).exists():
            raise InputError(Message("there is a log here already"), place=Place(str(directory)))
        signed = sign_checkpoint(0, EMPTY_ROOT, key)
        _publish(directory, signed, disk)
    return signed


def _tiles_of_batch(edge: _Edge, size: int, entries: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """The files that a batch adds, whole ones first; the edge moves on with it."""
    grown: set[int] = set()
    for count, entry in enumerate(entries, start=size + 1):
        edge.entries.append(encoded_entry(entry))
        edge.rows[0].append(merkle.leaf_hash(entry))
        if count % WIDTH == 0:
            yield tile_path(None, count // WIDTH - 1), b"".join(edge.entries)
            edge.entries.clear()
        for level in _LEVELS:
            row = edge.rows[level]
            grown.add(level)
            if len(row) < WIDTH:
                break
            yield tile_path(level, (count >> HEIGHT * (level + 1)) - 1), b"".join(row)
            edge.rows[level + 1].append(merkle.Tree(row).root)
            row.clear()
    size += len(entries)
    if edge.entries:
        yield tile_path(None, size // WIDTH, len(edge.entries)), b"".join(edge.entries)
    for level in sorted(grown):
        row = edge.rows[level]
        if row:
            yield tile_path(level, size >> HEIGHT * (level + 1), len(row)), b"".join(row)


def _publish(directory: Path, signed: SignedCheckpoint, disk: Disk) -> None:
    """Bring a checkpoint out. It lasts under its waiting name before that; the renaming is forced to the disk before the next one waits."""
    write_all(disk, [(directory / _NEXT, signed.note.encoded())])
    disk.rename(directory / _NEXT, directory / CHECKPOINT)


def _finish_publishing(directory: Path, key: SigningKey, disk: Disk) -> None:
    """Bring out a checkpoint that was signed and forced to the disk when the last writer ended; take a cut one away.

    Raises:
        IntegrityError: it was signed, but its entries are not there.
    """
    waiting = directory / _NEXT
    if not waiting.is_file():
        return
    try:
        signed = read_checkpoint(read_bytes(waiting, Place(str(waiting)), MAXIMUM_BYTES))
        whole = signed.signed_by(key.verifier)
    except MalformedError:
        whole = False
    if whole and signed.checkpoint.size >= _published_size(directory):
        tiles_of(directory, signed)
        disk.rename(waiting, directory / CHECKPOINT)
    else:
        disk.remove(waiting)
    disk.sync_directory(directory)


def _published_size(directory: Path) -> int:
    return published(directory).checkpoint.size if (directory / CHECKPOINT).is_file() else 0


def _edge_of(directory: Path, signed: SignedCheckpoint) -> _Edge:
    """The right edge of a log, from its tiles.

    Raises:
        IntegrityError: they do not lead to the root, or the last entries are not those of the tree.
    """
    tiles, size = tiles_of(directory, signed), signed.checkpoint.size
    rows: list[list[bytes]] = [[] for _ in range(len(_LEVELS) + 1)]
    for level in _LEVELS:
        count = size >> HEIGHT * level
        if count % WIDTH:
            rows[level] = list(tiles.tile(level, count // WIDTH))
    entries = tiles.entries(size // WIDTH) if size % WIDTH else []
    if [merkle.leaf_hash(entry) for entry in entries] != rows[0]:
        raise IntegrityError(Message("the last entries are not those of the tree"), place=Place(str(directory)))
    return _Edge([encoded_entry(entry) for entry in entries], rows)


def _remove_unpublished(directory: Path, size: int, disk: Disk) -> None:
    """Take away what a writer left that was killed: files behind the end, which nobody was ever pointed at, and outdated narrow tiles."""
    for level in (None, *_LEVELS):
        index, width = divmod(size >> HEIGHT * (level or 0), WIDTH)
        most = (LARGEST_BATCH >> HEIGHT * (level or 0)) // WIDTH + 1
        for place in range(max(0, index - most), index + most + 1):
            whole = directory / tile_path(level, place)
            if place >= index:
                disk.remove(whole)
            _remove_narrow(whole.with_name(f"{whole.name}.p"), disk, up_to=width if place == index else 0)


def _remove_narrow(directory: Path, disk: Disk, *, up_to: int = 0) -> None:
    """Remove the narrow tiles of a directory, but those that are not wider than this."""
    if directory.is_dir():
        kept = {str(width) for width in range(1, up_to + 1)}
        for path in directory.iterdir():
            if path.name not in kept:
                disk.remove(path)
        with contextlib.suppress(OSError):
            directory.rmdir()
