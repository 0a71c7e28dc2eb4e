"""How long the next question takes, and how many questions a small open chatbot is asked in four markets.

    python benchmarks/bench_ask.py

Time: from an answer to the next question, over whole interviews on the shipped library (for each question the best of five
rounds) and on libraries 4 and 16 times as large (`scaled`); "begin" is what happens once, before the first question. Questions:
the facts asked beside the facts that the clauses in force in those markets mention. The chatbot is the example that ships, with
everything that its dossier holds; what the dossier does not hold is either not known, or drawn at random (20 draws) from the
values that the clauses can tell apart.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from comity.clauses.tree import Kind
from comity.dossier.model import Basis, Entry
from comity.dossier.reader import load_dossier
from comity.errors import Place
from comity.library.loader import load_library
from comity.questions.ask import answer, begin, dont_know, inquire, next_question

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.scaled import scaled  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.clauses.tree import Value
    from comity.questions.ask import Inquiry, Interview

ON = date(2026, 11, 22)
MARKETS = ("eu", "cn", "kr", "us-ca")
DRAWS = 20
ROUNDS = 5
_BASIS = Basis("declared", None, None, Place("benchmark"))


def main() -> None:
    """Print the figures."""
    library = load_library()
    entries = load_dossier(ROOT / "examples" / "smollm2-chat", library).entries
    print(
        f"{'clauses':>8} {'binding':>8} {'begin':>9} {'first':>9} {'median':>9} {'worst':>9} {'asked':>6} {'mentioned':>10}"
    )
    for factor in (1, 4, 16):
        larger = scaled(library, factor)
        begun = time.perf_counter()
        inquiry = inquire(larger, MARKETS, ON)
        begin(inquiry, {})
        begun = time.perf_counter() - begun
        rounds = [
            _interview(inquiry, _replies(entries, inquiry, Random(0))) for _ in range(ROUNDS if factor == 1 else 1)
        ]
        interview, times = rounds[0][0], [min(one) for one in zip(*(times for _, times in rounds), strict=True)]
        figures = [begun, times[0], statistics.median(times), max(times)]
        print(
            f"{len(larger.clauses):>8} {len(inquiry.clauses):>8} "
            + " ".join(f"{figure * 1000:>6.1f} ms" for figure in figures)
            + f" {len(interview.order):>6} {len(inquiry.mentioned):>10}"
        )
    inquiry = inquire(library, MARKETS, ON)
    print(
        f"\nA small open chatbot in {', '.join(MARKETS)} on {ON}: {len(inquiry.mentioned)} facts are mentioned; asked were"
    )
    unknown, _ = _interview(inquiry, entries.get)
    print(f"{len(unknown.order):>6}  what its dossier does not hold is not known ({len(unknown.unanswerable)} times)")
    drawn = sorted(len(_interview(inquiry, _replies(entries, inquiry, Random(seed)))[0].order) for seed in range(DRAWS))
    print(f"{statistics.median(drawn):>6g}  what it does not hold is drawn: from {drawn[0]} to {drawn[-1]}")


def _interview(inquiry: Inquiry, reply: Callable[[str], Entry | None]) -> tuple[Interview, list[float]]:
    """An interview to its end, with the seconds to each question."""
    interview = begin(inquiry, {})
    times: list[float] = []
    start = time.perf_counter()
    while (question := next_question(interview)) is not None:
        times.append(time.perf_counter() - start)
        entry = reply(question.fact)
        start = time.perf_counter()
        interview = dont_know(interview, question.fact) if entry is None else answer(interview, entry)
    return interview, times


def _replies(entries: Mapping[str, Entry], inquiry: Inquiry, random: Random) -> Callable[[str], Entry | None]:
    """What the dossier holds, else a drawn value; one that holds in every market."""

    def reply(fact: str) -> Entry | None:
        return entries.get(fact) or Entry(fact, _drawn(fact, inquiry, random), {}, _BASIS)

    return reply


def _drawn(fact: str, inquiry: Inquiry, random: Random) -> Value:
    values = inquiry.candidates[fact]
    members = sorted(frozenset[str]().union(*(value for value in values if isinstance(value, frozenset))))
    if inquiry.library.vocabulary.types[fact].kind is not Kind.SET:
        return random.choice(values)
    share = random.random()
    return frozenset(member for member in members if random.random() < share)


if __name__ == "__main__":
    main()
