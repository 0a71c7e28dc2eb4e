"""The pages about topics: one each, computed from the library; what they say of the strictest number is what the formulas say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from comity.language import LANGUAGES
from comity.library.loader import Library, builtin_directory, load_library
from comity.report.words import Words
from tests.docs.pages import DOCS, ROOT
from tests.questions import imagined


@pytest.fixture(scope="module")
def script() -> ModuleType:
    place = importlib.util.spec_from_file_location("topic_pages", ROOT / "scripts" / "topic_pages.py")
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def small() -> Library:
    facts = [imagined.fact("a.deadline", "duration"), imagined.fact("a.count", "int"), imagined.fact("a.done")]
    return imagined.library(
        facts,
        [
            {"id": "xa/slow", "require": 'a.deadline <= duration("P15D") && a.done'},
            {"id": "xb/fast", "require": 'a.deadline <= duration("72h")'},
            {"id": "xc/many", "require": "a.count >= 300 || a.done"},
            {"id": "xc/advice", "require": 'a.deadline <= duration("1h")', "modality": "should"},
        ],
    )


def test_every_topic_has_a_page_in_every_language() -> None:
    topics = yaml.safe_load((builtin_directory() / "topics.yaml").read_text(encoding="utf-8"))
    for topic in (*(entry["id"] for entry in topics), "index"):
        for ending in (".md", ".zh.md"):
            assert (DOCS / "topics" / f"{topic}{ending}").is_file()
    assert len(list((DOCS / "topics").glob("*.md"))) == len(LANGUAGES) * (len(topics) + 1)


def test_the_navigation_calls_pages_by_the_titles_of_their_topics() -> None:
    topics = yaml.safe_load((builtin_directory() / "topics.yaml").read_text(encoding="utf-8"))
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    (section,) = [entry["Topics"] for entry in settings["nav"] if "Topics" in entry]
    titles = {path: title for entry in section if isinstance(entry, dict) for title, path in entry.items()}
    assert titles == {f"topics/{topic['id']}.md": topic["title"]["en"] for topic in topics}
    (plugin,) = [entry["i18n"] for entry in settings["plugins"] if isinstance(entry, dict) and "i18n" in entry]
    (chinese,) = [language for language in plugin["languages"] if language["locale"] == "zh"]
    translated = {title: chinese["nav_translations"].get(title) for title in titles.values()}
    assert translated == {topic["title"]["en"]: topic["title"]["zh"] for topic in topics}


def test_the_strictest_number_comes_first_and_advice_does_not_count(script: ModuleType) -> None:
    library = small()
    page = script.topic_pages(library, Words(library, "en"), "<!-- -->")["topics/all"]
    (deadline,) = [line for line in page.splitlines() if line.startswith("| a.deadline `a.deadline`")]
    assert "not more than | smallest bound asked by `xb/fast`: **3 days** | `xa/slow`: **15 days** |" in deadline
    assert "xc/advice" not in deadline
    (count,) = [line for line in page.splitlines() if line.startswith("| a.count `a.count`")]
    assert "not less than | largest bound asked by `xc/many` (*): **300** | – |" in count


def test_every_clause_that_touches_a_topic_is_listed_under_its_country(script: ModuleType) -> None:
    library = small()
    page = script.topic_pages(library, Words(library, "en"), "<!-- -->")["topics/all"]
    countries = re.split(r"^### ", page, flags=re.MULTILINE)[1:]
    listed = {part.split(" ")[0]: re.findall(r"^\| `([^`]+)`", part, re.MULTILINE) for part in countries}
    assert listed == {"xa": ["xa/slow"], "xb": ["xb/fast"], "xc": ["xc/many", "xc/advice"]}


def test_a_reading_is_not_passed_off_as_a_number_of_the_law(script: ModuleType) -> None:
    """Where a law says "at once", the page says that the number is ours."""
    library = load_library()
    page = script.topic_pages(library, Words(library, "en"), "<!-- -->")["topics/incident_reporting"]
    (line,) = [line for line in page.splitlines() if "`incident.correction.deadline` | not more than" in line]
    assert "our reading of a word that is no number" in line


def test_pages_in_chinese_are_chinese(script: ModuleType) -> None:
    library = small()
    for page in script.topic_pages(library, Words(library, "zh"), "<!-- -->").values():
        prose = re.sub(r"`[^`]*`", "", page)
        assert not re.findall(r"\b(?:the|of|that|asked|clauses|jurisdictions)\b", prose)


def test_generated_pages_stay_small() -> None:
    for path in (DOCS / "topics").glob("*.md"):
        assert path.stat().st_size < 120_000, Path(path).name
