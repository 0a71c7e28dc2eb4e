"""Tables that measures read. Oracles: Polars for JSON Lines, the csv module for CSV."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("polars")

import polars as pl

from comity.errors import InputError
from comity.measures import tables
from comity.measures.tables import artefact_of, check_unchanged, read_table, stamp

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_csv_is_read_as_the_csv_module_reads_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("a", "b"), *rows])
    path = written(tmp_path_factory.mktemp("t") / "t.csv", stream.getvalue())
    assert read_table(path, ("a", "b")).rows() == rows


VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS


@settings(max_examples=60, deadline=None)
@given(
    st.lists(VALUES, min_size=1, max_size=6).filter(lambda found: len({type(v) for v in found if v is not None}) == 1)
)
def test_json_lines_are_read_as_polars_reads_them(
    tmp_path_factory: pytest.TempPathFactory, values: list[object]
) -> None:
    lines = "".join(json.dumps({"a": value, "b": "x"}) + "\n" for value in values)
    path = written(tmp_path_factory.mktemp("t") / "t.jsonl", lines)
    expected = pl.read_ndjson(path, infer_schema_length=None).select(pl.col("a").cast(pl.String)).to_series().to_list()
    assert read_table(path, ("a",)).to_series().to_list() == expected


@pytest.mark.parametrize("value", [1.5, -0.25, 1e300, 3.0])
def test_numbers_are_texts_as_they_are(tmp_path: Path, value: float) -> None:
    path = written(tmp_path / "t.jsonl", json.dumps({"a": value}) + "\n")
    assert float(read_table(path, ("a",))["a"][0]) == value


def test_what_comes_late_in_json_lines_counts(tmp_path: Path) -> None:
    """A type or a key that the first lines do not have."""
    lines = [json.dumps({"a": number}) for number in range(2_000)] + [json.dumps({"a": "word", "b": "new"})]
    found = read_table(written(tmp_path / "t.jsonl", "\n".join(lines)), ("a",), ("b",))
    assert found.row(-1) == ("word", "new")
    assert found.row(0) == ("0", None)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", gzip.compress(b"a\n1\n", mtime=0), "packed"),
        ("t.csv", b"\x28\xb5\x2f\xfd" + b"x" * 90, "packed"),
        ("t.csv", b"a\n1\n\x002\n", "t.csv:1:1: the table holds NUL"),
        ("t.csv", b"a\r1\r2\r", "end in CR alone"),
        ("t.csv", b"a\n1\n\xe9\n", "t.csv:3:1: the file is not UTF-8"),
        ("t.csv", "a\n1\n".encode("utf-16"), "not UTF-8"),
        ("t.csv", b"a,a\n1,2\n", 'column "a" stands there twice'),
        ("t.tsv", b"a\ta\n1\t2\n", 'column "a" stands there twice'),
        ("t.csv", b"b\n1\n", 'no column "a"'),
        ("t.csv", b"", "is empty"),
        ("t.csv", b"a\n", "no rows"),
        ("t.csv", b'a\n"1\n', "cannot be read"),
        ("t.csv", b"a\n1,2\n", "cannot be read"),
        ("t.jsonl", b'{"a": 1}\n{"a": 1, "a": 2}\n', "t.jsonl:2:1: this is not JSON: a key stands twice"),
        ("t.jsonl", b'{"a": NaN}\n', "NaN is no number"),
        ("t.jsonl", b'{"a": 1}\n[1]\n', "t.jsonl:2:1: this line is no object"),
        ("t.jsonl", b'{"a": 1}\n{"a": [1]}\n', "t.jsonl:2:1: a column of the table holds no plain values"),
        ("t.jsonl", b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        ("t.jsonl", b'{"a": "\\ud800"}\n', "no text"),
        ("t.jsonl", b'{"b": 1}\n', 'no column "a"'),
        ("t.parquet", b"PAR1", "cannot be read"),
        ("t.xlsx", b"", "one of these forms"),
    ],
)
def test_what_would_make_a_number_wrong_is_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_table(written(tmp_path / name, content), ("a",))
    assert words in str(error.value)


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [1, 2, 3]}).write_parquet(path)
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        read_table(path, ("a",))
    monkeypatch.setattr(tables, "MAXIMUM_BYTES", 2)
    with pytest.raises(InputError, match="larger than 2 bytes"):
        read_table(path, ("a",))
    monkeypatch.undo()
    monkeypatch.setattr(tables, "LONGEST_LINE", 100)
    with pytest.raises(InputError, match=r"t\.csv:3:1: a line of the table is longer than 100 bytes"):
        read_table(written(tmp_path / "t.csv", "a\n1\n" + "x" * 200), ("a",))


@pytest.mark.parametrize("name", ["[ab].csv", "*.csv", "?.csv"])
def test_a_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    written(tmp_path / "a.csv", "a\nother\n")
    assert read_table(written(tmp_path / name, "a\nown\n"), ("a",)).rows() == [("own",)]


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "a\n1\n")
    before = stamp(path)
    check_unchanged(path, before)
    assert artefact_of(path, before).name == "t.csv"
    written(path, "a\n1\n2\n")
    for look in (check_unchanged, artefact_of):
        with pytest.raises(InputError, match="changed while it was read"):
            look(path, before)
