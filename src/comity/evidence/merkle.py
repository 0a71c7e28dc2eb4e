"""The Merkle tree of RFC 9162 (Certificate Transparency 2.0), section 2.1, over SHA-256: roots, inclusion and consistency.

A leaf is hashed after a zero byte and an inner node after a one byte, so that no node can be passed off as a leaf. Of a row of nodes each
two neighbours are joined and an odd last one moves up as it is; that is the same tree as the recursive definition of the RFC.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    RootOf: TypeAlias = Callable[[int, int], bytes]

HASH_BYTES = 32
MAXIMUM_LEAVES = 2**40
"""No tree here is larger, so no path is longer than 40 hashes."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree over leaf hashes that are all known; every level is kept, so that a path costs no hashing."""

    __slots__ = ("levels",)

    def __init__(self, leaf_hashes: Iterable[bytes]) -> None:
        level = list(leaf_hashes)
        self.levels = [level]
        while len(level) > 1:
            pairs = iter(level)
            above = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
            if len(level) % 2:
                above.append(level[-1])
            self.levels.append(above)
            level = above

    def __len__(self) -> int:
        return len(self.levels[0])

    @property
    def root(self) -> bytes:
        """The root; of the empty tree it is the hash of nothing."""
        return self.levels[-1][0] if self.levels[0] else sha256(b"").digest()

    def inclusion_path(self, index: int) -> list[bytes]:
        """The audit path of a leaf, from the bottom up (RFC 9162, 2.1.3.1).

        Raises:
            IndexError: there is no such leaf.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        path: list[bytes] = []
        for level in self.levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                path.append(level[sibling])
            index >>= 1
        return path


def path_length(index: int, size: int) -> int:
    """How many hashes the path of a leaf has in a tree of this size: one for each level on which it has a sibling."""
    length, last = 0, size - 1
    while last:
        length += index % 2 == 1 or index < last
        index, last = index >> 1, last >> 1
    return length


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf hash and its path lead to (RFC 9162, 2.1.3.2), or None where the path cannot belong to this place."""
    if not 0 <= index < size <= MAXIMUM_LEAVES or len(path) != path_length(index, size):
        return None
    found, last, rest = leaf, size - 1, iter(path)
    while last:
        if index % 2:
            found = node_hash(next(rest), found)
        elif index < last:
            found = node_hash(found, next(rest))
        index, last = index >> 1, last >> 1
    return found


def consistency_proof(tree: Tree, smaller: int) -> list[bytes]:
    """The proof that a tree grew out of its first `smaller` leaves (RFC 9162, 2.1.4.1).

    Raises:
        ValueError: the smaller tree is empty or larger than the tree.
    """

    def root_of(start: int, end: int) -> bytes:
        """The hash of the node over these leaves; its size is a power of two, or it reaches to the last leaf."""
        level = (end - start - 1).bit_length()
        return tree.levels[level][start >> level]

    return consistency_path(root_of, smaller, len(tree))


def consistency_path(root_of: RootOf, smaller: int, size: int) -> list[bytes]:
    """The proof that a tree of `size` leaves begins with a smaller one, wherever the hashes of its nodes come from.

    Args:
        root_of: the root over the leaves from a start to before an end.
        smaller: leaves of the older tree.
        size: leaves of the tree.

    Raises:
        ValueError: the smaller tree is empty or larger than the tree.
    """
    if not 0 < smaller <= size:
        raise ValueError(smaller)
    return _subproof(root_of, smaller, 0, size, complete=True)


def _subproof(root_of: RootOf, smaller: int, start: int, end: int, *, complete: bool) -> list[bytes]:
    """SUBPROOF of the RFC over the leaves from `start` to `end`; `complete` while the smaller tree was whole at this node."""
    size = end - start
    if smaller == size:
        return [] if complete else [root_of(start, end)]
    split = 1 << (size - 1).bit_length() - 1
    if smaller <= split:
        return [
            *_subproof(root_of, smaller, start, start + split, complete=complete),
            root_of(start + split, end),
        ]
    right = _subproof(root_of, smaller - split, start + split, end, complete=False)
    return [*right, root_of(start, start + split)]


def consistent(smaller: int, larger: int, smaller_root: bytes, larger_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the larger tree begins with the smaller one (RFC 9162, 2.1.4.2)."""
    if not 0 < smaller <= larger <= MAXIMUM_LEAVES:
        return False
    if smaller == larger:
        return not proof and smaller_root == larger_root
    hashes = list(proof)
    if smaller & (smaller - 1) == 0:
        hashes.insert(0, smaller_root)
    if not hashes or len(hashes) > 2 * MAXIMUM_LEAVES.bit_length():
        return False
    index, last = smaller - 1, larger - 1
    while index % 2:
        index, last = index >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if index % 2 or index == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and old == smaller_root and new == larger_root
