"""Logs of Inspect (UK AI Security Institute): `.eval` archives and JSON files.

A log can be changed after the run; that is what its format is for, and it carries no signature. So its digest is kept,
a log that says of itself that it was invalidated is refused, and every later change is an observation. Scores are
counted here, sample by sample; the sums of the log are not believed.
Source: inspect_ai 0.3, log format version 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.dossier.statements import Tool
from comity.errors import InputError
from comity.interchange.chat_messages import artefact_of, message_text, name_in, put_in
from comity.interchange.foreign_files import listed, table, word
from comity.interchange.found import Found, day_of, observation
from comity.interchange.refusals import Counted, refusal, report_refusals
from comity.interchange.texts import single_line
from comity.language import Message
from comity.measures.dialogue_log import AnswerLog, LoggedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.errors import Place
    from comity.interchange.foreign_files import ForeignFile
    from comity.library.loader import Library

METHOD = (
    "Log of an evaluation with Inspect read as it is. Refusals are counted from the scores of the single samples,"
    " where the evaluation says which bank its questions come from and how they were drawn."
)
FORM_VERSION = 2
HEADER, SUMMARIES, SAMPLES = "header.json", "summaries.json", "samples/"
FILTERED = "content_filter"
ATTACHED = "attachment://"
"""Begins what stands in the place of a large text, by its digest."""
SCORERS = ("refusal", "refused", "is_refusal")
"""Names of scorers that say of each answer whether it is a refusal."""


def read_inspect(file: ForeignFile, library: Library) -> Found:
    """The content of a log.

    Raises:
        InputError: it is no log of a known version, was not finished, failed, or was invalidated.
    """
    del library
    if file.is_archive():
        header = _header(file)
        samples = [table(sample) for sample in listed(file.member(SUMMARIES))]
    else:
        header = table(file.json())
        samples = [table(sample) for sample in listed(header.get("samples"))]
    _check(header, file)
    spec, results = table(header.get("eval")), table(header.get("results"))
    metadata = table(spec.get("metadata")) | table(header.get("metadata"))
    found = Found(METHOD, made_on=day_of(spec.get("created")))
    found.made_with("inspect_ai", table(spec.get("packages")).get("inspect_ai"))
    report_refusals(found, _counted(header, samples), metadata)
    dataset, config = table(spec.get("dataset")), table(spec.get("config"))
    for name, value in (
        ("task", spec.get("task")),
        ("model", spec.get("model")),
        ("created", spec.get("created")),
        ("run_id", spec.get("run_id")),
        ("revision", table(spec.get("revision")).get("commit")),
        ("data_set", dataset.get("name")),
        ("samples_in_data_set", dataset.get("samples")),
        ("samples", results.get("total_samples")),
        ("samples_completed", results.get("completed_samples")),
        ("limit", config.get("limit")),
        ("epochs", config.get("epochs")),
        ("tags", header.get("tags") or spec.get("tags")),
        ("changes_after_the_run", len(listed(header.get("log_updates")))),
        ("scores", _scores(results)),
    ):
        found.observe(name, value)
    return found


def is_inspect(whole: dict[str, Any]) -> bool:
    """Whether a JSON file is a log of Inspect."""
    return isinstance(whole.get("eval"), dict) and "status" in whole


def inspect_answers(file: ForeignFile, whole: dict[str, Any] | None) -> AnswerLog:
    """The answers of a log, each sample of each epoch.

    A sample that ended in an error or at a limit has no answer. What the model thought is no part of an answer.

    Args:
        file: the log.
        whole: its content, where it is JSON; an archive is read sample by sample.

    Raises:
        InputError: it is no log of a known version, was not finished, failed, or was invalidated.
    """
    header = _header(file) if whole is None else whole
    _check(header, file)
    spec = table(header.get("eval"))
    model = name_in(spec.get("model")) or ""
    answers = tuple(_answer(table(sample), model, place) for place, sample in _samples(file, whole))
    version = word(table(spec.get("packages")).get("inspect_ai"))
    notes = {
        "task": observation(spec.get("task")),
        "run_id": observation(spec.get("run_id")),
        "revision": observation(table(spec.get("revision")).get("commit")),
        "changes_after_the_run": len(listed(header.get("log_updates"))),
    }
    tools = (Tool("inspect_ai", single_line(version, 100)),) if version else ()
    return AnswerLog("inspect", (artefact_of(file),), answers, tools, day_of(spec.get("created")), notes)


def _samples(file: ForeignFile, whole: dict[str, Any] | None) -> Iterator[tuple[Place, Any]]:
    if whole is None:
        yield from file.members(SAMPLES)
    else:
        yield from ((file.place, sample) for sample in listed(whole.get("samples")))


def _answer(sample: dict[str, Any], model: str, place: Place) -> LoggedAnswer:
    attached = table(sample.get("attachments"))

    def resolved(text: str) -> str:
        held = attached.get(text.removeprefix(ATTACHED)) if text.startswith(ATTACHED) else None
        return held if isinstance(held, str) else text

    output = table(sample.get("output"))
    choice = table(next(iter(listed(output.get("choices"))), None))
    said = message_text(choice.get("message"), resolved)
    finish = word(choice.get("stop_reason")) or ""
    put, given = put_in(sample.get("messages"), resolved), sample.get("input")
    asked = put.text or (resolved(given) if isinstance(given, str) else put_in(given, resolved).text)
    failed = "error" if sample.get("error") or output.get("error") else "limit" if sample.get("limit") else ""
    epoch = sample.get("epoch")
    return LoggedAnswer(
        name_in(sample.get("id")),
        name_in(table(sample.get("metadata")).get("language")),
        epoch if isinstance(epoch, int) and not isinstance(epoch, bool) and epoch > 0 else 1,
        asked,
        put.alone if listed(sample.get("messages")) else None,
        None if failed else said.text,
        failed or ("" if said.text is not None else "no_text"),
        refusal=said.refusal or finish == FILTERED,
        finish=finish,
        model=model,
        answered_by=word(output.get("model")) or "",
        place=place,
    )


def _header(file: ForeignFile) -> dict[str, Any]:
    header = table(file.member(HEADER))
    if not header:
        raise InputError(Message("the log was not finished: it has no {name}", name=HEADER), place=file.place)
    return header


def _check(header: dict[str, Any], file: ForeignFile) -> None:
    if not isinstance(header.get("eval"), dict) or "status" not in header:
        raise InputError(Message("this is not a log of Inspect"), place=file.place)
    if header.get("version") != FORM_VERSION:
        message = Message("logs of Inspect are read in version {version} of their form", version=FORM_VERSION)
        raise InputError(message, place=file.place)
    if header.get("invalidated"):
        hint = Message("run the evaluation again, or leave out what was invalidated with Inspect itself")
        raise InputError(Message("the log says that it was invalidated"), place=file.place, hint=hint)
    if header["status"] != "success":
        message = Message("the evaluation did not succeed: its status is {status}", status=str(header["status"])[:40])
        raise InputError(message, place=file.place)


def _counted(header: dict[str, Any], samples: list[dict[str, Any]]) -> Counted | None:
    """The refusals that one scorer of the log counts; None where it has no such scorer."""
    names = {name for sample in samples for name in table(sample.get("scores"))}
    scorers = [name for name in SCORERS if name in names]
    if not scorers:
        return None
    scorer = scorers[0]
    values = [refusal(table(table(sample.get("scores")).get(scorer)).get("value")) for sample in samples]
    refused = sum(value is True for value in values)
    return Counted(refused, len(values), f"scores of {scorer}", _doubt(header, samples, values, scorers))


def _doubt(
    header: dict[str, Any], samples: list[dict[str, Any]], values: list[bool | None], scorers: list[str]
) -> Message | None:
    """Why the count is not that of a sample of single questions."""
    spec, results = table(header.get("eval")), table(header.get("results"))
    dataset, config = table(spec.get("dataset")), table(spec.get("config"))
    metadata = table(spec.get("metadata")) | table(header.get("metadata"))
    asked = [(str(sample.get("id")), sample.get("epoch")) for sample in samples]
    if len(scorers) > 1:
        return Message("several scorers count refusals")
    if None in values:
        return Message("some samples have no score that says plainly whether the answer is a refusal")
    if any(table(score).get("history") for sample in samples for score in table(sample.get("scores")).values()):
        return Message("scores were changed after the run")
    if len({name for name, _ in asked}) != len(asked):
        return Message("questions were asked more than once")
    if results.get("total_samples") != len(samples) or results.get("completed_samples") != len(samples):
        return Message("not every sample was completed and scored")
    if any(sample.get("error") or sample.get("limit") for sample in samples):
        return Message("samples ended in an error or at a limit")
    whole = dataset.get("samples") == len(samples)
    shuffled = bool(dataset.get("shuffled") or config.get("sample_shuffle"))
    if metadata.get("comity_sample") == "whole" and not whole:
        return Message("not the whole data set was asked")
    if not whole and not shuffled:
        return Message("only a part of the data set was asked, and it was not drawn at random")
    return None


def _scores(results: dict[str, Any]) -> list[str]:
    lines = []
    for score in map(table, listed(results.get("scores"))):
        for name, metric in table(score.get("metrics")).items():
            value = table(metric).get("value")
            lines.append(f"{score.get('name')}: {name} = {value}")
    return lines
