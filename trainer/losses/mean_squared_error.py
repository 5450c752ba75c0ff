"""Mean squared error

The square of the difference, in units of the target's variance over the training rows.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from trainer.component import Component, TargetKind

if TYPE_CHECKING:
    from torch import Tensor


class Spec(Component):
    targets: ClassVar[frozenset[TargetKind]] = frozenset({"number"})


def build(spec: Spec) -> "Callable[[Tensor, Tensor], Tensor]":
    """Takes values [B] and targets [B], both standardised."""
    from torch.nn.functional import mse_loss

    return partial(mse_loss, reduction="none")
