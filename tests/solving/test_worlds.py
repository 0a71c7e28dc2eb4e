"""Answers of the solver have three outcomes, and an interruption is none of them."""

from __future__ import annotations

import pytest

pytest.importorskip("z3")

import z3

from comity.solving.conflicts import all_minimal_sets
from comity.solving.worlds import NotDecidedError, possible


class Undecided:
    """A solver that does not answer, for a reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def reason_unknown(self) -> str:
        return self.reason


@pytest.fixture(autouse=True)
def _never_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.solving.worlds._checked", lambda *_: z3.Z3_L_UNDEF)


def test_what_is_not_decided_in_time_is_neither_possible_nor_impossible() -> None:
    with pytest.raises(NotDecidedError):
        possible(Undecided("timeout"))


def test_an_interruption_is_not_taken_for_a_hard_question() -> None:
    """Z3 answers "unknown" when it is interrupted and keeps the signal to itself."""
    with pytest.raises(KeyboardInterrupt):
        possible(Undecided("interrupted from keyboard"))


def test_an_interrupted_enumeration_is_not_taken_for_a_complete_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.solving.conflicts.z3.Solver.reason_unknown", lambda *_: "interrupted from keyboard")
    with pytest.raises(KeyboardInterrupt):
        all_minimal_sets(("a", "b"), lambda names: len(names) < 2, 0)
