"""The child process that holds a model of a GGUF file: a request a line in, an answer a line out.

It is started by `local_model`, as a program of its own that imports nothing of Comity. What the engine prints goes to the standard error,
so that nothing of it is taken for an answer; the process ends when its input does.
Lines out: first `{"ready": true}`, then for each request `{"text": …, "finish": …}`, or `{"error": …}` wherever something went wrong.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_REASON = 300


def main(path: Path) -> int:
    """Load the model and answer until there are no more requests; 1 where it cannot be loaded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the parent's to handle
    answers = _own_output()
    requests = _requests()
    try:
        runner = _load(path)
    except BaseException as error:  # a panic of the engine is no Exception
        _say(answers, {"error": _reason(error)})
        return 1
    _say(answers, {"ready": True})
    while (request := requests.get()) is not None:
        try:
            _say(answers, _answer(runner, json.loads(request)))
        except BaseException as error:
            _say(answers, {"error": _reason(error)})
    return 0


def _own_output() -> BinaryIO:
    """The standard output for answers alone: whatever else writes there from now on writes to the standard error."""
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _requests() -> queue.SimpleQueue[bytes | None]:
    """The lines of the standard input. A thread reads them: if the parent is gone, the process ends even in the middle of an answer."""
    found: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            found.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return found


def _load(path: Path) -> Any:
    """The model, with nothing kept from one question to the next: an answer does not depend on what was asked before."""
    from mistralrs import Runner, Which

    which: Any = Which.GGUF(quantized_model_id=str(path.parent), quantized_filename=path.name)
    return Runner(which=which, max_seqs=1, prefix_cache_n=0, no_paged_attn=True, token_source="none")  # noqa: S106


def _answer(runner: Any, request: dict[str, Any]) -> dict[str, str]:
    from mistralrs import ChatCompletionRequest

    completion = runner.send_chat_completion_request(
        ChatCompletionRequest(
            model="default",
            messages=request["messages"],
            max_tokens=request["max_tokens"],
            temperature=request["temperature"],
        )
    )
    choice = completion.choices[0]
    return {"text": choice.message.content or "", "finish": choice.finish_reason or ""}


def _reason(error: BaseException) -> str:
    """The first line of an error; the engine's own go on with a trace."""
    said = str(error).strip().partition("\n")[0]
    return (said or type(error).__name__)[:LONGEST_REASON]


def _say(answers: BinaryIO, entry: dict[str, Any]) -> None:
    answers.write(json.dumps(entry).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
