"""All vectors, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator

from tests.evidence.vectors import bombs, file_form, flips, issuers, leaf_form, orders, payload_form, signatures, trees
from tests.evidence.vectors.entry import Entry

PARTS = (file_form, flips, signatures, payload_form, trees, leaf_form, orders, issuers, bombs)


def entries() -> Iterator[Entry]:
    for part in PARTS:
        yield from part.entries()
