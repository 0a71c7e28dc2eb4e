"""Reading a workbook (XLSX) that somebody else saved, with suspicion: as a stream, within bounds, and never evaluating anything.

What runs or refers elsewhere (macros, links to other files, formulas) is refused where it stands, and so is XML with a document type.
Numbers and dates stay as they are written in the file: a date is a number there, and never mistaken for a word.
Source: ECMA-376, Office Open XML, part 1 (SpreadsheetML) and part 2 (packages).
"""

from __future__ import annotations

import io
import os
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from comity.errors import InputError, Place
from comity.language import Message, clean
from comity.measures.workbook_cells import Part, Rows, Strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.measures.workbook_cells import Row

MOST_BYTES = 100_000_000
"""Of the file."""

MOST_UNPACKED = 400_000_000
"""Bytes of all parts that are read."""

MOST_RATIO = 400
"""Times that a part of more than `ANY_RATIO` bytes may be larger than it is packed; a bomb reaches about 1,000."""

ANY_RATIO = 4_000_000
MOST_PARTS = 2_000
MOST_SHEETS = 100
LONGEST_TOKEN = 2_000_000
"""Bytes between two events of the parser; a longer tag would make it read the same bytes again and again."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_CHUNK = 65_536
_DIRECTORY_BYTES = 1_000_000
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    struct.error,
)
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of a workbook.

    Attributes:
        name: as people see it.
        part: where it lies in the package.
        hidden: whether people do not see it.
    """

    name: str
    part: str
    hidden: bool


class Workbook:
    """A workbook that is open.

    Attributes:
        pages: its sheets, in their order.
    """

    def __init__(self, stream: BinaryIO, place: Place) -> None:
        """Open a workbook and look what is in it.

        Raises:
            InputError: it is damaged, too large, encrypted, or holds what runs or refers elsewhere.
        """
        self.place = place
        self._room = MOST_UNPACKED
        _check_directory(stream, place)
        with self._watched():
            self._archive = zipfile.ZipFile(stream)
        self._parts = {entry.filename: entry for entry in self._archive.infolist()}
        self._refuse_strangers()
        self.pages = tuple(self._read_pages())
        self._strings: list[bytes] | None = None

    def rows(self, page: Page) -> Iterator[Row]:
        """The rows of a sheet.

        Raises:
            InputError: the sheet is damaged or too large, or cells are merged.
        """
        if self._strings is None:
            self._strings = self._read_strings()
        gathered = Rows(self._strings, self.place, page.name)
        for _ in self._events(page.part, gathered.part()):
            while gathered.ready:
                yield gathered.ready.popleft()
        while gathered.ready:
            yield gathered.ready.popleft()
        if gathered.merged:
            message = Message('in the sheet "{name}" cells are merged: {cells}', name=page.name, cells=gathered.merged)
            raise InputError(message, place=self.place, hint=Message("take the cells apart again"))

    def _refuse_strangers(self) -> None:
        if len(self._parts) > MOST_PARTS:
            raise InputError(Message("the archive has more than {limit} members", limit=MOST_PARTS), place=self.place)
        names = [name.lower() for name in self._parts]
        if not any(name.startswith("xl/") for name in names):
            raise InputError(Message("this is no sheet in CSV or XLSX"), place=self.place)
        hint = Message("save it as XLSX, without macros and links")
        if any(name.endswith(("vbaproject.bin", "workbook.bin")) or "/macrosheets/" in name for name in names):
            message = Message("the workbook holds macros, or is in a binary form; it is not opened")
            raise InputError(message, place=self.place, hint=hint)
        if any(
            name.startswith(("xl/externallinks/", "xl/embeddings/", "xl/connections", "xl/querytables/"))
            for name in names
        ):
            message = Message("the workbook refers to other files, or holds some; it is not opened")
            raise InputError(message, place=self.place, hint=hint)

    def _read_pages(self) -> Iterator[Page]:
        """The sheets that the workbook lists.

        Raises:
            InputError: it lists too many, or one that is not there.
        """
        listed: list[tuple[str, str, bool]] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet":
                relation = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"), "")
                hidden = attributes.get("state", "visible") != "visible"
                listed.append((clean(attributes.get("name", ""))[:60], relation, hidden))

        self._read(_WORKBOOK, Part(start))
        if len(listed) > MOST_SHEETS:
            raise InputError(Message("the workbook has more than {limit} sheets", limit=MOST_SHEETS), place=self.place)
        targets = self._relations()
        for title, relation, hidden in listed:
            part = targets.get(relation, "")
            if part.startswith("xl/worksheets/"):
                yield Page(title, part, hidden)

    def _relations(self) -> dict[str, str]:
        found: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
                found[attributes.get("Id", "")] = part

        self._read("xl/_rels/workbook.xml.rels", Part(start))
        return found

    def _read_strings(self) -> list[bytes]:
        """The texts that cells share, by number; none where there is no such part."""
        part = next((name for name in self._parts if name.lower() == "xl/sharedstrings.xml"), None)
        if part is None:
            return []
        gathered = Strings(self.place)
        self._read(part, gathered.part())
        return gathered.found

    def _read(self, part: str, told: Part) -> None:
        for _ in self._events(part, told):
            pass

    def _events(self, part: str, told: Part) -> Iterator[None]:
        """Read a part, block by block.

        Raises:
            InputError: it is not there, too large, or no XML that is read here.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = lambda name, attributes: told.start(name.rpartition(" ")[2], attributes)
        parser.EndElementHandler = lambda name: told.end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = told.text
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        entry = self._entry(part)
        fed = 0
        with self._watched(), self._archive.open(entry) as stream:
            while block := stream.read(_CHUNK):
                fed += len(block)
                parser.Parse(block, False)
                if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
                    raise expat.ExpatError("a tag is too long")
                yield
            parser.Parse(b"", True)
        yield

    def _entry(self, part: str) -> zipfile.ZipInfo:
        entry = self._parts.get(part)
        if entry is None:
            raise self._damaged(part)
        self._room -= entry.file_size
        if self._room < 0:
            raise InputError(
                Message("unpacked, this is larger than {limit} bytes", limit=MOST_UNPACKED), place=self.place
            )
        if entry.file_size > max(ANY_RATIO, MOST_RATIO * entry.compress_size):
            message = Message(
                "a part of the workbook is packed more than {limit} times smaller than it is", limit=MOST_RATIO
            )
            raise InputError(message, place=self.place)
        if entry.flag_bits & 0x1:
            raise InputError(Message("the archive is encrypted"), place=self.place)
        return entry

    def _refuse_document_type(self, *_: object) -> None:
        message = Message("the workbook holds XML with a document type; it is not read")
        raise InputError(message, place=self.place)

    def _watched(self) -> _Watched:
        return _Watched(self)

    def _damaged(self, problem: str) -> InputError:
        return InputError(Message("the workbook is damaged: {problem}", problem=clean(problem[:100])), place=self.place)


@dataclass(slots=True)
class _Watched:
    """Whatever a damaged package makes the libraries raise becomes one sentence."""

    book: Workbook

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, (*_DAMAGE, expat.ExpatError)) and not isinstance(error, InputError):
            raise self.book._damaged(str(error) or type(error).__name__) from None


def _check_directory(stream: BinaryIO, place: Place) -> None:
    """The list of parts is read whole by the library, so its size is looked at before.

    Raises:
        InputError: the file or its list of parts is too large.
    """
    size = stream.seek(0, os.SEEK_END)
    if size > MOST_BYTES:
        raise InputError(Message("the file is larger than {limit} bytes", limit=MOST_BYTES), place=place)
    stream.seek(max(0, size - _CHUNK - 100))
    tail = stream.read()
    end = tail.rfind(_END)
    listed = struct.unpack("<I", tail[end + 12 : end + 16])[0] if 0 <= end <= len(tail) - 16 else 0
    locator = tail.rfind(_LOCATOR_64)
    if 0 <= locator <= len(tail) - 16:
        stream.seek(min(struct.unpack("<Q", tail[locator + 8 : locator + 16])[0], size))
        head = stream.read(56)
        listed = struct.unpack("<Q", head[40:48])[0] if head.startswith(_END_64) and len(head) == 56 else size
    if listed > _DIRECTORY_BYTES:
        raise InputError(Message("the archive has more than {limit} members", limit=MOST_PARTS), place=place)
    stream.seek(0)


def is_workbook(head: bytes, place: Place) -> bool:
    """Whether a file that begins like this is a package.

    Raises:
        InputError: it is encrypted, or a workbook of a form before 2007.
    """
    if head.startswith(OLE):
        message = Message("the workbook is encrypted, or of an old form (XLS)")
        raise InputError(message, place=place, hint=Message("save it as XLSX, without a password"))
    return head.startswith((ZIP, _END))


def opened(raw: bytes, place: Place) -> Workbook:
    """A workbook from its bytes."""
    return Workbook(io.BytesIO(raw), place)
