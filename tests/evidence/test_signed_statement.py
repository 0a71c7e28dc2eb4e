"""Whose signature a statement carries, and how little that says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, new_statement
from comity.errors import InputError, IntegrityError
from comity.evidence import dsse
from comity.evidence.keys import SigningKey, VerifierKey
from comity.evidence.policy import Issuer, Trust
from comity.evidence.signed_statement import is_envelope, sign_statement, verify_statement
from comity.evidence.strict_json import MalformedError, encode
from comity.report.verification import statement_verification
from tests.evidence.sealed import KEY, OTHER_KEY, trusting

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def text(name: str = "model.gguf") -> bytes:
    facts = [MeasuredFact("a.rate", 0.98, "observed")]
    predicate = Predicate(measure="dialogue", method="asked", tools=[], measured_on=DAY, facts=facts)
    return msgspec.json.encode(new_statement([Artefact(name, Digest("0" * 64))], predicate))


def signed(raw: bytes | None = None, key: SigningKey = KEY) -> bytes:
    return encode(dsse.signed(raw or text(), key).document())


def issuer(raw: bytes, trust: Trust | None, now: datetime = NOW) -> str:
    found = verify_statement(raw, trust, now)
    assert found.exit_code == (0 if found.signature.outcome == found.issuer.outcome == "yes" else 3)
    return found.issuer.outcome


def test_a_trusted_key_signed_it() -> None:
    assert issuer(signed(), trusting()) == "yes"
    assert issuer(signed(), None) == "open"
    assert issuer(signed(key=OTHER_KEY), trusting()) == "open"


def test_a_key_is_trusted_in_its_time_only_even_if_no_time_is_given() -> None:
    ended = Trust((Issuer(KEY.verifier, None, None, date(2020, 1, 1)),))
    assert verify_statement(signed(), ended).issuer.outcome == "no"
    assert issuer(signed(), ended) == "no"


def test_one_key_may_be_trusted_in_two_periods() -> None:
    ended = Issuer(KEY.verifier, None, None, date(2025, 1, 1))
    again = Issuer(KEY.verifier, None, date(2026, 1, 1), None)
    assert issuer(signed(), Trust((again, ended))) == "yes"
    assert issuer(signed(), Trust((ended, again))) == "yes"


class SameId(VerifierKey):
    """A key whose id is that of another: 32 bits are found in minutes."""

    @property
    def id(self) -> str:
        return KEY.verifier.id


def test_a_key_of_the_same_id_takes_no_place() -> None:
    double = Issuer(SameId("example.com/double", OTHER_KEY.verifier.public_key), None, None, None)
    mine = Issuer(KEY.verifier, None, None, None)
    for trust in (Trust((double, mine)), Trust((mine, double))):
        assert issuer(signed(), trust) == "yes"
    with pytest.raises(IntegrityError):
        verify_statement(signed(), Trust((double,)), NOW)


def test_what_a_statement_cannot_show_is_open() -> None:
    assert issuer(signed(), trusting(systems=("helper",))) == "open"
    assert issuer(signed(), replace(trusting(), required=("log",))) == "open"


def test_an_old_measurement_is_not_relied_on_and_none_of_the_future() -> None:
    assert issuer(signed(), replace(trusting(), maximum_age=timedelta(days=5))) == "yes"
    assert issuer(signed(), replace(trusting(), maximum_age=timedelta(days=5)), NOW + timedelta(days=9)) == "no"
    assert issuer(signed(), trusting(), NOW - timedelta(days=9)) == "no"


def test_a_text_of_two_meanings_is_neither_signed_nor_believed(tmp_path: Path) -> None:
    ambiguous = text().replace(b'"value":0.98', b'"value":0.98,"value":0.5')
    path = tmp_path / "statement.json"
    path.write_bytes(ambiguous)
    with pytest.raises(InputError, match="repeated"):
        sign_statement(path, KEY)
    with pytest.raises(MalformedError, match="repeated"):
        verify_statement(signed(ambiguous), trusting(), NOW)


def test_what_could_not_be_verified_is_not_signed(tmp_path: Path) -> None:
    path = tmp_path / "statement.json"
    path.write_bytes(text().replace(b'"asked"', b'"%s"' % (b"x" * dsse.MAXIMUM_PAYLOAD)))
    with pytest.raises(InputError, match="more than"):
        sign_statement(path, KEY)


def test_an_envelope_is_known_however_it_is_spaced() -> None:
    document = json.loads(signed())
    assert is_envelope(json.dumps(document, indent=2).encode())
    assert issuer(json.dumps(document, indent=2).encode(), trusting()) == "yes"
    assert not is_envelope(text())
    assert not is_envelope(b'{"schema":"comity/bundle/1","envelope":{"payloadType":')


def test_names_in_a_statement_do_not_steer_the_terminal() -> None:
    found = verify_statement(signed(text("\x1b[2J\u202emodel\nIs the signature valid? yes")), trusting(), NOW)
    said = statement_verification(found, "en", "text")
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said.splitlines()) == 3
