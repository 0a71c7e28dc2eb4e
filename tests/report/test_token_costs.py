"""Chart, table and page of token costs: nothing is left out, nothing is too wide, nothing in a page runs."""

from __future__ import annotations

import csv
import io
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, new_statement
from comity.measures.tokenizer import FACT, LanguageCost, TokenCosts
from comity.report.token_costs import as_csv, banded, chart
from comity.report.token_costs_page import page, strip

if TYPE_CHECKING:
    from collections.abc import Sequence


def costs(premiums: Sequence[float | None], name: str = "", *, many: bool = False) -> TokenCosts:
    """A measurement with these premiums, sorted as the measure does."""
    ordered = sorted((value for value in premiums if value is not None), key=float)
    values = [*ordered, *(None for value in premiums if value is None)]
    languages = tuple(
        LanguageCost(
            f"a{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}",
            name or f"Name {n}",
            round(1000 * (value or 0)),
            500,
            900,
            0,
            value,
            value,
            n % 7 == 0 if many else True,
            False,
        )
        for n, value in enumerate(values)
    )
    observed = {"premium_highest": ordered[-1], "premium_median": ordered[len(ordered) // 2]}
    shares = {f"share_above_{limit}": sum(v > limit for v in ordered) / len(ordered) for limit in (2, 3, 5)}
    fact = MeasuredFact(FACT, ordered[-1], "observed", count=12, interval=(1.0, 99.0))
    predicate = Predicate("tokenizer", "by counting", [], date(2026, 11, 22), [fact], {**observed, **shares}, seed=0)
    statement = new_statement([Artefact("own.json", Digest("0" * 64))], predicate)
    return TokenCosts(statement, languages, 12)


PREMIUMS = st.lists(st.floats(1, 60), min_size=1, max_size=80).map(lambda values: [1.0, *values])


@given(PREMIUMS)
def test_every_language_is_in_one_band(premiums: list[float]) -> None:
    assert sum(count for _, count in banded(costs(premiums))) == len(premiums)


@given(PREMIUMS, st.integers(80, 220), st.sampled_from(["en", "zh"]))
def test_no_line_is_wider_than_the_terminal(premiums: list[float], width: int, language: str) -> None:
    lines = chart(costs(premiums, "一种名字很长很长很长很长很长很长的语言"), language, width).splitlines()
    assert max(map(cell_len, lines)) <= width


@given(st.lists(st.floats(1, 60), min_size=1, max_size=25))
def test_of_few_languages_all_are_shown_and_a_dearer_one_never_has_a_shorter_bar(premiums: list[float]) -> None:
    lines = chart(costs([1.0, *premiums]), "en", 100).splitlines()[1:]
    assert len(lines) == len(premiums) + 1
    bars = [line.count("█") for line in lines]
    assert bars == sorted(bars)


def test_of_many_languages_the_ends_are_shown() -> None:
    shown = chart(costs([1 + number / 10 for number in range(100)]), "en", 80)
    assert "Languages by premium" in shown
    assert shown.count("Name ") == 15
    assert "10.90" in shown


def test_languages_served_are_shown_by_themselves() -> None:
    found = costs([1 + number / 10 for number in range(100)], many=True)
    shown = chart(found, "en", 80)
    assert "languages served" in shown
    assert "Name 49 " in shown
    assert page(found, "en").count(">Name 49<") == page(found, "en").count(">Name 50<") + 1


@given(PREMIUMS)
def test_the_strip_holds_every_language_inside(premiums: list[float]) -> None:
    found = costs(premiums)
    drawn = strip(found, max(premiums))
    assert len(drawn.dots) == len(premiums)
    assert all(0 <= dot.across <= 100 and 0 <= dot.down <= drawn.base for dot in drawn.dots)
    assert drawn.height < 600


class Reader(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_stands_alone_and_nothing_in_it_runs(language: str) -> None:
    content = page(costs([1, 2, 30, None], name='<script>alert("x")</script>&\x1b'), language)
    reader = Reader()
    reader.feed(content)
    assert "script" not in reader.tags
    assert not {name for name, _ in reader.attributes if name.startswith("on") or name in {"src", "style"}}
    assert all((value or "").startswith(("#", "data:,")) for name, value in reader.attributes if name == "href")
    assert "\x1b" not in content
    assert reader.tags.count("circle") == 3
    assert content == page(costs([1, 2, 30, None], name='<script>alert("x")</script>&\x1b'), language)


def test_equal_premiums_make_a_page_as_well() -> None:
    assert "1.00" in page(costs([1, 1]), "en")


def test_the_table_holds_every_figure_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(costs([1, 2.5, None], name="=1+1")))))
    assert [row["premium"] for row in rows] == ["1.000000", "2.500000", ""]
    assert {row["name"] for row in rows} == {"'=1+1"}
