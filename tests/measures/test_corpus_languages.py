"""Scripts of letters. Oracle: the property Script of the Unicode Character Database as the package `regex` knows it."""

from __future__ import annotations

import unicodedata

import pytest

from comity.measures.corpus_languages import LETTERS_END, SCRIPT_CODES, script_table
from comity.measures.language_codes import NAMES, NO_SCRIPT, OTHER_SCRIPT

pytest.importorskip("numpy")
regex = pytest.importorskip("regex")


def test_letters_have_the_script_that_unicode_gives_them() -> None:
    """All of some 130,000. Without a script of their own are modifiers, and signs that stand for another letter (ª, ⁱ, the sign of ohm)."""
    table = script_table()
    scripts = {code: regex.compile(rf"\p{{Script={code}}}") for code in set(NAMES.values())}
    of_several = regex.compile(r"[\p{Script=Common}\p{Script=Inherited}\p{Script=Unknown}]")
    letters, strange = 0, []
    for point in range(LETTERS_END):
        letter = chr(point)
        category = unicodedata.category(letter)
        if category[0] != "L" or of_several.match(letter):
            continue
        letters += 1
        code = SCRIPT_CODES[table[point]]
        if code == NO_SCRIPT:
            right = category == "Lm" or unicodedata.normalize("NFKC", letter) != letter
        elif code == OTHER_SCRIPT:
            right = category == "Lm" or not any(script.match(letter) for script in scripts.values())
        else:
            right = bool(scripts[code].match(letter))
        if not right:
            strange.append(f"U+{point:04X} {unicodedata.name(letter, '')}: {code}")
    assert letters > 130_000
    assert not strange, strange
