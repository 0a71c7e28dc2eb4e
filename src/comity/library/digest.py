"""One number for a whole library, so that two people can say whether they judged by the same rules."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from comity.documents.reading import MAXIMUM_BYTES
from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def library_digest(layers: Iterable[Path]) -> str:
    """SHA-256 over the names and bytes of every YAML file of every layer, in hexadecimal digits.

    It depends on nothing else: neither on where the layers lie nor on the program's version.

    Raises:
        InputError: a file cannot be read.
    """
    digest = sha256(b"comity library 1\n")
    for layer in layers:
        digest.update(b"layer\n")
        files = [(path.relative_to(layer).as_posix(), path) for path in layer.rglob("*.yaml") if path.is_file()]
        for name, path in sorted(files):
            try:
                content = path.read_bytes() if path.stat().st_size <= MAXIMUM_BYTES else None
            except OSError:
                content = None
            if content is None:
                raise InputError(Message("the file cannot be read, or is too large"), place=Place(str(path)))
            digest.update(f"{len(name.encode())} {name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
