"""Which rows make which batch: the one answer to it, the same for any number of ranks and in every life of a run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.data.epochs import steps_per_epoch
from trainer.data.prepared import Array, Indices

POOL = 64  # batches among whose rows those of like length are put together: further apart, the order stays random


@dataclass(frozen=True)
class Batches:
    """Of the rows to train on, ``size`` a batch. With ``lengths`` [N] of all rows of the file, rows of like length come
    into one batch, so that little of it is padding.
    """

    rows: Indices
    size: int
    seed: int
    lengths: Array | None = None

    @property
    def per_epoch(self) -> int:
        """Batches, and so steps, of an epoch."""
        return steps_per_epoch(len(self.rows), self.size)

    def of(self, epoch: int) -> Sequence[Indices]:
        """All batches of this epoch, in their order."""
        random = np.random.default_rng([self.seed, epoch])
        order = self.rows[random.permutation(len(self.rows))]
        if self.lengths is None:
            return list(_cut(order, self.size))
        pools = _cut(order, POOL * self.size)
        bucketed = [batch for pool in pools for batch in _cut(self._sorted(pool, self.lengths), self.size)]
        return [bucketed[place] for place in random.permutation(len(bucketed))]

    @staticmethod
    def _sorted(pool: Indices, lengths: Array) -> Indices:
        return pool[np.argsort(lengths[pool], kind="stable")]

    def useful(self) -> float | None:
        """Which share of the first epoch's batches is values and not padding; None where rows are equally long."""
        if self.lengths is None:
            return None
        lengths = [self.lengths[batch] for batch in self.of(0)]
        return float(sum(own.sum() for own in lengths) / max(1, sum(own.max() * len(own) for own in lengths)))


def _cut(rows: Indices, size: int) -> Iterator[Indices]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
