"""What the README and the pages tell people to type works, in an environment that holds the wheel and nothing else.

The oracle is the page itself: the exit codes that it promises and the output that it shows. The wheel is built and installed once
for all tests of this module, also when they run on several workers.
"""

from __future__ import annotations

import difflib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.library.loader import load_library
from tests.docs.pages import ROOT, all_pages, blocks, commands, is_generated, name

LARGEST_CORE = 60_000_000
PAGES = [
    page
    for page in all_pages()
    if not is_generated(page) and any(block.info in {"sh", "python"} for block in blocks(page))
]


@dataclass(frozen=True)
class Installation:
    """A fresh environment with the wheel in it."""

    directory: Path

    @property
    def programs(self) -> Path:
        return self.directory / "venv" / "bin"

    @property
    def packages(self) -> Path:
        (found,) = (self.directory / "venv" / "lib").glob("python3*/site-packages")
        return found

    def environment(self, home: Path) -> dict[str, str]:
        """A poor environment: nothing of ours but the programs of the installation."""
        return {
            "PATH": f"{self.programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
            "COMITY_CACHE": str(self.directory / "cache"),
        }

    def run(self, arguments: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
        environment = self.environment(directory)
        return subprocess.run(
            arguments, cwd=directory, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    directory = shared / "installation"
    with (shared / "installation.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "done").exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            install_wheel(directory)
            (directory / "done").touch()
    return Installation(directory)


def install_wheel(directory: Path) -> None:
    """Build the wheel and install it, with uv where that is at hand, else with pip."""
    uv = shutil.which("uv")
    environment = directory / "venv"
    if uv:
        call(uv, "build", "--quiet", "--wheel", "--out-dir", directory, ROOT)
        call(uv, "venv", "--quiet", "--python", sys.executable, environment)
    else:
        call(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", directory, ROOT)
        call(sys.executable, "-m", "venv", environment)
    (wheel,) = directory.glob("comity-*.whl")
    python = environment / "bin" / "python"
    installer = (
        (uv, "pip", "install", "--python", python)
        if uv
        else (python, "-m", "pip", "install", "--disable-pip-version-check")
    )
    call(*installer, "--quiet", wheel)


def call(*words: str | Path) -> None:
    ran = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{words}\n{ran.stdout}\n{ran.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_of_a_page_runs(page: Path, installation: Installation, tmp_path: Path) -> None:
    shown: str | None = None
    for block in blocks(page):
        if block.info == "sh":
            shown = ""
            for command in commands(block):
                ran = installation.run(["/bin/sh", "-c", command.text], tmp_path)
                assert ran.returncode == command.code, f"{command.text}{ran.stdout[-2000:]}\n{ran.stderr}"
                shown += ran.stdout
        elif block.info == "python":
            ran = installation.run([str(installation.programs / "python"), "-c", block.text], tmp_path)
            assert ran.returncode == 0, ran.stderr
            shown = None
        elif block.info == "text" and shown is not None:
            assert_shows(block.text, shown)
        else:
            shown = None


def assert_shows(excerpt: str, output: str) -> None:
    """Every line of an excerpt comes out, in that order."""
    lines = output.splitlines()
    position = 0
    for line in excerpt.splitlines():
        if line.strip() in {"", "…"}:
            continue
        assert line in lines[position:], (
            f"the page shows a line that no longer comes out:\n{line}\nnearest: {difflib.get_close_matches(line, lines, n=2)}"
        )
        position = lines.index(line, position) + 1


def test_the_installed_core_is_small(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    sizes: dict[str, int] = {}
    for file in installation.packages.rglob("*"):
        part = file.relative_to(installation.packages).parts[0]
        if file.is_file() and not re.match(r"pip\b|setuptools\b|_distutils|distutils|pkg_resources", part):
            sizes[part] = sizes.get(part, 0) + file.stat().st_size
    total = sum(sizes.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\ninstalled core with dependencies: {total / 1e6:.1f} MB (comity {sizes['comity'] / 1e6:.1f} MB)\n"
        )
    assert total <= LARGEST_CORE, sorted(sizes.items(), key=lambda item: -item[1])[:10]


def test_the_wheel_ships_every_clause(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = installation.run(["comity", "library", "list", "--format", "json"], tmp_path)
    shipped = json.loads(installation.run(["comity", "library", "check", "--format", "json"], tmp_path).stdout)
    assert ran.returncode == 0
    assert len(json.loads(ran.stdout)["standards"]) == len(load_library().standards)
    with capsys.disabled():
        sys.stdout.write(f"\nthe wheel ships {shipped['clauses']} clauses\n")
    assert shipped["clauses"] == len(load_library().clauses)


def test_the_installed_program_is_the_one_that_runs(installation: Installation, tmp_path: Path) -> None:
    ran = installation.run(["python", "-c", "import comity; print(comity.__file__)"], tmp_path)
    assert Path(ran.stdout.strip()).is_relative_to(installation.packages)


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_no_command_of_the_readme_is_missing_in_the_help(
    readme: str, installation: Installation, tmp_path: Path
) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)comity ([a-z]+)\b", text, re.MULTILINE))
    listed = set(re.findall(r"^    ([a-z]+) ", installation.run(["comity", "--help"], tmp_path).stdout, re.MULTILINE))
    assert {"assess", "demo", "explain", "library", "measure"} <= named
    assert named <= listed
