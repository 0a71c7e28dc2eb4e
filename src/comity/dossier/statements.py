"""Statements: what a measure found, as a file.

A statement is an in-toto Statement v1 (JSON): its subjects are the measured artefacts by SHA-256 digest, its predicate holds the facts with
value, basis and method. This module knows the form; measures write it and dossiers read it.
Source: in-toto Attestation Framework, Statement layer v1.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

import msgspec

from comity import __version__
from comity.clauses.values import canonical
from comity.documents.reading import read_bytes
from comity.documents.writing import write_file
from comity.dossier.model import Basis, Entry, Measurement, Sample
from comity.errors import ComityError, InputError, Place, did_you_mean
from comity.language import Message, clean

if TYPE_CHECKING:
    from pathlib import Path

    from comity.library.loader import Library

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://comity.dev/measurement/v1"
MAXIMUM_BYTES = 8_000_000

Plain = bool | int | float | str | list[str]

GRADES = {"observed": "measured", "reported": "documented", "inferred": "documented", "declared": "declared"}
"""What a fact of a statement counts as in a dossier, by who vouches for it."""


class _Part(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Base of the parts of a statement: unknown keys are refused, so that nothing is silently lost."""


class Digest(_Part, omit_defaults=True):
    """What binds an artefact, 64 lower-case hexadecimal digits: exactly one of the two.

    Attributes:
        sha256: SHA-256 of the artefact.
        salted_commitment: SHA-256 of a salt and that digest, where the artefact itself is secret; never under a key named `sha256`.
    """

    sha256: str | None = None
    salted_commitment: str | None = None

    @property
    def digits(self) -> str:
        """Whichever of the two there is."""
        return self.sha256 or self.salted_commitment or ""


class Artefact(_Part):
    """What was measured, by file name and digest. The content is never part of a statement."""

    name: str
    digest: Digest


class Tool(_Part):
    """A program that took part in a measurement."""

    name: str
    version: str


class MeasuredFact(_Part, omit_defaults=True):
    """One fact of a statement.

    Attributes:
        fact: id of the vocabulary.
        value: its value as plain data.
        basis: `observed` by the measure itself, `reported` by the artefact about itself, `declared` by a person, or `inferred` from
            other facts.
        where: the place in the artefact that a reported value was read from, or who judged (`judge NAME`).
        count: how many observations are behind a rate.
        interval: the bounds of its confidence interval.
    """

    fact: str
    value: Plain
    basis: Literal["observed", "reported", "declared", "inferred"]
    where: str = ""
    count: int | None = None
    interval: tuple[float, float] | None = None


class Predicate(_Part, omit_defaults=True):
    """How it was measured and what was found.

    Attributes:
        measure: name of the measure.
        method: how it was measured, in a sentence or two.
        tools: programs that took part.
        measured_on: the day.
        facts: what was found.
        observations: findings that no clause asks about, kept for the reader.
        seed: the seed of whatever was drawn at random.
        preregistration: SHA-256 of the commitment that was made before the run, in hexadecimal digits.
    """

    measure: str
    method: str
    tools: list[Tool]
    measured_on: date
    facts: list[MeasuredFact]
    observations: dict[str, Plain | None] = {}
    seed: int | None = None
    preregistration: str | None = None


class Statement(_Part):
    """An in-toto Statement v1 with a measurement as its predicate."""

    type: str = msgspec.field(name="_type")
    subject: list[Artefact]
    predicate_type: str
    predicate: Predicate


class _Signature(msgspec.Struct, forbid_unknown_fields=True):
    keyid: str
    sig: bytes


class _Envelope(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A DSSE envelope; msgspec reads the base64 of `bytes` by itself."""

    payload_type: Literal["application/vnd.in-toto+json"]
    payload: bytes
    signatures: list[_Signature]


def new_statement(artefacts: list[Artefact], predicate: Predicate) -> Statement:
    """A statement over these artefacts; Comity adds itself to the tools."""
    tools = [*predicate.tools, Tool("comity", __version__)]
    return Statement(
        type=STATEMENT_TYPE,
        subject=artefacts,
        predicate_type=PREDICATE_TYPE,
        predicate=msgspec.structs.replace(predicate, tools=tools),
    )


def write_statement(statement: Statement, directory: Path, name: str) -> Path:
    """Write a statement as `<name>.json`; a reader never meets half a file.

    Raises:
        InputError: the directory cannot be written to.
    """
    path = directory / f"{name}.json"
    write_file(path, msgspec.json.format(msgspec.json.encode(statement), indent=2) + b"\n")
    return path


def read_statement(path: Path) -> Statement:
    """Read one statement.

    Raises:
        InputError: the file is not a statement of this form.
    """
    place = Place(str(path))
    return decode_statement(read_bytes(path, place, MAXIMUM_BYTES), place)


def decode_statement(raw: bytes, place: Place) -> Statement:
    """The statement that a file holds, bare or in a signed envelope; whose signature that is, is not asked here.

    Raises:
        InputError: it is not a statement of this form.
    """
    if not raw or len(raw) > MAXIMUM_BYTES:
        raise InputError(Message("the file is empty or too large for a statement"), place=place)
    try:
        statement = msgspec.json.decode(_payload(raw), type=Statement)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(Message("this is not a statement: {problem}", problem=str(error)[:200]), place=place) from None
    if statement.type != STATEMENT_TYPE or statement.predicate_type != PREDICATE_TYPE:
        message = Message("this is a statement of another type: {type}", type=statement.predicate_type[:100])
        raise InputError(message, place=place)
    if not statement.subject:
        raise InputError(Message("the statement names no artefact"), place=place)
    for artefact in statement.subject:
        digests = [text for text in (artefact.digest.sha256, artefact.digest.salted_commitment) if text is not None]
        if len(digests) != 1 or len(digests[0]) != 64 or not set(digests[0]) <= set("0123456789abcdef"):
            message = Message('the digest of "{name}" is not a SHA-256', name=artefact.name[:80])
            raise InputError(message, place=place)
    return statement


def _payload(raw: bytes) -> bytes:
    """What an envelope holds; of anything else, the bytes themselves."""
    try:
        return msgspec.json.decode(raw, type=_Envelope).payload
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw


def read_statements(directory: Path, library: Library) -> tuple[list[Entry], tuple[Measurement, ...]]:
    """The facts of every statement (`*.json`) in a directory, and what each statement says beside them.

    Raises:
        InputError: a file is not a statement, or a fact in it does not fit the vocabulary.
    """
    entries: list[Entry] = []
    measurements: list[Measurement] = []
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix == ".json")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Message("the directory cannot be read: {reason}", reason=reason)
        raise InputError(message, place=Place(str(directory))) from None
    for path in paths:
        predicate = read_statement(path).predicate
        source = clean(f"{path.parent.name}/{path.name}")
        measurements.append(Measurement(path.name, source, predicate.measure, predicate.observations))
        entries.extend(_entry(measured, path, source, library) for measured in predicate.facts)
    return entries, tuple(measurements)


def _entry(measured: MeasuredFact, path: Path, source: str, library: Library) -> Entry:
    place = Place(str(path))
    fact_type = library.vocabulary.types.get(measured.fact)
    if fact_type is None:
        hint = did_you_mean(measured.fact, library.vocabulary.types)
        raise InputError(Message('there is no fact "{name}"', name=measured.fact[:80]), place=place, hint=hint)
    try:
        value = canonical(measured.value, fact_type)
    except ComityError as error:
        message = Message("{fact}: {problem}", fact=measured.fact, problem=error.message)
        raise InputError(message, place=place, hint=error.hint) from None
    if isinstance(value, str):
        value = clean(value)
    sample = Sample(measured.count, measured.interval)
    basis = Basis(GRADES[measured.basis], source, clean(measured.where) or None, place, sample)
    return Entry(measured.fact, value, {}, basis)
