"""What `comity evidence log` and `comity evidence timestamp` say: what was done, in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.evidence.bundle import TIME
from comity.evidence.cosignature import cosigner_text
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from comity.evidence.checkpoint import Checkpoint
    from comity.evidence.keys import VerifierKey


def log_made(directory: Path, key: VerifierKey, language: str) -> str:
    """What `init` made."""
    said = Message(
        "an empty log in {directory}, named {log}; publish the directory as it is, and this line, its public key:",
        directory=str(directory),
        log=key.name,
    )
    return f"{said.in_language(language)}\n  {key}"


def logged(proven: Iterable[tuple[Path, int, Path]], checkpoint: Checkpoint, language: str) -> str:
    """What was appended or proven: file, index, and where the proof was written."""
    rows = [
        Message("{file}: entry {index}, proof in {proof}", file=str(path), index=index, proof=str(proof))
        for path, index, proof in proven
    ]
    rows.append(Message("entries in the log {log}: {count}", log=checkpoint.origin, count=checkpoint.size))
    return "\n".join(row.in_language(language) for row in rows)


def log_checked(checkpoint: Checkpoint, key: VerifierKey | None, older: Checkpoint | None, language: str) -> str:
    """What `check` found to hold, and what it was not asked."""
    rows = [
        Message(
            "every entry of the log {log} leads to the root of its checkpoint ({count})",
            count=checkpoint.size,
            log=checkpoint.origin,
        ),
        Message("not checked: whose signature it carries; name the key with --log")
        if key is None
        else Message("signed by {signers}", signers=key.key_id),
        Message("not checked: whether it ever showed another tree; give a checkpoint that you kept with --since")
        if older is None
        else Message("it begins with what the older checkpoint held ({count})", count=older.size),
    ]
    return "\n".join(row.in_language(language) for row in rows)


def cosigned(checkpoint: Checkpoint, key: VerifierKey, output: Path, language: str) -> str:
    """What a witness signed."""
    said = Message(
        "{file}: the checkpoint of the log {log} (entries: {count}), cosigned; others name this witness with:",
        file=str(output),
        log=checkpoint.origin,
        count=checkpoint.size,
    )
    return f"{said.in_language(language)}\n  {cosigner_text(key)}"


def timestamp_asked(output: Path, language: str) -> str:
    """What to do with a query."""
    return Message(
        "{file}: send it to a timestamp authority (Content-Type: application/timestamp-query) and staple the answer with --token",
        file=str(output),
    ).in_language(language)


def timestamped(bundle: Path, at: datetime, language: str) -> str:
    """What was stapled."""
    return Message(
        "{file}: stapled a timestamp that says {time}; whose word that is, verify tells with a trust file",
        file=str(bundle),
        time=at.strftime(TIME),
    ).in_language(language)
