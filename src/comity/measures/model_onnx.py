"""The header of an ONNX file.

ONNX is one protobuf message, weights included; parsing it whole costs a multiple of its size, and a hostile file far
more. So the message is walked field by field, weights are passed over, and only the small rest of each tensor is handed
to the package `onnx`.
Source: onnx/onnx.proto (the field numbers below); Protocol Buffers, "Encoding"; onnx/docs/MetadataProps.md.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Iterator
    from pathlib import Path

    from comity.dossier.statements import Plain
    from comity.errors import InputError

FORMAT = "ONNX"

MOST_FIELDS = 2_000_000
"""Protobuf fields that are walked; graphs of large language models have some hundred thousand."""

DEEPEST_GRAPH = 16
"""Graphs within graphs (branches and loops)."""

LONGEST_REST = 8_000_000
"""Bytes of model or tensor that are parsed once the weights are left out."""

MOST_DIMENSIONS = 64

MOST_VALUES = 10**15
"""Values of one tensor; a thousand times the largest models."""

MOST_MODEL_FIELDS = 10_000
"""Fields of the outermost message: metadata entries, operator sets, functions."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

# ModelProto
_GRAPH, _TRAINING, _FUNCTIONS = 7, 20, 25
# GraphProto
_NODE, _INITIALIZER, _SPARSE_INITIALIZER = 1, 5, 15
# FunctionProto
_FUNCTION_NODE = 7
# NodeProto
_OPERATOR, _ATTRIBUTE = 4, 5
# AttributeProto
_TENSOR, _SUBGRAPH, _FLOATS, _TENSORS, _SUBGRAPHS, _SPARSE, _SPARSES = 5, 6, 7, 10, 11, 22, 23
# SparseTensorProto
_VALUES = 1
# TensorProto: the fields that hold values, with the least bytes that one value takes in each
_RAW = 9
_LEAST_BYTES = {4: 4, 5: 1, 7: 1, 10: 8, 11: 1}
_TENSOR_REST = frozenset({1, 2, 14})
_EXTERNAL = 1

_BITS = {"FLOAT": 32, "DOUBLE": 64, "BOOL": 8}
_INDEX_TYPES = frozenset({"INT64", "UINT64", "BOOL", "STRING"})


@dataclass(frozen=True, slots=True)
class _Field:
    """One protobuf field: its number, wire type, where it begins, and where its payload begins and ends."""

    number: int
    wire: int
    begin: int
    start: int
    end: int


def read_header(window: Window, path: Path) -> ModelHeader:
    """The header of the ONNX file that the window lies over.

    Raises:
        InputError: the file is damaged or no ONNX, or the package `onnx` is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise missing_package("onnx", path) from None
    walk = _Walk(window, onnx)
    rest = walk.model()
    model = walk.parsed(onnx.ModelProto, rest)
    if not walk.graphs or not model.ir_version or not model.opset_import or not (walk.operators or walk.tensors):
        raise walk.error(Message("it has no version, no graph or no operators"))
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    operator_sets = list(model.opset_import)[:20]
    notes: dict[str, Plain | None] = {
        "producer": f"{clean(model.producer_name)} {clean(model.producer_version)}".strip() or None,
        "publisher": clean(metadata.get("model_author", "")) or None,
        "operator_sets": ", ".join(
            sorted(f"{clean(item.domain) or 'ai.onnx'} {item.version}" for item in operator_sets)
        ),
        "operators": ", ".join(f"{clean(name)} {count}" for name, count in sorted(walk.operators.items())[:60]),
    }
    return ModelHeader(
        format=f"{FORMAT} (IR {model.ir_version})",
        library="onnx",
        tensors=tuple(walk.tensors),
        reported=texts_as_facts([("model.licence", "model_license", metadata.get("model_license"))]),
        notes=notes,
        part=Message("the file holds a training graph, not only a model") if walk.trains else None,
        elsewhere=walk.elsewhere,
    )


class _Walk:
    """One pass over a model."""

    def __init__(self, window: Window, onnx: Any) -> None:
        self.window = window
        self.onnx = onnx
        self.budget = MOST_FIELDS
        self.tensors: list[Tensor] = []
        self.operators: Counter[str] = Counter()
        self.graphs = 0
        self.trains = False
        self.elsewhere = False

    def error(self, problem: Message | str) -> InputError:
        return damaged(self.window.place, problem, FORMAT)

    def varint(self, end: int) -> int:
        result = 0
        for shift in range(0, 70, 7):
            if self.window.position >= end:
                raise truncated(self.window.place)
            byte = self.window.take(1)[0]
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                return result
        raise self.error(Message("a number is too long"))

    def fields(self, start: int, end: int) -> Iterator[_Field]:
        """The fields of a message, in order; whoever asks may read inside them."""
        window = self.window
        window.seek(start)
        while window.position < end:
            self.budget -= 1
            if self.budget < 0:
                raise self.error(Message("it holds too many fields"))
            begin = window.position
            tag = self.varint(end)
            number, wire = tag >> 3, tag & 7
            payload = window.position
            if wire == _VARINT:
                self.varint(end)
                stop = window.position
            elif wire == _BYTES:
                length = self.varint(end)
                payload = window.position
                stop = payload + length
            elif wire in {_FIXED64, _FIXED32}:
                stop = payload + (8 if wire == _FIXED64 else 4)
            else:
                raise self.error(Message("it is not a protobuf message"))
            if number == 0:
                raise self.error(Message("it is not a protobuf message"))
            if stop > end:
                raise truncated(window.place)
            yield _Field(number, wire, begin, payload, stop)
            window.seek(stop)

    def copied(self, field: _Field) -> bytes:
        """A field as it stands in the file, tag included."""
        if field.end - field.begin > LONGEST_REST:
            raise self.error(Message("a field is too long"))
        self.window.seek(field.begin)
        return self.window.take(field.end - field.begin)

    def parsed(self, message: Any, raw: bytes) -> Any:
        """A message as the package reads it."""
        if len(raw) > LONGEST_REST:
            raise self.error(Message("a field is too long"))
        try:
            return message.FromString(raw)
        except Exception as error:  # google.protobuf's DecodeError, which not every version shows
            raise self.error(str(error)) from None

    def model(self) -> bytes:
        """Walk the whole file; the fields of the model itself without graph and functions."""
        rest = bytearray()
        for index, field in enumerate(self.fields(0, self.window.end)):
            if index > MOST_MODEL_FIELDS:
                raise self.error(Message("it holds too many fields"))
            if field.number == _GRAPH and field.wire == _BYTES:
                self.graph(field, 0)
            elif field.number == _FUNCTIONS and field.wire == _BYTES:
                for inner in self.fields(field.start, field.end):
                    if inner.number == _FUNCTION_NODE and inner.wire == _BYTES:
                        self.node(inner, 0)
            elif field.number == _TRAINING:
                self.trains = True
            else:
                rest += self.copied(field)
        return bytes(rest)

    def graph(self, graph: _Field, depth: int) -> None:
        if depth > DEEPEST_GRAPH:
            raise self.error(Message("graphs are nested too deep"))
        self.graphs += 1
        for field in self.fields(graph.start, graph.end):
            if field.wire != _BYTES:
                continue
            if field.number == _INITIALIZER:
                self.tensor(field, WEIGHTS)
            elif field.number == _SPARSE_INITIALIZER:
                self.sparse(field)
            elif field.number == _NODE:
                self.node(field, depth)

    def node(self, node: _Field, depth: int) -> None:
        for field in self.fields(node.start, node.end):
            if field.wire != _BYTES:
                continue
            if field.number == _OPERATOR:
                self.window.seek(field.start)
                name = self.window.take(min(field.end - field.start, 100)).decode("utf-8", "replace")
                if name in self.operators or len(self.operators) < 10_000:
                    self.operators[name] += 1
            elif field.number == _ATTRIBUTE:
                self.attribute(field, depth)

    def attribute(self, attribute: _Field, depth: int) -> None:
        """Values in attributes: constants of the graph, but also the weights of classical models."""
        for field in self.fields(attribute.start, attribute.end):
            if field.number == _FLOATS:
                self.tensors.append(Tensor("FLOAT", (field.end - field.start) // 4, UNCLEAR))
            elif field.wire != _BYTES:
                continue
            elif field.number in {_TENSOR, _TENSORS}:
                self.tensor(field, UNCLEAR)
            elif field.number in {_SPARSE, _SPARSES}:
                self.sparse(field)
            elif field.number in {_SUBGRAPH, _SUBGRAPHS}:
                self.graph(field, depth + 1)

    def sparse(self, sparse: _Field) -> None:
        for field in self.fields(sparse.start, sparse.end):
            if field.number == _VALUES and field.wire == _BYTES:
                self.tensor(field, UNCLEAR)

    def tensor(self, tensor: _Field, role: str) -> None:
        rest, raw_bytes, room = bytearray(), None, 0
        for field in self.fields(tensor.start, tensor.end):
            if field.number in _TENSOR_REST:
                rest += self.copied(field)
                if len(rest) > 10 * MOST_DIMENSIONS + 100:
                    raise self.error(Message("a tensor has more than {count} dimensions", count=MOST_DIMENSIONS))
            elif field.number == _RAW:
                raw_bytes = field.end - field.start
            elif field.number in _LEAST_BYTES:
                room += (field.end - field.start) // _LEAST_BYTES[field.number]
        parsed = self.parsed(self.onnx.TensorProto, bytes(rest))
        if any(size < 0 for size in parsed.dims):
            raise self.error(Message("a tensor has an impossible size"))
        try:
            kind = self.onnx.TensorProto.DataType.Name(parsed.data_type)
        except ValueError:
            raise self.error(Message("the tensor type {type} is not known", type=parsed.data_type)) from None
        values = prod(parsed.dims)
        if values > MOST_VALUES:
            raise self.error(Message("a tensor has an impossible size"))
        external = parsed.data_location == _EXTERNAL
        if not external and kind != "STRING":
            self.check_values(kind, values, raw_bytes, room)
        if kind in _INDEX_TYPES:
            role = NO_WEIGHTS
        elif "INT" in kind or kind in {"FLOAT8E8M0", "UNDEFINED"}:
            role = UNCLEAR
        self.elsewhere = self.elsewhere or (external and role == WEIGHTS)
        self.tensors.append(Tensor(kind, values, role))

    def check_values(self, kind: str, values: int, raw_bytes: int | None, room: int) -> None:
        """The values that a tensor declares are really there.

        Args:
            kind: the type of a value.
            values: how many are declared.
            raw_bytes: length of `raw_data`, None if there is none.
            room: most values that the typed fields can hold (two or more of the small types share an entry).
        """
        bits = _BITS.get(kind) or int((re.findall(r"\d+", kind) or ["8"])[0])
        shared = max(1, 8 // bits)
        fits = values <= room * shared if raw_bytes is None else raw_bytes == -(-values * bits // 8)
        if not fits:
            raise truncated(self.window.place)
