"""What a comparison claims, for anybody to recheck with another solver.

Three kinds of claims about two clauses, under the axioms that can matter to them. `bound`: some system is bound by both. `both`: one that
is bound by both satisfies both. `only`: one that is bound by both satisfies the first and fails the second; where the comparison shows a
witness, that one does. Which of them hold tells the relation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

from comity.engines.smt import Encoding
from comity.library.axioms import Axioms
from comity.solving.claims import claim
from comity.solving.relations import phases_on
from comity.solving.worlds import clause_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from comity.library.model import Clause
    from comity.solving.claims import Claim, Status
    from comity.solving.relations import Crosswalk, Pair


def compare_claims(answer: Crosswalk, progress: Callable[[int, int], None] | None = None) -> Iterator[Claim]:
    """The claims of a comparison, in the order of its pairs; a pair that was not decided claims nothing.

    Args:
        answer: the comparison.
        progress: told how many pairs are done, and how many there are.
    """
    claims = _Claims(answer)
    for done, pair in enumerate(answer.pairs, start=1):
        yield from claims.of(pair)
        if progress is not None:
            progress(done, len(answer.pairs))


class _Claims:
    """Translates each clause once, by itself: nothing that the comparison worked with is used again."""

    def __init__(self, answer: Crosswalk) -> None:
        self.on = answer.on
        self.encoding = Encoding(answer.library.vocabulary)
        self.axioms = Axioms(answer.library.data.axioms)
        self._terms: dict[str, tuple[z3.BoolRef, z3.BoolRef]] = {}

    def of(self, pair: Pair) -> Iterator[Claim]:
        """What the relation of two clauses says."""
        both = f"{pair.a.full_id}, {pair.b.full_id}"
        match pair.relation:
            case None:
                return
            case "never_both_apply":
                yield self._claim(f"bound: {both}", pair, "unsat")
            case "incompatible":
                yield self._claim(f"bound: {both}", pair, "sat")
                yield self._claim(f"both: {both}", pair, "unsat", *self._requires(pair))
            case _:
                yield self._claim(f"both: {both}", pair, "sat", *self._requires(pair))
                yield self._only(pair, "a", pair.a, pair.b)
                yield self._only(pair, "b", pair.b, pair.a)

    def _claim(self, name: str, pair: Pair, status: Status, *terms: z3.BoolRef) -> Claim:
        """That a system bound by both clauses can, or cannot, be such."""
        axioms, facts = self.axioms.related(pair.a.facts | pair.b.facts)
        always = [self.encoding.term(axiom.formula.tree) for axiom in axioms]
        applies = [self._translated(clause)[0] for clause in (pair.a, pair.b)]
        assertions = [*always, *applies, *terms]
        return claim(name, [*self.encoding.ranges(facts), *assertions], status, self.encoding.context)

    def _only(self, pair: Pair, satisfies: str, met: Clause, failed: Clause) -> Claim:
        """That some system satisfies the one and fails the other: the witness, where there is one."""
        shown = [witness for witness in pair.witnesses if witness.satisfies == satisfies]
        terms = [self._translated(met)[1], z3.Not(self._translated(failed)[1])]
        terms += [self.encoding.fact_is(fact, value) for one in shown for fact, value in one.world.items()]
        return self._claim(f"only: {met.full_id}, not {failed.full_id}", pair, "sat" if shown else "unsat", *terms)

    def _requires(self, pair: Pair) -> list[z3.BoolRef]:
        return [self._translated(clause)[1] for clause in (pair.a, pair.b)]

    def _translated(self, clause: Clause) -> tuple[z3.BoolRef, z3.BoolRef]:
        """That a clause applies, and what it requires."""
        if clause.full_id not in self._terms:
            self._terms[clause.full_id] = clause_terms(clause, self.encoding, phases_on(clause, self.on))
        return self._terms[clause.full_id]
