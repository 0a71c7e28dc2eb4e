"""A small vocabulary with a fact of every type, for the tests of the clause language."""

from __future__ import annotations

from dataclasses import dataclass, field

from comity.clauses.formula import Definition, define
from comity.clauses.tree import Kind
from comity.clauses.values import FactType


@dataclass(frozen=True)
class Words:
    """Facts by type, and definitions over them."""

    types: dict[str, FactType]
    definitions: dict[str, Definition] = field(default_factory=dict)


NAMES = Words(
    {
        "a.b": FactType(Kind.BOOL),
        "a.c": FactType(Kind.BOOL),
        "n.i": FactType(Kind.INT),
        "n.x": FactType(Kind.NUMBER),
        "n.r": FactType(Kind.RATIO),
        "e.size": FactType(Kind.ENUM, ("small", "medium", "large")),
        "s.langs": FactType(Kind.SET, ("en", "fr", "zh")),
        "d.day": FactType(Kind.DATE),
        "d.span": FactType(Kind.DURATION),
        "t.note": FactType(Kind.TEXT),
    }
)
NAMES.definitions["x.high"] = define("n.x > 3.0", NAMES)
NAMES.definitions["x.sum"] = define("n.i + 1", NAMES)
