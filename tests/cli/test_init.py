"""`comity init`: an interview on a scripted terminal, and what it leaves on disk."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from comity.cli import main
from comity.dossier.reader import load_dossier
from comity.library.loader import Library, load_library
from tests.cli.conftest import SMALL_LIBRARY, Ran

HANG_UP = "hang up"
INTERRUPT = "interrupt"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([SMALL_LIBRARY], builtin=False, cached=False)


@pytest.fixture
def talk(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ran]:
    """Run `comity init` on `<tmp>/bot` and type these lines; at the end of the lines the terminal hangs up."""

    def call(typed: list[str], *words: str, language: str = "en") -> Ran:
        script: Iterator[str] = iter([*typed, HANG_UP])

        def read(prompt: str = "") -> str:
            print(prompt, end="")
            line = next(script)
            print(f"«{line}»")
            if line == HANG_UP:
                raise EOFError
            if line == INTERRUPT:
                raise KeyboardInterrupt
            return line

        monkeypatch.setattr(builtins, "input", read)
        monkeypatch.setenv("COLUMNS", "200")
        library = ["--no-builtin", "--library", str(SMALL_LIBRARY)]
        code = main(["init", str(tmp_path / "bot"), "--on", "2026-11-22", *words, *library, "--lang", language])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


def asked(output: str) -> list[str]:
    """The facts asked, in order, each as often as it was shown."""
    return re.findall(r"^.+  ([a-z_]+\.[a-z_.]+)\nquestion \d+", output, re.MULTILINE)


def known(tmp_path: Path, library: Library) -> dict[str, object]:
    return {fact: entry.value for fact, entry in load_dossier(tmp_path / "bot", library).entries.items()}


def test_an_interview_to_its_end(talk: Callable[..., Ran], tmp_path: Path, library: Library) -> None:
    replies = {
        "organisation.roles": "1",
        "system.generative": "yes",
        "model.compute": "1e21",
        "test.sample_size": "300",
        "test.refusal_rate": "0.97",
        "system.first_supplied": "2024-06-01",
        "report.deadline": "24h",
    }
    first = talk([], "--name", "My bot", "--market", "xa", "--market", "xb")
    typed = []
    while True:
        question = asked(first.output)[-1]
        typed.append(replies[question])
        first = talk(typed[-1:])
        if "Nothing more to ask" in first.output:
            break
    assert first.code == 0
    assert len(typed) == len(replies)
    assert "3 of 3 verdicts are decided, 0 of them not met." in first.output
    values = known(tmp_path, library)
    assert values["organisation.roles"] == frozenset({"provider"})
    assert values["test.sample_size"] == 300
    assert set(values) == set(replies)


def test_the_fewest_questions(talk: Callable[..., Ran]) -> None:
    """Who is no provider is bound by nothing in country A, and is asked nothing else."""
    ran = talk(["2"], "--name", "My bot", "--market", "xa")
    assert asked(ran.output) == ["organisation.roles"]
    assert "Asked: 1 of the 8 facts that the clauses of these markets mention." in ran.output
    assert "2 of 2 verdicts are decided, 0 of them not met." in ran.output


def test_a_question_says_what_is_asked_how_and_why(talk: Callable[..., Ran]) -> None:
    ran = talk([], "--name", "My bot", "--market", "xa")
    assert (
        "Roles  organisation.roles\n"
        "question 1 · 0 of 2 verdicts decided, 2 open\n"
        "  Roles held.\n"
        "  those that hold, for example 1 3; 0 for none of them:\n"
        "  1 provider\n"
        "  2 deployer\n"
        "  2 clauses wait for this:\n"
        "    Land A: Art. 1, Art. 2\n"
        "> «hang up»\n"
    ) in ran.output


def test_wrong_input_gets_the_message_of_a_dossier_and_another_try(talk: Callable[..., Ran], tmp_path: Path) -> None:
    ran = talk(["provder", "3", "1"], "--name", "My bot", "--market", "xa")
    assert '  "provder" is not a declared value\n  did you mean "provider"?\n> ' in ran.output
    assert "  there is no value with the number 3\n  the values are numbered from 1 to 2\n> " in ran.output
    assert "organisation.roles: {value: [provider]" in (tmp_path / "bot" / "comity.yaml").read_text(encoding="utf-8")


def test_help_names_every_clause_and_way(talk: Callable[..., Ran]) -> None:
    ran = talk(["?"], "--name", "My bot", "--market", "xa")
    assert "Refuse  xa-act/1-refuse  Art. 1" in ran.output
    assert "numbers or names: 1\N{NO-BREAK SPACE}provider, 2\N{NO-BREAK SPACE}deployer" in ran.output
    assert "{value: [provider, deployer], by: documented, source: model-card.md}" in ran.output


@pytest.mark.parametrize("nothing", ["", "-", "null"])
def test_what_is_not_known_is_written_and_not_asked_again(
    talk: Callable[..., Ran], tmp_path: Path, library: Library, nothing: str
) -> None:
    ran = talk([nothing], "--name", "My bot", "--market", "xa")
    assert known(tmp_path, library) == {"organisation.roles": None}
    assert asked(ran.output)[1:] == asked(talk([]).output)
    assert asked(talk([], "--again").output) == ["organisation.roles"]


def test_back_takes_the_last_answer_back(talk: Callable[..., Ran], tmp_path: Path, library: Library) -> None:
    ran = talk(["<", "1", "1", "<"], "--name", "My bot", "--market", "xa")
    facts = asked(ran.output)
    assert "This is the first question." in ran.output
    assert facts[0] == "organisation.roles"
    assert facts[1] == facts[3]
    assert re.search(r"Taken back: .+: .+\n", ran.output)
    assert known(tmp_path, library) == {"organisation.roles": frozenset({"provider"})}


@pytest.mark.parametrize("end", [HANG_UP, INTERRUPT, "q"])
def test_whoever_ends_it_finds_everything_saved_and_goes_on_there(
    talk: Callable[..., Ran], tmp_path: Path, library: Library, end: str
) -> None:
    ran = talk(["1", end], "--name", "My bot", "--market", "xa")
    assert ran.code == 0
    assert "Traceback" not in ran.output + ran.errors
    assert f"go on with: comity init {tmp_path / 'bot'}\n" in ran.output
    assert known(tmp_path, library) == {"organisation.roles": frozenset({"provider"})}
    again = talk([])
    assert asked(again.output)[0] == asked(ran.output)[-1]
    assert again.output.startswith("\nMy bot\n")


def test_the_name_and_the_markets_are_asked_for(talk: Callable[..., Ran], tmp_path: Path, library: Library) -> None:
    ran = talk(["Mein Helfer", "xz", "xa, xb", "1"])
    assert "Name of the system [bot]: " in ran.output
    assert '"xz" is not a market of this library' in ran.output
    dossier = load_dossier(tmp_path / "bot", library)
    assert (dossier.id, dossier.name, dossier.markets) == ("mein-helfer", "Mein Helfer", ("xa", "xb"))


def test_whoever_hangs_up_before_the_first_question_leaves_nothing(talk: Callable[..., Ran], tmp_path: Path) -> None:
    assert talk([]).code == 0
    assert not (tmp_path / "bot").exists()


def test_a_further_market_joins_those_of_the_dossier(
    talk: Callable[..., Ran], tmp_path: Path, library: Library
) -> None:
    talk([], "--name", "My bot", "--market", "xa")
    talk([], "--market", "xb")
    assert load_dossier(tmp_path / "bot", library).markets == ("xa", "xb")


def test_values_may_differ_by_market(talk: Callable[..., Ran], tmp_path: Path, library: Library) -> None:
    talk([], "--name", "My bot", "--market", "xb")
    path = tmp_path / "bot" / "comity.yaml"
    path.write_text(path.read_text("utf-8") + "  report.deadline: {per_market: {xa: 24h}}\n", encoding="utf-8")
    ran = talk(["2024-06-01", "48h"])
    assert "known already: xa: 1 day\n" in ran.output
    entry = load_dossier(path, library).entries["report.deadline"]
    assert [str(entry.value_in(market)) for market in ("xa", "xb")] == ["1 day, 0:00:00", "2 days, 0:00:00"]


def test_in_chinese(talk: Callable[..., Ran], tmp_path: Path) -> None:
    ran = talk(["是的", "1", "是"], "--name", "助手", "--market", "xa", language="zh")
    assert "“是的”不是" in ran.output or "是的" in ran.output
    assert "角色  organisation.roles" in ran.output
    text = (tmp_path / "bot" / "comity.yaml").read_text(encoding="utf-8")
    assert "  # 角色\n  organisation.roles: {value: [provider]" in text
    assert "id: system" in text


def test_answers_from_a_file(talk: Callable[..., Ran], tmp_path: Path, library: Library) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "organisation.roles: [provider]\nsystem.generative: false\nsystem.remark: unused\n", encoding="utf-8"
    )
    ran = talk([], "--market", "xa", "--answers", str(answers))
    assert ran.code == 0
    assert "«" not in ran.output
    assert re.search(r"Asked: \d of the 8 facts that the clauses of these markets mention\.", ran.output)
    assert known(tmp_path, library) == {"organisation.roles": frozenset({"provider"}), "system.generative": False}
    basis = load_dossier(tmp_path / "bot", library).entries["system.generative"].basis
    assert basis.by == "declared"
    assert re.fullmatch(r"comity init, \d{4}-\d\d-\d\d", basis.source or "")


def test_answers_without_markets_or_a_dossier_are_refused(talk: Callable[..., Ran], tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("organisation.roles: [provider]\n", encoding="utf-8")
    ran = talk([], "--answers", str(answers))
    assert (ran.code, ran.errors) == (2, "name at least one market\n  write --market eu --market cn\n")


def test_a_broken_answer_names_its_line(talk: Callable[..., Ran], tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("organisation.roles: [provider]\ntest.sample_size: many\n", encoding="utf-8")
    ran = talk([], "--market", "xa", "--answers", str(answers))
    assert ran.code == 2
    assert f"{answers}:2:19: this has to be a whole number" in ran.errors


def test_answers_that_no_system_can_give_are_refused(talk: Callable[..., Ran], tmp_path: Path) -> None:
    """So the dossier stays one that can be read."""
    own = tmp_path / "own"
    own.mkdir()
    axiom = "{id: none, formula: 'test.sample_size > 0 || test.refusal_rate == 0.0', text: {en: Nothing was asked., zh: 没有提问。}}"
    (own / "axioms.yaml").write_text(f"- {axiom}\n", encoding="utf-8")
    ran = talk(["1", "1", "1", "0.97", "0", "300"], "--name", "My bot", "--market", "xa", "--library", str(own))
    assert (
        "> «0»\n  no system can be so: test.refusal_rate = 0.97, test.sample_size = 0. Nothing was asked.\n"
        "  answer otherwise, or go back with < to an earlier answer\n"
        "> «300»\n"
    ) in ran.output
    values = known(tmp_path, load_library([SMALL_LIBRARY, own], builtin=False, cached=False))
    assert values["test.sample_size"] == 300
