"""The measure `corpus`: its speed beside the bare loop over its two detectors and beside datatrove, on one core and on two, and its memory.

    python benchmarks/bench_corpus.py [--megabytes N] [--rounds N] [--texts DIRECTORY] [--datatrove PYTHON]

Texts of 12 languages are put together from sentences of our own, about 750 bytes a document, in four files; `--texts build/udhr` takes
paragraphs of real texts instead (`make parallel-texts`), six to a document, as often as are wanted, numbered.

"Bare loop" asks the packages' own functions (`pycld2.detect`, py3langid's `classify`) about every text, cut as the measure cuts it and
already in memory; in two processes at once it shows what a second core of this machine is worth at best. "Detectors together" asks them as
the measure does, many texts at a time. The measure reads, hashes, unpacks JSON, counts scripts, hashes for exact and near duplicates and
looks for patterns as well. It runs as a process of its own, on a quarter of the texts and on all of them: the difference gives the
speed of the steady state, and what is left of the time is the start (Python, NumPy, tables of the detectors, other processes).

`--datatrove` names an interpreter that has datatrove[processing,io], pycld2 and py3langid; `datatrove_corpus.py` says what it is to do.
Of all rounds, in which all rows take turns, the best time counts: other work on the machine only slows.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import cycle, islice
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.measures.corpus_texts import TEXTS

from comity.measures.corpus import measure_corpus
from comity.measures.corpus_languages import FIRST_CHARACTERS, SECOND_CHARACTERS, new_detectors

DETECTORS = ("pycld2", "py3langid")
FILES = 4

PART = 4
"""The smaller corpus is such a part of the larger one; loops that need no start read it alone."""

PARAGRAPHS = 6

LEAST_USED = 1.0
"""Seconds of processors for 100 MB; with less, the work was done by processes that yet another one had started, as with datatrove."""

MEASURED = "--measured"
ELSEWHERE = Path(__file__).with_name("datatrove_corpus.py")


@dataclass(frozen=True)
class Corpus:
    """Texts, and a directory in which they lie as JSON Lines."""

    directory: Path
    texts: list[str]

    @property
    def megabytes(self) -> float:
        return sum(len(text.encode()) for text in self.texts) / 1e6


@dataclass(frozen=True)
class Time:
    """Seconds that passed, and seconds of all processors."""

    passed: float
    used: float

    def best(self, other: Time | None) -> Time:
        return self if other is None else Time(min(self.passed, other.passed), min(self.used, other.used))


@dataclass(frozen=True)
class Speed:
    """MB and documents a second in the steady state, seconds of all processors for 100 MB, and seconds of the start, where it counts."""

    megabytes: float
    documents: float
    processors: float
    start: float | None = None


def made_up() -> Iterator[str]:
    generator = random.Random(11)
    sentences = list(TEXTS.values())
    while True:
        pair = generator.choice(sentences)
        yield " ".join(generator.choice(pair) for _ in range(generator.randrange(1, 12)))


def real(directory: Path) -> Iterator[str]:
    texts = []
    for path in sorted(directory.glob("*.txt")):
        paragraphs = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        texts += ["\n".join(paragraphs[n : n + PARAGRAPHS]) for n in range(0, len(paragraphs), PARAGRAPHS)]
    random.Random(5).shuffle(texts)
    return cycle(texts)


def write_corpus(directory: Path, source: Iterator[str], megabytes: float, *, pack: bool = False) -> Corpus:
    texts = list[str]()
    size = 0
    while size < megabytes * 1e6:
        texts.append(f"{next(source)} {len(texts)}")
        size += len(texts[-1].encode())
    directory.mkdir()
    for number in range(FILES):
        part = islice(texts, number, None, FILES)
        lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in part).encode()
        path = directory / f"{number}.jsonl{'.gz' * pack}"
        path.write_bytes(gzip.compress(lines, 6) if pack else lines)
    return Corpus(directory, texts)


def bare(texts: list[str]) -> Callable[[], None]:
    import pycld2
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    classify = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True).classify

    def run() -> None:
        for text in texts:
            with suppress(pycld2.error):
                pycld2.detect(text[:FIRST_CHARACTERS], isPlainText=True)
            classify(text[:SECOND_CHARACTERS])

    return run


def together(texts: list[str]) -> Callable[[], None]:
    detectors = new_detectors(DETECTORS)

    def run() -> None:
        for first in range(0, len(texts), 1_000):
            for detector in detectors:
                detector.answers(texts[first : first + 1_000])

    return run


def spent() -> float:
    """Seconds of processors of this process and of all that it started and that have ended."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def time_of(prepared: Callable[[list[str]], Callable[[], None]], texts: list[str]) -> Time:
    run = prepared(texts)
    began, used = time.monotonic(), spent()
    run()
    return Time(time.monotonic() - began, spent() - used)


def _at_once(texts: list[str], ready: Any, times: Any) -> None:
    run = bare(texts)
    ready.wait()
    began, used = time.monotonic(), spent()
    run()
    times.put((began, time.monotonic(), spent() - used))


def time_in_two(texts: list[str]) -> Time:
    """From when both processes are ready until both have ended, each with half of the texts."""
    context = get_context("spawn")
    ready, times = context.Barrier(2), context.Queue()
    processes = [context.Process(target=_at_once, args=(texts[number::2], ready, times)) for number in range(2)]
    for process in processes:
        process.start()
    told = [times.get() for _ in processes]
    for process in processes:
        process.join()
    begins, ends, used = zip(*told, strict=True)
    return Time(max(ends) - min(begins), sum(used))


def time_of_process(words: list[str]) -> Time:
    began, used = time.monotonic(), spent()
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stderr[-2_000:]}")
    return Time(time.monotonic() - began, spent() - used)


def measured(corpus: Corpus, *options: str) -> list[str]:
    return [sys.executable, __file__, MEASURED, str(corpus.directory), *options]


def elsewhere(python: str, corpus: Corpus, *options: str) -> list[str]:
    return [python, str(ELSEWHERE), str(corpus.directory), *options]


def usable(python: str | None) -> str | None:
    """The interpreter, if it can run the comparison; why not, if not."""
    if python is None:
        print("datatrove is left out: no interpreter that has it is named (--datatrove)")
        return None
    tried = subprocess.run([python, str(ELSEWHERE)], check=False, capture_output=True, text=True)
    if tried.returncode:
        print(f"datatrove is left out: {tried.stderr.strip()[-500:]}")
        return None
    return python


def loops(small: Corpus) -> dict[str, Callable[[], Time]]:
    """What is timed without its start, on the smaller corpus."""
    return {
        "bare loop, 1 process": lambda: time_of(bare, small.texts),
        "bare loop, 2 processes": lambda: time_in_two(small.texts),
        "detectors together, 1 process": lambda: time_of(together, small.texts),
    }


def programs(python: str | None) -> dict[str, Callable[[Corpus], list[str]]]:
    """What is timed as a process of its own, on both."""
    rows: dict[str, Callable[[Corpus], list[str]]] = {
        "measure, 1 core": lambda corpus: measured(corpus, "1", "near"),
        "measure, 2 cores": lambda corpus: measured(corpus, "2", "near"),
        "measure without near, 1 core": lambda corpus: measured(corpus, "1", "exact"),
    }
    if python is not None:
        rows["datatrove, detectors, 1 worker"] = lambda corpus: elsewhere(python, corpus, "1", "languages")
        rows["datatrove, the same as ours, 1"] = lambda corpus: elsewhere(python, corpus, "1", "all")
        rows["datatrove, the same as ours, 2"] = lambda corpus: elsewhere(python, corpus, "2", "all")
    return rows


def speeds(small: Corpus, large: Corpus, rounds: int, python: str | None) -> dict[str, Speed]:
    timed, started = loops(small), programs(python)
    short, long = dict[str, Time](), dict[str, Time]()
    for _ in range(rounds):
        for name, run in timed.items():
            short[name] = run().best(short.get(name))
        for name, words in started.items():
            short[name] = time_of_process(words(small)).best(short.get(name))
            long[name] = time_of_process(words(large)).best(long.get(name))
    found = {name: _speed(small.megabytes, len(small.texts), short[name]) for name in timed}
    for name in started:
        steady = Time(long[name].passed - short[name].passed, long[name].used - short[name].used)
        speed = _speed(large.megabytes - small.megabytes, len(large.texts) - len(small.texts), steady)
        found[name] = replace(speed, start=long[name].passed - large.megabytes / speed.megabytes)
    return found


def _speed(megabytes: float, documents: int, time: Time) -> Speed:
    return Speed(megabytes / time.passed, documents / time.passed, time.used / megabytes * 100)


def show(found: dict[str, Speed]) -> None:
    loop = found["bare loop, 1 process"].megabytes
    print(
        f"{'':32} {'MB/s':>7} {'documents/s':>12} {'of the bare loop':>17} {'processor s for 100 MB':>23} {'start, s':>9}"
    )
    for name, speed in found.items():
        start = "" if speed.start is None else f"{speed.start:9.2f}"
        used = "not seen" if speed.processors < LEAST_USED else f"{speed.processors:.1f}"
        rates = f"{speed.megabytes:7.2f} {speed.documents:12,.0f} {speed.megabytes / loop:17.2f}"
        print(f"{name:32} {rates} {used:>23} {start}")
    for name, one, two in (
        ("bare loop (what this machine allows)", "bare loop, 1 process", "bare loop, 2 processes"),
        ("measure", "measure, 1 core", "measure, 2 cores"),
        ("datatrove", "datatrove, the same as ours, 1", "datatrove, the same as ours, 2"),
    ):
        if two in found:
            print(f"two for one, {name}: {found[two].megabytes / found[one].megabytes:.2f}")


def memory(corpus: Corpus, cores: str) -> tuple[float, float]:
    """Highest resident memory in MB, of the process that reads and of the largest of those that it starts."""
    done = subprocess.run(measured(corpus, cores, "near"), check=True, capture_output=True, text=True)
    own, others = json.loads(done.stdout)
    return own, others


def main(options: argparse.Namespace, work: Path) -> None:
    source = made_up() if options.texts is None else real(options.texts)
    small = write_corpus(work / "small", source, options.megabytes / PART)
    large = write_corpus(work / "large", source, options.megabytes)
    print(f"{len(large.texts):,} documents, {large.megabytes:.1f} MB of text, best of {options.rounds}")
    show(speeds(small, large, options.rounds, usable(options.datatrove)))
    for factor in (1, 10):
        part = write_corpus(work / f"memory-{factor}", made_up(), 4 * factor)
        packed = write_corpus(work / f"memory-{factor}-packed", made_up(), 4 * factor, pack=True)
        reading, other = memory(part, "2")
        alone, unpacking = memory(part, "1")[0], memory(packed, "1")[0]
        print(
            f"highest memory at {part.megabytes:4.1f} MB: {alone:.0f} MB on one core, {unpacking:.0f} MB with gzip;",
            end=" ",
        )
        print(f"on two {reading:.0f} MB in the process that reads, {other:.0f} MB in the largest other")


def measure_here(directory: str, cores: str, near: str) -> None:
    """What a process of its own does: it measures, and tells the memory of its processes."""
    highest: dict[int | str, float] = {"self": 0.0}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            for process in active_children():
                highest[process.pid or 0] = max(highest.get(process.pid or 0, 0.0), highest_memory(process.pid or 0))

    watcher = threading.Thread(target=watch)
    watcher.start()
    measure_corpus([Path(directory)], cores=int(cores), near=near == "near")
    ended.set()
    watcher.join()
    own = highest_memory("self")
    print(json.dumps([own, max(highest.values())]))


def highest_memory(process: int | str) -> float:
    """In MB, as Linux tells it; `ru_maxrss` would count what the process that started this one held. 0 where it cannot be told."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s*(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    if sys.argv[1:2] == [MEASURED]:
        measure_here(*sys.argv[2:])
    else:
        parser = argparse.ArgumentParser(description="Speed and memory of `comity measure corpus`.")
        parser.add_argument(
            "--megabytes", type=float, default=100, help="20 at least: a corpus of 4 MB is read by one process"
        )
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--texts", type=Path, metavar="DIRECTORY")
        parser.add_argument("--datatrove", metavar="PYTHON")
        with tempfile.TemporaryDirectory() as name:
            main(parser.parse_args(), Path(name))
