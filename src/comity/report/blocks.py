"""A report as a list of blocks, which three writers turn into text for a terminal, Markdown and HTML.

Who makes a report says what stands in it, once; how it looks is decided here and in `pages`. Texts may come from files of strangers:
control characters never reach a terminal, and nothing reaches a page unescaped.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from comity.language import clean
from comity.report.matrix import Matrix
from comity.report.matrix import as_text as matrix_as_text
from comity.report.wrapping import breaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STYLES = {
    "strong": "bold",
    "dim": "dim",
    "id": "cyan",
    "code": "",
    "link": "underline",
    "met": "green",
    "not_met": "bold red",
    "unknown": "yellow",
    "not_applicable": "bright_black",
    "true": "green",
    "false": "red",
}
_INDENT = 2


class Span(NamedTuple):
    """A piece of a line. `role` is one of `STYLES`; `link` an address that it leads to."""

    text: str
    role: str = ""
    link: str = ""


Line: TypeAlias = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """A line of plain and marked pieces; empty ones are left out."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return tuple(Span(clean(span.text), span.role, span.link) for span in spans if span.text)


def plain(content: Line) -> str:
    """The text of a line."""
    return "".join(span.text for span in content)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title of the report."""

    content: Line
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, indented by so many steps."""

    content: Line
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A formula or a line for a file, as it is written there."""

    text: str
    indent: int = 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture: `text` says it in characters; `svg` is markup of our own, with every text in it escaped, for a page."""

    text: str
    svg: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with what stands behind them; a name may have several lines."""

    rows: tuple[tuple[str, Line], ...]


class Branch(NamedTuple):
    """One line of an outline: how deep, what it says, and remarks below it."""

    depth: int
    content: Line
    remarks: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """An indented list."""

    rows: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Column `flexible` takes the width that is left; where too little is left, every row becomes two lines.

    `colon` stands between the name of a column and its cell there.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    flexible: int = 1
    colon: str = ": "


Block: TypeAlias = Heading | Paragraph | Code | Drawing | Pairs | Outline | Grid | Matrix


def written(blocks: Iterable[Block], *, to_file: bool = False) -> str:
    """Blocks as text: coloured only where it goes to a terminal, and without trailing spaces."""
    terminal = sys.stdout.isatty() and not to_file
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        force_terminal=terminal,
        no_color=None if terminal else True,
        width=Console().width if terminal else None,
        highlight=False,
        emoji=False,
        markup=False,
    )
    width = max(40, console.width)
    before: Block | None = None
    for block in blocks:
        if _apart(before, block):
            console.print()
        for text in lines(block, width):
            text.rstrip()
            console.print(text, soft_wrap=True)
        before = block
    return buffer.getvalue()


def _apart(before: Block | None, block: Block) -> bool:
    """Whether an empty line stands between two blocks."""
    if before is None or isinstance(before, Heading):
        return False
    return isinstance(block, Heading | Grid | Pairs | Matrix) or (isinstance(block, Paragraph) and not block.indent)


def lines(block: Block, width: int) -> Iterator[Text]:
    """The lines of a block for a terminal of so many cells."""
    match block:
        case Heading(content=content):
            yield from _wrapped(tuple(Span(span.text, span.role or "strong") for span in content), width)
        case Paragraph(content=content, indent=indent):
            yield from _wrapped(content, width, " " * indent * _INDENT)
        case Code(text=text, indent=indent):
            for row in text.splitlines():
                lead = " " * (len(row) - len(row.lstrip()) + indent * _INDENT)
                yield from _wrapped(line(row.strip()), width, lead)
        case Drawing(text=text):
            yield from lines(Code(text), width)
        case Pairs(rows=rows):
            yield from _pairs(rows, width)
        case Outline(rows=branches):
            for branch in branches:
                lead = " " * (branch.depth * _INDENT + _INDENT)
                yield from _wrapped(branch.content, width, lead, f"{lead}  ")
                for remark in branch.remarks:
                    yield from _wrapped(remark, width, f"{lead}    ")
        case Grid():
            yield from _grid(block, width)
        case Matrix():
            yield from matrix_as_text(block, width)


def _styled(content: Line) -> Text:
    return Text.assemble(*((span.text, STYLES.get(span.role, "")) for span in content))


def _wrapped(content: Line, width: int, lead: str = "", hanging: str | None = None) -> Iterator[Text]:
    """A line divided so that it fits; the first piece begins with `lead`, the others with `hanging`."""
    hanging = lead if hanging is None else hanging
    text = _styled(content)
    room = width - max(len(lead), len(hanging))
    for number, part in enumerate(text.divide(breaks(text.plain, room))):
        part.rstrip()
        yield Text(hanging if number else lead) + part


def _pairs(rows: Iterable[tuple[str, Line]], width: int) -> Iterator[Text]:
    rows = list(rows)
    names = min(max((cell_len(name) for name, _ in rows), default=0), width // 3)
    last = ""
    for name, content in rows:
        shown = "" if name == last else name
        last = name
        if cell_len(shown) > names:
            yield Text(f"{' ' * _INDENT}{shown}", style="dim")
            shown = ""
        gap = " " * (_INDENT + names + 2)
        label = f"{' ' * _INDENT}{shown}{' ' * (names - cell_len(shown) + 2)}"
        for number, part in enumerate(_wrapped(content, width - len(gap))):
            yield (Text(gap) if number else Text(label, style="dim")) + part


def _grid(grid: Grid, width: int) -> Iterator[Text]:
    others = [column for column in range(len(grid.columns)) if column != grid.flexible]
    sizes = [
        max([cell_len(grid.columns[column]), *(cell_len(plain(row[column])) for row in grid.rows)])
        for column in range(len(grid.columns))
    ]
    room = width - sum(sizes[column] + 2 for column in others)
    if room < min(24, sizes[grid.flexible]):
        yield from _stacked(grid, width)
        return
    sizes[grid.flexible] = min(room, sizes[grid.flexible])
    right = [bool(grid.rows) and all(plain(row[column]).isdigit() for row in grid.rows) for column in range(len(sizes))]
    yield _row([Text(name, style="dim") for name in grid.columns], sizes, right)
    for row in grid.rows:
        cells = [list(_wrapped(cell, size)) or [Text()] for cell, size in zip(row, sizes, strict=True)]
        for number in range(max(map(len, cells))):
            yield _row([cell[number] if number < len(cell) else Text() for cell in cells], sizes, right)


def _row(cells: list[Text], sizes: list[int], right: list[bool]) -> Text:
    joined = Text()
    for cell, size, justified in zip(cells, sizes, right, strict=True):
        gap = Text(" " * (size - cell.cell_len))
        joined += gap + cell if justified else cell + gap
        joined += Text("  ")
    return joined


def _stacked(grid: Grid, width: int) -> Iterator[Text]:
    """A row as its first cell and the flexible one, and below them the rest with the names of their columns."""
    for row in grid.rows:
        head = row[0] if grid.flexible == 0 else (*row[0], Span("  "), *row[grid.flexible])
        yield from _wrapped(head, width, "", "    ")
        rest = [
            _styled((Span(f"{name}{grid.colon}", "dim"), *cell))
            for column, (name, cell) in enumerate(zip(grid.columns, row, strict=True))
            if column not in {0, grid.flexible} and cell
        ]
        yield from _packed(rest, width, "    ")


def _packed(pieces: Iterable[Text], width: int, lead: str) -> Iterator[Text]:
    """Pieces joined by dots, as many on a line as fit; none is divided unless it alone is too wide."""
    current: Text | None = None
    for piece in pieces:
        if current is not None and len(lead) + current.cell_len + 3 + piece.cell_len <= width:
            current = current + Text(" · ") + piece
            continue
        if current is not None:
            yield Text(lead) + current
        current = piece
    if current is not None:
        yield Text(lead) + current
