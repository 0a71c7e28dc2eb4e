"""Options that name a model that is asked, or one that judges: an address, or a GGUF file on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    import argparse
    from contextlib import ExitStack

    from comity.cli import Parser
    from comity.measures.dialogue_judge import Judging
    from comity.measures.dialogue_run import Asking, Respondent

MOST_AT_A_TIME = 64
MOST_TIMES = 100
AT_A_TIME = 4
"""Questions that are open at once at an address; a file is asked one at a time."""

SUFFIX = ".gguf"


def add_model_options(dialogue: Parser) -> None:
    """Options that say who is asked, and how."""
    say = dialogue.say
    dialogue.add_argument(
        "--model",
        metavar="URL|FILE",
        help=say("the address of the model, up to /v1, or a GGUF file that is asked on this machine"),
    )
    dialogue.add_argument(
        "--model-name", metavar="NAME", help=say("the name of the model, as the server knows it (default: default)")
    )
    dialogue.add_argument(
        "--key-from", metavar="VARIABLE", help=say("the environment variable that holds the key to the address")
    )
    dialogue.add_argument(
        "--tokens", type=int, default=256, metavar="N", help=say("the most tokens of an answer (default: 256)")
    )
    dialogue.add_argument(
        "--temperature",
        type=float,
        default=0.0,
        metavar="T",
        help=say("of the draw of an answer (default: 0; a file is asked at 0 only)"),
    )
    dialogue.add_argument(
        "--parallel", type=int, metavar="N", help=say("questions that are open at once (default: 4; a file takes one)")
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


def add_judge_options(dialogue: Parser) -> None:
    """Options that name a judge."""
    say = dialogue.say
    dialogue.add_argument(
        "--judge",
        metavar="NAME|FILE",
        help=say("a model that judges answers, by name at --judge-address or as a GGUF file; needs --keep-answers"),
    )
    dialogue.add_argument("--judge-address", metavar="URL", help=say("the address of the judge, up to /v1"))
    dialogue.add_argument(
        "--judge-key-from", metavar="VARIABLE", help=say("the environment variable that holds the key to that address")
    )
    dialogue.add_argument("--judge-prompts", metavar="FILE", help=say("prompts and controls of your own for the judge"))
    dialogue.add_argument(
        "--judge-tokens",
        type=int,
        default=256,
        metavar="N",
        help=say("the most tokens of a judge's reply (default: 256)"),
    )


def check_bounds(options: argparse.Namespace) -> None:
    """Make sure that numbers are such as can be meant.

    Raises:
        InputError: an option is out of its bounds.
    """
    bounds = {"tokens": 1_000_000, "judge_tokens": 1_000_000, "parallel": MOST_AT_A_TIME, "tries": 20, "timeout": 3_600}
    for option, most in (bounds | {"times": MOST_TIMES}).items():
        value = getattr(options, option)
        if value is not None and not 1 <= value <= most:
            named = f"--{option.replace('_', '-')}"
            raise InputError(Message("{option} is a number from {low} to {high}", option=named, low=1, high=most))
    if not 0 <= options.temperature <= 2:
        raise InputError(Message("{option} is a number from {low} to {high}", option="--temperature", low=0, high=2))
    if not 0 <= options.seed < 2**53:
        raise InputError(Message("{option} is a number from {low} to {high}", option="--seed", low=0, high=2**53 - 1))


def model_asked(options: argparse.Namespace, stack: ExitStack) -> Asking:
    """The model, and how it is asked; what was opened for it is closed with the stack.

    Raises:
        InputError: there is no such model, or it cannot be asked in this way.
    """
    from comity.measures.chat_address import parse_address
    from comity.measures.dialogue_run import Asking

    key = _key(options.key_from, "--key-from")
    respondent: Respondent
    if _is_file(options.model):
        if key is not None:
            raise InputError(Message("{option}: a model in a file has no key", option="--key-from"))
        if options.temperature != 0:
            message = Message(
                "--temperature: a model in a file is asked at temperature 0, for its engine takes no seed"
            )
            raise InputError(message)
        if (options.parallel or 1) > 1:
            raise InputError(Message("--parallel: a model in a file is asked one question at a time"))
        respondent, name, at_a_time = _loaded(options.model, stack), Path(options.model).name, 1
    else:
        respondent, name, at_a_time = parse_address(options.model, key), "default", options.parallel or AT_A_TIME
    return Asking(
        respondent,
        options.model_name or name,
        tokens=options.tokens,
        temperature=options.temperature,
        seed=options.seed,
        seconds=options.timeout,
        tries=options.tries,
        at_a_time=at_a_time,
    )


def judge_asked(options: argparse.Namespace, journal: Path, stack: ExitStack) -> Judging | None:
    """The judge, where one is named.

    Args:
        options: as typed.
        journal: of the run; that of the judge stands beside it.
        stack: closes what was opened.

    Raises:
        InputError: there is no such judge.
    """
    from comity.measures.chat_address import parse_address
    from comity.measures.dialogue_judge import Judging
    from comity.measures.dialogue_run import Asking
    from comity.measures.judge_prompts import read_prompts

    if options.judge is None:
        for option in ("judge_address", "judge_key_from", "judge_prompts"):
            if getattr(options, option) is not None:
                named = f"--{option.replace('_', '-')}"
                raise InputError(Message("{option}: no judge is named; add --judge", option=named))
        return None
    prompts = read_prompts(Path(options.judge_prompts) if options.judge_prompts else None)
    key = _key(options.judge_key_from, "--judge-key-from")
    respondent: Respondent
    if options.judge_address is not None:
        respondent = parse_address(options.judge_address, key, "--judge-address")
        name, at_a_time = options.judge, options.parallel or AT_A_TIME
    elif key is not None:
        raise InputError(Message("{option}: a model in a file has no key", option="--judge-key-from"))
    elif _is_file(options.judge):
        respondent, name, at_a_time = _loaded(options.judge, stack), Path(options.judge).name, 1
    else:
        hint = Message("name the address with --judge-address, or a GGUF file with --judge")
        raise InputError(Message("--judge: there is no address to ask at, and no such file"), hint=hint)
    asking = Asking(
        respondent,
        name,
        tokens=options.judge_tokens,
        seed=options.seed,
        seconds=options.timeout,
        tries=options.tries,
        at_a_time=at_a_time,
    )
    return Judging(asking, prompts, journal.with_name(f"{journal.stem}.judge.jsonl"), tuple(options.offered))


def _is_file(text: str) -> bool:
    """Whether a file is meant and no address."""
    if "://" in text:
        return False
    try:
        return text.lower().endswith(SUFFIX) or Path(text).is_file()
    except ValueError:
        return False


def _loaded(name: str, stack: ExitStack) -> Respondent:
    from comity.measures.local_model import LocalModel

    return stack.enter_context(LocalModel(Path(name)))


def _key(variable: str | None, option: str) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise InputError(Message("{option}: there is no variable {name}", option=option, name=variable[:80]))
    return key
