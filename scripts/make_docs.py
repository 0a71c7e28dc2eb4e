"""Write the pages of the documentation that come from the library: coverage, topics and the reference of facts.

`python scripts/make_docs.py` writes them; with `--check` it only says which are out of date (exit code 1).
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from topic_pages import topic_pages

from comity.language import LANGUAGES, Message
from comity.library.loader import Library, load_library
from comity.library.model import Clause, Standard
from comity.report.words import FORCE_NAMES, GRADE_NAMES, MODALITY_NAMES, STATUS_NAMES, Words

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
WRITTEN_BY = {
    "en": "<!-- Written by scripts/make_docs.py from the library; do not edit. -->",
    "zh": "<!-- 由 scripts/make_docs.py 根据标准库生成，请勿手工修改。 -->",
}


def main() -> int:
    """Write or check every generated page."""
    library = load_library()
    stale = []
    for language in LANGUAGES:
        suffix = "" if language == "en" else f".{language}"
        for name, text in pages(library, language).items():
            path = DOCS / f"{name}{suffix}.md"
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(str(path.relative_to(ROOT)))
            if "--check" not in sys.argv:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    sys.stdout.write("".join(f"{path}\n" for path in stale))
    return 1 if stale and "--check" in sys.argv else 0


def pages(library: Library, language: str) -> dict[str, str]:
    """Every generated page by name."""
    words = Words(library, language)
    return {
        "coverage": coverage(library, words),
        "reference/facts": facts(library, words),
        **topic_pages(library, words, WRITTEN_BY[language]),
    }


def coverage(library: Library, words: Words) -> str:
    """Every provision of every standard: the clause that it became, or the reason why it became none."""
    say = words.say
    lines = [WRITTEN_BY[words.language], f"# {say('Coverage')}", ""]
    lines.append(
        say(
            "What of each law and standard the library holds: every provision is a clause, or is listed with the reason why not. "
            "Texts are in our own words; the official texts prevail."
        )
    )
    for standard in library.data.standards:
        lines += ["", f"## {words.text(standard.title)}", "", *_standard(standard, words)]
    lines += ["", f"## {say('Definitions')}", "", *_definitions(library, words)]
    return "\n".join(lines) + "\n"


def _standard(standard: Standard, words: Words) -> list[str]:
    say = words.say
    grades = Counter(clause.checked.against for clause in standard.clauses)
    graded = "; ".join(f"{words.name(GRADE_NAMES[grade])}: {count}" for grade, count in sorted(grades.items()))
    undecidable = sum(clause.unknowable for clause in standard.clauses)
    links = words.separator.join(f"[{source.title}]({source.url})" for source in standard.sources)
    about = [
        f"- `{standard.id}`",
        f"- {words.name(FORCE_NAMES[standard.force])}{words.separator}{words.name(STATUS_NAMES[standard.status])}",
        f"- {say('clauses: {count}', count=len(standard.clauses))} ({graded})",
        *([f"- {say('clauses that nothing can decide: {count}', count=undecidable)}"] if undecidable else []),
        f"- {say('text last checked on {day}', day=standard.as_of.isoformat())}",
        f"- {say('sources')}: {links}",
    ]
    head = [say("provision"), say("clause"), say("title"), say("force of the duty"), say("checked")]
    lines = [*about, "", _row(head), _row(["---"] * len(head))]
    lines += [_row(_clause(clause, words)) for clause in standard.clauses]
    if standard.not_encoded:
        lines += ["", f"**{say('Not encoded')}**", "", _row([say("provision"), say("reason")]), _row(["---", "---"])]
        lines += [_row([omission.cite, words.text(omission.reason)]) for omission in standard.not_encoded]
    return lines


def _definitions(library: Library, words: Words) -> list[str]:
    """Provisions that only say what a word means: they became named formulas that the clauses use."""
    say = words.say
    lines = [
        say(
            "Provisions that say what a word means are named formulas, which clauses use and reports show with their citation."
        ),
        "",
    ]
    head = [say("provision"), say("definition"), say("title")]
    lines += [_row(head), _row(["---"] * len(head))]
    return lines + [
        _row([entry.cite, f"`{entry.id}`", words.text(entry.title)])
        for entry in library.vocabulary.named_formulas.values()
    ]


def _clause(clause: Clause, words: Words) -> list[str]:
    return [
        clause.cite,
        f"`{clause.id}`",
        words.text(clause.title),
        words.name(MODALITY_NAMES[clause.modality])
        + (f" ({words.say('nothing can decide it')})" if clause.unknowable else ""),
        words.name(Message(clause.checked.against)),
    ]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def facts(library: Library, words: Words) -> str:
    """Every fact by topic: its meaning, its type, and which countries' clauses read it."""
    say = words.say
    users: dict[str, Counter[str]] = {}
    for clause in library.clauses.values():
        for fact in clause.facts:
            users.setdefault(fact, Counter())[clause.jurisdiction] += 1
    lines = [WRITTEN_BY[words.language], f"# {say('Facts')}", ""]
    lines.append(
        say("A fact is one typed question with one meaning in all jurisdictions. Clauses are formulas over them.")
    )
    for topic in library.topics.values():
        of_topic = [entry for entry in library.data.facts if entry.topic == topic.id and entry.id in users]
        if not of_topic:
            continue
        lines += ["", f"## {words.text(topic.title)}", ""]
        head = [say("fact"), say("type"), say("meaning"), say("clauses")]
        lines += [_row(head), _row(["---"] * len(head))]
        for entry in of_topic:
            used = words.separator.join(
                f"{jurisdiction} {count}" for jurisdiction, count in sorted(users[entry.id].items())
            )
            kind = (
                f"{entry.type.kind.value} ({entry.unit})"
                if entry.unit and words.language == "en"
                else entry.type.kind.value
            )
            meaning = f"**{words.text(entry.title)}.** {words.text(entry.definition)}"
            lines.append(_row([f"`{entry.id}`", kind, meaning, used]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
