"""The curve of Ed25519 in plain integers, after RFC 8032, section 6: slow, short, and an oracle for everything else."""

from __future__ import annotations

from hashlib import sha512

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def times(factor: int, point: Point) -> Point:
    found = IDENTITY
    while factor:
        if factor & 1:
            found = add(found, point)
        point, factor = add(point, point), factor >> 1
    return found


def recovered(y: int, sign: int) -> Point | None:
    """The point with this y and the sign of x."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def encoded(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = recovered(4 * pow(5, -1, P) % P, 0) or IDENTITY


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(sha512(r + key + message).digest(), "little") % Q


def points_of_small_order() -> set[Point]:
    """All points whose order divides 8: multiples of Q times any point that has such a part."""
    found: set[Point] = set()
    y = 2
    while len(found) < 8:
        point = recovered(y, 0)
        if point is not None:
            part = times(Q, point)
            found |= {times(factor, part) for factor in range(8)}
        y += 1
    return found
