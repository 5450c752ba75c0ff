"""Tokens to what a network takes. Plain torch: it can be scripted and exported with the network."""

from torch import Tensor, nn


class Encode(nn.Module):
    """The numbers of tokens [B, T], as they are: a network has a vector of its own for each."""

    def __init__(self) -> None:
        super().__init__()
        self.shape = (None,)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens
