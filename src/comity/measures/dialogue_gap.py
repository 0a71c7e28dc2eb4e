"""The gap between languages in content that passes: the best pass rate minus the worst, over the languages in which a system is offered.

It is established only where like is compared with like: the same questions in every offered language, each answer judged. Otherwise the
reason stands in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.dossier.statements import MeasuredFact
from comity.language import Message
from comity.measures.intervals import gap_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.dossier.statements import Plain

FACT = "dialogue.language_gap"
WITHHELD = "language_gap_withheld"
"""The observation that says why there is no gap."""
METHOD = (
    " Gap between languages: best minus worst pass rate over the offered languages; the exact intervals of all of them hold together "
    "with 95 % (Bonferroni), and so do the bounds of the gap."
)

NOT_SAID = Message("it is not said in which languages the system is offered: add --offered for each")
NOT_JUDGED = Message("not every answer was judged")
_TOO_FEW = Message("a gap is between two languages at least")
_MISSING = Message("an offered language has no judged answers")
_NOT_ALIKE = Message("the offered languages were not asked the same questions")


def language_gap(
    judged: Mapping[tuple[str, str], bool], offered: Sequence[str], where: str = ""
) -> tuple[list[MeasuredFact], dict[str, Plain | None]]:
    """The gap, or the reason why there is none.

    Args:
        judged: by question and language, whether the answer passes; every answer that there is.
        offered: languages in which the system is offered; a text in `zh-Hant` is one in `zh`.
        where: who judged, for the statement.
    """
    wanted = list(dict.fromkeys(offered))
    passed = {
        tag: {key: verdict for key, verdict in judged.items() if key[1] == tag or key[1].startswith(f"{tag}-")}
        for tag in wanted
    }
    reason = _reason(passed)
    if reason is not None:
        missing = [tag for tag in wanted if not passed[tag]]
        return [], {WITHHELD: reason.template} | ({"language_gap.languages_missing": missing} if missing else {})
    rates = {tag: (sum(found.values()), len(found)) for tag, found in passed.items()}
    ordered = sorted(wanted, key=lambda tag: (rates[tag][0] / rates[tag][1], tag))
    worst, best = ordered[0], ordered[-1]
    gap = rates[best][0] / rates[best][1] - rates[worst][0] / rates[worst][1]
    count = sum(whole for _, whole in rates.values())
    fact = MeasuredFact(FACT, gap, "observed", where, count, gap_interval(rates.values()))
    return [fact], {"language_gap.best": best, "language_gap.worst": worst}


def _reason(passed: Mapping[str, Mapping[tuple[str, str], bool]]) -> Message | None:
    """Why the languages cannot be compared."""
    if not passed:
        return NOT_SAID
    if len(passed) < 2:
        return _TOO_FEW
    if not all(passed.values()):
        return _MISSING
    asked = [sorted(name for name, _ in found) for found in passed.values()]
    return None if all(names == asked[0] for names in asked) else _NOT_ALIKE
