"""Who is trusted, and when: bundles that are intact, with keys and a time."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from tests.evidence.drafts import ALICE, BOB, CREATED, EXPIRES, Signer, bundle
from tests.evidence.vectors.entry import INTACT, Entry, entry, put

ALIAS = Signer("example.net/a-l-i-c-e", seed=sha256(ALICE.name.encode()).digest())
EVE = Signer("example.org/alice", seed=b"\5" * 32)


def entries() -> Iterator[Entry]:
    plain, both = bundle(), bundle(signers=(ALICE, BOB))
    expiring = bundle(statement=put("predicate", "expires", EXPIRES))
    backwards = bundle(statement=put("predicate", "expires", "2026-11-22T13:00:00Z"))
    cases: dict[str, tuple[str, bytes, tuple[Signer, ...], str]] = {
        "the key": ("yes", plain, (ALICE,), CREATED),
        "the key and another": ("yes", plain, (BOB, ALICE), CREATED),
        "no key": ("open", plain, (), CREATED),
        "another key": ("no", plain, (BOB,), CREATED),
        "another key of the same name": ("no", plain, (EVE,), CREATED),
        "the key under a name of one's own": ("yes", plain, (ALIAS,), CREATED),
        "one of two signers": ("yes", both, (BOB,), CREATED),
        "the other of two signers": ("yes", both, (ALICE,), CREATED),
        "neither of two signers": ("no", both, (EVE,), CREATED),
        "years later": ("yes", plain, (ALICE,), "2036-11-22T14:00:00Z"),
        "ten minutes before": ("yes", plain, (ALICE,), "2026-11-22T13:50:00Z"),
        "ten minutes and a second before": ("no", plain, (ALICE,), "2026-11-22T13:49:59Z"),
        "years before": ("no", plain, (ALICE,), "2016-11-22T13:49:59Z"),
        "before it expires": ("yes", expiring, (ALICE,), "2027-11-22T13:59:59Z"),
        "when it expires": ("no", expiring, (ALICE,), EXPIRES),
        "after it expired": ("no", expiring, (ALICE,), "2027-11-22T14:00:01Z"),
        "years after it expired": ("no", expiring, (ALICE,), "2037-11-22T14:00:01Z"),
        "expired when it was made": ("no", backwards, (ALICE,), CREATED),
        "expired, and nobody trusted": ("open", expiring, (), "2037-11-22T14:00:01Z"),
        "expired, and another key": ("no", expiring, (BOB,), "2037-11-22T14:00:01Z"),
    }
    for name, (issuer, data, keys, time) in cases.items():
        yield entry(f"issuer: {name}", INTACT, data, issuer=issuer, keys=[key.line for key in keys], time=time)
