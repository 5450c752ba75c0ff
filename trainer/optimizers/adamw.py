"""AdamW

Adam with decoupled weight decay (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import Field

from trainer.component import ADVANCED, Component

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer


class Spec(Component):
    learning_rate: float = Field(0.003, gt=0, le=10, title="Learning rate", description="Size of a step at its highest.")
    beta1: float = Field(0.9, ge=0, lt=1, title="Beta 1", description="Memory of the gradients' mean.", json_schema_extra=ADVANCED)
    beta2: float = Field(0.999, ge=0, lt=1, title="Beta 2", description="Memory of the gradients' squares.",
                         json_schema_extra=ADVANCED)
    epsilon: float = Field(1e-8, gt=0, le=1, title="Epsilon", description="Keeps the division finite.", json_schema_extra=ADVANCED)
    weight_decay: float = Field(0.01, ge=0, le=10, title="Weight decay", description="Pulls weights towards zero.")


def build(spec: Spec, parameters: "Iterable[Tensor]") -> "Optimizer":
    from torch.optim import AdamW

    return AdamW(parameters, lr=spec.learning_rate, betas=(spec.beta1, spec.beta2), eps=spec.epsilon,
                 weight_decay=spec.weight_decay, fused=True)
