"""Lower on a plateau

The learning rate stays the same while the loss of the validation rows falls. Each time that has not fallen for some
epochs, a part of the rate is left.
"""

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from trainer.component import ADVANCED
from trainer.schedules import ScheduleSpec, Trend


class Spec(ScheduleSpec):
    driven_by_loss: ClassVar[bool] = True

    patience: int = Field(
        3,
        ge=0,
        le=100_000,
        title="Patience",
        json_schema_extra={"unit": "epochs"},
        description="So many epochs without a lower loss are borne; the next one lowers the learning rate.",
    )
    reduction: float = Field(
        0.1, gt=0, lt=1, title="Part that is left", description="What each reduction leaves of the learning rate."
    )
    least: float = Field(
        1e-4,
        ge=0,
        le=1,
        title="Smallest part",
        json_schema_extra=ADVANCED,
        description="The learning rate falls no further than to this part of its highest.",
    )
    threshold: float = Field(
        1e-4,
        ge=0,
        lt=1,
        title="Least improvement",
        json_schema_extra=ADVANCED,
        description="Part of the lowest loss by which another must lie below it to count as lower.",
    )


def factor(spec: Spec, step: float, total: float) -> float:
    """What it is while the loss falls."""
    return 1.0


def observe(spec: Spec, trend: Trend, loss: float) -> Trend:
    """As torch's ReduceLROnPlateau does with a relative threshold: a loss that is no number is none that fell."""
    if loss < trend.best * (1 - spec.threshold):
        return replace(trend, best=loss, waited=0)
    if trend.waited < spec.patience:
        return replace(trend, waited=trend.waited + 1)
    return replace(trend, factor=max(spec.least, trend.factor * spec.reduction), waited=0)
