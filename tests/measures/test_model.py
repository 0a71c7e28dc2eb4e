"""`measure_model`: what it finds in files that the formats' own libraries wrote, and that no file makes it stumble.

Oracles: `hashlib` for the digest, the libraries' writers for what is in a file, `gguf.GGUFReader` for GGUF headers.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import time
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

gguf = pytest.importorskip("gguf")
onnx = pytest.importorskip("onnx")
safetensors_numpy = pytest.importorskip("safetensors.numpy")
np = pytest.importorskip("numpy")

from comity.clauses.values import canonical  # noqa: E402
from comity.cli import main  # noqa: E402
from comity.dossier.statements import read_statement  # noqa: E402
from comity.errors import ComityError, InputError  # noqa: E402
from comity.library.loader import load_library  # noqa: E402
from comity.measures.model import measure_model, statement_name  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.dossier.statements import Statement

DAY = date(2026, 11, 22)
SLOWEST = 2.0
"""Seconds that any small file may take."""


def write_gguf(path: Path, *, kind: str = "model", more: Callable[[Any], None] = lambda writer: None) -> Path:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(kind)
    writer.add_name("Tiny")
    writer.add_license("apache-2.0")
    writer.add_languages(["en", "zh"])
    writer.add_context_length(8192)
    writer.add_block_count(2)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_1)
    writer.add_token_list(["a", "b", "c"] * 30)
    writer.add_token_types([1] * 90)
    more(writer)
    writer.add_tensor("token_embd.weight", np.zeros((3, 5), np.float32))
    quantised = gguf.quants.quantize(np.zeros((2, 64), np.float32), gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("blk.0.weight", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_safetensors(
    path: Path, tensors: dict[str, Any] | None = None, metadata: dict[str, str] | None = None
) -> Path:
    tensors = tensors or {"a": np.zeros((3, 5), np.float32), "b": np.zeros(7, np.float16), "n": np.zeros(1, np.int64)}
    safetensors_numpy.save_file(tensors, path, metadata)
    return path


def onnx_model(initializers: list[Any] | None = None, nodes: list[Any] | None = None) -> Any:
    helper, kinds = onnx.helper, onnx.TensorProto
    if initializers is None:
        weights = np.arange(15, dtype=np.float32).reshape(3, 5)
        initializers = [
            onnx.numpy_helper.from_array(weights, "w"),
            onnx.numpy_helper.from_array(np.array([3, 5], np.int64), "shape"),
        ]
    graph = helper.make_graph(
        nodes or [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "tiny",
        [helper.make_tensor_value_info("x", kinds.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("y", kinds.FLOAT, [1, 5])],
        initializers,
    )
    model = helper.make_model(graph, producer_name="test", opset_imports=[helper.make_opsetid("", 21)])
    helper.set_model_props(model, {"model_license": "MIT", "model_author": "Somebody"})
    return model


def write_onnx(path: Path, model: Any = None) -> Path:
    path.write_bytes((model or onnx_model()).SerializeToString())
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    "tiny.gguf": write_gguf,
    "tiny.safetensors": write_safetensors,
    "tiny.onnx": write_onnx,
}


def facts(statement: Statement) -> dict[str, object]:
    return {fact.fact: fact.value for fact in statement.predicate.facts}


def bases(statement: Statement) -> dict[str, str]:
    return {fact.fact: fact.basis for fact in statement.predicate.facts}


class TestWhatIsFound:
    def test_gguf(self, tmp_path: Path) -> None:
        statement = measure_model(write_gguf(tmp_path / "tiny.gguf"))
        assert facts(statement) == {
            "model.parameter_count": 3 * 5 + 2 * 64,
            "model.architecture": "llama",
            "model.licence": "apache-2.0",
            "model.languages": "en, zh",
            "model.context_length": 8192,
        }
        assert bases(statement)["model.parameter_count"] == "observed"
        assert bases(statement)["model.licence"] == "reported"
        found = statement.predicate.observations
        assert found["file_format"] == "GGUF 3"
        assert found["quantisation"] == "MOSTLY_Q4_1"
        assert found["tensor_types"] == ["F32: 1 tensors, 15 values", "Q8_0: 1 tensors, 128 values"]
        assert found["publisher"] is None

    def test_gguf_of_the_other_byte_order(self, tmp_path: Path) -> None:
        writer = gguf.GGUFWriter(tmp_path / "big.gguf", "llama", endianess=gguf.GGUFEndian.BIG)
        writer.add_context_length(4096)
        writer.add_tensor("w", np.zeros((4, 8), np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        found = facts(measure_model(tmp_path / "big.gguf"))
        assert found["model.parameter_count"] == 32
        assert found["model.context_length"] == 4096

    def test_safetensors_says_little_about_itself(self, tmp_path: Path) -> None:
        statement = measure_model(write_safetensors(tmp_path / "tiny.safetensors"))
        assert facts(statement) == {"model.parameter_count": 22}

    def test_safetensors_metadata(self, tmp_path: Path) -> None:
        metadata = {"modelspec.architecture": "llama", "modelspec.license": "MIT", "format": "pt"}
        statement = measure_model(write_safetensors(tmp_path / "tiny.safetensors", metadata=metadata))
        assert facts(statement) == {
            "model.parameter_count": 22,
            "model.architecture": "llama",
            "model.licence": "MIT",
        }
        assert statement.predicate.observations["framework"] == "pt"

    def test_onnx(self, tmp_path: Path) -> None:
        statement = measure_model(write_onnx(tmp_path / "tiny.onnx"))
        assert facts(statement) == {"model.parameter_count": 15, "model.licence": "MIT"}
        found = statement.predicate.observations
        assert found["operators"] == "MatMul 1"
        assert found["operator_sets"] == "ai.onnx 21"
        assert found["publisher"] == "Somebody"

    @pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16", "FLOAT8E4M3FN"])
    @pytest.mark.parametrize("raw", [True, False])
    def test_onnx_values_in_raw_and_typed_fields(self, tmp_path: Path, kind: str, raw: bool) -> None:
        number = getattr(onnx.TensorProto, kind)
        plain = [1.0, 2.0, 0.5, 0.0, 3.0, 4.0]
        data = (
            onnx.numpy_helper.from_array(np.array(plain).astype(onnx.helper.tensor_dtype_to_np_dtype(number)), "w")
            if raw
            else onnx.helper.make_tensor("w", number, [2, 3], plain)
        )
        assert data.HasField("raw_data") == raw
        found = facts(measure_model(write_onnx(tmp_path / "m.onnx", onnx_model([data]))))
        assert found["model.parameter_count"] == 6

    def test_onnx_weights_of_subgraphs_count(self, tmp_path: Path) -> None:
        helper = onnx.helper
        inner = [onnx.numpy_helper.from_array(np.zeros((2, 4), np.float32), "v")]
        output = [helper.make_tensor_value_info("z", onnx.TensorProto.FLOAT, None)]
        branch = helper.make_graph([helper.make_node("Identity", ["v"], ["z"])], "branch", [], output, inner)
        node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
        found = facts(measure_model(write_onnx(tmp_path / "m.onnx", onnx_model([], [node]))))
        assert found["model.parameter_count"] == 16

    @pytest.mark.parametrize("name", WRITERS)
    def test_the_digest_is_that_of_hashlib(self, tmp_path: Path, name: str) -> None:
        path = WRITERS[name](tmp_path / name)
        (artefact,) = measure_model(path).subject
        assert artefact.name == name
        assert artefact.digest.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()

    @pytest.mark.parametrize("name", WRITERS)
    def test_the_same_file_gives_the_same_bytes(self, tmp_path: Path, name: str) -> None:
        path = WRITERS[name](tmp_path / name)
        once, again = (msgspec.json.encode(measure_model(path, on=DAY)) for _ in range(2))
        assert once == again

    @pytest.mark.parametrize("name", WRITERS)
    def test_every_fact_fits_the_vocabulary(self, tmp_path: Path, name: str) -> None:
        types = load_library().vocabulary.types
        for fact, value in facts(measure_model(WRITERS[name](tmp_path / name))).items():
            canonical(value, types[fact])

    def test_progress_ends_at_the_size_of_the_file(self, tmp_path: Path) -> None:
        path = write_safetensors(tmp_path / "m.safetensors", {"w": np.zeros(700_000, np.float32)})
        told: list[tuple[int, int]] = []
        measure_model(path, progress=lambda done, total: told.append((done, total)))
        assert len(told) > 1
        assert told[-1] == (path.stat().st_size, path.stat().st_size)

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        shapes=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4), max_size=6),
        tokens=st.lists(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5), min_size=1, max_size=80
        ),
        context=st.integers(1, 2**32 - 1),
    )
    def test_gguf_agrees_with_the_reader_of_the_package(
        self, tmp_path: Path, shapes: list[list[int]], tokens: list[str], context: int
    ) -> None:
        path = tmp_path / "any.gguf"
        writer = gguf.GGUFWriter(path, "qwen2")
        writer.add_token_list(tokens)
        writer.add_context_length(context)
        for index, shape in enumerate(shapes):
            writer.add_tensor(f"blk.{index}.weight", np.zeros(shape, np.float16))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        reader = gguf.GGUFReader(path)
        found = facts(measure_model(path))
        assert found.get("model.parameter_count", 0) == sum(tensor.n_elements for tensor in reader.tensors)
        assert found["model.context_length"] == reader.fields["qwen2.context_length"].contents()
        assert found["model.architecture"] == reader.fields["general.architecture"].contents()


class TestNothingIsConcludedThatTheFileDoesNotShow:
    def withheld(self, path: Path) -> str:
        statement = measure_model(path)
        assert "model.parameter_count" not in facts(statement)
        return str(statement.predicate.observations["parameter_count_withheld"])

    def test_one_part_of_several(self, tmp_path: Path) -> None:
        path = write_gguf(tmp_path / "m.gguf", more=lambda writer: writer.add_uint16("split.count", 3))
        assert "split over several files" in self.withheld(path)
        path = write_safetensors(tmp_path / "model-00001-of-00003.safetensors")
        assert "split over several files" in self.withheld(path)

    def test_adapters(self, tmp_path: Path) -> None:
        assert "addition to a model" in self.withheld(write_gguf(tmp_path / "m.gguf", kind="adapter"))
        tensors = {"layer.lora_A.weight": np.zeros((2, 2), np.float32)}
        assert "adapter" in self.withheld(write_safetensors(tmp_path / "m.safetensors", tensors))

    def test_packed_integers_may_hold_any_number_of_parameters(self, tmp_path: Path) -> None:
        tensors = {"qweight": np.zeros((8, 8), np.int32), "scales": np.zeros(8, np.float16)}
        assert "does not show" in self.withheld(write_safetensors(tmp_path / "m.safetensors", tensors))
        packed = onnx.numpy_helper.from_array(np.zeros((8, 8), np.uint8), "q")
        assert "does not show" in self.withheld(write_onnx(tmp_path / "m.onnx", onnx_model([packed])))

    def test_onnx_constants_may_or_may_not_be_weights(self, tmp_path: Path) -> None:
        value = onnx.numpy_helper.from_array(np.zeros((8, 8), np.float32))
        node = onnx.helper.make_node("Constant", [], ["y"], value=value)
        assert "does not show" in self.withheld(write_onnx(tmp_path / "m.onnx", onnx_model([], [node])))
        node = onnx.helper.make_node("LinearRegressor", ["x"], ["y"], domain="ai.onnx.ml", coefficients=[1.0] * 9)
        assert "does not show" in self.withheld(write_onnx(tmp_path / "m.onnx", onnx_model([], [node])))

    def test_no_weights(self, tmp_path: Path) -> None:
        assert "no weights" in self.withheld(write_onnx(tmp_path / "m.onnx", onnx_model([])))

    def test_onnx_weights_in_other_files_are_reported_not_observed(self, tmp_path: Path) -> None:
        tensor = onnx.TensorProto(name="w", data_type=onnx.TensorProto.FLOAT, dims=[1000, 1000])
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="../../etc/passwd")
        statement = measure_model(write_onnx(tmp_path / "m.onnx", onnx_model([tensor])))
        assert facts(statement)["model.parameter_count"] == 1_000_000
        assert bases(statement)["model.parameter_count"] == "reported"

    def test_texts_cannot_steer_the_terminal(self, tmp_path: Path) -> None:
        metadata = {"modelspec.license": "MIT\x1b[2J\r\nfact = \u202egpl" + "x" * 5000}
        licence = facts(measure_model(write_safetensors(tmp_path / "m.safetensors", metadata=metadata)))[
            "model.licence"
        ]
        assert isinstance(licence, str)
        assert licence.isprintable()
        assert len(licence) <= 200


def refused(path: str | Path, *, seconds: float = SLOWEST) -> InputError:
    """Measure a file that has to be refused in time."""
    begin = time.perf_counter()
    with pytest.raises(InputError) as caught:
        measure_model(path)
    assert time.perf_counter() - begin < seconds
    assert "\n" not in caught.value.message.in_language("en")
    return caught.value


def survives(path: Path) -> None:
    """Measure a file: a statement or a `ComityError`, and soon."""
    begin = time.perf_counter()
    try:
        measure_model(path, on=DAY)
    except ComityError as error:
        error.describe("en")
    assert time.perf_counter() - begin < SLOWEST


def sized(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def gguf_bytes(*, tensors: int = 0, keys: int = 0, body: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, keys) + body


def safetensors_bytes(header: object, data: bytes = b"") -> bytes:
    return sized(json.dumps(header).encode()) + data


def field(number: int, payload: bytes) -> bytes:
    """A protobuf field with a length."""
    length, size = bytearray(), len(payload)
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    tag = number << 3 | 2
    return (bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])) + bytes([*length, size]) + payload


def deep_onnx(depth: int) -> bytes:
    graph = b""
    for _ in range(depth):
        graph = field(1, field(4, b"If") + field(5, field(6, graph)))
    return b"\x08\x0a" + field(7, graph) + field(8, b"\x10\x15")


HUGE = 2**63
HOSTILE: dict[str, bytes] = {
    "counts.gguf": gguf_bytes(tensors=HUGE, keys=HUGE),
    "keys.gguf": gguf_bytes(keys=2**40, body=b"\0" * 400),
    "tensors.gguf": gguf_bytes(tensors=2**40, body=b"\0" * 400),
    "key-length.gguf": gguf_bytes(keys=1, body=struct.pack("<Q", 2**64 - 1) + b"x" * 100),
    "text-length.gguf": gguf_bytes(keys=1, body=sized(b"a") + struct.pack("<IQ", 8, 2**64 - 1) + b"x" * 100),
    "list-length.gguf": gguf_bytes(keys=1, body=sized(b"a") + struct.pack("<IIQ", 9, 0, 2**64 - 1) + b"x" * 100),
    "texts.gguf": gguf_bytes(keys=1, body=sized(b"a") + struct.pack("<IIQ", 9, 8, 2**62) + b"x" * 100),
    "nested.gguf": gguf_bytes(keys=1, body=sized(b"a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000),
    "dimensions.gguf": gguf_bytes(tensors=1, body=sized(b"w") + struct.pack("<I", 2**31) + b"\0" * 400),
    "shape.gguf": gguf_bytes(tensors=1, body=sized(b"w") + struct.pack("<IQQQQIQ", 4, *[2**62] * 4, 0, 0) + b"\0" * 99),
    "offset.gguf": gguf_bytes(tensors=1, body=sized(b"w") + struct.pack("<IQIQ", 1, 4, 0, 2**63) + b"\0" * 99),
    "overlap.gguf": gguf_bytes(
        tensors=2, body=b"".join(sized(name) + struct.pack("<IQIQ", 1, 4, 0, 0) for name in (b"v", b"w")) + b"\0" * 199
    ),
    "twice.gguf": gguf_bytes(keys=2, body=(sized(b"a") + struct.pack("<IB", 0, 1)) * 2),
    "version.gguf": b"GGUF" + struct.pack("<IQQ", 77, 0, 0),
    "alignment.gguf": gguf_bytes(keys=1, body=sized(b"general.alignment") + struct.pack("<II", 4, 0)),
    "length.safetensors": struct.pack("<Q", HUGE) + b"{}",
    "long.safetensors": struct.pack("<Q", 10**9) + b'{"' + b" " * 100,
    "json.safetensors": sized(b"{not json}"),
    "deep.safetensors": sized(b'{"a":' + b"[" * 100_000),
    "offsets.safetensors": safetensors_bytes(
        {"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 2**62]}}, b"\0" * 16
    ),
    "back.safetensors": safetensors_bytes({"w": {"dtype": "F32", "shape": [4], "data_offsets": [16, 0]}}, b"\0" * 16),
    "overflow.safetensors": safetensors_bytes(
        {"w": {"dtype": "F32", "shape": [2**63, 2**63], "data_offsets": [0, 16]}}, b"\0" * 16
    ),
    "overlap.safetensors": safetensors_bytes(
        {name: {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]} for name in "vw"}, b"\0" * 16
    ),
    "type.safetensors": safetensors_bytes({"w": {"dtype": "X9", "shape": [4], "data_offsets": [0, 16]}}, b"\0" * 16),
    "negative.safetensors": safetensors_bytes(
        {"w": {"dtype": "F32", "shape": [-4], "data_offsets": [0, 16]}}, b"\0" * 16
    ),
    "text.onnx": b"This is a text and no model at all.\n" * 10,
    "zeros.onnx": b"\0" * 1000,
    "deep.onnx": deep_onnx(300),
    "varint.onnx": b"\x08" + b"\xff" * 50,
    "length.onnx": b"\x08\x0a\x3a" + b"\xff" * 8 + b"\x7f",
    "group.onnx": b"\x0b" * 100,
    "text.bin": b"hello",
    "text.gguf": b"hello, this is a text",
    "short.gguf": b"GG",
    "short.safetensors": b"\x10\0\0",
    "pickle.pt": b"\x80\x02}q\x00.",
}


class TestHostileFiles:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_is_refused_in_one_sentence(self, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / name
        path.write_bytes(HOSTILE[name])
        refused(path)
        assert main(["measure", "model", str(path)]) == 2
        assert "Traceback" not in capsys.readouterr().err

    @pytest.mark.parametrize("dims", [[-1, 4], [2**62, 2**62], [2**50], [1] * 500, [100, 100]])
    def test_onnx_tensors_that_declare_what_is_not_there(self, tmp_path: Path, dims: list[int]) -> None:
        tensor = onnx.TensorProto(name="w", data_type=onnx.TensorProto.FLOAT, dims=dims, raw_data=b"\0" * 16)
        refused(write_onnx(tmp_path / "m.onnx", onnx_model([tensor])))
        del tensor.float_data[:]
        tensor.ClearField("raw_data")
        tensor.float_data.extend([0.0] * 4)
        if dims != [1] * 500:
            refused(write_onnx(tmp_path / "m.onnx", onnx_model([tensor])))

    def test_onnx_tensor_of_an_unknown_type(self, tmp_path: Path) -> None:
        tensor = onnx.TensorProto(name="w", data_type=99, dims=[1], raw_data=b"\0")
        refused(write_onnx(tmp_path / "m.onnx", onnx_model([tensor])))

    @pytest.mark.parametrize("name", WRITERS)
    def test_every_truncation(self, tmp_path: Path, name: str) -> None:
        whole = WRITERS[name](tmp_path / name).read_bytes()
        # GGUF may lack the padding behind its last tensor, ONNX may end after any of its outermost fields.
        needed = len(whole) - {"tiny.gguf": 32, "tiny.safetensors": 0, "tiny.onnx": 150}[name]
        path = tmp_path / f"cut-{name}"
        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            survives(path)
            if length < needed:
                refused(path)

    @pytest.mark.parametrize("name", WRITERS)
    def test_every_corruption_of_one_byte(self, tmp_path: Path, name: str) -> None:
        whole = bytearray(WRITERS[name](tmp_path / name).read_bytes())
        path = tmp_path / f"bad-{name}"
        for index, byte in enumerate(whole):
            for other in {0, 0xFF, byte ^ 1, byte ^ 0x80} - {byte}:
                whole[index] = other
                path.write_bytes(whole)
                survives(path)
            whole[index] = byte

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(name=st.sampled_from(sorted(WRITERS)), data=st.data())
    def test_random_damage(self, tmp_path: Path, name: str, data: st.DataObject) -> None:
        whole = bytearray(WRITERS[name](tmp_path / name).read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(whole) - 1))
            whole[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        path = tmp_path / f"bad-{name}"
        path.write_bytes(whole)
        survives(path)

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        name=st.sampled_from(["a.gguf", "a.safetensors", "a.onnx", "a"]),
        head=st.sampled_from([b"", b"GGUF\3\0\0\0"]),
        body=st.binary(max_size=300),
    )
    def test_any_bytes(self, tmp_path: Path, name: str, head: bytes, body: bytes) -> None:
        path = tmp_path / name
        path.write_bytes(head + body)
        survives(path)

    def test_a_large_vocabulary_costs_little(self, tmp_path: Path) -> None:
        path = tmp_path / "m.gguf"
        vocabulary = struct.pack("<IIQ", 9, 8, 300_000) + sized(b"token") * 300_000
        path.write_bytes(gguf_bytes(keys=1, body=sized(b"tokenizer.ggml.tokens") + vocabulary))
        tracemalloc.start()
        try:
            measure_model(path)
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()

    def test_a_message_of_nothing_but_empty_fields_costs_little(self, tmp_path: Path) -> None:
        path = tmp_path / "m.onnx"
        path.write_bytes(b"\x08\x0a" + b"\x72\x00" * 2_000_000)
        refused(path)
        path.write_bytes(b"\x08\x0a" + field(7, b"\x0a\x00" * 4_000_000))
        refused(path, seconds=30)


class TestNamesAndPlaces:
    @pytest.mark.parametrize("name", WRITERS)
    @pytest.mark.parametrize("other", [".gguf", ".safetensors", ".onnx"])
    def test_a_name_that_says_another_format(self, tmp_path: Path, name: str, other: str) -> None:
        path = WRITERS[name](tmp_path / name)
        renamed = path.rename(tmp_path / f"renamed{other}")
        if renamed.suffix == Path(name).suffix:
            measure_model(renamed)
        else:
            refused(renamed)

    def test_formats_with_a_mark_are_known_without_a_name(self, tmp_path: Path) -> None:
        assert facts(measure_model(write_gguf(tmp_path / "blob")))["model.parameter_count"] == 143
        assert facts(measure_model(write_safetensors(tmp_path / "blob")))["model.parameter_count"] == 22

    def test_empty_missing_directory_loop(self, tmp_path: Path) -> None:
        (tmp_path / "empty.gguf").touch()
        refused(tmp_path / "empty.gguf")
        refused(tmp_path / "missing.gguf")
        refused(tmp_path)
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        refused(tmp_path / "loop")
        refused(tmp_path / ("x" * 5000))
        refused("nul\0byte.gguf")

    def test_devices_and_pipes_are_not_read(self, tmp_path: Path) -> None:
        refused("/dev/zero")
        os.mkfifo(tmp_path / "pipe.gguf")
        refused(tmp_path / "pipe.gguf")

    def test_archives_are_not_opened(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.onnx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("model", b"\0" * 10_000_000)
        refused(path)
        refused(path.rename(tmp_path / "model.pt"))

    def test_a_name_that_is_not_utf_8(self, tmp_path: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.gguf"))
        statement = measure_model(write_gguf(tmp_path / "tiny.gguf").rename(path))
        msgspec.json.encode(statement)
        assert statement_name(path) == "model"

    def test_a_symbolic_link_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "link.gguf").symlink_to(write_gguf(tmp_path / "tiny.gguf"))
        assert measure_model(tmp_path / "link.gguf").subject[0].name == "link.gguf"

    def test_statement_names_are_plain(self) -> None:
        assert statement_name("a/b/Model v1 (中文).gguf") == "Model-v1"
        assert statement_name("模型.gguf") == "model"


class TestCommand:
    def test_writes_beside_a_dossier(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_gguf(tmp_path / "tiny.gguf")
        monkeypatch.chdir(tmp_path)
        assert main(["measure", "model", "tiny.gguf"]) == 0
        assert not (tmp_path / "evidence").exists()
        (tmp_path / "comity.yaml").touch()
        assert main(["measure", "model", "tiny.gguf"]) == 0
        statement = read_statement(tmp_path / "evidence" / "tiny.json")
        assert facts(statement)["model.parameter_count"] == 143
        assert "model.parameter_count = 143" in capsys.readouterr().out

    def test_writes_where_it_is_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = str(write_gguf(tmp_path / "tiny.gguf"))
        assert main(["measure", "model", path, "--into", str(tmp_path / "deep/er"), "--name", "mine.json"]) == 0
        assert (tmp_path / "deep/er/mine.json").is_file()
        assert main(["measure", "model", path, "--into", path]) == 2
        assert main(["measure", "model", path, "--into", str(tmp_path), "--name", "../mine"]) == 2
        assert not (tmp_path.parent / "mine.json").exists()
        capsys.readouterr()

    def test_json(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["measure", "model", str(write_onnx(tmp_path / "tiny.onnx")), "--format", "json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["schema"] == "comity/measurement/1"
        assert report["written"] is None
        assert report["statement"]["_type"] == "https://in-toto.io/Statement/v1"

    def test_help_says_what_it_cannot_see(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["--lang", "en", "measure", "model", "--help"])
        assert caught.value.code == 0
        assert "It cannot see" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("package", "name"), [("gguf", "tiny.gguf"), ("safetensors", "tiny.safetensors"), ("onnx", "tiny.onnx")]
    )
    def test_a_missing_package_is_named(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        package: str,
        name: str,
    ) -> None:
        path = WRITERS[name](tmp_path / name)
        for module in (package, f"{package}.constants", f"{package}.gguf_reader"):
            monkeypatch.setitem(__import__("sys").modules, module, None)
        assert main(["--lang", "en", "measure", "model", str(path)]) == 2
        assert "comity[measures]" in capsys.readouterr().err
