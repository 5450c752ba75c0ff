"""Chance for augmentation, by (seed, epoch, row) alone: a row varies alike wherever and whenever it is drawn."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from trainer.data.prepared import Array, Indices

SALT = 0xA06
STEP = np.uint64(0x9E3779B97F4A7C15)


class Draws:
    """One number a row, each time one is drawn, or one a row and place. ``key`` tells draws of the same row
    apart: seed, epoch, step, block.
    """

    def __init__(self, rows: Indices, *key: int) -> None:
        self._rows = rows.astype(np.uint64)
        self._seeds = np.random.SeedSequence([SALT, *key])

    def uniform(self) -> Array:
        """float64 [B], each at least 0 and below 1."""
        return _fraction(self._next())

    def uniform_at(self, places: int) -> Array:
        """float64 [B, places], the same at a place of a row however many places there are."""
        steps = np.arange(1, places + 1, dtype=np.uint64) * STEP
        return _fraction(_finalized(self._next()[:, None] + steps))

    def _next(self) -> Array:
        """uint64 [B]"""
        (child,) = self._seeds.spawn(1)
        return _finalized(np.uint64(child.generate_state(1, np.uint64)[0]) + (self._rows + np.uint64(1)) * STEP)

    def integers(self, most: int) -> Array:
        """int64 [B], each from -most to most."""
        integers: Array = np.floor(self.uniform() * (2 * most + 1)).astype(np.int64) - most
        return integers

    def choose(self, part: float, one: Array, other: Array) -> Array:
        """Of each row [B, …] with this chance ``one``, else ``other``."""
        is_one = (self.uniform() < part).reshape(-1, *[1] * (one.ndim - 1))
        choice: Array = np.where(is_one, one, other)
        return choice

    def shift(self, pictures: Array, rows: int, columns: int) -> Array:
        """Pictures [B, C, H, W], each moved by at most so many rows and columns of pixels; edges are repeated."""
        down, right = self.integers(rows), self.integers(columns)
        padded = np.pad(pictures, ((0, 0), (0, 0), (rows, rows), (columns, columns)), mode="edge")
        windows = sliding_window_view(padded, pictures.shape[-2:], axis=(-2, -1))
        shifted: Array = np.ascontiguousarray(windows[np.arange(len(pictures)), :, rows - down, columns - right])
        return shifted


def _finalized(counters: Array) -> Array:
    """The finalizer of SplitMix64 (Steele et al., 2014)."""
    mixed = (counters ^ (counters >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    finalized: Array = mixed ^ (mixed >> np.uint64(31))
    return finalized


def _fraction(numbers: Array) -> Array:
    fraction: Array = (numbers >> np.uint64(11)) * 2.0**-53
    return fraction
