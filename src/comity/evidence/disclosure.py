"""What is opened of a bundle: the facts that decide one market's verdicts, or facts by name. Everything else stays hidden.

By the logic of the clause language a verdict that some facts decide stays the same whatever the others are, so a few facts let a stranger
recompute every verdict (`sufficient`); all others stay closed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from comity.errors import InputError, did_you_mean
from comity.evidence.bundle import Bundle, read_commitment
from comity.evidence.leaves import AssessmentLeaf, FactLeaf, MeasurementLeaf, SystemLeaf, read_leaf
from comity.evidence.recomputation import assessment_of, differing, with_listed
from comity.evidence.sufficient import sufficient_facts
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.evidence.leaves import Leaf
    from comity.library.loader import Library


def disclose(
    bundle: Bundle,
    library: Library,
    *,
    markets: Iterable[str] = (),
    facts: Iterable[str] = (),
    artefacts: bool = False,
    methods: bool = True,
) -> Bundle:
    """A bundle with fewer leaves opened.

    Args:
        bundle: the holder's bundle, or an already reduced one.
        library: the rules by which the verdicts were made; they tell which facts a verdict needs.
        markets: markets whose verdicts and deciding facts are opened.
        facts: further facts to open.
        artefacts: whether the names and digests of the artefacts are opened.
        methods: whether for measured facts it is opened how they were measured.

    Raises:
        InputError: what is asked for is not opened in the bundle, or nothing is asked for, or the bundle opens too little for a market.
    """
    leaves = {entry.index: read_leaf(entry.leaf) for entry in bundle.disclosures}
    listed = next((leaf.elements for leaf in leaves.values() if isinstance(leaf, AssessmentLeaf)), {})
    library = with_listed(library, listed)
    opened: set[int] = set()
    for market in markets:
        opened |= _needed(market, leaves, bundle, library)
    for fact in facts:
        opened |= _named(fact, leaves)
    if artefacts:
        opened |= {index for index, leaf in leaves.items() if isinstance(leaf, SystemLeaf)}
    if not opened:
        raise InputError(Message("name what to open: --market, --fact or --artefacts"))
    if methods:
        opened |= {
            leaf.measurement
            for index, leaf in leaves.items()
            if index in opened
            and isinstance(leaf, FactLeaf)
            and leaf.measurement is not None
            and isinstance(leaves.get(leaf.measurement), MeasurementLeaf)
        }
    return replace(bundle, disclosures=tuple(entry for entry in bundle.disclosures if entry.index in opened))


def _needed(market: str, leaves: Mapping[int, Leaf], bundle: Bundle, library: Library) -> set[int]:
    """The verdicts of a market, and the leaves of the facts that decide them."""
    stated = {
        place: leaf for place, leaf in leaves.items() if isinstance(leaf, AssessmentLeaf) and leaf.market == market
    }
    if not stated:
        known = sorted(leaf.market for leaf in leaves.values() if isinstance(leaf, AssessmentLeaf))
        hint = Message("it holds: {values}", values=", ".join(known) or "-")
        raise InputError(
            Message('the bundle holds no verdicts for the market "{market}"', market=market[:40]), hint=hint
        )
    index, assessment = next(iter(stated.items()))
    facts = {place: leaf for place, leaf in leaves.items() if isinstance(leaf, FactLeaf)}
    commitment = read_commitment(bundle.envelope.payload)
    found = assessment_of(commitment, facts.values(), library, assessment)
    if differing(found, assessment):
        message = Message("the bundle does not open enough for the verdicts of {market}", market=market)
        raise InputError(message, hint=Message("disclose from the bundle that opens everything"))
    deciding: dict[str, frozenset[str]] = {}
    everywhere: frozenset[str] = frozenset()
    for result in found.results:
        needed = sufficient_facts(result, everywhere, on=assessment.on)
        deciding[result.clause.jurisdiction] = deciding.get(result.clause.jurisdiction, frozenset()) | needed
        everywhere |= needed
    return {index} | {
        place
        for place, leaf in facts.items()
        if leaf.fact in (everywhere if leaf.market is None else deciding.get(leaf.market, ()))
    }


def _named(fact: str, leaves: Mapping[int, Leaf]) -> set[int]:
    found = {index for index, leaf in leaves.items() if isinstance(leaf, FactLeaf) and leaf.fact == fact}
    if not found:
        known = [leaf.fact for leaf in leaves.values() if isinstance(leaf, FactLeaf)]
        raise InputError(Message('the bundle opens no fact "{name}"', name=fact[:80]), hint=did_you_mean(fact, known))
    return found
