"""Cosine with warm-up

Rises in a line, then falls along half a cosine (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983).
"""

from functools import partial
from math import cos, pi
from typing import TYPE_CHECKING

from pydantic import Field

from trainer.component import Component

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


class Spec(Component):
    warmup: float = Field(0.05, ge=0, lt=1, title="Warm-up", description="Part of the run over which the rate rises from near 0.")
    final: float = Field(0.01, ge=0, le=1, title="Final part", description="What is left of the learning rate at the end.")


def factor(spec: Spec, step: int, total: int) -> float:
    warm = spec.warmup * total
    if step + 1 < warm:
        return (step + 1) / warm
    progress = min(1.0, max(0.0, (step - warm) / max(1.0, total - warm)))
    return spec.final + (1 - spec.final) * (1 + cos(pi * progress)) / 2


def build(spec: Spec, optimizer: "Optimizer", total_steps: int) -> "LRScheduler":
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, partial(factor, spec, total=total_steps))
