"""The bundle: one file that holds a signed statement and whatever of its leaves the holder opens.

A bundle has exactly one encoding, so that no byte of it can change unnoticed: JSON without spaces, keys in the order below, texts in
printable ASCII, one line feed at the end. The statement is signed over its bytes as emitted; disclosures stand outside of it and are
proven by paths.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from comity.evidence import dsse, merkle
from comity.evidence.keys import VerifierKey, parse_verifier_key
from comity.evidence.leaves import IDENTIFIER, MAXIMUM_LEAF
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text, decode, encode, keys_of
from comity.language import Message

if TYPE_CHECKING:
    from comity.evidence.dsse import Envelope

SCHEMA = "comity/bundle/1"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://comity.dev/evidence/v1"
MAXIMUM_BYTES = 64_000_000
MOST_DISCLOSURES = 1_000_000
_OTHER_SIGNS = 10_000
"""Brackets and commas that may stand elsewhere in a bundle: in the names of 8 keys, in their ids, and between all these."""

TIME = "%Y-%m-%dT%H:%M:%SZ"
_TIME_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is signed: whose facts, when, by which library, and the root of the tree over all leaves.

    Attributes:
        system, version: of the AI system.
        subject: hash of the leaf that names system and artefacts; a salted commitment, not the digest of any file.
        evaluator: the program that judged, with its version.
        created: when the statement was made, in UTC.
        expires: after when nobody should rely on it, or None.
        library: digest of the rules (`comity.library.digest`).
        root, size: of the tree.
    """

    system: str
    version: str
    subject: bytes
    evaluator: str
    created: datetime
    expires: datetime | None
    library: str
    root: bytes
    size: int

    def payload(self) -> bytes:
        """The in-toto statement as JSON."""
        predicate: dict[str, Any] = {
            "system": {"id": self.system, "version": self.version},
            "evaluator": self.evaluator,
            "created": self.created.strftime(TIME),
            "library": self.library,
            "root": self.root.hex(),
            "size": self.size,
        }
        if self.expires is not None:
            predicate["expires"] = self.expires.strftime(TIME)
        return encode(
            {
                "_type": STATEMENT_TYPE,
                "subject": [{"name": self.system, "digest": {"saltedCommitment": self.subject.hex()}}],
                "predicateType": PREDICATE_TYPE,
                "predicate": predicate,
            }
        )


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One leaf with its place in the tree and the path to the root."""

    index: int
    leaf: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signed commitment and what is opened of it.

    Attributes:
        envelope: the signed statement.
        signers: the keys that the signatures are said to be made with. Whether one trusts them is for the reader to know, not the bundle.
        disclosures: opened leaves, by rising index.
        log: proof that the envelope stands in a transparency log (C2SP tlog-proof), or None.
        timestamp: an RFC 3161 token over the envelope, or None.
    """

    envelope: Envelope
    signers: tuple[VerifierKey, ...]
    disclosures: tuple[Disclosure, ...]
    log: bytes | None = None
    timestamp: bytes | None = None

    @property
    def envelope_bytes(self) -> bytes:
        """The envelope in its one encoding: what a log holds the hash of, and what a timestamp is over."""
        return encode(self.envelope.document())

    def encoded(self) -> bytes:
        """The bundle in its one encoding."""
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "envelope": self.envelope.document(),
            "signers": [str(signer) for signer in self.signers],
            "disclosures": [
                [entry.index, base64_text(entry.leaf), base64_text(b"".join(entry.path))] for entry in self.disclosures
            ],
        }
        if self.log is not None:
            document["log"] = base64_text(self.log)
        if self.timestamp is not None:
            document["timestamp"] = base64_text(self.timestamp)
        return encode(document) + b"\n"


def read_bundle(raw: bytes) -> Bundle:
    """The bundle that a file holds; signatures and paths are not checked here.

    Raises:
        MalformedError: it is not of the specified form.
    """
    if len(raw) > MAXIMUM_BYTES:
        raise MalformedError(Message("the bundle is larger than {count} bytes", count=MAXIMUM_BYTES))
    if not raw.isascii():
        raise MalformedError(Message("a bundle is written in ASCII"))
    if raw.count(b"[") > MOST_DISCLOSURES + _OTHER_SIGNS or raw.count(b",") > 3 * MOST_DISCLOSURES + _OTHER_SIGNS:
        # Each bracket and comma costs a reader some twenty times its size; the encoding has one and three of them a disclosure.
        raise MalformedError(Message("disclosures are a list, and not too long a one"))
    what = Message("bundle")
    fields = keys_of(decode(raw, what), ("schema", "envelope", "signers", "disclosures"), ("log", "timestamp"), what)
    if fields["schema"] != SCHEMA:
        raise MalformedError(Message("this is not a bundle of the form {schema}", schema=SCHEMA))
    log, timestamp = fields.get("log"), fields.get("timestamp")
    bundle = Bundle(
        dsse.read_envelope(fields["envelope"]),
        _signers(fields["signers"]),
        _disclosures(fields["disclosures"]),
        None if log is None else base64_bytes(log, Message("log proof"), maximum=100_000),
        None if timestamp is None else base64_bytes(timestamp, Message("timestamp"), maximum=100_000),
    )
    if bundle.encoded() != raw:
        raise MalformedError(Message("the bundle is not in its one encoding: spaces, order or spelling differ"))
    return bundle


def _signers(value: object) -> tuple[VerifierKey, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= dsse.MOST_SIGNATURES:
        raise MalformedError(Message("a bundle names the keys of its signers"))
    keys = [parse_verifier_key(text) if isinstance(text, str) else None for text in value]
    found = tuple(key for key in keys if key is not None)
    if len(found) != len(keys) or len({key.public_key for key in found}) != len(found):
        raise MalformedError(Message("a signer's key is malformed, weak or repeated"))
    return found


def _disclosures(value: object) -> tuple[Disclosure, ...]:
    if not isinstance(value, list) or len(value) > MOST_DISCLOSURES:
        raise MalformedError(Message("disclosures are a list, and not too long a one"))
    found = tuple(_disclosure(entry) for entry in value)
    if any(before.index >= after.index for before, after in pairwise(found)):
        raise MalformedError(Message("disclosures stand in rising order of their index"))
    return found


def _disclosure(value: object) -> Disclosure:
    if not isinstance(value, list) or len(value) != 3:
        raise MalformedError(Message("a disclosure is a list of index, leaf and path"))
    index, leaf, path = value
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < merkle.MAXIMUM_LEAVES:
        raise MalformedError(Message("the index of a disclosure is a whole number below the size of the tree"))
    hashes = base64_bytes(path, Message("path"), maximum=40 * merkle.HASH_BYTES)
    if len(hashes) % merkle.HASH_BYTES:
        raise MalformedError(Message("a path is a row of whole hashes"))
    parts = tuple(hashes[start : start + merkle.HASH_BYTES] for start in range(0, len(hashes), merkle.HASH_BYTES))
    return Disclosure(index, base64_bytes(leaf, Message("leaf"), maximum=MAXIMUM_LEAF), parts)


def read_commitment(payload: bytes) -> Commitment:
    """The commitment that a signed payload states.

    Raises:
        MalformedError: it is not a statement of this form, or commits to nothing.
    """
    what = Message("statement")
    statement = keys_of(decode(payload, what), ("_type", "subject", "predicateType", "predicate"), (), what)
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != PREDICATE_TYPE:
        raise MalformedError(Message("the statement is of another type"))
    subjects = statement["subject"]
    if not isinstance(subjects, list) or len(subjects) != 1:
        raise MalformedError(Message("the statement is about one system"))
    subject = keys_of(subjects[0], ("name", "digest"), (), what)
    digest = keys_of(subject["digest"], ("saltedCommitment",), (), what)
    predicate = keys_of(
        statement["predicate"], ("system", "evaluator", "created", "library", "root", "size"), ("expires",), what
    )
    system = keys_of(predicate["system"], ("id", "version"), (), what)
    size = predicate["size"]
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= merkle.MAXIMUM_LEAVES:
        raise MalformedError(Message("the statement commits to no leaf, or to too many"))
    if subject["name"] != system["id"] or not _matches(IDENTIFIER, system["id"]):
        raise MalformedError(Message("the system is named differently in two places, or not in printable ASCII"))
    if not all(isinstance(text, str) and len(text) <= 200 for text in (system["version"], predicate["evaluator"])):
        raise MalformedError(Message("version and evaluator are short texts"))
    if not all(
        _matches(_HEXADECIMAL, text) for text in (digest["saltedCommitment"], predicate["library"], predicate["root"])
    ):
        raise MalformedError(Message("a digest is 64 lower-case hexadecimal digits"))
    return Commitment(
        system["id"],
        system["version"],
        bytes.fromhex(digest["saltedCommitment"]),
        predicate["evaluator"],
        _time(predicate["created"]),
        _time(predicate["expires"]) if "expires" in predicate else None,
        predicate["library"],
        bytes.fromhex(predicate["root"]),
        size,
    )


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def parse_time(text: str) -> datetime | None:
    """A time in UTC as a statement writes it (`2026-11-22T14:00:00Z`), or None."""
    if not _TIME_FORM.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _time(value: object) -> datetime:
    found = parse_time(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedError(Message("a time is written as 2026-11-22T14:00:00Z"))
    return found
