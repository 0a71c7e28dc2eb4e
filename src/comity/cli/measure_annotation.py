"""`comity measure annotation FILE`: agreement of annotators, within groups and between them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, conclude
from comity.documents.writing import write_file

if TYPE_CHECKING:
    import argparse

    import polars as pl

    from comity.cli import Parser

LEVELS = ("nominal", "ordinal", "interval")


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure annotation`."""
    say = parser.say
    annotation = add_measure(
        measures,
        "annotation",
        say("how far annotators agree, within groups and between them, and how much was reviewed"),
        (
            say(
                "Reads a table (CSV, TSV, JSON Lines, Parquet) with one row for each label: item, annotator, label;\n"
                "role (label or review), task (function or safety) and trained (yes or no) where there are any;\n"
                "and columns that say what the annotators are. Labels are never averaged away: --soft-labels keeps\n"
                "the share of each label for each group, --disputed the items on which groups disagree."
            ),
            say(
                "It cannot see: whether labels are right, whether the annotators are who the table says, what\n"
                "they were told and paid, and who was never asked."
            ),
        ),
        say("example: comity measure annotation labels.csv --group language --group region"),
    )
    annotation.add_argument("file", metavar="FILE", help=say("the table"))
    annotation.add_argument("--level", choices=LEVELS, default="nominal", help=say("what may be said of two labels"))
    annotation.add_argument(
        "--group",
        metavar="COLUMN",
        action="append",
        default=[],
        help=say("a column that divides the annotators (repeatable)"),
    )
    annotation.add_argument(
        "--seed", type=int, default=0, metavar="N", help=say("the seed of whatever is drawn at random")
    )
    annotation.add_argument(
        "--soft-labels", metavar="FILE", help=say("write the share of each label for each group as CSV")
    )
    annotation.add_argument("--disputed", metavar="FILE", help=say("write the items on which groups disagree as CSV"))
    annotation.set_defaults(run=_annotation)


def _annotation(options: argparse.Namespace) -> int:
    from comity.measures.annotation import measure_annotation

    path = Path(options.file)
    found = measure_annotation(path, level=options.level, groups=tuple(dict.fromkeys(options.group)), seed=options.seed)
    _write(found.soft_labels, options.soft_labels)
    _write(found.disputed, options.disputed)
    return conclude(found.statement, options, f"annotation-{path.stem}")


def _write(table: pl.DataFrame, name: str | None) -> None:
    if name is not None:
        write_file(Path(name), table.write_csv().encode())
