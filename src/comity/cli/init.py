"""`comity init [DIR]`: a dossier by interview; every answer is on disk before the next question."""

from __future__ import annotations

import contextlib
import re
import sys
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from comity.cli.options import add_library_options, add_market_options, checked_markets, day_of, library_of
from comity.errors import ComityError, InputError
from comity.exit_codes import FINE
from comity.language import Message, clean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from collections.abc import Mapping as ReadOnly
    from datetime import date

    from comity.cli import Parser
    from comity.dossier.model import Dossier, Entry
    from comity.dossier.writer import Notebook
    from comity.library.loader import Library
    from comity.questions.ask import Interview, Question
    from comity.report.blocks import Block
    from comity.report.words import Words

HELP, UNKNOWN, BACK, STOP = "?", "-", "<", "q"


def configure(parser: Parser) -> None:
    """Arguments of `comity init`."""
    say = parser.say
    parser.epilog = "\n".join(
        (
            say("example: comity init my-assistant --market eu --market cn"),
            say("It goes on where it was left; every answer is in comity.yaml before the next question."),
        )
    )
    parser.add_argument("dossier", nargs="?", default=".", metavar="DIR", help=say("the directory of the dossier"))
    parser.add_argument("--name", metavar="NAME", help=say("name of the system (default: that of the directory)"))
    add_market_options(parser)
    parser.add_argument("--again", action="store_true", help=say("ask again what was not known before"))
    parser.add_argument(
        "--answers", metavar="FILE", help=say("take the answers from a file (fact: value, or a dossier) and ask nobody")
    )
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from comity.dossier.reader import load_dossier
    from comity.report.words import Words

    on = day_of(options)
    library, path = library_of(options), _path(options.dossier)
    known = load_dossier(path, library) if path.exists() else None
    answers = None if options.answers is None else answers_of(Path(options.answers), library, known)
    dialogue = Dialogue(Words(library, options.lang))
    try:
        notebook, interview, name = _opened(options, library, on, dialogue, answers)
    except (EOFError, KeyboardInterrupt):
        dialogue.say("\n")
        return FINE
    session = Session(dialogue, notebook, interview, f"comity init, {_today().isoformat()}")
    if answers is None:
        session.converse(name)
    else:
        session.reply(answers.entries)
    return FINE


def _path(directory: str) -> Path:
    from comity.dossier.reader import FILE_NAME

    path = Path(directory)
    return path if path.suffix == ".yaml" else path / FILE_NAME


def _opened(
    options: argparse.Namespace, library: Library, on: date, dialogue: Dialogue, answers: Answers | None
) -> tuple[Notebook, Interview, str]:
    """The dossier, made where it is missing, and the interview about it."""
    from comity.cli.flows import ask_flows
    from comity.dossier.reader import load_dossier
    from comity.dossier.writer import Notebook
    from comity.library.elements import with_elements
    from comity.questions.ask import begin, inquire
    from comity.report.words import Words

    path, unattended = _path(options.dossier), answers is not None
    notebook = Notebook(path, library, options.lang)
    asked = checked_markets(options.market, library) if options.market else ()
    if not path.exists():
        fallback = options.name or path.resolve().parent.name or "system"
        quiet = unattended or options.name is not None
        name = clean(fallback if quiet else dialogue.ask_name(fallback))
        if not asked and unattended:
            raise InputError(Message("name at least one market"), hint=Message("write --market eu --market cn"))
        markets = asked or dialogue.ask_markets(library)
        if answers is not None:
            notebook.start(_identifier(name), name, markets, answers.elements)
        else:
            flows = ask_flows(dialogue, inquire(library, markets, on))
            notebook.start(_identifier(name), name, markets, flows.elements)
            notebook.put(*flows.entries.values())
    dossier = load_dossier(path, library)
    library = with_elements(library, dossier.elements)
    notebook, dialogue.words = replace(notebook, library=library), Words(library, options.lang)
    missing = [market for market in asked if market not in dossier.markets]
    if missing:
        notebook.put_markets([*dossier.markets, *missing])
    markets = asked or checked_markets(dossier.markets, library)
    known = {fact: entry for fact, entry in dossier.entries.items() if entry.value is not None or entry.by_market}
    not_known = () if options.again else (fact for fact in dossier.entries if fact not in known)
    return notebook, begin(inquire(library, markets, on), known, not_known), dossier.name


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "system"


class Answers(NamedTuple):
    """The answers of a file: facts by id, and what it lists of each collection."""

    entries: Mapping[str, Entry]
    elements: Mapping[str, tuple[str, ...]]


def answers_of(path: Path, library: Library, dossier: Dossier | None) -> Answers:
    """The answers of a file: facts with values, or a dossier with its evidence.

    Args:
        path: the file.
        library: whose facts it may name.
        dossier: the dossier that is asked about, where there is one.

    Raises:
        ComityError: the file is not well formed.
    """
    from comity.documents.reading import Mapping, read_file
    from comity.dossier.reader import load_dossier, read_entries
    from comity.library.elements import with_elements

    node = read_file(path, piped=True)
    elements: ReadOnly[str, tuple[str, ...]] = dossier.elements if dossier else {}
    if isinstance(node, Mapping) and "comity" in node.entries:
        other = load_dossier(path, library)
        found, elements = dict(other.entries), other.elements
    else:
        found = read_entries(node, with_elements(library, elements))
    return Answers(
        {fact: entry for fact, entry in found.items() if entry.value is not None or entry.by_market}, elements
    )


class Dialogue:
    """Lines in, blocks out, in the reader's language."""

    def __init__(self, words: Words) -> None:
        self.words = words
        if sys.stdin.isatty():
            with contextlib.suppress(ImportError):
                import_module("readline")
        reconfigure = getattr(sys.stdin, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")

    def say(self, text: str) -> None:
        """Print a text as it is."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def show(self, blocks: list[Block]) -> None:
        """Print blocks, with an empty line before."""
        from comity.report.blocks import written

        self.say("\n" + written(blocks))

    def complain(self, error: ComityError) -> None:
        """Print an error as the command line does."""
        self.say(f"  {error.describe(self.words.language)}\n")

    def ask(self, prompt: str) -> str:
        """A line that somebody types.

        Raises:
            EOFError: the input has ended.
        """
        return input(prompt).strip()

    def ask_name(self, fallback: str) -> str:
        """The name of the system."""
        return self.ask(self.words.say("Name of the system [{name}]: ", name=clean(fallback))) or fallback

    def ask_markets(self, library: Library) -> tuple[str, ...]:
        """The markets, until known ones were named."""
        covered = {standard.jurisdiction for standard in library.data.standards}
        known = [market for market in library.markets if covered & set(library.with_wholes([market]))]
        titles = self.words.separator.join(
            f"{market} ({self.words.text(library.jurisdictions[market].title)})" for market in known
        )
        self.say(self.words.say("There are rules for: {markets}", markets=titles) + "\n")
        while True:
            typed = re.findall(r"[^\s,;，；、]+", self.ask(self.words.say("Markets, for example eu cn: ")))
            try:
                if typed:
                    return checked_markets(typed, library)
            except InputError as error:
                self.complain(error)


@dataclass
class Session:
    """An interview and the dossier that it fills."""

    dialogue: Dialogue
    notebook: Notebook
    interview: Interview
    source: str

    def converse(self, name: str) -> None:
        """Ask until nothing is left to ask, or the user stops."""
        from comity.questions.ask import next_question
        from comity.report.interview import ending, opening

        words = self.dialogue.words
        self.dialogue.show(opening(self.interview, name, words))
        finished = False
        try:
            while (question := next_question(self.interview)) is not None:
                if not self._answered(question):
                    break
            else:
                finished = True
        except (EOFError, KeyboardInterrupt):
            self.dialogue.say("\n")
        self.dialogue.show(ending(self.interview, words, finished=finished))
        self._farewell(finished=finished)

    def _farewell(self, *, finished: bool) -> None:
        say, path = self.dialogue.words.say, self.notebook.path
        command = f"comity {'assess' if finished else 'init'} {path.parent}"
        if finished:
            said = say("Everything is in {file}; see where you stand: {command}", file=path, command=command)
        else:
            said = say("Everything is in {file}; go on with: {command}", file=path, command=command)
        self.dialogue.say(f"{clean(said)}\n")

    def _answered(self, question: Question) -> bool:
        """Ask one question until it is answered; False where the user stops."""
        from comity.report.interview import help_page, question_page

        words = self.dialogue.words
        self.dialogue.show(question_page(question, self.interview, words, _width()))
        while True:
            typed = self.dialogue.ask("> ")
            if typed == HELP:
                self.dialogue.show(help_page(question, words))
            elif typed == STOP:
                return False
            elif typed == BACK:
                if self._back():
                    return True
            else:
                try:
                    self._take(question, typed)
                except InputError as error:
                    self.dialogue.complain(error)
                else:
                    return True

    def _take(self, question: Question, typed: str) -> None:
        """Put an answer on disk, then take it in.

        Raises:
            InputError: it is no value of the fact, or the dossier cannot be written; then nothing has changed.
        """
        from comity.dossier.answer import joined, read_answer
        from comity.questions.ask import answer, dont_know

        fact = question.fact
        former = self.interview.entries.get(fact)
        entry = None if typed in {"", UNKNOWN} else read_answer(typed, fact, self.notebook.library, self.source)
        if entry is None or (entry.value is None and not entry.by_market):
            if former is None:
                self.notebook.put(_nothing(fact))
            self.interview = dont_know(self.interview, fact)
            return
        entry = joined(former, entry)
        self._check(entry)
        self.notebook.put(entry)
        self.interview = answer(self.interview, entry)

    def _check(self, entry: Entry) -> None:
        """Refuse an answer that no system can give beside the answers before it.

        Raises:
            InputError: with the reason.
        """
        from comity.dossier.reader import check_axioms

        inquiry = self.interview.inquiry
        try:
            check_axioms({**self.interview.entries, entry.fact: entry}, inquiry.everywhere, inquiry.library)
        except ComityError as error:
            hint = Message("answer otherwise, or go back with < to an earlier answer")
            raise InputError(error.message, hint=hint) from None

    def _back(self) -> bool:
        """Take the last answer back, on disk as well; False where there is none."""
        from comity.questions.ask import back
        from comity.report.interview import entry_in_words

        words = self.dialogue.words
        if self.interview.before is None:
            self.dialogue.say(f"  {words.say('This is the first question.')}\n")
            return False
        fact = self.interview.order[-1]
        taken = self.interview.entries.get(fact)
        self.interview = back(self.interview)
        former = self.interview.entries.get(fact)
        if former is None and fact not in self.interview.unanswerable:
            self.notebook.remove(fact)
        else:
            self.notebook.put(former or _nothing(fact))
        said = words.say("not known") if taken is None else entry_in_words(taken, words)
        self.dialogue.say(f"\n{words.say('Taken back: {fact}: {value}', fact=words.fact(fact), value=said)}\n")
        return True

    def reply(self, answers: Mapping[str, Entry]) -> None:
        """Answer from a file as far as it goes, and write what was asked for."""
        from comity.dossier.answer import joined
        from comity.report.interview import ending

        former = self.interview.entries
        self.interview = answered_from(self.interview, answers)
        written = [
            joined(former.get(fact), _with_source(answers[fact], self.source))
            for fact in dict.fromkeys(self.interview.order)
            if fact in answers
        ]
        if written:
            self.notebook.put(*written)
        self.dialogue.show(ending(self.interview, self.dialogue.words, finished=True))
        self._farewell(finished=True)


def answered_from(interview: Interview, answers: Mapping[str, Entry]) -> Interview:
    """An interview with all its questions answered from a file; what is not in it is not known.

    Raises:
        ComityError: no system can be as these answers say.
    """
    from comity.dossier.answer import joined
    from comity.dossier.reader import check_axioms
    from comity.questions.ask import answer, dont_know, next_question

    inquiry = interview.inquiry
    check_axioms({**interview.entries, **answers}, inquiry.everywhere, inquiry.library)
    while (question := next_question(interview)) is not None:
        fact = question.fact
        if fact in answers and fact not in interview.order:
            interview = answer(interview, joined(interview.entries.get(fact), answers[fact]))
        else:
            interview = dont_know(interview, fact)
    return interview


def _with_source(entry: Entry, source: str) -> Entry:
    if entry.basis.source is not None:
        return entry
    return replace(entry, basis=replace(entry.basis, source=source))


def _nothing(fact: str) -> Entry:
    """A fact that is not known."""
    from comity.dossier.model import Basis, Entry
    from comity.errors import Place

    return Entry(fact, None, {}, Basis("declared", None, None, Place("")))


def _today() -> date:
    from datetime import datetime

    return datetime.now().astimezone().date()


def _width() -> int:
    from rich.console import Console

    return Console().width
