"""Strips in characters: for a terminal, for Markdown, and in ASCII for a terminal that has nothing else.

The one idea: one column of the strip stands for one stretch of the axis in every line of it, so that the value can be followed downwards
through the bounds of each country.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from comity.report.group_strips import FEW_GROUPS
from comity.report.words import VERDICT_NAMES
from comity.report.wrapping import breaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from comity.report.group_strips import GroupStrip, Mark
    from comity.report.measured import ClauseLine, FactStrip, Lane, Measured
    from comity.report.words import Words

STYLES = {"met": "green", "not_met": "bold red", "unknown": "yellow", "not_applicable": "bright_black"}
WIDE = 140
_WIDEST, _NARROWEST, _NARROWEST_BESIDE = 60, 20, 8
_INDENT = 3
_MOST_CLAUSES = 3


class Glyphs(NamedTuple):
    """The characters of a strip."""

    rule: str
    tick: str
    interval: str
    value: str
    outside: str
    inside: str
    crossing: str
    gap: str
    heap: str


UNICODE = Glyphs("─", "┼", "━", "●", "·", "█", "┃", "╌", "▁▂▃▄▅▆▇█")
ASCII = Glyphs("-", "+", "=", "O", ".", "#", "|", "?", ".:=#")


def glyphs(encoding: str | None = None) -> Glyphs:
    """The characters that an encoding can write (default: that of standard output)."""
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "".join(UNICODE).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def measured_lines(view: Measured, words: Words, width: int, drawn: Glyphs) -> Iterator[Text]:
    """The whole section, without its title."""
    for strip in view.facts:
        yield from fact_lines(strip, words, width, drawn)
    for source, group in view.groups:
        yield from group_lines(group, width, drawn, 1, f"  ({source})")


def fact_lines(strip: FactStrip, words: Words, width: int, drawn: Glyphs) -> Iterator[Text]:
    """One measured fact."""
    yield from _wrapped(Text.assemble(" ", (strip.title, "bold"), "  ", (strip.id, "cyan")), width, 3)
    said = strip.withheld or strip.value
    behind = "  ".join(part for part in (strip.behind, strip.source) if part)
    lead = words.say("no value: {reason}", reason=said) if strip.withheld else said
    yield from _wrapped(
        Text.assemble("   ", (lead, "yellow" if strip.withheld else "bold"), "  ", (behind, "dim")), width, 3
    )
    if strip.marks:
        yield from _lanes(strip, words, width, drawn)
    if strip.others:
        yield from _wrapped(Text("   ") + _clauses(strip.others, words), width, 5)
    if strip.decides:
        yield from _wrapped(Text.assemble("   ", (strip.decides, "dim")), width, 3)
    for group in strip.groups:
        yield from group_lines(group, width, drawn, 3)
    yield Text("")


def _lanes(strip: FactStrip, words: Words, width: int, drawn: Glyphs) -> Iterator[Text]:
    """The axis with the value, and a line for each bound."""
    asked = [words.say("{name}: ", name=lane.place) + lane.asked for lane in strip.lanes]
    wide = width >= WIDE
    left = min(44, max(map(cell_len, asked), default=0)) + _INDENT + 2 if wide else _INDENT
    room = max(_NARROWEST, min(_WIDEST, width - left - (38 if wide else _INDENT)))
    pad = " " * left
    yield Text(pad) + Text(_numbers(strip.marks, room), style="dim")
    yield Text(pad) + _axis(strip, room, drawn)
    for lane, name in zip(strip.lanes, asked, strict=True):
        row = _lane(strip, lane, room, drawn)
        clauses = _clauses(lane.clauses, words)
        if lane.condition:
            clauses.append(words.say(" (decides whether it applies)"), style="dim")
        if wide:
            head = Text(f"{' ' * _INDENT}{set_cell_size(name, left - _INDENT)}")
            first, *rest = [*_wrapped(clauses, width - left - room - 2, 0)] or [Text("")]
            yield head + row + Text("  ") + first
            for line in rest:
                yield Text(" " * (left + room + 2)) + line
        else:
            yield from _wrapped(Text.assemble(" " * _INDENT, (name, ""), "  ") + clauses, width, _INDENT + 2)
            yield Text(pad) + row
        if lane.doubt:
            yield from _wrapped(Text.assemble(" " * _INDENT, (lane.doubt, "yellow")), width, _INDENT)


def _clauses(lines: Sequence[ClauseLine], words: Words) -> Text:
    """Clauses by id, the verdict before the first of each."""
    found = Text("")
    verdict = ""
    for number, line in enumerate(lines[:_MOST_CLAUSES]):
        found.append(words.separator if number and line.verdict == verdict else "; " if number else "")
        if line.verdict != verdict:
            verdict = line.verdict
            found.append(words.say("{name}: ", name=words.name(VERDICT_NAMES[verdict])), style=STYLES[verdict])
        found.append(line.id, style="cyan")
    more = len(lines) - _MOST_CLAUSES
    if more > 0:
        found.append(words.say(" and {count} more", count=more))
    return found


def _numbers(marks: Sequence[Mark], room: int) -> str:
    """The numbers above an axis, each over its mark; one that would touch the last is left out."""
    found = ""
    for mark in marks:
        size = cell_len(mark.label)
        start = min(room - size, max(0, _column(mark.at, room) - size // 2))
        if start > cell_len(found) or not found:
            found += " " * (start - cell_len(found)) + mark.label
    return found


def _axis(strip: FactStrip, room: int, drawn: Glyphs) -> Text:
    if strip.withheld:
        return Text(drawn.gap * room, style="yellow")
    cells = [drawn.rule] * room
    for mark in strip.marks:
        cells[_column(mark.at, room)] = drawn.tick
    if strip.span is not None:
        for column in range(_column(strip.span.start, room), _column(strip.span.end, room) + 1):
            cells[column] = drawn.interval
    if strip.at is not None:
        cells[_column(strip.at, room)] = drawn.value
    return Text("".join(cells))


def _lane(strip: FactStrip, lane: Lane, room: int, drawn: Glyphs) -> Text:
    cells = [drawn.outside] * room
    if lane.stretch is not None:
        for column in range(_column(lane.stretch.start, room), _column(lane.stretch.end, room) + 1):
            cells[column] = drawn.inside
    verdict = "unknown" if lane.kept is None else "met" if lane.kept else "not_met"
    row = Text("".join(cells), style="dim" if lane.condition else STYLES[verdict])
    if strip.at is not None:
        column = _beside(_column(strip.at, room), lane, room)
        row = row[:column] + Text(drawn.crossing, style="bold") + row[column + 1 :]
    return row


def _beside(column: int, lane: Lane, room: int) -> int:
    """The column of the value, moved by one where rounding would show it on the wrong side of the bound."""
    if lane.stretch is None or lane.kept is not False:
        return column
    first, last = _column(lane.stretch.start, room), _column(lane.stretch.end, room)
    if not first <= column <= last:
        return column
    return last + 1 if first == 0 and last + 1 < room else max(0, first - 1)


def group_lines(
    strip: GroupStrip, width: int, drawn: Glyphs, indent: int, after: str = "", *, titled: bool = True
) -> Iterator[Text]:
    """The figures of several groups: a line each where they are few, else one line of heaps, and the ends by name."""
    pad = " " * indent
    if titled:
        yield from _wrapped(Text.assemble(pad, (strip.title, "bold"), (after, "dim")), width, indent + 2)
    if len(strip.groups) > FEW_GROUPS:
        room = max(_NARROWEST, min(_WIDEST, width - indent - 2))
        yield Text(f"{pad}  {_numbers(strip.marks, room)}", style="dim")
        yield Text(f"{pad}  {_heaped(strip, room, drawn)}")
    else:
        names = min(max(cell_len(group.name) for group in strip.groups), max(8, width // 4))
        said = max(cell_len(group.said) for group in strip.groups)
        room = max(_NARROWEST_BESIDE, min(_WIDEST, width - indent - names - said - 6))
        lead = f"{pad}  {' ' * names}  "
        yield Text(lead + _numbers(strip.marks, room), style="dim")
        for group in strip.groups:
            cells = [drawn.rule] * room
            if group.span is not None:
                for column in range(_column(group.span.start, room), _column(group.span.end, room) + 1):
                    cells[column] = drawn.interval
            cells[_column(group.at, room)] = drawn.value
            name = set_cell_size(group.name, names)
            yield Text(f"{pad}  {name}  {''.join(cells)}  {group.said}".rstrip())
    yield from _wrapped(Text.assemble(f"{pad}  ", (strip.ends, "dim")), width, indent + 2)


def _heaped(strip: GroupStrip, room: int, drawn: Glyphs) -> str:
    """How many groups stand at each place, as heights."""
    counts = [0] * room
    for place, count in strip.heaps:
        counts[_column((place + 0.5) / strip.places, room)] += count
    most = max(counts) or 1
    steps = len(drawn.heap)
    heights = [drawn.heap[min(steps - 1, count * steps // (most + 1))] if count else " " for count in counts]
    return "".join(heights).rstrip()


def _column(at: float, room: int) -> int:
    return min(room - 1, round(at * (room - 1)))


def _wrapped(text: Text, width: int, hanging: int) -> Iterator[Text]:
    """A line divided so that it fits; what follows the first piece is indented."""
    text.rstrip()
    lead = len(text.plain) - len(text.plain.lstrip())
    body, room = text[lead:], max(12, width - max(lead, hanging))
    for number, part in enumerate(body.divide(breaks(body.plain, room))):
        part.rstrip()
        yield Text(" " * (hanging if number else lead)) + part


def plain_lines(lines: Iterable[Text]) -> str:
    """Lines as text without colours."""
    return "\n".join(line.plain.rstrip() for line in lines)
