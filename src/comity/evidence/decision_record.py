"""One record of a decision log: who decided what, when, on what, by which rules, watched by whom, and what nobody looked at.

A record is one line of strict JSON without unknown keys. Inputs and outputs stand in it as salted commitments; their text is there only if
somebody asked for that. Everything that a later reader has to weigh carries who says so: a reason is computed, or a model or a person said
it. The form is specified in docs/reference/decision-record.md and is ours; it follows no standard that is still being written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from comity.evidence.strict_json import MalformedError, base64_bytes, decode
from comity.language import Message

LONGEST_RECORD = 65_535
"""Bytes of a line, without its end; so a record can also be an entry of a transparency log."""
MOST_PARTS = 100
"""Entries of a list in a record."""
SALT_BYTES = 16

_END = r"(?![\s\S])"
"""The end of a text; `$` would let a line feed through."""
TIME = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,9})?Z"

Name = Annotated[str, Meta(pattern=rf"^[!-~]{{1,200}}{_END}")]
Text = Annotated[str, Meta(min_length=1, max_length=4_000)]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Digest = Annotated[str, Meta(pattern=rf"^[0-9a-f]{{64}}{_END}")]
Moment = Annotated[str, Meta(pattern=rf"^{TIME}{_END}")]
Whole = Annotated[int, Meta(ge=0, lt=2**53)]
Language = Annotated[str, Meta(pattern=rf"^[A-Za-z]{{2,8}}(-[A-Za-z0-9]{{1,8}}){{0,8}}{_END}")]
Least = Annotated[float, Meta(ge=0)]

Kind = Literal["decision", "review", "outcome", "incident", "report", "event"]
ReasonBasis = Literal["computed", "model_said", "human_said"]
Act = Literal["watched", "confirmed", "changed", "overrode", "rejected", "reversed", "stopped", "escalated"]
Seen = Literal["input", "output", "context", "candidates", "reason", "confidence", "policies"]
Material = Literal["retrieval", "tool_call", "memory", "instruction", "file", "other"]
Stage = Literal["first", "interim", "full", "final"]


class _Part(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of the parts of a record: unknown keys are refused, absent ones are not written."""


class Clock(_Part):
    """When something happened, by which clock, and how far that may be wrong.

    Attributes:
        at: in UTC.
        clock: where the time came from, for example `ntp` or `system`.
        uncertainty_ms: the most by which it may be wrong, in milliseconds; None: not known.
    """

    at: Moment
    clock: Short
    uncertainty_ms: Least | None = None


class System(_Part):
    """What decided.

    Attributes:
        id: the system, as its dossier names it.
        version: of the system.
        model: name of the model.
        model_digest: SHA-256 of a public model.
        model_commitment: salted commitment to a secret one.
        configuration: SHA-256 of the configuration in force.
    """

    id: Name
    version: Short
    model: Short | None = None
    model_digest: Digest | None = None
    model_commitment: Digest | None = None
    configuration: Digest | None = None


class Content(_Part):
    """An input or output: SHA-256 over a salt and the SHA-256 of its bytes. What it says stands here only if that was asked for.

    Attributes:
        commitment: SHA-256(salt, SHA-256(bytes)).
        type: media type or modality.
        language: as BCP 47 writes it.
        content: the text itself.
        content_base64: the bytes, where they are no text.
    """

    commitment: Digest
    type: Short | None = None
    language: Language | None = None
    content: str | None = None
    content_base64: str | None = None


class Context(_Part):
    """Something that the decision drew on, by digest or by a salted commitment of the caller's own."""

    kind: Material
    name: Short | None = None
    digest: Digest | None = None
    commitment: Digest | None = None


class Policy(_Part):
    """A rule, filter or check that was asked, in which version, and what it said."""

    id: Name
    outcome: Short
    version: Short | None = None
    score: float | None = None


class Candidate(_Part):
    """Another answer that was considered."""

    digest: Digest
    score: float | None = None


class Reason(_Part):
    """The reason given, and on what it rests: computed from the decision, or said by the model or a person about it."""

    text: Text
    basis: ReasonBasis


class Confidence(_Part):
    """How sure the decider was, with bounds and method if there are any."""

    value: float
    low: float | None = None
    high: float | None = None
    method: Short | None = None


class Oversight(_Part):
    """What a person did about it. `role` is a pseudonym that stays the same for one person, never a name."""

    role: Name
    did: Act
    at: Moment
    saw: Annotated[list[Seen], Meta(max_length=MOST_PARTS)] = []


class Executor(_Part):
    """Who or what carried the decision out: told apart from what decided."""

    id: Name
    at: Moment | None = None
    action: Short | None = None
    outcome: Name | None = None


class Incident(_Part):
    """Something went wrong: what kind of harm, and since when somebody knew; that starts the clock of reports."""

    harm: Name
    aware: Moment


class Report(_Part):
    """An incident was told to somebody."""

    recipient: Name
    stage: Stage


class Replay(_Part):
    """What is needed to run it again."""

    deterministic: bool | None = None
    seed: Annotated[int, Meta(gt=-(2**53), lt=2**53)] | None = None
    parameters: Digest | None = None


class Counter(_Part):
    """The number that the system itself gave to this operation; it counts up by one, so that a missing record shows."""

    name: Name
    value: Whole


class Source(_Part):
    """Where a record from a trace came from: the conventions that the producer named, the table that we read it with, and the span."""

    convention: Short
    mapping: Name
    trace: Annotated[str, Meta(pattern=rf"^[0-9a-f]{{32}}{_END}")]
    span: Annotated[str, Meta(pattern=rf"^[0-9a-f]{{16}}{_END}")]
    parent: Annotated[str, Meta(pattern=rf"^[0-9a-f]{{16}}{_END}")] | None = None


class Record(_Part):
    """A line of the log.

    Attributes:
        salt: base64 of 16 random bytes, so that nobody finds a hidden record by guessing.
        number: its place, from 0.
        previous: SHA-256 of the line before; of the first, of the header file.
        recorded: when the log took it, by the clock of the machine.
        id: the caller's id of it, such as that of the request.
        kind: decision, or what followed one: review by a person, outcome, incident, report of an incident, or another event of the system.
        time: when it happened.
        about: id of the record that this one is about.
        not_checked: what nobody looked at, in words.
        serves: ids of the clauses that it is kept for, `<standard>/<clause>`.
    """

    salt: str
    number: Whole
    previous: Digest
    recorded: Moment
    id: Name
    kind: Kind
    time: Clock
    about: Name | None = None
    system: System | None = None
    input: Content | None = None
    context: Annotated[list[Context], Meta(max_length=MOST_PARTS)] = []
    policies: Annotated[list[Policy], Meta(max_length=MOST_PARTS)] = []
    candidates: Annotated[list[Candidate], Meta(max_length=MOST_PARTS)] = []
    output: Content | None = None
    reason: Reason | None = None
    confidence: Confidence | None = None
    oversight: Annotated[list[Oversight], Meta(max_length=MOST_PARTS)] = []
    executor: Executor | None = None
    event: Name | None = None
    incident: Incident | None = None
    report: Report | None = None
    jurisdictions: Annotated[list[Name], Meta(max_length=MOST_PARTS)] = []
    serves: Annotated[list[Name], Meta(max_length=MOST_PARTS)] = []
    not_checked: Annotated[list[Text], Meta(max_length=MOST_PARTS)] = []
    replay: Replay | None = None
    counter: Counter | None = None
    source: Source | None = None

    def moments(self) -> list[str]:
        """Every time in the record."""
        found = [self.recorded, self.time.at, *(act.at for act in self.oversight)]
        if self.executor is not None and self.executor.at is not None:
            found.append(self.executor.at)
        return found if self.incident is None else [*found, self.incident.aware]


KEPT_BY_THE_LOG = ("salt", "number", "previous", "recorded")
"""Keys that the log writes; whoever hands in a record leaves them out."""

NEEDED: dict[str, tuple[str, ...]] = {
    "decision": ("system",),
    "review": ("about", "oversight"),
    "outcome": ("about",),
    "incident": ("incident",),
    "report": ("about", "report"),
    "event": ("event",),
}
"""What a record of a kind has to say."""

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Record)


def moment(text: str) -> datetime:
    """The time that a text stands for, to the microsecond.

    Raises:
        ValueError: there is no such day.
    """
    return datetime.fromisoformat(text)


def moment_text(when: datetime) -> str:
    """A time as records write it."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def encode_record(record: Record) -> bytes:
    """The line of a record, without its end."""
    return _ENCODER.encode(record)


def read_record(line: bytes) -> Record:
    """The record that a line holds.

    Raises:
        MalformedError: it is none.
    """
    if len(line) > LONGEST_RECORD:
        raise MalformedError(Message("a record has at most {count} bytes", count=LONGEST_RECORD))
    try:
        record = _DECODER.decode(line)
        strict = _ENCODER.encode(record) == line
    except (msgspec.DecodeError, RecursionError, ValueError):
        strict = False
    if not strict:
        record = record_of(decode(line, Message("record")))
    if len(base64_bytes(record.salt, Message("salt"), maximum=SALT_BYTES)) != SALT_BYTES:
        raise MalformedError(Message("the salt of a record has {count} bytes", count=SALT_BYTES))
    check_record(record)
    return record


def record_of(value: Any) -> Record:
    """The record that plain data stand for.

    Raises:
        MalformedError: a key is missing, unknown or of another form.
    """
    try:
        return msgspec.convert(value, Record)
    except msgspec.ValidationError as error:
        raise MalformedError(
            Message("this is not a record of a decision: {problem}", problem=str(error)[:300])
        ) from None


def check_record(record: Record) -> None:
    """Check what the types do not say: days that exist, a content that is one, and that each kind says what it is for.

    Raises:
        MalformedError: one of these is not so.
    """
    for text in record.moments():
        try:
            moment(text)
        except ValueError:
            raise MalformedError(Message('"{text}" is not a day that exists', text=text)) from None
    for part in (record.input, record.output):
        if part is not None and part.content_base64 is not None:
            base64_bytes(part.content_base64, Message("content"), maximum=LONGEST_RECORD)
            if part.content is not None:
                raise MalformedError(Message("a content is written once, as text or as base64"))
    for key in NEEDED[record.kind]:
        if not getattr(record, key):
            raise MalformedError(Message('a record of the kind "{kind}" needs "{key}"', kind=record.kind, key=key))
