"""What a checked log establishes, and what it must not claim."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.clauses.tree import Kind
from comity.clauses.values import FactType
from comity.dossier.model import Entry
from comity.dossier.statements import Plain, read_statements, write_statement
from comity.errors import InputError
from comity.evidence.decision_check import Check, check_log
from comity.evidence.decision_counts import Numbers, Requests
from comity.evidence.decision_facts import NAME, established, statement_of
from comity.evidence.decision_head import head_path
from comity.evidence.decision_writer import open_decisions
from comity.evidence.policy import Issuer, Trust
from comity.exit_codes import FINDINGS, FINE
from comity.library.loader import load_library
from comity.measures.intervals import exact_interval
from tests.evidence.decisions import BEGAN, at, clock, decision, filled, sealed, segment
from tests.evidence.sealed import KEY

TRUST = Trust((Issuer(KEY.verifier, None, None, None),))
EVENTS = ("input", "output", "model_version", "override", "tool_call", "error")
TYPES = {
    "log.coverage": FactType(Kind.RATIO),
    "log.longest_gap": FactType(Kind.DURATION),
    "log.tamper_evident": FactType(Kind.BOOL),
    "log.events": FactType(Kind.SET, EVENTS),
    "retention.logs": FactType(Kind.DURATION),
    "retention.decision_records": FactType(Kind.DURATION),
    "oversight.mode": FactType(Kind.ENUM, ("none", "in_the_loop")),
    "oversight.confirmations": FactType(Kind.INT),
}
LATER = BEGAN + timedelta(days=200)


def facts(check: Check, **options: Any) -> dict[str, Plain]:
    return {fact.fact: fact.value for fact in established(check, TYPES, LATER, **options)}


def test_a_plain_log_shows_little(tmp_path: Path) -> None:
    found = facts(check_log(filled(tmp_path / "log", 3)))
    assert found == {"log.longest_gap": "1s", "log.events": ["input", "model_version", "output"]}


def test_a_broken_chain_establishes_nothing(tmp_path: Path) -> None:
    log = filled(tmp_path / "log", 3)
    segment(log).write_bytes(segment(log).read_bytes().replace(b"request-1", b"request-9"))
    assert facts(check_log(log), kept=timedelta(days=1)) == {}


def test_tampering_shows_only_where_a_trusted_head_covers_all(tmp_path: Path) -> None:
    log = filled(tmp_path / "log", 3)
    signed = sealed(log)
    path = head_path(log, signed.head)
    path.parent.mkdir()
    path.write_bytes(signed.note.encoded())
    assert "log.tamper_evident" not in facts(check_log(log)), "nobody is trusted"
    assert facts(check_log(log, trust=TRUST))["log.tamper_evident"] is True
    with open_decisions(log) as writer:
        writer.append([decision(3)])
    assert "log.tamper_evident" not in facts(check_log(log, trust=TRUST)), "the last record stands under no head"


def test_a_list_of_requests_tells_what_was_never_written(tmp_path: Path) -> None:
    log = filled(tmp_path / "log", 8)
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(f"request-{number}" for number in range(10)) + "\n\n", encoding="utf-8")
    check = check_log(log, requests=ids)
    assert check.requests is not None
    assert (check.requests.found, check.requests.lost(), check.missing) == (8, ["request-8", "request-9"], 2)
    (coverage,) = (fact for fact in established(check, TYPES, LATER) if fact.fact == "log.coverage")
    assert (coverage.value, coverage.count, coverage.interval) == (0.8, 10, exact_interval(8, 10))
    assert check.exit_code == FINDINGS


def test_records_that_the_list_does_not_have_are_told(tmp_path: Path) -> None:
    log = filled(tmp_path / "log", 2)
    with open_decisions(log, now=clock()) as writer:
        writer.append([decision(0), decision(0)])
    ids = tmp_path / "ids.jsonl"
    ids.write_text('{"id": "request-0", "more": 1}\n', encoding="utf-8")
    check = check_log(log, requests=ids)
    assert check.requests is not None
    assert (check.requests.extra, check.requests.repeated, check.exit_code) == (1, 2, FINDINGS)


@pytest.mark.parametrize("line", ['{"name": 1}', '{"id": 7}', "{", "\x00" * 20_000])
def test_a_list_of_requests_of_another_form_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "ids"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(InputError):
        Requests(path)


@given(st.lists(st.integers(0, 40), min_size=1))
def test_a_counter_knows_what_is_missing(values: list[int]) -> None:
    """Oracle: sets."""
    numbers = Numbers(values[0])
    for value in values[1:]:
        numbers.add(value)
    seen = set(values)
    missing = set(range(min(seen), max(seen) + 1)) - seen
    assert (numbers.seen, numbers.missing, numbers.repeated) == (len(seen), len(missing), len(values) - len(seen))
    assert {value for start, end in numbers.holes for value in range(start, end + 1)} <= missing


def test_a_counter_with_a_gap_is_a_finding(tmp_path: Path) -> None:
    with open_decisions(tmp_path / "log", now=clock()) as writer:
        writer.append(
            [decision(number, counter={"name": "a", "value": value}) for number, value in enumerate((1, 2, 5))]
        )
    check = check_log(tmp_path / "log")
    assert check.counters["a"].holes == [(3, 4)]
    assert facts(check)["log.coverage"] == 0.6
    assert check.exit_code == FINDINGS


def test_a_young_log_shows_nothing_about_how_long_records_are_kept(tmp_path: Path) -> None:
    check = check_log(filled(tmp_path / "log", 2))
    kept = {"retention.logs": "4320h", "retention.decision_records": "4320h"}
    assert kept.items() <= facts(check, kept=timedelta(days=180)).items()
    assert not kept.keys() & facts(check, kept=timedelta(days=201)).keys()
    assert not kept.keys() & facts(check).keys(), "nobody said for how long"


def watched(second: int, act: str = "confirmed", role: str = "clerk-1") -> dict[str, Any]:
    return {"role": role, "did": act, "at": at(second), "saw": ["output"]}


def test_people_count_only_where_they_acted_before(tmp_path: Path) -> None:
    def log(name: str, *oversight: list[dict[str, Any]]) -> dict[str, Plain]:
        with open_decisions(tmp_path / name, now=clock()) as writer:
            drafts = [
                decision(number, oversight=acts, executor={"id": "mailer", "at": at(10)})
                for number, acts in enumerate(oversight)
            ]
            writer.append(drafts)
        return facts(check_log(tmp_path / name))

    found = log("both", [watched(1), watched(2, role="clerk-2")], [watched(9)])
    assert (found["oversight.mode"], found["oversight.confirmations"]) == ("in_the_loop", 1)
    late = log("late", [watched(1)], [watched(11)])
    assert not {"oversight.mode", "oversight.confirmations"} & late.keys(), "afterwards is not before"
    assert "oversight.mode" not in log("watched", [watched(1, "watched")]), "watching is no act"
    changed = log("changed", [watched(1, "overrode")])
    assert changed["oversight.mode"] == "in_the_loop"
    assert "override" in changed["log.events"]  # type: ignore[operator]


def test_an_input_in_some_decisions_is_no_log_of_inputs(tmp_path: Path) -> None:
    with open_decisions(tmp_path / "log", now=clock()) as writer:
        writer.append([decision(0), {key: value for key, value in decision(1).items() if key != "input"}])
    assert facts(check_log(tmp_path / "log"))["log.events"] == ["model_version", "output"]


def test_incidents_and_how_long_their_first_report_took(tmp_path: Path) -> None:
    def follow(name: str, second: int, stage: str) -> dict[str, Any]:
        time = {"at": at(second), "clock": "ntp", "uncertainty_ms": 10**8}
        return {
            "id": name,
            "kind": "report",
            "about": "i-1",
            "time": time,
            "report": {"recipient": "authority", "stage": stage},
        }

    incident = {"kind": "incident", "time": {"at": at(5), "clock": "ntp", "uncertainty_ms": 10_000}}
    harm = {"harm": "serious_injury", "aware": at(6)}
    log = tmp_path / "log"
    with open_decisions(log, now=clock()) as writer:
        writer.append(
            [{"id": "i-1", "incident": harm, **incident}, follow("r-2", 3606, "full"), follow("r-1", 66, "first")]
        )
    check = check_log(log)
    (found,) = check.incidents.all()
    assert (found.id, found.harm, found.first_report) == ("i-1", "serious_injury", timedelta(minutes=1))
    assert check.exit_code == FINE
    assert not any(fact.startswith("incident.") for fact in facts(check)), "they ask what the procedure allows"
    with open_decisions(log, now=clock()) as writer:
        writer.append([{"id": "i-2", "incident": harm, **incident}])
    assert check_log(log).exit_code == FINDINGS, "an incident that was told to nobody"


def test_a_dossier_reads_the_statement(tmp_path: Path) -> None:
    library = load_library()
    check = check_log(filled(tmp_path / "log", 4, counter={"name": "a", "value": 1}))
    found = established(check, library.vocabulary.types, LATER, timedelta(days=180))
    path = write_statement(statement_of(check, found, LATER), tmp_path / "evidence", NAME)
    entries, _ = read_statements(path.parent, library)
    by_fact: dict[str, Entry] = {entry.fact: entry for entry in entries}
    assert by_fact["retention.decision_records"].value == timedelta(days=180)
    assert by_fact["log.events"].basis.by == "measured"


def test_the_statement_names_the_files_that_were_read(tmp_path: Path) -> None:
    from hashlib import sha256

    log = filled(tmp_path / "log", 2)
    check = check_log(log)
    statement = statement_of(check, established(check, TYPES, LATER), LATER)
    named = {artefact.name: artefact.digest.sha256 for artefact in statement.subject}
    assert named == {
        "log.json": sha256((log / "log.json").read_bytes()).hexdigest(),
        "records/000000000000.jsonl": sha256(segment(log).read_bytes()).hexdigest(),
    }
