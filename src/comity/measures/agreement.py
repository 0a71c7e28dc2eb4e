"""Krippendorff's alpha: how far annotators agree beyond chance, with any number of annotators and missing labels.

alpha = 1 - observed disagreement / expected disagreement, over all pairs of labels on one item, and over all pairs of labels at all.
Sources: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). The interval resamples whole items, since labels on one item are
not independent (Zapf et al. 2016); the macro of Hayes and Krippendorff (2007) draws single pairs, and its intervals are narrower.
Between groups: Wong, Paritosh and Aroyo, "Cross-replication Reliability" (2021), which is the same idea over pairs across two groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.float64]

Level = Literal["nominal", "ordinal", "interval"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")

RESAMPLES = 1000


class Agreement(NamedTuple):
    """A coefficient with what is behind it.

    Attributes:
        alpha: 1: all agree; 0: as by chance; below: worse. None where every label is the same or none can be paired.
        items: how many items had at least two labels.
        labels: how many labels those items had.
        interval: of 95 % confidence, or None.
    """

    alpha: float | None
    items: int
    labels: int
    interval: tuple[float, float] | None


def agreement(counts: Counts, distances: Counts, *, seed: int = 0, resamples: int = RESAMPLES) -> Agreement:
    """Alpha from how often each item got each label.

    Args:
        counts: items by labels: how many annotators gave this label to this item.
        distances: labels by labels: squared distances (`distances_of`).
        seed: of the resampling.
        resamples: how many; 0: no interval.
    """
    paired = counts[counts.sum(axis=1) >= 2]
    items, labels = len(paired), int(paired.sum())
    if not items:
        return Agreement(None, 0, 0, None)
    marginal = paired.sum(axis=0)
    expected = float(marginal @ distances @ marginal) / (labels - 1)
    if expected == 0:
        return Agreement(None, items, labels, None)
    observed = _observed(paired, distances)
    alpha = 1 - float(observed.sum()) / expected
    interval = _interval(paired, distances, seed, resamples) if resamples else None
    return Agreement(alpha, items, labels, interval)


def between(first: Counts, second: Counts, distances: Counts) -> Agreement:
    """Alpha over the pairs of which one label comes from each of two groups of annotators (kappa_x of Wong et al.).

    Expected is what pairs across the groups would disagree if labels were given to items at random. An item counts by its labels.

    Args:
        first: items by labels, of the first group.
        second: the same items, of the second group.
        distances: labels by labels: squared distances.
    """
    both = (first.sum(axis=1) > 0) & (second.sum(axis=1) > 0)
    first, second = first[both], second[both]
    items = int(both.sum())
    if not items:
        return Agreement(None, 0, 0, None)
    labels = int(first.sum() + second.sum())
    ones, others = first.sum(axis=1), second.sum(axis=1)
    apart = ((first @ distances) * second).sum(axis=1) / (ones * others)
    observed = float(((ones + others) * apart).sum()) / labels
    one, other = first.sum(axis=0), second.sum(axis=0)
    expected = float(one @ distances @ other) / float(one.sum() * other.sum())
    return Agreement(None if expected == 0 else 1 - observed / expected, items, labels, None)


def distances_of(values: Counts, marginal: Counts, level: Level) -> Counts:
    """Squared distances between labels.

    Args:
        values: the labels in their order, as numbers (their positions, where the level is nominal).
        marginal: how often each label was given at all; ordinal distances count the labels between.
        level: what may be said of two labels: only whether they are equal, which is more, or by how much.
    """
    size = len(values)
    if level == "nominal":
        return 1.0 - np.eye(size)
    if level == "interval":
        found: Counts = (values[:, None] - values[None, :]) ** 2
        return found
    sums = np.concatenate([[0.0], np.cumsum(marginal)])
    centres = (sums[:-1] + sums[1:]) / 2
    ranks: Counts = (centres[:, None] - centres[None, :]) ** 2
    return ranks


def _observed(paired: Counts, distances: Counts) -> Counts:
    """The disagreement of each item: its pairs of labels, weighted so that each label counts once."""
    sizes = paired.sum(axis=1)
    found: Counts = ((paired @ distances) * paired).sum(axis=1) / (sizes - 1)
    return found


def _interval(paired: Counts, distances: Counts, seed: int, resamples: int) -> tuple[float, float] | None:
    """The middle 95 % of alpha over resampled items, by the distances of all items; None where no resample holds two different labels.

    Items with the same labels are drawn together: how often each kind comes up in a resample is multinomial.
    """
    kinds, items = np.unique(paired, axis=0, return_counts=True)
    observed = _observed(kinds, distances)
    generator = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(resamples):
        times = generator.multinomial(len(paired), items / len(paired)).astype(float)
        marginal = times @ kinds
        expected = float(marginal @ distances @ marginal) / (float(marginal.sum()) - 1)
        if expected > 0:
            found.append(1 - float(times @ observed) / expected)
    if not found:
        return None
    low, high = np.quantile(np.array(found), [0.025, 0.975])
    return round(float(low), 6), round(float(high), 6)
