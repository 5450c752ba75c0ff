"""Mean and deviation of training rows, by which values are standardised."""

import numpy as np

from trainer.data import Array

SMALLEST_SCALE = 1e-30  # float32 divides by it without losing digits


def mean_and_scale(values: Array) -> tuple[float, float]:
    """Mean and standard deviation; a deviation of 0, but for rounding, counts as 1."""
    values = values.astype(np.float64)
    mean, scale = float(values.mean()), float(values.std())
    return mean, scale if np.isfinite(scale) and scale > max(1e-12 * abs(mean), SMALLEST_SCALE) else 1.0
