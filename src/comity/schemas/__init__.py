"""JSON Schemas (draft 2020-12) of the files that people write and of the documents that commands print.

They are made by `generate` (files: from the library's vocabulary and closed lists) and `outputs`, and kept beside this module:
`python scripts/make_schemas.py`. An editor that is pointed to one completes and checks:
`# yaml-language-server: $schema=dossier.schema.json`.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from comity.errors import InputError, did_you_mean
from comity.language import Message

FROM_VOCABULARY = (
    "dossier",
    "profile",
    "facts",
    "definitions",
    "standard",
    "chapter",
    "roles",
    "topics",
    "values",
    "jurisdictions",
    "regions",
    "languages",
    "axioms",
    "conventions",
    "statement",
    "decision-record",
    "decision-draft",
    "decision-opening",
    "question-bank",
    "question-line",
    "answer-line",
    "refusal-rules",
    "keywords",
    "language-mix",
    "judge-prompts",
)
"""Schemas of files."""

OUTPUTS = (
    "assessment-1",
    "explanation-1",
    "questions-1",
    "plan-1",
    "reconciliation-1",
    "comparison-1",
    "library-check-1",
    "library-deep-check-1",
    "library-list-1",
    "library-entry-1",
    "library-search-1",
    "verification-1",
    "statement-verification-1",
    "import-1",
    "library-stats-1",
    "library-timeline-1",
    "library-review-1",
    "decision-check-1",
    "decision-sample-1",
    "decision-verification-1",
    "decision-receipt-1",
)
"""Schemas of what commands print with `--format json`; the number is that of the version in their `schema` key."""

NAMES = (*FROM_VOCABULARY, *OUTPUTS)


def shipped(name: str) -> str:
    """The text of a schema that ships with Comity.

    Raises:
        InputError: there is none of that name.
    """
    if name not in NAMES:
        hint = did_you_mean(name, NAMES) or Message("known are: {values}", values=", ".join(NAMES))
        raise InputError(Message('there is no schema "{name}"', name=name[:40]), hint=hint)
    return files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")


def text_of(schema: dict[str, Any]) -> str:
    """A schema as it is written to a file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
