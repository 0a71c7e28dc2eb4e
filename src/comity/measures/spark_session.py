"""A session of Apache Spark: started quietly on a cluster or on this machine, and its failures said in one sentence.

What Spark writes to standard error goes to a file that vanishes with it; of that, people see the line that tells why it did not start. A
session that runs already in this process is used and left running.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from comity.errors import InputError, Place, missing_extra
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_JAVA = 17

_JAVA_SECONDS = 30
_LONGEST_REASON = 300
_LONGEST_LOG = 1_000_000

_LOCAL_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
}
"""On this machine alone nothing listens to the network."""

_SETTINGS = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}

_REFUSAL = re.compile(r"COMITY-REFUSAL\[([A-Za-z0-9+/=]*)\]")
_ABORTED = re.compile(r"Job aborted due to stage failure: (.*)")
_LOST = re.compile(r"ExecutorLostFailure \((?:executor \S+ exited .*?Reason: |.*?)(.*?)\)?\s*$", re.MULTILINE)

_TELLING = re.compile(r"ERROR|Exception|Error|not found|denied|refused|unresponsive")
_CLASSES = re.compile(
    r'^(?:[\d/: ]+ ERROR \w+: |Exception in thread "\S+" |Caused by: |:? ?[\w.$]+(?:Exception|Error): )+'
)


@contextmanager
def spark_session(master: str) -> Iterator[Any]:
    """A session with a cluster, stopped at the end; failures of Spark within become errors for people.

    Raises:
        InputError: PySpark or Java is missing, Spark does not start, or what it is asked to do fails.
    """
    if find_spec("pyspark") is None:
        raise missing_extra("pyspark", "spark")
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
        running = SparkSession.getActiveSession()
        session = _started(master) if running is None else running
        try:
            yield session
        except (PySparkException, Py4JError, ConnectionError, EOFError) as error:
            raise trouble(str(error)) from None
        finally:
            if running is None:
                _stop(session)


def _started(master: str) -> Any:
    from pyspark.sql import SparkSession

    check_java()
    builder = SparkSession.builder.master(master).appName("comity")
    for name, value in (_SETTINGS | (_LOCAL_SETTINGS if master.startswith("local") else {})).items():
        builder = builder.config(name, value)
    with tempfile.TemporaryFile() as log:
        try:
            with _stderr_in(log.fileno()):
                session = builder.getOrCreate()
        except Exception as error:  # whatever Spark raises, it did not start
            log.seek(0)
            reason = _reason(log.read(_LONGEST_LOG).decode(errors="replace"), str(error))
            hint = Message("the address of a cluster reads spark://HOST:PORT, yarn, k8s://…, local[*]")
            raise InputError(Message("Spark does not start: {reason}", reason=reason), hint=hint) from None
    context = session.sparkContext
    if "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = context.getConf().get("spark.pyspark.python") or sys.executable
    return session


def _stop(session: Any) -> None:
    """Ends a session; the work is done or its failure on its way, and a cluster that has gone cannot be told."""
    with suppress(Exception):
        session.stop()


@contextmanager
def _stderr_in(log: int) -> Iterator[None]:
    """Standard error of this process, and for good that of those that it starts meanwhile, in a file."""
    kept = os.dup(2)
    try:
        os.dup2(log, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def check_java() -> None:
    """Refuses a machine on which Spark cannot run.

    Raises:
        InputError: there is no Java, or an old one.
    """
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    needed = Message("Java {least} or newer is needed for Spark", least=LEAST_JAVA)
    hint = Message("install one, for example openjdk-17-jre-headless, or name it in JAVA_HOME")
    if java is None:
        raise InputError(needed, hint=hint)
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=_JAVA_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        raise InputError(needed, hint=hint) from None
    found = re.search(r'version "(?:1\.)?([0-9]+)', told.stderr + told.stdout)
    if found is not None and int(found[1]) < LEAST_JAVA:
        raise InputError(needed, hint=Message("{path} is Java {found}", path=java, found=found[1]))


class _Refusal(msgspec.Struct, frozen=True):
    """An error for people, on its way from an executor through the text of an exception."""

    message: tuple[str, dict[str, object]]
    place: str
    hint: tuple[str, dict[str, object]] | None


def refusal_of(error: InputError) -> str:
    """An error that an executor raises, as text of an exception from which `trouble` makes it again."""
    hint = None if error.hint is None else (error.hint.template, error.hint.values)
    refusal = _Refusal((error.message.template, error.message.values), str(error.place or ""), hint)
    packed = msgspec.json.encode(refusal, enc_hook=str)
    return f"COMITY-REFUSAL[{base64.b64encode(packed).decode()}]"


def _refused(packed: str) -> InputError:
    refusal = msgspec.json.decode(base64.b64decode(packed), type=_Refusal)
    place = Place(refusal.place) if refusal.place else None
    hint = None if refusal.hint is None else Message(refusal.hint[0], **refusal.hint[1])
    return InputError(Message(refusal.message[0], **refusal.message[1]), place=place, hint=hint)


def trouble(text: str) -> InputError:
    """What a failure of Spark says, in a sentence; an executor's own error as it was."""
    if refusal := _REFUSAL.search(text):
        return _refused(refusal[1])
    hint = Message("install comity with its extra spark in the Python that the executors run; PYSPARK_PYTHON names it")
    if lacking := re.search(r"No module named '([\w.]+)'", text):
        return InputError(Message("an executor lacks the package {package}", package=lacking[1]), hint=hint)
    if missing := re.search(r'Cannot run program "([^"]*)"', text):
        return InputError(Message("an executor finds no Python at {path}", path=missing[1]), hint=hint)
    if "PYTHON_VERSION_MISMATCH" in text:
        return InputError(Message("the executors run another version of Python than this machine"), hint=hint)
    if lost := _LOST.search(text):
        memory = Message("give executors more memory (spark.executor.memory, spark.executor.memoryOverhead)")
        return InputError(Message("an executor was lost too often: {reason}", reason=_short(lost[1])), hint=memory)
    aborted = _ABORTED.search(text)
    reason = _short(aborted[1]) if aborted else _reason(text)
    return InputError(Message("Spark could not do the work: {reason}", reason=reason))


def _reason(*texts: str) -> str:
    """The line of logs and exceptions that tells most."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip() and "log level" not in line]
    telling = [line for line in lines if _TELLING.search(line)]
    return _short((telling or lines or [""])[0])


def _short(text: str) -> str:
    return _CLASSES.sub("", text.strip())[:_LONGEST_REASON]
