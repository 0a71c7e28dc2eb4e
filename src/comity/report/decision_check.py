"""What `comity evidence decisions check` found: a table of questions and answers, or JSON (`comity/decision-check/1`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from comity.clauses.values import write_duration
from comity.evidence.decision_facts import coverage_of, is_kept, observations_of
from comity.language import Message
from comity.measures.intervals import exact_interval
from comity.report.blocks import Branch, Grid, Heading, Outline, Paragraph, Span, line, written
from comity.report.catalogue import as_json

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from comity.dossier.statements import MeasuredFact
    from comity.evidence.decision_check import Check
    from comity.report.blocks import Block

CHECK = "comity/decision-check/1"
_MOST = 20
_GOOD, _BAD, _OPEN = "met", "not_met", "unknown"

_HEAD_STATES = {
    "holds": (Message("the log begins with it"), _GOOD),
    "differs": (Message("the log does not begin with it: records were altered"), _BAD),
    "other_log": (Message("it is the head of another log"), _BAD),
    "beyond": (Message("the log has fewer records: its end was cut off"), _BAD),
    "forged": (Message("its signature does not fit"), _BAD),
    "open": (Message("cannot be told, the beginning of the log is not here"), _OPEN),
}
_KINDS = {
    "decision": Message("decisions"),
    "review": Message("reviews by people"),
    "outcome": Message("outcomes"),
    "incident": Message("incidents"),
    "report": Message("reports of incidents"),
    "event": Message("other events"),
}


class _Finding:
    """A row of the table: what was asked, the answer, how good that is."""

    def __init__(self, question: Message, answer: Message, role: str) -> None:
        self.question, self.answer, self.role = question, answer, role


def check_report(
    check: Check,
    facts: list[MeasuredFact],
    on: datetime,
    kept: timedelta | None,
    written_to: Path | None,
    language: str,
    form: str,
) -> str:
    """The check of a log.

    Args:
        check: what was found.
        facts: what it establishes.
        on: the time at which the age of the records is taken.
        kept: how long records are promised to be kept, or None.
        written_to: the file of the statement, or None.
        language: of the reader.
        form: `text` or `json`.
    """
    if form == "json":
        return _check_document(check, facts, on, written_to, language)
    return written(_check_blocks(check, facts, on, kept, written_to, language))


def _check_blocks(
    check: Check,
    facts: list[MeasuredFact],
    on: datetime,
    kept: timedelta | None,
    written_to: Path | None,
    language: str,
) -> list[Block]:
    def say(sentence: str, **values: object) -> str:
        return Message(sentence, **values).in_language(language)

    findings = [
        _chain(check),
        _end(check),
        _sealed(check),
        *_completeness(check),
        *_times(check),
        *_retention(check, on, kept),
    ]
    findings += _people(check)
    kinds = ", ".join(
        f"{_KINDS[kind].in_language(language)} {count:,}" for kind, count in check.decisions.kinds.items()
    )
    blocks: list[Block] = [
        Heading(line(say("Decision log {log}", log=check.chain.header.log)), 1),
        Paragraph(line(say("records: {count} ({kinds})", count=f"{check.records:,}", kinds=kinds or say("none")))),
        Grid(
            (say("question"), say("answer")),
            tuple(
                (line(one.question.in_language(language)), line(Span(one.answer.in_language(language), one.role)))
                for one in findings
            ),
            flexible=1,
        ),
    ]
    broken = [
        Branch(0, line(Span(str(one.place), "id"), ": ", one.reason.in_language(language)))
        for one in check.chain.broken[:_MOST]
    ]
    if check.chain.breaks > len(broken):
        broken.append(Branch(0, line(say("… and {count} more", count=check.chain.breaks - len(broken)))))
    blocks += [Outline(tuple(broken))] if broken else []
    blocks += _lost(check, language)
    if facts:
        blocks.append(Heading(line(say("Facts"))))
        blocks.append(Outline(tuple(_fact(fact, language) for fact in facts)))
    if written_to is not None:
        blocks.append(Paragraph(line(say("The statement is in {file}.", file=str(written_to)))))
    note = say("The chain shows what was altered, not that a record is true or that one was never written.")
    return [*blocks, Paragraph(line(Span(note, "dim")))]


def _chain(check: Check) -> _Finding:
    question = Message("Is the chain unbroken?")
    if check.chain.breaks:
        return _Finding(question, Message("no: broken in {count} places", count=check.chain.breaks), _BAD)
    if check.chain.first:
        number = check.chain.first
        return _Finding(
            question, Message("yes from record {number}; those before it are not here", number=number), _OPEN
        )
    return _Finding(question, Message("yes, from the header to the last record"), _GOOD)


def _end(check: Check) -> _Finding:
    question = Message("Is the last line whole?")
    if check.chain.torn is not None:
        count = check.chain.torn.size
        return _Finding(question, Message("no: {count} bytes of an unfinished record", count=count), _OPEN)
    if check.torn:
        return _Finding(
            question, Message("yes; {count} unfinished pieces were put aside", count=len(check.torn)), _OPEN
        )
    return _Finding(question, Message("yes"), _GOOD)


def _sealed(check: Check) -> _Finding:
    question = Message("How much is under a signed head?")
    bad = next((head for head in check.heads if head.state not in {"holds", "open"}), None)
    if bad is not None:
        state, role = _HEAD_STATES[bad.state]
        return _Finding(question, Message("{file}: {state}", file=bad.name, state=state), role)
    if not check.sealed:
        said = Message("nothing that you trust: the end could be cut off or written anew")
        return _Finding(question, said, _OPEN)
    signer = max(
        (head for head in check.heads if head.signer and head.state == "holds"), key=lambda head: head.size
    ).signer
    said = Message(
        "{count} of {size} records, by {signer}", count=f"{check.sealed:,}", size=f"{check.records:,}", signer=signer
    )
    return _Finding(question, said, _GOOD if check.sealed == check.records else _OPEN)


def _completeness(check: Check) -> list[_Finding]:
    question = Message("Is a record missing?")
    coverage = coverage_of(check)
    if coverage is None:
        said = Message("not known: no counter in the records and no list of requests to compare with")
        return [_Finding(question, said, _OPEN)]
    found, asked, _ = coverage
    low, high = exact_interval(found, asked)
    said = Message(
        "{found} of {asked} operations have one: {share} (95 % interval {low} to {high})",
        found=f"{found:,}",
        asked=f"{asked:,}",
        share=per_cent(found / asked),
        low=per_cent(low),
        high=per_cent(high),
    )
    rows = [_Finding(question, said, _GOOD if found == asked else _BAD)]
    extra = (0, 0) if check.requests is None else (check.requests.extra, check.requests.repeated)
    repeated = extra[1] + sum(numbers.repeated for numbers in check.counters.values())
    if extra[0] or repeated:
        said = Message(
            "{extra} decisions that the list does not have, {repeated} repeated", extra=extra[0], repeated=repeated
        )
        rows.append(_Finding(Message("Is one too many?"), said, _OPEN))
    return rows


def _times(check: Check) -> list[_Finding]:
    times = check.times
    if times.first is None or times.last is None:
        return []
    odd = times.clock_back or times.ahead
    said = Message(
        "clock set back {back} times, {ahead} later than recorded; {late} of {count} stand after a later one",
        back=times.clock_back,
        ahead=times.ahead,
        late=times.late,
        count=check.records,
    )
    rows = [_Finding(Message("Are the times in order?"), said, _BAD if odd else _GOOD)]
    if times.gap_after is not None:
        said = Message("{gap} after record {number}", gap=write_duration(times.longest_gap), number=times.gap_after)
        rows.append(_Finding(Message("Longest time without a record"), said, ""))
    return rows


def _retention(check: Check, on: datetime, kept: timedelta | None) -> list[_Finding]:
    age = observations_of(check, on)["kept_at_least"]
    if age is None:
        return []
    question = Message("How long are records kept?")
    if kept is None:
        return [_Finding(question, Message("at least {age} so far", age=age), "")]
    promised = write_duration(kept)
    if is_kept(check, on, kept):
        return [
            _Finding(
                question, Message("{promised} as promised; the oldest is {age} old", promised=promised, age=age), _GOOD
            )
        ]
    said = Message("{promised} cannot be shown yet; the oldest is {age} old", promised=promised, age=age)
    return [_Finding(question, said, _OPEN)]


def _people(check: Check) -> list[_Finding]:
    rows: list[_Finding] = []
    decisions, incidents = check.decisions, check.incidents.all()
    if decisions.executed:
        said = Message(
            "{count} of {size} decisions that were carried out", count=decisions.human_before, size=decisions.executed
        )
        rows.append(_Finding(Message("Did a person act before?"), said, ""))
    if incidents:
        told = [incident.first_report for incident in incidents if incident.first_report is not None]
        longest = write_duration(max(told)) if told else "-"
        said = Message(
            "{count} of {size} incidents; the longest first report took {longest}",
            count=len(told),
            size=len(incidents),
            longest=longest,
        )
        rows.append(_Finding(Message("Were incidents reported?"), said, _GOOD if len(told) == len(incidents) else _BAD))
    return rows


def _lost(check: Check, language: str) -> list[Block]:
    rows = [Branch(0, line(Span(name, "id"))) for name in ([] if check.requests is None else check.requests.lost())]
    for name, numbers in sorted(check.counters.items()):
        rows += [
            Branch(0, line(Span(name, "id"), f" {start:,}" if start == end else f" {start:,}-{end:,}"))
            for start, end in numbers.holes
        ]
    if not rows:
        return []
    title = Message("Without a record (the first ones)").in_language(language)
    return [Heading(line(title)), Outline(tuple(rows[:_MOST]))]


def _fact(fact: MeasuredFact, language: str) -> Branch:
    bases = {"observed": Message("observed"), "reported": Message("reported by the log about itself")}
    value = "; ".join(fact.value) if isinstance(fact.value, list) else str(fact.value)
    if isinstance(fact.value, bool):
        value = Message("yes").in_language(language) if fact.value else Message("no").in_language(language)
    count = "" if fact.count is None else f", n = {fact.count:,}"
    return Branch(0, line(Span(fact.fact, "id"), f" = {value} ({bases[fact.basis].in_language(language)}{count})"))


def _check_document(
    check: Check, facts: list[MeasuredFact], on: datetime, written_to: Path | None, language: str
) -> str:
    chain, requests, coverage = check.chain, check.requests, coverage_of(check)
    return as_json(
        CHECK,
        log=chain.header.log,
        on=on.isoformat(),
        records=check.records,
        kinds=dict(check.decisions.kinds),
        chain={
            "whole": chain.whole,
            "first": chain.first,
            "last": chain.last,
            "breaks": chain.breaks,
            "broken": [{"place": str(one.place), "reason": one.reason.in_language(language)} for one in chain.broken],
            "torn_bytes": 0 if chain.torn is None else chain.torn.size,
            "torn_pieces": check.torn,
        },
        heads=[head._asdict() for head in check.heads],
        sealed=check.sealed,
        coverage=None
        if coverage is None
        else {"found": coverage[0], "carried_out": coverage[1], "interval": exact_interval(coverage[0], coverage[1])},
        requests=None
        if requests is None
        else {
            "asked": len(requests.asked),
            "found": requests.found,
            "lost": requests.lost(),
            "extra": requests.extra,
            "repeated": requests.repeated,
        },
        counters=[
            {
                "name": name,
                "first": numbers.first,
                "last": numbers.last,
                "seen": numbers.seen,
                "missing": numbers.missing,
                "repeated": numbers.repeated,
                "holes": numbers.holes,
            }
            for name, numbers in sorted(check.counters.items())
        ],
        incidents=[
            {
                "id": one.id,
                "harm": one.harm,
                "aware": one.aware.isoformat(),
                "first_report": None if one.first_report is None else write_duration(one.first_report),
            }
            for one in check.incidents.all()
        ],
        holding=dict(check.decisions.holding),
        reasons=dict(check.decisions.reasons),
        acts=dict(check.decisions.acts),
        observations=observations_of(check, on),
        facts=msgspec.to_builtins(facts),
        written=None if written_to is None else str(written_to),
        exit_code=check.exit_code,
    )


def per_cent(share: float) -> str:
    """A share in per cent, with as many digits as tell it from all and nothing."""
    return f"{share:.2%}" if share in {0.0, 1.0} or 0.0001 <= share <= 0.9999 else f"{share:.6%}"
