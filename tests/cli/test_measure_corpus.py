"""`comity measure corpus`, `corpus-sample`, `corpus-review`, `corpus-mix` from end to end, as people type them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

pytest.importorskip("pycld2")
pytest.importorskip("py3langid")
pytest.importorskip("polars")
pytest.importorskip("numpy")

from comity.cli import main
from comity.dossier.statements import read_statement, read_statements
from comity.library.loader import load_library
from tests.measures.corpus_texts import TEXTS


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    lines = [json.dumps({"text": text}) for texts in TEXTS.values() for text in texts]
    (tmp_path / "web.jsonl").write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
    (tmp_path / "risks.yaml").write_text("weather: [rains]\n", encoding="utf-8")
    (tmp_path / "mix.yaml").write_text("eng: 3\nxyz: 1\n", encoding="utf-8")
    return tmp_path


def test_a_corpus_in_words(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "measure",
        "corpus",
        "web.jsonl",
        "--keywords",
        "risks.yaml",
        "--reference",
        "mix.yaml",
        "--into",
        "evidence",
    ]
    assert main([*words, "--lang", "en"]) == 0
    output = capsys.readouterr().out
    for line in (
        "data.sample.technical.share = 0.96",
        "  documents: 24\n",
        "  left out: no JSON: 1\n",
        "  languages by documents: ara 8.33 %; deu 8.33 %;",
        "  languages of the reference that no detector knows: xyz\n",
        "  documents with words of the list, by category: weather 4.17 %\n",
    ):
        assert line in output
    assert main([*words, "--lang", "zh"]) == 0
    output = capsys.readouterr().out
    assert "各语言占比，按文档" in output
    assert "documents" not in output.replace("languages.documents", "")


@pytest.mark.parametrize(("language", "yes"), [("en", "yes"), ("zh", "是")])
def test_a_workbook_there_and_back(texts: Path, capsys: pytest.CaptureFixture[str], language: str, yes: str) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    words = ["measure", "corpus-sample", "web.jsonl", "-n", "6", "--sheet", "review.xlsx", "--into", "evidence"]
    assert main([*words, "--lang", language]) == 0
    book = openpyxl.load_workbook("review.xlsx")
    page = book.worksheets[1]
    for row in range(2, 8):
        page.cell(row, 4).value = yes
    book.save("review.xlsx")
    drawn = "evidence/corpus-sample-web.json"
    assert (
        main(["measure", "corpus-review", "review.xlsx", "--drawn", drawn, "--into", "evidence", "--lang", "en"]) == 0
    )
    assert "data.sample.manual.pass_rate = 1.0" in capsys.readouterr().out
    assert main([*words, "--lang", "en"]) == 2
    assert "people may have filled it in" in capsys.readouterr().err


def test_a_sheet_of_another_form_is_refused_before_anything_is_read(
    texts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["measure", "corpus-sample", "nowhere.jsonl", "-n", "6", "--lang", "en", "--sheet"]
    assert main([*words, "review.ods"]) == 2
    assert "one of these forms: .csv, .xlsx" in capsys.readouterr().err
    monkeypatch.setattr("comity.measures.review_sheet.find_spec", lambda _: None)
    assert main([*words, "review.xlsx"]) == 2
    assert 'pip install "comity[sheets]"' in capsys.readouterr().err


def test_facts_of_a_corpus_fit_the_vocabulary(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "corpus", "web.jsonl", "--keywords", "risks.yaml", "--into", "evidence"]) == 0
    assert main(["measure", "corpus-sample", "web.jsonl", "-n", "6", "--into", "evidence"]) == 0
    fill(texts / "review.csv")
    drawn = "evidence/corpus-sample-web.json"
    assert main(["measure", "corpus-review", "review.csv", "--drawn", drawn, "--into", "evidence"]) == 0
    entries, names = read_statements(texts / "evidence", load_library())
    assert {entry.fact for entry in entries} == {
        "data.sample.technical.share",
        "data.sample.technical.pass_rate",
        "data.sample.manual.size",
        "data.sample.manual.pass_rate",
        "data.source.harmful_share_max",
    }
    assert len(names) == 3
    capsys.readouterr()


def fill(sheet: Path) -> None:
    with sheet.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    stream_out = io.StringIO()
    writer = csv.DictWriter(stream_out, rows[0].keys())
    writer.writeheader()
    writer.writerows({**row, "acceptable": "yes", "harmful": "no"} for row in rows)
    sheet.write_text(stream_out.getvalue(), encoding="utf-8")


def test_a_sheet_that_is_there_is_never_overwritten(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "corpus-sample", "web.jsonl", "--share", "0.5"]) == 0
    before = (texts / "review.csv").read_bytes()
    assert main(["measure", "corpus-sample", "web.jsonl", "-n", "3"]) == 2
    assert "people may have filled it in" in capsys.readouterr().err
    assert (texts / "review.csv").read_bytes() == before


def test_another_item_than_was_drawn_ends_with_code_4(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "corpus-sample", "web.jsonl", "-n", "6", "--into", "evidence"]) == 0
    fill(texts / "review.csv")
    lines = (texts / "review.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (texts / "review.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    assert main(["measure", "corpus-review", "review.csv", "--drawn", "evidence/corpus-sample-web.json"]) == 4
    capsys.readouterr()


def test_a_mix_from_the_statement(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "corpus", "web.jsonl", "--into", "evidence"]) == 0
    words = [
        "measure",
        "corpus-mix",
        "evidence/corpus-web.json",
        "--temperature",
        "100",
        "--into",
        "plans",
        "--name",
        "mix",
    ]
    assert main(words) == 0
    assert "weights to draw with" in capsys.readouterr().out
    seen = read_statement(texts / "plans" / "mix.json").predicate.observations
    assert seen["effective_languages.after"] == pytest.approx(12, abs=0.01)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["corpus", "corpus-sample", "corpus-review", "corpus-mix"])
def test_help_says_what_it_cannot_see(
    name: str, language: str, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["measure", name, "--help", "--lang", language])
    assert end.value.code == 0
    assert ("It cannot see" if language == "en" else "它看不到") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["corpus", "missing"], "no such file"),
        (["corpus", "web.jsonl", "--cores", "0"], "--cores"),
        (["corpus", "web.jsonl", "--column", "body"], "left out: no_text"),
        (["corpus", "web.jsonl", "--detector", "cld"], "no detector"),
        (["corpus", "web.jsonl", "--keywords", "missing.yaml"], "no such file"),
        (["corpus", "web.jsonl", "web.jsonl"], "counted twice"),
        (["corpus-sample", "web.jsonl"], "either -n or --share"),
        (["corpus-sample", "web.jsonl", "-n", "99"], "24 documents"),
        (["corpus-mix", "mix.yaml"], "either --temperature or --budget"),
        (["corpus-mix", "web.jsonl", "--temperature", "2"], "YAML"),
    ],
)
def test_bad_input_is_one_clear_sentence(
    words: list[str], said: str, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", *words, "--lang", "en"]) == 2
    caught = capsys.readouterr()
    assert said in caught.err
    assert "Traceback" not in caught.err
    assert caught.out == ""
