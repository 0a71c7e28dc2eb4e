"""What samples are picked and what they can miss. Oracles: exact fractions for the arithmetic, the specification page for the picks."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.spot_check import caught_with_confidence, chance, chances, picks

NONCE = bytes(range(16))
HEAD = "comity/decision-head/1\n"


@given(size=st.integers(1, 300), data=st.data())
def test_the_chance_is_that_of_drawing_without_replacement(size: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, size + 5))
    doctored = data.draw(st.integers(0, size))
    drawn = min(count, size)
    exact = 1 - Fraction(comb(size - doctored, drawn), comb(size, drawn))
    assert chance(size, count, doctored) == pytest.approx(float(exact), abs=1e-12)
    assert chance(size, count, doctored) >= 1 - (1 - doctored / size) ** drawn - 1e-12


@given(size=st.integers(1, 200), count=st.integers(1, 250))
def test_the_smallest_number_that_is_caught_is_the_smallest(size: int, count: int) -> None:
    found = caught_with_confidence(size, count)
    enough = [doctored for doctored in range(1, size + 1) if chance(size, count, doctored) >= 0.95]
    assert found == (enough[0] if enough else None)


def test_three_hundred_samples_catch_one_per_cent() -> None:
    """1 - 0.99^300 = 0.951 of an endless log; of a finite one a little more."""
    found = {one.share: one for one in chances(1_000_000, 300)}
    assert found[0.01].probability == pytest.approx(1 - 0.99**300, abs=1e-4)
    assert found[0.01].probability > 1 - 0.99**300
    assert caught_with_confidence(1_000_000, 300) == pytest.approx(9_930, abs=60)


def specified(nonce: bytes, head: str, size: int, count: int) -> list[int]:
    """The picks as docs/reference/decision-record.md describes them."""
    found: list[int] = []
    draw = 0
    while len(found) < min(count, size):
        text = (
            b"comity/spot-check/1\n" + len(nonce).to_bytes(1, "big") + nonce + head.encode() + draw.to_bytes(8, "big")
        )
        x = int(sha256(text).hexdigest(), 16)
        draw += 1
        if x < (2**256 // size) * size and x % size not in found:
            found.append(x % size)
    return sorted(found)


@given(size=st.integers(0, 500), count=st.integers(0, 60), nonce=st.binary(min_size=16, max_size=64))
def test_the_picks_are_as_specified(size: int, count: int, nonce: bytes) -> None:
    assert picks(nonce, HEAD, size, count) == specified(nonce, HEAD, size, count)


def test_another_number_or_head_picks_others() -> None:
    first = picks(NONCE, HEAD, 10**9, 50)
    assert len(set(first)) == 50
    assert not set(first) & set(picks(NONCE[::-1], HEAD, 10**9, 50))
    assert not set(first) & set(picks(NONCE, HEAD + "x", 10**9, 50))


def test_every_record_is_picked_about_equally_often() -> None:
    counts = [0] * 10
    for number in range(2_000):
        for place in picks(number.to_bytes(16, "big"), HEAD, 10, 3):
            counts[place] += 1
    assert all(520 <= count <= 680 for count in counts), "600 each, within nearly four standard deviations"
