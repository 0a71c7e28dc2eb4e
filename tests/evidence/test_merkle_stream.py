"""The tree that is read once. Oracle: the tree that holds everything, which the vectors of RFC 6962 check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence import merkle
from comity.evidence.merkle_stream import MerkleStream


@given(leaves=st.lists(st.binary(max_size=8), max_size=70), data=st.data())
def test_roots_and_paths_are_those_of_the_whole_tree(leaves: list[bytes], data: st.DataObject) -> None:
    wanted = data.draw(st.frozensets(st.integers(0, 80)))
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    stream = MerkleStream(wanted)
    for count, leaf in enumerate(hashes):
        assert stream.root() == merkle.Tree(hashes[:count]).root
        stream.add(leaf)
    tree = merkle.Tree(hashes)
    assert stream.root() == tree.root
    assert stream.size == len(leaves)
    assert stream.paths() == {index: tree.inclusion_path(index) for index in wanted if index < len(leaves)}


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257])
def test_every_path_leads_to_the_root(size: int) -> None:
    hashes = [merkle.leaf_hash(bytes([number % 256, number >> 8])) for number in range(size)]
    stream = MerkleStream(frozenset(range(size)))
    for leaf in hashes:
        stream.add(leaf)
    for index, path in stream.paths().items():
        assert merkle.root_from_inclusion(hashes[index], index, size, path) == stream.root()
