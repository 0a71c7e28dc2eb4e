"""Keys in the text forms of C2SP. Oracle: the published key of Go's checksum database, and securesystemslib for envelopes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from comity.errors import InputError
from comity.evidence import dsse
from comity.evidence.keys import (
    SigningKey,
    new_key,
    parse_signing_key,
    parse_verifier_key,
    read_signing_key,
    write_new_key,
)
from tests.evidence.sealed import KEY

PUBLISHED = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_a_key_that_another_ecosystem_published_is_read() -> None:
    key = parse_verifier_key(PUBLISHED)
    assert key is not None
    assert (key.name, key.id) == ("sum.golang.org", "033de0ae")
    assert str(key) == PUBLISHED


def test_both_halves_are_written_and_read() -> None:
    assert parse_signing_key(KEY.encoded()) == KEY
    assert parse_verifier_key(str(KEY.verifier)) == KEY.verifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        PUBLISHED.replace("033de0ae", "033de0af"),
        PUBLISHED.replace("sum.golang.org", "sum.golang.оrg"),
        PUBLISHED + "=",
        PUBLISHED[:-4],
        " " + PUBLISHED,
        PUBLISHED + "\n",
    ],
)
def test_what_is_no_key_is_none(text: str) -> None:
    assert parse_verifier_key(text) is None
    assert parse_signing_key(f"PRIVATE+KEY+{text}") is None


def test_a_weak_key_is_none() -> None:
    from comity.evidence.keys import VerifierKey

    assert parse_verifier_key(str(VerifierKey("weak", (1).to_bytes(32, "little")))) is None


def test_a_secret_key_is_for_its_owner_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "issuer.key"
    key = new_key("example.org/evidence")
    public = write_new_key(key, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_signing_key(path) == key
    assert public.read_text(encoding="ascii").strip() == str(key.verifier)
    with pytest.raises(InputError, match="never overwritten"):
        write_new_key(new_key("example.org/evidence"), path)
    assert read_signing_key(path) == key


def test_of_a_pair_that_cannot_be_written_nothing_stays_behind(tmp_path: Path) -> None:
    path = tmp_path / "issuer.key"
    path.with_name("issuer.key.pub").write_text("somebody else's", encoding="ascii")
    with pytest.raises(InputError, match="never overwritten"):
        write_new_key(new_key("example.org/evidence"), path)
    assert not path.exists()
    assert path.with_name("issuer.key.pub").read_text(encoding="ascii") == "somebody else's"


def test_a_key_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "issuer.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError):
        write_new_key(new_key("example.org/evidence"), tmp_path / "issuer.key")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["", "two words", "a+b", "имя", "a" * 101, "line\nfeed"])
def test_a_name_that_could_mislead_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        new_key(name)


def test_a_secret_key_does_not_show_itself() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY) == "SigningKey('example.org/evidence')"


def test_the_encoding_of_the_protocol() -> None:
    """The example of the DSSE protocol, section "PAE"."""
    found = dsse.pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert found == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_another_implementation_accepts_our_envelope() -> None:
    """Oracle: securesystemslib, the reference implementation of DSSE in Python."""
    other = pytest.importorskip("securesystemslib.dsse")
    keys = pytest.importorskip("securesystemslib.signer")
    envelope = dsse.signed(b'{"a":1}', KEY)
    public = keys.SSlibKey(KEY.verifier.id, "ed25519", "ed25519", {"public": KEY.verifier.public_key.hex()})
    read = other.Envelope.from_dict(envelope.document())
    assert read.verify([public], 1) == {KEY.verifier.id: public}


def test_a_key_of_another_name_has_another_id() -> None:
    assert SigningKey("a", KEY.seed).verifier.id != SigningKey("b", KEY.seed).verifier.id
