"""Spot checks: an auditor's random number picks the samples, and arithmetic says what they can miss.

The picks follow from the number and from the signed head, so both sides find the same ones; they are as good as the auditor's number is
late: it has to be named after the head was fixed. Drawn without replacement, none twice.
"""

from __future__ import annotations

from hashlib import sha256
from math import ceil, expm1, fsum, log1p
from typing import NamedTuple

DOMAIN = b"comity/spot-check/1\n"
SHORTEST_NONCE = 16
"""Bytes of the auditor's number, at least."""
LONGEST_NONCE = 64
SHARES = (0.001, 0.005, 0.01, 0.05, 0.1)
"""Doctored shares for which a report tells the probability."""
CONFIDENCE = 0.95


class Chance(NamedTuple):
    """How probably at least one sample lies in a doctored share: `records` of them, `probability` between 0 and 1."""

    share: float
    records: int
    probability: float


def picks(nonce: bytes, head_text: str, size: int, count: int) -> list[int]:
    """Which records are looked at, in rising order.

    Draw after draw, SHA-256 over the domain, the length of the nonce in one byte, the nonce, the text of the head and the number of the
    draw (8 bytes, big-endian), read as a whole number x below 2^256. A draw counts unless x is 2^256 - (2^256 mod size) or more, so that no
    record is likelier than another; the record is x mod size, and one that was drawn before is passed over.

    Args:
        nonce: the auditor's number.
        head_text: the text of the signed head.
        size: records that the head is over.
        count: how many to pick; all, where there are no more.
    """
    count = min(count, size)
    found: set[int] = set()
    limit = 2**256 - 2**256 % size if size else 0
    start = sha256(DOMAIN + bytes([len(nonce)]) + nonce + head_text.encode())
    draw = 0
    while len(found) < count:
        state = start.copy()
        state.update(draw.to_bytes(8, "big"))
        drawn = int.from_bytes(state.digest(), "big")
        draw += 1
        if drawn < limit:
            found.add(drawn % size)
    return sorted(found)


def chance(size: int, count: int, doctored: int) -> float:
    """The probability that at least one of `count` records out of `size`, drawn without replacement, is one of the doctored ones.

    1 - C(size - doctored, count) / C(size, count); never below 1 - (1 - doctored/size)^count.
    """
    count = min(count, size)
    if not doctored or not count:
        return 0.0
    if doctored + count > size:
        return 1.0
    return -expm1(fsum(log1p(-doctored / (size - drawn)) for drawn in range(count)))


def chances(size: int, count: int) -> list[Chance]:
    """The probability for each of the usual shares, rounded up to whole records."""
    found = []
    for share in SHARES:
        doctored = min(size, ceil(share * size))
        found.append(Chance(share, doctored, chance(size, count, doctored)))
    return found


def caught_with_confidence(size: int, count: int) -> int | None:
    """The smallest number of doctored records that is caught with 95 % probability; None where no number is."""
    low, high = 1, size
    if chance(size, count, size) < CONFIDENCE:
        return None
    while low < high:
        middle = (low + high) // 2
        if chance(size, count, middle) >= CONFIDENCE:
            high = middle
        else:
            low = middle + 1
    return low
