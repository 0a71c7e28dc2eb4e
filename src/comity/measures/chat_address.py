"""A model behind an address: one question is sent, one answer comes back, or the reason why none did.

The only place of Comity that opens a connection, and only to the address that the user gave: redirections are not followed, proxies of the
environment not used. Whatever the other side does, a request ends: after its time, after so many bytes, or with a reason that is a word.
Source of the form: OpenAI API reference, "Create chat completion", as other servers speak it.
"""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from comity import __version__
from comity.errors import InputError
from comity.language import Message, clean

if TYPE_CHECKING:
    from comity.dossier.statements import Artefact, Tool

LARGEST_REPLY = 4_000_000
"""Bytes."""

ENDING = "/chat/completions"
FILTERED = "content_filter"
TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
FATAL = frozenset({401, 404, 405, 407, 410})
_KEY_OPTIONS = {"--model": "--key-from", "--judge-address": "--judge-key-from"}

LONGEST_WAIT = 60.0
"""Seconds that a server may ask us to wait."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a model answers.

    Attributes:
        secure: whether it is https.
        host: name or number of the machine.
        port: of the machine.
        path: of the page, with what stands behind `?`.
        key: sent as a bearer token; never part of a message or a file.
    """

    secure: bool
    host: str
    port: int
    path: str
    key: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The address as people write it, without what stands behind `?`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.secure else ''}://{host}:{self.port}{self.path.partition('?')[0]}"

    @property
    def identity(self) -> str:
        """What tells it from other addresses."""
        return self.shown

    @property
    def manner(self) -> str:
        """Nothing more is known."""
        return ""

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """None: what serves the address is out of sight."""
        return ()

    @property
    def tools(self) -> tuple[Tool, ...]:
        """None, for the same reason."""
        return ()

    def answer(self, content: bytes, seconds: float) -> Reply:
        """Put one request to the model.

        Raises:
            NoAnswerError: there is no answer.
        """
        return ask(self, content, seconds)


class Reply(NamedTuple):
    """What came back.

    Attributes:
        text: the answer; empty where there is none.
        refusal: whether the server itself marks it as a refusal or filtered it.
        finish: why the answer ended, in the server's word.
        model: that answered, in the server's word.
    """

    text: str
    refusal: bool
    finish: str
    model: str


class NoAnswerError(Exception):
    """A question got no answer.

    Attributes:
        reason: a word.
        said: what the other side said about it, cut short.
        again: whether it may go better a second time.
        fatal: whether it will go no better with any other question.
        wait: seconds that the server asks us to wait.
    """

    def __init__(
        self, reason: str, said: str = "", *, again: bool = False, fatal: bool = False, wait: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.said = said
        self.again = again
        self.fatal = fatal
        self.wait = wait


class _Spoken(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Spoken
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    model: str | None = None


class _Complaint(msgspec.Struct):
    message: str | None = None
    code: str | int | None = None


class _Refused(msgspec.Struct):
    error: _Complaint | str


def parse_address(text: str, key: str | None = None, option: str = "--model") -> Address:
    """The address of a model from what a person writes: the base (`…/v1`) or the whole.

    Args:
        text: what was written.
        key: to the address.
        option: with which it was written, for messages.

    Raises:
        InputError: it is no http or https address, holds a password, or would send the key in the clear to another machine.
    """
    example = "http://127.0.0.1:8080/v1" + (", model.gguf" if option == "--model" else "")
    hint = Message("for example: {example}", example=example)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    well_formed = re.fullmatch(r"[!-~]{1,2000}", text) and parts.scheme in {"http", "https"} and parts.hostname
    if not well_formed or parts.hostname is None or parts.fragment:
        raise InputError(Message("{option}: this is not an http or https address", option=option), hint=hint)
    if parts.username is not None or parts.password is not None:
        message = Message("{option}: an address with a name or a password is not used", option=option)
        hint = Message("name the variable that holds the key with {option}", option=_KEY_OPTIONS[option])
        raise InputError(message, hint=hint)
    secure = parts.scheme == "https"
    if key is not None and not secure and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise InputError(Message("{option}: a key is sent over https only", option=option))
    if key is not None and not re.fullmatch(r"[!-~]{1,4000}", key):
        raise InputError(Message("{option}: what the variable holds cannot be a key", option=_KEY_OPTIONS[option]))
    path = parts.path.rstrip("/")
    path = path if path.endswith(ENDING) else path + ENDING
    return Address(
        secure, parts.hostname, port or (443 if secure else 80), path + (f"?{parts.query}" if parts.query else ""), key
    )


def ask(address: Address, content: bytes, seconds: float) -> Reply:
    """Put one request to a model.

    Args:
        address: where it answers.
        content: the request as JSON.
        seconds: after which it is given up, whatever has come by then.

    Raises:
        NoAnswerError: there is no answer.
    """
    status, wait, raw = _post(address, content, seconds)
    if status == 200:
        return _reply(raw)
    said, code = _complaint(raw, address.key)
    if status in {400, 403, 422} and code == FILTERED:
        return Reply("", True, FILTERED, "")
    if 300 <= status < 400:
        raise NoAnswerError("redirected", fatal=True)
    raise NoAnswerError(f"http_{status}", said, again=status in TRANSIENT, fatal=status in FATAL, wait=wait)


def _post(address: Address, content: bytes, seconds: float) -> tuple[int, float, bytes]:
    """The status, the seconds to wait and the content of the answer.

    A clock beside the request shuts the connection when its time is over: the other side may send a byte now and then for ever.
    """
    kind = HTTPSConnection if address.secure else HTTPConnection
    connection = kind(address.host, address.port, timeout=seconds)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": f"comity/{__version__}",
        "Connection": "close",
    }
    if address.key is not None:
        headers["Authorization"] = f"Bearer {address.key}"
    clock = _Clock(seconds)
    try:
        try:
            connection.connect()
        except (OSError, UnicodeError) as error:
            late = isinstance(error, TimeoutError)
            raise NoAnswerError("timeout" if late else "unreachable", clean(str(error))[:200], again=True) from None
        with clock.watching(connection.sock):
            connection.request("POST", address.path, content, headers)
            response = connection.getresponse()
            return response.status, _seconds(response.getheader("Retry-After")), _content(response)
    except (OSError, HTTPException, ValueError) as error:
        late = clock.rang or isinstance(error, TimeoutError)
        raise NoAnswerError("timeout" if late else "closed", again=True) from None
    except NoAnswerError as error:
        if clock.rang:
            raise NoAnswerError("timeout", again=True) from None
        raise error
    finally:
        connection.close()


class _Clock:
    """Shuts a connection when the time of a request is over."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self.socket: socket.socket | None = None
        self.timer = threading.Timer(seconds, self._ring)
        self.timer.daemon = True

    def watching(self, connected: socket.socket) -> _Clock:
        """Watch this connection from now on."""
        self.socket = connected
        return self

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()

    def _ring(self) -> None:
        self.rang = True
        if self.socket is not None:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


def _content(response: HTTPResponse) -> bytes:
    found = bytearray()
    while part := response.read1(65_536):
        found += part
        if len(found) > LARGEST_REPLY:
            raise NoAnswerError("too_large")
    if response.length:
        raise NoAnswerError("closed", again=True)
    return bytes(found)


def _seconds(written: str | None) -> float:
    """What `Retry-After` asks for in seconds; a date is not read."""
    if written is None or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", written.strip()):
        return 0.0
    return min(float(written), LONGEST_WAIT)


def _reply(raw: bytes) -> Reply:
    try:
        completion = msgspec.json.decode(raw, type=_Completion)
    except msgspec.ValidationError:
        raise NoAnswerError("wrong_form") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoAnswerError("not_json") from None
    if not completion.choices:
        raise NoAnswerError("wrong_form")
    choice = completion.choices[0]
    finish = clean((choice.finish_reason or "")[:40])
    marked = bool(choice.message.refusal and choice.message.refusal.strip())
    text = choice.message.content or choice.message.refusal or ""
    return Reply(text.strip(), marked or finish == FILTERED, finish, clean((completion.model or "")[:200]))


def _complaint(raw: bytes, key: str | None) -> tuple[str, str]:
    """What a server says is wrong, cut short and without the key, and its code."""
    try:
        error = msgspec.json.decode(raw, type=_Refused).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", ""
    said, code = (error, "") if isinstance(error, str) else (error.message or "", str(error.code or ""))
    hidden = said.replace(key, "…") if key else said
    return clean(" ".join(hidden.split())[:200]), code
