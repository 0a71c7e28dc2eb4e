"""From a dossier to the holder's bundle: every fact, measurement and verdict a leaf, the root signed, everything opened.

The holder keeps this bundle to itself and hands on what `comity.evidence.disclosure` leaves of it.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from comity import __version__
from comity.clauses.values import plain
from comity.documents.reading import read_bytes
from comity.dossier.reader import check_axioms
from comity.dossier.statements import GRADES, MAXIMUM_BYTES, decode_statement
from comity.errors import InputError, Place
from comity.evidence import dsse, merkle
from comity.evidence.bundle import Bundle, Commitment, Disclosure, read_commitment
from comity.evidence.leaves import (
    IDENTIFIER,
    AssessmentLeaf,
    FactLeaf,
    MeasurementLeaf,
    SystemLeaf,
    leaf_text,
    read_leaf,
)
from comity.evidence.strict_json import MalformedError
from comity.language import Message
from comity.library.elements import with_elements
from comity.questions.assess import assess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from comity.clauses.tree import Value
    from comity.dossier.model import Dossier, Entry
    from comity.dossier.statements import MeasuredFact, Statement
    from comity.evidence.keys import SigningKey
    from comity.evidence.leaves import Leaf, Plain
    from comity.library.loader import Library


SALT_BYTES, SALT_LETTERS = 18, 24
"""A salt has 18 bytes, so that many are encoded at one stroke: 18 bytes are 24 letters of base64 without padding."""


class Rules(NamedTuple):
    """A library with its digest."""

    library: Library
    digest: str


class _Evidence(NamedTuple):
    """A statement of the dossier: its parsed form, the digest of its file, and the number of its leaf."""

    statement: Statement
    digest: str
    leaf: int


def commit(
    dossier: Dossier,
    rules: Rules,
    key: SigningKey,
    *,
    markets: Iterable[str],
    on: date,
    created: datetime,
    expires: datetime | None = None,
) -> Bundle:
    """Commit to all facts of a dossier and to its verdicts in these markets, and sign.

    Args:
        dossier: the system.
        rules: the library that judges, and its digest.
        key: the issuer's.
        markets: markets to judge in, each alone; the rules of a whole apply in its parts.
        on: the day to judge on.
        created: the time that the statement carries, in UTC.
        expires: after when nobody should rely on it.

    Raises:
        ComityError: the dossier holds no fact, does not fit a bundle (too long a text, too many clauses), or holds facts that cannot be so
            of any system in one of these markets.
    """
    markets = tuple(dict.fromkeys(markets))
    if not IDENTIFIER.fullmatch(dossier.id):
        message = Message('the id "{id}" of the system is not printable ASCII without spaces', id=dossier.id[:80])
        raise InputError(
            message, hint=Message("give it such an id under system: in comity.yaml; the name may be anything")
        )
    library = with_elements(rules.library, dossier.elements)
    evidence = _statements(dossier)
    system = SystemLeaf(dossier.id, dossier.version, dossier.name, _artefacts(evidence))
    leaves: list[Leaf] = [system, *(_measurement(entry) for entry in evidence.values())]
    leaves += _facts(dossier, library, markets, evidence)
    if len(leaves) == 1 + len(evidence):
        raise InputError(Message("the dossier holds no fact to commit to"))
    check_axioms(dict(dossier.entries), library.with_wholes(markets), library)
    leaves += [_assessment(dossier, library, market, on) for market in markets]
    texts, order = salted(leaves)
    tree = merkle.Tree(merkle.leaf_hash(text) for text in texts)
    commitment = Commitment(
        dossier.id,
        dossier.version,
        tree.levels[0][order[0]],
        f"comity {__version__}",
        created,
        expires,
        rules.digest,
        tree.root,
        len(tree),
    )
    disclosures = tuple(Disclosure(index, text, tuple(tree.inclusion_path(index))) for index, text in enumerate(texts))
    payload = commitment.payload()
    _check_readable(texts, payload)
    return Bundle(dsse.signed(payload, key), (key.verifier,), disclosures)


def _check_readable(texts: Iterable[bytes], payload: bytes) -> None:
    """Refuse to sign what no verifier would read: a text or an id of the dossier is longer than the form allows.

    Raises:
        InputError: it is so.
    """
    try:
        read_commitment(payload)
        for text in texts:
            read_leaf(text)
    except MalformedError as error:
        raise InputError(Message("the dossier does not fit a bundle: {problem}", problem=error.message)) from None


def salted(leaves: Sequence[Leaf]) -> tuple[list[bytes], list[int]]:
    """The texts of leaves in an order drawn at random, each with a salt of its own, and the new place of each leaf.

    The order is drawn so that the index of an opened leaf tells nothing about its hidden neighbours.
    """
    drawn = memoryview(secrets.token_bytes(8 * len(leaves))).cast("Q")
    order = sorted(range(len(leaves)), key=drawn.__getitem__)
    salts = b64encode(secrets.token_bytes(SALT_BYTES * len(leaves))).decode()
    texts = [b""] * len(leaves)
    for number, (leaf, place) in enumerate(zip(leaves, order, strict=True)):
        if isinstance(leaf, FactLeaf) and leaf.measurement is not None:
            leaf = msgspec.structs.replace(leaf, measurement=order[leaf.measurement])
        texts[place] = leaf_text(leaf, salts[SALT_LETTERS * number : SALT_LETTERS * (number + 1)])
    return texts, order


def _statements(dossier: Dossier) -> dict[str, _Evidence]:
    """The statements that facts of the dossier rest on, by the file that holds them."""
    found: dict[str, _Evidence] = {}
    files = {entry.basis.place.file for entry in dossier.entries.values()} - {str(dossier.path)}
    for number, file in enumerate(sorted(file for file in files if file.endswith(".json")), start=1):
        content = read_bytes(Path(file), Place(file), MAXIMUM_BYTES)
        found[file] = _Evidence(decode_statement(content, Place(file)), sha256(content).hexdigest(), number)
    return found


def _artefacts(evidence: Mapping[str, _Evidence]) -> tuple[tuple[str, str], ...]:
    found = {
        (artefact.name, digest): None
        for entry in evidence.values()
        for artefact in entry.statement.subject
        if (digest := artefact.digest.sha256) is not None
    }
    return tuple(found)


def _measurement(entry: _Evidence) -> MeasurementLeaf:
    predicate = entry.statement.predicate
    return MeasurementLeaf(
        predicate.measure,
        predicate.method,
        tuple((tool.name, tool.version) for tool in predicate.tools),
        predicate.measured_on.isoformat(),
        entry.digest,
        predicate.seed,
        predicate.preregistration,
    )


def _facts(
    dossier: Dossier, library: Library, markets: Iterable[str], evidence: Mapping[str, _Evidence]
) -> Iterator[FactLeaf]:
    """A leaf for each known fact; for one whose values differ by market, a leaf for each jurisdiction in which it is known."""
    jurisdictions = library.with_wholes(markets)
    for fact, entry in dossier.entries.items():
        if entry.by_market:
            known = {place: entry.value_in(place) for place in jurisdictions}
            for place, value in known.items():
                if value is not None:
                    yield _fact(fact, place, value, entry, evidence)
        elif entry.value is not None:
            yield _fact(fact, None, entry.value, entry, evidence)


def _fact(fact: str, market: str | None, value: Value, entry: Entry, evidence: Mapping[str, _Evidence]) -> FactLeaf:
    statement = evidence.get(entry.basis.place.file)
    measured = _measured(entry, statement)
    return FactLeaf(
        fact,
        _plain(value),
        measured.basis if measured else "declared",
        market,
        entry.basis.source,
        measured.count if measured else None,
        measured.interval if measured else None,
        statement.leaf if statement else None,
    )


def _measured(entry: Entry, evidence: _Evidence | None) -> MeasuredFact | None:
    """What the statement says of the entry; where it says several things, the first of the strength that counted in the dossier."""
    facts = evidence.statement.predicate.facts if evidence else []
    strong = (one for one in facts if one.fact == entry.fact and GRADES[one.basis] == entry.basis.by)
    return next(strong, None)


def _plain(value: Value) -> Plain:
    found = plain(value)
    return list(found) if isinstance(found, tuple) else found


def _assessment(dossier: Dossier, library: Library, market: str, on: date) -> AssessmentLeaf:
    found = assess(dossier, library, markets=[market], on=on, openings=False)
    verdicts: dict[str, str] = {result.clause.full_id: result.verdict for result in found.results}
    return AssessmentLeaf(market, on, verdicts, dossier.elements)
