"""What argparse says of a wrong command line, as sentences that exist in every language.

argparse hands its errors over as finished English text, worded a little differently by each version of Python. What is not recognised here
is said as argparse says it: nothing is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.errors import InputError, did_you_mean
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_ARGUMENT = re.compile(r"argument (?P<argument>.+?): (?P<message>.+)", re.DOTALL)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^\s,()'\"]+)")


def usage_error(message: str, known: Collection[str]) -> InputError:
    """The error of a command line, with what was probably meant where that can be told.

    Args:
        message: as argparse words it.
        known: options that could have been meant.
    """
    found = _ARGUMENT.fullmatch(message)
    argument, rest = (found["argument"], found["message"]) if found else ("", message)
    for pattern, make in _SENTENCES:
        if (match := pattern.fullmatch(rest)) is not None:
            return make(match, argument, known)
    return InputError(Message("{message}", message=message))


def _unrecognised(match: re.Match[str], _: str, known: Collection[str]) -> InputError:
    words = match["words"].split()
    hint = next((hint for word in words if (hint := did_you_mean(word.partition("=")[0], known))), None)
    return InputError(Message("this is not understood here: {words}", words=match["words"]), hint=hint)


def _invalid_choice(match: re.Match[str], argument: str, _: Collection[str]) -> InputError:
    choices = [next(filter(None, groups), "") for groups in _QUOTED.findall(match["choices"])]
    word = match["word"][1:-1] if match["word"][:1] in {"'", '"'} else match["word"]
    hint = did_you_mean(word, choices) or Message("known are: {values}", values=", ".join(choices))
    return InputError(Message('{argument} cannot be "{word}"', argument=argument, word=word), hint=hint)


def _invalid_value(match: re.Match[str], argument: str, _: Collection[str]) -> InputError:
    kinds = {"int": Message("a whole number"), "float": Message("a number")}
    kind = kinds.get(match["kind"], Message("{message}", message=match["kind"]))
    return InputError(
        Message("{argument} wants {kind}, not {word}", argument=argument, kind=kind, word=match["word"]),
    )


def _required(match: re.Match[str], _: str, __: Collection[str]) -> InputError:
    return InputError(Message("this is missing: {words}", words=match["words"]))


def _one_of(match: re.Match[str], _: str, __: Collection[str]) -> InputError:
    return InputError(Message("one of these is wanted: {words}", words=", ".join(match["words"].split())))


def _together(match: re.Match[str], argument: str, _: Collection[str]) -> InputError:
    return InputError(Message("{argument} and {other} exclude each other", argument=argument, other=match["other"]))


def _without_value(_: re.Match[str], argument: str, __: Collection[str]) -> InputError:
    return InputError(Message("{argument} wants a value after it", argument=argument))


def _with_value(match: re.Match[str], argument: str, _: Collection[str]) -> InputError:
    return InputError(Message("{argument} takes no value, but {word} was given", argument=argument, word=match["word"]))


def _ambiguous(match: re.Match[str], _: str, __: Collection[str]) -> InputError:
    hint = Message("known are: {values}", values=match["options"])
    return InputError(Message("{word} is short for several options", word=match["word"]), hint=hint)


_SENTENCES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str, Collection[str]], InputError]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), make)
    for pattern, make in (
        (r"unrecognized arguments: (?P<words>.+)", _unrecognised),
        (r"invalid choice: (?P<word>.+?)(?:, maybe you meant .+\?)? \(choose from (?P<choices>.+)\)", _invalid_choice),
        (r"invalid (?P<kind>\w+) value: (?P<word>.+)", _invalid_value),
        (r"the following arguments are required: (?P<words>.+)", _required),
        (r"one of the arguments (?P<words>.+) is required", _one_of),
        (r"not allowed with argument (?P<other>.+)", _together),
        (r"expected (?:one|at least one|\d+) arguments?", _without_value),
        (r"ignored explicit argument (?P<word>.+)", _with_value),
        (r"ambiguous option: (?P<word>.+?) could match (?P<options>.+)", _ambiguous),
    )
)
"""The sentences of argparse in Python 3.11 to 3.14."""
