"""`comity assess`: exit codes are a contract, and unknown is never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
Write = Callable[..., str]

ON = ("--on", "2026-11-22")


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.output)
    return found


def verdicts(ran: Ran) -> dict[str, str]:
    return {clause["id"]: clause["verdict"] for clause in document(ran)["clauses"]}


def test_all_met_is_0(run: Run, dossier: Write) -> None:
    ran = run("assess", dossier(), *ON, "--format", "json")
    assert ran.code == 0
    assert verdicts(ran) == {
        "xa-act/1-refuse": "met",
        "xa-act/2-report": "not_applicable",
        "xa-act/3-later": "not_applicable",
    }


def test_a_must_that_is_not_met_is_1(run: Run, dossier: Write) -> None:
    assert run("assess", dossier(test__refusal_rate="0.94"), *ON).code == 1


def test_a_must_that_is_unknown_is_3(run: Run, dossier: Write) -> None:
    assert run("assess", dossier(test__refusal_rate=None), *ON).code == 3


def test_not_met_outweighs_unknown(run: Run, dossier: Write) -> None:
    assert run("assess", dossier(test__refusal_rate="0.9", model__compute=None), *ON).code == 1


def test_an_empty_dossier_is_3_in_every_shipped_market(run: Run, tmp_path: Path) -> None:
    for market in ("eu", "cn", "kr", "us-ca"):
        (tmp_path / "comity.yaml").write_text(f"comity: 1\nsystem: {{id: x}}\nmarkets: [{market}]\n", encoding="utf-8")
        ran = run("assess", str(tmp_path), *ON, "--format", "json", small=False)
        assert ran.code == 3, market
        assert set(verdicts(ran).values()) <= {"unknown", "not_applicable"}, market


def test_nothing_decided_is_not_fine(run: Run, dossier: Write) -> None:
    """A dossier for which no binding clause is met is 3 only if something is open; here everything is decided as not applicable."""
    ran = run("assess", dossier(organisation__roles="[deployer]"), *ON, "--format", "json")
    assert ran.code == 0
    assert set(verdicts(ran).values()) == {"not_applicable"}


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [((), 3), (("--fail-on", "not_met"), 0), (("--fail-on", "unknown"), 3), (("--fail-on", "never"), 0)],
)
def test_fail_on(run: Run, dossier: Write, fail_on: tuple[str, ...], code: int) -> None:
    assert run("assess", dossier(test__refusal_rate=None), *ON, *fail_on).code == code


def test_an_unconfirmed_clause_never_fails(run: Run, dossier: Write) -> None:
    ran = run("assess", dossier(report__deadline="48h"), "--on", "2030-06-01", "--format", "json")
    assert verdicts(ran)["xa-act/3-later"] == "not_met"
    assert ran.code == 0


def test_the_day_decides_what_is_in_force(run: Run, dossier: Write) -> None:
    early = run("assess", dossier(), "--on", "2024-12-31", "--format", "json")
    assert set(verdicts(early).values()) == {"not_applicable"}
    later = document(run("assess", dossier(report__deadline="48h"), *ON, "--format", "json"))
    assert later["changes"] == [
        {"on": "2030-01-01", "clause": "xa-act/3-later", "before": "not_applicable", "after": "not_met"}
    ]


def test_the_rules_of_the_whole_apply_in_its_part(run: Run, dossier: Write) -> None:
    ran = run("assess", dossier("[xb-north]"), *ON, "--format", "json")
    assert verdicts(ran) == {"xb-code/1-report": "met"}


def test_a_value_for_one_market_counts_there_only(run: Run, dossier: Write) -> None:
    directory = dossier(
        "[xa, xb]",
        report__deadline="{value: 24h, per_market: {xb: 96h}}",
        model__compute="2e25",
        system__risk_class="high",
        report__contents="[cause, harm]",
    )
    ran = run("assess", directory, *ON, "--format", "json")
    assert verdicts(ran)["xa-act/2-report"] == "met"
    assert verdicts(ran)["xb-code/1-report"] == "not_met"


def test_market_overrides_the_dossier(run: Run, dossier: Write) -> None:
    ran = run("assess", dossier("[xa, xb]"), *ON, "--market", "xb", "--format", "json")
    assert list(verdicts(ran)) == ["xb-code/1-report"]


def test_unknown_market_is_bad_input(run: Run, dossier: Write) -> None:
    ran = run("assess", dossier(), *ON, "--market", "xc")
    assert ran.code == 2
    assert ran.errors == '"xc" is not a market of this library\n  known are: xa, xb, xb-north\n'


def test_market_without_standards_is_refused(run: Run, tmp_path: Path) -> None:
    nowhere = '- {id: xz, title: {en: "Land Z", zh: "子国"}, kind: state, market: true}\n'
    (tmp_path / "jurisdictions.yaml").write_text(nowhere, encoding="utf-8")
    (tmp_path / "comity.yaml").write_text("comity: 1\nsystem: {id: x}\nmarkets: [xz]\n", encoding="utf-8")
    ran = run("assess", str(tmp_path), "--library", str(tmp_path))
    assert ran.code == 2
    assert ran.errors.startswith('the library has no standard for the market "xz" yet')


@pytest.mark.parametrize("words", [("assess", "--format", "pdf"), ("assess", "--nonsense"), ("asses",), ()])
def test_wrong_usage_is_2(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words, small=False).code == 2


def test_missing_dossier(run: Run, tmp_path: Path) -> None:
    ran = run("assess", str(tmp_path / "nowhere"))
    assert (ran.code, ran.errors) == (2, f"{tmp_path}/nowhere: there is no such file\n")


def test_output_file_is_written_whole_or_not_at_all(run: Run, dossier: Write, tmp_path: Path) -> None:
    target = tmp_path / "out" / "report.json"
    assert run("assess", dossier(), *ON, "--format", "json", "-o", str(target)).code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["schema"] == "comity/assessment/1"
    blocked = run("assess", dossier(), *ON, "-o", str(tmp_path))
    assert blocked.code == 2
    assert "cannot be written" in blocked.errors


@pytest.mark.parametrize("columns", ["60", "80", "200"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_fits_the_terminal(
    run: Run, dossier: Write, monkeypatch: pytest.MonkeyPatch, columns: str, language: str
) -> None:
    from rich.cells import cell_len

    from comity.cli import main

    monkeypatch.setenv("COLUMNS", columns)
    directory = dossier("[eu, cn, kr, us-ca]").rstrip("/")
    (Path(directory) / "comity.yaml").write_text(
        "comity: 1\nsystem: {id: x, name: 助手}\nmarkets: [eu, cn, kr, us-ca]\n", encoding="utf-8"
    )
    target = Path(directory) / "report.txt"
    main(["assess", directory, *ON, "--lang", language, "-o", str(target)])
    text = target.read_text(encoding="utf-8")
    assert max(cell_len(line) for line in text.split("\n")) <= int(columns)
    assert "\x1b" not in text
    assert not [line for line in text.split("\n") if line != line.rstrip()]


EXAMPLE = str(Path(__file__).parents[2] / "examples" / "smollm2-chat")


def test_a_body_that_is_no_market_is_judged_when_asked_for(run: Run) -> None:
    plain = verdicts(run("assess", EXAMPLE, "--market", "eu", *ON, "--format", "json", small=False))
    more = verdicts(run("assess", EXAMPLE, "--market", "eu", "--also", "un", *ON, "--format", "json", small=False))
    assert {clause.partition("-")[0] for clause in more.keys() - plain.keys()} == {"un"}
    assert plain.items() <= more.items()


@pytest.mark.parametrize("body", ["eu", "nowhere"])
def test_what_is_no_such_body_is_2(run: Run, body: str) -> None:
    assert run("assess", EXAMPLE, "--also", body, *ON, small=False).code == 2
