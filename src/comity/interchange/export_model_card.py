"""A dossier as a model card: metadata in YAML as the Hugging Face Hub reads it, and the facts in words below.

The metadata have the Hub's own keys where a fact says just that, and under `comity:` every fact exactly, so that the
card can be read back.
Source: the metadata of Hugging Face model cards (`language`, `license`, `license_name`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from comity import __version__
from comity.interchange.licences import card_identifier
from comity.interchange.published_facts import published_facts, unknown_facts, written
from comity.interchange.texts import single_line
from comity.report.markdown import plain
from comity.report.words import BASIS_NAMES, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.interchange.published_facts import PublishedFact
    from comity.questions.assess import Assessment

FORM = "comity/model-card/1"
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""What the Hub takes for a language: ISO 639-1 to 639-3, with subtags."""
MOST_UNKNOWN = 20


def assessment_model_card(assessment: Assessment, language: str) -> str:
    """The card; the same dossier gives the same text."""
    words = Words(assessment.library, language)
    facts = published_facts(assessment)
    head = "\n".join(("---", *_metadata(assessment, facts), "---"))
    return "\n\n".join((head, *_body(assessment, facts, words))) + "\n"


def _metadata(assessment: Assessment, facts: list[PublishedFact]) -> Iterator[str]:
    """YAML, every value in the form that JSON shares with it."""
    texts = {found.fact: single_line(str(found.value)) for found in facts if found.market is None}
    languages = language_codes(texts.get("model.languages", ""))
    if languages:
        yield "language:"
        yield from (f"- {_quoted(code)}" for code in languages)
    if "model.licence" in texts:
        identifier = card_identifier(texts["model.licence"])
        yield f"license: {identifier or 'other'}"
        if identifier is None:
            yield f"license_name: {_quoted(texts['model.licence'])}"
    yield f"model_name: {_quoted(single_line(assessment.dossier.name))}"
    yield "comity:"
    yield f"  form: {FORM}"
    yield f"  version: {_quoted(__version__)}"
    yield f"  on: {_quoted(assessment.on.isoformat())}"
    yield "  facts:" if facts else "  facts: {}"
    for found in facts:
        value = _exact(written(found.value))
        yield f"    {_quoted(found.key)}: {{value: {value}, by: {found.by}}}"


def language_codes(text: str) -> list[str]:
    """The codes in a list of languages; empty where one of them is none, for a part of the list would say something else."""
    codes = [code.strip() for code in text.split(",") if code.strip()]
    return codes if all(LANGUAGE_CODE.fullmatch(code) for code in codes) else []


def _exact(value: bool | float | str | list[str]) -> str:
    """A value as YAML 1.1 and 1.2 read it alike: a power of ten without a point is a text in 1.1."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("e", ".0e") if isinstance(value, float) and "." not in text else text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _body(assessment: Assessment, facts: list[PublishedFact], words: Words) -> Iterator[str]:
    yield f"# {plain(single_line(f'{assessment.dossier.name} {assessment.dossier.version}'))}"
    yield plain(
        words.say(
            "What a dossier said on {day} about this system, its model and its data. Each line ends with what it rests on:"
            " declared, documented or measured. It tells nothing about what it leaves out.",
            day=assessment.on.isoformat(),
        )
    )
    by_topic: defaultdict[str, list[PublishedFact]] = defaultdict(list)
    for found in facts:
        by_topic[assessment.library.fact(found.fact).topic].append(found)
    for topic in assessment.library.topics:
        if topic in by_topic:
            yield f"## {plain(words.text(assessment.library.topics[topic].title))}"
            yield "\n".join(_line(found, words) for found in by_topic[topic])
    missing = unknown_facts(assessment, assessment.library)
    if missing:
        yield f"## {plain(words.say('What is not known'))}"
        listed = [f"- {plain(words.fact(fact))}" for fact in missing[:MOST_UNKNOWN]]
        if len(missing) > MOST_UNKNOWN:
            listed.append(f"- {plain(words.say('… and {count} more', count=len(missing) - MOST_UNKNOWN))}")
        yield "\n".join(listed)
    yield plain(words.say("Comity gives information, not legal advice."))


def _line(found: PublishedFact, words: Words) -> str:
    title = words.fact(found.fact)
    if found.market is not None:
        title = words.say("{title} ({market})", title=title, market=found.market)
    basis = words.name(BASIS_NAMES[found.by])
    if found.source is not None:
        basis = words.say("{basis}: {source}", basis=basis, source=found.source)
    value = plain(single_line(words.value(found.fact, found.value)))
    return words.say(
        "- **{title}**: {value} ({basis})", title=plain(single_line(title)), value=value, basis=plain(basis)
    )
