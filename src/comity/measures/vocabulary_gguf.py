"""The vocabulary of a GGUF file, counted as llama.cpp counts: byte-level pairs (`gpt2`) and SentencePiece pairs (`llama`).

A GGUF file does not hold its tokenizer whole: how texts are cut before merging is code of llama.cpp under a name (`tokenizer.ggml.pre`).
Only cuts are known here that are plain regular expressions there and mean the same in the model's own tokenizer; for any other
the file is refused rather than nearly counted. Texts are taken as texts: control tokens in them are not recognised.
Source: llama.cpp, src/llama-vocab.cpp (`llm_tokenizer_bpe`, `llm_tokenizer_spm`, `tokenizer_st_partition`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from comity.dossier.statements import Tool
from comity.errors import InputError, Place, missing_extra
from comity.language import Message
from comity.measures.header import Window, clean
from comity.measures.model_gguf import read_lists
from comity.measures.pair_merging import merged
from comity.measures.vocabulary import EXTRA, Count, Vocabulary, check_size, unsound
from comity.measures.vocabulary_ranks import MOST_REMEMBERED, SLOWEST_PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from comity.measures.model_gguf import Field

FORM = "GGUF"
MODEL, PRE = "tokenizer.ggml.model", "tokenizer.ggml.pre"
TOKENS, TYPES, SCORES, MERGES = (f"tokenizer.ggml.{name}" for name in ("tokens", "token_type", "scores", "merges"))
SPACE_PREFIX = "tokenizer.ggml.add_space_prefix"

USER_DEFINED, BYTE = 4, 6
"""Types of tokens. Source: `llama_token_type` of llama.cpp."""

SPACE = "▁"

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
_LLAMA3 = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN2 = _LLAMA3.replace("{1,3}", "")

_BY_DIGIT = (r"\p{N}", _GPT2)

CUTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("gpt-2", "phi-2", "mpt", "olmo"), (_GPT2,)),
    **dict.fromkeys(("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone"), _BY_DIGIT),
    **dict.fromkeys(("llama3", "llama-v3", "llama-bpe", "dbrx", "smaug-bpe"), (_LLAMA3,)),
    **dict.fromkeys(("qwen2", "stablelm2", "deepseek-r1-qwen"), (_QWEN2,)),
}
"""Expressions by the name of the cut; each cuts the pieces of the one before, and what none matches stays a piece."""

WHOLE_PIECES = frozenset({"llama3", "llama-v3", "llama-bpe"})
"""Cuts after which a piece that is a token is one, whatever the merges say."""


@cache
def byte_letters() -> tuple[str, ...]:
    """For each byte the letter that stands for it in a byte-level vocabulary: printable ones for themselves, others from U+0100 on."""
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = iter(range(0x100, 0x200))
    return tuple(chr(value if value in printable else next(others)) for value in range(256))


@dataclass(slots=True)
class ByteLevelPairs:
    """Byte-pair encoding by a list of merges, over letters that stand for bytes.

    Attributes:
        known: every token, in letters.
        merges: pairs with their rank.
        cuts: compiled expressions of the package `regex`.
        whole: a piece that is a token is one.
        defined: tokens that are found in a text before it is cut, longest first.
        remembered: the tokens of pieces that were met before.
    """

    known: frozenset[str]
    merges: dict[tuple[str, str], int]
    cuts: tuple[Any, ...]
    whole: bool
    defined: tuple[str, ...]
    remembered: dict[str, list[str]] = field(default_factory=dict)

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text, in letters; of what is no token, the letters.

        Raises:
            TimeoutError: an expression takes too long.
        """
        found: list[str] = []
        for part, defined in partition(text, self.defined):
            if defined:
                found.append(part)
                continue
            for piece in self._pieces(part):
                found += self._of_piece(piece)
        return found

    def _pieces(self, text: str) -> Iterator[str]:
        pieces: Sequence[str] = (text,)
        for cut in self.cuts:
            pieces = [part for piece in pieces for part in _cut(piece, cut)]
        return iter(pieces)

    def _of_piece(self, piece: str) -> list[str]:
        found = self.remembered.get(piece)
        if found is None:
            letters = _in_letters(piece)
            if self.whole and letters in self.known:
                found = [letters]
            else:
                rank_of = self.merges.get
                joined = merged(list(letters), lambda left, right: rank_of((left, right)))
                found = [part for token in joined for part in ((token,) if token in self.known else token)]
            if len(self.remembered) >= MOST_REMEMBERED:
                self.remembered.clear()
            self.remembered[piece] = found
        return found

    def count(self, paragraphs: Sequence[str]) -> list[Count]:
        """The counts; a byte that is no token is left out by llama.cpp and unknown here."""
        found = []
        for paragraph in paragraphs:
            tokens = self.tokens(paragraph)
            unknown = sum(token not in self.known and token not in self.defined for token in tokens)
            found.append(Count(len(tokens) - unknown, unknown))
        return found


def _in_letters(text: str) -> str:
    letters = byte_letters()
    return "".join(letters[value] for value in text.encode())


def _cut(piece: str, cut: Any) -> Iterator[str]:
    end = 0
    for found in cut.finditer(piece, timeout=SLOWEST_PARAGRAPH):
        if found.start() > end:
            yield piece[end : found.start()]
        if found.end() > found.start():
            yield found.group()
        end = found.end()
    if end < len(piece):
        yield piece[end:]


def partition(text: str, defined: Sequence[str]) -> list[tuple[str, bool]]:
    """A text in parts, and of each whether it is a defined token; the longest token is looked for first."""
    parts = [(text, False)]
    for token in defined:
        if token not in text:
            continue
        found: list[tuple[str, bool]] = []
        for part, done in parts:
            if done:
                found.append((part, True))
                continue
            for number, rest in enumerate(part.split(token)):
                if number:
                    found.append((token, True))
                if rest:
                    found.append((rest, False))
        parts = found
    return parts


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """SentencePiece's pairs: neighbours that make a token are joined, the highest score first; what is no token falls into bytes.

    Attributes:
        scores: every token with its score.
        bytes_known: bytes that are tokens.
        prefix: a space is put before a text.
        defined: tokens that are found in a text before anything else, longest first.
    """

    scores: dict[str, float]
    bytes_known: frozenset[int]
    prefix: bool
    defined: tuple[str, ...]

    def tokens(self, text: str) -> list[str | int]:
        """The tokens of a text; a byte as a number."""
        found: list[str | int] = []
        for part, defined in partition(text, self.defined):
            if defined:
                found.append(part)
                continue
            spaced = (f" {part}" if self.prefix else part).replace(" ", SPACE)
            for token in merged(list(spaced), self._rank):
                found += [token] if token in self.scores else token.encode()
        return found

    def _rank(self, left: str, right: str) -> float | None:
        score = self.scores.get(left + right)
        return None if score is None else -score

    def count(self, paragraphs: Sequence[str]) -> list[Count]:
        """The counts; a byte that is no token becomes the token for the unknown."""
        found = []
        for paragraph in paragraphs:
            tokens = self.tokens(paragraph)
            unknown = sum(isinstance(token, int) and token not in self.bytes_known for token in tokens)
            found.append(Count(len(tokens), unknown))
        return found


def read_gguf(path: Path) -> Vocabulary:
    """The vocabulary of a GGUF file.

    Raises:
        InputError: the file is damaged, holds no vocabulary, or one that cannot be counted exactly.
    """
    place = Place(str(path))
    try:
        with path.open("rb") as stream:
            window = Window(stream, path.stat().st_size, place)
            fields, lists = read_lists(window, frozenset({TOKENS, TYPES, SCORES, MERGES}), path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    tokens = _listed(lists, TOKENS, str)
    if not tokens:
        raise InputError(Message("the file holds no vocabulary"), place=place)
    check_size(len(tokens), path, FORM)
    if len(set(tokens)) != len(tokens):
        raise unsound(path, FORM, Message("a token stands twice in its vocabulary"))
    types = _listed(lists, TYPES, int)
    if len(types) != len(tokens):
        raise unsound(path, FORM, Message("it does not say of what type each token is"))
    kind = fields.get(MODEL)
    defined = tuple(
        sorted(
            (token for token, type_ in zip(tokens, types, strict=True) if type_ == USER_DEFINED and token), key=_longest
        )
    )
    if kind == "gpt2":
        return _byte_level(path, fields, tokens, _listed(lists, MERGES, str), defined)
    if kind == "llama":
        scores = _listed(lists, SCORES, float)
        if len(scores) != len(tokens) or not all(score == score for score in scores):
            raise unsound(path, FORM, Message("it does not give each token a score"))
        known = frozenset(_byte(token) for token, type_ in zip(tokens, types, strict=True) if type_ == BYTE) - {None}
        prefix = fields.get(SPACE_PREFIX, True) is True
        pairs = ScoredPairs(dict(zip(tokens, scores, strict=True)), frozenset(known), prefix, defined)  # type: ignore[arg-type]
        return _made("SentencePiece pairs by score", len(tokens), pairs.count)
    message = Message("the tokenizer {name} of GGUF is not counted here", name=clean(str(kind)))
    raise InputError(message, place=place, hint=_OTHERWISE)


_OTHERWISE = Message("measure the model's tokenizer.json, SentencePiece model or ranks instead")


def _longest(token: str) -> tuple[int, str]:
    return -len(token.encode()), token


def _listed(lists: Mapping[str, list[Any]], key: str, kind: type) -> list[Any]:
    found = lists.get(key, [])
    return found if all(isinstance(value, kind) for value in found) else []


def _byte(token: str) -> int | None:
    """The byte that a token such as `<0x0A>` stands for."""
    try:
        return int(token[3:5], 16) if len(token) == 6 and token.startswith("<0x") else None
    except ValueError:
        return None


def _byte_level(
    path: Path, fields: Mapping[str, Field], tokens: list[str], lines: list[str], defined: tuple[str, ...]
) -> Vocabulary:
    place = Place(str(path))
    name = fields.get(PRE)
    if not isinstance(name, str) or name not in CUTS:
        said = clean(name) if isinstance(name, str) else "-"
        message = Message(
            'how the tokenizer cuts texts ("{name}") is not known here, so a count would not be exact', name=said
        )
        raise InputError(message, place=place, hint=_OTHERWISE)
    try:
        import regex
    except ModuleNotFoundError:
        raise missing_extra("regex", EXTRA) from None
    merges: dict[tuple[str, str], int] = {}
    for line in lines:
        # The first sign belongs to the left part even where it is a space.
        left, space, right = line[:1] + line[1:].partition(" ")[0], *line[1:].partition(" ")[1:]
        if not space or not right:
            raise unsound(path, FORM, Message("a merge is not two tokens"))
        merges.setdefault((left, right), len(merges))
    if not merges:
        raise unsound(path, FORM, Message("it holds no merges"))
    cuts = tuple(regex.compile(cut) for cut in CUTS[name])
    pairs = ByteLevelPairs(frozenset(tokens), merges, cuts, name in WHOLE_PIECES, defined)
    return _made("byte-level pairs by merges", len(tokens), pairs.count, regex=True)


def _made(
    algorithm: str, size: int, count: Callable[[Sequence[str]], list[Count]], *, regex: bool = False
) -> Vocabulary:
    tools = [Tool("gguf", version("gguf"))]
    if regex:
        tools.append(Tool("regex", version("regex")))
    return Vocabulary(FORM, algorithm, size, tuple(tools), count)
