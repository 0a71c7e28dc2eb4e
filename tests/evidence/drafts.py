"""Bundles written by hand from the specification page, and spoilt at any stage: what the vectors are made of.

Nothing here imports `comity`: signatures come from `cryptography`, points from `curve`, the tree from RFC 9162, 2.1.1. All salts
and keys are derived from their names, so that the same call gives the same bytes.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
CREATED, EXPIRES = "2026-11-22T14:00:00Z", "2027-11-22T14:00:00Z"
LIBRARY = sha256(b"the rules").hexdigest()
Json = dict[str, Any]


def same(value: Any) -> Any:
    """What is left as it is."""
    return value


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def salt(name: str, length: int = 16) -> str:
    return b64((sha256(name.encode()).digest() * 3)[:length])


@dataclass(frozen=True)
class Signer:
    """A key, by default derived from the name; `public` may be any 32 bytes."""

    name: str
    seed: bytes = b""
    public: bytes = b""

    @property
    def secret(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed or sha256(self.name.encode()).digest())

    @property
    def key(self) -> bytes:
        return self.public or self.secret.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        return sha256(self.name.encode() + b"\n\x01" + self.key).hexdigest()[:8]

    @property
    def line(self) -> str:
        return f"{self.name}+{self.id}+{b64(bytes([1]) + self.key)}"


ALICE, BOB = Signer("example.org/alice"), Signer("example.org/bob")


def fact(name: str, value: object = True, **more: object) -> bytes:
    return compact(
        {"salt": salt(f"{name}{more.get('market')}"), "fact": name, "value": value, "basis": "declared"} | more
    )


def measurement(name: str = "model", **more: object) -> bytes:
    tools = [{"name": "gguf", "version": "0.19.0"}]
    fields = {"method": "read", "tools": tools, "on": "2026-11-22", "statement": sha256(b"statement").hexdigest()}
    return compact({"salt": salt(name), "measurement": name} | fields | more)


def system(name: str = "helper", **more: object) -> bytes:
    artefacts = [{"name": "model.gguf", "sha256": sha256(b"model").hexdigest()}]
    return compact(
        {"salt": salt(name), "system": name, "version": "1", "name": "Helper", "artefacts": artefacts} | more
    )


def assessment(market: str, **more: object) -> bytes:
    verdicts: Json = {"met": ["law/1"], "not_met": ["law/2"], "unknown": [], "not_applicable": ["law/3"]}
    return compact({"salt": salt(market), "assessment": market, "on": "2026-11-22"} | verdicts | more)


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_and_path(hashes: Sequence[bytes], index: int) -> tuple[bytes, bytes]:
    """RFC 9162, 2.1.1 and 2.1.3.1, as they stand there."""
    if len(hashes) == 1:
        return hashes[0], b""
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if index < half:
        left, path = root_and_path(hashes[:half], index)
        right, _ = root_and_path(hashes[half:], 0)
        return node_hash(left, right), path + right
    left, _ = root_and_path(hashes[:half], 0)
    right, path = root_and_path(hashes[half:], index - half)
    return node_hash(left, right), path + left


def pre_authentication(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


LEAVES = (system(), fact("a.b"), fact("c.d", 0.5, measurement=3), measurement(), assessment("eu"))


def bundle(
    leaves: Sequence[bytes] = LEAVES,
    opened: Sequence[int] | None = None,
    *,
    signers: Sequence[Signer] = (ALICE,),
    statement: Callable[[Json], Json] = same,
    payload: Callable[[bytes], bytes] = same,
    message: Callable[[bytes], bytes] = pre_authentication,
    signature: Callable[[bytes], bytes] = same,
    disclosures: Callable[[list[list[Any]]], list[list[Any]]] = same,
    parts: Callable[[Json], Json] = same,
    text: Callable[[str], str] = same,
) -> bytes:
    """A bundle that opens these leaves; each hook changes what has been made so far, before it is signed or written."""
    hashes = [leaf_hash(leaf) for leaf in leaves]
    committed = next(
        (hashes[at] for at, leaf in enumerate(leaves) if b'"system":' in leaf), sha256(b"no leaf").digest()
    )
    root = root_and_path(hashes, 0)[0] if hashes else bytes(32)
    said = statement(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "helper", "digest": {"saltedCommitment": committed.hex()}}],
            "predicateType": "https://comity.dev/evidence/v1",
            "predicate": {
                "system": {"id": "helper", "version": "1"},
                "evaluator": "comity 0.1.0",
                "created": CREATED,
                "library": LIBRARY,
                "root": root.hex(),
                "size": len(leaves),
            },
        }
    )
    signed = payload(compact(said))
    shown = range(len(leaves)) if opened is None else opened
    entries = [[at, leaves[at], root_and_path(hashes, at)[1]] for at in shown]
    return written(
        signed,
        [signature(signer.secret.sign(message(signed))) for signer in signers],
        signers,
        disclosures(entries),
        parts=parts,
        text=text,
    )


def written(
    payload: bytes,
    signatures: Sequence[bytes],
    signers: Sequence[Signer],
    disclosures: Sequence[Sequence[Any]],
    *,
    parts: Callable[[Json], Json] = same,
    text: Callable[[str], str] = same,
) -> bytes:
    """The file in its one encoding; `parts` may change its parts and `text` its text."""
    entries = [{"keyid": signer.id, "sig": b64(sig)} for signer, sig in zip(signers, signatures, strict=True)]
    whole = parts(
        {
            "schema": "comity/bundle/1",
            "envelope": {"payloadType": PAYLOAD_TYPE, "payload": b64(payload), "signatures": entries},
            "signers": [signer.line for signer in signers],
            "disclosures": [[at, b64(leaf), b64(path)] for at, leaf, path in disclosures],
        }
    )
    return text(compact(whole).decode("utf-8", "surrogatepass") + "\n").encode("utf-8", "surrogatepass")
