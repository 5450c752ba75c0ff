"""Binary cross-entropy

The mean over the labels of the negative logarithm of the probability that the model gives to what is true.
"""

from typing import TYPE_CHECKING, ClassVar

from trainer.component import Component
from trainer.task import LossOf, Target

if TYPE_CHECKING:
    from torch import Tensor


class Spec(Component):
    targets: ClassVar[frozenset[str]] = frozenset({"labels"})


def build(spec: Spec, target: Target) -> LossOf:
    """Takes logits [B, K] and zeros and ones [B, K] of the same dtype."""
    from torch.nn.functional import binary_cross_entropy_with_logits

    def loss(outputs: "Tensor", targets: "Tensor") -> "Tensor":
        return binary_cross_entropy_with_logits(outputs, targets, reduction="none").mean(1)

    return loss
