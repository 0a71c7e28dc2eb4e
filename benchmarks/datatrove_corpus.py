"""What comes nearest to `comity measure corpus` in datatrove, for `bench_corpus.py`; run by an interpreter that has datatrove.

    python benchmarks/datatrove_corpus.py [DIRECTORY WORKERS languages|all]

Without arguments it does nothing, which tells whether it could.

"languages": its JsonlReader, and a filter that asks the same two detectors about every text, cut as the measure cuts it, and keeps all
(its own LanguageFilter fetches a model from the network). "all": further its DocStats, and the first steps of its exact and MinHash
deduplication (14 buckets of 8, as the measure's 14 bands of 8), the two in one pass over the texts. Their later steps, which find and count
the duplicates, are not run, and words are what spaces divide: both are to datatrove's advantage. The measure's patterns of personal data
have no part here. A task is a file, and files are evenly large.
"""

# mypy: ignore-errors

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

try:
    import pycld2
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.exact_dedup import ExactDedupConfig, ExactDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.filters.base_filter import BaseFilter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.stats import DocStats
    from datatrove.utils.word_tokenizers import WordTokenizer
    from py3langid.langid import MODEL_FILE, LanguageIdentifier
except ImportError as error:
    raise SystemExit(f"this interpreter cannot run the comparison: {error}") from None

FIRST_CHARACTERS, SECOND_CHARACTERS = 10_000, 1_000
"""As in `comity.measures.corpus_languages`, which this interpreter need not have."""


@cache
def second_detector():
    """Loaded once in a process, which may do several tasks."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


class Languages(BaseFilter):
    """Notes what both detectors say; keeps every document."""

    name = "two detectors"

    def filter(self, doc):
        with suppress(pycld2.error):
            doc.metadata["first"] = pycld2.detect(doc.text[:FIRST_CHARACTERS], isPlainText=True)[2][0][1]
        doc.metadata["second"] = second_detector().classify(doc.text[:SECOND_CHARACTERS])[0]
        return True


def text_of(document) -> str:
    return document.text


class Spaces(WordTokenizer):
    """Words are what spaces divide; needs no model of a language."""

    def word_tokenize(self, text):
        return text.split()

    def sent_tokenize(self, text):
        return [text]

    def span_tokenize(self, text):
        return [(0, len(text))]


class Signatures(PipelineStep):
    """Signatures for exact and for near duplicates, in one pass."""

    name = "signatures"

    def __init__(self, folder):
        super().__init__()
        self.exact = ExactDedupSignature(f"{folder}/exact", ExactDedupConfig(text_of))
        self.near = MinhashDedupSignature(f"{folder}/near", MinhashConfig(), language=Spaces())

    def run(self, data, rank=0, world_size=1):
        kept = []

        def noted():
            for place, document in enumerate(data):
                kept.extend(self.exact.get_hashes(document, place))
                yield document

        self.near.run(noted(), rank, world_size)
        self.exact.save_hashes(rank, kept)


def main(directory: str, workers: str, steps: str) -> None:
    files = len(list(Path(directory).glob("*.jsonl")))
    with tempfile.TemporaryDirectory() as folder:
        pipeline = [JsonlReader(directory), Languages()]
        if steps == "all":
            pipeline += [DocStats(f"{folder}/stats", groups_to_compute=["summary", "histogram"]), Signatures(folder)]
        LocalPipelineExecutor(pipeline, tasks=files, workers=int(workers), logging_dir=f"{folder}/log").run()


if __name__ == "__main__" and sys.argv[1:]:
    main(*sys.argv[1:])
