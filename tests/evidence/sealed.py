"""Bundles over an imagined library, signed with a key that everybody knows."""

from __future__ import annotations

from datetime import UTC, datetime

from comity.dossier.model import Dossier
from comity.evidence.bundle import Bundle
from comity.evidence.commitment import Rules, commit
from comity.evidence.keys import SigningKey, VerifierKey
from comity.evidence.policy import Issuer, Trust
from comity.library.loader import Library
from tests.questions.imagined import ON, dossier, fact, library

KEY = SigningKey("example.org/evidence", bytes(range(32)))
OTHER_KEY = SigningKey("example.net/evidence", bytes(range(1, 33)))
CREATED = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
DIGEST = "ab" * 32

FACTS = (
    fact("a.generative", nature="given"),
    fact("a.rate", "ratio"),
    fact("a.deadline", "duration", per_market=True),
    fact("a.parts", "set", ("logs", "risks", "data")),
    fact("a.secret", "int"),
)
CLAUSES = (
    {"id": "xa/1", "when": "a.generative", "require": "a.rate >= 0.95"},
    {"id": "xa/2", "require": 'a.deadline <= duration("72h")'},
    {"id": "xb/1", "require": 'a.deadline <= duration("24h") || "risks" in a.parts'},
    {"id": "xb/2", "unless": "!a.generative", "require": '"logs" in a.parts && a.secret > 7'},
)


def rules() -> Rules:
    return Rules(imagined(), DIGEST)


def imagined() -> Library:
    return library(FACTS, CLAUSES)


def system(**facts: object) -> Dossier:
    known: dict[str, object] = {"a.generative": True, "a.rate": 0.96, "a.parts": ["logs", "risks"], "a.secret": 3}
    return dossier(imagined(), ("xa", "xb"), known | facts, {"a.deadline": {"xa": "48h", "xb": "30h"}})


def sealed(about: Dossier | None = None, key: SigningKey = KEY, created: datetime = CREATED) -> Bundle:
    """A bundle on the system, everything opened."""
    return commit(about or system(), rules(), key, markets=("xa", "xb"), on=ON, created=created)


def trusting(*keys: VerifierKey, systems: tuple[str, ...] | None = None) -> Trust:
    return Trust(tuple(Issuer(key, systems, None, None) for key in keys or (KEY.verifier,)))
