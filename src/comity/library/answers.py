"""Answers that were dear to find, kept on disk by the digest of what was asked.

Whoever asks makes the key: a digest over everything that the answer depends on, so that a kept answer can never be out of date. The file
carries its own digest and is decoded into a given form, so a damaged one is never believed: it counts as empty. It is plain MessagePack,
which executes nothing when read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from comity.library.cache import cache_directory

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = TypeVar("Form")

_DIGEST_BYTES = 32
LIMIT = 20_000
"""How many answers a file keeps."""


def read_answers(name: str, form: type[Form]) -> dict[str, Form]:
    """The answers kept under a name, by key; none where there is no file, or one that is not as it was written.

    Args:
        name: of the file in the cache directory.
        form: what every answer has to look like.
    """
    try:
        raw = _path(name).read_bytes()
    except (OSError, RuntimeError):
        return {}
    digest, payload = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        return {}
    try:
        return msgspec.msgpack.decode(payload, type=dict[str, form])  # type: ignore[valid-type]
    except (msgspec.DecodeError, RecursionError):
        return {}


def write_answers(name: str, answers: Mapping[str, object]) -> None:
    """Keep answers under a name; of too many the last ones. Where nothing can be written, nothing is kept; that is no error."""
    payload = msgspec.msgpack.encode(dict([*answers.items()][-LIMIT:]))
    with contextlib.suppress(OSError, RuntimeError):
        path = _path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".answers-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(hashlib.sha256(payload).digest() + payload)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return cache_directory() / f"{name}.msgpack"
