"""Cosine with warm-up

Rises in a line, then falls along half a cosine (Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983).
"""

from math import cos, pi

from pydantic import Field

from trainer.schedules import ScheduleSpec, Warmup


class Spec(ScheduleSpec):
    warmup: Warmup = 0.05
    final: float = Field(
        0.01, ge=0, le=1, title="Final part", description="What is left of the learning rate at the end."
    )


def factor(spec: Spec, step: float, total: float) -> float:
    return spec.final + (1 - spec.final) * (1 + cos(pi * min(1.0, step / total))) / 2
