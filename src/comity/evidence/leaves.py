"""What a bundle commits to, leaf by leaf: facts, measurements, the system with its artefacts, and the verdicts for each market.

A leaf is the JSON text that is hashed, as it was emitted. Each begins with a salt of 16 random bytes, so that nobody finds a hidden leaf by
guessing; one key tells its kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from comity.evidence.strict_json import MalformedError, base64_bytes, decode, keys_of
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHORTEST_SALT = 16
"""Bytes of a salt, at least."""
LONGEST_TEXT = 10_000
"""Characters of a text that is no id."""
MAXIMUM_LEAF = 256_000
MOST_ELEMENTS = 1_000
"""Elements of collections that an assessment names; each has clauses of its own."""

Basis = Literal["observed", "reported", "declared", "inferred"]
BASES: tuple[Basis, ...] = ("observed", "reported", "declared", "inferred")
"""Who vouches for a value: Comity saw it, the artefact says so of itself, a person says so, or it was concluded from other facts."""

VERDICTS = ("met", "not_met", "unknown", "not_applicable")

Plain = bool | int | float | str | list[str]

IDENTIFIER = re.compile(r"[!-~]{1,200}")
"""Ids of facts, clauses, markets and systems are printable ASCII, so that none can look like another one."""
_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


class FactLeaf(msgspec.Struct, frozen=True, omit_defaults=True):
    """The value of one fact.

    Attributes:
        fact: id of the vocabulary.
        value: as plain data.
        basis: who vouches for it.
        market: the jurisdiction in which it holds, where the values differ by market; None: everywhere.
        source: the document or statement that it rests on, or None.
        count: how many observations are behind a rate, or None.
        interval: the bounds of its confidence interval, or None.
        measurement: index of the leaf that says how it was measured, or None.
    """

    fact: str
    value: Plain
    basis: Basis
    market: str | None = None
    source: str | None = None
    count: int | None = None
    interval: tuple[float, float] | None = None
    measurement: int | None = None

    def document(self) -> dict[str, Any]:
        """The leaf as plain data, without its salt."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


@dataclass(frozen=True, slots=True)
class MeasurementLeaf:
    """How something was measured: the measure, its method, the tools with versions, the day, and what else the statement binds."""

    measure: str
    method: str
    tools: tuple[tuple[str, str], ...]
    on: str
    statement: str
    seed: int | None = None
    preregistration: str | None = None

    def document(self) -> dict[str, Any]:
        """The leaf as plain data, without its salt."""
        found: dict[str, Any] = {
            "measurement": self.measure,
            "method": self.method,
            "tools": [{"name": name, "version": version} for name, version in self.tools],
            "on": self.on,
            "statement": self.statement,
        }
        optional = {"seed": self.seed, "preregistration": self.preregistration}
        return found | {key: value for key, value in optional.items() if value is not None}


@dataclass(frozen=True, slots=True)
class SystemLeaf:
    """Whose facts these are: the system by name, and its artefacts by SHA-256. Hidden unless the holder opens it."""

    id: str
    version: str
    name: str
    artefacts: tuple[tuple[str, str], ...]

    def document(self) -> dict[str, Any]:
        """The leaf as plain data, without its salt."""
        artefacts = [{"name": name, "sha256": digest} for name, digest in self.artefacts]
        return {"system": self.id, "version": self.version, "name": self.name, "artefacts": artefacts}


@dataclass(frozen=True, slots=True)
class AssessmentLeaf:
    """The verdict of every clause that one market sees, on a day, with the library that the statement names.

    Attributes:
        elements: what the dossier lists of each collection (the ids of its flows, say); a collection that it does not list is absent.
    """

    market: str
    on: date
    verdicts: dict[str, str]
    elements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The leaf as plain data, without its salt."""
        lists: dict[str, list[str]] = {verdict: [] for verdict in VERDICTS}
        for clause, verdict in self.verdicts.items():
            lists[verdict].append(clause)
        elements = {name: list(ids) for name, ids in self.elements.items()}
        return {
            "assessment": self.market,
            "on": self.on.isoformat(),
            **({"elements": elements} if elements else {}),
            **lists,
        }


Leaf = FactLeaf | MeasurementLeaf | SystemLeaf | AssessmentLeaf

_ENCODER = msgspec.json.Encoder()


def leaf_text(leaf: Leaf, salt: str) -> bytes:
    """The text of a leaf with its salt (in base64), as it is hashed."""
    body = _ENCODER.encode(leaf if isinstance(leaf, FactLeaf) else leaf.document())
    return b'{"salt":"' + salt.encode() + b'",' + body[1:]


def read_leaf(raw: bytes) -> Leaf:
    """The leaf that a text stands for.

    Raises:
        MalformedError: it is none of the four kinds.
    """
    what = Message("leaf")
    if len(raw) > MAXIMUM_LEAF:
        raise MalformedError(Message("a leaf is larger than {count} bytes", count=MAXIMUM_LEAF))
    fields = decode(raw, what)
    if not isinstance(fields, dict):
        raise MalformedError(Message("a leaf is a JSON object"))
    kinds = [kind for kind in _READERS if kind in fields]
    kind = "fact" if "fact" in kinds else kinds[0] if len(kinds) == 1 else None
    if kind is None:
        raise MalformedError(Message("a leaf is of one kind: {kinds}", kinds=", ".join(_READERS)))
    required, optional, reader = _READERS[kind]
    keys_of(fields, ("salt", *required), optional, what)
    if len(base64_bytes(fields["salt"], Message("salt"), maximum=64)) < SHORTEST_SALT:
        raise MalformedError(Message("a salt has at least {count} bytes", count=SHORTEST_SALT))
    return reader(fields)


def _fact(fields: dict[str, Any]) -> FactLeaf:
    value = fields["value"]
    words = value if isinstance(value, list) else [value] if isinstance(value, str) else None
    if not isinstance(value, bool | int | float) and (words is None or not all(map(_is_text, words))):
        raise _wrong("value")
    interval = fields.get("interval")
    if "interval" in fields and (
        not isinstance(interval, list) or len(interval) != 2 or not all(map(_is_number, interval))
    ):
        raise _wrong("interval")
    return FactLeaf(
        _identifier(fields, "fact"),
        value,
        _one_of(fields, "basis", BASES),
        _identifier(fields, "market") if "market" in fields else None,
        _text(fields, "source") if "source" in fields else None,
        _whole(fields, "count") if "count" in fields else None,
        None if interval is None else (interval[0], interval[1]),
        _whole(fields, "measurement") if "measurement" in fields else None,
    )


def _measurement(fields: dict[str, Any]) -> MeasurementLeaf:
    tools = _pairs(fields, "tools", "name", "version")
    _day(fields, "on")
    return MeasurementLeaf(
        _text(fields, "measurement"),
        _text(fields, "method"),
        tools,
        fields["on"],
        _digest(fields, "statement"),
        _whole(fields, "seed") if "seed" in fields else None,
        _digest(fields, "preregistration") if "preregistration" in fields else None,
    )


def _system(fields: dict[str, Any]) -> SystemLeaf:
    artefacts = _pairs(fields, "artefacts", "name", "sha256")
    if not all(_HEXADECIMAL.fullmatch(digest) for _, digest in artefacts):
        raise _wrong("sha256")
    return SystemLeaf(_identifier(fields, "system"), _text(fields, "version"), _text(fields, "name"), artefacts)


def _assessment(fields: dict[str, Any]) -> AssessmentLeaf:
    verdicts: dict[str, str] = {}
    for verdict in VERDICTS:
        clauses = fields[verdict]
        if not isinstance(clauses, list):
            raise _wrong(verdict)
        for clause in clauses:
            if not isinstance(clause, str) or not IDENTIFIER.fullmatch(clause) or clause in verdicts:
                raise _wrong(verdict)
            verdicts[clause] = verdict
    elements = fields.get("elements", {})
    if not isinstance(elements, dict) or not all(
        _are_identifiers([name]) and _are_identifiers(ids) for name, ids in elements.items()
    ):
        raise _wrong("elements")
    known = {name: tuple(ids) for name, ids in elements.items()}
    if sum(map(len, known.values())) > MOST_ELEMENTS:
        raise _wrong("elements")
    return AssessmentLeaf(_identifier(fields, "assessment"), _day(fields, "on"), verdicts, known)


def _are_identifiers(value: object) -> bool:
    """Whether a value is a list of ids, none twice."""
    return (
        isinstance(value, list)
        and all(isinstance(name, str) and IDENTIFIER.fullmatch(name) for name in value)
        and len(set(value)) == len(value)
    )


_READERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[dict[str, Any]], Leaf]]] = {
    "fact": (("fact", "value", "basis"), ("market", "source", "count", "interval", "measurement"), _fact),
    "measurement": (
        ("measurement", "method", "tools", "on", "statement"),
        ("seed", "preregistration"),
        _measurement,
    ),
    "system": (("system", "version", "name", "artefacts"), (), _system),
    "assessment": (("assessment", "on", *VERDICTS), ("elements",), _assessment),
}


def _wrong(key: str) -> MalformedError:
    return MalformedError(Message('the value of "{key}" in a leaf is not of the specified form', key=key))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields[key]
    if not _is_text(value):
        raise _wrong(key)
    return str(value)


def _identifier(fields: dict[str, Any], key: str) -> str:
    value = fields[key]
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise _wrong(key)
    return value


def _whole(fields: dict[str, Any], key: str) -> int:
    value = fields[key]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise _wrong(key)
    return value


def _digest(fields: dict[str, Any], key: str) -> str:
    value = fields[key]
    if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value):
        raise _wrong(key)
    return value


def _one_of(fields: dict[str, Any], key: str, known: tuple[Basis, ...]) -> Basis:
    for value in known:
        if fields[key] == value:
            return value
    raise _wrong(key)


def _day(fields: dict[str, Any], key: str) -> date:
    value = fields[key]
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _wrong(key)


def _pairs(fields: dict[str, Any], key: str, first: str, second: str) -> tuple[tuple[str, str], ...]:
    value = fields[key]
    if not isinstance(value, list):
        raise _wrong(key)
    found: list[tuple[str, str]] = []
    for entry in value:
        pair = keys_of(entry, (first, second), (), Message("leaf"))
        found.append((_text(pair, first), _text(pair, second)))
    return tuple(found)
