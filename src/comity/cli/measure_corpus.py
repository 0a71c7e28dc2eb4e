"""`comity measure corpus PATH…`: languages, scripts, duplicates, words of risk and personal data in texts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, conclude
from comity.cli.progress import progress_bar
from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

DIVISIONS = ("file", "line")
ENGINES = ("local", "spark")
MOST_CORES = 256
SHOWN_FROM_BYTES = 5_000_000


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure corpus`."""
    say = parser.say
    corpus = add_measure(
        measures,
        "corpus",
        say("languages, scripts, duplicates, words of risk and personal data in training texts"),
        (
            say(
                "Reads text, JSON Lines (both also packed with gzip or Zstandard) and Parquet, in files and below\n"
                "directories; each PATH counts as a source. Languages are told by several detectors, and what\n"
                "they do not settle is kept apart as uncertain or unknown. What cannot be read is counted by\n"
                "its reason."
            ),
            say(
                "A PATH can be the card of a data set: README.md as of Hugging Face, or a Croissant description.\n"
                "Of the files that it names, those below it are read; what lies elsewhere is left out by name.\n"
                "What a card says about its data is told apart and never taken as measured."
            ),
            say(
                "It cannot see: whether texts are true or lawful, who wrote them and whether that person agreed,\n"
                "several languages within one document, dialects, languages that no detector knows (they may be\n"
                "taken for a neighbour), and translations of one text. Words of a list are a reason to look,\n"
                "no verdict."
            ),
        ),
        say("example: comity measure corpus data/ --keywords risks.yaml --reference speakers.yaml"),
    )
    add_corpus_options(corpus)
    corpus.add_argument(
        "--detector",
        metavar="NAME",
        action="append",
        help=say("a detector of languages: pycld2, py3langid (repeatable; default: both)"),
    )
    corpus.add_argument("--keywords", metavar="FILE", help=say("words by category of risk (YAML), or one on each line"))
    corpus.add_argument("--reference", metavar="FILE", help=say("a mix of languages to compare with (YAML, eng: 1500)"))
    corpus.add_argument("--no-near", action="store_true", help=say("do not look for near duplicates"))
    corpus.add_argument(
        "--engine",
        choices=ENGINES,
        default="local",
        help=say("processes of this machine, or Apache Spark with the same result (default: local)"),
    )
    corpus.add_argument(
        "--spark-master",
        metavar="URL",
        help=say(
            "the Spark cluster: spark://HOST:PORT, yarn, k8s://…; its executors see the files under the same paths"
            " (default: local[*], this machine)"
        ),
    )
    corpus.set_defaults(run=_corpus)


def add_corpus_options(parser: Parser) -> None:
    """What every command that reads a corpus asks for."""
    say = parser.say
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help=say("files and directories of the corpus, or the card of a data set")
    )
    parser.add_argument(
        "--column",
        metavar="NAME",
        help=say("the field or column that holds the text (default: what a card says, or text)"),
    )
    parser.add_argument("--config", metavar="NAME", help=say("only this configuration or record set of the card"))
    parser.add_argument("--split", metavar="NAME", help=say("only this split of the card"))
    parser.add_argument(
        "--divide",
        choices=DIVISIONS,
        default="file",
        help=say("whether a text file is one document, or each of its lines"),
    )
    parser.add_argument(
        "--cores", type=int, metavar="N", help=say("processes that work at once (default: as many as there are cores)")
    )


def cores_of(options: argparse.Namespace) -> int:
    """How many processes are asked for; as many as there are cores by default.

    Raises:
        InputError: none, or too many.
    """
    if options.cores is None:
        return min(os.cpu_count() or 1, MOST_CORES)
    if not 1 <= options.cores <= MOST_CORES:
        raise InputError(Message("--cores: a number from 1 to {limit} is wanted", limit=MOST_CORES))
    cores: int = options.cores
    return cores


def paths_of(options: argparse.Namespace) -> list[Path]:
    """The paths that are named."""
    return [Path(path) for path in options.paths]


def spark_of(options: argparse.Namespace) -> str | None:
    """The address of the Spark cluster that is asked for; None where this machine's processes read.

    Raises:
        InputError: options of one engine are given for the other.
    """
    if options.engine == "local":
        if options.spark_master is not None:
            raise InputError(Message("--spark-master goes with --engine spark"))
        return None
    if options.cores is not None:
        hint = Message("for N processes on this machine write --spark-master 'local[N]'")
        raise InputError(Message("--cores goes with --engine local"), hint=hint)
    return options.spark_master or "local[*]"


def _corpus(options: argparse.Namespace) -> int:
    from comity.measures.corpus import measure_corpus

    spark = spark_of(options)
    paths = paths_of(options)
    statement = measure_corpus(
        paths,
        column=options.column,
        divide=options.divide,
        config=options.config,
        split=options.split,
        detectors=tuple(options.detector or ("pycld2", "py3langid")),
        keywords=None if options.keywords is None else Path(options.keywords),
        reference=None if options.reference is None else Path(options.reference),
        near=not options.no_near,
        cores=cores_of(options),
        spark=spark,
        progress=progress_bar(SHOWN_FROM_BYTES if spark is None else 0),
    )
    return conclude(statement, options, f"corpus-{name_of(paths[0])}")


def name_of(path: Path) -> str:
    """A name for a statement about this path; about a card, the name of its directory."""
    path = path.resolve()
    path = path.parent if path.name.lower() == "readme.md" else path
    return path.name.split(".")[0] or "texts"
