"""What an importer hands back, and how it becomes a statement.

A fact of somebody else's file is `reported`: it is as true as its writer. Before it goes into a statement it is checked
against the vocabulary; what does not fit there is kept as an observation, so that nothing is lost and nothing is
claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from comity.clauses.values import canonical
from comity.dossier.statements import Artefact, Digest, MeasuredFact, Plain, Predicate, Tool, new_statement
from comity.errors import ComityError
from comity.interchange.texts import single_line
from comity.library.vocabulary import MARKETS

if TYPE_CHECKING:
    from comity.dossier.statements import Statement
    from comity.language import Message
    from comity.library.loader import Library

LONGEST_TEXT = 500
"""Characters of an observation that are kept."""
LONGEST_LIST = 100
"""Entries of a list that are kept."""


@dataclass
class Found:
    """The content of a file, in Comity's words.

    Attributes:
        method: how the facts were come by, for the statement.
        facts: what the file reports of the vocabulary.
        observations: what else it says.
        tools: programs that the file says it was made with.
        made_on: the day on which the file says that it was made; None where it says none.
    """

    method: str
    facts: list[MeasuredFact] = field(default_factory=list)
    observations: dict[str, Plain | None] = field(default_factory=dict)
    tools: list[Tool] = field(default_factory=list)
    made_on: date | None = None

    def report(self, fact: str, value: Plain, where: str, count: int | None = None) -> None:
        """Note a fact that the file reports, and the place in it."""
        value = single_line(value, LONGEST_TEXT) if isinstance(value, str) else value
        self.facts.append(MeasuredFact(fact, value, "reported", single_line(where, LONGEST_TEXT), count=count))

    def made_with(self, tool: str, version: object) -> None:
        """Note the program that the file says it was made with."""
        if isinstance(version, str) and version.strip():
            self.tools.append(Tool(tool, single_line(version, 100)))

    def restate(self, fact: str, value: Plain, by: str, where: str) -> None:
        """Note a fact that Comity itself wrote into the file; passing it on makes it no stronger, so what was declared stays declared."""
        basis: Literal["reported", "declared"] = "reported" if by in {"documented", "measured"} else "declared"
        self.facts.append(MeasuredFact(fact, value, basis, single_line(where, LONGEST_TEXT)))

    def withhold(self, what: str, reason: Message) -> None:
        """Note why something that a fact asks for is not established, in a sentence that a reader's language has."""
        self.observations[f"{what}_withheld"] = reason.template

    def observe(self, name: str, value: object) -> None:
        """Note what has no fact: a word, a number, or a list of words. Anything else in the file is passed over."""
        kept = observation(value)
        if kept not in (None, "", []):
            self.observations[name] = kept


def observation(value: object) -> Plain | None:
    """A value of a foreign file as a statement may hold it; None for what is neither word, number nor a list of them."""
    match value:
        case bool():
            return value
        case int():
            return value if abs(value) < 2**53 else str(value)[:LONGEST_TEXT]
        case float():
            return value if value - value == 0 else None
        case str():
            return single_line(value, LONGEST_TEXT) if value.strip() else None
        case list():
            words = [single_line(str(item), LONGEST_TEXT) for item in value if isinstance(item, str | int | float)]
            more = len(words) - LONGEST_LIST
            return [*words[:LONGEST_LIST], f"… +{more}"] if more > 0 else words
        case _:
            return None


def day_of(value: object) -> date | None:
    """The day in a time stamp as tools write it (ISO 8601); None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None


def statement_of(name: str, sha256: str, form: str, found: Found, library: Library, on: date) -> Statement:
    """A statement over a file.

    Args:
        name: of the file.
        sha256: its digest.
        form: what kind of file it is; the name of the measure.
        found: its content.
        library: whose vocabulary the facts have to fit.
        on: the day of reading, which counts where the file names no earlier one.
    """
    facts: list[MeasuredFact] = []
    unfit: list[str] = []
    for measured in found.facts:
        problem = _problem(measured, library)
        if problem is None:
            facts.append(measured)
        else:
            unfit.append(f"{measured.fact} = {measured.value}: {problem}")
    if unfit:
        found.observe("facts_that_do_not_fit", unfit)
    found.observe("read_on", on.isoformat())
    predicate = Predicate(
        measure=form,
        method=found.method,
        tools=found.tools,
        measured_on=min(found.made_on or on, on),
        facts=facts,
        observations=found.observations,
    )
    return new_statement([Artefact(single_line(name, LONGEST_TEXT), Digest(sha256))], predicate)


def _problem(measured: MeasuredFact, library: Library) -> str | None:
    """Why a fact does not fit the vocabulary; None where it does."""
    fact_type = library.vocabulary.types.get(measured.fact)
    if fact_type is None or measured.fact == MARKETS:
        return "not a fact of this library"
    try:
        canonical(measured.value, fact_type)
    except ComityError as error:
        return error.describe()
    return None
