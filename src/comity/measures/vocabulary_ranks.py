"""Vocabularies as ranks: tiktoken's lines of base64 and rank (also packed with gzip), and Mistral's tekken.json, which brings its pattern.

A text is cut by a regular expression; what a piece is not a token of is merged by rank (`pair_merging`). A file of ranks does not say
its pattern, so it is known by name or given.
Sources: the packages tiktoken (MIT), whose patterns these are, and mistral-common (Apache-2.0).
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec

from comity.dossier.statements import Tool
from comity.errors import InputError, Place, did_you_mean, missing_extra
from comity.language import Message, clean
from comity.measures.pair_merging import merged
from comity.measures.vocabulary import EXTRA, MOST_BYTES, Count, Vocabulary, check_size, unsound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

FORM_RANKS, FORM_TEKKEN = "tiktoken", "tekken"
ALGORITHM = "byte-pair encoding by rank"

MOST_REMEMBERED = 500_000
"""Pieces whose tokens are kept; then the memory is emptied."""

SLOWEST_PARAGRAPH = 20.0
"""Seconds that the pattern may take for a paragraph; a careless expression takes for ever."""

_GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
_CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
_O200K = "|".join(
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
PATTERNS: Mapping[str, str] = {
    "gpt2": _GPT2,
    "r50k_base": _GPT2,
    "p50k_base": _GPT2,
    "p50k_edit": _GPT2,
    "cl100k_base": _CL100K,
    "o200k_base": _O200K,
    "o200k_harmony": _O200K,
}
"""Patterns by the name of the encoding."""


@dataclass(slots=True)
class RankedPairs:
    """Byte-pair encoding over ranks.

    Attributes:
        ranks: every token with its rank; all single bytes are among them.
        pattern: compiled, of the package `regex`.
        remembered: the tokens of pieces that were met before.
    """

    ranks: dict[bytes, int]
    pattern: Any
    remembered: dict[str, list[bytes]] = field(default_factory=dict)

    def tokens(self, text: str) -> list[bytes]:
        """The tokens of a text, in their order.

        Raises:
            TimeoutError: the pattern takes too long.
        """
        return [token for piece in self._pieces(text) for token in self._of_piece(piece)]

    def _pieces(self, text: str) -> Iterator[str]:
        for found in self.pattern.finditer(text, timeout=SLOWEST_PARAGRAPH):
            yield found.group()

    def _of_piece(self, piece: str) -> list[bytes]:
        known = self.remembered.get(piece)
        if known is not None:
            return known
        raw = piece.encode()
        if raw in self.ranks:
            found = [raw]
        else:
            rank_of = self.ranks.get
            found = merged(
                [raw[place : place + 1] for place in range(len(raw))], lambda left, right: rank_of(left + right)
            )
        if len(self.remembered) >= MOST_REMEMBERED:
            self.remembered.clear()
        self.remembered[piece] = found
        return found

    def count(self, paragraphs: Sequence[str]) -> list[Count]:
        """The counts; bytes are tokens, so nothing is unknown but what the pattern passes over."""
        return [self._count(paragraph) for paragraph in paragraphs]

    def _count(self, paragraph: str) -> Count:
        tokens = seen = 0
        for piece in self._pieces(paragraph):
            tokens += len(self._of_piece(piece))
            seen += len(piece)
        return Count(tokens, len(paragraph) - seen)


def read_ranks(path: Path, raw: bytes, pattern: str | None) -> Vocabulary:
    """The vocabulary of a file of ranks.

    Args:
        path: the file, whose name may be that of a known encoding.
        raw: its content.
        pattern: name of a known encoding or a regular expression; None: as the file is named.

    Raises:
        InputError: a line is not of this form, single bytes are missing, or the pattern is not known.
    """
    if raw.startswith(b"\x1f\x8b"):
        raw = _unpacked(path, raw)
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(raw.splitlines(), start=1):
        if not line.strip():
            continue
        token, rank = _ranked(path, number, line)
        if token in ranks:
            raise InputError(Message("the token stands twice there"), place=Place(str(path), number, 1))
        ranks[token] = rank
    return _vocabulary(path, FORM_RANKS, ranks, _expression(path, pattern))


def _unpacked(path: Path, raw: bytes) -> bytes:
    unpacker = zlib.decompressobj(31)
    try:
        found = unpacker.decompress(raw, MOST_BYTES)
    except zlib.error:
        raise unsound(path, "gzip", Message("it cannot be unpacked")) from None
    if not unpacker.eof:
        raise unsound(
            path, "gzip", Message("it is cut off, or unpacked it is larger than {limit} bytes", limit=MOST_BYTES)
        )
    return found


def _ranked(path: Path, number: int, line: bytes) -> tuple[bytes, int]:
    parts = line.split()
    try:
        encoded, rank = parts
        return base64.b64decode(encoded, validate=True), int(rank[:20])
    except (ValueError, binascii.Error):
        message = Message("a line of a file of ranks is a token in base64 and its rank")
        raise InputError(message, place=Place(str(path), number, 1)) from None


def _expression(path: Path, pattern: str | None) -> str:
    """The regular expression that cuts texts.

    Raises:
        InputError: none is given, and the file is not named like a known encoding.
    """
    if pattern is not None:
        found = PATTERNS.get(pattern)
        if found is None and pattern.replace("_", "").isalnum():
            hint = did_you_mean(pattern, PATTERNS) or Message("known are: {values}", values=", ".join(PATTERNS))
            raise InputError(Message('--pattern: "{text}" is not a known encoding', text=pattern[:40]), hint=hint)
        return found or pattern
    name = path.name.split(".")[0]
    if name in PATTERNS:
        return PATTERNS[name]
    message = Message("a file of ranks does not say by which pattern texts are cut")
    hint = Message("name it: --pattern with one of {values}, or with a regular expression", values=", ".join(PATTERNS))
    raise InputError(message, place=Place(str(path)), hint=hint)


class _TekkenConfig(msgspec.Struct):
    pattern: str
    default_vocab_size: int
    default_num_special_tokens: int


class _TekkenToken(msgspec.Struct):
    rank: int
    token_bytes: bytes


class _Tekken(msgspec.Struct):
    config: _TekkenConfig
    vocab: list[_TekkenToken]


def read_tekken(path: Path, raw: bytes) -> Vocabulary:
    """The vocabulary of a tekken.json; of its ranks those count that its configuration says are in use.

    Raises:
        InputError: it is not of this form.
    """
    try:
        found = msgspec.json.decode(raw, type=_Tekken)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unsound(path, FORM_TEKKEN, clean(str(error)[:200])) from None
    in_use = found.config.default_vocab_size - found.config.default_num_special_tokens
    ranks = {entry.token_bytes: entry.rank for entry in found.vocab if 0 <= entry.rank < in_use}
    if len(ranks) != in_use:
        message = Message("it holds {count} tokens, where its configuration says {told}", count=len(ranks), told=in_use)
        raise unsound(path, FORM_TEKKEN, message)
    return _vocabulary(path, FORM_TEKKEN, ranks, found.config.pattern)


def _vocabulary(path: Path, form: str, ranks: dict[bytes, int], pattern: str) -> Vocabulary:
    try:
        import regex
    except ModuleNotFoundError:
        raise missing_extra("regex", EXTRA) from None
    check_size(len(ranks), path, form)
    missing = sum(bytes((value,)) not in ranks for value in range(256))
    if missing:
        raise unsound(path, form, Message("{count} of the 256 single bytes are no tokens", count=missing))
    if len(set(ranks.values())) != len(ranks):
        raise unsound(path, form, Message("two tokens have the same rank"))
    try:
        compiled = regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        problem = clean(str(error)[:200])
        raise InputError(Message("the pattern is no regular expression: {problem}", problem=problem)) from None
    pairs = RankedPairs(ranks, compiled)
    return Vocabulary(form, ALGORITHM, len(ranks), (Tool("regex", version("regex")),), pairs.count)
