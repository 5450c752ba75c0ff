"""AdamW

Adam with decoupled weight decay (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101).
"""

from typing import TYPE_CHECKING

from pydantic import Field

from trainer.component import ADVANCED
from trainer.optimizers import DecayBiases, LearningRate, Named, OptimizerSpec, WeightDecay, groups

if TYPE_CHECKING:
    from torch.optim import Optimizer


class Spec(OptimizerSpec):
    learning_rate: LearningRate = 0.003
    beta1: float = Field(
        0.9, ge=0, lt=1, title="Beta 1", description="Memory of the gradients' mean.", json_schema_extra=ADVANCED
    )
    beta2: float = Field(
        0.999, ge=0, lt=1, title="Beta 2", description="Memory of the gradients' squares.", json_schema_extra=ADVANCED
    )
    epsilon: float = Field(
        1e-8, gt=0, le=1, title="Epsilon", description="Keeps the division finite.", json_schema_extra=ADVANCED
    )
    weight_decay: WeightDecay = 0.01
    decay_biases: DecayBiases = True


def build(spec: Spec, named: Named) -> "Optimizer":
    from torch.optim import AdamW

    return AdamW(
        groups(named, spec.weight_decay, spec.decay_biases),
        lr=spec.learning_rate,
        betas=(spec.beta1, spec.beta2),
        eps=spec.epsilon,
        fused=True,
    )
