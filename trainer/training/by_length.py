"""How well rows of different lengths are answered, where rows differ in length."""

from collections.abc import Iterator

import numpy as np

from trainer.data.prepared import Array, Indices
from trainer.data.rows import Rows
from trainer.report import Cell, Heading, Table
from trainer.sentences import gettext_noop as _

PARTS = 4


def tables(data: Rows, part: Indices, decisions: Array, losses: Array) -> Iterator[Table]:
    """Of the rows ``part`` [N], with what was decided on each [N, …] and its loss [N]; none where all are as long."""
    if data.lengths is None:
        return
    lengths = data.lengths[part]
    buckets = _buckets(lengths)
    if len(buckets) < 2:
        return
    headline, _scalars, _blocks = data.task.report(decisions, data.targets[part])
    yield Table(
        title=_("By length"),
        note=_("Test rows in groups of about equal size, by the tokens or values that the model reads"),
        headings=(
            Heading(label=_("Length"), unit=None),
            Heading(label=headline.label, unit=headline.unit),
            Heading(label=_("Test loss")),
            Heading(label=_("Rows")),
        ),
        rows=tuple(_row(data, part, decisions, losses, lengths, bucket) for bucket in buckets),
    )


def _row(
    data: Rows, part: Indices, decisions: Array, losses: Array, lengths: Array, bucket: Indices
) -> tuple[Cell, ...]:
    own = lengths[bucket]
    shortest, longest = int(own.min()), int(own.max())
    headline, _scalars, _blocks = data.task.report(decisions[bucket], data.targets[part[bucket]])
    name = f"{shortest}" if shortest == longest else f"{shortest}–{longest}"
    return name, headline.value, float(losses[bucket].mean()), len(bucket)


def _buckets(lengths: Array) -> list[Indices]:
    """The rows from one quarter of the lengths to the next; rows of one length stay together."""
    bounds = np.unique(np.quantile(lengths, np.arange(1, PARTS) / PARTS, method="inverted_cdf"))
    places = np.searchsorted(bounds, lengths)
    return [bucket for place in range(len(bounds) + 1) if len(bucket := np.flatnonzero(places == place))]
