"""Inputs that are hostile, damaged or only strange: each is made from what the command would read with pleasure."""

from __future__ import annotations

import gzip
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

Make = Callable[[Path, bytes], None]
"""Puts an input at a path, given sound content in UTF-8."""

GIANT = 100_000_000
SPARSE = 10 * 2**30
BOMB = 200_000_000


def missing(path: Path, sound: bytes) -> None:
    pass


def empty(path: Path, sound: bytes) -> None:
    path.write_bytes(b"")


def directory(path: Path, sound: bytes) -> None:
    path.mkdir()


def forbidden(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    path.chmod(0)


def fifo(path: Path, sound: bytes) -> None:
    os.mkfifo(path)


def device(path: Path, sound: bytes) -> None:
    """A device without an end, under the name of a file."""
    path.symlink_to("/dev/zero")


def link_to_itself(path: Path, sound: bytes) -> None:
    path.symlink_to(path.name)


def sparse(path: Path, sound: bytes) -> None:
    """10 GB of nothing behind a sound beginning; takes no room on the disk."""
    path.write_bytes(sound)
    os.truncate(path, SPARSE)


def nuls(path: Path, sound: bytes) -> None:
    path.write_bytes(bytes(5_000))


def nul_within(path: Path, sound: bytes) -> None:
    middle = len(sound) // 2
    path.write_bytes(sound[:middle] + b"\0" + sound[middle:])


def noise(path: Path, sound: bytes) -> None:
    """Bytes that look random, the same each time."""
    block, found = b"noise", b""
    while len(found) < 20_000:
        block = zlib.crc32(block).to_bytes(4, "big") + block[-8:]
        found += struct.pack("<I", zlib.crc32(found[-16:] + block))
    path.write_bytes(found)


def utf_16(path: Path, sound: bytes) -> None:
    path.write_bytes(sound.decode().encode("utf-16"))


def latin_1(path: Path, sound: bytes) -> None:
    path.write_bytes(sound.decode().encode("latin-1"))


def gb18030(path: Path, sound: bytes) -> None:
    path.write_bytes(sound.decode().encode("gb18030"))


def mixed_encodings(path: Path, sound: bytes) -> None:
    """Every second line in Latin-1."""
    lines = sound.decode().split("\n")
    path.write_bytes(b"\n".join(line.encode("latin-1" if number % 2 else "utf-8") for number, line in enumerate(lines)))


def with_mark(path: Path, sound: bytes) -> None:
    """With the byte order mark of UTF-8."""
    path.write_bytes(b"\xef\xbb\xbf" + sound)


def old_mac_lines(path: Path, sound: bytes) -> None:
    """Lines that end in CR alone."""
    path.write_bytes(sound.replace(b"\n", b"\r"))


def strange_text(path: Path, sound: bytes) -> None:
    """With right-to-left, combining, zero-width and unassigned characters."""
    strange = "e\u0301\u200b\u05e9\u05dc\u05d5\u05dd \U0010fffd"
    path.write_bytes(sound.decode().replace("\u00e9", strange).encode())


def giant_line(path: Path, sound: bytes) -> None:
    """A further line of 100 MB."""
    with path.open("wb") as stream:
        stream.write(sound)
        for _ in range(GIANT // 1_000_000):
            stream.write(b"x" * 1_000_000)
        stream.write(b"\n")


def cut_off(path: Path, sound: bytes) -> None:
    path.write_bytes(sound[: len(sound) * 3 // 5])


def deep(path: Path, sound: bytes) -> None:
    """A hundred thousand brackets, one in the other."""
    path.write_bytes(b"[" * 100_000 + b"]" * 100_000 + b"\n")


def not_unicode(path: Path, sound: bytes) -> None:
    """Bytes that would be half of a pair of surrogates."""
    path.write_bytes(sound + b"\xed\xa0\x80\n")


def as_it_is(path: Path, sound: bytes) -> None:
    """What the command reads with pleasure, packed as the name of the file says."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(sound, mtime=0))
    elif path.suffix == ".zst":
        path.write_bytes(_zstandard(sound))
    elif path.suffix == ".parquet":
        _parquet(path, 12)
    else:
        path.write_bytes(sound)


def gzip_cut_off(path: Path, sound: bytes) -> None:
    packed = gzip.compress(sound * 50, mtime=0)
    path.write_bytes(packed[: len(packed) - 20])


def gzip_damaged(path: Path, sound: bytes) -> None:
    packed = bytearray(gzip.compress(sound * 50, mtime=0))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(bytes(packed))


def gzip_bomb(path: Path, sound: bytes) -> None:
    """200 kB that unpack to 200 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"x" * 1_000_000
    with path.open("wb") as stream:
        stream.write(packer.compress(sound))
        for _ in range(BOMB // len(block)):
            stream.write(packer.compress(block))
        stream.write(packer.flush())


def zstandard_cut_off(path: Path, sound: bytes) -> None:
    packed = _zstandard(sound * 50)
    path.write_bytes(packed[: len(packed) - 10])


def zstandard_damaged(path: Path, sound: bytes) -> None:
    packed = bytearray(_zstandard(bytes(range(256)) * 40 + sound))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(bytes(packed))


def zstandard_bomb(path: Path, sound: bytes) -> None:
    """Some kilobytes that unpack to 200 MB."""
    import zstandard

    block = b"x" * 1_000_000
    with path.open("wb") as stream, zstandard.ZstdCompressor().stream_writer(stream) as packer:
        packer.write(sound)
        for _ in range(BOMB // len(block)):
            packer.write(block)


def zstandard_window(path: Path, sound: bytes) -> None:
    """A frame that asks for a window of 2 GB."""
    import zstandard

    settings = zstandard.ZstdCompressionParameters.from_level(1, window_log=31, enable_ldm=1)
    with (
        path.open("wb") as stream,
        zstandard.ZstdCompressor(compression_params=settings).stream_writer(stream) as packer,
    ):
        packer.write(sound)


def _zstandard(content: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


def parquet_cut_off(path: Path, sound: bytes) -> None:
    _parquet(path, 500)
    path.write_bytes(path.read_bytes()[:-30])


def parquet_damaged(path: Path, sound: bytes) -> None:
    _parquet(path, 5_000)
    raw = bytearray(path.read_bytes())
    raw[100 : len(raw) // 2] = b"\x55" * (len(raw) // 2 - 100)
    path.write_bytes(bytes(raw))


def parquet_bomb(path: Path, sound: bytes) -> None:
    """Some kilobytes that hold sixty million rows."""
    import polars as pl

    names = ("item", "annotator", "label", "prediction", "sex")
    column = pl.Series("item", [True]).new_from_index(0, 60_000_000)
    pl.DataFrame(dict.fromkeys(names, column)).write_parquet(path, compression="zstd", statistics=False)


def _parquet(path: Path, rows: int) -> None:
    import polars as pl

    table = pl.DataFrame({"text": [f"text {number * 7919}" for number in range(rows)]})
    table.with_columns(item="text", annotator="text", label="text", prediction="text", sex="text").write_parquet(path)


def as_json(value: object) -> bytes:
    """A line of JSON."""
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
