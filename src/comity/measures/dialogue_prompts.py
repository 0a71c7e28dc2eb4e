"""The questions of a bank as another tool may ask them: JSON Lines with `id`, `input` and `language`, one for each time that a text is put.

Inspect reads such a file as a data set, the lm-evaluation-harness and promptfoo as documents and tests. The ids are those by which
`dialogue_log` knows the answers again: `id/language`, and for further times `id/language/time`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from comity.measures.dialogue import judged_questions, values_questions
from comity.measures.dialogue_values_findings import bare_id

if TYPE_CHECKING:
    from comity.measures.dialogue_bank import Bank, Question


def prompts_of(bank: Bank, *, sample: int | None = None, turns: int = 1, seed: int = 0) -> bytes:
    """What a run would ask, in its order.

    Args:
        bank: the questions.
        sample: texts drawn at random for each expectation; all of them by default.
        turns: how often each question about values is asked.
        seed: of drawing, and of the order of options.
    """
    asked = [*judged_questions(bank, sample, seed), *values_questions(bank, turns, seed)]
    return b"".join(msgspec.json.encode(_line(question)) + b"\n" for question in asked)


def _line(question: Question) -> dict[str, str]:
    name = f"{bare_id(question)}/{question.language}"
    return {
        "id": name if question.turn == 1 else f"{name}/{question.turn}",
        "input": question.text,
        "target": "",
        "language": question.language,
    }
