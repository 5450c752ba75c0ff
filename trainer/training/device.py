"""Batches on the device that trains."""

import torch
from torch import Tensor

from trainer.data.prepared import Indices
from trainer.data.rows import Rows
from trainer.data.variation import Variation
from trainer.training.parallel import Ranks


def to_device(
    data: Rows, batch: Indices, ranks: Ranks, dtype: torch.dtype, variation: Variation | None = None
) -> tuple[dict[str, Tensor], Tensor]:
    """The raw values by block as the model takes them, bytes of pictures as ``dtype`` too; and the targets."""
    inputs, targets = data.batch(batch, dtype, variation), data.targets_of(batch)
    if ranks.device.type == "cuda":
        inputs = {name: values.pin_memory().to(ranks.device, non_blocking=True) for name, values in inputs.items()}
        targets = targets.pin_memory().to(ranks.device, non_blocking=True)
    return {
        name: values.to(dtype) if values.dtype == torch.uint8 else values for name, values in inputs.items()
    }, targets
