"""What the same text costs in each language as one HTML page: a strip of all languages, and a bar for each.

Nothing of it is a script. Drawings take their places in per cent and their colours from the page, so that they fit every width,
by day and by night.
"""

from __future__ import annotations

from math import ceil, log
from typing import TYPE_CHECKING, NamedTuple

from comity import __version__
from comity.language import Message, clean
from comity.measures.tokenizer import FACT, LIMITS
from comity.report.html import LANGUAGE_TAGS
from comity.report.templating import asset, environment, policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from comity.measures.tokenizer import LanguageCost, TokenCosts

TICKS = (1, 2, 3, 5, 10, 20, 50, 100, 1000)

_BINS = 72
"""Places along the strip where languages are heaped."""

_ROW = 9
"""Pixels from one dot of a heap to the next."""

_HIGHEST = 400
"""Pixels of the highest heap; with very many languages dots overlap."""

_BASE = 26
"""Pixels below the heaps, for the numbers."""


class Dot(NamedTuple):
    """A language on the strip: per cent from the left, pixels from the top, and which it is."""

    across: float
    down: int
    label: str
    notable: bool


class Strip(NamedTuple):
    """All languages along a logarithmic axis."""

    height: int
    base: int
    ticks: tuple[tuple[float, str], ...]
    dots: tuple[Dot, ...]


class Row(NamedTuple):
    """A language with its bar, in per cent of the longest."""

    cost: LanguageCost
    name: str
    share: float


def page(found: TokenCosts, language: str) -> str:
    """The whole page; the same measurement always gives the same bytes."""
    style = asset("assessment.css") + asset("token_costs.css")
    statement = found.statement
    most = found.written[-1].premium or 1.0

    def say(sentence: str, **values: object) -> str:
        return Message(sentence, **values).in_language(language)

    content = {
        "found": found,
        "statement": statement,
        "artefact": statement.subject[0],
        "predicate": statement.predicate,
        "fact": next((fact for fact in statement.predicate.facts if fact.fact == FACT), None),
        "figures": list(_figures(found, say)),
        "strip": strip(found, most),
        "rows": _rows(found.written, most),
        "served": _rows((cost for cost in found.written if cost.served), most)
        if any(not cost.served for cost in found.languages)
        else [],
        "unwritten": [Row(cost, clean(cost.name), 0.0) for cost in found.languages if cost.premium is None],
        "ends": (found.written[0].code, found.written[-1].code),
        "say": say,
        "language_tag": LANGUAGE_TAGS.get(language, language),
        "version": __version__,
        "style": style,
        "policy": policy(style, ""),
    }
    return environment().get_template("token_costs.html.j2").render(content)


def _rows(costs: Iterable[LanguageCost], most: float) -> list[Row]:
    return [Row(cost, clean(cost.name), (cost.premium or 0.0) / most * 100) for cost in costs]


def _figures(found: TokenCosts, say: Callable[..., str]) -> Iterator[tuple[str, str]]:
    """The four figures at the head."""
    observed = found.statement.predicate.observations
    highest = found.written[-1].premium or 1.0
    yield (
        f"{highest:.1f}×" if highest >= 10 else f"{highest:.2f}×",
        say("the dearest language, {name}", name=clean(found.written[-1].name)),
    )
    yield f"{observed['premium_median']:.2f}×", say("the median of {count} languages", count=len(found.written))
    for limit in LIMITS[:2]:
        share = observed[f"share_above_{limit}"]
        yield f"{share:.0%}", say("of the languages pay more than {limit}×", limit=limit)


def strip(found: TokenCosts, most: float) -> Strip:
    """Languages heaped along a logarithmic axis from 1 to the first tick that holds the dearest."""
    end = next((tick for tick in TICKS if tick >= most and tick > 1), ceil(most))
    heaps: dict[int, int] = {}
    placed: list[tuple[float, int, LanguageCost]] = []
    for cost in found.written:
        along = log(cost.premium or 1.0) / log(end)
        place = round(along * _BINS)
        level = heaps[place] = heaps.get(place, 0) + 1
        placed.append((place / _BINS * 96 + 2, level, cost))
    highest = max(heaps.values())
    step = min(_ROW, _HIGHEST / highest)
    base = round(highest * step) + 10
    notable = {found.written[0].code, found.written[-1].code}
    dots = tuple(
        Dot(round(across, 2), round(base - level * step), _label(cost), cost.code in notable or cost.to_english == 1)
        for across, level, cost in placed
    )
    ticks = tuple((round(log(tick) / log(end) * 96 + 2, 2), f"{tick}×") for tick in TICKS if tick <= end)
    return Strip(base + _BASE, base, ticks, dots)


def _label(cost: LanguageCost) -> str:
    name = clean(cost.name)
    return f"{name} ({cost.code}): {cost.premium:.2f}×" if name != cost.code else f"{cost.code}: {cost.premium:.2f}×"
