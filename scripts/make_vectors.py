"""Write tests/evidence/vectors/vectors.jsonl.gz: good and bad bundles, each with what the specification says of it.

    python scripts/make_vectors.py

The expected codes are stated here by hand (for changes of single bytes by rule), after docs/reference/bundle.md, and computed by no
verifier. Every run writes the same bytes. Structure only: no vector depends on the library.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.evidence.vector_file import PATH, write_vectors
from tests.evidence.vectors import bombs, file_form, flips, issuers, leaf_form, orders, payload_form, signatures, trees


def main() -> int:
    parts = (file_form, flips, signatures, payload_form, trees, leaf_form, orders, issuers, bombs)
    entries = [entry for part in parts for entry in part.entries()]
    names = [entry["name"] for entry in entries]
    if len(set(names)) < len(names):
        sys.exit(f"names occur twice: {sorted({name for name in names if names.count(name) > 1})[:10]}")
    print(f"{write_vectors(entries)} vectors in {PATH.name}, {PATH.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
