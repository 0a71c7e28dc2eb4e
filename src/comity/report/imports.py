"""What was read from the files of other tools: each statement as a measurement is shown, or all as one JSON document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from comity.report.catalogue import as_json
from comity.report.measurement import measurement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from comity.dossier.statements import Statement

SCHEMA = "comity/import/1"


def imports(made: Iterable[tuple[Statement, Path | None]], language: str, form: str) -> str:
    """The report.

    Args:
        made: each statement with the file that it was written to, or None.
        language: of the reader.
        form: `text` or `json`.
    """
    if form == "json":
        documents = [
            {
                "statement": json.loads(msgspec.json.encode(statement)),
                "written": None if written is None else str(written),
            }
            for statement, written in made
        ]
        return as_json(SCHEMA, statements=documents)
    return "\n\n".join(measurement(statement, written, language, form) for statement, written in made)
