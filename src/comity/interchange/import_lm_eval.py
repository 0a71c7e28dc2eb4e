"""Results of the lm-evaluation-harness (EleutherAI): the JSON file with the aggregated results.

The harness counts the parameters of a model that it loaded itself; that count is a fact unless the weights were loaded
packed or with an adapter. Scores of benchmarks are observations: no fact asks how a model does on one.
Source: lm_eval 0.4, `result_schema.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from comity.errors import InputError
from comity.interchange.foreign_files import table
from comity.interchange.found import Found
from comity.interchange.refusals import BANK, Counted, report_refusals
from comity.language import Message

if TYPE_CHECKING:
    from datetime import date

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
