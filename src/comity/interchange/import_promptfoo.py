"""Results of promptfoo: the JSON file of `promptfoo eval --output`.

promptfoo has assertions that say of an answer whether it is a refusal (`is-refusal`, `not-is-refusal`); these are
counted. Everything else that it asserts is an observation.
Source: promptfoo, output format version 3.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from comity.errors import InputError
from comity.interchange.foreign_files import listed, table, word
from comity.interchange.found import Found, day_of
from comity.interchange.refusals import Counted, report_refusals
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.interchange.foreign_files import ForeignFile
    from comity.library.loader import Library

METHOD = (
    "Results of promptfoo read as they are. Refusals are counted from the assertions is-refusal and not-is-"
    "refusal, where the tags of the configuration say which bank the questions come from and how they were drawn."
)
VERSIONS = (2, 3)
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
    if results.get("version") not in VERSIONS:
        message = Message(
            "results of promptfoo in version {version} are not read", version=str(results.get("version"))[:20]
        )
        raise InputError(message, place=file.place)
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
