"""What a format's reader hands on: the arrays of the prepared file and what it noticed on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from trainer.columns import Column, category, image
from trainer.data.partition import PARTS, SPLIT
from trainer.data.prepared import Array, own_name
from trainer.data.summary import IMAGE, LABEL, DataSummary
from trainer.importing.archives import Source
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import ColumnProfile

NAMED = 5


@dataclass(frozen=True)
class LeftOut:
    """A file or a row that is not among the data: what it is called, and why, as an English word or two."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """``arrays`` as trainer.data.prepared describes them (memory maps where they may be large).

    ``checks`` are the codes of the problems that were looked for. ``rows``, ``duplicates`` and ``columns`` are for
    tables; the profile of pictures is made from the arrays.
    """

    summary: DataSummary
    arrays: dict[str, Array]
    problems: tuple[Problem, ...] = ()
    checks: frozenset[str] = field(default=frozenset())
    rows: tuple[tuple[str, ...], ...] = ()
    duplicates: int = 0
    columns: tuple[ColumnProfile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def block_values(self, column: Column, block: str) -> Array:
        """The values of one column of a kind that lies in one block."""
        return np.asarray(self.arrays[block][:, self._places[column.name]])

    @cached_property
    def _places(self) -> dict[str, int]:
        """Of each column among those of its kind; looked for one by one, they would take the square of the columns."""
        counts: Counter[str] = Counter()
        places = {}
        for column in self.summary.columns:
            places[column.name] = counts[column.kind]
            counts[column.kind] += 1
        return places


def beside(parsed: Parsed, others: Sequence[Source]) -> Parsed:
    """With the files of the upload that are no part of the table."""
    if not others:
        return parsed
    names = ", ".join(source.name for source in others[:NAMED])
    return replace(
        parsed,
        problems=(*parsed.problems, problem("other_files", count=len(others), names=names)),
        left_out=(*parsed.left_out, *(LeftOut(source.name, "no part of the table") for source in others)),
    )


def labelled_pictures(
    pixels: Array,
    labels: Array,
    classes: tuple[str, ...],
    *,
    problems: tuple[Problem, ...],
    checks: frozenset[str],
    parts: Sequence[str] | None = None,
    picture: image.Column | None = None,
) -> Parsed:
    """Pictures uint8 [N, C, H, W], each with the index of its class [N], and its part where the data bring parts;
    ``picture`` is their column, where they were files."""
    own = picture or image.Column(name=IMAGE, shape=tuple(pixels.shape[1:]))
    columns: list[Column] = [own, _category(LABEL, classes)]
    codes = [labels]
    if parts is not None:
        levels = tuple(part for part in PARTS if part in parts)
        columns.append(_category(SPLIT, levels))
        codes.append(np.array([levels.index(part) for part in parts]))
    arrays = {own_name(IMAGE): pixels, "categories": np.stack(codes, axis=1).astype(np.int32)}
    summary = DataSummary(rows=len(pixels), columns=tuple(columns))
    return Parsed(summary=summary, arrays=arrays, problems=problems, checks=checks)


def _category(name: str, levels: tuple[str, ...]) -> category.Column:
    return category.Column(name=name, distinct=len(levels), levels=levels)
