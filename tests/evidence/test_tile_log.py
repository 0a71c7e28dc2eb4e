"""The log as files. Oracles: the tree of `merkle`, the figures of the specification, `aics-tlog` (Python 3.12), `proofbundle`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError, IntegrityError
from comity.evidence import merkle, tile_log
from comity.evidence.checkpoint import EMPTY_ROOT, sign_checkpoint
from comity.evidence.log_audit import check_log
from comity.evidence.log_entries import find_entries, prove
from comity.evidence.log_proof import LogProof, read_log_proof
from comity.evidence.strict_json import MalformedError
from comity.evidence.tile_log import create_log, open_log
from comity.evidence.tiles import LONGEST_ENTRY, Tiles, published, tile_path
from tests.evidence.logged import LOG, WITNESSES, log_with
from tests.evidence.power import QuickDisk


def entry(index: int) -> bytes:
    return b"entry %d\n" % index


def filled(directory: Path, *batches: int) -> Path:
    """A log that grew by these batches."""
    create_log(directory, LOG, QuickDisk())
    for batch in batches:
        with open_log(directory, LOG, QuickDisk()) as log:
            log.append([entry(log.size + number) for number in range(batch)])
    return directory


def tree_of(size: int) -> merkle.Tree:
    return merkle.Tree(merkle.leaf_hash(entry(index)) for index in range(size))


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 273, 112, "tile/0/273.p/112"),
        (1, 1234067, 256, "tile/1/x001/x234/067"),
        (None, 1000, 1, "tile/entries/x001/000.p/1"),
        (63, 999999, 255, "tile/63/x999/999.p/255"),
    ],
)
def test_tiles_lie_where_the_specification_says(level: int | None, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path


def test_a_log_of_70000_has_the_tiles_that_the_specification_counts(tmp_path: Path) -> None:
    """The example of C2SP tlog-tiles: 273 whole tiles and one of 112, then one whole and one of 17, then one of 1."""
    log = filled(tmp_path / "log", 70_000) / "tile"
    assert len([path for path in (log / "0").rglob("*") if path.is_file() and path.parent.suffix != ".p"]) == 273
    assert (log / "0" / "273.p" / "112").stat().st_size == 112 * 32
    assert (log / "1" / "000").stat().st_size == 256 * 32
    assert (log / "1" / "001.p" / "17").stat().st_size == 17 * 32
    assert (log / "2" / "000.p" / "1").stat().st_size == 32
    assert not (log / "3").exists()
    check_log(tmp_path / "log", published(tmp_path / "log"), key=LOG.verifier)


BATCHES = st.lists(st.sampled_from((0, 1, 2, 3, 100, 255, 256, 257, 600)), max_size=6)


@settings(max_examples=15, deadline=None)
@given(BATCHES, st.data())
def test_tiles_lead_to_the_tree_of_the_rfc(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], data: st.DataObject
) -> None:
    directory = filled(tmp_path_factory.mktemp("log") / "log", *batches)
    size, signed = sum(batches), published(directory)
    tree = tree_of(size)
    assert signed.checkpoint.size == size
    assert signed.checkpoint.root == tree.root
    check_log(directory, signed, key=LOG.verifier)
    tiles = Tiles(directory, size)
    assert list(tiles.all_entries()) == [entry(index) for index in range(size)]
    if size:
        for index in data.draw(st.lists(st.integers(0, size - 1), max_size=10)):
            assert tiles.inclusion_path(index) == tree.inclusion_path(index)
            assert tiles.consistency_path(index + 1) == merkle.consistency_proof(tree, index + 1)


def test_large_batches_are_cut_into_checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_log, "LARGEST_BATCH", 300)
    directory = filled(tmp_path / "log", 1000)
    assert published(directory).checkpoint.root == tree_of(1000).root


def test_an_older_checkpoint_can_still_be_proven_against(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 300)
    older = published(directory)
    with open_log(directory, LOG) as log:
        log.append([entry(300 + number) for number in range(300)])
    [proof] = prove(directory, older, [(entry(299), 299)])
    assert proof.signed.checkpoint.size == 300
    check_log(directory, published(directory), older=older)


def test_narrow_tiles_go_when_the_whole_one_is_there(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 3, 5, 300)
    assert not (directory / "tile" / "0" / "000.p").exists()
    assert not (directory / "tile" / "entries" / "000.p").exists()
    assert (directory / "tile" / "0" / "001.p" / "52").is_file()


def test_what_a_crash_left_is_taken_away(tmp_path: Path) -> None:
    """A whole tile of a batch that never got its checkpoint would be believed by a reader that prefers whole tiles."""
    directory = filled(tmp_path / "log", 250)
    left = [
        directory / tile_path(level, index, width) for level, index, width in ((0, 0, 256), (None, 0, 256), (0, 1, 7))
    ]
    left += [directory / tile_path(1, 0, 1), directory / tile_path(0, 0, 255)]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(8192))
    with open_log(directory, LOG):
        pass
    assert not any(path.exists() for path in left)
    check_log(directory, published(directory))


def test_narrow_tiles_that_a_killed_writer_did_not_remove_are_removed(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 300)
    old = directory / tile_path(0, 0, 7)
    old.parent.mkdir()
    old.write_bytes(bytes(7 * 32))
    with open_log(directory, LOG):
        pass
    assert not old.parent.exists()


def test_a_checkpoint_that_was_about_to_come_out_comes_out(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 3)
    older = published(directory).note.encoded()
    with open_log(directory, LOG) as log:
        log.append([entry(3)])
    (directory / "checkpoint").rename(directory / ".checkpoint.next")
    (directory / "checkpoint").write_bytes(older)
    with open_log(directory, LOG) as log:
        assert log.size == 4
    check_log(directory, published(directory), key=LOG.verifier)


@pytest.mark.parametrize(
    "content", [b"", b"log.example.org", sign_checkpoint(9, bytes(32), WITNESSES[0]).note.encoded()]
)
def test_a_checkpoint_that_nobody_could_see_is_taken_away(tmp_path: Path, content: bytes) -> None:
    directory = filled(tmp_path / "log", 3)
    (directory / ".checkpoint.next").write_bytes(content)
    with open_log(directory, LOG) as log:
        assert log.size == 3
    assert not (directory / ".checkpoint.next").exists()


def test_a_signed_checkpoint_without_its_entries_is_an_integrity_failure(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 3)
    (directory / ".checkpoint.next").write_bytes(sign_checkpoint(9, bytes(32), LOG).note.encoded())
    with pytest.raises(IntegrityError), open_log(directory, LOG):
        pass


def test_a_log_is_made_once_and_written_by_its_key(tmp_path: Path) -> None:
    directory = log_with(tmp_path / "log")
    assert published(directory).checkpoint.root == EMPTY_ROOT
    with pytest.raises(InputError, match="already"):
        create_log(directory, LOG)
    with pytest.raises(InputError, match="not that of the key"), open_log(directory, WITNESSES[0]):
        pass
    with pytest.raises(InputError, match="no log here"), open_log(tmp_path / "nowhere", LOG):
        pass
    with open_log(directory, LOG), pytest.raises(InputError, match="another process"), open_log(directory, LOG):
        pass


def test_entries_have_a_longest(tmp_path: Path) -> None:
    with open_log(log_with(tmp_path / "log"), LOG) as log:
        log.append([b"x" * LONGEST_ENTRY, b""])
        with pytest.raises(InputError, match="65535"):
            log.append([b"x" * (LONGEST_ENTRY + 1)])
    check_log(tmp_path / "log", published(tmp_path / "log"))


def test_every_damaged_file_is_noticed(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 70, 600)
    signed = published(directory)
    chance = random.Random(1)
    files = sorted(path for path in (directory / "tile").rglob("*") if path.is_file())
    assert len(files) == 7
    for path in files:
        content = path.read_bytes()
        place = chance.randrange(len(content))
        flipped = content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :]
        for damaged in (flipped, content[:place], content[: len(content) - 1], b""):
            path.write_bytes(damaged)
            with pytest.raises(IntegrityError):
                check_log(directory, signed)
        path.unlink()
        with pytest.raises(IntegrityError):
            check_log(directory, signed)
        path.write_bytes(content)
    check_log(directory, signed)


def test_a_log_with_a_damaged_end_is_not_written_to(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 3)
    for level in (0, None):
        path = directory / tile_path(level, 0, 3)
        content = path.read_bytes()
        path.write_bytes(content[:-1] + b"x")
        with pytest.raises(IntegrityError), open_log(directory, LOG):
            pass
        path.write_bytes(content)


def test_a_log_that_changed_its_past_is_noticed(tmp_path: Path) -> None:
    older = published(filled(tmp_path / "one", 10))
    other = log_with(tmp_path / "two", *(b"other %d" % number for number in range(12)))
    with pytest.raises(IntegrityError, match="does not begin"):
        check_log(other, published(other), key=LOG.verifier, older=older)
    short = filled(tmp_path / "three", 5)
    with pytest.raises(IntegrityError, match="has 5 entries, but had 10"):
        check_log(short, published(short), older=older)
    third = log_with(tmp_path / "four", key=WITNESSES[0])
    with pytest.raises(IntegrityError, match="two logs"):
        check_log(third, published(third), older=older)
    with pytest.raises(IntegrityError, match="not signed"):
        check_log(third, published(third), key=LOG.verifier)


def test_entries_are_found_by_their_text(tmp_path: Path) -> None:
    directory = filled(tmp_path / "log", 300)
    found = find_entries(Tiles(directory, 300), [entry(299), entry(7), b"never"])
    assert found == {entry(299): 299, entry(7): 7}


def a_proof(tmp_path: Path) -> LogProof:
    directory = filled(tmp_path / "log", 21)
    return prove(directory, published(directory), [(entry(5), 5)])[0]


def test_a_proof_is_read_as_it_was_written(tmp_path: Path) -> None:
    proof = a_proof(tmp_path)
    assert read_log_proof(proof.encoded()) == proof
    assert proof.holds(entry(5))
    assert not proof.holds(entry(6))
    extra = proof.encoded().replace(b"\nindex", b"\nextra AAAA\nindex")
    assert read_log_proof(extra) == proof


def test_a_proof_of_another_place_does_not_hold(tmp_path: Path) -> None:
    raw = a_proof(tmp_path).encoded()
    assert not read_log_proof(raw.replace(b"index 5", b"index 4")).holds(entry(5))
    lines = raw.split(b"\n")
    assert not read_log_proof(b"\n".join(lines[:2] + lines[3:])).holds(entry(5))
    assert not read_log_proof(b"\n".join(lines[:3] + lines[2:])).holds(entry(5))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 5", b"index 05"),
        (b"index 5", b"index -5"),
        (b"index 5", b"index 5 "),
        (b"index 5\n", b""),
        (b"index 5", b"extra AAA\nindex 5"),
        (b"=\n\n", b"=\n"),
        (b"=\n", b"\n"),
        (b"\n21\n", b"\n021\n"),
        (b"index 5\n", b"index 5\n" + b"A" * 43 + b"=\n" * 1 + (b"A" * 43 + b"=\n") * 60),
        (b"c2sp", b"\xc3\xa9"),
    ],
)
def test_what_is_no_proof_is_malformed(tmp_path: Path, old: bytes, new: bytes) -> None:
    raw = a_proof(tmp_path).encoded()
    assert old in raw
    with pytest.raises(MalformedError):
        read_log_proof(raw.replace(old, new, 1) if old != b"=\n\n" else raw.replace(old, new))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_proof_or_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read_log_proof(raw)


def test_proofbundle_accepts_our_proofs(tmp_path: Path) -> None:
    other = pytest.importorskip("proofbundle.tlogproof")
    directory = filled(tmp_path / "log", 300)
    for index in (0, 5, 255, 256, 299):
        [proof] = prove(directory, published(directory), [(entry(index), index)])
        text = proof.encoded().decode()
        assert other.verify_tlog_proof(text, entry(index), str(LOG.verifier))["ok"]
        assert not other.verify_tlog_proof(text, entry(index + 1), str(LOG.verifier))["ok"]


def test_aics_tlog_reads_our_log(tmp_path: Path) -> None:
    other = pytest.importorskip("aics_tlog")
    directory = filled(tmp_path / "log", 70_000, 1, 300)
    size = 70_301
    checkpoint = published(directory).checkpoint
    reader = other.FileSystemTileReader(directory)
    other.audit_tiles(reader, size, checkpoint.root)
    ours = Tiles(directory, size)
    for index in (0, 255, 256, 65_535, 65_536, 70_000, 70_300):
        assert other.read_entry(reader, index, size) == entry(index)
        assert other.inclusion_proof_from_tiles(reader, index, size) == ours.inclusion_path(index)
        assert other.consistency_proof_from_tiles(reader, index + 1, size) == ours.consistency_path(index + 1)
