"""Write tests/evidence/vectors/vectors.jsonl.gz: good and bad bundles, each with what the specification says of it.

    python scripts/make_vectors.py

The expected codes are stated by hand in tests/evidence/vectors (for changes of single bytes by rule), after docs/reference/bundle.md, and
computed by no verifier. Every run writes the same lines. Structure only: no vector depends on the library.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.evidence.vector_file import PATH, write_vectors
from tests.evidence.vectors import everything


def main() -> int:
    print(f"{write_vectors(everything.entries())} vectors in {PATH.name}, {PATH.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
