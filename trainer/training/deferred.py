"""Numbers of a step, read from the device without making it wait."""

from collections import deque
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Step:
    """What a step has to tell, as far as the host knows it at once, and where the rest will be."""

    step: int
    rows: int
    learning_rate: float
    numbers: Tensor
    copied: "torch.cuda.Event | None" = None

    def values(self) -> list[float]:
        """The step's numbers; waits only for a copy that is still under way."""
        if self.copied is not None:
            self.copied.synchronize()
        read: list[float] = self.numbers.tolist()
        return read


class Deferred:
    """Steps in order, each handed out ``lag`` steps later. On a processor the lag is 0 and nothing is copied.

    The lag is the same on all ranks, so that what a step's numbers decide is decided by all ranks at the same step.
    """

    def __init__(self, lag: int) -> None:
        self._lag = lag
        self._waiting: deque[Step] = deque()

    def put(self, step: int, rows: int, learning_rate: float, numbers: Tensor) -> list[Step]:
        """Take in one step; hand out those whose time has come."""
        copied = None
        if self._lag:
            pinned = torch.empty(numbers.shape, dtype=numbers.dtype, pin_memory=True)
            numbers = pinned.copy_(numbers, non_blocking=True)
            copied = torch.cuda.Event()
            copied.record()
        self._waiting.append(Step(step, rows, learning_rate, numbers, copied))
        return [self._waiting.popleft() for _ in range(len(self._waiting) - self._lag)]

    def flush(self) -> list[Step]:
        """All that still wait."""
        rest = list(self._waiting)
        self._waiting.clear()
        return rest
