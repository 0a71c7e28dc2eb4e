"""`comity import FORM FILE…`: what the files of other tools say, as statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.cli.measure import FORMATS, checked_name, directory_for
from comity.cli.options import add_library_options, add_report_options, day_of, deliver, library_of
from comity.errors import InputError
from comity.exit_codes import FINE
from comity.interchange.forms import IMPORTED
from comity.language import Message

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from comity.cli import Parser
    from comity.dossier.statements import Statement


def configure(parser: Parser) -> None:
    """Arguments of `comity import`."""
    parser.epilog = parser.say("example: comity import model-card README.md --into evidence")
    width = max(map(len, IMPORTED))
    forms = "\n".join(f"  {form:<{width}}  {title.in_language(parser.language)}" for form, title in IMPORTED.items())
    note = parser.say(
        "Everything that is found counts as reported by the file, never as measured. What no fact asks for\n"
        "is kept as an observation. The digest of the file goes into the statement, its content does not."
    )
    parser.description = f"{parser.description}\n\n{forms}\n\n{note}"
    parser.add_argument("form", choices=tuple(IMPORTED), metavar="FORM", help=parser.say("what to read: see above"))
    parser.add_argument("files", nargs="+", metavar="FILE", help=parser.say("the files to read"))
    parser.add_argument(
        "--into",
        metavar="DIR",
        help=parser.say("where the statement is written (default: evidence/, if comity.yaml is in this directory)"),
    )
    parser.add_argument(
        "--name", metavar="NAME", help=parser.say("name of the statement (default: the form and the name of the file)")
    )
    parser.add_argument("--on", metavar="DATE", help=parser.say("the day of reading (default: today)"))
    add_report_options(parser, FORMATS)
    add_library_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from comity.dossier.statements import write_statement
    from comity.interchange.forms import import_file
    from comity.report.imports import imports

    on = day_of(options)
    directory = directory_for(options.into)
    names = _names(options) if directory is not None else ["" for _ in options.files]
    library = library_of(options)
    statements = [import_file(options.form, file, library, on=on) for file in options.files]
    made: list[tuple[Statement, Path | None]] = [
        (statement, None if directory is None else write_statement(statement, directory, name))
        for name, statement in zip(names, statements, strict=True)
    ]
    deliver(imports(made, options.lang, options.format), options)
    return FINE


def _names(options: argparse.Namespace) -> list[str]:
    """What the statements are called.

    Raises:
        InputError: two of them would be one file.
    """
    from comity.interchange.forms import statement_name

    if options.name is not None:
        if len(options.files) > 1:
            message = Message("--name names one statement, but there are {count} files", count=len(options.files))
            raise InputError(message, hint=Message("import one file at a time"))
        return [checked_name(options.name)]
    names = [statement_name(options.form, file) for file in options.files]
    for name in names:
        if names.count(name) > 1:
            message = Message('two of the files would be written to the statement "{name}"', name=name)
            raise InputError(message, hint=Message("import them one at a time, with --name"))
    return names
