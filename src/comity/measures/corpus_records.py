"""The text of a record of a corpus, or why it has none.

A record is a line of JSON, a line or a whole file of text, or a cell of a table. What cannot be read is told by its reason, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from comity.measures.corpus_files import Record

Decoder: TypeAlias = "msgspec.json.Decoder[msgspec.Struct]"


def line_decoder(column: str) -> Decoder:
    """What reads one member of an object and passes over the others."""
    return msgspec.json.Decoder(msgspec.defstruct("Line", [("text", object, None)], rename={"text": column}))


@dataclass(frozen=True, slots=True)
class Skip:
    """A record that is no document; a blank line has no reason and is no record."""

    reason: str


def text_of(record: Record, decoder: Decoder | None) -> str | Skip:
    """The text of a record, or why it has none."""
    if record is None:
        return Skip("too_long")
    if isinstance(record, bytes):
        if decoder is not None:
            if not record.strip():
                return Skip("")
            return _member(record, decoder)
        try:
            record = record.decode()
        except UnicodeDecodeError:
            return Skip("not_utf_8")
    return record if record.strip() else Skip("empty")


def _member(line: bytes, decoder: Decoder) -> str | Skip:
    try:
        text = getattr(decoder.decode(line), "text", None)
    except msgspec.ValidationError:
        return Skip("no_text")
    except (msgspec.DecodeError, RecursionError):
        return Skip("not_json")
    except UnicodeDecodeError:
        return Skip("not_utf_8")
    if not isinstance(text, str):
        return Skip("no_text")
    return text if text.strip() else Skip("empty")
