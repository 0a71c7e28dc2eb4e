"""The tiles of a log: its tree as files of 256 hashes, its entries as files of 256 entries, read from a directory (C2SP tlog-tiles 0.1).

Any node of the tree follows from one tile, so roots and paths cost a few files however large the log is. Nothing that is read here is
trusted: whoever asks compares the root with a checkpoint.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from typing import TYPE_CHECKING

from comity.documents.reading import read_bytes
from comity.errors import InputError, IntegrityError, Place
from comity.evidence import merkle
from comity.evidence.checkpoint import EMPTY_ROOT, SignedCheckpoint, read_checkpoint
from comity.evidence.signed_note import MAXIMUM_BYTES
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEIGHT = 8
WIDTH = 1 << HEIGHT
LONGEST_ENTRY = 65_535
"""Bytes: its length stands before it in two bytes."""

CHECKPOINT = "checkpoint"
_ENTRIES = "entries"
_MOST_KEPT = 256
"""Tiles that are kept in memory, oldest out first."""


def tile_path(level: int | None, index: int, width: int = WIDTH) -> str:
    """Where a tile lies below the directory of the log.

    Args:
        level: of the tree of tiles; None: the file of entries.
        index: number of the tile on its level.
        width: how many hashes or entries it holds.
    """
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03d}")
    kind = _ENTRIES if level is None else str(level)
    return "/".join(("tile", kind, *parts)) + ("" if width == WIDTH else f".p/{width}")


def encoded_entry(entry: bytes) -> bytes:
    """An entry as it stands in a file of entries: behind its length."""
    return len(entry).to_bytes(2, "big") + entry


class Tiles:
    """The files of a log of a given size."""

    def __init__(self, directory: Path, size: int) -> None:
        self.directory = directory
        self.size = size
        self._trees: OrderedDict[tuple[int, int], merkle.Tree] = OrderedDict()

    def root(self) -> bytes:
        """The root over all entries."""
        return self.root_of(0, self.size)

    def root_of(self, start: int, end: int) -> bytes:
        """The root over the entries from `start` to before `end`.

        `start` has to be a multiple of a power of two that is not smaller than the number of entries, as everywhere in such trees.
        """
        if start == end:
            return EMPTY_ROOT
        parts = []
        while start < end:
            level = (end - start).bit_length() - 1
            parts.append(self.node(level, start >> level))
            start += 1 << level
        found = parts.pop()
        while parts:
            found = merkle.node_hash(parts.pop(), found)
        return found

    def node(self, level: int, index: int) -> bytes:
        """The node over the 2^level entries that begin at `index` times as many."""
        tile_level, inner = divmod(level, HEIGHT)
        first = index << inner
        return self._tree(tile_level, first // WIDTH).levels[inner][first % WIDTH >> inner]

    def inclusion_path(self, index: int) -> list[bytes]:
        """The path of an entry (RFC 9162, 2.1.3.1).

        Raises:
            IndexError: there is no such entry.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        path, level = [], 0
        while (self.size - 1) >> level:
            start = (index >> level ^ 1) << level
            if start < self.size:
                path.append(self.root_of(start, min(start + (1 << level), self.size)))
            level += 1
        return path

    def consistency_path(self, smaller: int) -> list[bytes]:
        """The proof that the log grew out of its first `smaller` entries (RFC 9162, 2.1.4.1)."""
        return merkle.consistency_path(self.root_of, smaller, self.size)

    def tile(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile, as many as the size of the log asks for."""
        return self._tree(level, index).levels[0]

    def _tree(self, level: int, index: int) -> merkle.Tree:
        known = self._trees.get((level, index))
        if known is None:
            width = min(WIDTH, (self.size >> HEIGHT * level) - index * WIDTH)
            raw = self._file(level, index, width, merkle.HASH_BYTES * WIDTH)[: width * merkle.HASH_BYTES]
            if width < 1 or len(raw) != width * merkle.HASH_BYTES:
                raise self._damaged(level, index)
            places = range(0, len(raw), merkle.HASH_BYTES)
            known = merkle.Tree(raw[start : start + merkle.HASH_BYTES] for start in places)
            self._trees[level, index] = known
            if len(self._trees) > _MOST_KEPT:
                self._trees.popitem(last=False)
        return known

    def entries(self, index: int) -> list[bytes]:
        """The entries of a file of entries, as many as the size of the log asks for."""
        width = min(WIDTH, self.size - index * WIDTH)
        raw = self._file(None, index, width, (2 + LONGEST_ENTRY) * WIDTH)
        found: list[bytes] = []
        place = 0
        while len(found) < width:
            end = place + 2 + int.from_bytes(raw[place : place + 2], "big")
            if end > len(raw) or place + 2 > len(raw):
                raise self._damaged(None, index)
            found.append(raw[place + 2 : end])
            place = end
        return found

    def all_entries(self) -> Iterator[bytes]:
        """Every entry, by its index."""
        for index in range(-(-self.size // WIDTH)):
            yield from self.entries(index)

    def _file(self, level: int | None, index: int, width: int, limit: int) -> bytes:
        """A tile: the narrow one that this size asks for, or the whole one that took its place, perhaps just now."""
        for wanted in dict.fromkeys((width, WIDTH)):
            path = self.directory / tile_path(level, index, wanted)
            with contextlib.suppress(InputError):
                return read_bytes(path, Place(str(path)), limit)
        raise self._damaged(level, index)

    def _damaged(self, level: int | None, index: int) -> IntegrityError:
        place = Place(str(self.directory / tile_path(level, index)))
        return IntegrityError(Message("a file of the log is missing or cut"), place=place)


def published(directory: Path) -> SignedCheckpoint:
    """The checkpoint of a log.

    Raises:
        InputError: the directory holds no log.
    """
    path = directory / CHECKPOINT
    if not path.is_file():
        hint = Message("make one with: comity evidence log init DIR --key FILE")
        raise InputError(Message("there is no log here"), place=Place(str(directory)), hint=hint)
    try:
        return read_checkpoint(read_bytes(path, Place(str(path)), MAXIMUM_BYTES))
    except InputError as error:
        raise InputError(error.message, place=error.place or Place(str(path))) from None


def tiles_of(directory: Path, signed: SignedCheckpoint) -> Tiles:
    """The files of a log at a checkpoint, whose root they lead to.

    Raises:
        IntegrityError: they do not.
    """
    tiles = Tiles(directory, signed.checkpoint.size)
    if tiles.root() != signed.checkpoint.root:
        raise IntegrityError(
            Message("the files of the log do not lead to the root of its checkpoint"), place=Place(str(directory))
        )
    return tiles
