"""Which unknown verdicts are in truth decided, whatever the missing facts are?

Kleene's logic is sound but weak: `a || !a` is unknown to it. Here a solver looks at every possible completion of the facts, with the
axioms, and settles a verdict where all completions agree. A settled verdict is marked as such.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import z3

from comity.engines.smt import Encoding
from comity.judging.judgement import phases_on
from comity.library.vocabulary import MARKETS
from comity.questions.assess import together
from comity.solving.worlds import NotDecidedError, clause_terms, new_solver, possible

if TYPE_CHECKING:
    from comity.library.model import Clause, Verdict
    from comity.questions.assess import Assessment, ClauseResult


def settle(assessment: Assessment) -> Assessment:
    """The same assessment, with the verdicts settled that no missing fact can change.

    A verdict that the solver does not decide in time stays unknown.
    """
    encoding = Encoding(assessment.library.vocabulary)
    return replace(assessment, results=tuple(_settled(result, encoding, assessment) for result in assessment.results))


def _settled(result: ClauseResult, encoding: Encoding, assessment: Assessment) -> ClauseResult:
    if result.verdict != "unknown" or result.clause.unknowable:
        return result
    if result.elements is not None:
        return together(result, [_settled(element, encoding, assessment) for element in result.elements])
    try:
        verdict = settled_verdict(result.clause, encoding, assessment)
    except NotDecidedError:
        return result
    if verdict is None:
        return result
    return replace(result, judgement=result.judgement._replace(verdict=verdict), missing=[], settled=True)


def settled_verdict(clause: Clause, encoding: Encoding, assessment: Assessment) -> Verdict | None:
    """The verdict on which every completion of the known facts agrees, or None where they differ.

    Raises:
        NotDecidedError: the solver did not answer in time.
    """
    library = assessment.library
    known = assessment.dossier.facts_in(clause.jurisdiction)
    known[MARKETS] = frozenset(library.with_wholes(assessment.markets))
    applies, require = clause_terms(clause, encoding, phases_on(clause, assessment.on))
    axioms = [axiom for axiom in library.data.axioms if axiom.formula.facts & clause.facts]
    facts = clause.facts.union(*(axiom.formula.facts for axiom in axioms))
    solver = new_solver(encoding)
    solver.add(*(encoding.term(axiom.formula.tree) for axiom in axioms))
    solver.add(*(encoding.fact_is(fact, known[fact]) for fact in sorted(facts) if fact in known))
    solver.add(*encoding.ranges(facts))
    if not possible(solver):
        return None
    breach = z3.And(applies, z3.Not(require))
    if not possible(solver, breach):
        return "met" if possible(solver, applies) else "not_applicable"
    return "not_met" if not possible(solver, z3.Not(breach)) else None
