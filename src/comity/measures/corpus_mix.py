"""Mixes of languages: how even one is, how far it lies from another, and with which weights to draw from what there is.

Sources: effective number of Hill (1973), order 1; Jensen-Shannon divergence of Lin (1991) in bits; temperature of Arivazhagan et al.
(2019); UniMax of Chung et al. (2023), algorithm 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.documents.reading import Mapping, Scalar, read_file
from comity.dossier.statements import Artefact, Digest, Predicate, new_statement, read_statement
from comity.errors import InputError, Place
from comity.language import Message
from comity.measures.corpus_languages import whole_of
from comity.measures.tables import artefact_of

if TYPE_CHECKING:
    from collections.abc import Mapping as Amounts
    from datetime import date
    from pathlib import Path

    from comity.dossier.statements import Plain, Statement

UNIT = "languages.characters."
"""What a corpus statement calls the characters of a language."""

_LARGEST = 1e18


def effective_number(amounts: Amounts[str, float]) -> float:
    """How many equally large languages would be as diverse: exp of the entropy. 0 where there is nothing."""
    total = sum(amounts.values())
    return math.exp(-math.fsum(x / total * math.log(x / total) for x in amounts.values() if x)) if total else 0.0


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a mix lies from another.

    Attributes:
        total_variation: half of the sum of differences: the share that would have to change.
        jensen_shannon: the divergence in bits, 0 to 1.
        gap: the largest difference of a language's shares.
        widest: that language.
    """

    total_variation: float
    jensen_shannon: float
    gap: float
    widest: str


def distance(amounts: Amounts[str, float], reference: Amounts[str, float]) -> Distance:
    """How far the shares of these amounts lie from those of a reference; both hold more than nothing."""
    own, other = _shares(amounts), _shares(reference)
    names = sorted(own.keys() | other.keys())
    gaps = {name: abs(own.get(name, 0.0) - other.get(name, 0.0)) for name in names}
    widest = max(names, key=lambda name: gaps[name])
    divergence = 0.0
    for name in names:
        p, q = own.get(name, 0.0), other.get(name, 0.0)
        divergence += sum(x / 2 * math.log2(2 * x / (p + q)) for x in (p, q) if x)
    return Distance(sum(gaps.values()) / 2, min(max(divergence, 0.0), 1.0), gaps[widest], widest)


def _shares(amounts: Amounts[str, float]) -> dict[str, float]:
    total = sum(amounts.values())
    return {name: amount / total for name, amount in amounts.items()}


def read_mix(path: Path) -> dict[str, float]:
    """Amounts by language from YAML (`eng: 1500`), in any unit. Parts of a macrolanguage are counted with it.

    Raises:
        InputError: it is not of that form, or an amount is no positive number.
    """
    node = read_file(path)
    hint = Message("write: eng: 1500")
    if not isinstance(node, Mapping) or not node.entries:
        raise InputError(Message("amounts by language are wanted here"), place=node.place, hint=hint)
    found: dict[str, float] = {}
    for code, value in node.entries.items():
        amount = _amount(value.text) if isinstance(value, Scalar) else None
        if amount is None:
            raise InputError(Message("a number larger than 0 is wanted here"), place=value.place, hint=hint)
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.islower()):
            message = Message('"{text}" is no code of ISO 639-3', text=code[:40])
            raise InputError(message, place=node.key_places[code], hint=hint)
        found[whole_of(code)] = found.get(whole_of(code), 0.0) + amount
    return found


def _amount(text: str) -> float | None:
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if 0 < amount <= _LARGEST else None


def temperature_weights(amounts: Amounts[str, float], temperature: float) -> dict[str, float]:
    """Shares to draw with: those of the amounts, raised to 1/T and scaled to 1. T = 1 leaves them; a large T makes them equal."""
    largest = max(amounts.values())
    return _shares({name: (amount / largest) ** (1 / temperature) for name, amount in amounts.items()})


def unimax(amounts: Amounts[str, float], budget: float, epochs: float) -> dict[str, float]:
    """How much of each language to draw: as evenly as can be without repeating any more than `epochs` times (UniMax).

    Languages are gone through from the smallest; each gets an equal part of what is left of the budget, or all that it may be repeated. The
    sum is less than the budget where even all of everything is not enough.
    """
    left, found = budget, dict[str, float]()
    ordered = sorted(amounts, key=lambda name: (amounts[name], name))
    for place, name in enumerate(ordered):
        found[name] = min(left / (len(ordered) - place), amounts[name] * epochs)
        left -= found[name]
    return {name: found[name] for name in amounts}


def plan_mix(
    path: Path, *, temperature: float | None = None, budget: float | None = None, epochs: float = 4.0, on: date
) -> Statement:
    """Sampling weights for the languages of a corpus.

    Args:
        path: a statement of the measure `corpus`, of which the characters count, or amounts by language in YAML.
        temperature: of the weights; or
        budget: how much is to be drawn in all, in the unit of the amounts (UniMax).
        epochs: how often anything may be repeated at most, with a budget.
        on: the day.

    Raises:
        InputError: the file or a number is not as described.
    """
    if (temperature is None) == (budget is None):
        raise InputError(Message("either --temperature or --budget is wanted"))
    for option, number in (("--temperature", temperature), ("--budget", budget), ("--epochs", epochs)):
        if number is not None and not 0 < number <= _LARGEST:
            raise InputError(Message("{option}: a number larger than 0 is wanted", option=option))
    amounts = _amounts_of(path)
    if temperature is not None:
        weights, method = (
            temperature_weights(amounts, temperature),
            f"Shares to the power of 1/{temperature:g}, scaled to 1.",
        )
        drawn = None
    else:
        drawn = unimax(amounts, budget or 0.0, epochs)
        weights = _shares(drawn)
        method = f"UniMax: a budget of {budget:g} shared out as evenly as can be, nothing more than {epochs:g} times."
    return _mix_statement(artefact_of(path), amounts, weights, drawn, method, on)


def _amounts_of(path: Path) -> dict[str, float]:
    if path.suffix != ".json":
        return read_mix(path)
    observations = read_statement(path).predicate.observations
    found = {
        name.removeprefix(UNIT): float(value)
        for name, value in observations.items()
        if name.startswith(UNIT) and isinstance(value, int | float)
    }
    if not found:
        raise InputError(Message("the statement names no languages of a corpus"), place=Place(str(path)))
    return found


def _mix_statement(
    artefact: Artefact,
    amounts: dict[str, float],
    weights: dict[str, float],
    drawn: dict[str, float] | None,
    method: str,
    on: date,
) -> Statement:
    names = sorted(amounts, key=lambda name: (-amounts[name], name))
    shares = _shares(amounts)
    observations: dict[str, Plain | None] = {"languages": len(names)}
    observations |= {f"mix.share.{name}": round(shares[name], 9) for name in names}
    observations |= {f"mix.weight.{name}": round(weights[name], 9) for name in names}
    if drawn is not None:
        observations |= {f"mix.epochs.{name}": round(drawn[name] / amounts[name], 6) for name in names}
        observations["mix.drawn"] = round(sum(drawn.values()), 6)
    observations["effective_languages.before"] = round(effective_number(amounts), 6)
    observations["effective_languages.after"] = round(effective_number(weights), 6)
    return new_statement([artefact], Predicate("corpus-mix", method, [], on, [], observations))


def manifest(artefacts: list[Artefact]) -> Artefact:
    """Very many artefacts as one: the digest of their list, a line of digest and name each, as `sha256sum` writes it."""
    from hashlib import sha256

    lines = "".join(f"{artefact.digest.digits}  {artefact.name}\n" for artefact in artefacts)
    return Artefact(f"{len(artefacts)} files", Digest(sha256(lines.encode()).hexdigest()))
