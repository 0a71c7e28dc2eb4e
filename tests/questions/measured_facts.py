"""An imagined assessment of what was measured: two countries, rates with samples, a withheld value and figures of groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from comity.dossier.model import Basis, Dossier, Measurement, Sample
from comity.errors import Place
from comity.library.loader import Library
from comity.questions.assess import Assessment, assess
from tests.questions.imagined import ON, dossier, fact, library

FACTS = (
    fact("test.rate", "ratio"),
    fact("test.size", "int"),
    fact("test.deadline", "duration"),
    fact("test.share", "ratio", per_market=True),
    fact("dialogue.content.pass_rate", "ratio"),
    fact("system.public"),
    fact("system.large"),
)
CLAUSES = (
    {"id": "xa/rate", "require": "test.rate >= 0.95"},
    {"id": "xa/size", "require": "test.size >= 300"},
    {"id": "xa/both", "when": "system.public", "require": "test.rate >= 0.9 && test.size > 100"},
    {"id": "xa/content", "require": "dialogue.content.pass_rate >= 0.9"},
    {"id": "xa/small", "when": "test.size < 1000", "require": "system.large"},
    {"id": "xb/not", "require": "!(test.rate < 0.98)"},
    {"id": "xb/choice", "require": "test.size >= (system.large ? 500 : 200)"},
    {"id": "xb/sum", "require": "test.size - 100 >= 100"},
    {"id": "xb/share", "require": "test.share <= 0.2"},
    {"id": "xa/share", "require": "test.share <= 0.2"},
    {"id": "xb/late", "require": 'test.deadline <= duration("72h")'},
)


def measured_dossier(
    rules: Library,
    facts: Mapping[str, object],
    samples: Mapping[str, Sample] | None = None,
    measurements: tuple[Measurement, ...] = (),
    by_market: Mapping[str, Mapping[str, object]] | None = None,
) -> Dossier:
    """A dossier in which all that begins with `test.` was measured."""
    found = dossier(rules, ["xa", "xb"], facts, by_market)
    entries = {
        name: replace(
            entry,
            basis=Basis(
                "measured", "evidence/test.json", None, Place("test.json"), (samples or {}).get(name, Sample())
            ),
        )
        if name.startswith("test.")
        else entry
        for name, entry in found.entries.items()
    }
    return replace(found, entries=entries, measurements=measurements)


def assessed(
    facts: Mapping[str, object],
    samples: Mapping[str, Sample] | None = None,
    measurements: tuple[Measurement, ...] = (),
    by_market: Mapping[str, Mapping[str, object]] | None = None,
) -> Assessment:
    """That dossier, judged by the two countries."""
    rules = library(FACTS, CLAUSES)
    return assess(measured_dossier(rules, facts, samples, measurements, by_market), rules, on=ON)
