"""A log proof or a timestamp that the verifier's own file vouches for counts; a wrong one is never passed over; others are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence.anchors import check_anchors
from comity.evidence.bundle import Bundle
from comity.evidence.checkpoint import sign_checkpoint
from comity.evidence.cosignature import cosigner_text
from comity.evidence.keys import SigningKey
from comity.evidence.log_entries import with_proof
from comity.evidence.log_proof import LogProof
from comity.evidence.policy import Issuer, Trust, read_trust
from comity.evidence.signed_note import NoteSignature
from comity.evidence.timestamp import query, with_timestamp
from comity.evidence.verification import Verification, verify
from tests.evidence.authority import Authority, authority_in
from tests.evidence.logged import LOG, WITNESSES, anchored, proof_of, witnessed
from tests.evidence.sealed import CREATED, DIGEST, KEY, NOW, OTHER_KEY, imagined, sealed, trusting

NAMED = replace(trusting(), logs=(LOG.verifier,), required=("log",))
PROOF = LogProof(2, (bytes(32), bytes(32)), sign_checkpoint(4, bytes(32), LOG)).encoded()
WATCHED = replace(NAMED, witnesses=tuple(key.verifier for key in WITNESSES), quorum=2)


def checked(bundle: Bundle, trust: Trust | None, now: datetime = NOW) -> Verification:
    return verify(bundle.encoded(), imagined(), DIGEST, trust=trust, now=now)


def answers(bundle: Bundle, trust: Trust | None, now: datetime = NOW) -> tuple[str, str, int]:
    """The answer on the log, that on the issuer, and the exit code."""
    found = checked(bundle, trust, now)
    return found.anchors["log"].outcome, found.issuer.outcome, found.exit_code


def test_a_proof_in_a_named_log_counts(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    assert answers(bundle, NAMED) == ("yes", "yes", 0)
    assert "entry 2 of the log log.example.org/evidence" in repr(checked(bundle, NAMED).anchors["log"].reason)


def test_without_a_trust_file_nothing_counts(tmp_path: Path) -> None:
    assert answers(anchored(tmp_path / "log"), None) == ("open", "open", 3)


def test_a_log_that_was_not_named_is_told_and_does_not_count(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    assert answers(bundle, trusting()) == ("open", "yes", 0)
    assert answers(bundle, replace(trusting(), required=("log",))) == ("open", "no", 3)
    assert "does not count" in repr(checked(bundle, trusting()).anchors["log"].reason)


@pytest.mark.parametrize("trust", [None, trusting(), NAMED], ids=["no file", "another log", "this log"])
def test_a_wrong_proof_is_never_passed_over(tmp_path: Path, trust: Trust | None) -> None:
    """Whoever is trusted: malformed, of another bundle, of another place."""
    bundle, other = anchored(tmp_path / "log"), sealed()
    proof = proof_of(bundle)
    for wrong in (
        replace(bundle, log=b""),
        replace(bundle, log=proof.encoded()[:-1]),
        replace(other, log=bundle.log),
        with_proof(bundle, replace(proof, index=1)),
        with_proof(bundle, replace(proof, path=proof.path[:-1])),
    ):
        assert answers(wrong, trust) == ("no", "no", 3)


def test_no_byte_of_a_proof_can_change_unnoticed(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    proof = bundle.log or b""
    for place in range(len(proof)):
        flipped = proof[:place] + bytes((proof[place] ^ 1,)) + proof[place + 1 :]
        found = check_anchors(replace(bundle, log=flipped), NAMED, NOW)["log"]
        assert found.answer.outcome != "yes", flipped


@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 60))
def test_any_proof_has_an_answer(put: bytes, place: int, removed: int) -> None:
    bad = PROOF[:place] + put + PROOF[place + removed :]
    assert check_anchors(replace(sealed(), log=bad), NAMED, NOW)["log"].answer.outcome in {"no", "open"}


def test_a_checkpoint_by_another_key_of_that_name_is_wrong(tmp_path: Path) -> None:
    impostor = SigningKey(LOG.name, OTHER_KEY.seed)
    assert answers(anchored(tmp_path / "log", key=impostor), NAMED) == ("no", "no", 3)


def test_a_forged_signature_of_the_log_is_wrong(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    proof = proof_of(bundle)
    forged = proof.signed.note.with_signatures((NoteSignature(LOG.name, LOG.verifier.id, bytes(64)),))
    bad = with_proof(bundle, replace(proof, signed=replace(proof.signed, note=forged)))
    assert answers(bad, NAMED) == ("no", "no", 3)


def test_as_many_witnesses_as_you_ask_for(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    assert answers(bundle, WATCHED) == ("no", "no", 3)
    assert answers(witnessed(bundle, WITNESSES[0]), WATCHED) == ("no", "no", 3)
    assert answers(witnessed(bundle, *WITNESSES[1:]), WATCHED) == ("yes", "yes", 0)
    assert answers(witnessed(bundle, *WITNESSES[1:]), replace(WATCHED, quorum=3)) == ("no", "no", 3)


def test_neither_the_log_nor_one_key_twice_makes_a_quorum(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    disguised = SigningKey("honest.example", LOG.seed)
    trust = replace(WATCHED, witnesses=(WITNESSES[0].verifier, disguised.verifier, LOG.verifier))
    assert answers(witnessed(bundle, WITNESSES[0], disguised, LOG), trust) == ("no", "no", 3)
    alias = SigningKey("alias.example", WITNESSES[0].seed)
    trust = replace(WATCHED, witnesses=(WITNESSES[0].verifier, alias.verifier))
    assert answers(witnessed(bundle, WITNESSES[0], alias), trust) == ("no", "no", 3)


def test_a_witness_of_the_future_does_not_count(tmp_path: Path) -> None:
    bundle = witnessed(anchored(tmp_path / "log"), *WITNESSES, at=NOW + timedelta(hours=1))
    assert answers(bundle, WATCHED) == ("no", "no", 3)
    assert answers(bundle, WATCHED, NOW + timedelta(hours=1)) == ("yes", "yes", 0)


def test_a_statement_is_not_younger_than_its_anchor(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    at = CREATED - timedelta(minutes=9)
    assert answers(witnessed(bundle, *WITNESSES, at=at), WATCHED) == ("yes", "yes", 0)
    at = CREATED - timedelta(minutes=11)
    assert answers(witnessed(bundle, *WITNESSES, at=at), WATCHED) == ("yes", "no", 3)


def test_a_stolen_key_cannot_date_itself_back_where_an_anchor_is_asked_for(tmp_path: Path) -> None:
    """The statement says a time at which the key was trusted; the witnesses saw it only after that."""
    bundle = witnessed(anchored(tmp_path / "log"), *WITNESSES, at=CREATED + timedelta(days=3))
    until = replace(WATCHED, issuers=(Issuer(KEY.verifier, None, None, date(2026, 11, 24)),))
    now = CREATED + timedelta(days=4)
    assert answers(bundle, until, now) == ("yes", "no", 3)
    assert answers(bundle, replace(until, required=()), now) == ("yes", "yes", 0)


def test_the_second_of_three_witnesses_dates_a_quorum_of_two(tmp_path: Path) -> None:
    bundle = anchored(tmp_path / "log")
    for days, key in zip((0, 1, 2), WITNESSES, strict=True):
        bundle = witnessed(bundle, key, at=CREATED + timedelta(days=days))
    reason = checked(bundle, WATCHED, CREATED + timedelta(days=3)).anchors["log"].reason
    assert reason.values["time"] == "2026-11-23T12:00:00Z"


def trust_of(tmp_path: Path, text: str) -> Trust:
    path = tmp_path / "trust.yaml"
    path.write_text(f"comity_trust: 1\nissuers: [{{key: '{KEY.verifier}'}}]\n{text}", encoding="utf-8")
    return read_trust(path)


def test_a_trust_file_names_logs_and_witnesses(tmp_path: Path) -> None:
    texts = [cosigner_text(WITNESSES[0].verifier), str(WITNESSES[1].verifier)]
    trust = trust_of(tmp_path, f"logs: ['{LOG.verifier}']\nwitnesses: ['{texts[0]}', '{texts[1]}']\nquorum: 1\n")
    assert trust.witnesses == (WITNESSES[0].verifier, WITNESSES[1].verifier)
    bundle = witnessed(anchored(tmp_path / "log"), WITNESSES[1])
    assert answers(bundle, replace(trust, required=("log",))) == ("yes", "yes", 0)


@pytest.mark.parametrize(
    ("witness", "problem"),
    [
        (LOG, "own witness"),
        (SigningKey("another-name.example", LOG.seed), "own witness"),
        (SigningKey(LOG.name, WITNESSES[0].seed), "own witness"),
        (SigningKey("another-name.example", WITNESSES[1].seed), "stands twice"),
    ],
)
def test_a_trust_file_with_a_false_witness_is_refused(tmp_path: Path, witness: SigningKey, problem: str) -> None:
    keys = ", ".join(f"'{cosigner_text(key.verifier)}'" for key in (witness, WITNESSES[1]))
    with pytest.raises(InputError, match=problem):
        trust_of(tmp_path, f"logs: ['{LOG.verifier}']\nwitnesses: [{keys}]\n")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority_in(tmp_path_factory.mktemp("authority") / "here")


def stamped(bundle: Bundle, authority: Authority, tmp_path: Path) -> Bundle:
    path = tmp_path / "query.tsq"
    path.write_bytes(query(bundle))
    return with_timestamp(bundle, authority.answer(path).read_bytes())[0]


def on_time(bundle: Bundle, trust: Trust | None) -> tuple[str, str]:
    found = checked(bundle, trust, datetime.now(UTC))
    return found.anchors["timestamp"].outcome, found.issuer.outcome


def test_a_timestamp_counts_by_your_roots_only(tmp_path: Path, authority: Authority) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    bundle = stamped(sealed(created=now), authority, tmp_path)
    named = replace(trusting(), timestamp_roots=(authority.root,), required=("timestamp",))
    assert on_time(bundle, named) == ("yes", "yes")
    assert on_time(bundle, trusting()) == ("open", "yes")
    assert on_time(bundle, None) == ("open", "open")
    assert on_time(bundle, replace(trusting(), required=("timestamp",))) == ("open", "no")
    stranger = authority_in(tmp_path / "stranger")
    assert on_time(bundle, replace(named, timestamp_roots=(stranger.root,))) == ("no", "no")
    assert on_time(replace(sealed(created=now), timestamp=bundle.timestamp), named) == ("no", "no")
    assert on_time(replace(bundle, timestamp=b"nonsense"), named) == ("no", "no")


def test_a_timestamp_of_before_the_statement_is_a_contradiction(tmp_path: Path, authority: Authority) -> None:
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    bundle = stamped(sealed(created=later), authority, tmp_path)
    named = replace(trusting(), timestamp_roots=(authority.root,))
    found = checked(bundle, named, later)
    assert (found.anchors["timestamp"].outcome, found.issuer.outcome) == ("yes", "no")
    early = checked(bundle, named, later - timedelta(days=2))
    assert early.anchors["timestamp"].outcome == "no"


def test_roots_that_are_none_are_bad_input(tmp_path: Path, authority: Authority) -> None:
    bundle = stamped(sealed(), authority, tmp_path)
    bad = tmp_path / "roots.pem"
    bad.write_text("nothing")
    with pytest.raises(InputError, match="PEM"):
        checked(bundle, replace(trusting(), timestamp_roots=(bad,)))
    with pytest.raises(InputError, match="no such file"):
        checked(bundle, replace(trusting(), timestamp_roots=(tmp_path / "nowhere.pem",)))
