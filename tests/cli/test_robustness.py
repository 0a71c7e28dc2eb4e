"""A hostile surrounding: streams that are closed or full, files that are no files, texts that steer a terminal, runs side by side.

Every command ends with an exit code of the contract and one sentence; nothing is left half-written and no traceback is shown.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.cli import main
from comity.documents.writing import write_file
from comity.errors import ErrorList, InputError
from comity.language import Message
from comity.library import answers, cache
from comity.library.loader import load_library
from comity.questions.search import search
from tests.cli.conftest import SMALL_LIBRARY, Ran

Run = Callable[..., Ran]
Write = Callable[..., str]
SMALL = ["--no-builtin", "--library", str(SMALL_LIBRARY)]
EVIL = "\\e]0;x\\a\\e[2J\\u009b31m\\u202e"
STEERING = set(
    map(chr, [*range(9), *range(11, 32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)

posix = pytest.mark.skipif(os.name != "posix", reason="devices and pipes of POSIX")


def shell(command: str, directory: Path | str = ".") -> tuple[int, str, str]:
    """What a shell line left behind; `comity` in it runs this checkout."""
    source = Path(__file__).parents[2] / "src"
    line = f'comity() {{ "{sys.executable}" -m comity "$@" {" ".join(SMALL)} --lang en; }}; {command}'
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(source)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@posix
@pytest.mark.parametrize("command", ["assess", "library list", "explain xa-act/1-refuse"])
def test_a_full_disk_is_one_sentence(command: str, dossier: Write) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("no /dev/full here")
    code, _, errors = shell(f"comity {command} >/dev/full", dossier())
    assert (code, errors) == (2, "the output cannot be written: No space left on device\n")


@posix
def test_closed_streams_change_no_verdict(dossier: Write) -> None:
    directory = dossier(test__refusal_rate="0.5")
    for closed in (">&-", "<&-", "2>&-", "<&- >&- 2>&-"):
        code, _, errors = shell(f"comity assess {closed}", directory)
        assert (code, errors) == (1, "")
    code, _, errors = shell("comity --help >&-")
    assert (code, errors) == (0, "")


@posix
def test_a_reader_that_goes_away_is_no_finding(dossier: Write) -> None:
    code, _, errors = shell('comity assess --format json | true; exit "${PIPESTATUS[0]}"', dossier())
    assert code == 141
    assert errors == ""


@posix
def test_interview_without_standard_input_keeps_what_it_has(tmp_path: Path) -> None:
    code, _, errors = shell("comity init made --name Made --market xa <&-", tmp_path)
    assert (code, errors) == (0, "")
    assert (tmp_path / "made" / "comity.yaml").is_file()


@posix
@pytest.mark.parametrize("module", ["comity.cli", "comity.cli.library", "comity.library.loader"])
def test_an_interruption_while_the_program_loads_shows_no_traceback(module: str) -> None:
    """The signal comes the moment that a module is looked for."""
    program = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell lets what runs in the background ignore it
        "class Interrupt:\n"
        "    def find_spec(self, name, *rest):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "sys.argv = ['comity', 'library', 'list', '--lang', 'en']\n"
        "from comity.__main__ import run\n"
        "sys.exit(run())\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=False, timeout=60
    )
    assert done.returncode in {130, -signal.SIGINT}
    assert done.stderr.strip() in {b"", b"interrupted"}
    assert done.stdout == b""


@posix
def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, b"report")
        assert os.read(reader, 100) == b"report"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "report.md", tmp_path / "latest.md"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    write_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_new_files_have_the_permissions_that_the_user_gives(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_file(tmp_path / "report.md", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.md").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["", ".", "..", "folder", "file/below", "loop", "x" * 300, "/"])
def test_a_place_that_cannot_be_written_leaves_nothing(name: str, run: Run, dossier: Write, tmp_path: Path) -> None:
    directory = dossier()
    place = tmp_path / "out"
    (place / "folder").mkdir(parents=True)
    (place / "file").write_text("kept", encoding="utf-8")
    (place / "loop").symlink_to("loop")
    output = name if name in {"", "/"} else f"{place}/{name}"
    ran = run("assess", directory, "--output", output)
    assert ran.code == 2
    assert "cannot be written" in ran.errors
    assert sorted(path.name for path in place.iterdir()) == ["file", "folder", "loop"]
    assert (place / "file").read_text(encoding="utf-8") == "kept"


def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    report = tmp_path / "report.md"
    report.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_file(report, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]
    assert report.read_text(encoding="utf-8") == "old"


def test_a_cache_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("COMITY_CACHE", str(tmp_path))
    monkeypatch.setattr(Path, "replace", full)
    load_library([SMALL_LIBRARY], builtin=False)
    answers.write_answers("kept", {"a": 1})
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_pipe_in_a_library_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    os.mkfifo(tmp_path / "facts" / "pipe.yaml")
    with pytest.raises(OSError, match="pipe"):
        cache.content_digest([tmp_path])
    with pytest.raises(ErrorList, match="not a regular file"):
        load_library([tmp_path], builtin=False)


@posix
@pytest.mark.parametrize("kind", ["pipe", "endless", "loop"])
def test_evidence_that_is_no_file_is_refused(kind: str, run: Run, dossier: Write, tmp_path: Path) -> None:
    directory = dossier()
    (tmp_path / "evidence").mkdir()
    path = tmp_path / "evidence" / "a.json"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "endless" else path)
    with (tmp_path / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence\n")
    ran = run("assess", directory)
    assert ran.code == 2
    assert ran.errors.count("\n") == 1


@pytest.mark.parametrize("command", ["assess", "ask", "explain", "reconcile"])
@pytest.mark.parametrize("name", ["x" * 5000, "/".join(["y" * 200] * 30)])
def test_a_path_that_is_too_long_is_one_sentence(command: str, name: str, run: Run) -> None:
    ran = run(*(["explain", "xa-act/1-refuse"] if command == "explain" else [command]), name)
    assert ran.code == 2
    assert "File name too long" in ran.errors
    assert run("assess", ".", "--library", name).code == 2


def test_links_that_go_round_are_one_sentence(run: Run, dossier: Write, tmp_path: Path) -> None:
    directory = dossier()
    (tmp_path / "evidence").symlink_to("evidence")
    with (tmp_path / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence\n")
    ran = run("assess", directory)
    assert ran.code == 2
    assert 'there is no directory "evidence"' in ran.errors


@pytest.mark.parametrize("form", ["text", "json", "html", "md"])
def test_nothing_in_a_dossier_steers_the_terminal(form: str, run: Run, dossier: Write, tmp_path: Path) -> None:
    fact = f'{{value: 0.5, by: documented, source: "{EVIL}", note: "{EVIL}"}}'
    directory = dossier(test__refusal_rate=fact)
    path = tmp_path / "comity.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: Helper", f'name: "{EVIL}"'), encoding="utf-8")
    for words in (["assess"], ["explain", "xa-act/1-refuse"]):
        ran = run(*words, directory, "--format", form)
        assert ran.code == 1
        assert not STEERING & set(ran.output + ran.errors)


@pytest.mark.parametrize(
    "words",
    [
        ["assess", "\x1b[2J\u202e"],
        ["assess", "--market", "\x1b[2J\x9b"],
        ["assess", "--format", "\x1b[2J"],
        ["library", "show", "\x1b[2J\u202e"],
        ["library", "search", "\x1b[2J\u202e"],
        ["library", "search", "refusal", "\x9b", "--format", "json"],
        ["\x1b[2J"],
    ],
)
def test_nothing_that_is_typed_steers_the_terminal(words: list[str], run: Run) -> None:
    ran = run(*words)
    assert ran.code in {1, 2}
    assert not STEERING & set(ran.output + ran.errors)
    if "json" in words:
        json.loads(ran.output)


def test_statements_do_not_steer_the_terminal(run: Run, dossier: Write, tmp_path: Path) -> None:
    directory = dossier(test__sample_size=None)
    (tmp_path / "evidence").mkdir()
    fact = {"fact": "test.sample_size", "value": 300, "basis": "observed", "where": "\x1b[2J\x9b\u202e"}
    predicate = {"measure": "m", "method": "m", "tools": [], "measuredOn": "2026-11-22", "facts": [fact]}
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "\x1b[2J", "digest": {"sha256": "0" * 64}}],
        "predicateType": "https://comity.dev/measurement/v1",
        "predicate": predicate,
    }
    (tmp_path / "evidence" / "a\x1b[2J.json").write_text(json.dumps(statement), encoding="utf-8")
    with (tmp_path / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence\n")
    for form in ("text", "json", "md"):
        ran = run("explain", "xa-act/1-refuse", directory, "--format", form)
        assert ran.code in {0, 1, 3}
        assert not STEERING & set(ran.output + ran.errors)


def test_of_very_many_errors_the_first_are_said(run: Run, dossier: Write, tmp_path: Path) -> None:
    directory = dossier()
    with (tmp_path / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.writelines(f"  no.such{number}: true\n" for number in range(20_000))
    ran = run("assess", directory)
    assert ran.code == 2
    assert ran.errors.endswith("… and 19900 more errors\n")


def test_what_a_message_quotes_is_cut() -> None:
    error = InputError(Message('the key "{key}" stands twice', key="k" * 1_000_000))
    assert len(error.describe()) < 3000


def test_a_very_long_word_is_searched_in_bounded_time() -> None:
    assert search(load_library([SMALL_LIBRARY], builtin=False), ["x" * 100_000]) == []


def test_what_is_too_large_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(_options: object) -> int:
        raise MemoryError

    monkeypatch.setattr("comity.cli.library._list", exhausted)
    ran = run("library", "list")
    assert (ran.code, ran.errors) == (2, "this is too large, or nested too deeply, to be worked out here\n")


def test_an_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("comity.cli.library._list", interrupted)
    assert main(["library", "list", "--lang", "en"]) == 130
    assert capsys.readouterr().err == "\ninterrupted\n"


@pytest.mark.parametrize("words", [["list"], ["check"], ["search", "refusal"]])
def test_an_empty_library_is_an_answer(words: list[str], run: Run, tmp_path: Path) -> None:
    ran = run("library", *words, "--no-builtin", "--library", str(tmp_path), small=False)
    assert ran.code == (1 if "search" in words else 0)
    assert ran.errors == ""


def test_a_long_chain_of_definitions_is_refused_at_its_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    chain = "".join(
        f"- {{id: zz.d{number}, cite: x, title: {{en: a, zh: b}}, formula: zz.d{number + 1}}}\n"
        for number in range(3000)
    )
    (tmp_path / "definitions" / "zz.yaml").write_text(chain, encoding="utf-8")
    ran = run("library", "list", "--library", str(tmp_path))
    assert ran.code == 2
    assert "definitions/zz.yaml:101:4: definitions build on each other more than 100 deep" in ran.errors


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("form", ["text", "json", "html", "md"])
def test_the_first_and_the_last_day_can_be_asked_about(day: str, form: str, run: Run, dossier: Write) -> None:
    ran = run("assess", dossier(), "--on", day, "--format", form)
    assert ran.code in {0, 1, 3}
    assert ran.output


def test_a_directory_of_rules_that_cannot_be_read_is_not_passed_over(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: object, *_rest: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refused)
    ran = run("library", "list")
    assert ran.code == 2
    assert ran.errors.endswith("the directory cannot be read: Permission denied\n")


def test_evidence_that_cannot_be_listed_is_not_passed_over(
    run: Run, dossier: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    directory = dossier()
    (tmp_path / "evidence").mkdir()
    with (tmp_path / "comity.yaml").open("a", encoding="utf-8") as stream:
        stream.write("evidence: evidence\n")
    monkeypatch.setattr(Path, "iterdir", refused)
    ran = run("assess", directory)
    assert (ran.code, ran.errors) == (2, f"{directory}/evidence: the directory cannot be read: Permission denied\n")
