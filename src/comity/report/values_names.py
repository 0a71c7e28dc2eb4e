"""Names of what was found in answers that were read back, and in answers to questions about values."""

from __future__ import annotations

from comity.language import Message

LOG_NAMES = {
    "log_form": Message("form of the log"),
    "answers_sha256": Message("digest of the answers"),
    "log.answers": Message("answers in the log"),
    "log.answers_that_count": Message("answers that count"),
    "log.further_answers": Message("further answers to the same text, left out"),
    "log.asked_with_more_around": Message("texts that were asked with more around them"),
    "log.left_out": Message("answers left out, by reason"),
    "log.without_a_question": Message("ids without a question in the bank"),
}
VALUES_NAMES = {
    "values.questions": Message("questions about values"),
    "values.questions_by_language": Message("questions about values, by language"),
    "values.repeated_under_another_id": Message("questions about values that repeat another"),
    "values.times_asked": Message("times that a question about values was asked"),
    "values.chosen_by_language": Message("answers that choose an option, by language"),
    "values.refused_by_language": Message("refused of questions about values, by language"),
    "values.languages_left_out": Message("languages left out, for too few answers choose an option"),
    "values.distance_between_languages": Message("distance between languages in values (Jensen-Shannon, bits)"),
    "values.widest_distance": Message("languages farthest apart in values"),
    "values.distance": Message("distance in values, by pair of languages"),
    "values.distance_by_question": Message("distance in values, by question"),
    "values.distance_withheld": Message("no distance between languages in values"),
    "language_gap_withheld": Message("no gap between languages in content that passes"),
    "language_gap.best": Message("language with the best pass rate"),
    "language_gap.worst": Message("language with the worst pass rate"),
    "language_gap.languages_missing": Message("offered languages without judged answers"),
}
PARTS = {
    "interval": Message("interval"),
    "questions": Message("questions"),
    "most_refusals": Message("most refusals"),
    "fewest_refusals": Message("fewest refusals"),
    "total_variation": Message("total variation"),
    "by_chance": Message("by chance"),
    "p_value": Message("p value"),
    "permutations": Message("permutations"),
    "languages": Message("languages"),
    "not_in_the_log": Message("not in the log"),
    "no_question": Message("no such question in the bank"),
    "language_not_said": Message("language not said"),
    "another_text": Message("another text"),
    "several_questions": Message("several questions with this text"),
}
"""What stands in rows of figures."""
