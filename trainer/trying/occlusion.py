"""What mattered for an answer: each part of the row's values is left out once, and the answer asked for again.

After Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014), section 4.2, for every kind of
column. Where a row has more parts than can be tried, neighbours are left out together first, and those that matter most
one by one behind that.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trainer import columns
from trainer.data.prepared import Array
from trainer.proving.raw_batches import tensors
from trainer.trying.opening import Model
from trainer.trying.parts import Given, Part
from trainer.trying.replies import Influence

MOST_PARTS = 256  # that are left out in all
FIRST_PARTS = 144  # before joined parts are taken apart
LARGEST_BATCH = 64
BATCH_SECONDS = 0.1


@dataclass(frozen=True)
class Bounds:
    """``is_wanted`` is asked between batches; ``seconds`` are those of all of them."""

    seconds: float
    row_seconds: float  # that one row takes, by which the size of a batch is chosen
    is_wanted: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Influences:
    """Those that were tried, the largest first; of how many ``parts`` they are, and how many there are in all."""

    tried: tuple[Influence, ...]
    leaves: int
    parts: int


@dataclass(frozen=True, eq=False)
class _Left:
    """A part that is left out of the values of a block."""

    given: Given
    part: Part


class _Trial:
    """Leaves parts out until all are tried or the time is up."""

    def __init__(self, model: Model, row: dict[str, Array], measured: Callable[[Array], Array], bounds: Bounds) -> None:
        self._model, self._row, self._measured, self._bounds = model, row, measured, bounds
        self._end = time.monotonic() + bounds.seconds
        self._size = max(1, min(LARGEST_BATCH, int(BATCH_SECONDS / max(bounds.row_seconds, 1e-6))))
        self._whole = float(measured(model.run(row))[0])

    def changes(self, lefts: Sequence[_Left]) -> Iterator[tuple[_Left, float]]:
        """What each is worth, as far as the time reaches; parts of the same block go together."""
        for given in dict.fromkeys(left.given.block.name for left in lefts):
            own = [left for left in lefts if left.given.block.name == given]
            for at in range(0, len(own), self._size):
                if time.monotonic() > self._end or not self._bounds.is_wanted():
                    return
                piece = own[at : at + self._size]
                yield from zip(piece, (self._whole - self._without(piece)).tolist(), strict=True)

    def _without(self, lefts: Sequence[_Left]) -> Array:
        given = lefts[0].given
        values = columns.module_of(given.block, "occlusion").without(given, [left.part for left in lefts])
        batch = {name: np.repeat(array, len(lefts), axis=0) for name, array in self._row.items()}
        return self._measured(self._model.run(batch | tensors(given.description, values)))


def influences(
    model: Model, givens: Sequence[Given], row: dict[str, Array], measured: Callable[[Array], Array], bounds: Bounds
) -> Influences:
    """What each part of a row's values is worth. ``measured`` gives what is looked at, of answers."""
    trial = _Trial(model, row, measured, bounds)
    lefts = list(_lefts(givens))
    changes = dict(trial.changes(lefts))
    for joined in sorted((left for left in changes if left.part.pieces), key=lambda left: -abs(changes[left])):
        if len(changes) + len(joined.part.pieces) > MOST_PARTS:
            break
        pieces = [replace(joined, part=piece) for piece in joined.part.pieces]
        apart = dict(trial.changes(pieces))
        if len(apart) < len(pieces):
            break
        del changes[joined]
        changes |= apart
    tried = [_influence(left.part, change) for left, change in changes.items() if math.isfinite(change)]
    order = sorted(tried, key=lambda influence: -abs(influence.change))
    return Influences(tuple(order), _count(changes), _count(lefts))


def _count(lefts: Iterable[_Left]) -> int:
    return sum(len(left.part.leaves) for left in lefts)


def _lefts(givens: Sequence[Given]) -> Iterator[_Left]:
    """The first parts of all blocks; what one does not use of its share is for those behind it."""
    room = FIRST_PARTS
    for number, given in enumerate(givens):
        parts = columns.module_of(given.block, "occlusion").parts(given, max(1, room // (len(givens) - number)))
        room -= len(parts)
        yield from (_Left(given, part) for part in parts)


def _influence(part: Part, change: float) -> Influence:
    further = 0 if part.place else len(part.leaves) - 1
    return Influence(column=part.column, change=change, place=part.place, further=further)
