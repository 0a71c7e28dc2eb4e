"""Text to tokens, by the lexical grammar of the CEL specification (section "Syntax")."""

from __future__ import annotations

import re
from typing import NamedTuple

from comity.clauses.errors import FormulaError
from comity.clauses.syntax import MAXIMUM_LENGTH
from comity.language import Message

KEYWORDS = frozenset({"true", "false", "null", "in"})
RESERVED = frozenset(
    "as break const continue else for function if import let loop package namespace return var void while".split()  # noqa: SIM905
)

_BLOCK = r"""\"{3}(?:[^\\]|\\(?s:.))*?\"{3}|'{3}(?:[^\\]|\\(?s:.))*?'{3}"""
_LINE = r""""(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'"""
_RAW = r"""\"{3}(?s:.)*?\"{3}|'{3}(?s:.)*?'{3}|"[^"\r\n]*"|'[^'\r\n]*'"""
_TOKEN = re.compile(
    rf"""
    (?P<space>(?:[\t\n\f\r\ ]|//[^\n]*)+)
  | (?P<string>[bB]?[rR](?:{_RAW})|[bB]?(?:{_BLOCK}|{_LINE}))
  | (?P<double>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
  | (?P<unsigned>(?:0x[0-9a-fA-F]+|[0-9]+)[uU])
  | (?P<int>0x[0-9a-fA-F]+|[0-9]+)
  | (?P<word>[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<quoted>`[_a-zA-Z0-9.\-/ ]+`)
  | (?P<mark>&&|\|\||==|!=|<=|>=|[<>!\-+*/%?:.,()\[\]{{}}])
    """,
    re.VERBOSE,
)

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"} | {c: c for c in "\\?\"'`"}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(?s:(.))|$)"
)

_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: Python can hold it, no file can."""


class Token(NamedTuple):
    """One word of a formula: its kind (the names in the pattern above, or `end`), its text and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens of a formula, without white space and comments, closed by an `end` token.

    Raises:
        FormulaError: a character or a string that CEL does not know, or a text longer than `MAXIMUM_LENGTH`.
    """
    if len(text) > MAXIMUM_LENGTH:
        message = Message("the formula is longer than {limit} characters", limit=MAXIMUM_LENGTH)
        raise FormulaError(message, text=text[:200].encode(errors="replace").decode(), span=(0, 1))
    lone = _SURROGATE.search(text)
    if lone is not None:
        raise _unreadable(text, lone.start())
    found: list[Token] = []
    position = 0
    match = _TOKEN.match
    while position < len(text):
        token = match(text, position)
        if token is None:
            raise _unreadable(text, position)
        end = token.end()
        kind = token.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, token.group(), position, end))
        position = end
    found.append(Token("end", "", position, position))
    return found


def _unreadable(text: str, position: int) -> FormulaError:
    if text[position] in "\"'":
        if text[max(0, position - 2) : position] == text[position] * 2:
            position -= 2  # three quotes, of which two were read as an empty string
        return FormulaError(Message("the string is not closed"), text=text, span=(position, len(text)))
    hints = {
        "=": Message("to compare, write =="),
        "&": Message("write && for “and”"),
        "|": Message("write || for “or”"),
        "“": Message('write straight quotes: "'),
        "”": Message('write straight quotes: "'),
        "≥": Message("write >="),
        "≤": Message("write <="),
    }
    character = text[position]
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    message = Message('"{character}" means nothing here', character=shown)
    return FormulaError(message, text=text, span=(position, position + 1), hint=hints.get(character))


def string_value(token: Token, text: str) -> str | None:
    """The value of a string token, escapes resolved; None for bytes.

    Raises:
        FormulaError: an escape that CEL does not know.
    """
    prefix_length = min(token.text.index(q) for q in "\"'" if q in token.text)
    prefix = token.text[:prefix_length].lower()
    body = token.text[prefix_length:]
    quotes = 3 if len(body) >= 6 and body[:3] in {'"""', "'''"} else 1
    body = body[quotes:-quotes]
    if "r" in prefix or "\\" not in body:
        return None if "b" in prefix else body

    def resolve(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3] or found[4]
        number = int(code, 16) if code else int(found[5], 8) if found[5] else -1
        if number < 0 and found[6] in _ESCAPES:
            return _ESCAPES[found[6]]
        if number < 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            start = token.start + prefix_length + quotes + found.start()
            message = Message("this escape means nothing in CEL")
            raise FormulaError(message, text=text, span=(start, start + len(found[0])))
        return chr(number)

    value = _ESCAPE.sub(resolve, body)
    return None if "b" in prefix else value
