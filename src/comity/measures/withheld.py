"""Facts that a measure could have established and did not: what its statement calls the reason, and which fact that is.

Nothing is imported here. The one idea: a value that is withheld for a reason is told apart from a value that nobody looked for.
"""

from __future__ import annotations

WITHHELD_FACTS = {
    "must_refuse.refusal_rate_withheld": "dialogue.must_refuse.refusal_rate",
    "must_not_refuse.refusal_rate_withheld": "dialogue.must_answer.refusal_rate",
    "content.pass_rate_withheld": "dialogue.content.pass_rate",
    "language_gap_withheld": "dialogue.language_gap",
    "parameter_count_withheld": "model.parameter_count",
}
"""Names of observations that hold a reason, and the facts that it is about."""
