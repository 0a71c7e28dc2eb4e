"""`comity evidence decisions`: from a day's records to what a stranger can check of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from comity.evidence.decision_writer import open_decisions
from comity.evidence.keys import write_new_key
from tests.cli.conftest import Ran
from tests.evidence.decisions import at, decision, filled, segment
from tests.evidence.sealed import KEY
from tests.evidence.test_otlp_json import document, span
from tests.schemas.test_schemas import complaints

Run = Callable[..., Ran]
NONCE = "00112233445566778899aabbccddeeff"


@pytest.fixture
def decisions(run: Run) -> Run:
    def call(*words: str, library: bool = False) -> Ran:
        return run("evidence", "decisions", *words, small=library)

    return call


@pytest.fixture
def trust(tmp_path: Path) -> str:
    path = tmp_path / "trust.yaml"
    path.write_text(f"comity_trust: 1\nissuers:\n  - key: {KEY.verifier}\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "issuer.key"
    write_new_key(KEY, path)
    return str(path)


@pytest.fixture
def log(tmp_path: Path) -> str:
    return str(filled(tmp_path / "log", 20, counter=None))


def lines(tmp_path: Path, *drafts: Any) -> str:
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(f"{json.dumps(draft)}\n" for draft in drafts), encoding="utf-8")
    return str(path)


def test_records_are_appended_and_checked(decisions: Run, tmp_path: Path) -> None:
    drafts = [decision(0), decision(1)]
    assert all(complaints("decision-draft", draft) == [] for draft in drafts)
    log = str(tmp_path / "log")
    ran = decisions("append", log, lines(tmp_path, *drafts), "--format", "json")
    assert ran.code == 0
    found = json.loads(ran.output)
    assert complaints("decision-receipt-1", found) == []
    assert (found["first"], found["records"]) == (0, 2)
    for line in segment(Path(log)).read_text(encoding="utf-8").splitlines():
        assert complaints("decision-record", json.loads(line)) == []
        assert complaints("decision-record", json.loads(line) | {"more": 1})
        assert complaints("decision-record", json.loads(line) | {"kind": "review"})
    ran = decisions("check", log, "--format", "json", library=True)
    assert ran.code == 0
    found = json.loads(ran.output)
    assert complaints("decision-check-1", found) == []
    assert (found["records"], found["chain"]["whole"], found["kinds"]) == (2, True, {"decision": 2})


def test_records_come_through_a_pipe_and_are_acknowledged(
    decisions: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = "".join(f"{json.dumps(decision(number))}\n" for number in range(3)).encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(raw))))
    ran = decisions("append", str(tmp_path / "log"), "--acknowledge")
    assert ran.code == 0
    first, *rest = ran.output.splitlines()
    assert json.loads(first)["schema"] == "comity/decision-acknowledgement/1"
    assert (json.loads(first)["first"], json.loads(first)["records"]) == (0, 3)
    assert rest == ["appended: 3; records in the log: 3"]


def test_a_bad_line_stops_there_and_says_what_lasts(decisions: Run, tmp_path: Path) -> None:
    path = lines(tmp_path, decision(0), decision(1), decision(2, colour="red"), decision(3))
    ran = decisions("append", str(tmp_path / "log"), path)
    assert ran.code == 2
    assert f"{path}:3:1: " in ran.errors
    assert "unknown field" in ran.errors
    assert "the 2 records before it are appended" in ran.errors
    assert len(segment(tmp_path / "log").read_bytes().splitlines()) == 2


def test_what_is_opened_is_verified_by_a_stranger(
    decisions: Run, log: str, key: str, trust: str, tmp_path: Path
) -> None:
    assert decisions("head", log, "--key", key).code == 0
    opened, answer = str(tmp_path / "opened.json"), tmp_path / "answer.txt"
    assert decisions("open", log, "--record", "4", "--record", "17", "-o", opened).code == 0
    found = json.loads(Path(opened).read_text(encoding="utf-8"))
    assert complaints("decision-opening", found) == []
    assert complaints("decision-opening", found | {"nonce": NONCE})
    ran = decisions("verify", opened, "--trust", trust, "--format", "json")
    assert ran.code == 0
    document = json.loads(ran.output)
    assert complaints("decision-verification-1", document) == []
    assert [record["number"] for record in document["records"]] == [4, 17]
    assert decisions("verify", opened).code == 3
    answer.write_text("answer 4", encoding="utf-8")
    assert decisions("open", log, "--record", "4", "--reveal", "output", "-o", opened).code == 0
    assert decisions("verify", opened, "--trust", trust, "--content", f"output={answer}").code == 0
    answer.write_text("answer 5", encoding="utf-8")
    assert decisions("verify", opened, "--trust", trust, "--content", f"output={answer}").code == 4


def test_an_auditor_picks_the_samples(decisions: Run, log: str, key: str, trust: str, tmp_path: Path) -> None:
    assert decisions("head", log, "--key", key).code == 0
    opened = str(tmp_path / "sample.json")
    ran = decisions("sample", log, "--nonce", NONCE, "-n", "5", "--opening", opened, "--format", "json")
    assert ran.code == 0
    found = json.loads(ran.output)
    assert complaints("decision-sample-1", found) == []
    again = json.loads(decisions("sample", log, "--nonce", NONCE, "-n", "5", "--format", "json").output)
    assert again["records"] == found["records"]
    assert len(found["records"]) == 5
    assert found["chances"][-1] == {"share": 0.1, "records": 2, "probability": pytest.approx(1 - 15 * 14 / (20 * 19))}
    ran = decisions("verify", opened, "--trust", trust)
    assert ran.code == 0
    assert "they follow from the auditor's number" in ran.output
    ran = decisions("sample", log, "--nonce", NONCE, "-n", "5")
    assert "10.0%" in ran.output
    assert "named after the head was fixed" in ran.output


def test_traces_are_imported(decisions: Run, tmp_path: Path) -> None:
    path = tmp_path / "traces.json"
    path.write_text(json.dumps(document(span())), encoding="utf-8")
    ran = decisions("import-otel", str(tmp_path / "log"), str(path), "--system", "other")
    assert (ran.code, ran.output) == (0, "appended: 1; records in the log: 1\n")
    assert json.loads(segment(tmp_path / "log").read_bytes())["system"]["id"] == "other"
    ran = decisions("import-otel", str(tmp_path / "log"), str(path))
    assert "1 spans left out" in ran.output


def test_the_whole_report(decisions: Run, log: str, key: str, trust: str, tmp_path: Path) -> None:
    assert decisions("head", log, "--key", key).code == 0
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(f"request-{number}" for number in range(21)), encoding="utf-8")
    with open_decisions(Path(log)) as writer:
        writer.append(
            [
                {
                    "id": "i-1",
                    "kind": "incident",
                    "time": {"at": at(1), "clock": "ntp"},
                    "incident": {"harm": "x", "aware": at(1)},
                }
            ]
        )
    words = ("check", log, "--requests", str(ids), "--trust", trust, "--kept", "P10Y")
    ran = decisions(*words, library=True)
    assert ran.code == 1
    for said in (
        "yes, from the header to the last record",
        "20 of 21 records, by example.org/evidence",
        "20 of 21 operations have one: 95.24%",
        "cannot be shown yet",
        "0 of 1 incidents",
        "request-20",
        "not that a record is true",
    ):
        assert said in " ".join(ran.output.split())


def test_a_statement_is_written_for_the_dossier(decisions: Run, log: str, tmp_path: Path) -> None:
    ran = decisions("check", log, "--into", str(tmp_path / "evidence"))
    assert ran.code == 0
    statement = json.loads((tmp_path / "evidence" / "decisions.json").read_text(encoding="utf-8"))
    assert complaints("statement", statement) == []
    assert {"fact": "log.events", "value": ["input", "model_version", "output"]}.items() <= next(
        fact for fact in statement["predicate"]["facts"] if fact["fact"] == "log.events"
    ).items()


def test_an_altered_log_ends_with_integrity(decisions: Run, log: str, key: str, tmp_path: Path) -> None:
    path = segment(Path(log))
    path.write_bytes(path.read_bytes().replace(b"request-7", b"request-8"))
    ran = decisions("check", log, "--format", "json", library=True)
    assert ran.code == 4
    found = json.loads(ran.output)
    assert complaints("decision-check-1", found) == []
    assert [broken["reason"] for broken in found["chain"]["broken"]] == [
        "record 8 does not follow from the one before it"
    ]
    assert decisions("head", log, "--key", key).code == 4
    assert decisions("check", log, "--into", str(tmp_path / "evidence")).code == 4
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "nowhere"), "there is no decision log here"),
        (("head", "nowhere", "--key", "{key}"), "there is no decision log here"),
        (("open", "{log}", "--record", "1", "-o", "x"), "there is no signed head yet"),
        (("sample", "{log}", "--nonce", "00"), "there is no signed head yet"),
        (("sample", "{log}", "--nonce", "00", "--head", "{head}"), "16 to 64 bytes"),
        (("sample", "{log}", "--nonce", NONCE, "-n", "0", "--head", "{head}"), "1 to 10000 records"),
        (("open", "{log}", "--record", "20", "-o", "x", "--head", "{head}"), "there is no record 20"),
        (("open", "{log}", "--record", "-1", "-o", "x", "--head", "{head}"), "there is no record -1"),
        (("open", "{log}", "--record", "1", "-o", "x", "--head", "{key}"), "a note is"),
        (("check", "{log}", "--on", "soon"), "is not a date"),
        (("check", "{log}", "--kept", "long"), "is not a duration"),
        (("check", "{log}", "--requests", "nowhere"), "there is no such file"),
        (("check", "{log}", "--head", "nowhere"), "there is no such file"),
        (("append", "{key}"), "cannot be written"),
        (("append", "{log}", "nowhere"), "cannot be read"),
        (("append", "{log}", "{log}"), "cannot be read"),
        (("append", "{log}", "{key}"), "strict JSON"),
        (("import-otel", "{log}", "nowhere"), "there is no such file"),
        (("import-otel", "{log}", "{key}"), "strict JSON"),
        (("verify", "nowhere"), "there is no such file"),
        (("verify", "{key}"), "strict JSON"),
        (("verify", "{opened}", "--content", "answer"), "names no part and file"),
        (("verify", "{opened}", "--content", "output={key}"), "salt of its output"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(
    decisions: Run, log: str, key: str, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    head, opened = str(tmp_path / "head.note"), str(tmp_path / "opened.json")
    assert decisions("head", log, "--key", key, "-o", head).code == 0
    assert decisions("open", log, "--record", "1", "--head", head, "-o", opened).code == 0
    given = [word.format(log=log, key=key, head=head, opened=opened) for word in words]
    ran = decisions(*given)
    assert ran.code == 2
    assert said in " ".join(ran.errors.split())
    assert "Traceback" not in ran.errors
    assert ran.output == ""


def test_help_has_an_example_for_every_action(decisions: Run) -> None:
    for action in ("append", "import-otel", "check", "head", "open", "sample", "verify"):
        ran = decisions(action, "--help")
        assert ran.code == 0
        assert f"example: comity evidence decisions {action}" in ran.output
