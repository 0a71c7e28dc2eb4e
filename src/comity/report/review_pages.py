"""The review sheet as Markdown and as one HTML page that can be filled in, printed and kept.

The page has boxes and fields, and neither script nor address to send to: what a reviewer writes stays with the reviewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity import __version__
from comity.language import Message
from comity.report.html import LANGUAGE_TAGS
from comity.report.library_words import ORIENTATION_NAMES, until
from comity.report.templating import asset, environment, policy
from comity.report.words import FORCE_NAMES, STATUS_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.report.formula_words import Saying
    from comity.report.library_review import ReviewView, Sheet

ANSWERS = (Message("agree"), Message("agree with changes"), Message("disagree"))
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
"""Languages as they call themselves."""


def review_as_html(view: ReviewView) -> str:
    """The sheet as one page; the same review always gives the same bytes."""
    style = asset("assessment.css") + asset("review.css")
    words = view.words
    page = {
        "view": view,
        "words": words,
        "say": words.say,
        "answers": [words.name(answer) for answer in ANSWERS],
        "about": list(_about(view)),
        "names": LANGUAGE_NAMES,
        "tags": LANGUAGE_TAGS,
        "language_tag": LANGUAGE_TAGS.get(words.language, words.language),
        "version": __version__,
        "style": style,
        "policy": policy(style, ""),
    }
    return environment().get_template("review.html.j2").render(page)


def _about(view: ReviewView) -> Iterator[tuple[str, str]]:
    """What the head says of the standard."""
    words, standard = view.words, view.found.standard
    say = words.say
    yield say("id"), standard.id
    yield say("jurisdiction"), words.text(view.found.library.jurisdictions[standard.jurisdiction].title)
    yield say("force"), words.name(FORCE_NAMES[standard.force])
    yield say("status"), words.name(STATUS_NAMES[standard.status])
    yield say("orientation"), words.separator.join(words.name(ORIENTATION_NAMES[name]) for name in standard.orientation)
    yield say("version"), standard.version
    for phase in standard.in_force:
        yield say("dates in force"), until(phase, words)
    yield say("as of"), standard.as_of.isoformat()
    yield say("clauses"), str(len(view.clauses))


def review_as_markdown(view: ReviewView) -> str:
    """The sheet as CommonMark with tables; the languages are its columns."""
    return "\n".join(_markdown(view)) + "\n"


def _markdown(view: ReviewView) -> Iterator[str]:
    words = view.words
    say = words.say
    title = " / ".join(_escaped(text) for _, text in view.titles)
    yield f"# {say('Review sheet')}: {title}"
    yield ""
    yield from (f"- **{_escaped(name)}**: {_escaped(text)}" for name, text in _about(view))
    yield from (
        f"- **{say('source')}**: [{_escaped(entry.title)}]({entry.url})" for entry in view.found.standard.sources
    )
    yield f"- **{say('reviewer')}**: ________________  **{say('date')}**: ____________"
    yield ""
    yield say("For each clause: read the source, then say whether citation, text, formulas and examples agree with it.")
    yield from _table(view.head, view)
    for number, sheet in enumerate(view.clauses, start=1):
        yield from _sheet(f"{number}. {sheet.cite}", sheet, view)
    if view.definitions:
        yield from ("", f"## {say('Definitions that the formulas name')}")
    for sheet in view.definitions:
        yield from _sheet(sheet.cite, sheet, view, level=3)
    if view.omissions:
        yield from ("", f"## {say('Not encoded')}", "", *_omissions(view))
    yield from ("", say("Comity gives information, not legal advice."))


def _sheet(title: str, sheet: Sheet, view: ReviewView, level: int = 2) -> Iterator[str]:
    say = view.words.say
    yield from ("", f"{'#' * level} {_escaped(title)}: {' / '.join(_escaped(text) for _, text in sheet.titles)}", "")
    yield f"`{sheet.id}`" + "".join(f" · {_escaped(name)}: {_escaped(text)}" for name, text in sheet.about)
    yield from _table(sheet, view)
    for formula in sheet.formulas:
        yield from ("", f"{_escaped(formula.name)}:", "", "```", formula.text, "```")
    if sheet.examples:
        yield from ("", f"{say('examples ({count})', count=len(sheet.examples))}:", "")
    if sheet.shared_facts:
        yield f"- {say('in all of them')}: `{{{sheet.shared_facts}}}`"
    for example in sheet.examples:
        failed = (
            f" **{_escaped(say('the formulas say {found}', found=example.otherwise))}**" if example.otherwise else ""
        )
        yield f"- **{example.said}**{failed} `{{{example.facts}}}`"
    boxes = "   ".join(f"[ ] {view.words.name(answer)}" for answer in ANSWERS)
    yield from ("", f"{say('review')}: {boxes}", "", f"{say('comment')}: ________________________________________")


def _table(sheet: Sheet, view: ReviewView) -> Iterator[str]:
    heads = [LANGUAGE_NAMES.get(language, language) for language in view.languages]
    yield from ("", f"|  | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}")
    for row in sheet.rows:
        cells = [_cell(column) for column in row.columns]
        yield f"| **{_escaped(row.name)}** | {' | '.join(cells)} |"


def _cell(column: str | Saying) -> str:
    """A text, or a formula with its members on lines of their own."""
    return _escaped(column) if isinstance(column, str) else "<br>".join(_lines(column, 0))


def _lines(formula: Saying, depth: int) -> Iterator[str]:
    lead = "&emsp;" * max(0, depth - 1) + ("• " if depth else "")
    yield f"{lead}{_escaped(formula.text)}"
    for part in formula.parts:
        yield from _lines(part, depth + 1)


def _omissions(view: ReviewView) -> Iterator[str]:
    heads = [LANGUAGE_NAMES.get(language, language) for language in view.languages]
    yield f"| {view.words.say('provision')} | {' | '.join(heads)} | {view.words.say('review')} |"
    yield f"| --- |{' --- |' * len(heads)} --- |"
    for cite, texts in view.omissions:
        yield f"| {_escaped(cite)} | {' | '.join(_escaped(text) for _, text in texts)} | [ ] |"


def _escaped(text: str) -> str:
    folded = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in folded)
