"""The documentation holds together: both languages, links, generated pages, the site.

Oracles: the file system for links, the readers of the program for YAML and JSON that pages show, mkdocs for the site.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.cli import COMMANDS, main
from comity.dossier.reader import load_dossier
from comity.dossier.statements import read_statement
from comity.library.loader import load_library
from tests.docs.pages import (
    DOCS,
    ROOT,
    all_pages,
    anchor,
    blocks,
    headings,
    is_generated,
    links,
    name,
    pages,
    prose,
    twin,
)

SITE_PAGES = [page for page in pages() if page.is_relative_to(DOCS)]
WRITTEN_PAGES = [page for page in all_pages() if not is_generated(page)]
PRIVATE_PLACE = re.compile(r"(?<![\w.])/(?:tmp|home|root|work|opt|Users)/")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|TBD)\b")


def navigation(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for below in entry.values():
                yield from navigation(below) if isinstance(below, list) else [below]


def test_there_are_pages() -> None:
    assert len(SITE_PAGES) > 15


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_page_has_a_twin_with_the_same_structure(page: Path) -> None:
    assert twin(page).is_file()
    assert [level for level, _ in headings(twin(page))] == [level for level, _ in headings(page)]


@pytest.mark.parametrize("page", [page for page in pages() if not is_generated(page)], ids=name)
def test_both_forms_show_the_same_blocks(page: Path) -> None:
    assert [block.info for block in blocks(twin(page))] == [block.info for block in blocks(page)]


def test_no_chinese_page_is_an_orphan() -> None:
    assert {twin(page) for page in SITE_PAGES} == set(DOCS.rglob("*.zh.md"))


def test_the_navigation_lists_every_page_once() -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = list(navigation(settings["nav"]))
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in SITE_PAGES)


@pytest.mark.parametrize("page", all_pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith("https://"):
            continue
        target, _, fragment = link.partition("#")
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), link
        assert found.is_relative_to(ROOT if page.parent == ROOT else DOCS), f"{link} leaves the site"
        if fragment:
            assert fragment in {anchor(heading) for _, heading in headings(found)}, link


@pytest.mark.parametrize("page", all_pages(), ids=name)
def test_links_stay_in_the_language(page: Path) -> None:
    chinese = page.name.endswith(".zh.md")
    for link in links(page):
        target = link.partition("#")[0]
        other = target == (page.name.replace(".zh.md", ".md") if chinese else twin(page).name)
        if target.endswith(".md") and not target.startswith("https://") and not other:
            assert target.endswith(".zh.md") is chinese, link


@pytest.mark.parametrize("page", WRITTEN_PAGES, ids=name)
def test_pages_are_finished_and_name_no_private_place(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not UNFINISHED.findall(text)
    assert not PRIVATE_PLACE.findall(text)


@pytest.mark.parametrize("page", [page for page in WRITTEN_PAGES if page.name.endswith(".zh.md")], ids=name)
def test_chinese_prose_is_not_broken_by_line_ends(page: Path) -> None:
    """A line break between two Chinese characters would show as a space."""
    assert not re.findall(r"[\u4e00-\u9fff，。；：、”）]\n[\u4e00-\u9fff“（]", prose(page))
    assert not re.findall(r"\\\n", prose(page))


def test_generated_pages_are_up_to_date() -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "scripts" / "make_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"run `python scripts/make_docs.py`; it would change:\n{ran.stdout}{ran.stderr}"


@pytest.mark.parametrize("page", [page for page in WRITTEN_PAGES if "explanation" not in page.parts], ids=name)
def test_facts_that_pages_show_are_facts_of_the_library(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if block.info == "yaml" and block.text.startswith("facts:"):
            dossier = tmp_path / "comity.yaml"
            dossier.write_text(f"comity: 1\nsystem: {{id: page}}\nmarkets: [eu]\n{block.text}", encoding="utf-8")
            load_dossier(dossier, load_library())


@pytest.mark.parametrize("page", ["statement.md", "statement.zh.md"])
def test_the_statement_that_is_shown_is_one(page: str, tmp_path: Path) -> None:
    (shown,) = [block.text for block in blocks(DOCS / "reference" / page) if block.info == "json"]
    (tmp_path / "shown.json").write_text(shown, encoding="utf-8")
    assert read_statement(tmp_path / "shown.json").predicate.facts
    assert json.loads(shown)["predicate"]["measure"] == "model"


@pytest.mark.parametrize("page", ["commands.md", "commands.zh.md"])
def test_the_reference_names_every_command_and_option(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    below = {
        "library": ("list", "show", "search", "stats", "timeline", "review", "check", "schema"),
        "measure": ("model", "tokenizer"),
    }
    for command in COMMANDS:
        for action in below.get(command, ("",)):
            with pytest.raises(SystemExit):
                main([command, *filter(None, [action]), "--help", "--lang", "en"])
            offered = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
            assert f"comity {command} {action}".strip() in text
            assert {option for option in offered if option not in text} == set(), f"{command} {action}"


@pytest.mark.parametrize("page", ["dependencies.md", "dependencies.zh.md"])
def test_every_dependency_is_named_with_its_reason(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8").lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    wanted += [entry for extra in project["project"]["optional-dependencies"].values() for entry in extra]
    wanted += [entry for group in project["dependency-groups"].values() for entry in group if isinstance(entry, str)]
    for requirement in wanted:
        package = re.match(r"[A-Za-z0-9_.-]+", requirement)
        assert package is not None
        assert package[0] == "comity" or f"| {package[0].lower()} |" in text, requirement


def test_the_changelog_speaks_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for page in ("CHANGELOG.md", "CHANGELOG.zh.md"):
        assert f"## [{version}] - " in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.skipif(
    any(importlib.util.find_spec(part) is None for part in ("mkdocs", "material", "mkdocs_static_i18n")),
    reason="mkdocs is not installed (the group docs)",
)
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "site" / "zh" / "tutorial" / "index.html").is_file()
