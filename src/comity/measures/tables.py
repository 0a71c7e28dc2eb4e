"""Tables that measures read: CSV, TSV, JSON Lines or Parquet, with the columns that a measure needs, as texts.

A table is read through Polars. What it does not hold is an error with the name of the file; nothing is guessed.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from comity.documents.reading import sha256_of
from comity.dossier.statements import Artefact, Digest
from comity.errors import InputError, Place, did_you_mean, missing_extra
from comity.language import Message, clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

MAXIMUM_BYTES = 2_000_000_000
SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")


def read_table(path: Path, columns: Iterable[str], optional: Iterable[str] = ()) -> pl.DataFrame:
    """The columns of a table that a measure needs, and of the optional ones those that are there, all as texts.

    Raises:
        InputError: the file is missing, is no table of these forms, is empty, or lacks a column.
    """
    if find_spec("polars") is None:
        raise missing_extra("polars", "measures")
    import polars as pl

    place = Place(str(path))
    _check_file(path, place)
    readers = {
        ".csv": lambda: pl.read_csv(path, infer_schema=False),
        ".tsv": lambda: pl.read_csv(path, separator="\t", infer_schema=False, quote_char=None),
        ".jsonl": lambda: pl.read_ndjson(path),
        ".parquet": lambda: pl.read_parquet(path),
    }
    try:
        table = readers[path.suffix]()
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        problem = clean(str(error).splitlines()[0][:200]) if str(error) else type(error).__name__
        raise InputError(Message("the table cannot be read: {problem}", problem=problem), place=place) from None
    for column in columns:
        if column not in table.columns:
            hint = did_you_mean(column, table.columns) or Message(
                "it has: {values}", values=", ".join(table.columns[:20])
            )
            raise InputError(Message('the table has no column "{name}"', name=column), place=place, hint=hint)
    chosen = [*columns, *(column for column in optional if column in table.columns)]
    if table.height == 0:
        raise InputError(Message("the table has no rows"), place=place)
    try:
        return table.select(pl.col(column).cast(pl.String) for column in dict.fromkeys(chosen))
    except pl.exceptions.PolarsError:
        raise InputError(Message("a column of the table holds no plain values"), place=place) from None


def artefact_of(path: Path) -> Artefact:
    """A file by name and SHA-256.

    Raises:
        InputError: it cannot be read.
    """
    return Artefact(clean(path.name), Digest(sha256_of(path)))


def _check_file(path: Path, place: Place) -> None:
    if path.suffix not in SUFFIXES:
        message = Message("a table of one of these forms is wanted: {values}", values=", ".join(SUFFIXES))
        raise InputError(message, place=place)
    try:
        if not path.is_file():
            raise InputError(Message("there is no such file"), place=place)
        size = path.stat().st_size
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    if size > MAXIMUM_BYTES:
        raise InputError(Message("the table is larger than {limit} bytes", limit=MAXIMUM_BYTES), place=place)
