"""`comity evidence log` and `timestamp`: from an empty log to a bundle that a stranger finds anchored and witnessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.evidence.cosignature import cosigner_text
from comity.evidence.keys import write_new_key
from comity.evidence.log_proof import read_log_proof
from tests.cli.conftest import Ran
from tests.evidence.authority import authority_in
from tests.evidence.logged import LOG, WITNESSES
from tests.evidence.sealed import KEY
from tests.schemas.test_schemas import complaints

Run = Callable[..., Ran]
Write = Callable[..., str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with keys, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    for name, key in (("issuer", KEY), ("log", LOG), ("witness", WITNESSES[0])):
        write_new_key(key, tmp_path / f"{name}.key")
    return tmp_path


@pytest.fixture
def bundle(call: Run, run: Run, dossier: Write, place: Path) -> Path:
    words = ("evidence", "bundle", dossier(), "--key", "issuer.key", "-o", "bundle.json")
    assert run(*words).code == 0
    assert call("evidence", "log", "init", "LOG", "--key", "log.key").code == 0
    return place / "bundle.json"


@pytest.fixture
def call(run: Run) -> Run:
    """Run a command that takes no library."""
    return lambda *words: run(*words, small=False)


def trust(place: Path, *lines: str) -> str:
    path = place / "trust.yaml"
    path.write_text("\n".join((f"comity_trust: 1\nissuers: [{{key: '{KEY.verifier}'}}]", *lines)), encoding="utf-8")
    return str(path)


def test_a_bundle_is_logged_witnessed_and_verified(run: Run, call: Run, bundle: Path, place: Path) -> None:
    ran = call("evidence", "log", "append", "LOG", "bundle.json", "--key", "log.key")
    assert ran.code == 0
    assert "bundle.json: entry 0" in ran.output
    named = trust(place, f"logs: ['{LOG.verifier}']", "required: [log]")
    assert run("evidence", "verify", "bundle.json", "--trust", named).code == 0
    watched = trust(
        place, f"logs: ['{LOG.verifier}']", f"witnesses: ['{cosigner_text(WITNESSES[0].verifier)}']", "required: [log]"
    )
    assert run("evidence", "verify", "bundle.json", "--trust", watched).code == 3

    words = ("--log", "log.key.pub", "--key", "witness.key", "--seen", "seen.txt", "-o", "cosigned.txt")
    ran = call("evidence", "log", "cosign", "LOG", *words)
    assert ran.code == 0
    assert cosigner_text(WITNESSES[0].verifier) in ran.output
    assert call("evidence", "log", "prove", "LOG", "bundle.json", "--checkpoint", "cosigned.txt").code == 0
    ran = run("evidence", "verify", "bundle.json", "--trust", watched, "--format", "json")
    found = json.loads(ran.output)
    assert ran.code == 0
    assert found["answers"]["log"]["outcome"] == "yes"
    assert complaints("verification-1", found) == []
    assert "In a log that you named?" in run("evidence", "verify", "bundle.json", "--trust", watched).output


def test_a_reduced_bundle_keeps_its_proof(run: Run, call: Run, bundle: Path, place: Path) -> None:
    assert call("evidence", "log", "append", "LOG", "bundle.json", "--key", "log.key").code == 0
    assert run("evidence", "disclose", "bundle.json", "--market", "xa", "-o", "part.json").code == 0
    named = trust(place, f"logs: ['{LOG.verifier}']", "required: [log]")
    assert run("evidence", "verify", "part.json", "--trust", named).code == 0


def test_any_file_gets_its_proof_beside_it(call: Run, bundle: Path, place: Path) -> None:
    (place / "promise.json").write_text("{}", encoding="ascii")
    ran = call("evidence", "log", "append", "LOG", "bundle.json", "promise.json", "--key", "log.key")
    assert ran.code == 0
    proof = read_log_proof((place / "promise.json.tlog-proof").read_bytes())
    assert proof.index == 1
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert proof.holds(f"comity/file/1 {digest}\n".encode())
    for words in ((), ("--index", "1")):
        (place / "promise.json.tlog-proof").unlink()
        assert call("evidence", "log", "prove", "LOG", "promise.json", *words).code == 0
        assert read_log_proof((place / "promise.json.tlog-proof").read_bytes()) == proof


def test_check_tells_what_it_was_not_asked(call: Run, bundle: Path, place: Path) -> None:
    ran = call("evidence", "log", "check", "LOG")
    assert ran.code == 0
    assert ran.output.count("not checked") == 2
    (place / "kept.txt").write_bytes((place / "LOG" / "checkpoint").read_bytes())
    assert call("evidence", "log", "append", "LOG", "bundle.json", "--key", "log.key").code == 0
    ran = call("evidence", "log", "check", "LOG", "--log", str(LOG.verifier), "--since", "kept.txt")
    assert ran.code == 0
    assert "not checked" not in ran.output


def test_an_altered_log_is_4(call: Run, bundle: Path, place: Path) -> None:
    assert call("evidence", "log", "append", "LOG", "bundle.json", "--key", "log.key").code == 0
    path = place / "LOG" / "tile" / "entries" / "000.p" / "1"
    path.write_bytes(path.read_bytes().replace(b"bundle", b"bundel"))
    assert call("evidence", "log", "check", "LOG").code == 4
    assert call("evidence", "log", "append", "LOG", "bundle.json", "--key", "log.key").code == 4


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("append", "nowhere", "bundle.json", "--key", "log.key"), "no log here"),
        (("append", "LOG", "nowhere.json", "--key", "log.key"), "no such file"),
        (("append", "LOG", "bundle.json", "--key", "issuer.key"), "not that of the key"),
        (("append", "LOG", "broken.json", "--key", "log.key"), "bundle"),
        (("prove", "LOG", "bundle.json"), "holds no entry"),
        (("prove", "LOG", "bundle.json", "--index", "7"), "--index"),
        (("prove", "LOG", "bundle.json", "--checkpoint", "issuer.key"), "a note is"),
        (("init", "LOG", "--key", "log.key"), "already"),
        (("init", "bundle.json/x", "--key", "log.key"), "cannot be written"),
        (("check", "nowhere"), "no log here"),
        (("check", "LOG", "--log", "bundle.json"), "not a key"),
        (("check", "LOG", "--since", "bundle.json"), "note"),
        (
            ("cosign", "LOG", "--log", "log.key.pub", "--key", "log.key", "--seen", "s", "-o", "c"),
            "own witness",
        ),
    ],
)
def test_bad_input_is_2_in_one_sentence(
    call: Run, bundle: Path, place: Path, words: tuple[str, ...], problem: str
) -> None:
    (place / "broken.json").write_bytes(bundle.read_bytes()[:-1])
    before = bundle.read_bytes()
    ran = call("evidence", "log", *words)
    assert ran.code == 2
    assert problem in ran.errors
    assert "Traceback" not in ran.errors
    assert bundle.read_bytes() == before


def test_checkpoints_of_two_sizes_make_no_proof(call: Run, bundle: Path, place: Path) -> None:
    for number in (1, 2):
        assert call("evidence", "log", "append", "LOG", "bundle.json", "--key", "log.key").code == 0
        (place / f"{number}.txt").write_bytes((place / "LOG" / "checkpoint").read_bytes())
    ran = call("evidence", "log", "prove", "LOG", "bundle.json", "--checkpoint", "1.txt", "--checkpoint", "2.txt")
    assert ran.code == 2
    assert "different checkpoints" in ran.errors


def test_a_timestamp_is_asked_for_and_stapled(run: Run, call: Run, bundle: Path, place: Path) -> None:
    authority = authority_in(place / "authority")
    assert call("evidence", "timestamp", "bundle.json", "--request", "query.tsq").code == 0
    authority.answer(place / "query.tsq")
    ran = call("evidence", "timestamp", "bundle.json", "--token", "query.tsr")
    assert ran.code == 0
    named = trust(place, "timestamp_roots: [authority/root.pem]", "required: [timestamp]")
    ran = run("evidence", "verify", "bundle.json", "--trust", named)
    assert ran.code == 0
    assert "Timestamped by whom you named?" in ran.output
    assert call("evidence", "timestamp", "bundle.json", "--token", "issuer.key").code == 2


def test_a_file_that_is_no_bundle_gets_no_timestamp(call: Run, place: Path) -> None:
    assert call("evidence", "timestamp", "issuer.key", "--request", "query.tsq").code == 2
    assert not (place / "query.tsq").exists()
