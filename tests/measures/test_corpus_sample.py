"""Drawing a sample and reading its review back. Oracles: counting by hand, and the uniform distribution."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pycld2")
pytest.importorskip("py3langid")
pytest.importorskip("polars")
pytest.importorskip("numpy")

from comity.dossier.statements import write_statement
from comity.errors import InputError, IntegrityError
from comity.measures import corpus_scan
from comity.measures.corpus_review import measure_review
from comity.measures.corpus_sample import draw_sample, proportional
from comity.measures.intervals import exact_interval
from comity.measures.review_sheet import ReviewSheet, as_csv
from tests.measures.corpus_texts import TEXTS

ON = date(2026, 11, 22)


def corpus(path: Path, count: int, word: str = "text") -> Path:
    path.write_text(
        "".join(json.dumps({"text": f"{word} {number}"}) + "\n" for number in range(count)), encoding="utf-8"
    )
    return path


def rows(sheet: ReviewSheet) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(sheet).decode("utf-8-sig"), newline="")))


def test_the_same_seed_draws_the_same_and_another_does_not(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.jsonl", 500)
    one, again, other = (draw_sample([path], size=40, seed=seed, on=ON) for seed in (1, 1, 2))
    assert one.sheet == again.sheet
    assert one.statement == again.statement
    assert one.sheet != other.sheet
    texts = [row["text"] for row in rows(one.sheet)]
    assert len(set(texts)) == 40
    assert one.statement.predicate.seed == 1


def test_processes_draw_the_same(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.jsonl", 20_000, "x" * 200)
    assert path.stat().st_size > corpus_scan.ONE_PROCESS_BYTES
    one, two = (draw_sample([path], size=50, seed=9, cores=cores, on=ON) for cores in (1, 2))
    assert one == two


def test_every_document_is_drawn_equally_often(tmp_path: Path) -> None:
    """300 draws of 5 of 20: each 75 times on average; chi-square with 19 degrees of freedom stays below 50 (p about 0.0001)."""
    path = corpus(tmp_path / "a.jsonl", 20)
    seen: Counter[str] = Counter()
    for seed in range(300):
        seen.update(row["text"] for row in rows(draw_sample([path], size=5, seed=seed, on=ON).sheet))
    assert sum((seen[f"text {number}"] - 75) ** 2 / 75 for number in range(20)) < 50


def test_a_share_is_rounded_up(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.jsonl", 5_001)
    for share, count in (("0.02", 101), ("1/3", 1_667), ("1", 5_001), ("0.00001", 1)):
        assert len(rows(draw_sample([path], share=share, on=ON).sheet)) == count


def test_a_share_is_the_smallest_numbers_of_all(tmp_path: Path) -> None:
    """What is kept while reading is enough: the share draws what the same number of documents draws."""
    path = corpus(tmp_path / "a.jsonl", 30_000)
    assert draw_sample([path], share="0.1", on=ON).sheet == draw_sample([path], size=3_000, on=ON).sheet


def test_strata_get_their_part(tmp_path: Path) -> None:
    a, b = corpus(tmp_path / "a.jsonl", 300), corpus(tmp_path / "b.jsonl", 100)
    seen = Counter(row["source"] for row in rows(draw_sample([a, b], size=40, by="source", on=ON).sheet))
    assert seen == {str(a): 30, str(b): 10}
    texts = [text for code in ("eng", "hin", "ell") for text in TEXTS[code] * 10]
    path = tmp_path / "c.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    seen = Counter(row["language"] for row in rows(draw_sample([path], size=6, by="language", on=ON).sheet))
    assert seen == {"eng": 2, "hin": 2, "ell": 2}


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 1000), min_size=1), st.floats(0, 1))
def test_largest_remainders(sizes: dict[str, int], part: float) -> None:
    """Each within one of its exact part, never more than there is, in all what is wanted."""
    total = sum(sizes.values())
    wanted = round(part * total)
    found = proportional(sizes, wanted)
    assert sum(found.values()) == wanted
    assert all(
        0 <= found[name] <= size and abs(found[name] - size * wanted / total) < 1 for name, size in sizes.items()
    )


def test_cells_are_no_formulas_and_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    texts = ["=HYPERLINK(1)", "x" * 9_000, 'a\x1b[31m,\n"b"']
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    shown = {row["record"]: row["text"] for row in rows(draw_sample([path], size=3, on=ON).sheet)}
    assert shown == {"1": "'=HYPERLINK(1)", "2": "x" * 5_000 + " … (+4,000)", "3": 'a⟨U+001B⟩[31m,\n"b"'}


@pytest.mark.parametrize(
    ("size", "share"),
    [(None, None), (3, "0.5"), (0, None), (None, "0"), (None, "2"), (None, "x"), (None, "1/0"), (11, None)],
)
def test_bad_numbers_are_refused(size: int | None, share: str | None, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        draw_sample([corpus(tmp_path / "a.jsonl", 10)], size=size, share=share)


def filled(sheet: ReviewSheet, **answers: list[str]) -> str:
    table = rows(sheet)
    for column, values in answers.items():
        for row, value in zip(table, values, strict=True):
            row[column] = value
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, table[0].keys())
    writer.writeheader()
    writer.writerows(table)
    return stream.getvalue()


def test_a_review_establishes_size_and_pass_rate(tmp_path: Path) -> None:
    sample = draw_sample([corpus(tmp_path / "a.jsonl", 100)], size=50, seed=3, on=ON)
    drawn = write_statement(sample.statement, tmp_path, "drawn")
    sheet = tmp_path / "review.csv"
    sheet.write_text(filled(sample.sheet, acceptable=["yes"] * 24 + ["合格"] * 24 + ["No", "否"]), encoding="utf-8")
    statement = measure_review(sheet, drawn=drawn, on=ON)
    facts = {fact.fact: fact for fact in statement.predicate.facts}
    assert set(facts) == {"data.sample.manual.size", "data.sample.manual.pass_rate"}
    assert facts["data.sample.manual.size"].value == 50
    rate = facts["data.sample.manual.pass_rate"]
    assert (rate.value, rate.count, rate.interval) == (0.96, 50, exact_interval(48, 50))
    assert statement.predicate.seed == 3


def test_the_worst_source_counts_where_harm_was_judged(tmp_path: Path) -> None:
    a, b = corpus(tmp_path / "a.jsonl", 30), corpus(tmp_path / "b.jsonl", 10)
    sample = draw_sample([a, b], size=20, by="source", on=ON)
    harmful = ["yes" if row["source"] == str(b) and int(row["record"]) % 2 else "no" for row in rows(sample.sheet)]
    sheet = tmp_path / "review.csv"
    sheet.write_text(filled(sample.sheet, acceptable=["yes"] * 20, harmful=harmful), encoding="utf-8")
    facts = {fact.fact: fact for fact in measure_review(sheet, on=ON).predicate.facts}
    worst = facts["data.source.harmful_share_max"]
    assert (worst.value, worst.count, worst.where) == (harmful.count("yes") / 5, 5, str(b))
    low, high = worst.interval or (0.0, 0.0)
    assert low <= exact_interval(harmful.count("yes"), 5)[0]
    assert high >= exact_interval(harmful.count("yes"), 5)[1]


def test_a_sheet_with_gaps_or_other_words_is_refused(tmp_path: Path) -> None:
    sample = draw_sample([corpus(tmp_path / "a.jsonl", 9)], size=4, on=ON)
    sheet = tmp_path / "review.csv"
    for answers, words in (
        (["yes", "", "no", "no"], "not filled in"),
        (["yes", "maybe", "no", "no"], "neither yes nor no"),
    ):
        sheet.write_text(filled(sample.sheet, acceptable=answers), encoding="utf-8")
        with pytest.raises(InputError, match=words) as error:
            measure_review(sheet)
        assert ":3:4" in str(error.value)


def test_an_item_left_out_or_exchanged_is_noticed(tmp_path: Path) -> None:
    sample = draw_sample([corpus(tmp_path / "a.jsonl", 9)], size=4, on=ON)
    whole = filled(sample.sheet, acceptable=["yes"] * 4)
    sheet = tmp_path / "review.csv"
    lines = whole.splitlines(keepends=True)
    for content, words in (
        ("".join(lines[:-1]), "3 of its 4 rows"),
        (whole.replace(rows(sample.sheet)[1]["sha256"], "0" * 64), "not as it was written"),
    ):
        sheet.write_text(content, encoding="utf-8")
        with pytest.raises(IntegrityError, match=words):
            measure_review(sheet)
    sheet.write_text("".join([*lines, lines[-1]]), encoding="utf-8")
    with pytest.raises(InputError, match="stands twice"):
        measure_review(sheet)


def test_a_sheet_of_another_draw_is_noticed(tmp_path: Path) -> None:
    """Its checks are right; the statement says that other items were drawn."""
    path = corpus(tmp_path / "a.jsonl", 90)
    drawn = write_statement(draw_sample([path], size=4, seed=1, on=ON).statement, tmp_path, "drawn")
    sheet = tmp_path / "review.csv"
    sheet.write_text(filled(draw_sample([path], size=4, seed=2, on=ON).sheet, acceptable=["yes"] * 4), encoding="utf-8")
    assert measure_review(sheet).predicate.facts[0].value == 4
    with pytest.raises(IntegrityError, match="what was drawn"):
        measure_review(sheet, drawn=drawn)


def test_the_order_of_the_rows_is_of_no_account(tmp_path: Path) -> None:
    sample = draw_sample([corpus(tmp_path / "a.jsonl", 90)], size=12, on=ON)
    drawn = write_statement(sample.statement, tmp_path, "drawn")
    head, *lines = filled(sample.sheet, acceptable=["yes"] * 11 + ["no"]).splitlines(keepends=True)
    sheet = tmp_path / "review.csv"
    sheet.write_text("".join([head, *lines[::-1]]), encoding="utf-8")
    assert measure_review(sheet, drawn=drawn).predicate.facts[1].value == 11 / 12


def test_another_statement_is_no_draw(tmp_path: Path) -> None:
    sample = draw_sample([corpus(tmp_path / "a.jsonl", 9)], size=4, on=ON)
    sheet = tmp_path / "review.csv"
    sheet.write_text(filled(sample.sheet, acceptable=["yes"] * 4), encoding="utf-8")
    other = write_statement(measure_review(sheet, on=ON), tmp_path, "other")
    with pytest.raises(InputError, match="no statement of a draw"):
        measure_review(sheet, drawn=other)
