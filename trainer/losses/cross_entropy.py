"""Cross-entropy

The negative logarithm of the probability that the model gives to the right class.
"""

from functools import partial
from typing import ClassVar

from pydantic import Field

from trainer.component import Component
from trainer.task import LossOf, Target


class Spec(Component):
    targets: ClassVar[frozenset[str]] = frozenset({"class"})

    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        title="Label smoothing",
        description="Part of the target that is spread over all classes (Szegedy et al. 2016). Helps with few rows; "
        "the loss that is shown is then above 0 even for a perfect model.",
    )


def build(spec: Spec, target: Target) -> LossOf:
    """Takes logits [B, K] and class indices int64 [B]."""
    from torch.nn.functional import cross_entropy

    return partial(cross_entropy, reduction="none", label_smoothing=spec.label_smoothing)
