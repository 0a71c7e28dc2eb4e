"""A model in a GGUF file, asked on this machine: the same question in, the same answer or reason out as from an address.

The engine lives in a child process (`local_engine`). A question that takes too long ends with the process, which is then started anew; a
panic or a kill of the engine costs one try of one question. The child is told not to look anything up: no token, no cache and no hub.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import deque
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from comity.dossier.statements import Tool
from comity.errors import InputError, Place, missing_extra
from comity.language import Message, clean
from comity.measures import local_engine
from comity.measures.chat_address import LARGEST_REPLY, NoAnswerError, Reply
from comity.measures.model import measure_model

if TYPE_CHECKING:
    from comity.dossier.statements import Artefact, Statement

ENGINE = "mistralrs"
EXTRA = "dialogue"
SUFFIX = ".gguf"
LOADING = 600.0
"""Seconds after which the engine is not waited for any longer while it loads a model."""

ENDING = 5.0
"""Seconds that a process gets to end by itself."""

_NOWHERE = "http://127.0.0.1:9"
"""The port `discard` of this machine, where nobody answers. Source: RFC 863."""

_SEALED = {
    "HF_HUB_OFFLINE": "1",
    "HF_ENDPOINT": _NOWHERE,
    "HTTP_PROXY": _NOWHERE,
    "HTTPS_PROXY": _NOWHERE,
    "ALL_PROXY": _NOWHERE,
    "http_proxy": _NOWHERE,
    "https_proxy": _NOWHERE,
    "all_proxy": _NOWHERE,
    "NO_PROXY": "",
    "no_proxy": "",
    "RUST_LOG": "error",
    "RUST_BACKTRACE": "0",
    "NO_COLOR": "1",
}


class _Line(msgspec.Struct):
    """What the child says."""

    ready: bool = False
    text: str | None = None
    finish: str = ""
    error: str | None = None


class LocalModel:
    """A model that is loaded.

    Attributes:
        artefact: the file by name and digest.
        tool: the engine and its version.
    """

    def __init__(self, path: Path, *, program: Path | None = None) -> None:
        """Check the file and load the model.

        Args:
            path: the file.
            program: that the child runs; the engine by default.

        Raises:
            InputError: the file is no sound model that can be talked to, the engine is not installed, or it cannot load the file.
        """
        self.path = path
        self.stamp = _stamp(path)
        self.artefact = _checked(measure_model(path), path)
        self.tool = _engine(installed=program is not None)
        self.program = program or Path(local_engine.__file__)
        self.lock = threading.Lock()
        self.closed = False
        self.child: _Child | None = None
        try:
            self.child = self._loaded()
        except NoAnswerError as error:
            said = f"{error.reason}: {error.said}" if error.said else error.reason
            engine = f"{self.tool.name} {self.tool.version}"
            message = Message("the engine {engine} cannot load this model ({reason})", engine=engine, reason=said)
            raise InputError(message, place=Place(str(path))) from None

    @property
    def shown(self) -> str:
        """This machine, with the engine and its version."""
        return f"this machine ({self.tool.name} {self.tool.version})"

    @property
    def identity(self) -> str:
        """What tells it from every other model and engine."""
        return f"{self.tool.name} {self.tool.version}, SHA-256 {self.artefact.digest.digits}"

    @property
    def manner(self) -> str:
        """How it is asked, for the method of a statement."""
        return (
            " The model is a file, run on this machine one question at a time in the chat template that it holds (which may "
            "add a system prompt of its own), with nothing kept between questions; its engine draws nothing, so no seed has a "
            "part in the answers."
        )

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """The file."""
        return (self.artefact,)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The engine."""
        return (self.tool,)

    def __enter__(self) -> LocalModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, also while it answers: whoever interrupts a run does not wait for an answer."""
        self.closed = True
        self._end()

    def answer(self, content: bytes, seconds: float) -> Reply:
        """Put one request to the model; others wait meanwhile.

        Raises:
            NoAnswerError: there is no answer.
        """
        with self.lock:
            if _stamp(self.path) != self.stamp:
                raise NoAnswerError("file_changed", fatal=True)
            if self.closed:
                raise NoAnswerError("closed", fatal=True)
            child = self.child = self.child or self._loaded()
            try:
                line = child.put(content, seconds)
            except NoAnswerError:
                self._end()
                raise
        if line.error is not None or line.text is None:
            raise NoAnswerError("failed", clean(line.error or "")[:200])
        return Reply(line.text.strip(), False, clean(line.finish[:40]), "")

    def _loaded(self) -> _Child:
        child = _Child(self.program, self.path)
        try:
            line = child.line(LOADING)
            if not line.ready:
                raise NoAnswerError("not_loaded", clean(line.error or "")[:200])
        except NoAnswerError:
            child.end()
            raise
        return child

    def _end(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            child.end()


class _Child:
    """A process of the engine."""

    def __init__(self, program: Path, path: Path) -> None:
        self.home = tempfile.TemporaryDirectory(prefix="comity-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(program), str(path.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | _SEALED | {"HF_HOME": self.home.name},
        )
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.said: deque[bytes] = deque(maxlen=3)
        threading.Thread(target=self._read, daemon=True).start()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def put(self, content: bytes, seconds: float) -> _Line:
        """One request.

        Raises:
            NoAnswerError: the process ended, or takes too long.
        """
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(content + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise self._crashed() from None
        return self.line(seconds)

    def line(self, seconds: float) -> _Line:
        """The next line.

        Raises:
            NoAnswerError: there is none in that time, or it is none of ours.
        """
        try:
            raw = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise NoAnswerError("timeout", again=True) from None
        if not raw:
            raise self._crashed()
        if len(raw) > LARGEST_REPLY:
            raise NoAnswerError("too_large")
        try:
            return msgspec.json.decode(raw, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoAnswerError("not_json") from None

    def end(self) -> None:
        """End the process, by force if need be."""
        self.process.kill()
        with suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(ENDING)
        self.home.cleanup()

    def _crashed(self) -> NoAnswerError:
        self.process.kill()
        self.listener.join(ENDING)
        said = b" ".join(self.said).decode("utf-8", "replace")
        return NoAnswerError("crashed", clean(" ".join(said.split()))[:200], again=True)

    def _read(self) -> None:
        """Lines for whoever waits; an empty one is the end."""
        stream = self.process.stdout
        assert stream is not None
        with suppress(OSError, ValueError), stream:
            while line := stream.readline(LARGEST_REPLY + 1):
                self.lines.put(line)
        self.lines.put(b"")

    def _listen(self) -> None:
        """The last lines that the engine says beside its answers."""
        stream = self.process.stderr
        assert stream is not None
        with suppress(OSError, ValueError), stream:
            while line := stream.readline(2_000):
                self.said.append(line)


def _engine(*, installed: bool) -> Tool:
    if not installed and find_spec(ENGINE) is None:
        raise missing_extra(ENGINE, EXTRA)
    try:
        return Tool(ENGINE, version(ENGINE))
    except PackageNotFoundError:
        return Tool(ENGINE, "unknown")


def _stamp(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _checked(statement: Statement, path: Path) -> Artefact:
    """The file of a model that can be talked to.

    Raises:
        InputError: it is no GGUF file, a part of a model, or says not how it is talked to.
    """
    found = statement.predicate.observations
    place = Place(str(path))
    if not str(found["file_format"]).startswith("GGUF"):
        raise InputError(Message("a model that is asked on this machine is a GGUF file"), place=place)
    if "parameter_count_withheld" in found:
        raise InputError(Message("the file does not hold a whole model"), place=place)
    if not found["chat_template"]:
        hint = Message("such a model only goes on with a text; take one that was made for dialogue")
        raise InputError(Message("the file has no chat template"), place=place, hint=hint)
    return statement.subject[0]
