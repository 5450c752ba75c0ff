"""What tasks share whose answers are logits."""

from abc import ABC, abstractmethod

import numpy as np
from torch import Tensor

from trainer.task import LossOf


class LogitsTask(ABC):
    """Nothing stands behind the network: an answer is its output. Logits have no unit; decisions are whole numbers."""

    decision_type = np.dtype("int64")
    postprocess = None
    tolerance_floor = 1.0

    @abstractmethod
    def losses(self, outputs: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        """Loss of each row [B], of the network's outputs [B, K]."""

    def losses_of_answers(self, answers: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        return self.losses(answers, targets, loss_of)
