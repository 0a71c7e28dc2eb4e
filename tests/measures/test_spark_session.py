"""What people read where Spark is missing, does not start, or fails. The texts of failures are Spark's own, shortened."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from comity.cli import main
from comity.errors import InputError, Place
from comity.language import CHINESE, Message
from comity.measures import spark_session as sessions
from comity.measures.spark_session import check_java, refusal_of, spark_session, trouble


def java_that_says(text: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = directory / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("JAVA_HOME", str(directory))


@pytest.mark.parametrize("told", ['openjdk version "17.0.15" 2025-04-15', 'openjdk version "21" 2023-09-19'])
def test_a_new_enough_java_will_do(told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java_that_says(f"echo '{told}' >&2", tmp_path, monkeypatch)
    check_java()


@pytest.mark.parametrize(
    "script", ["echo 'java version \"1.8.0_392\"' >&2", "echo 'openjdk version \"11.0.2\"' >&2", "exit 3"]
)
def test_an_old_or_broken_java_is_refused(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java_that_says(script, tmp_path, monkeypatch)
    with pytest.raises(InputError, match="Java 17 or newer is needed"):
        check_java()


def test_without_java_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyspark")
    pytest.importorskip("pyarrow")
    pytest.importorskip("pycld2")
    (tmp_path / "a.txt").write_text("Guten Morgen", encoding="utf-8")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["measure", "corpus", str(tmp_path), "--engine", "spark", "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert "Java 17 or newer is needed" in said
    assert "JAVA_HOME" in said


def test_without_pyspark_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="needs the package pyspark") as error, spark_session("local[1]"):
        pass
    assert 'pip install "comity[spark]"' in str(error.value)


def test_options_of_one_engine_are_refused_for_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("Guten Morgen", encoding="utf-8")
    for options, said in (
        (["--spark-master", "local[2]"], "--spark-master goes with --engine spark"),
        (["--engine", "spark", "--cores", "2"], "--cores goes with --engine local"),
    ):
        assert main(["measure", "corpus", str(tmp_path), *options, "--lang", "en"]) == 2
        assert said in capsys.readouterr().err


FAILURES = {
    "org.apache.spark.SparkException: Job aborted due to stage failure: Task 1 in stage 0.0 failed 2 times, most recent failure: Lost"
    " task 1.1 in stage 0.0 (TID 2) (192.0.2.2 executor 2): ExecutorLostFailure (executor 2 exited caused by one of the running tasks)"
    " Reason: Command exited with code 137\nDriver stacktrace:\n\tat org.apache.spark.scheduler.DAGScheduler": (
        "an executor was lost too often: Command exited with code 137"
    ),
    "PythonException: Traceback\n  File worker.py\nModuleNotFoundError: No module named 'comity'\n SQLSTATE: 38000": (
        "an executor lacks the package comity"
    ),
    'java.io.IOException: Cannot run program "/nonexistent/python": error=2, No such file or directory': (
        "an executor finds no Python at /nonexistent/python"
    ),
    "[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.10 than that in driver: 3.11": (
        "the executors run another version of Python"
    ),
    "An error occurred while calling o9.\n: org.apache.spark.SparkException: Job aborted due to stage failure: no space left\nat x": (
        "Spark could not do the work: no space left"
    ),
    "": "Spark could not do the work",
}


@pytest.mark.parametrize("text", FAILURES)
def test_a_failure_of_spark_is_one_sentence(text: str) -> None:
    error = trouble(text)
    assert FAILURES[text] in str(error)
    assert "\tat" not in str(error)
    assert error.exit_code == 2


def test_the_error_of_an_executor_arrives_as_it_was() -> None:
    error = InputError(
        Message("there is no such file"), place=Place("a/b.txt"), hint=Message('did you mean "{word}"?', word="Ω")
    )
    text = f"Traceback (most recent call last):\n  RuntimeError: {refusal_of(error)}\n\n\tat org.apache.spark"
    for language in ("en", CHINESE):
        assert trouble(text).describe(language) == error.describe(language)
    plain = InputError(Message("there is no such file"))
    assert str(trouble(refusal_of(plain))) == str(plain)
