"""Answers read back from the log of an evaluation, whatever tool wrote it: the form is seen by the content, never by the name.

Read are logs of Inspect (`.eval` or JSON), samples of the lm-evaluation-harness (JSON Lines), results of promptfoo (JSON), and plain JSON
Lines with `id`, `language` and `answer`. One reader knows each form; what an answer belongs to is for `measures.dialogue_log`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.errors import InputError, did_you_mean
from comity.interchange.chat_messages import LARGEST_LOG, artefact_of
from comity.interchange.foreign_files import foreign_file, json_of, table
from comity.interchange.import_inspect import inspect_answers, is_inspect
from comity.interchange.import_lm_eval import is_lm_eval_sample, lm_eval_answers
from comity.interchange.import_promptfoo import is_promptfoo, promptfoo_answers
from comity.language import Message, clean
from comity.measures.dialogue_log import AnswerLog, LoggedAnswer

if TYPE_CHECKING:
    from pathlib import Path

    from comity.errors import Place
    from comity.interchange.foreign_files import ForeignFile

PLAIN = "plain"
MOST_ANSWERS = 2_000_000
MOST_TIMES = 1_000_000
KEYS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "language": (str,),
    "answer": (str, type(None)),
    "prompt": (str,),
    "turn": (int,),
    "model": (str,),
    "finish": (str,),
}
"""Keys of a plain line, with what they hold; only `id` or `prompt`, and `answer`, have to be there."""


def read_answers(path: Path) -> AnswerLog:
    """The answers that a log holds.

    Raises:
        InputError: it is no such log, or damaged, or of an evaluation that failed.
    """
    with foreign_file(path) as file:
        found = _read(file)
    if not found.answers:
        raise InputError(Message("the log holds no answers"), place=file.place)
    if len(found.answers) > MOST_ANSWERS:
        raise InputError(Message("the log holds more than {limit} answers", limit=MOST_ANSWERS), place=file.place)
    return found


def _read(file: ForeignFile) -> AnswerLog:
    if file.is_archive():
        return inspect_answers(file, None)
    first = _first_line(file)
    if is_lm_eval_sample(first):
        return lm_eval_answers(file)
    if first and not first.keys().isdisjoint({"answer", "prompt"}):
        return _plain_answers(file)
    whole = table(file.json(LARGEST_LOG))
    if is_inspect(whole):
        return inspect_answers(file, whole)
    if is_promptfoo(whole):
        return promptfoo_answers(file, whole)
    hint = Message(
        "read are logs of Inspect, samples_….jsonl of the lm-evaluation-harness, JSON of promptfoo, and lines of id, language, answer"
    )
    raise InputError(Message("answers cannot be read from this file"), place=file.place, hint=hint)


def _first_line(file: ForeignFile) -> dict[str, Any]:
    """The object in the first line of JSON Lines; an empty one where the file is of another form."""
    file.stream.seek(0)
    line = file.stream.readline(LARGEST_LOG + 1)
    if not line.rstrip().endswith(b"}"):
        return {}
    try:
        return table(json_of(line.decode("utf-8-sig"), file.place))
    except (InputError, UnicodeDecodeError):
        return {}


def _plain_answers(file: ForeignFile) -> AnswerLog:
    """The lines of `KEYS`.

    Raises:
        InputError: a line has another form.
    """
    answers: list[LoggedAnswer] = []
    for place, value in file.lines():
        row = _checked(value, place)
        text = row["answer"]
        answers.append(
            LoggedAnswer(
                row.get("id"),
                row.get("language"),
                row.get("turn", 1),
                row.get("prompt"),
                None,
                text,
                "" if text is not None else "none",
                finish=row.get("finish", ""),
                model=row.get("model", ""),
                answered_by=row.get("model", ""),
                place=place,
            )
        )
    return AnswerLog(PLAIN, (artefact_of(file),), tuple(answers))


def _checked(value: Any, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(Message("this line is no answer"), place=place, hint=_example())
    for key, held in value.items():
        if key not in KEYS:
            message = Message('the key "{key}" is not known here', key=clean(key[:40]))
            raise InputError(message, place=place, hint=did_you_mean(key, tuple(KEYS)) or _example())
        if not isinstance(held, KEYS[key]) or isinstance(held, bool):
            message = Message('"{key}" holds something else than is wanted', key=key)
            raise InputError(message, place=place, hint=_example())
    if "answer" not in value or value.keys().isdisjoint({"id", "prompt"}):
        missing = "answer" if "answer" not in value else "id"
        raise InputError(Message('the key "{key}" is missing here', key=missing), place=place, hint=_example())
    if not 1 <= value.get("turn", 1) <= MOST_TIMES:
        message = Message("{option} is a number from {low} to {high}", option="turn", low=1, high=MOST_TIMES)
        raise InputError(message, place=place)
    return value


def _example() -> Message:
    return Message("write: {example}", example='{"id": "sky-1", "language": "en", "answer": "…"}')
