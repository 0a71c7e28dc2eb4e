"""A formula as blocks: in plain words, one comparison a line, and below them as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.report.blocks import Branch, Code, Outline, Span, line
from comity.report.formula_words import saying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.clauses.tree import Expression
    from comity.report.blocks import Block
    from comity.report.formula_words import Saying
    from comity.report.words import Words


def formula_blocks(text: str, tree: Expression, words: Words, indent: int = 1) -> Iterator[Block]:
    """A formula in words and as written; line ends are those of the file, which mean nothing."""
    yield Outline(tuple(branches(saying(tree, words), indent - 1)))
    yield Code(" ".join(text.split()), indent)


def branches(formula: Saying, depth: int = 0) -> Iterator[Branch]:
    """The lines of a formula in words; the members of a group stand below it."""
    name = Span(f"  {formula.name}", "id") if formula.form == "definition" else ""
    yield Branch(depth, line(Span(formula.text, "dim" if formula.parts else ""), name))
    for part in formula.parts:
        yield from branches(part, depth + 1)
