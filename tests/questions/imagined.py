"""Imagined countries with small libraries, written in a line or two a clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from comity.clauses.formula import Formula
from comity.clauses.tree import Kind, Value
from comity.clauses.values import FactType, canonical
from comity.dossier.model import Basis, Dossier, Entry
from comity.errors import Place
from comity.library.elements import element_name, with_elements
from comity.library.loader import Library
from comity.library.model import (
    Axiom,
    Checked,
    Clause,
    CompiledFormula,
    Cost,
    FactDefinition,
    Jurisdiction,
    LibraryData,
    Phase,
    Standard,
    Topic,
    packed,
)
from comity.library.vocabulary import Vocabulary

ON = date(2026, 11, 22)
COUNTRIES = (("xa", None), ("xb", None), ("xb-north", "xb"), ("xc", None))


def fact(
    name: str,
    kind: str = "bool",
    values: tuple[str, ...] = (),
    *,
    nature: str = "choice",
    subject: str = "system",
    per_market: bool = False,
    change: float = 5,
    establish: float = 1,
) -> FactDefinition:
    """A fact."""
    return FactDefinition(
        id=name,
        topic="all",
        subject=subject,
        type=FactType(Kind(kind), values),
        unit=None,
        title={"en": name, "zh": name},
        definition={},
        established_by=("declared",),
        nature=nature,
        per_market=per_market,
        measure=None,
        cost=Cost(change=change, establish=establish),
        reserved=False,
    )


def library(
    facts: Iterable[FactDefinition], clauses: Iterable[Mapping[str, str]], axioms: Iterable[str] = ()
) -> Library:
    """A library of one standard a country.

    Args:
        facts: the vocabulary.
        clauses: each with `id` (`<country>/<clause>`) and `require`; perhaps `when`, `unless`, `modality`, `against`, `subject`.
        axioms: formulas.
    """
    facts = tuple(facts)
    vocabulary = Vocabulary(facts, (), [country for country, _ in COUNTRIES])
    written = [_clause(clause, vocabulary) for clause in clauses]
    standards = tuple(
        _standard(country, tuple(clause for clause in written if clause.jurisdiction == country))
        for country, _ in COUNTRIES
    )
    return Library(
        LibraryData(
            topics=(Topic(id="all", title={"en": "All", "zh": "全部"}),),
            values=(),
            jurisdictions=tuple(
                Jurisdiction(id=country, title={"en": country, "zh": country}, kind="state", market=True, part_of=whole)
                for country, whole in COUNTRIES
            ),
            roles=(),
            facts=facts,
            definitions=(),
            axioms=tuple(
                Axiom(id=f"axiom-{number}", formula=_formula(text, vocabulary), text={"en": text, "zh": text})
                for number, text in enumerate(axioms)
            ),
            standards=tuple(standard for standard in standards if standard.clauses),
        )
    )


def dossier(
    library: Library,
    markets: Iterable[str],
    facts: Mapping[str, object] | None = None,
    by_market: Mapping[str, Mapping[str, object]] | None = None,
    costs: Mapping[str, float] | None = None,
    flows: Mapping[str, Mapping[str, object]] | None = None,
) -> Dossier:
    """A dossier; `by_market` has the values of single markets by fact, `flows` the facts of each flow; None: it says nothing of flows."""
    listed = {} if flows is None else {"flow": tuple(flows)}
    library = with_elements(library, listed)
    facts = dict(facts or {})
    for flow, own_facts in (flows or {}).items():
        facts |= {element_name(name, flow): value for name, value in own_facts.items()}
    types = library.vocabulary.types
    own = by_market or {}
    entries = {}
    for name in {**(facts or {}), **own}:
        value: Value | None = canonical(facts[name], types[name]) if facts and name in facts else None
        values = {market: canonical(one, types[name]) for market, one in own.get(name, {}).items()}
        entries[name] = Entry(name, value, values, Basis("declared", None, None, Place("comity.yaml")))
    return Dossier(
        "helper", "Helper", "1", tuple(markets), entries, Path("comity.yaml"), costs=dict(costs or {}), elements=listed
    )


def _formula(text: str, vocabulary: Vocabulary) -> CompiledFormula:
    formula = Formula(text, vocabulary)
    return CompiledFormula(text=text, tree=formula.tree, facts=formula.facts)


def _clause(clause: Mapping[str, str], vocabulary: Vocabulary) -> Clause:
    country, name = clause["id"].split("/")

    def optional(key: str) -> CompiledFormula | None:
        return _formula(clause[key], vocabulary) if key in clause else None

    return Clause(
        id=name,
        standard=country,
        jurisdiction=country,
        cite=name,
        topic="all",
        subject=clause.get("subject"),
        title={"en": name, "zh": name},
        text={},
        modality=clause.get("modality", "must"),  # type: ignore[arg-type]
        actors=(),
        scope=_formula("true", vocabulary),
        actor=None,
        when=optional("when"),
        unless=optional("unless"),
        require=_formula(clause["require"], vocabulary),
        in_force=(Phase(start=date(2020, 1, 1), until=None, when=optional("phase")),),
        checked=Checked(on=ON, against=clause.get("against", "primary")),  # type: ignore[arg-type]
        note=None,
        packed_examples=packed(()),
        file="imagined",
        line=1,
    )


def _standard(country: str, clauses: tuple[Clause, ...]) -> Standard:
    return Standard(
        id=country,
        title={"en": country, "zh": country},
        publisher={"en": country, "zh": country},
        jurisdiction=country,
        force="law",
        status="in_force",
        orientation=("ethics_rules",),
        version="1",
        as_of=ON,
        in_force=(Phase(start=date(2020, 1, 1), until=None, when=None),),
        sources=(),
        clauses=clauses,
        not_encoded=(),
        file="imagined",
    )
