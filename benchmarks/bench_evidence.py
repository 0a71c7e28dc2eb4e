"""Committing, opening and verifying facts, beside what the machine can do at all: bare SHA-256 and bare Ed25519 in the same run.

    python benchmarks/bench_evidence.py

"commit" makes the salted leaves of 100,000 facts, the tree over them and its root; the limit beside it is two SHA-256 of a tree node for
each leaf. "verify" reads 20,000 opened leaves of a tree of 100,000 with their paths; the limit beside it is the 18 SHA-256 that a leaf and
its path take. "cold" is the command `comity evidence verify` on a bundle that opens one market of the example, start of the program
included.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from comity.dossier.reader import load_dossier
from comity.evidence import dsse, merkle
from comity.evidence.bundle import Bundle, Commitment, Disclosure
from comity.evidence.commitment import Rules, commit, salted
from comity.evidence.disclosure import disclose
from comity.evidence.keys import SigningKey
from comity.evidence.leaves import FactLeaf
from comity.evidence.verification import open_bundle
from comity.library.digest import library_digest
from comity.library.loader import layers_of, load_library

FACTS, OPENED = 100_000, 20_000
KEY = SigningKey("example.org", bytes(range(32)))
CREATED = datetime(2026, 11, 22, tzinfo=UTC)
EXAMPLE = Path(__file__).parent.parent / "examples" / "smollm2-chat"


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    node = bytes(65)
    hashing = best(lambda: [sha256(node).digest() for _ in range(FACTS)]) / FACTS
    message = bytes(600)
    signature, verifier = KEY.sign(message), KEY.verifier
    signing = best(lambda: [KEY.sign(message) for _ in range(500)]) / 500
    checking = best(lambda: [verifier.verify(signature, message) for _ in range(500)]) / 500
    print(
        f"bare: SHA-256 of a node {1 / hashing:,.0f}/s; Ed25519 sign {1 / signing:,.0f}/s, verify {1 / checking:,.0f}/s"
    )

    leaves = [
        FactLeaf(f"dialogue.must_refuse.rate_{number}", number / FACTS, "observed", count=500)
        for number in range(FACTS)
    ]

    def committed() -> tuple[list[bytes], merkle.Tree]:
        texts, _ = salted(leaves)
        return texts, merkle.Tree(map(merkle.leaf_hash, texts))

    took = best(committed, 3)
    print(f"commit: {FACTS / took:,.0f} facts/s, {2 * FACTS * hashing / took:.0%} of the limit of two hashes a fact")

    texts, tree = committed()
    commitment = Commitment("helper", "1", tree.root, "comity", CREATED, None, "0" * 64, tree.root, FACTS)
    places = range(0, FACTS, FACTS // OPENED)
    opened = tuple(Disclosure(place, texts[place], tuple(tree.inclusion_path(place))) for place in places)
    raw = Bundle(dsse.signed(commitment.payload(), KEY), (verifier,), opened).encoded()
    took = best(lambda: open_bundle(raw), 3)
    limit = OPENED * 18 * hashing
    print(f"verify: {OPENED / took:,.0f} opened facts/s, {limit / took:.0%} of the limit of 18 hashes a fact")

    small = Bundle(dsse.signed(commitment.payload(), KEY), (verifier,), opened[:1]).encoded()
    took = best(lambda: [open_bundle(small) for _ in range(100)]) / 100
    print(f"one fact of {FACTS:,}: {len(small):,} bytes, verified in {took * 1000:.2f} ms")
    cold(verifier.key_id)


def cold(signer: str) -> None:
    library = load_library()
    rules = Rules(library, library_digest(layers_of()))
    dossier = load_dossier(EXAMPLE, library)
    everything = commit(dossier, rules, KEY, markets=dossier.markets, on=date(2026, 11, 22), created=CREATED)
    for market in dossier.markets:
        with tempfile.TemporaryDirectory() as directory:
            path, trust = Path(directory) / "bundle.json", Path(directory) / "trust.yaml"
            path.write_bytes(disclose(everything, library, markets=[market]).encoded())
            trust.write_text(f"comity_trust: 1\nissuers:\n  - key: {KEY.verifier}\n", encoding="utf-8")
            command = [sys.executable, "-m", "comity", "evidence", "verify", str(path), "--trust", str(trust)]

            def run(words: list[str] = command) -> None:
                subprocess.run(words, check=True, capture_output=True)

            took = best(run)
            print(
                f"cold, {market}: {took:.2f} s, {path.stat().st_size:,} bytes, {len(library.clauses)} clauses, {signer}"
            )


if __name__ == "__main__":
    main()
