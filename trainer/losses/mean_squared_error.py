"""Mean squared error

The square of the difference, in units of the target's variance over the training rows.
"""

from functools import partial
from typing import ClassVar

from trainer.component import Component
from trainer.task import LossOf, Target


class Spec(Component):
    targets: ClassVar[frozenset[str]] = frozenset({"number"})


def build(spec: Spec, target: Target) -> LossOf:
    """Takes values [B] and targets [B], both standardised."""
    from torch.nn.functional import mse_loss

    return partial(mse_loss, reduction="none")
