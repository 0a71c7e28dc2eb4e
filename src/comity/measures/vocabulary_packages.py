"""Vocabularies that the field's own packages read: tokenizer.json by `tokenizers`, SentencePiece models by `sentencepiece`.

Both are told to add nothing: no marks of beginning and end, no cutting to length, no filling up. What they cannot write is
counted in characters of the text, since one token for the unknown may stand for a whole word.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec

from comity.dossier.statements import Tool
from comity.errors import InputError, Place, missing_extra
from comity.language import Message, clean
from comity.measures.vocabulary import EXTRA, Count, Vocabulary, check_size, unsound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FORM_JSON, FORM_SENTENCEPIECE = "tokenizer.json", "SentencePiece"


class _Model(msgspec.Struct):
    type: str = ""
    unk_token: str | None = None
    unk_id: int | None = None
    byte_fallback: bool = False


class _Json(msgspec.Struct):
    """The part of a tokenizer.json that says what happens to the unknown."""

    model: _Model


def read_json(path: Path, raw: bytes) -> Vocabulary:
    """The tokenizer of a tokenizer.json.

    Raises:
        InputError: the package is missing, or it refuses the file.
    """
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError:
        raise missing_extra("tokenizers", EXTRA) from None
    try:
        model = msgspec.json.decode(raw, type=_Json).model
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unsound(path, FORM_JSON, clean(str(error)[:200])) from None
    tokenizer = _guarded(lambda: Tokenizer.from_str(raw.decode("utf-8")), path, FORM_JSON)
    size = int(tokenizer.get_vocab_size(with_added_tokens=True))
    check_size(size, path, FORM_JSON)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    unknown = tokenizer.token_to_id(model.unk_token) if model.unk_token is not None else model.unk_id
    complete = model.byte_fallback or _writes_bytes(tokenizer, raw)

    def count(paragraphs: Sequence[str]) -> list[Count]:
        encodings = _guarded(
            lambda: tokenizer.encode_batch(list(paragraphs), add_special_tokens=False), path, FORM_JSON
        )
        return [
            Count(len(encoding), 0 if complete else _unwritten(paragraph, encoding, unknown))
            for paragraph, encoding in zip(paragraphs, encodings, strict=True)
        ]

    return Vocabulary(FORM_JSON, model.type or "-", size, (Tool("tokenizers", version("tokenizers")),), count)


def _guarded(step: Callable[[], Any], path: Path, form: str) -> Any:
    """A step of a package written in Rust, whose panics are no ordinary exceptions.

    Raises:
        InputError: it failed.
    """
    try:
        return step()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        raise unsound(path, form, clean(str(error)[:200]) or type(error).__name__) from None


def _writes_bytes(tokenizer: Any, raw: bytes) -> bool:
    """Whether every byte is a token, so that nothing is unknown."""
    from comity.measures.vocabulary_gguf import byte_letters

    return b'"ByteLevel"' in raw and all(tokenizer.token_to_id(letter) is not None for letter in byte_letters())


def _unwritten(text: str, encoding: Any, unknown: int | None) -> int:
    """Characters, spaces aside, that no token stands for, or only the one for the unknown."""
    written = bytearray(len(text))
    for number, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
        if number != unknown:
            written[start:end] = b"\1" * (end - start)
    return sum(not done and not letter.isspace() for done, letter in zip(written, text, strict=True))


def read_sentencepiece(path: Path, raw: bytes) -> Vocabulary:
    """The tokenizer of a SentencePiece model.

    Raises:
        InputError: the package is missing, or it refuses the file.
    """
    try:
        from sentencepiece import SentencePieceProcessor
    except ModuleNotFoundError:
        raise missing_extra("sentencepiece", EXTRA) from None
    try:
        processor = SentencePieceProcessor(model_proto=raw)
        size = int(processor.get_piece_size())
    except (RuntimeError, ValueError, TypeError, OSError):
        message = Message("the file is no tokenizer of a known form")
        hint = Message("known are tokenizer.json, tekken.json, GGUF, SentencePiece models and ranks as of tiktoken")
        raise InputError(message, place=Place(str(path)), hint=hint) from None
    check_size(size, path, FORM_SENTENCEPIECE)
    unknown = processor.unk_id()

    def count(paragraphs: Sequence[str]) -> list[Count]:
        found = processor.encode(list(paragraphs), num_threads=1)
        return [
            Count(len(ids), _unknown_characters(processor, paragraph) if unknown in ids else 0)
            for paragraph, ids in zip(paragraphs, found, strict=True)
        ]

    return Vocabulary(
        FORM_SENTENCEPIECE, "SentencePiece", size, (Tool("sentencepiece", version("sentencepiece")),), count
    )


def _unknown_characters(processor: Any, text: str) -> int:
    """Characters of the pieces that are unknown, which are given back as they are."""
    pieces = processor.encode(text, out_type=str)
    numbers = processor.encode(text)
    unknown = processor.unk_id()
    return sum(len(piece.replace("▁", "")) for piece, number in zip(pieces, numbers, strict=True) if number == unknown)
