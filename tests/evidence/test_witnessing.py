"""A witness signs only what grew out of the last checkpoint that it signed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.errors import InputError, IntegrityError
from comity.evidence.cosignature import cosigned_by
from comity.evidence.keys import SigningKey
from comity.evidence.tile_log import create_log, open_log
from comity.evidence.tiles import tile_path
from comity.evidence.witnessing import read_checkpoint_file, witness
from tests.evidence.logged import LOG, WITNESSES, log_with

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
WITNESS = WITNESSES[0]


def grow(log: Path) -> None:
    with open_log(log, LOG) as writer:
        writer.append([b"more"])


def test_a_growing_log_is_cosigned_again_and_again(tmp_path: Path) -> None:
    log, seen = log_with(tmp_path / "log", b"one"), tmp_path / "seen"
    for size in (1, 2, 2, 3):
        while read_checkpoint_file(log / "checkpoint").checkpoint.size < size:
            grow(log)
        signed = witness(log, LOG.verifier, WITNESS, seen, AT)
        assert signed.checkpoint.size == size
        assert signed.signed_by(LOG.verifier)
        assert [one.at for one in cosigned_by(signed.note, [WITNESS.verifier], LOG.verifier)] == [AT]
        assert read_checkpoint_file(seen).checkpoint == signed.checkpoint


def test_a_log_that_forked_is_refused_and_what_was_seen_stays(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    witness(log_with(tmp_path / "log", b"one", b"two"), LOG.verifier, WITNESS, seen, AT)
    before = seen.read_bytes()
    for name, entries in (("fork", (b"one", b"other", b"three")), ("shorter", (b"one",))):
        with pytest.raises(IntegrityError):
            witness(log_with(tmp_path / name, *entries), LOG.verifier, WITNESS, seen, AT)
        assert seen.read_bytes() == before


def test_a_fork_behind_tiles_of_the_old_tree_is_refused(tmp_path: Path) -> None:
    """The files lead to the new root by the tile above, and to the old root by a tile that was put back from the old tree."""
    same = [b"same %d" % number for number in range(256)]
    logs = [tmp_path / "old", tmp_path / "fork"]
    for log, more in zip(logs, (50, 256), strict=True):
        create_log(log, LOG)
        with open_log(log, LOG) as writer:
            writer.append(same + [b"%s %d" % (log.name.encode(), number) for number in range(more)])
    old, fork = logs
    witness(old, LOG.verifier, WITNESS, tmp_path / "seen", AT)
    tile = fork / tile_path(0, 1)
    tile.write_bytes((old / tile_path(0, 1, 50)).read_bytes() + tile.read_bytes()[50 * 32 :])
    with pytest.raises(IntegrityError):
        witness(fork, LOG.verifier, WITNESS, tmp_path / "seen", AT)


def test_a_log_whose_files_do_not_lead_to_its_root_is_refused(tmp_path: Path) -> None:
    log = log_with(tmp_path / "log", b"one")
    (log / "tile" / "0" / "000.p" / "1").write_bytes(bytes(32))
    with pytest.raises(IntegrityError):
        witness(log, LOG.verifier, WITNESS, tmp_path / "seen", AT)
    assert not (tmp_path / "seen").exists()


def test_another_log_is_refused(tmp_path: Path) -> None:
    log = log_with(tmp_path / "log", b"one")
    with pytest.raises(IntegrityError, match="not signed by"):
        witness(log, WITNESSES[1].verifier, WITNESS, tmp_path / "seen", AT)


def test_a_log_is_not_its_own_witness(tmp_path: Path) -> None:
    log = log_with(tmp_path / "log", b"one")
    for key in (LOG, SigningKey("other-name.example", LOG.seed), SigningKey(LOG.name, WITNESS.seed)):
        with pytest.raises(InputError, match="own witness"):
            witness(log, LOG.verifier, key, tmp_path / "seen", AT)
