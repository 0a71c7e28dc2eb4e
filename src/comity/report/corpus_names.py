"""What a corpus measure found, for readers: names of its figures, and rows of figures (a language each) as one line, the largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.language import Message

if TYPE_CHECKING:
    from comity.dossier.statements import Plain

MOST_SHOWN = 12

CORPUS_NAMES = {
    "documents": Message("documents"),
    "characters": Message("characters"),
    "bytes": Message("bytes in UTF-8"),
    "files": Message("files"),
    "files_of_other_kinds": Message("files of other kinds, not read"),
    "files_not_read_to_the_end": Message("files that could not be read to their end"),
    "files_not_read": Message("these files"),
    "records_skipped": Message("records left out"),
    "skipped.too_long": Message("left out: too long"),
    "skipped.not_utf_8": Message("left out: no UTF-8"),
    "skipped.not_json": Message("left out: no JSON"),
    "skipped.no_text": Message("left out: no such text in it"),
    "skipped.empty": Message("left out: empty"),
    "sources.documents": Message("documents by source"),
    "language_identified.documents": Message("documents, language identified"),
    "language_uncertain.documents": Message("documents, language uncertain"),
    "language_unknown.documents": Message("documents, language unknown"),
    "language_identified.characters": Message("characters, language identified"),
    "language_uncertain.characters": Message("characters, language uncertain"),
    "language_unknown.characters": Message("characters, language unknown"),
    "detectors_compared": Message("documents that two detectors gave a language"),
    "detectors_disagreed": Message("of these, given different ones"),
    "languages_identified": Message("languages identified"),
    "effective_languages.documents": Message("effective number of languages, by documents"),
    "effective_languages.characters": Message("effective number of languages, by characters"),
    "effective_languages.before": Message("effective number of languages before"),
    "effective_languages.after": Message("effective number of languages after"),
    "languages.documents": Message("languages by documents"),
    "languages.characters": Message("languages by characters"),
    "scripts.documents": Message("scripts by documents"),
    "scripts.characters": Message("scripts by letters"),
    "duplicates.exact": Message("documents that repeat an earlier one"),
    "duplicates.near": Message("documents that nearly repeat an earlier one"),
    "duplicates.near_compared": Message("documents long enough for that comparison"),
    "duplicates.complete": Message("all documents compared with all"),
    "patterns.email": Message("documents with e-mail addresses"),
    "patterns.ip": Message("documents with IP addresses"),
    "patterns.id.cn_resident": Message("documents with Chinese resident identity numbers"),
    "patterns.id.br_cpf": Message("documents with Brazilian CPF numbers"),
    "patterns.id.iban": Message("documents with account numbers (IBAN)"),
    "patterns.id.payment_card": Message("documents with numbers of payment cards"),
    "patterns.any": Message("documents with any of these"),
    "keywords": Message("words in the list"),
    "keywords.documents": Message("documents with words of the list, by category"),
    "keywords_any.documents": Message("documents with words of any category"),
    "reference.not_told_by_detectors": Message("languages of the reference that no detector knows"),
    "reference.total_variation.documents": Message("share that differs from the reference, by documents"),
    "reference.total_variation.characters": Message("share that differs from the reference, by characters"),
    "reference.jensen_shannon.documents": Message("divergence from the reference in bits, by documents"),
    "reference.jensen_shannon.characters": Message("divergence from the reference in bits, by characters"),
    "reference.gap_max.documents": Message("largest gap of a language to the reference, by documents"),
    "reference.gap_max.characters": Message("largest gap of a language to the reference, by characters"),
    "reference.widest.documents": Message("that language, by documents"),
    "reference.widest.characters": Message("that language, by characters"),
    "card.form": Message("form of the card"),
    "card.left_out": Message("named by the card, not read"),
    "card.left_out_count": Message("how many of these"),
    "card.declares_languages": Message("languages that the card declares"),
    "card.declares_licence": Message("licence that the card declares"),
    "card.languages_declared_not_found": Message("declared languages that no document was found in"),
    "card.languages_found_not_declared": Message("languages that were found and are not declared"),
    "card.files_with_another_digest": Message("files with another digest than the card says"),
    "drawn": Message("documents drawn"),
    "drawn_by.language": Message("drawn by language"),
    "drawn_by.source": Message("drawn by source"),
    "items_sha256": Message("digest of the items"),
    "items": Message("items judged"),
    "acceptable": Message("acceptable"),
    "harmful": Message("harmful"),
    "harmful_in": Message("harmful by source"),
    "sheets_not_read": Message("sheets of the workbook that were not read"),
    "mix.share": Message("shares there are"),
    "mix.weight": Message("weights to draw with"),
    "mix.epochs": Message("how often each is repeated"),
    "mix.drawn": Message("drawn in all"),
}

_WHOLES = {
    "languages.documents": "documents",
    "languages.characters": "characters",
    "scripts.documents": "documents",
    "sources.documents": "documents",
    "keywords.documents": "documents",
    "drawn_by.language": "drawn",
    "drawn_by.source": "drawn",
}
"""Rows of counts, and the figure that they are parts of."""

_OF_THEIR_SUM = frozenset(("scripts.characters",))
_SHARES = frozenset(("mix.share", "mix.weight"))
_AS_THEY_ARE = frozenset(("mix.epochs", "harmful_in"))
ROWS = frozenset(_WHOLES) | _OF_THEIR_SUM | _SHARES | _AS_THEY_ARE


def in_rows(observations: dict[str, Plain | None], language: str) -> dict[str, Plain | None]:
    """The same findings, with each row of figures as one text in the place of its first."""
    rows: dict[str, dict[str, Plain]] = {}
    for name, value in observations.items():
        row = _row_of(name)
        if row is not None and value is not None:
            rows.setdefault(row, {})[name.removeprefix(f"{row}.")] = value
    found: dict[str, Plain | None] = {}
    for name, value in observations.items():
        row = _row_of(name)
        if row is None:
            found[name] = value
        elif row in rows and row not in found:
            found[row] = _said(row, rows[row], observations, language)
    return found


def _row_of(name: str) -> str | None:
    parts = name.split(".")
    return next((row for row in (".".join(parts[:2]), parts[0]) if row in ROWS and name != row), None)


def _said(row: str, values: dict[str, Plain], observations: dict[str, Plain | None], language: str) -> str:
    whole = observations.get(_WHOLES.get(row, ""))
    if row in _OF_THEIR_SUM:
        whole = sum(value for value in values.values() if isinstance(value, int))
    texts = [f"{name} {_figure(row, value, whole)}" for name, value in values.items()]
    if len(texts) > MOST_SHOWN:
        more = Message("and {count} more", count=f"{len(texts) - MOST_SHOWN:,}").in_language(language)
        texts = [*texts[:MOST_SHOWN], more]
    return "; ".join(texts)


def _figure(row: str, value: Plain, whole: Plain | None) -> str:
    if isinstance(value, str | list | bool):
        return str(value)
    if row in _AS_THEY_ARE:
        return f"{value:.3g}"
    share = value if row in _SHARES else value / whole if isinstance(whole, int | float) and whole else None
    return f"{value:,}" if share is None else f"{share * 100:.3g} %"
