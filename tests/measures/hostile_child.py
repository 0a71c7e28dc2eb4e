"""Runs commands one after another, each in a child of its own, and says how each ended: `python -m tests.measures.hostile_child`.

A line of JSON in, a line of JSON out. The packages are imported once, before the first child, so that a case takes milliseconds.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

PACKAGES = (
    "polars",
    "numpy",
    "regex",
    "pycld2",
    "py3langid",
    "zstandard",
    "gguf",
    "onnx",
    "safetensors",
    "tokenizers",
    "sentencepiece",
    "comity.cli.measure",
    "comity.measures.annotation",
    "comity.measures.corpus_review",
    "comity.measures.corpus_sample",
    "comity.measures.dialogue",
    "comity.measures.dialogue_review",
    "comity.measures.fairness",
    "comity.measures.model",
    "comity.measures.tokenizer",
    "comity.report.measurement",
)
CRASHED = 70
_OVERRIDES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: by them the superuser reads what nobody may."""


def main() -> None:
    """Answer until there are no more questions."""
    for name in PACKAGES:
        with suppress(ImportError):
            importlib.import_module(name)
    with suppress(ImportError):
        from comity.measures import corpus_languages

        corpus_languages.script_table()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()


def _run(case: dict[str, Any]) -> dict[str, Any]:
    start = time.monotonic()
    child = os.fork()
    if not child:
        _be(case)
    deadline = start + case["seconds"]
    while True:
        found, status, used = os.wait4(child, os.WNOHANG)
        if found:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(0.005)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - start,
        "bytes": used.ru_maxrss * 1024,
    }


def _be(case: dict[str, Any]) -> None:
    """Be the command; never returns."""
    code = CRASHED
    try:
        os.setsid()
        os.chdir(case["directory"])
        for number, name in ((0, os.devnull), (1, "out.txt"), (2, "err.txt")):
            flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(name, flags, 0o600), number)
        resource.setrlimit(resource.RLIMIT_DATA, (case["memory"], case["memory"]))
        if case["rights"] == "none":
            _give_up_rights()
        from comity.cli import main as comity

        code = comity([*case["arguments"], "--lang", case["language"]])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else CRASHED
    except BaseException:
        traceback.print_exc()
    with suppress(BaseException):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _give_up_rights() -> None:
    """Read no more than the owner of a file may, also as the superuser. Source: Linux, capset(2), version 3."""
    if os.geteuid() or not Path("/proc/self/status").exists():
        return
    library = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    library.capget(header, data)
    for word in range(6):
        low = sum(1 << bit for bit in _OVERRIDES)
        data[word] &= ~low if word < 3 else 0xFFFFFFFF
    if library.capset(header, data):
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main()
