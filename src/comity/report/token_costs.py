"""What the same text costs in each language: a chart for a terminal, and a table.

Of few languages all are shown; of many the distribution, those that are served, the cheapest, the dearest and English.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from comity.language import Message, clean, translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.measures.tokenizer import LanguageCost, TokenCosts

BANDS = ((1.0, 1.5), (1.5, 2.0), (2.0, 3.0), (3.0, 5.0), (5.0, 10.0), (10.0, None))
"""Premiums from, up to and including; the first band has its lower end as well."""

ALL_SHOWN = 30
CHEAPEST, DEAREST = 5, 10
_NARROWEST_BAR = 10
_WIDEST_BAR = 60
_COLUMNS = ("language", "name", "tokens", "bytes", "characters", "unknown_characters", "premium", "to_english")


def as_csv(found: TokenCosts) -> str:
    """Every figure, one language a row, the cheapest first."""
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow((*_COLUMNS, "bytes_per_token", "characters_per_token", "served", "doubtful"))
    for cost in found.languages:
        rows.writerow(
            (
                cost.code,
                _harmless(cost.name),
                cost.tokens,
                cost.size,
                cost.characters,
                cost.unknown,
                _rounded(cost.premium),
                _rounded(cost.to_english),
                _rounded(cost.bytes_per_token),
                _rounded(cost.characters_per_token),
                int(cost.served),
                int(cost.doubtful),
            )
        )
    return stream.getvalue()


def _harmless(name: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{name}" if name[:1] in "=+-@" else name


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def banded(found: TokenCosts) -> list[tuple[str, int]]:
    """How many languages lie in each band."""
    premiums = [cost.premium for cost in found.written if cost.premium is not None]
    return [
        (
            f"{low:g}–{high:g}×" if high is not None else f"> {low:g}×",
            sum((low < value or low == 1.0) and (high is None or value <= high) for value in premiums),
        )
        for low, high in BANDS
    ]


def chart(found: TokenCosts, language: str, width: int) -> str:
    """The lines of the chart, for a terminal of so many cells."""
    return "\n".join(_lines(found, language, width))


def _lines(found: TokenCosts, language: str, width: int) -> Iterator[str]:
    written = found.written
    yield translate("Tokens for the same text, relative to the cheapest language", language)
    if len(written) <= ALL_SHOWN:
        yield from _bars(written, written, width)
    else:
        yield ""
        yield f"  {translate('Languages by premium', language)}"
        yield from _distribution(banded(found), width)
        for title, rows in _chosen(written, language):
            yield ""
            yield f"  {title}"
            yield from _bars(rows, written, width)
    if any(cost.doubtful for cost in found.languages):
        yield ""
        yield translate("? the text may be no whole translation", language)


def _chosen(written: Sequence[LanguageCost], language: str) -> Iterator[tuple[str, Sequence[LanguageCost]]]:
    served = [cost for cost in written if cost.served]
    if 0 < len(served) <= ALL_SHOWN:
        yield translate("languages served", language), served
    yield translate("the cheapest", language), written[:CHEAPEST]
    middle = [cost for cost in written[CHEAPEST:-DEAREST] if cost.to_english == 1]
    if middle:
        yield translate("English", language), middle[:1]
    yield Message("the {count} dearest", count=DEAREST).in_language(language), written[-DEAREST:]


def _distribution(bands: Sequence[tuple[str, int]], width: int) -> Iterator[str]:
    names = max(cell_len(name) for name, _ in bands)
    most = max(count for _, count in bands)
    digits = len(str(most))
    room = max(_NARROWEST_BAR, min(_WIDEST_BAR, width - names - digits - 6))
    for name, count in bands:
        yield f"  {name:<{names}}  {count:>{digits}} {_bar(count, most, room)}".rstrip()


def _bars(rows: Sequence[LanguageCost], written: Sequence[LanguageCost], width: int) -> Iterator[str]:
    codes = max(cell_len(cost.code) for cost in rows)
    named = any(cost.name != cost.code for cost in rows)
    names = min(max(cell_len(cost.name) for cost in rows), max(8, width // 3)) if named else 0
    most = written[-1].premium or 1.0
    room = max(_NARROWEST_BAR, min(_WIDEST_BAR, width - codes - names - 13))
    for cost in rows:
        premium = cost.premium or 0.0
        name = f"  {set_cell_size(_shortened(clean(cost.name), names), names)}" if named else ""
        mark = "?" if cost.doubtful else " "
        yield f"  {cost.code:<{codes}}{name} {premium:>6.2f}{mark} {_bar(premium, most, room)}".rstrip()


def _shortened(name: str, cells: int) -> str:
    if cell_len(name) <= cells:
        return name
    return f"{set_cell_size(name, cells - 1).rstrip()}…"


def _bar(value: float, most: float, room: int) -> str:
    eighths = round(value / most * room * 8) if most else 0
    if value and not eighths:
        eighths = 1
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]
