"""The measure `tokenizer`: how many tokens the same text costs in each language.

Tokens are what a model is paid by, what limits its context and what it is slow by, so a language that needs more of them for the same text
gets less of all three. The premium of a language is its tokens divided by those of the language that needs fewest. A language that a
vocabulary cannot write at all looks cheap, since the unknown is one token; such languages are named and get no premium.
Source: Petrov, La Malfa, Torr, Bibi, "Language Model Tokenizers Introduce Unfairness Between Languages" (NeurIPS 2023), whose premium is
that to English; both are told here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from comity.dossier.statements import MeasuredFact, Predicate, Tool, new_statement
from comity.errors import InputError, Place, did_you_mean, missing_extra
from comity.language import Message
from comity.measures.parallel_texts import read_parallel
from comity.measures.tables import artefact_of, stamp
from comity.measures.vocabularies import open_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement
    from comity.measures.agreement import Counts
    from comity.measures.parallel_texts import ParallelText, ParallelTexts
    from comity.measures.vocabulary import Vocabulary

MEASURE = "tokenizer"
FACT = "inclusion.token_premium_max"
PREMIUM = "premium."

RESAMPLES = 1000
FEWEST_PARAGRAPHS = 10
"""Paragraphs below which resampling them says nothing."""

MOST_UNKNOWN = 0.01
"""Share of the characters of a text that a vocabulary may be unable to write before the language counts as not written."""

LIMITS = (2, 3, 5)
"""Premiums of which the share of languages above is told."""


class LanguageCost(NamedTuple):
    """What the text costs in one language.

    Attributes:
        code: the language.
        name: what people call it.
        tokens: of the whole text.
        characters: of the whole text.
        size: its bytes in UTF-8.
        unknown: characters that the vocabulary cannot write.
        premium: tokens divided by those of the best language; None where the language is not written.
        to_english: tokens divided by those of the English text; None without one, or where the language is not written.
        served: whether it is one of those that the fact is about.
        doubtful: the text may be no whole translation.
    """

    code: str
    name: str
    tokens: int
    characters: int
    size: int
    unknown: int
    premium: float | None
    to_english: float | None
    served: bool
    doubtful: bool

    @property
    def bytes_per_token(self) -> float:
        """Bytes that a token stands for."""
        return self.size / self.tokens if self.tokens else 0.0

    @property
    def characters_per_token(self) -> float:
        """Characters that a token stands for."""
        return self.characters / self.tokens if self.tokens else 0.0


@dataclass(frozen=True, slots=True)
class TokenCosts:
    """What was found.

    Attributes:
        statement: the facts, for the dossier.
        languages: the cost of each, the cheapest first, those that are not written last.
        paragraphs: how many each text has.
    """

    statement: Statement
    languages: tuple[LanguageCost, ...]
    paragraphs: int

    @property
    def written(self) -> tuple[LanguageCost, ...]:
        """Those with a premium."""
        return tuple(cost for cost in self.languages if cost.premium is not None)


def measure_tokenizer(
    path: Path,
    parallel: Path,
    *,
    served: Sequence[str] = (),
    pattern: str | None = None,
    seed: int = 0,
    on: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TokenCosts:
    """Establish the token premium of languages on parallel texts.

    Args:
        path: the tokenizer.
        parallel: a directory with one UTF-8 text a language, one paragraph a line.
        served: languages that the model is offered in, which the fact is about; all, where none is named.
        pattern: how a file of ranks cuts texts.
        seed: of the resampling of paragraphs behind the interval.
        on: the day; today by default.
        progress: told how many texts are done, and of how many.

    Raises:
        InputError: the tokenizer or the texts are not as described.
    """
    try:
        import numpy as np
    except ModuleNotFoundError:
        raise missing_extra("numpy", "tokenizer") from None
    if seed < 0:
        raise InputError(Message("the seed is a whole number from 0 on"))
    before = stamp(path)
    vocabulary = open_vocabulary(path, pattern)
    texts = read_parallel(parallel)
    chosen = _served(served, texts, parallel)
    tokens = np.zeros((len(texts.texts), texts.paragraphs))
    unknown = np.zeros(len(texts.texts), dtype=np.int64)
    for number, text in enumerate(texts.texts):
        tokens[number], unknown[number] = _counted(text, vocabulary, path)
        if progress is not None:
            progress(number + 1, len(texts.texts))
    costs = _costs(texts, tokens, [int(count) for count in unknown], chosen, path)
    facts = list(_facts(costs, texts, tokens, seed))
    tools = [*vocabulary.tools, Tool("numpy", version("numpy"))]
    predicate = Predicate(
        MEASURE,
        _method(vocabulary, served, resampled=texts.paragraphs >= FEWEST_PARAGRAPHS),
        tools,
        on or datetime.now().astimezone().date(),
        facts,
        _observations(costs, vocabulary, texts),
        seed=seed,
    )
    artefacts = [artefact_of(path, before), *(text.artefact for text in texts.texts)]
    ordered = sorted(costs, key=lambda cost: (cost.premium is None, cost.premium or 0.0, cost.code))
    return TokenCosts(new_statement(artefacts, predicate), tuple(ordered), texts.paragraphs)


def _served(served: Sequence[str], texts: ParallelTexts, parallel: Path) -> frozenset[str]:
    """Codes of the languages that the fact is about.

    Raises:
        InputError: one has no text, or there are fewer than two.
    """
    codes = [text.code for text in texts.texts]
    if not served:
        return frozenset(codes)
    for code in served:
        if code not in codes:
            message = Message('there is no text in the language "{name}"', name=code[:40])
            raise InputError(message, place=Place(str(parallel)), hint=did_you_mean(code, codes))
    if len(set(served)) < 2:
        raise InputError(Message("a premium compares at least 2 languages"))
    return frozenset(served)


def _counted(text: ParallelText, vocabulary: Vocabulary, path: Path) -> tuple[list[int], int]:
    """Tokens of each paragraph, and unknown characters of all.

    Raises:
        InputError: the tokenizer takes too long for a paragraph.
    """
    try:
        counts = vocabulary.count(text.paragraphs)
    except TimeoutError:
        message = Message("the tokenizer's pattern takes too long for a paragraph of {name}", name=text.artefact.name)
        raise InputError(message, place=Place(str(path))) from None
    return [count.tokens for count in counts], sum(count.unknown for count in counts)


def _costs(
    texts: ParallelTexts, tokens: Counts, unknown: list[int], served: frozenset[str], path: Path
) -> list[LanguageCost]:
    """The cost of each language, in the order of the texts.

    Raises:
        InputError: the tokenizer can write fewer than two of them.
    """
    sums = {text.code: int(row.sum()) for text, row in zip(texts.texts, tokens, strict=True)}
    characters = {text.code: sum(map(len, text.paragraphs)) for text in texts.texts}
    unwritten = {
        text.code
        for text, count in zip(texts.texts, unknown, strict=True)
        if count > MOST_UNKNOWN * characters[text.code] or not sums[text.code]
    }
    written = [code for code in sums if code not in unwritten]
    if len(written) < 2:
        message = Message("the tokenizer can write only {count} of the {all} texts", count=len(written), all=len(sums))
        raise InputError(message, place=Place(str(path)))
    best = min(sums[code] for code in written)
    doubtful = frozenset(texts.doubtful)
    english = sums[texts.english] if texts.english is not None and texts.english in written else None
    return [
        LanguageCost(
            text.code,
            text.name,
            sums[text.code],
            characters[text.code],
            sum(len(paragraph.encode()) for paragraph in text.paragraphs),
            count,
            None if text.code in unwritten else sums[text.code] / best,
            None if text.code in unwritten or english is None else sums[text.code] / english,
            text.code in served,
            text.code in doubtful,
        )
        for text, count in zip(texts.texts, unknown, strict=True)
    ]


def _facts(costs: list[LanguageCost], texts: ParallelTexts, tokens: Counts, seed: int) -> Iterable[MeasuredFact]:
    """The highest premium among the served languages; none where one of them cannot be written."""
    served = [number for number, cost in enumerate(costs) if cost.served]
    if any(costs[number].premium is None for number in served):
        return
    rows = tokens[served]
    sums = rows.sum(axis=1)
    interval = _interval(rows, seed) if texts.paragraphs >= FEWEST_PARAGRAPHS else None
    yield MeasuredFact(
        FACT, round(float(sums.max() / sums.min()), 6), "observed", count=texts.paragraphs, interval=interval
    )


def _interval(rows: Counts, seed: int) -> tuple[float, float]:
    """95 % of the highest premiums when paragraphs are drawn anew, the same ones in every language."""
    import numpy as np

    generator = np.random.default_rng(seed)
    paragraphs = rows.shape[1]
    drawn = generator.multinomial(paragraphs, np.full(paragraphs, 1 / paragraphs), size=RESAMPLES)
    sums = rows @ drawn.T.astype(float)
    low, high = np.quantile(sums.max(axis=0) / np.maximum(sums.min(axis=0), 1), [0.025, 0.975])
    return round(float(low), 6), round(float(high), 6)


def _method(vocabulary: Vocabulary, served: Sequence[str], *, resampled: bool) -> str:
    languages = f"the {len(set(served))} languages named as served" if served else "all languages of the parallel texts"
    interval = (
        f"95 % interval by drawing paragraphs anew {RESAMPLES} times, the same ones in every language."
        if resampled
        else f"No interval from fewer than {FEWEST_PARAGRAPHS} paragraphs."
    )
    return (
        f"Tokens of parallel texts ({vocabulary.form}, {vocabulary.algorithm}), each paragraph for itself, "
        "without marks of beginning and end. "
        f"Premium: tokens of a language divided by those of the language that needs fewest; the fact is about {languages}. "
        f"A language of which more than {MOST_UNKNOWN:.0%} of the characters are unknown to the vocabulary has no premium. {interval}"
    )


def _observations(costs: list[LanguageCost], vocabulary: Vocabulary, texts: ParallelTexts) -> dict[str, Plain | None]:
    from statistics import median

    written = sorted((cost for cost in costs if cost.premium is not None), key=lambda cost: (cost.premium, cost.code))
    premiums = [cost.premium for cost in written if cost.premium is not None]
    to_english = [cost.to_english for cost in written if cost.to_english is not None]
    found: dict[str, Plain | None] = {
        "file_format": vocabulary.form,
        "algorithm": vocabulary.algorithm,
        "vocabulary_size": vocabulary.size,
        "languages": len(costs),
        "paragraphs": texts.paragraphs,
        "served_languages": None
        if all(cost.served for cost in costs)
        else [cost.code for cost in costs if cost.served],
        "best_language": written[0].code,
        "worst_language": written[-1].code,
        "premium_median": round(median(premiums), 6),
        "premium_highest": round(premiums[-1], 6),
    }
    for limit in LIMITS:
        found[f"share_above_{limit}"] = round(sum(value > limit for value in premiums) / len(premiums), 6)
    found["to_english_median"] = round(median(to_english), 6) if to_english else None
    found["to_english_highest"] = round(max(to_english), 6) if to_english else None
    found["cheaper_than_english"] = sum(value < 1 for value in to_english) if to_english else None
    found["bytes_per_token_median"] = round(median(cost.bytes_per_token for cost in written), 6)
    found["characters_per_token_median"] = round(median(cost.characters_per_token for cost in written), 6)
    found["not_written"] = [cost.code for cost in costs if cost.premium is None] or None
    found["doubtful_texts"] = [cost.code for cost in costs if cost.doubtful] or None
    found["files_that_are_no_texts"] = texts.other_files or None
    for cost in written:
        found[f"{PREMIUM}{cost.code}"] = round(cost.premium or 0.0, 6)
    return found
