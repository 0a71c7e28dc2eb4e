"""Coverage-guided fuzzing of the YAML reader: any bytes as a file.

    python tests/fuzz/fuzz_yaml.py -max_total_time=60        (needs `pip install atheris`; all options of libFuzzer work)

What must hold: a text is a tree of bounded depth or an `InputError` with a place; a tree's readers answer or raise a `ComityError`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(
    include=["comity.documents", "comity.library.vocabulary", "comity.library.definitions", "yaml"]
):
    from comity.documents.reading import MAXIMUM_DEPTH, Mapping, Node, Sequence, read_text
    from comity.errors import ComityError
    from comity.library.definitions import read_definitions
    from comity.library.vocabulary import Vocabulary, read_facts


def one_input(data: bytes) -> None:
    """What libFuzzer calls."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        node = read_text(text, name="f")
    except ComityError as error:
        error.describe("zh").encode()
        if error.place is None:
            raise AssertionError(text) from error
        return
    if depth(node) > MAXIMUM_DEPTH + 1:
        raise AssertionError(text)
    try:
        read_definitions([node], Vocabulary(read_facts(node, topic="")))
    except ComityError as error:
        error.describe("en").encode()


def depth(node: Node) -> int:
    """How deep a tree is."""
    if isinstance(node, Sequence):
        return 1 + max(map(depth, node.items), default=0)
    return 1 + max(map(depth, node.entries.values()), default=0) if isinstance(node, Mapping) else 1


if __name__ == "__main__":
    words = Path(__file__).with_name("yaml.dict")
    atheris.Setup([*sys.argv, f"-dict={words}"], one_input)
    atheris.Fuzz()
