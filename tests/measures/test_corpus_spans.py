"""Files read in spans. Oracle: the same files read through by one process."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("polars")
pytest.importorskip("numpy")

from comity.errors import InputError
from comity.measures import corpus_files, corpus_spans
from comity.measures.corpus_files import ReadingPlan, chunks_of, find_corpus, read_chunks
from comity.measures.corpus_packing import Reading
from comity.measures.corpus_spans import Span, read_digest, read_span, spans_of

LINES = ReadingPlan(divide="line")
IN_A_DIRECTORY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_through(path: Path, plan: ReadingPlan = LINES) -> tuple[list[object], Reading]:
    reading = Reading()
    file = find_corpus([path]).files[0]
    chunks = read_chunks(0, file, plan, reading, lambda _: None)
    return [record for chunk in chunks for record in chunk.records], reading


def read_in_spans(path: Path, most_bytes: int, plan: ReadingPlan = LINES) -> tuple[list[object], list[Reading]]:
    found = find_corpus([path])
    records: list[object] = []
    readings: list[Reading] = []
    for span in spans_of(found, plan, most_bytes):
        readings.append(Reading())
        for part in read_span(span, found.files[0], plan, readings[-1]):
            records += [record for chunk in chunks_of(part) for record in chunk.records]
        if readings[-1].problem:
            break
    return records, readings


@IN_A_DIRECTORY
@given(
    st.lists(
        st.sampled_from([b"a", b"bb", b"\n", b"\n\n", b"\r\n", b"x" * 9, "ü".encode(), b"\xef\xbb\xbf"]), max_size=40
    ),
    st.integers(1, 60),
    st.integers(1, 8),
    st.integers(1, 12),
)
def test_lines_in_spans_are_the_lines_of_the_file(
    tmp_path: Path, pieces: list[bytes], most_bytes: int, longest: int, block: int
) -> None:
    """Whatever the spans, the blocks that are read, and the length from which a line is too long."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"".join(pieces))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus_files, "LONGEST_RECORD", longest)
        whole, _ = read_through(path)
        patch.setattr(corpus_spans, "_READ_BYTES", block)
        assert read_in_spans(path, most_bytes)[0] == whole


def test_a_giant_line_is_not_read_again_by_every_span(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_files, "LONGEST_RECORD", 1_000)
    monkeypatch.setattr(corpus_spans, "BLOCK", 500)
    monkeypatch.setattr(corpus_spans, "_READ_BYTES", 500)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "' + b"x" * 1_000_000 + b'"}\n{}\n')
    found = find_corpus([path])
    taken = 0

    class Counting:
        def __init__(self) -> None:
            self.stream = path.open("rb")

        def __enter__(self) -> Counting:
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def seek(self, place: int) -> None:
            self.stream.seek(place)

        def read(self, size: int) -> bytes:
            nonlocal taken
            block = self.stream.read(size)
            taken += len(block)
            return block

    monkeypatch.setattr(corpus_spans, "opened", lambda _: Counting())
    assert read_in_spans(path, 10_000)[0] == [None, b"{}"]
    spans = len(spans_of(found, LINES, 10_000))
    assert taken < path.stat().st_size + spans * 2_500


@IN_A_DIRECTORY
@given(st.lists(st.text(max_size=20), max_size=30), st.integers(1, 9), st.integers(60, 3_000))
def test_row_groups_in_spans_are_the_table(tmp_path: Path, texts: list[str], group: int, most_bytes: int) -> None:
    pytest.importorskip("pyarrow")
    import polars as pl

    path = tmp_path / "a.parquet"
    pl.DataFrame({"n": range(len(texts)), "text": texts}, schema={"n": pl.Int64, "text": pl.String}).write_parquet(
        path, row_group_size=group
    )
    assert read_in_spans(path, most_bytes)[0] == texts


@pytest.mark.parametrize("group", [7, 100, 1_500, 3_000])
@pytest.mark.parametrize("most_bytes", [300, 20_000])
def test_of_a_damaged_table_come_the_row_groups_before_the_damage(tmp_path: Path, group: int, most_bytes: int) -> None:
    pyarrow = pytest.importorskip("pyarrow.parquet")
    import polars as pl

    path = tmp_path / "a.parquet"
    texts = [hashlib.sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(4_000)]
    pl.DataFrame({"text": texts}).write_parquet(path, row_group_size=group)
    damaged = {7: 300, 100: 11, 1_500: 2, 3_000: 1}[group]
    offset = pyarrow.read_metadata(path).row_group(damaged).column(0).data_page_offset
    content = bytearray(path.read_bytes())
    content[offset : offset + 60] = bytes(60)
    path.write_bytes(content)
    whole, reading = read_through(path)
    assert whole == texts[: damaged * group]
    assert reading.problem == "damaged"
    records, readings = read_in_spans(path, most_bytes)
    assert records == whole
    assert readings[-1].problem == "damaged"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [("a.jsonl", b"a\0" + b"b\n" * 200, "binary"), ("a.txt", "hello\n".encode("utf-16") * 50, "utf_16")],
)
def test_every_span_knows_that_a_file_holds_no_text(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(content)
    found = find_corpus([tmp_path / name])
    spans = spans_of(found, LINES, 50)
    assert len(spans) > 5
    for span in spans:
        reading = Reading()
        assert not list(read_span(span, found.files[0], LINES, reading))
        assert reading.problem == problem
    assert read_digest(found.files[0]) == Reading(None, problem)


def test_the_digest_of_a_divided_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps({"text": "x"}).encode() * 100)
    assert read_digest(find_corpus([path]).files[0]) == Reading(hashlib.sha256(path.read_bytes()).hexdigest())


def test_packed_files_and_single_documents_are_not_divided(tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "a.jsonl.zst", "a.txt"):
        (tmp_path / name).write_bytes(b"x" * 1_000)
    found = find_corpus([tmp_path])
    assert spans_of(found, ReadingPlan(), 10) == (Span(0), Span(1), Span(2))
    assert len(spans_of(found, LINES, 10)) == 102


def test_a_file_that_is_gone_or_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" * 10)
    found = find_corpus([path])
    path.write_bytes(b"{}\n" * 11)
    with pytest.raises(InputError, match="has changed"):
        read_span(Span(0, 0, 9), found.files[0], LINES, Reading())
    path.unlink()
    with pytest.raises(InputError, match="does not see the file"):
        read_digest(found.files[0])
