"""The measure `corpus` on a Spark cluster. Oracle: the same measure by the processes of this machine, whose statement it must be."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

pytest.importorskip("pycld2")
pytest.importorskip("py3langid")
pytest.importorskip("zstandard")
pytest.importorskip("pyspark")
pytest.importorskip("pyarrow")

from comity.cli import main
from comity.dossier.statements import Statement
from comity.errors import InputError
from comity.measures import corpus_spark
from comity.measures.corpus import measure_corpus
from comity.measures.corpus_files import find_corpus
from comity.measures.corpus_scan import Plan
from comity.measures.corpus_spark import scan_on_spark
from comity.measures.corpus_spark_rows import versions_of
from tests.measures.corpus_texts import TEXTS
from tests.measures.spark_cluster import MASTER, cluster, why_no_cluster

pytestmark = [
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(bool(why_no_cluster()), reason=why_no_cluster() or "-"),
]

ON = date(2026, 11, 22)
SENTENCES = [text for texts in TEXTS.values() for text in texts]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with cluster(tmp_path_factory.mktemp("spark")) as started:
        yield started


@pytest.fixture(autouse=True)
def small_bundles(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small files are divided."""
    monkeypatch.setattr(corpus_spark, "LEAST_BUNDLE", 25_000)
    monkeypatch.setattr(corpus_spark, "MOST_BUNDLE", 25_000)


def lines_of(texts: list[str]) -> bytes:
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts).encode()


def some_texts(count: int, seed: int) -> list[str]:
    """Of which many are the same, and many nearly."""
    generator = random.Random(seed)
    texts = [" ".join(generator.choice(SENTENCES) for _ in range(generator.randrange(1, 6))) for _ in range(count)]
    return [f"{text} {generator.randrange(9)} me@example.org" if n % 3 else text for n, text in enumerate(texts)]


def write_corpus(root: Path, count: int) -> None:
    """Every form, whole and damaged, with duplicates from file to file."""
    import polars as pl
    import pyarrow.parquet as pq
    import zstandard

    texts = some_texts(count, 1)
    (root / "texts").mkdir()
    (root / "a.jsonl").write_bytes(lines_of(texts) + b'{"text": "cut\n[1]\n{"body": 1}\n\n{"text": ""}\n')
    (root / "b.jsonl.gz").write_bytes(gzip.compress(lines_of(texts[::4] + some_texts(count // 4, 2))))
    (root / "c.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(lines_of(some_texts(count // 4, 3))))
    table = pl.DataFrame({"n": range(count), "text": [*some_texts(count - 1, 4), None]})
    table.write_parquet(root / "d.parquet", row_group_size=count // 9)
    (root / "e.txt").write_text("\ufeff" + "\n".join(texts[:30]), encoding="utf-8")
    (root / "f.jsonl.gz").write_bytes(gzip.compress(lines_of([os.urandom(99).hex() for _ in range(900)]))[:-40])
    (root / "g.txt").write_bytes(b"a\0b")
    (root / "h.txt").write_bytes("Guten Morgen".encode("utf-16"))
    (root / "i.txt").write_bytes("Früh".encode("latin-1"))
    (root / "j.jsonl").write_bytes(b"\0" + lines_of(texts))
    (root / "k.parquet").write_bytes(b"PAR1" + bytes(90_000) + b"PAR1")
    (root / "l.png").write_bytes(b"\x89PNG")
    giant = b'{"text": "' + b"x" * 9_000_000 + b'"}\n'
    (root / "m.jsonl.gz").write_bytes(gzip.compress(lines_of(texts[5:9]) + giant + lines_of(texts[:2])))
    for number, text in enumerate(some_texts(40, 5)):
        (root / "texts" / f"{number}.txt").write_text(text, encoding="utf-8")
    damaged = bytearray((root / "d.parquet").read_bytes())
    place = pq.read_metadata(root / "d.parquet").row_group(4).column(1).data_page_offset
    damaged[place : place + 60] = bytes(60)
    (root / "z.parquet").write_bytes(damaged)


def both(paths: list[Path], **asked: Any) -> tuple[Statement, Statement]:
    """What this machine finds, and what Spark does."""
    return measure_corpus(paths, on=ON, **asked), on_spark(paths, **asked)


def on_spark(paths: list[Path], **asked: Any) -> Statement:
    """What Spark finds, with the tools that it used apart from PySpark."""
    there = measure_corpus(paths, on=ON, spark=MASTER, **asked)
    tools = [tool for tool in there.predicate.tools if tool.name != "pyspark"]
    assert len(tools) == len(there.predicate.tools) - 1
    return replace(there, predicate=replace(there.predicate, tools=tools))


def test_a_mixed_corpus_gives_the_same_statement(tmp_path: Path) -> None:
    root = tmp_path / "corpus"
    root.mkdir()
    write_corpus(root, 600)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.jsonl").write_bytes(lines_of(some_texts(50, 1)))
    words, mix = tmp_path / "words.yaml", tmp_path / "mix.yaml"
    words.write_text("food: [bread, 面包]\nweather: [rains]\n", encoding="utf-8")
    mix.write_text("eng: 50\nfra: 30\ncmn: 20\n", encoding="utf-8")
    here, there = both([root, tmp_path / "more"], keywords=words, reference=mix)
    seen = here.predicate.observations
    assert here == there
    assert seen["files_not_read_to_the_end"] == 6
    assert seen["skipped.too_long"] == 1
    assert int(str(seen["duplicates.exact"])) > 100
    assert int(str(seen["duplicates.near"])) > 100


def test_lines_of_texts_and_one_detector_give_the_same_statement(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeff" + "\r\n".join(some_texts(600, 6)), encoding="utf-8")
    here, there = both([tmp_path], divide="line", detectors=("pycld2",), near=False)
    assert here == there
    assert here.predicate.observations["documents"] == 600


TEXT = st.sampled_from(SENTENCES) | st.sampled_from(["", " ", "ok", "ok ok", "x" * 80, "x" * 81]) | st.text(max_size=90)
FILES = st.dictionaries(
    st.sampled_from(["a.jsonl", "b.jsonl", "c.jsonl.gz", "d.parquet", "e.txt", "f.txt", "g/a.jsonl"]),
    st.lists(TEXT, max_size=12),
    min_size=1,
    max_size=4,
)


@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(FILES, st.integers(50, 3_000))
def test_small_corpora_give_the_same_statement(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, list[str]], bundle: int
) -> None:
    import polars as pl

    root = tmp_path_factory.mktemp("corpus")
    (root / "g").mkdir()
    (root / "z.txt").write_text(SENTENCES[0], encoding="utf-8")
    for name, texts in files.items():
        if name.endswith(".parquet"):
            pl.DataFrame({"text": texts}, schema={"text": pl.String}).write_parquet(root / name, row_group_size=3)
        elif name.endswith(".txt"):
            (root / name).write_text("\n".join(texts), encoding="utf-8")
        else:
            raw = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
            (root / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus_spark, "LEAST_BUNDLE", bundle)
        patch.setattr(corpus_spark, "MOST_BUNDLE", bundle)
        here, there = both([root])
    assert here == there


def test_an_executor_that_does_not_see_a_file_says_which(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines_of(SENTENCES))
    found = find_corpus([tmp_path])
    (tmp_path / "a.jsonl").unlink()
    with pytest.raises(InputError, match="does not see the file") as error:
        scan_on_spark(found, Plan(), MASTER)
    assert str(tmp_path / "a.jsonl") in str(error.value)
    assert "under the same path" in str(error.value)


def test_a_table_without_the_column_is_refused_as_on_one_machine(tmp_path: Path) -> None:
    import polars as pl

    pl.DataFrame({"texts": ["a"]}).write_parquet(tmp_path / "a.parquet")
    said = []
    for asked in ({}, {"spark": MASTER}):
        with pytest.raises(InputError) as error:
            measure_corpus([tmp_path], **asked)  # type: ignore[arg-type]
        said.append(str(error.value))
    assert said[0] == said[1]
    assert 'did you mean "texts"' in said[1]


def test_a_corpus_without_a_document_is_refused_as_on_one_machine(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\0b")
    with pytest.raises(InputError, match="no document"):
        measure_corpus([tmp_path], spark=MASTER)


def test_an_executor_with_other_versions_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines_of(SENTENCES))
    own = versions_of(("pycld2",))
    monkeypatch.setattr(corpus_spark, "versions_of", lambda _: own | {"pycld2": "0.1"})
    with pytest.raises(InputError, match=r"other versions: pycld2 [0-9.]+, not 0\.1"):
        scan_on_spark(find_corpus([tmp_path]), Plan(detectors=("pycld2",)), MASTER)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_no_document_comes_to_the_driver(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of these documents are more than the 1 MB of results that this driver takes; the measure does without them."""
    monkeypatch.setattr(corpus_spark, "MOST_BUNDLE", 1_000_000)
    texts = [hashlib.sha512(str(n).encode()).hexdigest() for n in range(12_000)]
    (tmp_path / "a.jsonl").write_bytes(lines_of(texts))
    found = find_corpus([tmp_path])
    plan = Plan(detectors=("pycld2",))
    tally, duplicates, _ = scan_on_spark(found, plan, MASTER)
    assert tally.documents == 12_000
    assert duplicates.exact == 0
    rows = corpus_spark._Scan(session, found, plan)._rows()
    with pytest.raises(Exception, match="maxResultSize"):
        rows.collect()


def executors_of(session: Any) -> list[int]:
    """The processes that work for this session."""
    marks = [b"CoarseGrainedExecutorBackend", session.sparkContext.applicationId.encode()]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if all(mark in words for mark in marks):
            found.append(int(process.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are found in /proc")
def test_an_executor_that_is_killed_changes_nothing(session: Any, tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.jsonl").write_bytes(lines_of(some_texts(300, number)))
    killed: list[int] = []

    def kill(_done: int, _total: int) -> None:
        if not killed:
            killed.append(executors_of(session)[0])
            os.kill(killed[0], signal.SIGKILL)

    assert on_spark([tmp_path], progress=kill) == measure_corpus([tmp_path], on=ON)
    assert killed


def test_nothing_is_said_but_the_result(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither Spark nor PySpark nor pandas writes anything of its own."""
    (tmp_path / "a.jsonl").write_bytes(lines_of(SENTENCES))
    words = ["measure", "corpus", str(tmp_path), "--engine", "spark", "--spark-master", MASTER, "--format", "json"]
    assert main([*words, "--into", str(tmp_path / "into"), "--lang", "en"]) == 0
    said = capfd.readouterr()
    assert not said.err
    assert "pyspark" in said.out
    json.loads(said.out)
