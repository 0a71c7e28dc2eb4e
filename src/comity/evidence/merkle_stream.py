"""The Merkle tree of a log that is read once and never held: its root after any number of leaves, and the paths of a few leaves.

The same tree as in `merkle`. What is kept are the roots of the whole subtrees so far, one for each bit of the number of leaves, and below
each of them the paths of the leaves that were asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from comity.evidence.merkle import node_hash


@dataclass(slots=True)
class _Subtree:
    """A subtree: how many leaves, its root, and the paths so far of the wanted leaves in it."""

    size: int
    root: bytes
    paths: dict[int, list[bytes]] = field(default_factory=dict)


class MerkleStream:
    """A tree that grows by one leaf at a time; the leaves that are `wanted`, by index, get a path."""

    __slots__ = ("_subtrees", "_wanted", "size")

    def __init__(self, wanted: frozenset[int] = frozenset()) -> None:
        self.size = 0
        self._wanted = wanted
        self._subtrees: list[_Subtree] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf by its hash."""
        grown = _Subtree(1, leaf, {self.size: []} if self.size in self._wanted else {})
        self.size += 1
        while self._subtrees and self._subtrees[-1].size == grown.size:
            grown = _joined(self._subtrees.pop(), grown)
        self._subtrees.append(grown)

    def root(self) -> bytes:
        """The root over the leaves so far; of none, the hash of nothing."""
        return self._whole().root

    def paths(self) -> dict[int, list[bytes]]:
        """The inclusion path of each wanted leaf that is there, from the bottom up."""
        return self._whole().paths

    def _whole(self) -> _Subtree:
        if not self._subtrees:
            return _Subtree(0, sha256(b"").digest())
        whole = self._subtrees[-1]
        for left in reversed(self._subtrees[:-1]):
            whole = _joined(left, whole)
        return whole


def _joined(left: _Subtree, right: _Subtree) -> _Subtree:
    paths = {index: [*path, right.root] for index, path in left.paths.items()}
    paths |= {index: [*path, left.root] for index, path in right.paths.items()}
    return _Subtree(left.size + right.size, node_hash(left.root, right.root), paths)
