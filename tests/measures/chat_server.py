"""A server on this machine that speaks, or misspeaks, the chat form; every test says how."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[["Server", socket.socket, str], None]
"""What is done with a connection, given the question."""


class Server:
    """Counts what it was asked.

    Attributes:
        questions: in the order in which they came.
        requests: whole, as they came.
        port: where it listens.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.questions: list[str] = []
        self.requests: list[bytes] = []
        self.lock = threading.Lock()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listening.getsockname()[1]
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = _request(connection)
                if not request:
                    return
                question = json.loads(request.partition(b"\r\n\r\n")[2])["messages"][0]["content"]
                with self.lock:
                    self.requests.append(request)
                    self.questions.append(question)
                self.behaviour(self, connection, question)
            except OSError:
                pass


def _request(connection: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        part = connection.recv(65_536)
        if not part:
            return b""
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Server]:
    server = Server(behaviour)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.over.set()
        with suppress(OSError):
            server.listening.shutdown(socket.SHUT_RDWR)
        server.listening.close()


def send(connection: socket.socket, content: bytes, status: str = "200 OK", headers: str = "") -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    connection.sendall(head.encode() + content)


def completion(text: str | None, **more: object) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"} | more
    return json.dumps({"id": "1", "model": "imagined-1", "choices": [choice], "usage": {"total_tokens": 1}}).encode()


def saying(answer: Callable[[str], str]) -> Behaviour:
    """A server that answers each question as this function says."""
    return lambda _, connection, question: send(connection, completion(answer(question)))


def replying(content: bytes, status: str = "200 OK", headers: str = "") -> Behaviour:
    """A server that always sends the same."""
    return lambda _, connection, __: send(connection, content, status, headers)


def raw(content: bytes) -> Behaviour:
    """A server that sends these bytes and closes the connection."""
    return lambda _, connection, __: connection.sendall(content)


def hanging(server: Server, connection: socket.socket, _: str) -> None:
    """Says nothing until the test is over."""
    server.over.wait(20)


def dripping(server: Server, connection: socket.socket, _: str) -> None:
    """Begins an answer and sends a byte now and then, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not server.over.is_set():
        connection.sendall(b" ")
        time.sleep(0.02)


def dripping_head(server: Server, connection: socket.socket, _: str) -> None:
    """Never gets to the end of the first line."""
    while not server.over.is_set():
        connection.sendall(b"H")
        time.sleep(0.02)


def endless(server: Server, connection: socket.socket, _: str) -> None:
    """Sends as much as is taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    while not server.over.is_set():
        connection.sendall(chunk)
