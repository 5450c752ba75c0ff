"""Weights that are stored as 8-bit integers and become floats when they are used."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper

LARGEST = 127


@dataclass(frozen=True)
class Weights:
    """Where an operator has its weights: their places among its inputs, and the axis of its units."""

    places: tuple[int, ...]
    axis: int


CELL = Weights((1, 2), 1)  # each [directions, gates x units, features]
CELLS = {"LSTM": CELL, "GRU": CELL, "RNN": CELL}
CONVOLUTIONS = {"Conv": Weights((1,), 0)}


def store_small(path: Path, operators: Mapping[str, Weights]) -> None:
    """Store the weights of these operators so, with a scale for each unit."""
    model = onnx.load(str(path))
    for node in [node for node in model.graph.node if node.op_type in operators]:
        weights = operators[node.op_type]
        for place in weights.places:
            _store(model, node, place, weights.axis)
    onnx.save(model, str(path))


def _store(model: ModelProto, node: NodeProto, place: int, axis: int) -> None:
    graph, name = model.graph, node.input[place]
    tensor = next((tensor for tensor in graph.initializer if tensor.name == name), None)
    if tensor is None:
        return
    values = numpy_helper.to_array(tensor)
    units = np.moveaxis(values, axis, -1)
    scale = (np.abs(units).reshape(-1, units.shape[-1]).max(0) / LARGEST).astype(np.float32)
    scale[scale == 0] = 1
    small = np.moveaxis(np.rint(units / scale).astype(np.int8), -1, axis)
    graph.initializer.remove(tensor)
    graph.initializer.extend(
        [numpy_helper.from_array(small, f"{name}_int8"), numpy_helper.from_array(scale, f"{name}_scale")]
    )
    graph.node.insert(0, helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=axis))
