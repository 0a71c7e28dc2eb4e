"""The form of an answer on a bundle: yes, no, or open; and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from comity.language import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers: yes, no, or open; and why."""

    outcome: Literal["yes", "no", "open"]
    reason: Message
