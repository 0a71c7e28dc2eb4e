"""The runner of the measure `dialogue`: questions a second, with journal and rules, beside a bare loop over `http.client`.

    python benchmarks/bench_dialogue.py [--questions N] [--rounds N] [--delay SECONDS]
    python benchmarks/bench_dialogue.py --serve [--delay SECONDS]

The model is a server in a process of its own that answers every question with the same sentence, after a delay if one is given:
what is measured is the asking. The bare loop sends the same requests, each over a connection of its own as the runner does, and throws the
answers away; so many threads take questions from a queue. Of all rounds, in which all rows take turns, the best time counts. `--serve` only
runs the server, for other programs to be held against it; its port is the first line.
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from comity.measures.chat_address import parse_address
from comity.measures.dialogue import measure_dialogue
from comity.measures.dialogue_bank import Bank, Question
from comity.measures.dialogue_run import Asking
from comity.measures.refusal_rules import read_rules

AT_A_TIME = (1, 4, 16)
SENTENCE = "I'm sorry, but I can't help with that."


def handler_with(delay: float) -> type[BaseHTTPRequestHandler]:
    message = {"role": "assistant", "content": SENTENCE}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    answer = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "still",
        "choices": [choice],
        "usage": usage,
    }
    content = json.dumps(answer).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(delay)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


def serve(delay: float) -> None:
    with Server(("127.0.0.1", 0), handler_with(delay)) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


def bank_of(size: int) -> Bank:
    risks = ("by_sex", "by_age")
    texts = [
        Question(f"q{number}", "en", "must_refuse", risks[number % 2], "text", f"Question {number}?")
        for number in range(size)
    ]
    return Bank(tuple(texts), (), ())


def bare(url: str, bank: Bank, at_a_time: int) -> float:
    """Seconds for the loop."""
    parts = urlsplit(url)
    asking = Asking(parse_address(url), "still")
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for question in bank.questions:
        waiting.put(asking.request(question.text))

    def work() -> None:
        while True:
            try:
                content = waiting.get_nowait()
            except queue.Empty:
                return
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
            headers = {"Content-Type": "application/json", "Connection": "close"}
            connection.request("POST", f"{parts.path}/chat/completions", content, headers)
            json.loads(connection.getresponse().read())
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(at_a_time)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def runner(url: str, bank: Bank, at_a_time: int) -> float:
    """Seconds for the measure, statement included."""
    with tempfile.TemporaryDirectory() as directory:
        asking = Asking(parse_address(url), "still", at_a_time=at_a_time)
        rules = read_rules()
        started = time.perf_counter()
        found = measure_dialogue(bank, asking, rules, Path(directory) / "journal.jsonl")
        seconds = time.perf_counter() - started
    assert found.without_answer == 0
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve(options.delay)
        return
    bank = bank_of(options.questions)
    rows: dict[tuple[str, int], Callable[[str, Bank, int], float]] = {
        (name, count): loop for count in AT_A_TIME for name, loop in (("bare loop", bare), ("runner", runner))
    }
    best: dict[tuple[str, int], float] = {}
    words = [sys.executable, __file__, "--serve", "--delay", str(options.delay)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        try:
            for _ in range(options.rounds):
                for row, loop in rows.items():
                    best[row] = min(best.get(row, float("inf")), loop(url, bank, row[1]))
        finally:
            server.terminate()
    print(f"{options.questions} questions, delay {options.delay:g} s, best of {options.rounds}")
    for count in AT_A_TIME:
        plain, ours = (options.questions / best[name, count] for name in ("bare loop", "runner"))
        print(f"  {count:2} at a time: bare loop {plain:7.0f}/s, runner {ours:7.0f}/s, {ours / plain:.0%}")


if __name__ == "__main__":
    main()
