"""The sheet on which people judge answers, there and back. Oracle: the judgements counted by hand."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from comity.dossier.statements import write_statement
from comity.errors import ComityError, InputError, IntegrityError
from comity.language import Message
from comity.measures.dialogue import measure_dialogue
from comity.measures.dialogue_review import measure_review
from comity.measures.intervals import exact_interval
from comity.measures.review_sheet import as_csv, rendered
from tests.measures.chat_server import saying, serving
from tests.measures.test_dialogue import RULES, asking, bank_of

ON = date(2026, 11, 22)
Rows = list[dict[str, str]]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """The sheet of a run with six questions in two languages; one answer would be a formula. The statement lies beside it."""
    answer = {"en:must_pass-1": '=HYPERLINK("http://a")', "sw:must_pass-2": 'a "quoted"\nline, and a comma'}
    with serving(saying(lambda question: answer.get(question, f"About {question}."))) as server:
        found = measure_dialogue(
            bank_of(tmp_path), asking(server), RULES, tmp_path / "j.jsonl", keep_answers=True, with_sheet=True, on=ON
        )
    assert found.sheet is not None
    write_statement(found.statement, tmp_path, "run")
    path = tmp_path / "sheet.csv"
    path.write_bytes(as_csv(found.sheet))
    return path


def rows_of(path: Path) -> Rows:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def write(path: Path, rows: Rows) -> None:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")


def judge(path: Path, wrong: int) -> Rows:
    """Find the first answers in Swahili wrong and all others right."""
    rows = rows_of(path)
    for row in rows:
        row["acceptable"] = "yes"
    for row in [row for row in rows if row["language"] == "sw"][:wrong]:
        row["acceptable"] = " NO "
    write(path, rows)
    return rows


def test_the_rate_is_what_people_said(sheet: Path) -> None:
    judge(sheet, 2)
    found = measure_review(sheet, run=sheet.parent / "run.json", on=ON).predicate
    assert {fact.fact: fact.value for fact in found.facts} == {
        "dialogue.content.pass_rate": 10 / 12,
        "dialogue.content.sample_size": 12,
    }
    assert (found.facts[0].count, found.facts[0].interval) == (12, exact_interval(10, 12))
    assert found.observations["content.passed_by_language.sw"] == "4/6"
    assert found.observations["content.gap_between_languages"] == pytest.approx(1 / 3)


def test_a_workbook_gives_the_same_rate(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    with serving(saying(lambda question: f"=About {question}. " + "😀" * 20_000)) as server:
        found = measure_dialogue(
            bank_of(tmp_path), asking(server), RULES, tmp_path / "j.jsonl", keep_answers=True, with_sheet=True, on=ON
        )
    assert found.sheet is not None
    run = write_statement(found.statement, tmp_path, "run")
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(rendered(found.sheet, ".xlsx", "zh"))
    book = openpyxl.load_workbook(path)
    page = book.worksheets[1]
    place = [cell.value for cell in page[1]].index(Message("acceptable").in_language("zh")) + 1
    for row in range(2, 14):
        page.cell(row, place).value = "否" if row < 5 else "是"
    book.save(path)
    facts = measure_review(path, run=run, on=ON).predicate.facts
    assert [fact.value for fact in facts] == [9 / 12, 12]


def test_the_sheet_shows_the_answers_and_no_formula(sheet: Path) -> None:
    rows = {(row["id"], row["language"]): row for row in rows_of(sheet)}
    assert len(rows) == 12
    assert rows["must_pass-1", "en"]["answer"].startswith("'=")
    assert '"quoted"' in rows["must_pass-2", "sw"]["answer"]


def without_one(rows: Rows) -> Rows:
    return rows[1:]


def with_another(rows: Rows) -> Rows:
    return [rows[0] | {"sha256": "0" * 64}, *rows[1:]]


def not_filled_in(rows: Rows) -> Rows:
    return [rows[0] | {"acceptable": " "}, *rows[1:]]


def maybe(rows: Rows) -> Rows:
    return [rows[0] | {"acceptable": "maybe"}, *rows[1:]]


def twice(rows: Rows) -> Rows:
    return [*rows, rows[0]]


def no_column(rows: Rows) -> Rows:
    return [{key: value for key, value in row.items() if key != "acceptable"} for row in rows]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (without_one, IntegrityError),
        (with_another, IntegrityError),
        (not_filled_in, InputError),
        (maybe, InputError),
        (twice, InputError),
        (no_column, InputError),
    ],
    ids=lambda value: value.__name__,
)
def test_a_sheet_that_is_not_whole_gives_no_rate(sheet: Path, change: object, error: type[ComityError]) -> None:
    write(sheet, change(judge(sheet, 0)))  # type: ignore[operator]
    with pytest.raises(error):
        measure_review(sheet, run=sheet.parent / "run.json")


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"id,language,sha256,acceptable\n", b'id\n"a', b"a;b\n1;2\n", b"\x00\n\x00"]
)
def test_what_is_no_sheet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"sheet\.csv"):
        measure_review(path)


def test_a_sheet_needs_the_answers_and_says_so_before_anything_is_asked(tmp_path: Path) -> None:
    with serving(saying(lambda _: "Yes.")) as server:
        with pytest.raises(InputError, match="--keep-answers"):
            measure_dialogue(bank_of(tmp_path), asking(server), RULES, tmp_path / "j.jsonl", with_sheet=True)
        assert server.questions == []


def test_a_journal_that_kept_no_answers_makes_no_sheet(tmp_path: Path) -> None:
    bank, journal = bank_of(tmp_path), tmp_path / "j.jsonl"
    with serving(saying(lambda _: "Yes.")) as server:
        measure_dialogue(bank, asking(server), RULES, journal)
        with pytest.raises(InputError, match="only their digests"):
            measure_dialogue(bank, asking(server), RULES, journal, keep_answers=True, with_sheet=True)
