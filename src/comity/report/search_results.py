"""What a search found: the best of each kind, with the line that speaks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.language import Message
from comity.library.model import Clause, FactDefinition, NamedFormula, Role, Standard
from comity.questions.search import folded
from comity.report.blocks import Branch, Heading, Outline, Paragraph, Span, line
from comity.report.library_words import kind_of

if TYPE_CHECKING:
    from comity.library.model import Text
    from comity.questions.browse import Entry
    from comity.questions.search import Hit
    from comity.report.blocks import Block
    from comity.report.words import Words

HEADINGS = {
    "clause": Message("Clauses ({count})"),
    "fact": Message("Facts ({count})"),
    "definition": Message("Definitions ({count})"),
    "standard": Message("Standards ({count})"),
    "role": Message("Roles ({count})"),
    "topic": Message("Topics ({count})"),
    "jurisdiction": Message("Jurisdictions ({count})"),
}


def results_document(hits: list[Hit], language: str) -> list[dict[str, Any]]:
    """The hits as plain data, the best first."""
    return [
        {
            "kind": kind_of(hit.entry),
            "id": hit.identifier,
            "title": hit.entry.title,
            "text": _text(hit.entry).get(language) or _text(hit.entry).get("en"),
            "score": hit.score,
        }
        for hit in hits
    ]


def results_page(hits: list[Hit], wanted: list[str], words: Words, limit: int) -> list[Block]:
    """The hits by kind, kinds with the best hit first."""
    if not hits:
        said = words.say("nothing speaks of: {words}", words=" ".join(wanted)[:200])
        return [Paragraph(line(said))]
    blocks: list[Block] = []
    for kind in dict.fromkeys(kind_of(hit.entry) for hit in hits):
        of_kind = [hit for hit in hits if kind_of(hit.entry) == kind]
        blocks.append(Heading(line(words.say(HEADINGS[kind].template, count=len(of_kind)))))
        shown = of_kind[:limit] if limit else of_kind
        rows = [_row(hit, wanted, words) for hit in shown]
        if len(shown) < len(of_kind):
            more = words.say("… and {count} more; --limit 0 lists all", count=len(of_kind) - len(shown))
            rows.append(Branch(0, line(Span(more, "dim"))))
        blocks.append(Outline(tuple(rows)))
    return blocks


def _row(hit: Hit, wanted: list[str], words: Words) -> Branch:
    entry = hit.entry
    cite = f"  {entry.cite}" if isinstance(entry, Clause | NamedFormula) else ""
    head = line(
        Span(words.text(entry.title) or hit.identifier, "strong"), "  ", Span(hit.identifier, "id"), Span(cite, "dim")
    )
    text = _speaking(_text(entry), wanted, words)
    return Branch(0, head, (line(text),) if text else ())


def _text(entry: Entry) -> Text:
    match entry:
        case Clause(text=text):
            return text
        case FactDefinition(definition=text) | Role(definition=text):
            return text
        case Standard(publisher=text):
            return text
        case NamedFormula(note=text):
            return text or {}
    return {}


def _speaking(text: Text, wanted: list[str], words: Words) -> str:
    """The text in the reader's language; but the one in which the words occur, where they occur in that one only."""
    if not text:
        return ""
    parts = [folded(part) for word in wanted for part in word.split()]
    own = words.text(text)
    if any(part in folded(own) for part in parts):
        return own
    return next((other for other in text.values() if any(part in folded(other) for part in parts)), own)
