"""`comity evidence verifier`: hand over the two verifiers that need no Comity, to lie beside a bundle."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.options import add_action
from comity.documents.writing import write_file
from comity.errors import InputError, Place
from comity.exit_codes import FINE
from comity.language import Message

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

VERIFIERS = {
    "verify_bundle.py": Message("run it with any Python from 3.9 on: python verify_bundle.py BUNDLE --key KEY"),
    "verify_bundle.html": Message("open it in a browser and choose the bundle; it works without network"),
}


def add_verifier(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    """Arguments of `comity evidence verifier`."""
    say = parser.say
    summary = say("write the verifiers that need no Comity, to be handed over beside a bundle")
    action = add_action(actions, "verifier", summary, say("example: comity evidence verifier -o for-the-eu"))
    action.add_argument("--output", "-o", metavar="DIR", default=".", help=say("the directory (default: this one)"))
    action.set_defaults(run=_verifier)
    return action


def _verifier(options: argparse.Namespace) -> int:
    directory = Path(options.output)
    if directory.exists() and not directory.is_dir():
        raise InputError(Message("this is not a directory"), place=Place(str(directory)))
    for name, use in VERIFIERS.items():
        write_file(directory / name, (files("comity.evidence") / name).read_bytes())
        print(f"{directory / name}\n  {use.in_language(options.lang)}")
    return FINE
