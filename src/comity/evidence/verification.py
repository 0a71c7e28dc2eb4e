"""Is a bundle what it says, who says it, and does it follow? Four answers that never melt into one.

Signature: are these the bytes that the named keys signed, and do the opened leaves belong to them? Issuer: does the verifier trust these
keys for this system at this time? Verdicts: do the opened facts lead to the stated verdicts, by the same rules? Measurement: does
measuring again give the same? The order of the checks is part of the specification, so that every verifier ends a bad bundle with the
same code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from comity.errors import ComityError, IntegrityError
from comity.evidence import merkle
from comity.evidence.anchors import CLOCK_TOLERANCE, check_anchors
from comity.evidence.answer import Answer
from comity.evidence.bundle import TIME, read_bundle, read_commitment
from comity.evidence.leaves import AssessmentLeaf, FactLeaf, MeasurementLeaf, SystemLeaf, read_leaf
from comity.evidence.recomputation import Difference, differences, with_listed
from comity.evidence.strict_json import MalformedError
from comity.exit_codes import CANNOT_DECIDE, FINDINGS, FINE
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from comity.evidence.anchors import Anchor
    from comity.evidence.bundle import Bundle, Commitment
    from comity.evidence.leaves import Leaf
    from comity.evidence.policy import Issuer, Trust
    from comity.library.loader import Library


ONE_DAY = timedelta(days=1)
"""So far the day of the verdicts may lie from that of the statement: it is another day elsewhere on the earth."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle whose signatures and paths hold.

    Attributes:
        commitment: what was signed.
        leaves: the opened leaves by index.
    """

    bundle: Bundle
    commitment: Commitment
    leaves: Mapping[int, Leaf]

    @property
    def facts(self) -> list[FactLeaf]:
        """The opened facts."""
        return [leaf for leaf in self.leaves.values() if isinstance(leaf, FactLeaf)]

    @property
    def assessments(self) -> list[AssessmentLeaf]:
        """The opened verdicts, by market."""
        return sorted(
            (leaf for leaf in self.leaves.values() if isinstance(leaf, AssessmentLeaf)), key=lambda leaf: leaf.market
        )

    @property
    def system(self) -> SystemLeaf | None:
        """System and artefacts, where they are opened."""
        return next((leaf for leaf in self.leaves.values() if isinstance(leaf, SystemLeaf)), None)

    @property
    def names_another_system(self) -> bool:
        """Whether the opened leaf on the system is about another one than the statement."""
        system = self.system
        return system is not None and (system.id, system.version) != (self.commitment.system, self.commitment.version)


@dataclass(frozen=True, slots=True)
class Verification:
    """The four answers on a bundle whose bytes are intact.

    Attributes:
        differences: clauses whose verdict does not follow, by market.
        anchors: answers on what the bundle is anchored in, `log` and `timestamp`, where it has them; they have a say on the issuer.
    """

    opened: Opened
    signature: Answer
    issuer: Answer
    verdicts: Answer
    measurement: Answer
    differences: Mapping[str, list[Difference]]
    anchors: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 if signature, issuer and verdicts hold; 1 if a verdict or a measurement differs; 3 if anything is open."""
        if "no" in {self.verdicts.outcome, self.measurement.outcome}:
            return FINDINGS
        decided = all(answer.outcome == "yes" for answer in (self.signature, self.issuer, self.verdicts))
        return FINE if decided else CANNOT_DECIDE


def open_bundle(raw: bytes) -> Opened:
    """Check everything that needs nothing but the bundle: form, signatures, paths, leaves, in this order.

    Raises:
        MalformedError: the form is not as specified.
        IntegrityError: a signature or a path does not fit.
    """
    bundle = read_bundle(raw)
    _check_signatures(bundle)
    commitment = read_commitment(bundle.envelope.payload)
    for entry in bundle.disclosures:
        leaf = merkle.leaf_hash(entry.leaf)
        if merkle.root_from_inclusion(leaf, entry.index, commitment.size, entry.path) != commitment.root:
            raise IntegrityError(Message("leaf {index} is not what was signed", index=entry.index))
    leaves = {entry.index: read_leaf(entry.leaf) for entry in bundle.disclosures}
    _check_leaves(leaves)
    for entry in bundle.disclosures:
        if isinstance(leaves[entry.index], SystemLeaf) and merkle.leaf_hash(entry.leaf) != commitment.subject:
            raise IntegrityError(Message("the opened system is not the one that the statement is about"))
    return Opened(bundle, commitment, leaves)


def _check_signatures(bundle: Bundle) -> None:
    signatures = bundle.envelope.signatures
    if [signature.key_id for signature in signatures] != [signer.id for signer in bundle.signers]:
        raise MalformedError(Message("signatures and signers do not stand beside each other"))
    message = bundle.envelope.signed_bytes
    for signer, signature in zip(bundle.signers, signatures, strict=True):
        if not signer.verify(signature.signature, message):
            raise IntegrityError(Message("the signature of {signer} does not fit", signer=signer.key_id))


def _check_leaves(leaves: Mapping[int, Leaf]) -> None:
    """Refuse leaves of which two say the same thing, or one points where nothing fitting is.

    Raises:
        MalformedError: which.
    """
    seen: set[tuple[str, str | None]] = set()
    systems = 0
    for leaf in leaves.values():
        systems += isinstance(leaf, SystemLeaf)
        if isinstance(leaf, FactLeaf):
            keys = [("fact " + leaf.fact, leaf.market)]
            other = leaves.get(-1 if leaf.measurement is None else leaf.measurement)
            if other is not None and not isinstance(other, MeasurementLeaf):
                raise MalformedError(Message("{fact} rests on a leaf that is no measurement", fact=leaf.fact))
        else:
            keys = [("assessment", leaf.market)] if isinstance(leaf, AssessmentLeaf) else []
        for key in keys:
            if key in seen:
                raise MalformedError(Message("two leaves speak of {fact}", fact=key[0].removeprefix("fact ")))
            seen.add(key)
    facts = {name for name, market in seen if market is not None and name.startswith("fact ")}
    if systems > 1 or any((name, None) in seen for name in facts):
        raise MalformedError(Message("two leaves speak of one fact, in a market and everywhere, or of two systems"))


def verify(
    raw: bytes,
    library: Library | None,
    library_digest: str | None,
    *,
    trust: Trust | None,
    now: datetime | None = None,
    measurement: Answer | None = None,
    markets: Collection[str] = (),
    on: date | None = None,
) -> Verification:
    """All four answers.

    Args:
        raw: the bundle.
        library: the verifier's rules; None: verdicts are not recomputed.
        library_digest: their digest.
        trust: whom the verifier trusts; None: nobody is named.
        now: the verifier's clock, in UTC.
        measurement: the answer of measuring again, where that was tried.
        markets: markets whose verdicts the verifier wants to see; none: whichever are opened.
        on: the day for which it wants them; None: the day of the statement.

    Raises:
        MalformedError, IntegrityError: see `open_bundle`.
    """
    opened = open_bundle(raw)
    now = datetime.now(UTC) if now is None else now
    signers = ", ".join(signer.key_id for signer in opened.bundle.signers)
    verdicts, found = _verdicts(opened, library, library_digest)
    if verdicts.outcome == "yes":
        verdicts = _beside_the_question(opened, markets, on) or verdicts
    anchors = check_anchors(opened.bundle, trust, now)
    return Verification(
        opened,
        Answer("yes", Message("signed by {signers}; every opened leaf belongs to it", signers=signers)),
        _issuer(opened, trust, now, anchors),
        verdicts,
        measurement or Answer("open", Message("not attempted: the artefacts were not given")),
        found,
        {name: anchor.answer for name, anchor in anchors.items()},
    )


def _issuer(opened: Opened, trust: Trust | None, now: datetime, anchors: Mapping[str, Anchor]) -> Answer:
    commitment = opened.commitment
    wrong = next((anchor.answer for anchor in anchors.values() if anchor.answer.outcome == "no"), None)
    if wrong is not None:
        return wrong
    early = [anchor.at for anchor in anchors.values() if anchor.at and commitment.created - anchor.at > CLOCK_TOLERANCE]
    if early:
        message = Message("the statement is dated after its own anchor: {time}", time=early[0].strftime(TIME))
        return Answer("no", message)
    if trust is None:
        return Answer("open", Message("not decided: no trust file was given (--trust)"))
    if commitment.created - now > CLOCK_TOLERANCE:
        return Answer("no", Message("the statement comes from the future: {time}", time=commitment.created.isoformat()))
    if commitment.expires is not None and commitment.expires <= now:
        return Answer("no", Message("the statement expired: {time}", time=commitment.expires.isoformat()))
    if trust.maximum_age is not None and now - commitment.created > trust.maximum_age:
        return Answer("no", Message("the statement is older than trusted: {time}", time=commitment.created.isoformat()))
    signers = {signer.public_key: signer for signer in opened.bundle.signers}
    known = [issuer for issuer in trust.issuers if issuer.key.public_key in signers]
    if not known:
        return Answer("no", Message("none of the signers is in the trust file"))
    speaking = [issuer for issuer in known if issuer.may_speak(commitment.system, commitment.created)]
    if not speaking:
        message = Message(
            "{signer} is not trusted for {system} at that time",
            signer=known[0].key.key_id,
            system=commitment.system,
        )
        return Answer("no", message)
    unanchored = _required(trust, speaking, anchors)
    if unanchored is not None:
        return unanchored
    return Answer("yes", Message("trusted by your file as {signer}", signer=speaking[0].key.key_id))


def _required(trust: Trust, speaking: list[Issuer], anchors: Mapping[str, Anchor]) -> Answer | None:
    """What is wrong with the anchors that the trust file asks for, or None; the keys have to be trusted at their times as well."""
    missing = [name for name in trust.required if name not in anchors]
    if missing:
        return Answer(
            "no", Message("the trust file asks for an anchor that is missing: {what}", what=", ".join(missing))
        )
    for name in trust.required:
        anchor = anchors[name]
        if anchor.answer.outcome != "yes":
            return Answer("no", anchor.answer.reason)
        if anchor.at is not None and not any(issuer.in_time(anchor.at) for issuer in speaking):
            message = Message(
                "{signer} is not trusted at the time of the anchor: {time}",
                signer=speaking[0].key.key_id,
                time=anchor.at.strftime(TIME),
            )
            return Answer("no", message)
    return None


def _verdicts(
    opened: Opened, library: Library | None, library_digest: str | None
) -> tuple[Answer, dict[str, list[Difference]]]:
    assessments = opened.assessments
    if not assessments:
        return Answer("open", Message("not decided: no verdicts are opened")), {}
    if library is None:
        return Answer("open", Message("not decided: verdicts were not recomputed")), {}
    if opened.names_another_system:
        return Answer("no", Message("the opened leaf on the system names another one than the statement")), {}
    if any(leaf.elements != assessments[0].elements for leaf in assessments):
        return Answer("no", Message("the opened verdicts do not agree on which flows there are")), {}
    try:
        library = with_listed(library, assessments[0].elements)
        found = {leaf.market: differences(opened.commitment, opened.facts, leaf, library) for leaf in assessments}
    except ComityError as error:
        if library_digest == opened.commitment.library:
            return Answer("no", Message("the opened facts cannot be judged: {problem}", problem=error.message)), {}
        return _other_library(opened, library_digest), {}
    count = sum(len(leaf.verdicts) for leaf in assessments)
    if library_digest != opened.commitment.library:
        return _other_library(opened, library_digest), found
    wrong = sum(map(len, found.values()))
    if wrong:
        return Answer("no", Message("{wrong} of {count} verdicts do not follow", wrong=wrong, count=count)), found
    if not all(leaf.verdicts for leaf in assessments):
        return Answer("open", Message("not decided: there is a market without any verdict")), found
    return Answer("yes", Message("{count} verdicts recomputed, all as stated", count=count)), found


def _beside_the_question(opened: Opened, markets: Collection[str], on: date | None) -> Answer | None:
    """Why verdicts that follow do not answer what was asked: of another market, or of another day. None where they do.

    An issuer may choose a day on which no duty was in force yet; such verdicts follow and say nothing.
    """
    stated = {leaf.market: leaf.on for leaf in opened.assessments}
    missing = [market for market in markets if market not in stated]
    if missing:
        return Answer("open", Message("not decided: no verdicts are opened for {markets}", markets=", ".join(missing)))
    made = opened.commitment.created.date()
    for market, day in stated.items():
        if markets and market not in markets:
            continue
        if (abs(day - made) > ONE_DAY) if on is None else day != on:
            message = Message(
                "not decided: the verdicts for {market} are of {day}, but those of {wanted} were asked for",
                market=market,
                day=day.isoformat(),
                wanted=(on or made).isoformat(),
            )
            return Answer("open", message)
    return None


def _other_library(opened: Opened, library_digest: str | None) -> Answer:
    message = Message(
        "not decided: judged by the rules {stated}, but yours are {yours}",
        stated=opened.commitment.library[:12],
        yours=(library_digest or "?")[:12],
    )
    return Answer("open", message)
