"""Measuring again: the values are compared as what they mean, on the artefacts that were committed to."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Plain, Predicate, Statement, new_statement
from comity.evidence import reproduction
from comity.evidence.reproduction import reproduce
from comity.evidence.verification import Opened, open_bundle
from tests.evidence.forged import Leaf, about, forged, said
from tests.evidence.sealed import imagined

MODEL = b"a model"


def measured(**facts: Plain) -> Statement:
    found = [MeasuredFact(name.replace("__", "."), value, "observed") for name, value in facts.items()]
    predicate = Predicate(measure="model", method="read", tools=[], measured_on=date(2026, 11, 20), facts=found)
    return new_statement([Artefact("model.gguf", Digest(sha256(MODEL).hexdigest()))], predicate)


def opened(*, measure: str = "model", artefacts: bool = True, **facts: object) -> Opened:
    digest = sha256(MODEL).hexdigest()
    method: Leaf = {"measurement": measure, "method": "read", "tools": [], "on": "2026-11-20", "statement": digest}
    system = about() | {"artefacts": [{"name": "model.gguf", "sha256": digest}]}
    leaves = [said(name.replace("__", "."), value, measurement=1) for name, value in facts.items()]
    bundle = forged([system if artefacts else said("a.generative", value=True), method, *leaves])
    return open_bundle(bundle.encoded())


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(MODEL)
    return path


@pytest.fixture(autouse=True)
def again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure finds a set in another order and a duration in another unit."""
    found = measured(a__parts=["risks", "logs"], a__deadline="P2D", a__rate=0.5)
    monkeypatch.setattr(reproduction, "_measure", lambda _: found)


def test_the_same_values_in_another_spelling_are_the_same(model: Path) -> None:
    answer = reproduce(opened(a__parts=["logs", "risks"], a__deadline="48h"), [model], imagined())
    assert answer.outcome == "yes"


@pytest.mark.parametrize(
    "wrong", [{"a__rate": 0.51}, {"a__parts": ["logs"]}, {"a__rate": True}, {"a__deadline": "soon"}]
)
def test_other_values_differ(model: Path, wrong: dict[str, object]) -> None:
    assert reproduce(opened(**wrong), [model], imagined()).outcome == "no"  # type: ignore[arg-type]


def test_another_file_is_no_artefact(model: Path) -> None:
    model.write_bytes(b"another model")
    assert reproduce(opened(a__rate=0.5), [model], imagined()).outcome == "no"


def test_what_is_not_opened_cannot_be_compared(model: Path) -> None:
    assert reproduce(opened(a__rate=0.5, artefacts=False), [model], imagined()).outcome == "open"
    assert reproduce(opened(a__rate=0.5, measure="dialogue"), [model], imagined()).outcome == "open"
    assert reproduce(opened(a__secret=3), [model], imagined()).outcome == "open"
