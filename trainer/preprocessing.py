"""The part of a model that takes raw values. Plain torch: it can be scripted, traced and exported with the network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class ScalePixels(nn.Module):
    """Pixels [B, C, H, W] from 0 to 255 -> each channel with about mean 0 and variance 1."""

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: Sequence[float], scale: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1))
        self.register_buffer("scale", torch.tensor(scale).reshape(-1, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        return (pixels - self.mean) / self.scale


class EncodeColumns(nn.Module):
    """Raw columns [B, numbers + categories] -> features [B, F].

    Numbers are filled where missing (NaN), then standardised; a column listed in ``flagged`` also gives 1 where it was
    missing. A category code becomes one feature per level, all 0 when it is missing or unknown (-1).
    """

    fill: Tensor
    mean: Tensor
    scale: Tensor
    flagged: Tensor
    column: Tensor
    level: Tensor

    def __init__(self, fill: Sequence[float], mean: Sequence[float], scale: Sequence[float], flagged: Sequence[int],
                 levels: Sequence[int]) -> None:
        super().__init__()
        self.numbers = len(fill)
        self.has_flags = len(flagged) > 0
        self.has_categories = sum(levels) > 0
        self.features = len(fill) + len(flagged) + sum(levels)
        self.register_buffer("fill", torch.tensor(fill, dtype=torch.get_default_dtype()))
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.get_default_dtype()))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.get_default_dtype()))
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))
        owner = [self.numbers + place for place, count in enumerate(levels) for _ in range(count)]
        self.register_buffer("column", torch.tensor(owner, dtype=torch.int64))
        codes = [code for count in levels for code in range(count)]
        self.register_buffer("level", torch.tensor(codes, dtype=torch.get_default_dtype()))

    def forward(self, raw: Tensor) -> Tensor:
        numbers = raw[:, : self.numbers]
        missing = torch.isnan(numbers)
        parts = [(torch.where(missing, self.fill, numbers) - self.mean) / self.scale]
        if self.has_flags:
            parts.append(torch.index_select(missing, 1, self.flagged).to(raw.dtype))
        if self.has_categories:
            parts.append((torch.index_select(raw, 1, self.column) == self.level).to(raw.dtype))
        return torch.cat(parts, dim=1)


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
    """Raw values in, logits [B, K] or the target's value [B] out. ``network`` alone holds what is trained."""

    def __init__(self, preprocess: nn.Module, network: nn.Module, postprocess: nn.Module) -> None:
        super().__init__()
        self.preprocess = preprocess
        self.network = network
        self.postprocess = postprocess

    def forward(self, raw: Tensor) -> Tensor:
        answer: Tensor = self.postprocess(self.network(self.preprocess(raw)))
        return answer
