"""Choices that help some duties and hinder none: the pure literal rule, for all kinds of facts.

Where every duty that looks at a variable asks for more of it (or every one for less), its best value costs nothing: whatever can be
met at all can be met with it. So it may be set to that value, duties that then look at no choice drop out of every conflict, and
others may become pure in turn. What is left is the part of the rules where countries can pull in different directions.
Source: M. Davis, H. Putnam, "A computing procedure for quantification theory" (Journal of the ACM 7, 1960), rule II.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3

from comity.clauses.tree import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.clauses.critical import CriticalValues
    from comity.engines.smt import Encoding

UP, DOWN = 1, -1
_UPWARD = {z3.Z3_OP_GE: UP, z3.Z3_OP_GT: UP, z3.Z3_OP_LE: DOWN, z3.Z3_OP_LT: DOWN}


class Directions:
    """In which directions terms ask for each variable: `UP` (true, more), `DOWN` (false, less), or both."""

    def __init__(self, terms: Iterable[z3.BoolRef]) -> None:
        self.of: dict[str, set[int]] = {}
        self._seen: set[tuple[int, int]] = set()
        self._kept: list[Any] = []
        for term in terms:
            self._note(term, UP)

    def _note(self, root: Any, direction: int) -> None:
        pending = [(root, direction)]
        while pending:
            term, wanted = pending.pop()
            key = (term.get_id(), wanted)
            if key in self._seen:
                continue
            self._seen.add(key)
            self._kept.append(term)
            kind, children = term.decl().kind(), term.children()
            if kind in {z3.Z3_OP_AND, z3.Z3_OP_OR}:
                pending += [(child, wanted) for child in children]
            elif kind == z3.Z3_OP_NOT:
                pending.append((children[0], -wanted))
            elif kind == z3.Z3_OP_IMPLIES:
                pending += [(children[0], -wanted), (children[1], wanted)]
            elif kind == z3.Z3_OP_ITE and z3.is_bool(term):
                condition, then, otherwise = children
                pending += [(condition, UP), (condition, DOWN), (then, wanted), (otherwise, wanted)]
            elif kind == z3.Z3_OP_UNINTERPRETED and not children:
                self.of.setdefault(term.decl().name(), set()).add(wanted)
            elif kind in _UPWARD and _is_variable(children[0]) and not variables(children[1]):
                self.of.setdefault(children[0].decl().name(), set()).add(wanted * _UPWARD[kind])
            elif kind in _UPWARD and _is_variable(children[1]) and not variables(children[0]):
                self.of.setdefault(children[1].decl().name(), set()).add(-wanted * _UPWARD[kind])
            else:
                for name in variables(term):
                    self.of.setdefault(name, set()).update((UP, DOWN))


def _is_variable(term: Any) -> bool:
    return bool(term.num_args() == 0 and term.decl().kind() == z3.Z3_OP_UNINTERPRETED)


def variables(term: Any) -> frozenset[str]:
    """The names of all variables of a term."""
    found: set[str] = set()
    seen: set[int] = set()
    pending = [term]
    while pending:
        node = pending.pop()
        if node.get_id() in seen:
            continue
        seen.add(node.get_id())
        if _is_variable(node):
            found.add(node.decl().name())
        pending += node.children()
    return frozenset(found)


def without_dominated(
    terms: Mapping[str, z3.BoolRef],
    always: Iterable[z3.BoolRef],
    choices: Iterable[str],
    encoding: Encoding,
    critical: CriticalValues,
) -> dict[str, z3.BoolRef]:
    """The terms with every pure choice at its best value, again and again until none is pure.

    Args:
        terms: what is asked, by name.
        always: terms that hold in any case; a choice that they tie to others is never fixed.
        choices: the facts whose variables may be fixed; they have one variable each, or one a member.
        encoding: of the terms.
        critical: the values of these facts that the terms tell apart.
    """
    bound: set[str] = set()
    alone: dict[str, list[z3.BoolRef]] = {}
    for term in dict.fromkeys(always):
        read = variables(term)
        if len(read) == 1:
            alone.setdefault(min(read), []).append(term)
        else:
            bound |= read
    best: dict[str, tuple[Any, Any, Any]] = {}
    for fact in choices:
        for variable, values in _values(fact, encoding, critical):
            name = variable.decl().name()
            left_over = [
                value for value in values if all(_true_of(term, variable, value) for term in alone.get(name, ()))
            ]
            if name not in bound and left_over:
                best[name] = (variable, left_over[0], left_over[-1])
    left = dict(terms)
    while left:
        directions = Directions(left.values()).of
        pairs = [
            (variable, high if directions[name] == {UP} else low)
            for name, (variable, low, high) in best.items()
            if len(directions.get(name, ())) == 1
        ]
        if not pairs:
            break
        left = dict(zip(left, map(z3.simplify, replaced(list(left.values()), pairs)), strict=True))
    return left


def replaced(terms: list[z3.BoolRef], pairs: list[tuple[Any, Any]]) -> list[Any]:
    """Terms with variables replaced, all in one pass."""
    if not terms or not pairs:
        return terms
    context = terms[0].ctx
    bundle = z3.Function("bundle", *[z3.BoolSort(context)] * (len(terms) + 1))
    return list(z3.substitute(bundle(*terms), *pairs).children())


def _true_of(term: z3.BoolRef, variable: Any, value: Any) -> bool:
    """Whether a term that reads one variable is true of a value."""
    return bool(z3.is_true(z3.simplify(z3.substitute(term, (variable, value)))))


def _values(fact: str, encoding: Encoding, critical: CriticalValues) -> list[tuple[Any, list[Any]]]:
    """Each variable of a fact with its values, the least first; an enum has none that can be ordered."""
    truths = [encoding.literal(False), encoding.literal(True)]
    variable = encoding.variable(fact)
    fact_type = encoding.names.types[fact]
    match fact_type.kind:
        case Kind.SET:
            return [(member, truths) for member in variable.values()]
        case Kind.BOOL:
            return [(variable, truths)]
        case Kind.ENUM | Kind.TEXT:
            return []
    if fact in critical.entangled:
        return []
    values: list[Any] = sorted(critical.of(fact, fact_type))
    real = fact_type.kind in {Kind.NUMBER, Kind.RATIO}
    return [(variable, [encoding.literal(float(value) if real else value) for value in values])]
