"""Verdicts from disclosed facts: the same judgement that the issuer made, on what was opened of its facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from comity.clauses.values import canonical
from comity.dossier.model import Basis, Dossier, Entry
from comity.dossier.reader import check_axioms
from comity.dossier.statements import GRADES
from comity.errors import Place
from comity.evidence.strict_json import MalformedError
from comity.language import Message
from comity.library.elements import with_elements
from comity.questions.assess import assess

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    assessment = assessment_of(commitment, facts, library, stated)
    found = {result.clause.full_id: result.verdict for result in assessment.results}
    clauses = sorted(found.keys() | stated.verdicts.keys())
    pairs = (Difference(clause, stated.verdicts.get(clause), found.get(clause)) for clause in clauses)
    return [pair for pair in pairs if pair.stated != pair.found]


def assessment_of(
    commitment: Commitment, facts: Iterable[FactLeaf], library: Library, stated: AssessmentLeaf
) -> Assessment:
    """Judge the disclosed facts in the market and on the day of stated verdicts; what is stated itself is not looked at.

    Raises:
        ComityError: a fact does not fit the library's vocabulary, two leaves speak of one fact, or the facts contradict an axiom.
    """
    library = with_elements(library, stated.elements)
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


def _entries(facts: Iterable[FactLeaf], library: Library) -> dict[str, Entry]:
    everywhere: dict[str, FactLeaf] = {}
    by_market: dict[str, dict[str, FactLeaf]] = {}
    for leaf in facts:
        if leaf.fact not in library.vocabulary.types:
            raise MalformedError(Message('there is no fact "{name}"', name=leaf.fact[:80]))
        known = everywhere if leaf.market is None else by_market.setdefault(leaf.fact, {})
        name = leaf.fact if leaf.market is None else leaf.market
        if name in known or (leaf.fact in everywhere and leaf.fact in by_market):
            raise MalformedError(Message("two leaves speak of {fact}", fact=leaf.fact))
        known[name] = leaf
    return {
        fact: _entry(fact, everywhere.get(fact), by_market.get(fact, {}), library) for fact in everywhere | by_market
    }


def _entry(fact: str, leaf: FactLeaf | None, markets: dict[str, FactLeaf], library: Library) -> Entry:
    fact_type = library.vocabulary.types[fact]
    first = leaf or next(iter(markets.values()))
    return Entry(
        fact,
        None if leaf is None else canonical(leaf.value, fact_type),
        {market: canonical(one.value, fact_type) for market, one in markets.items()},
        Basis(GRADES[first.basis], first.source, None, Place("bundle")),
    )
