"""Parts of a row's values that can be left out, one after the other, to see what the answer owes to each.

A kind of column says in its ``occlusion`` which parts a value has and what stands in their place:

- ``parts(given, most)``: at most so many parts of a block's values;
- ``without(given, parts)``: the block's raw rows [parts, …], each without one of the parts; an array a row where rows
  differ in length;
- where the model's view of a value is a picture, ``picture(given)``: it as PNG.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.columns import Block
from trainer.proving.raw_batches import Values


@dataclass(frozen=True)
class Given:
    """One row's values of a block: its cells by column as somebody gave them, and the raw row that was read of them.
    ``description`` is the block's, as readers take it.
    """

    block: Block
    description: dict[str, Any]
    cells: Mapping[str, Any]
    row: Values


@dataclass(frozen=True)
class Part:
    """A column's value, or a ``place`` in it, whose meaning is the kind's. Neighbours that are left out together first
    are its ``pieces``.
    """

    column: str
    place: tuple[int, ...] = ()
    pieces: tuple["Part", ...] = ()

    @property
    def leaves(self) -> tuple["Part", ...]:
        return self.pieces or (self,)


def joined(parts: Sequence[Part], most: int) -> list[Part]:
    """The parts, neighbours together where there are more than so many."""
    size = -(-len(parts) // max(1, most))
    groups = [tuple(parts[at : at + size]) for at in range(0, len(parts), max(1, size))]
    return [group[0] if len(group) == 1 else Part(group[0].column, _around(group), group) for group in groups]


def _around(group: Sequence[Part]) -> tuple[int, ...]:
    """From the first place to the last, of places that have a beginning and an end."""
    first, last = group[0].place, group[-1].place
    return (first[0], last[-1]) if first and last else ()
