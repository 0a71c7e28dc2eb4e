"""Notes, checkpoints and cosignatures.

Oracles: published notes of other systems, `proofbundle`, and `aics-tlog` where it runs (Python 3.12 and later).
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.checkpoint import EMPTY_ROOT, Checkpoint, read_checkpoint, sign_checkpoint
from comity.evidence.cosignature import cosign, cosigned_by, cosigner_text, parse_cosigner
from comity.evidence.keys import SigningKey, VerifierKey, parse_verifier_key
from comity.evidence.signed_note import MAXIMUM_BYTES, Note, NoteSignature, read_note, sign_note
from comity.evidence.strict_json import MalformedError
from tests.evidence.logged import LOG, WITNESSES

PUBLISHED = {
    "C2SP signed-note v1.0.0, example": (
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    ),
    "golang.org/x/mod/sumdb/note, example": (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
    ),
    "Go's checksum database, checkpoint of 20,852,163 entries": (
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— sum.golang.org "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n",
    ),
}
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_note_is_read_and_verified(name: str) -> None:
    text, raw = PUBLISHED[name]
    key = parse_verifier_key(text)
    note = read_note(raw.encode())
    assert key is not None
    assert note.signed_by(key)
    assert note.encoded() == raw.encode()
    with pytest.raises(MalformedError, match="does not fit"):
        read_note(raw.replace("a", "b", 1).encode()).signed_by(key)


def test_a_published_checkpoint_is_read() -> None:
    _, raw = PUBLISHED["Go's checksum database, checkpoint of 20,852,163 entries"]
    checkpoint = read_checkpoint(raw.encode()).checkpoint
    assert (checkpoint.origin, checkpoint.size) == ("go.sum database tree", 20852163)
    assert checkpoint.text() == raw[: raw.index("\n\n") + 1]


LINES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)


@given(st.lists(LINES, min_size=1, max_size=5))
def test_a_signed_note_is_read_as_it_was_written(lines: list[str]) -> None:
    note = sign_note("".join(f"{line}\n" for line in lines), LOG)
    assert read_note(note.encoded()) == note
    assert note.signed_by(LOG.verifier)
    assert not note.signed_by(WITNESSES[0].verifier)


GOOD = sign_checkpoint(7, bytes(32), LOG).note.encoded().decode()


@given(st.integers(0, len(GOOD.encode())), st.integers(0, 2), st.binary(max_size=3))
def test_a_note_has_one_encoding(place: int, removed: int, put: bytes) -> None:
    raw = GOOD.encode()
    raw = raw[:place] + put + raw[place + removed :]
    with contextlib.suppress(MalformedError):
        assert read_note(raw).encoded() == raw


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "\n",
        GOOD[:-1],
        GOOD.replace("\n\n", "\n"),
        GOOD.replace("— ", "- "),
        GOOD.replace("— ", "—  "),
        GOOD.replace("\n\n", "\n\n\n— \n"),
        GOOD.replace("7\n", "7\r\n"),
        GOOD.replace("7\n", "7\t\n"),
        GOOD + "\n",
        GOOD + "trailing\n",
        GOOD + GOOD.rpartition("\n\n")[2] * 64,
        "x" * MAXIMUM_BYTES + GOOD,
        GOOD.replace("=\n", "\n"),
    ],
)
def test_what_is_no_note_is_malformed(raw: str) -> None:
    with pytest.raises(MalformedError):
        read_checkpoint(raw.encode())


@pytest.mark.parametrize(
    "text",
    [
        "origin\n7\n",
        "origin\n07\n" + "A" * 43 + "=\n",
        "origin\n-7\n" + "A" * 43 + "=\n",
        "origin\n٧\n" + "A" * 43 + "=\n",
        "origin\n1099511627777\n" + "A" * 43 + "=\n",
        "origin\n7\n" + "A" * 42 + "==\n",
        "origin\n7\nAAAA\n",
        "origin\n0\n" + "A" * 43 + "=\n",
        "origin\n7\n" + "A" * 43 + "=\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_malformed(text: str) -> None:
    with pytest.raises(MalformedError):
        read_checkpoint(sign_note(text, LOG).encoded())


def test_a_checkpoint_may_have_further_lines_and_be_of_an_empty_log() -> None:
    extended = Checkpoint("origin", 0, EMPTY_ROOT, ("anything", "else"))
    assert read_checkpoint(sign_note(extended.text(), LOG).encoded()).checkpoint == extended


def test_a_checkpoint_is_that_of_the_log_it_names() -> None:
    """A log's key on another log's checkpoint says nothing about either."""
    other = Checkpoint("another.example.org", 7, bytes(32))
    assert not read_checkpoint(sign_note(other.text(), LOG).encoded()).signed_by(LOG.verifier)
    assert sign_checkpoint(7, bytes(32), LOG).signed_by(LOG.verifier)


def test_signatures_of_strangers_are_passed_over() -> None:
    note = sign_checkpoint(7, bytes(32), LOG).note
    strangers = (NoteSignature("stranger", "00000000", bytes(64)), NoteSignature(LOG.name, "00000000", bytes(2420)))
    assert read_note(note.with_signatures(strangers).encoded()).signed_by(LOG.verifier)


def cosigned(*witnesses: SigningKey) -> Note:
    note = sign_checkpoint(7, bytes(32), LOG).note
    return read_note(note.with_signatures(tuple(cosign(note.text, key, AT) for key in witnesses)).encoded())


def test_witnesses_are_counted_by_key() -> None:
    keys = [key.verifier for key in WITNESSES]
    found = cosigned_by(cosigned(*WITNESSES[:2]), keys, LOG.verifier)
    assert [one.witness for one in found] == keys[:2]
    assert {one.at for one in found} == {AT}
    twice = [SigningKey("other-name.example", WITNESSES[0].seed), WITNESSES[0]]
    assert len(cosigned_by(cosigned(*twice), [key.verifier for key in twice], LOG.verifier)) == 1


def test_a_log_is_not_its_own_witness_under_any_name() -> None:
    disguised = SigningKey("honest-witness.example", LOG.seed)
    same_name = SigningKey(LOG.name, WITNESSES[0].seed)
    note = cosigned(LOG, disguised, same_name)
    assert cosigned_by(note, [key.verifier for key in (LOG, disguised, same_name)], LOG.verifier) == []


def test_a_cosignature_that_does_not_fit_condemns_the_note() -> None:
    note = cosigned(WITNESSES[0])
    line = note.signatures[-1]
    for place in range(0, 72, 5):
        bad = bytearray(line.signature)
        bad[place] ^= 1
        forged = note.with_signatures((NoteSignature(line.name, line.key_id, bytes(bad)),))
        with pytest.raises(MalformedError, match="does not fit"):
            cosigned_by(forged, [WITNESSES[0].verifier], LOG.verifier)


def test_a_plain_signature_is_no_cosignature() -> None:
    note = sign_checkpoint(7, bytes(32), LOG).note
    plain = note.with_signatures(sign_note(note.text, WITNESSES[0]).signatures)
    assert cosigned_by(plain, [WITNESSES[0].verifier], LOG.verifier) == []


def test_the_key_of_a_witness_has_two_forms() -> None:
    key = WITNESSES[0].verifier
    assert parse_cosigner(cosigner_text(key)) == key
    assert parse_cosigner(str(key)) == key
    assert parse_verifier_key(cosigner_text(key)) is None
    for text in ("", "name", str(key)[:-2], cosigner_text(key).replace("witness", "w1tness"), f"{cosigner_text(key)} "):
        assert parse_cosigner(text) is None
    assert parse_cosigner(cosigner_text(VerifierKey("weak", (1).to_bytes(32, "little")))) is None


def test_proofbundle_agrees_on_checkpoints_and_witnesses() -> None:
    other = pytest.importorskip("proofbundle.checkpoint")
    ours = cosigned(*WITNESSES[:2]).encoded().decode()
    assert other.verify_checkpoint(ours, str(LOG.verifier))["ok"]
    for key in WITNESSES[:2]:
        assert other.cosign_vkey(key.name, key.verifier.public_key) == cosigner_text(key.verifier)
        found = other.verify_cosignature(ours, cosigner_text(key.verifier))
        assert found["ok"]
        assert found["timestamp"] == int(AT.timestamp())
    assert not other.verify_cosignature(ours, cosigner_text(WITNESSES[2].verifier))["ok"]


def test_aics_tlog_agrees_on_checkpoints_and_witnesses() -> None:
    other = pytest.importorskip("aics_tlog")
    note = other.parse_note(cosigned(*WITNESSES[:2]).encoded())
    keys = [other.parse_vkey(cosigner_text(key.verifier)) for key in WITNESSES]
    log = other.parse_vkey(str(LOG.verifier))
    found = other.verify_checkpoint(note, log, keys, quorum=2)
    assert (found.ok, found.cosignature_count, found.size) == (True, 2, 7)
    assert not other.verify_checkpoint(note, log, keys, quorum=3).ok
