"""Opening a tokenizer, whatever its file format; the content says which, not the name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.errors import InputError, Place
from comity.language import Message
from comity.measures.vocabulary import MOST_BYTES
from comity.measures.vocabulary_gguf import read_gguf
from comity.measures.vocabulary_packages import read_json, read_sentencepiece
from comity.measures.vocabulary_ranks import read_ranks, read_tekken

if TYPE_CHECKING:
    from pathlib import Path

    from comity.measures.vocabulary import Vocabulary

_RANK_LINE = re.compile(rb"[A-Za-z0-9+/=]+[ \t]+[0-9]+\s*$")
_GZIP = b"\x1f\x8b"
_TEKKEN = re.compile(rb'"default_vocab_size"\s*:')


def open_vocabulary(path: Path, pattern: str | None = None) -> Vocabulary:
    """The tokenizer of a file.

    Args:
        path: tokenizer.json, tekken.json, GGUF, SentencePiece model, or ranks as of tiktoken (perhaps packed with gzip).
        pattern: how ranks cut texts: name of an encoding or a regular expression.

    Raises:
        InputError: the file is none of these, damaged, or cannot be counted exactly; or a pattern is given where none is wanted.
    """
    place = Place(str(path))
    try:
        if not path.is_file():
            raise InputError(Message("there is no such file"), place=place)
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
            if head.startswith(b"GGUF"):
                _no_pattern(pattern, place)
                return read_gguf(path)
            if size > MOST_BYTES:
                raise InputError(Message("the file is larger than {limit} bytes", limit=MOST_BYTES), place=place)
            raw = head + stream.read(MOST_BYTES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Message("the file cannot be read: {reason}", reason=reason), place=place) from None
    if not raw.strip():
        raise InputError(Message("the file is empty"), place=place)
    if head.startswith(_GZIP) or _RANK_LINE.match(head.lstrip().partition(b"\n")[0]):
        return read_ranks(path, raw, pattern)
    _no_pattern(pattern, place)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return read_tekken(path, raw) if _TEKKEN.search(head) else read_json(path, raw.removeprefix(b"\xef\xbb\xbf"))
    return read_sentencepiece(path, raw)


def _no_pattern(pattern: str | None, place: Place) -> None:
    if pattern is not None:
        raise InputError(Message("--pattern is for files of ranks; this tokenizer brings its own"), place=place)
