"""Workbooks that are hostile, damaged, or were worked on by people: a clear error, in bounded time and memory, never a wrong judgement."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("xlsxwriter")
pytest.importorskip("openpyxl")

import openpyxl

from comity.errors import ComityError, InputError, Place
from comity.measures import workbook
from comity.measures.review_reading import read_review
from comity.measures.workbook import Workbook
from tests.measures.test_review_sheet import FORM, answers_of, filled, sheet_of, written

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = written(tmp_path / "s.xlsx", sheet_of("a", "b", "c"))
    return filled(path, "yes", "no", "yes")


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def replaced(path: Path, part: str, old: bytes, new: bytes) -> Path:
    parts = parts_of(path)
    assert old in parts[part]
    return packed(path, parts | {part: parts[part].replace(old, new, 1)})


def saved(path: Path, change: Callable[[openpyxl.Workbook], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def with_formula(path: Path) -> Path:
    return filled(path, '=IF(1,"yes","no")')


def with_formula_that_looks_elsewhere(path: Path) -> Path:
    return filled(path, "='[other.xlsx]Sheet1'!A1")


def with_merged_cells(path: Path) -> Path:
    return saved(path, lambda book: book.worksheets[1].merge_cells("C2:C3"))


def with_a_copy(path: Path) -> Path:
    return saved(path, lambda book: book.copy_worksheet(book.worksheets[1]) and None)


def hidden(path: Path) -> Path:
    return saved(path, lambda book: setattr(book.worksheets[1], "sheet_state", "hidden"))


def with_a_date(path: Path) -> Path:
    from datetime import datetime

    return filled(path, datetime(2026, 1, 1))


def with_a_number(path: Path) -> Path:
    return filled(path, 2)


def with_an_error(path: Path) -> Path:
    return filled(path, "#N/A")


def without_the_sheet(path: Path) -> Path:
    return saved(path, lambda book: book.remove(book.worksheets[1]))


def with_a_row_above(path: Path) -> Path:
    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[1].insert_rows(1)
        book.worksheets[1]["A1"].value = "my title"

    return saved(path, change)


def with_a_total_below(path: Path) -> Path:
    return saved(path, lambda book: setattr(book.worksheets[1]["A6"], "value", "all: 3"))


def with_macros(path: Path) -> Path:
    return packed(path, parts_of(path) | {"xl/vbaProject.bin": b"\xd0\xcf"})


def with_links(path: Path) -> Path:
    return packed(path, parts_of(path) | {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})


def with_an_embedded_file(path: Path) -> Path:
    return packed(path, parts_of(path) | {"xl/embeddings/oleObject1.bin": b"x"})


def of_the_binary_form(path: Path) -> Path:
    return packed(path, {"xl/workbook.bin": b"x"})


def encrypted(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    return path


def with_a_locked_part(path: Path) -> Path:
    raw = bytearray(packed(path, parts_of(path)).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := raw.find(mark, start)) >= 0:
            raw[start + offset] |= 1
            start += 4
    path.write_bytes(bytes(raw))
    return path


def another_archive(path: Path) -> Path:
    return packed(path, {"word/document.xml": b"<x/>"})


def an_empty_archive(path: Path) -> Path:
    return packed(path, {})


def cut_off(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-300])
    return path


def with_a_wrong_sum(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/sheet2.xml")
    raw = bytearray(path.read_bytes())
    raw[entry.header_offset + 80] ^= 0x55
    path.write_bytes(bytes(raw))
    return path


def with_entities(path: Path) -> Path:
    """A billion laughs."""
    definitions = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{definitions}]><sst {MAIN}><si><t>&a9;</t></si></sst>'
    return packed(path, parts_of(path) | {"xl/sharedStrings.xml": bomb.encode()})


def with_an_outside_entity(path: Path) -> Path:
    bomb = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst {MAIN}><si><t>&a;</t></si></sst>'
    return packed(path, parts_of(path) | {"xl/sharedStrings.xml": bomb.encode()})


def a_bomb(path: Path) -> Path:
    """50 MB of white space, packed about a thousand times smaller."""
    return packed(path, parts_of(path) | {"xl/sharedStrings.xml": b"<sst>" + b" " * 50_000_000 + b"</sst>"})


def a_giant_tag(path: Path) -> Path:
    tag = b'<sst a="' + random.Random(1).randbytes(3_000_000).hex().encode()
    return packed(path, parts_of(path) | {"xl/sharedStrings.xml": tag})


def a_giant_cell(path: Path) -> Path:
    text = "".join(chr(97 + number * 7919 % 26) for number in range(400_000)).encode()
    return packed(path, parts_of(path) | {"xl/sharedStrings.xml": b"<sst><si><t>" + text + b"</t></si></sst>"})


def very_many_parts(path: Path) -> Path:
    return packed(path, parts_of(path) | {f"xl/{number}": b"" for number in range(3_000)})


def a_list_of_parts_without_end(path: Path) -> Path:
    return packed(path, {f"xl/{number:0200}": b"" for number in range(6_000)})


def with_a_string_that_is_not_there(path: Path) -> Path:
    parts = parts_of(written(path, sheet_of("a")))
    return packed(path, parts | {"xl/sharedStrings.xml": f"<sst {MAIN}></sst>".encode()})


def no_xml(path: Path) -> Path:
    return packed(path, parts_of(path) | {"xl/workbook.xml": b"\x00\x01garbage"})


def with_a_page_outside(path: Path) -> Path:
    parts = parts_of(path)
    relations = parts["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet2.xml", b"../../../../etc/passwd")
    relations = relations.replace(b"/xl/../", b"../")
    return packed(path, parts | {"xl/_rels/workbook.xml.rels": relations})


HOSTILE: dict[Callable[[Path], Path], str] = {
    with_formula: "s.xlsx:2:3: a cell holds a formula",
    with_formula_that_looks_elsewhere: "formula",
    with_merged_cells: "cells are merged: C2:C3",
    with_a_copy: "several sheets of the workbook are review sheets: Review, Review Copy",
    hidden: 'the sheet "Review" is hidden',
    with_a_date: 's.xlsx:2:3: "46023" is neither yes nor no',
    with_a_number: '"2" is neither yes nor no',
    with_an_error: '"#N/A" is neither yes nor no',
    without_the_sheet: "no sheet of the workbook is a review sheet",
    with_a_row_above: "no sheet of the workbook is a review sheet",
    with_a_total_below: "s.xlsx:6:1: this row is none of the sheet",
    with_macros: "holds macros",
    with_links: "refers to other files",
    with_an_embedded_file: "refers to other files",
    of_the_binary_form: "binary form",
    encrypted: "is encrypted",
    with_a_locked_part: "is encrypted",
    another_archive: "no sheet in CSV or XLSX",
    an_empty_archive: "no sheet in CSV or XLSX",
    cut_off: "the workbook is damaged",
    with_a_wrong_sum: "the workbook is damaged",
    with_entities: "document type",
    with_an_outside_entity: "document type",
    a_bomb: "packed more than 400 times smaller",
    a_giant_tag: "a tag is too long",
    a_giant_cell: "a cell holds more than 32767 characters",
    very_many_parts: "more than 2000 members",
    a_list_of_parts_without_end: "more than 2000 members",
    with_a_string_that_is_not_there: "damaged",
    no_xml: "damaged",
    with_a_page_outside: "no sheet of the workbook is a review sheet",
}


@pytest.mark.parametrize("change", list(HOSTILE), ids=lambda change: change.__name__)
def test_a_hostile_workbook_gives_one_clear_error(sheet: Path, change: Callable[[Path], Path]) -> None:
    with pytest.raises(ComityError) as raised:
        answers_of(read_review(change(sheet), FORM))
    assert HOSTILE[change] in str(raised.value)
    assert "s.xlsx" in str(raised.value)


def test_what_is_unpacked_is_bounded_in_all(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 3_000)
    with pytest.raises(InputError, match="unpacked, this is larger than 3000 bytes"):
        read_review(sheet, FORM)


def with_a_note_sheet(path: Path) -> Path:
    return saved(path, lambda book: book.create_sheet("mine").append(["=1+1", "text"]))


def sorted_by_people(path: Path) -> Path:
    def change(book: openpyxl.Workbook) -> None:
        page = book.worksheets[1]
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
        for number, values in enumerate(rows[::-1], 2):
            for place, value in enumerate(values, 1):
                page.cell(number, place).value = value

    return saved(path, change)


def with_rows_left_empty(path: Path) -> Path:
    return saved(path, lambda book: book.worksheets[1].insert_rows(3, 2))


def with_prefixed_names(path: Path) -> Path:
    """As some programs write XML: every tag with a prefix, and absolute targets."""
    parts = parts_of(path)
    page = parts["xl/worksheets/sheet2.xml"].decode()
    page = page.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?xml", "<?xml").replace("xmlns=", "xmlns:x=")
    return packed(path, parts | {"xl/worksheets/sheet2.xml": page.encode()})


@pytest.mark.parametrize(
    "change",
    [with_a_note_sheet, sorted_by_people, with_rows_left_empty, with_prefixed_names],
    ids=lambda change: change.__name__,
)
def test_what_people_and_programs_do_without_harm(sheet: Path, change: Callable[[Path], Path]) -> None:
    rows = read_review(change(sheet), FORM).rows
    assert {row.cells["item"]: row.judged("acceptable") for row in rows} == {"1": True, "2": False, "3": True}


def made_of(strings: str, rows: str) -> Workbook:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        relation = f'<Relationships><Relationship Id="a" Target="worksheets/s.xml" Type="{RELATIONS}/worksheet"/></Relationships>'
        pages = f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets><sheet name="S" r:id="a"/></sheets></workbook>'
        archive.writestr("xl/workbook.xml", pages)
        archive.writestr("xl/_rels/workbook.xml.rels", relation)
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{strings}</sst>")
        archive.writestr("xl/worksheets/s.xml", f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")
    stream.seek(0)
    return Workbook(stream, Place("s.xlsx"))


def test_every_kind_of_cell() -> None:
    """By hand from ECMA-376: shared, rich and inline texts, readings above characters, numbers, truth values, cells without a place."""
    book = made_of(
        "<si><t>one</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>reading</t></rPh></si><si><t>_x001B_</t></si>",
        '<row r="3"><c r="B3" t="s"><v>0</v></c><c t="s"><v>1</v></c><c r="AA3" t="inlineStr"><is><t>in</t></is></c></row>'
        '<row><c><v>1.5</v></c><c t="b"><v>1</v></c><c t="str"><f>A1</f><v>x</v></c><c t="s"><v>2</v></c><c/></row>',
    )
    rows = {row.number: row.cells for row in book.rows(book.pages[0])}
    assert {number: {place: cell.text for place, cell in cells.items()} for number, cells in rows.items()} == {
        3: {1: "one", 2: "rich", 26: "in"},
        4: {0: "1.5", 1: "true", 2: "x", 3: "\x1b"},
    }
    assert rows[4][2].formula


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_random_damage_never_gives_another_judgement(sheet: Path, data: st.DataObject) -> None:
    """Whatever is broken in the file: an error of ours, or what people said."""
    raw = bytearray(sheet.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(raw) // 2, len(raw)))
    path = sheet.with_name("d.xlsx")
    path.write_bytes(bytes(raw[:cut]))
    try:
        found = {row.cells["item"]: row.judged("acceptable") for row in read_review(path, FORM).rows}
    except ComityError:
        return
    assert found == {"1": True, "2": False, "3": True}
