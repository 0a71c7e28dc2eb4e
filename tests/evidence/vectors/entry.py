"""How vectors are stated: a name, a code, a file; and small changes to make files with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.evidence.drafts import Json

Entry = dict[str, Any]
INTACT, MALFORMED, ALTERED = 0, 2, 4
MISSING = object()


def entry(name: str, code: int, data: bytes, **more: object) -> Entry:
    """A vector."""
    return {"name": name, "code": code, "data": data.decode("latin-1")} | more


def put(*path: Any) -> Callable[[Any], Any]:
    """Set what stands at a path to the last argument; `MISSING` takes it away."""

    def change(whole: Any) -> Any:
        place = whole
        for step in path[:-2]:
            place = place[step]
        if path[-1] is MISSING:
            del place[path[-2]]
        else:
            place[path[-2]] = path[-1]
        return whole

    return change


def swap(old: Any, new: Any, count: int = 1) -> Callable[[Any], Any]:
    """Replace a piece of a text or of bytes that must be there."""

    def change(whole: Any) -> Any:
        if old not in whole:
            raise ValueError(f"{old!r} is not there")
        return whole.replace(old, new, count)

    return change


def at(*path: Any) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Apply a change to what stands at a path."""

    def within(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def whole_change(whole: Any) -> Any:
            place = whole
            for step in path[:-1]:
                place = place[step]
            if path:
                place[path[-1]] = change(place[path[-1]])
                return whole
            return change(whole)

        return whole_change

    return within


def first_key_last(mapping: Json) -> Json:
    """The same keys in another order."""
    first, *rest = mapping
    return {key: mapping[key] for key in (*rest, first)}
