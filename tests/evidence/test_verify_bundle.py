"""The verifier of one file as a stranger meets it: alone in a directory, with whatever file and arguments."""

from __future__ import annotations

import ast
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.evidence import verify_bundle
from tests.evidence import curve, drafts
from tests.evidence.test_ed25519 import RFC_8032

SOURCE = Path(verify_bundle.__file__)
GOOD = drafts.bundle()
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def alone(tmp_path: Path) -> Run:
    """Run a copy that finds no other module than those of the standard library."""
    copy = tmp_path / "verify_bundle.py"
    copy.write_bytes(SOURCE.read_bytes())

    def run(data: bytes | None, *words: str, megabytes: int | None = None) -> subprocess.CompletedProcess[str]:
        bundle = tmp_path / "bundle.json"
        if data is not None:
            bundle.write_bytes(data)
        limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2)) if megabytes else None
        command = [sys.executable, "-I", "-S", str(copy), str(bundle), *words]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", preexec_fn=limit, check=False)

    return run


def test_it_needs_nothing_but_python_3_9() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 9))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in modules} <= sys.stdlib_module_names


@pytest.mark.parametrize(("seed", "key", "message", "signature"), RFC_8032)
def test_signatures_of_the_rfc(seed: str, key: str, message: str, signature: str) -> None:
    public, signed, text = bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message)
    assert verify_bundle.verify_signature(public, signed, text)
    assert not verify_bundle.verify_signature(public, signed, text + b"x")


@given(st.integers(1, curve.Q - 1), st.integers(1, curve.Q - 1), st.binary(max_size=50))
@settings(max_examples=20, deadline=None)
def test_signatures_are_those_of_the_curve(secret: int, nonce: int, message: bytes) -> None:
    key, r = (curve.encoded(curve.times(scalar, curve.BASE)) for scalar in (secret, nonce))
    scalar = (nonce + curve.challenge(r, key, message) * secret) % curve.Q
    assert verify_bundle.verify_signature(key, r + scalar.to_bytes(32, "little"), message)
    assert not verify_bundle.verify_signature(key, r + (scalar ^ 1).to_bytes(32, "little"), message)


@given(st.text(max_size=20), st.sampled_from("0123456789-T:Z+. "), st.integers(0, 20))
def test_a_time_is_a_time_or_none(text: str, sign: str, at: int) -> None:
    for candidate in (text, drafts.CREATED[:at] + sign + drafts.CREATED[at + 1 :]):
        found = verify_bundle.seconds_of(candidate)
        assert found is None or isinstance(found, int)


def test_a_good_bundle_in_words(alone: Run) -> None:
    ran = alone(GOOD, "--key", drafts.ALICE.line, "--at", "2026-11-23T00:00:00Z")
    assert ran.returncode == 3
    assert ran.stdout.splitlines() == [
        "Bundle on helper 1, made 2026-11-22T14:00:00Z by comity 0.1.0; 5 of 5 leaves are opened",
        f"  Is the signature valid? yes: signed by {drafts.ALICE.name}+{drafts.ALICE.id}; every opened leaf belongs to it",
        f"  Do you trust the issuer? yes: signed by {drafts.ALICE.name}+{drafts.ALICE.id}",
        "  Do the verdicts follow? open: not recomputed: this verifier knows no clauses",
        "  Measured again? open: not attempted",
        "Verdicts stated for eu on 2026-11-22, not recomputed: met 1, not met 1, unknown 0, not applicable 1",
        "Opened facts (they belong to the signed whole; a signature shows who said it, not that it is true):",
        "  a.b = true [declared]",
        "  c.d = 0.5 [declared]",
        "A bundle says nothing about what it does not open.",
    ]
    assert "签名有效吗" in alone(GOOD, "--lang", "zh").stdout


def test_codes(alone: Run) -> None:
    assert alone(GOOD).returncode == 3
    assert alone(GOOD, "--integrity-only").returncode == 0
    assert alone(GOOD, "--integrity-only", "--key", drafts.BOB.line).returncode == 3
    assert alone(GOOD + b"\n", "--integrity-only").returncode == 2
    assert alone(GOOD.replace(b"AAAA", b"AAAB"), "--integrity-only").returncode in (0, 2, 4)
    forged = drafts.bundle(signature=lambda _: bytes(64))
    ran = alone(forged, "--integrity-only", "--json")
    assert ran.returncode == 4
    assert json.loads(ran.stdout)["refused"] == "altered"


def test_what_it_does_not_check_it_does_not_vouch_for(alone: Run) -> None:
    anchored = drafts.bundle(parts=lambda parts: parts | {"log": drafts.b64(b"a log proof")})
    ran = alone(anchored, "--key", drafts.ALICE.line, "--at", "2026-11-23T00:00:00Z")
    assert ran.returncode == 3
    assert f"open: signed by {drafts.ALICE.name}+{drafts.ALICE.id}; anchors not checked: log" in ran.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--key", "nonsense"),
        ("--key", "\u00e9\udc80"),
        ("--key", ""),
        ("--at", "yesterday"),
        ("--at", "2026-02-30T00:00:00Z"),
        ("--lang", "xx"),
        ("more",),
    ],
)
def test_bad_arguments_end_with_2(alone: Run, words: tuple[str, ...]) -> None:
    ran = alone(GOOD, *words)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_a_file_that_cannot_be_read(alone: Run, tmp_path: Path) -> None:
    assert alone(None).returncode == 2
    (tmp_path / "bundle.json").mkdir()
    ran = alone(None)
    assert ran.returncode == 2
    assert ran.stderr.startswith("cannot read")
    assert "Traceback" not in ran.stderr


def test_what_a_terminal_acts_on_is_escaped(alone: Run) -> None:
    hostile = (drafts.fact("a.b", "\x1b[2J\u202e\u200b"), drafts.fact("c.d", ["\x9b0m"], market="eu"))
    said = drafts.bundle(hostile, statement=lambda s: s | {"predicate": s["predicate"] | {"evaluator": "\x1b]0;x\x07"}})
    ran = alone(said, "--integrity-only")
    assert ran.returncode == 0
    assert all(sign.isprintable() or sign == "\n" for sign in ran.stdout)


def test_long_reports_stay_short(alone: Run) -> None:
    words = [f"word {number}" for number in range(15_000)]
    leaves = [drafts.fact(f"f.n{number}", words) for number in range(30)]
    ran = alone(drafts.bundle(leaves), "--integrity-only", megabytes=200)
    assert ran.returncode == 0
    assert len(ran.stdout) < 20_000
    assert "more leaves are opened; they were verified and are not listed" in ran.stdout


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[" * 64_000_000, id="brackets"),
        pytest.param(GOOD[:100] + b"A" * 64_000_000, id="base64"),
        pytest.param(b'{"a":' * 12_000_000, id="objects"),
        pytest.param(b"\0" * 70_000_000, id="zeros"),
    ],
)
def test_memory_is_bounded_where_nothing_is_signed(alone: Run, data: bytes) -> None:
    ran = alone(data, megabytes=400)
    assert (ran.returncode, ran.stderr) == (2, "")


@pytest.mark.parametrize("unit", [b'\\"', b'"', b"\\", b"[", b'{"', b"1", b" ", b'"a",'])
def test_time_grows_with_the_length_only(alone: Run, unit: bytes) -> None:
    """A properly signed payload of a megabyte; what looks at every place anew would take minutes."""
    hostile = drafts.bundle(payload=lambda _: b'{"a":"' + b"[]" * 10 + unit * (999_000 // len(unit)))
    began = time.monotonic()
    assert alone(hostile).returncode == 2
    assert time.monotonic() - began < 30


def test_a_hostile_signer_gets_no_more_than_a_few_times_the_size_of_the_file(alone: Run) -> None:
    """Some 60 MB of properly signed leaves full of short texts."""
    text = b'{"salt":"' + drafts.salt("x").encode() + b'","fact":"f.n%06d","value":[%s],"basis":"declared"}'
    leaves = [text % (number, b",".join(b'"%04x"' % item for item in range(36_000))) for number in range(170)]
    data = drafts.bundle(leaves)
    assert 40_000_000 < len(data) < 64_000_000
    ran = alone(data, "--integrity-only", megabytes=600)
    assert (ran.returncode, ran.stderr) == (0, "")
