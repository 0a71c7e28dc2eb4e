"""`--proof FILE`: what an answer claims, written for anybody to recheck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from comity.cli import Parser
    from comity.solving.claims import Claim


def add_proof_option(parser: Parser) -> None:
    """`--proof FILE`."""
    parser.add_argument(
        "--proof",
        metavar="FILE",
        help=parser.say("write what anybody can recheck with another solver (a ZIP archive of SMT-LIB scripts)"),
    )


def write_proof(question: str, claims: Iterable[Claim], options: argparse.Namespace) -> None:
    """Write the claims of an answer to the file that `--proof` names."""
    from comity.documents.writing import write_file
    from comity.solving.claims import proof_archive

    write_file(Path(options.proof), proof_archive(question, claims))
