"""What does an expert need to review a standard? Its clauses with everything that they rest on, and whether their examples hold.

The definitions that the formulas name are reviewed with them, each once, because a clause is only as right as its definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.errors import InputError
from comity.language import Message
from comity.library.model import Clause, Standard
from comity.questions.browse import definitions_in, entry_named
from comity.questions.check import run_example

if TYPE_CHECKING:
    from comity.library.loader import Library
    from comity.library.model import Example, NamedFormula


@dataclass(frozen=True, slots=True)
class Tried:
    """An example, and what the formulas gave instead of its verdict; None: just that."""

    example: Example
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A clause with its examples, tried."""

    clause: Clause
    examples: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The answer.

    Attributes:
        library: the rules.
        standard: the standard under review.
        clauses: its clauses in order; only the one asked for, where a clause was.
        definitions: every definition that their formulas name, through others too, in the order of first use.
        whole: whether the standard was asked for, and not one clause of it.
    """

    library: Library
    standard: Standard
    clauses: tuple[Reviewed, ...]
    definitions: tuple[NamedFormula, ...]
    whole: bool


def review(library: Library, identifier: str) -> Review:
    """What an expert reviews of a standard, or of one clause.

    Raises:
        InputError: the library has no entry of that name, several clauses end so, or it is something else.
    """
    match entry_named(library, identifier):
        case Standard() as standard:
            clauses, whole = standard.clauses, True
        case Clause() as clause:
            standard, clauses, whole = library.standards[clause.standard], (clause,), False
        case _:
            message = Message('"{id}" is neither a standard nor a clause', id=identifier[:80])
            raise InputError(message, hint=Message("standards are listed by: comity library list"))
    return Review(
        library=library,
        standard=standard,
        clauses=tuple(
            Reviewed(
                clause, tuple(Tried(example, run_example(clause, example, library)) for example in clause.examples)
            )
            for clause in clauses
        ),
        definitions=_definitions(library, clauses),
        whole=whole,
    )


def _definitions(library: Library, clauses: tuple[Clause, ...]) -> tuple[NamedFormula, ...]:
    found: dict[str, NamedFormula] = {}
    pending = [
        name
        for clause in clauses
        for formula in (*clause.conditions, clause.require)
        for name in definitions_in(formula.tree)
    ]
    while pending:
        name = pending.pop(0)
        if name not in found:
            found[name] = library.vocabulary.named_formulas[name]
            pending += definitions_in(found[name].definition.tree)
    return tuple(found.values())
