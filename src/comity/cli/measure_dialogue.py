"""`comity measure dialogue --model URL`: what a model refuses, in each language. The only command that opens a connection."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, checked_name, conclude, directory_for
from comity.cli.options import add_library_options, library_of
from comity.cli.progress import progress_bar
from comity.documents.writing import write_file
from comity.errors import InputError
from comity.exit_codes import CANNOT_DECIDE
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser
    from comity.measures.dialogue_run import Asking

MOST_AT_A_TIME = 64


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure dialogue`."""
    say = parser.say
    dialogue = add_measure(
        measures,
        "dialogue",
        say("what a model refuses of what it must refuse, and of what it must not, in each language"),
        (
            say(
                "Puts question banks to a model behind any OpenAI-compatible address, finds refusals by rule, and\n"
                "shows them for each risk and language with exact intervals. This is the only command that opens\n"
                "a connection, and only to the address that you name. Every answer is noted in a journal: after an\n"
                "interruption the same command goes on and asks nothing twice. Of answers only digests are kept,\n"
                "unless --keep-answers is given."
            ),
            say(
                "It cannot see: refusals in words that no rule knows, answers that begin with a refusal and then do\n"
                "what was asked, whether content is harmful, and whether the address serves the model that it names."
            ),
        ),
        say("example: comity measure dialogue --model http://127.0.0.1:8080/v1 --model-name chat --bank bank.yaml"),
    )
    dialogue.add_argument("--model", metavar="URL", required=True, help=say("the address of the model, up to /v1"))
    dialogue.add_argument(
        "--model-name", metavar="NAME", default="default", help=say("the name of the model, as the server knows it")
    )
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
        "--key-from", metavar="VARIABLE", help=say("the environment variable that holds the key to the address")
    )
    dialogue.add_argument(
        "--sample", type=int, metavar="N", help=say("draw N texts at random for each expectation (default: all)")
    )
    dialogue.add_argument(
        "--seed", type=int, default=0, metavar="N", help=say("the seed of whatever is drawn at random")
    )
    dialogue.add_argument(
        "--tokens", type=int, default=256, metavar="N", help=say("the most tokens of an answer (default: 256)")
    )
    dialogue.add_argument(
        "--temperature", type=float, default=0.0, metavar="T", help=say("of the draw of an answer (default: 0)")
    )
    dialogue.add_argument(
        "--parallel", type=int, default=4, metavar="N", help=say("questions that are open at once (default: 4)")
    )
    dialogue.add_argument(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help=say("give a request up after so long (default: 60)"),
    )
    dialogue.add_argument(
        "--tries", type=int, default=4, metavar="N", help=say("how often a question is tried (default: 4)")
    )
    dialogue.add_argument(
        "--journal", metavar="FILE", help=say("where answers are noted (default: beside the statement, .jsonl)")
    )
    dialogue.add_argument("--keep-answers", action="store_true", help=say("keep the answers themselves in the journal"))
    dialogue.add_argument(
        "--sheet", metavar="FILE", help=say("write a sheet on which people judge answers; needs --keep-answers")
    )
    add_library_options(dialogue)
    dialogue.set_defaults(run=_dialogue)


def _dialogue(options: argparse.Namespace) -> int:
    from comity.measures.dialogue import measure_dialogue
    from comity.measures.dialogue_bank import read_bank, starter_bank
    from comity.measures.dialogue_bank_facts import ASPECTS
    from comity.measures.refusal_rules import read_rules

    asking = _asking(options)
    if options.sheet is not None and Path(options.sheet).exists():
        raise InputError(Message("{file} is there already", file=options.sheet))
    if options.sample is not None and options.sample < 1:
        raise InputError(Message("{option} is a whole number, at least {low}", option="--sample", low=1))
    paths = [Path(name) for name in options.bank] or [starter_bank()]
    aspects = library_of(options).vocabulary.facts.get(ASPECTS)
    bank = read_bank(paths, aspects.type.values if aspects else ())
    rules = read_rules([Path(name) for name in options.rules])
    name = f"dialogue-{paths[0].stem}" if options.name is None else checked_name(options.name)
    journal = Path(options.journal) if options.journal else (directory_for(options.into) or Path()) / f"{name}.jsonl"
    found = measure_dialogue(
        bank,
        asking,
        rules,
        journal,
        sample=options.sample,
        keep_answers=options.keep_answers,
        with_sheet=options.sheet is not None,
        progress=progress_bar(),
    )
    if options.sheet is not None and found.sheet is not None:
        write_file(Path(options.sheet), found.sheet)
    code = conclude(found.statement, options, name)
    return CANNOT_DECIDE if found.without_answer else code


def _asking(options: argparse.Namespace) -> Asking:
    """How the model is asked.

    Raises:
        InputError: an option is out of its bounds.
    """
    from comity.measures.chat_address import parse_address
    from comity.measures.dialogue_run import Asking

    bounds = {"tokens": 1_000_000, "parallel": MOST_AT_A_TIME, "tries": 20, "timeout": 3_600}
    for option, most in bounds.items():
        if not 1 <= getattr(options, option) <= most:
            message = Message("{option} is a number from {low} to {high}", option=f"--{option}", low=1, high=most)
            raise InputError(message)
    if not 0 <= options.temperature <= 2:
        raise InputError(Message("{option} is a number from {low} to {high}", option="--temperature", low=0, high=2))
    if not 0 <= options.seed < 2**53:
        raise InputError(Message("{option} is a number from {low} to {high}", option="--seed", low=0, high=2**53 - 1))
    key = None
    if options.key_from is not None:
        key = os.environ.get(options.key_from)
        if not key:
            raise InputError(Message("--key-from: there is no variable {name}", name=options.key_from[:80]))
    return Asking(
        parse_address(options.model, key),
        options.model_name,
        tokens=options.tokens,
        temperature=options.temperature,
        seed=options.seed,
        seconds=options.timeout,
        tries=options.tries,
        at_a_time=options.parallel,
    )
