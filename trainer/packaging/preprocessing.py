"""A model from raw values to answers. Plain torch: it can be scripted and exported."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class ToUnit(nn.Module):
    """A standardised value [B, 1] -> the target in its own unit [B]."""

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: float, scale: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("scale", torch.tensor(scale))

    def forward(self, standardised: Tensor) -> Tensor:
        return standardised.squeeze(1) * self.scale + self.mean


class RawModel(nn.Module):
    """A batch of named raw tensors in, one a block of columns; answers out. ``network`` alone holds what is trained."""

    def __init__(self, encoders: dict[str, nn.Module], network: nn.Module, postprocess: nn.Module) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict(encoders)
        self.network = network
        self.postprocess = postprocess

    def encode(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """What the network takes of the raw batch. The lengths of rows pass as they are."""
        encoded = batch.copy()
        for name, encoder in self.encoders.items():
            encoded[name] = encoder(batch[name])
        return encoded

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        answer: Tensor = self.postprocess(self.network(self.encode(batch)))
        return answer


class Positional(nn.Module):
    """The model for formats whose graphs take their inputs one after the other, in the order of ``names``."""

    def __init__(self, model: RawModel, names: Sequence[str]) -> None:
        super().__init__()
        self.model = model
        self.names = list(names)

    def forward(self, *blocks: Tensor) -> Tensor:
        answer: Tensor = self.model(dict(zip(self.names, blocks, strict=True)))
        return answer
