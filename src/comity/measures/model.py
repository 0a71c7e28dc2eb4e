"""The measure `model`: what the file of a model shows about the model.

The weights are never loaded and nothing in the file is run. The digest and what follows from the tensors (how many
parameters) are observed; what the header says about the model (architecture, licence, languages, context length) is
reported, and stays as true as its writer.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import Counter
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, Tool, new_statement
from comity.errors import InputError, Place
from comity.language import Message
from comity.measures import model_gguf, model_onnx, model_safetensors
from comity.measures.header import UNCLEAR, WEIGHTS, Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from comity.dossier.statements import Plain, Statement
    from comity.measures.header import ModelHeader

MEASURE = "model"

METHOD = (
    "Header of the file read, weights not loaded. Parameters: values of all tensors of floating-point or quantised "
    "type, after unpacking; not stated where the file is a part, or where over 1 % of the values may or may not be "
    "parameters. Digest: SHA-256 of the whole file."
)

CLEAR_SHARE = 0.99
"""The parameter count is stated where at least this share of the values is surely weights."""

CHUNK = 1 << 20

_SUFFIXES = {".gguf": model_gguf.FORMAT, ".safetensors": model_safetensors.FORMAT, ".onnx": model_onnx.FORMAT}
_READERS = {
    model_gguf.FORMAT: model_gguf.read_header,
    model_safetensors.FORMAT: model_safetensors.read_header,
    model_onnx.FORMAT: model_onnx.read_header,
}


def measure_model(
    path: str | Path,
    *,
    on: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Statement:
    """Establish what a GGUF, safetensors or ONNX file shows about its model.

    Args:
        path: the file.
        on: the day of the measurement; today by default.
        progress: told the bytes done and the bytes in all, while the digest is computed.

    Returns:
        A statement over the file. The same file gives the same statement, but for the day.

    Raises:
        InputError: there is no such regular file, it is damaged, of another format, or not of the format that its name
            says; or the package that reads the format is missing.
    """
    path = Path(path)
    place = Place(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(Message("this is not a regular file"), place=place)
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            header = _header(stream, before.st_size, path)
            digest = _digest(stream, before.st_size, progress)
            after = os.fstat(stream.fileno())
    except FileNotFoundError:
        raise InputError(Message("there is no such file"), place=place) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(Message("the file changed while it was read"), place=place)
    facts, withheld = _facts(header)
    predicate = Predicate(
        measure=MEASURE,
        method=METHOD,
        tools=[Tool(header.library, version(header.library))],
        measured_on=on or datetime.now().astimezone().date(),
        facts=facts,
        observations=_observations(header, before.st_size, withheld),
    )
    name = path.name.encode("utf-8", "replace").decode("utf-8")
    return new_statement([Artefact(name, Digest(digest))], predicate)


def statement_name(path: str | Path) -> str:
    """How the statement over a file is called, without its suffix: the name of the file in plain characters."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", Path(path).stem).strip(".-")[:100] or MEASURE


def _header(stream: BinaryIO, size: int, path: Path) -> ModelHeader:
    """The header, by the reader of the format that the content shows."""
    place = Place(str(path))
    if size == 0:
        raise InputError(Message("the file is empty"), place=place)
    named = _SUFFIXES.get(path.suffix.lower())
    found = _format(stream.read(16), size, named)
    if found is None:
        hint = Message("PyTorch, pickle and zip files are never opened, for they can run code; export the model first")
        raise InputError(Message("this is neither a GGUF nor a safetensors nor an ONNX file"), place=place, hint=hint)
    if named is not None and named != found:
        message = Message("the name says {named}, but the content is {found}", named=named, found=found)
        hint = Message("find out where the file comes from, or give it its right name")
        raise InputError(message, place=place, hint=hint)
    stream.seek(0)
    return _READERS[found](Window(stream, size, place), path)


def _format(head: bytes, size: int, named: str | None) -> str | None:
    """The format by the first bytes; ONNX has no mark of its own and is believed to a name that says so."""
    if head.startswith(model_gguf.MAGIC):
        return model_gguf.FORMAT
    if model_safetensors.is_header(head, size, named=named):
        return model_safetensors.FORMAT
    return model_onnx.FORMAT if named == model_onnx.FORMAT else None


def _digest(stream: BinaryIO, size: int, progress: Callable[[int, int], None] | None) -> str:
    """SHA-256 of the first `size` bytes, read in pieces."""
    stream.seek(0)
    digest = hashlib.sha256()
    done = 0
    while done < size and (piece := stream.read(min(CHUNK, size - done))):
        digest.update(piece)
        done += len(piece)
        if progress is not None:
            progress(done, size)
    return digest.hexdigest()


def _facts(header: ModelHeader) -> tuple[list[MeasuredFact], Message | None]:
    """The facts, and why the parameter count is not among them."""
    reported = [MeasuredFact(fact.fact, fact.value, "reported", fact.where) for fact in header.reported]
    withheld = _withheld(header)
    if withheld is not None:
        return reported, withheld
    counted = [tensor for tensor in header.tensors if tensor.role == WEIGHTS]
    where = f"sum over {len(counted)} tensors"
    if header.elsewhere:
        where += ", as declared: their values lie in other files"
    basis: Literal["observed", "reported"] = "reported" if header.elsewhere else "observed"
    values = sum(tensor.values for tensor in counted)
    return [MeasuredFact("model.parameter_count", values, basis, where), *reported], None


def _withheld(header: ModelHeader) -> Message | None:
    """Why the file does not show how many parameters the model has; None where it does."""
    if header.part is not None:
        return header.part
    weights = sum(tensor.values for tensor in header.tensors if tensor.role == WEIGHTS)
    unclear = sum(tensor.values for tensor in header.tensors if tensor.role == UNCLEAR)
    if weights + unclear == 0:
        return Message("the file holds no weights")
    if weights < CLEAR_SHARE * (weights + unclear):
        return Message("the file does not show which of its values are parameters")
    return None


def _observations(header: ModelHeader, size: int, withheld: Message | None) -> dict[str, Plain | None]:
    kinds: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for tensor in header.tensors:
        kinds[tensor.type] += 1
        values[tensor.type] += tensor.values
    found: dict[str, Plain | None] = {
        "file_format": header.format,
        "file_bytes": size,
        "tensors": len(header.tensors),
        "tensor_types": [f"{kind}: {kinds[kind]} tensors, {values[kind]} values" for kind in sorted(kinds)],
        **header.notes,
    }
    return found if withheld is None else {**found, "parameter_count_withheld": withheld.template}
