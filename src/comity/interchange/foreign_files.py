"""Files that somebody else wrote, read with suspicion: bounded in bytes, depth and members before anything is believed.

A file is opened once; its digest is that of the bytes that were read. Whatever is wrong with it ends in one sentence.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import os
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from comity.documents.json_text import json_of as json_of
from comity.documents.json_text import listed as listed
from comity.documents.json_text import table as table
from comity.documents.json_text import text_of as text_of
from comity.errors import InputError, Place
from comity.language import Message, clean

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 32_000_000
"""Size of a text, and of a member of an archive after unpacking. A log that is larger is summed up by its own tool first."""
MOST_LINES_BYTES = 1_000_000_000
"""Size of a file of which one line after the other is read."""
MOST_ARCHIVE_BYTES = 2_000_000_000
"""Size of an archive; of it only single members are read."""
MOST_UNPACKED_BYTES = 8_000_000_000
"""Size of all members that are read one after the other, after unpacking."""
MOST_MEMBERS = 200_000
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

    def text(self, most: int | None = None) -> str:
        """The content as text.

        Args:
            most: bytes; as for every text by default.

        Raises:
            InputError: it is larger than allowed, or not UTF-8.
        """
        most = MOST_BYTES if most is None else most
        if self.size > most:
            raise InputError(Message("the file is larger than {limit} bytes", limit=most), place=self.place)
        self.stream.seek(0)
        return text_of(self.stream.read(most + 1), self.place)

    def json(self, most: int | None = None) -> Any:
        """The content as JSON.

        Raises:
            InputError: it is larger than allowed, or no JSON.
        """
        return json_of(self.text(most), self.place)

    def lines(self) -> Iterator[tuple[Place, Any]]:
        """The values of JSON Lines, each with its place; empty lines are passed over.

        Raises:
            InputError: the file or a line is too large, or a line is no JSON.
        """
        if self.size > MOST_LINES_BYTES:
            raise InputError(Message("the file is larger than {limit} bytes", limit=MOST_LINES_BYTES), place=self.place)
        self.stream.seek(0)
        number = 0
        while raw := self.stream.readline(MOST_BYTES + 1):
            number += 1
            place = Place(self.place.file, number, 1)
            if len(raw) > MOST_BYTES:
                raise InputError(Message("the line is larger than {limit} bytes", limit=MOST_BYTES), place=place)
            if raw.strip(b"\xef\xbb\xbf\r\n\t "):
                yield place, json_of(text_of(raw, place), place, number)

    def members(self, folder: str) -> Iterator[tuple[Place, Any]]:
        """The members of a folder of the archive as JSON, by name, each with its place; two of the same name are two.

        Raises:
            InputError: one is not what `member` reads, or all of them together are too large.
        """
        total = 0
        with self._archive(self.place) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.startswith(folder)]
            for entry in sorted(entries, key=lambda found: found.filename):
                if not entry.filename.endswith(".json"):
                    continue
                place = Place(f"{self.place.file}!{clean(entry.filename)[:200]}")
                raw = self._unpacked(archive, entry, place)
                total += len(raw)
                if total > MOST_UNPACKED_BYTES:
                    message = Message("unpacked, this is larger than {limit} bytes", limit=MOST_UNPACKED_BYTES)
                    raise InputError(message, place=self.place)
                yield place, json_of(text_of(raw, place), place)

    def member(self, name: str) -> Any:
        """A member of the archive as JSON; None where there is none of that name.

        Raises:
            InputError: the archive or the member is damaged, too large, or packed in a way that cannot be undone here.
        """
        place = Place(f"{self.place.file}!{name}")
        with self._archive(place) as archive:
            try:
                member = archive.getinfo(name)
            except KeyError:
                return None
            raw = self._unpacked(archive, member, place)
        return json_of(text_of(raw, place), place)

    @contextmanager
    def _archive(self, place: Place) -> Iterator[zipfile.ZipFile]:
        """The archive, opened.

        Raises:
            InputError: it is damaged, or has too many members.
        """
        try:
            with zipfile.ZipFile(self.stream) as archive:
                if len(archive.infolist()) > MOST_MEMBERS:
                    message = Message("the archive has more than {limit} members", limit=MOST_MEMBERS)
                    raise InputError(message, place=self.place)
                yield archive
        except NotImplementedError:
            raise InputError(Message("the archive is packed in a way that is not read here"), place=place) from None
        except _damage() as error:
            reason = str(error)[:100] or type(error).__name__
            raise InputError(Message("the archive is damaged: {problem}", problem=reason), place=place) from None

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


def word(value: Any) -> str | None:
    """A text that says something, cut after 2,000 characters; None for anything else."""
    return value.strip()[:2_000] if isinstance(value, str) and value.strip() else None
