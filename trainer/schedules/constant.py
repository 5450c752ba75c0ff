"""Constant

The same learning rate from the first step to the last, after an optional warm-up.
"""

from trainer.schedules import ScheduleSpec


class Spec(ScheduleSpec):
    """There is nothing else to choose."""


def factor(spec: Spec, step: float, total: float) -> float:
    return 1.0
