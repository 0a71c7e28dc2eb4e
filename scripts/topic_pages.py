"""The pages of the documentation about topics: their facts, who asks most, and the clauses that touch them."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from comity.language import Message
from comity.library.loader import Library
from comity.library.model import Clause, FactDefinition, Topic
from comity.questions.bounds import Bound, Ranking, rankings
from comity.report.words import MODALITY_NAMES, Words

SIDES = {"most": Message("not more than"), "least": Message("not less than")}
STRICTEST = {"most": Message("smallest bound asked by"), "least": Message("largest bound asked by")}


def topic_pages(library: Library, words: Words, written_by: str) -> dict[str, str]:
    """Every page about a topic, and the index of them, by name."""
    pages = {f"topics/{topic.id}": _page(topic, library, words, written_by) for topic in library.data.topics}
    return {"topics/index": _index(library, words, written_by), **pages}


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines]


def link(title: str, page: str, words: Words) -> str:
    """A link to another page in the same language."""
    suffix = "" if words.language == "en" else f".{words.language}"
    return f"[{title}]({page}{suffix}.md)"


def _index(library: Library, words: Words, written_by: str) -> str:
    say = words.say
    lines = [written_by, f"# {say('Topics')}", ""]
    lines.append(
        say(
            "What the rules of the world speak of, topic by topic: the facts, who asks most of each number, and every "
            "clause that touches them. All of it is computed from the library."
        )
    )
    rows = []
    for topic in library.data.topics:
        clauses = _touching(topic, library)
        countries = {clause.jurisdiction for clause in clauses}
        facts = _facts(topic, library)
        title = link(words.text(topic.title), topic.id, words)
        rows.append([title, str(len(facts)), str(len(clauses)), str(len(countries))])
    head = [say("topic"), say("facts"), say("clauses"), say("jurisdictions")]
    lines += ["", *table(head, rows), "", f"{link(say('Coverage'), '../coverage', words)}"]
    return "\n".join(lines) + "\n"


def _page(topic: Topic, library: Library, words: Words, written_by: str) -> str:
    say = words.say
    facts, clauses = _facts(topic, library), _touching(topic, library)
    countries = [entry for entry in library.data.jurisdictions if any(c.jurisdiction == entry.id for c in clauses)]
    lines = [written_by, f"# {words.text(topic.title)}", ""]
    lines.append(
        say(
            "facts: {facts}; clauses that touch them: {clauses}; jurisdictions: {countries}.",
            facts=len(facts),
            clauses=len(clauses),
            countries=len(countries),
        )
    )
    lines += ["", f"## {say('Facts')}", "", *_fact_table(facts, library, words)]
    lines += ["", f"## {say('Who asks most')}", "", *_strictest(facts, library, words)]
    lines += ["", f"## {say('Clauses')}", ""]
    lines.append(
        say(
            "Clauses under this topic, and clauses elsewhere that require something of its facts. {coverage} lists every "
            "provision with its source.",
            coverage=link(say("Coverage"), "../coverage", words),
        )
    )
    for country in countries:
        own = [clause for clause in clauses if clause.jurisdiction == country.id]
        lines += ["", f"### {words.text(country.title)} ({len(own)})", ""]
        head = [say("clause"), say("provision"), say("title"), say("force of the duty")]
        lines += table(head, [_clause_row(clause, words) for clause in own])
    return "\n".join(lines) + "\n"


def _facts(topic: Topic, library: Library) -> list[FactDefinition]:
    return [fact for fact in library.data.facts if fact.topic == topic.id]


def _touching(topic: Topic, library: Library) -> list[Clause]:
    """Clauses under a topic, and those that require something of a fact of it."""
    own = {fact.id for fact in _facts(topic, library)}
    return [
        clause
        for clause in library.clauses.values()
        if clause.topic == topic.id or not own.isdisjoint(clause.require.facts)
    ]


def _fact_table(facts: list[FactDefinition], library: Library, words: Words) -> list[str]:
    say = words.say
    users: dict[str, Counter[str]] = {fact.id: Counter() for fact in facts}
    for clause in library.clauses.values():
        for read in clause.facts & users.keys():
            users[read][clause.jurisdiction] += 1
    rows = []
    for fact in facts:
        unit = f" ({fact.unit})" if fact.unit and words.language == "en" else ""
        used = words.separator.join(f"{country} {count}" for country, count in sorted(users[fact.id].items()))
        meaning = f"**{words.text(fact.title)}**"
        rows.append([f"`{fact.id}`", f"{fact.type.kind.value}{unit}", meaning, used or say("no clause yet")])
    return table([say("fact"), say("type"), say("meaning"), say("clauses that read it")], rows)


def _strictest(facts: list[FactDefinition], library: Library, words: Words) -> list[str]:
    """The bounds of every number, duration and date, the strictest first."""
    say = words.say
    ranked = rankings(library, [fact.id for fact in facts])
    if not ranked:
        return [say("No duty sets a bound to a number, a duration or a date here.")]
    lines = [
        say(
            "Only clauses that say must, are confirmed, and are law or soon will be. The clauses bind different systems "
            "under different conditions, so the smallest or largest number is not yet the strictest law; "
            "`comity compare` decides that. An asterisk marks a bound that not every system is asked, or that another "
            "way may replace."
        ),
        "",
    ]
    head = [say("fact"), say("has to be"), say("strictest"), say("then")]
    return lines + table(head, [_ranking_row(ranking, words) for ranking in ranked])


def _ranking_row(ranking: Ranking, words: Words) -> list[str]:
    groups = [list(group) for _, group in groupby(ranking.bounds, key=_same)]
    first, *others = groups
    strictest = f"{words.name(STRICTEST[ranking.side])} {_bounds(first, words)}"
    rest = "; ".join(_bounds(group, words) for group in others)
    name = f"{words.fact(ranking.fact)} `{ranking.fact}`"
    return [name, words.name(SIDES[ranking.side]), strictest, rest or "–"]


def _same(bound: Bound) -> tuple[object, str, bool]:
    """What clauses share that stand together: the value, and whether the law itself states it."""
    return bound.value, bound.operator, bool(bound.reading)


def _bounds(bounds: list[Bound], words: Words) -> str:
    """One value with the clauses that ask it."""
    first = bounds[0]
    value = words.value(first.fact, first.value)
    strict = words.say(" (exclusive)") if first.operator in {"<", ">"} else ""
    read = words.say(" (our reading of a word that is no number)") if first.reading else ""
    asking = words.separator.join(
        f"`{bound.clause.full_id}`{'' if bound.outright else words.say(' (*)')}" for bound in bounds
    )
    return words.say("{clauses}: {value}", clauses=asking, value=f"**{value}**{strict}{read}")


def _clause_row(clause: Clause, words: Words) -> list[str]:
    modality = words.name(MODALITY_NAMES[clause.modality])
    return [f"`{clause.full_id}`", clause.cite, words.text(clause.title), modality]
