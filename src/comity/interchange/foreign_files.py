"""Files that somebody else wrote, read with suspicion: bounded in bytes, depth and members before anything is believed.

A file is opened once; its digest is that of the bytes that were read. Whatever is wrong with it ends in one sentence.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import os
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 32_000_000
"""Size of a text, and of a member of an archive after unpacking. A log that is larger is summed up by its own tool first."""
MOST_ARCHIVE_BYTES = 2_000_000_000
"""Size of an archive; of it only single members are read."""
MOST_MEMBERS = 200_000
MOST_DEPTH = 200
ZSTANDARD = 93
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, ZSTANDARD)
"""Ways of packing that are undone, by their numbers. Source: PKWARE APPNOTE 6.3.10, section 4.4.5."""
DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    struct.error,
)
CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True)
class ForeignFile:
    """A file that is open.

    Attributes:
        path, place: where it is, and how messages call it.
        stream: its content.
        size: in bytes.
        sha256: its digest.
    """

    path: Path
    place: Place
    stream: BinaryIO
    size: int
    sha256: str

    def is_archive(self) -> bool:
        """Whether the first bytes are those of a ZIP archive."""
        self.stream.seek(0)
        return self.stream.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}

    def text(self) -> str:
        """The content as text.

        Raises:
            InputError: it is too large, or not UTF-8.
        """
        if self.size > MOST_BYTES:
            raise InputError(Message("the file is larger than {limit} bytes", limit=MOST_BYTES), place=self.place)
        self.stream.seek(0)
        return text_of(self.stream.read(MOST_BYTES + 1), self.place)

    def json(self) -> Any:
        """The content as JSON.

        Raises:
            InputError: it is too large, or no JSON.
        """
        return json_of(self.text(), self.place)

    def member(self, name: str) -> Any:
        """A member of the archive as JSON; None where there is none of that name.

        Raises:
            InputError: the archive or the member is damaged, too large, or packed in a way that cannot be undone here.
        """
        place = Place(f"{self.place.file}!{name}")
        try:
            with zipfile.ZipFile(self.stream) as archive:
                if len(archive.infolist()) > MOST_MEMBERS:
                    message = Message("the archive has more than {limit} members", limit=MOST_MEMBERS)
                    raise InputError(message, place=self.place)
                try:
                    member = archive.getinfo(name)
                except KeyError:
                    return None
                raw = self._unpacked(archive, member, place)
        except NotImplementedError:
            raise InputError(Message("the archive is packed in a way that is not read here"), place=place) from None
        except _damage() as error:
            reason = str(error)[:100] or type(error).__name__
            raise InputError(Message("the archive is damaged: {problem}", problem=reason), place=place) from None
        return json_of(text_of(raw, place), place)

    def _unpacked(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Place) -> bytes:
        """The bytes of a member, never more than allowed, whatever its header says."""
        if member.file_size > MOST_BYTES:
            raise InputError(Message("unpacked, this is larger than {limit} bytes", limit=MOST_BYTES), place=place)
        if member.flag_bits & 0x1:
            raise InputError(Message("the archive is encrypted"), place=place)
        if member.compress_type not in METHODS:
            raise NotImplementedError
        if member.compress_type == ZSTANDARD and not _reads_zstandard():
            raw = self._zstandard(member, place)
        else:
            with archive.open(member) as stream:
                raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise InputError(Message("unpacked, this is larger than {limit} bytes", limit=MOST_BYTES), place=place)
        return raw

    def _zstandard(self, member: zipfile.ZipInfo, place: Place) -> bytes:
        """A member packed with Zstandard, which the standard library reads from Python 3.14 on."""
        try:
            zstandard = importlib.import_module("zstandard")
        except ImportError:
            hint = Message("install the package zstandard, or convert the log to JSON with its own tool")
            raise InputError(Message("the archive is packed with Zstandard"), place=place, hint=hint) from None
        self.stream.seek(member.header_offset)
        header = _LOCAL_HEADER.unpack(self.stream.read(_LOCAL_HEADER.size))
        self.stream.seek(member.header_offset + _LOCAL_HEADER.size + header[-2] + header[-1])
        packed = self.stream.read(min(member.compress_size, MOST_BYTES))
        try:
            with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed), read_across_frames=True) as reader:
                raw: bytes = reader.read(MOST_BYTES + 1)
        except zstandard.ZstdError as error:
            reason = str(error)[:100]
            raise InputError(Message("the archive is damaged: {problem}", problem=reason), place=place) from None
        if zlib.crc32(raw) != member.CRC and len(raw) <= MOST_BYTES:
            raise InputError(Message("the archive is damaged: {problem}", problem="CRC-32"), place=place)
        return raw


def _reads_zstandard() -> bool:
    return hasattr(zipfile, "ZIP_ZSTANDARD")


def _damage() -> tuple[type[Exception], ...]:
    """What a damaged archive makes the standard library raise; another kind where it unpacks Zstandard itself."""
    if not _reads_zstandard():
        return DAMAGE
    return (*DAMAGE, importlib.import_module("compression.zstd").ZstdError)


@contextmanager
def foreign_file(path: str | Path) -> Iterator[ForeignFile]:
    """Open a file and work out its digest.

    Raises:
        InputError: there is no such regular file, it is empty or too large, or it changes while it is read.
    """
    path = Path(path)
    place = Place(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(Message("this is not a regular file"), place=place)
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            if before.st_size == 0:
                raise InputError(Message("the file is empty"), place=place)
            if before.st_size > MOST_ARCHIVE_BYTES:
                message = Message("the file is larger than {limit} bytes", limit=MOST_ARCHIVE_BYTES)
                raise InputError(message, place=place)
            yield ForeignFile(path, place, stream, before.st_size, _digest(stream))
            after = os.fstat(stream.fileno())
    except FileNotFoundError:
        raise InputError(Message("there is no such file"), place=place) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(Message("the file changed while it was read"), place=place)


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(CHUNK):
        digest.update(piece)
    return digest.hexdigest()


def text_of(raw: bytes, place: Place) -> str:
    """Bytes as text; a byte order mark of UTF-8 is let pass.

    Raises:
        InputError: they are not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(Message("the file is not UTF-8 text"), place=Place(place.file, line, 1)) from None


def json_of(text: str, place: Place) -> Any:
    """A text as JSON. What is no number (NaN, Infinity) is read as nothing, for tools write it.

    Raises:
        InputError: it is no JSON, says a key twice, or is nested too deeply.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        at = Place(place.file, error.lineno, error.colno)
        raise InputError(Message("this is not JSON: {problem}", problem=error.msg), place=at) from None
    except RecursionError:
        raise _too_deep(place) from None
    except ValueError as error:
        raise InputError(Message("this is not JSON: {problem}", problem=str(error)[:120]), place=place) from None
    if _deeper_than(value, MOST_DEPTH):
        raise _too_deep(place)
    return value


def _too_deep(place: Place) -> InputError:
    return InputError(Message("nested more than {limit} levels deep", limit=MOST_DEPTH), place=place)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _repeated(pairs)
    return found


def _repeated(pairs: list[tuple[str, Any]]) -> NoReturn:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f'the key "{key[:40]}" stands twice')
        seen.add(key)
    raise AssertionError


def _deeper_than(value: Any, limit: int) -> bool:
    """Whether a value is nested deeper, found level by level."""
    level = [value]
    for _ in range(limit):
        level = [
            item
            for node in level
            if isinstance(node, dict | list)
            for item in (node.values() if isinstance(node, dict) else node)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def table(value: Any) -> dict[str, Any]:
    """An object; an empty one where the value is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list; an empty one where the value is none."""
    return value if isinstance(value, list) else []


def word(value: Any) -> str | None:
    """A text that says something, cut after 2,000 characters; None for anything else."""
    return value.strip()[:2_000] if isinstance(value, str) and value.strip() else None
