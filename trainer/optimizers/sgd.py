"""SGD with momentum

Stochastic gradient descent; momentum keeps a part of the last step's direction.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import Field

from trainer.component import ADVANCED, Component

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer


class Spec(Component):
    learning_rate: float = Field(0.05, gt=0, le=100, title="Learning rate", description="Size of a step at its highest.")
    momentum: float = Field(0.9, ge=0, lt=1, title="Momentum", description="Part of the last step that is kept.")
    nesterov: bool = Field(True, title="Nesterov", description="Look ahead along the momentum; needs a momentum above 0.",
                           json_schema_extra=ADVANCED)
    weight_decay: float = Field(0.0, ge=0, le=10, title="Weight decay", description="Pulls weights towards zero.")


def build(spec: Spec, parameters: "Iterable[Tensor]") -> "Optimizer":
    from torch.optim import SGD

    return SGD(parameters, lr=spec.learning_rate, momentum=spec.momentum, weight_decay=spec.weight_decay,
               nesterov=spec.nesterov and spec.momentum > 0, fused=True)
