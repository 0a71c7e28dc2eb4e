"""What an assessment means, in sentences that several pages share.

Imports the words only. The one idea: the sentences say what is met and what is open, and never that a system is compliant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.report.words import BASIS_NAMES, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.questions.assess import Assessment


def meaning(assessment: Assessment, words: Words) -> str:
    """How the system stands with the clauses that bind, in a sentence or two."""
    return _gap(words).join(_meaning(assessment, words))


def _meaning(assessment: Assessment, words: Words) -> Iterator[str]:
    say = words.say
    failing, undecided = len(assessment.failing), len(assessment.undecided)
    if failing == 1:
        yield say("One clause that binds is not met.")
    elif failing:
        yield say("{count} clauses that bind are not met.", count=failing)
    if undecided == 1:
        yield say("One clause that binds cannot be decided until more is known.")
    elif undecided:
        yield say("{count} clauses that bind cannot be decided until more is known.", count=undecided)
    if not assessment.decided_anything:
        yield say("Nothing that binds could be decided, so nothing may be called fine.")
    elif not failing and not undecided:
        yield say("Every clause that binds and applies is met, on the facts and evidence given.")


def consequence(assessment: Assessment, words: Words) -> str:
    """What unknown counts as, and what a pipeline sees."""
    code = assessment.exit_code()
    return _gap(words).join(
        [
            words.say("Unknown is neither met nor not met."),
            words.say("With its default settings, comity assess ends with exit code {code}.", code=code),
        ]
    )


def age_of_texts(assessment: Assessment, words: Words) -> str:
    """The age of the oldest text of the library."""
    day = assessment.library.as_of
    if assessment.on <= day:
        return words.say("The texts of the rules were last checked on {day}.", day=day.isoformat())
    return words.say(
        "The texts of the rules were last checked on {day}, {age} days before the day asked about.",
        day=day.isoformat(),
        age=(assessment.on - day).days,
    )


def unconfirmed(count: int, words: Words) -> str:
    """How many clauses rest on texts that nobody confirmed; empty where none does."""
    if not count:
        return ""
    if count == 1:
        return words.say("One clause rests on a text that nobody confirmed; it never fails an assessment.")
    return words.say("{count} clauses rest on texts that nobody confirmed; they never fail an assessment.", count=count)


def undecidable(count: int, words: Words) -> str:
    """How many clauses are unknown for good; empty where none is."""
    if not count:
        return ""
    if count == 1:
        return words.say("One clause is unknown because no fact can decide it; it is advice.")
    return words.say("{count} clauses are unknown because no fact can decide them; they are advice.", count=count)


def facts_given(assessment: Assessment, words: Words) -> str:
    """How many facts the dossier gives, by what they rest on."""
    entries = assessment.dossier.entries.values()
    count = {basis: sum(entry.basis.by == basis for entry in entries) for basis in BASIS_NAMES}
    bases = words.separator.join(f"{words.name(BASIS_NAMES[basis])} {count[basis]}" for basis in count if count[basis])
    if not bases:
        return words.say("The dossier gives no facts.")
    return words.say("The dossier gives {count} facts: {bases}.", count=len(entries), bases=bases)


def _gap(words: Words) -> str:
    """What stands between two sentences."""
    return "" if words.language == "zh" else " "
