"""`comity ask [DIR]`: the questions worth asking next, best first, without an interview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.options import (
    add_library_options,
    add_market_options,
    add_report_options,
    checked_markets,
    day_of,
    deliver,
    library_of,
)
from comity.exit_codes import FINE

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser
    from comity.dossier.model import Dossier
    from comity.library.loader import Library

FORMATS = ("text", "json")


def configure(parser: Parser) -> None:
    """Arguments of `comity ask`."""
    say = parser.say
    parser.epilog = "\n".join(
        (
            say("example: comity ask examples/smollm2-chat --limit 5 --format json"),
            say("Without a dossier, name markets: the questions to a system of which nothing is known."),
        )
    )
    parser.add_argument(
        "dossier", nargs="?", default=".", metavar="DIR", help=say("the directory that holds comity.yaml")
    )
    parser.add_argument(
        "--limit", type=int, default=10, metavar="N", help=say("how many questions are listed; 0 for all")
    )
    parser.add_argument(
        "--answers",
        metavar="FILE",
        help=say("answer from a file and say how many facts had to be asked; writes nothing"),
    )
    add_market_options(parser)
    add_report_options(parser, FORMATS)
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from comity.cli.init import answered_from, answers_of
    from comity.library.elements import with_elements
    from comity.questions.ask import begin, inquire, questions
    from comity.report.questions import questions_json, questions_text, rehearsal_text
    from comity.report.words import Words

    on = day_of(options)
    library = library_of(options)
    asked = checked_markets(options.market, library) if options.market else ()
    dossier = _dossier(Path(options.dossier), library, needed=not asked)
    markets = asked or checked_markets(dossier.markets if dossier else (), library)
    answers = None if options.answers is None else answers_of(Path(options.answers), library, dossier)
    elements = dossier.elements if dossier else answers.elements if answers else {}
    library = with_elements(library, elements)
    entries = {} if dossier is None else dict(dossier.entries)
    known = {fact: entry for fact, entry in entries.items() if entry.value is not None or entry.by_market}
    interview = begin(inquire(library, markets, on), known, entries.keys() - known.keys())
    words, limit, to_file = Words(library, options.lang), max(0, options.limit), options.output is not None
    if answers is not None:
        interview = answered_from(interview, answers.entries)
    found = tuple(questions(interview))
    if options.format == "json":
        text = questions_json(found, interview, dossier, words, limit)
    elif answers is not None:
        answered = len(answers.entries.keys() & set(interview.order))
        text = rehearsal_text(interview, answered, words, to_file=to_file)
    else:
        text = questions_text(found, interview, words, limit, to_file=to_file)
    deliver(text, options)
    return FINE


def _dossier(path: Path, library: Library, *, needed: bool) -> Dossier | None:
    """The dossier; None where there is none and none is needed."""
    from comity.dossier.reader import FILE_NAME, load_dossier

    there = (path / FILE_NAME).is_file() if path.is_dir() else path.is_file()
    return load_dossier(path, library) if needed or there else None
