"""Timestamps of RFC 3161: somebody else's word that a bundle's envelope existed at a time.

Comity opens no connection: it writes the query, any client brings it to an authority, and the token that comes back is stapled to the
bundle. Tokens are read by `rfc3161-client`, the extra `timestamp`; whose word counts is in the verifier's trust file.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from hashlib import sha256, sha384, sha512
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from comity.documents.reading import read_bytes
from comity.errors import InputError, Place, missing_extra
from comity.evidence.strict_json import MalformedError
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from comity.evidence.bundle import Bundle

MAXIMUM_BYTES = 100_000
_LARGEST_ROOTS = 1_000_000
_HASHES = {"2.16.840.1.101.3.4.2.1": sha256, "2.16.840.1.101.3.4.2.2": sha384, "2.16.840.1.101.3.4.2.3": sha512}
_QUERY = bytes.fromhex("3039020101 3031 300d 0609608648016503040201 0500 0420".replace(" ", ""))
"""A TimeStampReq of RFC 3161, 2.4.1, up to the digest: version 1, SHA-256, without parameters."""
_WITH_CERTIFICATE = bytes.fromhex("0101ff")


def query(bundle: Bundle) -> bytes:
    """The request for a timestamp over the envelope, as a client sends it; it asks for the authority's certificate as well."""
    return _QUERY + sha256(bundle.envelope_bytes).digest() + _WITH_CERTIFICATE


def with_timestamp(bundle: Bundle, raw: bytes) -> tuple[Bundle, datetime]:
    """The bundle with a token stapled to it, and the time that the token states; who made the token is not asked here.

    Args:
        bundle: the bundle.
        raw: the answer of an authority (`.tsr`), or the token alone.

    Raises:
        InputError: it is neither, is over something else, or the extra is missing.
    """
    token = _token_in(raw)
    response = _response(token)
    _check_subject(response, bundle.envelope_bytes)
    return replace(bundle, timestamp=token), _time(response)


def check_token(token: bytes, message: bytes, roots: Iterable[Path]) -> datetime:
    """The time of a token that an authority under these roots made over a message.

    Args:
        token: a TimeStampToken.
        message: what it should be over.
        roots: files with certificates that the verifier trusts, in PEM.

    Raises:
        MalformedError: the token is malformed, over something else, or not made under these roots.
        InputError: a file of roots is none, or the extra is missing.
    """
    response = _response(token)
    _check_subject(response, message)
    from rfc3161_client import VerificationError, VerifierBuilder

    builder = VerifierBuilder()
    for certificate in _certificates(roots):
        builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify_message(response, message)
    except (VerificationError, ValueError) as error:
        message_ = Message("the timestamp is not made under your roots: {problem}", problem=str(error)[:200])
        raise MalformedError(message_) from None
    return _time(response)


def _certificates(roots: Iterable[Path]) -> list[Any]:
    from cryptography.x509 import load_pem_x509_certificates

    found: dict[Any, None] = {}
    for path in roots:
        place = Place(str(path))
        try:
            found |= dict.fromkeys(load_pem_x509_certificates(read_bytes(path, place, _LARGEST_ROOTS)))
        except ValueError:
            raise InputError(Message("this file holds no certificates in PEM"), place=place) from None
    return list(found)


def _token_in(raw: bytes) -> bytes:
    """The token of an authority's answer; a token alone is itself."""
    try:
        response = _decoded(raw)
    except ValueError:
        return raw
    token: bytes = response.time_stamp_token()
    return token


def _response(token: bytes) -> Any:
    """A token as the answer that it came in: `rfc3161-client` reads answers only."""
    status = bytes.fromhex("3003020100")
    body = status + token
    try:
        return _decoded(b"\x30" + _length(len(body)) + body)
    except ValueError as error:
        message = Message("this is not a timestamp of RFC 3161: {problem}", problem=str(error)[:200])
        raise MalformedError(message) from None


def _decoded(raw: bytes) -> Any:
    """The answer of an authority.

    Raises:
        ValueError: it is not one that holds a token.
        InputError: the extra is missing, or there is too much of it.
    """
    if find_spec("rfc3161_client") is None:
        raise missing_extra("rfc3161-client", "timestamp")
    if len(raw) > MAXIMUM_BYTES + 16:
        raise MalformedError(Message("the timestamp is larger than {count} bytes", count=MAXIMUM_BYTES))
    from rfc3161_client import decode_timestamp_response

    response = decode_timestamp_response(raw)
    _ = response.tst_info.gen_time
    return response


def _length(count: int) -> bytes:
    """A length in DER."""
    if count < 128:
        return bytes((count,))
    raw = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes((128 | len(raw),)) + raw


def _check_subject(response: Any, message: bytes) -> None:
    imprint = response.tst_info.message_imprint
    digest = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if digest is None or digest(message).digest() != imprint.message:
        raise MalformedError(Message("the timestamp is over something else than this bundle"))


def _time(response: Any) -> datetime:
    found: datetime = response.tst_info.gen_time
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
