"""Tables that measures read: CSV, TSV, JSON Lines or Parquet, with the columns that a measure needs, as texts.

A text is looked through before it is parsed, in bounded memory: a program that parses tables quickly forgives what would make a number
wrong (a packed file, NULs, two columns of one name). What a table does not hold is an error with the name of the file; nothing is guessed.
"""

from __future__ import annotations

import json
import os
import stat
from codecs import getincrementaldecoder
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from comity.documents.reading import sha256_of
from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError, Place, did_you_mean, missing_extra
from comity.language import Message, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import polars as pl

MAXIMUM_BYTES = 2_000_000_000
MOST_ROWS = 50_000_000
LONGEST_LINE = 10_000_000
"""Bytes of a line of a table."""

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")

_BLOCK = 1_000_000
_ROWS_AT_ONCE = 100_000
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Stamp(NamedTuple):
    """What shows that a file is the same as before."""

    size: int
    changed: int
    node: int


def read_table(path: Path, columns: Iterable[str], optional: Iterable[str] = ()) -> pl.DataFrame:
    """The columns of a table that a measure needs, and of the optional ones those that are there, all as texts.

    Raises:
        InputError: the file is missing, is no table of these forms, is empty, lacks a column or has one twice.
    """
    if find_spec("polars") is None:
        raise missing_extra("polars", "measures")
    import polars as pl

    place = Place(str(path))
    if path.suffix not in SUFFIXES:
        message = Message("a table of one of these forms is wanted: {values}", values=", ".join(SUFFIXES))
        raise InputError(message, place=place)
    before = stamp(path)
    _check_size(path, before, place)
    wanted, more = list(columns), list(optional)
    try:
        if path.suffix == ".parquet":
            table = _parquet(path, wanted, more, place)
        else:
            _look_through(path, place)
            table = (
                _lines(path, wanted, more, place) if path.suffix == ".jsonl" else _separated(path, wanted, more, place)
            )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, UnicodeDecodeError, OSError) as error:
        problem = clean(str(error).splitlines()[0][:200]) if str(error) else type(error).__name__
        raise InputError(Message("the table cannot be read: {problem}", problem=problem), place=place) from None
    if table.height == 0:
        raise InputError(Message("the table has no rows"), place=place)
    try:
        texts = table.select(pl.col(column).cast(pl.String) for column in table.columns)
    except pl.exceptions.PolarsError:
        raise InputError(Message("a column of the table holds no plain values"), place=place) from None
    check_unchanged(path, before)
    return texts


def stamp(path: Path) -> Stamp:
    """What shows later whether a file is still the same.

    Raises:
        InputError: there is none, or it cannot be looked at.
    """
    place = Place(str(path))
    try:
        found = path.stat()
    except FileNotFoundError:
        raise InputError(Message("there is no such file"), place=place) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    if not stat.S_ISREG(found.st_mode):
        raise InputError(Message("this is not a regular file"), place=place)
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def check_unchanged(path: Path, before: Stamp) -> None:
    """Say so where a file is not the one that it was.

    Raises:
        InputError: it is another, or changed.
    """
    if stamp(path) != before:
        raise InputError(Message("the file changed while it was read"), place=Place(str(path)))


def artefact_of(path: Path, before: Stamp | None = None) -> Artefact:
    """A file by name and SHA-256.

    Args:
        path: the file.
        before: what it was when it was read; it has to be that still.

    Raises:
        InputError: it cannot be read, or changed since.
    """
    digest = sha256_of(path)
    if before is not None:
        check_unchanged(path, before)
    return Artefact(clean(path.name), Digest(digest))


def _check_size(path: Path, found: Stamp, place: Place) -> None:
    if found.size > MAXIMUM_BYTES:
        raise InputError(Message("the table is larger than {limit} bytes", limit=MAXIMUM_BYTES), place=place)
    if found.size == 0:
        raise InputError(Message("the file is empty"), place=place)
    if not os.access(path, os.R_OK):
        raise InputError(Message("the file cannot be read: {reason}", reason=os.strerror(13)), place=place)


def _look_through(path: Path, place: Place) -> None:
    """Every byte of a text, before anything is parsed.

    Raises:
        InputError: it is packed, no UTF-8, holds NULs or a very long line, or its lines end in CR alone.
    """
    decoder = getincrementaldecoder("utf-8")()
    length = line = 0
    returned = False
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if not line and not length:
                _check_beginning(block, place)
            here = Place(place.file, line + 1, 1)
            if b"\0" in block:
                raise InputError(Message("the table holds NUL characters"), place=here)
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                at = Place(place.file, line + block.count(b"\n", 0, max(error.start, 0)) + 1, 1)
                hint = Message("save it as UTF-8")
                raise InputError(Message("the file is not UTF-8 text"), place=at, hint=hint) from None
            returned = returned or b"\r" in block
            last = block.rfind(b"\n")
            line += block.count(b"\n")
            length = len(block) - last - 1 if last >= 0 else length + len(block)
            if length > LONGEST_LINE:
                message = Message("a line of the table is longer than {limit} bytes", limit=LONGEST_LINE)
                raise InputError(message, place=Place(place.file, line + 1, 1))
    if returned and not line:
        hint = Message("save it with ends of lines of Unix or Windows")
        raise InputError(Message("the lines of the table end in CR alone"), place=place, hint=hint)


def _check_beginning(block: bytes, place: Place) -> None:
    if block.startswith(_PACKED):
        raise InputError(Message("the table is packed"), place=place, hint=Message("unpack it first"))
    if block.startswith(_UTF_16):
        raise InputError(Message("the file is not UTF-8 text"), place=place, hint=Message("save it as UTF-8"))


def _chosen(there: list[str], wanted: list[str], optional: list[str], place: Place) -> list[str]:
    """The columns that are taken.

    Raises:
        InputError: one is missing.
    """
    for column in wanted:
        if column not in there:
            names = ", ".join(name[:60] for name in there[:20])
            hint = did_you_mean(column, there) or Message("it has: {values}", values=names)
            raise InputError(Message('the table has no column "{name}"', name=column), place=place, hint=hint)
    return list(dict.fromkeys([*wanted, *(column for column in optional if column in there)]))


def _separated(path: Path, wanted: list[str], optional: list[str], place: Place) -> pl.DataFrame:
    """A table in CSV or TSV. Names that stand there twice are told apart by Polars, which would hide it."""
    import polars as pl

    tabs = path.suffix == ".tsv"
    separator, quote = ("\t", None) if tabs else (",", '"')
    head = pl.read_csv(
        path, separator=separator, quote_char=quote, infer_schema=False, has_header=False, n_rows=1, glob=False
    )
    names = [name or "" for name in head.row(0)] if head.height else []
    twice = next((name for name in (*wanted, *optional) if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(Message('the column "{name}" stands there twice', name=twice), place=place)
    chosen = _chosen(names, wanted, optional, place)
    return pl.read_csv(path, separator=separator, quote_char=quote, infer_schema=False, glob=False).select(chosen)


def _parquet(path: Path, wanted: list[str], optional: list[str], place: Place) -> pl.DataFrame:
    """A table in Parquet, of which the number of rows is looked at before any is read."""
    import polars as pl

    table = pl.scan_parquet(path, glob=False)
    chosen = _chosen(list(table.collect_schema()), wanted, optional, place)
    rows = table.select(pl.len()).collect().item()
    if rows > MOST_ROWS:
        raise InputError(Message("the table has more than {limit} rows", limit=MOST_ROWS), place=place)
    return table.select(chosen).collect()


def _lines(path: Path, wanted: list[str], optional: list[str], place: Place) -> pl.DataFrame:
    """A table in JSON Lines, every line an object; what a line lacks is missing in its row."""
    import polars as pl

    names = list(dict.fromkeys([*wanted, *optional]))
    there: set[str] = set()
    parts: list[pl.DataFrame] = []
    rows: list[tuple[str | None, ...]] = []
    schema = dict.fromkeys(names, pl.String)
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not content.strip():
                continue
            row = _object(content, Place(place.file, number, 1))
            there |= row.keys()
            rows.append(tuple(_plain(row.get(name), Place(place.file, number, 1)) for name in names))
            if len(rows) >= _ROWS_AT_ONCE:
                parts.append(pl.DataFrame(rows, schema, orient="row"))
                rows = []
    parts.append(pl.DataFrame(rows, schema, orient="row"))
    return pl.concat(parts).select(_chosen(sorted(there), wanted, optional, place))


def _object(line: bytes, place: Place) -> dict[str, Any]:
    """A line as an object.

    Raises:
        InputError: it is none, or says a key twice.
    """
    try:
        found = json.loads(line, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except RecursionError:
        raise InputError(Message("this line is nested too deeply"), place=place) from None
    except ValueError as error:
        problem = clean(str(error)[:100])
        raise InputError(Message("this is not JSON: {problem}", problem=problem), place=place) from None
    if not isinstance(found, dict):
        raise InputError(Message("this line is no object with columns and values"), place=place)
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(word: str) -> Iterator[Any]:
    raise ValueError(f"{word} is no number of JSON")


def _plain(value: Any, place: Place) -> str | None:
    """A value as a text; numbers as Polars writes them.

    Raises:
        InputError: it is a list or an object.
    """
    match value:
        case None | str():
            text = value
        case bool():
            return "true" if value else "false"
        case int() | float():
            text = str(value)
        case _:
            raise InputError(Message("a column of the table holds no plain values"), place=place)
    if text is not None and any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(Message("the text holds a character that is no text"), place=place)
    return text
