"""Parallel texts: what is read, and that nothing unequal, misnamed or unreadable is taken for parallel."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.errors import InputError
from comity.measures.parallel_texts import doubtful, read_parallel

OWN = Path(__file__).parent / "parallel"


def write(directory: Path, **texts: str | bytes) -> Path:
    for code, text in texts.items():
        raw = text if isinstance(text, bytes) else text.encode()
        (directory / f"{code.replace('_', '-')}.txt").write_bytes(raw)
    return directory


def test_texts_are_read_with_their_names() -> None:
    found = read_parallel(OWN)
    assert [text.code for text in found.texts] == ["arb", "eng", "fra", "hin", "rus", "spa", "swa", "zho"]
    assert found.paragraphs == 12
    assert found.english == "eng"
    assert found.texts[-1].name == "中文"
    assert found.other_files == 0
    assert found.doubtful == []


def test_blank_lines_ends_of_lines_and_a_byte_order_mark_are_no_text(tmp_path: Path) -> None:
    found = read_parallel(write(tmp_path, eng="one\r\n\r\ntwo\r\n", swa=b"\xef\xbb\xbfmoja\n \nmbili"))
    assert [text.paragraphs for text in found.texts] == [("one", "two"), ("moja", "mbili")]


def test_other_signs_that_some_take_for_ends_of_lines_stay_in_the_text(tmp_path: Path) -> None:
    found = read_parallel(write(tmp_path, eng="one\u2028still one\x0cand\x85more\n", swa="moja\n"))
    assert found.paragraphs == 1


@pytest.mark.parametrize(
    ("codes", "english"),
    [(["en", "eng"], "eng"), (["en-GB", "sw"], "en-GB"), (["enm", "sw"], None), (["de", "sw"], None)],
)
def test_english_is_found_by_its_code(tmp_path: Path, codes: list[str], english: str | None) -> None:
    for code in codes:
        (tmp_path / f"{code}.txt").write_text("x\n")
    assert read_parallel(tmp_path).english == english


def test_files_that_are_no_texts_are_counted(tmp_path: Path) -> None:
    write(tmp_path, eng="one\n", swa="moja\n")
    (tmp_path / "LICENSE").write_text("…")
    (tmp_path / "names.tsv").write_text("eng\tEnglish\nsomething else\n\nswa\t\x1b[31mred\n")
    found = read_parallel(tmp_path)
    assert found.other_files == 1
    assert [text.name for text in found.texts] == ["English", "�[31mred"]


HOSTILE: dict[str, tuple[dict[str, str | bytes], str]] = {
    "nothing": ({}, "there are 0 parallel texts, and at least 2 are needed"),
    "one language": ({"eng": "one\n"}, "there are 1 parallel texts, and at least 2 are needed"),
    "empty": ({"eng": "one\n", "swa": ""}, "swa.txt: the text is empty"),
    "blank": ({"eng": "one\n", "swa": " \n\n\t\n"}, "swa.txt: the text is empty"),
    "unequal": (
        {"eng": "1\n2\n", "fra": "1\n2\n", "swa": "1\n2\n3\n"},
        "swa.txt: the text has 3 paragraphs, where most of the texts have 2",
    ),
    "utf-16": (
        {"eng": "one\n", "swa": "moja\n".encode("utf-16")},
        "swa.txt: the text is not UTF-8: byte 0 does not fit",
    ),
    "latin-1": (
        {"eng": "one\n", "fra": "été\n".encode("latin-1")},
        "fra.txt: the text is not UTF-8: byte 0 does not fit",
    ),
    "NUL": ({"eng": "one\n", "swa": "mo\0ja\n"}, "swa.txt: the text holds a NUL character"),
    "surrogates": ({"eng": "one\n", "swa": b"\xed\xa0\x80\n"}, "swa.txt: the text is not UTF-8: byte 0 does not fit"),
    "a name that is no code": ({"eng": "one\n", "Swahili": "moja\n"}, '"Swahili" is not the code of a language'),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_parallel_text_is_said_in_a_sentence(tmp_path: Path, case: str) -> None:
    texts, message = HOSTILE[case]
    with pytest.raises(InputError) as error:
        read_parallel(write(tmp_path, **texts))
    assert message in error.value.describe()


def test_a_directory_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the directory cannot be read"):
        read_parallel(tmp_path / "missing")


def test_a_giant_text_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path, eng="one\n")
    with (tmp_path / "swa.txt").open("wb") as stream:
        stream.truncate(10_000_000_000)
    with pytest.raises(InputError, match="the text is larger than"):
        read_parallel(tmp_path)


def test_a_summary_and_a_repeated_paragraph_are_doubtful_and_a_dear_script_is_not() -> None:
    whole = [100, 200, 300, 400]
    sizes = {f"a{letter}": whole for letter in "abcde"}
    sizes |= {"summary": [40, 80, 120, 160], "repeated": [100, 200, 300, 6000], "script": [3 * size for size in whole]}
    assert doubtful(sizes) == ["summary", "repeated"]
