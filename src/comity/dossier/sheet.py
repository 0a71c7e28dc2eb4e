"""The text of a dossier, changed line by line: what nobody asked to change keeps every byte, comments and all.

A change is made on the text of the moment, read anew; it is believed only after the new text was read back and found to differ in what was
to be changed and in nothing else. The file is replaced in one step, so that whoever is interrupted leaves the old text or the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from comity.documents.reading import Mapping, Scalar, Sequence, read_text
from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Sequence as Several

    from comity.documents.reading import Node

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INDENTATION = "  "


class Sheet:
    """The lines of a dossier, and where its keys stand.

    Args:
        text: YAML that `documents.reading` has accepted, a mapping at the top.
    """

    def __init__(self, text: str) -> None:
        self.end_of_line = "\r\n" if "\r\n" in text else "\n"
        self.lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        root = yaml.compose("\n".join(self.lines) + "\n", Loader=_Loader)
        if not isinstance(root, yaml.MappingNode):
            raise InputError(Message("keys with values are wanted here"), hint=Message("write key: value"))
        self.root = root

    @property
    def text(self) -> str:
        """The whole text."""
        return self.end_of_line.join(self.lines) + self.end_of_line

    def put(self, key: str, lines: Several[str]) -> Sheet:
        """Replace a key at the top, or add it at the end; `lines` hold key and value."""
        found = _entry(self.root, key)
        if found is None:
            return self._with(len(self.lines), len(self.lines), lines)
        return self._with(*self._lines_of(*found), lines)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that are there, in the order of the file."""
        facts = _entry(self.root, "facts")
        mapping = facts[1] if facts else None
        return tuple(key.value for key, _ in mapping.value) if isinstance(mapping, yaml.MappingNode) else ()

    def put_fact(self, fact: str, comments: Several[str], value: Several[str], behind: str | None) -> Sheet:
        """Replace a fact, or add it.

        Args:
            fact: its id.
            comments: lines to stand above it where it is added.
            value: lines of key and value, without indentation.
            behind: the fact after which it is added; None: before all.
        """
        sheet = self._with_facts_as_block()
        key, mapping = sheet._facts()
        found = _entry(mapping, fact) if mapping else None
        indentation = " " * mapping.value[0][0].start_mark.column if mapping else _INDENTATION
        if found is not None:
            return sheet._with(*sheet._lines_of(*found), _indented(value, indentation))
        previous = _entry(mapping, behind) if mapping and behind is not None else None
        start = key.end_mark.line + 1 if previous is None else sheet._lines_of(*previous)[1]
        return sheet._with(start, start, _indented([*comments, *value], indentation))

    def remove_fact(self, fact: str, comments: Several[str]) -> Sheet:
        """Take a fact out, with the comments right above it, as far as they read so."""
        sheet = self._with_facts_as_block()
        _, mapping = sheet._facts()
        found = _entry(mapping, fact) if mapping else None
        if found is None:
            return self
        start, end = sheet._lines_of(*found)
        for comment in reversed(comments):
            if start and sheet.lines[start - 1].strip() == comment:
                start -= 1
            else:
                break
        return sheet._with(start, end, ())

    def _facts(self) -> tuple[yaml.Node, yaml.MappingNode | None]:
        """The key of the facts and, unless they are empty, their mapping."""
        found = _entry(self.root, "facts")
        if found is None:
            raise InputError(Message('the key "{key}" is missing here', key="facts"))
        return found[0], found[1] if isinstance(found[1], yaml.MappingNode) else None

    def _lines_of(self, key: yaml.Node, value: yaml.Node) -> tuple[int, int]:
        """The first line of an entry and the line after its last."""
        last = _last(value)
        first: int = key.start_mark.line
        end: int = max(first + 1, last.end_mark.line + (1 if last.end_mark.column else 0))
        while end > first + 1 and not self.lines[end - 1].strip():
            end -= 1
        return first, end

    def _with(self, start: int, end: int, lines: Several[str]) -> Sheet:
        kept = [*self.lines[:start], *lines, *self.lines[end:]]
        return Sheet(self.end_of_line.join(kept) + self.end_of_line)

    def _with_facts_as_block(self) -> Sheet:
        """The same dossier with its facts one a line: where they stand in braces, or where there are none, they are set anew."""
        facts = _entry(self.root, "facts")
        if facts is None:
            return self._with(len(self.lines), len(self.lines), ["", "facts:"])
        node = facts[1]
        if isinstance(node, yaml.MappingNode) and not node.flow_style:
            return self
        if isinstance(node, yaml.ScalarNode) and not node.value:
            return self
        lines = ["facts:"]
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            lines += _indented(_written(key, value), _INDENTATION)
        return self._with(*self._lines_of(*facts), lines)


def _entry(node: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next((entry for entry in node.value if entry[0].value == key), None)


def _last(node: yaml.Node) -> yaml.Node:
    """The last scalar or bracketed collection of a node: the end of a block collection is where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        entry = node.value[-1]
        node = entry[1] if isinstance(entry, tuple) else entry
    return node


def _written(key: yaml.Node, value: yaml.Node) -> list[str]:
    whole = yaml.MappingNode("tag:yaml.org,2002:map", [(key, value)], flow_style=False)
    text: str = yaml.serialize(whole, Dumper=yaml.SafeDumper, allow_unicode=True, width=10**6)
    return text.rstrip("\n").split("\n")


def _indented(lines: Several[str], indentation: str) -> list[str]:
    return [f"{indentation}{line}" if line else line for line in lines]


def content(node: Node) -> object:
    """What a node says, without where it stands; for comparing two texts."""
    match node:
        case Scalar(text=text, plain=plain):
            return (text, plain)
        case Sequence(items=items):
            return [content(item) for item in items]
        case Mapping(entries=entries):
            return {key: content(entry) for key, entry in entries.items()}


def differing(before: str, after: str, key: str, name: str) -> set[str]:
    """The keys in which two dossiers differ: those under `key`, and those at the top other than `key`.

    Raises:
        InputError: one is not YAML.
    """
    old, new = (_top(read_text(text, name=name)) for text in (before, after))
    inner = [_top(tree.get(key)) for tree in (old, new)]
    return _changed(inner[0], inner[1]) | _changed(
        *({k: v for k, v in tree.items() if k != key} for tree in (old, new))
    )


def _top(node: Node | None) -> dict[str, Node]:
    return dict(node.entries) if isinstance(node, Mapping) else {}


def _changed(old: dict[str, Node], new: dict[str, Node]) -> set[str]:
    return {
        key
        for key in {*old, *new}
        if (key in old) is not (key in new) or (key in old and content(old[key]) != content(new[key]))
    }
