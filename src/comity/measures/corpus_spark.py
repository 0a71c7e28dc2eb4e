"""The measure `corpus` on Apache Spark, for corpora that outgrow one machine, with the figures that one machine would find.

The driver finds the files and cuts them into bundles of work: small files together, spans of large ones (`corpus_spans`), and a digest for
each file that is read in spans. Executors read the files themselves, under the same paths, and examine them as a process of one machine
does (`corpus_spark_rows`); their rows stay on the disks of the executors, and Spark adds them up. The driver sees sums, one row for each
file, and no document.

Exact duplicates are documents less different keys of texts. Near duplicates are counted backwards: a document is none where it is the first
of all that have the key, in each of its bands. Later copies of a text are never first in any, so that those that are left are the originals
among the different texts, as one machine finds them going through in order. The tables of one machine can fill up, and its counts are then
lower bounds; these never are.
"""

from __future__ import annotations

import threading
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from comity.measures.corpus_duplicates import BANDS
from comity.measures.corpus_languages import detector_versions
from comity.measures.corpus_packing import Reading
from comity.measures.corpus_spark_rows import (
    RECORD_BITS,
    ROWS,
    Asked,
    FileRow,
    bundles_of,
    examine_bundles,
    pack,
    tally_of,
    versions_of,
)
from comity.measures.spark_session import spark_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from comity.measures.corpus_files import Found
    from comity.measures.corpus_scan import Plan, Tally

LEAST_BUNDLE = 1_000_000
MOST_BUNDLE = 64_000_000
"""Bytes that an executor reads at a time; less where there would not be enough work for all."""

BUNDLES_A_CORE = 4

BYTES_A_SHUFFLE = 1_000_000_000
"""Bytes of a corpus whose keys make one part of what Spark sorts: about 100 MB."""

_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of duplicates, with the names that `Duplicates` has for them."""

    exact: int
    near: int
    compared: int
    complete: bool = True


def scan_on_spark(
    found: Found, plan: Plan, master: str, progress: Callable[[int, int], None] | None = None
) -> tuple[Tally, Counted, list[Reading]]:
    """What is in a corpus, what is twice in it, and what became of every file.

    Args:
        found: the files; executors see them under the same paths.
        plan: what is looked for.
        master: the address of the cluster; `local[*]` is this machine.
        progress: told how many bundles of how many have been read.

    Raises:
        InputError: PySpark or Java is missing, Spark does not start, an executor does not see a file or lacks a package, a table has no
            such column, or executors are lost.
    """
    detector_versions(plan.detectors)
    with spark_session(master) as session:
        return _Scan(session, found, plan).result(progress)


class _Scan:
    """One reading of a corpus on a session."""

    def __init__(self, session: Any, found: Found, plan: Plan) -> None:
        self._session = session
        self._found = found
        self._plan = plan
        self._last_bundle: dict[int, int] = {}

    def result(self, progress: Callable[[int, int], None] | None) -> tuple[Tally, Counted, list[Reading]]:
        """Everything that is wanted of the corpus."""
        from pyspark import StorageLevel

        with self._many_enough_parts():
            rows = self._rows().persist(StorageLevel.DISK_ONLY)
            try:
                with _watched(self._session.sparkContext, progress):
                    files = self._files(rows)
                kept = self._kept(rows, files)
                tally = self._tally(kept)
                return tally, self._duplicates(kept, tally.documents), self._readings(files)
            finally:
                with suppress(Exception):  # where Spark has failed, that is on its way already
                    rows.unpersist()

    @contextmanager
    def _many_enough_parts(self) -> Iterator[None]:
        """What Spark sorts in so many parts that each has room in the memory of an executor."""
        name, total = "spark.sql.shuffle.partitions", sum(file.size for file in self._found.files)
        before = self._session.conf.get(name)
        parts = max(2 * self._session.sparkContext.defaultParallelism, total // BYTES_A_SHUFFLE)
        self._session.conf.set(name, str(parts))
        try:
            yield
        finally:
            with suppress(Exception):
                self._session.conf.set(name, before)

    def _rows(self) -> Any:
        context = self._session.sparkContext
        total = sum(file.size for file in self._found.files)
        most_bytes = min(max(total // (context.defaultParallelism * BUNDLES_A_CORE), LEAST_BUNDLE), MOST_BUNDLE)
        bundles = bundles_of(self._found, self._plan.reading, most_bytes)
        self._last_bundle = {
            work.number: n for n, bundle in enumerate(bundles) for work in bundle if work.span is not None
        }
        asked = Asked(uuid.uuid4().hex, self._plan, versions_of(self._plan.detectors))
        packed = context.parallelize([(n, pack(bundle)) for n, bundle in enumerate(bundles)], len(bundles))
        table = self._session.createDataFrame(packed, "number bigint, bundle binary")
        return table.mapInArrow(partial(examine_bundles, asked), ROWS)

    def _files(self, rows: Any) -> list[FileRow]:
        """What executors found out about files; asking for it makes them read everything."""
        found = rows.where("reading is not null").select("reading").collect()
        return [msgspec.json.decode(row.reading, type=FileRow) for row in found]

    def _kept(self, rows: Any, files: list[FileRow]) -> Any:
        """The rows without those of spans that lie behind damage of their file, as one who reads it through would not come to them."""
        damaged: dict[int, int] = {}
        for row in files:
            if row.problem == "damaged":
                damaged[row.file] = min(row.bundle, damaged.get(row.file, row.bundle))
        behind = [(n,) for file, bundle in damaged.items() for n in range(bundle + 1, self._last_bundle[file] + 1)]
        if not behind:
            return rows
        from pyspark.sql import functions as spark

        left_out = self._session.createDataFrame(behind, "bundle bigint")
        return rows.join(left_out, spark.shiftright("position", RECORD_BITS) == left_out.bundle, "left_anti")

    def _tally(self, rows: Any) -> Tally:
        sums = rows.where("name is not null").groupBy("name").agg({"amount": "sum"}).collect()
        return tally_of(sorted((name, amount) for name, amount in sums))

    def _duplicates(self, rows: Any, documents: int) -> Counted:
        from pyspark.sql import functions as spark

        texts = rows.where("exact is not null")
        compared = spark.max(spark.when(spark.size("bands") > 0, 1).otherwise(0))
        different = texts.groupBy("exact").agg(compared.alias("compared"))
        row = different.agg(spark.count("*"), spark.sum("compared")).collect()[0]
        count, candidates = row[0], row[1] or 0
        if not self._plan.near:
            return Counted(documents - count, 0, 0)
        keys = texts.select("position", spark.explode("bands").alias("band"))
        first = keys.groupBy("band").agg(spark.min("position").alias("position"))
        originals = first.groupBy("position").count().where(spark.col("count") == BANDS).count()
        return Counted(documents - count, candidates - originals, candidates)

    def _readings(self, files: list[FileRow]) -> list[Reading]:
        readings = [Reading() for _ in self._found.files]
        for row in files:
            readings[row.file].digest = row.digest or readings[row.file].digest
            readings[row.file].problem = row.problem or readings[row.file].problem
        return readings


@contextmanager
def _watched(context: Any, progress: Callable[[int, int], None] | None) -> Iterator[None]:
    """Tells from time to time how many bundles have been read."""
    if progress is None:
        yield
        return
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_SECONDS_BETWEEN_LOOKS):
            tracker = context.statusTracker()
            for stage in tracker.getActiveStageIds():
                told = tracker.getStageInfo(stage)
                if told is not None and told.numTasks:
                    progress(told.numCompletedTasks, told.numTasks)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        progress(1, 1)
