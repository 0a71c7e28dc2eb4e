"""A Spark cluster on this machine for tests: a driver and two executors, each a process of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comity.errors import InputError
from comity.measures.spark_session import check_java, spark_session

MASTER = "local-cluster[2,1,1024]"

DEFAULTS = """
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.driver.maxResultSize 1m
spark.task.maxFailures 2
spark.sql.codegen.wholeStage false
spark.sql.adaptive.coalescePartitions.parallelismFirst false
"""
"""Little results at the driver: a measure that brought documents there would fail. The others only make small work fast."""


def why_no_cluster() -> str:
    """Why no cluster can be started here; nothing where one can."""
    try:
        check_java()
    except InputError as error:
        return str(error)
    return ""


@contextmanager
def cluster(directory: Path, defaults: str = DEFAULTS) -> Iterator[object]:
    """A session of this process, which the measures within use."""
    (directory / "spark-defaults.conf").write_text(defaults, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(directory))
        patch.setenv("SPARK_WORKER_DIR", str(directory / "work"))
        patch.setenv("SPARK_LOCAL_DIRS", str(directory / "local"))
        with spark_session(MASTER) as session:
            yield session
    shutil.rmtree(directory / "work", ignore_errors=True)
