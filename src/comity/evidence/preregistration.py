"""What was promised before a measurement: the fact, the bar, the data and the seed, so that nobody can choose them after seeing the result.

The promise is an in-toto statement about the data. Signed, logged or timestamped it proves when it was made; the measurement then names
its SHA-256, and whoever verifies the bundle holds the promise against what was measured.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from comity.clauses import tree as t
from comity.clauses.formula import Formula
from comity.clauses.values import canonical
from comity.documents.reading import read_bytes, sha256_of
from comity.errors import InputError, Place, did_you_mean
from comity.evidence.answer import Answer
from comity.evidence.bundle import STATEMENT_TYPE, TIME, parse_time
from comity.evidence.hidden_artefacts import commitment_of
from comity.evidence.leaves import FactLeaf, MeasurementLeaf
from comity.evidence.strict_json import MalformedError, base64_bytes, base64_text, decode, encode, keys_of
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from comity.clauses.tree import Expression
    from comity.evidence.verification import Opened
    from comity.library.loader import Library

PREDICATE_TYPE = "https://comity.dev/preregistration/v1"
MAXIMUM_BYTES = 1_000_000
ONE_DAY = timedelta(days=1)


def preregister(
    fact: str,
    bar: str,
    data: Iterable[Path],
    seed: int | None,
    library: Library,
    *,
    hide_data: bool,
    created: datetime,
) -> bytes:
    """The promise as a file.

    Args:
        fact: what will be measured.
        bar: what it has to reach: the right-hand side of a comparison with the fact, such as `>= 0.95`.
        data: the files it will be measured on.
        seed: the seed of whatever is drawn at random.
        library: with the vocabulary.
        hide_data: whether the data are named by a commitment under a salt instead of their digest. The salt stands in the file, so such
            a file is shown to those only who may know the data.
        created: when the promise is made, in UTC.

    Raises:
        InputError: the fact is unknown, the bar is none, or a file cannot be read.
    """
    _formula(fact, bar, library)
    salt = secrets.token_bytes(16)
    subjects = [_subject(path, salt if hide_data else None) for path in data]
    if not subjects:
        raise InputError(Message("name the data that will be measured on: --data FILE"))
    predicate: dict[str, Any] = {"fact": fact, "bar": bar, "created": created.strftime(TIME)}
    predicate |= {} if seed is None else {"seed": seed}
    predicate |= {"salt": base64_text(salt)} if hide_data else {}
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    return encode(statement) + b"\n"


def check_preregistration(path: Path, opened: Opened, library: Library) -> Answer:
    """Hold a promise against what a bundle opens: the seed, the order in time, the bar, and the data, if the artefacts are opened.

    Raises:
        InputError: the file is not a promise.
    """
    raw = read_bytes(path, Place(str(path)), MAXIMUM_BYTES)
    statement = _statement(raw, path)
    promised = statement["predicate"]
    digest = sha256(raw).hexdigest()
    measurements = {
        index: leaf
        for index, leaf in opened.leaves.items()
        if isinstance(leaf, MeasurementLeaf) and leaf.preregistration == digest
    }
    if not measurements:
        return Answer("open", Message("no opened measurement names this promise"))
    if any(leaf.seed != promised.get("seed") for leaf in measurements.values()):
        return Answer("no", Message("it was measured with another seed than promised"))
    made = parse_time(promised["created"]) if isinstance(promised["created"], str) else None
    if made is None or any(made.date() - date.fromisoformat(leaf.on) > ONE_DAY for leaf in measurements.values()):
        return Answer("no", Message("it was promised after it was measured"))
    facts = [
        leaf
        for leaf in opened.leaves.values()
        if isinstance(leaf, FactLeaf) and leaf.measurement in measurements and leaf.fact == promised["fact"]
    ]
    if not facts:
        return Answer("open", Message("the promised fact {fact} is not opened", fact=str(promised["fact"])[:80]))
    formula = _formula(promised["fact"], promised["bar"], library)
    values = [canonical(leaf.value, library.vocabulary.types[leaf.fact]) for leaf in facts]
    if not all(formula.evaluate({promised["fact"]: value}) for value in values):
        return Answer("no", Message("the bar that was promised is missed: {fact} {bar}", **_told(promised)))
    if not _measured_on_promised_data(statement, opened):
        message = Message(
            "the promised bar is reached: {fact} {bar}; that it was on the promised data is not opened",
            **_told(promised),
        )
        return Answer("open", message)
    return Answer("yes", Message("promised and reached: {fact} {bar}", **_told(promised)))


def _measured_on_promised_data(statement: dict[str, Any], opened: Opened) -> bool:
    """Whether all data of the promise are among the artefacts that the bundle opens.

    Raises:
        MalformedError: the salt of hidden data is not of the right form.
    """
    digests = {digest for _, digest in opened.system.artefacts} if opened.system else set()
    if "salt" in statement["predicate"]:
        salt = base64_bytes(statement["predicate"]["salt"], Message("salt"), maximum=64)
        digests = {sha256(salt + bytes.fromhex(digest)).hexdigest() for digest in digests}
    key = "saltedCommitment" if "salt" in statement["predicate"] else "sha256"
    data = [subject["digest"].get(key) for subject in statement["subject"]]
    return bool(data) and all(digest in digests for digest in data)


def _told(promised: dict[str, Any]) -> dict[str, str]:
    return {"fact": promised["fact"], "bar": promised["bar"]}


def _formula(fact: object, bar: object, library: Library) -> Formula:
    """The bar as a formula of the clause language.

    Raises:
        InputError: the fact is unknown, or the bar is no comparison with it.
    """
    if not isinstance(fact, str) or fact not in library.vocabulary.types:
        hint = did_you_mean(str(fact), library.vocabulary.types)
        raise InputError(Message('there is no fact "{name}"', name=str(fact)[:80]), hint=hint)
    hint = Message("for example: --bar '>= 0.95'")
    if not isinstance(bar, str) or len(bar) > 200:
        raise InputError(Message("a bar is a short comparison"), hint=hint)
    formula = Formula(f"{fact} {bar}", library.vocabulary)
    if not _is_comparison(formula.tree, fact):
        raise InputError(Message("a bar compares the fact with a value and says nothing else"), hint=hint)
    return formula


def _is_comparison(tree: Expression, fact: str) -> bool:
    """Whether a formula compares a fact with a value that is written there; `>= 0.95 || true` does more, and is always reached."""
    match tree:
        case t.Compare(left=t.Fact(id=name), right=right):
            return name == fact and isinstance(right, t.Constant | t.DateConstant | t.DurationConstant | t.Negative)
        case t.OneOf(operand=t.Fact(id=name)):
            return name == fact
        case _:
            return False


def _subject(path: Path, salt: bytes | None) -> dict[str, Any]:
    digest = sha256_of(path)
    if salt is None:
        return {"name": path.name, "digest": {"sha256": digest}}
    return {"name": "data", "digest": {"saltedCommitment": commitment_of(digest, salt)}}


def _statement(raw: bytes, path: Path) -> dict[str, Any]:
    """The promise that a file holds.

    Raises:
        InputError: it holds none.
    """
    what = Message("promise")
    try:
        statement = keys_of(decode(raw, what), ("_type", "subject", "predicateType", "predicate"), (), what)
        keys_of(statement["predicate"], ("fact", "bar", "created"), ("seed", "salt"), what)
        if not isinstance(statement["subject"], list):
            raise MalformedError(Message("a promise names its data"))
        for subject in statement["subject"]:
            if not isinstance(keys_of(subject, ("name", "digest"), (), what)["digest"], dict):
                raise MalformedError(Message("a promise names its data"))
    except InputError as error:
        raise InputError(error.message, place=Place(str(path))) from None
    if statement["predicateType"] != PREDICATE_TYPE:
        raise InputError(
            Message("this is not a promise made with: comity evidence preregister"), place=Place(str(path))
        )
    return statement
