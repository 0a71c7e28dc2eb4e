"""What a reader learns from an opening of a decision log: who signed the head, and that the records are under it.

Trust comes from the reader's side only; without it the records hold together, but nobody known stands for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.errors import IntegrityError
from comity.evidence.answer import Answer
from comity.evidence.decision_check import trusted_signer
from comity.evidence.decision_opening import check_content
from comity.evidence.strict_json import MalformedError
from comity.exit_codes import CANNOT_DECIDE, FINE
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence.decision_opening import Opening
    from comity.evidence.policy import Trust


def answers_on(opening: Opening, trust: Trust | None, contents: Mapping[str, bytes]) -> dict[str, Answer]:
    """The answers, by question; what was altered never gets here.

    Args:
        opening: read and found to hold together.
        trust: whom the reader trusts, or None.
        contents: what the reader was given as `input` or `output` of the one opened record.

    Raises:
        InputError: a content cannot be held against this opening.
        IntegrityError: a signature does not fit, or a content is another one.
    """
    systems = {one.record.system.id for one in opening.records if one.record.system is not None}
    try:
        signer = trusted_signer(opening.signed, trust, systems)
    except MalformedError as error:
        raise IntegrityError(error.message) from None
    found = {"signature": _signature(signer, trust)}
    found["records"] = Answer("yes", Message("all opened records lead to the root of the head"))
    if opening.nonce is not None:
        reason = Message("they follow from the auditor's number {nonce}", nonce=opening.nonce.hex())
        found["picks"] = Answer("yes", reason)
    for part, content in contents.items():
        check_content(opening, part, content)
    if contents:
        reason = Message("what you hold is what was committed to: {parts}", parts=", ".join(contents))
        found["content"] = Answer("yes", reason)
    return found


def _signature(signer: str | None, trust: Trust | None) -> Answer:
    if signer is not None:
        return Answer("yes", Message("trusted by your file as {signer}", signer=signer))
    if trust is None:
        return Answer("open", Message("you named no trust file"))
    return Answer("no", Message("no key that your file trusts at this time and for these systems signed it"))


def exit_code_of(answers: Mapping[str, Answer]) -> int:
    """0 if every answer is yes, else 3: nobody whom the reader trusts stands for the records."""
    return FINE if all(answer.outcome == "yes" for answer in answers.values()) else CANNOT_DECIDE
