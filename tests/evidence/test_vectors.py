"""Three verifiers that were written apart agree on every vector. Oracle: the specification, whose word stands beside each vector."""

from __future__ import annotations

import gzip
import json
from argparse import Namespace
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from comity.errors import IntegrityError
from comity.evidence import verify_bundle
from comity.evidence.keys import parse_verifier_key
from comity.evidence.policy import Issuer, Trust
from comity.evidence.strict_json import MalformedError
from comity.evidence.verification import open_bundle, verify
from tests.evidence.page import run_core
from tests.evidence.sealed import KEY, sealed
from tests.evidence.vector_file import PATH, Vector, read_vectors, write_vectors
from tests.evidence.vectors import everything

Said = tuple[object, str | None]
"""Exit code of the structure, and the answer on the issuer where the vector asks for it."""


@cache
def vectors() -> tuple[Vector, ...]:
    return tuple(read_vectors())


def wrong(found: list[Said]) -> dict[str, tuple[Said, Said]]:
    """What a verifier says otherwise than the specification: specified, found."""
    pairs = zip(vectors(), found, strict=True)
    return {v.name: ((v.code, v.issuer), said) for v, said in pairs if (v.code, v.issuer) != said}


def by_reference(vector: Vector) -> Said:
    try:
        open_bundle(vector.data)
    except MalformedError:
        return 2, None
    except IntegrityError:
        return 4, None
    if vector.time is None:
        return 0, None
    keys = [key for key in map(parse_verifier_key, vector.keys) if key is not None]
    trust = Trust(tuple(Issuer(key, None, None, None) for key in keys)) if keys else None
    now = datetime.strptime(vector.time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return 0, verify(vector.data, None, None, trust=trust, now=now).issuer.outcome


def by_standard_library(vector: Vector) -> Said:
    try:
        verified = verify_bundle.open_bundle(vector.data)
    except verify_bundle.Refused as refused:
        return refused.code, None
    at = verify_bundle.seconds_of(vector.time)
    if at is None:
        return 0, None
    keys = [verify_bundle.read_key(key, "key") for key in vector.keys]
    return 0, verify_bundle.issuer_answer(verified, keys, at)[0]


def test_the_committed_file_is_what_the_script_writes() -> None:
    written = [json.loads(line) for line in gzip.decompress(PATH.read_bytes()).splitlines()]
    assert written == list(everything.entries())


def test_there_are_many_of_every_outcome_and_each_has_a_name_of_its_own() -> None:
    codes = Counter(vector.code for vector in vectors())
    assert set(codes) == {0, 2, 4}
    assert min(codes.values()) >= 200
    assert len({vector.name for vector in vectors()}) == len(vectors())


def test_every_byte_of_a_small_bundle_was_changed_and_noticed() -> None:
    small = next(vector.data for vector in vectors() if vector.name == "small")
    changed = {
        vector.name.split(" is ")[0] for vector in vectors() if vector.name.startswith("small, byte") and vector.code
    }
    assert changed == {f"small, byte {at}" for at in range(len(small))}


def test_the_reference_says_what_the_specification_says() -> None:
    assert wrong([by_reference(vector) for vector in vectors()]) == {}


def test_the_verifier_of_one_file_says_what_the_specification_says() -> None:
    assert wrong([by_standard_library(vector) for vector in vectors()]) == {}


def test_the_page_says_what_the_specification_says(tmp_path: Path) -> None:
    found = run_core(PATH, tmp_path)
    if found is None:
        pytest.skip("neither Node nor Chromium is here")
    assert wrong(list(found)) == {}


def test_what_the_program_makes_is_intact_to_the_others(tmp_path: Path) -> None:
    made = sealed().encoded()
    assert verify_bundle.open_bundle(made).predicate["system"]["id"]
    entry = {
        "name": "made",
        "data": made.decode("latin-1"),
        "keys": [str(KEY.verifier)],
        "time": "2026-11-23T00:00:00Z",
        "issuer": "yes",
    }
    path = tmp_path / "made.jsonl.gz"
    write_vectors([entry | {"code": 0}], path)
    assert run_core(path, tmp_path) in ([(0, "yes")], None)


@pytest.mark.parametrize("integrity_only", [True, False])
def test_a_verifier_without_clauses_ends_with_fine_only_where_integrity_was_asked_for(
    integrity_only: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    for vector in (vector for vector in vectors() if vector.issuer):
        keys = [verify_bundle.read_key(key, "key") for key in vector.keys]
        options = Namespace(
            keys=keys, time=verify_bundle.seconds_of(vector.time), integrity_only=integrity_only, json=True, lang="en"
        )
        code = verify_bundle.check(vector.data, options)
        assert code == (0 if integrity_only and vector.issuer != "no" else 3)
        report = json.loads(capsys.readouterr().out)
        assert report["exit_code"] == code
        outcomes = [answer["outcome"] for answer in report["answers"].values()]
        assert outcomes == ["yes", vector.issuer, "open", "open"]
