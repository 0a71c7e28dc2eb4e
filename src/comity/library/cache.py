"""The compiled library on disk, so that a command starts in milliseconds.

The cache is keyed by a digest of the bytes of every file of every layer (and of the program's version), so it can never be stale; its
payload carries its own digest and is decoded into typed records, so a damaged one is never believed: it is compiled anew. It is plain
MessagePack, which executes nothing when read.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from comity import __version__
from comity.documents.reading import MAXIMUM_BYTES
from comity.library.model import LibraryData

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT = 4
_DIGEST_BYTES = 32


def cache_directory() -> Path:
    """Where compiled libraries lie: `$COMITY_CACHE`, else the platform's cache directory for this user."""
    chosen = os.environ.get("COMITY_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "comity"


def content_digest(layers: list[Path]) -> str:
    """SHA-256 over the names and bytes of all YAML files of all layers, and the version of the program.

    Raises:
        OSError: a file cannot be read, or is larger than any that is read.
    """
    digest = hashlib.sha256(f"comity {__version__} cache {FORMAT}\n".encode())
    for layer in layers:
        digest.update(f"layer {layer}\n".encode())
        for path in sorted(layer.rglob("*.yaml")):
            if not path.is_file() or path.stat().st_size > MAXIMUM_BYTES:
                raise OSError(path)
            content = path.read_bytes()
            digest.update(f"{path.relative_to(layer).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def load(layers: list[Path], compile_library: Callable[[list[Path]], LibraryData]) -> LibraryData:
    """The compiled library of these layers, from the cache or compiled now.

    A cache that cannot be read or written is no error: the library is compiled each time then.
    """
    try:
        path = cache_directory() / f"library-{content_digest(layers)[:40]}.msgpack"
    except (OSError, RuntimeError):
        return compile_library(layers)
    found = _read(path)
    if found is None:
        found = compile_library(layers)
        _write(path, found)
    return found


def _read(path: Path) -> LibraryData | None:
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    digest, payload = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        return None
    collecting = gc.isenabled()
    gc.disable()  # it would look through hundred thousands of records, of which none can be garbage yet
    try:
        return msgspec.msgpack.decode(payload, type=LibraryData)
    except (msgspec.DecodeError, RecursionError):
        return None
    finally:
        if collecting:
            gc.enable()


def _write(path: Path, data: LibraryData) -> None:
    """Write beside the target and rename, so that a reader never meets half a file; then drop older copies."""
    payload = msgspec.msgpack.encode(data)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".library-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(hashlib.sha256(payload).digest() + payload)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        copies = sorted(path.parent.glob("library-*.msgpack"), key=lambda copy: copy.stat().st_mtime)
        for old in copies[:-4]:
            old.unlink(missing_ok=True)
