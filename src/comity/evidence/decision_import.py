"""Appending the spans of a trace to a decision log; a span that the log holds already is passed over, so an import can be run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.errors import InputError, Place
from comity.evidence.decision_chain import Chain
from comity.evidence.decision_content import PARTS
from comity.evidence.decision_head import require_whole
from comity.evidence.decision_writer import LARGEST_BATCH, RefusedError
from comity.evidence.gen_ai_spans import draft_of
from comity.evidence.otlp_json import read_spans

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from comity.evidence.decision_writer import DecisionWriter

BATCH = 1_000


def import_spans(
    writer: DecisionWriter,
    files: Iterable[Path],
    *,
    system: str | None = None,
    version: str | None = None,
    keep_content: bool = False,
) -> int:
    """Append what the spans of these files tell of decisions.

    Args:
        writer: of the log.
        files: OTLP/JSON.
        system: id of the system, where the spans do not tell it, or tell another name.
        version: of the system, likewise.
        keep_content: whether texts of inputs and outputs stay in the records.

    Returns:
        How many spans were left out: those that the log holds, and those that are none of generative AI.

    Raises:
        InputError: a file is not OTLP/JSON, or a span makes no record; what came before it is appended.
        IntegrityError: the log does not hold together.
    """
    held, skipped = _held(writer.directory), 0
    for path in files:
        place = Place(str(path))
        drafts: list[dict[str, Any]] = []
        held_back = 0
        for span in read_spans(path):
            key = bytes.fromhex(span.trace + span.span)
            draft = None if key in held else draft_of(span, system, version)
            if draft is None:
                skipped += 1
                continue
            held.add(key)
            drafts.append(draft)
            held_back += sum(len(draft[part]["content"]) for part in PARTS if part in draft)
            if len(drafts) == BATCH or held_back > LARGEST_BATCH:
                _append(writer, drafts, place, keep_content=keep_content)
                drafts, held_back = [], 0
        _append(writer, drafts, place, keep_content=keep_content)
    return skipped


def _append(writer: DecisionWriter, drafts: list[dict[str, Any]], place: Place, *, keep_content: bool) -> None:
    try:
        writer.append(drafts, keep_content=keep_content)
    except RefusedError as error:
        raise InputError(error.message, place=place, hint=error.hint) from None


def _held(directory: Path) -> set[bytes]:
    """Trace and span of every record that came from a trace, 24 bytes each."""
    chain = Chain(directory)
    sources = (link.record.source for link in chain)
    found = {bytes.fromhex(source.trace + source.span) for source in sources if source is not None}
    require_whole(chain)
    return found
