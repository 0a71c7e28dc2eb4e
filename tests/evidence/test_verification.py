"""Four answers that never melt into one, and the exit code that follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from comity.errors import InputError
from comity.evidence import dsse
from comity.evidence.answer import Answer
from comity.evidence.bundle import Bundle, read_commitment
from comity.evidence.disclosure import disclose
from comity.evidence.keys import SigningKey
from comity.evidence.policy import Issuer, Trust, read_trust
from comity.evidence.verification import Verification, verify
from comity.language import Message
from tests.evidence.sealed import CREATED, DIGEST, KEY, NOW, OTHER_KEY, imagined, rules, sealed, system, trusting
from tests.questions.imagined import ON, library


def checked(bundle: Bundle, trust: Trust | None = None, now: datetime = NOW, digest: str = DIGEST) -> Verification:
    return verify(bundle.encoded(), imagined(), digest, trust=trust, now=now)


def outcomes(found: Verification) -> tuple[str, str, str, str]:
    return (found.signature.outcome, found.issuer.outcome, found.verdicts.outcome, found.measurement.outcome)


def test_all_holds_is_0() -> None:
    found = checked(sealed(), trusting())
    assert outcomes(found) == ("yes", "yes", "yes", "open")
    assert found.exit_code == 0


def test_without_trust_it_is_open_who_speaks() -> None:
    found = checked(sealed())
    assert outcomes(found) == ("yes", "open", "yes", "open")
    assert found.exit_code == 3


def test_the_bundle_cannot_vouch_for_its_own_signer() -> None:
    found = checked(sealed(key=OTHER_KEY), trusting())
    assert found.issuer.outcome == "no"
    assert found.exit_code == 3


def test_a_key_is_trusted_for_its_systems_only() -> None:
    assert checked(sealed(), trusting(systems=("helper",))).issuer.outcome == "yes"
    assert checked(sealed(), trusting(systems=("another",))).issuer.outcome == "no"


def test_a_key_is_trusted_in_its_time_only() -> None:
    def trust(start: date | None, until: date | None) -> Trust:
        return Trust((Issuer(KEY.verifier, None, start, until),))

    assert checked(sealed(), trust(date(2026, 11, 22), date(2026, 11, 23))).issuer.outcome == "yes"
    assert checked(sealed(), trust(date(2026, 11, 23), None)).issuer.outcome == "no"
    assert checked(sealed(), trust(None, date(2026, 11, 22))).issuer.outcome == "no"


def test_the_future_is_not_believed_but_a_clock_may_be_a_little_wrong() -> None:
    assert checked(sealed(), trusting(), now=CREATED - timedelta(minutes=9)).issuer.outcome == "yes"
    assert checked(sealed(), trusting(), now=CREATED - timedelta(minutes=11)).issuer.outcome == "no"


def test_old_and_expired_statements_are_not_relied_on() -> None:
    short = replace(trusting(), maximum_age=timedelta(hours=11))
    assert checked(sealed(), short).issuer.outcome == "no"
    assert checked(sealed(), replace(short, maximum_age=timedelta(hours=13))).issuer.outcome == "yes"


def test_an_anchor_that_the_verifier_asks_for_must_be_there() -> None:
    assert checked(sealed(), replace(trusting(), required=("log",))).issuer.outcome == "no"


def test_a_verdict_that_does_not_follow_is_1() -> None:
    from comity.evidence import commitment as made

    lying = made.commit(system(**{"a.rate": 0.5}), rules(), KEY, markets=("xa",), on=ON, created=CREATED)
    easier = library(
        imagined().data.facts,
        [
            {"id": "xa/1", "when": "a.generative", "require": "a.rate >= 0.1"},
            {"id": "xa/2", "require": "a.rate >= 0.0"},
        ],
    )
    found = verify(lying.encoded(), easier, DIGEST, trust=trusting(), now=NOW)
    assert found.verdicts.outcome == "no"
    assert [(one.clause, one.stated, one.found) for one in found.differences["xa"]] == [("xa/1", "not_met", "met")]
    assert found.exit_code == 1


def test_a_clause_that_is_left_out_is_noticed() -> None:
    more = library(
        imagined().data.facts,
        [
            {"id": "xa/1", "when": "a.generative", "require": "a.rate >= 0.95"},
            {"id": "xa/2", "require": 'a.deadline <= duration("72h")'},
            {"id": "xa/3", "require": "a.secret > 5"},
        ],
    )
    found = verify(disclose(sealed(), imagined(), markets=["xa"]).encoded(), more, DIGEST, trust=trusting(), now=NOW)
    assert [(one.clause, one.stated) for one in found.differences["xa"]] == [("xa/3", None)]
    assert found.exit_code == 1


def test_other_rules_decide_nothing() -> None:
    found = checked(sealed(), trusting(), digest="cd" * 32)
    assert found.verdicts.outcome == "open"
    assert found.exit_code == 3


def test_no_verdicts_opened_decides_nothing() -> None:
    found = checked(disclose(sealed(), imagined(), facts=["a.rate"]), trusting())
    assert found.verdicts.outcome == "open"
    assert found.exit_code == 3


def test_a_measurement_that_differs_is_1() -> None:
    answer = Answer("no", Message("measured again, these differ: {facts}", facts="a.rate"))
    found = verify(sealed().encoded(), imagined(), DIGEST, trust=trusting(), now=NOW, measurement=answer)
    assert found.exit_code == 1


@pytest.mark.parametrize("signers", [(KEY, OTHER_KEY), (OTHER_KEY, KEY)])
def test_one_trusted_signer_of_several_is_enough_and_is_named(signers: tuple[SigningKey, SigningKey]) -> None:
    one = sealed()
    envelope = one.envelope
    signatures = tuple(dsse.signed(envelope.payload, key).signatures[0] for key in signers)
    both = replace(
        one, envelope=replace(envelope, signatures=signatures), signers=tuple(key.verifier for key in signers)
    )
    found = checked(both, trusting())
    assert found.exit_code == 0
    assert KEY.verifier.key_id in found.issuer.reason.in_language("en")
    assert OTHER_KEY.verifier.key_id not in found.issuer.reason.in_language("en")


def test_trust_follows_the_key_and_not_its_name_or_id() -> None:
    """Anybody may put a trusted name on a key of its own."""
    impostor = SigningKey(KEY.name, OTHER_KEY.seed)
    assert checked(sealed(key=impostor), trusting()).issuer.outcome == "no"
    renamed = SigningKey("somebody.example", KEY.seed)
    found = checked(sealed(key=renamed), trusting())
    assert found.issuer.outcome == "yes"
    assert KEY.name in found.issuer.reason.in_language("en")


def test_the_time_is_to_the_second() -> None:
    assert read_commitment(sealed().envelope.payload).created == CREATED


def trust_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "trust.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_trust_file_is_read(tmp_path: Path) -> None:
    text = (
        f"comity_trust: 1\nissuers:\n  - key: {KEY.verifier}\n    systems: [helper]\n    from: 2026-01-01\n"
        f"logs: ['{OTHER_KEY.verifier}']\nmaximum_age: P180D\nrequired: [log]\n"
    )
    trust = read_trust(trust_file(tmp_path, text))
    assert trust.issuers[0] == Issuer(KEY.verifier, ("helper",), date(2026, 1, 1), None)
    assert trust.maximum_age == timedelta(days=180)
    assert trust.required == ("log",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("comity_trust: 2\nissuers: []\n", "does not read"),
        ("comity_trust: 1\n", "issuers"),
        ("comity_trust: 1\nissuers: [{key: nonsense}]\n", "not a key"),
        ("comity_trust: 1\nissuers: []\nwitness: []\n", "witness"),
        (f"comity_trust: 1\nissuers: []\nlogs: ['{KEY.verifier}']\nwitnesses: ['{KEY.verifier}']\n", "own witness"),
        ("comity_trust: 1\nissuers: []\nquorum: 1\n", "quorum"),
        (f"comity_trust: 1\nissuers: []\nwitnesses: ['{OTHER_KEY.verifier}']\nquorum: 0.5\n", "quorum"),
        (f"comity_trust: 1\nissuers: [{{key: {KEY.verifier}, systems: }}]\n", "without a value"),
        (f"comity_trust: 1\nissuers: [{{key: {KEY.verifier}, until: }}]\n", "without a value"),
        ("comity_trust: 1\nissuers: []\nmaximum_age:\n", "without a value"),
        ("comity_trust: 1\nissuers: []\nrequired: null\n", "without a value"),
        ("comity_trust: 1\nissuers: []\nmaximum_age: soon\n", "duration"),
    ],
)
def test_a_bad_trust_file_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as error:
        read_trust(trust_file(tmp_path, text))
    assert "trust.yaml" in str(error.value)


def test_times_are_in_utc() -> None:
    assert CREATED.tzinfo is UTC
