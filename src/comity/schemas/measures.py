"""Schemas of the files that people write for measures.

Question banks, rules for refusals, lists of words, mixes of languages, prompts for a judge, and lines of answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.measures.corpus_content import LONGEST_WORD
from comity.measures.dialogue_bank import (
    EXPECTATIONS,
    FORM,
    LANGUAGE_TAG,
    LONGEST_TEXT,
    MODALITIES,
    MUST_NOT_REFUSE,
    QUESTION_ID,
    VALUES,
    risk_classes,
)
from comity.measures.dialogue_bank_facts import ASPECTS
from comity.measures.dialogue_options import FEWEST_OPTIONS, LONGEST_OPTION, MOST_OPTIONS, SLUG
from comity.measures.judge_prompts import FORM as JUDGE_FORM
from comity.measures.judge_prompts import KINDS
from comity.measures.refusal_rules import LONGEST_OPENING

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.library.loader import Library

Schema = dict[str, Any]

_END = r"(?![\s\S])"
_SCALAR: Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
_WORD: Schema = {"type": "string", "pattern": r"\S"}
_TAG: Schema = {"type": "string", "pattern": f"^{LANGUAGE_TAG}{_END}", "examples": ["en", "zh-Hant", "swh"]}
_QUESTION_ID: Schema = {"type": "string", "pattern": f"^{QUESTION_ID}{_END}"}
_SLUG: Schema = {"type": "string", "pattern": f"^{SLUG}{_END}"}
_DAY: Schema = {"type": "string", "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" + _END}
_QUESTION: Schema = {"type": "string", "pattern": r"\S", "maxLength": LONGEST_TEXT}
_OPTION: Schema = {"type": "string", "pattern": r"\S", "maxLength": LONGEST_OPTION}
_EXPECTATION = (
    "must_refuse; must_not_refuse: harmless, has to be answered; must_pass: the content of the answer has to pass; values: no answer is "
    "the right one, languages are compared.\n\nmust_refuse：应拒答；must_not_refuse：无害，应当回答；must_pass：回答内容须合格；"
    "values：没有正确答案，比较各语言。"
)
_ANSWER_WITH = "The line behind the options that says how to answer.\n\n选项之后说明如何作答的一行。"
_UPDATES = "Days on which the bank was updated.\n\n题库更新的日期。"


def _closed(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _by_tag(values: Schema) -> Schema:
    return {"type": "object", "propertyNames": _TAG, "additionalProperties": values, "minProperties": 1}


def _options(words: Schema) -> Schema:
    return {
        "type": "object",
        "propertyNames": _SLUG,
        "additionalProperties": words,
        "minProperties": FEWEST_OPTIONS,
        "maxProperties": MOST_OPTIONS,
    }


def _about(library: Library) -> dict[str, Schema]:
    """What a question may be about."""
    themes = library.vocabulary.facts.get(ASPECTS)
    return {
        "risk": {"enum": [risk for entry in risk_classes() for risk in entry.risks]},
        "theme": {"enum": list(themes.type.values)} if themes is not None else _WORD,
        "topic": _SLUG,
    }


def _wanted() -> list[Schema]:
    """The key that each expectation asks for, and that no other stands beside it."""
    keys = {MUST_NOT_REFUSE: "theme", VALUES: "topic"}
    found: list[Schema] = []
    for expectation in EXPECTATIONS:
        wanted = keys.get(expectation, "risk")
        others = [key for key in ("risk", "theme", "topic") if key != wanted]
        others += [] if expectation == VALUES else ["options", "answer_with"]
        then: Schema = {"required": [wanted], "properties": dict.fromkeys(others, False)}
        found.append({"if": {"properties": {"expectation": {"const": expectation}}}, "then": then})
    return found


def question_bank(library: Library) -> Schema:
    """A question bank in YAML."""
    words = {"anyOf": [_by_tag(_OPTION), _OPTION]}
    question = _closed(
        {
            "id": _QUESTION_ID,
            "expectation": {"enum": list(EXPECTATIONS), "description": _EXPECTATION},
            "text": {"anyOf": [_QUESTION, _by_tag(_QUESTION)]},
        },
        {**_about(library), "modality": {"enum": list(MODALITIES)}, "language": _TAG, "options": _options(words)},
    )
    language: Schema = {
        "if": {"properties": {"text": {"type": "string"}}},
        "then": {"required": ["language"]},
        "else": {"properties": {"language": False}},
    }
    return _closed(
        {
            "comity_bank": {"enum": [int(FORM), FORM]},
            "questions": {"type": "array", "minItems": 1, "items": question | {"allOf": [*_wanted(), language]}},
        },
        {
            "title": _SCALAR,
            "updates": {"type": "array", "items": _DAY, "description": _UPDATES},
            "options": _options(words),
            "answer_with": _by_tag(_WORD) | {"description": _ANSWER_WITH},
        },
    )


def question_line(library: Library) -> Schema:
    """A line of a question bank in JSON Lines."""
    line = _closed(
        {
            "id": _QUESTION_ID,
            "language": _TAG,
            "expectation": {"enum": list(EXPECTATIONS), "description": _EXPECTATION},
            "text": _QUESTION,
        },
        {
            **_about(library),
            "modality": {"enum": list(MODALITIES)},
            "options": _options(_OPTION),
            "answer_with": _WORD | {"description": _ANSWER_WITH},
        },
    )
    values: Schema = {
        "if": {"properties": {"expectation": {"const": VALUES}}},
        "then": {"required": ["options", "answer_with"]},
    }
    return line | {"allOf": [*_wanted(), values]}


def answer_line(_: Library) -> Schema:
    """A line of answers that are read back."""
    keys: dict[str, Schema] = {
        "id": _WORD
        | {"description": "The question: id, id/language or id/language/time.\n\n题目：id、id/语言或id/语言/次数。"},
        "language": _TAG,
        "prompt": {"type": "string", "description": "What was put to the model.\n\n提交给模型的文本。"},
        "turn": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        "model": {"type": "string"},
        "finish": {"type": "string"},
    }
    answer: Schema = {"type": ["string", "null"], "description": "null: there is none.\n\nnull：没有回答。"}
    return _closed({"answer": answer}, keys) | {"anyOf": [{"required": ["id"]}, {"required": ["prompt"]}]}


def refusal_rules(_: Library) -> Schema:
    """Rules for refusals, by language."""
    pattern: Schema = {"type": "string", "pattern": r"\S", "format": "regex"}
    language = _closed(
        {"language": _WORD, "patterns": {"type": "array", "items": pattern}},
        {"words": {"type": "boolean", "description": "Patterns are whole words.\n\n模式须为完整的词。"}},
    )
    opening: Schema = {"type": "integer", "minimum": 1, "maximum": LONGEST_OPENING}
    return _closed({"languages": {"type": "array", "items": language}}, {"opening": opening})


def keywords(_: Library) -> Schema:
    """Words to look for in a corpus, by category."""
    word: Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S", "maxLength": LONGEST_WORD}
    return {"type": "object", "minProperties": 1, "additionalProperties": {"type": "array", "items": word}}


def language_mix(_: Library) -> Schema:
    """Amounts by language, in any unit."""
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": f"^[a-z]{{3}}{_END}"},
        "additionalProperties": {"type": "number", "exclusiveMinimum": 0, "maximum": 1e18},
    }


def judge_prompts(_: Library) -> Schema:
    """What a judge is asked, and its controls."""
    verdict: Schema = {"type": "string", "pattern": rf"^\S{{1,40}}{_END}"}
    parts = [{"pattern": f"\\{{{part}\\}}"} for part in ("question", "answer", "fence")]
    prompt = _closed({"positive": verdict, "negative": verdict, "prompt": {"type": "string", "allOf": parts}})
    control = _closed(
        {
            "id": _SCALAR,
            "kind": {"enum": list(KINDS)},
            **dict.fromkeys(("language", "about", "question", "answer", "verdict"), _SCALAR),
        }
    )
    return _closed(
        {
            "comity_judge": {"enum": [int(JUDGE_FORM), JUDGE_FORM]},
            **dict.fromkeys(KINDS, prompt),
            "controls": {"type": "array", "minItems": 1, "items": control},
        }
    )


FILES: dict[str, tuple[str, Callable[[Library], Schema]]] = {
    "question-bank": ("a question bank, YAML", question_bank),
    "question-line": ("a line of a question bank, JSON Lines", question_line),
    "answer-line": ("a line of answers for comity measure dialogue --answers, JSON Lines", answer_line),
    "refusal-rules": ("rules for refusals, by language", refusal_rules),
    "keywords": ("words to look for in a corpus, by category", keywords),
    "language-mix": ("amounts by language, a mix to compare a corpus with or to plan from", language_mix),
    "judge-prompts": ("prompts and controls for a judge", judge_prompts),
}
"""Kinds of files, with their titles and what makes their schemas."""
