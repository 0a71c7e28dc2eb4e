"""The measure `corpus`: languages and scripts, duplicates, words of risk and personal data in the texts that a model is trained on.

Files are read as a stream, by as many processes as there are cores, with the same result as by one (`corpus_scan`). Nothing is guessed:
a record that cannot be read is counted by its reason, a language that detectors do not settle is kept apart, and where a table of
duplicates is full the counts are said to be lower bounds.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING

from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, Tool, new_statement
from comity.language import clean
from comity.measures.intervals import exact_interval

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement
    from comity.measures.corpus_duplicates import Duplicates
    from comity.measures.corpus_files import Divide, Found
    from comity.measures.corpus_packing import Reading
    from comity.measures.corpus_scan import Plan, Tally
    from comity.measures.corpus_spark import Counted

MEASURE = "corpus"

MOST_SUBJECTS = 1_000
"""Files that a statement names one by one; of more it names the digest of their list."""

MOST_NAMED = 100

TEXT = "text"
"""The field that holds the text, where nobody says another."""

UNITS = ("documents", "characters")


def measure_corpus(
    paths: Sequence[Path],
    *,
    column: str | None = None,
    divide: Divide = "file",
    config: str | None = None,
    split: str | None = None,
    detectors: Sequence[str] = ("pycld2", "py3langid"),
    keywords: Path | None = None,
    reference: Path | None = None,
    near: bool = True,
    cores: int = 1,
    spark: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    on: date | None = None,
) -> Statement:
    """Establish what a corpus consists of.

    Args:
        paths: files and directories, each a source; or the card of a data set, whose configurations are sources.
        column: the field of JSON Lines, or column of Parquet, that holds the text; what the card says, or `text`, by default.
        divide: whether a text file is one document, or each of its lines.
        config: the configuration, or record set, of the card; all by default.
        split: the split of the card; all by default.
        detectors: of languages, by name.
        keywords: a list of words, by category of risk.
        reference: a mix of languages to compare with.
        near: whether near duplicates are looked for.
        cores: processes that work at once. More than one needs a main module that can be imported, as for every use of `multiprocessing`.
        spark: the address of a Spark cluster that reads in place of these processes and finds the same (`corpus_spark`).
        progress: told how much of how much has been read.
        on: the day; today by default.

    Raises:
        InputError: a file is missing or not of a form that is read, a package is missing, there is no document, or Spark fails.
    """
    from comity.measures.corpus_content import read_keywords
    from comity.measures.corpus_files import ReadingPlan, find_corpus
    from comity.measures.corpus_languages import detector_versions
    from comity.measures.corpus_mix import read_mix
    from comity.measures.corpus_scan import Plan, nothing_found
    from comity.measures.dataset_card import artefact_of_card, card_findings, opened
    from comity.measures.tables import artefact_of

    words = None if keywords is None else read_keywords(keywords)
    mix = None if reference is None else read_mix(reference)
    sources, card = opened(paths, config, split)
    found = find_corpus(sources)
    plan = Plan(
        ReadingPlan(column or (card and card.column) or TEXT, divide), tuple(dict.fromkeys(detectors)), words, near
    )
    read = partial(_read_here, cores=cores) if spark is None else partial(_read_on_spark, master=spark)
    tally, duplicates, readings = read(found, plan, progress=progress)
    if not tally.documents:
        raise nothing_found(found, tally, readings)
    tools = [Tool(name, version) for name, version in detector_versions(plan.detectors).items()]
    observations = {
        **_amounts(found, readings, tally),
        **_languages(tally),
        **_duplicates(duplicates, near),
        **_content(tally, plan),
        **({} if mix is None else _reference(tally, mix, plan)),
        **({} if card is None else card_findings(card, tally.languages["documents"], found, readings)),
    }
    predicate = Predicate(
        MEASURE,
        _method(plan, duplicates),
        [
            *tools,
            Tool("numpy", version_of("numpy")),
            *([] if spark is None else [Tool("pyspark", version_of("pyspark"))]),
        ],
        on or datetime.now().astimezone().date(),
        _facts(tally, plan, readings),
        observations,
    )
    cards = [] if card is None else [artefact_of_card(card)]
    lists = [artefact_of(path) for path in (keywords, reference) if path is not None]
    return new_statement([*subjects(found, readings), *cards, *lists], predicate)


def _read_here(
    found: Found, plan: Plan, *, cores: int, progress: Callable[[int, int], None] | None
) -> tuple[Tally, Duplicates | Counted, list[Reading]]:
    from comity.measures.corpus_duplicates import Duplicates
    from comity.measures.corpus_scan import Tally, scan

    tally, duplicates = Tally(), Duplicates()
    examined, readings = scan(found, plan, cores, progress)
    for part in examined:
        tally.add(part.tally)
        duplicates.add(part.exact, part.near)
    return tally, duplicates, readings


def _read_on_spark(
    found: Found, plan: Plan, *, master: str, progress: Callable[[int, int], None] | None
) -> tuple[Tally, Duplicates | Counted, list[Reading]]:
    from comity.measures.corpus_spark import scan_on_spark

    return scan_on_spark(found, plan, master, progress)


def subjects(found: Found, readings: Sequence[Reading]) -> list[Artefact]:
    """The files that were read, by name and digest."""
    from comity.measures.corpus_mix import manifest

    artefacts = [
        Artefact(clean(file.name), Digest(reading.digest))
        for file, reading in zip(found.files, readings, strict=True)
        if reading.digest is not None
    ]
    return artefacts if len(artefacts) <= MOST_SUBJECTS else [manifest(artefacts)]


def _method(plan: Plan, duplicates: Duplicates | Counted) -> str:
    from comity.measures import corpus_languages as languages

    text = (
        f"Every document read once. Script: that of most letters, by Unicode. Language: {', '.join(plan.detectors) or 'not asked'}, on the "
        f"first {languages.FIRST_CHARACTERS:,} characters (py3langid: {languages.SECOND_CHARACTERS:,}); identified where all detectors "
        "that know it say it, and two do or the one is sure; macrolanguages for their parts. Exact duplicates by 64-bit BLAKE2b."
    )
    if plan.near:
        text += " Near duplicates: a band of MinHash (14 bands of 8, character 8-grams, case folded) shared with an earlier document."
    if not duplicates.complete:
        text += " The tables of duplicates were full: their counts are lower bounds."
    return text


def _amounts(found: Found, readings: list[Reading], tally: Tally) -> dict[str, Plain | None]:
    from comity.measures.corpus_scan import skipped_files

    unread = [clean(line) for line in skipped_files(found, readings)]
    observations: dict[str, Plain | None] = {
        "documents": tally.documents,
        "characters": tally.characters,
        "bytes": tally.bytes,
        "files": len(found.files),
        "files_of_other_kinds": found.others,
        "files_not_read_to_the_end": len(unread),
        "records_skipped": sum(tally.skipped.values()),
    }
    if unread:
        observations["files_not_read"] = unread[:MOST_NAMED]
    observations |= {f"skipped.{reason}": count for reason, count in sorted(tally.skipped.items())}
    if len(found.sources) > 1:
        names = [clean(name) for name in found.sources[:MOST_NAMED]]
        observations |= {f"sources.documents.{name}": tally.sources[number] for number, name in enumerate(names)}
    return observations


def _languages(tally: Tally) -> dict[str, Plain | None]:
    from comity.measures.corpus_mix import effective_number

    observations: dict[str, Plain | None] = {}
    for unit in UNITS:
        for state in ("identified", "uncertain", "unknown"):
            observations[f"language_{state}.{unit}"] = tally.states[unit][state]
    observations["detectors_compared"] = tally.compared
    observations["detectors_disagreed"] = tally.disagreed
    observations["languages_identified"] = len(tally.languages["documents"])
    for unit in UNITS:
        observations[f"effective_languages.{unit}"] = round(effective_number(tally.languages[unit]), 6)
    for unit in UNITS:
        observations |= _ordered(f"languages.{unit}", tally.languages[unit])
    observations |= _ordered("scripts.documents", tally.scripts_documents)
    observations |= _ordered("scripts.characters", tally.scripts_characters)
    return observations


def _ordered(name: str, counts: Counter[str]) -> dict[str, Plain | None]:
    """Counts, the largest first."""
    return {f"{name}.{key}": count for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))}


def _duplicates(duplicates: Duplicates | Counted, near: bool) -> dict[str, Plain | None]:
    observations: dict[str, Plain | None] = {"duplicates.exact": duplicates.exact}
    if near:
        observations |= {"duplicates.near": duplicates.near, "duplicates.near_compared": duplicates.compared}
    return observations | {"duplicates.complete": duplicates.complete}


def _content(tally: Tally, plan: Plan) -> dict[str, Plain | None]:
    from comity.measures.corpus_content import PATTERNS

    observations: dict[str, Plain | None] = {f"patterns.{name}": tally.patterns[name] for name in PATTERNS}
    observations["patterns.any"] = tally.personal
    if plan.keywords is not None:
        observations["keywords"] = plan.keywords.words
        observations |= {f"keywords.documents.{name}": tally.categories[name] for name in plan.keywords.categories}
        observations["keywords_any.documents"] = tally.flagged
    return observations


def _reference(tally: Tally, mix: dict[str, float], plan: Plan) -> dict[str, Plain | None]:
    """How far the identified documents and characters lie from the mix; None where nothing was identified."""
    from comity.measures.corpus_languages import new_detectors
    from comity.measures.corpus_mix import distance

    known = frozenset[str]().union(*(detector.languages for detector in new_detectors(plan.detectors)))
    strange = sorted(mix.keys() - known)
    observations: dict[str, Plain | None] = {"reference.not_told_by_detectors": strange} if strange else {}
    for unit in UNITS:
        counts = tally.languages[unit]
        apart = distance(counts, mix) if counts else None
        observations[f"reference.total_variation.{unit}"] = None if apart is None else round(apart.total_variation, 6)
        observations[f"reference.jensen_shannon.{unit}"] = None if apart is None else round(apart.jensen_shannon, 6)
        observations[f"reference.gap_max.{unit}"] = None if apart is None else round(apart.gap, 6)
        observations[f"reference.widest.{unit}"] = None if apart is None else apart.widest
    return observations


def _facts(tally: Tally, plan: Plan, readings: list[Reading]) -> list[MeasuredFact]:
    """What a check by a list of words establishes; how much was checked only where every file was read to its end."""
    if plan.keywords is None:
        return []
    clear = tally.documents - tally.flagged
    where = f"{plan.keywords.words} words in {len(plan.keywords.categories)} categories"
    rate = MeasuredFact(
        "data.sample.technical.pass_rate",
        clear / tally.documents,
        "observed",
        where,
        tally.documents,
        exact_interval(clear, tally.documents),
    )
    if any(reading.problem for reading in readings):
        return [rate]
    items = tally.documents + sum(tally.skipped.values())
    return [MeasuredFact("data.sample.technical.share", tally.documents / items, "observed", where, items), rate]
