"""SGD with momentum

Stochastic gradient descent; momentum keeps a part of the last step's direction.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from trainer.component import ADVANCED
from trainer.optimizers import DecayBiases, LearningRate, Named, OptimizerSpec, WeightDecay, groups

if TYPE_CHECKING:
    from torch.optim import Optimizer


class Spec(OptimizerSpec):
    learning_rate: LearningRate = 0.05
    momentum: float = Field(0.9, ge=0, lt=1, title="Momentum", description="Part of the last step that is kept.")
    nesterov: bool = Field(
        True,
        title="Nesterov",
        description="Look ahead along the momentum; needs a momentum above 0.",
        json_schema_extra=ADVANCED,
    )
    weight_decay: WeightDecay = 0.0
    decay_biases: DecayBiases = True


def build(spec: Spec, named: Named) -> "Optimizer":
    from torch.optim import SGD

    return SGD(
        groups(named, spec.weight_decay, spec.decay_biases),
        lr=spec.learning_rate,
        momentum=spec.momentum,
        nesterov=spec.nesterov and spec.momentum > 0,
        fused=True,
    )
