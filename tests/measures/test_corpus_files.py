"""Hostile corpora: each ends in a clear error or in a counted skip, never in a wrong number."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("pycld2")
pytest.importorskip("py3langid")
pytest.importorskip("polars")
pytest.importorskip("numpy")
pytest.importorskip("zstandard")

from comity.errors import InputError
from comity.measures import corpus_files, corpus_packing
from comity.measures.corpus import measure_corpus
from tests.measures.corpus_texts import TEXTS

ON = date(2026, 11, 22)
GOOD = TEXTS["eng"][0]
LINE = json.dumps({"text": GOOD}).encode() + b"\n"


def packed(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


def two_hundred() -> bytes:
    return b"".join(
        json.dumps({"text": f"{GOOD} {number} {os.urandom(40).hex()}"}).encode() + b"\n" for number in range(200)
    )


SKIPPED: dict[str, tuple[str, bytes, dict[str, int], int]] = {
    "bytes that are no UTF-8": ("a.txt", b"\xfa\xff\xfe text", {"not_utf_8": 1}, 0),
    "Latin-1": ("a.txt", "Früh am Morgen".encode("latin-1"), {"not_utf_8": 1}, 0),
    "a broken line of JSON": ("a.jsonl", LINE + b'{"text": "cut\n' + LINE, {"not_json": 1}, 2),
    "a line that is no object": ("a.jsonl", LINE + b"[1, 2]\n7\n", {"no_text": 2}, 1),
    "a line without the field": ("a.jsonl", LINE + b'{"body": "x"}\n', {"no_text": 1}, 1),
    "a field that is no text": ("a.jsonl", LINE + b'{"text": ["x"]}\n{"text": null}\n', {"no_text": 2}, 1),
    "half a surrogate": ("a.jsonl", LINE + b'{"text": "\\ud800 x"}\n', {"not_json": 1}, 1),
    "wrong bytes in JSON": ("a.jsonl", LINE + b'{"text": "\xff\xfe"}\n', {"not_utf_8": 1}, 1),
    "deep nesting": ("a.jsonl", LINE + b'{"text": ' + b"[" * 100_000 + b"\n", {"not_json": 1}, 1),
    "empty texts": ("a.jsonl", LINE + b'{"text": ""}\n{"text": " \\n"}\n', {"empty": 2}, 1),
    "blank lines are none": ("a.jsonl", LINE + b"\n\r\n   \n" + LINE, {}, 2),
    "no end of the last line": ("a.jsonl", LINE + LINE.rstrip(), {}, 2),
    "an empty file": ("a.txt", b"", {"empty": 1}, 0),
    "white space": ("a.txt", b" \n\t ", {"empty": 1}, 0),
}


@pytest.mark.parametrize("case", SKIPPED)
def test_records_that_are_no_documents_are_counted_by_their_reason(case: str, tmp_path: Path) -> None:
    name, content, skipped, documents = SKIPPED[case]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.jsonl").write_bytes(LINE)
    seen = measure_corpus([tmp_path], on=ON).predicate.observations
    assert seen["documents"] == documents + 1
    assert {key.removeprefix("skipped."): value for key, value in seen.items() if key.startswith("skipped.")} == skipped
    assert seen["records_skipped"] == sum(skipped.values())


FILES: dict[str, tuple[str, Callable[[], bytes], str, bool]] = {
    "gzip cut off": ("a.jsonl.gz", lambda: gzip.compress(two_hundred())[:-20], "damaged", True),
    "gzip with a wrong byte": ("a.jsonl.gz", lambda: _turned(gzip.compress(two_hundred())), "damaged", True),
    "gzip with a wrong checksum": ("a.jsonl.gz", lambda: gzip.compress(two_hundred())[:-8] + bytes(8), "damaged", True),
    "no gzip at all": ("a.jsonl.gz", lambda: LINE, "damaged", False),
    "Zstandard cut off": ("a.jsonl.zst", lambda: packed(two_hundred())[:-5], "damaged", True),
    "no Zstandard at all": ("a.jsonl.zst", lambda: LINE, "damaged", False),
    "a text cut off is no document": (
        "a.txt.gz",
        lambda: gzip.compress(os.urandom(999).hex().encode())[:-20],
        "damaged",
        False,
    ),
    "NULs": ("a.txt", lambda: b"text\0text", "binary", False),
    "UTF-16": ("a.txt", lambda: GOOD.encode("utf-16"), "utf_16", False),
    "UTF-32": ("a.jsonl", lambda: b"\xff\xfe\0\0" + GOOD.encode("utf-32-le"), "utf_16", False),
    "no Parquet at all": ("a.parquet", lambda: LINE, "damaged", False),
    "Parquet with nothing inside": ("a.parquet", lambda: b"PAR1" + bytes(60) + b"PAR1", "damaged", False),
}


def _turned(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) * 3 + data[middle + 3 :]


@pytest.mark.parametrize("case", FILES)
def test_files_that_cannot_be_read_to_their_end_are_named(case: str, tmp_path: Path) -> None:
    name, content, problem, some = FILES[case]
    (tmp_path / name).write_bytes(content())
    (tmp_path / "z.jsonl").write_bytes(LINE)
    seen = measure_corpus([tmp_path], on=ON).predicate.observations
    assert seen["files_not_read"] == [f"{tmp_path.as_posix()}/{name}: {problem}"]
    assert seen["files_not_read_to_the_end"] == 1
    if not some:
        assert seen["documents"] == 1
    assert int(str(seen["documents"])) <= 201


def test_a_sparse_file_of_ten_gigabytes_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(10_000_000_000)
    with pytest.raises(InputError, match="no document") as error:
        measure_corpus([path])
    assert "binary" in str(error.value)


def test_a_giant_line_is_passed_over_and_the_next_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_files, "LONGEST_RECORD", 1_000_000)
    path = tmp_path / "a.jsonl"
    for end in (b"\n" + LINE, b""):
        path.write_bytes(LINE + b'{"text": "' + b"x" * 5_000_000 + b'"}' + end)
        seen = measure_corpus([path], on=ON).predicate.observations
        assert (seen["documents"], seen["skipped.too_long"]) == (2 if end else 1, 1)


@pytest.mark.parametrize("length", range(1, 12))
def test_lines_are_cut_where_they_end_whatever_the_blocks(
    length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Oracle: `bytes.split` on the whole file, with lines longer than five bytes replaced."""
    monkeypatch.setattr(corpus_files, "LONGEST_RECORD", 5)
    monkeypatch.setattr(corpus_packing, "BLOCK", length)
    monkeypatch.setattr(corpus_files, "CHUNK_BYTES", length)
    monkeypatch.setattr(corpus_files, "CHUNK_RECORDS", 2)
    content = b"a\nbb\n\ncccccc\ndddddddddddddddd\nee\nfffff\ngggggg"
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    found = corpus_files.find_corpus([path]).files[0]
    plan = corpus_files.ReadingPlan(divide="line")
    chunks = corpus_files.read_chunks(0, found, plan, corpus_packing.Reading(), lambda _: None)
    numbered = [pair for chunk in chunks for pair in enumerate(chunk.records, chunk.first)]
    assert numbered == list(enumerate(line if len(line) <= 5 else None for line in content.split(b"\n")))


def test_a_document_that_is_too_long_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_files, "LONGEST_RECORD", 1_000)
    (tmp_path / "a.txt").write_bytes(b"word " * 1_000)
    (tmp_path / "b.txt").write_bytes(GOOD.encode())
    seen = measure_corpus([tmp_path], on=ON).predicate.observations
    assert (seen["documents"], seen["skipped.too_long"]) == (1, 1)


def test_writing_from_right_to_left_and_characters_without_width(tmp_path: Path) -> None:
    text = f"\u202e\u2067{TEXTS['ara'][0]}\u200b\u200d\u2069"
    lines = [text, "\u200b\u200b\ufeff", GOOD.replace(" ", " \u200b")]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": line}) + "\n" for line in lines))
    statement = measure_corpus([tmp_path / "a.jsonl"], on=ON)
    seen = statement.predicate.observations
    assert seen["documents"] == 3
    assert seen["characters"] == sum(map(len, lines))
    assert (seen["languages.documents.ara"], seen["languages.documents.eng"], seen["language_unknown.documents"]) == (
        1,
        1,
        1,
    )


def test_control_characters_do_not_stop_a_detector(tmp_path: Path) -> None:
    lines = [GOOD[:20] + "\u0000\u0007\ufffe\U0010ffff" + GOOD[20:]]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": line}) + "\n" for line in lines))
    assert measure_corpus([tmp_path / "a.jsonl"], on=ON).predicate.observations["languages.documents.eng"] == 1


def test_names_that_steer_a_terminal_are_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.jsonl"
    path.write_bytes(LINE)
    assert "\x1b" not in measure_corpus([path], on=ON).subject[0].name


def test_paths_that_cannot_be_a_corpus_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINE)
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    cases = {
        "no such file": [tmp_path / "missing.jsonl"],
        "one of these forms": [tmp_path / "a.png"],
        "no files of a corpus": [tmp_path / "empty"],
        "counted twice": [tmp_path, tmp_path / "a.jsonl"],
        "forms is wanted": [tmp_path / "pipe.txt"],
    }
    for words, paths in cases.items():
        with pytest.raises(InputError, match=words):
            measure_corpus(paths)


def test_links_that_go_round_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINE)
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "a.jsonl")
    assert measure_corpus([tmp_path], on=ON).predicate.observations["documents"] == 1


def test_a_table_without_the_column_is_refused(tmp_path: Path) -> None:
    import polars as pl

    pl.DataFrame({"texts": ["a"], "n": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match='no column "text"') as error:
        measure_corpus([tmp_path / "a.parquet"])
    assert 'did you mean "texts"' in str(error.value)
    with pytest.raises(InputError, match="holds no texts"):
        measure_corpus([tmp_path / "a.parquet"], column="n")


def test_null_in_a_table_is_empty(tmp_path: Path) -> None:
    import polars as pl

    pl.DataFrame({"text": [None, GOOD, ""]}).write_parquet(tmp_path / "a.parquet")
    seen = measure_corpus([tmp_path / "a.parquet"], on=ON).predicate.observations
    assert (seen["documents"], seen["skipped.empty"]) == (1, 2)
