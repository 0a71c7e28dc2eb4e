"""Appending to a decision log: a batch of records with one force to the disk, and nothing is acknowledged before that.

A process killed at any instant leaves every acknowledged record; of the batch it was writing, whole records may stay, and a cut last line
is put aside in `torn/` and told, never dropped in silence. The log is not mended where more than an unfinished end is wrong with it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.documents.reading import read_bytes
from comity.errors import InputError, IntegrityError, Place
from comity.evidence.decision_chain import (
    HEADER,
    RECORDS,
    SECRETS,
    TORN,
    header_bytes,
    read_header,
    secret_path,
    segment_name,
    segments_of,
)
from comity.evidence.decision_content import PARTS, SECRET_BYTES, committed
from comity.evidence.decision_record import (
    KEPT_BY_THE_LOG,
    LONGEST_RECORD,
    SALT_BYTES,
    check_record,
    encode_record,
    moment_text,
    read_record,
    record_of,
)
from comity.evidence.durable import Disk, LineFile, make_directories, replace, sole_writer
from comity.evidence.strict_json import MalformedError, base64_text
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

SEGMENT_BYTES = 64_000_000
"""A segment that has grown this large is followed by a new one, with a new secret."""
LARGEST_BATCH = 4_000_000
"""Bytes that are forced to the disk at once; so much a crash can leave unfinished."""

_LOCK = ".lock"


class Receipt(NamedTuple):
    """What was appended and lasts: number of the first record, how many, and the SHA-256 of the last line."""

    first: int
    records: int
    last: str


class RefusedError(InputError):
    """A record that was handed in is refused; those before it in the call are not appended either.

    Attributes:
        index: which one of the call, from 0.
    """

    def __init__(self, index: int, error: InputError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.index = index


class TornPiece(NamedTuple):
    """The unfinished end that a crash left, and where it was put aside."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class _End:
    """Where a log ends: the number that comes next, the hash to chain to, and the file that was mended, if one was."""

    size: int
    last: str
    torn: TornPiece | None = None


class DecisionWriter:
    """The one who appends to a decision log; made by `open_decisions`.

    Attributes:
        directory: of the log.
        size: number of the record that comes next.
        last: SHA-256 of the last line.
        torn: what a crash left, or None.
    """

    def __init__(self, directory: Path, disk: Disk, now: Callable[[], datetime]) -> None:
        self.directory = directory
        self._disk = disk
        self._now = now
        end = _end_of(directory, disk)
        self.size, self.last, self.torn = end.size, end.last, end.torn
        self._file: LineFile | None = None
        self._secret = b""
        self._bytes = 0
        self._usable = True
        segments = segments_of(directory)
        if segments and secret_path(directory, segments[-1].name).is_file():
            self._secret = _read_secret(secret_path(directory, segments[-1].name))
            self._file = LineFile(segments[-1], disk)
            self._bytes = segments[-1].stat().st_size

    def append(self, drafts: Sequence[Mapping[str, Any]], *, keep_content: bool = False) -> Receipt:
        """Append records; when this returns, they are on the disk.

        Args:
            drafts: plain data of the form of a record, without the keys that the log writes; inputs and outputs as `committed` takes
                them.
            keep_content: whether texts of inputs and outputs stay in the records.

        Raises:
            RefusedError: a draft is of another form; nothing of this call was appended.
            OSError: the disk refuses; what lasts is known when the log is opened again.
        """
        if not self._usable:
            raise InputError(Message("writing to the log failed before; open it again"))
        first, began = self.size, self._now()
        if drafts and (self._file is None or self._bytes >= SEGMENT_BYTES):
            self._begin_segment()
        lines, last = [], self.last
        recorded = moment_text(began)
        for index, draft in enumerate(drafts):
            try:
                line = self._line(draft, first + index, last, recorded, keep=keep_content)
            except InputError as error:
                raise RefusedError(index, error) from None
            last = sha256(line).hexdigest()
            lines.append(line)
        self._write(lines)
        self.size, self.last = first + len(lines), last
        return Receipt(first, len(lines), last)

    def _line(self, draft: Mapping[str, Any], number: int, previous: str, recorded: str, *, keep: bool) -> bytes:
        if not isinstance(draft, dict):
            raise MalformedError(Message("a record is a JSON object"))
        for key in KEPT_BY_THE_LOG:
            if key in draft:
                raise MalformedError(Message('"{key}" is written by the log; leave it out', key=key))
        salt = secrets.token_bytes(SALT_BYTES)
        parts = {part: committed(draft[part], self._secret, salt, part, keep=keep) for part in PARTS if part in draft}
        log = {"salt": base64_text(salt), "number": number, "previous": previous, "recorded": recorded}
        record = record_of({**log, **draft, **parts})
        check_record(record)
        line = encode_record(record)
        if len(line) > LONGEST_RECORD:
            raise MalformedError(Message("a record has at most {count} bytes", count=LONGEST_RECORD))
        return line

    def _write(self, lines: Sequence[bytes]) -> None:
        batch: list[bytes] = []
        waiting = 0
        self._usable = False
        for line in lines:
            if batch and waiting + len(line) > LARGEST_BATCH:
                self._force(batch)
                batch, waiting = [], 0
            batch.append(line)
            waiting += len(line) + 1
        self._force(batch)
        self._usable = True

    def _force(self, batch: list[bytes]) -> None:
        if batch and self._file is not None:
            self._file.append(batch)
            self._bytes += sum(map(len, batch)) + len(batch)

    def _begin_segment(self) -> None:
        """A new segment with a new secret; the secret lasts before anything is committed to under it."""
        name = segment_name(self.size)
        self._secret = _make_secret(secret_path(self.directory, name), self._disk)
        self._file = LineFile(self.directory / RECORDS / name, self._disk)
        self._bytes = 0


@contextlib.contextmanager
def open_decisions(
    directory: Path, disk: Disk | None = None, now: Callable[[], datetime] | None = None
) -> Iterator[DecisionWriter]:
    """Open a decision log for appending, made if there is none, mended if a crash left an unfinished line.

    Args:
        directory: of the log.
        disk: where it lies.
        now: the clock; by default that of the machine.

    Raises:
        InputError: it cannot be made, something else lies there, or another process is writing to it.
        IntegrityError: its end does not hold together, and not because a crash cut it.
    """
    disk = disk or Disk()
    with contextlib.ExitStack() as stack:
        try:
            make_directories(disk, directory)
            stack.enter_context(sole_writer(directory / _LOCK))
            if not (directory / HEADER).exists():
                _create(directory, disk)
            writer = DecisionWriter(directory, disk, now or _clock)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = Message("{file} cannot be written: {reason}", file=str(directory), reason=reason)
            raise InputError(message) from None
        yield writer


def _clock() -> datetime:
    return datetime.now(UTC)


def _create(directory: Path, disk: Disk) -> None:
    """Make an empty log; the header comes last, so a log with a header is whole.

    Raises:
        InputError: something else lies here.
    """
    ours = {_LOCK, RECORDS, SECRETS, f".{HEADER}.next"}
    if {path.name for path in directory.iterdir()} - ours or segments_of(directory):
        message = Message("the directory holds something else than a decision log")
        raise InputError(message, place=Place(str(directory)), hint=Message("name a new directory"))
    for name in (RECORDS, SECRETS):
        make_directories(disk, directory / name)
    (directory / SECRETS).chmod(0o700)
    content = header_bytes(secrets.token_hex(16), moment_text(_clock()))
    replace(disk, directory / HEADER, content, beside=directory / f".{HEADER}.next")


def _make_secret(path: Path, disk: Disk) -> bytes:
    """A secret that only the owner reads, on the disk; one that a crash left unused is taken."""
    make_directories(disk, path.parent)
    if path.exists() and path.stat().st_size == SECRET_BYTES:
        return _read_secret(path)
    secret = secrets.token_bytes(SECRET_BYTES)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    disk.write(path, secret)
    disk.sync_all([path], [path.parent])
    return secret


def _read_secret(path: Path) -> bytes:
    secret = read_bytes(path, Place(str(path)), SECRET_BYTES)
    if len(secret) != SECRET_BYTES:
        raise InputError(Message("this is not the secret of a segment"), place=Place(str(path)))
    return secret


def read_secret(directory: Path, segment: str) -> bytes:
    """The secret of a segment.

    Raises:
        InputError: it was deleted, or is none.
    """
    path = secret_path(directory, segment)
    if not path.is_file():
        hint = Message("commitments of this segment can no longer be opened")
        raise InputError(Message("the secret of the segment is gone"), place=Place(str(path)), hint=hint)
    return _read_secret(path)


def _end_of(directory: Path, disk: Disk) -> _End:
    """Where a log ends; an unfinished end is put aside and cut off.

    Raises:
        IntegrityError: behind the last good record stands another one.
    """
    header = read_header(directory)
    segments = segments_of(directory)
    if not segments:
        return _End(0, header.digest)
    found = _end_of_segment(directory, segments[-1], disk)
    if not found.last and len(segments) > 1:
        found = replaced(_end_of_segment(directory, segments[-2], disk), torn=found.torn)
    elif not found.last and found.size == 0:
        found = replaced(found, last=header.digest)
    if not found.last or found.size < int(segments[-1].stem):
        raise _damaged(segments[-1])
    return found


def _end_of_segment(directory: Path, path: Path, disk: Disk) -> _End:
    """The end of one segment; `last` is empty where it holds no record."""
    start = max(0, path.stat().st_size - 2 * LARGEST_BATCH)
    with path.open("rb") as stream:
        stream.seek(start)
        partial = stream.readline(LONGEST_RECORD + 1) if start else b"\n"
        if not partial.endswith(b"\n"):
            raise _damaged(path)
        start += len(partial) if start else 0
        window = stream.read()
    number, last, whole = int(path.stem), "", 0
    for row in window.split(b"\n")[:-1]:
        try:
            record = read_record(row)
        except MalformedError:
            break
        if (last and record.previous != last) or (not start and record.number != number):
            raise _damaged(path)
        number, last, whole = record.number + 1, sha256(row).hexdigest(), whole + len(row) + 1
    rest = window[whole:]
    if not rest:
        return _End(number, last)
    if len(rest) > LARGEST_BATCH + 1 or any(_is_record(row) for row in rest.split(b"\n")[:-1]):
        raise _damaged(path)
    return _End(number, last, _put_aside(directory, path, start + whole, rest, disk))


def _is_record(row: bytes) -> bool:
    try:
        read_record(row)
    except MalformedError:
        return False
    return True


def _put_aside(directory: Path, path: Path, offset: int, rest: bytes, disk: Disk) -> TornPiece:
    """Keep an unfinished end beside the log before it is cut off."""
    torn = directory / TORN / f"{path.stem}-{offset}-{secrets.token_hex(4)}.bin"
    make_directories(disk, torn.parent)
    disk.write(torn, rest)
    disk.sync_all([torn], [torn.parent])
    disk.truncate(path, offset)
    disk.sync(path)
    return TornPiece(torn, len(rest))


def _damaged(path: Path) -> IntegrityError:
    hint = Message("see what is wrong with: comity evidence decisions check DIR")
    return IntegrityError(Message("the end of the log does not hold together"), place=Place(str(path)), hint=hint)
