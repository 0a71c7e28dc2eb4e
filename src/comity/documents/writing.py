"""Writing a file in one step, so that nobody ever meets half of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from typing import TYPE_CHECKING

from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Write a file: beside it, forced to the disk, then renamed. Directories on the way are made.

    What is there and is no regular file (a terminal, a pipe, `/dev/null`) is written to and stays what it is; a link stays a link.

    Raises:
        InputError: it cannot be written; a file that was there is then as it was.
    """
    try:
        target = path.resolve()
        if target.is_dir():
            raise IsADirectoryError(0, "Is a directory")
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, content)
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError) as error:  # Python 3.11 makes a RuntimeError of links that go round in a circle
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(Message("{file} cannot be written: {reason}", file=str(path), reason=reason)) from None


def write_new_file(path: Path, content: bytes, mode: int) -> None:
    """Make a file with these rights from its first moment on, and force it to the disk. What is there is never overwritten.

    Raises:
        InputError: it is there already, or cannot be written; nothing is left behind then.
    """
    made = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        made = True
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _keep_name(path.parent)
    except FileExistsError:
        raise InputError(Message("{file} is there already; it is never overwritten", file=str(path))) from None
    except OSError as error:
        if made:
            path.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise InputError(Message("{file} cannot be written: {reason}", file=str(path), reason=reason)) from None


def _replace(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".comity-{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _keep_name(target.parent)


def _keep_name(directory: Path) -> None:
    """Force the new name to the disk as well, where the platform can."""
    with contextlib.suppress(OSError, AttributeError):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
