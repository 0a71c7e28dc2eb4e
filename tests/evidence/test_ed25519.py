"""One rule of acceptance. Oracle: the curve in plain integers (`curve`), and the test vectors of RFC 8032, section 7.1."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.evidence import ed25519
from tests.evidence import curve

SEED = bytes(range(32))
MESSAGE = b"what was measured"

RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("seed", "key", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc(seed: str, key: str, message: str, signature: str) -> None:
    assert ed25519.public_key_of(bytes.fromhex(seed)).hex() == key
    assert ed25519.sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature
    assert ed25519.verify(bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message))


def test_the_small_points_are_those_of_the_curve() -> None:
    found = curve.points_of_small_order()
    assert len(found) == 8
    for point in found:
        assert not ed25519.is_acceptable_point(curve.encoded(point))
    assert {y for _, y in found} == set(ed25519._SMALL_ORDER)


@pytest.mark.parametrize("sign", [0, 1])
def test_a_small_key_under_which_everything_is_signed_is_refused(sign: int) -> None:
    for _, y in curve.points_of_small_order():
        key = (y | sign << 255).to_bytes(32, "little")
        for r in (key, curve.encoded(curve.IDENTITY)):
            assert not ed25519.verify(key, r + bytes(32), MESSAGE)


def test_an_encoding_above_the_prime_is_refused() -> None:
    for surplus in range(19):
        assert not ed25519.is_acceptable_point((curve.P + surplus).to_bytes(32, "little"))


def test_a_scalar_above_the_order_is_refused() -> None:
    key, signature = ed25519.public_key_of(SEED), ed25519.sign(SEED, MESSAGE)
    scalar = int.from_bytes(signature[32:], "little")
    for factor in range(1, 15):
        raised = signature[:32] + (scalar + factor * curve.Q).to_bytes(32, "little")
        assert not ed25519.verify(key, raised, MESSAGE)


def test_a_key_with_a_small_part_is_checked_without_cofactor() -> None:
    """A signature that fits only after multiplying by 8 is one that some libraries accept."""
    torsion = next(point for point in curve.points_of_small_order() if point != curve.IDENTITY)
    scalar = 12345
    key = curve.encoded(curve.add(curve.times(scalar, curve.BASE), torsion))
    nonce = curve.times(777, curve.BASE)
    accepted = 0
    for number in range(16):
        message = bytes([number])
        h = curve.challenge(curve.encoded(nonce), key, message)
        signature = curve.encoded(nonce) + ((777 + h * scalar) % curve.Q).to_bytes(32, "little")
        fits = curve.encoded(curve.add(nonce, curve.times(h, curve.add(curve.times(scalar, curve.BASE), torsion)))) == (
            curve.encoded(curve.times((777 + h * scalar) % curve.Q, curve.BASE))
        )
        assert ed25519.verify(key, signature, message) is fits
        accepted += fits
    assert accepted < 16


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 63), st.integers(1, 255))
def test_no_altered_signature_is_accepted(message: bytes, place: int, change: int) -> None:
    signature = bytearray(ed25519.sign(SEED, message))
    assert ed25519.verify(ed25519.public_key_of(SEED), bytes(signature), message)
    signature[place] ^= change
    assert not ed25519.verify(ed25519.public_key_of(SEED), bytes(signature), message)


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_nonsense_is_no_and_never_an_error(key: bytes, signature: bytes) -> None:
    assert not ed25519.verify(key, signature, MESSAGE)
