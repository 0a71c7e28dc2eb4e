"""The measure `corpus` by the processes of this machine and by Spark on this machine, with the same files and the same statement.

    python benchmarks/bench_corpus_spark.py [MEGABYTES]

Texts of 12 languages are put together from sentences of our own, about 900 bytes a document, in JSON Lines. Spark is for corpora that
outgrow a machine; on one it pays for starting Java and for moving keys to and from it. "warm" is a second measure in a session that runs.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.measures.corpus_texts import TEXTS

from comity.dossier.statements import Statement
from comity.errors import InputError
from comity.measures.corpus import measure_corpus
from comity.measures.spark_session import spark_session

MASTER = "local[2]"
BYTES_A_DOCUMENT = 900


def write_texts(path: Path, documents: int) -> None:
    generator = random.Random(11)
    sentences = list(TEXTS.values())
    with path.open("w", encoding="utf-8") as stream:
        for number in range(documents):
            pair = generator.choice(sentences)
            text = " ".join([*(generator.choice(pair) for _ in range(generator.randrange(1, 12))), str(number)])
            stream.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")


def timed(work: Callable[[], Statement]) -> tuple[float, Statement]:
    began = time.perf_counter()
    statement = work()
    return time.perf_counter() - began, statement


def without_tools(statement: Statement) -> object:
    predicate = statement.predicate
    return statement.subject, predicate.method, predicate.facts, predicate.observations


def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as work:
        path = Path(work, "texts.jsonl")
        write_texts(path, megabytes * 1_000_000 // BYTES_A_DOCUMENT)
        size = path.stat().st_size / 1e6
        print(f"{size:.0f} MB, load {os.getloadavg()[0]:.1f} before")
        rows = {"local, 2 processes": timed(lambda: measure_corpus([path], cores=2))}
        rows[f"Spark {MASTER}, with start"] = timed(lambda: measure_corpus([path], spark=MASTER))
        with spark_session(MASTER):
            measure_corpus([path], spark=MASTER)
            rows[f"Spark {MASTER}, warm"] = timed(lambda: measure_corpus([path], spark=MASTER))
        first = without_tools(next(iter(rows.values()))[1])
        for name, (seconds, statement) in rows.items():
            same = "the same statement" if without_tools(statement) == first else "ANOTHER STATEMENT"
            print(f"{name:28} {seconds:7.1f} s  {size / seconds:6.1f} MB/s  {same}")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    except InputError as error:
        print(f"left out: {error}")
