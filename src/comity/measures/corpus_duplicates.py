"""Duplicates in bounded memory: exact ones by a hash of the text, near ones by MinHash and locality-sensitive hashing.

A text's sketch are 112 minima of hashes of its character 8-grams (one permutation, split into bins; empty bins are filled from the
next full one: Shrivastava and Li 2014), cut into 14 bands of 8. Texts that share a whole band are near duplicates: of pairs with a Jaccard
similarity of 0.8 about 92 in 100 are found, of those with 0.5 about 5.

"Earlier" is meant in one order only, whatever reads the corpus and in what pieces: paths as they are given; below a directory its files by
name, then its subdirectories by name; in a file its records. Of documents with the same text the first one alone is compared for near
duplicates. It is one where it shares a band with any earlier document that is compared, near duplicate itself or not.

Hashes lie in tables of a fixed size; when one is full, what comes later is still compared with what lies in it but not remembered, and the
counts are lower bounds, the same ones however the documents are cut into chunks.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from comity.errors import missing_extra

try:
    import numpy as np
except ModuleNotFoundError:
    raise missing_extra("numpy", "corpus") from None

if TYPE_CHECKING:
    from collections.abc import Sequence

SHINGLE = 8
"""Characters of a piece that is compared. Characters and not words: many scripts write no spaces."""

BANDS, ROWS = 14, 8
BINS = BANDS * ROWS

SHORTEST = 64
"""Characters that a text needs to be compared for near duplicates."""

_TOGETHER = 131_072
"""Characters that are hashed together: what is held for so many stays close to the processor."""

EXACT_SLOTS = 1 << 23
NEAR_SLOTS = 1 << 24
FIRST_SLOTS = 1 << 16
FULLEST = 0.75

_EMPTY = np.uint64(1 << 32)
_GOLDEN = 0x9E3779B97F4A7C15


def _odd(count: int, seed: int) -> np.ndarray:
    numbers = [int.from_bytes(blake2b(bytes([seed, n]), digest_size=8).digest(), "little") | 1 for n in range(count)]
    return np.array(numbers, dtype=np.uint64)


_SHINGLE_FACTORS = _odd(SHINGLE.bit_length() - 1, 1)
"""One for each doubling: a piece of eight is hashed from two of four, these from two of two."""

_ROW_FACTORS = _odd(ROWS, 2)
_BAND_MARKS = _odd(BANDS, 3)


def exact_keys(encoded: Sequence[bytes]) -> np.ndarray:
    """A hash of 64 bits for every text, never 0."""
    joined = b"".join(blake2b(text, digest_size=8).digest() for text in encoded)
    found: np.ndarray = np.frombuffer(joined, dtype="<u8").astype(np.uint64) | np.uint64(1)
    return found


def near_keys(texts: Sequence[str]) -> np.ndarray:
    """For every text the keys of its bands (texts by bands); 0 where it is too short.

    Case and the width of spaces make no difference.
    """
    keys = np.zeros((len(texts), BANDS), dtype=np.uint64)
    first, size = 0, 0
    for end, text in enumerate(texts, 1):
        size += len(text)
        if size >= _TOGETHER or end == len(texts):
            keys[first:end] = _near_keys(texts[first:end])
            first, size = end, 0
    return keys


def _near_keys(texts: Sequence[str]) -> np.ndarray:
    plain = [" ".join(text.casefold().split()) for text in texts]
    lengths = np.array([len(text) for text in plain], dtype=np.int64)
    points = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    keys = np.zeros((len(texts), BANDS), dtype=np.uint64)
    if len(points) < SHORTEST:
        return keys
    minima = _minima(points, lengths)
    bands = _mixed((minima.reshape(len(texts), BANDS, ROWS) * _ROW_FACTORS).sum(axis=2, dtype=np.uint64) ^ _BAND_MARKS)
    long_enough = lengths >= SHORTEST
    keys[long_enough] = bands[long_enough] | np.uint64(1)
    return keys


def _minima(points: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The smallest hash of every bin of every text."""
    pieces = len(points) - SHINGLE + 1
    hashes = points
    for doubling, factor in enumerate(_SHINGLE_FACTORS):
        half = 1 << doubling
        hashes = hashes[:-half] * factor + hashes[half:]
    hashes = _mixed(hashes)
    ends = np.cumsum(lengths)
    owners = np.repeat(np.arange(len(lengths)), lengths)[:pieces]
    inside = np.arange(pieces) + SHINGLE <= ends[owners]
    hashes, owners = hashes[inside], owners[inside]
    bins = ((hashes >> np.uint64(40)) * np.uint64(BINS) >> np.uint64(24)).astype(np.int64)
    minima = np.full(len(lengths) * BINS, _EMPTY, dtype=np.uint64)
    np.minimum.at(minima, owners * BINS + bins, hashes & np.uint64(0xFFFFFFFF))
    return _filled(minima.reshape(len(lengths), BINS))


def _filled(minima: np.ndarray) -> np.ndarray:
    """Empty bins take the value of the next full one, marked with how far it lies."""
    found = minima.copy()
    for distance in range(1, BINS):
        empty = found == _EMPTY
        if not empty.any():
            break
        moved = np.roll(minima, -distance, axis=1)
        take = empty & (moved != _EMPTY)
        found[take] = (moved[take] + np.uint64(distance * _GOLDEN % 2**64)) | np.uint64(1 << 33)
    return found


def _mixed(values: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64: every bit of the result depends on every bit of the value."""
    values = values ^ (values >> np.uint64(30))
    values = values * np.uint64(0xBF58476D1CE4E5B9)
    values = values ^ (values >> np.uint64(27))
    values = values * np.uint64(0x94D049BB133111EB)
    found: np.ndarray = values ^ (values >> np.uint64(31))
    return found


class Seen:
    """A set of 64-bit keys that grows to a fixed size, by open addressing; 0 is no key.

    Attributes:
        held: how many keys lie in it.
        full: whether a key had to be left out.
    """

    def __init__(self, most_slots: int) -> None:
        self._most_slots = most_slots
        self._resize(min(most_slots, FIRST_SLOTS))
        self.held = 0
        self.full = False

    def known(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For different keys, which of them were seen before, and which are remembered from now on: all, as far as there is room."""
        found = self._looked_up(keys)
        new = keys[~found]
        while self.held + len(new) > len(self._table) * FULLEST and len(self._table) < self._most_slots:
            self._grow()
        room = int(len(self._table) * FULLEST) - self.held
        remembered = found | (np.cumsum(~found) <= room)
        if len(new) > room:
            self.full = True
            new = new[:room]
        self._put(new)
        self.held += len(new)
        return found, remembered

    def _resize(self, slots: int) -> None:
        self._table = np.zeros(slots, dtype=np.uint64)
        self._mask = np.uint64(slots - 1)

    def _grow(self) -> None:
        held = self._table[self._table != 0]
        self._resize(len(self._table) * 2)
        self._put(held)

    def _looked_up(self, keys: np.ndarray) -> np.ndarray:
        found = np.zeros(len(keys), dtype=bool)
        waiting = np.arange(len(keys))
        slots = _mixed(keys) & self._mask
        while len(waiting):
            there = self._table[slots]
            found[waiting[there == keys[waiting]]] = True
            on = (there != keys[waiting]) & (there != 0)
            waiting, slots = waiting[on], (slots[on] + np.uint64(1)) & self._mask
        return found

    def _put(self, keys: np.ndarray) -> None:
        slots = _mixed(keys) & self._mask
        while len(keys):
            free = self._table[slots] == 0
            self._table[slots[free]] = keys[free]
            left = self._table[slots] != keys
            keys, slots = keys[left], (slots[left] + np.uint64(1)) & self._mask


class Duplicates:
    """Counts of duplicates, fed with the keys of documents in their order.

    Attributes:
        exact: documents with the same text as an earlier one.
        near: other documents that share a band with an earlier one.
        compared: documents long enough to be compared for near duplicates.
    """

    def __init__(self, exact_slots: int = EXACT_SLOTS, near_slots: int = NEAR_SLOTS) -> None:
        self._texts = Seen(exact_slots)
        self._bands = Seen(near_slots)
        self.exact = self.near = self.compared = 0

    @property
    def complete(self) -> bool:
        """Whether every document was remembered; if not, the counts are lower bounds."""
        return not (self._texts.full or self._bands.full)

    def add(self, exact: np.ndarray, near: np.ndarray) -> None:
        """Count these documents."""
        again, remembered = _seen_before(exact, self._texts)
        self.exact += int(again.sum())
        # A text that could not be remembered may be one that was there before; it would count as a near duplicate of itself.
        candidates = near[~again & remembered]
        candidates = candidates[candidates[:, 0] != 0]
        self.compared += len(candidates)
        if len(candidates):
            shared, _ = _seen_before(candidates.ravel(), self._bands)
            self.near += int(shared.reshape(candidates.shape).any(axis=1).sum())


def _seen_before(keys: np.ndarray, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """For each key whether it stood earlier, among these or before, as far as is remembered; and whether it is remembered now."""
    different, first, place = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    before, remembered = np.zeros((2, len(different)), dtype=bool)
    before[order], remembered[order] = seen.known(different[order])
    held = remembered[place]
    return before[place] | (held & (np.arange(len(keys)) != first[place])), held
