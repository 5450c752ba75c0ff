"""How long one answer takes on this machine: the median over many calls, after a warm-up, with a fixed
number of threads.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter

from trainer.data.prepared import Array

BATCHES = (1, 32)
WARM_UP_CALLS = 10
FEWEST_CALLS = 30
MOST_CALLS = 300
SECONDS = 0.6


def measure(model: Callable[[dict[str, Array]], object], rows: dict[str, Array]) -> dict[str, float]:
    """Milliseconds per call (p50) by batch size; ``rows`` are repeated where there are fewer than a batch needs."""
    return {str(size): _median_ms(model, _first(rows, size)) for size in BATCHES}


def _first(rows: dict[str, Array], size: int) -> dict[str, Array]:
    return {name: values.take(range(size), axis=0, mode="wrap") for name, values in rows.items()}


def _median_ms(model: Callable[[dict[str, Array]], object], batch: dict[str, Array]) -> float:
    for _ in range(WARM_UP_CALLS):
        model(batch)
    return median(seconds_of_calls(model, batch, FEWEST_CALLS, MOST_CALLS, SECONDS)) * 1000


def seconds_of_calls(
    model: Callable[[dict[str, Array]], object], batch: dict[str, Array], fewest: int, most: int, seconds: float
) -> list[float]:
    """What each call takes: of so many calls, or of those that begin within so many seconds in all."""
    spent: list[float] = []
    while len(spent) < fewest or (sum(spent) < seconds and len(spent) < most):
        start = perf_counter()
        model(batch)
        spent.append(perf_counter() - start)
    return spent
