"""The command line: arguments in, a question asked, a report out. One thin file a command; nothing is decided here.

Exit codes are a contract: 0 fine, 1 findings, 2 usage or bad input, 3 cannot decide, 4 integrity failure.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from comity import __version__
from comity.errors import ComityError, InputError
from comity.exit_codes import BAD_INPUT
from comity.language import LANGUAGES, Message, clean, preferred_language, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    "init",
    "ask",
    "assess",
    "explain",
    "reconcile",
    "compare",
    "plan",
    "library",
    "measure",
    "import",
    "export",
    "evidence",
    "demo",
)

MODULES = {"import": "import_"}
"""The modules of commands whose names are words of Python."""

INTERRUPTED, READER_GONE = 130, 141
"""As a shell counts them: 128 and the number of the signal."""


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks the reader's language."""

    language = "en"

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **(options | {"add_help": False}))
        self._positionals.title = self.say("arguments")
        self._optionals.title = self.say("options")
        self.add_argument("-h", "--help", action="help", help=self.say("show this help and exit"))

    def format_usage(self) -> str:
        """The usage, with its first word in the reader's language."""
        return super().format_usage().replace("usage:", self.say("usage:"), 1)

    def format_help(self) -> str:
        """The help, with its first word in the reader's language."""
        return super().format_help().replace("usage:", self.say("usage:"), 1)

    def say(self, sentence: str) -> str:
        """A sentence in the reader's language."""
        return translate(sentence, self.language)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse, but what is unknown is told by the command that it was given to, and not by the program as a whole."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """One sentence, the usage, exit code 2."""
        from comity.cli.usage_errors import usage_error

        sentence = usage_error(clean(message), list(self._option_string_actions)).describe(self.language)
        _complain(f"{self.prog}: {sentence}\n{self.format_usage()}")
        raise SystemExit(BAD_INPUT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `comity` with these arguments (default: those of the process) and return the exit code."""
    language, words = _split_language(list(sys.argv[1:] if arguments is None else arguments))
    _open_streams()
    try:
        try:
            return _answered(words, language)
        finally:
            sys.stdout.flush()
    except ComityError as error:
        _complain(f"{error.describe(language)}\n")
        return error.exit_code
    except BrokenPipeError:
        _discard(sys.stdout)
        return READER_GONE
    except OSError as error:
        _complain(f"{_failure(error).describe(language)}\n")
        _discard(sys.stdout)
        return BAD_INPUT
    except (MemoryError, RecursionError):
        _complain(f"{translate('this is too large, or nested too deeply, to be worked out here', language)}\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        _complain(f"\n{translate('interrupted', language)}\n")
        _discard(sys.stdout)
        return INTERRUPTED


def _answered(words: list[str], language: str) -> int:
    """The exit code of the command that the words ask for."""
    options = _parser(language, words).parse_args(words)
    options.lang = language
    code: int = options.run(options)
    return code


def _failure(error: OSError) -> InputError:
    """What the system refused, as one sentence."""
    reason = error.strerror or type(error).__name__
    if error.filename is None:
        return InputError(Message("the output cannot be written: {reason}", reason=reason))
    return InputError(Message("{file} cannot be used: {reason}", file=error.filename, reason=reason))


def _complain(text: str) -> None:
    """Write to standard error, if anybody can read there."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Let go of what a stream still holds, so that the end of the process does not try to write it again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_streams() -> None:
    """A stream that the caller has closed reads nothing and swallows what is written.

    Reports are bilingual: a terminal in another encoding gets question marks instead of a crash.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
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
        "import": translate("what model cards, bills of materials and evaluation logs say, as statements", language),
        "export": translate("hand over to other tools: OSCAL, SARIF, JUnit, CycloneDX, model cards", language),
        "evidence": translate("what a stranger can verify offline: sign, bundle, disclose, verify", language),
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
            import_module(f"comity.cli.{MODULES.get(command, command)}").configure(subparser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
