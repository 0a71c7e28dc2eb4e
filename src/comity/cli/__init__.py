"""The command line: arguments in, a question asked, a report out. One thin file a command; nothing is decided here.

Exit codes are a contract: 0 fine, 1 findings, 2 usage or bad input, 3 cannot decide, 4 integrity failure.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from comity import __version__
from comity.errors import ComityError
from comity.language import LANGUAGES, preferred_language, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("init", "ask", "assess", "explain", "reconcile", "compare", "plan", "library", "measure", "demo")

FINE, FINDINGS, BAD_INPUT, CANNOT_DECIDE, INTEGRITY_FAILURE = 0, 1, 2, 3, 4


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks the reader's language."""

    language = "en"

    def say(self, sentence: str) -> str:
        """A sentence in the reader's language."""
        return translate(sentence, self.language)

    def error(self, message: str) -> NoReturn:
        """One sentence, the usage, exit code 2."""
        sys.stderr.write(f"{self.prog}: {message}\n{self.format_usage()}")
        raise SystemExit(BAD_INPUT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `comity` with these arguments (default: those of the process) and return the exit code."""
    language, words = _split_language(list(sys.argv[1:] if arguments is None else arguments))
    _use_utf8()
    try:
        options = _parser(language, words).parse_args(words)
        options.lang = language
        code: int = options.run(options)
    except ComityError as error:
        sys.stderr.write(f"{error.describe(language)}\n")
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{translate('interrupted', language)}\n")
        return 130
    return code


def _use_utf8() -> None:
    """Reports are bilingual: a terminal in another encoding gets question marks instead of a crash."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _split_language(words: list[str]) -> tuple[str, list[str]]:
    """The language of `--lang`, which may stand anywhere, and the other words; help has to speak the language too."""
    for index, word in enumerate(words):
        if word.startswith("--lang=") and word[7:] in LANGUAGES:
            return word[7:], words[:index] + words[index + 1 :]
        if word == "--lang" and words[index + 1 : index + 2] and words[index + 1] in LANGUAGES:
            return words[index + 1], words[:index] + words[index + 2 :]
    return preferred_language(), words


def _parser(language: str, words: list[str]) -> Parser:
    """The parser of the whole command line; only the module of the command that is asked for is imported."""
    Parser.language = language
    parser = Parser(
        prog="comity",
        description=translate(
            "Describe and measure one AI system once; see how it stands against every country's rules.", language
        ),
        epilog=translate("Comity gives information, not legal advice.", language),
    )
    parser.add_argument("--version", action="version", version=f"comity {__version__}")
    parser.add_argument("--lang", choices=LANGUAGES, help=translate("language of the output", language))
    subparsers = parser.add_subparsers(title=translate("commands", language), metavar="COMMAND", required=True)
    asked = next((word for word in words if word in COMMANDS), None)
    summaries = {
        "init": translate("a dossier by interview, asking only what can change a verdict", language),
        "ask": translate("the questions that are worth asking next", language),
        "assess": translate("a verdict for every clause of the chosen markets", language),
        "explain": translate("how one verdict came about", language),
        "reconcile": translate("one design for all markets, or what cannot be met together", language),
        "compare": translate("how the rules of two countries or standards relate, proven", language),
        "plan": translate("the cheapest changes that open these markets", language),
        "library": translate("browse, search and check the rules", language),
        "measure": translate("establish facts from a real artefact", language),
        "demo": translate("assess the real example that ships with Comity", language),
    }
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command,
            help=summaries[command],
            description=summaries[command],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if command == asked:
            import_module(f"comity.cli.{command}").configure(subparser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
