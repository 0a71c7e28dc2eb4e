"""`comity reconcile`: exit codes are a contract, every form says the same, and what is open is never called possible."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from comity.cli import main
from comity.library.loader import builtin_directory, load_library
from comity.library.profiles import load_profiles, read_profile
from comity.schemas import shipped
from tests.cli.conftest import Ran

pytest.importorskip("z3")

Run = Callable[..., Ran]
Write = Callable[..., str]

ON = ("--on", "2026-11-22")
EXAMPLE = str(Path(__file__).parent.parent.parent / "examples" / "smollm2-chat")
COLLIDING = {
    "facts/all.yaml": """
- {id: system.public, type: bool, nature: given, title: {en: Public, zh: 公开}, definition: {en: D., zh: 定义。}}
- {id: log.kept, type: duration, per_market: true, title: {en: Logs kept, zh: 日志留存}, definition: {en: D., zh: 定义。}}
- {id: label.shown, type: bool, title: {en: "Label <shown>", zh: 显示标识}, definition: {en: D., zh: 定义。}}
""",
    "topics.yaml": "- {id: all, title: {en: All, zh: 全部}}\n",
    "jurisdictions.yaml": """
- {id: xa, title: {en: Land A, zh: 甲国}, kind: state, market: true}
- {id: xb, title: {en: Land B, zh: 乙国}, kind: state, market: true}
""",
}


@pytest.fixture
def colliding(tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """The options for a library of two countries, and a dossier in it; `requires` are the clauses of each country."""

    def write(**requires: list[str]) -> tuple[str, ...]:
        for name, text in COLLIDING.items():
            path = tmp_path / "library" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for country, formulas in requires.items():
            path = tmp_path / "library" / "standards" / country / f"{country}-act.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(standard(country, formulas), encoding="utf-8")
        (tmp_path / "comity.yaml").write_text(
            "comity: 1\nsystem: {id: s, name: S}\nmarkets: [xa, xb]\nfacts: {label.shown: false}\n", encoding="utf-8"
        )
        return (str(tmp_path), "--no-builtin", "--library", str(tmp_path / "library"), *ON)

    return write


def standard(country: str, formulas: list[str]) -> str:
    """A standard; a formula may be `when => require`."""
    lines = [
        f"id: {country}-act",
        "title: {en: Act, zh: 法}",
        "publisher: {en: State, zh: 国家}",
        f"jurisdiction: {country}",
        "force: law",
        "status: in_force",
        "orientation: [ethics_rules]",
        'version: "1"',
        "as_of: 2026-11-01",
        "in_force: {from: 2020-01-01}",
        "sources: []",
        "scope: 'true'",
        "clauses:",
    ]
    for number, formula in enumerate(formulas, start=1):
        when, arrow, require = formula.partition(" => ")
        lines += [
            f"  - id: c{number}",
            '    cite: "1"',
            "    topic: all",
            "    title: {en: Clause, zh: 条款}",
            "    text: {en: Text., zh: 文本。}",
            "    modality: must",
            *([f"    when: '{when}'"] if arrow else []),
            f"    require: '{require if arrow else when}'",
            "    checked: {on: 2026-11-01, against: primary}",
            "    examples: []",
        ]
    return "\n".join(lines) + "\n"


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.output)
    errors = [
        error.message for error in Draft202012Validator(json.loads(shipped("reconciliation-1"))).iter_errors(found)
    ]
    assert errors == []
    return found


def test_one_product_for_all_is_0(run: Run, colliding: Callable[..., tuple[str, ...]]) -> None:
    options = colliding(xa=['log.kept >= duration("P6M")'], xb=['log.kept >= duration("P1Y")'])
    ran = run("reconcile", *options, "--format", "json", small=False)
    assert ran.code == 0
    found = document(ran)
    assert (found["possible"], found["decided"], found["design"]) == (True, True, {"log.kept": "8760h"})
    assert [(bound["fact"], bound["binding"]) for bound in found["bounds"]] == [("log.kept", ["xb-act/c1"])]


def test_a_conflict_is_1_and_says_what_has_to_differ(run: Run, colliding: Callable[..., tuple[str, ...]]) -> None:
    options = colliding(xa=['log.kept >= duration("P6M")'], xb=['log.kept <= duration("P1M")'])
    ran = run("reconcile", *options, "--format", "json", small=False)
    assert ran.code == 1
    found = document(ran)
    assert found["conflicts"] == [["xa-act/c1", "xb-act/c1"]]
    assert found["splits"] == [{"fact": "log.kept", "values": {"xa": "4380h", "xb": "0h"}}] or found["splits"][0][
        "values"
    ] == {"xa": "4380h", "xb": "730h"}
    assert found["possible_with_splits"] is True


def test_something_open_is_3_until_it_is_assumed(run: Run, colliding: Callable[..., tuple[str, ...]]) -> None:
    options = colliding(xa=["system.public => label.shown"], xb=['log.kept >= duration("P1Y")'])
    ran = run("reconcile", *options, "--format", "json", small=False)
    assert ran.code == 3
    found = document(ran)
    assert found["decided"] is False
    assert found["open"] == [{"clause": "xa-act/c1", "givens": ["system.public"]}]
    for value in ("true", "false"):
        assert run("reconcile", *options, "--assume", f"system.public={value}", small=False).code == 0
    kept = run("reconcile", *options, "--assume", "system.public=true", "--keep", "label.shown", small=False)
    assert kept.code == 1
    assert "xa-act/c1" in kept.output


def test_a_conflict_outweighs_what_is_open(run: Run, colliding: Callable[..., tuple[str, ...]]) -> None:
    options = colliding(xa=["system.public => label.shown", "label.shown"], xb=["!label.shown"])
    assert run("reconcile", *options, small=False).code == 1


def test_any_system_for_which_the_clauses_collide_is_found(run: Run, colliding: Callable[..., tuple[str, ...]]) -> None:
    options = colliding(xa=["system.public => label.shown"], xb=["!label.shown"])[1:]
    ran = run("reconcile", "--for-any", *options, "--format", "json", small=False)
    assert ran.code == 1
    found = document(ran)
    assert found["conflict_details"][0]["givens"] == [{"fact": "system.public", "market": None, "value": True}]
    assert run("reconcile", "--for-any", *options, "--assume", "system.public=false", small=False).code == 0


def test_every_form_names_the_clauses(run: Run, colliding: Callable[..., tuple[str, ...]]) -> None:
    options = colliding(xa=["label.shown"], xb=["!label.shown"])
    for form in ("text", "md", "html", "json"):
        ran = run("reconcile", *options, "--format", form, small=False)
        assert ran.code == 1
        assert "xa-act/c1" in ran.output
        assert "xb-act/c1" in ran.output
        if form == "html":
            assert "<shown>" not in ran.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--assume", "nonsense"], "is no assumption"),
        (["--assume", "no.such=1"], 'there is no fact "no.such"'),
        (["--assume", "system.generative=maybe"], "true or false"),
        (["--assume", "system.generative@xa=true"], "cannot differ by market"),
        (["--assume", "system.markets=[xa]"], "built in"),
        (["--keep", "system.generative"], "is a given"),
        (["--keep", "report.contents"], "has no value that could be kept"),
        (["--profile", "x"], "not both"),
        (["--for-any"], "neither a directory nor a profile"),
    ],
)
def test_bad_input_is_2(run: Run, dossier: Write, words: list[str], said: str) -> None:
    ran = run("reconcile", dossier(), *words, *ON)
    assert ran.code == 2
    assert said in ran.errors


def test_the_example_is_reconciled_in_both_languages(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run("reconcile", EXAMPLE, *ON, "--format", "json", small=False)
    found = document(ran)
    assert ran.code == {(True, True): 0, (True, False): 3, (False, True): 1}[found["possible"], found["decided"]]
    for form in ("text", "html", "md"):
        assert main(["reconcile", EXAMPLE, *ON, "--format", form, "--lang", "zh"]) == ran.code
        assert "共同设计" in capsys.readouterr().out or not found["design"]


# Profiles

PROFILES = sorted((builtin_directory() / "profiles").glob("*.yaml"))


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_shipped_profile_leaves_nothing_open(run: Run, path: Path) -> None:
    """A profile is there to be asked about: in every market that the library covers, all its givens are stated."""
    ran = run("reconcile", "--profile", path.stem, "--on", "2029-01-01", "--format", "json", small=False)
    assert document(ran)["open_givens"] == []


def test_profiles_are_listed_and_hold_givens_only(run: Run) -> None:
    library = load_library()
    profiles = load_profiles([builtin_directory()], library)
    assert len(profiles) >= 7
    assert {library.fact(fact).nature for profile in profiles for fact in profile.facts} == {"given"}
    listed = run("reconcile", "--profile", "list", small=False)
    assert listed.code == 0
    assert all(profile.id in listed.output for profile in profiles)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("id: p", "id: q"), "not the name of its file"),
        (("system.generative: true", "report.deadline: 24h"), "a profile holds givens only"),
        (("system.generative: true", "system.generatve: true"), "there is no fact"),
        (("system.generative: true", "system.generative: 7"), "true or false"),
        (("system.generative: true", "system.generative: {per_market: {eu: true}}"), "cannot differ by market"),
        (("facts:", "fact:"), 'the key "facts" is missing'),
    ],
)
def test_a_broken_profile_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    from comity.errors import ComityError

    text = "id: p\ntitle: {en: P, zh: 甲}\ntext: {en: T., zh: 文。}\nfacts:\n  system.generative: true\n"
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    library = load_library()
    assert read_profile(path, library).facts_in("eu") == {"system.generative": True}
    path.write_text(text.replace(*change).replace("report.deadline", "log.events"), encoding="utf-8")
    with pytest.raises(ComityError, match=re.escape(said)):
        read_profile(path, library)


def test_an_unknown_profile_is_2_with_a_hint(run: Run) -> None:
    ran = run("reconcile", "--profile", "chatbot-provder", small=False)
    assert ran.code == 2
    assert "chatbot-provider" in ran.errors
