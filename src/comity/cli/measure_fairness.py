"""`comity measure fairness FILE`: selection and error rates of groups of people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, conclude
from comity.errors import InputError, did_you_mean
from comity.language import Message
from comity.library.loader import load_library

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

TESTED = "fairness.groups_tested"


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure fairness`."""
    say = parser.say
    fairness = add_measure(
        measures,
        "fairness",
        say("how often groups of people are selected, and how often the system errs about them"),
        (
            say(
                "Reads a table (CSV, TSV, JSON Lines, Parquet) with one row for each person: prediction, truth\n"
                "where it is known, and columns with traits. Groups are those of each trait and of intersections."
            ),
            say(
                "It cannot see: people who never got into the table, whether the truth is true, why groups\n"
                "differ, and whether a difference is lawful."
            ),
        ),
        say("example: comity measure fairness decisions.csv --trait gender=sex --trait age_band=age --positive hired"),
    )
    fairness.add_argument("file", metavar="FILE", help=say("the table"))
    fairness.add_argument(
        "--trait",
        metavar="COLUMN=TRAIT",
        action="append",
        default=[],
        help=say("a column and the trait that it holds (repeatable)"),
    )
    fairness.add_argument(
        "--positive", metavar="VALUE", default="1", help=say("the prediction that means being selected")
    )
    fairness.add_argument(
        "--smallest", type=int, default=30, metavar="N", help=say("cases below which a group is not judged")
    )
    fairness.set_defaults(run=_fairness)


def _fairness(options: argparse.Namespace) -> int:
    from comity.measures.fairness import measure_fairness

    known = load_library().fact(TESTED).type.values
    traits: dict[str, str] = {}
    for text in options.trait:
        column, _, trait = text.partition("=")
        trait = trait or column
        if trait not in known:
            message = Message('--trait: "{name}" is not a trait of the vocabulary', name=trait[:40])
            hint = did_you_mean(trait, known) or Message("known are: {values}", values=", ".join(known))
            raise InputError(message, hint=hint)
        traits[column] = trait
    if options.smallest < 1:
        raise InputError(Message("--smallest is a number of cases, at least 1"))
    path = Path(options.file)
    found = measure_fairness(path, traits, positive=options.positive, smallest=options.smallest)
    return conclude(found.statement, options, f"fairness-{path.stem}")
