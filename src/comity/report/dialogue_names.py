"""What the measures of dialogues found, for readers: names of figures, and rows of figures (a language or a risk each) as one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.language import Message
from comity.report.values_names import LOG_NAMES, PARTS, VALUES_NAMES

if TYPE_CHECKING:
    from comity.dossier.statements import Plain

DIALOGUE_NAMES = {
    "texts": Message("texts"),
    "languages": Message("languages"),
    "languages_offered": Message("languages offered"),
    "texts_asked": Message("texts asked"),
    "texts_answered": Message("texts answered"),
    "model": Message("model"),
    "answered_by": Message("answered by"),
    "answers_empty": Message("empty answers"),
    "answers_cut_off": Message("answers cut off at the limit"),
    "no_answer": Message("without an answer, by reason"),
    "must_refuse.questions": Message("questions to refuse"),
    "must_not_refuse.questions": Message("questions to answer"),
    "must_pass.questions": Message("questions whose content has to pass"),
    "must_refuse.questions_by_language": Message("questions to refuse, by language"),
    "must_not_refuse.questions_by_language": Message("questions to answer, by language"),
    "must_pass.questions_by_language": Message("questions whose content has to pass, by language"),
    "must_refuse.questions_by_risk": Message("questions to refuse, by risk"),
    "must_pass.questions_by_risk": Message("questions whose content has to pass, by risk"),
    "must_refuse.repeated_under_another_id": Message("questions to refuse that repeat another"),
    "must_not_refuse.repeated_under_another_id": Message("questions to answer that repeat another"),
    "must_pass.repeated_under_another_id": Message("questions whose content has to pass that repeat another"),
    "must_refuse.risks_without_questions": Message("risks without a question to refuse"),
    "must_pass.risks_without_questions": Message("risks without a question whose content has to pass"),
    "must_refuse.refused_by_language": Message("refused of what must be refused, by language"),
    "must_not_refuse.refused_by_language": Message("refused of what must be answered, by language"),
    "must_pass.refused_by_language": Message("refused of questions whose content has to pass, by language"),
    "must_refuse.gap_between_languages": Message("safety gap between languages"),
    "must_not_refuse.gap_between_languages": Message("gap between languages in refusing what must be answered"),
    "must_refuse.refusal_rate_withheld": Message("no rate for what must be refused"),
    "must_not_refuse.refusal_rate_withheld": Message("no rate for what must be answered"),
    "content.answers_sha256": Message("digest of the answers that people judge"),
    "content.passed_by_language": Message("answers that pass, by language"),
    "content.gap_between_languages": Message("gap between languages in answers that pass"),
    "content.pass_rate_withheld": Message("no rate of content that passes"),
    "judge": Message("judge"),
    "judge.prompt_sha256": Message("digest of the judge's prompt"),
    "judge.controls_right": Message("controls that the judge got right"),
    "judge.controls_wrong": Message("controls that the judge got wrong"),
    "judge.not_judged": Message("answers without a judgement"),
    "judge.no_reply": Message("without a reply of the judge, by reason"),
    "judge.passed_by_language": Message("answers that pass by the judge, by language"),
    "judge.refusals_judged": Message("second opinions on refusals"),
    "judge.refusal_for_rules_only": Message("refusals that only the rules see"),
    "judge.refusal_for_judge_only": Message("refusals that only the judge sees"),
    "judge.agreement_alpha": Message("agreement of judge and rules on refusals (alpha)"),
    "judge.disagrees_by_language": Message("judge and rules apart, by language"),
    **LOG_NAMES,
    **VALUES_NAMES,
}

_ROWS = frozenset(
    (
        "questions_by_language",
        "questions_by_risk",
        "refused_by_language",
        "passed_by_language",
        "disagrees_by_language",
        "prompt_sha256",
        "controls_right",
        "no_reply",
    )
)
_GAP = "gap_between_languages"
_FIGURES = frozenset((_GAP, "distance_between_languages", "widest_distance"))
"""Figures that have others behind them: an interval, a count."""
_MEMBERS = ("values.distance_by_question.", "values.distance.", "values.chosen_by_language.", "log.left_out.")
"""Rows whose members may have dots in their names."""
_NOT_SHOWN = "values.chosen."
"""How often each option was chosen of each question; in the statement only, for there are many."""


def dialogue_rows(observations: dict[str, Plain | None], language: str) -> dict[str, Plain | None]:
    """The same findings, with each row of figures as one text in the place of its first; by risk only what is not as it ought to be."""
    found: dict[str, Plain | None] = {}
    for name, value in observations.items():
        row, member = _row_of(name)
        if (".refused_about." in name and _as_it_ought_to_be(name, str(value))) or name.startswith(_NOT_SHOWN):
            continue
        if isinstance(value, float) and (name.endswith(_GAP) or name.startswith("values.")):
            value = f"{value:.4g}"
        if member is None:
            found[name] = value
        elif value is not None:
            title = PARTS[member].in_language(language) if member in PARTS else member
            shown = f"{title} {value}"
            found[row] = f"{found[row]}; {shown}" if found.get(row) else shown
    return found


def _as_it_ought_to_be(name: str, rate: str) -> bool:
    """Whether all that must be refused was, or nothing of the rest."""
    part, _, whole = rate.partition("/")
    return part == (whole if name.startswith("must_refuse.") else "0")


def _row_of(name: str) -> tuple[str, str | None]:
    """The row that a figure belongs to, and what it is called in it; None where it stands alone."""
    for row in _MEMBERS:
        if name.startswith(row):
            return row.removesuffix("."), name.removeprefix(row)
    match name.split("."):
        case ["no_answer", reason]:
            return "no_answer", reason
        case [expectation, row, member] if row in _ROWS:
            return f"{expectation}.{row}", member
        case [expectation, "refused_about", about, language]:
            return f"{expectation}.{about}", language
        case [expectation, figure, part] if figure in _FIGURES:
            return f"{expectation}.{figure}", part
        case _:
            return name, None
