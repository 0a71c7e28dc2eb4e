"""What `comity evidence` says: the four answers on a bundle, for a terminal and as JSON (`comity/verification/1`)."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.evidence.bundle import TIME, read_commitment
from comity.evidence.leaves import BASES, VERDICTS
from comity.evidence.strict_json import decode
from comity.language import Message, clean, translate
from comity.report.blocks import Branch, Grid, Heading, Outline, Paragraph, Span, line, written
from comity.report.words import VERDICT_NAMES, Words

if TYPE_CHECKING:
    from pathlib import Path

    from comity.evidence.answer import Answer
    from comity.evidence.bundle import Bundle
    from comity.evidence.keys import VerifierKey
    from comity.evidence.leaves import AssessmentLeaf
    from comity.evidence.signed_statement import StatementVerification
    from comity.evidence.verification import Verification
    from comity.library.loader import Library
    from comity.report.blocks import Block

SCHEMA = "comity/verification/1"

_QUESTIONS = {
    "signature": Message("Is the signature valid?"),
    "issuer": Message("Do you trust the issuer?"),
    "log": Message("In a log that you named?"),
    "timestamp": Message("Timestamped by whom you named?"),
    "verdicts": Message("Do the verdicts follow?"),
    "measurement": Message("Measured again?"),
    "preregistration": Message("Promised before it was measured?"),
}
_OUTCOMES = {"yes": Message("yes"), "no": Message("no"), "open": Message("open")}
_ROLES = {"yes": "met", "no": "not_met", "open": "unknown"}
_MOST = 20


def verification(
    found: Verification, registered: Answer | None, code: int, library: Library, language: str, form: str
) -> str:
    """The answers on a bundle.

    Args:
        found: the four answers, and those on anchors.
        registered: the answer on a promise that was held against it, or None.
        code: what the command ends with.
        library: the verifier's rules.
        language: of the reader.
        form: `text` or `json`.
    """
    answers = {
        "signature": found.signature,
        "issuer": found.issuer,
        **found.anchors,
        "verdicts": found.verdicts,
        "measurement": found.measurement,
    }
    if registered is not None:
        answers["preregistration"] = registered
    if form == "json":
        return _document(found, answers, code, language)
    return written(_blocks(found, answers, Words(library, language)))


def _blocks(found: Verification, answers: dict[str, Answer], words: Words) -> list[Block]:
    commitment = found.opened.commitment
    opened = len(found.opened.leaves)
    blocks: list[Block] = [
        Heading(
            line(
                words.say("Bundle on {system} {version}", system=commitment.system, version=_flat(commitment.version))
            ),
            1,
        ),
        Paragraph(
            line(
                words.say(
                    "made {created} by {evaluator}; {opened} of {size} leaves are opened",
                    created=commitment.created.strftime(TIME),
                    evaluator=_flat(commitment.evaluator),
                    opened=opened,
                    size=commitment.size,
                )
            )
        ),
        Grid(
            (words.say("question"), words.say("answer"), words.say("why")),
            tuple(
                (
                    line(words.name(_QUESTIONS[name])),
                    line(Span(words.name(_OUTCOMES[answer.outcome]), _ROLES[answer.outcome])),
                    line(_flat(words.name(answer.reason))),
                )
                for name, answer in answers.items()
            ),
            flexible=2,
        ),
    ]
    for leaf in found.opened.assessments:
        counts = Counter(leaf.verdicts.values())
        said = words.say(
            "Verdicts stated for {market} on {day}: met {met}, not met {not_met}, unknown {unknown}, not applicable {not_applicable}",
            market=leaf.market,
            day=leaf.on.isoformat(),
            **{verdict: counts[verdict] for verdict in VERDICTS},
        )
        blocks.append(Paragraph(line(said)))
        blocks += _listed(leaf, words)
        blocks += _differing(found, leaf.market, words)
    blocks += _bases(found, words)
    blocks.append(
        Paragraph(
            line(
                Span(
                    words.say(
                        "A bundle says nothing about what it does not open; a signature shows who said it, not that it is true."
                    ),
                    "dim",
                )
            )
        )
    )
    return blocks


def _listed(leaf: AssessmentLeaf, words: Words) -> list[Block]:
    """What the issuer says that there is of each collection: a flow that it leaves out has no verdict."""
    return [
        Paragraph(
            line(
                words.say(
                    "Flows that the issuer lists: {count} ({ids})",
                    count=len(ids),
                    ids=(", ".join(ids[:_MOST]) + (", …" if len(ids) > _MOST else "")) or "-",
                )
            )
        )
        for collection, ids in leaf.elements.items()
        if collection == "flow"
    ]


def _bases(found: Verification, words: Words) -> list[Block]:
    """How many of the opened facts rest on whose word."""
    counts = Counter(leaf.basis for leaf in found.opened.facts)
    if not counts:
        return []
    said = words.say(
        "Opened facts, says the issuer: {observed} observed, {reported} reported by artefacts, {declared} declared, {inferred} inferred",
        **{basis: counts[basis] for basis in BASES},
    )
    return [Paragraph(line(said))]


def _differing(found: Verification, market: str, words: Words) -> list[Block]:
    wrong = found.differences.get(market, [])
    rows = [
        Branch(
            0,
            line(
                Span(one.clause, "id"),
                words.say(
                    ": stated {stated}, found {found}",
                    stated=_verdict(one.stated, words),
                    found=_verdict(one.found, words),
                ),
            ),
        )
        for one in wrong[:_MOST]
    ]
    if len(wrong) > _MOST:
        rows.append(Branch(0, line(words.say("… and {count} more", count=len(wrong) - _MOST))))
    return [Outline(tuple(rows))] if rows else []


def _verdict(verdict: str | None, words: Words) -> str:
    return words.name(VERDICT_NAMES[verdict]) if verdict in VERDICT_NAMES else "-"


def _document(found: Verification, answers: dict[str, Answer], code: int, language: str) -> str:
    commitment = found.opened.commitment
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "comity_version": __version__,
        "system": {"id": commitment.system, "version": commitment.version},
        "created": commitment.created.strftime(TIME),
        "expires": None if commitment.expires is None else commitment.expires.strftime(TIME),
        "evaluator": commitment.evaluator,
        "library": commitment.library,
        "signers": [signer.key_id for signer in found.opened.bundle.signers],
        "opened": len(found.opened.leaves),
        "size": commitment.size,
        "answers": {
            name: {"outcome": answer.outcome, "reason": answer.reason.in_language(language)}
            for name, answer in answers.items()
        },
        "assessments": [
            {
                "market": leaf.market,
                "on": leaf.on.isoformat(),
                "verdicts": leaf.verdicts,
                "elements": {collection: list(ids) for collection, ids in leaf.elements.items()},
            }
            for leaf in found.opened.assessments
        ],
        "facts": [
            leaf.document() for leaf in sorted(found.opened.facts, key=lambda leaf: (leaf.fact, leaf.market or ""))
        ],
        "differences": [
            {"market": market, "clause": one.clause, "stated": one.stated, "found": one.found}
            for market, wrong in sorted(found.differences.items())
            for one in wrong
        ],
        "exit_code": code,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def statement_verification(found: StatementVerification, language: str, form: str) -> str:
    """The two answers on a signed statement."""
    predicate = found.statement.predicate
    answers = {"signature": found.signature, "issuer": found.issuer}
    if form == "json":
        return json.dumps(
            {
                "schema": "comity/statement-verification/1",
                "comity_version": __version__,
                "measure": predicate.measure,
                "artefacts": [artefact.name for artefact in found.statement.subject],
                "answers": {
                    name: {"outcome": answer.outcome, "reason": answer.reason.in_language(language)}
                    for name, answer in answers.items()
                },
                "exit_code": found.exit_code,
            },
            ensure_ascii=False,
            indent=1,
        )
    said = Message(
        "Statement of the measure {measure} on {artefacts}, {day}",
        measure=predicate.measure,
        artefacts=", ".join(artefact.name for artefact in found.statement.subject),
        day=predicate.measured_on.isoformat(),
    )
    rows = [
        f"{_QUESTIONS[name].in_language(language)} {_OUTCOMES[answer.outcome].in_language(language)}: {answer.reason.in_language(language)}"
        for name, answer in answers.items()
    ]
    return "\n".join(clean(_flat(text)) for text in (said.in_language(language), *rows))


def _flat(text: str) -> str:
    """A text in one line: what the signer wrote must not look like a line of the report."""
    return " ".join(text.split())


def key_made(key: VerifierKey, secret: Path, public: Path, language: str) -> str:
    """What `keygen` made, and what to do with it."""
    return "\n".join(
        (
            translate("secret key: {file} (keep it; whoever has it speaks in your name)", language).format(file=secret),
            translate("public key: {file}; others put this line in their trust file:", language).format(file=public),
            f"  {key}",
        )
    )


def bundle_made(bundle: Bundle, language: str) -> str:
    """What `bundle` committed to."""
    commitment = read_commitment(bundle.envelope.payload)
    return Message(
        "committed to {count} leaves on {system}; the file opens all of them, so keep it to yourself and hand on what disclose makes of it",
        count=commitment.size,
        system=commitment.system,
    ).in_language(language)


def bundle_disclosed(bundle: Bundle, size: int, language: str) -> str:
    """What `disclose` left open."""
    message = Message("{opened} of {size} leaves are opened", opened=len(bundle.disclosures), size=size)
    return message.in_language(language)


def preregistered(made: bytes, path: Path, language: str) -> str:
    """What `preregister` promised, and its digest."""
    from hashlib import sha256

    predicate = decode(made, Message("promise"))["predicate"]
    return Message(
        "promised: {fact} {bar}; {file} has the SHA-256 {digest}",
        fact=predicate["fact"],
        bar=predicate["bar"],
        file=str(path),
        digest=sha256(made).hexdigest(),
    ).in_language(language)
