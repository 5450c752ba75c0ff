"""What values of training rows are standardised by."""

import numpy as np

from trainer.data.prepared import Array

SMALLEST_SCALE = 1e-30  # float32 divides by it without losing digits


def mean_and_scale(values: Array) -> tuple[float, float]:
    """Mean and standard deviation."""
    values = values.astype(np.float64)
    mean = float(values.mean())
    return mean, usable_scale(float(values.std()), mean)


def usable_scale(spread: float, center: float) -> float:
    """The spread; one of 0, but for rounding, counts as 1."""
    return spread if np.isfinite(spread) and spread > max(1e-12 * abs(center), SMALLEST_SCALE) else 1.0
