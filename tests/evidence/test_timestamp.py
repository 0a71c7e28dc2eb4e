"""Queries and tokens of RFC 3161. Oracles: OpenSSL, which answers our queries, and the query builder of `rfc3161-client`."""

from __future__ import annotations

import random

import pytest

from comity.errors import InputError
from comity.evidence import timestamp
from comity.evidence.strict_json import MalformedError
from comity.evidence.timestamp import check_token, query, with_timestamp
from tests.evidence.authority import Authority, authority_in
from tests.evidence.sealed import sealed

BUNDLE = sealed()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority_in(tmp_path_factory.mktemp("authority") / "here")


@pytest.fixture(scope="module")
def answer(authority: Authority) -> bytes:
    path = authority.directory / "query.tsq"
    path.write_bytes(query(BUNDLE))
    return authority.answer(path).read_bytes()


def test_the_query_is_that_of_another_implementation() -> None:
    client = pytest.importorskip("rfc3161_client")
    builder = client.TimestampRequestBuilder().data(BUNDLE.envelope_bytes).hash_algorithm(client.HashAlgorithm.SHA256)
    assert builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes() == query(BUNDLE)


def test_an_answer_and_the_token_in_it_are_the_same(authority: Authority, answer: bytes) -> None:
    stapled, at = with_timestamp(BUNDLE, answer)
    assert stapled.timestamp is not None
    assert stapled.timestamp in answer
    assert with_timestamp(BUNDLE, stapled.timestamp) == (stapled, at)
    assert check_token(stapled.timestamp, BUNDLE.envelope_bytes, [authority.root]) == at


def test_a_token_over_something_else_is_not_stapled(answer: bytes) -> None:
    with pytest.raises(InputError, match="something else"):
        with_timestamp(sealed(), answer)


@pytest.mark.parametrize("raw", [b"", b"\x30", b"\x30\x00", b"\x30\x03\x02\x01\x02", b"x" * 50, b"x" * 200_000])
def test_what_is_no_token_is_one_sentence(raw: bytes) -> None:
    pytest.importorskip("rfc3161_client")
    with pytest.raises(MalformedError):
        with_timestamp(BUNDLE, raw)


def test_altered_tokens_are_refused_or_say_the_same(authority: Authority, answer: bytes) -> None:
    """A token has a few bytes that its signature is not over; whatever is altered, the time is the same or it is refused."""
    stapled, at = with_timestamp(BUNDLE, answer)
    token, chance, refused = stapled.timestamp or b"", random.Random(1), 0
    for _ in range(1000):
        bad = bytearray(token)
        place = chance.randrange(len(bad))
        bad[place : place + chance.randrange(3)] = bytes(chance.randrange(256) for _ in range(chance.randrange(3)))
        try:
            assert check_token(bytes(bad), BUNDLE.envelope_bytes, [authority.root]) == at
        except MalformedError:
            refused += 1
    assert refused > 500


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(timestamp, "find_spec", lambda name: None)
    with pytest.raises(InputError) as error:
        with_timestamp(BUNDLE, answer)
    assert 'pip install "comity[timestamp]"' in str(error.value)


def test_lengths_are_those_of_der() -> None:
    """X.690, 8.1.3: one byte below 128, else the number of bytes and the bytes."""
    assert [timestamp._length(count).hex() for count in (0, 127, 128, 255, 256, 65536)] == [
        "00",
        "7f",
        "8180",
        "81ff",
        "820100",
        "83010000",
    ]
