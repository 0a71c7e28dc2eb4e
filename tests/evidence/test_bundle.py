"""A bundle has one encoding, opens what is asked for and nothing else, and is what was signed."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, InputError, IntegrityError
from comity.evidence.bundle import MAXIMUM_BYTES, read_bundle, read_commitment
from comity.evidence.commitment import Rules, commit, salted
from comity.evidence.disclosure import disclose
from comity.evidence.leaves import AssessmentLeaf, FactLeaf, read_leaf
from comity.evidence.strict_json import MalformedError
from comity.evidence.verification import open_bundle, verify
from tests.evidence.sealed import CREATED, DIGEST, KEY, NOW, OTHER_KEY, imagined, sealed, system, trusting
from tests.questions.imagined import ON, dossier, fact, library

SMALL = disclose(sealed(), imagined(), facts=["a.rate"]).encoded()


def opened_facts(raw: bytes) -> set[tuple[str, str | None]]:
    return {(leaf.fact, leaf.market) for leaf in open_bundle(raw).facts}


def test_what_was_written_is_read() -> None:
    bundle = sealed()
    assert read_bundle(bundle.encoded()) == bundle


def test_a_market_opens_its_verdicts_and_the_facts_that_decide_them() -> None:
    raw = disclose(sealed(), imagined(), markets=["xa"]).encoded()
    assert opened_facts(raw) == {("a.generative", None), ("a.rate", None), ("a.deadline", "xa")} - {
        ("a.generative", None)
    }
    assert [leaf.market for leaf in open_bundle(raw).assessments] == ["xa"]


def test_what_is_not_opened_cannot_be_read_from_the_file() -> None:
    raw = disclose(sealed(system(**{"a.secret": 987654})), imagined(), markets=["xa"]).encoded()
    assert b"987654" not in raw
    assert b"a.secret" not in b"".join(entry.leaf for entry in read_bundle(raw).disclosures)


def test_equal_facts_have_different_leaves() -> None:
    first, second = ({entry.leaf for entry in sealed().disclosures} for _ in range(2))
    assert not first & second


def test_nothing_asked_for_is_an_error() -> None:
    with pytest.raises(InputError):
        disclose(sealed(), imagined())


def test_a_fact_that_is_not_there_is_an_error_with_a_hint() -> None:
    with pytest.raises(InputError, match="opens no fact") as error:
        disclose(sealed(), imagined(), facts=["a.rat"])
    assert error.value.hint is not None


@pytest.mark.parametrize("place", range(len(SMALL)))
def test_no_byte_can_change_unnoticed(place: int) -> None:
    for change in (1, 2, 4, 8, 16, 32, 64, 128):
        altered = bytearray(SMALL)
        altered[place] ^= change
        with pytest.raises((MalformedError, IntegrityError)):
            open_bundle(bytes(altered))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 20), st.binary(max_size=20))
def test_no_piece_can_be_replaced_unnoticed(start: int, length: int, piece: bytes) -> None:
    altered = SMALL[:start] + piece + SMALL[start + length :]
    if altered == SMALL:
        return
    with pytest.raises((MalformedError, IntegrityError)):
        open_bundle(altered)


@given(st.binary(max_size=300))
def test_nonsense_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        open_bundle(raw)


def test_an_enormous_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(MalformedError, match="larger"):
        open_bundle(b" " * (MAXIMUM_BYTES + 1))


@pytest.mark.parametrize("piece", [b"[],", b"{},", b"0.1,", b'"ab",'])
def test_a_file_of_tiny_pieces_is_refused_before_it_takes_twenty_times_its_size(piece: bytes) -> None:
    raw = b"[" + piece * 3_100_000 + b"0]"
    tracemalloc.start()
    with pytest.raises(MalformedError, match="not too long"):
        open_bundle(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_leaf_of_another_bundle_is_refused() -> None:
    one, other = sealed(), sealed()
    mixed = replace(one, disclosures=(other.disclosures[0], *one.disclosures[1:]))
    with pytest.raises(IntegrityError, match="leaf 0"):
        open_bundle(mixed.encoded())


def test_a_signature_by_another_key_is_refused() -> None:
    forged = replace(sealed(), signers=(OTHER_KEY.verifier,))
    with pytest.raises(MalformedError):
        open_bundle(forged.encoded())


@pytest.mark.parametrize(
    "changed",
    [{"version": "1" * 201}, {"name": "x" * 10_001}, {"id": "x" * 201}, {"elements": {"flow": ("a" * 300,)}}],
)
def test_what_no_verifier_would_read_is_not_signed(changed: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"does not fit a bundle|not printable"):
        sealed(replace(system(), **changed))  # type: ignore[arg-type]


def test_facts_that_cannot_be_are_not_signed() -> None:
    """The dossier was read for its own markets; a bundle may be asked for in others."""
    rules = library([fact("a.x", per_market=True), fact("a.y")], [{"id": "xb/1", "require": "a.x"}], ["!(a.x && a.y)"])
    about = dossier(rules, ("xa",), {"a.y": True}, {"a.x": {"xb": True}})
    with pytest.raises(InputError, match="no system can be so"):
        commit(about, Rules(rules, DIGEST), KEY, markets=["xb"], on=ON, created=CREATED)


def test_the_order_of_the_leaves_is_drawn_evenly() -> None:
    """Each of the 6 orders of 3 leaves, in 1,200 draws: a chi-square of more than 30 (5 degrees of freedom) happens once in 80,000."""
    leaves = [FactLeaf("a.x", number, "declared") for number in range(3)]
    counts = Counter(tuple(salted(leaves)[1]) for _ in range(1200))
    assert sum((counts[order] - 200) ** 2 / 200 for order in permutations(range(3))) < 30


def test_a_bundle_on_nothing_cannot_be_made() -> None:
    with pytest.raises(InputError, match="no fact"):
        sealed(dossier(imagined(), ("xa",)))


facts = st.fixed_dictionaries(
    {},
    optional={
        "a.generative": st.booleans(),
        "a.rate": st.sampled_from([0.5, 0.95, 0.99]),
        "a.parts": st.lists(st.sampled_from(["logs", "risks", "data"]), unique=True),
        "a.secret": st.integers(0, 20),
    },
)
deadlines = st.dictionaries(st.sampled_from(["xa", "xb"]), st.sampled_from(["12h", "48h", "100h"]))


@settings(max_examples=150, deadline=None)
@given(facts, deadlines, st.sampled_from(["xa", "xb"]))
def test_the_deciding_facts_lead_to_the_same_verdicts(
    known: dict[str, object], by_market: dict[str, str], market: str
) -> None:
    """The heart of disclosure: what stays hidden never changes a stated verdict."""
    if not known and not by_market:
        return
    about = dossier(imagined(), ("xa", "xb"), known, {"a.deadline": by_market} if by_market else None)
    everything = sealed(about)
    reduced = disclose(everything, imagined(), markets=[market])
    found = verify(reduced.encoded(), imagined(), DIGEST, trust=trusting(), now=NOW)
    assert found.verdicts.outcome == "yes"
    assert found.exit_code == 0
    stated = {leaf.market: leaf.verdicts for leaf in open_bundle(everything.encoded()).assessments}
    assert found.opened.assessments[0].verdicts == stated[market]


def test_one_fact_of_a_thousand_fits_in_1600_bytes() -> None:
    """Names count as well: they stand in the file two or three times."""
    from comity.evidence import dsse, merkle
    from comity.evidence.bundle import Bundle, Commitment, Disclosure

    leaves = [FactLeaf("dialogue.must_refuse.refusal_rate", number / 1000, "declared") for number in range(1000)]
    texts, _ = salted(leaves)
    tree = merkle.Tree(map(merkle.leaf_hash, texts))
    commitment = Commitment("helper", "1.0", tree.levels[0][0], "comity 0.1.0", CREATED, None, DIGEST, tree.root, 1000)
    opened = Disclosure(500, texts[500], tuple(tree.inclusion_path(500)))
    raw = Bundle(dsse.signed(commitment.payload(), KEY), (KEY.verifier,), (opened,)).encoded()
    assert isinstance(open_bundle(raw).leaves[500], FactLeaf)
    assert len(raw) <= 1600


def test_the_payload_is_an_in_toto_statement() -> None:
    payload = json.loads(sealed().envelope.payload)
    assert payload["_type"] == "https://in-toto.io/Statement/v1"
    assert "sha256" not in payload["subject"][0]["digest"]
    assert read_commitment(sealed().envelope.payload).size == len(sealed().disclosures)


def test_a_leaf_says_its_kind() -> None:
    kinds = {type(read_leaf(entry.leaf)) for entry in sealed().disclosures}
    assert {FactLeaf, AssessmentLeaf} <= kinds


def test_malformed_is_never_anything_but_our_own_error() -> None:
    for text in (b"{}", b"[]", b"null", b'{"schema":"comity/bundle/1"}', b"\xef\xbb\xbf{}", b"[" * 100_000):
        with pytest.raises(ComityError):
            open_bundle(text)
