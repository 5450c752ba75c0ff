"""What a smaller number format costs: agreement with the model it came from and the change of its metric,
with an interval.

The rows are the same for both models, so the intervals are paired:

- accuracy: method 10 of Newcombe, "Improved confidence intervals for the difference between binomial proportions based
  on paired data", Statistics in Medicine 17 (1998), 2635-2650. It stays honest with few or no rows that changed sides.
- mean absolute error: the percentile bootstrap over rows (Efron and Tibshirani, "An Introduction to the Bootstrap",
  1993), with a fixed seed.
"""

from dataclasses import asdict, dataclass
from math import isfinite, sqrt
from typing import Any

import numpy as np

from trainer.data.prepared import Array
from trainer.report import Number, Unit

Z95 = 1.959963984540054
RESAMPLES = 2000


@dataclass(frozen=True)
class MetricChange:
    """A metric before and after; ``low`` and ``high`` bound its change at 95 %. ``loss`` is how much worse it became.

    For a share of rows the loss is the fall (0.01 is one point); for a mean error it is the rise relative to before.
    """

    metric: str
    label: str
    unit: Unit
    before: Number
    after: Number
    low: Number
    high: Number
    loss: Number
    agreement: Number | None
    rows: int

    def report(self) -> dict[str, Any]:
        """As JSON, which knows no NaN."""
        return {
            name: None if isinstance(value, float) and not isfinite(value) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Cost(MetricChange):
    """What quantization notes in the file that it makes; it accepts a ``loss`` up to the ``tolerance``."""

    tolerance: float

    @classmethod
    def of(cls, change: MetricChange, tolerance: float) -> "Cost":
        return cls(**vars(change), tolerance=tolerance)


def of_hits(metric: str, label: str, was: Array, now: Array, agreement: float) -> MetricChange:
    """Of a share of rows: which were right before and after [N]; ``agreement`` is the share that is answered alike."""
    low, high = newcombe(
        int((was & now).sum()), int((was & ~now).sum()), int((~was & now).sum()), int((~was & ~now).sum())
    )
    return MetricChange(
        metric,
        label,
        "share",
        float(was.mean()),
        float(now.mean()),
        low,
        high,
        float(was.mean() - now.mean()),
        agreement,
        len(was),
    )


def of_errors(metric: str, label: str, was: Array, now: Array) -> MetricChange:
    """Of a mean error: that of each row before and after [N]."""
    gaps = now - was
    generator, rows = np.random.default_rng(0), len(gaps)
    means = [
        gaps[generator.integers(0, rows, rows)].mean() for _ in range(RESAMPLES)
    ]  # one by one, so that memory holds one
    low, high = np.quantile(means, (0.025, 0.975))
    before = float(was.mean())
    loss = float(gaps.mean()) / before if before > 0 else float(np.sign(gaps.mean()))
    return MetricChange(metric, label, "", before, float(now.mean()), float(low), float(high), loss, None, rows)


def newcombe(both: int, only_before: int, only_after: int, neither: int) -> tuple[float, float]:
    """The 95 % interval of (share right after) - (share right before), of paired rows counted in four groups."""
    rows = both + only_before + only_after + neither
    was, now = (both + only_before) / rows, (both + only_after) / rows
    (low_was, high_was), (low_now, high_now) = wilson(was, rows), wilson(now, rows)
    phi = _correlation(both, only_before, only_after, neither)
    down = sqrt(max(0.0, (now - low_now) ** 2 - 2 * phi * (now - low_now) * (high_was - was) + (high_was - was) ** 2))
    up = sqrt(max(0.0, (high_now - now) ** 2 - 2 * phi * (high_now - now) * (was - low_was) + (was - low_was) ** 2))
    return now - was - down, now - was + up


def wilson(share: float, rows: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Journal of the American Statistical Association 22, 1927)."""
    middle = share + Z95**2 / (2 * rows)
    half = Z95 * sqrt(share * (1 - share) / rows + Z95**2 / (4 * rows**2))
    return (middle - half) / (1 + Z95**2 / rows), (middle + half) / (1 + Z95**2 / rows)


def _correlation(a: int, b: int, c: int, d: int) -> float:
    """Phi of the two-by-two table, with Newcombe's continuity correction of its numerator."""
    product = (a + b) * (c + d) * (a + c) * (b + d)
    if product == 0:
        return 0.0
    crossed = float(a * d - b * c)
    if crossed > 0:
        crossed = max(crossed - (a + b + c + d) / 2, 0.0)
    return crossed / sqrt(product)
