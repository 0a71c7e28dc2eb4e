"""The commands that read what others wrote, each with something that it would read with pleasure."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from comity.dossier.statements import Artefact, Digest, Plain, Predicate, new_statement
from comity.measures.review_sheet import ReviewSheet, as_csv
from tests.measures.hostile_inputs import Make, as_json

PARALLEL = Path(__file__).parent / "parallel"

TEXT = "Le café est fermé, la forêt brûle.\nDer Fluß ist schön, die Straße grün.\n¿Dónde está el niño, señor?\n" * 4
BANK = "".join(
    f"""- id: sky-{number}
  expectation: must_pass
  risk: inaccurate
  language: en
  text: Why is the café closed, {number}?
"""
    for number in range(3)
)


def nothing(directory: Path) -> None:
    """No other file is needed."""


@dataclass(frozen=True)
class Subject:
    """A command and the file that it is given.

    Attributes:
        id: in the table.
        file: the name of the input.
        arguments: the command, with `{}` for the input.
        sound: what it reads with pleasure.
        beside: puts further files there.
        command: the column of the table.
    """

    id: str
    command: str
    file: str
    arguments: tuple[str, ...]
    sound: Callable[[], bytes]
    beside: Callable[[Path], None] = nothing

    def prepare(self, directory: Path, make: Make) -> list[str]:
        """Put the files there; the words of the command come back."""
        self.beside(directory)
        path = directory / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path, self.sound())
        return [word.format(self.file) for word in self.arguments]

    def takes(self, name: str) -> bool:
        """Whether an input can reach it: packed files and Parquet only under their names."""
        packing = name.partition("_")[0]
        packed = {"gzip": ".gz", "zstandard": ".zst", "parquet": ".parquet"}
        if packing in packed:
            return self.file.endswith(packed[packing])
        return not self.file.endswith(tuple(packed.values()))


def text_lines() -> bytes:
    return TEXT.encode()


def json_lines() -> bytes:
    return b"".join(as_json({"text": line}) for line in TEXT.splitlines())


def beside_good_text(directory: Path) -> None:
    (directory / "d").mkdir()
    (directory / "d" / "good.txt").write_text("A good text.\n", encoding="utf-8")


def weights() -> bytes:
    """A model of two numbers in safetensors, by hand from the description of the format."""
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    header = as_json({"__metadata__": {"name": "café"}, "w": tensor}).strip()
    return len(header).to_bytes(8, "little") + header + bytes(8)


def annotation() -> bytes:
    rows = [f"{item},{who},{'é' if (item + who) % 3 else 'ü'}" for item in range(20) for who in range(3)]
    return ("item,annotator,label\n" + "\n".join(rows) + "\n").encode()


def annotation_lines() -> bytes:
    return b"".join(
        as_json({"item": f"{item}", "annotator": f"{who}", "label": "é" if (item + who) % 3 else "ü"})
        for item in range(20)
        for who in range(3)
    )


def fairness() -> bytes:
    rows = [f"{number % 2},{number % 3 % 2},{'á' if number % 4 < 2 else 'ñ'}" for number in range(200)]
    return ("prediction,truth,sex\n" + "\n".join(rows) + "\n").encode()


def bank() -> bytes:
    return f"comity_bank: 1\nquestions:\n{BANK}".encode()


def bank_lines() -> bytes:
    row = {"expectation": "must_pass", "risk": "inaccurate", "language": "en"}
    return b"".join(
        as_json(row | {"id": f"sky-{number}", "text": f"Why is the café closed, {number}?"}) for number in range(3)
    )


def ranks() -> bytes:
    return b"".join(base64.b64encode(bytes((value,))) + b" %d\n" % value for value in range(256))


def beside_ranks(directory: Path) -> None:
    (directory / "gpt2.tiktoken").write_bytes(ranks())
    (directory / "p").mkdir()
    for path in PARALLEL.glob("*.txt"):
        if path.stem != "fra":
            (directory / "p" / path.name).write_bytes(path.read_bytes())


def french() -> bytes:
    return (PARALLEL / "fra.txt").read_text(encoding="utf-8").replace("œ", "oe").replace("’", "'").encode()


def corpus_sheet() -> bytes:
    from comity.measures.corpus_sample import FORM

    rows = tuple(
        (str(number), "fra", f"café {number}", "web", "a.txt", str(number), "0" * 64) for number in range(1, 5)
    )
    return _judged(as_csv(ReviewSheet(FORM, rows)))


def dialogue_sheet() -> bytes:
    from comity.measures.dialogue_review import FORM

    rows = tuple((f"q-{number}", "fr", "inaccurate", "café?", "fermé.", "0" * 64) for number in range(1, 5))
    return _judged(as_csv(ReviewSheet(FORM, rows)))


def _judged(sheet: bytes) -> bytes:
    """The sheet with yes in every row, by hand."""
    import csv
    import io

    rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
    place = rows[0].index("acceptable")
    for row in rows[1:]:
        row[place] = "yes"
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def mix() -> bytes:
    return "eng: 3\nfra: 2  # of the café\nspa: 1\n".encode()


def statement() -> bytes:
    """A statement of a corpus, with as little as is looked at."""
    observations: dict[str, Plain | None] = {
        "languages.characters.fra": 30,
        "languages.characters.eng": 60,
        "note": "café",
    }
    predicate = Predicate("corpus", "by hand", [], date(2026, 11, 22), [], observations)
    return as_json(msgspec.to_builtins(new_statement([Artefact("a.txt", Digest("0" * 64))], predicate)))


def card() -> bytes:
    return "---\nlanguage: fr\nlicense: cc0-1.0\nconfigs:\n- config_name: café\n  data_files: d/*.txt\n---\n# Données\n".encode()


def keywords() -> bytes:
    return "café\nforêt\nniño\n".encode()


SAMPLE = ("-n", "1", "--sheet", "sheet.csv", "--cores", "1", "--into", "out")
SUBJECTS = (
    *(
        Subject(f"model{suffix}", "model", f"x{suffix}", ("measure", "model", "{}", "--into", "out"), sound)
        for suffix, sound in ((".gguf", text_lines), (".safetensors", weights), (".onnx", text_lines))
    ),
    *(
        Subject(
            f"corpus{suffix}",
            "corpus",
            f"d/x{suffix}",
            ("measure", "corpus", "d", "--divide", "line", "--detector", "pycld2", "--cores", "1", "--into", "out"),
            json_lines if "json" in suffix else text_lines,
            beside_good_text,
        )
        for suffix in (".txt", ".jsonl", ".txt.gz", ".jsonl.zst", ".parquet")
    ),
    Subject(
        "corpus-alone",
        "corpus",
        "x.jsonl",
        ("measure", "corpus", "{}", "--detector", "pycld2", "--cores", "1", "--into", "out"),
        json_lines,
    ),
    Subject(
        "corpus-keywords",
        "corpus",
        "x.txt",
        ("measure", "corpus", "d", "--keywords", "{}", "--detector", "pycld2", "--cores", "1", "--into", "out"),
        keywords,
        beside_good_text,
    ),
    Subject(
        "corpus-card",
        "corpus",
        "README.md",
        ("measure", "corpus", "{}", "--detector", "pycld2", "--cores", "1", "--into", "out"),
        card,
        beside_good_text,
    ),
    *(
        Subject(
            f"corpus-sample{suffix}",
            "corpus-sample",
            f"d/x{suffix}",
            ("measure", "corpus-sample", "d", "--divide", "line", *SAMPLE),
            json_lines if "json" in suffix else text_lines,
            beside_good_text,
        )
        for suffix in (".jsonl", ".txt.gz", ".parquet")
    ),
    Subject(
        "corpus-mix",
        "corpus-mix",
        "x.yaml",
        ("measure", "corpus-mix", "{}", "--temperature", "2", "--into", "out"),
        mix,
    ),
    Subject(
        "corpus-mix.json",
        "corpus-mix",
        "x.json",
        ("measure", "corpus-mix", "{}", "--temperature", "2", "--into", "out"),
        statement,
    ),
    Subject(
        "corpus-review", "corpus-review", "x.csv", ("measure", "corpus-review", "{}", "--into", "out"), corpus_sheet
    ),
    *(
        Subject(
            f"tokenizer{suffix}",
            "tokenizer",
            f"x{suffix}",
            ("measure", "tokenizer", "{}", "--parallel", str(PARALLEL), "--pattern", "gpt2", "--into", "out")
            if "tik" in suffix
            else ("measure", "tokenizer", "{}", "--parallel", str(PARALLEL), "--into", "out"),
            ranks if "tik" in suffix else text_lines,
        )
        for suffix in (".tiktoken", ".tiktoken.gz", ".json", ".model", ".gguf")
    ),
    Subject(
        "tokenizer-texts",
        "tokenizer",
        "p/fra.txt",
        ("measure", "tokenizer", "gpt2.tiktoken", "--parallel", "p", "--into", "out"),
        french,
        beside_ranks,
    ),
    Subject("annotation.csv", "annotation", "x.csv", ("measure", "annotation", "{}", "--into", "out"), annotation),
    Subject(
        "annotation.jsonl", "annotation", "x.jsonl", ("measure", "annotation", "{}", "--into", "out"), annotation_lines
    ),
    Subject(
        "annotation.parquet", "annotation", "x.parquet", ("measure", "annotation", "{}", "--into", "out"), annotation
    ),
    Subject(
        "fairness.csv",
        "fairness",
        "x.csv",
        ("measure", "fairness", "{}", "--trait", "sex=sex", "--into", "out"),
        fairness,
    ),
    Subject(
        "fairness.parquet",
        "fairness",
        "x.parquet",
        ("measure", "fairness", "{}", "--trait", "sex=sex", "--into", "out"),
        fairness,
    ),
    Subject("dialogue-bank.yaml", "dialogue-bank", "x.yaml", ("measure", "dialogue-bank", "{}", "--into", "out"), bank),
    Subject(
        "dialogue-bank.jsonl",
        "dialogue-bank",
        "x.jsonl",
        ("measure", "dialogue-bank", "{}", "--into", "out"),
        bank_lines,
    ),
    Subject(
        "dialogue",
        "dialogue",
        "x.jsonl",
        ("measure", "dialogue", "--model", "http://127.0.0.1:9/v1", "--tries", "1", "--bank", "{}", "--into", "out"),
        bank_lines,
    ),
    Subject(
        "dialogue-review",
        "dialogue-review",
        "x.csv",
        ("measure", "dialogue-review", "{}", "--into", "out"),
        dialogue_sheet,
    ),
)
