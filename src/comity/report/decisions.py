"""What `comity evidence decisions` says, for a terminal and as JSON (`comity/decision-…/1`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from comity.evidence.spot_check import CONFIDENCE, caught_with_confidence, chances
from comity.language import Message
from comity.report.blocks import Branch, Grid, Heading, Outline, Paragraph, Span, line, written
from comity.report.catalogue import as_json
from comity.report.decision_check import per_cent

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.answer import Answer
    from comity.evidence.decision_head import Head
    from comity.evidence.decision_opening import Opening
    from comity.evidence.decision_writer import Receipt, TornPiece
    from comity.report.blocks import Block

SAMPLE, VERIFICATION, RECEIPT = (f"comity/decision-{name}/1" for name in ("sample", "verification", "receipt"))
FORMATS = ("text", "json")
_MOST = 20
_GOOD, _BAD, _OPEN = "met", "not_met", "unknown"

_OUTCOMES = {"yes": Message("yes"), "no": Message("no"), "open": Message("open")}
_ROLES = {"yes": _GOOD, "no": _BAD, "open": _OPEN}


def receipt(made: Receipt, skipped: int, torn: TornPiece | None, language: str, form: str) -> str:
    """What was appended, what was left out because the log holds it or it is no decision, and what a crash had left before."""
    if form == "json":
        piece = None if torn is None else {"file": str(torn.path), "bytes": torn.size}
        return as_json(RECEIPT, first=made.first, records=made.records, last=made.last, skipped=skipped, torn=piece)
    lines = [
        Message("appended: {count}; records in the log: {size}", count=made.records, size=made.first + made.records)
    ]
    if skipped:
        lines.append(
            Message(
                "{count} spans left out: the log holds them, or they are no operations of generative AI", count=skipped
            )
        )
    if torn is not None:
        lines.append(
            Message(
                "a crash had left {count} bytes of an unfinished record; they are in {file}",
                count=torn.size,
                file=str(torn.path),
            )
        )
    return "\n".join(message.in_language(language) for message in lines)


def head_made(head: Head, path: Path, language: str) -> str:
    """Which head was signed, and what to do with it."""
    message = Message(
        "signed a head over {count} records: {file}; give it to whoever may want to check the log later",
        count=head.size,
        file=str(path),
    )
    return message.in_language(language)


def opening_made(opening: Opening, path: Path, language: str) -> str:
    """What was opened."""
    count, size = len(opening.records), opening.signed.head.size
    return Message(
        "{count} of {size} records are opened in {file}", count=count, size=size, file=str(path)
    ).in_language(language)


def sample_report(
    numbers: list[int], asked: int, head: Head, nonce: bytes, opened: Path | None, language: str, form: str
) -> str:
    """Which records an auditor's number picks, and what that many can miss."""
    found = chances(head.size, asked)
    smallest = caught_with_confidence(head.size, asked)
    if form == "json":
        return as_json(
            SAMPLE,
            log=head.log,
            size=head.size,
            root=head.root.hex(),
            nonce=nonce.hex(),
            asked=asked,
            records=numbers,
            chances=[one._asdict() for one in found],
            confidence=CONFIDENCE,
            caught_with_confidence=smallest,
            opened=None if opened is None else str(opened),
        )

    def say(sentence: str, **values: object) -> str:
        return Message(sentence, **values).in_language(language)

    rows = tuple((line(f"{one.share:.1%}"), line(f"{one.records:,}"), line(f"{one.probability:.2%}")) for one in found)
    blocks: list[Block] = [
        Heading(
            line(say("{count} of {size} records, picked by the auditor's number", count=len(numbers), size=head.size)),
            1,
        ),
        Paragraph(line(" ".join(map(str, numbers)))),
        Grid(
            (say("doctored share"), say("records"), say("probability that at least one of them is looked at")),
            rows,
            flexible=2,
        ),
    ]
    if smallest is not None:
        said = say(
            "{count} doctored records ({share}) are caught with 95 %.",
            count=f"{smallest:,}",
            share=per_cent(smallest / head.size),
        )
        blocks.append(Paragraph(line(said)))
    if opened is not None:
        blocks.append(Paragraph(line(say("They are opened in {file}.", file=str(opened)))))
    note = say(
        "This holds only if the number was named after the head was fixed, and by somebody else than the keeper of the log."
    )
    return written([*blocks, Paragraph(line(Span(note, "dim")))])


def opening_report(opening: Opening, answers: dict[str, Answer], exit_code: int, language: str, form: str) -> str:
    """The answers on an opening, and the records it opens."""
    head = opening.signed.head
    if form == "json":
        document: dict[str, Any] = {
            "log": head.log,
            "size": head.size,
            "at": head.at,
            "answers": {
                name: {"outcome": answer.outcome, "reason": answer.reason.in_language(language)}
                for name, answer in answers.items()
            },
            "records": [msgspec.to_builtins(one.record) for one in opening.records],
            "exit_code": exit_code,
        }
        return as_json(VERIFICATION, **document)
    questions = {
        "signature": Message("Is the signature valid?"),
        "records": Message("Are the records under the head?"),
        "picks": Message("Are they the picked ones?"),
        "content": Message("Is it the content?"),
    }

    def say(sentence: str, **values: object) -> str:
        return Message(sentence, **values).in_language(language)

    rows = tuple(
        (
            line(questions[name].in_language(language)),
            line(Span(_OUTCOMES[answer.outcome].in_language(language), _ROLES[answer.outcome])),
            line(answer.reason.in_language(language)),
        )
        for name, answer in answers.items()
    )
    shown = [
        Branch(0, line(Span(f"{one.record.number}", "id"), f" {one.record.time.at} {one.record.kind} {one.record.id}"))
        for one in opening.records[:_MOST]
    ]
    if len(opening.records) > _MOST:
        shown.append(Branch(0, line(say("… and {count} more", count=len(opening.records) - _MOST))))
    note = say(
        "A signature shows who said it, not that it is true; records that are not opened may tell something else."
    )
    return written(
        [
            Heading(line(say("Decision log {log}", log=head.log)), 1),
            Paragraph(line(say("head over {count} records, made {at}", count=f"{head.size:,}", at=head.at))),
            Grid((say("question"), say("answer"), say("why")), rows, flexible=2),
            Outline(tuple(shown)),
            Paragraph(line(Span(note, "dim"))),
        ]
    )
