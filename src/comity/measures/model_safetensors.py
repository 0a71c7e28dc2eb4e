"""The header of a safetensors file.

The package `safetensors` checks the header against the size of the file (offsets without gaps or overlaps, shapes that
fit the bytes); here only its length is bounded before. The format says nothing about architecture, licence or languages
unless its maker added metadata.
Source: safetensors README, "Format"; metadata keys of the Stability AI model metadata standard (modelspec).
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from comity.language import Message
from comity.measures.header import (
    NO_WEIGHTS,
    UNCLEAR,
    WEIGHTS,
    ModelHeader,
    Tensor,
    Window,
    clean,
    damaged,
    missing_package,
    texts_as_facts,
    truncated,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FORMAT = "safetensors"

LONGEST_HEADER = 25_000_000
"""Bytes; the format allows 100 MB, the largest real headers have some hundred kilobytes."""

_WEIGHT_TYPE = re.compile(r"F\d|BF16|C\d")
_INDEX_TYPES = frozenset({"I64", "U64", "BOOL"})
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})\.safetensors$")
_SCALE_TYPE = "F8_E8M0"
"""Shared exponents of microscaling formats are no values of their own. Source: OCP Microscaling Formats 1.0."""


def is_header(head: bytes, size: int, named: str | None) -> bool:
    """Whether a file begins like safetensors: the length of a JSON object, then the object."""
    length = int.from_bytes(head[:8], "little")
    return head[8:9] == b"{" and (named == FORMAT or length <= max(size, LONGEST_HEADER))


def read_header(window: Window, path: Path) -> ModelHeader:
    """The header of the safetensors file that the window lies over.

    Raises:
        InputError: the file is damaged, or the package `safetensors` is not installed.
    """
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise missing_package("safetensors", path) from None
    length = window.unpack("<Q")
    if length > window.remaining:
        raise truncated(window.place)
    if length > LONGEST_HEADER:
        raise damaged(window.place, Message("its header is {length} bytes long", length=length), FORMAT)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            slices = {name: file.get_slice(name) for name in sorted(file.keys())}
            shapes = {name: (piece.get_dtype(), piece.get_shape()) for name, piece in slices.items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged(window.place, str(error), FORMAT) from None
    return ModelHeader(
        format=FORMAT,
        library="safetensors",
        tensors=tuple(Tensor(kind, prod(shape), _role(kind)) for kind, shape in shapes.values()),
        reported=texts_as_facts(
            (fact, key, metadata.get(key))
            for fact, key in (("model.architecture", "modelspec.architecture"), ("model.licence", "modelspec.license"))
        ),
        notes={
            "name": _noted(metadata, "modelspec.title"),
            "publisher": _noted(metadata, "modelspec.author"),
            "framework": _noted(metadata, "format"),
        },
        part=_part(shapes, path),
    )


def _noted(metadata: Mapping[str, str], key: str) -> str | None:
    return clean(metadata[key]) if key in metadata else None


def _role(kind: str) -> str:
    if kind in _INDEX_TYPES:
        return NO_WEIGHTS
    return WEIGHTS if _WEIGHT_TYPE.match(kind) and kind != _SCALE_TYPE else UNCLEAR


def _part(names: Iterable[str], path: Path) -> Message | None:
    shard = _SHARD.search(path.name)
    if shard and int(shard[2]) > 1:
        return Message("the file is one part of a model that is split over several files")
    if any(".lora_" in name or name.startswith("lora_") for name in names):
        return Message("the file holds an adapter, not a whole model")
    return None
