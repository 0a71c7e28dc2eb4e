"""Whom a verifier trusts: a file of the verifier's own. Nothing in a bundle can add to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from comity.clauses.values import parse_duration
from comity.documents import fields as read
from comity.documents.reading import read_file
from comity.errors import InputError
from comity.evidence.cosignature import parse_cosigner
from comity.evidence.keys import VerifierKey, parse_verifier_key
from comity.language import Message

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from comity.documents.reading import Node

VERSION = "1"
ANCHORS = ("log", "timestamp")


@dataclass(frozen=True, slots=True)
class Issuer:
    """A key that may speak, for which systems and since and until when; None: without limit."""

    key: VerifierKey
    systems: tuple[str, ...] | None
    start: date | None
    until: date | None

    def may_speak(self, system: str, created: datetime) -> bool:
        """Whether a statement on a system made at a time is within what the key is trusted for."""
        return (self.systems is None or system in self.systems) and self.in_time(created)

    def in_time(self, when: datetime) -> bool:
        """Whether the key is trusted at a time; `until` is the first day after."""
        began = self.start is None or _midnight(self.start) <= when
        return began and (self.until is None or when < _midnight(self.until))


@dataclass(frozen=True, slots=True)
class Trust:
    """A verifier's trust.

    Attributes:
        issuers: keys that may sign bundles.
        logs: keys of transparency logs.
        witnesses: keys of witnesses of those logs, and how many of them have to have signed (`quorum`).
        timestamp_roots: files with the root certificates of timestamp authorities.
        maximum_age: how old a statement may be, or None.
        required: what a bundle has to be anchored in, of `log` and `timestamp`.
    """

    issuers: tuple[Issuer, ...]
    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    timestamp_roots: tuple[Path, ...] = ()
    maximum_age: timedelta | None = None
    required: tuple[str, ...] = ()


def read_trust(path: Path) -> Trust:
    """Read a trust file.

    Raises:
        InputError: it is not one.
    """
    fields = _filled(read_file(path))
    version = fields.required("comity_trust", read.text)
    if version != VERSION:
        message = Message('"comity_trust: {version}" is a form that this version does not read', version=version[:20])
        raise InputError(message, place=fields.place_of("comity_trust"), hint=Message("write comity_trust: 1"))
    issuers = fields.required("issuers", read.many(_issuer))
    logs = fields.optional("logs", read.many(_key), ())
    witnesses = fields.optional("witnesses", read.many(_witness), ())
    quorum = fields.optional("quorum", read.number, len(witnesses))
    roots = fields.optional("timestamp_roots", read.many(read.text), ())
    age = fields.optional("maximum_age", _duration, None)
    required = fields.optional("required", read.many(read.choice(ANCHORS, Message("anchor"))), ())
    if not 0 <= quorum <= len(witnesses) or quorum != int(quorum):
        raise InputError(Message("the quorum is a number of witnesses"), place=fields.place_of("quorum"))
    names, keys_of_logs = {key.name for key in logs}, {key.public_key for key in logs}
    if any(key.name in names or key.public_key in keys_of_logs for key in witnesses):
        raise InputError(Message("a log cannot be its own witness"), place=fields.place_of("witnesses"))
    for name, keys in (("logs", logs), ("witnesses", witnesses)):
        if len({key.public_key for key in keys}) < len(keys):
            raise InputError(Message("a key stands twice, perhaps under two names"), place=fields.place_of(name))
    fields.done()
    directory = path.parent
    return Trust(issuers, logs, witnesses, int(quorum), tuple(directory / root for root in roots), age, required)


def _filled(node: Node) -> read.Fields:
    """The keys of a mapping. A limit whose value was forgotten (`systems:` with nothing behind it) must not be read as no limit.

    Raises:
        InputError: a key has no value.
    """
    fields = read.Fields(node)
    for key, value in fields.node.entries.items():
        if read.is_null(value):
            message = Message('"{key}" is there, but without a value', key=key[:80])
            hint = Message("give it a value, or leave the key out if there is no such limit")
            raise InputError(message, place=fields.place_of(key), hint=hint)
    return fields


def _issuer(node: Node) -> Issuer:
    fields = _filled(node)
    found = Issuer(
        fields.required("key", _key),
        fields.optional("systems", read.many(read.text), None),
        fields.optional("from", read.day, None),
        fields.optional("until", read.day, None),
    )
    fields.done()
    return found


def _key(node: Node) -> VerifierKey:
    return _known(parse_verifier_key(read.text(node)), node)


def _witness(node: Node) -> VerifierKey:
    return _known(parse_cosigner(read.text(node)), node)


def _known(key: VerifierKey | None, node: Node) -> VerifierKey:
    if key is None:
        hint = Message(
            "a key looks like example.org/evidence+1a2b3c4d+AQ…; it is the line of the file with the ending .pub"
        )
        raise InputError(Message("this is not a key, or one that no honest signer has"), place=node.place, hint=hint)
    return key


def _duration(node: Node) -> timedelta:
    found = parse_duration(read.text(node))
    if found is None or found <= timedelta(0):
        raise InputError(Message("a duration is wanted here"), place=node.place, hint=Message("for example: P180D"))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
