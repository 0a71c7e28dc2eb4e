"""A run as a table that the measures `fairness` and `annotation` read: who is refused, in which language.

One row for each text that was answered. For `fairness` a refusal is the prediction, and the truth says whether it was due; for `annotation`
the same question in several languages is one item, labelled in each language by what the model did.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from comity.measures.dialogue_bank import MUST_NOT_REFUSE, MUST_REFUSE
from comity.measures.dialogue_rates import counts_as_refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.measures.dialogue_bank import Question
    from comity.measures.dialogue_journal import Answered

COLUMNS = ("item", "annotator", "language", "expectation", "about", "prediction", "truth", "label")
TRUTH = {MUST_REFUSE: "1", MUST_NOT_REFUSE: "0"}
REFUSED, EMPTY, ANSWERED = "refused", "empty", "answered"


def predictions_of(questions: Iterable[Question], answers: Mapping[tuple[str, str], Answered]) -> bytes:
    """The table as CSV.

    `prediction` is 1 for a refusal and 0 otherwise; an empty answer is what is worse for the model, as in its rates. `truth` is empty where
    neither is expected. `annotator` repeats the language.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for question in questions:
        answer = answers.get((question.id, question.language))
        if answer is None:
            continue
        refused = counts_as_refused(question, answer)
        label = REFUSED if answer.refused else EMPTY if answer.empty else ANSWERED
        language = question.language
        cells = (question.id, language, language, question.expectation, question.about, f"{refused:d}")
        writer.writerow([*cells, TRUTH.get(question.expectation, ""), label])
    return stream.getvalue().encode()
