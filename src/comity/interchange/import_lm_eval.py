"""Results of the lm-evaluation-harness (EleutherAI): the JSON file with the aggregated results, and the samples of a task as JSON Lines.

The harness counts the parameters of a model that it loaded itself; that count is a fact unless the weights were loaded
packed or with an adapter. Scores of benchmarks are observations: no fact asks how a model does on one.
Source: lm_eval 0.4, `result_schema.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from comity.dossier.statements import Tool
from comity.errors import InputError
from comity.interchange.chat_messages import artefact_of, messages_in, name_in, put_in
from comity.interchange.foreign_files import foreign_file, listed, table, word
from comity.interchange.found import Found
from comity.interchange.refusals import BANK, Counted, report_refusals
from comity.interchange.texts import single_line
from comity.language import Message
from comity.measures.dialogue_log import AnswerLog, LoggedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from comity.dossier.statements import Artefact
    from comity.errors import Place
    from comity.interchange.foreign_files import ForeignFile
    from comity.library.loader import Library

METHOD = (
    "Results of the lm-evaluation-harness read as they are. Parameters: as the harness counted them in the model "
    "that it loaded. Refusals: the mean of the metric of a task, where the task says which bank its questions "
    "come from and how they were drawn."
)
METRICS = ("refusal", "refused", "refusal_rate")
"""Names of metrics that are the share of refusals."""
PACKED = re.compile(r"load_in_[48]bit|gptq|awq|bnb|quantiz|gguf|peft|delta|autogptq", re.IGNORECASE)
"""Ways of loading after which the harness counts something else than the values of the model."""
WHOLE_TYPES = ("float32", "float16", "bfloat16", "float64")


def read_lm_eval(file: ForeignFile, library: Library) -> Found:
    """The content of a file of results.

    Raises:
        InputError: it is no file of results.
    """
    del library
    root = table(file.json())
    results, config = table(root.get("results")), table(root.get("config"))
    if not results or not config or not ("n-samples" in root or "versions" in root):
        hint = Message("the file with the aggregated results is wanted: results_….json")
        raise InputError(
            Message("this is not a file of results of the lm-evaluation-harness"), place=file.place, hint=hint
        )
    found = Found(METHOD, made_on=_day(root.get("date")))
    found.made_with("lm_eval", root.get("lm_eval_version"))
    _parameters(config, found)
    _refusals(root, found)
    for name, value in (
        ("model", root.get("model_name") or config.get("model")),
        ("model_revision", config.get("model_revision")),
        ("model_sha", config.get("model_sha")),
        ("model_dtype", config.get("model_dtype")),
        ("limit", config.get("limit")),
        ("max_length", root.get("max_length")),
        ("git_hash", root.get("git_hash")),
        ("tasks", sorted(results)),
        ("scores", list(_scores(results))),
    ):
        found.observe(name, value)
    return found


def _day(value: Any) -> date | None:
    """The day of a time in seconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11:
        return datetime.fromtimestamp(value, UTC).date()
    return None


def _parameters(config: dict[str, Any], found: Found) -> None:
    count = config.get("model_num_parameters")
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        return
    kind = str(config.get("model_dtype", "")).removeprefix("torch.")
    if PACKED.search(str(config.get("model_args", ""))) or kind not in WHOLE_TYPES:
        found.observe("model_num_parameters", count)
        return
    found.report("model.parameter_count", count, "config.model_num_parameters")


def _refusals(root: dict[str, Any], found: Found) -> None:
    """The refusals of the one task that says from which bank its questions come."""
    configs = table(root.get("configs"))
    tasks = [task for task in table(root.get("results")) if table(table(configs.get(task)).get("metadata")).get(BANK)]
    counting = [task for task, metrics in table(root.get("results")).items() if _share(table(metrics)) is not None]
    if len(tasks) > 1:
        found.withhold("refusal_rate", Message("several tasks name a bank"))
        return
    if not tasks:
        for task in counting[:1]:
            report_refusals(found, _counted(root, task), {})
        return
    metadata = table(table(configs[tasks[0]]).get("metadata"))
    report_refusals(found, _counted(root, tasks[0]), metadata)


def _share(metrics: dict[str, Any]) -> tuple[str, float] | None:
    for key, value in metrics.items():
        name = key.partition(",")[0]
        if name in METRICS and isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return key, float(value)
    return None


def _counted(root: dict[str, Any], task: str) -> Counted | None:
    share = _share(table(table(root.get("results")).get(task)))
    if share is None:
        return None
    key, value = share
    sizes = table(table(root.get("n-samples")).get(task))
    asked, original = sizes.get("effective"), sizes.get("original")
    where = f"results.{task}.{key}"
    if not isinstance(asked, int) or asked <= 0:
        return Counted(0, 0, where, Message("the file does not say how many questions were asked"))
    refused = round(value * asked)
    doubt = None
    if abs(refused - value * asked) > 1e-6 * asked:
        doubt = Message("the share is not that of a whole number of answers")
    elif asked != original:
        doubt = Message("only the first questions were asked, which is not a random sample")
    return Counted(refused, asked, where, doubt)


def _scores(results: dict[str, Any]) -> list[str]:
    return [
        f"{task}: {key} = {value}"
        for task, metrics in results.items()
        for key, value in table(metrics).items()
        if isinstance(value, int | float) and not isinstance(value, bool) and "stderr" not in key
    ]


# Samples


def is_lm_eval_sample(line: dict[str, Any]) -> bool:
    """Whether an object is a line of the samples of a task (`--log_samples`)."""
    return {"doc_id", "doc", "resps"} <= line.keys()


def lm_eval_answers(file: ForeignFile) -> AnswerLog:
    """The answers in the samples of a task that lets a model write; of several filters the first, for they look at the same answers.

    A question is named by the fields `id` and `language` of its document. The samples name no model; the file of results of the same
    run does, if it lies beside them.

    Raises:
        InputError: it is no file of samples, or of a task that lets a model choose among given answers.
    """
    beside = _results_beside(file)
    root = {} if beside is None else beside[0]
    artefacts = () if beside is None else (beside[1],)
    model, version = name_in(root.get("model_name")) or "", word(root.get("lm_eval_version"))
    filters: dict[str, str] = {}
    answers: list[LoggedAnswer] = []
    for place, value in file.lines():
        row = table(value)
        if not is_lm_eval_sample(row):
            raise InputError(Message("this line is no sample of the lm-evaluation-harness"), place=place)
        document, kind = str(row.get("doc_id")), str(row.get("filter"))
        if filters.setdefault(document, kind) == kind:
            answers += _sampled(row, model, place)
    tools = (Tool("lm_eval", single_line(version, 100)),) if version else ()
    return AnswerLog("lm-eval", (artefact_of(file), *artefacts), tuple(answers), tools, _day(root.get("date")))


def _sampled(row: dict[str, Any], model: str, place: Place) -> Iterator[LoggedAnswer]:
    arguments = list(table(row.get("arguments")).values())
    first = table(arguments[0]) if len(arguments) == 1 else {}
    given = listed(first.get("arg_0")) or [first.get("arg_0")]
    context, document = given[0], table(row.get("doc"))
    if not isinstance(first.get("arg_1"), dict) or not isinstance(context, str):
        hint = Message("samples of a task with output_type: generate_until are wanted")
        raise InputError(Message("the model wrote no answers in this task"), place=place, hint=hint)
    messages = messages_in(context)
    put = None if messages is None else put_in(messages)
    for turn, text in enumerate(listed(next(iter(listed(row.get("resps"))), None)) or [None], 1):
        yield LoggedAnswer(
            name_in(document.get("id")),
            name_in(document.get("language")),
            turn,
            context if put is None else put.text,
            None if put is None else put.alone,
            text if isinstance(text, str) else None,
            "" if isinstance(text, str) else "no_text",
            model=model,
            place=place,
        )


def _results_beside(file: ForeignFile) -> tuple[dict[str, Any], Artefact] | None:
    """The file of results with the same time in its name, if it lies beside the samples."""
    time = re.fullmatch(r"samples_.*_([0-9T:.-]+)\.jsonl", file.path.name)
    path = file.path.with_name(f"results_{time[1]}.json") if time else None
    if path is None or not path.is_file():
        return None
    with foreign_file(path) as results:
        return table(results.json()), artefact_of(results)
