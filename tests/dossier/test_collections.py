"""`flows:` in a dossier: each flow with its facts, read, refused and written without touching the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.dossier.model import Basis, Dossier, Entry
from comity.dossier.reader import load_dossier
from comity.dossier.statements import Artefact, Digest, MeasuredFact, Predicate, Tool, new_statement, write_statement
from comity.dossier.writer import Notebook
from comity.errors import ComityError, InputError, Place
from comity.library.elements import with_elements
from comity.library.loader import Library, load_library

DATA = Path(__file__).parent.parent / "data"
HEAD = "comity: 1\nsystem: {id: helper}\nmarkets: [xa, xb]\n"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([DATA / "small-library", DATA / "flow-library"], builtin=False, cached=False)


def load(tmp_path: Path, text: str, library: Library) -> Dossier:
    (tmp_path / "comity.yaml").write_text(HEAD + text, encoding="utf-8")
    return Dossier.load(tmp_path, library)


LISTED = """flows:
  # the staff of A is paid in B
  - id: payroll-to-b
    from: xa
    flow.to: xb
    persons: 120
    routes: {value: [contract], by: documented, source: x.pdf, note: signed}
    safeguards: {value: [], per_market: {xa: [rights]}}
  - {id: logs, from: xb, to: null}   # kept short
facts:
  test.sample_size: 300
"""


def test_a_flow_has_facts_in_all_their_forms(tmp_path: Path, library: Library) -> None:
    dossier = load(tmp_path, LISTED, library)
    assert dossier.elements == {"flow": ("payroll-to-b", "logs")}
    assert dossier.facts_in("xa") == {
        "flow.from@payroll-to-b": "xa",
        "flow.to@payroll-to-b": "xb",
        "flow.persons@payroll-to-b": 120,
        "flow.routes@payroll-to-b": frozenset({"contract"}),
        "flow.safeguards@payroll-to-b": frozenset({"rights"}),
        "flow.from@logs": "xb",
        "test.sample_size": 300,
    }
    assert dossier.facts_in("xb")["flow.safeguards@payroll-to-b"] == frozenset()
    basis = dossier.entries["flow.routes@payroll-to-b"].basis
    assert (basis.by, basis.source, basis.note, basis.place.line) == ("documented", "x.pdf", "signed", 10)


@pytest.mark.parametrize(
    ("text", "elements"), [("", {}), ("flows:\n", {}), ("flows: null\n", {}), ("flows: []\n", {"flow": ()})]
)
def test_no_list_says_nothing_and_an_empty_one_says_none(
    tmp_path: Path, library: Library, text: str, elements: dict[str, tuple[str, ...]]
) -> None:
    assert load(tmp_path, text, library).elements == elements


def test_without_a_list_the_facts_of_a_flow_stand_with_the_others(tmp_path: Path, library: Library) -> None:
    assert load(tmp_path, "facts: {flow.from: xa}\n", library).facts_in("xa") == {"flow.from": "xa"}


def test_an_axiom_holds_of_every_flow(tmp_path: Path, library: Library) -> None:
    with pytest.raises(ComityError, match="A number of persons is never negative") as raised:
        load(tmp_path, "flows: [{id: a, persons: 1}, {id: b, persons: -1}]\n", library)
    assert "flow.persons@b" in raised.value.describe()


def test_a_cost_is_that_of_every_flow_unless_one_has_its_own(tmp_path: Path, library: Library) -> None:
    costs = "costs: {flow.routes: 7, flow.routes@b: 2}\n"
    dossier = load(tmp_path, "flows: [{id: a}, {id: b}]\n" + costs, library)
    assert dossier.costs == {"flow.routes": 7, "flow.routes@a": 7, "flow.routes@b": 2}


def test_every_error_of_every_flow_is_told(tmp_path: Path, library: Library) -> None:
    with pytest.raises(ComityError) as raised:
        load(tmp_path, "flows: [{id: a, form: xa}, {id: b, persons: many}]\n", library)
    said = raised.value.describe()
    assert 'did you mean "from"?' in said
    assert ":4:45: " in said


def test_more_flows_than_anybody_has_are_refused(tmp_path: Path, library: Library) -> None:
    flows = "".join(f"- id: f{number}\n" for number in range(1_001))
    with pytest.raises(InputError, match="are not read"):
        load(tmp_path, f"flows:\n{flows}", library)


@pytest.mark.parametrize(("fact", "works"), [("flow.persons@a", True), ("flow.persons", False)])
def test_a_statement_says_of_which_flow_it_speaks(tmp_path: Path, library: Library, fact: str, works: bool) -> None:
    from datetime import date

    measured = MeasuredFact(fact, 5, "observed")
    predicate = Predicate("count", "count", [Tool("counter", "1")], date(2026, 11, 22), [measured])
    (tmp_path / "evidence").mkdir()
    statement = new_statement([Artefact("log.csv", Digest("ab" * 32))], predicate)
    write_statement(statement, tmp_path / "evidence", "count")
    text = "flows: [{id: a}]\nevidence: evidence\n"
    if works:
        assert load(tmp_path, text, library).facts_in("xa") == {"flow.persons@a": 5}
    else:
        with pytest.raises(InputError, match="is about a single flow"):
            load(tmp_path, text, library)


def entry(fact: str, value: object) -> Entry:
    return Entry(fact, value, {}, Basis("declared", "an interview", None, Place("test")))  # type: ignore[arg-type]


def test_a_fact_is_put_with_its_flow_and_taken_out_again(tmp_path: Path, library: Library) -> None:
    dossier = load(tmp_path, LISTED, library)
    notebook = Notebook(dossier.path, with_elements(library, dossier.elements))
    written = dossier.path.read_text()
    notebook.put(entry("flow.to@payroll-to-b", "other"), entry("flow.persons@logs", 3), entry("test.sample_size", 301))
    after = load_dossier(tmp_path, library)
    changed = {"flow.to@payroll-to-b": "other", "flow.persons@logs": 3, "test.sample_size": 301}
    assert after.facts_in("xa") == dossier.facts_in("xa") | changed
    text = dossier.path.read_text()
    assert "  # the staff of A is paid in B\n" in text
    assert '    flow.to: {value: other, by: declared, source: "an interview"}\n' in text
    assert '    persons: {value: 3, by: declared, source: "an interview"}\n' in text
    assert "# kept short" in text
    notebook.remove("flow.persons@logs")
    assert "flow.persons@logs" not in load_dossier(tmp_path, library).entries
    assert len(written.splitlines()) < len(text.splitlines())


@pytest.mark.parametrize(
    "flows",
    [
        "flows: [{id: a, from: xa}, {id: b}]\n",
        "flows: [{id: a, from: xa},\n  {id: b}]\n",
        "flows:\n- id: b\n- id: a\n  from: xa\n",
        "flows:\n- from: xa\n  id: a\n- {id: b}\n",
        "flows:\n  - {from: xa,\n     id: a} # x\n  - id: b\n",
        "facts: {test.sample_size: 3}\nflows:\n- id: b\n- id: a\n  flow.from: xa",
        "flows:\n- id: b\n  persons: 4\n\n# and\n\n- id: a\n  from:\n    value: xa\n    by: declared\n\n",
    ],
)
@pytest.mark.parametrize(
    ("fact", "value"), [("flow.from@a", "xb"), ("flow.persons@a", 7), ("flow.routes@a", frozenset({"contract"}))]
)
def test_a_list_in_any_form_is_written_and_nothing_else_changes(
    tmp_path: Path, library: Library, flows: str, fact: str, value: object
) -> None:
    before = load(tmp_path, flows, library)
    notebook = Notebook(before.path, with_elements(library, before.elements))
    notebook.put(entry(fact, value))
    after = load_dossier(tmp_path, library)
    assert after.elements == before.elements
    assert after.facts_in("xa") == before.facts_in("xa") | {fact: value}
    notebook.put(entry(fact, None))
    assert load_dossier(tmp_path, library).facts_in("xa") == {
        name: known for name, known in before.facts_in("xa").items() if name != fact
    }
    notebook.remove(fact)
    assert fact not in load_dossier(tmp_path, library).entries or fact == "flow.from@a"


def test_a_flow_that_is_not_listed_cannot_be_written(tmp_path: Path, library: Library) -> None:
    dossier = load(tmp_path, "flows: [{id: a}]\n", library)
    before = dossier.path.read_text()
    notebook = Notebook(dossier.path, with_elements(library, {"flow": ("a", "b")}))
    with pytest.raises(InputError):
        notebook.put(entry("flow.persons@b", 7))
    assert dossier.path.read_text() == before


def test_a_new_dossier_begins_with_the_flows_that_were_named(tmp_path: Path, library: Library) -> None:
    notebook = Notebook(tmp_path / "comity.yaml", with_elements(library, {"flow": ("a", "b")}))
    notebook.start("x", "X", ["xa"], {"flow": ("a", "b")})
    notebook.put(entry("flow.from@b", "xa"), entry("test.sample_size", 3))
    dossier = load_dossier(tmp_path, library)
    assert dossier.elements == {"flow": ("a", "b")}
    assert dossier.facts_in("xa") == {"flow.from@b": "xa", "test.sample_size": 3}
    none = Notebook(tmp_path / "none.yaml", library)
    none.start("x", "X", ["xa"], {"flow": ()})
    assert load_dossier(tmp_path / "none.yaml", library).elements == {"flow": ()}
