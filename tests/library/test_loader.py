"""Layers: own facts and standards join the shipped ones; what does not fit is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.errors import ComityError, ErrorList
from comity.library.loader import load_library
from comity.library.vocabulary import Vocabulary

SMALL = Path(__file__).parent.parent / "data" / "small-library"


def test_a_second_layer_adds_to_the_first(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "safety.yaml").write_text("- {id: own.fact, type: bool}\n")
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "own.yaml").write_text(
        "- {id: own.large, cite: x, title: {en: Large, zh: 大}, formula: 'own.fact && xa.large_model'}\n"
    )
    library = load_library([SMALL, tmp_path], builtin=False, cached=False)
    assert library.vocabulary.definitions["own.large"].facts == {"own.fact", "model.compute"}


def test_a_fact_is_never_redefined(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "more.yaml").write_text("- {id: model.compute, type: int}\n")
    with pytest.raises(ErrorList, match=r"model\.compute"):
        load_library([SMALL, tmp_path], builtin=False, cached=False)


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        (["a: b.b", "b: a.a"], "definitions go round in a circle: a.a → b.b → a.a"),
        (["a: a.a"], "definitions go round in a circle: a.a → a.a"),
        (["a: zz.zz"], 'there is no fact or definition "zz.zz"'),
    ],
)
def test_definitions_may_stand_in_any_order_but_not_in_a_circle(
    tmp_path: Path, definitions: list[str], message: str
) -> None:
    (tmp_path / "definitions").mkdir()
    lines = [
        f"- {{id: {name}.{name}, cite: x, title: {{en: X, zh: 某}}, formula: '{text}'}}"
        for name, text in (definition.split(": ") for definition in definitions)
    ]
    (tmp_path / "definitions" / "own.yaml").write_text("\n".join(lines) + "\n")
    with pytest.raises(ComityError) as raised:
        load_library([SMALL, tmp_path], builtin=False, cached=False)
    assert message in raised.value.describe()


def test_forward_reference(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "own.yaml").write_text(
        "- {id: a.a, cite: x, title: {en: X, zh: 某}, formula: 'b.b && system.generative'}\n"
        "- {id: b.b, cite: x, title: {en: X, zh: 某}, formula: 'xa.large_model'}\n"
    )
    library = load_library([SMALL, tmp_path], builtin=False, cached=False)
    assert library.vocabulary.definitions["a.a"].facts == {"system.generative", "model.compute"}


def test_a_missing_directory_is_said() -> None:
    with pytest.raises(ComityError, match="there is no such directory"):
        load_library(["/nowhere/at/all"])


def test_vocabulary_from_yaml() -> None:
    vocabulary = Vocabulary.from_yaml("- {id: a.b, type: int}\n- {id: c.d, type: enum, values: [x, y]}\n")
    assert vocabulary.types["c.d"].values == ("x", "y")
    assert Vocabulary.from_yaml(SMALL / "facts" / "safety.yaml").types["model.compute"].kind.value == "number"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a.b}", 'the key "type" is missing here'),
        ("- {id: a.b, type: integer}", 'did you mean "int"?'),
        ("- {id: ab, type: int}", '"ab" is not a well-formed id'),
        ("- {id: a.b, type: enum}", "enum facts need values"),
        ("- {id: a.b, type: int, values: [x]}", "int facts have no values"),
        ("- {id: a.b, type: set, values: [x, x]}", 'the value "x" stands twice'),
        ("- {id: a.b, type: int}\n- {id: a.b, type: bool}", 'the fact "a.b" is defined twice'),
        ("- {id: a.b, type: int, colour: red}", 'unknown key "colour"'),
        ("- {id: a.b, type: int, established_by: [guessed]}", '"guessed" is not a known basis'),
    ],
)
def test_broken_fact_definitions(text: str, message: str) -> None:
    with pytest.raises(ComityError) as raised:
        Vocabulary.from_yaml(text + "\n")
    assert message in raised.value.describe()
