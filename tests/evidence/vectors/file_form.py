"""The form of the file: one encoding, exact keys, strict numbers, base64 and keys (step 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.evidence.drafts import ALICE, BOB, LEAVES, Json, Signer, b64, bundle, same
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

OTHER_TYPES: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 1,
    "fraction": 1.5,
    "list": [],
    "object": {},
    "empty text": "",
}
KEYS = {
    (): ("schema", "envelope", "signers", "disclosures"),
    ("envelope",): ("payloadType", "payload", "signatures"),
    ("envelope", "signatures", 0): ("keyid", "sig"),
}


def entries() -> Iterator[Entry]:
    yield entry("good", INTACT, bundle(), base=True)
    yield entry("good, two signers", INTACT, bundle(signers=(ALICE, BOB)))
    yield entry("good, eight signers", INTACT, bundle(signers=[Signer(f"s{n}") for n in range(8)]))
    yield entry("nine signers", MALFORMED, bundle(signers=[Signer(f"s{n}") for n in range(9)]))
    yield entry("nothing opened", INTACT, bundle(opened=()))
    yield entry("empty log and timestamp", INTACT, bundle(parts=lambda p: p | {"log": "", "timestamp": ""}))
    yield entry(
        "keyid of 200 characters", MALFORMED, bundle(parts=put("envelope", "signatures", 0, "keyid", "k" * 200))
    )
    yield from keys()
    yield from texts()
    yield from numbers()
    yield from base64s()
    yield from signers()


def keys() -> Iterator[Entry]:
    for path, names in KEYS.items():
        where = "/".join(map(str, path)) or "file"
        yield entry(f"{where}: keys in another order", MALFORMED, bundle(parts=at(*path)(first_key_last)))
        yield entry(f"{where}: unknown key", MALFORMED, bundle(parts=put(*path, "more", 1)))
        yield entry(f"{where}: unknown empty key", MALFORMED, bundle(parts=put(*path, "", "")))
        yield entry(f"{where}: key __proto__", MALFORMED, bundle(parts=put(*path, "__proto__", {})))
        yield entry(
            f"{where}: look-alike key", MALFORMED, bundle(parts=put(*path, names[0].replace("a", "а") + "\u200b", ""))
        )
        for name in names:
            yield entry(f"{where}: without {name}", MALFORMED, bundle(parts=put(*path, name, MISSING)))
            twice = swap(f'"{name}":', f'"{name}":null,"{name}":')
            yield entry(f"{where}: {name} twice", MALFORMED, bundle(text=twice))
            for kind, value in OTHER_TYPES.items():
                code = ALTERED if name in ("sig", "payload") and value == "" else MALFORMED
                code = INTACT if name == "disclosures" and kind == "list" else code
                yield entry(f"{where}: {name} is {kind}", code, bundle(parts=put(*path, name, value)))
    for anchor in ("log", "timestamp"):
        for kind, value in OTHER_TYPES.items():
            if kind != "empty text":
                yield entry(f"{anchor} is {kind}", MALFORMED, bundle(parts=put(anchor, value)))
    yield entry("timestamp before log", MALFORMED, bundle(parts=lambda p: p | {"timestamp": "", "log": ""}))
    yield entry("log twice", MALFORMED, bundle(text=swap("]}\n", '],"log":"","log":""}\n')))
    yield entry("log first", MALFORMED, bundle(parts=lambda p: {"log": ""} | p))
    for name in ("1", "2", "", "schema"):
        yield entry(f"another schema {name!r}", MALFORMED, bundle(parts=put("schema", f"comity/bundle/{name}2")))
    yield entry("another payload type", MALFORMED, bundle(parts=put("envelope", "payloadType", "application/json")))
    for kind, value in (*OTHER_TYPES.items(), ("two entries", [0, ""]), ("four entries", [0, "", "", ""])):
        yield entry(f"a disclosure is {kind}", MALFORMED, bundle(parts=put("disclosures", 1, value)))
    for position, part in enumerate(("index", "leaf", "path")):
        for kind, value in OTHER_TYPES.items():
            if not (part == "index" and kind == "number") and not (kind == "empty text" and part != "index"):
                yield entry(
                    f"a disclosure's {part} is {kind}", MALFORMED, bundle(parts=put("disclosures", 1, position, value))
                )
    yield entry("a disclosure as an object", MALFORMED, bundle(parts=put("disclosures", 1, {"0": 1, "1": "", "2": ""})))


def texts() -> Iterator[Entry]:
    """The same content in other bytes."""
    good = bundle()
    changes = {
        "byte order mark": lambda t: "\ufeff" + t,
        "no final line feed": lambda t: t[:-1],
        "two line feeds": lambda t: t + "\n",
        "CRLF": lambda t: t[:-1] + "\r\n",
        "carriage return alone": lambda t: t[:-1] + "\r",
        "leading space": lambda t: " " + t,
        "trailing space": lambda t: t + " ",
        "trailing zero byte": lambda t: t + "\0",
        "trailing object": lambda t: t + "{}",
        "a second bundle": lambda t: t + t,
        "space after a colon": swap('"schema":', '"schema": '),
        "space after a comma": swap(',"envelope"', ', "envelope"'),
        "line feed within": swap(',"envelope"', ',\n"envelope"'),
        "tab within": swap("{", "{\t"),
        "trailing comma": swap("]}\n", "],}\n"),
        "trailing comma in a list": swap("]]}\n", "],]}\n"),
        "comment": swap("{", "{/* */"),
        "escaped letter in a key": swap('"schema"', '"\\u0073chema"'),
        "escaped letter in a text": swap("comity/bundle", "\\u0063omity/bundle"),
        "escaped solidus": swap("comity/bundle", "comity\\/bundle"),
        "escaped plus sign": swap("+", "\\u002b"),
        "unknown escape": swap("comity/bundle", "\\comity/bundle"),
        "letter beyond ASCII": swap("example.org", "ex\u00e4mple.org"),
        "half a surrogate pair": swap("example.org", "ex\\ud800mple.org"),
        "half a surrogate pair in UTF-8": swap("example.org", "ex\ud800mple.org"),
        "control character in a text": swap("example.org", "ex\x01mple.org"),
        "line feed in a text": swap("example.org", "ex\nmple.org"),
        "delete character in a text": swap("example.org", "ex\x7fmple.org"),
        "single quotes": lambda t: t.replace('"', "'"),
        "unquoted key": swap('"schema"', "schema"),
        "capital key": swap('"schema"', '"Schema"'),
        "cut in the middle": lambda t: t[: len(t) // 2],
        "without the last brace": lambda t: t[:-2] + "\n",
        "empty": lambda _: "",
        "line feed only": lambda _: "\n",
        "empty object": lambda _: "{}\n",
        "empty list": lambda _: "[]\n",
        "null": lambda _: "null\n",
        "NaN": lambda _: "NaN\n",
        "a text": lambda _: '"comity/bundle/1"\n',
        "in a list": lambda t: "[" + t[:-1] + "]\n",
        "sequence of records": lambda t: "\x1e" + t,
    }
    for name, change in changes.items():
        yield entry(f"text: {name}", MALFORMED, bundle(text=change))
    yield entry("text: UTF-16", MALFORMED, good.decode().encode("utf-16"))
    yield entry("text: UTF-16 without mark", MALFORMED, good.decode().encode("utf-16-le"))
    yield entry("text: gzip", MALFORMED, bytes.fromhex("1f8b0800000000000003") + good)
    yield entry("text: zip", MALFORMED, b"PK\x03\x04" + good)
    yield entry("text: invalid UTF-8", MALFORMED, good.replace(b"example", b"ex\xffmple", 1))
    yield entry("text: overlong UTF-8", MALFORMED, good.replace(b"example", b"ex\xc1\xa1mple", 1))
    yield entry("text: quotation mark in a name", INTACT, bundle(signers=(Signer('"example"'),)))
    yield entry("text: backslash in a name", INTACT, bundle(signers=(Signer("exam\\ple\\"),)))
    yield entry(
        "text: quotation mark as \\u0022", MALFORMED, bundle(signers=(Signer('"'),), text=swap('\\"', "\\u0022"))
    )


def numbers() -> Iterator[Entry]:
    """How the index of the last leaf (4) is written."""
    last = '[4,"'
    written = [
        *(
            "4.0",
            "4e0",
            "4E0",
            "40e-1",
            "+4",
            "-4",
            "-0",
            "04",
            "0x4",
            "4.",
            ".4",
            "4_0",
            "4n",
            "null",
            "true",
            '"4"',
            "NaN",
        ),
        *("Infinity", "-Infinity", "1e999", "1e400", "4 ", " 4", "٤", "", "1" + "0" * 40, "9" * 400, "9" * 5000),
    ]
    for text in written:
        yield entry(f"index written {text[:20]!r}, {len(text)} long", MALFORMED, bundle(text=swap(last, f'[{text},"')))
    for text in (str(2**40), str(2**53), str(2**53 + 1), str(2**64 + 4), "1" + "0" * 39, "9" * 40):
        yield entry(f"index {text} beyond any tree", MALFORMED, bundle(text=swap(last, f'[{text},"')))
    for text in ("5", "6", str(2**31), str(2**32 + 4), str(2**40 - 1)):
        yield entry(f"index {text} above the size", ALTERED, bundle(text=swap(last, f'[{text},"')))
    for text in ("3", "2", "0"):
        yield entry(f"index {text} does not rise", MALFORMED, bundle(text=swap(last, f'[{text},"')))
    yield entry("disclosures in falling order", MALFORMED, bundle(disclosures=lambda d: d[::-1]))
    yield entry("two disclosures exchanged", MALFORMED, bundle(disclosures=lambda d: [d[1], d[0], *d[2:]]))
    yield entry("a disclosure twice", MALFORMED, bundle(disclosures=lambda d: [d[0], *d]))


def base64s() -> Iterator[Entry]:
    places: dict[str, tuple[Any, ...]] = {
        "payload": ("envelope", "payload"),
        "sig": ("envelope", "signatures", 0, "sig"),
        "leaf": ("disclosures", 0, 1),
        "path": ("disclosures", 0, 2),
        "log": ("log",),
        "timestamp": ("timestamp",),
    }
    wrong = {
        "without padding": lambda t: t.rstrip("=") if t.endswith("=") else t[:-1],
        "one sign short": lambda t: t[:-1],
        "too much padding": lambda t: t + "=",
        "four signs of padding": lambda t: t + "====",
        "only padding": lambda _: "====",
        "padding within": lambda t: "YQ==" + t,
        "line feed": lambda t: t[:8] + "\\n" + t[8:],
        "line feed at the end": lambda t: t + "\\n",
        "space": lambda t: t[:8] + " " + t[8:],
        "space at the end": lambda t: t + " ",
        "minus sign": lambda t: "-" + t[1:],
        "low line": lambda t: "_" + t[1:],
        "full stop": lambda t: "." + t[1:],
        "zero byte": lambda t: "\\u0000" + t[1:],
        "spare bits, one sign of padding": lambda _: "YWI9" + "YWJ=",
        "spare bits, two signs of padding": lambda _: "YWI9" + "YR==",
        "three signs": lambda _: "YWI",
        "one sign": lambda _: "Y",
        "hexadecimal with prefix": lambda _: "0x00",
        "full-width letter": lambda t: "Ａ" + t[1:],
    }
    for place, path in places.items():
        for name, change in wrong.items():

            def spoil(parts: Json, path: tuple[Any, ...] = path, change: Any = change) -> Json:
                parts |= {"log": b64(b"log!"), "timestamp": b64(b"time")} if len(path) == 1 else {}
                whole: Json = at(*path)(change)(parts)
                return whole

            if name == "hexadecimal with prefix":
                continue
            yield entry(f"{place}: {name}", MALFORMED, bundle(parts=spoil, text=lambda t: t.replace("\\\\", "\\")))
    for length in (0, 1, 2, 3, 32, 63, 65, 66, 67, 96, 128):
        code = ALTERED if length < 64 else MALFORMED
        yield entry(f"signature of {length} bytes", code, bundle(signature=stretched(length)))
    for length, code in ((100_000, INTACT), (100_001, MALFORMED), (100_002, MALFORMED), (100_003, MALFORMED)):
        for anchor in ("log", "timestamp"):
            yield entry(f"{anchor} of {length} bytes", code, bundle(parts=put(anchor, b64(bytes(length)))))


def stretched(length: int) -> Callable[[bytes], bytes]:
    """A signature cut, or repeated, to a length."""
    return lambda signature: (signature * 3)[:length]


def signers() -> Iterator[Entry]:
    name, key_id, key = ALICE.line.split("+", 2)
    lines = {
        "without name": f"+{key_id}+{key}",
        "space in the name": f"example org+{key_id}+{key}",
        "plus sign in the name": f"a+b+{key_id}+{key}",
        "other id": f"{name}+00000000+{key}",
        "id in capitals": f"{name}+{key_id.upper()}+{key}",
        "id of seven digits": f"{name}+{key_id[1:]}+{key}",
        "id of nine digits": f"{name}+0{key_id}+{key}",
        "without key": f"{name}+{key_id}",
        "empty key": f"{name}+{key_id}+",
        "key without its type": f"{name}+{key_id}+{b64(ALICE.key)}",
        "key of another type": f"{name}+{key_id}+{b64(bytes([2]) + ALICE.key)}",
        "key of 31 bytes": f"{name}+{key_id}+{b64(bytes([1]) + ALICE.key[1:])}",
        "key of 33 bytes": f"{name}+{key_id}+{b64(bytes([1]) + ALICE.key + bytes(1))}",
        "private key": f"PRIVATE+KEY+{name}+{key_id}+{key}",
        "something after": f"{ALICE.line}+",
        "space after": f"{ALICE.line} ",
        "space before": f" {ALICE.line}",
        "line feed after": f"{ALICE.line}\n",
        "Cyrillic letter in the name": ALICE.line.replace("a", "а", 1),
        "zero-width space in the name": "e\u200b" + ALICE.line[1:],
        "another name under the same id": "f" + ALICE.line[1:],
        "another key under the same id": f"{name}+{key_id}+{b64(bytes([1]) + BOB.key)}",
    }
    for what, line in lines.items():
        yield entry(f"signer: {what}", MALFORMED, bundle(parts=put("signers", 0, line)))
    yield entry("signer: name of 100 characters", INTACT, bundle(signers=(Signer("n" * 100),)))
    yield entry("signer: name of 101 characters", MALFORMED, bundle(signers=(Signer("n" * 101),)))
    yield entry("signer: name of one sign", INTACT, bundle(signers=(Signer("!"),)))
    yield entry("signer: empty name", MALFORMED, bundle(signers=(Signer(""),)))
    for what, name in (
        ("space", "a b"),
        ("plus sign", "a+b"),
        ("delete character", "a\x7f"),
        ("letter beyond ASCII", "é"),
    ):
        yield entry(f"signer: {what} in a name with its own id", MALFORMED, bundle(signers=(Signer(name),)))
    yield entry("signers: none", MALFORMED, bundle(parts=put("signers", [])))
    yield entry("signers: one more", MALFORMED, bundle(parts=put("signers", [ALICE.line, BOB.line])))
    yield entry("signers: one less", MALFORMED, bundle(signers=(ALICE, BOB), parts=put("signers", [ALICE.line])))
    yield entry("signers: exchanged", MALFORMED, bundle(signers=(ALICE, BOB), parts=at("signers")(lambda s: s[::-1])))
    yield entry("signers: the same twice", MALFORMED, bundle(signers=(ALICE, ALICE)))
    same_key = Signer("example.org/other", seed=b"\1" * 32), Signer("example.org/more", seed=b"\1" * 32)
    yield entry("signers: the same key under two names", MALFORMED, bundle(signers=same_key))
    yield entry("good, five leaves, written again", INTACT, bundle(LEAVES, text=same))
