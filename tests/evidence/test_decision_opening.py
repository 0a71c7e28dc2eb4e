"""Single records opened to somebody who holds the head: what they can check, and what nobody can pass off on them."""

from __future__ import annotations

import contextlib
import json
from base64 import b64decode
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, InputError, IntegrityError
from comity.evidence import merkle
from comity.evidence.decision_head import head_of, read_head, sign_head
from comity.evidence.decision_opening import Opening, check_content, open_records, read_opening
from comity.evidence.decision_record import read_record
from comity.evidence.decision_verification import answers_on, exit_code_of
from comity.evidence.decision_writer import open_decisions
from comity.evidence.policy import Issuer, Trust
from comity.evidence.spot_check import picks
from comity.evidence.strict_json import MalformedError
from tests.evidence.decisions import HEAD_AT, decision, filled, sealed, segment
from tests.evidence.sealed import KEY, OTHER_KEY

NONCE = bytes(range(16))
TRUST = Trust((Issuer(KEY.verifier, None, None, None),))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("log") / "decisions", 9)


def opened(log: Path, *numbers: int, reveal: tuple[str, ...] = ()) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(open_records(log, sealed(log), set(numbers), reveal).encoded())
    return document


def read(document: dict[str, Any]) -> Opening:
    return read_opening(json.dumps(document).encode())


def test_a_record_leads_to_the_root_by_hand(log: Path) -> None:
    """Oracle: the specification page, followed with `hashlib`."""
    document = opened(log, 4)
    head, (row,) = document["head"].split("\n"), document["records"]
    assert row["record"].encode() == segment(log).read_bytes().splitlines()[4]
    joined = b64decode(row["path"])
    found, path = (
        sha256(b"\0" + row["record"].encode()).digest(),
        [joined[at : at + 32] for at in range(0, len(joined), 32)],
    )
    for sibling, left in zip(path, (False, False, True, False), strict=True):
        found = sha256(b"\1" + (sibling + found if left else found + sibling)).digest()
    assert found == b64decode(head[3])


def test_what_is_opened_can_be_verified_and_nothing_else_is_told(log: Path) -> None:
    raw = open_records(log, sealed(log), {2, 7}).encoded()
    opening = read_opening(raw)
    assert [one.record.id for one in opening.records] == ["request-2", "request-7"]
    assert b"request-3" not in raw
    assert exit_code_of(answers_on(opening, TRUST, {})) == 0
    assert exit_code_of(answers_on(opening, None, {})) == 3
    stranger = Trust((Issuer(OTHER_KEY.verifier, None, None, None),))
    assert exit_code_of(answers_on(opening, stranger, {})) == 3


def test_a_key_counts_only_for_the_systems_and_times_that_it_is_trusted_for(log: Path) -> None:
    opening = read(opened(log, 2))
    for issuer, code in (
        (Issuer(KEY.verifier, ("helper",), None, None), 0),
        (Issuer(KEY.verifier, ("other",), None, None), 3),
        (Issuer(KEY.verifier, None, None, date(2026, 11, 22)), 3),
        (Issuer(KEY.verifier, None, date(2026, 11, 23), None), 3),
    ):
        assert exit_code_of(answers_on(opening, Trust((issuer,)), {})) == code


def test_the_salt_of_one_part_opens_that_part_only(log: Path) -> None:
    opening = read(opened(log, 3, reveal=("output",)))
    check_content(opening, "output", b"answer 3")
    with pytest.raises(IntegrityError, match="not what the record committed to"):
        check_content(opening, "output", b"answer 4")
    with pytest.raises(InputError, match="salt of its input"):
        check_content(opening, "input", b"question 3")
    record, salt = opening.records[0].record, opening.records[0].salts["output"]
    assert record.output is not None
    assert record.output.commitment == sha256(salt + sha256(b"answer 3").digest()).hexdigest()


def test_without_the_secret_nothing_can_be_opened_any_more(tmp_path: Path) -> None:
    log = filled(tmp_path / "log", 2)
    signed = sealed(log)
    for path in (log / "secrets").iterdir():
        path.unlink()
    open_records(log, signed, {1})
    with pytest.raises(InputError, match="secret of the segment is gone"):
        open_records(log, signed, {1}, ("input",))
    with open_decisions(log) as writer:
        writer.append([decision(2)])
    open_records(log, sealed(log), {2}, ("input",))


def test_a_log_that_grew_still_opens_under_the_old_head(tmp_path: Path) -> None:
    log = filled(tmp_path / "log", 5)
    signed = sealed(log)
    with open_decisions(log) as writer:
        writer.append([decision(5)])
    read_opening(open_records(log, signed, {4}).encoded())
    with pytest.raises(InputError, match="over 5"):
        open_records(log, signed, {5})


def test_another_log_does_not_open_under_the_head(log: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other", 9)
    with pytest.raises(IntegrityError, match="another log"):
        open_records(other, sealed(log), {1})
    path = segment(other)
    signed = sealed(other)
    path.write_bytes(path.read_bytes().replace(b"request-8", b"request-9"))
    with pytest.raises(IntegrityError, match="does not begin"):
        open_records(other, signed, {1})


def test_a_broken_chain_gets_no_head(tmp_path: Path) -> None:
    log = filled(tmp_path / "log", 3)
    segment(log).write_bytes(segment(log).read_bytes().replace(b"request-1", b"request-9"))
    with pytest.raises(IntegrityError, match="does not follow"):
        head_of(log, HEAD_AT)


def test_an_audit_opens_the_picked_records_and_no_others(log: Path) -> None:
    signed = sealed(log)
    numbers = picks(NONCE, signed.head.text(), 9, 3)
    raw = open_records(log, signed, set(numbers), nonce=NONCE, asked=3).encoded()
    assert [one.record.number for one in read_opening(raw).records] == numbers
    nonces = (number.to_bytes(16, "big") for number in range(100))
    another = next(nonce for nonce in nonces if picks(nonce, signed.head.text(), 9, 3) != numbers)
    others = set(range(9)) - set(numbers)
    cheated = {*numbers[1:], others.pop()}
    with pytest.raises(IntegrityError, match="follow from the auditor's number"):
        read_opening(open_records(log, signed, cheated, nonce=NONCE, asked=3).encoded())
    with pytest.raises(IntegrityError, match="follow from the auditor's number"):
        read_opening(raw.replace(NONCE.hex().encode(), another.hex().encode()))


def test_every_byte_of_an_opening_counts(log: Path) -> None:
    raw = open_records(log, sealed(log), {5}, ("input",)).encoded()
    survivors = []
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        try:
            opening = read_opening(changed)
            answers = answers_on(opening, TRUST, {"input": b"question 5"})
            if exit_code_of(answers) == 0 and json.loads(changed) != json.loads(raw):
                survivors.append(place)
        except ComityError:
            pass
    assert survivors == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema": "comity/decision-opening/2"}, "not an opening"),
        ({"records": []}, "opens 1 to"),
        ({"records": {}}, "not an opening"),
        ({"records": [7]}, "these keys"),
        ({"head": 7}, "not an opening"),
        ({"head": "x"}, "a note is"),
        ({"nonce": "00" * 16}, "asks for 1 to"),
        ({"nonce": "00" * 15, "asked": 1}, "16 to 64 bytes"),
        ({"nonce": "0G" * 16, "asked": 1}, "16 to 64 bytes"),
        ({"asked": 1}, "16 to 64 bytes"),
        ({"more": 1}, "these keys"),
    ],
)
def test_what_is_no_opening_is_malformed(log: Path, change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(MalformedError, match=complaint):
        read(opened(log, 1) | change)


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("path", "", IntegrityError),
        ("path", "AAAA", MalformedError),
        ("path", "A" * 4000, MalformedError),
        ("record", "{}", MalformedError),
        ("record", 7, MalformedError),
        ("salts", {"reason": "AAAA"}, MalformedError),
        ("salts", {"input": "AA"}, MalformedError),
    ],
)
def test_a_row_of_another_form_is_refused(log: Path, key: str, value: Any, error: type[ComityError]) -> None:
    document = opened(log, 1)
    document["records"][0][key] = value
    with pytest.raises(error):
        read(document)


def test_one_record_twice_is_refused(log: Path) -> None:
    document = opened(log, 1)
    with pytest.raises(MalformedError, match="rising number"):
        read(document | {"records": document["records"] * 2})


def test_a_kept_content_that_was_swapped_is_refused(tmp_path: Path) -> None:
    with open_decisions(tmp_path / "log") as writer:
        writer.append([decision(0)], keep_content=True)
    document = opened(tmp_path / "log", 0, reveal=("output",))
    read(document)
    document["records"][0]["salts"]["output"] = "A" * 22 + "=="
    with pytest.raises(IntegrityError, match="output is not what"):
        read(document)


def test_a_head_is_no_checkpoint_and_a_checkpoint_no_head(log: Path) -> None:
    """The same key may sign both, so neither may be read as the other."""
    from comity.evidence.checkpoint import read_checkpoint, sign_checkpoint

    with pytest.raises(MalformedError):
        read_checkpoint(sealed(log).note.encoded())
    with pytest.raises(MalformedError):
        read_head(sign_checkpoint(0, merkle.Tree([]).root, KEY).note.encoded())


def test_a_head_with_a_forged_signature_is_refused(log: Path) -> None:
    document = opened(log, 1)
    forged = sign_head(sealed(log).head._replace(at="2026-11-22T16:00:00Z"), KEY).note.encoded().decode()
    swapped = forged.split("\n\n")[0] + "\n\n" + document["head"].split("\n\n")[1]
    with pytest.raises(IntegrityError, match="does not fit"):
        answers_on(read(document | {"head": swapped}), TRUST, {})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_nothing_that_is_read_ends_in_another_error(log: Path, data: st.DataObject) -> None:
    """Openings, heads and records cut up and joined anew are refused, or hold."""
    signed = sealed(log)
    whole = open_records(log, signed, {3, 5}, ("input",)).encoded()
    pieces = st.builds(lambda start, end: whole[min(start, end) : max(start, end)], *[st.integers(0, len(whole))] * 2)
    raw = b"".join(data.draw(st.lists(pieces | st.binary(max_size=20), max_size=4)))
    head = signed.note.encoded()
    cut = data.draw(st.integers(0, len(head)))
    line = segment(log).read_bytes().splitlines()[2]
    for read_it, mixed in (
        (read_opening, raw),
        (read_head, head[:cut] + raw[:30] + head[cut:]),
        (read_record, line[:cut] + raw[:30] + line[cut:]),
    ):
        with contextlib.suppress(ComityError):
            read_it(mixed)
