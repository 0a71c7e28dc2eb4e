"""JSON that means one thing to every reader: no repeated keys, no NaN, bounded numbers, bounded depth, whole characters only.

RFC 8259 leaves to the reader which of two equal keys counts and what a number of a thousand digits is; a signature over such a text is
worth nothing, because two verifiers read two things. Texts of that kind are refused here.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, NoReturn

from comity.errors import InputError
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

MAXIMUM_DEPTH = 16
LONGEST_NUMBER = 40
"""Characters of a number."""


class MalformedError(InputError):
    """A bundle, or a part of one, is not of the specified form."""


def decode(raw: bytes, what: Message, *, depth: int = MAXIMUM_DEPTH) -> Any:
    """The value of a JSON text.

    Args:
        raw: the text in UTF-8, without a byte order mark.
        what: what the text is, for the message.
        depth: how deep lists and objects may be nested.

    Raises:
        MalformedError: it is not JSON, or means different things to different readers.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_repetition,
            parse_constant=_refuse,
            parse_float=_bounded_float,
            parse_int=_bounded_int,
        )
        if b"\\u" in raw or raw.count(b"{") + raw.count(b"[") > depth:
            _check(value, depth)
    except (ValueError, RecursionError) as error:
        problem = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]
        raise MalformedError(Message("{what} is not strict JSON: {problem}", what=what, problem=problem)) from None
    return value


def encode(value: object) -> bytes:
    """A value as JSON without spaces, keys in the order they have."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def keys_of(value: object, required: Iterable[str], optional: Iterable[str], what: Message) -> dict[str, Any]:
    """An object that has exactly these keys.

    Raises:
        MalformedError: it is no object, a key is missing, or there is one more.
    """
    required, optional = set(required), set(optional)
    if not isinstance(value, dict) or not required <= value.keys() <= required | optional:
        wanted = ", ".join(sorted(required))
        raise MalformedError(Message("{what}: an object with these keys is wanted: {keys}", what=what, keys=wanted))
    return value


def base64_bytes(value: object, what: Message, *, maximum: int) -> bytes:
    """The bytes of a base64 text in its one canonical form (RFC 4648, section 4: padded, no line breaks, no stray bits).

    Raises:
        MalformedError: it is not, or stands for more than `maximum` bytes.
    """
    if isinstance(value, str) and value.isascii() and len(value) <= (maximum + 2) // 3 * 4:
        try:
            raw = b64decode(value, validate=True)
        except ValueError:
            raw = None
        if raw is not None and len(raw) <= maximum and b64encode(raw).decode() == value:
            return raw
    raise MalformedError(Message("{what} is not canonical base64, or too long", what=what))


def base64_text(raw: bytes) -> str:
    """Bytes as base64."""
    return b64encode(raw).decode()


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _bounded_int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(text)


def _bounded_float(text: str) -> float:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    found = float(text)
    if found in {float("inf"), float("-inf")}:
        raise ValueError("a number is too large")
    return found


def _check(value: object, depth: int) -> None:
    """Refuse what is nested too deeply and texts with half characters (lone surrogates)."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict | list):
        if not depth:
            raise ValueError("nested too deeply")
        for part in value:
            _check(part, depth - 1)
        if isinstance(value, dict):
            for part in value.values():
                _check(part, depth - 1)
