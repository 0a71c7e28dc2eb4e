"""A comparison as CSV: Comity's own columns, or those of NIST's template for online informative references.

The names of NIST IR 8477, section 4.3 compare what is *asked for*: whoever asks for more stands for the larger set. So a stricter
clause is a superset of a looser one, although fewer systems satisfy it. An incompatible pair has "no relationship" there, since none
of the five names says that two demands exclude each other; the comment does.
Source: NIST IR 8477 (2024), section 4.3; NIST IR 8278A Rev. 1 (2024), section 3.2 and table 2.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from comity.report.comparison_words import MEANINGS, RELATION_NAMES, UNDECIDED, shared_facts, told
from comity.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.library.model import Clause
    from comity.solving.relations import Crosswalk, Pair, Relation

SET_THEORY: dict[Relation, str] = {
    "equal": "equal",
    "a_stricter": "superset of",
    "b_stricter": "subset of",
    "overlapping": "intersects with",
    "incompatible": "no relationship",
    "never_both_apply": "no relationship",
}
STRENGTH = {"equal": "10", "no relationship": "0"}
"""Strength of relationship where the definition of the column leaves no choice; elsewhere it is a matter of judgement and stays empty."""
RATIONALE = "functional"
"""What was compared is which systems satisfy the requirements, not their wording."""

COLUMNS = (
    "a",
    "b",
    "a_cite",
    "b_cite",
    "a_title",
    "b_title",
    "relation",
    "relation_in_words",
    "shared_facts",
    "only_a",
    "only_b",
)
OLIR_COLUMNS = (
    "Focal Document Element",
    "Focal Document Element Description",
    "Rationale",
    "Relationship",
    "Reference Document Element",
    "Reference Document Element Description",
    "Comments",
    "Strength of Relationship",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def comparison_csv(crosswalk: Crosswalk, language: str) -> str:
    """One row a pair: who relates how, and a system that satisfies only the one or only the other."""
    words = Words(crosswalk.library, language)
    return _table(COLUMNS, (_row(pair, words) for pair in crosswalk.pairs))


def _row(pair: Pair, words: Words) -> list[str]:
    witnesses = {witness.satisfies: told(pair, witness, words) for witness in pair.witnesses}
    name = UNDECIDED if pair.relation is None else RELATION_NAMES[pair.relation]
    return [
        pair.a.full_id,
        pair.b.full_id,
        pair.a.cite,
        pair.b.cite,
        words.text(pair.a.title),
        words.text(pair.b.title),
        pair.relation or "",
        words.name(name),
        " ".join(pair.shared_facts),
        witnesses.get("a", ""),
        witnesses.get("b", ""),
    ]


def comparison_olir(crosswalk: Crosswalk, language: str) -> str:
    """A set theory relationship mapping: A is the focal document, B the reference document.

    A clause of A without any relationship has a row with nothing but its identifier, as the template asks.
    """
    words = Words(crosswalk.library, language)
    rows = [_olir_row(pair, pair.relation, words) for pair in crosswalk.pairs if pair.relation is not None]
    rows += [[_element(clause), *[""] * (len(OLIR_COLUMNS) - 1)] for clause in crosswalk.alone_a]
    return _table(OLIR_COLUMNS, rows)


def _olir_row(pair: Pair, relation: Relation, words: Words) -> list[str]:
    name = SET_THEORY[relation]
    remarks = [
        words.say("proven: {meaning} (A: focal, B: reference)", meaning=words.name(MEANINGS[relation])),
        words.say("on: {facts}", facts=shared_facts(pair, words)),
        *(told(pair, witness, words) for witness in pair.witnesses),
    ]
    return [
        _element(pair.a),
        words.text(pair.a.text),
        RATIONALE,
        name,
        _element(pair.b),
        words.text(pair.b.text),
        "; ".join(remarks),
        STRENGTH.get(name, ""),
    ]


def _element(clause: Clause) -> str:
    """An identifier; the template forbids colons in it."""
    return clause.full_id.replace(":", "-")


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Rows as RFC 4180 quotes them. No cell begins like a formula, because texts of strangers may end in a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in row] for row in rows)
    return buffer.getvalue()
