#!/usr/bin/env python3
"""Verify a bundle with nothing but Python's standard library: `python verify_bundle.py BUNDLE --key VKEY`.

This file stands alone (Python 3.9 or later; no network, no other file) and can be handed over beside a bundle. It was written from
the specification of the form `comity/bundle/1` (docs/reference/bundle.md of Comity), apart from Comity's own verifier, and knows no
clauses: of the four answers it leaves verdicts and measurement open, so it ends with 3 at best, or 0 with --integrity-only.
Exit codes: 0 intact (only with --integrity-only), 2 malformed or bad arguments, 3 something is open or the issuer is not trusted,
4 altered.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import calendar
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator  # noqa: TC003
from typing import Any, NamedTuple, NoReturn

MALFORMED, OPEN, ALTERED = 2, 3, 4

# Limits of the form, all checked before anything is decoded.
FILE_BYTES = 64_000_000
DISCLOSURES = 1_000_000
PAYLOAD_BYTES = 1_000_000
LEAF_BYTES = 256_000
PATH_BYTES = 40 * 32
ANCHOR_BYTES = 100_000
SIGNATURE_BYTES = 64
MOST_LEAVES = 2**40
SIGNATURES = 8
NESTING = 16
DIGITS = 40
# So many bytes of opened leaves are listed in the report; the rest is verified all the same.
LISTED_BYTES = 4_000_000

TOLERANCE = 600
"""Seconds by which a clock may be behind that of the signer."""


class Refused(Exception):  # noqa: N818
    """What ends a verification: the exit code, the place, and what is wrong there in English and Chinese."""

    def __init__(self, code: int, place: str, english: str, chinese: str) -> None:
        super().__init__(f"{place}: {english}")
        self.code = code
        self.place = place
        self.said = {"en": english, "zh": chinese}


def malformed(place: str, english: str, chinese: str) -> NoReturn:
    """Refuse a form."""
    raise Refused(MALFORMED, place, english, chinese)


def altered(place: str, english: str, chinese: str) -> NoReturn:
    """Refuse what was not signed so."""
    raise Refused(ALTERED, place, english, chinese)


# --- The file: its one encoding is a regular language, so it is recognised byte by byte instead of parsed. ---


class Key(NamedTuple):
    """A public key with the name it goes by."""

    name: str
    id: str
    public: bytes


class Disclosure(NamedTuple):
    """One opened leaf."""

    position: int
    leaf: bytes
    path: bytes


class File(NamedTuple):
    """What stands in the file."""

    payload: bytes
    signatures: list[bytes]
    signers: list[Key]
    disclosures: list[Disclosure]
    anchors: list[str]


_TYPE = b"application/vnd.in-toto+json"
_TEXT = re.compile(rb'"((?:[ !#-\[\]-~]|\\["\\]){0,400})"')
_WHOLE = re.compile(rb"0|[1-9][0-9]{0,39}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_LAST_SYMBOL = {1: b"AEIMQUYcgkosw048", 2: b"AQgw"}
_KEY = re.compile(r"([!-*,-~]{1,100})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,100})")


class Scanner:
    """A place in the bytes of the file; each step consumes what must stand there or refuses."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def has(self, literal: bytes) -> bool:
        """Consume these bytes if they stand here."""
        found = self.data.startswith(literal, self.at)
        self.at += len(literal) if found else 0
        return found

    def expect(self, literal: bytes) -> None:
        """Consume exactly these bytes."""
        if not self.has(literal):
            shown = literal.decode().replace("\n", "\\n")
            malformed(f"byte {self.at}", f"expected {shown}", f"此处应为 {shown}")

    def text(self) -> str:
        """Consume a text of printable ASCII."""
        found = _TEXT.match(self.data, self.at)
        if found is None:
            malformed(f"byte {self.at}", "expected a short text of printable ASCII", "此处应为可打印 ASCII 短文本")
        self.at = found.end()
        return re.sub(r'\\(["\\])', r"\1", found[1].decode())

    def whole(self) -> int:
        """Consume a whole number of at most 40 digits."""
        found = _WHOLE.match(self.data, self.at)
        if found is None:
            malformed(f"byte {self.at}", "expected a whole number", "此处应为整数")
        self.at = found.end()
        return int(found[0])

    def base64(self, maximum: int = FILE_BYTES) -> bytes:
        """Consume a text in base64 that stands for at most so many bytes."""
        start = self.at
        self.expect(b'"')
        found = _BASE64.match(self.data, self.at)
        text = b"" if found is None else found[0]
        self.at += len(text)
        if not self.has(b'"') or not is_base64(text):
            malformed(
                f"byte {start}",
                "expected base64 with padding and without spare bits",
                "此处应为带填充且无多余位的 base64",
            )
        if len(text) // 4 * 3 - text.count(b"=", -2) > maximum:
            malformed(f"byte {start}", f"more than {maximum} bytes", f"超过 {maximum} 字节")
        return binascii.a2b_base64(text)


def is_base64(text: bytes) -> bool:
    """Whether this is base64 after RFC 4648, section 4, with padding and unused bits zero."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return False
    padding = text.count(b"=", -2) if text else 0
    return padding == 0 or text[-1 - padding] in _LAST_SYMBOL[padding]


def read_file(data: bytes) -> File:
    """The form of the file (step 1)."""
    if len(data) > FILE_BYTES:
        malformed("file", f"more than {FILE_BYTES} bytes", f"超过 {FILE_BYTES} 字节")
    scanner = Scanner(data)
    scanner.expect(b'{"schema":"comity/bundle/1","envelope":{"payloadType":"' + _TYPE + b'","payload":')
    payload = scanner.base64(PAYLOAD_BYTES)
    scanner.expect(b',"signatures":[')
    signatures: list[tuple[str, bytes]] = []
    while not signatures or scanner.has(b","):
        if len(signatures) == SIGNATURES:
            malformed(f"byte {scanner.at}", f"more than {SIGNATURES} signatures", f"签名多于 {SIGNATURES} 个")
        scanner.expect(b'{"keyid":')
        keyid = scanner.text()
        scanner.expect(b',"sig":')
        signatures.append((keyid, scanner.base64(SIGNATURE_BYTES)))
        scanner.expect(b"}")
    scanner.expect(b']},"signers":[')
    signers: list[Key] = []
    for number, (keyid, _) in enumerate(signatures):
        if number:
            scanner.expect(b",")
        signers.append(read_key(scanner.text(), f"signers[{number}]"))
        if keyid != signers[-1].id:
            malformed(f"signatures[{number}]", "keyid is not the id of its signer", "keyid 与签名者的编号不符")
    if len({key.public for key in signers}) < len(signers):
        malformed("signers", "a key occurs twice", "有公钥重复出现")
    scanner.expect(b'],"disclosures":[')
    disclosures = list(_read_disclosures(scanner))
    scanner.expect(b"]")
    anchors = []
    for anchor in ("log", "timestamp"):
        if scanner.has(f',"{anchor}":'.encode()):
            scanner.base64(ANCHOR_BYTES)
            anchors.append(anchor)
    scanner.expect(b"}\n")
    if scanner.at != len(data):
        malformed(f"byte {scanner.at}", "something follows the end", "结尾之后还有内容")
    return File(payload, [signature for _, signature in signatures], signers, disclosures, anchors)


def _read_disclosures(scanner: Scanner) -> Iterator[Disclosure]:
    if scanner.data.startswith(b"]", scanner.at):
        return
    previous = -1
    for count in range(1, DISCLOSURES + 2):
        start = scanner.at
        if count > DISCLOSURES:
            malformed(f"byte {start}", f"more than {DISCLOSURES} disclosures", f"公开内容多于 {DISCLOSURES} 项")
        scanner.expect(b"[")
        index = scanner.whole()
        if index <= previous:
            malformed(f"byte {start}", "the indices do not rise", "序号没有递增")
        if index >= MOST_LEAVES:
            malformed(f"byte {start}", "an index beyond any tree", "序号超出任何树的范围")
        previous = index
        scanner.expect(b",")
        leaf = scanner.base64(LEAF_BYTES)
        scanner.expect(b",")
        path = scanner.base64(PATH_BYTES)
        if len(path) % 32:
            malformed(f"byte {start}", "a path that is not made of whole hashes", "路径不是由完整的散列组成")
        yield Disclosure(index, leaf, path)
        scanner.expect(b"]")
        if not scanner.has(b","):
            return


def read_key(text: str, place: str) -> Key:
    """A public key as it is written in a signed note, acceptable or refused."""
    found = _KEY.fullmatch(text)
    if found is None or not is_base64(found[3].encode()):
        malformed(place, "not a key: <name>+<id>+<base64>", "不是公钥：应为 <名称>+<编号>+<base64>")
    named = base64.b64decode(found[3])
    if len(named) != 33 or named[0] != 1:
        malformed(place, "not an Ed25519 key", "不是 Ed25519 公钥")
    if hashlib.sha256(found[1].encode() + b"\n" + named).hexdigest()[:8] != found[2]:
        malformed(place, "the id does not fit name and key", "编号与名称和公钥不符")
    if not is_acceptable_point(named[1:]):
        malformed(place, "a key under which signatures prove nothing", "在这种公钥下，签名证明不了任何事")
    return Key(found[1], found[2], named[1:])


# --- Ed25519 (RFC 8032), with one rule of acceptance. ---

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_SMALL_ORDER = {
    0,
    1,
    _P - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
}
_Point = tuple[int, int, int, int]
_IDENTITY: _Point = (0, 1, 1, 0)


def is_acceptable_point(encoded: bytes) -> bool:
    """Whether an encoding of a point is canonical and not one of small order."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return y < _P and y not in _SMALL_ORDER


def verify_signature(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether [S]B - [h]A encodes to R, byte for byte, under the rule of acceptance."""
    if len(signature) != 64 or not is_acceptable_point(public) or not is_acceptable_point(signature[:32]):
        return False
    scalar = int.from_bytes(signature[32:], "little")
    point = _decoded(public)
    if scalar >= _L or point is None:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    x, y, z, t = point
    return _encoded(_combined(_BASE, scalar, (_P - x, y, z, _P - t), challenge)) == signature[:32]


def _decoded(encoded: bytes) -> _Point | None:
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _added(one: _Point, other: _Point) -> _Point:
    """RFC 8032, section 5.1.4; the formulas are complete, so they double as well."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _combined(one: _Point, factor: int, other: _Point, challenge: int) -> _Point:
    """[factor] one + [challenge] other, both factors walked together from the highest bit."""
    addends = {1: one, 2: other, 3: _added(one, other)}
    found = _IDENTITY
    for bit in range(max(factor, challenge).bit_length() - 1, -1, -1):
        found = _added(found, found)
        chosen = (factor >> bit & 1) | (challenge >> bit & 1) << 1
        if chosen:
            found = _added(found, addends[chosen])
    return found


_BASE = _decoded((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")) or _IDENTITY


def check_signatures(file: File) -> None:
    """All signatures over the pre-authentication encoding of DSSE (step 2)."""
    message = b"DSSEv1 %d %s %d %s" % (len(_TYPE), _TYPE, len(file.payload), file.payload)
    for number, (key, signature) in enumerate(zip(file.signers, file.signatures)):  # noqa: B905
        if not verify_signature(key.public, signature, message):
            altered(
                f"signatures[{number}]",
                "the signature does not fit what is said to be signed",
                "签名与所称的签名内容不符",
            )


# --- Strict JSON, for the payload and the leaves. ---


def read_json(data: bytes, place: str) -> dict[str, Any]:
    """A JSON object: UTF-8, no repeated key, bounded depth and numbers, whole texts."""
    try:
        text = data.decode("utf-8")
        if text.count("[") + text.count("{") > NESTING:
            _check_depth(text)
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_whole_number,
            parse_float=_number,
            parse_constant=_no_number,
        )
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        reason = str(error).split(": line")[0] if isinstance(error, ValueError) else "nested too deeply"
        malformed(place, f"not strict JSON: {reason[:100]}", "不是严格的 JSON")
    if not isinstance(found, dict):
        malformed(place, "not a JSON object", "不是 JSON 对象")
    return found


def _check_depth(text: str) -> None:
    # A text without end is a token as well: else each quotation mark in it would be looked at to the end of the file.
    depth = 0
    for token in re.finditer(r'(?s)"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', text):
        depth += 1 if token[0] in "[{" else -1 if token[0] in "]}" else 0
        if depth > NESTING:
            raise ValueError("nested too deeply")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _whole_number(text: str) -> Any:
    if len(text) > DIGITS:
        raise ValueError("a number is too long")
    return int(text)


def _number(text: str) -> float:
    if len(text) > DIGITS:
        raise ValueError("a number is too long")
    found = float(text)
    if found in (float("inf"), -float("inf")):
        raise ValueError("a number is too large")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


# --- The forms of payload and leaves. ---

_IDENTIFIER = re.compile(r"[!-~]{1,200}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])Z")
VERDICTS = ("met", "not_met", "unknown", "not_applicable")


def is_text(value: Any, maximum: int = 10_000) -> bool:
    """Whether this is a text of at most so many characters."""
    return isinstance(value, str) and len(value) <= maximum


def is_identifier(value: Any) -> bool:
    """Whether this is an id: printable ASCII without space."""
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def is_digest(value: Any) -> bool:
    """Whether this is a SHA-256 in lower-case hexadecimal digits."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def is_number(value: Any) -> bool:
    """Whether this is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value: Any, minimum: int = 0, maximum: int = 2**53 - 1) -> bool:
    """Whether this is a whole number, written without fraction and exponent, within bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def is_day(value: Any) -> bool:
    """Whether this is a day that exists."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return False
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def seconds_of(value: Any) -> int | None:
    """The time as seconds since 1970, or None if it is not a time of the form 2026-11-22T14:00:00Z."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None or not is_day(found[1]):
        return None
    return calendar.timegm(time.strptime(found[0], "%Y-%m-%dT%H:%M:%SZ"))


def is_value(value: Any) -> bool:
    """Whether this can be the value of a fact."""
    if isinstance(value, list):
        return all(map(is_text, value))
    return isinstance(value, bool) or is_number(value) or is_text(value)


def is_interval(value: Any) -> bool:
    """Whether this is a lower and an upper number."""
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value))


def is_salt(value: Any) -> bool:
    """Whether this is base64 of 16 to 64 bytes."""
    if not isinstance(value, str) or len(value) > 100 or not value.isascii() or not is_base64(value.encode()):
        return False
    return 16 <= len(binascii.a2b_base64(value)) <= 64


def are_tools(value: Any) -> bool:
    """Whether this lists tools with their versions."""
    return isinstance(value, list) and all(_has_form(item, {"name": is_text, "version": is_text}, {}) for item in value)


def are_artefacts(value: Any) -> bool:
    """Whether this lists artefacts with their digests."""
    return isinstance(value, list) and all(
        _has_form(item, {"name": is_text, "sha256": is_digest}, {}) for item in value
    )


def are_identifiers(value: Any) -> bool:
    """Whether this is a list of ids."""
    return isinstance(value, list) and all(map(is_identifier, value))


def are_elements(value: Any) -> bool:
    """Whether this gives, by collection, the ids of what is listed of it."""
    if (
        not isinstance(value, dict)
        or not all(map(is_identifier, value))
        or not all(map(are_identifiers, value.values()))
    ):
        return False
    return sum(map(len, value.values())) <= 1000 and all(len(set(ids)) == len(ids) for ids in value.values())


def is_basis(value: Any) -> bool:
    """Whether this is of the closed vocabulary of who saw it."""
    return value in ("observed", "reported", "declared", "inferred") if isinstance(value, str) else False


_Form = dict[str, Any]
_STATEMENT: _Form = {"_type": is_text, "subject": lambda v: isinstance(v, list), "predicateType": is_text}
_STATEMENT["predicate"] = lambda v: isinstance(v, dict)
_PREDICATE: _Form = {
    "system": lambda v: _has_form(v, {"id": is_identifier, "version": lambda v: is_text(v, 200)}, {}),
    "evaluator": lambda v: is_text(v, 200),
    "created": lambda v: seconds_of(v) is not None,
    "library": is_digest,
    "root": is_digest,
    "size": lambda v: is_whole(v, 1, MOST_LEAVES),
}
_LEAVES: dict[str, tuple[_Form, _Form]] = {
    "fact": (
        {"salt": is_salt, "fact": is_identifier, "value": is_value, "basis": is_basis},
        {
            "market": is_identifier,
            "source": is_text,
            "count": is_whole,
            "interval": is_interval,
            "measurement": is_whole,
        },
    ),
    "measurement": (
        {
            "salt": is_salt,
            "measurement": is_text,
            "method": is_text,
            "tools": are_tools,
            "on": is_day,
            "statement": is_digest,
        },
        {"seed": is_whole, "preregistration": is_digest},
    ),
    "system": (
        {"salt": is_salt, "system": is_identifier, "version": is_text, "name": is_text, "artefacts": are_artefacts},
        {},
    ),
    "assessment": (
        {"salt": is_salt, "assessment": is_identifier, "on": is_day, **dict.fromkeys(VERDICTS, are_identifiers)},
        {"elements": are_elements},
    ),
}


def _has_form(value: Any, required: _Form, optional: _Form) -> bool:
    return isinstance(value, dict) and _wrong_key(value, required, optional) is None


def _wrong_key(value: dict[str, Any], required: _Form, optional: _Form) -> str | None:
    """The first key that is missing, unknown or of a wrong value."""
    for key in required:
        if key not in value or not required[key](value[key]):
            return key
    for key in value:
        if key not in required and (key not in optional or not optional[key](value[key])):
            return key
    return None


def _check_form(value: dict[str, Any], required: _Form, optional: _Form, place: str) -> None:
    wrong = _wrong_key(value, required, optional)
    if wrong is not None:
        name = ascii(wrong)[1:61]
        malformed(place, f"{name} is missing, unknown or not of the right form", f"{name} 缺失、未知或形式不对")


def read_payload(data: bytes) -> dict[str, Any]:
    """The predicate of the statement, with `commitment`, the hash of the leaf that names the system (step 3)."""
    statement = read_json(data, "payload")
    _check_form(statement, _STATEMENT, {}, "payload")
    if statement["_type"] != "https://in-toto.io/Statement/v1":
        malformed("payload._type", "not an in-toto statement, version 1", "不是 in-toto 声明第 1 版")
    if statement["predicateType"] != "https://comity.dev/evidence/v1":
        malformed("payload.predicateType", "not evidence of Comity, version 1", "不是 Comity 证据第 1 版")
    subjects, predicate = statement["subject"], statement["predicate"]
    expires: _Form = {"expires": lambda v: seconds_of(v) is not None}
    _check_form(predicate, _PREDICATE, expires, "payload.predicate")
    digest = {"digest": lambda v: _has_form(v, {"saltedCommitment": is_digest}, {}), "name": is_identifier}
    if len(subjects) != 1 or not _has_form(subjects[0], digest, {}):
        malformed("payload.subject", "not one subject with a salted commitment", "应恰有一个带加盐承诺的主体")
    if subjects[0]["name"] != predicate["system"]["id"]:
        malformed("payload.subject", "another name than the system's id", "名称与系统编号不同")
    return {**predicate, "commitment": bytes.fromhex(subjects[0]["digest"]["saltedCommitment"])}


def read_leaf(disclosure: Disclosure) -> tuple[str, dict[str, Any]]:
    """The kind of a leaf and its content (step 5)."""
    place = f"leaf {disclosure.position}"
    leaf = read_json(disclosure.leaf, place)
    kinds = [kind for kind in _LEAVES if kind in leaf]
    if not kinds:
        malformed(place, "neither a fact nor a measurement, system or assessment", "既非事实，也非测量、系统或评估")
    _check_form(leaf, *_LEAVES[kinds[0]], place)
    if kinds[0] == "assessment":
        clauses = [clause for verdict in VERDICTS for clause in leaf[verdict]]
        if len(set(clauses)) < len(clauses):
            malformed(place, "a clause has two verdicts", "有条款得到两个结论")
    return kinds[0], leaf


# --- The tree and what leaves say of each other. ---


def leads_to(disclosure: Disclosure, size: int, root: bytes) -> bool:
    """Whether the path has exactly the hashes of RFC 9162, 2.1.3, and leads from the leaf to the root."""
    index, last, path = disclosure.position, size - 1, disclosure.path
    if index > last:
        return False
    found, at = hashlib.sha256(b"\0" + disclosure.leaf).digest(), 0
    while last:
        sibling = path[at : at + 32]
        if index & 1:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            at += 32
        elif index < last:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
            at += 32
        index, last = index >> 1, last >> 1
    return at == len(path) and found == root


def check_leaves(disclosures: list[Disclosure], commitment: bytes) -> None:
    """Form of the leaves, leaves against each other, system against commitment (steps 5 to 7)."""
    kinds: dict[int, str] = {}
    markets: dict[str, list[str | None]] = {}
    measured: list[tuple[int, int]] = []
    assessed: list[str] = []
    system: bytes | None = None
    for disclosure in disclosures:
        kind, leaf = read_leaf(disclosure)
        kinds[disclosure.position] = kind
        if kind == "fact":
            markets.setdefault(sys.intern(leaf["fact"]), []).append(leaf.get("market"))
            if "measurement" in leaf:
                measured.append((disclosure.position, leaf["measurement"]))
        elif kind == "assessment":
            assessed.append(leaf["assessment"])
        elif kind == "system":
            system = disclosure.leaf
    for fact, given in markets.items():
        if len(given) > 1 and (None in given or len(set(given)) < len(given)):
            malformed(fact, "this fact is opened twice", "该事实被公开两次")
    if len(set(assessed)) < len(assessed):
        malformed("disclosures", "two assessments of one market", "同一市场有两份评估")
    if sum(kind == "system" for kind in kinds.values()) > 1:
        malformed("disclosures", "two systems", "有两个系统")
    for index, measurement in measured:
        if kinds.get(measurement, "measurement") != "measurement":
            malformed(f"leaf {index}", "what it calls its measurement is none", "它所指的测量并不是测量")
    if system is not None and hashlib.sha256(b"\0" + system).digest() != commitment:
        altered("disclosures", "the opened system is not the one that was committed to", "公开的系统不是所承诺的系统")


class Verified(NamedTuple):
    """A bundle that is intact."""

    file: File
    predicate: dict[str, Any]


def open_bundle(data: bytes) -> Verified:
    """What an intact bundle says; raises `Refused` for any other, in the order of the specification."""
    file = read_file(data)
    check_signatures(file)
    predicate = read_payload(file.payload)
    root = bytes.fromhex(predicate["root"])
    for disclosure in file.disclosures:
        if not leads_to(disclosure, predicate["size"], root):
            altered(f"leaf {disclosure.position}", "the path does not lead to the root", "路径没有通向根")
    check_leaves(file.disclosures, predicate["commitment"])
    return Verified(file, predicate)


# --- The four answers. ---

Answer = tuple[str, str, str]
"""yes, no or open; and why, in English and Chinese."""


def issuer_answer(verified: Verified, trusted: list[Key], at: int) -> Answer:
    """Whether a signer is among the keys that the reader trusts, and the statement is of the right time."""
    if not trusted:
        return "open", "no key was given (--key)", "没有给出公钥（--key）"
    signers = {key.public for key in verified.file.signers}
    found = [key for key in trusted if key.public in signers]
    if not found:
        return "no", "no signer is among the keys given", "签名者均不在所给公钥之中"
    created, expires = seconds_of(verified.predicate["created"]), seconds_of(verified.predicate.get("expires"))
    if created is not None and created > at + TOLERANCE:
        return (
            "no",
            f"made in the future: {verified.predicate['created']}",
            f"制作于未来：{verified.predicate['created']}",
        )
    if expires is not None and at >= expires:
        return "no", f"expired: {verified.predicate['expires']}", f"已过期：{verified.predicate['expires']}"
    signer = f"{found[0].name}+{found[0].id}"
    if verified.file.anchors:
        # A wrong anchor would make the issuer "no", and this verifier cannot tell.
        anchors = ", ".join(verified.file.anchors)
        return "open", f"signed by {signer}; anchors not checked: {anchors}", f"由 {signer} 签名；未检查锚定：{anchors}"
    return "yes", f"signed by {signer}", f"由 {signer} 签名"


def answers_of(verified: Verified, trusted: list[Key], at: int) -> dict[str, Answer]:
    """All four; this verifier knows no clauses and measures nothing."""
    signers = ", ".join(f"{key.name}+{key.id}" for key in verified.file.signers)
    return {
        "signature": (
            "yes",
            f"signed by {signers}; every opened leaf belongs to it",
            f"由 {signers} 签名；每个公开的叶子都属于它",
        ),
        "issuer": issuer_answer(verified, trusted, at),
        "verdicts": ("open", "not recomputed: this verifier knows no clauses", "未重新计算：本验证器不含条款"),
        "measurement": ("open", "not attempted", "未尝试"),
    }


def exit_code(answers: dict[str, Answer], integrity_only: bool) -> int:
    """0 only where integrity alone was asked for, and the issuer, if keys were given, is trusted."""
    return 0 if integrity_only and answers["issuer"][0] != "no" else OPEN


def report_of(verified: Verified, answers: dict[str, Answer], code: int, language: str) -> dict[str, Any]:
    """What was found, as it is written with --json."""
    predicate, disclosures = verified.predicate, verified.file.disclosures
    facts: list[dict[str, Any]] = []
    assessments: list[dict[str, Any]] = []
    budget, listed = LISTED_BYTES, 0
    for disclosure in disclosures:
        budget -= len(disclosure.leaf)
        if budget < 0:
            break
        listed += 1
        kind, leaf = read_leaf(disclosure)
        if kind in ("fact", "assessment"):
            del leaf["salt"]
            (facts if kind == "fact" else assessments).append({"index": disclosure.position, **leaf})
    return {
        "schema": "comity/bundle-check/1",
        **{key: predicate[key] for key in ("system", "created", "evaluator", "library")},
        "expires": predicate.get("expires"),
        "signers": [f"{key.name}+{key.id}" for key in verified.file.signers],
        "opened": len(disclosures),
        "listed": listed,
        "size": predicate["size"],
        "answers": {
            name: {"outcome": answer[0], "reason": answer[2 if language == "zh" else 1]}
            for name, answer in answers.items()
        },
        "facts": facts,
        "assessments": assessments,
        "exit_code": code,
    }


_WORDS = {
    "en": {
        "head": "Bundle on {} {}, made {} by {}; {} of {} leaves are opened",
        "signature": "Is the signature valid?",
        "issuer": "Do you trust the issuer?",
        "verdicts": "Do the verdicts follow?",
        "measurement": "Measured again?",
        "yes": "yes",
        "no": "no",
        "open": "open",
        "facts": "Opened facts (they belong to the signed whole; a signature shows who said it, not that it is true):",
        "stated": "Verdicts stated for {} on {}, not recomputed: met {}, not met {}, unknown {}, not applicable {}",
        "unlisted": "{} more leaves are opened; they were verified and are not listed",
        "silent": "A bundle says nothing about what it does not open.",
        "malformed": "malformed",
        "altered": "altered",
    },
    "zh": {
        "head": "关于 {} {} 的证据包，{} 由 {} 制作；共 {} / {} 个叶子被公开",
        "signature": "签名有效吗？",
        "issuer": "信任签发者吗？",
        "verdicts": "结论成立吗？",
        "measurement": "重新测量了吗？",
        "yes": "是",
        "no": "否",
        "open": "未决",
        "facts": "公开的事实（它们属于所签的整体；签名表明是谁说的，不表明所说为真）：",
        "stated": "所述 {} 的结论（{}），未重新计算：满足 {}，未满足 {}，未知 {}，不适用 {}",
        "unlisted": "另有 {} 个公开的叶子：已验证，未列出",
        "silent": "证据包对没有公开的内容不作任何说明。",
        "malformed": "格式错误",
        "altered": "被改动",
    },
}


def visible(text: str) -> str:
    """The text with everything escaped that a terminal may act on or not show."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def words_of(report: dict[str, Any], language: str) -> Iterator[str]:
    """The report in lines for people."""
    words = _WORDS[language]
    system = report["system"]
    yield words["head"].format(
        system["id"],
        visible(system["version"]),
        report["created"],
        visible(report["evaluator"]),
        report["opened"],
        report["size"],
    )
    for name, answer in report["answers"].items():
        yield f"  {words[name]} {words[answer['outcome']]}: {answer['reason']}"
    for stated in report["assessments"]:
        yield words["stated"].format(
            stated["assessment"], stated["on"], *(len(stated[verdict]) for verdict in VERDICTS)
        )
    if report["facts"]:
        yield words["facts"]
    for fact in report["facts"]:
        where = f" ({fact['market']})" if "market" in fact else ""
        value = visible(json.dumps(fact["value"], ensure_ascii=False))
        yield f"  {fact['fact']}{where} = {value if len(value) <= 200 else value[:200] + '…'} [{fact['basis']}]"
    if report["listed"] < report["opened"]:
        yield words["unlisted"].format(report["opened"] - report["listed"])
    yield words["silent"]


# --- The command line. ---


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Verify a bundle of Comity offline, without Comity.")
    parser.add_argument("bundle", metavar="BUNDLE")
    parser.add_argument(
        "--key", metavar="VKEY", action="append", default=[], help="a public key you trust (repeatable)"
    )
    parser.add_argument("--at", metavar="TIME", help="the time to verify at, as 2026-11-22T14:00:00Z (default: now)")
    parser.add_argument("--integrity-only", action="store_true", help="end with 0 if the bundle is intact")
    parser.add_argument("--json", action="store_true", help="write the report as JSON")
    parser.add_argument("--lang", choices=sorted(_WORDS), default="en")
    options = parser.parse_args(arguments)
    options.keys = []
    for text in options.key:
        try:
            options.keys.append(read_key(text.strip(), "--key"))
        except Refused as refused:
            parser.error(f"{refused.place}: {refused.said[options.lang]}")
    options.time = int(time.time()) if options.at is None else seconds_of(options.at)
    if options.time is None:
        parser.error("--at: not a time of the form 2026-11-22T14:00:00Z")
    return options


def check(data: bytes, options: argparse.Namespace) -> int:
    """Verify, print the report, and say the exit code."""
    try:
        verified = open_bundle(data)
    except Refused as refused:
        word = "malformed" if refused.code == MALFORMED else "altered"
        said = refused.said[options.lang]
        if options.json:
            report = {"schema": "comity/bundle-check/1", "refused": word, "place": refused.place, "reason": said}
            print(json.dumps({**report, "exit_code": refused.code}, ensure_ascii=False, indent=2))
        else:
            print(f"{_WORDS[options.lang][word]}: {visible(refused.place)}: {visible(said)}")
        return refused.code
    answers = answers_of(verified, options.keys, options.time)
    code = exit_code(answers, options.integrity_only)
    report = report_of(verified, answers, code, options.lang)
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print("\n".join(words_of(report, options.lang)))
    return code


def main(arguments: list[str] | None = None) -> int:
    """Run as a program."""
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    options = _options(arguments)
    try:
        with open(options.bundle, "rb") as file:  # noqa: PTH123
            data = file.read(FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        print(f"cannot read {visible(options.bundle)}: {error}", file=sys.stderr)
        return MALFORMED
    try:
        return check(data, options)
    except MemoryError:
        print("not enough memory to verify this file", file=sys.stderr)
        return OPEN
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away; nothing is left to say, and the interpreter must not try again at exit.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 141


if __name__ == "__main__":
    sys.exit(main())
