"""Every sentence that people read exists in English and Chinese, with the same placeholders."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest

from comity.language import LANGUAGES, Message, preferred_language, translate

SOURCE = Path(__file__).parent.parent.parent / "src" / "comity"
SCRIPTS = SOURCE.parent.parent / "scripts"
"""They write pages of the documentation."""
SAYING = {"Message", "translate", "say", "sentence"}
TRANSLATED = re.compile(r"[A-Za-z,:;()]")
"""What other languages write differently: words, and the marks between them."""
IN_TEMPLATES = re.compile(r"""\bsay\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def sentences_of(path: Path) -> set[str]:
    """The sentences that a Python module says: literal first arguments of the functions that say."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in SAYING:
            found |= literals(node.args[0]) if node.args else set()
    return found


def literals(node: ast.expr) -> set[str]:
    """The strings that an expression can be: a literal, or either branch of a choice between literals."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            return literals(body) | literals(orelse)
        case _:
            return set()


def said() -> set[str]:
    found: set[str] = set()
    for path in (*SOURCE.rglob("*.py"), *SCRIPTS.glob("*.py")):
        found |= sentences_of(path)
    for path in SOURCE.rglob("*.j2"):
        for match in IN_TEMPLATES.finditer(path.read_text(encoding="utf-8")):
            found.add(json.loads(f'"{match[1]}"') if match[1] is not None else match[2])
    return {sentence for sentence in found if TRANSLATED.search(re.sub(r"\{[^}]*\}", "", sentence))}


def catalogue(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((SOURCE / "language" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def placeholders(text: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name})


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_sentence_is_translated(language: str) -> None:
    assert sorted(said() - set(catalogue(language))) == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_translation_is_left_over(language: str) -> None:
    words = {"primary", "secondary", "unconfirmed", "declared", "documented", "measured"}
    assert sorted(set(catalogue(language)) - said() - words) == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_translations_keep_the_placeholders(language: str) -> None:
    wrong = {
        sentence: text for sentence, text in catalogue(language).items() if placeholders(sentence) != placeholders(text)
    }
    assert wrong == {}


def test_chinese_is_chinese() -> None:
    plain = {sentence for sentence, text in catalogue("zh").items() if not re.search(r"[\u4e00-\u9fff]", text)}
    assert plain <= {sentence for sentence in plain if not re.search(r"[a-z]{4,}", re.sub(r"\{[^}]*\}", "", sentence))}


def test_messages_within_messages_are_translated() -> None:
    message = Message("{left} and {right} cannot be compared", left=Message("a date"), right=Message("a string"))
    assert message.in_language("zh") == translate("{left} and {right} cannot be compared", "zh").format(
        left=translate("a date", "zh"), right=translate("a string", "zh")
    )


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_environment_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert preferred_language() == language
