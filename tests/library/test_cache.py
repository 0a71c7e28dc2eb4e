"""The compiled cache: fast, never stale, never believed when damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.library import cache
from comity.library.loader import compile_library, load_library

SMALL = Path(__file__).parent.parent / "data" / "small-library"


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "cache"))
    return Path(shutil.copytree(SMALL, tmp_path / "library"))


def cached_file(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache").glob("library-*.msgpack")
    return found


def test_cached_and_compiled_are_equal(layer: Path) -> None:
    compiled = load_library([layer], builtin=False, cached=False).data
    assert load_library([layer], builtin=False).data == compiled
    assert load_library([layer], builtin=False).data == compiled


def test_the_shipped_library_survives_the_cache() -> None:
    compiled = load_library(cached=False).data
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(compiled), type=type(compiled)) == compiled


def test_the_second_load_compiles_nothing(layer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_library([layer], builtin=False)

    def refuse(layers: list[Path]) -> None:
        raise AssertionError(layers)

    monkeypatch.setattr("comity.library.loader.compile_library", refuse)
    assert len(load_library([layer], builtin=False).clauses) == 4


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename"])
def test_never_stale(layer: Path, change: str) -> None:
    before = load_library([layer], builtin=False).data
    standard = layer / "standards" / "xa" / "xa-act.yaml"
    if change == "edit":
        standard.write_text(standard.read_text().replace("Act of A", "Act of Z"))
    elif change == "add":
        (layer / "standards" / "xa" / "more.yaml").write_text(standard.read_text().replace("id: xa-act", "id: xa-more"))
    elif change == "remove":
        standard.unlink()
    else:
        standard.rename(standard.with_name("xa-renamed.yaml"))
    after = load_library([layer], builtin=False).data
    assert after == compile_library([layer])
    assert after != before


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_cache_is_compiled_anew(layer: Path, tmp_path: Path, data: st.DataObject) -> None:
    expected = load_library([layer], builtin=False).data
    path = cached_file(tmp_path)
    good = path.read_bytes()
    kind = data.draw(st.sampled_from(["flip", "cut", "replace"]))
    if kind == "flip":
        position = data.draw(st.integers(0, len(good) - 1))
        bad = good[:position] + bytes([good[position] ^ data.draw(st.integers(1, 255))]) + good[position + 1 :]
    elif kind == "cut":
        bad = good[: data.draw(st.integers(0, len(good) - 1))]
    else:
        bad = data.draw(st.binary(max_size=200))
    path.write_bytes(bad)
    assert cache._read(path) is None
    assert load_library([layer], builtin=False).data == expected
    assert cached_file(tmp_path).read_bytes() == good


def test_a_well_digested_file_of_another_form_is_refused(tmp_path: Path) -> None:
    import hashlib

    for payload in (msgspec.msgpack.encode({"topics": []}), msgspec.msgpack.encode([1]), b"", b"\x81" * 100_000):
        path = tmp_path / "other"
        path.write_bytes(hashlib.sha256(payload).digest() + payload)
        assert cache._read(path) is None


def test_a_directory_that_cannot_be_written_is_no_error(
    layer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "file" / "below"))
    assert len(load_library([layer], builtin=False).clauses) == 4
