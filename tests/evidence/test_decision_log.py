"""A log of decisions: what goes in lasts, and whatever is done to it afterwards shows.

The oracle for the chain is the specification page, followed by hand with `hashlib` and `json`.
"""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from comity.errors import InputError, IntegrityError
from comity.evidence import decision_writer
from comity.evidence.decision_chain import Chain
from comity.evidence.decision_check import Check, check_log
from comity.evidence.decision_head import head_path
from comity.evidence.decision_record import LONGEST_RECORD, read_record
from comity.evidence.decision_writer import RefusedError, open_decisions
from comity.evidence.durable import Disk
from comity.evidence.strict_json import MalformedError
from comity.exit_codes import CANNOT_DECIDE, FINDINGS, FINE, INTEGRITY_FAILURE
from tests.evidence.decisions import clock, decision, filled, sealed, segment
from tests.evidence.sealed import KEY

COUNT = 6


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("log") / "decisions", COUNT)


def altered(log: Path, directory: Path, lines: list[bytes]) -> Check:
    """What a check says of a copy of a log with other lines, held against a head of the real one."""
    copy = directory / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(log, copy)
    segment(copy).write_bytes(b"".join(lines))
    signed = sealed(log)
    kept = directory / "kept.note"
    kept.write_bytes(signed.note.encoded())
    return check_log(copy, heads=[kept])


def lines_of(log: Path) -> list[bytes]:
    return segment(log).read_bytes().splitlines(keepends=True)


def test_the_chain_is_as_specified(log: Path) -> None:
    previous = sha256((log / "log.json").read_bytes()).hexdigest()
    for number, line in enumerate(lines_of(log)):
        record = json.loads(line)
        assert (record["number"], record["previous"]) == (number, previous)
        assert record["id"] == f"request-{number}"
        previous = sha256(line[:-1]).hexdigest()
    chain = Chain(log)
    assert [link.number for link in chain] == list(range(COUNT))
    assert (chain.last, chain.size, chain.whole) == (previous, COUNT, True)


def test_how_far_reading_has_come_is_told(log: Path) -> None:
    told: list[tuple[int, int]] = []
    assert len(list(Chain(log, lambda done, total: told.append((done, total))))) == COUNT
    size = segment(log).stat().st_size
    assert told == [(size, size)]


def test_texts_stay_out_unless_somebody_asks(log: Path, tmp_path: Path) -> None:
    assert b"question" not in segment(log).read_bytes()
    with open_decisions(tmp_path / "kept") as writer:
        writer.append([decision(0)], keep_content=True)
    assert b'"content":"question 0"' in segment(tmp_path / "kept").read_bytes()


def test_equal_inputs_have_different_commitments(tmp_path: Path) -> None:
    with open_decisions(tmp_path / "log") as writer:
        writer.append([decision(7), decision(7)])
    first, second = (json.loads(line)["input"]["commitment"] for line in lines_of(tmp_path / "log"))
    assert first != second


def test_an_untouched_log_is_fine(log: Path, tmp_path: Path) -> None:
    assert altered(log, tmp_path, lines_of(log)).exit_code == FINE


def test_an_empty_log_shows_nothing(tmp_path: Path) -> None:
    with open_decisions(tmp_path / "log"):
        pass
    assert check_log(tmp_path / "log").exit_code == CANNOT_DECIDE


SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@SHARED
@given(place=st.integers(0, COUNT - 1), where=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
@example(place=COUNT - 1, where=0.999999, change=1)
def test_a_changed_byte_is_noticed(log: Path, tmp_path: Path, place: int, where: float, change: int) -> None:
    lines = lines_of(log)
    row = bytearray(lines[place])
    row[int(where * len(row))] ^= change
    check = altered(log, tmp_path, [*lines[:place], bytes(row), *lines[place + 1 :]])
    assert check.exit_code == INTEGRITY_FAILURE
    assert check.chain.breaks or place == COUNT - 1


@SHARED
@given(place=st.integers(0, COUNT - 1))
def test_a_removed_record_is_noticed(log: Path, tmp_path: Path, place: int) -> None:
    lines = lines_of(log)
    check = altered(log, tmp_path, lines[:place] + lines[place + 1 :])
    assert check.exit_code == INTEGRITY_FAILURE
    assert bool(check.chain.breaks) == (place < COUNT - 1)


@SHARED
@given(order=st.permutations(range(COUNT)).filter(lambda order: order != list(range(COUNT))))
def test_another_order_is_noticed(log: Path, tmp_path: Path, order: list[int]) -> None:
    lines = lines_of(log)
    check = altered(log, tmp_path, [lines[place] for place in order])
    assert check.exit_code == INTEGRITY_FAILURE
    assert check.chain.breaks


@SHARED
@given(place=st.integers(0, COUNT), copied=st.integers(0, COUNT - 1))
def test_a_record_put_in_is_noticed(log: Path, tmp_path: Path, place: int, copied: int) -> None:
    lines = lines_of(log)
    check = altered(log, tmp_path, [*lines[:place], lines[copied], *lines[place:]])
    assert check.exit_code == INTEGRITY_FAILURE
    assert check.chain.breaks


@SHARED
@given(place=st.integers(0, COUNT - 1))
def test_a_chain_written_anew_is_noticed_by_whoever_kept_a_head(log: Path, tmp_path: Path, place: int) -> None:
    lines = lines_of(log)
    rewritten = lines[:place]
    previous = json.loads(lines[place])["previous"]
    for line in lines[place:]:
        record = json.loads(line) | {"previous": previous, "id": "another"}
        rewritten.append(json.dumps(record, separators=(",", ":")).encode() + b"\n")
        previous = sha256(rewritten[-1][:-1]).hexdigest()
    check = altered(log, tmp_path, rewritten)
    assert not check.chain.breaks, "the chain alone cannot tell"
    assert [head.state for head in check.heads] == ["differs"]
    assert check.exit_code == INTEGRITY_FAILURE


def test_records_of_another_log_do_not_fit(log: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other", COUNT)
    shutil.copy(segment(log), segment(other))
    assert check_log(other).exit_code == INTEGRITY_FAILURE


def test_an_altered_header_breaks_the_chain(log: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(log, copy)
    header = copy / "log.json"
    header.write_bytes(header.read_bytes().replace(b'"created":"20', b'"created":"19'))
    check = check_log(copy)
    assert [broken.place.line for broken in check.chain.broken] == [1]
    header.write_bytes(header.read_bytes() + b" ")
    with pytest.raises(InputError, match="not the header"):
        check_log(copy)


def test_a_head_of_another_log_is_told(log: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other", COUNT)
    kept = tmp_path / "kept.note"
    kept.write_bytes(sealed(log).note.encoded())
    assert [head.state for head in check_log(other, heads=[kept]).heads] == ["other_log"]


def test_heads_of_the_log_are_held_against_it(log: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(log, copy)
    signed = sealed(copy)
    path = head_path(copy, signed.head)
    path.parent.mkdir()
    path.write_bytes(signed.note.encoded())
    with open_decisions(copy) as writer:
        writer.append([decision(COUNT)])
    check = check_log(copy)
    assert [(head.size, head.state, head.signer) for head in check.heads] == [(COUNT, "holds", None)]
    assert check.sealed == 0, "nobody was named who may sign"


def test_what_is_missing_at_the_beginning_is_told(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_writer, "SEGMENT_BYTES", 500)
    directory = tmp_path / "log"
    for number in range(3):
        with open_decisions(directory) as writer:
            writer.append([decision(number)])
    assert len(list((directory / "records").iterdir())) == 3
    assert check_log(directory).exit_code == FINE
    segment(directory).unlink()
    check = check_log(directory)
    assert (check.chain.first, check.chain.breaks, check.exit_code) == (1, 0, FINDINGS)


def test_a_missing_segment_in_the_middle_is_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_writer, "SEGMENT_BYTES", 500)
    directory = tmp_path / "log"
    for number in range(3):
        with open_decisions(directory) as writer:
            writer.append([decision(number)])
    sorted((directory / "records").iterdir())[1].unlink()
    assert check_log(directory).exit_code == INTEGRITY_FAILURE


def test_each_segment_has_a_secret_of_its_own_that_only_the_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_writer, "SEGMENT_BYTES", 500)
    directory = tmp_path / "log"
    for number in range(2):
        with open_decisions(directory) as writer:
            writer.append([decision(number)])
    secrets = sorted((directory / "secrets").iterdir())
    assert len({path.read_bytes() for path in secrets}) == len(secrets) == 2
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


@pytest.mark.parametrize("cut", [1, 5, 200])
def test_a_torn_tail_is_reported_and_put_aside(log: Path, tmp_path: Path, cut: int) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(log, copy)
    path = segment(copy)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    length = len(whole.splitlines(keepends=True)[-1]) - cut
    check = check_log(copy)
    assert check.chain.torn is not None
    assert (check.chain.torn.size, check.records, check.exit_code) == (length, COUNT - 1, FINDINGS)
    with open_decisions(copy) as writer:
        assert writer.torn is not None
        assert writer.torn.path.read_bytes() == whole.splitlines(keepends=True)[-1][:length]
        assert writer.append([decision(99)]).first == COUNT - 1
    check = check_log(copy)
    assert (check.records, check.chain.breaks, len(check.torn), check.exit_code) == (COUNT, 0, 1, FINE)


def test_blocks_of_zeros_that_a_power_failure_left_are_put_aside(log: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(log, copy)
    with segment(copy).open("ab") as stream:
        stream.write(bytes(4096))
    with open_decisions(copy) as writer:
        assert writer.torn is not None
        assert (writer.torn.size, writer.size) == (4096, COUNT)


@pytest.mark.parametrize("more", [b"\0" * 9_000_000, b"{}\n" * 3_000_000])
def test_more_than_a_crash_can_leave_is_never_cut_off(log: Path, tmp_path: Path, more: bytes) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(log, copy)
    with segment(copy).open("ab") as stream:
        stream.write(more)
    before = segment(copy).stat().st_size
    with pytest.raises(IntegrityError, match="does not hold together"), open_decisions(copy):
        pass
    assert segment(copy).stat().st_size == before


def test_an_altered_end_is_never_mended(log: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(log, copy)
    lines = lines_of(copy)
    segment(copy).write_bytes(b"".join([*lines[:2], b"garbage\n", *lines[3:]]))
    before = segment(copy).read_bytes()
    with pytest.raises(IntegrityError, match="does not hold together"), open_decisions(copy):
        pass
    assert segment(copy).read_bytes() == before


def test_one_force_to_the_disk_for_a_batch(tmp_path: Path) -> None:
    class Counting(Disk):
        forced = 0

        def sync(self, path: Path) -> None:
            self.forced += path.suffix == ".jsonl"
            super().sync(path)

    disk = Counting()
    with open_decisions(tmp_path / "log", disk) as writer:
        writer.append([decision(0)])
        before = disk.forced
        writer.append([decision(number) for number in range(1, 500)])
        assert disk.forced - before == 1


def test_nothing_is_acknowledged_when_the_disk_refuses(tmp_path: Path) -> None:
    class Full(Disk):
        full = False

        def sync(self, path: Path) -> None:
            if self.full:
                raise OSError(28, "No space left on device")
            super().sync(path)

    disk = Full()
    with open_decisions(tmp_path / "log", disk) as writer:
        writer.append([decision(0)])
        disk.full = True
        with pytest.raises(OSError, match="No space"):
            writer.append([decision(1)])
        with pytest.raises(InputError, match="open it again"):
            writer.append([decision(2)])
    assert check_log(tmp_path / "log").chain.breaks == 0


def test_two_writers_are_kept_apart(tmp_path: Path) -> None:
    with (
        open_decisions(tmp_path / "log"),
        pytest.raises(InputError, match="another process"),
        open_decisions(tmp_path / "log"),
    ):
        pass


def test_a_directory_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="something else"), open_decisions(tmp_path):
        pass
    assert {path.name for path in tmp_path.iterdir()} <= {"letter.txt", ".lock"}


HOSTILE: list[tuple[str, dict[str, Any] | list[Any], str]] = [
    ("no object", [], "is a JSON object"),
    ("an unknown key", {"colour": "red"}, "unknown field"),
    ("the place taken by hand", {"number": 3}, "leave it out"),
    ("the hash taken by hand", {"previous": "0" * 64}, "leave it out"),
    ("a day that does not exist", {"time": {"at": "2026-02-30T00:00:00Z", "clock": "ntp"}}, "not a day that exists"),
    ("a time without zone", {"time": {"at": "2026-02-03T00:00:00", "clock": "ntp"}}, "regex"),
    ("a time with a line feed", {"time": {"at": "2026-02-03T00:00:00Z\n", "clock": "ntp"}}, "regex"),
    ("digits of another script", {"time": {"at": "２026-02-03T00:00:00Z", "clock": "ntp"}}, "regex"),
    ("a look-alike id", {"id": "requеst"}, "regex"),
    ("an id with a space", {"id": "a b"}, "regex"),
    ("no id", {"id": ""}, "regex"),
    ("another kind", {"kind": "guess"}, "Invalid enum value"),
    ("a decision of nobody", {"system": None}, 'needs "system"'),
    ("a review without an act", {"kind": "review", "about": "request-1"}, 'needs "oversight"'),
    ("an incident without harm", {"kind": "incident"}, 'needs "incident"'),
    ("a report of nothing", {"kind": "report"}, 'needs "about"'),
    ("an unknown basis", {"reason": {"text": "so", "basis": "felt"}}, "Invalid enum value"),
    ("a reason without basis", {"reason": {"text": "so"}}, "basis"),
    ("an unknown act", {"oversight": [{"role": "a", "did": "slept", "at": "2026-02-03T00:00:00Z"}]}, "Invalid enum"),
    ("a truth for a number", {"counter": {"name": "a", "value": True}}, "Expected `int`"),
    ("a negative number", {"counter": {"name": "a", "value": -1}}, ">= 0"),
    ("a huge number", {"counter": {"name": "a", "value": 2**53}}, "< 9007199254740992|<= 9007199254740991"),
    ("a digest in capitals", {"candidates": [{"digest": "A" * 64}]}, "regex"),
    ("a short digest", {"output": {"digest": "ab"}}, "64 lower-case"),
    ("a commitment that is none", {"output": {"commitment": "ab"}}, "regex"),
    ("content twice", {"output": {"content": "a", "digest": "0" * 64}}, "names one of"),
    ("content that is no text", {"output": {"content": 7}}, "written as text"),
    ("content in bad base64", {"output": {"content_base64": "a"}}, "canonical base64"),
    ("an unknown key of a content", {"output": {"content": "a", "lang": "en"}}, "these keys"),
    ("too many parts", {"serves": ["a"] * 101}, "length"),
    ("too large", {"not_checked": ["a" * 4000] * 20}, "at most 65535 bytes"),
    (
        "a base64 trace id",
        {"source": {"convention": "x", "mapping": "m", "trace": "W47/95gDgQPSabYzgT/GDA==", "span": "0" * 16}},
        "regex",
    ),
]


@pytest.mark.parametrize(("change", "complaint"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_bad_record_is_refused_whole(tmp_path: Path, change: Any, complaint: str) -> None:
    bad = {**decision(1), **change} if isinstance(change, dict) else change
    with open_decisions(tmp_path / "log") as writer:
        with pytest.raises(RefusedError, match=complaint) as refused:
            writer.append([decision(0), bad])
        assert refused.value.index == 1
        assert writer.size == 0
        assert writer.append([decision(0)]).first == 0


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 50_000,
        b'{"salt":"' + b"A" * LONGEST_RECORD + b'"}',
        b'{"salt":1e999}',
        b'{"number":' + b"9" * 5_000 + b"}",
    ],
)
def test_a_line_that_is_no_record_is_malformed(line: bytes) -> None:
    with pytest.raises(MalformedError):
        read_record(line)


def test_a_repeated_key_is_malformed_though_lenient_readers_take_it(log: Path) -> None:
    line = lines_of(log)[0][:-1]
    read_record(line)
    with pytest.raises(MalformedError, match="repeated"):
        read_record(line[:-1] + b',"kind":"decision"}')


def test_other_spacing_and_order_are_read_as_well(log: Path) -> None:
    line = lines_of(log)[0]
    other = json.dumps(dict(reversed(json.loads(line).items())), indent=None).encode()
    assert read_record(other) == read_record(line[:-1])


def test_the_clock_and_the_order_of_things_are_told(tmp_path: Path) -> None:
    with open_decisions(tmp_path / "log", now=clock()) as writer:
        for number in (0, 3, 1, 100):
            writer.append([decision(number, time={"at": decision(number)["time"]["at"], "clock": "ntp"})])
    times = check_log(tmp_path / "log").times
    assert (times.late, times.clock_back, times.gap_after) == (1, 0, 2)
    assert times.longest_gap.total_seconds() == 97
    assert times.ahead == 2, "3 and 100 seconds, taken within the first four"


def test_a_clock_that_was_set_back_is_a_finding(tmp_path: Path) -> None:
    for _ in range(2):
        with open_decisions(tmp_path / "log", now=clock()) as writer:
            writer.append([decision(0)])
            writer.append([decision(0)])
    check = check_log(tmp_path / "log")
    assert (check.times.clock_back, check.exit_code) == (1, FINDINGS)


def test_a_key_is_no_part_of_a_log(log: Path) -> None:
    assert KEY.seed not in b"".join(path.read_bytes() for path in log.rglob("*") if path.is_file())
