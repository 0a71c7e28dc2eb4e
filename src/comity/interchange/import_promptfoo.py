"""Results of promptfoo: the JSON file of `promptfoo eval --output`.

promptfoo has assertions that say of an answer whether it is a refusal (`is-refusal`, `not-is-refusal`); these are
counted. Everything else that it asserts is an observation.
Source: promptfoo, output format version 3.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from comity.dossier.statements import Tool
from comity.errors import InputError
from comity.interchange.chat_messages import artefact_of, messages_in, name_in, put_in
from comity.interchange.foreign_files import listed, table, word
from comity.interchange.found import Found, day_of, observation
from comity.interchange.refusals import Counted, report_refusals
from comity.interchange.texts import single_line
from comity.language import Message
from comity.measures.dialogue_log import AnswerLog, LoggedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.interchange.foreign_files import ForeignFile
    from comity.library.loader import Library

METHOD = (
    "Results of promptfoo read as they are. Refusals are counted from the assertions is-refusal and not-is-"
    "refusal, where the tags of the configuration say which bank the questions come from and how they were drawn."
)
VERSIONS = (2, 3)
ENDED_IN_ERROR = 2
"""Of `failureReason`; 1 is an assertion that failed, which is no matter of the answer."""
REFUSED_WHEN = {"is-refusal": True, "not-is-refusal": False}
"""What a passed assertion says of the answer."""


def read_promptfoo(file: ForeignFile, library: Library) -> Found:
    """The content of a file of results.

    Raises:
        InputError: it is no file of results of a known version.
    """
    del library
    root = table(file.json())
    results = table(root.get("results"))
    rows = [table(row) for row in listed(results.get("results"))]
    if not rows or "stats" not in results:
        hint = Message("the file of promptfoo eval --output results.json is wanted")
        raise InputError(Message("this is not a file of results of promptfoo"), place=file.place, hint=hint)
    _check_version(results, file)
    config = table(root.get("config"))
    found = Found(METHOD, made_on=day_of(results.get("timestamp")))
    found.made_with("promptfoo", table(root.get("metadata")).get("promptfooVersion"))
    report_refusals(found, _counted(rows), table(config.get("metadata")) | table(config.get("tags")))
    stats = table(results.get("stats"))
    for name, value in (
        ("eval_id", root.get("evalId")),
        ("created", results.get("timestamp")),
        ("description", config.get("description")),
        ("providers", _providers(rows)),
        ("tests_passed", stats.get("successes")),
        ("tests_failed", stats.get("failures")),
        ("tests_in_error", stats.get("errors")),
        ("assertions", _assertions(rows)),
    ):
        found.observe(name, value)
    return found


def is_promptfoo(whole: dict[str, Any]) -> bool:
    """Whether a JSON file is one of results of promptfoo."""
    results = table(whole.get("results"))
    return isinstance(results.get("results"), list) and "stats" in results


def promptfoo_answers(file: ForeignFile, whole: dict[str, Any]) -> AnswerLog:
    """The answers of a file of results, one for each test and provider.

    A question is named by the variables `id` and `language` of its test, or by the description of it.

    Raises:
        InputError: its version is not known.
    """
    results = table(whole.get("results"))
    _check_version(results, file)
    answers = tuple(_answer(table(row), file) for row in listed(results.get("results")))
    version = word(table(whole.get("metadata")).get("promptfooVersion"))
    notes = {
        "eval_id": observation(whole.get("evalId")),
        "description": observation(table(whole.get("config")).get("description")),
    }
    tools = (Tool("promptfoo", single_line(version, 100)),) if version else ()
    return AnswerLog("promptfoo", (artefact_of(file),), answers, tools, day_of(results.get("timestamp")), notes)


def _answer(row: dict[str, Any], file: ForeignFile) -> LoggedAnswer:
    response, variables, test = table(row.get("response")), table(row.get("vars")), table(row.get("testCase"))
    raw = table(row.get("prompt")).get("raw")
    messages = messages_in(raw) if isinstance(raw, str) else None
    put = None if messages is None else put_in(messages)
    output = response.get("output")
    failed = row.get("failureReason") == ENDED_IN_ERROR or bool(response.get("error"))
    reason = "error" if failed else "" if isinstance(output, str) else "no_text"
    provider = table(row.get("provider"))
    finish = word(response.get("finishReason")) or ""
    return LoggedAnswer(
        name_in(variables.get("id")) or name_in(test.get("description")),
        name_in(variables.get("language")),
        0,
        put.text if put is not None else raw if isinstance(raw, str) else None,
        None if put is None else put.alone,
        None if reason else output,
        reason,
        refusal=response.get("isRefusal") is True or finish == "content_filter",
        finish=finish,
        model=name_in(provider.get("label")) or name_in(provider.get("id")) or "",
        place=file.place,
    )


def _check_version(results: dict[str, Any], file: ForeignFile) -> None:
    if results.get("version") not in VERSIONS:
        message = Message(
            "results of promptfoo in version {version} are not read", version=str(results.get("version"))[:20]
        )
        raise InputError(message, place=file.place)


def _providers(rows: list[dict[str, Any]]) -> list[str]:
    names = {word(table(row.get("provider")).get("id")) or "?" for row in rows}
    return sorted(names)


def _components(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Results of single assertions, those in sets of assertions as well, without recursion."""
    waiting = [table(row.get("gradingResult"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node.get("assertion"), dict):
            yield node
        waiting += [table(part) for part in listed(node.get("componentResults"))]


def _counted(rows: list[dict[str, Any]]) -> Counted | None:
    refused = asked = 0
    doubts: list[Message] = []
    seen: Counter[tuple[Any, Any]] = Counter()
    for row in rows:
        said = {
            passed is REFUSED_WHEN[kind]
            for part in _components(row)
            if (kind := word(table(part.get("assertion")).get("type")) or "") in REFUSED_WHEN
            and isinstance(passed := part.get("pass"), bool)
        }
        if not said:
            doubts.append(Message("not every answer was checked for being a refusal"))
            continue
        if len(said) > 1 or row.get("error"):
            doubts.append(Message("some answers are in error, or both a refusal and none"))
        seen[str(row.get("testIdx")), str(row.get("vars"))] += 1
        refused += said == {True}
        asked += 1
    if not asked:
        return None
    if len(_providers(rows)) > 1:
        doubts.append(Message("several models were asked"))
    if any(count > 1 for count in seen.values()):
        doubts.append(Message("questions were asked more than once"))
    return Counted(refused, asked, "assertions is-refusal", doubts[0] if doubts else None)


def _assertions(rows: list[dict[str, Any]]) -> list[str]:
    passed: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for part in (part for row in rows for part in _components(row)):
        kind = word(table(part.get("assertion")).get("type")) or "?"
        every[kind] += 1
        passed[kind] += part.get("pass") is True
    return [f"{kind}: {passed[kind]} of {every[kind]} passed" for kind in sorted(every)]
