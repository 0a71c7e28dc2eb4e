"""Draw the clauses of an independent check: `python scripts/draw_review.py 20261122`.

The seed and the library decide what is drawn: 20 clauses without any exception, then 40 of all the others. Who checks a clause reads it
against its source before looking at the formula; what was found stands in `docs/review`.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from comity.library.loader import load_library

WITHOUT_EXCEPTION, OTHERS = 20, 40


def drawn(seed: int) -> list[str]:
    """The ids of the drawn clauses, sorted."""
    clauses = load_library().clauses
    plain = sorted(name for name, clause in clauses.items() if clause.unless is None)
    generator = random.Random(seed)
    first = generator.sample(plain, WITHOUT_EXCEPTION)
    rest = sorted(set(clauses) - set(first))
    return sorted(first + generator.sample(rest, OTHERS))


if __name__ == "__main__":
    print("\n".join(drawn(int(sys.argv[1]))))
