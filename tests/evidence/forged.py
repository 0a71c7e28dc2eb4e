"""Bundles that no honest program makes: leaves written by hand, signed properly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from comity.evidence import dsse, merkle
from comity.evidence.bundle import Bundle, Commitment, Disclosure
from comity.evidence.leaves import VERDICTS
from tests.evidence.sealed import CREATED, DIGEST, KEY

Leaf = dict[str, object]


def forged(leaves: Iterable[Leaf], *, created: datetime = CREATED, **changed: Any) -> Bundle:
    """A bundle of these leaves, everything opened, the first one taken for that of the system; `changed` are fields of the commitment."""
    texts = [json.dumps({"salt": "A" * 24, **leaf}).encode() for leaf in leaves]
    tree = merkle.Tree(map(merkle.leaf_hash, texts))
    fields: dict[str, Any] = {
        "system": "helper",
        "version": "1",
        "subject": tree.levels[0][0],
        "evaluator": "by hand",
        "created": created,
        "expires": None,
        "library": DIGEST,
        "root": tree.root,
        "size": len(tree),
    }
    payload = Commitment(**(fields | changed)).payload()
    opened = tuple(Disclosure(index, text, tuple(tree.inclusion_path(index))) for index, text in enumerate(texts))
    return Bundle(dsse.signed(payload, KEY), (KEY.verifier,), opened)


def stated(market: str = "xa", on: str = "2026-11-22", elements: object = None, **verdicts: Any) -> Leaf:
    """The leaf of an assessment."""
    listed = {} if elements is None else {"elements": elements}
    return {"assessment": market, "on": on, **{verdict: verdicts.get(verdict, []) for verdict in VERDICTS}, **listed}


def said(fact: str, value: object, **further: object) -> Leaf:
    """The leaf of a fact."""
    return {"fact": fact, "value": value, "basis": "observed", **further}


def about(system: str = "helper", version: str = "1") -> Leaf:
    """The leaf of a system."""
    return {"system": system, "version": version, "name": "Helper", "artefacts": []}
