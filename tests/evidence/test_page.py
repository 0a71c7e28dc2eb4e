"""The page that verifies a dropped file: it can load and send nothing, says everything in two languages, and works in a browser."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests.evidence import drafts
from tests.evidence.page import CHROMIUM, PAGE, core

TEXT = PAGE.read_text(encoding="utf-8")


def hashed(part: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(part.encode()).digest()).decode()}'"


def test_only_the_shipped_scripts_and_style_may_run_and_nothing_is_loaded() -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', TEXT)
    assert policy is not None
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", TEXT, re.DOTALL)
    style = re.findall(r"<style>(.*?)</style>", TEXT, re.DOTALL)
    assert policy[1] == (
        f"default-src 'none'; script-src {' '.join(map(hashed, scripts))}; style-src {' '.join(map(hashed, style))}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_nothing_in_it_reaches_out() -> None:
    addresses = set(re.findall(r"""https?://[^\s"'`]*""", TEXT))
    assert addresses == {"https://in-toto.io/Statement/v1", "https://comity.dev/evidence/v1"}
    for means in (
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "import(",
        "innerHTML",
        "localStorage",
        " src=",
        "@import",
    ):
        assert means not in TEXT


def test_the_core_knows_no_page() -> None:
    assert not re.search(r"\b(document|window|navigator|location)\b", core())


def test_every_word_is_there_in_both_languages() -> None:
    words = re.search(r"const WORDS = \{(.*?)\n\};", TEXT, re.DOTALL)
    assert words is not None
    pairs = re.findall(r'(\w+): \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\]', words[1])
    assert len(pairs) == words[1].count('["')
    assert all(english and re.search(r"[\u4e00-\u9fff]", chinese) for _, english, chinese in pairs)
    used = set(re.findall(r'data-say="(\w+)"', TEXT)) | set(re.findall(r'say\("(\w+)"\)', TEXT))
    assert used <= {name for name, _, _ in pairs}


@pytest.fixture
def chromium() -> str:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("Chromium is not here")
    return found


def shown(chromium: str, tmp_path: Path, data: bytes, keys: str = "", language: int = 0) -> str:
    """The text of the page after a file was dropped on it. The policy would stop this test's own script, so it is left out."""
    drop = (
        f"language = {language}; document.getElementById('keys').value = {json.dumps(keys)}; show();"
        f"verify(new File([Uint8Array.from(atob({json.dumps(base64.b64encode(data).decode())}), (sign) => sign.charCodeAt(0))], 'a.json'));"
    )
    page = tmp_path / "page.html"
    without = re.sub(r"<meta http-equiv=[^>]*>", "", TEXT)
    page.write_text(without.replace("</body>", f"<script>{drop}</script></body>"), encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    command = [chromium, *options, "--virtual-time-budget=20000", "--dump-dom", page.as_uri()]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    result = dumped.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", result))


def test_a_good_bundle(chromium: str, tmp_path: Path) -> None:
    found = shown(chromium, tmp_path, drafts.bundle(), drafts.ALICE.line)
    assert "Intact, and signed by somebody you trust" in found
    assert f"yes Signed by {drafts.ALICE.name}, a key that you trust." in found
    assert "Do the verdicts follow? open" in found
    assert "c.d 0.5 a person says so" in found
    assert "eu · 2026-11-22: met 1 · not met 1 · unknown 0 · not applicable 1" in found


def test_in_chinese_and_without_a_key(chromium: str, tmp_path: Path) -> None:
    found = shown(chromium, tmp_path, drafts.bundle(), language=1)
    assert "完好，但能否信任签名者尚未决定" in found
    assert "信任签发者吗？ 未决" in found


def test_intact_is_not_yet_trusted(chromium: str, tmp_path: Path) -> None:
    found = shown(chromium, tmp_path, drafts.bundle(), drafts.BOB.line)
    assert "Intact, but nobody you trust vouches for it now" in found
    assert "Do you trust the issuer? no No signer is among the keys that you trust." in found


def test_markup_in_a_bundle_is_text(chromium: str, tmp_path: Path) -> None:
    found = shown(chromium, tmp_path, drafts.bundle((drafts.fact("<b>x</b>", "<img src=x>\u202e"),)))
    assert "&lt;b&gt;x&lt;/b&gt; &lt;img src=x&gt;\\u{202e}" in found


def test_a_bad_one(chromium: str, tmp_path: Path) -> None:
    assert "Altered: this is not what was signed" in shown(
        chromium, tmp_path, drafts.bundle(signature=lambda _: bytes(64))
    )
    assert "Malformed" in shown(chromium, tmp_path, b"{}")
