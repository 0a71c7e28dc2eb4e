"""JSON that somebody else wrote, read with suspicion: UTF-8, no key twice, bounded in depth. Whatever is wrong ends in one sentence."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from comity.errors import InputError, Place
from comity.language import Message

MOST_DEPTH = 200


def text_of(raw: bytes, place: Place) -> str:
    """Bytes as text; a byte order mark of UTF-8 is let pass.

    Raises:
        InputError: they are not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(Message("the file is not UTF-8 text"), place=Place(place.file, line, 1)) from None


def json_of(text: str, place: Place, line: int = 1) -> Any:
    """A text as JSON that begins in a line. What is no number (NaN, Infinity) is read as nothing, for tools write it.

    Raises:
        InputError: it is no JSON, says a key twice, or is nested too deeply.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        at = Place(place.file, error.lineno + line - 1, error.colno)
        raise InputError(Message("this is not JSON: {problem}", problem=error.msg), place=at) from None
    except RecursionError:
        raise _too_deep(place) from None
    except ValueError as error:
        raise InputError(Message("this is not JSON: {problem}", problem=str(error)[:120]), place=place) from None
    if _deeper_than(value, MOST_DEPTH):
        raise _too_deep(place)
    return value


def _too_deep(place: Place) -> InputError:
    return InputError(Message("nested more than {limit} levels deep", limit=MOST_DEPTH), place=place)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _repeated(pairs)
    return found


def _repeated(pairs: list[tuple[str, Any]]) -> NoReturn:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f'the key "{key[:40]}" stands twice')
        seen.add(key)
    raise AssertionError


def _deeper_than(value: Any, limit: int) -> bool:
    """Whether a value is nested deeper, found level by level."""
    level = [value]
    for _ in range(limit):
        level = [
            item
            for node in level
            if isinstance(node, dict | list)
            for item in (node.values() if isinstance(node, dict) else node)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def table(value: Any) -> dict[str, Any]:
    """An object; an empty one where the value is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list; an empty one where the value is none."""
    return value if isinstance(value, list) else []
