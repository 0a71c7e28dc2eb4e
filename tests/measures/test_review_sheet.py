"""What is written on a review sheet and read back. Oracles: openpyxl and calamine read what we write; openpyxl writes what we read."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("xlsxwriter")
pytest.importorskip("openpyxl")

import openpyxl

from comity.errors import InputError, IntegrityError
from comity.language import LANGUAGES, Message
from comity.measures import corpus_sample, dialogue_review
from comity.measures.review_reading import Review, read_review
from comity.measures.review_sheet import (
    LONGEST_CELL,
    Column,
    ReviewSheet,
    SheetForm,
    check_of,
    cut,
    rendered,
    sheet_ending,
    visible,
)
from comity.measures.review_workbook import reads_right_to_left

FORM = SheetForm(
    (
        Column("item", Message("item")),
        Column("text", Message("text"), "text", 60),
        Column("acceptable", Message("acceptable"), "verdict"),
        Column("harmful", Message("harmful"), "verdict"),
        Column("note", Message("note"), "note"),
        Column("source", Message("source")),
    ),
    Message("Texts of a corpus, drawn at random, for people to judge"),
    (Message("Do not remove, add or edit rows. Each one carries a check, and a changed one is noticed."),),
    frozenset(("harmful",)),
)

HARD = (
    "=HYPERLINK(1)",
    "+1 234",
    "-5",
    "@SUM(A1)",
    " =1",
    "＝1",
    "'quoted",
    "'=quoted",
    "12",
    "0012",
    "2024-01-02",
    "1/2",
    "TRUE",
    "1E5",
    "12345678901234567890",
    "_x001B_ literal",
    "_x005F_x001B_",
    "steer\x1b[31m",
    "\x00",
    "turned \u202eround\u202c",
    "a\r\nb\rc\td\n=e",
    "  spaces  ",
    "שלום, עולם",
    "\ufeffmark",
    "zero\u200bwidth",
    "e\u0301",
    "not a character \uffff",
    "half \ud800",
    '"quotes", commas; and\ttabs',
    "",
    "😀" * 20_000,
    ("x" * 29_999 + "=" + "y" * 40_000),
)


def sheet_of(*texts: str, source: str = "web") -> ReviewSheet:
    return ReviewSheet(
        FORM, tuple((str(number), visible(text), visible(source)) for number, text in enumerate(texts, 1))
    )


def written(path: Path, sheet: ReviewSheet, language: str = "en") -> Path:
    path.write_bytes(rendered(sheet, sheet_ending(path), language))
    return path


def filled(path: Path, *answers: object, to: Path | None = None) -> Path:
    """The workbook with these answers, saved by another program."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[1]
    column = 1 + [str(cell.value).startswith("text") for cell in page[1]].count(True) + 1
    for row, answer in enumerate(answers, 2):
        page.cell(row, column).value = answer
    book.save(to or path)
    return to or path


def in_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def saved(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8", **dialect: str) -> Path:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), **dialect)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def answers_of(review: Review) -> list[bool]:
    return [row.judged("acceptable") for row in review.rows]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_every_hard_text_comes_back_as_it_was_written(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"s{ending}", sheet_of(*HARD))
    review = read_review(path, FORM)
    assert [row.cells["item"] for row in review.rows] == [str(number) for number in range(1, len(HARD) + 1)]
    assert {row.cells["source"] for row in review.rows} == {"web"}


def test_another_program_that_saves_the_workbook_changes_no_row(tmp_path: Path) -> None:
    path = written(tmp_path / "s.xlsx", sheet_of(*HARD, source="=cmd"))
    review = read_review(filled(path, *(["yes", "no"] * len(HARD))[: len(HARD)]), FORM)
    assert answers_of(review) == ([True, False] * len(HARD))[: len(HARD)]
    assert {row.cells["source"] for row in review.rows} == {"=cmd"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=5))
def test_any_text_survives_both_forms(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    directory = tmp_path_factory.mktemp("s")
    for ending in (".csv", ".xlsx"):
        read_review(written(directory / f"s{ending}", sheet_of(*texts)), FORM)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_openpyxl_and_calamine_read_the_same_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    calamine = pytest.importorskip("python_calamine")
    shown = visible(text)
    path = written(tmp_path_factory.mktemp("s") / "s.xlsx", sheet_of(text))
    page = openpyxl.load_workbook(path).worksheets[1]
    assert (page.cell(2, 2).value or "") == shown
    assert page.cell(2, 2).data_type == ("s" if shown else "n")
    assert calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(1).to_python()[1][1] == shown


def test_a_sheet_has_the_same_bytes_each_time_and_names_no_moment(tmp_path: Path) -> None:
    sheet = sheet_of(*HARD)
    one, other = (written(tmp_path / name, sheet).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == other
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} <= {(1980, 1, 1), (1980, 1, 31)}
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", [corpus_sample.FORM, dialogue_review.FORM])
def test_people_can_work_with_it(tmp_path: Path, language: str, form: SheetForm) -> None:
    """Instructions first; header frozen; texts wrapped; a choice of answers in every row; nothing else can be changed by accident."""
    rows = tuple(tuple("שלום" if column.use == "text" else number for column in form.shown) for number in "12")
    path = written(tmp_path / "s.xlsx", ReviewSheet(form, rows), language)
    book = openpyxl.load_workbook(path)
    first, page = book.worksheets
    assert [cell.value for cell in first["B"] if cell.value] == [
        message.in_language(language) for message in (form.title, *form.instructions)
    ]
    titles = [cell.value for cell in page[1]]
    assert len(set(titles)) == len(titles)
    assert page.freeze_panes == "B2"
    assert page.protection.sheet
    for place, column in enumerate(form.columns, 1):
        cell = page.cell(2, place)
        assert cell.protection.locked == (column.use not in ("verdict", "note"))
        if column.use == "text":
            assert (cell.alignment.wrap_text, cell.alignment.readingOrder) == (True, 2)
        if column.use == "verdict":
            offered = [found for found in page.data_validations.dataValidation if cell.coordinate in found.sqref]
            assert [found.formula1 for found in offered] == ['"yes,no"' if language == "en" else '"是,否"']
    assert len(read_review(path, form).rows) == 2


def test_right_to_left_is_told_by_the_first_letter() -> None:
    assert [reads_right_to_left(text) for text in ("שלום a", "12. مرحبا", "a שלום", "12", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_long_texts_go_on_in_further_cells_and_none_is_too_long_for_excel(tmp_path: Path) -> None:
    path = written(tmp_path / "s.xlsx", sheet_of("😀" * 20_000, "short"))
    page = openpyxl.load_workbook(path).worksheets[1]
    assert [cell.value for cell in page[1]][:4] == ["item", "text", "text 2", "acceptable"]
    cells = [page.cell(2, place).value for place in (2, 3)]
    assert "".join(cells) == "😀" * 20_000
    assert all(len(cell.encode("utf-16-le")) // 2 <= 32_767 for cell in cells)


@given(st.text(st.characters(), min_size=1).map(lambda text: text * (70_000 // len(text))))
@settings(max_examples=20, deadline=None)
def test_pieces_are_the_text(text: str) -> None:
    pieces = cut(text)
    assert "".join(pieces) == text
    assert all(len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST_CELL for piece in pieces)


def test_a_check_is_bound_to_every_text_and_to_the_number_of_rows() -> None:
    assert check_of(("a", "b"), 2) == check_of((" a ", "b\r\n"), 2)
    others = {
        check_of(texts, rows) for texts, rows in ((("a", "b"), 2), (("ab", ""), 2), (("b", "a"), 2), (("a", "b"), 3))
    }
    assert len(others) == 4


def as_windows(path: Path) -> Path:
    return saved(path, in_csv(path), "utf-8-sig", delimiter=";", lineterminator="\r\n")


def as_unicode_text(path: Path) -> Path:
    return saved(path, in_csv(path), "utf-16", delimiter="\t", lineterminator="\r\n")


def as_old_mac(path: Path) -> Path:
    return saved(path, in_csv(path), lineterminator="\r", quoting=csv.QUOTE_ALL)  # type: ignore[arg-type]


def as_chinese_windows(path: Path) -> Path:
    return saved(path, in_csv(path), "gb18030", lineterminator="\r\n")


def with_separator_line(path: Path) -> Path:
    saved(path, in_csv(path), delimiter=";", lineterminator="\r\n")
    path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    return path


def with_every_cell_quoted(path: Path) -> Path:
    return saved(path, in_csv(path), quoting=csv.QUOTE_ALL)  # type: ignore[arg-type]


def turned_round(path: Path) -> Path:
    return saved(path, in_csv(path)[::-1])


def with_a_column_of_ones_own(path: Path) -> Path:
    return saved(path, [{"mine": "x"} | row for row in in_csv(path)])


def with_empty_rows(path: Path) -> Path:
    path.write_bytes(path.read_bytes() + b",,,,,,\n\n,,,,,,\n")
    return path


HABITS = (
    as_windows,
    as_unicode_text,
    as_old_mac,
    as_chinese_windows,
    with_separator_line,
    with_every_cell_quoted,
    turned_round,
    with_a_column_of_ones_own,
    with_empty_rows,
)


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__)
def test_habits_of_spreadsheet_programs_change_nothing(tmp_path: Path, habit: object) -> None:
    path = written(tmp_path / "s.csv", sheet_of("中文，文本", "line\nbreak", "=1+1", "é"))
    rows = in_csv(path)
    for row in rows:
        row["acceptable"] = "否" if row["item"] == "3" else "是"
    saved(path, rows)
    review = read_review(habit(path), FORM)  # type: ignore[operator]
    assert {row.cells["item"]: row.judged("acceptable") for row in review.rows} == {
        "1": True,
        "2": True,
        "3": False,
        "4": True,
    }


@pytest.mark.parametrize(
    ("answer", "expected"), [(True, True), (1, True), (0, False), ("No ", False), ("合格", True), ("TRUE", True)]
)
def test_what_programs_make_of_yes_and_no(tmp_path: Path, answer: object, expected: bool) -> None:
    path = filled(written(tmp_path / "s.xlsx", sheet_of("a")), answer)
    assert answers_of(read_review(path, FORM)) == [expected]


def changed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [rows[0] | {"text": "another"}, *rows[1:]]


def one_column_sorted(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row | {"text": other["text"]} for row, other in zip(rows, rows[::-1], strict=True)]


def number_made_a_date(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [*rows[:2], rows[2] | {"text": "01. Feb"}]


def one_removed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return rows[:-1]


def one_added(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [*rows, rows[0] | {"item": "4", "check": ""}]


def one_twice(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [*rows, rows[0]]


def of_another_sheet(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [*rows, rows[0] | {"check": check_of((rows[0]["item"], rows[0]["text"], rows[0]["source"]), 4)}]


def source_changed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row | {"source": "books"} for row in rows]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (changed, IntegrityError, "s.csv:2:1: this row is not as it was written"),
        (one_column_sorted, IntegrityError, "not as it was written"),
        (number_made_a_date, IntegrityError, "s.csv:4:1: this row is not as it was written"),
        (source_changed, IntegrityError, "not as it was written"),
        (one_removed, IntegrityError, "the sheet has 2 of its 3 rows"),
        (one_added, InputError, "s.csv:5:1: this row is none of the sheet"),
        (one_twice, InputError, "stands twice"),
        (of_another_sheet, IntegrityError, "several sheets are mixed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_was_altered_is_noticed(tmp_path: Path, change: object, error: type[Exception], words: str) -> None:
    path = written(tmp_path / "s.csv", sheet_of("a", "b", "1-2"))
    saved(path, change(in_csv(path)))  # type: ignore[operator]
    with pytest.raises(error, match=re.escape(words)):
        read_review(path, FORM)


@pytest.mark.parametrize(
    ("name", "words"),
    [("s.xls", "one of these forms"), ("s", "one of these forms"), ("s.csv.gz", "one of these forms")],
)
def test_other_forms_are_refused_before_any_work(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        sheet_ending(Path(name))
