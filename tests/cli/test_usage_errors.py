"""Errors of the command line: one sentence in the reader's language, and none of argparse's own words."""

from __future__ import annotations

import argparse

import pytest

from comity.cli import main
from comity.cli.usage_errors import usage_error

WRONG = (
    (("assess", "--markt", "eu"), "comity assess: this is not understood here: --markt", 'did you mean "--market"?'),
    (("asess",), 'comity: COMMAND cannot be "asess"', 'did you mean "assess"?'),
    (("assess", "--format", "x"), 'comity assess: --format cannot be "x"', "known are: text, json, html, md"),
    (("explain",), "comity explain: this is missing: CLAUSE", ""),
    (("assess", "--limit", "x"), "comity assess: --limit wants a whole number, not 'x'", ""),
    (("assess", "--market"), "comity assess: --market wants a value after it", ""),
    (("assess", "--settle=3"), "comity assess: --settle takes no value, but '3' was given", ""),
    (("assess", "--o", "x"), "comity assess: --o is short for several options", "known are: "),
)


@pytest.mark.parametrize(("words", "sentence", "hint"), WRONG)
def test_one_sentence_and_what_was_meant(
    words: tuple[str, ...], sentence: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for language in ("en", "zh"):
        with pytest.raises(SystemExit) as end:
            main([*words, "--lang", language])
        assert end.value.code == 2
        found = capsys.readouterr().err
        lines = found.splitlines()
        if language == "en":
            assert lines[0] == sentence
            assert lines[1].strip().startswith(hint or "usage:")
        else:
            assert any("\u4e00" <= character <= "\u9fff" for character in lines[0])


def test_every_sentence_of_argparse_is_known() -> None:
    """A parser with one of everything, made to complain by argparse itself."""
    said: list[str] = []

    class Heard(argparse.ArgumentParser):
        def error(self, message: str) -> None:  # type: ignore[override]
            said.append(message)
            raise ValueError

    parser = Heard(prog="x")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--one")
    group.add_argument("--other", type=float)
    parser.add_argument("--many", nargs="+")
    parser.add_argument("--pair", nargs=2)
    parser.add_argument("--flag", action="store_true")
    parser.add_argument("--form", choices=["a", "b"])
    parser.add_argument("place", choices=["here"])
    wrong = (
        ["here"],
        ["here", "--one", "1", "--other", "2"],
        ["here", "--other", "x"],
        ["here", "--one", "1", "--many"],
        ["here", "--one", "1", "--pair", "1"],
        ["here", "--one", "1", "--flag=1"],
        ["here", "--one", "1", "--form", "c"],
        ["there", "--one", "1"],
        ["--one", "1"],
        ["here", "--one", "1", "--f"],
        ["here", "--one", "1", "beyond"],
        ["here", "--one"],
    )
    for words in wrong:
        with pytest.raises(ValueError):  # noqa: PT011
            parser.parse_args(words)
    assert len(said) == len(wrong)
    for message in said:
        assert usage_error(message, []).message.template != "{message}", message
    assert usage_error("something new", []).describe() == "something new"
