"""`comity evidence log ACTION` and `comity evidence timestamp`: anchor bundles in a transparency log or in time, and be a witness."""

from __future__ import annotations

import argparse
from argparse import SUPPRESS
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.options import add_action
from comity.documents.reading import read_bytes
from comity.documents.writing import write_file
from comity.errors import InputError, Place
from comity.exit_codes import FINE
from comity.language import LANGUAGES, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.cli import Parser
    from comity.evidence.bundle import Bundle
    from comity.evidence.checkpoint import SignedCheckpoint
    from comity.evidence.keys import VerifierKey


def add_log(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    """Arguments of `comity evidence log`."""
    say = parser.say
    summary = say("a transparency log in a directory: append, prove, check, witness")
    log = add_action(actions, "log", summary, say("example: comity evidence log append LOG bundle.json --key log.key"))
    inner = log.add_subparsers(title=say("actions"), metavar="ACTION", required=True)
    for add in (_add_init, _add_append, _add_prove, _add_check, _add_cosign):
        add(inner, parser)
    return log


def _log_action(actions: argparse._SubParsersAction[Parser], name: str, summary: str, example: str) -> Parser:
    action = add_action(actions, name, summary, example)
    action.add_argument("--lang", choices=LANGUAGES, default=SUPPRESS, help=SUPPRESS)
    action.add_argument("log", metavar="LOG", help=action.say("the directory of the log"))
    return action


def _add_init(actions: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    summary = say("make an empty log; its name is that of its key")
    action = _log_action(actions, "init", summary, say("example: comity evidence log init LOG --key log.key"))
    _add_key(action, say("the signing key of the log; see keygen"))
    action.set_defaults(run=_init)


def _add_append(actions: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    action = _log_action(
        actions,
        "append",
        say("append bundles or other files; a bundle gets the proof stapled, another file gets FILE.tlog-proof"),
        say("example: comity evidence log append LOG bundle.json --key log.key"),
    )
    _add_key(action, say("the signing key of the log; see keygen"))
    action.set_defaults(run=_append)
    _add_files(action)


def _add_prove(actions: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    action = _log_action(
        actions,
        "prove",
        say("prove again that files stand in the log, against its checkpoint of today or a cosigned one"),
        say("example: comity evidence log prove LOG bundle.json --checkpoint cosigned.txt"),
    )
    action.add_argument("--index", type=int, metavar="N", help=say("the index of the entry, if you know it (one file)"))
    action.add_argument(
        "--checkpoint",
        metavar="FILE",
        action="append",
        default=[],
        help=say("a checkpoint of the log that witnesses cosigned (repeatable: one checkpoint, several witnesses)"),
    )
    action.set_defaults(run=_prove)
    _add_files(action)


def _add_check(actions: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    action = _log_action(
        actions,
        "check",
        say("check every entry and tile of a log, and that it grew out of an older checkpoint"),
        say("example: comity evidence log check LOG --log log.key.pub --since checkpoint-of-may.txt"),
    )
    _add_public(action, required=False)
    action.add_argument("--since", metavar="FILE", help=say("a checkpoint of the log that you kept"))
    action.set_defaults(run=_check)


def _add_cosign(actions: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    say = parser.say
    action = _log_action(
        actions,
        "cosign",
        say("be a witness: sign the checkpoint of a log if it grew out of the last one that you signed"),
        say("example: comity evidence log cosign LOG --log log.pub --key witness.key --seen seen.txt -o cosigned.txt"),
    )
    _add_public(action, required=True)
    _add_key(action, say("your signing key as a witness; see keygen"))
    action.add_argument(
        "--seen",
        metavar="FILE",
        required=True,
        help=say(
            "where you keep the last checkpoint that you signed; made the first time, never to be lost after that"
        ),
    )
    action.add_argument("--output", "-o", metavar="FILE", required=True, help=say("where the cosigned checkpoint goes"))
    action.set_defaults(run=_cosign)


def add_timestamp(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    """Arguments of `comity evidence timestamp`."""
    say = parser.say
    action = add_action(
        actions,
        "timestamp",
        say("write the query for a timestamp (RFC 3161), or staple the answer that an authority gave"),
        say("example: comity evidence timestamp bundle.json --request query.tsq"),
    )
    action.add_argument("bundle", metavar="BUNDLE", help=say("the bundle"))
    either = action.add_mutually_exclusive_group(required=True)
    either.add_argument("--request", metavar="FILE", help=say("where the query is written; any client can send it"))
    either.add_argument("--token", metavar="FILE", help=say("the answer of the authority, to be stapled to the bundle"))
    action.set_defaults(run=_timestamp)
    return action


def _add_key(action: Parser, help_text: str) -> None:
    action.add_argument("--key", metavar="FILE", required=True, help=help_text)


def _add_public(action: Parser, *, required: bool) -> None:
    help_text = action.say("the public key of the log: its line, or a file that holds it")
    action.add_argument("--log", dest="log_key", metavar="KEY", required=required, help=help_text)


def _add_files(action: Parser) -> None:
    action.add_argument("files", metavar="FILE", nargs="+", help=action.say("a bundle, or any other file"))


def _init(options: argparse.Namespace) -> int:
    from comity.evidence.keys import read_signing_key
    from comity.evidence.tile_log import create_log
    from comity.report.log import log_made

    key, directory = read_signing_key(Path(options.key)), Path(options.log)
    create_log(directory, key)
    print(log_made(directory, key.verifier, options.lang))
    return FINE


def _append(options: argparse.Namespace) -> int:
    from comity.evidence.keys import read_signing_key
    from comity.evidence.tile_log import open_log

    key = read_signing_key(Path(options.key))
    entries = _entries(options.files)
    with open_log(Path(options.log), key) as log:
        first = log.append(list(entries.values()))
    return _write_proofs(options, log.signed, zip(entries, entries.values(), range(first, log.size), strict=True))


def _prove(options: argparse.Namespace) -> int:
    from comity.evidence.log_entries import find_entries
    from comity.evidence.tiles import published, tiles_of

    entries = _entries(options.files)
    signed = published(Path(options.log))
    if options.checkpoint:
        signed = _cosigned(options.checkpoint)
    if options.index is not None:
        if len(entries) > 1 or not 0 <= options.index < signed.checkpoint.size:
            raise InputError(Message("--index names the entry of one file, below the number of entries"))
        found = dict.fromkeys(entries.values(), options.index)
    else:
        found = find_entries(tiles_of(Path(options.log), signed), entries.values())
    missing = [path for path, entry in entries.items() if entry not in found]
    if missing:
        hint = Message("append it with: comity evidence log append LOG FILE --key FILE")
        message = Message("the log holds no entry for this file up to its entry {count}", count=signed.checkpoint.size)
        raise InputError(message, place=Place(str(missing[0])), hint=hint)
    return _write_proofs(options, signed, ((path, entry, found[entry]) for path, entry in entries.items()))


def _entries(names: Iterable[str]) -> dict[Path, bytes]:
    """The entry of each file; a bundle is checked first, so that no broken one gets into a log."""
    from comity.evidence.log_entries import bundle_entry, file_entry, read_if_bundle
    from comity.evidence.verification import open_bundle

    found: dict[Path, bytes] = {}
    for name in names:
        path = Path(name)
        bundle = read_if_bundle(path)
        found[path] = file_entry(path) if bundle is None else bundle_entry(open_bundle(bundle.encoded()).bundle)
    return found


def _cosigned(names: Iterable[str]) -> SignedCheckpoint:
    """One checkpoint with the signatures of several files."""
    from comity.evidence.checkpoint import SignedCheckpoint
    from comity.evidence.witnessing import read_checkpoint_file

    first, *others = [read_checkpoint_file(Path(name)) for name in names]
    note = first.note
    for other in others:
        if other.note.text != note.text:
            raise InputError(Message("the files hold different checkpoints; a proof leads to one"))
        note = note.with_signatures(other.note.signatures)
    return SignedCheckpoint(first.checkpoint, note)


def _write_proofs(
    options: argparse.Namespace, signed: SignedCheckpoint, places: Iterable[tuple[Path, bytes, int]]
) -> int:
    """Staple the proofs to bundles, or write them beside the files."""
    from comity.evidence.log_entries import PROOF_ENDING, prove, read_if_bundle, with_proof
    from comity.report.log import logged

    places = list(places)
    proofs = prove(Path(options.log), signed, [(entry, index) for _, entry, index in places])
    told = []
    for (path, _, index), proof in zip(places, proofs, strict=True):
        bundle = read_if_bundle(path)
        target = path if bundle is not None else path.with_name(f"{path.name}{PROOF_ENDING}")
        write_file(target, proof.encoded() if bundle is None else with_proof(bundle, proof).encoded())
        told.append((path, index, target))
    print(logged(told, signed.checkpoint, options.lang))
    return FINE


def _check(options: argparse.Namespace) -> int:
    from comity.evidence.log_audit import check_log
    from comity.evidence.tiles import published
    from comity.evidence.witnessing import read_checkpoint_file
    from comity.report.log import log_checked

    key = None if options.log_key is None else _public_key(options.log_key)
    older = None if options.since is None else read_checkpoint_file(Path(options.since))
    signed = published(Path(options.log))
    check_log(Path(options.log), signed, key=key, older=older)
    print(log_checked(signed.checkpoint, key, older.checkpoint if older else None, options.lang))
    return FINE


def _cosign(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from comity.evidence.keys import read_signing_key
    from comity.evidence.witnessing import witness
    from comity.report.log import cosigned

    key, output = read_signing_key(Path(options.key)), Path(options.output)
    signed = witness(Path(options.log), _public_key(options.log_key), key, Path(options.seen), datetime.now(UTC))
    write_file(output, signed.note.encoded())
    print(cosigned(signed.checkpoint, key.verifier, output, options.lang))
    return FINE


def _public_key(text: str) -> VerifierKey:
    """A public key from its line, or from a file that holds the line.

    Raises:
        InputError: it is neither.
    """
    from comity.evidence.keys import parse_verifier_key

    key = parse_verifier_key(text)
    if key is None:
        place = Place(text)
        key = parse_verifier_key(read_bytes(Path(text), place, 1000).decode("ascii", "replace").strip())
        if key is None:
            raise InputError(Message("this is not a key, or one that no honest signer has"), place=place)
    return key


def _timestamp(options: argparse.Namespace) -> int:
    from comity.evidence.timestamp import MAXIMUM_BYTES, query, with_timestamp
    from comity.report.log import timestamp_asked, timestamped

    path = Path(options.bundle)
    bundle = _bundle(path)
    if options.request is not None:
        write_file(Path(options.request), query(bundle))
        print(timestamp_asked(Path(options.request), options.lang))
        return FINE
    raw = read_bytes(Path(options.token), Place(options.token), MAXIMUM_BYTES)
    stapled, at = with_timestamp(bundle, raw)
    write_file(path, stapled.encoded())
    print(timestamped(path, at, options.lang))
    return FINE


def _bundle(path: Path) -> Bundle:
    from comity.evidence.bundle import MAXIMUM_BYTES
    from comity.evidence.verification import open_bundle

    return open_bundle(read_bytes(path, Place(str(path)), MAXIMUM_BYTES)).bundle
