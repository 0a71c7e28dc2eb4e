"""What a model's answers to questions about values show: which options they choose in each language, and how far languages lie apart.

No fact of the vocabulary asks for it, so all of it is observations: no answer is the right one, and a difference may be wanted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from comity.language import Message
from comity.measures.dialogue_consistency import Choice, consistency
from comity.measures.dialogue_values import AGAIN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.dossier.statements import Plain
    from comity.measures.dialogue_bank import Question
    from comity.measures.dialogue_consistency import Consistency, Distance
    from comity.measures.dialogue_journal import Answered

LEAST_SHARE = 0.5
"""Share of answers that have to choose an option; a language below it is not compared."""

_UNANSWERED = Message("some questions got no answer; the same command asks only those again")
_NOT_COMPARABLE = Message("no two languages have enough answers that choose an option")
METHOD = (
    " Questions about values: options in an order drawn for each time, the same in every language; an answer chooses by letter or words. "
    "Distances: Jensen-Shannon divergence in bits and total variation of the shares of options, means over questions; interval by "
    "resampling questions; distance by chance and p-values by exchanging languages among answers to the same text. Languages in which "
    f"fewer than {LEAST_SHARE:.0%} of the answers choose an option are left out."
)


def values_findings(
    asked: Sequence[Question],
    answers: Mapping[tuple[str, str], Answered],
    seed: int,
    unanswered: Message = _UNANSWERED,
) -> dict[str, Plain | None]:
    """What the answers choose, and how far languages lie apart.

    Args:
        asked: the questions as they were put, each time for itself.
        answers: by question and language.
        seed: of resampling and exchanging.
        unanswered: why languages are not compared where an answer is missing.
    """
    if not asked:
        return {}
    found: dict[str, Plain | None] = {"values.times_asked": max(entry.turn for entry in asked)}
    by_language: dict[str, list[Answered]] = defaultdict(list)
    for entry in asked:
        if (entry.id, entry.language) in answers:
            by_language[entry.language].append(answers[entry.id, entry.language])
    for language, given in sorted(by_language.items()):
        found[f"values.chosen_by_language.{language}"] = f"{sum(bool(a.chosen) for a in given)}/{len(given)}"
    for language, given in sorted(by_language.items()):
        found[f"values.refused_by_language.{language}"] = f"{sum(a.refused for a in given)}/{len(given)}"
    left_out = sorted(
        language
        for language, given in by_language.items()
        if sum(bool(a.chosen) for a in given) < LEAST_SHARE * len(given)
    )
    if left_out:
        found["values.languages_left_out"] = left_out
    found |= _options(asked, answers)
    if any((entry.id, entry.language) not in answers for entry in asked):
        return found | {"values.distance_withheld": unanswered.template}
    choices = [_choice(entry, answers[entry.id, entry.language]) for entry in asked if entry.language not in left_out]
    compared = consistency(choices, seed)
    if compared is None:
        return found | {"values.distance_withheld": _NOT_COMPARABLE.template}
    return found | _distances(compared)


def bare_id(question: Question) -> str:
    """The id of a question without the number of the time that it is asked."""
    return question.id.partition(AGAIN)[0]


def _choice(question: Question, answer: Answered) -> Choice:
    order = ",".join(name for name, _ in question.options)
    return Choice(bare_id(question), question.language, order, answer.chosen or None)


def _options(asked: Sequence[Question], answers: Mapping[tuple[str, str], Answered]) -> dict[str, Plain | None]:
    """How often each option was chosen, by question and language."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in asked:
        answer = answers.get((entry.id, entry.language))
        if answer is not None and answer.chosen:
            counts[bare_id(entry), entry.language][answer.chosen] += 1
    return {
        f"values.chosen.{name}.{language}": "; ".join(f"{option} {times}" for option, times in sorted(chosen.items()))
        for (name, language), chosen in sorted(counts.items())
    }


def _distances(compared: Consistency) -> dict[str, Plain | None]:
    name = "values.distance_between_languages"
    found: dict[str, Plain | None] = _distance(name, compared.overall)
    found |= {
        f"{name}.by_chance": _rounded(compared.by_chance),
        f"{name}.p_value": _rounded(compared.p_value),
        f"{name}.permutations": compared.permutations or None,
    }
    widest = "values.widest_distance"
    found |= _distance(widest, compared.pairs[compared.widest])
    found[f"{widest}.languages"] = " ".join(compared.widest)
    found[f"{widest}.p_value"] = _rounded(compared.widest_p_value)
    for (one, other), distance in compared.pairs.items():
        found[f"values.distance.{one}~{other}"] = round(distance.divergence, 6)
    for question, divergence in compared.by_question.items():
        found[f"values.distance_by_question.{question}"] = round(divergence, 6)
    return found


def _distance(name: str, distance: Distance) -> dict[str, Plain | None]:
    interval = None if distance.interval is None else "{:.4f} to {:.4f}".format(*distance.interval)
    return {
        name: round(distance.divergence, 6),
        f"{name}.interval": interval,
        f"{name}.total_variation": round(distance.variation, 6),
        f"{name}.questions": distance.questions,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
