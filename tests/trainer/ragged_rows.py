"""Rows of tokens that differ in length."""

import numpy as np

from trainer.data.ragged import Ragged


def tokens(rows: int, longest: int = 40, least: int = 1) -> Ragged:
    random = np.random.default_rng(0)
    lengths = random.integers(least, longest + 1, rows)
    values = random.integers(2, 1000, (rows, longest))
    values[np.arange(longest) >= lengths[:, None]] = 0
    return Ragged(values, lengths)
