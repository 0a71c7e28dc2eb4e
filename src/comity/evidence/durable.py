"""Files that survive a crash: what was said to be written is there after the power failed, and nobody ever reads half of it.

A file system may keep back or reorder anything that was not forced to the disk, the name of a new file included. Every change of a file
that has to last goes through the few operations of `Disk`, so that a test can put another one in its place and let the power fail between
any two of them. `LineFile` is a file of lines that only grows; `sole_writer` keeps a second writer out.
"""

from __future__ import annotations

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


_SYNCS_AT_ONCE = 8


class Disk:
    """The operations by which files change; each is done when it returns, but lasts only after the matching `sync`."""

    def write(self, path: Path, content: bytes) -> None:
        """Write a file anew; its content may be lost or cut until `sync`, its name until `sync_directory`."""
        with path.open("wb") as stream:
            stream.write(content)

    def append(self, path: Path, content: bytes) -> None:
        """Write behind the end of a file."""
        with path.open("ab") as stream:
            stream.write(content)

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file off."""
        os.truncate(path, size)

    def sync(self, path: Path) -> None:
        """Force the content of a file to the disk."""
        handle = os.open(path, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def sync_directory(self, path: Path) -> None:
        """Force the names in a directory to the disk, where the platform can."""
        with contextlib.suppress(AttributeError, PermissionError):
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def sync_all(self, files: Iterable[Path], directories: Iterable[Path]) -> None:
        """Force contents and names to the disk, all at once: a disk writes many in hardly more time than one."""
        with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
            done = [pool.submit(self.sync, path) for path in files]
            done += [pool.submit(self.sync_directory, path) for path in directories]
            for one in done:
                one.result()

    def make_directory(self, path: Path) -> None:
        """Make a directory; its name lasts after `sync_directory` of the one above."""
        path.mkdir()

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name in one step; a file of that name is gone."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Take a file away."""
        path.unlink(missing_ok=True)


def make_directories(disk: Disk, path: Path) -> None:
    """Make a directory and those above it, lasting."""
    for parent in _made(disk, path):
        disk.sync_directory(parent)


def _made(disk: Disk, path: Path) -> list[Path]:
    """Make a directory and those above it; the directories that hold the new names, which have to be forced to the disk."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for directory in reversed(missing):
        disk.make_directory(directory)
    return [directory.parent for directory in reversed(missing)]


def write_all(disk: Disk, files: Iterable[tuple[Path, bytes]], renamed_in: Iterable[Path] = ()) -> None:
    """Write files anew, lasting when this returns; in between, any of them may be missing or cut.

    Args:
        disk: where.
        files: paths and contents.
        renamed_in: directories in which something was renamed before; that lasts then as well.
    """
    written: list[Path] = []
    directories: dict[Path, None] = {}
    for path, content in files:
        if path.parent not in directories:
            directories |= dict.fromkeys((*_made(disk, path.parent), path.parent))
        disk.write(path, content)
        written.append(path)
    if written:
        disk.sync_all(written, directories | dict.fromkeys(renamed_in))


def replace(disk: Disk, path: Path, content: bytes, *, beside: Path) -> None:
    """Replace a file in one step: before, the old content lasts; after, the new one; nobody sees anything else.

    Args:
        disk: where.
        path: the file.
        content: what it shall hold.
        beside: where the content waits, in the same directory. It lasts there before the file changes, so what a reader saw in the file
            is never lost: whoever opens the file after a crash finishes the change.
    """
    write_all(disk, [(beside, content)])
    disk.rename(beside, path)
    disk.sync_directory(path.parent)


class LineFile:
    """A file of lines that only grows: what `append` was given is on the disk when it returns, all of it.

    A crash may leave a piece of the batch that was being written. A last line without its end is cut off when the file is opened again;
    whole lines of a batch that was never said to be written may stay. A batch forced to the disk at once is what makes appending fast:
    give many lines a call.
    """

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        """Open a file for appending, made if it is missing, mended if a crash cut its last line.

        Args:
            path: the file; the caller holds its lock (`sole_writer`).
            disk: where it lies.
        """
        self.path = path
        self.disk = Disk() if disk is None else disk
        if not path.exists():
            write_all(self.disk, [(path, b"")])
        whole = _end_of_last_line(path)
        if whole < path.stat().st_size:
            self.disk.truncate(path, whole)
            self.disk.sync(path)

    def append(self, lines: Iterable[bytes]) -> None:
        """Append lines, each without its line feed.

        Raises:
            ValueError: a line holds a line feed.
        """
        lines = list(lines)
        if any(b"\n" in line for line in lines):
            raise ValueError("a line holds a line feed")
        if lines:
            self.disk.append(self.path, b"".join(line + b"\n" for line in lines))
            self.disk.sync(self.path)


def _end_of_last_line(path: Path, block: int = 1 << 16) -> int:
    """The length of a file up to and with its last line feed."""
    with path.open("rb") as stream:
        end = stream.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - block)
            stream.seek(start)
            found = stream.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


@contextlib.contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Hold a lock; it goes with the process that holds it, however that ends.

    Args:
        path: a file that stands for what is locked; made if it is missing, never taken away.

    Raises:
        InputError: another process holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _locked(handle):
            message = Message("another process is writing here")
            raise InputError(message, place=Place(str(path.parent)), hint=Message("wait until it has ended"))
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
