"""The planted libraries of `tests/data/planted`: small imagined countries of which it is known how their rules relate and collide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from comity.dossier.model import Dossier
from comity.library.loader import Library
from comity.solving.scenario import Scenario, build_scenario
from tests.questions import imagined
from tests.questions.imagined import ON

PLANTED = yaml.safe_load((Path(__file__).parent.parent / "data" / "planted" / "libraries.yaml").read_text("utf-8"))


def library_of(case: dict[str, Any]) -> Library:
    """The library of a case."""
    facts = [
        imagined.fact(
            name,
            words[0],
            tuple(word for word in words[1:] if word not in {"given", "per_market"}),
            nature="given" if "given" in words else "choice",
            per_market="per_market" in words,
            **case.get("prices", {}).get(name, {}),
        )
        for name, words in case["facts"].items()
    ]
    return imagined.library(facts, case["clauses"], case.get("axioms", ()))


def dossier_of(case: dict[str, Any], library: Library) -> Dossier:
    """The system of a case: its givens, and the choices that are made already."""
    return imagined.dossier(library, case["markets"], {**case.get("givens", {}), **case.get("choices", {})})


def scenario_of(case: dict[str, Any]) -> Scenario:
    """The scenario of a case."""
    library = library_of(case)
    dossier = dossier_of(case, library)
    return build_scenario(library, dossier, markets=case["markets"], on=ON, keep=case.get("keep", ()))
