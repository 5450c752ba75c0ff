"""Recurrent layers as the operators that ONNX has for them. The exporter would write a loop over single steps, and of a
plain cell as many copies as the traced rows have steps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from trainer.layers.recurrent import OneWay

# Gates of a cell in the order of ONNX, by their places in torch's.
GATES = {"RNN": [0], "GRU": [1, 0, 2], "LSTM": [0, 3, 1, 2]}
ATTRIBUTES: dict[str, dict[str, Any]] = {"RNN": {}, "GRU": {"linear_before_reset": 1}, "LSTM": {}}


class Operator(nn.Module):
    """[B, T, F] -> [B, T, units], as the layer that it is made of."""

    input_weights: Tensor
    state_weights: Tensor
    biases: Tensor

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        self.name, self.units = type(layer).__name__, layer.hidden_size
        of_inputs, of_states = self._ordered(layer, "weight_ih_l0"), self._ordered(layer, "weight_hh_l0")
        biases = torch.cat([self._ordered(layer, "bias_ih_l0"), self._ordered(layer, "bias_hh_l0")])
        self.register_buffer("input_weights", of_inputs.unsqueeze(0))
        self.register_buffer("state_weights", of_states.unsqueeze(0))
        self.register_buffer("biases", biases.unsqueeze(0))

    def _ordered(self, layer: nn.RNNBase, name: str) -> Tensor:
        gates = getattr(layer, name).detach().split(self.units)
        return torch.cat([gates[place] for place in GATES[self.name]])

    def forward(self, steps: Tensor) -> Tensor:
        states = torch.onnx.ops.symbolic(
            self.name,
            (steps.transpose(0, 1), self.input_weights, self.state_weights, self.biases),
            {"hidden_size": self.units, **ATTRIBUTES[self.name]},
            dtype=steps.dtype,
            shape=(steps.size(1), 1, steps.size(0), self.units),
        )
        return states.squeeze(1).transpose(0, 1)


@contextmanager
def operators(module: nn.Module) -> Iterator[None]:
    """While the module is exported, its recurrent layers are such operators."""
    layers = {name: layer for name, layer in module.named_modules() if isinstance(layer, OneWay)}
    try:
        for name, layer in layers.items():
            module.set_submodule(name, Operator(layer.layer))
        yield
    finally:
        for name, layer in layers.items():
            module.set_submodule(name, layer)
