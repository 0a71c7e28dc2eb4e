"""Reading YAML as data: what a hostile or careless file contains is refused at its place, with a bounded amount of work."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.documents.reading import MAXIMUM_BYTES, MAXIMUM_DEPTH, Mapping, Node, Scalar, Sequence, read_file, read_text
from comity.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

BILLION_LAUGHS = "a: &a [lol, lol]\n" + "\n".join(
    f"{chr(c)}: &{chr(c)} [*{chr(c - 1)}, *{chr(c - 1)}]" for c in range(98, 110)
)

REFUSED = {
    "nothing": ("", "f: the file is empty"),
    "only a comment": ("# nothing\n", "f: the file is empty"),
    "two documents": ("a: 1\n---\nb: 2\n", "f:2:1: one document a file; a second one starts here"),
    "a tag that would run a program": (
        "a: !!python/object/apply:os.system [ls]\n",
        "f:1:4: tags (tag:yaml.org,2002:python/object/apply:os.system) are not read",
    ),
    "an own tag": ("a: !secret x", "f:1:4: tags (!secret) are not read"),
    "a harmless tag": ("!!map {a: 1}", "f:1:1: tags (tag:yaml.org,2002:map) are not read"),
    "an anchor": ("a: &x 1", "f:1:4: anchors (&name) are not read"),
    "an alias": ("b: *x\n", "f:1:4: aliases (*name) are not read"),
    "a merge key": ("a: {<<: *x}", "f:1:9: aliases (*name) are not read"),
    "a billion laughs": (BILLION_LAUGHS, "f:1:4: anchors (&name) are not read"),
    "a key that stands twice": ("a: 1\nb: 2\na: 3", 'f:3:1: the key "a" stands twice'),
    "a key that stands twice, once in quotes": ('"a": 1\na: 2', 'f:2:1: the key "a" stands twice'),
    "a key that stands twice, further in": ("- {a: 1, a: 2}", 'f:1:10: the key "a" stands twice'),
    "a list as a key": ("[a]: 1", "f:1:1: a key has to be a word"),
    "a map as a key": ("{a: 1}: 2", "f:1:1: a key has to be a word"),
    "deep lists": ("[" * 21 + "]" * 21, "f:1:21: nested more than 20 levels deep"),
    "lists without end": ("[" * 100_000, "f:1:21: nested more than 20 levels deep"),
    "deep maps": ("\n".join("  " * i + "a:" for i in range(30)), "f:21:41: nested more than 20 levels deep"),
    "more values than can be meant": ("[" + "1," * 400_001 + "]", "f:1:800000: more than 400000 values"),
    "a file that is too large": ("a: " + "x" * MAXIMUM_BYTES, "f: the file is larger than 4000000 bytes"),
    "NUL": ("a: \0", "f:1:1: a character is not allowed in YAML: U+0000"),
    "a control character": ("a: 1\nb: \x01", "f:2:1: a character is not allowed in YAML: U+0001"),
    "half a character": ("a: \ud800", "f: this is not YAML: unreadable"),
    "a tab that indents": ("a:\n\tb: 1", "f:2:1: this is not YAML: found character that cannot start any token"),
    "a list that never ends": ("a: [1, 2", "f:2:1: this is not YAML: did not find expected ',' or ']'"),
    "a string that never ends": ('a: "x', "f:1:6: this is not YAML: found unexpected end of stream"),
    "two colons": ("a: b: c", "f:1:5: this is not YAML: mapping values are not allowed in this context"),
    "an unknown escape": ('a: "\\q"', "f:1:5: this is not YAML: found unknown escape character"),
    "an unknown directive": ("%FOO\n---\na", "f:1:5: this is not YAML: found unknown directive name"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_plain_data_is_refused_at_its_place(name: str) -> None:
    """The words after “this is not YAML” are those of libyaml, with which every wheel of PyYAML comes."""
    text, message = REFUSED[name]
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        read_text(text, name="f")
    assert caught.value.describe() == message
    assert time.process_time() - started < 10


FILES = {
    "UTF-16": ("a: 1".encode("utf-16"), "f:1:1: the file is not UTF-8 text"),
    "Latin-1": (b"a: 1\nb: 2\nc: \xe9", "f:3:1: the file is not UTF-8 text"),
    "a surrogate in UTF-8": (b"a: \xed\xa0\x80", "f:1:1: the file is not UTF-8 text"),
    "more than four megabytes": (b"#" * (MAXIMUM_BYTES + 1), "f: the file is larger than 4000000 bytes"),
    "nothing": (b"", "f: the file is empty"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_text_is_refused(name: str, tmp_path: Path) -> None:
    content, message = FILES[name]
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_file(path, name="f")
    assert caught.value.describe() == message


def test_a_missing_file_and_a_directory_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="f: there is no such file"):
        read_file(tmp_path / "none", name="f")
    with pytest.raises(InputError, match="f: the file cannot be read: "):
        read_file(tmp_path, name="f")


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    for found in (read_file(path), read_text("\ufeffa: 1", name="f")):
        assert isinstance(found, Mapping)
        assert list(found.entries) == ["a"]


def test_scalars_stay_text_so_that_norway_is_no_boolean() -> None:
    found = read_text("[no, on, 1e3, 0o7, 2026-01-01, ~, 1_000, 12:30, '']", name="f")
    assert isinstance(found, Sequence)
    texts = [item.text for item in found.items if isinstance(item, Scalar)]
    assert texts == ["no", "on", "1e3", "0o7", "2026-01-01", "~", "1_000", "12:30", ""]


def test_every_node_knows_where_it_stands() -> None:
    found = read_text("a: 1\nb:\n  - x\n  - {c: 'y'}\n", name="f")
    assert isinstance(found, Mapping)
    assert str(found.key_places["b"]) == "f:2:1"
    items = found.entries["b"]
    assert isinstance(items, Sequence)
    assert [str(item.place) for item in items.items] == ["f:3:5", "f:4:5"]


def test_reading_needs_no_stack() -> None:
    deep = "[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400)
    try:
        read_text(deep, name="f")
    finally:
        sys.setrecursionlimit(limit)


PIECES = [
    "a: 1",
    "- x",
    "\n",
    "  ",
    "\t",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "?",
    "- ",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "|\n",
    ">-\n",
    "'",
    '"',
]
PIECES += [
    "#",
    "---",
    "...",
    "%YAML 1.1",
    "<<: ",
    "~",
    "null",
    "\\",
    "\0",
    "\x07",
    "\ufeff",
    "\u2028",
    "é",
    "🙂",
    "\r\n",
    "@",
    "`",
    "a:",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=80)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_any_text_is_a_tree_or_an_input_error(text: str) -> None:
    try:
        found = read_text(text, name="f")
    except InputError as error:
        error.describe("zh")
        assert error.place is not None
        assert error.place.file == "f"
    else:
        assert depth(found) <= MAXIMUM_DEPTH + 1


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=100) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_file_is_a_tree_or_an_input_error(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        read_file(path)
    except InputError as error:
        assert error.place is not None


def depth(node: Node) -> int:
    match node:
        case Sequence(items=items):
            return 1 + max(map(depth, items), default=0)
        case Mapping(entries=entries):
            return 1 + max(map(depth, entries.values()), default=0)
        case _:
            return 1
