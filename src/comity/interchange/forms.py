"""The forms that Comity writes and reads, by the names that the command line gives them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from comity.interchange.foreign_files import foreign_file
from comity.interchange.found import statement_of
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from comity.dossier.statements import Statement
    from comity.interchange.foreign_files import ForeignFile
    from comity.interchange.found import Found
    from comity.library.loader import Library
    from comity.questions.assess import Assessment

EXPORTED = {
    "oscal": Message("assessment results in OSCAL 1.2.1"),
    "sarif": Message("SARIF 2.1.0: findings at the lines of the dossier"),
    "junit": Message("JUnit XML: a clause is a test"),
    "cyclonedx": Message("bill of materials in CycloneDX 1.6 with the model's card"),
    "model-card": Message("model card for the Hugging Face Hub, facts in words"),
}
"""What is written, in words."""

IMPORTED = {
    "model-card": Message("README.md of a model with its metadata"),
    "cyclonedx": Message("bill of materials in CycloneDX 1.5 to 1.7 with a model, JSON"),
    "croissant": Message("description of a data set in Croissant, JSON-LD"),
    "inspect": Message("log of Inspect, .eval or JSON"),
    "lm-eval": Message("results of the lm-evaluation-harness, JSON"),
    "promptfoo": Message("results of promptfoo, JSON"),
}
"""What is read, in words."""

_MODULES = {name: name.replace("-", "_") for name in (*EXPORTED, *IMPORTED)}


def export(assessment: Assessment, form: str, language: str) -> str:
    """An assessment in one of `EXPORTED`; only the module of that form is imported."""
    name = _MODULES[form]
    write: Callable[[Assessment, str], str] = getattr(
        import_module(f"comity.interchange.export_{name}"), f"assessment_{name}"
    )
    return write(assessment, language)


def import_file(form: str, path: str | Path, library: Library, *, on: date) -> Statement:
    """What a file of one of `IMPORTED` says, as a statement.

    Args:
        form: the kind of file.
        path: the file.
        library: whose vocabulary the facts have to fit.
        on: the day of reading.

    Raises:
        InputError: there is no such file, or it is not of the form.
    """
    module = import_module(f"comity.interchange.import_{_MODULES[form]}")
    read: Callable[[ForeignFile, Library], Found] = getattr(module, f"read_{_MODULES[form]}")
    with foreign_file(path) as file:
        found = read(file, library)
        return statement_of(file.path.name, file.sha256, form, found, library, on)


def statement_name(form: str, path: str | Path) -> str:
    """How the statement over a file is called, without its suffix: the form, and the name of the file in plain characters."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(path).stem).strip(".-")[:80]
    return f"{form}-{stem}" if stem else form
