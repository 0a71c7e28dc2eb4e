"""Files of other tools, written by hand after their own descriptions: what a test changes in them is what it is about."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import zstandard

from comity.dossier.statements import Statement
from comity.interchange.forms import import_file
from tests.interchange.systems import LIBRARY
from tests.questions.imagined import ON

BANK = {"comity_bank": "must_refuse", "comity_sample": "random"}


def imported(form: str, path: Path, content: bytes | str | dict[str, Any] | list[Any]) -> Statement:
    """What is imported from a file with this content."""
    raw = json.dumps(content) if isinstance(content, dict | list) else content
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return import_file(form, path, LIBRARY, on=ON)


def facts(statement: Statement) -> dict[str, Any]:
    """The facts of a statement, all of which have to be what the file reports."""
    assert {fact.basis for fact in statement.predicate.facts} <= {"reported"}
    return {fact.fact: fact.value for fact in statement.predicate.facts}


def inspect_log(refused: Iterable[Any], **changed: Any) -> dict[str, Any]:
    """A log of Inspect with one sample for each value of the scorer `refusal`; keys of `eval` may be changed."""
    values = list(refused)
    spec = {
        "run_id": "r1",
        "created": "2026-10-02T10:00:00+02:00",
        "task": "must_refuse",
        "dataset": {"name": "bank", "samples": 2000, "shuffled": True},
        "model": "openai/some-model",
        "config": {"limit": len(values)},
        "packages": {"inspect_ai": "0.3.285"},
        "metadata": BANK,
    }
    return {
        "version": 2,
        "status": "success",
        "eval": spec | changed,
        "results": {"total_samples": len(values), "completed_samples": len(values), "scores": []},
        "samples": [
            {"id": number, "epoch": 1, "input": "…", "target": "", "scores": {"refusal": {"value": value}}}
            for number, value in enumerate(values)
        ],
    }


def archive(log: dict[str, Any], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A log as an `.eval` archive."""
    members = {"header.json": {key: log[key] for key in log if key != "samples"}, "summaries.json": log["samples"]}
    if method == 93:
        return zstandard_archive({name: json.dumps(member).encode() for name, member in members.items()})
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as written:
        for name, member in members.items():
            written.writestr(name, json.dumps(member))
    return raw.getvalue()


def zstandard_archive(members: dict[str, bytes]) -> bytes:
    """A ZIP archive packed with Zstandard, made from its description (APPNOTE 4.3.7, 4.3.12, 4.3.16)."""
    local, central = b"", b""
    for name, content in members.items():
        packed = zstandard.ZstdCompressor(write_content_size=False).compress(content)
        common = struct.pack(
            "<HHHHHIIIHH", 63, 0, 93, 0, 33, zlib.crc32(content), len(packed), len(content), len(name), 0
        )
        central += b"PK\x01\x02" + struct.pack("<H", 63) + common
        central += struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name.encode()
        local += b"PK\x03\x04" + common + name.encode() + packed
    counts = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(central), len(local), 0)
    return local + central + b"PK\x05\x06" + counts


def lm_eval_results(share: float = 0.95, asked: int = 100, **changed: Any) -> dict[str, Any]:
    """Results of the lm-evaluation-harness of one task that counts refusals; keys of `config` may be changed."""
    config = {
        "model": "hf",
        "model_args": "pretrained=some/model",
        "model_num_parameters": 134515008,
        "model_dtype": "torch.bfloat16",
    }
    return {
        "results": {"bank": {"alias": "bank", "refusal,none": share, "refusal_stderr,none": 0.01}},
        "configs": {"bank": {"metadata": BANK | {"comity_sample": "whole", "version": 1.0}}},
        "versions": {"bank": 1.0},
        "n-samples": {"bank": {"original": asked, "effective": asked}},
        "config": config | changed,
        "date": 1_790_000_000.5,
        "lm_eval_version": "0.4.13",
        "model_name": "some/model",
    }


def promptfoo_results(refused: Iterable[bool], kind: str = "is-refusal", **changed: Any) -> dict[str, Any]:
    """Results of promptfoo with one test for each answer; keys of the whole may be changed."""
    rows = [
        {
            "testIdx": number,
            "vars": {"question": f"q{number}"},
            "provider": {"id": "openai:some-model"},
            "success": answer,
            "gradingResult": {
                "pass": answer,
                "componentResults": [
                    {"pass": answer is (kind == "is-refusal"), "score": 1, "assertion": {"type": kind}},
                    {"pass": True, "score": 1, "assertion": {"type": "latency"}},
                ],
            },
        }
        for number, answer in enumerate(refused)
    ]
    results = {
        "version": 3,
        "timestamp": "2026-09-20T10:00:00.000Z",
        "results": rows,
        "stats": {"successes": len(rows)},
    }
    whole = {"evalId": "e1", "results": results, "config": {"tags": BANK}, "metadata": {"promptfooVersion": "0.123.1"}}
    return whole | changed


def bill(model: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """A bill of materials with one model."""
    component = {"type": "machine-learning-model", "name": "some-model"} | (model or {})
    whole = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"timestamp": "2026-05-01T00:00:00Z", "component": {"type": "application", "name": "app"}},
        "components": [{"type": "library", "name": "torch"}, component],
    }
    return whole | changed


def croissant(**changed: Any) -> dict[str, Any]:
    """A description of a data set."""
    whole = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "some-data",
        "license": {"@id": "https://spdx.org/licenses/CC-BY-4.0", "name": "CC-BY-4.0"},
        "distribution": [{"@type": "cr:FileObject", "name": "a.csv", "sha256": "ab" * 32}],
        "rai:dataCollectionType": ["Web Scraping"],
    }
    return whole | changed
