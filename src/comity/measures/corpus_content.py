"""What stands in a text: words of a list, by category of risk, and patterns of personal data.

A hit is a reason to look, no verdict: a word can be quoted, and a number can look like an identity. Numbers of identities count only with a
right check digit, so that few are taken for one by chance.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from comity.documents.reading import Mapping, Scalar, Sequence, read_bytes, read_file
from comity.errors import InputError, Place
from comity.language import Message, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MOST_WORDS = 200_000
LONGEST_WORD = 200
_MOST_BYTES = 16_000_000

ANY = "any"
"""The category of a list without categories."""

_MOST_COLONS = 6
"""An address of version 6 of the protocol has two together, or more of them."""

_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts that write no spaces between words: Thai, Lao, Myanmar, Khmer, Kana, Han."""


class Keywords:
    """Words by category, ready to be looked for. Case makes no difference; words of scripts with spaces match whole words only.

    Attributes:
        categories: their names, in order.
        words: how many there are.
    """

    def __init__(self, words: dict[str, list[str]]) -> None:
        self.categories = tuple(sorted(words))
        self.words = sum(map(len, words.values()))
        self._by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for category in self.categories:
            for word in words[category]:
                folded = folded_text(word)
                self._by_start[folded[:2]].append((folded, category))
        self._single = frozenset(start for start in self._by_start if len(start) == 1)

    def hits(self, text: str) -> set[str]:
        """The categories of which a word stands in the text."""
        folded = folded_text(text)
        starts = {first + second for first, second in pairwise(folded)}
        if self._single:
            starts |= set(folded)
        found: set[str] = set()
        for start in starts & self._by_start.keys():
            for word, category in self._by_start[start]:
                if category not in found and _stands_in(word, folded):
                    found.add(category)
        return found


def folded_text(text: str) -> str:
    """A text in which case, the form of characters and the width of spaces make no difference."""
    folded = text.casefold()
    return " ".join((folded if folded.isascii() else unicodedata.normalize("NFKC", folded)).split())


def _stands_in(word: str, text: str) -> bool:
    place = text.find(word)
    while place >= 0:
        end = place + len(word)
        if not (_inside(text[place - 1 : place], word[0]) or _inside(word[-1], text[end : end + 1])):
            return True
        place = text.find(word, place + 1)
    return False


def _inside(before: str, after: str) -> bool:
    """Whether no word begins between two characters."""
    return before.isalnum() and after.isalnum() and not (_NO_SPACES.match(before) or _NO_SPACES.match(after))


def read_keywords(path: Path) -> Keywords:
    """A list of words: YAML (category: [words]), or text with a word on each line.

    Raises:
        InputError: the file is not of this form, or holds no words.
    """
    place = Place(str(path))
    words = _from_yaml(path) if path.suffix in {".yaml", ".yml"} else {ANY: _from_text(path, place)}
    if not any(words.values()):
        raise InputError(Message("the list holds no words"), place=place)
    if sum(map(len, words.values())) > MOST_WORDS:
        raise InputError(Message("the list holds more than {limit} words", limit=MOST_WORDS), place=place)
    return Keywords(words)


def _from_yaml(path: Path) -> dict[str, list[str]]:
    node = read_file(path)
    found: dict[str, list[str]] = {}
    if not isinstance(node, Mapping):
        hint = Message("write: category: [word, word]")
        raise InputError(Message("a list of words by category is wanted here"), place=node.place, hint=hint)
    for category, words in node.entries.items():
        if not isinstance(words, Sequence):
            hint = Message("write: category: [word, word]")
            raise InputError(Message("a list of words is wanted here"), place=words.place, hint=hint)
        found[clean(category)[:60]] = [_checked(word, word.place) for word in words.items]
    return found


def _from_text(path: Path, place: Place) -> list[str]:
    raw = read_bytes(path, place, _MOST_BYTES)
    if len(raw) > _MOST_BYTES:
        raise InputError(Message("the file is larger than {limit} bytes", limit=_MOST_BYTES), place=place)
    try:
        lines = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError:
        raise InputError(Message("the file is not UTF-8 text"), place=place) from None
    return [_word(line, Place(place.file, number, 1)) for number, line in enumerate(lines, 1) if line.strip()]


def _checked(node: object, place: Place) -> str:
    if not isinstance(node, Scalar):
        raise InputError(Message("a word is wanted here"), place=place)
    return _word(node.text, place)


def _word(text: str, place: Place) -> str:
    if not folded_text(text) or len(text) > LONGEST_WORD:
        raise InputError(Message("a word has 1 to {limit} characters", limit=LONGEST_WORD), place=place)
    if "\0" in text:
        raise InputError(Message("the text holds a NUL character"), place=place)
    return text


def patterns_in(text: str) -> set[str]:
    """The patterns of personal data of which the text holds at least one."""
    found = set()
    if "@" in text and _EMAIL.search(text):
        found.add("email")
    for hint, numbers in _NUMBERS:
        if hint.search(text):
            found.update(name for name, pattern, valid in numbers if any(map(valid, pattern.findall(text))))
    if "::" in text or text.count(":") > _MOST_COLONS:
        found.update(["ip"] if any(map(_is_address, _IP_6.findall(text))) else [])
    return found


def patterns_in_all(texts: list[str], encoded: list[bytes]) -> list[set[str]]:
    """The same for every text: signs of a pattern are looked for in all of them at once, and most texts have none.

    Args:
        texts: the texts.
        encoded: the same in UTF-8.
    """
    return [patterns_in(text) if sign else set() for text, sign in zip(texts, _signs(encoded), strict=True)]


def _signs(encoded: list[bytes]) -> list[bool]:
    """Whether each text may hold a pattern; those that `patterns_in` finds something in always may."""
    import numpy as np

    if not encoded:
        return []
    row = np.frombuffer(b"\n".join(encoded) + b"\n" * 6, dtype=np.uint8)
    digit, capital, colon = (
        row - ord("0") < 10,
        row - ord("A") < 26,
        row == ord(":"),
    )  # less than the first one wraps around
    sign = row[:-5] == ord("@")
    pair = digit[:-1] & digit[1:]
    sign |= digit[:-5] & (row[1:-4] == ord(".")) & digit[2:-3]
    sign |= pair[:-4] & pair[2:-2] & (digit[4:-1] | digit[5:])
    sign |= capital[:-5] & capital[1:-4] & pair[2:-2]
    sign |= colon[:-5] & colon[1:-4]
    ends = np.cumsum([len(text) + 1 for text in encoded])
    found = (
        np.bincount(np.searchsorted(ends, np.flatnonzero(colon), side="right"), minlength=len(encoded)) > _MOST_COLONS
    )
    found[np.searchsorted(ends, np.flatnonzero(sign), side="right")] = True
    signs: list[bool] = found.tolist()
    return signs


PATTERNS = ("email", "ip", "id.cn_resident", "id.br_cpf", "id.iban", "id.payment_card")
"""E-mail addresses, addresses of the Internet Protocol, resident identity numbers of China (GB 11643), CPF of Brazil, IBAN (ISO 13616),
payment cards (ISO/IEC 7812)."""

_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_IP_6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{3,39}(?![\w:])")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return text.strip(":0") != ""


def _is_chinese_resident(text: str) -> bool:
    """GB 11643: a date of birth, and ISO 7064 MOD 11-2 over all eighteen."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    values = [10 if digit in "Xx" else int(digit) for digit in text]
    return sum(value * pow(2, 17 - place, 11) for place, value in enumerate(values)) % 11 == 1


def _is_cpf(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    return len(set(digits)) > 1 and all(
        sum(digit * (length + 1 - place) for place, digit in enumerate(digits[:length])) * 10 % 11 % 10
        == digits[length]
        for length in (9, 10)
    )


def _is_iban(text: str) -> bool:
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """Luhn's sum, and a first digit of an issuer of payment cards."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and (doubled + sum(digits[-1::-2])) % 10 == 0


_Number: TypeAlias = "tuple[str, re.Pattern[str], Callable[[str], bool]]"

_NUMBERS: tuple[tuple[re.Pattern[str], tuple[_Number, ...]], ...] = (
    (
        re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]"),
        (
            ("ip", re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\.?\w)"), _is_address),
            ("id.br_cpf", re.compile(r"(?<![0-9.])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])"), _is_cpf),
        ),
    ),
    (
        re.compile(r"[0-9]{4}[ -]?[0-9]{3}"),
        (
            (
                "id.cn_resident",
                re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])"),
                _is_chinese_resident,
            ),
            (
                "id.payment_card",
                re.compile(r"(?<![\w.-])[3-6][0-9]{3}(?:[ -]?[0-9]{3,6}){2,4}(?![\w-])"),
                _is_card,
            ),
        ),
    ),
    (
        re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11}"),
        (("id.iban", re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}(?![0-9A-Za-z])"), _is_iban),),
    ),
)
"""Cheap signs that a text may hold some kinds of number, and these kinds."""


def sorted_counts(found: Iterable[set[str]]) -> dict[str, int]:
    """How many of these sets hold each name."""
    counts: dict[str, int] = defaultdict(int)
    for names in found:
        for name in names:
            counts[name] += 1
    return dict(sorted(counts.items()))
