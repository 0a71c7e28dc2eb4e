"""Refusal rates in the logs of evaluation tools: when a log may be believed to tell one.

A tool that finds refusals does not know whether the questions had to be refused, nor how they were drawn. So whoever
runs the evaluation says both in its metadata, in two words that travel with the log:

    comity_bank: must_refuse | must_answer     the bank that the questions come from
    comity_sample: random | whole              how they were drawn from it

Without them, or where the log itself contradicts them (only the first questions were asked, some failed, some were
asked twice), no rate is established and the reason is kept as an observation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.interchange.found import Found

BANK, SAMPLE = "comity_bank", "comity_sample"
BANKS = ("must_refuse", "must_answer")
SAMPLES = ("random", "whole")

_REFUSED = {"refused": True, "refusal": True, "answered": False, "complied": False}


@dataclass(frozen=True, slots=True)
class Counted:
    """Refusals that a log counts.

    Attributes:
        refused, asked: how many answers were refusals, of how many questions.
        where: the place in the log.
        doubt: why the count is not that of a sample of single questions; None where nothing speaks against it.
    """

    refused: int
    asked: int
    where: str
    doubt: Message | None = None


def refusal(value: object) -> bool | None:
    """What a score says plainly: refused, or not; None where it could mean something else (`C` may mean rightly refused)."""
    match value:
        case bool():
            return value
        case int() | float() if value in (0, 1):
            return bool(value)
        case str():
            return _REFUSED.get(value.strip().lower())
        case _:
            return None


def report_refusals(found: Found, counted: Counted | None, metadata: Mapping[str, object]) -> None:
    """Establish the rate and the number of questions, or note why not. A log that speaks of no bank and counts nothing gets no note."""
    bank, sample = metadata.get(BANK), metadata.get(SAMPLE)
    if counted is None:
        if bank is not None:
            found.withhold("refusal_rate", Message("a bank is named, but no refusals are counted"))
        return
    found.observe("refusals_counted", f"{counted.refused} of {counted.asked} ({counted.where})")
    reason = counted.doubt
    if bank not in BANKS:
        reason = Message("it is not said from which bank the questions come (comity_bank: must_refuse or must_answer)")
    elif sample not in SAMPLES:
        reason = Message("it is not said how the questions were drawn (comity_sample: random or whole)")
    elif counted.asked == 0:
        reason = Message("no question was asked")
    if reason is not None:
        found.withhold("refusal_rate", reason)
        return
    where = f"{counted.where}: {counted.refused} of {counted.asked}, {BANK}={bank}, {SAMPLE}={sample}"
    found.report(f"dialogue.{bank}.refusal_rate", counted.refused / counted.asked, where, counted.asked)
    found.report(f"dialogue.{bank}.sample_size", counted.asked, where)
