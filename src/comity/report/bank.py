"""A question bank for a terminal or as JSON: the measurement, and what the bank lacks of each clause that asks about it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from comity.language import Message, translate
from comity.report.measurement import measurement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from comity.clauses.tree import Value
    from comity.dossier.statements import Statement
    from comity.measures.dialogue_bank_facts import ClauseOnBank, Wanted


def bank_report(
    statement: Statement, written: Path | None, clauses: Iterable[ClauseOnBank], language: str, form: str
) -> str:
    """The report; see `measurement`. In JSON, `clauses` stand beside the statement."""
    text = measurement(statement, written, language, form)
    if form == "json":
        return json.dumps(
            json.loads(text) | {"clauses": [_as_json(entry) for entry in clauses]}, ensure_ascii=False, indent=2
        )
    return f"{text}\n\n" + "\n".join(_lines(tuple(clauses), language))


def _as_json(entry: ClauseOnBank) -> dict[str, object]:
    return {
        "id": entry.clause.full_id,
        "holds": entry.holds,
        "lacks": [{"fact": lack.fact, "found": _plain(lack.found), "wanted": lack.wanted} for lack in entry.lacks],
        "missing": [{"fact": fact, "reason": reason.template} for fact, reason in entry.missing],
    }


def _lines(clauses: tuple[ClauseOnBank, ...], language: str) -> Iterable[str]:
    yield translate("What clauses ask of the bank, if they apply to the system", language)
    if not clauses:
        yield f"  {translate('none', language)}"
    words = {True: Message("enough"), False: Message("lacking"), None: Message("open")}
    for entry in clauses:
        title = entry.clause.title.get(language, entry.clause.title["en"])
        yield f"  {words[entry.holds].in_language(language)}: {title}"
        yield f"      {entry.clause.full_id}"
        for lack in entry.lacks:
            yield f"      {_lack(lack).in_language(language)}"
        for fact, reason in entry.missing:
            yield f"      {Message('{fact} is not known: {reason}', fact=fact, reason=reason).in_language(language)}"


def _lack(lack: Wanted) -> Message:
    found = _plain(lack.found)
    shown = ", ".join(found) if isinstance(found, list) else found
    return Message("{fact} is {found}, wanted: {wanted}", fact=lack.fact, found=shown, wanted=lack.wanted)


def _plain(value: Value) -> object:
    match value:
        case frozenset():
            return sorted(value)
        case timedelta():
            return f"{value / timedelta(hours=1):g}h"
        case bool() | int() | float() | str():
            return value
        case _:
            return str(value)
