"""The core of verify_bundle.html, run over the vectors without a person: in Node, or else in headless Chromium."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import comity.evidence

PAGE = Path(comity.evidence.__file__).parent / "verify_bundle.html"
RUNNER = Path(__file__).parent / "run_vectors.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def core() -> str:
    """The script that verifies."""
    found = re.search(r'<script id="core">(.*?)</script>', PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def run_core(vectors: Path, directory: Path) -> list[tuple[Any, str | None]] | None:
    """Code and answer on the issuer for each vector; None where neither Node nor Chromium is there."""
    node = shutil.which("node")
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if node is not None:
        found = _in_node(node, vectors, directory)
    elif chromium is not None:
        found = _in_chromium(chromium, vectors, directory)
    else:
        return None
    return [(code, issuer) for code, issuer in json.loads(found)]


def _in_node(node: str, vectors: Path, directory: Path) -> str:
    unpacked = 'require("zlib").gunzipSync(require("fs").readFileSync(process.argv[2])).toString("utf8").split("\\n")'
    script = directory / "run.js"
    run = f"console.log(JSON.stringify(runVectors(verifier, {unpacked})));"
    script.write_text(f"{core()}\n{RUNNER.read_text(encoding='utf-8')}\n{run}", encoding="utf-8")
    return subprocess.run([node, script, vectors], capture_output=True, text=True, check=True, timeout=600).stdout


def _in_chromium(chromium: str, vectors: Path, directory: Path) -> str:
    lines = gzip.decompress(vectors.read_bytes()).decode().replace("<", "\\u003c")
    run = 'const lines = document.getElementById("lines").textContent.split("\\n");'
    run += 'document.body.innerHTML = "<p>"; document.querySelector("p").textContent = JSON.stringify(runVectors(verifier, lines));'
    page = directory / "run.html"
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><body><script type="text/plain" id="lines">{lines}</script>'
        f"<script>{core()}</script><script>{RUNNER.read_text(encoding='utf-8')}\n{run}</script>",
        encoding="utf-8",
    )
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={directory / 'profile'}",
    ]
    command = [chromium, *options, "--timeout=600000", "--dump-dom", page.as_uri()]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    found = re.search(r"<p>(.*?)</p>", dumped, re.DOTALL)
    assert found is not None, dumped[-500:]
    return found[1]
