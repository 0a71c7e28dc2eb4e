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
from comity.library.elements import element_name
from comity.library.model import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable
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

    def put_in(self, key: str, element: str, names: Several[str], lines: Callable[[str], Several[str]]) -> Sheet:
        """Replace a fact in an entry of a list, or add it at the end of the entry.

        Args:
            key: the key of the list.
            element: the id of the entry.
            names: what the fact may be called there, the first where it is new.
            lines: key and value, without indentation, under the name that it has there.
        """
        sheet = self._with_element_as_block(key, element)
        entry = sheet._element(key, element)
        indentation = " " * entry.value[0][0].start_mark.column
        for name in names:
            found = _entry(entry, name)
            if found is not None:
                start, end = sheet._lines_of(*found)
                before = sheet.lines[start][: found[0].start_mark.column]
                first, *rest = lines(name)
                return sheet._with(start, end, [before + first, *_indented(rest, indentation)])
        end = sheet._lines_of(*entry.value[-1])[1]
        return sheet._with(end, end, _indented(lines(names[0]), indentation))

    def remove_in(self, key: str, element: str, names: Several[str]) -> Sheet:
        """Take a fact out of an entry of a list."""
        sheet = self._with_element_as_block(key, element)
        entry = sheet._element(key, element)
        found = next((place for name in names if (place := _entry(entry, name)) is not None), None)
        if found is None:
            return self
        start, end = sheet._lines_of(*found)
        if found != entry.value[0]:
            return sheet._with(start, end, ())
        following = entry.value[1][0].start_mark
        before = sheet.lines[start][: found[0].start_mark.column]
        return sheet._with(start, following.line + 1, [before + sheet.lines[following.line][following.column :]])

    def _element(self, key: str, element: str) -> yaml.MappingNode:
        listed = _entry(self.root, key)
        for node in listed[1].value if listed and isinstance(listed[1], yaml.SequenceNode) else ():
            if isinstance(node, yaml.MappingNode) and (found := _entry(node, "id")) and found[1].value == element:
                return node
        raise InputError(Message('"{name}" is not listed under “{key}:”', name=element, key=key))

    def _with_element_as_block(self, key: str, element: str) -> Sheet:
        """The same dossier with an entry of a list set one key a line, where it stands in braces."""
        node = self._element(key, element)
        found = _entry(self.root, key)
        if found is not None and isinstance(found[1], yaml.SequenceNode) and found[1].flow_style:
            lines = [f"{key}:"]
            for item in found[1].value:
                lines += _dashed(item, f"{_INDENTATION}- ")
            return self._with(*self._lines_of(*found), lines)
        if not node.flow_style:
            return self
        start, end = node.start_mark, node.end_mark
        lines = _dashed(node, self.lines[start.line][: start.column])
        lines[-1] += self.lines[end.line][end.column :]
        return self._with(start.line, end.line + 1, lines)

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


def _dashed(item: yaml.MappingNode, before: str) -> list[str]:
    """An entry of a list one key a line; the first line begins with what stands before the entry."""
    lines = [line for key, value in item.value for line in _written(key, value)]
    return [before + lines[0], *_indented(lines[1:], " " * len(before))]


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


def differing(before: str, after: str, name: str) -> set[str]:
    """The keys in which two dossiers differ: facts, those of listed elements under the names that these have, and other keys at the top.

    Raises:
        InputError: one is not YAML.
    """
    old, new = (_flat(_top(read_text(text, name=name))) for text in (before, after))
    return {
        key
        for key in {*old, *new}
        if (key in old) is not (key in new) or (key in old and content(old[key]) != content(new[key]))
    }


def _flat(tree: dict[str, Node]) -> dict[str, Node]:
    """Everything that a dossier says, each under a name of its own."""
    found = {key: node for key, node in tree.items() if key != "facts" and key not in COLLECTIONS.values()}
    found |= _top(tree.get("facts"))
    for collection, key in COLLECTIONS.items():
        listed = tree.get(key)
        if isinstance(listed, Sequence) and listed.items:
            for number, item in enumerate(listed.items):
                entries = _top(item)
                element = entries.get("id", item)
                named = element.text if isinstance(element, Scalar) else str(number)
                for fact, node in entries.items():
                    general = fact if fact.startswith(f"{collection}.") else f"{collection}.{fact}"
                    found[element_name(general, named)] = node
        elif listed is not None:
            found[key] = listed
    return found


def _top(node: Node | None) -> dict[str, Node]:
    return dict(node.entries) if isinstance(node, Mapping) else {}
