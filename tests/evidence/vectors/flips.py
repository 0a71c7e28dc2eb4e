"""Every byte of a small bundle changed: the lowest bit flipped, and at every second byte another change as well."""

from __future__ import annotations

from collections.abc import Iterator

from tests.evidence.drafts import bundle, fact, system
from tests.evidence.vectors.entry import ALTERED, INTACT, MALFORMED, Entry, entry

SYMBOLS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def entries() -> Iterator[Entry]:
    whole = bundle((system(), fact("a.b"), fact("c.d")), (0, 2))
    yield entry("small", INTACT, whole, base=True)
    signed = fields(whole)
    for at, byte in enumerate(whole):
        for change in {byte ^ 1, ord("A") if byte != ord("A") else ord("Q")} if at % 2 else {byte ^ 1}:
            code = code_of(whole, at, change, signed)
            yield {
                "name": f"small, byte {at} is {change}",
                "code": code,
                "of": "small",
                "at": at,
                "remove": 1,
                "insert": chr(change),
            }
    for at in range(0, len(whole), 40):
        yield {
            "name": f"small, without byte {at}",
            "code": MALFORMED,
            "of": "small",
            "at": at,
            "remove": 1,
            "insert": "",
        }
        yield {
            "name": f"small, more before byte {at}",
            "code": MALFORMED,
            "of": "small",
            "at": at,
            "remove": 0,
            "insert": "A",
        }
        yield {
            "name": f"small, high bit of byte {at}",
            "code": MALFORMED,
            "of": "small",
            "at": at,
            "remove": 1,
            "insert": "\xc3",
        }


def fields(whole: bytes) -> list[range]:
    """Where what is signed stands in base64: payload, signature, leaves and paths. Any other byte is of the form, or of a key."""
    found = []
    for key in (b'"payload":"', b'"sig":"'):
        start = whole.index(key) + len(key)
        found.append(range(start, whole.index(b'"', start)))
    at = whole.index(b'"disclosures":[')
    for _ in range(2):
        for _ in range(2):
            start = whole.index(b'"', at + 15 if whole[at : at + 15] == b'"disclosures":[' else at) + 1
            found.append(range(start, whole.index(b'"', start)))
            at = found[-1].stop + 1
    return found


def code_of(whole: bytes, at: int, change: int, signed: list[range]) -> int:
    """What the specification says of a changed byte."""
    field = next((field for field in signed if at in field), None)
    if field is None:
        # The index 2 of the last leaf of three may become 3, which rises but is above; the index 0 may become 1.
        is_index = whole[at - 1 : at] == b"[" and whole[at + 1 : at + 3] == b',"' and chr(change) in "13"
        return ALTERED if is_index else MALFORMED
    text = bytearray(whole[field.start : field.stop])
    text[at - field.start] = change
    # A sign in the place of padding lengthens what it stands for: too long for a signature, no row of hashes for a path.
    lengthened = whole[at : at + 1] == b"=" and field in (signed[1], signed[3], signed[5])
    return ALTERED if is_base64(bytes(text)) and not lengthened else MALFORMED


def is_base64(text: bytes) -> bool:
    padding = len(text) - len(text.rstrip(b"="))
    symbols = text[: len(text) - padding]
    if padding > 2 or len(text) % 4 or any(sign not in SYMBOLS for sign in symbols):
        return False
    return SYMBOLS.index(symbols[-1]) % (1, 4, 16)[padding] == 0
