"""`comity evidence ACTION`: sign what was measured, commit to facts, open what one market needs, verify what a stranger sent."""

from __future__ import annotations

import argparse
import gc
from argparse import SUPPRESS
from pathlib import Path
from typing import TYPE_CHECKING

from comity.cli.evidence_decisions import add_decisions
from comity.cli.evidence_log import add_log, add_timestamp
from comity.cli.evidence_verifier import add_verifier
from comity.cli.options import (
    add_action,
    add_library_options,
    add_market_options,
    add_report_options,
    checked_markets,
    day_of,
    deliver,
    library_of,
    named_day,
)
from comity.documents.reading import read_bytes
from comity.documents.writing import write_file
from comity.errors import InputError, Place
from comity.exit_codes import FINDINGS, FINE
from comity.language import LANGUAGES, Message

if TYPE_CHECKING:
    from datetime import datetime

    from comity.cli import Parser
    from comity.evidence.bundle import Bundle
    from comity.evidence.commitment import Rules

FORMATS = ("text", "json")


def configure(parser: Parser) -> None:
    """Arguments of `comity evidence`."""
    parser.epilog = parser.say("example: comity evidence verify bundle.json --trust trust.yaml")
    actions = parser.add_subparsers(title=parser.say("actions"), metavar="ACTION", required=True)
    for add in (
        _add_keygen,
        _add_sign,
        _add_bundle,
        _add_disclose,
        add_log,
        add_timestamp,
        _add_verify,
        add_verifier,
        _add_preregister,
        add_decisions,
    ):
        action = add(actions, parser)
        action.add_argument("--lang", choices=LANGUAGES, default=SUPPRESS, help=SUPPRESS)


def _add_keygen(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = add_action(
        actions,
        "keygen",
        say("make a signing key, and the public key that others put in their trust file"),
        say("example: comity evidence keygen example.org/evidence -o issuer.key"),
    )
    action.add_argument("name", metavar="NAME", help=say("who signs, for example example.org/evidence"))
    action.add_argument("--output", "-o", metavar="FILE", required=True, help=say("where the secret key is written"))
    action.set_defaults(run=_keygen)
    return action


def _add_sign(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = add_action(
        actions,
        "sign",
        say("sign a statement that a measure wrote; it becomes an envelope in its place"),
        say("example: comity evidence sign evidence/model.json --key issuer.key"),
    )
    action.add_argument("statement", metavar="FILE", help=say("the statement"))
    _add_key(action)
    action.add_argument("--output", "-o", metavar="FILE", help=say("where the envelope is written (default: in place)"))
    action.set_defaults(run=_sign)
    return action


def _add_bundle(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = add_action(
        actions,
        "bundle",
        say("commit to all facts and verdicts of a dossier; the file opens everything and stays with you"),
        say("example: comity evidence bundle examples/smollm2-chat --key issuer.key -o everything.json"),
    )
    action.add_argument(
        "dossier", nargs="?", default=".", metavar="DIR", help=say("the directory that holds comity.yaml")
    )
    add_market_options(action)
    _add_key(action)
    action.add_argument("--expires", metavar="DATE", help=say("the day from which nobody should rely on it"))
    _add_output(action)
    add_library_options(action)
    action.set_defaults(run=_bundle)
    return action


def _add_disclose(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = add_action(
        actions,
        "disclose",
        say("open only what one market's verdicts need, or facts by name; the rest stays hidden"),
        say("example: comity evidence disclose everything.json --market eu -o for-the-eu.json"),
    )
    action.add_argument("bundle", metavar="BUNDLE", help=say("a bundle that opens enough"))
    action.add_argument(
        "--market",
        metavar="MARKET",
        action="append",
        default=[],
        help=say("open the verdicts of a market and the facts that decide them (repeatable)"),
    )
    action.add_argument("--fact", metavar="FACT", action="append", default=[], help=say("open a fact (repeatable)"))
    action.add_argument("--artefacts", action="store_true", help=say("open the names and digests of the artefacts"))
    action.add_argument(
        "--without-methods", action="store_true", help=say("do not open how opened facts were measured")
    )
    _add_output(action)
    add_library_options(action)
    action.set_defaults(run=_disclose)
    return action


def _add_verify(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = add_action(
        actions,
        "verify",
        say("who signed a bundle, whether you trust them, and whether the verdicts follow"),
        "\n".join(
            (
                say("example: comity evidence verify bundle.json --trust trust.yaml"),
                say("exit code: 0 all holds, 1 a verdict differs, 2 malformed, 3 something is open, 4 altered"),
                say("0 does not say that the verdicts are good ones: not met and unknown hold as well"),
            )
        ),
    )
    action.add_argument("bundle", metavar="BUNDLE", help=say("a bundle, or a signed statement"))
    action.add_argument("--trust", metavar="FILE", help=say("whom you trust: a file of your own"))
    action.add_argument(
        "--artefact", metavar="FILE", action="append", default=[], help=say("measure again on this file (repeatable)")
    )
    action.add_argument(
        "--preregistration", metavar="FILE", help=say("the commitment that was made before a measurement")
    )
    action.add_argument(
        "--market",
        metavar="MARKET",
        action="append",
        default=[],
        help=say("a market whose verdicts you want to see (repeatable; default: whichever are opened)"),
    )
    action.add_argument(
        "--on", metavar="DATE", help=say("the day that the verdicts have to be of (default: that of the statement)")
    )
    action.add_argument(
        "--at", metavar="TIME", help=say("the time to verify at, as 2026-11-22T14:00:00Z (default: now)")
    )
    add_report_options(action, FORMATS)
    add_library_options(action)
    action.set_defaults(run=_verify)
    return action


def _add_preregister(actions: argparse._SubParsersAction[Parser], parser: Parser) -> Parser:
    say = parser.say
    action = add_action(
        actions,
        "preregister",
        say("commit to metric, bar, data and seed before a measurement is run"),
        say(
            "example: comity evidence preregister --fact dialogue.must_refuse.refusal_rate --bar '>= 0.95'"
            " --data bank.jsonl --seed 7 -o plan.json"
        ),
    )
    action.add_argument("--fact", metavar="FACT", required=True, help=say("the fact that will be measured"))
    action.add_argument("--bar", metavar="BAR", required=True, help=say("what it has to reach, for example '>= 0.95'"))
    action.add_argument(
        "--data", metavar="FILE", action="append", default=[], help=say("the data it will be measured on (repeatable)")
    )
    action.add_argument("--seed", type=int, metavar="N", help=say("the seed of whatever is drawn at random"))
    action.add_argument(
        "--hide-data", action="store_true", help=say("commit to the data under a salt instead of naming its digest")
    )
    _add_output(action)
    add_library_options(action)
    action.set_defaults(run=_preregister)
    return action


def _add_key(action: Parser) -> None:
    action.add_argument("--key", metavar="FILE", required=True, help=action.say("your signing key; see keygen"))


def _add_output(action: Parser) -> None:
    action.add_argument("--output", "-o", metavar="FILE", required=True, help=action.say("where it is written"))


def _keygen(options: argparse.Namespace) -> int:
    from comity.evidence.keys import new_key, write_new_key
    from comity.report.verification import key_made

    key, path = new_key(options.name), Path(options.output)
    public = write_new_key(key, path)
    print(key_made(key.verifier, path, public, options.lang))
    return FINE


def _sign(options: argparse.Namespace) -> int:
    from comity.evidence.keys import read_signing_key
    from comity.evidence.signed_statement import sign_statement

    path = Path(options.statement)
    envelope = sign_statement(path, read_signing_key(Path(options.key)))
    write_file(Path(options.output or path), envelope)
    return FINE


def _bundle(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from comity.dossier.reader import load_dossier
    from comity.evidence.commitment import commit
    from comity.evidence.keys import read_signing_key
    from comity.report.verification import bundle_made

    now = datetime.now(UTC).replace(microsecond=0)
    key, rules = read_signing_key(Path(options.key)), _rules(options)
    dossier = load_dossier(options.dossier, rules.library)
    bundle = commit(
        dossier,
        rules,
        key,
        markets=checked_markets(options.market or dossier.markets, rules.library),
        on=day_of(options),
        created=now,
        expires=_expiry(options.expires, now),
    )
    return _write_bundle(bundle, options, bundle_made(bundle, options.lang))


def _disclose(options: argparse.Namespace) -> int:
    from comity.evidence.disclosure import disclose
    from comity.evidence.verification import open_bundle
    from comity.report.verification import bundle_disclosed

    opened = open_bundle(_bytes(options.bundle))
    rules = _rules(options)
    if options.market and rules.digest != opened.commitment.library:
        message = Message(
            "the bundle was made with other rules than yours, so what its verdicts need is not known here"
        )
        raise InputError(
            message,
            place=Place(options.bundle),
            hint=Message("use the version of Comity that made it, or name facts with --fact"),
        )
    bundle = disclose(
        opened.bundle,
        rules.library,
        markets=options.market,
        facts=options.fact,
        artefacts=options.artefacts,
        methods=not options.without_methods,
    )
    return _write_bundle(bundle, options, bundle_disclosed(bundle, opened.commitment.size, options.lang))


def _write_bundle(bundle: Bundle, options: argparse.Namespace, said: str) -> int:
    write_file(Path(options.output), bundle.encoded())
    print(said)
    return FINE


def _verify(options: argparse.Namespace) -> int:
    collecting = gc.isenabled()
    gc.disable()  # looking for garbage in circles, of which there is none, would take a sixth of the time
    try:
        return _verified(options)
    finally:
        if collecting:
            gc.enable()


def _verified(options: argparse.Namespace) -> int:
    from comity.evidence.policy import read_trust
    from comity.evidence.signed_statement import is_envelope, verify_statement
    from comity.evidence.verification import open_bundle, verify
    from comity.report.verification import statement_verification, verification

    raw = _bytes(options.bundle)
    trust = None if options.trust is None else read_trust(Path(options.trust))
    if is_envelope(raw):
        if options.artefact or options.preregistration or options.market or options.on:
            message = Message(
                "this is a signed statement; --artefact, --preregistration, --market and --on ask about bundles"
            )
            raise InputError(message, place=Place(options.bundle))
        checked = verify_statement(raw, trust, _time(options.at))
        deliver(statement_verification(checked, options.lang, options.format), options)
        return checked.exit_code
    rules = _rules(options)
    markets = checked_markets(options.market, rules.library)
    measurement = None
    if options.artefact:
        from comity.evidence.reproduction import reproduce

        measurement = reproduce(open_bundle(raw), [Path(name) for name in options.artefact], rules.library)
    found = verify(
        raw,
        rules.library,
        rules.digest,
        trust=trust,
        now=_time(options.at),
        measurement=measurement,
        markets=markets,
        on=named_day("--on", options.on),
    )
    registered = None
    if options.preregistration is not None:
        from comity.evidence.preregistration import check_preregistration

        registered = check_preregistration(Path(options.preregistration), found.opened, rules.library)
    code = FINDINGS if registered is not None and registered.outcome == "no" else found.exit_code
    deliver(verification(found, registered, code, rules.library, options.lang, options.format), options)
    return code


def _preregister(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from comity.evidence.preregistration import preregister
    from comity.report.verification import preregistered

    made = preregister(
        options.fact,
        options.bar,
        [Path(name) for name in options.data],
        options.seed,
        library_of(options),
        hide_data=options.hide_data,
        created=datetime.now(UTC).replace(microsecond=0),
    )
    write_file(Path(options.output), made)
    print(preregistered(made, Path(options.output), options.lang))
    return FINE


def _bytes(name: str) -> bytes:
    from comity.evidence.bundle import MAXIMUM_BYTES

    return read_bytes(Path(name), Place(name), MAXIMUM_BYTES)


def _rules(options: argparse.Namespace) -> Rules:
    from comity.evidence.commitment import Rules
    from comity.library.digest import library_digest
    from comity.library.loader import layers_of

    layers = layers_of(options.library, builtin=not options.no_builtin)
    return Rules(library_of(options), library_digest(layers))


def _expiry(text: str | None, now: datetime) -> datetime | None:
    from datetime import UTC, datetime, time

    from comity.clauses.values import parse_date

    if text is None:
        return None
    day = parse_date(text)
    if day is None:
        message = Message('--expires: "{text}" is not a date', text=text[:40])
        raise InputError(message, hint=Message("write a date as 2026-08-02"))
    expires = datetime.combine(day, time(), UTC)
    if expires <= now:
        raise InputError(Message("--expires: {day} is not in the future", day=day.isoformat()))
    return expires


def _time(text: str | None) -> datetime | None:
    from comity.evidence.bundle import parse_time

    if text is None:
        return None
    found = parse_time(text)
    if found is None:
        message = Message('--at: "{text}" is not a time', text=text[:40])
        raise InputError(message, hint=Message("write a time as 2026-11-22T14:00:00Z"))
    return found
