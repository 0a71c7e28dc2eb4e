"""`comity measure dialogue --model URL|FILE`: what a model refuses, in each language. The only command that opens a connection."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.asked_models import add_judge_options, add_model_options, check_bounds, judge_asked, model_asked
from comity.cli.measure import add_measure, checked_name, conclude, directory_for
from comity.cli.measure_dialogue_answers import add_answers_options, check_logged_options, logged
from comity.cli.options import add_library_options, library_of
from comity.cli.progress import progress_bar
from comity.documents.writing import write_file
from comity.errors import InputError
from comity.exit_codes import CANNOT_DECIDE
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure dialogue`."""
    say = parser.say
    dialogue = add_measure(
        measures,
        "dialogue",
        say("what a model refuses of what it must refuse, and of what it must not, in each language"),
        (
            say(
                "Puts question banks to a model behind any OpenAI-compatible address, or in a GGUF file on this\n"
                "machine, finds refusals by rule, and shows them for each risk and language with exact intervals.\n"
                "This is the only command that opens a connection, and only to addresses that you name. Every\n"
                "answer is noted in a journal: after an interruption the same command goes on and asks nothing\n"
                "twice. Of answers only digests are kept, unless --keep-answers is given. A judge that you name\n"
                "may say whether content passes; of refusals its opinion is compared with the rules and counted."
            ),
            say(
                "With --answers nothing is asked: answers that another tool has put down are matched with the\n"
                "questions by id or exact text, and judged in the same way. Answers to questions about values are\n"
                "compared between languages."
            ),
            say(
                "It cannot see: refusals in words that no rule knows, answers that begin with a refusal and then do\n"
                "what was asked, whether content is harmful (a judge has an opinion, no more), and whether the\n"
                "address serves the model that it names."
            ),
        ),
        say("example: comity measure dialogue --model http://127.0.0.1:8080/v1 --model-name chat --bank bank.yaml"),
    )
    add_model_options(dialogue)
    add_answers_options(dialogue)
    dialogue.add_argument(
        "--bank",
        metavar="FILE",
        action="append",
        default=[],
        help=say("a question bank (repeatable; default: the starter bank)"),
    )
    dialogue.add_argument(
        "--rules",
        metavar="FILE",
        action="append",
        default=[],
        help=say("further rules for refusals, by language (repeatable)"),
    )
    dialogue.add_argument(
        "--sample", type=int, metavar="N", help=say("draw N texts at random for each expectation (default: all)")
    )
    dialogue.add_argument(
        "--seed", type=int, default=0, metavar="N", help=say("the seed of whatever is drawn at random")
    )
    dialogue.add_argument(
        "--journal", metavar="FILE", help=say("where answers are noted (default: beside the statement, .jsonl)")
    )
    dialogue.add_argument("--keep-answers", action="store_true", help=say("keep the answers themselves in the journal"))
    dialogue.add_argument(
        "--sheet",
        metavar="FILE",
        help=say("write a sheet (.csv, .xlsx) on which people judge answers; needs --keep-answers"),
    )
    dialogue.add_argument(
        "--predictions",
        metavar="FILE",
        help=say("write who was refused as a table (.csv) for the measures fairness and annotation"),
    )
    add_judge_options(dialogue)
    add_library_options(dialogue)
    dialogue.set_defaults(run=_dialogue)


def _dialogue(options: argparse.Namespace) -> int:
    from comity.measures.dialogue import measure_dialogue
    from comity.measures.dialogue_bank import read_bank, starter_bank
    from comity.measures.dialogue_bank_facts import ASPECTS
    from comity.measures.refusal_rules import read_rules
    from comity.measures.review_sheet import rendered, sheet_ending

    check_bounds(options)
    ending = None if options.sheet is None else sheet_ending(Path(options.sheet))
    for written in (options.sheet, options.predictions):
        if written is not None and Path(written).exists():
            raise InputError(Message("{file} is there already", file=written))
    if options.predictions is not None and Path(options.predictions).suffix != ".csv":
        raise InputError(Message("--predictions: the table is written as .csv"))
    if options.sample is not None and options.sample < 1:
        raise InputError(Message("{option} is a whole number, at least {low}", option="--sample", low=1))
    if options.answers:
        check_logged_options(options)
    elif options.model is None:
        raise InputError(Message("either --model or --answers is wanted"))
    paths = [Path(name) for name in options.bank] or [starter_bank()]
    aspects = library_of(options).vocabulary.facts.get(ASPECTS)
    bank = read_bank(paths, aspects.type.values if aspects else ())
    rules = read_rules([Path(name) for name in options.rules])
    name = f"dialogue-{paths[0].stem}" if options.name is None else checked_name(options.name)
    journal = Path(options.journal) if options.journal else (directory_for(options.into) or Path()) / f"{name}.jsonl"
    with ExitStack() as opened:
        asking = None if options.answers else model_asked(options, opened)
        judging = judge_asked(options, journal, opened)
        if asking is None:
            found = logged(options, bank, rules, judging, progress_bar())
        else:
            found = measure_dialogue(
                bank,
                asking,
                rules,
                journal,
                sample=options.sample,
                turns=options.times,
                keep_answers=options.keep_answers,
                with_sheet=options.sheet is not None,
                judging=judging,
                progress=progress_bar(),
            )
    if ending is not None and found.sheet is not None:
        write_file(Path(options.sheet), rendered(found.sheet, ending, options.lang))
    if options.predictions is not None:
        write_file(Path(options.predictions), found.predictions)
    code = conclude(found.statement, options, name)
    return CANNOT_DECIDE if found.without_answer or found.not_judged else code
