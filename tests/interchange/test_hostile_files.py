"""Hostile files end in one clear error, within bounded time and memory, and never in an exception of another kind.

Oracles: hypothesis for the bytes; the peak of memory as the system counts it.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, InputError
from comity.interchange import foreign_files
from comity.interchange.forms import IMPORTED, import_file
from tests.interchange.foreign import archive, bill, imported, inspect_log, zstandard_archive
from tests.interchange.systems import LIBRARY
from tests.interchange.test_imports import GOOD
from tests.questions.imagined import ON

JSON_FORMS = [form for form in IMPORTED if form != "model-card"]
DEEP = 100_000


def refused(form: str, path: Path, content: bytes | str) -> str:
    """The one sentence that the file ends in."""
    with pytest.raises(InputError) as error:
        imported(form, path, content)
    return error.value.describe()


@pytest.mark.parametrize("form", IMPORTED)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe{\x00}\x00",
        b"\x00" * 1000,
        b"\x1b[31m",
        b"[" * DEEP,
        b'{"a":' * DEEP,
        ("[" * 1_000 + "]" * 1_000).encode(),
        b'{"a": 1, "a": 2}',
        b"9" * 10_000,
        b"PK\x03\x04" + b"\x00" * 100,
        b"---\n" + b"a: " * 10 + b"\n---\n",
        b"---\n" + b"[" * DEEP + b"\n---\n",
        b"---\na: &a [*a]\n---\n",
        b"---\na: !!python/object:os.system x\n---\n",
        b"---\n- list\n---\n",
        b"null",
        b"[]",
        b'"text"',
        b"-0.0",
    ],
)
def test_what_is_no_such_file_ends_in_one_error(form: str, content: bytes, tmp_path: Path) -> None:
    said = refused(form, tmp_path / "input", content)
    assert len(said) < 500
    assert "Traceback" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize("form", IMPORTED)
def test_what_is_no_regular_file_is_not_opened(form: str, tmp_path: Path) -> None:
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "missing"):
        with pytest.raises(InputError):
            import_file(form, path, LIBRARY, on=ON)


@pytest.mark.parametrize("form", IMPORTED)
def test_large_files_are_refused_before_they_are_read(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_files, "MOST_BYTES", 100)
    assert "larger than 100 bytes" in refused(form, tmp_path / "input", b" " * 101)


def bomb(size: int) -> bytes:
    """An archive whose header unpacks to very many zeros."""
    raw = io.BytesIO()
    with (
        zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as written,
        written.open("header.json", "w") as member,
    ):
        for _ in range(size // 1_000_000):
            member.write(b" " * 1_000_000)
    return raw.getvalue()


def test_an_archive_that_swells_is_refused(tmp_path: Path) -> None:
    small = bomb(200_000_000)
    assert len(small) < 300_000
    assert "larger than" in refused("inspect", tmp_path / "log.eval", small)


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    honest = bomb(200_000_000)
    size = (200_000_000).to_bytes(4, "little")
    assert honest.count(size) >= 1
    assert refused("inspect", tmp_path / "log.eval", honest.replace(size, (1_000).to_bytes(4, "little")))


def test_zstandard_that_swells_is_refused(tmp_path: Path) -> None:
    raw = zstandard_archive({"header.json": b" " * 50_000_000})
    assert len(raw) < 100_000
    assert "larger than" in refused("inspect", tmp_path / "log.eval", raw)


@pytest.mark.parametrize("method", [8, 93])
def test_what_swells_is_unpacked_no_further_than_allowed(
    method: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the header of the archive says that it is small."""
    size = 50_000_000
    raw = bomb(size) if method == 8 else zstandard_archive({"header.json": b" " * size})
    lying = raw.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path = tmp_path / "log.eval"
    path.write_bytes(lying)
    monkeypatch.setattr(foreign_files, "MOST_BYTES", 100_000)
    tracemalloc.start()
    with pytest.raises(InputError):
        import_file("inspect", path, LIBRARY, on=ON)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 5


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Another reader would take the other value."""
    text = json.dumps(bill({"licenses": [{"license": {"id": "MIT"}}]})).replace(
        '"id": "MIT"', '"id": "MIT", "id": "ISC"'
    )
    assert "twice" in refused("cyclonedx", tmp_path / "bom.json", text)


def test_zstandard_that_was_changed_is_refused(tmp_path: Path) -> None:
    good = archive(inspect_log([True]), 93)
    place = good.index(b"(\xb5/\xfd") + 20
    assert "damaged" in refused("inspect", tmp_path / "log.eval", good[:place] + b"\x00\x00" + good[place + 2 :])


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    good = bytearray(archive(inspect_log([True])))
    central = good.index(b"PK\x01\x02")
    good[6] |= 1
    good[central + 8] |= 1
    assert "encrypted" in refused("inspect", tmp_path / "log.eval", bytes(good))


def test_very_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_files, "MOST_MEMBERS", 1)
    assert "members" in refused("inspect", tmp_path / "log.eval", archive(inspect_log([True])))


def test_an_unfinished_archive_is_refused(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as written:
        written.writestr("_journal/start.json", "{}")
    assert "not finished" in refused("inspect", tmp_path / "log.eval", raw.getvalue())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), form=st.sampled_from(list(IMPORTED)), front=st.booleans())
def test_any_bytes_are_read_or_refused(content: bytes, form: str, front: bool, tmp_path: Path) -> None:
    try:
        imported(form, tmp_path / "input", b"---\n" + content + b"\n---\n" if front else content)
    except ComityError as error:
        assert error.describe()


def leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            found += leaves(value, (*path, key))
    return found


PLACES = [(form, path) for form in JSON_FORMS for path in leaves(GOOD[form])]
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        0.5,
        1e308,
        10**30,
        "",
        "x" * 3000,
        "\x00\x1b",
        "\ud800",
        [],
        [[]],
        {},
        {"a": {"b": []}},
        [None, {}, 1],
    ]
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=ODD)
def test_a_wrong_value_anywhere_is_read_or_refused(
    place: tuple[str, tuple[Any, ...]], value: Any, tmp_path: Path
) -> None:
    form, path = place
    document = json.loads(json.dumps(GOOD[form]))
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    try:
        statement = imported(form, tmp_path / "input", json.dumps(document))
    except ComityError as error:
        assert error.describe()
    else:
        for name, kept in statement.predicate.observations.items():
            assert len(str(kept)) < 100_000, name


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_archive_with_a_changed_byte_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    good = bytearray(archive(inspect_log([True, False]), data.draw(st.sampled_from([0, 8, 93]))))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    try:
        imported("inspect", tmp_path / "log.eval", bytes(good))
    except ComityError as error:
        assert error.describe()


def test_hostile_names_and_values_stay_text(tmp_path: Path) -> None:
    model = {"name": "\x1b[31m\u202ename", "licenses": [{"license": {"name": "a\x00b\n\nc" + "d" * 9_000}}]}
    statement = imported("cyclonedx", tmp_path / "bom.json", bill(model))
    (licence,) = statement.predicate.facts
    for text in (str(licence.value), str(statement.predicate.observations["name"])):
        assert not set(text) & set("\x00\x1b\u202e\n")
        assert len(text) <= 2_000


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted as Linux does")
def test_the_worst_text_that_is_read_costs_a_bounded_amount_of_memory(tmp_path: Path) -> None:
    """Nine megabytes of empty lists, the most that a text can become, take less than 60 bytes a byte of text; 32 MB may be read.

    The high-water mark is that of the new program; what `getrusage` tells would count the parent's memory as well.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc here")
    path = tmp_path / "worst.json"
    path.write_text('{"bomFormat": [' + ",".join(["[]"] * 3_000_000) + "]}", encoding="utf-8")
    script = (
        "import sys; from datetime import date; from comity.errors import InputError\n"
        "from comity.interchange.foreign_files import foreign_file\n"
        f"with foreign_file({str(path)!r}) as file: file.json()\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(ran.stdout) * 1024 < 60 * path.stat().st_size
