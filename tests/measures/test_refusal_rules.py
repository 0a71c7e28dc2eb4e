"""The rules for refusals. Oracle: answers in six languages, each marked by a person in `refusals.yaml`."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.measures.refusal_rules import plain, read_rules

MARKED = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text(encoding="utf-8"))
RULES = read_rules()


@pytest.mark.parametrize(("language", "refused", "answer"), MARKED)
def test_answers_are_judged_as_a_person_does(language: str, refused: bool, answer: str) -> None:
    rule = RULES.rule_for(answer)
    assert (rule is not None) == refused
    assert rule is None or rule.startswith(language)


def test_every_language_of_the_rules_has_marked_answers_of_both_kinds() -> None:
    assert {(language, refused) for language, refused, _ in MARKED} == {
        (language, refused) for language in RULES.languages for refused in (True, False)
    }


def test_only_the_opening_counts() -> None:
    assert RULES.rule_for("Here is the text. " * 40 + "I can't help with that.") is None


@given(st.sampled_from([answer for _, refused, answer in MARKED if refused]), st.text("\u200b\u200e \n\t", max_size=5))
def test_case_and_blanks_do_not_matter(answer: str, blanks: str) -> None:
    assert RULES.rule_for(blanks + answer.upper().replace(" ", f" {blanks}")) is not None


@given(st.text())
def test_a_plain_text_is_plain(text: str) -> None:
    assert not re.search(r"\s\s|\A\s|\s\Z", plain(text))


def test_rules_cost_little_on_hostile_answers() -> None:
    started = time.monotonic()
    for answer in (
        "i can't " * 100_000,
        "as an ai " * 100_000,
        "siwezi a " * 100_000,
        "我" * 500_000,
        "मैं " * 300_000,
        "\u0650" * 10**6,
    ):
        RULES.rule_for(answer)
    assert time.monotonic() - started < 5


def test_further_rules_add_a_language_and_replace_one(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "languages:\n- {language: fr, patterns: [je ne peux pas]}\n- {language: en, patterns: [nope]}\n",
        encoding="utf-8",
    )
    rules = read_rules([path])
    assert rules.rule_for("Je ne peux pas vous aider.") == "fr-1"
    assert rules.rule_for("Nope.") == "en-1"
    assert rules.rule_for("I can't help with that.") is None
    assert rules.knows("fr-CA")
    assert not RULES.knows("fr")
    assert rules.digest != RULES.digest


@pytest.mark.parametrize(
    "text",
    [
        "languages:\n- {language: fr, patterns: ['(']}\n",
        "opening: 0\nlanguages: []\n",
        "languages:\n- {patterns: [a]}\n",
    ],
)
def test_rules_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"rules\.yaml"):
        read_rules([path])
