"""Pictures with classes as prepared data, and what of it tests look at."""

from collections.abc import Sequence
from pathlib import Path

from trainer.columns import category, image
from trainer.data.prepared import Array, Prepared, write_prepared
from trainer.data.summary import IMAGE, LABEL, DataSummary
from trainer.importing.pictures import labelled_pictures


def prepared_arrays(pixels: Array, labels: Array, classes: Sequence[str]) -> tuple[DataSummary, dict[str, Array]]:
    """As an import leaves them: pixels uint8 [N, C, H, W], and the index of the class of each [N]."""
    parsed = labelled_pictures(pixels, labels, tuple(classes), problems=(), checks=frozenset())
    return parsed.summary, parsed.arrays


def write(path: Path, pixels: Array, labels: Array, classes: Sequence[str]) -> Path:
    write_prepared(path, *prepared_arrays(pixels, labels, classes))
    return path


def pixels(prepared: Prepared) -> Array:
    return prepared.own_array(IMAGE)


def labels(prepared: Prepared) -> Array:
    return prepared.array("categories")[:, 0]


def shape(summary: DataSummary) -> tuple[int, ...]:
    column = summary.named(IMAGE)
    assert isinstance(column, image.Column)
    return column.shape


def classes(summary: DataSummary) -> tuple[str, ...]:
    column = summary.named(LABEL)
    assert isinstance(column, category.Column)
    return column.levels
