"""What an answer claims, in a form that anybody can recheck with another solver.

A claim is a set of assertions in the SMT-LIB 2 language and what a solver has to say of them: `sat` or `unsat`.
Source: C. Barrett, P. Fontaine, C. Tinelli, "The SMT-LIB Standard: Version 2.6".
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import z3

from comity import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "comity/proof/1"
Status = Literal["sat", "unsat"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Attributes:
        name: what is claimed, in a line.
        script: the SMT-LIB 2 text.
        status: what a solver has to answer.
    """

    name: str
    script: str
    status: Status


def claim(name: str, assertions: Iterable[z3.BoolRef], status: Status, context: z3.Context) -> Claim:
    """A claim over these assertions."""
    solver = z3.Solver(ctx=context)
    solver.add(*assertions)
    comment = name.encode("ascii", "replace").decode()
    script = f"; {comment}\n(set-logic ALL)\n{solver.sexpr()}(check-sat)\n"
    return Claim(name, script, status)


def proof_archive(question: str, claims: Iterable[Claim]) -> bytes:
    """A ZIP archive of all claims with a manifest; the same claims give the same bytes."""
    buffer = io.BytesIO()
    entries = []
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, one in enumerate(claims, start=1):
            file = f"claims/{number:05d}.smt2"
            _write(archive, file, one.script)
            digest = hashlib.sha256(one.script.encode()).hexdigest()
            entries.append({"file": file, "claim": one.name, "expected": one.status, "sha256": digest})
        manifest = {"schema": SCHEMA, "comity_version": __version__, "question": question, "claims": entries}
        _write(archive, "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return buffer.getvalue()


def _write(archive: zipfile.ZipFile, name: str, text: str) -> None:
    """Add a file without the time of day, so that archives are reproducible."""
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode(), zipfile.ZIP_DEFLATED)
