"""A page read back by the standard library's parser, as tests look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

INLINE = {"span", "b", "i", "u", "a", "code", "cite", "time"}
VOID = {"meta", "link", "br", "hr", "img", "input", "rect", "use", "circle", "path", "line"}


@dataclass
class Element:
    """An element with its attributes, what it contains and all text in it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of the element and everything in it, white space folded."""
        return " ".join("".join(self.texts).split())

    @property
    def classes(self) -> set[str]:
        """The classes."""
        return set(self.attributes.get("class", "").split())

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Every element below, of a tag and with attributes (`class_`: one of the classes), in order."""
        found: list[Element] = []
        for child in self.children:
            wanted_class = attributes.get("class_")
            others = {name: value for name, value in attributes.items() if name != "class_"}
            if (
                (not tag or child.tag == tag)
                and (wanted_class is None or wanted_class in child.classes)
                and all(child.attributes.get(name) == value for name, value in others.items())
            ):
                found.append(child)
            found += child.all(tag, **attributes)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)
        if tag not in INLINE:
            self.handle_data(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()
        if tag not in INLINE:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.texts.append(data)


def read(page: str) -> Element:
    """The root of a page; every element that was opened has to be closed, in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is never closed"
    return reader.root
