"""The form of single leaves, and what leaves say of each other (steps 5 to 7). Every leaf is properly committed to and signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.evidence.drafts import assessment, b64, bundle, compact, fact, measurement, salt, system
from tests.evidence.vectors.entry import ALTERED, INTACT, MALFORMED, MISSING, Entry, entry, put, swap

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 1,
    "list": [],
    "object": {},
    "empty text": "",
    "a space": "a b",
}
DIGEST = "ab" * 32
FULL: dict[str, bytes] = {
    "fact": fact("a.b", 0.5, market="eu", source="a page", count=7, interval=[0, 1], measurement=9),
    "measurement": measurement(seed=7, preregistration=DIGEST),
    "system": system(),
    "assessment": assessment("eu", elements={"flow": ["a", "b"]}),
}
FINE: dict[str, tuple[str, ...]] = {
    "value": ("true", "number", "list", "empty text", "a space"),
    "source": ("empty text", "a space"),
    "count": ("number",),
    "seed": ("number",),
    "method": ("empty text", "a space"),
    "version": ("empty text", "a space"),
    "name": ("empty text", "a space"),
    "tools": ("list",),
    "artefacts": ("list",),
    "met": ("list",),
    "not_met": ("list",),
    "unknown": ("list",),
    "not_applicable": ("list",),
    "elements": ("object",),
}
OPTIONAL = ("market", "source", "count", "interval", "measurement", "seed", "preregistration", "elements")
LEAF = '{"salt":"' + salt("x") + '","fact":"a.b","value":%s,"basis":"declared"%s}'


def alone(name: str, code: int, leaf: bytes) -> Entry:
    """A bundle of this leaf only."""
    return entry(f"leaf: {name}", code, bundle((leaf,)))


def with_value(name: str, code: int, written: str, more: str = "") -> Entry:
    """A fact whose value is written so."""
    return alone(name, code, (LEAF % (written, more)).encode("utf-8", "surrogatepass"))


def entries() -> Iterator[Entry]:
    for kind, whole in FULL.items():
        yield alone(f"{kind} with all keys", INTACT, whole)
        for name in json.loads(whole):
            is_optional = name in OPTIONAL and name != kind
            yield alone(
                f"{kind} without {name}",
                INTACT if is_optional else MALFORMED,
                compact(put(name, MISSING)(json.loads(whole))),
            )
            again = swap(f'"{name}":'.encode(), f'"{name}":1,"{name}":'.encode())
            yield alone(f"{kind} with {name} twice", MALFORMED, again(whole))
            for what, value in VALUES.items():
                is_name = kind == name == "measurement" and what in ("empty text", "a space")
                is_index = kind == "fact" and name == "measurement" and what == "number"
                code = INTACT if what in FINE.get(name, ()) or is_index or is_name else MALFORMED
                yield alone(f"{kind}, {name} is {what}", code, compact(put(name, value)(json.loads(whole))))
        for more in ("more", "", "__proto__", "Salt", "sha256", "expires"):
            yield alone(f"{kind} with unknown key {more!r}", MALFORMED, compact(json.loads(whole) | {more: "x"}))
        yield alone(f"{kind}, other order", INTACT, compact(last_second(json.loads(whole))))
        yield alone(f"{kind}, salt last", INTACT, compact(salt_last(json.loads(whole))))
        for other in FULL:
            if other != kind and (kind, other) != ("fact", "measurement"):
                yield alone(f"{kind} that is a {other} as well", MALFORMED, compact(json.loads(whole) | {other: "x"}))
    yield alone("of no kind", MALFORMED, compact({"salt": salt("x")}))
    yield alone("without keys", MALFORMED, b"{}")
    yield from texts()
    yield from numbers()
    yield from details()
    yield from against_each_other()


def last_second(leaf: dict[str, Any]) -> dict[str, Any]:
    first, *rest = leaf
    return {key: leaf[key] for key in (first, *reversed(rest))}


def salt_last(leaf: dict[str, Any]) -> dict[str, Any]:
    first, *rest = leaf
    return {key: leaf[key] for key in (*rest, first)}


def texts() -> Iterator[Entry]:
    """A leaf in other bytes."""
    good = fact("a.b")
    changes: dict[str, tuple[int, bytes]] = {
        "byte order mark": (MALFORMED, b"\xef\xbb\xbf" + good),
        "white space around": (INTACT, b" \t\r\n" + good + b"\n"),
        "spaces within": (INTACT, good.replace(b'":', b'" : ').replace(b",", b" ,\n")),
        "empty": (MALFORMED, b""),
        "a space": (MALFORMED, b" "),
        "null": (MALFORMED, b"null"),
        "in a list": (MALFORMED, b"[" + good + b"]"),
        "two objects": (MALFORMED, good * 2),
        "random bytes": (MALFORMED, bytes(range(256))),
        "zero byte after": (MALFORMED, good + b"\0"),
        "cut": (MALFORMED, good[:-1]),
        "trailing comma": (MALFORMED, good[:-1] + b",}"),
        "UTF-16": (MALFORMED, good.decode().encode("utf-16")),
        "look-alike key": (MALFORMED, good.replace(b'"fact"', '"f\u0430ct"'.encode())),
        "key with a zero-width space": (MALFORMED, good.replace(b'"basis"', '"basis\u200b"'.encode())),
        "escaped key": (INTACT, good.replace(b'"fact"', b'"\\u0066act"')),
        "escaped salt key": (INTACT, good.replace(b'"salt"', b'"\\u0073alt"')),
        "a key twice, once escaped": (MALFORMED, good.replace(b'"fact"', b'"\\u0066act":"z.z","fact"')),
        "of 256,000 bytes": (INTACT, good + b" " * (256_000 - len(good))),
        "of 256,001 bytes": (MALFORMED, good + b" " * (256_001 - len(good))),
    }
    for name, (code, leaf) in changes.items():
        yield alone(name, code, leaf)
    for depth in (15, 16, 17, 10_000, 100_000):
        yield with_value(f"value nested {depth} deep", MALFORMED, "[" * depth + "]" * depth)
    yield with_value("objects nested 40,000 deep", MALFORMED, '{"a":' * 40_000 + "1" + "}" * 40_000)
    yield with_value("open brackets only", MALFORMED, "[" * 200_000)
    strings: dict[str, tuple[int, str]] = {
        "half a surrogate pair": (MALFORMED, '"\\ud800"'),
        "low half alone": (MALFORMED, '"\\udfff"'),
        "half a pair in a list": (MALFORMED, '["a","\\ud83d"]'),
        "half a pair, then an escape": (MALFORMED, '"\\ud800\\n"'),
        "pair the wrong way round": (MALFORMED, '"\\ude00\\ud83d"'),
        "half in bytes, half escaped": (MALFORMED, '"\ud83d\\ude00"'),
        "escaped pair": (INTACT, '"\\ud83d\\ude00"'),
        "escaped backslash before u": (INTACT, '"\\\\ud800"'),
        "look-alike letters": (INTACT, '"nоne"'),
        "right-to-left override": (INTACT, '"\u202eenon"'),
        "escape sequence of a terminal": (INTACT, '"\\u001b[2J"'),
        "markup": (INTACT, '"<img src=x onerror=alert(1)>"'),
        "zero": (INTACT, '"\\u0000"'),
        "control character": (MALFORMED, '"\x1b"'),
        "line feed": (MALFORMED, '"\n"'),
        "10,000 faces": (INTACT, '"' + "😀" * 10_000 + '"'),
        "10,001 faces": (MALFORMED, '"' + "😀" * 10_001 + '"'),
        "10,000 letters": (INTACT, '"' + "a" * 10_000 + '"'),
        "10,001 letters": (MALFORMED, '"' + "a" * 10_001 + '"'),
        "10,001 letters in a list": (MALFORMED, '["' + "a" * 10_001 + '"]'),
        "many texts": (INTACT, "[" + ",".join(['"a"'] * 60_000) + "]"),
        "a text twice in a list": (INTACT, '["a","a"]'),
        "numbers in a list": (MALFORMED, "[1,2]"),
        "true in a list": (MALFORMED, "[true]"),
        "null in a list": (MALFORMED, "[null]"),
        "a list in a list": (MALFORMED, '[["a"]]'),
        "an object": (MALFORMED, '{"a":"b"}'),
        "word in capitals": (MALFORMED, "True"),
        "undefined": (MALFORMED, "undefined"),
        "word with more": (MALFORMED, "truee"),
        "nothing": (MALFORMED, ""),
    }
    for name, (code, written) in strings.items():
        yield with_value(f"value with {name}", code, written)


def numbers() -> Iterator[Entry]:
    fine = [
        "0",
        "-0",
        "-0.0",
        "0.0",
        "1.0",
        "1e0",
        "1E+2",
        "1e-2",
        "-1.5e-10",
        "1e308",
        "-1e308",
        "1.7976931348623157e308",
        "1e-400",
        "0e999",
    ]
    fine += ["9" * 40, "-" + "9" * 39, "0." + "1" * 38, "9007199254740993", "18446744073709551616"]
    wrong = [
        "1e309",
        "1e999",
        "-1e999",
        "1e99999999",
        "1.8e308",
        "NaN",
        "Infinity",
        "-Infinity",
        "+1",
        "01",
        "-01",
        "00",
        ".5",
        "5.",
        "-.5",
        "1e",
        "1e+",
        "-",
    ]
    wrong += [
        "--1",
        "0x1",
        "1_000",
        "1,5",
        "1 000",
        "１",
        "٣",
        "1n",
        "1f",
        "inf",
        "nan",
        "9" * 41,
        "-" + "9" * 40,
        "0." + "1" * 39,
        "9" * 5000,
        "1e" + "0" * 50,
    ]
    for code, texts in ((INTACT, fine), (MALFORMED, wrong)):
        for written in texts:
            yield with_value(f"value {written[:24]}, {len(written)} long", code, written)
            yield with_value(
                f"interval {written[:24]}, {len(written)} long", code, "true", f',"interval":[{written},1]'
            )
    top = 2**53 - 1
    for written in ("0", "-0", "1", "5", str(top)):
        yield with_value(f"count {written}", INTACT, "true", f',"count":{written}')
        yield with_value(
            f"measurement {written}",
            MALFORMED if written in ("0", "-0") else INTACT,
            "true",
            f',"measurement":{written}',
        )
    for written in (
        "-1",
        "-0.0",
        "1.0",
        "1e0",
        "0.0",
        "0e0",
        "1.5",
        "1e2",
        str(top + 1),
        str(top + 2),
        "9" * 40,
        "1e999",
        '"1"',
        "true",
        "[1]",
    ):
        yield with_value(f"count {written}", MALFORMED, "true", f',"count":{written}')
        yield with_value(f"measurement {written}", MALFORMED, "true", f',"measurement":{written}')
    for written in (
        "[]",
        "[0]",
        "[0,1,2]",
        '["0","1"]',
        "[true,false]",
        "[null,1]",
        "0",
        '{"low":0,"high":1}',
        "[[0],[1]]",
    ):
        yield with_value(f"interval is {written}", MALFORMED, "true", f',"interval":{written}')
    yield with_value("interval upside down", INTACT, "true", ',"interval":[1,0]')


def details() -> Iterator[Entry]:
    for length in (0, 1, 15, 65, 66):
        yield alone(f"salt of {length} bytes", MALFORMED, fact("a.b", salt=b64(bytes(length))))
    for length in (16, 17, 18, 32, 63, 64):
        yield alone(f"salt of {length} bytes", INTACT, fact("a.b", salt=b64(bytes(length))))
    for what, text in (
        ("hexadecimal", "ab" * 15 + "a"),
        ("url alphabet", salt("x")[:-5] + "-_A=="),
        ("no padding", salt("x")[:-2]),
    ):
        yield alone(f"salt in {what}", MALFORMED, fact("a.b", salt=text))
    yield alone("salt with spare bits", MALFORMED, fact("a.b", salt=b64(bytes(16))[:-3] + "B=="))
    yield alone("salt with a line feed", MALFORMED, fact("a.b", salt=salt("x") + "\n"))
    yield alone("salt beyond ASCII", MALFORMED, fact("a.b", salt="é" + salt("x")[1:]))
    for basis in ("observed", "reported", "declared", "inferred"):
        yield alone(f"basis {basis}", INTACT, fact("a.b", basis=basis))
    for basis in ("Observed", "observed ", "measured", "obs\u0435rved", "constructor", "toString"):
        yield alone(f"basis {basis!r}", MALFORMED, fact("a.b", basis=basis))
    for what, name in (
        *(
            ("Cyrillic letter", "а.b"),
            ("zero-width space", "a\u200b.b"),
            ("full-width letter", "ａ.b"),
            ("space", "a .b"),
        ),
        *(("line feed", "a.b\n"), ("delete character", "a.b\x7f"), ("zero", "a\0b"), ("201 characters", "a" * 201)),
    ):
        yield alone(f"fact's id with {what}", MALFORMED, fact(name))
        yield alone(f"fact's market with {what}", MALFORMED, fact("a.b", market=name))
        yield alone(f"assessment's market with {what}", MALFORMED, assessment(name))
        yield alone(f"clause with {what}", MALFORMED, assessment("eu", met=[name]))
        yield alone(f"system's name in its leaf with {what}", MALFORMED, system(name))
    yield alone("fact's id of 200 characters", INTACT, fact("a" * 200))
    yield alone("fact's id __proto__", INTACT, fact("__proto__"))
    for day in ("2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"):
        yield alone(f"on {day}", INTACT, measurement(on=day))
        yield alone(f"assessed on {day}", INTACT, assessment("eu", on=day))
    for day in (
        *(
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026-04-31",
            "0000-01-01",
            "2026-1-1",
            "20260101",
            "2026-01-01T00:00:00Z",
        ),
        *("2026-01-01 ", "２０２６-01-01", "2026/01/01", "+026-01-01", "2026-01-1\n", "12026-01-01"),
    ):
        yield alone(f"on {day!r}", MALFORMED, measurement(on=day))
        yield alone(f"assessed on {day!r}", MALFORMED, assessment("eu", on=day))
    for what, digest in (
        ("capitals", DIGEST.upper()),
        ("63 digits", DIGEST[1:]),
        ("65 digits", DIGEST + "a"),
        ("prefix", "sha256:" + DIGEST),
    ):
        yield alone(f"statement in {what}", MALFORMED, measurement(statement=digest))
        yield alone(f"artefact in {what}", MALFORMED, system(artefacts=[{"name": "m", "sha256": digest}]))
    for what, tools in (
        *(
            ("without version", [{"name": "a"}]),
            ("with more", [{"name": "a", "version": "1", "more": 1}]),
            ("a text", ["a"]),
        ),
        *(
            ("version a number", [{"name": "a", "version": 1}]),
            ("an object", {"name": "a", "version": "1"}),
            ("null", [None]),
        ),
    ):
        yield alone(f"tools {what}", MALFORMED, measurement(tools=tools))
    yield alone("tool twice", INTACT, measurement(tools=[{"name": "a", "version": "1"}] * 2))
    yield alone("tool with keys in another order", INTACT, measurement(tools=[{"version": "1", "name": "a"}]))
    yield alone("artefact without digest", MALFORMED, system(artefacts=[{"name": "m"}]))
    yield alone("artefact with more", MALFORMED, system(artefacts=[{"name": "m", "sha256": DIGEST, "size": 1}]))
    yield alone("method of 10,001 letters", MALFORMED, measurement(method="m" * 10_001))
    yield alone("source of 10,001 letters", MALFORMED, fact("a.b", source="m" * 10_001))
    yield alone("seed 2**53", MALFORMED, measurement(seed=2**53))
    yield alone("clause twice in one list", MALFORMED, assessment("eu", met=["law/1", "law/1"]))
    yield alone("clause in two lists", MALFORMED, assessment("eu", met=["law/1"], not_met=["law/1"], not_applicable=[]))
    yield alone("no verdict at all", INTACT, assessment("eu", met=[], not_met=[], not_applicable=[]))
    yield alone("clause is a number", MALFORMED, assessment("eu", met=[1]))
    for what, elements in (
        *(
            ("an id twice", {"flow": ["a", "a"]}),
            ("a list", [["flow", ["a"]]]),
            ("a number", {"flow": [1]}),
            ("null", {"flow": None}),
        ),
        *(
            ("a space", {"flow": ["a b"]}),
            ("a name with a space", {"a flow": []}),
            ("1,001 ids", {"flow": [f"f{n}" for n in range(1001)]}),
        ),
        ("1,001 ids in two lists", {"flow": [f"f{n}" for n in range(500)], "item": [f"f{n}" for n in range(501)]}),
    ):
        yield alone(f"elements with {what}", MALFORMED, assessment("eu", elements=elements))
    for what, elements in (
        ("no collection", {}),
        ("nothing", {"flow": []}),
        ("one id in two", {"flow": ["a"], "item": ["a"]}),
        ("1,000", {"flow": [f"f{n}" for n in range(1000)]}),
    ):
        yield alone(f"elements with {what}", INTACT, assessment("eu", elements=elements))
    yield alone("further verdict", MALFORMED, assessment("eu", partly=[]))


def against_each_other() -> Iterator[Entry]:
    eu, cn, everywhere = fact("a.b", market="eu"), fact("a.b", market="cn"), fact("a.b")
    other = fact("a.b", False, market="eu", salt=salt("other"))
    pairs: dict[str, tuple[int, tuple[bytes, ...]]] = {
        "a fact twice": (MALFORMED, (everywhere, fact("a.b", False, salt=salt("other")))),
        "the same leaf twice": (MALFORMED, (everywhere, everywhere)),
        "a fact twice in a market": (MALFORMED, (eu, other)),
        "a fact in a market and everywhere": (MALFORMED, (eu, everywhere)),
        "a fact everywhere and in a market": (MALFORMED, (everywhere, cn)),
        "a fact in two markets": (INTACT, (eu, cn)),
        "a fact in two markets and everywhere": (MALFORMED, (eu, cn, everywhere)),
        "a fact in markets that differ by case": (INTACT, (eu, fact("a.b", market="EU"))),
        "two facts": (INTACT, (everywhere, fact("a.c"))),
        "two assessments of one market": (MALFORMED, (assessment("eu"), assessment("eu", met=[], salt=salt("other")))),
        "two assessments": (INTACT, (assessment("eu"), assessment("cn"))),
        "two systems": (MALFORMED, (system(), system(version="2"))),
        "two equal systems": (MALFORMED, (system(), system())),
        "two measurements of one name": (INTACT, (measurement(), measurement(salt=salt("other")))),
        "measurement that is a fact": (MALFORMED, (fact("a.b", measurement=1), fact("a.c"))),
        "measurement that is the fact itself": (MALFORMED, (fact("a.b", measurement=0), fact("a.c"))),
        "measurement that is a system": (MALFORMED, (fact("a.b", measurement=1), system())),
        "measurement that is an assessment": (MALFORMED, (fact("a.b", measurement=1), assessment("eu"))),
        "measurement that is one": (INTACT, (fact("a.b", measurement=1), measurement())),
        "measurement beyond the size": (INTACT, (fact("a.b", measurement=2), measurement())),
        "two facts of one measurement": (
            INTACT,
            (fact("a.b", measurement=1), measurement(), fact("a.c", measurement=1)),
        ),
        "measurement that is a fact with one": (
            MALFORMED,
            (fact("a.b", measurement=1), fact("a.c", measurement=2), measurement()),
        ),
    }
    for name, (code, leaves) in pairs.items():
        yield entry(f"leaves: {name}", code, bundle(leaves))
    yield entry(
        "leaves: measurement that is a fact, not opened",
        INTACT,
        bundle((fact("a.b", measurement=1), fact("a.c")), (0,)),
    )
    yield entry("leaves: a fact twice, one not opened", INTACT, bundle((eu, everywhere), (1,)))
    yield entry("leaves: two systems, the first opened", INTACT, bundle((system(), system(version="2")), (0,)))
    yield entry("leaves: two systems, the second opened", ALTERED, bundle((system(), system(version="2")), (1,)))
    commit = partial(put, "subject", 0, "digest", "saltedCommitment")
    yield entry("system that was not committed to", ALTERED, bundle((system(), everywhere), statement=commit(DIGEST)))
    yield entry(
        "system not opened, nothing committed to",
        INTACT,
        bundle((system(), everywhere), (1,), statement=commit(DIGEST)),
    )
