"""`comity evidence`: from a key to a stranger's verdict, and what every bad file ends with."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, new_statement, write_statement
from comity.evidence.keys import write_new_key
from tests.cli.conftest import Ran
from tests.evidence.sealed import KEY, OTHER_KEY
from tests.schemas.test_schemas import complaints

Run = Callable[..., Ran]
Write = Callable[..., str]

ON = ("--on", "2026-11-22")


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "issuer.key"
    write_new_key(KEY, path)
    return str(path)


@pytest.fixture
def trust(tmp_path: Path) -> str:
    path = tmp_path / "trust.yaml"
    path.write_text(f"comity_trust: 1\nissuers:\n  - key: {KEY.verifier}\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def bundle(run: Run, dossier: Write, key: str, tmp_path: Path) -> str:
    path = tmp_path / "everything.json"
    assert run("evidence", "bundle", dossier(), "--key", key, "-o", str(path)).code == 0
    return str(path)


def test_a_stranger_recomputes_one_market(run: Run, bundle: str, trust: str, tmp_path: Path) -> None:
    part = str(tmp_path / "part.json")
    assert run("evidence", "disclose", bundle, "--market", "xa", "-o", part).code == 0
    ran = run("evidence", "verify", part, "--trust", trust, "--format", "json")
    assert ran.code == 0
    found = json.loads(ran.output)
    assert complaints("verification-1", found) == []
    assert complaints("verification-1", found | {"exit_code": None})
    assert {name: answer["outcome"] for name, answer in found["answers"].items()} == {
        "signature": "yes",
        "issuer": "yes",
        "verdicts": "yes",
        "measurement": "open",
    }
    assert found["assessments"][0]["verdicts"]["xa-act/1-refuse"] == "met"
    assert "report.deadline" not in {fact["fact"] for fact in found["facts"]}


def test_a_text_says_the_four_answers(run: Run, bundle: str, trust: str) -> None:
    ran = run("evidence", "verify", bundle, "--trust", trust)
    assert ran.code == 0
    for question in (
        "Is the signature valid?",
        "Do you trust the issuer?",
        "Do the verdicts follow?",
        "Measured again?",
    ):
        assert question in ran.output


def test_without_a_trust_file_it_is_3(run: Run, bundle: str) -> None:
    assert run("evidence", "verify", bundle).code == 3


def test_another_library_is_3(run: Run, bundle: str, trust: str) -> None:
    assert run("evidence", "verify", bundle, "--trust", trust, small=False).code == 3


def test_an_altered_file_is_4_or_2(run: Run, bundle: str, trust: str, tmp_path: Path) -> None:
    raw = Path(bundle).read_bytes()
    place = raw.index(b'"disclosures"') + 40
    other = b"A" if raw[place : place + 1] != b"A" else b"B"
    bad = tmp_path / "bad.json"
    bad.write_bytes(raw[:place] + other + raw[place + 1 :])
    assert run("evidence", "verify", str(bad), "--trust", trust).code == 4
    bad.write_bytes(raw[:-1])
    ran = run("evidence", "verify", str(bad), "--trust", trust)
    assert ran.code == 2
    assert "one encoding" in ran.errors


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00\xff", b"[[[[", b'{"schema":"comity/bundle/1"}'])
def test_what_is_no_bundle_is_2_in_one_sentence(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "strange.json"
    path.write_bytes(content)
    ran = run("evidence", "verify", str(path))
    assert ran.code == 2
    assert ran.errors.strip()
    assert "Traceback" not in ran.errors


def test_a_missing_file_is_2(run: Run) -> None:
    assert run("evidence", "verify", "nowhere.json").code == 2


def test_a_wrong_key_file_shows_nothing_of_it(run: Run, dossier: Write, tmp_path: Path) -> None:
    path = tmp_path / "wrong.key"
    path.write_text(KEY.encoded().replace("example.org", "example.net"), encoding="ascii")
    ran = run("evidence", "bundle", dossier(), "--key", str(path), "-o", str(tmp_path / "out.json"))
    assert ran.code == 2
    assert "not a signing key" in ran.errors
    assert KEY.encoded().rpartition("+")[2] not in ran.errors
    assert not (tmp_path / "out.json").exists()


def test_keygen_makes_two_files_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.key"
    ran = run("evidence", "keygen", "example.org/new", "-o", str(path), small=False)
    assert ran.code == 0
    assert path.with_name("new.key.pub").read_text(encoding="ascii").strip() in ran.output
    assert path.read_text(encoding="ascii").strip() not in ran.output
    assert run("evidence", "keygen", "example.org/new", "-o", str(path), small=False).code == 2


def statement(directory: Path, measured_on: date = date(2026, 11, 20), data: bytes = b"", **extra: object) -> Path:
    predicate = Predicate(
        measure="dialogue",
        method="asked",
        tools=[],
        measured_on=measured_on,
        facts=[MeasuredFact("test.refusal_rate", 0.98, "observed", count=500, interval=(0.96, 0.99))],
        seed=7,
        **extra,  # type: ignore[arg-type]
    )
    artefacts = [Artefact("model.gguf", Digest("0" * 64)), Artefact("bank.jsonl", Digest(sha256(data).hexdigest()))]
    return write_statement(new_statement(artefacts, predicate), directory, "dialogue")


def test_a_signed_statement_is_verified_and_still_read(
    run: Run, dossier: Write, key: str, trust: str, tmp_path: Path
) -> None:
    directory = dossier(test__refusal_rate=None)
    path = statement(Path(directory) / "evidence")
    with (Path(directory) / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence/\n")
    assert run("evidence", "sign", str(path), "--key", key, small=False).code == 0
    ran = run("evidence", "verify", str(path), "--trust", trust, "--format", "json")
    assert ran.code == 0
    assert complaints("statement-verification-1", json.loads(ran.output)) == []
    assert run("evidence", "verify", str(path)).code == 3
    assert run("evidence", "sign", str(path), "--key", key, small=False).code == 2
    assert run("assess", directory, *ON).code == 0
    everything = str(tmp_path / "all.json")
    assert run("evidence", "bundle", directory, "--key", key, "-o", everything).code == 0
    found = json.loads(run("evidence", "verify", everything, "--trust", trust, "--format", "json").output)
    rate = next(fact for fact in found["facts"] if fact["fact"] == "test.refusal_rate")
    assert (rate["basis"], rate["count"], rate["interval"]) == ("observed", 500, [0.96, 0.99])


def test_of_two_values_in_a_statement_the_one_that_counts_keeps_its_own_basis(
    run: Run, dossier: Write, key: str, tmp_path: Path
) -> None:
    directory = dossier(test__refusal_rate=None)
    weak = MeasuredFact("test.refusal_rate", 0.99, "reported", count=9)
    strong = MeasuredFact("test.refusal_rate", 0.97, "observed", count=500)
    predicate = Predicate(measure="both", method="asked", tools=[], measured_on=today(), facts=[weak, strong])
    write_statement(
        new_statement([Artefact("log.json", Digest("0" * 64))], predicate), Path(directory) / "evidence", "both"
    )
    with (Path(directory) / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence/\n")
    everything = str(tmp_path / "all.json")
    assert run("evidence", "bundle", directory, "--key", key, "-o", everything).code == 0
    found = json.loads(run("evidence", "verify", everything, "--format", "json").output)
    rate = next(fact for fact in found["facts"] if fact["fact"] == "test.refusal_rate")
    assert (rate["value"], rate["basis"], rate["count"]) == (0.97, "observed", 500)


def test_questions_about_bundles_are_not_passed_over_for_a_statement(
    run: Run, key: str, trust: str, tmp_path: Path
) -> None:
    path = statement(tmp_path)
    assert run("evidence", "sign", str(path), "--key", key, small=False).code == 0
    for words in (
        ("--artefact", str(path)),
        ("--market", "xa"),
        ("--on", "2026-11-22"),
        ("--preregistration", str(path)),
    ):
        assert run("evidence", "verify", str(path), "--trust", trust, *words).code == 2


def test_a_statement_signed_by_a_stranger_is_3_and_an_altered_one_4(
    run: Run, trust: str, key: str, tmp_path: Path
) -> None:
    path = statement(tmp_path)
    other = tmp_path / "other.key"
    write_new_key(OTHER_KEY, other)
    assert (
        run("evidence", "sign", str(path), "--key", str(other), "-o", str(tmp_path / "other.json"), small=False).code
        == 0
    )
    assert run("evidence", "verify", str(tmp_path / "other.json"), "--trust", trust).code == 3
    assert run("evidence", "sign", str(path), "--key", key, small=False).code == 0
    envelope = json.loads(path.read_text(encoding="utf-8"))
    envelope["payload"] = envelope["payload"][:-8] + "AAAA" + envelope["payload"][-4:]
    path.write_text(json.dumps(envelope), encoding="utf-8")
    assert run("evidence", "verify", str(path), "--trust", trust).code == 4


def test_a_promise_is_held_against_the_measurement(
    run: Run, dossier: Write, key: str, trust: str, tmp_path: Path
) -> None:
    promise = tmp_path / "promise.json"
    data = tmp_path / "bank.jsonl"
    data.write_text("{}\n", encoding="utf-8")
    words = ("--fact", "test.refusal_rate", "--data", str(data), "--seed", "7", "-o", str(promise))
    assert run("evidence", "preregister", "--bar", ">= 0.95", *words).code == 0
    directory = dossier(test__refusal_rate=None)
    registered = sha256(promise.read_bytes()).hexdigest()
    statement(Path(directory) / "evidence", today(), data.read_bytes(), preregistration=registered)
    with (Path(directory) / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence/\n")
    everything = str(tmp_path / "all.json")
    run("evidence", "bundle", directory, "--key", key, "-o", everything)
    ran = run("evidence", "verify", everything, "--trust", trust, "--preregistration", str(promise))
    assert ran.code == 0
    assert "promised and reached" in ran.output

    assert run("evidence", "preregister", "--bar", ">= 0.99", *words).code == 0
    ran = run("evidence", "verify", everything, "--trust", trust, "--preregistration", str(promise))
    assert ran.code == 0
    assert "names this promise" in " ".join(ran.output.split())


def test_a_promise_on_other_data_or_after_the_measurement_is_not_kept(
    run: Run, dossier: Write, key: str, trust: str, tmp_path: Path
) -> None:
    promise = tmp_path / "promise.json"
    data = tmp_path / "bank.jsonl"
    data.write_text("{}\n", encoding="utf-8")
    words = ("--fact", "test.refusal_rate", "--data", str(data), "--seed", "7", "-o", str(promise))
    assert run("evidence", "preregister", "--bar", ">= 0.95", *words).code == 0
    registered = sha256(promise.read_bytes()).hexdigest()
    directory = dossier(test__refusal_rate=None)
    with (Path(directory) / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence/\n")

    def held() -> tuple[int, str, int]:
        everything = str(tmp_path / "all.json")
        assert run("evidence", "bundle", directory, "--key", key, "-o", everything).code == 0
        ran = run(
            *("evidence", "verify", everything, "--trust", trust),
            *("--preregistration", str(promise), "--format", "json"),
        )
        found = json.loads(ran.output)
        return ran.code, found["answers"]["preregistration"]["outcome"], found["exit_code"]

    statement(Path(directory) / "evidence", today(), b"other data", preregistration=registered)
    assert held() == (0, "open", 0)
    statement(Path(directory) / "evidence", today() - timedelta(days=3), data.read_bytes(), preregistration=registered)
    assert held() == (1, "no", 1)


def today() -> date:
    return datetime.now(UTC).date()


def test_verdicts_of_another_day_or_market_answer_nothing(run: Run, dossier: Write, key: str, trust: str) -> None:
    """On a day before any law was in force every duty is "not applicable"; that must not pass for an answer."""
    old = str(Path(key).with_name("old.json"))
    assert run("evidence", "bundle", dossier(), "--on", "1990-01-01", "--key", key, "-o", old).code == 0
    assert run("evidence", "verify", old, "--trust", trust).code == 3
    assert run("evidence", "verify", old, "--trust", trust, "--on", "1990-01-01").code == 0
    assert run("evidence", "verify", old, "--trust", trust, "--on", "1990-01-01", "--market", "xa").code == 0
    assert run("evidence", "verify", old, "--trust", trust, "--market", "nowhere").code == 2


def test_a_bundle_that_expired_before_it_was_made_is_2(run: Run, dossier: Write, key: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    words = ("evidence", "bundle", dossier(), "--key", key, "-o", str(out), "--expires")
    assert run(*words, "2020-01-01").code == 2
    assert not out.exists()
    assert run(*words, "2999-01-01").code == 0


@pytest.mark.parametrize(
    "bar", [">= 95", "whatever", ">= 0.9 &&", "", ">= 0.9 || true", "+ 0.0 >= 0.0", "== test.refusal_rate"]
)
def test_a_bar_that_is_none_is_2(run: Run, tmp_path: Path, bar: str) -> None:
    data = tmp_path / "bank.jsonl"
    data.write_text("{}\n", encoding="utf-8")
    out = tmp_path / "promise.json"
    ran = run(
        "evidence", "preregister", "--fact", "test.refusal_rate", "--bar", bar, "--data", str(data), "-o", str(out)
    )
    assert ran.code == 2
    assert not out.exists()


def test_a_measure_signs_and_hides_what_it_measured(run: Run, key: str, trust: str, tmp_path: Path) -> None:
    import stat
    from hashlib import sha256

    table = tmp_path / "labels.csv"
    table.write_text("item,annotator,label\n1,a,x\n1,b,y\n2,a,x\n2,b,x\n", encoding="utf-8")
    into = tmp_path / "evidence"
    words = ("measure", "annotation", str(table), "--into", str(into), "--name", "labels", "--key", key)
    assert run(*words, "--hide-artefacts", small=False).code == 0
    written = (into / "labels.json").read_bytes()
    assert run("evidence", "verify", str(into / "labels.json"), "--trust", trust, small=False).code == 0

    digest = sha256(table.read_bytes()).digest()
    statement = json.loads(b64decode(json.loads(written)["payload"]))
    assert digest.hex() not in json.dumps(statement)
    assert "labels.csv" not in json.dumps(statement)
    opening = into / "labels.opening"
    assert stat.S_IMODE(opening.stat().st_mode) == 0o600
    (entry,) = json.loads(opening.read_bytes())
    assert entry["sha256"] == digest.hex()
    commitment = sha256(bytes.fromhex(entry["salt"]) + digest).hexdigest()
    assert statement["subject"] == [{"name": "artefact-1", "digest": {"saltedCommitment": commitment}}]
    assert run(*words, "--hide-artefacts", small=False).code == 2


def test_nothing_can_be_hidden_in_what_is_only_printed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labels.csv").write_text("item,annotator,label\n1,a,x\n1,b,y\n", encoding="utf-8")
    assert run("measure", "annotation", "labels.csv", "--hide-artefacts", small=False).code == 2
