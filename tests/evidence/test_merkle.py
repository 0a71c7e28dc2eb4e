"""The tree of RFC 9162. Oracles: the recursive definitions of the RFC, written out here, and the package proofbundle."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.evidence import merkle
from comity.evidence.merkle import Tree, leaf_hash, node_hash


def split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def tree_head(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = split(len(leaves))
    return node_hash(tree_head(leaves[:k]), tree_head(leaves[k:]))


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), tree_head(leaves[k:])]
    return [*path(index - k, leaves[k:]), tree_head(leaves[:k])]


def subproof(smaller: int, leaves: Sequence[bytes], complete: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if smaller == len(leaves):
        return [] if complete else [tree_head(leaves)]
    k = split(len(leaves))
    if smaller <= k:
        return [*subproof(smaller, leaves[:k], complete), tree_head(leaves[k:])]
    return [*subproof(smaller - k, leaves[k:], False), tree_head(leaves[:k])]


def leaves_of(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


def tree_of(leaves: Sequence[bytes]) -> Tree:
    return Tree(map(leaf_hash, leaves))


@pytest.mark.parametrize("size", range(1, 40))
def test_roots_and_paths_are_those_of_the_rfc(size: int) -> None:
    leaves = leaves_of(size)
    tree = tree_of(leaves)
    assert tree.root == tree_head(leaves)
    for index, leaf in enumerate(leaves):
        found = tree.inclusion_path(index)
        assert found == path(index, leaves)
        assert len(found) == merkle.path_length(index, size)
        assert merkle.root_from_inclusion(leaf_hash(leaf), index, size, found) == tree.root


@pytest.mark.parametrize("size", range(1, 40))
def test_consistency_proofs_are_those_of_the_rfc(size: int) -> None:
    leaves = leaves_of(size)
    tree = tree_of(leaves)
    for smaller in range(1, size + 1):
        proof = merkle.consistency_proof(tree, smaller)
        old = tree_head(leaves[:smaller])
        assert proof == subproof(smaller, leaves, True)
        assert merkle.consistent(smaller, size, old, tree.root, proof)
        for place in range(len(proof)):
            wrong = [*proof[:place], bytes(32), *proof[place + 1 :]]
            assert not merkle.consistent(smaller, size, old, tree.root, wrong)
            assert not merkle.consistent(smaller, size, old, tree.root, proof[:place])
        assert not merkle.consistent(smaller, size, old, tree.root, [*proof, bytes(32)])


@settings(max_examples=100)
@given(st.integers(1, 300), st.data())
def test_a_path_fits_one_leaf_in_one_place_of_one_tree(size: int, data: st.DataObject) -> None:
    tree = tree_of(leaves_of(size))
    index = data.draw(st.integers(0, size - 1))
    found = tree.inclusion_path(index)
    leaf = tree.levels[0][index]
    assert merkle.root_from_inclusion(bytes(32), index, size, found) != tree.root
    for other in {(index + 1) % size, (index ^ 1) % size} - {index}:
        assert merkle.root_from_inclusion(leaf, other, size, found) != tree.root
    assert merkle.root_from_inclusion(leaf, index, size, [*found, bytes(32)]) is None
    assert not found or merkle.root_from_inclusion(leaf, index, size, found[:-1]) is None
    assert merkle.root_from_inclusion(leaf, size, size, found) is None
    assert merkle.root_from_inclusion(leaf, -1, size, found) is None


def test_an_inner_node_is_not_a_leaf() -> None:
    """The second preimage: the two halves of a node offered as a leaf one level up."""
    leaves = leaves_of(4)
    tree = tree_of(leaves)
    forged = tree.levels[0][0] + tree.levels[0][1]
    assert merkle.root_from_inclusion(leaf_hash(forged), 0, 2, [tree.levels[1][1]]) != tree.root


def test_another_implementation_agrees() -> None:
    other = pytest.importorskip("proofbundle.merkle")
    leaves = leaves_of(21)
    tree = tree_of(leaves)
    assert other.merkle_tree_hash(leaves) == tree.root
    for index, leaf in enumerate(leaves):
        proof = tree.inclusion_path(index)
        assert other.verify_inclusion(leaf, index, len(leaves), proof, tree.root)
