"""Pixels of the prepared file."""

import math
from collections.abc import Sequence

import numpy as np

from trainer.columns import Gatherer
from trainer.columns.image import Block, Column
from trainer.data.prepared import Array, Indices, Prepared
from trainer.data.prepared import gatherer as gatherer_of
from trainer.data.scaling import mean_and_scale

SAMPLE_VALUES = 400_000  # the constants come from about so many values of the training rows
LEAST_SAMPLED = 256  # and from so many rows, or all: a few pictures are not like the others


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    """A block a column, ``image`` where there is one."""
    names = [f"image_{number}" for number in range(1, len(columns) + 1)] if len(columns) > 1 else ["image"]
    return [_block(name, column, prepared, train) for name, column in zip(names, columns, strict=True)]


def _block(name: str, column: Column, prepared: Prepared, train: Indices) -> Block:
    pixels = _sample(prepared.own_array(column.name), train)
    means, scales = zip(*(mean_and_scale(pixels[:, channel]) for channel in range(column.shape[0])), strict=True)
    return Block(
        name=name,
        column=column.name,
        channels_height_width=column.shape,
        fit=column.fit,
        black=column.black,
        white=column.white,
        mean=means,
        scale=scales,
    )


def _sample(pixels: Array, train: Indices) -> Array:
    """Evenly spaced training rows [rows, C, h, w] with about SAMPLE_VALUES values: of large pictures every
    so many pixels.

    Read row by row, so that memory holds no large picture but one.
    """
    values = math.prod(pixels.shape[1:])
    chosen = train[:: max(1, min(len(train) * values // SAMPLE_VALUES, len(train) // LEAST_SAMPLED))]
    step = max(1, math.isqrt(len(chosen) * values // SAMPLE_VALUES))
    return np.stack([pixels[row, :, ::step, ::step] for row in chosen])


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    """uint8 [B, C, H, W]."""
    return gatherer_of(prepared.own_array(block.column))


def outside(column: Column, prepared: Prepared, row: int) -> Array:
    """The pixels uint8 [C, H, W]."""
    return np.asarray(prepared.own_array(column.name)[row])
