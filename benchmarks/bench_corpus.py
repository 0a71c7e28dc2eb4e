"""The measure `corpus`, beside the bare loop over its two detectors on the same texts in the same run, and its memory at ten times
the data.

    python benchmarks/bench_corpus.py [FILE.jsonl]

Without a file, texts of 12 languages are put together from sentences of our own, about 900 bytes a document. "bare loop" only asks both
detectors about every text, already in memory; the measure reads, unpacks JSON, counts scripts, hashes for exact and near duplicates and
looks for patterns as well. Times with two processes include starting them. The memory is the highest of a fresh process that measures with
one core.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.measures.corpus_texts import TEXTS

from comity.measures.corpus import measure_corpus
from comity.measures.corpus_languages import new_detectors

DETECTORS = ("pycld2", "py3langid")
ROUNDS = 3
"""Of the rounds, in which all take turns, the best time counts: other work on the machine only slows."""

MEASURED_MEMORY = "--memory"


def write_texts(path: Path, documents: int) -> None:
    generator = random.Random(11)
    sentences = list(TEXTS.values())
    with path.open("w", encoding="utf-8") as stream:
        for number in range(documents):
            pair = generator.choice(sentences)
            text = " ".join([*(generator.choice(pair) for _ in range(generator.randrange(1, 12))), str(number)])
            stream.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")


def texts_of(path: Path) -> Iterable[str]:
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line)["text"] for line in stream]


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that pass, and seconds of processors, those of ended processes included."""
    began, used = time.perf_counter(), processors()
    work()
    return time.perf_counter() - began, processors() - used


def processors() -> float:
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def bare(texts: Iterable[str]) -> None:
    first, second = new_detectors(DETECTORS)
    for text in texts:
        first.answer(text)
        second.answer(text)


def memory(path: Path) -> float:
    """Highest resident memory in MB of a process that measures this file."""
    words = [sys.executable, __file__, MEASURED_MEMORY, str(path)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def main(path: Path, work: Path) -> None:
    texts = list(texts_of(path))
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts):,} documents, {size:.1f} MB of text")
    bare(texts[:500])
    rows: dict[str, Callable[[], object]] = {
        "bare loop, 1 core": lambda: bare(texts),
        "measure, 1 core": lambda: measure_corpus([path], cores=1),
        "measure without near, 1": lambda: measure_corpus([path], cores=1, near=False),
        "measure, 2 cores": lambda: measure_corpus([path], cores=2),
    }
    print(
        f"{'':24} {'seconds':>8} {'MB/s':>7} {'documents/s':>12} {'of the bare loop':>17} {'processors':>10} {'of the loop':>10}"
    )
    taken = dict.fromkeys(rows, (float("inf"), float("inf")))
    for _ in range(ROUNDS):
        for name, run in rows.items():
            wall, used = seconds(run)
            taken[name] = (min(taken[name][0], wall), min(taken[name][1], used))
    loop, loop_used = taken["bare loop, 1 core"]
    for name, (wall, used) in taken.items():
        rates = f"{size / wall:7.2f} {len(texts) / wall:12,.0f} {loop / wall:17.2f}"
        print(f"{name:24} {wall:8.2f} {rates} {used:10.2f} {loop_used / used:10.2f}")
    for factor in (1, 10):
        part = work / f"{factor}.jsonl"
        write_texts(part, 3_000 * factor)
        print(f"memory at {part.stat().st_size / 1e6:5.1f} MB: {memory(part):6.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == [MEASURED_MEMORY]:
        measure_corpus([Path(sys.argv[2])], cores=1)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    else:
        with tempfile.TemporaryDirectory() as name:
            chosen = Path(sys.argv[1]) if sys.argv[1:] else Path(name) / "texts.jsonl"
            if not sys.argv[1:]:
                write_texts(chosen, 30_000)
            main(chosen, Path(name))
