"""Comity: describe and measure one AI system once, and see how it stands against every country's rules and standards.

The names below are the whole public face; each is imported when it is first asked for, so that a command starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from comity.clauses.errors import FormulaError as FormulaError
    from comity.clauses.formula import Formula as Formula
    from comity.dossier.model import Dossier as Dossier
    from comity.errors import ComityError as ComityError
    from comity.library.loader import Library as Library
    from comity.library.loader import load_library as load_library
    from comity.library.vocabulary import Vocabulary as Vocabulary
    from comity.questions.assess import Assessment as Assessment
    from comity.questions.assess import assess as assess
    from comity.questions.crosswalk import compare as compare
    from comity.questions.plan import Plan as Plan
    from comity.questions.plan import plan as plan
    from comity.questions.reconcile import Reconciliation as Reconciliation
    from comity.questions.reconcile import reconcile as reconcile

_HOMES = {
    "Assessment": "comity.questions.assess",
    "ComityError": "comity.errors",
    "Dossier": "comity.dossier.model",
    "Formula": "comity.clauses.formula",
    "FormulaError": "comity.clauses.errors",
    "Library": "comity.library.loader",
    "Plan": "comity.questions.plan",
    "Reconciliation": "comity.questions.reconcile",
    "Vocabulary": "comity.library.vocabulary",
    "assess": "comity.questions.assess",
    "compare": "comity.questions.crosswalk",
    "load_library": "comity.library.loader",
    "plan": "comity.questions.plan",
    "reconcile": "comity.questions.reconcile",
}

__all__ = [
    "Assessment",
    "ComityError",
    "Dossier",
    "Formula",
    "FormulaError",
    "Library",
    "Plan",
    "Reconciliation",
    "Vocabulary",
    "__version__",
    "assess",
    "compare",
    "load_library",
    "plan",
    "reconcile",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'comity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
