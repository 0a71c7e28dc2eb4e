"""Bundles that are bad in two ways: the earlier step decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.evidence.drafts import ALICE, b64, bundle, fact, measurement, system
from tests.evidence.vectors.entry import ALTERED, MALFORMED, Entry, entry, put
from tests.evidence.vectors.trees import leaf_of, path_of


def entries() -> Iterator[Entry]:
    unsigned: dict[str, Any] = {"signature": lambda _: bytes(64)}
    no_payload: dict[str, Any] = {"payload": lambda _: b"{}"}
    off_path: dict[str, Any] = {"disclosures": path_of(lambda p: bytes(len(p)))}
    bad_leaf, twice, another = (fact("a.b"), b"{}"), (fact("a.b"), fact("a.b")), (system(), system(version="2"))
    spaced: dict[str, Any] = {"text": lambda t: " " + t}
    cases: dict[str, tuple[int, bytes]] = {
        "file, then signature": (MALFORMED, bundle(**unsigned, **spaced)),
        "file at its end, then signature": (MALFORMED, bundle(**unsigned, text=lambda t: t + "\n")),
        "base64 of the last path, then signature": (MALFORMED, bundle(**unsigned, parts=put("disclosures", 4, 2, "A"))),
        "base64 of the timestamp, then signature": (MALFORMED, bundle(**unsigned, parts=put("timestamp", "A"))),
        "order of disclosures, then signature": (MALFORMED, bundle(**unsigned, disclosures=lambda d: d[::-1])),
        "leaf too long, then signature": (MALFORMED, bundle(**unsigned, disclosures=leaf_of(bytes(256_001)))),
        "payload too long, then signature": (MALFORMED, bundle(**unsigned, payload=lambda p: p + b" " * 1_000_000)),
        "keyid, then signature": (
            MALFORMED,
            bundle(**unsigned, parts=put("envelope", "signatures", 0, "keyid", "00000000")),
        ),
        "signature, then payload": (ALTERED, bundle(**unsigned, **no_payload)),
        "signature, then payload that is no UTF-8": (ALTERED, bundle(**unsigned, payload=lambda _: b"\xff")),
        "signature, then leaf": (ALTERED, bundle(bad_leaf, **unsigned)),
        "signature, then path": (ALTERED, bundle(**unsigned, **off_path)),
        "payload, then path": (MALFORMED, bundle(**no_payload, **off_path)),
        "payload's digest, then path": (MALFORMED, bundle(statement=put("predicate", "root", "AB" * 32), **off_path)),
        "path, then leaf": (ALTERED, bundle(bad_leaf, **off_path)),
        "leaf, then path of a later one": (ALTERED, bundle((b"{}", fact("a.b")), **off_path)),
        "leaf that is not the one, and none": (ALTERED, bundle(disclosures=leaf_of(b"{}"))),
        "index above the size, then leaf": (ALTERED, bundle(bad_leaf, statement=put("predicate", "size", 1))),
        "path, then two facts": (ALTERED, bundle(twice, **off_path)),
        "path, then system": (ALTERED, bundle(another, (1,), disclosures=path_of(lambda p: bytes(len(p)), 0))),
        "leaf, then two facts": (MALFORMED, bundle((*twice, b"{}"))),
        "leaf, then system": (MALFORMED, bundle((*another, b"{}"), (1, 2))),
        "two facts, then system": (MALFORMED, bundle((*another, *twice), (1, 2, 3))),
        "two systems, neither committed to": (MALFORMED, bundle((*another, system(version="3")), (1, 2))),
        "measurement that is none, then system": (MALFORMED, bundle((*another, fact("a.b", measurement=1)), (1, 2))),
        "system, and everything else well": (
            ALTERED,
            bundle((*another, fact("a.b", measurement=3), measurement()), (1, 2, 3)),
        ),
        "another key, and no signature": (
            MALFORMED,
            bundle(**unsigned, parts=put("signers", [f"x+{ALICE.id}+{b64(bytes(33))}"])),
        ),
    }
    for name, (code, data) in cases.items():
        yield entry(f"first {name}", code, data)
