"""Signatures: keys and halves of signatures that libraries differ on, what is signed, who signed (step 2). Oracle: `curve`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256, sha512

from tests.evidence import curve
from tests.evidence.drafts import ALICE, BOB, PAYLOAD_TYPE, Signer, b64, bundle, pre_authentication
from tests.evidence.vectors.entry import ALTERED, INTACT, MALFORMED, Entry, at, entry, put

HALF = 1 << 255


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


def scalar_of(signer: Signer) -> int:
    """The secret scalar of RFC 8032, 5.1.5."""
    digest = bytearray(sha512(signer.seed or sha256(signer.name.encode()).digest()).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 63 | 64
    return int.from_bytes(digest, "little")


def signed_with(key: bytes, secret: int, r: bytes, nonce: int, message: bytes) -> bytes:
    """[S]B - [h]A = R wherever A = [secret]B and R = [nonce]B, whatever bytes stand for A and R."""
    return r + little((nonce + curve.challenge(r, key, message) * secret) % curve.Q)


def always(signature: bytes) -> Callable[[bytes], bytes]:
    """The same signature for any message."""
    return lambda _: signature


def with_r(r: bytes) -> Callable[[bytes], bytes]:
    """Alice's signature with this R, as if it were that of the nonce 0."""
    return lambda message: signed_with(ALICE.key, scalar_of(ALICE), r, 0, message)


def entries() -> Iterator[Entry]:
    yield from keys()
    yield from halves()
    yield from mixed_order()
    yield from what_is_signed()
    yield from who_signed()


def key_entry(name: str, code: int, public: bytes, make: Callable[[bytes], bytes]) -> Entry:
    """A bundle under an odd key; `make` signs the message."""
    signer = Signer("example.org/odd", public=public)
    return entry(name, code, resigned(make, (signer,)))


def resigned(make: Callable[[bytes], bytes], signers: tuple[Signer, ...] = (ALICE,)) -> bytes:
    """A bundle whose signature over the same message is made otherwise."""
    signed: list[bytes] = []

    def message(payload: bytes) -> bytes:
        signed.append(pre_authentication(payload))
        return signed[0]

    return bundle(signers=signers, message=message, signature=lambda _: make(signed[0]))


def keys() -> Iterator[Entry]:
    small = sorted(curve.points_of_small_order())
    identity = curve.encoded(curve.IDENTITY)
    for number, point in enumerate(small):
        key = curve.encoded(point)
        yield key_entry(f"key of small order, {number}", MALFORMED, key, lambda _: identity + bytes(32))
        yield key_entry(f"key of small order as R, {number}", MALFORMED, key, always(key + bytes(32)))
        other = bytes([*key[:31], key[31] ^ 128])
        if other not in map(curve.encoded, small):
            yield key_entry(
                f"key of small order with the other sign, {number}", MALFORMED, other, lambda _: identity + bytes(32)
            )
    for surplus in range(19):
        for sign in (0, HALF):
            key = little(curve.P + surplus | sign)
            yield key_entry(
                f"key above the prime by {surplus}, sign {sign >> 255}", MALFORMED, key, lambda _: identity + bytes(32)
            )
    off = [y for y in range(2, 30) if curve.recovered(y, 0) is None][:4]
    for y in off:
        yield key_entry(f"key that is no point, {y}", ALTERED, little(y), lambda _: identity + bytes(32))
    negated = little(int.from_bytes(ALICE.key, "little") ^ HALF)
    odd = Signer("example.org/odd", seed=sha256(ALICE.name.encode()).digest(), public=negated)
    yield entry("key with the other sign", ALTERED, bundle(signers=(odd,)))
    zero = Signer("example.org/odd", public=bytes(32))
    yield entry("key of zeros", MALFORMED, bundle(signers=(zero,)))
    yield entry("key of ones", MALFORMED, bundle(signers=(Signer("example.org/odd", public=b"\xff" * 32),)))


def halves() -> Iterator[Entry]:
    secret, key = scalar_of(ALICE), ALICE.key
    good = resigned(lambda m: signed_with(key, secret, curve.encoded(curve.times(7, curve.BASE)), 7, m))
    yield entry("signed with another nonce", INTACT, good)
    for number, point in enumerate(sorted(curve.points_of_small_order())):
        r = curve.encoded(point)
        yield entry(f"R of small order, {number}", ALTERED, resigned(with_r(r)))
    for surplus in (0, 1, 18):
        r = little(curve.P + surplus)
        yield entry(f"R above the prime by {surplus}", ALTERED, resigned(with_r(r)))
    shifted = {
        "S plus the order": 1,
        "S plus twice the order": 2,
        "S plus eight times the order": 8,
        "S plus 15 orders": 15,
    }
    for name, times in shifted.items():

        def more(signature: bytes, times: int = times) -> bytes:
            return signature[:32] + little(int.from_bytes(signature[32:], "little") + times * curve.Q)

        yield entry(name, ALTERED, bundle(signature=more))
    for bit in (253, 254, 255):
        spoil = lambda s, bit=bit: s[:32] + little(int.from_bytes(s[32:], "little") | 1 << bit)  # noqa: E731
        yield entry(f"S with bit {bit}", ALTERED, bundle(signature=spoil))
    yield entry("S is the order", ALTERED, bundle(signature=lambda s: s[:32] + little(curve.Q)))
    yield entry("S is zero", ALTERED, bundle(signature=lambda s: s[:32] + bytes(32)))
    yield entry(
        "S negated", ALTERED, bundle(signature=lambda s: s[:32] + little(curve.Q - int.from_bytes(s[32:], "little")))
    )
    yield entry("R with the other sign", ALTERED, bundle(signature=lambda s: s[:31] + bytes([s[31] ^ 128]) + s[32:]))
    yield entry("R and S exchanged", ALTERED, bundle(signature=lambda s: s[32:] + s[:32]))
    yield entry("signature of zeros", ALTERED, bundle(signature=lambda _: bytes(64)))
    yield entry("signature of ones", ALTERED, bundle(signature=lambda _: b"\xff" * 64))
    yield entry("signature twice", MALFORMED, bundle(signature=lambda s: s * 2))
    yield entry("signature in hexadecimal digits", MALFORMED, bundle(signature=lambda s: s.hex().encode()))


def mixed_order() -> Iterator[Entry]:
    """A = [a]B + T with T of order 8: the equation without cofactor holds only where 8 divides h, that with cofactor always."""
    torsion = next(p for p in sorted(curve.points_of_small_order()) if curve.times(4, p) != curve.IDENTITY)
    secret = scalar_of(ALICE)
    key = curve.encoded(curve.add(curve.times(secret, curve.BASE), torsion))
    found: dict[bool, int] = {}

    def make(fits: bool) -> Callable[[bytes], bytes]:
        def sign(message: bytes) -> bytes:
            for nonce in range(2, 200):
                r = curve.encoded(curve.times(nonce, curve.BASE))
                if (curve.challenge(r, key, message) % 8 == 0) == fits:
                    found[fits] = nonce
                    return signed_with(key, secret, r, nonce, message)
            raise AssertionError

        return sign

    yield key_entry("key of mixed order, fits without cofactor", INTACT, key, make(True))
    yield key_entry("key of mixed order, fits with cofactor only", ALTERED, key, make(False))

    def mixed_r(message: bytes) -> bytes:
        r = curve.encoded(curve.add(curve.times(9, curve.BASE), torsion))
        return signed_with(ALICE.key, secret, r, 9, message)

    yield entry("R of mixed order, fits with cofactor only", ALTERED, resigned(mixed_r))


def what_is_signed() -> Iterator[Entry]:
    kind = PAYLOAD_TYPE.encode()
    others: dict[str, Callable[[bytes], bytes]] = {
        "the payload alone": lambda p: p,
        "the payload in base64": lambda p: b64(p).encode(),
        "the digest of the payload": lambda p: sha256(p).digest(),
        "the digest of the encoding": lambda p: sha256(pre_authentication(p)).digest(),
        "another type": lambda p: pre_authentication(p, "application/json"),
        "no type": lambda p: pre_authentication(p, ""),
        "another version": lambda p: pre_authentication(p).replace(b"DSSEv1", b"DSSEv2", 1),
        "no version": lambda p: pre_authentication(p)[7:],
        "a line feed after": lambda p: pre_authentication(p) + b"\n",
        "lengths in hexadecimal digits": lambda p: b"DSSEv1 %x %b %x %b" % (len(kind), kind, len(p), p),
        "lengths with zeros": lambda p: b"DSSEv1 0%d %b 0%d %b" % (len(kind), kind, len(p), p),
        "lengths in bytes of eight": lambda p: (
            b"DSSEv1 " + len(kind).to_bytes(8, "little") + b" " + kind + b" " + len(p).to_bytes(8, "little") + b" " + p
        ),
        "another length of the payload": lambda p: b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(p) + 1, p),
        "another length of the type": lambda p: b"DSSEv1 %d %b %d %b" % (len(kind) - 1, kind, len(p), p),
        "type and payload shifted": lambda p: (
            b"DSSEv1 %d %b %d %b" % (len(kind) - 1, kind[:-1], len(p) + 1, kind[-1:] + p)
        ),
        "type and payload exchanged": lambda p: b"DSSEv1 %d %b %d %b" % (len(p), p, len(kind), kind),
        "two spaces": lambda p: pre_authentication(p).replace(b" ", b"  ", 1),
        "line feeds for spaces": lambda p: pre_authentication(p).replace(b" ", b"\n", 1),
        "spaces left out of the payload": lambda p: pre_authentication(p.replace(b" ", b"")),
        "the payload reversed": lambda p: pre_authentication(p[::-1]),
        "nothing": lambda _: b"",
    }
    for name, message in others.items():
        yield entry(
            f"signed is {name}",
            ALTERED,
            bundle(payload=lambda p: p.replace(b'"version":"1"', b'"version": "1"'), message=message),
        )
    spaced = bundle(
        payload=lambda p: (
            p.replace(b":", b" : ").replace(b"https : //", b"https://").replace(b"T14 : 00 : 00Z", b"T14:00:00Z")
        )
    )
    yield entry("payload with spaces, signed as it is", INTACT, spaced)
    changed = bundle()
    for old, new in (("helper", "Helper"), ('"size":5', '"size":4'), ("2026-11-22T14", "2026-11-23T14")):

        def forged(parts: dict, old: str = old, new: str = new) -> dict:  # type: ignore[type-arg]
            from base64 import b64decode

            payload = b64decode(parts["envelope"]["payload"])
            assert old.encode() in payload
            parts["envelope"]["payload"] = b64(payload.replace(old.encode(), new.encode()))
            return parts

        yield entry(f"payload forged: {new}", ALTERED, bundle(parts=forged))
    assert changed


def who_signed() -> Iterator[Entry]:
    elsewhere = bundle(statement=put("predicate", "evaluator", "other"))
    sig = elsewhere.split(b'"sig":"')[1].split(b'"')[0].decode()
    yield entry("signature of another statement", ALTERED, bundle(parts=put("envelope", "signatures", 0, "sig", sig)))
    bobs = bundle(signers=(BOB,)).split(b'"sig":"')[1].split(b'"')[0].decode()
    yield entry("signature of another signer", ALTERED, bundle(parts=put("envelope", "signatures", 0, "sig", bobs)))
    yield entry("signer replaced", MALFORMED, bundle(parts=put("signers", 0, BOB.line)))

    def replaced(parts: dict) -> dict:  # type: ignore[type-arg]
        parts["signers"][0] = BOB.line
        parts["envelope"]["signatures"][0]["keyid"] = BOB.id
        return parts

    yield entry("signer and keyid replaced", ALTERED, bundle(parts=replaced))
    yield entry(
        "signatures stripped",
        MALFORMED,
        bundle(parts=lambda p: put("envelope", "signatures", [])(put("signers", [])(p))),
    )
    yield entry("signature stripped, signer kept", MALFORMED, bundle(parts=put("envelope", "signatures", [])))
    both = (ALICE, BOB)

    def added(sig: str) -> Callable[[dict], dict]:  # type: ignore[type-arg]
        def change(parts: dict) -> dict:  # type: ignore[type-arg]
            parts["envelope"]["signatures"].append({"keyid": BOB.id, "sig": sig})
            parts["signers"].append(BOB.line)
            return parts

        return change

    yield entry("a second signature added, of zeros", ALTERED, bundle(parts=added(b64(bytes(64)))))
    yield entry("a second signature added, empty", ALTERED, bundle(parts=added("")))
    yield entry("a second signature added, fitting", INTACT, bundle(parts=added(bobs)))
    exchange = at("envelope", "signatures")(lambda s: s[::-1])
    yield entry("signatures exchanged", MALFORMED, bundle(signers=both, parts=exchange))

    def exchanged(parts: dict) -> dict:  # type: ignore[type-arg]
        one, two = parts["envelope"]["signatures"]
        one["sig"], two["sig"] = two["sig"], one["sig"]
        return parts

    yield entry("signatures exchanged, keyids kept", ALTERED, bundle(signers=both, parts=exchanged))
    yield entry(
        "signatures and signers exchanged",
        INTACT,
        bundle(signers=both, parts=lambda p: put("signers", p["signers"][::-1])(exchange(p))),
    )
    for number in (0, 1):
        spoil = put("envelope", "signatures", number, "sig", b64(bytes(64)))
        yield entry(f"of two signatures number {number} spoilt", ALTERED, bundle(signers=both, parts=spoil))
    for keyid in (ALICE.id.upper(), "", " ", ALICE.id + " ", ALICE.id[:7], BOB.id, ALICE.name, "\u200b" + ALICE.id):
        yield entry(f"keyid {keyid!r}", MALFORMED, bundle(parts=put("envelope", "signatures", 0, "keyid", keyid)))
