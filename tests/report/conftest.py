"""Assessments to report on: the small library of two imagined countries, and the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from comity.dossier.reader import load_dossier
from comity.library.loader import Library, load_library
from comity.questions.assess import Assessment, assess

SMALL_LIBRARY = Path(__file__).parent.parent / "data" / "small-library"
ON = date(2026, 11, 22)

MIXED = """\
comity: 1
system: {id: helper, name: Helper, version: "2.1"}
markets: [xa, xb]
facts:
  organisation.roles: [provider]
  system.generative: true
  test.sample_size: {value: 400, by: documented, source: report.pdf}
  test.refusal_rate: {value: 0.5, by: documented, source: report.pdf, note: "Table 2."}
  model.compute: 3.0e+25
  system.first_supplied: 2024-06-01
  report.deadline: {value: 24h, per_market: {xb: 96h}}
"""

REAL = """\
comity: 1
system: {id: helper, name: Helper}
markets: [eu, cn, kr, us-ca]
facts:
  organisation.roles: [provider, model_provider]
  system.generative: true
  system.offered_to_public: true
  system.output_modalities: [text]
  label.explicit.shown: {value: true, per_market: {cn: false}}
"""

HOSTILE = """\
comity: 1
system: {id: helper, name: "<script>alert('1')</script> & \\"quoted\\" | *b* [x](http://e.example)", version: "<b>"}
markets: [xa, xb]
facts:
  organisation.roles: [provider]
  system.generative: true
  test.sample_size: 400
  test.refusal_rate:
    value: 0.5
    by: documented
    source: "\\"><img src=x onerror=alert(2)>"
    note: "</details><script>alert(3)</script>"
"""


@pytest.fixture(scope="session")
def small() -> Library:
    return load_library([SMALL_LIBRARY], builtin=False, cached=False)


@pytest.fixture
def assessed(tmp_path: Path, small: Library) -> Callable[[str], Assessment]:
    """Assess a dossier, given as text, on the small library."""

    def call(text: str = MIXED) -> Assessment:
        (tmp_path / "comity.yaml").write_text(text, encoding="utf-8")
        return assess(load_dossier(tmp_path, small), small, on=ON)

    return call


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """A chat model on the shipped library."""
    library = load_library()
    directory = tmp_path_factory.mktemp("real")
    (directory / "comity.yaml").write_text(REAL, encoding="utf-8")
    return assess(load_dossier(directory, library), library, on=ON)
