"""The files of a decision log, and reading them: every line names the hash of the one before, so what was altered breaks the chain.

A directory holds `log.json` (the header), `records/` with the segments, each named by the number of its first record, `secrets/` with one
secret for each, `heads/` with signed heads, and `torn/` with what a crash left of unfinished writing. Reading goes from the first line to
the last, holds one line at a time, and goes on behind what is broken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from comity.documents.reading import read_bytes
from comity.errors import InputError, Place
from comity.evidence.decision_record import LONGEST_RECORD, Record, read_record
from comity.evidence.strict_json import MalformedError, decode, encode, keys_of
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCHEMA = "comity/decision-log/1"
HEADER = "log.json"
RECORDS, SECRETS, HEADS, TORN = "records", "secrets", "heads", "torn"
LONGEST_HEADER = 1_000
MOST_PROBLEMS = 100
"""So many breaks of a chain are told one by one."""

_LINES_A_STEP = 1_000
_SEGMENT = re.compile(r"([0-9]{12})\.jsonl", re.ASCII)
_LOG_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Header:
    """What a log says of itself: a random id, and when it began. `digest` is what its first record is chained to."""

    log: str
    created: str
    digest: str


class Link(NamedTuple):
    """A line of the log: its number by counting, its bytes, their SHA-256, and what it says."""

    number: int
    line: bytes
    digest: str
    record: Record


class Broken(NamedTuple):
    """A place where the chain does not hold, and why."""

    place: Place
    reason: Message


class TornTail(NamedTuple):
    """A last line without an end: writing stopped in the middle of it, before it was acknowledged."""

    segment: str
    size: int


def segment_name(first: int) -> str:
    """The file name of the segment that begins with a record."""
    return f"{first:012}.jsonl"


def secret_path(directory: Path, segment: str) -> Path:
    """Where the secret of a segment lies."""
    return directory / SECRETS / f"{segment.removesuffix('.jsonl')}.key"


def header_bytes(log: str, created: str) -> bytes:
    """The content of the header file."""
    return encode({"schema": SCHEMA, "log": log, "created": created}) + b"\n"


def read_header(directory: Path) -> Header:
    """The header of a log.

    Raises:
        InputError: there is no log here.
    """
    path = directory / HEADER
    place = Place(str(path))
    if not directory.is_dir() or not path.is_file():
        hint = Message("begin one with: comity evidence decisions append DIR")
        raise InputError(Message("there is no decision log here"), place=Place(str(directory)), hint=hint)
    raw = read_bytes(path, place, LONGEST_HEADER)
    what = Message("header")
    try:
        fields = keys_of(decode(raw, what), ("schema", "log", "created"), (), what)
        log, created = fields["log"], fields["created"]
        if fields["schema"] != SCHEMA or not isinstance(log, str) or not isinstance(created, str):
            raise MalformedError(Message("this is not the header of a decision log"))
        if not _LOG_ID.fullmatch(log) or raw != header_bytes(log, created):
            raise MalformedError(Message("this is not the header of a decision log"))
    except MalformedError as error:
        raise InputError(error.message, place=place) from None
    return Header(log, created, sha256(raw).hexdigest())


def segments_of(directory: Path) -> list[Path]:
    """The segments of a log, in order.

    Raises:
        InputError: something else lies among them.
    """
    records = directory / RECORDS
    try:
        paths = sorted(records.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Message("the directory cannot be read: {reason}", reason=reason)
        raise InputError(message, place=Place(str(records))) from None
    for path in paths:
        if not _SEGMENT.fullmatch(path.name) or not path.is_file():
            raise InputError(Message("this is not a segment of a decision log"), place=Place(str(path)))
    return paths


class Chain:
    """A log being read. Iterate over it once; then the attributes tell what was found.

    Attributes:
        header: of the log.
        first: number of the first record that is there; more than 0 where the beginning was taken away.
        size: number of the record that would come next.
        last: SHA-256 of the last line; of an empty log, that of the header.
        broken: where the chain does not hold, the first `MOST_PROBLEMS`.
        breaks: how often in all.
        torn: the unfinished last line, or None.
        digests: SHA-256 of every segment as read, by name.
    """

    def __init__(self, directory: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """Open a log for reading.

        Args:
            directory: of the log.
            progress: told now and then how many bytes are read, of how many.

        Raises:
            InputError: there is no log here.
        """
        self.directory = directory
        self._progress = progress
        self._read = self._total = 0
        self.header = read_header(directory)
        self.first = 0
        self.size = 0
        self.last = self.header.digest
        self.broken: list[Broken] = []
        self.breaks = 0
        self.torn: TornTail | None = None
        self.digests: dict[str, str] = {}

    @property
    def whole(self) -> bool:
        """Whether every record is chained to the one before, back to the header."""
        return not self.breaks and not self.first

    def __iter__(self) -> Iterator[Link]:
        segments = segments_of(self.directory)
        self._total = sum(path.stat().st_size for path in segments)
        for position, path in enumerate(segments):
            self._begin(path, first=position == 0)
            yield from self._lines(path, last=position == len(segments) - 1)

    def _begin(self, path: Path, *, first: bool) -> None:
        number = int(path.stem)
        if first and number:
            self.first = self.size = number
            self.last = ""
        elif number != self.size:
            place = Place(str(path))
            self._report(
                place, Message("the segment begins with record {number}, not {wanted}", number=number, wanted=self.size)
            )
            self.size = number

    def _lines(self, path: Path, *, last: bool) -> Iterator[Link]:
        digest = sha256()
        row = 0
        with path.open("rb") as stream:
            while line := stream.readline(LONGEST_RECORD + 2):
                row += 1
                digest.update(line)
                self._read += len(line)
                if self._progress is not None and row % _LINES_A_STEP == 0:
                    self._progress(min(self._read, self._total), self._total)
                place = Place(str(path), row, 1)
                if not line.endswith(b"\n"):
                    if len(line) <= LONGEST_RECORD and last:
                        self.torn = TornTail(path.name, len(line))
                        break
                    self._report(place, Message("a line is longer than a record, or has no end"))
                    while line and not line.endswith(b"\n"):
                        line = stream.readline(LONGEST_RECORD)
                        digest.update(line)
                    self._skip(b"")
                    continue
                link = self._link(line[:-1], place)
                if link is not None:
                    yield link
        self.digests[path.name] = digest.hexdigest()
        if self._progress is not None and last and self._total:
            self._progress(self._total, self._total)

    def _link(self, line: bytes, place: Place) -> Link | None:
        try:
            record = read_record(line)
        except MalformedError as error:
            self._report(place, error.message)
            self._skip(line)
            return None
        if record.number != self.size:
            message = Message("record {found} stands where {wanted} belongs", found=record.number, wanted=self.size)
            self._report(place, message)
        elif self.last and record.previous != self.last:
            self._report(place, Message("record {number} does not follow from the one before it", number=record.number))
        digest = sha256(line).hexdigest()
        link = Link(record.number, line, digest, record)
        self.size, self.last = record.number + 1, digest
        return link

    def _skip(self, line: bytes) -> None:
        self.size, self.last = self.size + 1, sha256(line).hexdigest() if line else ""

    def _report(self, place: Place, reason: Message) -> None:
        self.breaks += 1
        if len(self.broken) < MOST_PROBLEMS:
            self.broken.append(Broken(place, reason))
