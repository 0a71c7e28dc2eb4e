"""An issuer who signs anything: what follows by the rules may still be false, or beside the question, and must not end with 0."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import ComityError
from comity.evidence.bundle import Bundle, parse_time
from comity.evidence.leaves import LONGEST_TEXT, MAXIMUM_LEAF
from comity.evidence.reproduction import reproduce
from comity.evidence.strict_json import MalformedError
from comity.evidence.verification import Verification, open_bundle, verify
from comity.library.loader import Library
from comity.library.vocabulary import MARKETS
from comity.report.verification import verification
from tests.evidence.forged import about, forged, said, stated
from tests.evidence.sealed import DIGEST, NOW, imagined, trusting
from tests.questions.imagined import fact, library
from tests.schemas.test_schemas import complaints

UNKNOWN: dict[str, Any] = {"unknown": ["xa/1", "xa/2"]}

WITH_FLOWS = library(
    [fact("flow.safe", subject="flow"), fact("flow.size", "int", subject="flow"), fact("a.x"), fact("a.y")],
    [
        {"id": "xa/1", "subject": "flow", "require": "flow.safe"},
        {"id": "xb/1", "subject": "flow", "require": "flow.safe"},
        {"id": "xc/1", "require": "a.x && a.y"},
    ],
    ["!(a.x && a.y)"],
)


def checked(bundle: Bundle, rules: Library | None = None, now: datetime = NOW, **asked: Any) -> Verification:
    return verify(bundle.encoded(), rules or imagined(), DIGEST, trust=trusting(), now=now, **asked)


def why(found: Verification) -> str:
    return found.verdicts.reason.in_language("en")


def test_an_honest_bundle_by_hand_is_0() -> None:
    assert checked(forged([about(), stated(**UNKNOWN)])).exit_code == 0


@pytest.mark.parametrize("market", ["zz", "XA", "xa-", "x" * 200])
def test_an_invented_market_is_1(market: str) -> None:
    found = checked(forged([about(), stated(market)]))
    assert found.exit_code == 1
    assert "not a market" in why(found)


def test_a_market_without_any_verdict_decides_nothing() -> None:
    assert checked(forged([about(), stated("xc")])).exit_code == 3


def test_a_fact_cannot_have_one_value_here_and_another_there() -> None:
    leaves = [said("a.rate", 0.99, market="xa"), said("a.rate", 0.1, market="xb"), said("a.generative", value=True)]
    found = checked(forged([about(), *leaves, stated(met=["xa/1"], unknown=["xa/2"])]))
    assert found.exit_code == 1
    assert "cannot differ by market" in why(found)


def test_a_fact_in_an_invented_place_is_1() -> None:
    found = checked(forged([about(), said("a.deadline", "1h", market="nowhere"), stated(**UNKNOWN)]))
    assert found.exit_code == 1


def test_the_built_in_fact_cannot_be_stated() -> None:
    assert checked(forged([about(), said(MARKETS, ["xb"]), stated(**UNKNOWN)])).exit_code == 1


@pytest.mark.parametrize("collection", ["system", "organisation", "flows", "None"])
def test_a_collection_that_no_dossier_lists_cannot_make_axioms_disappear(collection: str) -> None:
    contradicting = [said("a.x", value=True), said("a.y", value=True)]
    found = checked(
        forged([about(), *contradicting, stated("xc", elements={collection: []}, met=["xc/1"])]), WITH_FLOWS
    )
    assert found.exit_code == 1
    assert "does not list" in why(found)
    found = checked(forged([about(), *contradicting, stated("xc", met=["xc/1"])]), WITH_FLOWS)
    assert found.exit_code == 1


def test_markets_do_not_see_different_flows() -> None:
    one = stated(elements={"flow": ["pay"]}, unknown=["xa/1"])
    assert checked(forged([about(), one]), WITH_FLOWS).exit_code == 0
    other = stated("xb", elements={"flow": []}, not_applicable=["xb/1"])
    found = checked(forged([about(), one, other]), WITH_FLOWS)
    assert found.exit_code == 1
    assert "flows" in why(found)


def test_a_fact_of_a_flow_belongs_to_a_flow_that_is_listed() -> None:
    listed = stated(elements={"flow": ["pay"]}, unknown=["xa/1"])
    for wrong in (said("flow.safe", value=True), said("flow.safe@hidden", value=True), said("flow.safe@", value=True)):
        assert checked(forged([about(), wrong, listed]), WITH_FLOWS).exit_code == 1


def test_an_invented_flow_changes_the_verdict_of_its_clause() -> None:
    """Hiding or inventing flows is the issuer's lie; that each listed one counts is checked."""
    leaves = [said("flow.safe@pay", value=True), stated(elements={"flow": ["pay", "bad"]}, met=["xa/1"])]
    assert checked(forged([about(), *leaves]), WITH_FLOWS).exit_code == 1


@pytest.mark.parametrize("day", ["1990-01-01", "2026-11-20", "2026-11-24", "9999-12-31"])
def test_verdicts_of_another_day_answer_only_who_asks_for_that_day(day: str) -> None:
    verdict = {"not_applicable": ["xa/1", "xa/2"]} if day < "2020" else UNKNOWN
    bundle = forged([about(), stated(on=day, **verdict)])
    assert checked(bundle).exit_code == 3
    assert checked(bundle, on=date.fromisoformat(day)).exit_code == 0
    assert checked(bundle, on=date(2026, 11, 22)).exit_code == 3


def test_a_wrong_verdict_stays_wrong_whatever_day_is_asked_for() -> None:
    assert checked(forged([about(), stated(on="1990-01-01", met=["xa/1", "xa/2"])])).exit_code == 1


def test_a_market_that_is_asked_for_must_be_opened() -> None:
    bundle = forged([about(), stated(**UNKNOWN)])
    assert checked(bundle, markets=("xa",)).exit_code == 0
    found = checked(bundle, markets=("xa", "xb"))
    assert found.exit_code == 3
    assert "xb" in why(found)


@pytest.mark.parametrize("other", [about("another"), about(version="2")])
def test_the_opened_system_is_the_one_of_the_statement(other: dict[str, object]) -> None:
    bundle = forged([other, stated(**UNKNOWN)])
    assert checked(bundle).exit_code == 1
    assert reproduce(open_bundle(bundle.encoded()), [], imagined()).outcome == "no"


@pytest.mark.parametrize("year", [1, 999, 1000, 9999])
def test_no_year_is_too_early_or_too_late(year: int) -> None:
    text = f"{year:04}-12-31T23:59:59Z"
    made = parse_time(text)
    assert made == datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    for now in (datetime(1, 1, 1, tzinfo=UTC), NOW, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)):
        assert checked(forged([about(), stated(**UNKNOWN)]), now=now).signature.outcome == "yes"


@pytest.mark.parametrize(
    "text", ["2026-11-22T14:00:60Z", "2026-11-22T24:00:00Z", "2026-11-22T14:00:00", "２026-11-22T14:00:00Z"]
)
def test_a_time_that_is_none(text: str) -> None:
    assert parse_time(text) is None


def test_a_leaf_and_a_text_have_a_limit_from_the_beginning() -> None:
    with pytest.raises(MalformedError, match="base64, or too long"):
        open_bundle(forged([said("a.rate", 1, source="x" * MAXIMUM_LEAF)]).encoded())
    for value in ("x" * (LONGEST_TEXT + 1), ["x" * (LONGEST_TEXT + 1)]):
        with pytest.raises(MalformedError, match="value"):
            open_bundle(forged([said("a.rate", value)]).encoded())
    assert open_bundle(forged([said("a.rate", "x" * LONGEST_TEXT)]).encoded())


words = st.sampled_from(
    [
        "xa",
        "xb",
        "xb-north",
        "zz",
        "a.rate",
        "a.deadline",
        "a.parts",
        "a.secret",
        "flow.size@pay",
        "flow.size",
        "pay",
        "xa/1",
        "system",
        "flow",
        "{x}",
    ]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    words,
    st.sampled_from(["0001-01-01", "9999-12-31", "P1000Y", "-1ns", "1e400", "\x1b[2J", "\u202e"]),
)
values = st.one_of(
    scalars, st.lists(scalars, max_size=3), st.dictionaries(words, st.lists(words, max_size=3), max_size=2)
)
KEYS = (
    "fact",
    "value",
    "basis",
    "market",
    "source",
    "count",
    "interval",
    "measurement",
    "assessment",
    "on",
    "elements",
    "met",
    "unknown",
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.builds(
                lambda name, value, more: said(name, value) | more,
                words,
                values,
                st.dictionaries(st.sampled_from(KEYS), values, max_size=1),
            ),
            st.builds(
                lambda market, more: stated(market, **UNKNOWN) | more,
                words,
                st.dictionaries(st.sampled_from(KEYS), values, max_size=1),
            ),
            st.builds(lambda market, ids: stated(market, elements={"flow": ids}), words, st.lists(words, max_size=3)),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([imagined(), WITH_FLOWS]),
)
def test_whatever_is_signed_is_answered_or_refused(leaves: list[dict[str, object]], rules: Library) -> None:
    """No leaf makes the verifier fail otherwise than with a sentence, and every answer can be said in both languages."""
    bundle = forged([about(), *leaves])
    try:
        found = checked(bundle, rules)
    except ComityError as error:
        assert error.describe("zh")
        return
    for language in ("en", "zh"):
        assert "\x1b" not in verification(found, None, found.exit_code, rules, language, "text")
    document = json.loads(verification(found, None, found.exit_code, rules, "en", "json"))
    assert document["exit_code"] == found.exit_code
    assert complaints("verification-1", document) == []


def test_what_the_signer_wrote_does_not_look_like_a_line_of_the_report() -> None:
    bundle = forged(
        [about(), stated(**UNKNOWN)], evaluator="comity\n\nDo you trust the issuer? yes", version="1\u2028Fine"
    )
    found = verify(bundle.encoded(), imagined(), DIGEST, trust=None, now=NOW)
    lines = verification(found, None, found.exit_code, imagined(), "en", "text").splitlines()
    assert not any(line.startswith(("Fine", "Do you trust the issuer? yes")) for line in lines)
    assert any(line.split()[:5] == ["Do", "you", "trust", "the", "issuer?"] and "open" in line for line in lines)
