"""`measure_corpus`. Oracle: counting the same texts in plain Python, where the language of each is known because we wrote it."""

from __future__ import annotations

import gzip
import json
import math
import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("pycld2")
pytest.importorskip("py3langid")
pytest.importorskip("polars")
pytest.importorskip("numpy")

from comity.dossier.statements import Statement
from comity.errors import InputError
from comity.measures import corpus_files, corpus_languages, corpus_scan
from comity.measures.corpus import measure_corpus
from comity.measures.corpus_languages import Answer, Detector, tell
from comity.measures.corpus_packing import Reading
from tests.measures.corpus_texts import SCRIPTS, TEXTS

ON = date(2026, 11, 22)


def lines_of(texts: list[str]) -> bytes:
    return "".join(json.dumps({"id": 1, "text": text}, ensure_ascii=False) + "\n" for text in texts).encode()


def jsonl(path: Path, texts: list[str]) -> Path:
    path.write_bytes(lines_of(texts))
    return path


def every_text() -> list[str]:
    return [text for texts in TEXTS.values() for text in texts]


def found(statement: Statement) -> dict[str, object]:
    return dict(statement.predicate.observations)


def row(statement: Statement, name: str) -> dict[str, object]:
    return {
        key.removeprefix(f"{name}."): value
        for key, value in statement.predicate.observations.items()
        if key.startswith(f"{name}.")
    }


def test_amounts_are_what_one_counts(tmp_path: Path) -> None:
    seen = found(measure_corpus([jsonl(tmp_path / "a.jsonl", every_text())], on=ON))
    assert seen["documents"] == 24
    assert seen["characters"] == sum(map(len, every_text()))
    assert seen["bytes"] == sum(len(text.encode()) for text in every_text())
    assert seen["records_skipped"] == 0


def test_languages_and_scripts_of_texts_that_we_wrote(tmp_path: Path) -> None:
    statement = measure_corpus([jsonl(tmp_path / "a.jsonl", every_text())], on=ON)
    assert row(statement, "languages.documents") == dict.fromkeys(TEXTS, 2)
    assert row(statement, "languages.characters") == {code: sum(map(len, texts)) for code, texts in TEXTS.items()}
    assert row(statement, "scripts.documents") == Counter(SCRIPTS[code] for code in TEXTS for _ in range(2))
    seen = found(statement)
    assert seen["language_identified.documents"] == 24
    assert seen["effective_languages.documents"] == pytest.approx(12)


def test_the_effective_number_is_exp_of_the_entropy(tmp_path: Path) -> None:
    texts = [TEXTS["eng"][0]] * 6 + [TEXTS["zho"][0]] * 3 + [TEXTS["hin"][0]]
    seen = found(measure_corpus([jsonl(tmp_path / "a.jsonl", texts)], on=ON))
    entropy = -sum(p * math.log(p) for p in (0.6, 0.3, 0.1))
    assert seen["effective_languages.documents"] == pytest.approx(math.exp(entropy), abs=1e-6)


def test_letters_are_counted_by_script(tmp_path: Path) -> None:
    """Ten Latin letters, four Greek, three Han; digits, spaces and marks belong to no script."""
    statement = measure_corpus([jsonl(tmp_path / "a.jsonl", ["abcdé fghij 123!", "αβγδ — 7", "漢字人。"])], on=ON)
    assert row(statement, "scripts.characters") == {"Latn": 10, "Grek": 4, "Hani": 3}
    assert row(statement, "scripts.documents") == {"Latn": 1, "Grek": 1, "Hani": 1}


def test_what_no_detector_knows_is_kept_apart(tmp_path: Path) -> None:
    """Tifinagh and N'Ko are scripts of no language that the detectors know; digits are no language at all."""
    texts = ["ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ ⵎⴰⵏⵣⴰⴽⵉⵏ ⵉⵎⴷⴷⴰⴽⴽⵯⴰⵍ", "ߒߞߏ ߛߓߍߛߎ߲ ߠߎ߬", "12345 67890 --- 42", TEXTS["eng"][0]]
    statement = measure_corpus([jsonl(tmp_path / "a.jsonl", texts)], on=ON)
    seen = found(statement)
    assert seen["language_unknown.documents"] == 3
    assert row(statement, "languages.documents") == {"eng": 1}
    assert row(statement, "scripts.documents") == {"Latn": 1, "Nkoo": 1, "Tfng": 1, "Zyyy": 1}


def test_states_sum_to_all_documents_and_characters(tmp_path: Path) -> None:
    texts = [*every_text(), "ok", "12", "lorem ipsum", "ߒߞߏ ߛߓߍߛߎ߲"]
    seen = found(measure_corpus([jsonl(tmp_path / "a.jsonl", texts)], on=ON))
    for unit in ("documents", "characters"):
        assert sum(seen[f"language_{state}.{unit}"] for state in ("identified", "uncertain", "unknown")) == seen[unit]  # type: ignore[misc]


def test_the_same_texts_in_every_form_give_the_same_figures(tmp_path: Path) -> None:
    import polars as pl
    import zstandard

    texts = every_text()
    jsonl(tmp_path / "plain.jsonl", texts)
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(lines_of(texts[:7])) + gzip.compress(lines_of(texts[7:])))
    zst = zstandard.ZstdCompressor()
    (tmp_path / "packed.jsonl.zst").write_bytes(zst.compress(lines_of(texts[:7])) + zst.compress(lines_of(texts[7:])))
    (tmp_path / "lines.txt").write_text("\ufeff" + "\r\n".join(texts), encoding="utf-8")
    pl.DataFrame({"n": range(24), "text": texts}).write_parquet(tmp_path / "table.parquet")
    directory = tmp_path / "directory"
    for number, text in enumerate(texts):
        (directory / str(number % 3)).mkdir(parents=True, exist_ok=True)
        (directory / str(number % 3) / f"{number}.txt").write_text(text, encoding="utf-8")
    (directory / "picture.png").write_bytes(b"\x89PNG")
    (directory / ".hidden.txt").write_text("hidden", encoding="utf-8")
    first = found(measure_corpus([tmp_path / "plain.jsonl"], on=ON))
    other = {
        "packed.jsonl.gz": "file",
        "packed.jsonl.zst": "file",
        "table.parquet": "file",
        "lines.txt": "line",
        "directory": "file",
    }
    for name, divide in other.items():
        seen = found(measure_corpus([tmp_path / name], divide=divide, on=ON))  # type: ignore[arg-type]
        if name == "directory":
            assert (seen.pop("files"), seen.pop("files_of_other_kinds")) == (24, 1)
            seen |= {"files": 1, "files_of_other_kinds": 0}
        if name == "lines.txt":  # the ends of lines of Windows belong to what stands before them
            continue
        assert seen == first, name


def test_processes_change_nothing(tmp_path: Path) -> None:
    """So much that two processes are really used."""
    generator = random.Random(3)
    texts = [
        " ".join(generator.choice(TEXTS[generator.choice(list(TEXTS))]) for _ in range(generator.randrange(1, 5)))
        for _ in range(14_000)
    ]
    path = jsonl(tmp_path / "a.jsonl", texts)
    assert path.stat().st_size > corpus_scan.ONE_PROCESS_BYTES
    one, two = (measure_corpus([path], cores=cores, on=ON) for cores in (1, 2))
    assert one == two
    assert found(one)["duplicates.exact"] == 14_000 - len(set(texts))


def mixed_corpus(directory: Path) -> list[Path]:
    """Every form, good and bad, cut into parts in every way: many small files, few large ones, lines too long for a part."""
    import polars as pl

    generator = random.Random(8)

    def some(count: int) -> list[str]:
        return [
            " ".join(generator.choices(TEXTS[generator.choice(list(TEXTS))], k=generator.randrange(1, 5)))
            for _ in range(count)
        ]

    (directory / "small" / "below").mkdir(parents=True)
    for number, text in enumerate(some(60)):
        (directory / "small" / ("below" if number % 3 else ".") / f"{number}.txt").write_text(text, encoding="utf-8")
    (directory / "small" / "other.txt").write_bytes(b"\xfa\xfe")
    (directory / "cut.jsonl.gz").write_bytes(gzip.compress(lines_of(some(2_000)))[:-100])
    pl.DataFrame({"text": [*some(900), None, ""]}).write_parquet(directory / "table.parquet", row_group_size=250)
    lines = [
        lines_of(some(900)),
        b"no JSON\n\n",
        b'{"text": "' + b"giant " * 200_000 + b'"}\n',
        lines_of(some(1_500)),
        b'{"text": "end"}',
    ]
    (directory / "lines.jsonl").write_bytes(b"".join(lines))
    return [directory / name for name in ("small", "table.parquet", "lines.jsonl", "cut.jsonl.gz")]


@pytest.mark.parametrize("chunk", [3_000, 40_000, corpus_files.CHUNK_BYTES])
def test_how_a_corpus_is_cut_and_by_how_many_it_is_read_changes_nothing(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = mixed_corpus(tmp_path)
    one = measure_corpus(paths, on=ON)
    assert found(one)["duplicates.near"], "there is something to find"
    assert found(one)["skipped.not_json"] == 1
    assert found(one)["files_not_read_to_the_end"] == 1
    monkeypatch.setattr(corpus_scan, "ONE_PROCESS_BYTES", 0)
    for module in (corpus_files, corpus_scan):
        monkeypatch.setattr(module, "CHUNK_BYTES", chunk)
    assert measure_corpus(paths, cores=2, on=ON) == one
    monkeypatch.setattr(corpus_files, "CHUNK_RECORDS", 7)
    assert measure_corpus(paths, on=ON) == one


def test_chunks_examined_together_are_what_each_is_alone(tmp_path: Path) -> None:
    paths = mixed_corpus(tmp_path)
    files = corpus_files.find_corpus(paths)
    plan = corpus_scan.Plan()
    chunks = [
        chunk
        for number, file in enumerate(files.files)
        for chunk in corpus_files.read_chunks(number, file, plan.reading, Reading(), lambda _: None)
    ]
    examiner = corpus_scan.Examiner(plan)
    together = examiner.examine_all(chunks)
    assert [(one.file, one.tally, one.records, one.languages) for one in together] == [
        (one.file, one.tally, one.records, one.languages) for one in map(examiner.examine, chunks)
    ]
    for one, alone in zip(together, map(examiner.examine, chunks), strict=True):
        assert (one.exact == alone.exact).all()
        assert (one.near == alone.near).all()
    assert sum(one.tally.documents for one in together) > 4_000


def test_every_path_is_a_source_and_every_file_a_subject(tmp_path: Path) -> None:
    import hashlib

    a, b = jsonl(tmp_path / "a.jsonl", list(TEXTS["eng"])), jsonl(tmp_path / "b.jsonl", list(TEXTS["fra"][:1]))
    statement = measure_corpus([a, b], on=ON)
    assert row(statement, "sources.documents") == {str(a): 2, str(b): 1}
    digests = [artefact.digest.sha256 for artefact in statement.subject]
    assert digests == [hashlib.sha256(path.read_bytes()).hexdigest() for path in (a, b)]


def test_words_of_a_list_establish_a_check_by_machine(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [*every_text(), "", "x" * 10])
    words = tmp_path / "words.yaml"
    words.write_text("weather: [rains, 下三天雨]\nfood: [Bread, 빵]\n", encoding="utf-8")
    statement = measure_corpus([path], keywords=words, on=ON)
    facts = {fact.fact: fact for fact in statement.predicate.facts}
    assert row(statement, "keywords.documents") == {"food": 2, "weather": 2}
    assert facts["data.sample.technical.share"].value == 25 / 26, "the empty record was not checked"
    rate = facts["data.sample.technical.pass_rate"]
    assert (rate.value, rate.count) == (21 / 25, 25)
    low, high = rate.interval or (0.0, 0.0)
    assert low < 21 / 25 < high


def test_without_a_list_no_fact_is_claimed(tmp_path: Path) -> None:
    assert measure_corpus([jsonl(tmp_path / "a.jsonl", every_text())], on=ON).predicate.facts == []


def test_a_file_cut_short_leaves_the_share_open(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", every_text())
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines_of(every_text()))[:-9])
    words = tmp_path / "words.txt"
    words.write_text("bread\n", encoding="utf-8")
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"]
    facts = [fact.fact for fact in measure_corpus(paths, keywords=words, on=ON).predicate.facts]
    assert facts == ["data.sample.technical.pass_rate"]


def test_the_distance_to_a_reference(tmp_path: Path) -> None:
    reference = tmp_path / "mix.yaml"
    reference.write_text("eng: 50\nfra: 30\ncmn: 20\n", encoding="utf-8")
    texts = [TEXTS["eng"][0]] * 8 + [TEXTS["fra"][0]] * 2
    seen = found(measure_corpus([jsonl(tmp_path / "a.jsonl", texts)], reference=reference, on=ON))
    assert seen["reference.total_variation.documents"] == pytest.approx(0.3)
    assert seen["reference.gap_max.documents"] == pytest.approx(0.3)
    assert seen["reference.widest.documents"] == "eng"
    assert "reference.not_told_by_detectors" not in seen, "cmn counts as zho"


def test_one_detector_alone_disagrees_with_nobody(tmp_path: Path) -> None:
    for name in ("pycld2", "py3langid"):
        statement = measure_corpus([jsonl(tmp_path / "a.jsonl", every_text())], detectors=(name,), on=ON)
        assert found(statement)["detectors_compared"] == 0
        assert len(row(statement, "languages.documents")) >= 6
        assert row(statement, "languages.documents").keys() <= TEXTS.keys()


def test_an_unknown_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no detector"):
        measure_corpus([jsonl(tmp_path / "a.jsonl", every_text())], detectors=("pycld3",))


class Shouting(Detector):
    """A detector that writes one method only: what is in capitals is English."""

    name, version, languages = "shouting", "1", frozenset({"eng"})

    def answer(self, text: str) -> Answer | None:
        return Answer("eng", True) if text.isupper() else None


def test_a_detector_needs_to_answer_about_one_text_only() -> None:
    texts = ["LOUD WORDS", "12", "soft words", "ГРОМКО"]
    assert Shouting().answers(texts) == [Answer("eng", True), None, None, Answer("eng", True)]
    told = tell(texts, ["Latn", "Zyyy", "Latn", "Cyrl"], [Shouting()])
    assert [(one.state, one.language) for one in told] == [("identified", "eng"), *[("unknown", None)] * 3]


def test_without_detectors_no_language_is_known() -> None:
    assert [one.state for one in tell(["a", "b"], ["Latn", "Latn"], [])] == ["unknown", "unknown"]


@pytest.mark.parametrize("package", ["pycld2", "py3langid"])
def test_a_missing_detector_is_said_before_processes_start(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_languages, "find_spec", lambda name: None if name == package else object())
    monkeypatch.setattr(corpus_scan, "ONE_PROCESS_BYTES", 0)
    for cores in (1, 2):
        with pytest.raises(InputError, match="this needs the package") as error:
            measure_corpus([jsonl(tmp_path / "a.jsonl", every_text())], cores=cores)
        assert error.value.message.values["package"] == package
