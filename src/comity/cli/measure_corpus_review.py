"""`comity measure corpus-sample`, `corpus-review` and `corpus-mix`: what people check of a corpus, and how it is to be mixed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, conclude
from comity.cli.measure_corpus import SHOWN_FROM_BYTES, add_corpus_options, cores_of, name_of, paths_of
from comity.cli.options import today
from comity.cli.progress import progress_bar
from comity.documents.writing import write_file
from comity.errors import InputError, Place
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

STRATA = ("none", "language", "source")


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of the three commands."""
    _configure_sample(measures, parser)
    _configure_review(measures, parser)
    _configure_mix(measures, parser)


def _configure_sample(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    sample = add_measure(
        measures,
        "corpus-sample",
        say("draw documents of a corpus at random into a sheet that people fill in"),
        (
            say(
                "The same seed draws the same documents. The sheet (CSV, or a workbook if its name ends in .xlsx)\n"
                "shows the texts; people write yes or no under acceptable, and if harm is judged as well, under\n"
                "harmful. The statement keeps how it was drawn and a digest of the items, so that none can be\n"
                "exchanged unseen."
            ),
            say("It cannot see: whether anybody looks."),
        ),
        say("example: comity measure corpus-sample data/ -n 4000 --by source --seed 7 --sheet review.xlsx"),
    )
    add_corpus_options(sample)
    sample.add_argument("-n", type=int, metavar="N", dest="size", help=say("how many documents"))
    sample.add_argument("--share", metavar="X", help=say("which part of all documents, as 0.02"))
    sample.add_argument(
        "--by", choices=STRATA, default="none", help=say("draw in proportion to languages or to sources")
    )
    sample.add_argument("--seed", type=int, default=0, metavar="N", help=say("the seed of whatever is drawn at random"))
    sample.add_argument(
        "--sheet",
        metavar="FILE",
        default="review.csv",
        help=say("where the sheet is written, .csv or .xlsx (default: review.csv)"),
    )
    sample.set_defaults(run=_sample)


def _configure_review(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    review = add_measure(
        measures,
        "corpus-review",
        say("read a filled review sheet back: how many were checked, how many are acceptable"),
        (
            say(
                "Every row has to be judged; an item that cannot be judged is not acceptable. With --drawn the\n"
                "sheet is compared with the statement of the draw."
            ),
            say("It cannot see: who judged, by which rules, and how carefully."),
        ),
        say("example: comity measure corpus-review review.xlsx --drawn evidence/corpus-sample-data.json"),
    )
    review.add_argument("file", metavar="SHEET", help=say("the filled sheet (CSV or XLSX)"))
    review.add_argument("--drawn", metavar="FILE", help=say("the statement of the draw"))
    review.set_defaults(run=_review)


def _configure_mix(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    mix = add_measure(
        measures,
        "corpus-mix",
        say("weights to draw languages with: by temperature, or as evenly as repeating allows (UniMax)"),
        (
            say("Reads a statement of comity measure corpus, of which the characters count, or YAML (eng: 1500)."),
            say("It cannot see: how good the texts of a language are."),
        ),
        say("example: comity measure corpus-mix evidence/corpus-data.json --temperature 3"),
    )
    mix.add_argument("file", metavar="FILE", help=say("a statement of a corpus, or amounts by language"))
    mix.add_argument(
        "--temperature", type=float, metavar="T", help=say("1 leaves the shares, a large T makes them equal")
    )
    mix.add_argument("--budget", type=float, metavar="N", help=say("how much is to be drawn in all (UniMax)"))
    mix.add_argument(
        "--epochs", type=float, metavar="N", default=4.0, help=say("how often anything may be repeated (default: 4)")
    )
    mix.set_defaults(run=_mix)


def _sample(options: argparse.Namespace) -> int:
    from comity.measures.corpus_sample import draw_sample
    from comity.measures.review_sheet import rendered, sheet_ending

    sheet = Path(options.sheet)
    ending = sheet_ending(sheet)
    if sheet.exists():
        hint = Message("name another with --sheet")
        raise InputError(
            Message("the sheet is there already; people may have filled it in"), place=Place(str(sheet)), hint=hint
        )
    paths = paths_of(options)
    sample = draw_sample(
        paths,
        size=options.size,
        share=options.share,
        by=options.by,
        seed=options.seed,
        column=options.column,
        divide=options.divide,
        config=options.config,
        split=options.split,
        cores=cores_of(options),
        progress=progress_bar(SHOWN_FROM_BYTES),
    )
    write_file(sheet, rendered(sample.sheet, ending, options.lang))
    return conclude(sample.statement, options, f"corpus-sample-{name_of(paths[0])}")


def _review(options: argparse.Namespace) -> int:
    from comity.measures.corpus_review import measure_review

    path = Path(options.file)
    statement = measure_review(path, drawn=None if options.drawn is None else Path(options.drawn))
    return conclude(statement, options, f"corpus-review-{name_of(path)}")


def _mix(options: argparse.Namespace) -> int:
    from comity.measures.corpus_mix import plan_mix

    path = Path(options.file)
    statement = plan_mix(
        path, temperature=options.temperature, budget=options.budget, epochs=options.epochs, on=today()
    )
    return conclude(statement, options, f"corpus-mix-{name_of(path)}")
