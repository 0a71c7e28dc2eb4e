"""What is written reads back the same, spares what others wrote, and survives whoever pulls the plug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.clauses.tree import Kind, Value
from comity.documents.reading import Mapping, read_file
from comity.dossier.model import Basis, Entry
from comity.dossier.reader import check_axioms, load_dossier, read_entries
from comity.dossier.writer import Notebook
from comity.errors import ComityError, InputError, Place
from comity.library.loader import Library, load_library
from comity.library.model import FactDefinition

ROOT = Path(__file__).parent.parent.parent
SMALL = ROOT / "tests" / "data" / "small-library"
EXAMPLE = ROOT / "examples" / "smollm2-chat" / "comity.yaml"


@pytest.fixture(scope="module")
def shipped() -> Library:
    return load_library()


@pytest.fixture(scope="module")
def small() -> Library:
    return load_library([SMALL], builtin=False, cached=False)


def entry(fact: str, value: Value | None, source: str | None = "an interview", **by_market: Value) -> Entry:
    return Entry(fact, value, by_market, Basis("declared", source, None, Place("test")))


def said(found: Entry) -> tuple[object, ...]:
    return (found.fact, found.value, dict(found.by_market), found.basis.by, found.basis.source, found.basis.note)


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=30
).filter(lambda text: text.strip() == text)


def values(definition: FactDefinition) -> st.SearchStrategy[Value]:
    kinds: dict[Kind, st.SearchStrategy[Value]] = {
        Kind.BOOL: st.booleans(),
        Kind.INT: st.integers(-(10**12), 10**12),
        Kind.NUMBER: st.floats(-1e100, 1e100, allow_nan=False),
        Kind.RATIO: st.floats(0, 1),
        Kind.ENUM: st.sampled_from(definition.type.values or ("",)),
        Kind.SET: st.frozensets(st.sampled_from(definition.type.values or ("",))),
        Kind.DATE: st.dates(),
        Kind.DURATION: st.timedeltas(timedelta(days=-300_000), timedelta(days=300_000)).map(
            lambda span: timedelta(seconds=round(span.total_seconds()))
        ),
        Kind.TEXT: texts,
    }
    return kinds[definition.type.kind]


@st.composite
def entries(draw: st.DrawFn, library: Library) -> Entry:
    definition = draw(st.sampled_from(library.data.facts))
    by_market: dict[str, Value] = {}
    if definition.per_market:
        by_market = draw(st.dictionaries(st.sampled_from(library.markets), values(definition), max_size=3))
    value = draw(values(definition) if not by_market else st.none() | values(definition))
    by = draw(st.sampled_from(("declared", "documented", "measured")))
    source = draw(texts if by != "declared" else st.none() | texts)
    return Entry(definition.id, value, by_market, Basis(by, source, draw(st.none() | texts), Place("test")))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_fact_reads_back_as_it_was_written(
    shipped: Library, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("dossier") / "comity.yaml"
    notebook = Notebook(path, shipped, data.draw(st.sampled_from(("en", "zh"))))
    name = data.draw(texts)
    notebook.start("a-system", name, ["eu", "cn"])
    written: dict[str, Entry] = {}
    for one in data.draw(st.lists(entries(shipped), max_size=8)):
        notebook.put(one)
        written[one.fact] = one
    node = read_file(path)
    assert isinstance(node, Mapping)
    found = read_entries(node.entries["facts"], shipped)
    assert {fact: said(one) for fact, one in found.items()} == {fact: said(one) for fact, one in written.items()}
    if possible(found, shipped):
        dossier = load_dossier(path, shipped)
        assert dossier.name == name
        assert dossier.markets == ("eu", "cn")
        assert dict(dossier.entries) == found


def possible(found: dict[str, Entry], library: Library) -> bool:
    """Whether some system can be so."""
    try:
        check_axioms(found, ("eu", "cn"), library)
    except ComityError:
        return False
    return True


def test_a_dossier_reads_like_one(small: Library, tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "comity.yaml", small)
    notebook.start("helper", "Helper: the first", ["xa", "xb"])
    notebook.put(entry("test.sample_size", 300))
    notebook.put(entry("report.contents", frozenset({"cause"}), xb=frozenset({"harm", "cause"})))
    notebook.put(entry("system.risk_class", None))
    text = (tmp_path / "comity.yaml").read_text(encoding="utf-8")
    assert text.split("\n", 3)[3] == (
        "comity: 1\nsystem:\n  id: helper\n"
        '  name: "Helper: the first"\n'
        "markets: [xa, xb]\n\nfacts:\n\n"
        "  # ── Safety ──\n"
        "  # Questions asked\n"
        '  test.sample_size: {value: 300, by: declared, source: "an interview"}\n'
        "  # Contents of the report\n"
        '  report.contents: {value: [cause], per_market: {xb: [cause, harm]}, by: declared, source: "an interview"}\n'
        "  # Own risk class\n"
        "  system.risk_class: null\n"
    )
    assert all(line.startswith("# ") for line in text.split("\n")[:3])


FOREIGN = """# ours, since 2025
comity: 1
system: {id: helper}   # do not rename
markets: [xa]
facts:
    # the board decided this
    test.refusal_rate:
        value: 0.97
        by: documented
        source: card.md
        note: >
          folded
          text

    # from here on: guesses
    report.deadline: {per_market: {xb: 24h}, note: "as in # B"}  # trust me
costs: {report.deadline: 20}   # expensive
"""


def foreign(tmp_path: Path, library: Library, text: str = FOREIGN) -> Notebook:
    (tmp_path / "comity.yaml").write_text(text, encoding="utf-8", newline="")
    return Notebook(tmp_path / "comity.yaml", library)


def without(text: str, *added: str) -> str:
    return "\n".join(line for line in text.split("\n") if not any(part in line for part in added))


def test_what_others_wrote_keeps_every_byte(small: Library, tmp_path: Path) -> None:
    notebook = foreign(tmp_path, small)
    notebook.put(entry("system.generative", True))
    text = notebook.path.read_text(encoding="utf-8")
    assert without(text, "system.generative", "# Generative") == FOREIGN
    assert "    # Generative\n    system.generative: {value: true" in text
    dossier = load_dossier(notebook.path, small)
    assert dossier.entries["test.refusal_rate"].basis.note == "folded text"
    assert dossier.costs == {"report.deadline": 20}


def test_a_fact_that_is_there_is_replaced_where_it_stands(small: Library, tmp_path: Path) -> None:
    notebook = foreign(tmp_path, small)
    notebook.put(entry("test.refusal_rate", 0.5))
    lines = notebook.path.read_text(encoding="utf-8").split("\n")
    assert lines[5:9] == [
        "    # the board decided this",
        '    test.refusal_rate: {value: 0.5, by: declared, source: "an interview"}',
        "",
        "    # from here on: guesses",
    ]


def test_taking_back_leaves_no_trace(small: Library, tmp_path: Path) -> None:
    notebook = foreign(tmp_path, small)
    notebook.put(entry("system.generative", True))
    notebook.remove("system.generative")
    assert notebook.path.read_text(encoding="utf-8") == FOREIGN
    notebook.remove("system.generative")
    assert notebook.path.read_text(encoding="utf-8") == FOREIGN
    fresh = Notebook(tmp_path / "fresh.yaml", small)
    fresh.start("helper", "Helper", ["xa"])
    before = fresh.path.read_bytes()
    fresh.put(entry("test.sample_size", 1))
    fresh.remove("test.sample_size")
    assert fresh.path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "comity: 1\nsystem: {id: helper}\nmarkets: [xa]\nfacts: {test.sample_size: 3, report.deadline: {per_market: {xb: 24h}}}\n",
        "comity: 1\nsystem: {id: helper}\nmarkets: [xa]\nfacts:\n  {test.sample_size: 3,\n report.deadline: {per_market: {xb: 24h}}}\n",
        "comity: 1\nfacts:\n  test.sample_size: 3\n  report.deadline:\n    per_market:\n      xb: 24h\nsystem: {id: helper}\nmarkets: [xa]",
        "comity: 1\r\nsystem: {id: helper}\r\nmarkets: [xa]\r\nfacts:\r\n  test.sample_size: 3\r\n"
        "  report.deadline: {per_market: {xb: 24h}}\r\n",
        "---\nsystem: {id: helper}\nmarkets: [xa]\nfacts:\n  report.deadline: {per_market: {xb: 24h}}\n  test.sample_size: 3\ncomity: 1\n",
    ],
    ids=["braces", "braces over lines", "facts first", "carriage returns", "facts in the middle"],
)
def test_however_the_facts_are_laid_out(small: Library, tmp_path: Path, text: str) -> None:
    notebook = foreign(tmp_path, small, text)
    notebook.put(entry("system.generative", True), entry("test.sample_size", 4))
    found = load_dossier(notebook.path, small).entries
    assert {fact: (one.value, dict(one.by_market)) for fact, one in found.items()} == {
        "system.generative": (True, {}),
        "test.sample_size": (4, {}),
        "report.deadline": (None, {"xb": timedelta(hours=24)}),
    }
    assert (b"\r\n" in notebook.path.read_bytes()) is ("\r" in text)


@pytest.mark.parametrize("facts", ["", "facts:\n", "facts: ~\n", "facts: {}\n", "facts:  # none yet\n"])
def test_a_dossier_without_facts_gets_its_first(small: Library, tmp_path: Path, facts: str) -> None:
    notebook = foreign(tmp_path, small, f"comity: 1\nsystem: {{id: helper}}\nmarkets: [xa]\n{facts}")
    notebook.put(entry("system.generative", True))
    assert load_dossier(notebook.path, small).entries["system.generative"].value is True
    assert ("none yet" in notebook.path.read_text(encoding="utf-8")) is ("none yet" in facts)


def test_what_cannot_be_changed_alone_is_not_changed(small: Library, tmp_path: Path) -> None:
    text = "{comity: 1, system: {id: helper}, markets: [xa], facts: {test.sample_size: 3}}\n"
    notebook = foreign(tmp_path, small, text)
    with pytest.raises(InputError, match="cannot be changed here"):
        notebook.put(entry("system.generative", True))
    assert notebook.path.read_text(encoding="utf-8") == text


def test_markets_are_written_where_they_stand(small: Library, tmp_path: Path) -> None:
    notebook = foreign(tmp_path, small)
    notebook.put_markets(["xa", "xb"])
    assert notebook.path.read_text(encoding="utf-8") == FOREIGN.replace("[xa]", "[xa, xb]")


def test_the_example_keeps_its_comments(shipped: Library, tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("evidence: evidence/", "")
    notebook = foreign(tmp_path, shipped, text)
    notebook.put(entry("practice.designed_for", frozenset()), entry("dataset.contents", None))
    after = notebook.path.read_text(encoding="utf-8")
    remaining = iter(after.split("\n"))
    assert all(line in remaining for line in text.split("\n")), "the old lines stand there in their order"


def test_a_file_that_is_there_is_never_started_anew(small: Library, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there already"):
        foreign(tmp_path, small).start("other", "Other", ["xa"])


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_whoever_is_interrupted_leaves_the_old_text(
    small: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    notebook = foreign(tmp_path, small)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", interrupted)
    else:
        monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        notebook.put(entry("system.generative", True))
    assert notebook.path.read_text(encoding="utf-8") == FOREIGN
    assert [path.name for path in tmp_path.iterdir()] == ["comity.yaml"]


def test_a_full_disk_is_a_clear_error(small: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = foreign(tmp_path, small)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        notebook.put(entry("system.generative", True))
    assert notebook.path.read_text(encoding="utf-8") == FOREIGN


WRITING = """
import sys
from pathlib import Path
from comity.dossier.model import Basis, Entry
from comity.dossier.writer import Notebook
from comity.errors import Place
from comity.library.loader import load_library

library = load_library([sys.argv[2]], builtin=False, cached=False)
notebook = Notebook(Path(sys.argv[1]), library)
for number in range(10_000):
    notebook.put(Entry("test.sample_size", number, {}, Basis("declared", None, None, Place(""))))
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills as POSIX does")
@pytest.mark.parametrize("seed", range(3))
def test_whoever_is_killed_loses_nothing_that_was_acknowledged(small: Library, tmp_path: Path, seed: int) -> None:
    notebook = foreign(tmp_path, small)
    command = [sys.executable, "-c", WRITING, str(notebook.path), str(SMALL)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writing:
        assert writing.stdout is not None
        acknowledged = [int(writing.stdout.readline()) for _ in range(Random(seed).randint(1, 25))]
        writing.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in writing.stdout.read().split()]
    value = load_dossier(notebook.path, small).entries["test.sample_size"].value
    assert value in {acknowledged[-1], acknowledged[-1] + 1}


@pytest.mark.parametrize("word", ["no", "null", "1", "a: b", "#", "- x", "é", "true", "'", '"', "x # y", "{", "日本"])
def test_no_text_is_taken_for_something_else(small: Library, tmp_path: Path, word: str) -> None:
    notebook = Notebook(tmp_path / "comity.yaml", small)
    notebook.start("helper", word, ["xa"])
    notebook.put(entry("system.remark", word, source=word))
    dossier = load_dossier(notebook.path, small)
    assert (dossier.name, dossier.entries["system.remark"].value) == (word, word)
    assert dossier.entries["system.remark"].basis.source == word


def test_facts_stand_under_their_topics_in_the_order_of_the_library(shipped: Library, tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "comity.yaml", shipped, "zh")
    notebook.start("helper", "助手", ["cn"])
    notebook.put(entry("system.first_supplied", date(2027, 1, 1)))
    notebook.put(entry("organisation.roles", frozenset({"provider"})))
    notebook.put(entry("system.generative", True))
    place = notebook.path.read_text(encoding="utf-8").index
    assert place("主体情况") < place("organisation.roles") < place("系统与其使用场景") < place("system.first_supplied")
    assert place("system.first_supplied") < place("system.generative")
