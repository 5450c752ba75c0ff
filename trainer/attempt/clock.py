"""Times of day that never jump: a machine's clock is asked once, and moved on by one that nobody sets."""

import time
from functools import partial

# CLOCK_BOOTTIME also counts while a machine sleeps; elsewhere than on Linux the monotonic clock does.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


steady = partial(time.clock_gettime, _CLOCK)  # seconds since the machine began, without a call of Python's


def beginning() -> float:
    """The time of day, in seconds since the epoch (UTC), at which ``steady`` was nought, by what the machine's
    clock says now."""
    return time.time() - steady()
