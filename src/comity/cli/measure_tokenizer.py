"""`comity measure tokenizer FILE --parallel DIR`: what the same text costs in each language, in tokens."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, conclude
from comity.cli.progress import progress_bar
from comity.documents.writing import write_file

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure tokenizer`."""
    say = parser.say
    tokenizer = add_measure(
        measures,
        "tokenizer",
        say("how many tokens the same text takes in each language, and what the worst one pays"),
        (
            say(
                "Reads a tokenizer.json, a tekken.json, the vocabulary of a GGUF file, a SentencePiece model or ranks\n"
                "as of tiktoken, and a directory with the same text in several languages: one UTF-8 file a language,\n"
                "named by its code (swa.txt, zh-Hans.txt), one paragraph a line. A vocabulary that cannot be counted\n"
                "exactly is refused. --table keeps every figure, --chart draws them as a page."
            ),
            say(
                "It cannot see: whether the texts say the same, how well the model knows a language, and what other\n"
                "texts would cost. Laws and declarations are not conversations."
            ),
        ),
        say("example: comity measure tokenizer tokenizer.json --parallel texts --chart languages.html"),
    )
    tokenizer.add_argument("file", metavar="FILE", help=say("the tokenizer"))
    tokenizer.add_argument("--parallel", metavar="DIR", required=True, help=say("the directory of parallel texts"))
    tokenizer.add_argument(
        "--served",
        metavar="LANGUAGE",
        nargs="+",
        action="extend",
        default=[],
        help=say("languages that the model is offered in; the fact is about these (default: all texts)"),
    )
    tokenizer.add_argument(
        "--pattern",
        metavar="PATTERN",
        help=say("how a file of ranks cuts texts: o200k_base, cl100k_base, … or a regular expression"),
    )
    tokenizer.add_argument(
        "--seed", type=int, default=0, metavar="N", help=say("the seed of whatever is drawn at random")
    )
    tokenizer.add_argument("--table", metavar="FILE", help=say("write the figures of every language as CSV"))
    tokenizer.add_argument("--chart", metavar="FILE", help=say("write the chart as an HTML page"))
    tokenizer.set_defaults(run=_tokenizer)


def _tokenizer(options: argparse.Namespace) -> int:
    from comity.measures.tokenizer import measure_tokenizer
    from comity.report.token_costs import as_csv, chart

    path = Path(options.file)
    found = measure_tokenizer(
        path,
        Path(options.parallel),
        served=tuple(dict.fromkeys(options.served)),
        pattern=options.pattern,
        seed=options.seed,
        progress=progress_bar(),
    )
    if options.table is not None:
        write_file(Path(options.table), as_csv(found).encode())
    if options.chart is not None:
        from comity.report.token_costs_page import page

        write_file(Path(options.chart), page(found, options.lang).encode())
    width = shutil.get_terminal_size().columns
    name = f"tokenizer-{path.name.split('.')[0]}"
    return conclude(found.statement, options, name, chart(found, options.lang, width))
