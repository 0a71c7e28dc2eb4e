"""Every measure and every hostile input that can reach it: a clear error or a counted skip, in bounded time and memory; no wrong number.

Commands run as people run them, each in a child of its own (`hostile_child`). The page of the documentation is made from the same table.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")
pytest.importorskip("polars")
pytest.importorskip("pycld2")
pytest.importorskip("py3langid")
pytest.importorskip("regex")
pytest.importorskip("zstandard")
pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from comity.documents.reading import read_bytes, sha256_of
from comity.errors import InputError, Place
from comity.measures import corpus_files, corpus_sample, tables
from comity.measures.annotation import measure_annotation
from comity.measures.corpus import measure_corpus
from comity.measures.corpus_sample import draw_sample
from comity.measures.fairness import measure_fairness
from comity.measures.model import measure_model
from comity.measures.review_reading import read_review
from comity.measures.tokenizer import measure_tokenizer
from tests.measures import hostile_inputs, hostile_page
from tests.measures.chat_server import Server, completion, replying, saying, send, serving
from tests.measures.hostile_cases import CASES, MISBEHAVIOURS, Case, Misbehaviour
from tests.measures.hostile_runner import Ending, Runner
from tests.measures.hostile_subjects import PARALLEL, SUBJECTS, Subject, bank_lines
from tests.measures.hostile_table import COUNTS, EXPECTED, SENTENCES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks children and looks at their memory")

ON = date(2026, 11, 22)
MOST_BYTES = 500_000_000
"""Of memory, packages included; a sound input takes 60 to 110 MB."""

MOST_SECONDS = 30
CODES = {"error": 2, "altered": 4, "skip": 0, "read": 0, "other": 0}
BY_ID = {subject.id: subject for subject in SUBJECTS}
PAIRS = [
    (subject, name, outcome)
    for subject, outcomes in EXPECTED.items()
    for outcome, names in outcomes.items()
    for name in names.split()
]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as found:
        yield found


@pytest.fixture(scope="module")
def sound(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Subject], Ending]:
    """How a command ends on its sound input, worked out once."""
    found: dict[str, Ending] = {}

    def ending(subject: Subject) -> Ending:
        if subject.id not in found:
            found[subject.id] = runner.run(subject, hostile_inputs.as_it_is, tmp_path_factory.mktemp("sound"))
        return found[subject.id]

    return ending


def check(ending: Ending, outcome: str) -> None:
    """What holds whatever the input is."""
    assert "Traceback" not in ending.errors
    assert ending.code == CODES[outcome], ending.errors
    assert ending.seconds < MOST_SECONDS
    assert ending.bytes < MOST_BYTES
    assert not [name for name in ending.left if name.endswith(".part")]
    if outcome in ("error", "altered"):
        lines = ending.errors.rstrip("\n").split("\n")
        assert 1 <= len(lines) <= 2
        assert all(len(line) < 2_500 for line in lines)
        assert all(line.startswith("  ") for line in lines[1:])
        assert ending.statement == {}
        assert ending.left == ()
    else:
        assert ending.errors == ""
        assert ending.statement


@pytest.mark.parametrize(("subject", "name", "outcome"), PAIRS, ids=lambda value: str(value))
def test_every_input_has_a_clear_end(
    subject: str,
    name: str,
    outcome: str,
    runner: Runner,
    sound: Callable[[Subject], Ending],
    tmp_path: Path,
) -> None:
    command = BY_ID[subject]
    ending = runner.run(command, getattr(hostile_inputs, name), tmp_path)
    check(ending, outcome)
    if outcome in ("error", "altered"):
        assert Path(command.file).name in ending.errors.split("\n")[0]
        assert re.search(SENTENCES.get(name, ""), ending.errors)
    if outcome == "read":
        assert ending.facts == sound(command).facts
        assert ending.observations.get("documents") == sound(command).observations.get("documents")
    if outcome in ("skip", "other"):
        for figure, value in COUNTS.get(subject, {}).get(name, {}).items():
            assert ending.observations.get(figure) == value


def test_what_is_sound_is_read(sound: Callable[[Subject], Ending]) -> None:
    """Otherwise the table would show nothing."""
    no_sound_input = {
        "model.gguf",
        "model.onnx",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer.gguf",
        "dialogue",
        "fairness.parquet",
    }
    for subject in SUBJECTS:
        if subject.id not in no_sound_input:
            assert sound(subject).code == 0, subject.id


def test_every_skip_is_counted() -> None:
    counted = {
        subject: set(" ".join(outcomes.get(kind, "") for kind in ("skip",)).split())
        for subject, outcomes in EXPECTED.items()
    }
    for subject, names in counted.items():
        for name in names:
            figures = set(COUNTS[subject][name])
            assert figures & {"files_not_read", "files_of_other_kinds", "records_skipped", "rows_left_out"} or any(
                figure.startswith("skipped.") for figure in figures
            ), (subject, name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.command}-{case.title[0]}")
def test_values_and_names(case: Case, runner: Runner, tmp_path: Path) -> None:
    for name, content in case.files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    ending = runner.ask(list(case.arguments), tmp_path)
    check(ending, case.outcome)
    assert case.said in ending.errors
    for figure, value in case.counts.items():
        assert ending.observations.get(figure) == value


def asked(url: str, runner: Runner, directory: Path, seconds: str = "1") -> Ending:
    (directory / "b.jsonl").write_bytes(bank_lines().replace(b"must_pass", b"must_refuse"))
    words = ["--model", url, "--bank", "b.jsonl", "--tries", "1", "--timeout", seconds, "--into", "out"]
    return runner.ask(["measure", "dialogue", *words], directory)


@pytest.mark.parametrize("case", MISBEHAVIOURS, ids=lambda case: case.title[0])
def test_a_model_that_misbehaves(case: Misbehaviour, runner: Runner, tmp_path: Path) -> None:
    """No answer, no fact. The journal that was begun is there for the next run."""
    with serving(case.behaviour) as server:
        ending = asked(server.url, runner, tmp_path)
    assert ending.code == 2
    assert ending.errors.startswith(f"the model does not answer ({case.reason}")
    assert "Traceback" not in ending.errors
    assert (ending.facts, ending.statement) == ([], {})
    assert ending.left == ("dialogue-b.jsonl",)
    assert ending.bytes < MOST_BYTES
    assert ending.seconds < MOST_SECONDS


def test_a_model_that_sends_us_elsewhere(runner: Runner, tmp_path: Path) -> None:
    with serving(saying(lambda _: "I cannot help with that.")) as other:
        head = f"Location: {other.url}/chat/completions\r\n"
        with serving(replying(b"", "302 Found", head)) as server:
            ending = asked(server.url, runner, tmp_path)
        assert other.requests == []
    assert (ending.code, ending.facts) == (2, [])
    assert ending.errors.startswith("the model does not answer (redirected")


def test_a_model_that_answers_only_some(runner: Runner, tmp_path: Path) -> None:
    """Exit code 3, and no rate: it would be one of whatever was answered."""

    def some(_: Server, connection: socket.socket, question: str) -> None:
        send(connection, completion("I cannot help with that.") if "1" in question else b"{}")

    with serving(some) as server:
        ending = asked(server.url, runner, tmp_path)
    assert ending.code == 3
    assert [fact["fact"] for fact in ending.facts if "rate" in fact["fact"]] == []
    assert ending.observations["no_answer.wrong_form"] == 2


def appended(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"\n")


def made(subject: str, directory: Path) -> Path:
    BY_ID[subject].prepare(directory, hostile_inputs.as_it_is)
    return directory / BY_ID[subject].file


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest would be of something else than was measured. The file changes where the digest is worked out."""
    model = made("model.safetensors", tmp_path)
    with pytest.raises(InputError, match="changed while it was read"):
        measure_model(model, progress=lambda *_: appended(model))
    corpus = made("corpus-alone", tmp_path)
    shared = corpus_sample.proportional

    def between(*arguments: Any) -> dict[str, int]:
        appended(corpus)
        return shared(*arguments)

    monkeypatch.setattr(corpus_sample, "proportional", between)
    with pytest.raises(InputError, match="changed while it was read"):
        draw_sample([corpus], size=1)

    def changing(path: Path) -> str:
        digest = sha256_of(path)
        appended(path)
        return digest

    monkeypatch.setattr(tables, "sha256_of", changing)
    with pytest.raises(InputError, match="changed while it was read"):
        measure_annotation(made("annotation.csv", tmp_path))
    with pytest.raises(InputError, match="changed while it was read"):
        measure_fairness(made("fairness.csv", tmp_path), {"sex": "sex"})
    with pytest.raises(InputError, match="changed while it was read"):
        measure_tokenizer(made("tokenizer.tiktoken", tmp_path), PARALLEL, pattern="gpt2")


def test_a_table_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import polars as pl

    path = made("corpus.parquet", tmp_path)
    shown = corpus_files.parquet_texts

    def slow(*arguments: object) -> pl.LazyFrame | None:
        os.utime(path, ns=(1, 1))
        return shown(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(corpus_files, "parquet_texts", slow)
    with pytest.raises(InputError, match="has changed while"):
        measure_corpus([path], on=ON)


def test_a_sheet_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.measures import review_reading
    from comity.measures.corpus_sample import FORM

    path = made("corpus-review", tmp_path)

    def changing(file: Path, place: Place, limit: int) -> bytes:
        raw = read_bytes(file, place, limit)
        appended(path)
        return raw

    monkeypatch.setattr(review_reading, "read_bytes", changing)
    with pytest.raises(InputError, match="changed while it was read"):
        read_review(path, FORM)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_the_table(language: str) -> None:
    """Written anew by `python -m tests.measures.hostile_page`."""
    path = hostile_page.path_of(language)
    assert path.read_text(encoding="utf-8") == hostile_page.page(language)


def test_sentences_are_said_in_chinese_too(runner: Runner, tmp_path: Path) -> None:
    ending = runner.ask(["measure", "model", "x.gguf"], tmp_path, language="zh")
    assert ending.code == 2
    assert json.dumps(ending.errors, ensure_ascii=False).isascii() is False


@pytest.mark.skipif("COMITY_LONG" not in os.environ, reason="minutes; make hostile")
@pytest.mark.parametrize("subject", ["corpus.txt.gz", "corpus.jsonl.zst", "tokenizer.tiktoken.gz"])
def test_bombs_of_ten_gigabytes(subject: str, runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile_inputs, "BOMB", 10_000_000_000)
    make = hostile_inputs.zstandard_bomb if subject.endswith("zst") else hostile_inputs.gzip_bomb
    ending = runner.run(BY_ID[subject], make, tmp_path, seconds=600)
    assert ending.code == (2 if subject.startswith("tokenizer") else 0)
    assert ending.bytes < MOST_BYTES * 2
