"""How far a model's answers to one and the same question about values lie apart from language to language.

For each question and pair of languages the shares of the options are compared: by the Jensen-Shannon divergence (bits, 0 to 1) and by the
total variation (the share of answers that would have to change). A model that draws its answers gives different ones by chance alone, so
the same distance is worked out again and again with the languages of the answers exchanged at random: what comes out then is the distance
by chance, and how often it is as large as what was seen is the p-value. Without repeated answers there is neither. Answers that repeat
themselves word for word are one answer, not many: where every language always chose the same to the same text, its answers move together.
Sources: Lin (1991) for the divergence; Westfall and Young (1993) for the largest of several distances; bootstrap by percentiles over
questions, which says how much the choice of questions matters.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from comity.measures.corpus_mix import distance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PERMUTATIONS = 999
RESAMPLES = 999
FEWEST_QUESTIONS = 5
"""Questions under which no interval over questions is given."""
MOST_WORK = 5_000_000
"""Exchanged answers of all permutations together; with more answers there are fewer permutations."""
FEWEST_PERMUTATIONS = 99

Pair: TypeAlias = tuple[str, str]
Shares: TypeAlias = tuple[tuple[str, int], ...]
Answers: TypeAlias = list[tuple[str, str | None]]
"""Languages and what was chosen in them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one answer chose.

    Attributes:
        question, language: which text was asked.
        stratum: answers of one stratum were asked alike, but for the language: with the options in the same order.
        option: None where the answer chose none.
    """

    question: str
    language: str
    stratum: str
    option: str | None


@dataclass(frozen=True, slots=True)
class Distance:
    """How far languages lie apart.

    Attributes:
        divergence: Jensen-Shannon, in bits; the mean over questions.
        variation: total variation; the mean over questions.
        questions: how many questions are behind it.
        interval: of the divergence, 95 %, by resampling questions; None with too few.
    """

    divergence: float
    variation: float
    questions: int
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Consistency:
    """What was found.

    Attributes:
        overall: the mean over questions of the mean over pairs of languages.
        pairs: by pair of languages, in alphabetical order.
        widest: the pair with the largest divergence.
        by_chance: the overall divergence that exchanged languages give, on average; None where no question was answered repeatedly.
        p_value: of the overall divergence; None likewise.
        widest_p_value: of the largest divergence, among all pairs; None likewise.
        permutations: how often the languages were exchanged.
        by_question: the mean divergence over pairs, by question.
    """

    overall: Distance
    pairs: Mapping[Pair, Distance]
    widest: Pair
    by_chance: float | None
    p_value: float | None
    widest_p_value: float | None
    permutations: int
    by_question: Mapping[str, float]


def consistency(choices: Iterable[Choice], seed: int) -> Consistency | None:
    """Compare languages; None where there are no two languages that both chose an option of the same question.

    A question counts for a pair of languages if both chose at least one option of it. The order of the choices makes no difference.

    Args:
        choices: of all answers.
        seed: of the exchanging and resampling; the same one gives the same result.
    """
    table = _table(choices)
    distances = {question: _distances(_counts(answers)) for question, answers in table.items()}
    distances = {question: found for question, found in distances.items() if found}
    if not distances:
        return None
    pairs = sorted({pair for found in distances.values() for pair in found})
    questions = sorted(distances)
    by_pair = {pair: [distances[name][pair] for name in questions if pair in distances[name]] for pair in pairs}
    found = {pair: _over_questions(rows, seed, "/".join(pair)) for pair, rows in by_pair.items()}
    means = [_mean_of(distances[name].values()) for name in questions]
    widest = max(pairs, key=lambda pair: found[pair].divergence)
    overall = _over_questions(means, seed, "")
    chance = _by_chance(table, overall.divergence, found[widest].divergence, seed)
    by_question = {name: divergence for name, (divergence, _) in zip(questions, means, strict=True)}
    return Consistency(overall, found, widest, *chance, by_question)


def _table(choices: Iterable[Choice]) -> dict[str, dict[str, Answers]]:
    """By question and stratum the languages and what was chosen in them, in an order of their own."""
    found: dict[str, dict[str, Answers]] = defaultdict(lambda: defaultdict(list))
    for choice in sorted(
        choices, key=lambda entry: (entry.question, entry.stratum, entry.language, entry.option or "")
    ):
        found[choice.question][choice.stratum].append((choice.language, choice.option))
    return {question: dict(strata) for question, strata in found.items()}


def _counts(strata: Mapping[str, Answers]) -> dict[str, dict[str, int]]:
    """How often each option was chosen, by language."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for answers in strata.values():
        for language, option in answers:
            if option is not None:
                found[language][option] += 1
    return found


def _distances(counts: Mapping[str, Mapping[str, int]]) -> dict[Pair, tuple[float, float]]:
    shares = {language: tuple(sorted(found.items())) for language, found in counts.items()}
    return {pair: _distance(shares[pair[0]], shares[pair[1]]) for pair in combinations(sorted(shares), 2)}


@lru_cache(maxsize=100_000)
def _distance(one: Shares, other: Shares) -> tuple[float, float]:
    found = distance(dict(one), dict(other))
    return found.jensen_shannon, found.total_variation


def _mean_of(rows: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The mean of divergences and of variations, added without loss, so that no order matters."""
    listed = list(rows)
    return (
        math.fsum(divergence for divergence, _ in listed) / len(listed),
        math.fsum(variation for _, variation in listed) / len(listed),
    )


def _over_questions(rows: Sequence[tuple[float, float]], seed: int, name: str) -> Distance:
    divergence, variation = _mean_of(rows)
    interval = None
    if len(rows) >= FEWEST_QUESTIONS:
        drawn = random.Random(f"{seed}/resample/{name}")  # noqa: S311
        values = [row[0] for row in rows]
        means = sorted(math.fsum(drawn.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES))
        tail = (RESAMPLES + 1) // 40
        interval = means[tail - 1], means[-tail]
    return Distance(divergence, variation, len(rows), interval)


def _by_chance(
    table: Mapping[str, dict[str, Answers]], overall: float, widest: float, seed: int
) -> tuple[float | None, float | None, float | None, int]:
    """Distance by chance, p-values of the overall and of the largest divergence, and the number of permutations."""
    answers = sum(len(found) for strata in table.values() for found in strata.values())
    if not any(_repeated(strata) for strata in table.values()):
        return None, None, None, 0
    times = max(FEWEST_PERMUTATIONS, min(PERMUTATIONS, MOST_WORK // answers))
    drawn = random.Random(f"{seed}/exchange")  # noqa: S311
    total, as_far, widest_as_far = 0.0, 1, 1
    for _ in range(times):
        every, largest = _exchanged(table, drawn)
        total += every
        as_far += every >= overall - 1e-12
        widest_as_far += largest >= widest - 1e-12
    return total / times, as_far / (times + 1), widest_as_far / (times + 1), times


def _repeated(strata: Mapping[str, Answers]) -> bool:
    """Whether exchanging languages can change a distance: there are several texts, or answers to one text that differ."""
    return len(strata) > 1 or any(_fixed(answers) is None for answers in strata.values())


def _fixed(answers: Answers) -> dict[str, str | None] | None:
    """What each language always chose; None where one chose this and that."""
    found: dict[str, str | None] = {}
    if any(found.setdefault(language, option) != option for language, option in answers):
        return None
    return found


def _exchanged(table: Mapping[str, dict[str, Answers]], drawn: random.Random) -> tuple[float, float]:
    """The overall and the largest divergence, after the languages of each stratum were exchanged."""
    means: list[float] = []
    by_pair: dict[Pair, list[float]] = defaultdict(list)
    for strata in table.values():
        found = _distances(_counts({stratum: _shuffled(answers, drawn) for stratum, answers in strata.items()}))
        if found:
            means.append(math.fsum(divergence for divergence, _ in found.values()) / len(found))
            for pair, (divergence, _) in found.items():
                by_pair[pair].append(divergence)
    if not means:
        return 0.0, 0.0
    largest = max(math.fsum(values) / len(values) for values in by_pair.values())
    return math.fsum(means) / len(means), largest


def _shuffled(answers: Answers, drawn: random.Random) -> Answers:
    fixed = _fixed(answers)
    if fixed is None:
        options = [option for _, option in answers]
        drawn.shuffle(options)
        return [(language, option) for (language, _), option in zip(answers, options, strict=True)]
    options = list(fixed.values())
    drawn.shuffle(options)
    given = dict(zip(fixed, options, strict=True))
    return [(language, given[language]) for language, _ in answers]
