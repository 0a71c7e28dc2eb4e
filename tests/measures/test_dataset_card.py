"""Cards of data sets: which local files they choose. Oracles: `glob` of the standard library for patterns, counting by hand."""

from __future__ import annotations

import glob
import hashlib
import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pycld2")
pytest.importorskip("py3langid")
pytest.importorskip("polars")
pytest.importorskip("numpy")

from comity.cli import main
from comity.errors import InputError
from comity.measures.card_files import fits
from comity.measures.corpus import measure_corpus
from comity.measures.corpus_sample import draw_sample
from comity.measures.dataset_card import read_card
from tests.measures.corpus_texts import TEXTS

ON = date(2026, 11, 22)

CONFIGS = """configs:
- config_name: english
  data_files:
  - split: train
    path: data/en/train-*.jsonl
  - split: test
    path: [data/en/test.jsonl]
- config_name: greek
  data_files: data/el/*.txt
"""


def lines(path: Path, code: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".txt":
        path.write_text(TEXTS[code][0], encoding="utf-8")
    else:
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS[code]), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines(tmp_path / "data/en/train-00000.jsonl", "eng")
    lines(tmp_path / "data/en/train-00001.jsonl", "swa")
    lines(tmp_path / "data/en/test.jsonl", "fra")
    lines(tmp_path / "data/el/a.txt", "ell")
    (tmp_path / "data/el/a.csv").write_text("text\n", encoding="utf-8")
    return tmp_path


def card(directory: Path, metadata: str, name: str = "README.md") -> Path:
    path = directory / name
    path.write_text(f"---\n{metadata}---\n# A data set\n", encoding="utf-8")
    return path


def names(path: Path, **chosen: str) -> dict[str, list[str]]:
    found = read_card(path, **chosen)
    return {
        source.name.partition("#")[2]: [file.relative_to(path.parent).as_posix() for file in source.files]
        for source in found.sources
    }


def test_configurations_and_splits_choose_files(data: Path) -> None:
    path = card(data, CONFIGS)
    train = ["data/en/train-00000.jsonl", "data/en/train-00001.jsonl"]
    assert names(path) == {"english": ["data/en/test.jsonl", *train], "greek": ["data/el/a.txt"]}
    assert names(path, config="english", split="train") == {"english": train}
    assert names(path, config="greek") == {"greek": ["data/el/a.txt"]}
    assert names(path, split="test") == {"english": ["data/en/test.jsonl"]}


@pytest.mark.parametrize(
    "written",
    [
        "data_files: data/el/*.txt",
        "data_files: [data/el/*.txt]",
        "data_files: {train: data/el/*.txt}",
        "data_files: {train: [./data/el/a.txt, data/**/a.txt]}",
        "data_dir: data/el",
        "data_dir: data/el\n  data_files: '*.t[wx]?'",
        "data_files: '**/a.txt'",
    ],
)
def test_every_way_to_write_it(data: Path, written: str) -> None:
    found = names(card(data, f"configs:\n- config_name: a\n  {written}\n"))
    assert [name for name in found["a"] if name.endswith(".txt")] == ["data/el/a.txt"]


def test_a_file_of_two_configurations_counts_once(data: Path) -> None:
    path = card(data, CONFIGS + "- config_name: all\n  data_files: data/**\n")
    assert names(path)["all"] == ["data/el/a.csv"]
    found = measure_corpus([path], on=ON).predicate.observations
    assert (found["documents"], found["files"], found["files_of_other_kinds"]) == (7, 4, 1)
    assert found[f"sources.documents.{path.as_posix()}#english"] == 6


def test_the_card_is_measured_like_its_files(data: Path) -> None:
    path = card(data, CONFIGS)
    one = measure_corpus([path], on=ON).predicate.observations
    other = measure_corpus([data / "data"], on=ON).predicate.observations
    aside = ("sources.", "card.", "files_of_other_kinds")
    assert {name: value for name, value in one.items() if not name.startswith(aside)} == {
        name: value for name, value in other.items() if not name.startswith(aside)
    }
    assert path.as_posix() in {artefact.name for artefact in measure_corpus([path], on=ON).subject}


def test_what_a_card_declares_is_told_apart_and_compared(data: Path) -> None:
    path = card(data, "language: [en, el, zh-CN, multilingual]\nlicense: cc0-1.0\n" + CONFIGS)
    predicate = measure_corpus([path], on=ON).predicate
    found = predicate.observations
    assert found["card.declares_languages"] == ["en", "el", "zh-CN", "multilingual"]
    assert found["card.declares_licence"] == "cc0-1.0"
    assert found["card.languages_declared_not_found"] == ["zho"]
    assert found["card.languages_found_not_declared"] == ["fra 28.57%", "swa 28.57%"]
    assert predicate.facts == []


def test_a_sample_is_drawn_from_what_a_card_names(data: Path) -> None:
    path = card(data, CONFIGS)
    rows = draw_sample([path], size=3, config="english", split="train", on=ON).sheet.rows
    assert {row[4].partition("train")[0] for row in rows} == {(data / "data/en/").as_posix() + "/"}


@pytest.mark.parametrize(
    "pattern", ["../*.jsonl", "/etc/*", "data/../../x", "~/x", "C:/x", "..\\x", "data/en/..", '"\\0"', "''"]
)
def test_no_pattern_leads_out(data: Path, pattern: str) -> None:
    (data.parent / "secret.jsonl").write_text('{"text": "secret"}\n', encoding="utf-8")
    path = card(data, f"configs:\n- config_name: a\n  data_files:\n  - split: train\n    path: {pattern}\n")
    with pytest.raises(InputError, match=r"README\.md:6:11: .*(leads out|name or pattern|not allowed)"):
        read_card(path)


def test_links_and_addresses_are_left_out_by_name(data: Path) -> None:
    (data / "data/en/link.jsonl").symlink_to(data / "data/en/test.jsonl")
    (data / "outside").symlink_to("/etc")
    patterns = "[data/en/*.jsonl, https://example.org/a.jsonl, hf://datasets/a/b.jsonl, data/none-*, outside/passwd]"
    path = card(data, f"configs:\n- config_name: a\n  data_files: {patterns}\n")
    found = read_card(path)
    assert found.left_out == (
        "data/en/*.jsonl: link",
        "https://example.org/a.jsonl: elsewhere",
        "hf://datasets/a/b.jsonl: elsewhere",
        "data/none-*: missing",
        "outside/passwd: missing",
    )
    assert len(found.sources[0].files) == 3
    assert measure_corpus([path], on=ON).predicate.observations["card.left_out_count"] == 5


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ("language: en\n", "names no files"),
        ("configs: [a, b]\n", "names no files"),
        ("configs:\n- data_files: [[a]]\n", "name or pattern of a file"),
        ("configs:\n- data_files: [{split: a}]\n", "a split with its path"),
        ("configs:\n- data_files: https://example.org/a\n", "none of the files"),
        ("configs:\n- data_files: nothing/*\n", "none of the files"),
        ("configs: &a\n- data_files: x\n", "anchors"),
        ("- a\n", "keys and values"),
        ("a: 1\na: 2\n", "stands twice"),
    ],
)
def test_a_card_that_names_nothing_says_why(data: Path, metadata: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_card(card(data, metadata))


def test_what_is_asked_for_has_to_be_there(data: Path) -> None:
    path = card(data, CONFIGS)
    with pytest.raises(InputError, match=r'(?s)no "french".*english, greek'):
        read_card(path, config="french")
    with pytest.raises(InputError, match=r'(?s)no "dev".*train, test'):
        read_card(path, config="english", split="dev")
    with pytest.raises(InputError, match="none is named"):
        measure_corpus([data / "data"], split="train")
    with pytest.raises(InputError, match="by itself"):
        measure_corpus([path, data / "data"])


def croissant(directory: Path, distribution: list[object], records: list[object] | None = None, **more: object) -> Path:
    path = directory / "croissant.json"
    description = {
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "distribution": distribution,
        "recordSet": records or [],
    }
    path.write_text(json.dumps(description | more), encoding="utf-8")
    return path


def field(column: str, source: str, kind: str = "sc:Text") -> dict[str, object]:
    where = {"fileObject": {"@id": source}, "extract": {"column": column}}
    return {"@type": "cr:Field", "@id": f"x/{column}", "dataType": kind, "source": where}


def test_a_croissant_description_chooses_files_and_the_field(data: Path) -> None:
    (data / "data/b.jsonl").write_text(json.dumps({"body": TEXTS["ell"][0], "id": "1"}) + "\n", encoding="utf-8")
    digest = hashlib.sha256((data / "data/b.jsonl").read_bytes()).hexdigest()
    path = croissant(
        data,
        [
            {"@type": "cr:FileObject", "@id": "b", "contentUrl": "data/b.jsonl", "sha256": digest},
            {"@type": "cr:FileObject", "@id": "repo", "contentUrl": "https://example.org/x", "sha256": "main"},
            {"@type": "cr:FileSet", "@id": "far", "containedIn": {"@id": "repo"}, "includes": "data/en/*.jsonl"},
            {"@type": "cr:FileObject", "@id": "zip", "contentUrl": "a.zip"},
            {"@type": "cr:FileSet", "@id": "in", "containedIn": [{"@id": "zip"}], "includes": "*.jsonl"},
        ],
        [{"@id": "rows", "field": [field("body", "b"), field("id", "b", "sc:Integer")]}],
        inLanguage=["el", "en"],
        license="https://spdx.org/licenses/CC0-1.0",
    )
    found = measure_corpus([path], on=ON).predicate.observations
    assert (found["documents"], found["languages.documents.ell"]) == (1, 1)
    assert found["card.left_out"] == [
        "https://example.org/x: elsewhere",
        "far: elsewhere",
        "a.zip: missing",
        "in: in an archive",
    ]
    assert found["card.languages_declared_not_found"] == ["eng"]
    assert found["card.files_with_another_digest"] is None


def test_a_file_that_is_not_the_described_one_is_named(data: Path) -> None:
    entry = {"@id": "b", "contentUrl": "data/en/test.jsonl", "sha256": "0" * 64}
    path = croissant(data, [entry])
    found = measure_corpus([path], on=ON).predicate.observations
    assert found["card.files_with_another_digest"] == [(data / "data/en/test.jsonl").as_posix()]


def test_a_record_set_chooses_its_files(data: Path) -> None:
    files: list[object] = [
        {"@id": "set", "includes": ["data/en/*.jsonl"], "excludes": ["data/en/test*"]},
        {"@id": "one", "contentUrl": "data/el/a.txt"},
    ]
    path = croissant(data, files, [{"@id": "r1", "name": "first", "field": [field("text", "set")]}])
    assert names(path) == {"": ["data/el/a.txt", "data/en/train-00000.jsonl", "data/en/train-00001.jsonl"]}
    assert names(path, config="first") == {"first": ["data/en/train-00000.jsonl", "data/en/train-00001.jsonl"]}
    with pytest.raises(InputError, match="no splits"):
        read_card(path, split="train")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "not a Croissant"),
        ("[]", "not a Croissant"),
        ("{", r"json:1:2: this is not JSON"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("[" * 100_000, "levels deep"),
        ("\ufeff", "not JSON"),
    ],
)
def test_what_is_no_description(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "croissant.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_card(path)


def test_a_description_cannot_lead_out(data: Path) -> None:
    for entry in ({"contentUrl": "../x.jsonl"}, {"includes": "../*"}, {"includes": "*", "excludes": ["/a"]}):
        with pytest.raises(InputError, match="leads out"):
            read_card(croissant(data, [{"@id": "a"} | entry]))


NAMES = st.text("ab-[]*?!.", min_size=1, max_size=6).filter(lambda name: name.strip(".") and not name.startswith("."))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(NAMES, min_size=1, max_size=3), min_size=1, max_size=6),
    st.lists(st.text("ab-*?", min_size=1, max_size=4) | st.just("**") | st.just("[a-b]*"), min_size=1, max_size=4),
)
def test_patterns_fit_what_glob_finds(
    tmp_path_factory: pytest.TempPathFactory, ways: list[list[str]], segments: list[str]
) -> None:
    """`glob` takes two stars beside other signs for one; of a name that is file and directory only the file is made."""
    directory = tmp_path_factory.mktemp("g")
    made: set[str] = set()
    for way in ways:
        path = directory.joinpath(*way)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_text("", encoding="utf-8")
                made.add("/".join(way))
        except (FileExistsError, NotADirectoryError):
            continue
    pattern = "/".join(segments)
    found = {
        name.replace(os.sep, "/")
        for name in glob.glob(pattern, root_dir=directory, recursive=True)  # noqa: PTH207  (Path.glob takes ** otherwise)
        if (directory / name).is_file()
    }
    assert {name for name in made if fits(pattern, name)} == found


def test_a_pattern_with_many_stars_takes_no_time() -> None:
    assert not fits("*a" * 200 + "b", "a" * 255)
    assert not fits("/".join(["**"] * 200 + ["b"]), "/".join(["a"] * 200))


def test_the_command(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(data)
    card(data, "language: en\n" + CONFIGS)
    assert main(["measure", "corpus", "README.md", "--config", "english", "--split", "train", "--lang", "en"]) == 0
    output = capsys.readouterr().out
    assert "documents: 4\n" in output
    assert "languages that were found and are not declared: swa 50.00%" in output
    assert main(["measure", "corpus", "README.md", "--config", "x", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith('README.md: --config: the card has no "x"')
