"""Rows that differ in length."""

from dataclasses import dataclass

import numpy as np

from trainer.data.prepared import Array


@dataclass(frozen=True)
class Ragged:
    """``values`` [B, T], padded by zeros behind the ``lengths`` int64 [B]."""

    values: Array
    lengths: Array

    @property
    def is_there(self) -> Array:
        """bool [B, T]: what is no padding."""
        is_there: Array = np.arange(self.values.shape[1]) < self.lengths[:, None]
        return is_there

    def repeated(self, times: Array) -> "Ragged":
        """With each value so often, int64 [B, T]; 0 leaves it out. A row that would be empty stays as it is."""
        times = np.where(self.is_there, times, 0)
        times = np.where(times.any(axis=1, keepdims=True), times, self.is_there)
        flat, lengths = np.repeat(self.values, times.ravel()), times.sum(axis=1)
        return _padded(flat, lengths)

    def bounded(self, longest: int | None) -> "Ragged":
        """Without what is behind the longest that there may be."""
        if longest is None or self.values.shape[1] <= longest:
            return self
        return Ragged(self.values[:, :longest], np.minimum(self.lengths, longest))


def _padded(flat: Array, lengths: Array) -> Ragged:
    """Of the values of all rows, one row behind the other."""
    padded = Ragged(np.zeros((len(lengths), max(1, int(lengths.max(initial=0)))), flat.dtype), lengths)
    padded.values[padded.is_there] = flat
    return padded
