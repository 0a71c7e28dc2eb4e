"""What the header of a model file says, whatever its format, and how a header is read safely.

One module per format (`model_gguf`, `model_safetensors`, `model_onnx`) turns a file into a `ModelHeader`. Nothing in a
file is believed before it is checked against the size of the file: every read goes through a `Window`, which never
passes its end.
"""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from comity.dossier.statements import Plain

LONGEST_TEXT = 200
"""Characters of a text that are kept from a header; names and licences are shorter."""

WEIGHTS, UNCLEAR, NO_WEIGHTS = "weights", "unclear", "no_weights"
"""Roles of a tensor: trained values; values of which the file does not show what they are; indices and texts."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a file.

    Attributes:
        type: number format, in the words of the file format.
        values: how many values it holds, after unpacking of quantised blocks.
        role: `weights`, `unclear` or `no_weights`.
    """

    type: str
    values: int
    role: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A fact that the header states about the model, and the key that it stands under."""

    fact: str
    value: Plain
    where: str


@dataclass(frozen=True)
class ModelHeader:
    """The header of a model file.

    Attributes:
        format: name of the file format.
        library: the Python package whose definition of the format was used.
        tensors: every tensor.
        reported: what the header says about the model, as facts of the vocabulary.
        notes: what else it says, for the reader.
        part: why the tensors are not those of a whole model (a shard, an adapter), or None; without placeholders.
        elsewhere: the header declares tensors whose values lie in other files.
    """

    format: str
    library: str
    tensors: tuple[Tensor, ...]
    reported: tuple[Reported, ...] = ()
    notes: Mapping[str, Plain | None] = field(default_factory=dict)
    part: Message | None = None
    elsewhere: bool = False


class Window:
    """A stretch of an open file; reading past its end is an error, not a short answer.

    Attributes:
        end: offset of the first byte behind the stretch.
        place: the file, for messages.
    """

    def __init__(self, stream: BinaryIO, end: int, place: Place) -> None:
        self.stream = stream
        self.end = end
        self.place = place
        self.position = stream.tell()

    @property
    def remaining(self) -> int:
        """Bytes between the position and the end."""
        return self.end - self.position

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            InputError: the stretch ends before.
        """
        self._check(count)
        raw = self.stream.read(count)
        if len(raw) < count:
            raise truncated(self.place)
        self.position += count
        return raw

    def skip(self, count: int) -> None:
        """Go on without reading.

        Raises:
            InputError: the stretch ends before.
        """
        self._check(count)
        self.seek(self.position + count)

    def seek(self, position: int) -> None:
        """Go to an offset that was reached or checked before."""
        if position != self.position:
            self.position = self.stream.seek(position)

    def unpack(self, form: str) -> int:
        """The next whole number, in a format of `struct`."""
        (number,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(number)

    def _check(self, count: int) -> None:
        if count > self.remaining:
            raise truncated(self.place)


def truncated(place: Place) -> InputError:
    """The error for a file that is shorter than it says."""
    return InputError(Message("the file is cut off or damaged: it declares more than it holds"), place=place)


def damaged(place: Place, problem: Message | str, kind: str) -> InputError:
    """The error for a header that breaks the rules of its format; a `problem` in plain text is the package's own."""
    said = clean(problem) if isinstance(problem, str) else problem
    return InputError(Message("this is not a sound {format} file: {problem}", format=kind, problem=said), place=place)


def missing_package(package: str, path: Path) -> InputError:
    """The error for a format whose Python package is not installed."""
    hint = Message('install it with: pip install "comity[measures]"')
    message = Message("the Python package {package} is needed to read this file", package=package)
    return InputError(message, place=Place(str(path)), hint=hint)


def clean(text: str | bytes) -> str:
    """A text from a file in one line of bounded length, without characters that could steer a terminal.

    Bytes are what protobuf gives for a text that is not UTF-8.
    """
    head = text[: LONGEST_TEXT * 4]
    if isinstance(head, bytes):
        head = head.decode("utf-8", "replace")
    visible = (" " if unicodedata.category(character).startswith("C") else character for character in head)
    line = " ".join("".join(visible).split())
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"


def texts_as_facts(texts: Iterable[tuple[str, str, str | bytes | None]]) -> tuple[Reported, ...]:
    """Facts (id, key, text) whose text is there."""
    return tuple(Reported(fact, clean(text), key) for fact, key, text in texts if text is not None and clean(text))
