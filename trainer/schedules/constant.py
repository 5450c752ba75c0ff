"""Constant

The same learning rate from the first step to the last, after an optional warm-up.
"""

from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field

from trainer.component import Component

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


class Spec(Component):
    warmup: float = Field(0.0, ge=0, lt=1, title="Warm-up", description="Part of the run over which the rate rises from near 0.")


def factor(spec: Spec, step: int, total: int) -> float:
    return min(1.0, (step + 1) / (spec.warmup * total)) if spec.warmup * total >= 1 else 1.0


def build(spec: Spec, optimizer: "Optimizer", total_steps: int) -> "LRScheduler":
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, partial(factor, spec, total=total_steps))
