"""The header of a GGUF file (llama.cpp and its relatives).

The reader of the package `gguf` trusts every count and builds several objects per vocabulary entry (some hundred
megabytes and ten seconds for a large vocabulary), so the header is walked here, with the package's own tables of types
and sizes; the tests hold the two readers against each other.
Source: ggml documentation, docs/gguf.md; the keys are those of `gguf.constants.Keys`.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

from comity.clauses.values import INT_MAXIMUM
from comity.language import Message
from comity.measures.header import (
    NO_WEIGHTS,
    WEIGHTS,
    ModelHeader,
    Reported,
    Tensor,
    Window,
    clean,
    damaged,
    missing_package,
    texts_as_facts,
    truncated,
)

if TYPE_CHECKING:
    from pathlib import Path

    from comity.dossier.statements import Plain
    from comity.errors import InputError

FORMAT = "GGUF"
MAGIC = b"GGUF"

MOST_KEYS = 100_000
MOST_TENSORS = 200_000
MOST_STRINGS = 3_000_000
"""Far above real files (some 50 keys, 10,000 tensors, a million texts); bounds the time that a hostile header costs."""

LONGEST_NAME = 65_535
"""Bytes of a key or tensor name. Source: gguf.md, keys are at most 2**16 - 1 bytes."""

LONGEST_STRING = 100_000
"""Bytes of a text that is kept (chat templates are some kilobytes); longer ones are passed over."""

MOST_KEPT = 64_000_000
"""Bytes of names and texts that are kept in all."""

LONGEST_LIST = 64
"""Entries of a list that are kept; longer ones (the vocabulary) are passed over."""

MOST_DIMENSIONS = 4
"""GGML_MAX_DIMS."""

DEEPEST_LIST = 4

Field = int | float | bool | str | list[str] | None
"""A value of the header; None where it was passed over."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _LIST = 8, 9


def read_header(window: Window, path: Path) -> ModelHeader:
    """The header of the GGUF file that the window lies over.

    Raises:
        InputError: the file is damaged, or the package `gguf` is not installed.
    """
    try:
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
        from gguf.gguf_reader import READER_SUPPORTED_VERSIONS
    except ImportError:
        raise missing_package("gguf", path) from None
    walk = _Walk(window)
    walk.start(READER_SUPPORTED_VERSIONS)
    fields, shapes = walk.fields_and_tensors()
    alignment = fields.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 8 <= alignment <= 1 << 20 or alignment & (alignment - 1):
        raise walk.error(Message("general.alignment is not a power of two"))
    start = -(-window.position // alignment) * alignment
    tensors: list[Tensor] = []
    stretches: list[tuple[int, int]] = []
    for name, shape, number, offset in shapes:
        try:
            kind = GGMLQuantizationType(number)
        except ValueError:
            raise walk.error(Message("the tensor type {type} is not known", type=number)) from None
        values_a_block, bytes_a_block = GGML_QUANT_SIZES[kind]
        if not shape or min(shape) < 1 or shape[0] % values_a_block or offset % alignment:
            raise walk.error(Message("the tensor {name} has an impossible shape or offset", name=clean(name)))
        values = prod(shape)
        stretches.append((start + offset, start + offset + values // values_a_block * bytes_a_block))
        tensors.append(Tensor(kind.name, values, NO_WEIGHTS if kind.name in {"I8", "I16", "I32", "I64"} else WEIGHTS))
    _check_stretches(stretches, walk)
    return ModelHeader(
        format=f"{FORMAT} {walk.version}",
        library="gguf",
        tensors=tuple(tensors),
        reported=_reported(fields),
        notes=_notes(fields),
        part=_part(fields),
    )


def read_lists(window: Window, wanted: frozenset[str], path: Path) -> tuple[dict[str, Field], dict[str, list[Any]]]:
    """The fields of a GGUF header, and whole the lists under some of its keys.

    Raises:
        InputError: the file is damaged, or the package `gguf` is not installed.
    """
    try:
        from gguf.gguf_reader import READER_SUPPORTED_VERSIONS
    except ImportError:
        raise missing_package("gguf", path) from None
    walk = _Walk(window, wanted)
    walk.start(READER_SUPPORTED_VERSIONS)
    fields, _ = walk.fields_and_tensors()
    return fields, walk.lists


def _check_stretches(stretches: list[tuple[int, int]], walk: _Walk) -> None:
    """Each tensor lies in the file and none over another: what is counted is really there."""
    stretches.sort()
    if stretches and stretches[-1][1] > walk.window.end:
        raise truncated(walk.window.place)
    if any(before[1] > after[0] for before, after in pairwise(stretches)):
        raise walk.error(Message("tensors lie over each other"))


class _Walk:
    """One pass over a header.

    Attributes:
        lists: the whole lists under the keys that were asked for, numbers and texts as they are.
    """

    def __init__(self, window: Window, wanted: frozenset[str] = frozenset()) -> None:
        self.window = window
        self.wanted = wanted
        self.lists: dict[str, list[Any]] = {}
        self.order = "<"
        self.version = 0
        self.strings = 0
        self.kept = 0

    def error(self, problem: Message) -> InputError:
        return damaged(self.window.place, problem, FORMAT)

    def start(self, versions: list[int]) -> None:
        """Magic, version and with it the byte order."""
        self.window.skip(len(MAGIC))
        raw = self.window.take(4)
        version = int.from_bytes(raw, "little")
        if version & 0xFFFF == 0:
            self.order, version = ">", int.from_bytes(raw, "big")
        if version not in versions:
            raise self.error(Message("the version {version} is not known", version=version))
        self.version = version

    def number(self, form: str) -> int:
        return self.window.unpack(self.order + form)

    def fields_and_tensors(self) -> tuple[dict[str, Field], list[tuple[str, list[int], int, int]]]:
        """The fields by key, and name, shape, type and offset of every tensor."""
        tensor_count, field_count = self.number("Q"), self.number("Q")
        # A field takes at least 8 + 4 + 1 bytes, a tensor at least 8 + 4 + 4 + 8.
        if field_count * 13 + tensor_count * 24 > self.window.remaining:
            raise truncated(self.window.place)
        if field_count > MOST_KEYS or tensor_count > MOST_TENSORS:
            raise self.error(Message("it declares too many keys or tensors"))
        fields: dict[str, Field] = {}
        for _ in range(field_count):
            key = self.name()
            if key in fields:
                raise self.error(Message("the key {key} stands twice there", key=clean(key)))
            kind = self.number("I")
            if key in self.wanted and kind == _LIST:
                self.lists[key] = self.whole_list()
                fields[key] = None
            else:
                fields[key] = self.value(kind)
        shapes = [self.tensor() for _ in range(tensor_count)]
        if len({shape[0] for shape in shapes}) < len(shapes):
            raise self.error(Message("a tensor name stands twice"))
        return fields, shapes

    def tensor(self) -> tuple[str, list[int], int, int]:
        name = self.name()
        dimensions = self.number("I")
        if dimensions > MOST_DIMENSIONS:
            raise self.error(Message("a tensor has {count} dimensions", count=dimensions))
        shape = [self.number("Q") for _ in range(dimensions)]
        return name, shape, self.number("I"), self.number("Q")

    def name(self) -> str:
        length = self.number("Q")
        if length > LONGEST_NAME:
            raise self.error(Message("a name is longer than the format allows"))
        return self.decoded(self.window.take(length))

    def decoded(self, raw: bytes) -> str:
        self.kept += len(raw)
        if self.kept > MOST_KEPT:
            raise self.error(Message("it holds too many texts"))
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise self.error(Message("a text is not UTF-8")) from None

    def value(self, kind: int, depth: int = 0) -> Field:
        if kind == _STRING:
            return self.string()
        if kind == _LIST:
            return self.list(depth + 1)
        if kind not in _SCALARS:
            raise self.error(Message("the value type {type} is not known", type=kind))
        (scalar,) = struct.unpack(self.order + _SCALARS[kind], self.window.take(_SIZES[kind]))
        return scalar  # type: ignore[no-any-return]

    def string(self) -> str | None:
        self.strings += 1
        if self.strings > MOST_STRINGS:
            raise self.error(Message("it holds too many texts"))
        length = self.number("Q")
        if length > LONGEST_STRING:
            self.window.skip(length)
            return None
        return self.decoded(self.window.take(length))

    def whole_list(self) -> list[Any]:
        """A list of numbers or texts, however long."""
        kind, count = self.number("I"), self.number("Q")
        if count > MOST_STRINGS:
            raise self.error(Message("it holds too many texts"))
        if kind in _SIZES:
            raw = self.window.take(count * _SIZES[kind])
            return list(struct.unpack(f"{self.order}{count}{_SCALARS[kind]}", raw))
        if kind != _STRING:
            raise self.error(Message("the value type {type} is not known", type=kind))
        if count * 8 > self.window.remaining:
            raise truncated(self.window.place)
        return [text for text in (self.string() for _ in range(count)) if text is not None]

    def list(self, depth: int) -> list[str] | None:
        """A short list of texts; any other list is passed over."""
        kind, count = self.number("I"), self.number("Q")
        if kind in _SIZES:
            self.window.skip(count * _SIZES[kind])
            return None
        if depth > DEEPEST_LIST:
            raise self.error(Message("lists are nested too deep"))
        if kind not in {_STRING, _LIST}:
            raise self.error(Message("the value type {type} is not known", type=kind))
        if count * 8 > self.window.remaining:
            raise truncated(self.window.place)
        if kind == _STRING and count <= LONGEST_LIST:
            return [text for text in (self.string() for _ in range(count)) if text is not None]
        for _ in range(count):
            if kind == _STRING:
                self.pass_string()
            else:
                self.strings += 1
                self.list(depth + 1)
        return None

    def pass_string(self) -> None:
        self.strings += 1
        if self.strings > MOST_STRINGS:
            raise self.error(Message("it holds too many texts"))
        self.window.skip(self.number("Q"))


def _text(fields: dict[str, Field], key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) else None


def _count(fields: dict[str, Field], key: str) -> int | None:
    value = fields.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _listing(fields: dict[str, Field], key: str) -> str | None:
    value = fields.get(key)
    return ", ".join(clean(text) for text in value) if isinstance(value, list) and value else None


def _reported(fields: dict[str, Field]) -> tuple[Reported, ...]:
    found = texts_as_facts(
        (fact, key, text)
        for fact, key, text in (
            ("model.architecture", "general.architecture", _text(fields, "general.architecture")),
            ("model.licence", "general.license", _text(fields, "general.license")),
            ("model.languages", "general.languages", _listing(fields, "general.languages")),
        )
    )
    key = f"{_text(fields, 'general.architecture') or ''}.context_length"
    length = _count(fields, key)
    if length is None or length > INT_MAXIMUM:
        return found
    return (*found, Reported("model.context_length", length, clean(key)))


def _notes(fields: dict[str, Field]) -> dict[str, Plain | None]:
    """What a reader wants to know besides; None where the header is silent."""
    architecture = _text(fields, "general.architecture") or ""
    texts = {
        "name": _text(fields, "general.name"),
        "publisher": _text(fields, "general.organization") or _text(fields, "general.author"),
        "finetune": _text(fields, "general.finetune"),
        "base_model": _text(fields, "general.base_model.0.name"),
        "size_label": _text(fields, "general.size_label"),
        "tokenizer": _text(fields, "tokenizer.ggml.model"),
        "content": _text(fields, "general.type"),
    }
    counts = {
        "layers": _count(fields, f"{architecture}.block_count"),
        "embedding_length": _count(fields, f"{architecture}.embedding_length"),
        "vocabulary_size": _count(fields, f"{architecture}.vocab_size"),
    }
    notes: dict[str, Plain | None] = {name: clean(text) if text else None for name, text in texts.items()}
    chat_template = "tokenizer.chat_template" in fields
    return {**notes, **counts, "quantisation": _quantisation(fields), "chat_template": chat_template}


def _quantisation(fields: dict[str, Field]) -> str | None:
    """The quantisation that `general.file_type` names, in llama.cpp's words (`MOSTLY_Q4_1`)."""
    from gguf.constants import LlamaFileType

    number = fields.get("general.file_type")
    try:
        return LlamaFileType(number).name if isinstance(number, int) else None
    except ValueError:
        return None


def _part(fields: dict[str, Field]) -> Message | None:
    if (_count(fields, "split.count") or 1) > 1:
        return Message("the file is one part of a model that is split over several files")
    if (_text(fields, "general.type") or "model") != "model":
        return Message("the file calls itself an addition to a model, not a model")
    return None
