"""Coverage-guided fuzzing of the verifiers of bundles: any bytes as a file, and any bytes within one that is properly signed.

    python tests/fuzz/fuzz_bundle.py -max_total_time=60        (needs `pip install atheris`; all options of libFuzzer work)

What must hold: whatever the bytes, the reference opens them or refuses with a sentence, as malformed or as altered; the verifier of one
file, written apart from it, ends with the same code; and what is intact gets four answers from both.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["comity.evidence"]):
    from comity.errors import IntegrityError
    from comity.evidence import ed25519, verify_bundle
    from comity.evidence.policy import Issuer, Trust
    from comity.evidence.strict_json import MalformedError
    from comity.evidence.verification import open_bundle, verify
from tests.evidence import drafts
from tests.evidence.vector_file import read_vectors

from comity.evidence.keys import VerifierKey

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TRUST = Trust((Issuer(VerifierKey(drafts.ALICE.name, drafts.ALICE.key), None, None, None),))
SMALL = [vector.data for vector in read_vectors() if len(vector.data) < 5_000]
GOOD = drafts.bundle()

# Signatures in plain integers are slow, and most mutations leave them as they are; the vectors compare them without this.
verify_bundle.verify_signature = lru_cache(10_000)(verify_bundle.verify_signature)
ed25519.verify = lru_cache(10_000)(ed25519.verify)


def one_input(data: bytes) -> None:
    """What libFuzzer calls."""
    source = atheris.FuzzedDataProvider(data)
    kind = source.ConsumeIntInRange(0, 4)
    if kind == 0:
        check(source.ConsumeBytes(len(data)))
    elif kind == 1:
        check(edited(source.PickValueInList(SMALL), source))
    elif kind == 2:
        check(drafts.bundle(payload=lambda payload: edited(payload, source)))
    elif kind == 3:
        leaves = [
            edited(source.PickValueInList(list(drafts.LEAVES)), source) for _ in range(source.ConsumeIntInRange(1, 3))
        ]
        check(drafts.bundle(leaves))
    else:
        check(rewritten(source))


def edited(whole: bytes, source: atheris.FuzzedDataProvider) -> bytes:
    """Some pieces of a text replaced."""
    for _ in range(source.ConsumeIntInRange(1, 3)):
        at = source.ConsumeIntInRange(0, len(whole))
        removed = source.ConsumeIntInRange(0, 20)
        whole = whole[:at] + source.ConsumeBytes(source.ConsumeIntInRange(0, 40)) + whole[at + removed :]
    return whole


def rewritten(source: atheris.FuzzedDataProvider) -> bytes:
    """Parts of a bundle replaced by other JSON, written in the one encoding."""
    parts = json.loads(GOOD)
    for _ in range(source.ConsumeIntInRange(1, 3)):
        place = parts
        while True:
            key = source.PickValueInList(list(place) if isinstance(place, dict) else list(range(len(place))))
            if not isinstance(place[key], (dict, list)) or not place[key] or source.ConsumeBool():
                break
            place = place[key]
        raw = source.ConsumeBytes(source.ConsumeIntInRange(0, 100))
        number = source.ConsumeInt(9)
        words = [None, True, number, "", raw.decode("latin-1"), b64encode(raw).decode(), [], {}, [[number, "", ""]]]
        place[key] = source.PickValueInList(words)
    return drafts.compact(parts) + b"\n"


def check(data: bytes) -> None:
    """The reference and the verifier of one file, on the same bytes."""
    try:
        open_bundle(data)
        code = 0
    except (MalformedError, IntegrityError) as error:
        error.describe("en").encode()
        error.describe("zh").encode()
        code = 4 if isinstance(error, IntegrityError) else 2
    try:
        verified = verify_bundle.open_bundle(data)
        other = 0
    except verify_bundle.Refused as refused:
        other = refused.code
    if code != other:
        raise AssertionError((code, other, data))
    if code == 0:
        reference = verify(data, None, None, trust=TRUST, now=NOW)
        answers = verify_bundle.answers_of(
            verified, [verify_bundle.read_key(drafts.ALICE.line, "key")], int(NOW.timestamp())
        )
        # Anchors have a say on the issuer; the verifier of one file does not know them.
        if not reference.anchors and answers["issuer"][0] != reference.issuer.outcome:
            raise AssertionError((answers, reference, data))
        list(verify_bundle.words_of(verify_bundle.report_of(verified, answers, 3, "zh"), "zh"))


if __name__ == "__main__":
    words = Path(__file__).with_name("bundle.dict")
    atheris.Setup([*sys.argv, f"-dict={words}"], one_input)
    atheris.Fuzz()
