"""The form of the payload, properly signed each time (step 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.evidence.drafts import LIBRARY, bundle, fact
from tests.evidence.vectors.entry import (
    ALTERED,
    INTACT,
    MALFORMED,
    MISSING,
    Entry,
    at,
    entry,
    first_key_last,
    put,
    swap,
)

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 1,
    "list": [],
    "object": {},
    "empty text": "",
    "text": "x",
}
PLACES: dict[tuple[Any, ...], dict[str, tuple[str, ...]]] = {
    # Each key with the kinds of value that are as good as the right one.
    (): {"_type": (), "subject": (), "predicateType": (), "predicate": ()},
    ("subject", 0): {"name": (), "digest": ()},
    ("subject", 0, "digest"): {"saltedCommitment": ()},
    ("predicate",): {
        "system": (),
        "evaluator": ("empty text", "text"),
        "created": (),
        "library": (),
        "root": (),
        "size": ("number",),
    },
    ("predicate", "system"): {"id": (), "version": ("empty text", "text")},
}
TIMES = [
    *(
        "2026-11-22",
        "2026-11-22T14:00:00",
        "2026-11-22T14:00:00z",
        "2026-11-22 14:00:00Z",
        "2026-11-22T14:00Z",
        "2026-11-22T14:00:00+00:00",
    ),
    *(
        "2026-11-22T14:00:00.0Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T23:60:00Z",
        "2026-11-22T23:59:60Z",
        "2026-11-22T23:59:61Z",
    ),
    *(
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-11-31T00:00:00Z",
    ),
    *(
        "0000-01-01T00:00:00Z",
        "+2026-11-22T14:00:00Z",
        "-0001-11-22T14:00:00Z",
        "26-11-22T14:00:00Z",
        "12026-11-22T14:00:00Z",
    ),
    *(
        "2026-1-22T14:00:00Z",
        "2026-11-22T4:00:00Z",
        " 2026-11-22T14:00:00Z",
        "2026-11-22T14:00:00Z ",
        "2026-11-22T14:00:00Z\n",
    ),
    *(
        "２026-11-22T14:00:00Z",
        "2026-W47-7T14:00:00Z",
        "20261122T140000Z",
        "2026-326T14:00:00Z",
        "now",
        "1900-02-29T00:00:00Z",
    ),
]


def entries() -> Iterator[Entry]:
    for path, names in PLACES.items():
        where = "payload/" + "/".join(map(str, path))
        yield entry(f"{where}: keys in another order", INTACT, bundle(statement=at(*path)(first_key_last)))
        for more in ("more", "", "__proto__", "constructor", "hasOwnProperty", "sha256"):
            yield entry(f"{where}: unknown key {more!r}", MALFORMED, bundle(statement=put(*path, more, "x")))
        for name, fine in names.items():
            yield entry(f"{where}: without {name}", MALFORMED, bundle(statement=put(*path, name, MISSING)))
            twice = swap(f'"{name}":'.encode(), f'"{name}":"x","{name}":'.encode())
            yield entry(f"{where}: {name} twice", MALFORMED, bundle(payload=twice))
            for kind, value in VALUES.items():
                code = INTACT if kind in fine and name != "size" else MALFORMED
                if name == "size" and kind == "number":
                    code = ALTERED
                yield entry(f"{where}: {name} is {kind}", code, bundle(statement=put(*path, name, value)))
    yield from texts()
    yield from sizes()
    yield from identities()
    for time in TIMES:
        for name in ("created", "expires"):
            yield entry(f"{name} {time!r}", MALFORMED, bundle(statement=put("predicate", name, time)))
    for time in ("2024-02-29T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2000-02-29T00:00:00Z"):
        for name in ("created", "expires"):
            yield entry(f"{name} {time!r}", INTACT, bundle(statement=put("predicate", name, time)))
    for kind, value in VALUES.items():
        yield entry(f"expires is {kind}", MALFORMED, bundle(statement=put("predicate", "expires", value)))


def texts() -> Iterator[Entry]:
    """The payload in other bytes."""
    empty = b"{}"
    changes: dict[str, tuple[int, Any]] = {
        "byte order mark": (MALFORMED, lambda p: b"\xef\xbb\xbf" + p),
        "white space around": (INTACT, lambda p: b" \t\r\n" + p + b" \t\r\n"),
        "form feed before": (MALFORMED, lambda p: b"\x0c" + p),
        "no-break space after": (MALFORMED, lambda p: p + b"\xc2\xa0"),
        "zero byte after": (MALFORMED, lambda p: p + b"\0"),
        "a second object": (MALFORMED, lambda p: p + p),
        "empty": (MALFORMED, lambda _: b""),
        "empty object": (MALFORMED, lambda _: empty),
        "list": (MALFORMED, lambda p: b"[" + p + b"]"),
        "null": (MALFORMED, lambda _: b"null"),
        "a text": (MALFORMED, lambda _: b'"x"'),
        "UTF-16": (MALFORMED, lambda p: p.decode().encode("utf-16")),
        "invalid UTF-8": (MALFORMED, swap(b"helper", b"hel\xffper")),
        "overlong UTF-8": (MALFORMED, swap(b'"version":"1"', b'"version":"\xc0\xb1"')),
        "half a surrogate pair in UTF-8": (MALFORMED, swap(b'"version":"1"', b'"version":"\xed\xa0\x80"')),
        "half a surrogate pair": (MALFORMED, swap(b'"version":"1"', b'"version":"\\ud800"')),
        "low half before high": (MALFORMED, swap(b'"version":"1"', b'"version":"\\udc00\\ud800"')),
        "high half before a letter": (MALFORMED, swap(b'"version":"1"', b'"version":"\\ud800x"')),
        "half a pair as a key": (MALFORMED, swap(b'{"id"', b'{"\\ud800":1,"id"')),
        "a whole surrogate pair": (INTACT, swap(b'"version":"1"', b'"version":"\\ud83d\\ude00"')),
        "escaped letters": (INTACT, swap(b'"version":"1"', b'"version":"\\u0031\\/\\b\\f\\n\\r\\t"')),
        "escaped letters in a key": (INTACT, swap(b'"version":"1"', b'"\\u0076ersion":"1"')),
        "a key twice, once escaped": (MALFORMED, swap(b'"version":"1"', b'"version":"1","\\u0076ersion":"1"')),
        "escaped zero": (INTACT, swap(b'"version":"1"', b'"version":"\\u0000"')),
        "delete character": (INTACT, swap(b'"version":"1"', b'"version":"\x7f"')),
        "unknown escape": (MALFORMED, swap(b'"version":"1"', b'"version":"\\x41"')),
        "escape in capitals": (MALFORMED, swap(b'"version":"1"', b'"version":"\\U0041"')),
        "short escape": (MALFORMED, swap(b'"version":"1"', b'"version":"\\u041"')),
        "escape with a sign": (MALFORMED, swap(b'"version":"1"', b'"version":"\\u+041"')),
        "escape with a low line": (MALFORMED, swap(b'"version":"1"', b'"version":"\\u0_41"')),
        "escape with a space": (MALFORMED, swap(b'"version":"1"', b'"version":"\\u 041"')),
        "escape with other digits": (MALFORMED, swap(b'"version":"1"', '"version":"\\u００４１"'.encode())),
        "line feed in a text": (MALFORMED, swap(b'"version":"1"', b'"version":"\n"')),
        "tab in a text": (MALFORMED, swap(b'"version":"1"', b'"version":"\t"')),
        "line separator in a text": (INTACT, swap(b'"version":"1"', '"version":"\u2028"'.encode())),
        "text without end": (MALFORMED, lambda p: p[: p.index(b'"1"') + 2]),
        "trailing comma": (MALFORMED, lambda p: p[:-1] + b",}"),
        "comma first": (MALFORMED, lambda p: b"{," + p[1:]),
        "trailing comma in a list": (MALFORMED, swap(b"}],", b"},],")),
        "comment": (MALFORMED, lambda p: b"/**/" + p),
        "single quotes": (MALFORMED, lambda p: p.replace(b'"', b"'")),
        "colon missing": (MALFORMED, swap(b'"version":', b'"version"')),
        "word in capitals": (MALFORMED, swap(b'"version":"1"', b'"version":True')),
        "NaN": (MALFORMED, swap(b'"size":5', b'"size":NaN')),
        "Infinity": (MALFORMED, swap(b'"size":5', b'"size":Infinity')),
        "-Infinity": (MALFORMED, swap(b'"size":5', b'"size":-Infinity')),
        "cut": (MALFORMED, lambda p: p[:-1]),
        "nested deeply": (MALFORMED, swap(b'"size":5', b'"size":' + b"[" * 17 + b"]" * 17)),
        "nested very deeply": (MALFORMED, swap(b'"size":5', b'"size":' + b"[" * 100_000 + b"]" * 100_000)),
        "objects nested very deeply": (
            MALFORMED,
            swap(b'"size":5', b'"size":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
        ),
        "many brackets in a text": (INTACT, swap(b'"version":"1"', b'"version":"' + b"[{" * 99 + b'\\""')),
        "of 1,000,000 bytes": (INTACT, lambda p: p + b" " * (1_000_000 - len(p))),
        "of 1,000,001 bytes": (MALFORMED, lambda p: p + b" " * (1_000_001 - len(p))),
    }
    for name, (code, change) in changes.items():
        yield entry(f"payload: {name}", code, bundle(payload=change))


def sizes() -> Iterator[Entry]:
    for written in (
        "5.0",
        "5e0",
        "0.5e1",
        "-5",
        "+5",
        "05",
        "-0",
        "0",
        "1e999",
        "-1e999",
        "1e40",
        '"5"',
        "0x5",
        "5_0",
        "1099511627777",
    ):
        yield entry(
            f"size written {written}", MALFORMED, bundle(payload=swap(b'"size":5', f'"size":{written}'.encode()))
        )
    for length in (40, 41, 400, 5000):
        yield entry(
            f"size of {length} digits", MALFORMED, bundle(payload=swap(b'"size":5', b'"size":' + b"9" * length))
        )
    yield entry("size 2**40, nothing opened", INTACT, bundle(opened=(), statement=put("predicate", "size", 2**40)))
    yield entry(
        "size 2**40 + 1, nothing opened", MALFORMED, bundle(opened=(), statement=put("predicate", "size", 2**40 + 1))
    )
    yield entry("size 0, nothing opened", MALFORMED, bundle(opened=(), statement=put("predicate", "size", 0)))
    yield entry("size 0, no leaves", MALFORMED, bundle(()))


def identities() -> Iterator[Entry]:
    def named(name: str) -> Any:
        return lambda s: put("subject", 0, "name", name)(put("predicate", "system", "id", name)(s))

    lookalikes = {
        "Cyrillic letter": "hеlper",
        "zero-width space": "hel\u200bper",
        "right-to-left mark": "helper\u200f",
        "right-to-left override": "hel\u202eper",
        "full-width letter": "ｈelper",
        "combining mark": "helpe\u0301r",
        "soft hyphen": "hel\u00adper",
        "no-break space": "hel\u00a0per",
        "space": "hel per",
        "trailing line feed": "helper\n",
        "delete character": "helper\x7f",
        "nothing": "",
        "201 characters": "h" * 201,
    }
    for what, name in lookalikes.items():
        yield entry(f"system's id with {what}", MALFORMED, bundle(statement=named(name)))
    for name in ("h" * 200, "!", "~", '"\\', "<script>", "constructor"):
        yield entry(f"system's id {name[:20]}", INTACT, bundle((fact("a.b"),), statement=named(name)))
    yield entry("subject of another name", MALFORMED, bundle(statement=put("subject", 0, "name", "other")))
    yield entry("subject in capitals", MALFORMED, bundle(statement=put("subject", 0, "name", "Helper")))
    yield entry("no subject", MALFORMED, bundle(statement=put("subject", [])))
    yield entry("two subjects", MALFORMED, bundle(statement=lambda s: s | {"subject": s["subject"] * 2}))
    for key in ("_type", "predicateType"):
        for value in (
            "https://in-toto.io/Statement/v0.1",
            "https://comity.dev/evidence/v2",
            "HTTPS://in-toto.io/Statement/v1",
        ):
            yield entry(f"{key} {value}", MALFORMED, bundle(statement=put(key, value)))
    for place in (("predicate", "library"), ("predicate", "root"), ("subject", 0, "digest", "saltedCommitment")):
        for what, digest in (
            ("capitals", LIBRARY.upper()),
            ("63 digits", LIBRARY[1:]),
            ("65 digits", LIBRARY + "0"),
            ("prefix", "sha256:" + LIBRARY),
        ):
            yield entry(f"{place[-1]} in {what}", MALFORMED, bundle(statement=put(*place, digest)))
        yield entry(f"{place[-1]} with a line feed", MALFORMED, bundle(statement=put(*place, LIBRARY + "\n")))
    for length, code in ((200, INTACT), (201, MALFORMED)):
        yield entry(
            f"evaluator of {length} characters", code, bundle(statement=put("predicate", "evaluator", "e" * length))
        )
        yield entry(
            f"evaluator of {length} faces", code, bundle(statement=put("predicate", "evaluator", "😀" * length))
        )
    for length, code in ((200, INTACT), (201, MALFORMED)):
        yield entry(
            f"version of {length} faces", code, bundle(statement=put("predicate", "system", "version", "😀" * length))
        )
    yield entry("older library", INTACT, bundle(statement=put("predicate", "library", "0" * 64)))
    yield entry("version in Chinese", INTACT, bundle(statement=put("predicate", "system", "version", "第一版")))
