"""Paths and roots (step 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from tests.evidence.drafts import LEAVES, Json, bundle, fact, leaf_hash, node_hash, root_and_path
from tests.evidence.vectors.entry import ALTERED, INTACT, MALFORMED, Entry, entry, put


def facts(count: int) -> list[bytes]:
    return [fact(f"f.n{n}", n) for n in range(count)]


def path_of(change: Callable[[bytes], bytes], number: int = 1) -> Callable[[list[list[Any]]], list[list[Any]]]:
    def changed(disclosures: list[list[Any]]) -> list[list[Any]]:
        disclosures[number][2] = change(disclosures[number][2])
        return disclosures

    return changed


def entries() -> Iterator[Entry]:
    for size in range(1, 18):
        yield entry(f"tree of {size}, all opened", INTACT, bundle(facts(size)))
    for size in (1, 2, 3, 5, 6, 7, 8, 9, 13):
        leaves, last = facts(size), size - 1
        yield entry(f"tree of {size}, the last opened", INTACT, bundle(leaves, (last,)))
        yield entry(
            f"tree of {size}, one hash too many below",
            ALTERED,
            bundle(leaves, (last,), disclosures=path_of(lambda p: bytes(32) + p, 0)),
        )
        yield entry(
            f"tree of {size}, one hash too many above",
            ALTERED,
            bundle(leaves, (last,), disclosures=path_of(lambda p: p + bytes(32), 0)),
        )
        yield entry(
            f"tree of {size}, said to be larger",
            ALTERED,
            bundle(leaves, (0,), statement=put("predicate", "size", size + 1))
            if size & last == 0
            else bundle(leaves, (last,), statement=put("predicate", "size", 2 * size)),
        )
        if size > 1:
            yield entry(
                f"tree of {size}, said to be one", ALTERED, bundle(leaves, (0,), statement=put("predicate", "size", 1))
            )
            yield entry(
                f"tree of {size}, empty path", ALTERED, bundle(leaves, (last,), disclosures=path_of(lambda _: b"", 0))
            )
            yield entry(
                f"tree of {size}, lowest hash missing",
                ALTERED,
                bundle(leaves, (last,), disclosures=path_of(lambda p: p[32:], 0)),
            )
            yield entry(
                f"tree of {size}, highest hash missing",
                ALTERED,
                bundle(leaves, (last,), disclosures=path_of(lambda p: p[:-32], 0)),
            )
    changes: dict[str, Callable[[bytes], bytes]] = {
        "a byte short": lambda p: p[:-1],
        "a byte long": lambda p: p + b"\0",
        "reversed": lambda p: b"".join(p[n : n + 32] for n in range(len(p) - 32, -1, -32)),
        "first two exchanged": lambda p: p[32:64] + p[:32] + p[64:],
        "twice": lambda p: p * 2,
        "of zeros": lambda p: bytes(len(p)),
        "in hexadecimal digits": lambda p: p.hex().encode(),
        "of 40 hashes": lambda p: (p * 20)[: 40 * 32],
        "very long": lambda p: p * 2000,
    }
    for name, change in changes.items():
        is_whole = name not in ("a byte short", "a byte long", "very long")
        yield entry(f"path {name}", ALTERED if is_whole else MALFORMED, bundle(disclosures=path_of(change)))
    yield entry("paths of two leaves exchanged", ALTERED, bundle(disclosures=exchanged(2)))
    yield entry("two leaves exchanged", ALTERED, bundle(disclosures=exchanged(1)))
    yield entry(
        "two leaves exchanged with their paths", ALTERED, bundle(disclosures=lambda d: exchanged(1)(exchanged(2)(d)))
    )
    yield entry("index of the neighbour", ALTERED, bundle(opened=(1,), disclosures=renumbered(0)))
    yield entry("index one higher", ALTERED, bundle(opened=(1,), disclosures=renumbered(2)))
    yield entry("index below a higher tree", ALTERED, bundle(facts(8), (1,), disclosures=renumbered(9)))
    yield entry("leaf replaced", ALTERED, bundle(disclosures=leaf_of(fact("a.b", False))))
    yield entry("leaf with a space more", ALTERED, bundle(disclosures=lambda d: leaf_of(d[1][1] + b" ")(d)))
    yield entry("salts exchanged", ALTERED, bundle(disclosures=salts_exchanged))
    yield entry("leaf of another bundle", ALTERED, bundle(disclosures=leaf_of(fact("z.z"))))
    yield entry("empty leaf", ALTERED, bundle(disclosures=leaf_of(b"")))
    yield entry("root of another tree", ALTERED, bundle(statement=put("predicate", "root", "ab" * 32)))
    for name, more in (("smaller", -1), ("larger", 1), ("much larger", 2**39)):
        yield entry(f"size {name}", ALTERED, bundle(statement=put("predicate", "size", len(LEAVES) + more)))
    yield entry(
        "size of a tree of the same depth, last leaf not opened",
        INTACT,
        bundle(facts(6), (0, 1), statement=put("predicate", "size", 5)),
    )
    yield from confusions()
    yield from very_large()


def exchanged(part: int) -> Callable[[list[list[Any]]], list[list[Any]]]:
    def change(disclosures: list[list[Any]]) -> list[list[Any]]:
        disclosures[1][part], disclosures[2][part] = disclosures[2][part], disclosures[1][part]
        return disclosures

    return change


def renumbered(index: int) -> Callable[[list[list[Any]]], list[list[Any]]]:
    return lambda disclosures: [[index, *disclosures[0][1:]]]


def leaf_of(leaf: bytes) -> Callable[[list[list[Any]]], list[list[Any]]]:
    def change(disclosures: list[list[Any]]) -> list[list[Any]]:
        disclosures[1][1] = leaf
        return disclosures

    return change


def salts_exchanged(disclosures: list[list[Any]]) -> list[list[Any]]:
    one, two = disclosures[1][1], disclosures[2][1]
    start, end = len(b'{"salt":"'), len(b'{"salt":"') + 24
    disclosures[1][1] = one[:start] + two[start:end] + one[end:]
    disclosures[2][1] = two[:start] + one[start:end] + two[end:]
    return disclosures


def with_root(root: bytes, size: int, opened: list[list[Any]]) -> bytes:
    """A bundle whose signed root was made by another rule."""

    def statement(said: Json) -> Json:
        said["predicate"] |= {"root": root.hex(), "size": size}
        return said

    return bundle(facts(1), statement=statement, disclosures=lambda _: opened)


def confusions() -> Iterator[Entry]:
    """Trees in which a node may be taken for a leaf, or that were built by another rule."""
    leaves = facts(4)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    root, _ = root_and_path(hashes, 0)
    left, right = node_hash(*hashes[:2]), node_hash(*hashes[2:])
    yield entry("node as a leaf", ALTERED, with_root(root, 2, [[0, hashes[0] + hashes[1], right]]))
    yield entry(
        "node with its prefix as a leaf", ALTERED, with_root(root, 2, [[0, b"\1" + hashes[0] + hashes[1], right]])
    )
    yield entry(
        "node as a leaf, left out of a larger tree", ALTERED, with_root(root, 4, [[0, hashes[0] + hashes[1], right]])
    )
    yield entry("root as a leaf", ALTERED, with_root(root, 1, [[0, left + right, b""]]))
    yield entry("root with its prefix as a leaf", ALTERED, with_root(root, 1, [[0, b"\1" + left + right, b""]]))
    plain = [sha256(leaf).digest() for leaf in leaves]
    bare = sha256(sha256(plain[0] + plain[1]).digest() + sha256(plain[2] + plain[3]).digest()).digest()
    path = plain[1] + sha256(plain[2] + plain[3]).digest()
    yield entry("tree without prefixes", ALTERED, with_root(bare, 4, [[0, leaves[0], path]]))
    unmarked, _ = root_and_path(plain, 0)
    yield entry("leaves without prefix", ALTERED, with_root(unmarked, 4, [[0, leaves[0], root_and_path(plain, 0)[1]]]))
    ones = [sha256(b"\1" + leaf).digest() for leaf in leaves]
    yield entry(
        "leaves with the prefix of nodes",
        ALTERED,
        with_root(root_and_path(ones, 0)[0], 4, [[0, leaves[0], root_and_path(ones, 0)[1]]]),
    )
    three = hashes[:3]
    doubled = node_hash(node_hash(*three[:2]), node_hash(three[2], three[2]))
    yield entry("last leaf doubled", ALTERED, with_root(doubled, 3, [[2, leaves[2], three[2] + node_hash(*three[:2])]]))
    yield entry(
        "last leaf doubled, said to be four",
        INTACT,
        with_root(doubled, 4, [[2, leaves[2], three[2] + node_hash(*three[:2])]]),
    )
    pair = sorted(hashes[:2])
    ordered = node_hash(*pair)
    side = 1 if pair[0] == hashes[0] else 0
    yield entry(
        "siblings in the order of their hashes",
        ALTERED,
        with_root(ordered, 2, [[side, leaves[side ^ 1], hashes[side]]]),
    )
    yield entry("leaf's hash as the root", INTACT, with_root(hashes[0], 1, [[0, leaves[0], b""]]))
    yield entry("leaf itself as the root", ALTERED, with_root(sha256(leaves[0]).digest(), 1, [[0, leaves[0], b""]]))
    yield entry("hash of a hash as the root", ALTERED, with_root(sha256(hashes[0]).digest(), 1, [[0, leaves[0], b""]]))


def very_large() -> Iterator[Entry]:
    """One leaf of a tree of 2**40; its other hashes stand for what nobody can count."""
    leaf, size = fact("a.b"), 2**40
    siblings = [sha256(b"hidden %d" % level).digest() for level in range(40)]
    for index in (0, 1, 2**31, 2**32 + 1, 2**39 + 5, size - 1):
        found = leaf_hash(leaf)
        for level, sibling in enumerate(siblings):
            found = node_hash(sibling, found) if index >> level & 1 else node_hash(found, sibling)
        path = b"".join(siblings)
        yield entry(f"leaf {index} of 2**40", INTACT, with_root(found, size, [[index, leaf, path]]))
        yield entry(
            f"leaf {index} of 2**40, size one less",
            ALTERED if index == size - 1 else INTACT,
            with_root(found, size - 1, [[index, leaf, path]]),
        )
        yield entry(
            f"leaf {index} of 2**40, other index", ALTERED, with_root(found, size, [[index ^ 2**32, leaf, path]])
        )
        yield entry(
            f"leaf {index} of 2**40, index beyond", MALFORMED, with_root(found, size, [[index + size, leaf, path]])
        )
