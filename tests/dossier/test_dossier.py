"""Dossiers: values by market, what they rest on, statements that join them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from comity.dossier.model import Dossier
from comity.dossier.statements import (
    Artefact,
    Digest,
    MeasuredFact,
    Predicate,
    Tool,
    new_statement,
    read_statement,
    write_statement,
)
from comity.errors import ComityError
from comity.library.loader import Library, load_library

SMALL = Path(__file__).parent.parent / "data" / "small-library"
HEAD = "comity: 1\nsystem: {id: helper}\nmarkets: [xa, xb]\n"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([SMALL], builtin=False, cached=False)


def statement(*facts: MeasuredFact, digest: str = "ab" * 32) -> Any:
    predicate = Predicate("model", "read", [Tool("reader", "1")], date(2026, 11, 22), list(facts))
    return new_statement([Artefact("model.bin", Digest(digest))], predicate)


def load(tmp_path: Path, text: str, library: Library) -> Dossier:
    (tmp_path / "comity.yaml").write_text(HEAD + text, encoding="utf-8")
    return Dossier.load(tmp_path, library)


def test_values_by_market(tmp_path: Path, library: Library) -> None:
    dossier = load(tmp_path, "facts:\n  report.deadline: {value: 72h, per_market: {xb: 24h}}\n", library)
    assert [dossier.facts_in(market)["report.deadline"].total_seconds() / 3600 for market in ("xa", "xb")] == [72, 24]  # type: ignore[union-attr]


def test_a_value_for_one_market_alone_leaves_the_others_unknown(tmp_path: Path, library: Library) -> None:
    dossier = load(tmp_path, "facts:\n  report.deadline: {per_market: {xb: 24h}}\n", library)
    assert "report.deadline" not in dossier.facts_in("xa")
    assert "report.deadline" in dossier.facts_in("xb")


@pytest.mark.parametrize("null", ["", "null", "~", "{value: null}"])
def test_null_is_unknown(tmp_path: Path, library: Library, null: str) -> None:
    text = f"facts:\n  test.sample_size: {null}\n"
    assert load(tmp_path, text, library).facts_in("xa") == {}


def test_a_statement_joins_the_dossier(tmp_path: Path, library: Library) -> None:
    write_statement(statement(MeasuredFact("model.compute", 1e24, "observed")), tmp_path / "evidence", "model")
    dossier = load(tmp_path, "evidence: evidence/\n", library)
    assert dossier.facts_in("xa") == {"model.compute": 1e24}
    assert dossier.entries["model.compute"].basis.by == "measured"
    assert dossier.statements == ("model.json",)


def test_what_the_artefact_says_of_itself_is_documented(tmp_path: Path, library: Library) -> None:
    write_statement(statement(MeasuredFact("system.remark", "x", "reported", "header")), tmp_path / "evidence", "model")
    assert load(tmp_path, "evidence: evidence\n", library).entries["system.remark"].basis.by == "documented"


def test_measured_outweighs_declared_and_the_contradiction_is_kept(tmp_path: Path, library: Library) -> None:
    write_statement(statement(MeasuredFact("model.compute", 1e24, "observed")), tmp_path / "evidence", "model")
    dossier = load(tmp_path, "facts:\n  model.compute: 1e26\nevidence: evidence/\n", library)
    assert dossier.facts_in("xa")["model.compute"] == 1e24
    (contradiction,) = dossier.contradictions
    assert "says 1e+26 (declared)" in contradiction.message.in_language("en")


def test_agreeing_sources_are_no_contradiction(tmp_path: Path, library: Library) -> None:
    write_statement(statement(MeasuredFact("model.compute", 1e24, "observed")), tmp_path / "evidence", "model")
    assert load(tmp_path, "facts:\n  model.compute: 1e24\nevidence: evidence/\n", library).contradictions == ()


def test_statement_roundtrip_is_exact(tmp_path: Path) -> None:
    written = statement(MeasuredFact("a.b", ["x", "y"], "observed"), MeasuredFact("c.d", True, "reported", "k"))
    path = write_statement(written, tmp_path, "one")
    assert read_statement(path) == written
    assert json.loads(path.read_text())["predicate"]["measuredOn"] == "2026-11-22"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(_type="https://example.org/other"), "a statement of another type"),
        (lambda d: d.update(subject=[]), "names no artefact"),
        (lambda d: d["subject"][0]["digest"].update(sha256="AB" * 32), "is not a SHA-256"),
        (lambda d: d.update(extra=1), "unknown field"),
        (lambda d: d["predicate"]["facts"][0].update(fact="test.sampl_size"), 'did you mean "test.sample_size"?'),
        (lambda d: d["predicate"]["facts"][0].update(value=0.5), "this has to be a whole number"),
        (lambda d: d["predicate"]["facts"][0].update(basis="guessed"), "this is not a statement"),
    ],
)
def test_broken_statements(tmp_path: Path, library: Library, change: Any, message: str) -> None:
    path = write_statement(statement(MeasuredFact("test.sample_size", 300, "observed")), tmp_path / "evidence", "m")
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(ComityError) as raised:
        load(tmp_path, "evidence: evidence\n", library)
    assert message in raised.value.describe()


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b'{"_type": 1}'])
def test_hostile_statements(tmp_path: Path, library: Library, content: bytes) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "x.json").write_bytes(content)
    with pytest.raises(ComityError):
        load(tmp_path, "evidence: evidence\n", library)
