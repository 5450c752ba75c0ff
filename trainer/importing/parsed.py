"""What a format's reader hands on: the arrays of the prepared file and what it noticed on the way."""

from dataclasses import dataclass, field

import numpy as np

from trainer.columns import category, image
from trainer.data import Array, own_name
from trainer.importing.profile import ColumnProfile, Problem
from trainer.summary import IMAGE, LABEL, DataSummary


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """``arrays`` as trainer.data describes them (memory maps where they may be large).

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


def labelled_pictures(pixels: Array, labels: Array, classes: tuple[str, ...], *, problems: tuple[Problem, ...],
                      checks: frozenset[str]) -> Parsed:
    """Pictures uint8 [N, C, H, W], each with the index of its class [N]."""
    columns = (image.Column(name=IMAGE, shape=tuple(pixels.shape[1:])),
               category.Column(name=LABEL, distinct=len(classes), levels=classes))
    arrays = {own_name(IMAGE): pixels, "categories": labels.astype(np.int32)[:, None]}
    return Parsed(summary=DataSummary(rows=len(pixels), columns=columns), arrays=arrays, problems=problems, checks=checks)
