"""py3langid asked about many texts at once, with the answers that it gives one by one, bit for bit.

Its own `classify` walks an automaton over the bytes of a text in a loop of Python and then adds rows of a table. Here the texts stand in
one row, between them a byte that no text holds and that leads back to the start; the row is cut into stretches, which are walked side by
side, one step of NumPy for all of them. A stretch begins some bytes before its place, since the automaton knows only the last few bytes;
that every stretch ends in the state in which the next one takes over is looked at each time, so that nothing rests on this.

The tables are not part of py3langid's public interface. Where they have another form, or a few texts of many scripts get other answers than
from `classify`, texts are classified one by one (`classifier_of`); that is slower, and the answers are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    Classified = tuple[str, float]

SEPARATOR = 0xFF
"""A byte that UTF-8 does not have."""

STRETCH = 64
WARM = 8
"""Bytes of a stretch, and before it; py3langid 0.4 looks back at six at most."""

GROUP_BYTES = 262_144
"""Bytes that are walked together; with fewer or more it takes longer. About twenty times as much memory is held meanwhile."""

FEWEST_BYTES = 3_000
"""Fewer bytes are classified sooner one by one."""

_LAST_NARROW = 0xFFFF

_PROBES = (
    "All human beings are born free and equal in dignity and rights.",
    "TOUS LES ÊTRES HUMAINS NAISSENT LIBRES ET ÉGAUX",
    "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    "人人生而自由，在尊严和权利上一律平等。",
    "すべての人間は、生まれながらにして自由である。",
    "모든 인간은 태어날 때부터 자유롭다.",
    "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।",
    "มนุษย์ทั้งหลายเกิดมามีอิสระ",
    "Sva ljudska bića rađaju se slobodna. Сва људска бића рађају се слободна.",
    "o\u0302 e\u0301 \ud800 \U0001f600 12",
    "",
)


class Model(Protocol):
    """What is used of py3langid's `LanguageIdentifier`; only `classify` is public."""

    nb_ptc: np.ndarray
    nb_pc: np.ndarray
    nb_classes: Sequence[str]
    tk_nextmove: Sequence[int]
    tk_row: Sequence[int]
    tk_output: Sequence[int]
    _norm_probs: bool
    _alias_pairs: Sequence[tuple[int, int]]

    def _encode(self, text: str) -> bytes: ...

    def classify(self, text: str) -> Classified:
        """The language of a text and its probability."""


def classifier_of(model: Model) -> Callable[[Sequence[str]], list[Classified]]:
    """What classifies many texts as the model does: at once where its tables allow that, else one by one."""

    def one_by_one(texts: Sequence[str]) -> list[Classified]:
        return [model.classify(text) for text in texts]

    try:
        batches = Batches(model)
        same = batches.at_once(_PROBES) == one_by_one(_PROBES)
    except (AttributeError, TypeError, ValueError, IndexError):
        return one_by_one
    return batches.classify if same else one_by_one


class Batches:
    """A model's tables in the form in which many texts are walked at once.

    Raises:
        ValueError: a table has another form, or a text could run into the next one.
    """

    def __init__(self, model: Model) -> None:
        import numpy as np

        self._model = model
        self._next = np.asarray(model.tk_nextmove)
        self._rows = np.asarray(model.tk_row, dtype=np.uint32) << np.uint32(8)
        self._features = np.asarray(model.tk_output, dtype=np.int32)
        # Their products with numbers of 32 bits are taken in 32 bits anyway; converted once, not for every text.
        self._weights = np.asarray(model.nb_ptc, dtype=np.float32)
        if self._next.reshape(-1, 256)[:, SEPARATOR].any() or not model._norm_probs:
            raise ValueError("other tables than those of py3langid 0.4")

    def classify(self, texts: Sequence[str]) -> list[Classified]:
        """The language of every text and its probability, as the model's own `classify` tells them."""
        found: list[Classified] = []
        for group in _groups(texts):
            few = sum(map(len, group)) < FEWEST_BYTES
            found += [self._model.classify(text) for text in group] if few else self.at_once(group)
        return found

    def at_once(self, texts: Sequence[str]) -> list[Classified]:
        """The same for texts that are walked together, one at least."""
        import numpy as np

        encoded = [self._model._encode(text) for text in texts]
        visited = self._visited(encoded)
        if visited is None:
            return [self._model.classify(text) for text in texts]
        scores = self._scores(visited, [len(text) for text in encoded])
        best = scores.argmax(axis=1)
        names = self._model.nb_classes
        probabilities = scores[np.arange(len(texts)), best].tolist()
        return [(names[number], probability) for number, probability in zip(best.tolist(), probabilities, strict=True)]

    def _visited(self, encoded: Sequence[bytes]) -> np.ndarray | None:
        """For every byte of the texts, each with a separator behind it, the feature that it completes, or -1."""
        import numpy as np

        row = np.frombuffer(bytes([SEPARATOR]).join([*encoded, b""]), dtype=np.uint8)
        count = -(-len(row) // STRETCH)
        padded = np.full(WARM + count * STRETCH, SEPARATOR, dtype=np.uint8)
        padded[WARM : WARM + len(row)] = row
        windows = np.lib.stride_tricks.sliding_window_view(padded, WARM + STRETCH)[::STRETCH]
        steps = np.ascontiguousarray(windows.T)
        reached = np.empty((WARM + STRETCH, count), dtype=self._next.dtype)
        state, place = np.zeros(count, dtype=self._next.dtype), np.empty(count, dtype=np.uint32)
        for step, after in zip(steps, reached, strict=True):
            np.take(self._rows, state, out=place, mode="clip")
            place += step
            state = np.take(self._next, place, out=after, mode="clip")
        if (reached[-1, :-1] != reached[WARM - 1, 1:]).any():
            return None
        found: np.ndarray = np.take(self._features, reached[WARM:], mode="clip").T.ravel()[: len(row)]
        found[row == SEPARATOR] = -1
        return found

    def _scores(self, visited: np.ndarray, lengths: Sequence[int]) -> np.ndarray:
        """The probability of every class for every text."""
        import numpy as np

        features, counts, bounds = _counted(visited, lengths, len(self._weights))
        scores = np.empty((len(lengths), len(self._model.nb_pc)), dtype=np.float32)
        logarithms = np.log1p(counts)
        rows = np.empty((int(np.diff(bounds).max()), scores.shape[1]), dtype=np.float32)
        for score, first, end in zip(scores, bounds, bounds[1:], strict=False):
            weights = np.take(self._weights, features[first:end], axis=0, out=rows[: end - first], mode="clip")
            np.matmul(logarithms[first:end], weights, out=score)
        scores += self._model.nb_pc
        scores[np.diff(bounds) == 0] = 0
        scores *= (1.0 / np.sqrt(np.maximum(lengths, 1)))[:, np.newaxis].astype(np.float32)
        np.exp(scores - scores.max(axis=1, keepdims=True), out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        for first, second in self._model._alias_pairs:
            scores[:, first] += scores[:, second]
            scores[:, second] = 0
        return scores


def _groups(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Texts that together have about `GROUP_BYTES` bytes."""
    first, size = 0, 0
    for number, text in enumerate(texts):
        size += len(text) if text.isascii() else 3 * len(text)
        if size > GROUP_BYTES:
            yield texts[first : number + 1]
            first, size = number + 1, 0
    if first < len(texts):
        yield texts[first:]


def _counted(visited: np.ndarray, lengths: Sequence[int], known: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """The features of every text in the order in which it first has them, how often it has them, and where each text's begin and end.

    The order matters for the last bits of sums, and is that of py3langid.
    """
    import numpy as np

    places = np.flatnonzero(visited >= 0)
    features = visited[places]
    ends = np.searchsorted(places, np.cumsum(np.asarray(lengths) + 1))
    owners = np.repeat(np.arange(len(lengths), dtype=np.int32), np.diff(ends, prepend=0))
    met = np.zeros(known, dtype=bool)
    met[features] = True
    ranks = np.cumsum(met, dtype=np.int32) - 1
    # Numbers of 16 bits are sorted by their digits, ten times as fast; a group rarely has more features.
    narrow = ranks.astype(np.uint16) if ranks[-1] <= _LAST_NARROW else ranks
    ranked = narrow[features]
    order = np.argsort(ranked, kind="stable")
    begins = np.flatnonzero(_changes(ranked[order]) | _changes(owners[order]))
    counts = np.zeros(len(places), dtype=np.float32)
    counts[order[begins]] = np.diff(begins, append=len(places))
    firsts = np.flatnonzero(counts)
    bounds = np.searchsorted(owners[firsts], np.arange(len(lengths) + 1))
    return features[firsts], counts[firsts], bounds.tolist()


def _changes(values: np.ndarray) -> np.ndarray:
    """Where a value is another than the one before it; the first one is."""
    import numpy as np

    found = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found
