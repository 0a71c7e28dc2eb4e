"""Ed25519 with one acceptance rule, whatever library does the arithmetic.

RFC 8032 leaves open which odd encodings a verifier accepts, and libraries differ: some accept the identity point as a key, under which one
signature fits every message. Here a key or signature is refused before any arithmetic if

- the public key A or the point R is not canonically encoded (y >= p, or x = 0 with the sign bit set),
- A or R is one of the eight points of small order,
- the scalar S is not below the order of the group;

what is left is checked by the equation without cofactor, [S]B = R + [h]A, as OpenSSL, BoringSSL and libsodium compute it.
Sources: RFC 8032, 5.1; Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs" (2020).
"""

from __future__ import annotations

from comity.errors import missing_extra

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493

KEY_BYTES, SIGNATURE_BYTES = 32, 64

_ORDER_8 = (
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
)
_SMALL_ORDER = frozenset({0, 1, PRIME - 1, *_ORDER_8})
"""The y coordinates of the eight points whose order divides 8; the points of one y differ in the sign of x only."""


def is_acceptable_point(encoded: bytes) -> bool:
    """Whether 32 bytes can be a public key or the point of a signature: canonical and not of small order.

    Whether they lie on the curve at all is found by the arithmetic.
    """
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return len(encoded) == KEY_BYTES and y < PRIME and y not in _SMALL_ORDER


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature fits a message under a key; False for anything malformed, never an exception."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    if not is_acceptable_point(public_key) or not is_acceptable_point(signature[:32]):
        return False
    if int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    _require_library()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(seed: bytes, message: bytes) -> bytes:
    """The signature of a message under the private key with this seed of 32 bytes."""
    _require_library()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def public_key_of(seed: bytes) -> bytes:
    """The public key that belongs to a seed."""
    _require_library()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _require_library() -> None:
    """Refuse where the arithmetic is not installed.

    Raises:
        InputError: with how to install it.
    """
    from importlib.util import find_spec

    if find_spec("cryptography") is None:
        raise missing_extra("cryptography", "evidence")
