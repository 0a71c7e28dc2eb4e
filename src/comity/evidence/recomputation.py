"""Verdicts from disclosed facts: the same judgement that the issuer made, on what was opened of its facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from comity.clauses.values import canonical
from comity.dossier.collections import refuse_outside
from comity.dossier.model import Basis, Dossier, Entry
from comity.dossier.reader import check_axioms
from comity.dossier.statements import GRADES
from comity.errors import Place
from comity.evidence.strict_json import MalformedError
from comity.language import Message
from comity.library.elements import with_elements
from comity.library.model import COLLECTIONS
from comity.library.vocabulary import MARKETS
from comity.questions.assess import assess

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.evidence.bundle import Commitment
    from comity.evidence.leaves import AssessmentLeaf, FactLeaf
    from comity.library.loader import Library
    from comity.questions.assess import Assessment


class Difference(NamedTuple):
    """A clause whose verdict is not what the bundle states; None where one side has none."""

    clause: str
    stated: str | None
    found: str | None


def differences(
    commitment: Commitment, facts: Iterable[FactLeaf], stated: AssessmentLeaf, library: Library
) -> list[Difference]:
    """Where the verdicts that follow from the disclosed facts differ from the stated ones, by clause.

    Raises:
        ComityError: the disclosed facts do not fit the library's vocabulary, or cannot be so of any system.
    """
    return differing(assessment_of(commitment, facts, library, stated), stated)


def differing(assessment: Assessment, stated: AssessmentLeaf) -> list[Difference]:
    """Where an assessment differs from what is stated, by clause."""
    found = {result.clause.full_id: result.verdict for result in assessment.results}
    clauses = sorted(found.keys() | stated.verdicts.keys())
    pairs = (Difference(clause, stated.verdicts.get(clause), found.get(clause)) for clause in clauses)
    return [pair for pair in pairs if pair.stated != pair.found]


def assessment_of(
    commitment: Commitment, facts: Iterable[FactLeaf], library: Library, stated: AssessmentLeaf
) -> Assessment:
    """Judge the disclosed facts in the market and on the day of stated verdicts; what is stated itself is not looked at.

    What no dossier could hold is refused here as well: the issuer may have written the leaves by hand.

    Raises:
        ComityError: the market is none of the library's, a fact does not fit its vocabulary or stands where it cannot differ, two leaves
            speak of one fact, or the facts contradict an axiom.
    """
    if stated.market not in library.markets:
        raise MalformedError(Message('"{market}" is not a market of this library', market=stated.market[:40]))
    library = with_listed(library, stated.elements)
    entries = _entries(facts, library)
    check_axioms(entries, library.with_wholes([stated.market]), library)
    dossier = Dossier(
        id=commitment.system,
        name=commitment.system,
        version=commitment.version,
        markets=(stated.market,),
        entries=entries,
        path=Path("bundle"),
        elements=stated.elements,
    )
    return assess(dossier, library, markets=[stated.market], on=stated.on, openings=False)


def with_listed(library: Library, elements: Mapping[str, tuple[str, ...]]) -> Library:
    """The library divided among the elements that verdicts are stated of.

    Raises:
        MalformedError: a dossier cannot list such things.
    """
    for collection in elements:
        if collection not in COLLECTIONS:
            raise MalformedError(Message('a dossier does not list any "{name}"', name=collection[:80]))
    return with_elements(library, elements)


def _entries(facts: Iterable[FactLeaf], library: Library) -> dict[str, Entry]:
    everywhere: dict[str, FactLeaf] = {}
    by_market: dict[str, dict[str, FactLeaf]] = {}
    for leaf in facts:
        _check_place(leaf, library)
        known = everywhere if leaf.market is None else by_market.setdefault(leaf.fact, {})
        name = leaf.fact if leaf.market is None else leaf.market
        if name in known or (leaf.fact in everywhere and leaf.fact in by_market):
            raise MalformedError(Message("two leaves speak of {fact}", fact=leaf.fact))
        known[name] = leaf
    return {
        fact: _entry(fact, everywhere.get(fact), by_market.get(fact, {}), library) for fact in everywhere | by_market
    }


def _check_place(leaf: FactLeaf, library: Library) -> None:
    """Refuse a fact that no dossier could state, or not for this market.

    Raises:
        ComityError: it is one.
    """
    if leaf.fact == MARKETS:
        raise MalformedError(Message('"{name}" is built in', name=MARKETS))
    if leaf.fact not in library.vocabulary.types:
        raise MalformedError(Message('there is no fact "{name}"', name=leaf.fact[:80]))
    refuse_outside(leaf.fact, library, Place("bundle"))
    if leaf.market is None:
        return
    if not library.fact(leaf.fact).per_market:
        raise MalformedError(Message('"{fact}" cannot differ by market', fact=leaf.fact))
    if leaf.market not in library.jurisdictions:
        raise MalformedError(Message('"{market}" is not a market of this library', market=leaf.market[:40]))


def _entry(fact: str, leaf: FactLeaf | None, markets: dict[str, FactLeaf], library: Library) -> Entry:
    fact_type = library.vocabulary.types[fact]
    first = leaf or next(iter(markets.values()))
    return Entry(
        fact,
        None if leaf is None else canonical(leaf.value, fact_type),
        {market: canonical(one.value, fact_type) for market, one in markets.items()},
        Basis(GRADES[first.basis], first.source, None, Place("bundle")),
    )
