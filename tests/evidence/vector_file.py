"""The vectors on disk: one JSON line each, bytes written as Latin-1 text, compressed with a fixed time stamp.

A vector is a file, or an edit of the file that an earlier vector of the given name holds (`at`, `remove`, `insert`), or a long one that
is written by rule (`prefix`, `unit`, `count`, `suffix`; `{n}` in the unit counts in six digits). `code` is the exit code of its
structure: 0 intact, 2 malformed, 4 altered. Where `keys` and `time` are given, `issuer` is the answer to whether the issuer is trusted.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "vectors" / "vectors.jsonl.gz"


@dataclass(frozen=True)
class Vector:
    """One file and what every verifier must say of it."""

    name: str
    code: int
    data: bytes
    keys: tuple[str, ...] = ()
    time: str | None = None
    issuer: str | None = None


def read_vectors(path: Path = PATH) -> Iterator[Vector]:
    """All vectors, in the order of the file."""
    files: dict[str, bytes] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            data = _data(entry, files)
            if entry.get("base"):
                files[entry["name"]] = data
            yield Vector(
                entry["name"], entry["code"], data, tuple(entry.get("keys", ())), entry.get("time"), entry.get("issuer")
            )


def _data(entry: dict[str, Any], files: dict[str, bytes]) -> bytes:
    if "of" in entry:
        whole, at = files[entry["of"]], int(entry["at"])
        return whole[:at] + str(entry["insert"]).encode("latin-1") + whole[at + entry["remove"] :]
    if "unit" in entry:
        unit, count = entry["unit"], entry["count"]
        middle = "".join(unit.replace("{n}", f"{n:06}") for n in range(count)) if "{n}" in unit else unit * count
        return f"{entry['prefix']}{middle}{entry['suffix']}".encode("latin-1")
    return str(entry["data"]).encode("latin-1")


def write_vectors(entries: Iterable[dict[str, Any]], path: Path = PATH) -> int:
    """Write them; the same entries give the same bytes."""
    lines = [json.dumps(entry, ensure_ascii=True, separators=(",", ":")) for entry in entries]
    path.parent.mkdir(exist_ok=True)
    packed = gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0)
    path.write_bytes(packed)
    return len(lines)
