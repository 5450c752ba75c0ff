"""Texts that nearly repeat an earlier one.

Two texts are as alike as the part that they share of all their groups of GROUP characters (the Jaccard index). Which
pairs are worth a look, MinHash finds (Broder 1997) with bands (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets,
chapter 3): of two texts that are alike by s, it sees 1 - (1 - s^DEPTH)^BANDS. A row costs some hundred bytes of memory.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from trainer.data.prepared import Array

GROUP, BANDS, DEPTH = 3, 20, 4
SEED = 0x7E97
PAD = "\0" * (GROUP - 1)  # behind each text, so that a short one has groups too
MIX, STEP = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x9E3779B97F4A7C15)
POWERS = (STEP, MIX, np.uint64(0x94D049BB133111EB))[:GROUP]

TextOf = Callable[[int], str]  # of a row by its place


def is_unlike_all_before(pieces: Iterable[Sequence[str]], text_of: TextOf, threshold: float) -> Array:
    """bool [rows]: whether no text that stays before this one is alike by ``threshold``. ``pieces`` are all texts in
    their order, some at a time. An empty text is like none.
    """
    keys = np.concatenate([_keys(piece) for piece in pieces])
    before = np.stack([_before(keys[:, band]) for band in range(BANDS)], axis=1)
    first = np.arange(len(keys))  # in place of each row that goes, the row that it repeats
    for row in np.flatnonzero((before >= 0).any(axis=1)).tolist():
        candidates = np.unique(first[before[row][before[row] >= 0]]).tolist()
        groups = _groups_of(text_of(row))
        first[row] = next((one for one in candidates if _share(_groups_of(text_of(one)), groups) >= threshold), row)
    unlike: Array = first == np.arange(len(keys))
    return unlike


def _before(keys: Array) -> Array:
    """int32 [rows]: the last row before with the same key, -1 where there is none or the key is 0."""
    order = np.argsort(keys, kind="stable")
    same = (keys[order][1:] == keys[order][:-1]) & (keys[order][1:] != 0)
    before = np.full(len(keys), -1, np.int32)
    before[order[1:][same]] = order[:-1][same]
    return before


def _keys(texts: Sequence[str]) -> Array:
    """uint32 [texts, BANDS]: the same where texts agree in a whole band; 0 for an empty text."""
    folded = [_folded(text) for text in texts]
    lengths = np.fromiter(map(len, folded), np.int64, len(folded))
    keys = np.zeros((len(texts), BANDS), np.uint32)
    is_there, lengths = lengths > 0, lengths[lengths > 0]
    if not len(lengths):
        return keys
    starts = np.cumsum(lengths) - lengths
    padding = np.repeat(np.arange(len(lengths)) * len(PAD), lengths)  # of all texts before
    hashes = _hashes("".join(text + PAD for text in folded if text))[np.arange(len(padding)) + padding]
    for band, factors in enumerate(_factors()):
        least = [np.minimum.reduceat(hashes * factor, starts) for factor in factors]
        keys[is_there, band] = _mixed(least) >> np.uint64(32) | np.uint64(1)
    return keys


def _factors() -> Array:
    """uint64 [BANDS, DEPTH], odd: the order of products by each is a permutation."""
    factors: Array = np.random.default_rng(SEED).integers(1 << 63, size=(BANDS, DEPTH), dtype=np.uint64)
    return factors * np.uint64(2) + np.uint64(1)


def _mixed(parts: Sequence[Array]) -> Array:
    mixed = np.zeros_like(parts[0])
    for part in parts:
        mixed = (mixed ^ (part >> np.uint64(29))) * MIX
        mixed ^= mixed >> np.uint64(31)
    return mixed


def _folded(text: str) -> str:
    return "".join(text.lower().split())


def _groups_of(text: str) -> Array:
    """The different groups of characters of a text, as numbers."""
    return np.unique(_hashes(_folded(text) + PAD))


def _hashes(text: str) -> Array:
    """uint64: of each GROUP characters in a row."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64) + np.uint64(1)
    hashes = np.zeros(len(codes) - GROUP + 1, np.uint64)
    for place, power in enumerate(POWERS):
        hashes += codes[place : place + len(hashes)] * power
    hashes = (hashes ^ (hashes >> np.uint64(30))) * MIX
    return hashes ^ (hashes >> np.uint64(27))


def _share(one: Array, other: Array) -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)
