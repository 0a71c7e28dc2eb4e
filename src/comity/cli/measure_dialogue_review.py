"""`comity measure dialogue-review SHEET`: what people said of a model's answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, conclude

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure dialogue-review`."""
    say = parser.say
    review = add_measure(
        measures,
        "dialogue-review",
        say("read the sheet back on which people judged a model's answers"),
        (
            say(
                "Every row has to be judged; an answer that cannot be judged is not acceptable. With --run the\n"
                "sheet is compared with the statement of the run."
            ),
            say("It cannot see: who judged, by which rules, and how carefully."),
        ),
        say("example: comity measure dialogue-review answers.xlsx --run evidence/dialogue-bank.json"),
    )
    review.add_argument("file", metavar="SHEET", help=say("the filled sheet (CSV or XLSX)"))
    review.add_argument("--run", metavar="FILE", dest="of_run", help=say("the statement of the run"))
    review.add_argument(
        "--offered",
        metavar="LANGUAGE",
        action="append",
        default=[],
        help=say("a language in which the system is offered (repeatable)"),
    )
    review.set_defaults(run=_review)


def _review(options: argparse.Namespace) -> int:
    from comity.measures.dialogue_review import measure_review

    path = Path(options.file)
    statement = measure_review(path, run=Path(options.of_run) if options.of_run else None, offered=options.offered)
    return conclude(statement, options, f"dialogue-review-{path.stem}")
